"""One save after another on a crisis: presses, editors, and what to do about a clash.

An editor keeps what the person saw when it opened: that is the base of the merge. What
is typed stays until its save goes through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.errors import Conflict, FieldConflict, InvalidRecord
from lib.i18n import N_, _
from lib.schema.record import Record
from lib.schema.tables import table_of
from lib.text import inert
from lib.ui import boundary, conflict, context, drafting, flash
from lib.ui.form import Form, problems_by_field, widget_values

Verb = Callable[..., Record]
"""An action: `(desk, seen, [values], *, now, commit_id, …)` → the row as it stands."""


PARTS: Final = "crisis:parts"
"""Which tab of a crisis is open, on a phone."""
STEPS: Final = N_("手順")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One save of an editor: the act, what was seen, what it is to become."""

    verb: Verb
    seen: Record
    values: Mapping[str, Any]
    editor: str
    commit_id: str
    said: str
    more: Mapping[str, Any] = field(default_factory=dict)


def name_of(key: str, part: str) -> str:
    """Return a session key of this module."""
    return f"crisis:{key}:{part}"


def once(*parts: object) -> str:
    """Return the id of the save that a press on this state means, however often."""
    what = "|".join(map(str, parts))
    return hashlib.blake2b(what.encode(), digest_size=16).hexdigest()


def press(verb: Verb, seen: Record, said: str, **more: Any) -> bool:
    """Do what one press means; return whether it was done.

    Two presses on the same state are one. Where somebody was quicker, the next run
    shows what they did, and a message says so.
    """
    key = table_of(seen).key_of(seen)
    commit_id = once(key, seen.version, verb.__name__)
    try:
        with boundary.attempt():
            try:
                verb(
                    context.desk(),
                    seen,
                    now=clock.now(),
                    commit_id=commit_id,
                    **more,
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


# Editors ------------------------------------------------------------------------------


def opened(crisis_id: str) -> str:
    """Return which editor stands open on a crisis; "" for none."""
    return str(st.session_state.get(name_of(crisis_id, "editor")) or "")


def open_editor(
    crisis_id: str,
    editor: str,
    seen: Record | None,
    names: tuple[str, ...] = (),
    first: Mapping[str, Any] | None = None,
) -> None:
    """Open an editor on what stands now; one that holds typed text stays as it is.

    seen: the row that is changed; None for a new one. names: fields that start with
    what the row holds. first: what others start with.
    """
    st.session_state[name_of(crisis_id, "editor")] = editor
    st.session_state.pop(name_of(crisis_id, "problems"), None)
    key = name_of(crisis_id, f"seen:{editor}")
    if key in st.session_state:
        return
    st.session_state[key] = seen
    start = widget_values(seen, names) if seen is not None else {}
    Form(form_name(crisis_id, editor), Record).set(**start, **(first or {}))


def seen_by(crisis_id: str, editor: str, standing: Record) -> Record:
    """Return the row as it was when the editor opened."""
    found: Record = st.session_state.get(name_of(crisis_id, f"seen:{editor}"), standing)
    return found


def form_name(crisis_id: str, editor: str) -> str:
    """Return the name of an editor's form."""
    return f"crisis-{crisis_id}-{editor}"


def form_of(
    crisis_id: str,
    editor: str,
    record: type[Record],
    untouched: Mapping[str, Any] | None = None,
) -> Form:
    """Return an editor's form, with what is wrong with its fields."""
    problems = st.session_state.get(name_of(crisis_id, "problems")) or {}
    return Form(form_name(crisis_id, editor), record, problems, untouched or {})


def leave_editor(crisis_id: str, editor: str) -> None:
    """Close an editor and forget what was typed in it."""
    drafting.discard(Form(form_name(crisis_id, editor), Record))
    for part in ("editor", "problems", "clash", f"seen:{editor}"):
        st.session_state.pop(name_of(crisis_id, part), None)


def save(crisis_id: str, wanted: Attempt) -> None:
    """Save; close the editor if it worked, else show why and keep what was typed."""
    for part in ("problems", "clash"):
        st.session_state.pop(name_of(crisis_id, part), None)
    try:
        with boundary.attempt():
            try:
                wanted.verb(
                    context.desk(),
                    wanted.seen,
                    wanted.values,
                    now=clock.now(),
                    commit_id=wanted.commit_id,
                    **wanted.more,
                )
            except Conflict as found:
                if not found.fields:
                    raise
                st.session_state[name_of(crisis_id, "clash")] = (wanted, found.fields)
                return
            flash.say(wanted.said)
            leave_editor(crisis_id, wanted.editor)
    except InvalidRecord as error:
        problems = problems_by_field(error.problems)
        st.session_state[name_of(crisis_id, "problems")] = problems


def save_buttons(
    crisis_id: str,
    editor: str,
    on_save: Callable[..., None],
    *args: Any,
    label: str | None = None,
) -> None:
    """Draw the two buttons below an editor."""
    with st.container(horizontal=True):
        st.button(
            label or _("保存"),
            key=name_of(crisis_id, f"save:{editor}"),
            type="primary",
            icon=":material/save:",
            shortcut="Mod+S",
            on_click=on_save,
            args=args,
        )
        st.button(
            _("やめる"),
            key=name_of(crisis_id, f"leave:{editor}"),
            on_click=leave_editor,
            args=(crisis_id, editor),
        )


# Two people in one field --------------------------------------------------------------


def clash(crisis_id: str) -> bool:
    """Draw both versions where two people changed a field; return whether there are any."""
    found = st.session_state.get(name_of(crisis_id, "clash"))
    if not found:
        return False
    wanted, fields = found
    st.warning(
        inert(
            _(
                "ほかの人が同じところを先に変えました。まだ保存していません。どちらを残すか選んでください。"
            )
        ),
        icon=":material/difference:",
    )
    form = Form(form_name(crisis_id, "clash"), type(wanted.seen))
    for one in fields:
        conflict.ask(form, one)
    with st.container(horizontal=True):
        st.button(
            _("選んだ内容で保存"),
            key=name_of(crisis_id, "settle"),
            type="primary",
            icon=":material/check:",
            on_click=_settle,
            args=(crisis_id, wanted, fields),
        )
        st.button(
            _("入力に戻る"),
            key=name_of(crisis_id, "back"),
            on_click=st.session_state.pop,
            args=(name_of(crisis_id, "clash"), None),
        )
    return True


def _settle(crisis_id: str, wanted: Attempt, fields: tuple[FieldConflict, ...]) -> None:
    form = Form(form_name(crisis_id, "clash"), type(wanted.seen))
    mine = {one.field for one in fields}
    kept = {n: value for n, value in wanted.values.items() if n not in mine}
    values = kept | conflict.chosen(form, fields)
    theirs = {one.field: one.theirs for one in fields}
    form.clear()
    seen = wanted.seen.model_copy(update=theirs)
    save(crisis_id, replace(wanted, seen=seen, values=values))
