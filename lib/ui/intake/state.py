"""What the page 苦情受付 keeps between runs, and what its buttons do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import complaints, continuing, questions
from lib.actions.complaints import Preview
from lib.actions.entry import Entry, Mark, PromiseTime, due_at
from lib.actions.pasted import read_report
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import _
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.schema.vocab import Choice, Done, Severity
from lib.store.access import UserStore
from lib.ui import boundary, context, drafting, flash
from lib.ui.form import Form, problems_by_field

ASKED: Final = (
    "who",
    "customer_name",
    "product_code",
    "claim_type",
    "content",
    "request",
    "temper",
    "marks",
)
"""The first eight questions, in the order of a call."""

PROMISED: Final = ("promise_time", "next_promise", "next_promise_at")
"""The ninth: until when, and what."""

UNFOLDED: Final = (
    "parent_id",
    "harm",
    "symptom",
    "accident",
    "lot",
    "harassment",
    "harassment_kind",
    "outside_threat",
    "people_involved",
)
"""What chips unfold."""

CLOSING: Final = ("resolution", "cause")
"""What その場で解決 unfolds, beside the confirmation."""

LATER: Final = (
    "received_at",
    "channel",
    "handler",
    "category",
    "category2",
    "sales_page",
    "occurred_on",
    "recording",
    "recording_url",
    "open_questions",
    "fact_source",
    "fault",
    "apology",
    "language",
)
"""What can wait until the customer has hung up."""

SEVERITY: Final = ("chosen_severity", "severity_why")
"""A severity that a person set, beside the proposal."""

CONTINUES: Final = "continues"
"""The earlier case that this call is about, where it is no new one."""

NAMES: Final = (*ASKED, *PROMISED, *UNFOLDED, *CLOSING, *LATER, *SEVERITY, CONTINUES)

CONFIRMED: Final = "confirmed"
"""The confirmation before closing; kept in no draft: it is given at the moment."""

LATER_OPEN: Final = "intake_later"
"""Session key: whether 「あとで書くこと」 is unfolded."""

PASTED: Final = "intake_pasted"
"""Session key: the report of an answering service, until it is read."""

_FORM: Final = "intake"
_LOOKED_AT: Final = "_looked_at"
_ATTEMPTED: Final = "intake._attempted"
_SAVED: Final = "intake_saved"


def entry_form() -> Form:
    """Return the form, without its problems."""
    return Form(_FORM, Entry)


def with_problems(form: Form, found: Preview) -> Form:
    """Return the form with what is still wrong, once saving was refused."""
    if not st.session_state.get(_ATTEMPTED):
        return form
    wrong = sorted(_wrong(form, found), key=_place)
    return Form(_FORM, Entry, problems_by_field(wrong))


def _wrong(form: Form, found: Preview) -> list[FieldProblem]:
    return complaints.problems(read_entry(form), found, now=clock.now())


def _place(problem: FieldProblem) -> int:
    """Return where the field stands on the screen, from the top."""
    closing = ("resolution", CONFIRMED, "cause")
    order = (*ASKED, *UNFOLDED, *PROMISED, *closing, *LATER, *SEVERITY)
    return order.index(problem.field) if problem.field in order else len(order)


def read_entry(form: Form) -> Entry:
    """Return what is typed, whatever is still missing.

    Raises:
        InvalidRecord: a value that no widget lets through.
    """
    values = form.values(NAMES)
    begun = drafting.begun_at(form) or clock.now()
    return Entry.read(
        {
            **values,
            "id": "",
            "received_at": values["received_at"] or begun,
            "product_code": values["product_code"] or UNKNOWN_PRODUCT,
            CONFIRMED: Done.DONE if form.get(CONFIRMED) is True else Done.NOT_YET,
        }
    )


def preview(desk: UserStore, form: Form) -> Preview:
    """Return what the entry would become if it were saved now."""
    return complaints.preview(
        desk, read_entry(form), now=clock.now(), secret=context.customer_secret()
    )


def note_due() -> None:
    """Keep until when the one tap on a promise means; a callback."""
    form = entry_form()
    time = form.get("promise_time")
    if time is not PromiseTime.OTHER:
        due = due_at(time, clock.now())
        form.set(next_promise_at=due.replace(tzinfo=None) if due else None)


def save(entry: str) -> None:
    """Save the entry; a callback.

    entry: what the button was drawn for. A second click of a double click arrives
    when that entry is gone already, and does nothing.
    """
    form = entry_form()
    if entry != drafting.entry_id(form):
        return
    with boundary.attempt():
        try:
            saved = _saved(read_entry(form), entry)
        except InvalidRecord as refused:
            st.session_state[_ATTEMPTED] = True
            _say_what_the_form_lacks(form, refused)
            return
        drafting.discard(form)
        st.session_state[_SAVED] = saved.id


def _saved(entry: Entry, entry_id: str) -> Complaint:
    """Save as a new complaint, or as the next step of the case that was chosen."""
    save_as = continuing.continue_case if entry.continues else complaints.register
    return save_as(
        context.desk(),
        entry,
        entry_id=entry_id,
        now=clock.now(),
        secret=context.customer_secret(),
    )


def _say_what_the_form_lacks(form: Form, refused: InvalidRecord) -> None:
    """Say what the case lacks that no field of this form is asked for."""
    shown = {p.field for p in _wrong(form, preview(context.desk(), form))}
    for problem in refused.problems:
        if problem.field not in shown:
            flash.say(_(problem.message), "warning")


def continue_with(number: str) -> None:
    """Make this call the next step of an earlier case; a callback."""
    entry_form().set(continues=number)


def start_new(earlier: tuple[str, ...] = ()) -> None:
    """Make this call a new complaint, whatever was chosen before; a callback.

    earlier: the cases that were looked at, which are folded away.
    """
    form = entry_form()
    marks = [mark for mark in form.get("marks") or () if mark is not Mark.SECOND]
    form.set(continues="", marks=marks, parent_id="")
    st.session_state[form.key(_LOOKED_AT)] = earlier


def second_of(number: str) -> None:
    """Make this call the second complaint of an earlier case; a callback."""
    form = entry_form()
    marks = list(dict.fromkeys([*(form.get("marks") or ()), Mark.SECOND]))
    form.set(continues="", marks=marks, parent_id=number)


def has_looked_at(earlier: tuple[str, ...]) -> bool:
    """Whether these earlier cases were put away with 「新しい苦情」."""
    return st.session_state.get(entry_form().key(_LOOKED_AT)) == earlier


def ask_later(asked: tuple[str, ...]) -> None:
    """Note questions for the next call; a callback."""
    form = entry_form()
    more = [_(question) for question in asked]
    form.set(open_questions=questions.added(form.get("open_questions") or "", more))


def choose_severity(level: Severity | None) -> None:
    """Set another severity than the proposal, or go back to it; a callback."""
    entry_form().set(chosen_severity=level, severity_why="")


_PROMISE: Final = ("promise_time", "next_promise", "next_promise_at")
"""They belong together: a promise that was chosen stays whole."""


def fill_from_report(claims: tuple[str, ...], products: Mapping[str, str]) -> None:
    """Fill the form from the pasted report; a callback. Nothing typed is replaced.

    What does not go where something stands already goes to the end of 内容.
    """
    text = str(st.session_state.get(PASTED) or "")
    found = read_report(text, products=products, claims=claims, now=clock.now())
    form, rest = entry_form(), []
    placed: dict[str, Any] = {}
    promised = form.get("promise_time") is not None
    for name, value in found.values.items():
        if promised and name in _PROMISE:
            continue
        if form.get(name) in (form.untouched_value(name), None, "", []):
            placed[name] = value
        elif name not in found.copied:
            rest.append(value.value if isinstance(value, Choice) else str(value))
    if rest:
        before = placed.get("content") or form.get("content") or ""
        placed["content"] = "\n".join([before, *rest]).strip("\n")
    form.set(**placed)
    st.session_state[PASTED] = ""
    if any(name in LATER for name in placed):
        st.session_state[LATER_OPEN] = True
    words = _("報告を読み取りました({count}項目)。確かめてから登録してください。")
    flash.say(words.format(count=len(placed)), "info")


def set_aside() -> None:
    """Keep what is typed as a draft and empty the form; a callback."""
    with boundary.attempt():
        drafting.set_aside(entry_form(), NAMES)


def saved_id() -> str | None:
    """Return the number of the complaint just recorded; None while one is typed."""
    return st.session_state.get(_SAVED)


def next_call() -> None:
    """Put the receipt away."""
    st.session_state.pop(_SAVED, None)
