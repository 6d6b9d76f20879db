"""What the watch would have told of the company's own past, for days one chooses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, cast

import streamlit as st

from lib import clock
from lib.actions.risks.reading import Reading
from lib.actions.risks.replaying import Told, replay
from lib.i18n import _
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui.risk.opening import contacts

CHOSEN: Final = "risk.replay"
"""Widget key of the days."""

_A_YEAR: Final = 365
_SHOWN: Final = 20
_BOTH_ENDS: Final = 2


def card(desk: UserStore, reading: Reading) -> None:
    """Draw the choice of days and what would have been told on them."""
    st.caption(
        _(
            "各日を、その日までの記録だけで判定し直します。感度はいまの設定です。あとで入れた記録も、その日にあったものとして数えます。"
        )
    )
    chosen = _days(reading)
    if chosen is None:
        st.caption(_("はじめの日と終わりの日を選んでください。"))
        return
    found = replay(desk, clock.now(), *chosen)
    st.markdown(f"**{inert(found.sentence.text())}**")
    for place, told in enumerate(found.rises[::-1][:_SHOWN]):
        _rise(desk, told, place)
    if len(found.rises) > _SHOWN:
        more = _("ほか{count}回").format(count=len(found.rises) - _SHOWN)
        st.caption(more)


def _days(reading: Reading) -> tuple[date, date] | None:
    """Draw the choice; return both ends, None while only one is chosen."""
    earliest = reading.known.first
    first = max(earliest, reading.today - timedelta(days=_A_YEAR))
    # What was known when they were chosen may have gone since, with the sample.
    kept = st.session_state.get(CHOSEN, (first, reading.today))
    st.session_state[CHOSEN] = tuple(
        min(max(day, earliest), reading.today) for day in kept
    )
    days: object = st.date_input(
        _("試す期間"),
        key=CHOSEN,
        min_value=earliest,
        max_value=reading.today,
        format="YYYY/MM/DD",
        width=280,
        persist_state="session",
    )
    if not isinstance(days, tuple) or len(days) != _BOTH_ENDS:
        return None
    return cast("tuple[date, date]", days)


def _rise(desk: UserStore, told: Told, place: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        lamp = ":red-badge[▲]" if told.alarm else ":orange-badge[◆]"
        st.markdown(f"{lamp} {inert(told.sentence.text())}", width="content")
        st.caption(inert(_numbers(told)), width="content")
        if told.is_false:
            st.badge(_("誤報として閉じたもの"), color="gray")
        if st.button(
            _("この間の連絡"),
            key=f"risk.replay.{place}",
            type="tertiary",
            icon=":material/list_alt:",
        ):
            last = told.ended - timedelta(days=1) if told.ended else clock.today()
            contacts(desk, told.start.likely, last)


def _numbers(told: Told) -> str:
    return _("{start}ごろから{count}件(ふだんなら{expected}件)").format(
        start=fmt.day(told.start.likely, weekday=False),
        count=fmt.number(told.numbers.count),
        expected=fmt.number(told.numbers.expected, decimals=1),
    )
