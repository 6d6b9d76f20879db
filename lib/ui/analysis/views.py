"""THE list of views: what draws each, made once for each state of the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import streamlit as st

from lib import clock
from lib.i18n import _, current
from lib.store.access import UserStore
from lib.ui.analysis import card, clock_view, course, cross, launch, pareto, shares
from lib.ui.analysis.address import VIEW, Here, View, choose
from lib.ui.analysis.shown import Shown


@dataclass(frozen=True, slots=True)
class Drawn:
    """One view: its widget key, what it shows, what it lets one choose."""

    key: str
    made: Callable[[UserStore, Here], Shown]
    controls: Callable[[UserStore, Here], None]


VIEWS: Final[Mapping[View, Drawn]] = {
    View.PARETO: Drawn(pareto.KEY, pareto.made, pareto.controls),
    View.COURSE: Drawn(course.KEY, course.made, course.controls),
    View.CROSS: Drawn(cross.KEY, cross.made, cross.controls),
    View.LAUNCH: Drawn(launch.KEY, launch.made, launch.controls),
    View.CLOCK: Drawn(clock_view.KEY, clock_view.made, clock_view.controls),
    View.SHARES: Drawn(shares.KEY, shares.made, shares.controls),
}


def show(desk: UserStore, at: Here) -> None:
    """Draw the choice of views, and the one that is chosen."""
    view = VIEWS[at.view]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        choose(VIEW, View, at.view, _("見かた"))
        view.controls(desk, at)
    name = ("analysis shown", at, clock.today(), current())
    shown = desk.derived(name, lambda: view.made(desk, at))
    card.show(desk, at, shown, view.key)
