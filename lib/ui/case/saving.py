"""One save after another: what it is based on, what happens when it does not go through.

Every editor keeps what the person saw when it opened (`seen`): that is the base of the
merge. It keeps what is typed until its save goes through, whatever happens between:
a rerun, another page, another language, a conflict, a store that does not answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import cases, closing
from lib.errors import Conflict, InvalidRecord
from lib.i18n import _
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.schema.vocab import ActivityKind, Medium
from lib.store.access import UserStore
from lib.ui import boundary, context, drafting, flash
from lib.ui.case.groups import (
    ACT,
    CLOSE,
    GROUPS,
    INSIDE,
    PROMISE,
    PROMISED,
    WRITERS,
)
from lib.ui.conflict import Clash
from lib.ui.form import Form, problems_by_field, widget_values


@dataclass(frozen=True, slots=True)
class Attempt:
    """One save that the person asked for: what they saw and what it is to become.

    editor: the editor it came from, "" for a button. commit_id: the same when the
    same save is tried again, after a conflict say.
    """

    verb: str
    seen: Complaint
    values: Mapping[str, Any]
    more: Mapping[str, Any] = field(default_factory=dict)
    editor: str = ""
    commit_id: str = ""


def press(verb: str, seen: Complaint, values: Mapping[str, Any]) -> None:
    """Save what one press means; two presses on the same state of a case are one."""
    what = f"{seen.id}|{seen.version}|{verb}|{sorted(values.items())}"
    once = hashlib.blake2b(what.encode(), digest_size=16).hexdigest()
    save(Attempt(verb, seen, values, commit_id=once))


def submit(
    verb: str, seen: Complaint, editor: str, values: Mapping[str, Any], **more: Any
) -> None:
    """Save what an editor holds. Its entry is the commit: a double click saves once."""
    commit_id = drafting.entry_id(form_of(seen, editor))
    save(Attempt(verb, seen, values, more, editor, commit_id))


_VERBS: Final[Mapping[str, Callable[..., Complaint]]] = {
    "edit": cases.edit,
    "act": cases.act,
    "keep": cases.keep_promise,
    "renew": cases.renew_promise,
    "change": cases.change,
    "cancel": cases.cancel,
    "close": closing.close,
}


def save(wanted: Attempt) -> None:
    """Save; close the editor if it worked, else show why and keep what was typed."""
    number = wanted.seen.id
    st.session_state.pop(name_of(number, "problems"), None)
    st.session_state.pop(name_of(number, "attempt"), None)
    try:
        with boundary.attempt():
            try:
                after = _saved(wanted)
            except Conflict as found:
                if not found.fields:
                    raise
                _remember_clash(wanted, found)
                return
            _done(wanted, after)
    except InvalidRecord as error:
        show_missing(wanted, error)


def _saved(wanted: Attempt) -> Complaint:
    shared = {"now": clock.now(), "commit_id": wanted.commit_id, **wanted.more}
    desk = context.desk()
    if wanted.verb in ("edit", "change"):
        shared["secret"] = context.customer_secret()
    return _VERBS[wanted.verb](desk, wanted.seen, wanted.values, **shared)


def _done(wanted: Attempt, after: Complaint) -> None:
    merged = cases.merged_fields(wanted.seen, wanted.values, after)
    if merged:
        names = "、".join(_(spec.label) for spec in merged)
        flash.say(
            _(
                "保存しました。ほかの人が変えたところ({names})もそのまま残っています。"
            ).format(names=names),
            "info",
        )
    else:
        flash.say(_("{number} を保存しました。").format(number=after.id))
    if wanted.editor:
        leave_editor(wanted.seen.id, wanted.editor)


def _remember_clash(wanted: Attempt, found: Conflict) -> None:
    number = wanted.seen.id
    log = context.live().for_user(SYSTEM)
    who = {
        clash.field: cases.last_change(log, wanted.seen, clash.field)
        for clash in found.fields
    }
    st.session_state[name_of(number, "attempt")] = wanted
    st.session_state[name_of(number, "conflict")] = Clash(
        wanted.seen, wanted.values, found.fields, who
    )


def clash_of(number: str) -> Clash | None:
    """Return the conflict that waits for a choice on that case; None for none."""
    found: Clash | None = st.session_state.get(name_of(number, "conflict"))
    return found


def settled(seen: Complaint, values: Mapping[str, Any]) -> None:
    """Save again, with what was chosen between the two versions."""
    number = seen.id
    st.session_state.pop(name_of(number, "conflict"), None)
    wanted = st.session_state[name_of(number, "attempt")]
    save(replace(wanted, seen=seen, values=values))


def back(seen: Complaint, _values: Mapping[str, Any]) -> None:
    """Leave the choice open and go back to what was typed."""
    st.session_state.pop(name_of(seen.id, "conflict"), None)
    st.session_state.pop(name_of(seen.id, "attempt"), None)


def show_missing(wanted: Attempt, error: InvalidRecord) -> None:
    """Keep what is wrong for the fields of the editor; of a button, say it on top."""
    number = wanted.seen.id
    problems = problems_by_field(error.problems)
    if not wanted.editor:
        flash.say(
            "\n".join(_(message) for some in problems.values() for message in some),
            "warning",
        )
        return
    st.session_state[name_of(number, "problems")] = problems


def opened_editor(number: str) -> str:
    """Return which editor stands open on that case; "" for none."""
    return str(st.session_state.get(name_of(number, "editor")) or "")


def open_editor(case: Complaint, editor: str) -> None:
    """Open an editor on what stands now; one that holds typed text stays as it is."""
    st.session_state[name_of(case.id, "editor")] = editor
    seen = name_of(case.id, f"seen:{editor}")
    if seen in st.session_state:
        return
    st.session_state[seen] = case
    form = form_of(case, editor)
    if editor == ACT:
        form.set(medium=Medium.CALL_OUT, kind=ActivityKind.HEARING, content="")
    elif editor == PROMISE:
        form.set(**widget_values(case, PROMISED), contact="")
    elif editor == CLOSE:
        form.set(**_closing_start(case))
    elif editor in BY_CODE:
        form.set(**widget_values(case, fields_of(editor)))


def leave_editor(number: str, editor: str) -> None:
    """Close an editor and forget what was typed in it, its draft included."""
    case = st.session_state.pop(name_of(number, f"seen:{editor}"), None)
    if case is not None:
        drafting.discard(form_of(case, editor))
    for name in ("editor", "problems", "conflict", "attempt"):
        st.session_state.pop(name_of(number, name), None)


BY_CODE: Final = {group.code: group for group in GROUPS}


def fields_of(editor: str) -> tuple[str, ...]:
    """Return the fields of a group's editor, or of the one that closes."""
    return cases.CLOSING_FIELDS if editor == CLOSE else BY_CODE[editor].fields


def form_of(seen: Complaint, editor: str) -> Form:
    """Return the form of an editor, with what is wrong with its fields."""
    record: type[Record] = Activity if editor in (ACT, INSIDE) else Complaint
    problems = st.session_state.get(name_of(seen.id, "problems")) or {}
    untouched: dict[str, Any] = {}
    if editor == ACT:
        untouched = {"medium": Medium.CALL_OUT, "kind": ActivityKind.HEARING}
    elif editor == CLOSE:
        untouched = _closing_start(seen)
    elif editor in BY_CODE:
        untouched = widget_values(seen, fields_of(editor))
    return Form(f"case-{seen.id}-{editor}", record, problems, untouched)


def _closing_start(seen: Complaint) -> dict[str, Any]:
    """Return what the closing form starts with: the case, and a presumed cause."""
    presets = closing.presets(context.desk(), seen, clock.now())
    return widget_values(seen, cases.CLOSING_FIELDS) | presets


def may_write(desk: UserStore) -> bool:
    """Whether the person's role changes complaints at all."""
    return desk.principal.role in WRITERS


def name_of(number: str, part: str) -> str:
    """Return a session key of this module; no form's name begins like it."""
    return f"case:{number}:{part}"
