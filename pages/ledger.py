"""苦情台帳: find a complaint, read it, follow it up."""

from __future__ import annotations

import streamlit as st

from lib.i18n import _
from lib.ui import case, filters, freshness, ledger, wishes
from lib.ui.context import guard
from lib.ui.navigation import READERS
from lib.ui.viewport import is_phone

LIST_AND_CASE = (7, 5)

desk = guard(*READERS)


def whole_list() -> None:
    st.title(_("苦情台帳"), anchor=False)
    filters.bar(desk, here)
    wishes.on_ledger(desk, here)
    ledger.show(desk, here, phone=phone)


def list_beside_case() -> None:
    beside, opened = st.columns(LIST_AND_CASE)
    with beside:
        whole_list()
    with opened:
        case.show(desk, filters.opened_case(desk, here))


here = filters.address()
phone = is_phone()
if not here.case:
    whole_list()
    freshness.follow(desk)
elif phone:
    case.show(desk, filters.opened_case(desk, here))
else:
    list_beside_case()
