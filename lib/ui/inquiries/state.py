"""What the page keeps of a call that is being written down, and what its buttons do."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions.inquiries import taking
from lib.actions.inquiries.listing import INQUIRIES
from lib.actions.inquiries.taking import Preview, Taking
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import _
from lib.metrics import referrals
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.record import Stage
from lib.schema.vocab import AgencyKind, Match
from lib.store.access import UserStore
from lib.ui import boundary, context, drafting, flash
from lib.ui.form import Form, problems_by_field
from lib.ui.inquiries import address

CALLER: Final = (
    "caller_kind",
    "agency_name",
    "officer_name",
    "agency_contact",
    "route",
)
"""Who calls."""

ABOUT: Final = ("contact_kind", "agency_due_at")
"""What for, and by when."""

CASE: Final = (
    "order_number",
    "product_code",
    "occurred_on",
    "customer",
    "sales_page",
    "sales_form",
)
"""Which case."""

SAID: Final = ("facts", "demand", "category")
"""What happened and what they ask."""

OURS: Final = ("own_due_at", "handler", "first_contact_at")
"""What we promise."""

MATCHED: Final = ("complaint_id", "matched")
"""What was pressed beside the complaints that were found."""

NAMES: Final = (*CALLER, *ABOUT, *CASE, *SAID, *OURS, *MATCHED)

_FORM: Final = "agency_call"
_ATTEMPTED: Final = f"{_FORM}._attempted"
_SAVED: Final = "inquiries.saved"


def call_form() -> Form:
    """Return the form, without its problems."""
    return Form(_FORM, Taking)


def drawn_form(desk: UserStore) -> Form:
    """Return the form with its presets and, once saving was refused, what is wrong."""
    form = call_form()
    due = taking.preset_due(desk, clock.now()).replace(tzinfo=None)
    st.session_state.setdefault(form.key("own_due_at"), due)
    problems = {}
    if st.session_state.get(_ATTEMPTED):
        wrong = read(form).problems(Stage.SAVING)
        problems = problems_by_field(sorted(wrong, key=_place))
    return Form(_FORM, Taking, problems, {"own_due_at": due})


def _place(problem: FieldProblem) -> int:
    """Return where the field stands on the screen, from the top."""
    return NAMES.index(problem.field) if problem.field in NAMES else len(NAMES)


def read(form: Form) -> Taking:
    """Return what is typed, whatever is still missing.

    Raises:
        InvalidRecord: a value that no widget lets through.
    """
    values = form.values(NAMES)
    begun = drafting.begun_at(form) or clock.now()
    return Taking.read(
        {
            **values,
            "id": "",
            "first_contact_at": values["first_contact_at"] or begun,
            "product_code": values["product_code"] or UNKNOWN_PRODUCT,
        }
    )


def preview(desk: UserStore) -> Preview:
    """Return what the call would become if it were saved now."""
    return taking.preview(
        desk, read(call_form()), now=clock.now(), secret=context.customer_secret()
    )


def save(entry: str) -> None:
    """Save the call and open it; a callback.

    entry: what the button was drawn for. A second click of a double click arrives when
    that entry is gone already, and does nothing.
    """
    form = call_form()
    if entry != drafting.entry_id(form):
        return
    with boundary.attempt():
        try:
            saved = taking.record(
                context.desk(),
                read(form),
                entry_id=entry,
                now=clock.now(),
                secret=context.customer_secret(),
            )
        except InvalidRecord as refused:
            st.session_state[_ATTEMPTED] = True
            _say_what_no_field_asks(form, refused)
            return
        drafting.discard(form)
        st.session_state[_SAVED] = saved.id
        address.open_inquiry(saved.id)


def _say_what_no_field_asks(form: Form, refused: InvalidRecord) -> None:
    shown = {problem.field for problem in read(form).problems(Stage.SAVING)}
    for problem in refused.problems:
        if problem.field not in shown:
            flash.say(_(problem.message), "warning")


def set_aside() -> None:
    """Keep what is typed as a draft and empty the form; a callback."""
    with boundary.attempt():
        drafting.set_aside(call_form(), NAMES)


def is_just_saved(number: str) -> bool:
    """Whether this contact is the one that was recorded a moment ago."""
    return st.session_state.get(_SAVED) == number


def seen_receipt() -> None:
    """Put the receipt away; a callback."""
    st.session_state.pop(_SAVED, None)


# The complaint that is meant ---------------------------------------------------------


def same_as(number: str) -> None:
    """Note that the call is about this complaint; a callback."""
    call_form().set(complaint_id=number, matched=Match.FOUND)


def none_of_them() -> None:
    """Note that we knew of no such complaint; a callback."""
    call_form().set(complaint_id="", matched=Match.NONE)


def ask_again() -> None:
    """Take back what was pressed about the complaint; a callback."""
    call_form().set(complaint_id="", matched=Match.UNASKED)


# Agencies that called before ---------------------------------------------------------


def agencies(desk: UserStore) -> dict[str, tuple[AgencyKind | None, str]]:
    """Return by name the kind and the number of each agency, who called last first."""

    def made() -> dict[str, tuple[AgencyKind | None, str]]:
        rows = referrals.live(desk.frame(INQUIRIES))
        rows = rows.sort_values("first_contact_at", ascending=False, kind="stable")
        found: dict[str, tuple[AgencyKind | None, str]] = {}
        for name, kind, contact in zip(
            rows["agency_name"],
            rows["agency_kind"].astype("object"),
            rows["agency_contact"],
            strict=True,
        ):
            if not name:
                continue
            known = next((k for k in AgencyKind if k.value == kind), None)
            before = found.setdefault(str(name), (known, str(contact)))
            if not before[1]:
                found[str(name)] = (before[0], str(contact))
        return found

    return desk.derived("agencies", made)


def pages(desk: UserStore) -> list[str]:
    """Return the sales pages that 設定 offers, in its order."""

    def made() -> list[str]:
        rows = desk.frame("settings")
        return list(dict.fromkeys(rows.loc[rows["group"] == "sales_pages", "name"]))

    return desk.derived(("suggested", "sales_pages"), made)


def take_what_is_known() -> None:
    """Fill in what is known of the agency that was chosen; a callback.

    Nothing that stands there already is replaced.
    """
    form = call_form()
    kind, contact = agencies(context.desk()).get(
        str(form.get("agency_name") or ""), (None, "")
    )
    known: dict[str, Any] = {"caller_kind": kind, "agency_contact": contact}
    form.set(
        **{name: value for name, value in known.items() if value and not form.get(name)}
    )
