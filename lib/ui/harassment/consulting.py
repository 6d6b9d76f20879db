"""相談する: one press tells the managers that somebody needs them."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions import caring
from lib.errors import NotAllowed
from lib.i18n import _
from lib.schema.ids import new_commit_id
from lib.settings import harassment
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, flash
from lib.ui import format as fmt
from lib.ui.harassment import policy, texts

_KEY: Final = "consult"
_RECEIPT: Final = f"{_KEY}:receipt"


def draw(desk: UserStore) -> None:
    """Draw the press, what can be said with it, its receipt, and whom else to turn to."""
    with st.container(border=True, height="stretch"):
        st.subheader(_("相談する"), anchor=False)
        _receipt(desk)
        st.caption(
            inert(
                _(
                    "押すだけで届きます。何も書かなくても構いません。読むのは管理者とマネージャーだけです。相談したことで不利な扱いを受けることはありません。"
                )
            )
        )
        if desk.notice() is not None:
            # A shared sheet: whoever may open it may unhide its tabs.
            said = _(
                "スプレッドシートを直接開ける人は、隠れたタブ「フォロー・相談」も開けます。ほかの人に知られたくないことは、書かずに口で伝えてください。"
            )
            st.caption(f":material/visibility: {inert(said)}")
        case_id = _about(desk)
        st.text_area(
            _("困っていること(任意)"),
            max_chars=LONGEST_TEXT,
            key=f"{_KEY}:note",
            height=80,
            on_change="ignore",
            persist_state="session",
        )
        st.pills(
            _("残っている証拠(任意)"),
            texts.names(desk, harassment.EVIDENCE),
            key=f"{_KEY}:evidence",
            selection_mode="multi",
            format_func=inert,
            on_change="ignore",
            persist_state="session",
        )
        st.button(
            _("相談する"),
            key=f"{_KEY}:send",
            type="secondary" if desk.principal.role in caring.READERS else "primary",
            icon=":material/support:",
            on_click=_send,
            args=(case_id,),
        )
        policy.contacts(desk)


def _about(desk: UserStore) -> str:
    """Return the case that the address names, if this person may see it, and say so."""
    number = st.query_params.get("case", "")
    if not number:
        return ""
    try:
        desk.record("complaints", number)
    except NotAllowed:
        return ""
    st.markdown(
        f":gray-badge[:material/link: {inert(_('{number} について').format(number=number))}]"
    )
    return number


def _send(case_id: str) -> None:
    state = st.session_state
    # One id until it has gone through, so that a double press asks once.
    entry = state.setdefault(f"{_KEY}:entry", new_commit_id())
    with boundary.attempt():
        desk = context.desk()
        asked = caring.consult(
            desk,
            note=str(state.get(f"{_KEY}:note") or ""),
            evidence=state.get(f"{_KEY}:evidence") or (),
            case_id=case_id,
            now=clock.now(),
            commit_id=entry,
        )
        for name in ("note", "evidence", "entry"):
            state.pop(f"{_KEY}:{name}", None)
        state[_RECEIPT] = (desk.principal.key, asked.id, asked.due_at)
        flash.say(_("相談を受け取りました。"))


def _receipt(desk: UserStore) -> None:
    """Show what was dropped in last, to who dropped it in."""
    whose, number, due = st.session_state.get(_RECEIPT, ("", "", None))
    if not number or whose != desk.principal.key:
        return
    words = _(
        "相談 {number} を受け取りました。{time} までに、管理者かマネージャーが声をかけます。"
    ).format(number=number, time=fmt.short_moment(due))
    st.success(inert(words), icon=":material/mark_email_read:")
