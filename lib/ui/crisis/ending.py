"""完了 of a crisis: what is still open, each with the place where it is settled."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

import streamlit as st

from lib.actions.crises import ending
from lib.actions.crises.ending import Missing, Why
from lib.actions.crises.reading import Board
from lib.i18n import _
from lib.schema.crisis import Crisis
from lib.schema.vocab import ActivityKind
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import drafting
from lib.ui import format as fmt
from lib.ui.crisis import checklist, log
from lib.ui.crisis.saving import (
    PARTS,
    STEPS,
    Attempt,
    form_of,
    name_of,
    open_editor,
    opened,
    press,
    save,
    save_buttons,
    seen_by,
)

REOPEN, CANCEL = "reopen", "cancel"
LINES_SHOWN: Final = 6


def show(desk: UserStore, board: Board, now: datetime) -> None:
    """Draw what keeps the crisis open, or how it is closed and opened again."""
    crisis = board.crisis
    with st.container(border=True, gap="small"):
        st.markdown(f"**{inert(_('完了にする'))}**")
        editor = opened(crisis.id)
        if editor in (REOPEN, CANCEL):
            _reason(board, editor)
        elif crisis.is_open:
            _open(desk, board, now)
        else:
            _over(crisis)


def _open(desk: UserStore, board: Board, now: datetime) -> None:
    crisis = board.crisis
    left = desk.derived(
        ("crisis missing", crisis.id, now.date()),
        lambda: ending.missing(desk, crisis, now),
    )
    if left:
        words = _("残っていること {count}件").format(count=len(left))
        st.caption(inert(words))
        for found in left[:LINES_SHOWN]:
            _line(board, found)
        if rest := left[LINES_SHOWN:]:
            with st.expander(_("ほかに {count}件").format(count=len(rest))):
                for found in rest:
                    _line(board, found)
    else:
        st.caption(inert(_("手順はすべて済み、残っていることはありません。")))
    with st.container(horizontal=True):
        st.button(
            _("完了にする"),
            key=name_of(crisis.id, "close"),
            icon=":material/check_circle:",
            disabled=bool(left),
            on_click=_close,
            args=(crisis,),
        )
        st.button(
            _("取消にする"),
            key=name_of(crisis.id, "cancel"),
            type="tertiary",
            icon=":material/block:",
            help=_("重大事案ではなかったとき。苦情は、それぞれの苦情に戻ります。"),
            on_click=open_editor,
            args=(crisis.id, CANCEL, crisis),
        )


def _line(board: Board, found: Missing) -> None:
    """Draw what is missing; what has a form on this page opens it in one press."""
    details = {name: _(text) for name, text in found.details.items()}
    words = _(found.message).format(**details)
    due = f" ({fmt.short_moment(found.due_at)})" if found.due_at else ""
    said = inert(words + due)
    if found.why not in (Why.STEP, Why.ENTRY):
        st.markdown(f"- {said}")
        return
    st.button(
        said,
        key=name_of(board.crisis.id, f"missing:{found.key}"),
        type="tertiary",
        icon=":material/edit:",
        on_click=_settle,
        args=(board, found),
    )


def _settle(board: Board, found: Missing) -> None:
    """Open the form in which this is settled; on a phone that is another tab."""
    st.session_state[PARTS] = _(STEPS)
    if found.why is Why.ENTRY:
        kind = next(kind for kind in ActivityKind if kind.code == found.key)
        log.open_for(board.crisis.id, kind)
        return
    task = next(line.task for line in board.lines if line.task.id == found.key)
    checklist.open_step(board.crisis.id, task)


def _over(crisis: Crisis) -> None:
    if crisis.closed_at is not None:
        words = _("{time} に終えました。").format(time=fmt.moment(crisis.closed_at))
    else:
        words = _("取り消しました。")
    st.caption(inert(words))
    st.button(
        _("再開する"),
        key=name_of(crisis.id, "reopen"),
        icon=":material/undo:",
        on_click=open_editor,
        args=(crisis.id, REOPEN, crisis),
    )


def _close(crisis: Crisis) -> None:
    words = _("{number} を完了にしました。").format(number=crisis.id)
    press(cast("Any", ending.close), crisis, words)


def _reason(board: Board, editor: str) -> None:
    crisis = board.crisis
    form = form_of(crisis.id, editor, Crisis)
    st.text_input(
        _("再開する理由") if editor == REOPEN else _("取り消す理由"),
        max_chars=LONGEST_TEXT,
        key=form.key("reason"),
        live="500ms",
        on_change="ignore",
        persist_state="session",
    )
    for name in ("reason", ending.OPEN):
        form.show_problems(name)
    label = _("再開する") if editor == REOPEN else _("取消にする")
    save_buttons(crisis.id, editor, _turn, board, editor, label=label)


def _turn(board: Board, editor: str) -> None:
    crisis = board.crisis
    form = form_of(crisis.id, editor, Crisis)
    verb = ending.reopen if editor == REOPEN else ending.cancel

    def turned(desk: UserStore, seen: Crisis, values: Any, **shared: Any) -> Crisis:
        return verb(desk, seen, reason=values["reason"], **shared)

    said = _("再開しました。") if editor == REOPEN else _("取り消しました。")
    save(
        crisis.id,
        Attempt(
            cast("Any", turned),
            seen_by(crisis.id, editor, crisis),
            {"reason": str(form.get("reason") or "")},
            editor,
            drafting.entry_id(form),
            said,
        ),
    )
