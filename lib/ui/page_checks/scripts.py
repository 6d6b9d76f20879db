"""解約抑止の台本: pasted, looked through for phrases, and forgotten."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from lib.actions import page_checks
from lib.i18n import _
from lib.metrics.script_hints import Hint, hints
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert

TEXT: Final = "page_checks.script"


def show(desk: UserStore, today: date) -> None:
    """Draw the place for a script and what to look at again in it."""
    folder = st.expander(
        _("引き止めの台本の言葉を調べる"),
        icon=":material/record_voice_over:",
        key="page_checks.scripts",
        on_change="rerun",
    )
    if not folder.open:
        return
    with folder:
        st.caption(
            inert(
                _(
                    "台本や話した言葉を貼ると、事実でないと取られやすい言葉、解約の妨げと取られやすい言葉を探します。判定ではありません。文は保存しません。"
                )
            )
        )
        st.text_area(
            _("台本の文"),
            max_chars=LONGEST_TEXT,
            key=TEXT,
            height=180,
            placeholder=_("例: いま解約されますと、特別価格には戻れませんが…"),
        )
        st.button(_("調べる"), key="page_checks.look", icon=":material/search:")
        text = str(st.session_state.get(TEXT) or "")
        if text.strip():
            _found(hints(text, page_checks.word_rules_of(desk, today)))


def _found(found: tuple[Hint, ...]) -> None:
    if not found:
        st.markdown(
            inert(
                _(
                    "気になる言葉は見つかりませんでした。言葉だけを見ています。話し方や回数は、人が確かめてください。"
                )
            )
        )
        return
    said = _("確かめるところ {count}件").format(count=len(found))
    st.markdown(f"**{inert(said)}**")
    for hint in found:
        with st.container(border=True, gap="xsmall"):
            st.markdown(
                f":orange-badge[⚠ {inert(_('要確認'))}] **{inert(_(hint.rule.title))}**"
            )
            for place in hint.places:
                st.text(place)
            st.caption(inert(_(hint.rule.advice)))
            st.caption(f":small[{inert(_('根拠'))}: {inert(hint.rule.source)}]")
