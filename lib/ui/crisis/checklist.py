"""The list of a crisis: what is next, every step in one press, and what it needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, Final, cast

import streamlit as st

from lib import clock
from lib.actions.crises import working
from lib.actions.crises.reading import Board, Line
from lib.i18n import _
from lib.schema.task import Task
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import context, drafting
from lib.ui import format as fmt
from lib.ui.crisis import log, words
from lib.ui.crisis.saving import (
    Attempt,
    form_of,
    leave_editor,
    name_of,
    open_editor,
    opened,
    press,
    save,
    save_buttons,
    seen_by,
)
from lib.ui.form import field_input

STEP, NEW, WAIVE = "step", "new-step", "waive"
STEP_FIELDS: Final = ("owner", "due_at", "note", "evidence_url")
NEW_FIELDS: Final = ("title", "owner", "due_at")


def next_step(board: Board, now: datetime) -> None:
    """Draw the one step to do now; where none is left, the way to the end."""
    task = board.following()
    with st.container(border=True, gap="small"):
        if task is None:
            st.markdown(f"**:material/task_alt: {inert(_('手順はすべて済みました'))}**")
            return
        st.caption(inert(_("次にすること")))
        st.markdown(f"##### {inert(_(task.title))}")
        if hint := _hint(board, task):
            st.caption(inert(hint))
        st.markdown(f"{words.due_badge(task, now)} {inert(_owner(task))}")
        st.button(
            _("済みにする"),
            key=name_of(board.crisis.id, "next"),
            type="secondary" if opened(board.crisis.id) else "primary",
            icon=":material/check:",
            on_click=_finish,
            args=(task,),
        )


def show(desk: UserStore, board: Board, now: datetime) -> None:
    """Draw the whole list by rule."""
    crisis = board.crisis
    with st.container(border=True):
        progress = board.progress(now)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{inert(_('手順'))}**", width="content")
            st.caption(inert(words.progress_words(progress)), width="stretch")
            if crisis.is_open:
                st.button(
                    _("手順を足す"),
                    key=name_of(crisis.id, "add-step"),
                    icon=":material/add:",
                    type="tertiary",
                    on_click=_open_new,
                    args=(board,),
                )
        if progress.total:
            st.progress(progress.done / progress.total)
        if opened(crisis.id) == NEW:
            _new_editor(board)
        for tenet, lines in groupby(board.lines, key=lambda line: line.tenet):
            title = _(tenet.value) if tenet else _("この件だけの手順")
            st.caption(f"**{inert(title)}**")
            _lines(desk, board, lines, now)


def _lines(desk: UserStore, board: Board, lines: Iterable[Line], now: datetime) -> None:
    with st.container(gap="xxsmall"):
        for line in lines:
            _line(board, line, now)
            editor = opened(board.crisis.id)
            if editor == f"{STEP}-{line.task.id}":
                _editor(desk, board, line, now)
            elif editor == f"{WAIVE}-{line.task.id}":
                _waive_editor(board, line.task)


def _line(board: Board, line: Line, now: datetime) -> None:
    task, is_open = line.task, board.crisis.is_open
    key = name_of(task.id, "done")
    st.session_state[key] = not task.is_open
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.checkbox(
            inert(_(task.title)),
            key=key,
            disabled=not is_open,
            help=_help(line),
            width="stretch",
            on_change=_toggle,
            args=(task, key),
        )
        if is_open and task.is_open:
            _owed(board, task, now)
        else:
            st.markdown(_state(task, now), width="content")
    if task.waived_reason:
        why = _("しないと決めた: {reason}").format(reason=task.waived_reason)
        st.caption(inert(why))
    elif task.note:
        st.caption(inert(task.note))


def _owed(board: Board, task: Task, now: datetime) -> None:
    """Draw until when and by whom, which wrap together; the name opens the editor."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", width="content"
    ):
        st.markdown(words.due_badge(task, now), width="content")
        st.button(
            inert(_owner(task)),
            key=name_of(task.id, "more"),
            type="tertiary",
            icon=":material/edit:",
            help=_("担当・期限・メモを直す、しないと決める"),
            on_click=open_step,
            args=(board.crisis.id, task),
        )


def _state(task: Task, now: datetime) -> str:
    if task.is_open:
        return words.due_badge(task, now)
    colour, sign = ("gray", "–") if task.waived_reason else ("green", "✓")
    at = inert(fmt.short_moment(task.done_at))
    return f":{colour}-badge[{sign} {at} {inert(task.done_by)}]"


def _owner(task: Task) -> str:
    return task.owner or _("担当なし")


def _help(line: Line) -> str | None:
    return inert(_(line.step.hint)) if line.step and line.step.hint else None


def _hint(board: Board, task: Task) -> str:
    line = next((x for x in board.lines if x.task.id == task.id), None)
    return _(line.step.hint) if line and line.step and line.step.hint else ""


# One press ----------------------------------------------------------------------------


def _toggle(task: Task, key: str) -> None:
    if st.session_state[key]:
        _finish(task)
        return
    said = _("「{title}」を元に戻しました。").format(title=_(task.title))
    press(cast("Any", working.reopen_step), task, said)


def _finish(task: Task) -> None:
    """Finish a step; one that needs an entry opens the form for it instead."""
    kind = working.lacks(context.desk(), task, clock.now())
    if kind is not None:
        log.open_for(task.case_id, kind, task)
        return
    said = _("「{title}」を済みにしました。").format(title=_(task.title))
    press(cast("Any", working.finish), task, said)


# Editors ------------------------------------------------------------------------------


def open_step(crisis_id: str, task: Task) -> None:
    """Open the editor of a step. A callback."""
    open_editor(crisis_id, f"{STEP}-{task.id}", task, STEP_FIELDS)


def _editor(desk: UserStore, board: Board, line: Line, now: datetime) -> None:
    crisis_id, editor = board.crisis.id, f"{STEP}-{line.task.id}"
    form = form_of(crisis_id, editor, Task)
    with st.container(border=True):
        left, right = st.columns(2)
        with left:
            field_input(form, "owner", options=people())
        with right:
            field_input(form, "due_at")
        field_input(form, "note", height=90)
        field_input(form, "evidence_url")
        save_buttons(crisis_id, editor, _save_step, crisis_id, line.task)
        if working.may_be_waived(desk, line.task, now):
            st.button(
                _("この件ではしないと決める"),
                key=name_of(line.task.id, "waive"),
                type="tertiary",
                icon=":material/do_not_disturb_on:",
                on_click=_open_waive,
                args=(crisis_id, line.task),
            )
        else:
            st.caption(inert(_("この手順は省けません。")))


def _save_step(crisis_id: str, task: Task) -> None:
    editor = f"{STEP}-{task.id}"
    form = form_of(crisis_id, editor, Task)
    save(
        crisis_id,
        Attempt(
            cast("Any", working.edit_step),
            seen_by(crisis_id, editor, task),
            form.values(STEP_FIELDS),
            editor,
            drafting.entry_id(form),
            _("手順を保存しました。"),
        ),
    )


def _open_waive(crisis_id: str, task: Task) -> None:
    leave_editor(crisis_id, f"{STEP}-{task.id}")
    open_editor(crisis_id, f"{WAIVE}-{task.id}", task)


def _waive_editor(board: Board, task: Task) -> None:
    crisis_id, editor = board.crisis.id, f"{WAIVE}-{task.id}"
    form = form_of(crisis_id, editor, Task)
    with st.container(border=True):
        field_input(form, "waived_reason", required=True)
        label = _("しないと決める")
        save_buttons(crisis_id, editor, _waive, crisis_id, task, label=label)


def _waive(crisis_id: str, task: Task) -> None:
    editor = f"{WAIVE}-{task.id}"
    form = form_of(crisis_id, editor, Task)

    def decided(desk: UserStore, seen: Task, values: Any, **shared: Any) -> Task:
        return working.waive(desk, seen, reason=values["waived_reason"], **shared)

    save(
        crisis_id,
        Attempt(
            cast("Any", decided),
            seen_by(crisis_id, editor, task),
            form.values(["waived_reason"]),
            editor,
            drafting.entry_id(form),
            _("しないと決めたことを、名前と理由とともに残しました。"),
        ),
    )


def _open_new(board: Board) -> None:
    first = {"title": "", "owner": board.crisis.leader, "due_at": None}
    open_editor(board.crisis.id, NEW, None, first=first)


def _new_editor(board: Board) -> None:
    form = form_of(board.crisis.id, NEW, Task)
    with st.container(border=True):
        field_input(form, "title", required=True)
        left, right = st.columns(2)
        with left:
            field_input(form, "owner", options=people())
        with right:
            field_input(form, "due_at")
        save_buttons(board.crisis.id, NEW, _save_new, board)


def _save_new(board: Board) -> None:
    crisis_id = board.crisis.id
    form = form_of(crisis_id, NEW, Task)

    def added(desk: UserStore, _seen: Any, values: Any, **shared: Any) -> Task:
        return working.add_step(desk, crisis_id, values, **shared)

    save(
        crisis_id,
        Attempt(
            cast("Any", added),
            board.crisis,
            form.values(NEW_FIELDS),
            NEW,
            drafting.entry_id(form),
            _("手順を足しました。"),
        ),
    )


def people() -> list[str]:
    """Return the names of those who can own a step."""
    return [member.name for member in context.members()]
