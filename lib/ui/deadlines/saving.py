"""One act after another on a clock: its small editors, and what to do if one fails.

An editor keeps the clock as it was seen when it opened. Where somebody else was quicker,
nothing is saved and nothing typed is lost: the editor says what they did and asks again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import streamlit as st

from lib import clock
from lib.actions.clocks import changing
from lib.actions.clocks.proposing import DEADLINES
from lib.errors import Conflict, FieldProblem, InvalidRecord
from lib.i18n import N_, _
from lib.schema.deadline import Deadline
from lib.schema.vocab import Applicability
from lib.store.access import UserStore
from lib.ui import boundary, context, drafting, flash
from lib.ui.form import Form, problems_by_field

VOID, DONE, MOVE, RECOUNT, REOPEN, ASSIGN, REDECIDE = (
    "void",
    "done",
    "move",
    "recount",
    "reopen",
    "assign",
    "redecide",
)
"""Codes of the editors."""

Act = Callable[..., None]
"""`(desk, seen, values, *, now, commit_id)`; raises as `actions.clocks.changing` does."""


@dataclass(frozen=True, slots=True)
class Editor:
    """An editor that is open on a clock, with the clock as it was seen."""

    code: str
    form: Form
    seen: Deadline

    @property
    def is_outrun(self) -> bool:
        """Whether somebody else saved first while it was open."""
        return bool(st.session_state.get(name_of(self.seen.id, "outrun")))


def name_of(key: str, part: str) -> str:
    """Return a session key of this module; no form's name begins like it."""
    return f"deadline:{key}:{part}"


def once(*parts: object) -> str:
    """Return the id of the save that a press on this state means, however often."""
    what = "|".join(map(str, parts))
    return hashlib.blake2b(what.encode(), digest_size=16).hexdigest()


# Editors ------------------------------------------------------------------------------


def opened(key: str) -> str:
    """Return which editor stands open on a clock; "" for none."""
    return str(st.session_state.get(name_of(key, "open")) or "")


def open_editor(
    seen: Deadline, code: str, first: Mapping[str, Any] | None = None
) -> None:
    """Open an editor on the clock as it stands, closing another; a callback.

    first: what its widgets hold before anybody types.
    """
    leave_editor(seen.id)
    st.session_state[name_of(seen.id, "open")] = code
    st.session_state[name_of(seen.id, "seen")] = seen
    Form(_form_name(seen.id, code), Deadline).set(**(first or {}))


def leave_editor(key: str) -> None:
    """Close the editor of a clock and forget what was typed in it; a callback."""
    if code := opened(key):
        drafting.discard(Form(_form_name(key, code), Deadline))
    for part in ("open", "seen", "problems", "outrun"):
        st.session_state.pop(name_of(key, part), None)


def editor_of(standing: Deadline) -> Editor:
    """Return the editor that is open on a clock."""
    seen: Deadline = st.session_state.setdefault(name_of(standing.id, "seen"), standing)
    code = opened(standing.id)
    problems = st.session_state.get(name_of(standing.id, "problems")) or {}
    form = Form(_form_name(standing.id, code), Deadline, problems)
    return Editor(code, form, seen)


def _form_name(key: str, code: str) -> str:
    return f"deadline-{key}-{code}"


# Saving -------------------------------------------------------------------------------


def submit(editor: Editor, values: Mapping[str, Any], said: str) -> None:
    """Save what an editor holds; its entry is the commit, so a double click is one."""
    key = editor.seen.id
    for part in ("problems", "outrun"):
        st.session_state.pop(name_of(key, part), None)
    try:
        with boundary.attempt():
            try:
                ACTS[editor.code](
                    context.desk(),
                    editor.seen,
                    values,
                    now=clock.now(),
                    commit_id=drafting.entry_id(editor.form),
                )
            except Conflict:
                _follow(key)
                return
            flash.say(said)
            leave_editor(key)
    except InvalidRecord as error:
        problems = problems_by_field(error.problems)
        st.session_state[name_of(key, "problems")] = problems


def _follow(key: str) -> None:
    """Take what somebody else saved for seen, and keep what is typed."""
    newest = cast("Deadline", context.desk().record(DEADLINES, key))
    st.session_state[name_of(key, "seen")] = newest
    st.session_state[name_of(key, "outrun")] = True


def applies(seen: Sequence[Deadline]) -> None:
    """Say of clocks that they apply: one press, by name. A callback."""
    decide(
        seen,
        Applicability.APPLIES,
        reason="",
        said=_("「該当」にしました。間違えたら「判断を直す」で戻せます。"),
    )


def decide(
    seen: Sequence[Deadline], word: Applicability, *, reason: str, said: str
) -> bool:
    """Decide about clocks in one commit; return whether it was done."""
    marks = [f"{one.id}:{one.version}" for one in seen]
    try:
        with boundary.attempt():
            try:
                changing.confirm(
                    context.desk(),
                    seen,
                    word,
                    reason=reason,
                    now=clock.now(),
                    commit_id=once(word.code, reason, *marks),
                )
            except Conflict:
                words = _("ほかの人が先に変えました。いまの様子を表示しています。")
                flash.say(words, "info")
                return False
            flash.say(said)
            return True
    except InvalidRecord as error:
        flash.say("\n".join(_(p.message) for p in error.problems), "warning")
    return False


def _void(
    desk: UserStore, seen: Deadline, values: Mapping[str, Any], **shared: Any
) -> None:
    changing.confirm(
        desk,
        [seen],
        Applicability.NOT_APPLICABLE,
        reason=str(values["check_reason"] or ""),
        **shared,
    )


def _redecide(
    desk: UserStore, seen: Deadline, values: Mapping[str, Any], **shared: Any
) -> None:
    changing.confirm(
        desk,
        [seen],
        values["applies"],
        reason=str(values["check_reason"] or ""),
        **shared,
    )


def _done(
    desk: UserStore, seen: Deadline, values: Mapping[str, Any], **shared: Any
) -> None:
    _need("done_at", values["done_at"])
    changing.finish(
        desk,
        seen,
        done_at=values["done_at"],
        evidence_url=str(values["evidence_url"] or ""),
        **shared,
    )


def _move(
    desk: UserStore, seen: Deadline, values: Mapping[str, Any], **shared: Any
) -> None:
    _need("due_at", values["due_at"])
    reason = str(values["change_reason"] or "")
    changing.move(desk, seen, values["due_at"], reason=reason, **shared)


def _recount(
    desk: UserStore, seen: Deadline, values: Mapping[str, Any], **shared: Any
) -> None:
    _need("started_at", values["started_at"])
    reason = str(values["change_reason"] or "")
    changing.recount(desk, seen, values["started_at"], reason=reason, **shared)


def _reopen(
    desk: UserStore, seen: Deadline, values: Mapping[str, Any], **shared: Any
) -> None:
    changing.reopen(desk, seen, reason=str(values["reason"] or ""), **shared)


def _assign(
    desk: UserStore, seen: Deadline, values: Mapping[str, Any], **shared: Any
) -> None:
    changing.assign(desk, seen, str(values["owner"] or ""), **shared)


def _need(field: str, value: object) -> None:
    if value is None:
        raise InvalidRecord([FieldProblem(field, N_("日時を入れてください。"))])


ACTS: Mapping[str, Act] = {
    VOID: _void,
    REDECIDE: _redecide,
    DONE: _done,
    MOVE: _move,
    RECOUNT: _recount,
    REOPEN: _reopen,
    ASSIGN: _assign,
}
