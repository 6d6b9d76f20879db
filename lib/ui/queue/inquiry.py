"""A contact from an agency beside the list: what it says and until when."""

from __future__ import annotations

from typing import Final, cast

import streamlit as st

from lib.errors import NotAllowed
from lib.i18n import _
from lib.schema.inquiry import AgencyInquiry
from lib.schema.tables import table
from lib.store.access import UserStore
from lib.text import inert, masked
from lib.ui import boundary, filters, navigation
from lib.ui import format as fmt
from lib.ui.case.history import shown_text
from lib.ui.inquiries import address

_TABLE: Final = table("agency_inquiries")
_FACTS: Final = (
    "contact_kind",
    "agency_kind",
    "agency_due_at",
    "own_due_at",
    "handler",
    "status",
    "product_code",
    "category",
    "repeat_contacts",
)
_TEXTS: Final = ("facts", "demand", "answer")


def is_one(number: str) -> bool:
    """Whether a number is that of an agency's contact."""
    return number.startswith(f"{_TABLE.prefix}-")


def show(desk: UserStore, number: str) -> None:
    """Draw the contact with that number, or say that there is none to see."""
    try:
        found = cast("AgencyInquiry", desk.record(_TABLE.code, number))
    except NotAllowed as error:
        _close()
        st.info(inert(boundary.message_of(error)), icon=":material/search_off:")
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(inert(found.id), anchor=False, width="stretch")
            _close()
        st.markdown(f"**{inert(found.agency_name)}**")
        said = [f"{_('初回連絡日時')} {fmt.moment(found.first_contact_at)}"]
        if found.officer_name:
            said.append(_("{name} 様").format(name=masked(found.officer_name)))
        st.caption(inert(" · ".join(said)))
        for name in _TEXTS:
            if text := getattr(found, name):
                st.caption(inert(_(_TABLE.field(name).label)))
                shown_text(text)
        st.markdown(_facts(found))
        if navigation.entry(address.PAGE) in navigation.pages_for(desk.principal.role):
            navigation.link(
                address.PAGE,
                _("行政問合せで進める"),
                icon=":material/account_balance:",
                **address.query_of(found.id),
            )
        if found.complaint_id:
            st.button(
                inert(found.complaint_id),
                key="queue.inquiry.case",
                icon=":material/link:",
                type="tertiary",
                on_click=filters.open_case,
                args=(found.complaint_id,),
            )


def _facts(found: AgencyInquiry) -> str:
    return "\n\n".join(
        f":small[:gray[{inert(_(_TABLE.field(name).label))}]]  \n"
        f"{inert(fmt.cell(_TABLE.field(name), getattr(found, name)))}"
        for name in _FACTS
    )


def _close() -> None:
    st.button(
        _("一覧へ戻る"),
        key="case:leave",
        icon=":material/close:",
        type="tertiary",
        on_click=filters.open_case,
        args=("",),
    )
