"""リスク: are contacts from consumer centres rising, since when, and what is done."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions.risks.reading import reading
from lib.i18n import _
from lib.ui import context, freshness, navigation
from lib.ui.risk import acting, answering, cells, changed, charts, folds, head, starting

desk = context.guard(*navigation.entry("risk").roles)


def main() -> None:
    now = clock.now()
    st.title(_(navigation.entry("risk").title), anchor=False)
    found = reading(desk, now)
    head.card(desk, found, now)
    starting.card(desk, found)
    charts.contacts(desk, found)
    acting.done(desk, found)
    changed.card(desk, found, now)
    head.signs(found)
    answering.card(desk, found, now)
    cells.card(desk, now)
    folds.show(desk, found)


main()
freshness.follow(desk)
