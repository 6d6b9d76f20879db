"""文例 in 設定: what clerks can say, written by the manager, seen as they will see it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.i18n import N_, _
from lib.settings import scripts
from lib.store.access import UserStore
from lib.text import inert
from lib.ui.setting_texts import Labels, editor, words

_EXAMPLE: Final = {
    "商品": N_("うるおい化粧水"),
    "要望": N_("返金"),
    "約束": N_("今日 18:00 までに折返し"),
    "お客様": N_("山田"),
}
"""What stands for the names in braces in the preview."""

_LABELS: Final = Labels(
    folder=N_("文例を変える"),
    which=N_("どの文例"),
    save=N_("この文例にする"),
    default=N_("はじめの文例に戻す"),
)


def show(desk: UserStore) -> None:
    """Draw every script as it counts today, and the editor of one of them."""
    with st.container(border=True):
        st.subheader(_(scripts.SCRIPTS), anchor=False)
        st.caption(_("苦情受付の横に、電話の進みに合わせて出る言葉です。"))
        lines = [
            f"**{inert(_(script.name))}**  \n{inert(words(desk, script))}"
            for script in scripts.EVERY
        ]
        st.markdown("\n\n".join(lines))
        editor(desk, "settings:script", scripts.EVERY, _LABELS, preview=_preview)


def _preview(typed: str) -> None:
    """Show the words as a clerk meets them in the middle of a call."""
    example = {name: _(said) for name, said in _EXAMPLE.items()}
    said = scripts.spoken(typed, example) or _("(何も出しません)")
    st.markdown(f":small[:gray[{inert(_('受付での見え方'))}]]")
    st.markdown("\n".join(f"> {line}" for line in inert(said).split("\n")))
