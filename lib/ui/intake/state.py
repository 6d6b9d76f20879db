"""What the page 苦情受付 keeps between runs, and what its buttons do."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions import complaints
from lib.actions.complaints import Preview
from lib.actions.entry import Entry, PromiseTime, due_at
from lib.errors import FieldProblem, InvalidRecord
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.vocab import Done
from lib.store.access import UserStore
from lib.ui import boundary, context, drafting
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

NAMES: Final = (*ASKED, *PROMISED, *UNFOLDED, *CLOSING, *LATER)

CONFIRMED: Final = "confirmed"
"""The confirmation before closing; kept in no draft: it is given at the moment."""

LATER_OPEN: Final = "intake_later"
"""Session key: whether 「あとで書くこと」 is unfolded."""

_FORM: Final = "intake"
_ATTEMPTED: Final = "intake._attempted"
_SAVED: Final = "intake_saved"


def entry_form() -> Form:
    """Return the form, without its problems."""
    return Form(_FORM, Entry)


def with_problems(form: Form, found: Preview) -> Form:
    """Return the form with what is still wrong, once saving was refused."""
    if not st.session_state.get(_ATTEMPTED):
        return form
    wrong = complaints.problems(read_entry(form), found, now=clock.now())
    return Form(_FORM, Entry, problems_by_field(sorted(wrong, key=_place)))


def _place(problem: FieldProblem) -> int:
    """Return where the field stands on the screen, from the top."""
    order = (*ASKED, *UNFOLDED, *PROMISED, "resolution", CONFIRMED, "cause", *LATER)
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
            saved = complaints.register(
                context.desk(),
                read_entry(form),
                entry_id=entry,
                now=clock.now(),
                secret=context.customer_secret(),
            )
        except InvalidRecord:
            st.session_state[_ATTEMPTED] = True
            return
        drafting.discard(form)
        st.session_state[_SAVED] = saved.id


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
