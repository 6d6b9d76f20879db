"""対応待ち: what was promised for today, then all open work, first things first."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.i18n import _
from lib.ui import case, context, filters, freshness, handovers, navigation
from lib.ui.crisis import banner
from lib.ui.queue import inquiry, listing, promised, seconds
from lib.ui.viewport import is_phone

LIST_AND_CASE = (7, 5)

desk = context.guard(*navigation.entry("queue").roles)


def whole_list() -> None:
    st.title(_("対応待ち(エスカレーション)"), anchor=False)
    banner.on_top(desk)
    handovers.show(desk, now, without=filters.opened_case(desk, here))
    promised.today(found.due, narrow=phone or bool(here.case))
    listing.bar(desk, here, found)
    listing.show(desk, here, found, phone=phone)
    if not here.case:
        seconds.costs(desk)
        banner.way(desk)


def opened_work() -> None:
    number = filters.opened_case(desk, here)
    if inquiry.is_one(number):
        inquiry.show(desk, number)
    else:
        listing.reasons(desk, number, now)
        case.show(desk, number)


now = clock.now()
here = filters.address()
phone = is_phone()
found = listing.listed(desk, here, now)
if not here.case:
    whole_list()
    freshness.follow(desk)
elif phone:
    opened_work()
else:
    beside, opened = st.columns(LIST_AND_CASE)
    with beside:
        whole_list()
    with opened:
        opened_work()
