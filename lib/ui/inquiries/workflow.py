"""The three steps of an inquiry: who does what next, how far it is, one step at a time."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions.inquiries.closing import Place
from lib.actions.inquiries.course import STEPS, Course, Far, Next, course
from lib.i18n import N_, _
from lib.schema.inquiry import AgencyInquiry
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import conflict
from lib.ui import format as fmt
from lib.ui.inquiries import deciding, mending, orders, sorting
from lib.ui.inquiries.working import (
    back,
    clash_of,
    name_of,
    opened,
    settled,
    show_step,
)

_MARKS: Final = {Far.DONE: "✓", Far.NOW: "●", Far.LATER: "○"}
_WORDS: Final = {
    Far.DONE: N_("済み"),
    Far.NOW: N_("いま"),
    Far.LATER: N_("これから"),
}


def workflow_panel(desk: UserStore, inquiry: AgencyInquiry) -> None:
    """Draw an inquiry's workflow: what is next, the three steps, and the one shown.

    Where two people changed the same field, only the choice between both versions is
    drawn; what was typed waits behind it.
    """
    if clash := clash_of(inquiry.id):
        conflict.show(
            name_of(inquiry.id, "chosen"), clash, on_settled=settled, on_back=back
        )
        return
    found = course(desk, inquiry, clock.now())
    shown = _shown(inquiry, found)
    if found.next is not None:
        _next(inquiry, found.next, shown)
    orders.show(desk, inquiry)
    place = _stepper(inquiry, found)
    is_main = not _orders_come_first(inquiry, found)
    match place:
        case Place.SORT:
            sorting.show(desk, inquiry, found, is_main=is_main)
        case Place.DECIDE:
            deciding.show(desk, inquiry, found, is_main=is_main)
        case _:
            mending.show(desk, inquiry, is_main=is_main)


def _orders_come_first(inquiry: AgencyInquiry, found: Course) -> bool:
    """Whether the main button of the screen stands among the agency's instructions."""
    is_next = found.next is not None and found.next.place is Place.ORDERS
    return is_next or opened(inquiry.id).startswith(orders.ORDER)


def _shown(inquiry: AgencyInquiry, found: Course) -> Place:
    """Return the step that is shown: the one that was chosen, else the present one."""
    chosen = st.session_state.get(name_of(inquiry.id, "step"))
    if chosen in STEPS:
        return Place(chosen)
    present = (place for place, far in found.steps.items() if far is Far.NOW)
    return next(present, Place.MEND)


def _next(inquiry: AgencyInquiry, found: Next, shown: Place) -> None:
    words = _(found.message).format(
        **{**found.details, "names": fmt.listed(found.names)}
    )
    icon = ":material/arrow_forward:" if found.is_mine else ":material/hourglass_empty:"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{icon} **{inert(words)}**", width="stretch")
        if found.place in STEPS and found.place is not shown:
            st.button(
                _("そこを開く"),
                key=name_of(inquiry.id, "lead"),
                type="tertiary",
                on_click=show_step,
                args=(inquiry.id, found.place),
            )


def _stepper(inquiry: AgencyInquiry, found: Course) -> Place:
    """Draw the three steps with how far each is, and return the one that is shown."""
    key = name_of(inquiry.id, "step")
    if st.session_state.get(key) not in STEPS:
        st.session_state[key] = _shown(inquiry, found)

    def said(place: Place) -> str:
        return f"{_MARKS[found.steps[place]]} {_(place.value)}"

    st.segmented_control(
        _("3つの手順"),
        list(STEPS),
        key=key,
        format_func=said,
        required=True,
        help=" · ".join(f"{_MARKS[far]} {_(_WORDS[far])}" for far in Far),
        label_visibility="collapsed",
        width="stretch",
        persist_state="session",
    )
    return Place(st.session_state[key])
