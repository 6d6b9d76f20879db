"""One save after another on an inquiry: what it is based on, what happens if it fails.

Each editor keeps what the person saw when they began to type: that is the base of the
merge. While nothing is typed it follows the row; what is typed stays until its save goes
through, over a rerun, another page, a conflict or a store that does not answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

import streamlit as st

from lib import clock
from lib.actions.inquiries import (
    closing,
    deciding,
    instructions,
    mending,
    saving,
    sorting,
    taking,
)
from lib.actions.inquiries.closing import Place
from lib.errors import Conflict, InvalidRecord
from lib.i18n import _
from lib.schema.inquiry import AgencyInquiry
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.store.access import UserStore
from lib.ui import boundary, context, drafting, flash
from lib.ui import format as fmt
from lib.ui.conflict import Clash
from lib.ui.form import Form, problems_by_field, widget_values

Verb = Callable[..., Any]

_VERBS: Final[Mapping[str, Verb]] = {
    "note": sorting.note,
    "sorted": sorting.is_sorted,
    "draft": deciding.draft,
    "ask": deciding.ask_approval,
    "alone": deciding.approve_alone,
    "begin": mending.begin,
    "finish": mending.finish,
    "instruct": instructions.instruct,
    "edit": taking.edit,
}
"""Verbs that take the values of an editor, after arguments of their own."""

_PLAIN_VERBS: Final[Mapping[str, Verb]] = {
    "question": sorting.ask_later,
    "answered": sorting.answered,
    "consult": deciding.consult,
    "approve": deciding.approve,
    "send_back": deciding.send_back,
    "give_answer": deciding.give_answer,
    "drop": mending.drop,
    "none": mending.none_needed,
    "link": mending.link,
    "tell": instructions.tell_executives,
    "followed": instructions.followed,
    "withdrawn": instructions.withdrawn,
    "mediation": closing.note_mediation,
    "close": closing.close,
    "reopen": closing.reopen,
    "cancel": closing.cancel,
    "again": taking.contact_again,
    "same": taking.link,
    "not_known": taking.rule_out,
    "unlink": taking.unlink,
}
"""Verbs that take arguments of their own alone."""

_TAKES_FURTHER: Final = frozenset({"sorted", "give_answer", "reopen", "none", "finish"})
"""Verbs after which the next step is shown."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One save that the person asked for: what they saw and what it is to become.

    editor: the editor it came from, "" for a button. commit_id: the same when the
    same save is tried again, after a conflict say. said: what is told once it is saved.
    """

    verb: str
    seen: AgencyInquiry
    values: Mapping[str, Any] = field(default_factory=dict)
    arguments: tuple[Any, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    editor: str = ""
    commit_id: str = ""
    said: str = ""


def may_write(desk: UserStore) -> bool:
    """Whether the person's role works on inquiries."""
    return desk.principal.role in saving.WRITERS


def main_kind(*, is_main: bool) -> Literal["primary", "secondary"]:
    """Return the look of a button: only one of a screen is the main one."""
    return "primary" if is_main else "secondary"


def main_key(*, is_main: bool) -> str | None:
    """Return the shortcut of a button: two of one screen would not know whose it is."""
    return "Mod+S" if is_main else None


def name_of(number: str, part: str) -> str:
    """Return a session key of this module; no form's name begins like it."""
    return f"inquiry:{number}:{part}"


# Editors ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Editor:
    """An editor that is drawn: its form and the inquiry as it was seen."""

    code: str
    form: Form
    seen: AgencyInquiry


def editor_of(
    case: AgencyInquiry,
    code: str,
    names: Sequence[str] = (),
    *,
    record: type[Record] = AgencyInquiry,
    start: Mapping[str, Any] | None = None,
) -> Editor:
    """Return an editor, on what stands now as long as nothing is typed in it.

    names: fields of the inquiry that it changes; without any it is about another record,
    and always on the inquiry as it stands. start: what its widgets hold at first, where
    that is not the inquiry's.
    """
    begun = dict(start or {})
    if not names:
        return Editor(
            code, _form(case.id, code, record, _laid(case, code, begun)), case
        )
    key = name_of(case.id, f"seen:{code}")
    seen: AgencyInquiry | None = st.session_state.get(key)
    if seen is None or (
        seen.version != case.version
        and not _is_typed(_form(case.id, code, record, {}), _before(seen, names, begun))
    ):
        st.session_state[key] = seen = case
        _form(case.id, code, record, {}).set(**_before(case, names, begun))
    form = _form(case.id, code, record, _before(seen, names, begun))
    return Editor(code, form, drafting.as_seen(form, seen))


def _before(
    seen: AgencyInquiry, names: Sequence[str], begun: Mapping[str, Any]
) -> dict[str, Any]:
    return widget_values(seen, names) | dict(begun)


def _laid(
    case: AgencyInquiry, code: str, start: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return what the widgets of an editor began with; laid into them the first time."""
    key = name_of(case.id, f"start:{code}")
    if key not in st.session_state:
        st.session_state[key] = dict(start)
        _form(case.id, code, AgencyInquiry, {}).set(**start)
    begun: Mapping[str, Any] = st.session_state[key]
    return begun


def _form(
    number: str, code: str, record: type[Record], untouched: Mapping[str, Any]
) -> Form:
    problems = st.session_state.get(name_of(number, f"problems:{code}")) or {}
    return Form(f"inquiry-{number}-{code}", record, problems, untouched)


def _is_typed(form: Form, before: Mapping[str, Any]) -> bool:
    return any(form.get(name) != value for name, value in before.items())


def changed_meanwhile(editor: Editor, case: AgencyInquiry) -> tuple[str, ...]:
    """Return the labels of what others changed since this editor was typed in."""
    if editor.seen.version == case.version:
        return ()
    return tuple(
        _(spec.label)
        for spec in AgencyInquiry.fields()
        if not spec.auto and getattr(editor.seen, spec.name) != getattr(case, spec.name)
    )


def opened(number: str) -> str:
    """Return which small editor stands open; "" for none."""
    return str(st.session_state.get(name_of(number, "open")) or "")


def open_editor(number: str, code: str) -> None:
    """Open a small editor, closing another; a callback."""
    st.session_state[name_of(number, "open")] = code


def leave_editor(number: str, code: str) -> None:
    """Close an editor and forget what was typed in it; a callback."""
    _forget(number, code)
    st.session_state.pop(name_of(number, "open"), None)


def save_or_leave(
    editor: Editor,
    code: str,
    label: str,
    on_save: Callable[..., None],
    *about: Record,
) -> None:
    """Draw the button that saves what is typed in an editor, and the one that leaves it.

    on_save: a callback with the editor and what it is about. about: what stands already
    and is ended here; without it something new is begun.
    """
    with st.container(horizontal=True):
        st.button(
            label,
            key=f"{editor.form.name}:save",
            type="primary",
            icon=":material/check:" if about else ":material/save:",
            shortcut=None if about else "Mod+S",
            on_click=on_save,
            args=(editor, *about),
        )
        st.button(
            _("閉じる") if about else _("やめる"),
            key=f"{editor.form.name}:leave",
            on_click=leave_editor,
            args=(editor.seen.id, code),
        )


def _forget(number: str, code: str) -> None:
    drafting.discard(_form(number, code, AgencyInquiry, {}))
    for part in ("seen", "start", "problems"):
        st.session_state.pop(name_of(number, f"{part}:{code}"), None)


def is_rewriting(number: str) -> bool:
    """Whether a decision that was put or approved is being written anew."""
    return bool(st.session_state.get(name_of(number, "rewrite")))


def rewrite(number: str, *, is_on: bool = True) -> None:
    """Begin, or give up, to write a decision anew; a callback."""
    st.session_state[name_of(number, "rewrite")] = is_on


def show_step(number: str, place: Place) -> None:
    """Show one of the three steps; a callback."""
    st.session_state[name_of(number, "step")] = place


# Saving -----------------------------------------------------------------------------


def press(
    verb: str,
    seen: AgencyInquiry,
    *arguments: Any,
    said: str = "",
    editor: str = "",
    **more: Any,
) -> None:
    """Save what one press means; two presses on the same state are one. A callback."""
    what = f"{seen.id}|{seen.version}|{verb}|{arguments}|{sorted(more.items())}"
    once = hashlib.blake2b(what.encode(), digest_size=16).hexdigest()
    save(
        Attempt(
            verb,
            seen,
            arguments=arguments,
            more=more,
            editor=editor,
            commit_id=once,
            said=said,
        )
    )


def submit(
    verb: str,
    editor: Editor,
    values: Mapping[str, Any] | None = None,
    *arguments: Any,
    said: str = "",
    **more: Any,
) -> None:
    """Save what an editor holds; its entry is the commit, so a double click is one."""
    save(
        Attempt(
            verb,
            editor.seen,
            values or {},
            arguments,
            more,
            editor.code,
            drafting.entry_id(editor.form),
            said,
        )
    )


def save(wanted: Attempt) -> None:
    """Save; close the editor if it worked, else show why and keep what was typed."""
    number = wanted.seen.id
    st.session_state.pop(name_of(number, f"problems:{wanted.editor}"), None)
    st.session_state.pop(name_of(number, "attempt"), None)
    try:
        with boundary.attempt():
            try:
                _save(wanted)
            except Conflict as found:
                if not found.fields or found.table != saving.INQUIRIES:
                    raise
                _remember_clash(wanted, found)
                return
            _done(wanted)
    except InvalidRecord as error:
        _show_missing(wanted, error)


def _save(wanted: Attempt) -> None:
    desk = context.desk()
    shared = {"now": clock.now(), "commit_id": wanted.commit_id, **wanted.more}
    if (verb := _VERBS.get(wanted.verb)) is not None:
        verb(desk, wanted.seen, *wanted.arguments, wanted.values, **shared)
    else:
        _PLAIN_VERBS[wanted.verb](desk, wanted.seen, *wanted.arguments, **shared)


def _done(wanted: Attempt) -> None:
    number = wanted.seen.id
    flash.say(wanted.said or _("{number} を保存しました。").format(number=number))
    if wanted.editor:
        leave_editor(number, wanted.editor)
    rewrite(number, is_on=False)
    if wanted.verb in _TAKES_FURTHER:
        st.session_state.pop(name_of(number, "step"), None)


def _show_missing(wanted: Attempt, error: InvalidRecord) -> None:
    problems = problems_by_field(error.problems)
    if wanted.editor:
        key = name_of(wanted.seen.id, f"problems:{wanted.editor}")
        st.session_state[key] = problems
        return
    said = dict.fromkeys(_(m) for some in problems.values() for m in some)
    flash.say("\n".join(said), "warning")


# Conflicts --------------------------------------------------------------------------


def _remember_clash(wanted: Attempt, found: Conflict) -> None:
    number = wanted.seen.id
    log = context.live().for_user(SYSTEM)
    who = {
        clash.field: _last_change(log, number, clash.field) for clash in found.fields
    }
    st.session_state[name_of(number, "attempt")] = wanted
    st.session_state[name_of(number, "clash")] = Clash(
        wanted.seen, wanted.values, found.fields, who
    )


def _last_change(
    log: UserStore, number: str, field_name: str
) -> tuple[str, datetime | None]:
    """Return who last changed a field, and when: all that a clerk is told of the log."""
    rows = log.audit(saving.INQUIRIES, number)
    own = rows[rows["field_name"] == field_name]
    if own.empty:
        return "", None
    last = own.iloc[-1]
    return str(last["actor"]), clock.in_tokyo(last["at"].to_pydatetime())


def clash_of(number: str) -> Clash | None:
    """Return the conflict that waits for a choice on an inquiry; None for none."""
    found: Clash | None = st.session_state.get(name_of(number, "clash"))
    return found


def settled(seen: AgencyInquiry, values: Mapping[str, Any]) -> None:
    """Save again, with what was chosen between the two versions; a callback."""
    st.session_state.pop(name_of(seen.id, "clash"), None)
    wanted = st.session_state[name_of(seen.id, "attempt")]
    save(replace(wanted, seen=seen, values=values))


def back(seen: AgencyInquiry, _values: Mapping[str, Any]) -> None:
    """Leave the choice open and go back to what was typed; a callback."""
    for part in ("clash", "attempt"):
        st.session_state.pop(name_of(seen.id, part), None)


def said_of(at: datetime | None, who: str) -> str:
    """Return "10:30 佐藤": when somebody did something, and who."""
    return " ".join(part for part in (fmt.short_moment(at), who) if part)
