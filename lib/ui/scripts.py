"""文例 in 設定: what clerks can say, written by the manager, seen as they will see it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions.business_settings import set_value, value_of
from lib.errors import InvalidRecord
from lib.i18n import N_, _
from lib.schema.ids import new_commit_id
from lib.settings import scripts
from lib.settings.business import BusinessSetting
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, flash
from lib.ui.setting import since

_EXAMPLE: Final = {
    "商品": N_("うるおい化粧水"),
    "要望": N_("返金"),
    "約束": N_("今日 18:00 までに折返し"),
    "お客様": N_("山田"),
}
"""What stands for the names in braces in the preview."""


def show(desk: UserStore) -> None:
    """Draw every script as it counts today, and the editor of one of them."""
    with st.container(border=True):
        st.subheader(_(scripts.SCRIPTS), anchor=False)
        st.caption(_("苦情受付の横に、電話の進みに合わせて出る言葉です。"))
        lines = [
            f"**{inert(_(script.name))}**  \n{inert(_words(desk, script))}"
            for script in scripts.EVERY
        ]
        st.markdown("\n\n".join(lines))
        _editor(desk)


def _words(desk: UserStore, script: BusinessSetting) -> str:
    return scripts.words_of(script, value_of(desk, script, clock.today()))


def _editor(desk: UserStore) -> None:
    folder = st.expander(
        _("文例を変える"),
        icon=":material/edit:",
        key="settings:script:open",
        on_change="rerun",
    )
    if not folder.open:
        return
    by_field = {script.field: script for script in scripts.EVERY}
    with folder:
        field = st.selectbox(
            _("どの文例"),
            list(by_field),
            key="settings:script",
            format_func=lambda code: _(by_field[code].name),
            filter_mode="contains",
            persist_state="session",
        )
        script = by_field.get(str(field)) or scripts.EVERY[0]
        key = f"settings:script:{script.field}"
        st.session_state.setdefault(key, _words(desk, script))
        st.session_state.setdefault(f"{key}:since", clock.today())
        st.text_area(
            _(script.name),
            key=key,
            help=_(script.help),
            height=110,
            persist_state="session",
        )
        _preview(str(st.session_state[key] or ""))
        since(key)
        with st.container(horizontal=True):
            st.button(
                _("この文例にする"),
                key=f"{key}:save",
                type="primary",
                on_click=_save,
                args=(script, key, new_commit_id()),
            )
            st.button(
                _("はじめの文例に戻す"),
                key=f"{key}:default",
                type="tertiary",
                on_click=_save,
                args=(script, key, new_commit_id(), script.default),
            )


def _preview(typed: str) -> None:
    """Show the words as a clerk meets them in the middle of a call."""
    example = {name: _(words) for name, words in _EXAMPLE.items()}
    said = scripts.spoken(typed, example) or _("(何も出しません)")
    st.markdown(f":small[:gray[{inert(_('受付での見え方'))}]]")
    st.markdown("\n".join(f"> {line}" for line in inert(said).split("\n")))


def _save(
    script: BusinessSetting, key: str, entry: str, value: str | None = None
) -> None:
    state = st.session_state
    with boundary.attempt():
        typed = str(state[key] or "") if value is None else value
        # Ours in the person's language, left as it is, stays ours in every language.
        written = script.default if typed == _(script.default) else typed
        try:
            set_value(
                context.desk(),
                script,
                written,
                since=state[f"{key}:since"],
                entry=entry,
                now=clock.now(),
            )
        except InvalidRecord as refused:
            for problem in refused.problems:
                flash.say(_(problem.message), "warning")
            return
        del state[key], state[f"{key}:since"]
        flash.say(_("「{name}」を保存しました。").format(name=_(script.name)))
