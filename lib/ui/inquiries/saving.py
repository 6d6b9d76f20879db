"""One save on a contact: what it is based on, and what happens when it does not go through.

An editor keeps what the person saw when it opened: that is the base of the merge. What
is typed stays until its save goes through, whatever happens between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from lib import clock
from lib.actions.inquiries.listing import INQUIRIES
from lib.errors import Conflict, InvalidRecord
from lib.i18n import _
from lib.schema.inquiry import AgencyInquiry
from lib.schema.principal import SYSTEM
from lib.store.access import UserStore
from lib.ui import boundary, context, drafting, flash
from lib.ui.conflict import Clash
from lib.ui.form import Form, problems_by_field

Verb = Callable[..., AgencyInquiry]
"""An action: `(desk, seen, values, *, now, commit_id)` → the contact as it stands."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One save that a person asked for.

    editor: the form it came from, whose draft goes once it is saved; None for a button.
    commit_id: the same when the same save is tried again, after a conflict say.
    """

    verb: Verb
    seen: AgencyInquiry
    values: Any
    commit_id: str
    editor: Form | None = None


def press(verb: Verb, seen: AgencyInquiry, values: Any = None) -> None:
    """Save what one press means; two presses on the same state are one. A callback."""
    what = f"{seen.id}|{seen.version}|{verb.__qualname__}|{values!r}"
    once = hashlib.blake2b(what.encode(), digest_size=16).hexdigest()
    save(Attempt(verb, seen, values, once))


def submit(verb: Verb, seen: AgencyInquiry, editor: Form, values: Any) -> None:
    """Save what an editor holds; its entry is the commit. A callback."""
    save(Attempt(verb, seen, values, drafting.entry_id(editor), editor))


def save(wanted: Attempt) -> None:
    """Save; close the editor if it worked, else show why and keep what was typed."""
    number = wanted.seen.id
    st.session_state.pop(name_of(number, "problems"), None)
    try:
        with boundary.attempt():
            try:
                _saved(wanted)
            except Conflict as found:
                if not found.fields or not isinstance(wanted.values, Mapping):
                    raise
                _remember_clash(wanted, found)
                return
            flash.say(_("{number} を保存しました。").format(number=number))
            close(number, wanted.editor)
    except InvalidRecord as error:
        problems = problems_by_field(error.problems)
        if wanted.editor is not None:
            st.session_state[name_of(number, "problems")] = problems
        for messages in problems.values() if wanted.editor is None else ():
            flash.say("\n".join(_(message) for message in messages), "warning")


def _saved(wanted: Attempt) -> None:
    given = () if wanted.values is None else (wanted.values,)
    wanted.verb(
        context.desk(),
        wanted.seen,
        *given,
        now=clock.now(),
        commit_id=wanted.commit_id,
    )


def close(number: str, editor: Form | None) -> None:
    """Close the editor of a contact and forget what was typed in it. A callback."""
    if editor is not None:
        drafting.discard(editor)
    for part in ("editor", "seen", "problems", "attempt", "clash"):
        st.session_state.pop(name_of(number, part), None)


def open_editor(seen: AgencyInquiry, editor: str) -> None:
    """Open an editor on what stands now. A callback."""
    st.session_state[name_of(seen.id, "editor")] = editor
    st.session_state[name_of(seen.id, "seen")] = seen


def opened_editor(number: str) -> tuple[str, AgencyInquiry | None]:
    """Return which editor stands open on a contact, and what it is based on."""
    state = st.session_state
    return (
        str(state.get(name_of(number, "editor")) or ""),
        state.get(name_of(number, "seen")),
    )


def problems_of(number: str) -> Mapping[str, list[str]]:
    """Return what was wrong with the last try, by field."""
    return st.session_state.get(name_of(number, "problems")) or {}


def name_of(number: str, part: str) -> str:
    """Return a session key of this module; no form's name begins like it."""
    return f"inquiry:{number}:{part}"


# Two at once -----------------------------------------------------------------------


def clash_of(number: str) -> Clash | None:
    """Return the conflict that waits for a choice on a contact; None for none."""
    found: Clash | None = st.session_state.get(name_of(number, "clash"))
    return found


def _remember_clash(wanted: Attempt, found: Conflict) -> None:
    number = wanted.seen.id
    log = context.live().for_user(SYSTEM)
    who = {
        clash.field: _last_change(log, wanted.seen, clash.field)
        for clash in found.fields
    }
    st.session_state[name_of(number, "attempt")] = wanted
    st.session_state[name_of(number, "clash")] = Clash(
        wanted.seen, wanted.values, found.fields, who
    )


def _last_change(log: UserStore, seen: AgencyInquiry, field: str) -> tuple[str, Any]:
    rows = log.audit(INQUIRIES, seen.id)
    own = rows[rows["field_name"] == field]
    if own.empty:
        return seen.updated_by, seen.updated_at
    last = own.iloc[-1]
    return str(last["actor"]), clock.in_tokyo(last["at"].to_pydatetime())


def settled(seen: AgencyInquiry, values: Mapping[str, Any]) -> None:
    """Save again, with what was chosen between the two versions. A callback."""
    st.session_state.pop(name_of(seen.id, "clash"), None)
    wanted: Attempt = st.session_state[name_of(seen.id, "attempt")]
    save(replace(wanted, seen=seen, values=values))


def back(seen: AgencyInquiry, _values: Mapping[str, Any]) -> None:
    """Leave the choice open and go back to what was typed. A callback."""
    for part in ("clash", "attempt"):
        st.session_state.pop(name_of(seen.id, part), None)
