"""What people type by hand appears on an open page without a click.

Only on pages that are for reading, and only where a shared store is kept fresh in the
background: there a look costs this process nothing but the look. A page on which
somebody types never runs again by itself.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.ui import context

EVERY_SECONDS: Final = 3.0
"""Between two looks of an open page; each costs about 6 ms of processor time, so that
forty open pages take a tenth of one core."""

_STILL: Final = "freshness:still"


def follow(desk: UserStore) -> None:
    """Run the page again by itself once the data are newer than `desk` shows.

    Call it last on a page for reading. Nothing happens in a run that opened a dialog:
    a new run would close it.
    """
    opened = st.session_state.pop(_STILL, False)
    live = context.live()
    if live.is_kept_fresh and not opened:
        _look((desk.revision, _minutes_away(live)))


def hold_still() -> None:
    """Let this run's page stay as it is; for dialogs."""
    st.session_state[_STILL] = True


@st.fragment(run_every=EVERY_SECONDS)
def _look(shown: tuple[int, int]) -> None:
    live = context.live()
    if (live.snapshot().revision, _minutes_away(live)) != shown:
        st.rerun()


def _minutes_away(live: LiveStore) -> int:
    """Return for how long the data are old, as the badge says it; -1 while they come."""
    if live.problem is None:
        return -1
    return int(live.age().total_seconds() // 60)
