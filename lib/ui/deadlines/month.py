"""期限 by day: a month as a grid on the desk, an agenda on the phone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

import streamlit as st
from babel.dates import format_date

from lib import clock
from lib.i18n import _, current
from lib.metrics import calendar
from lib.metrics.deadline_views import by_day, months_from, weeks
from lib.metrics.running_out import Line, Standing
from lib.text import inert, one_line
from lib.ui import format as fmt
from lib.ui.deadlines import address, words
from lib.ui.deadlines.address import Part

MONTH: Final = "deadlines.month"
PER_DAY: Final = 3
DAYS_IN_AGENDA: Final = 31
_LETTERS: Final = 9


def month_shown() -> date:
    """Return the first day of the month that is looked at."""
    found = st.session_state.get(MONTH)
    return found if isinstance(found, date) else clock.today().replace(day=1)


def grid(lines: Iterable[Line], now: datetime) -> None:
    """Draw a month, its weeks below each other, the running dates on their days."""
    month = month_shown()
    _turn(month)
    days = by_day(line for line in lines if line.is_running)
    names = st.columns(7, gap="xxsmall")
    for column, day in zip(names, weeks(month)[0], strict=True):
        column.caption(inert(_weekday(day)), text_alignment="center")
    for week in weeks(month):
        for column, day in zip(st.columns(7, gap="xxsmall"), week, strict=True):
            with column:
                _day(day, days.get(day, ()), now, is_inside=day.month == month.month)
    late = [line for line in lines if line.standing(now) is Standing.OVERDUE]
    _before(late, month, now)


def _turn(month: date) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _step("‹", _("前の月"), months_from(month, -1), "prev")
        st.markdown(f"**{inert(fmt.month(month))}**", width="content")
        _step("›", _("次の月"), months_from(month, 1), "next")
        if month != clock.today().replace(day=1):
            _step(_("今月"), "", clock.today().replace(day=1), "now")


def _step(label: str, tip: str, to: date, name: str) -> None:
    st.button(
        label,
        key=f"deadlines.month.{name}",
        help=tip or None,
        type="tertiary",
        on_click=st.session_state.__setitem__,
        args=(MONTH, to),
    )


def _weekday(day: date) -> str:
    return str(format_date(day, "EEE", locale=current()))


def _day(day: date, lines: tuple[Line, ...], now: datetime, *, is_inside: bool) -> None:
    with st.container(border=is_inside, height="stretch", gap="xxsmall"):
        st.markdown(_day_words(day, is_inside=is_inside))
        for line in lines[:PER_DAY]:
            _entry(line, now, short=True)
        if len(lines) > PER_DAY:
            with st.popover(
                _("ほか{count}件").format(count=len(lines) - PER_DAY), type="tertiary"
            ):
                for line in lines[PER_DAY:]:
                    _entry(line, now)


def _day_words(day: date, *, is_inside: bool) -> str:
    if not is_inside:
        return f":small[:gray[{day.month}/{day.day}]]"
    holiday = calendar.holiday_name(day)
    text = f"**{day.day}**"
    if day == clock.today():
        text = f":blue-badge[{inert(_('今日'))} {day.day}]"
    return f"{text} :small[:gray[{inert(_('祝'))}]]" if holiday else text


def _entry(line: Line, now: datetime, *, short: bool = False) -> None:
    shape = words.kind_shape(line.kind)
    late = "▲" if line.standing(now) is Standing.OVERDUE else ""
    name = (line.code or words.name_of(line)) if short else words.name_of(line)
    label = f"{late}{shape} {one_line(name, _LETTERS if short else 40)}"
    said = " · ".join(
        [fmt.choice(line.kind), words.name_of(line), words.left_words(line, now)]
    )
    st.button(
        f":small[{inert(label)}]",
        key=f"deadlines.day.{line.origin.code}.{line.key}",
        type="tertiary",
        help=inert(said),
        on_click=address.open_line,
        args=(line.key, Part.CALENDAR),
    )


def _before(late: list[Line], month: date, now: datetime) -> None:
    """Draw what was over before the month that is looked at, so that none is missed."""
    old = [line for line in late if clock.in_tokyo(line.due_at).date() < month]
    if not old:
        return
    said = _("この月より前に過ぎたもの {count}件").format(count=len(old))
    with st.expander(said, icon=":material/alarm:"):
        for line in old:
            _entry(line, now)


# On a phone ---------------------------------------------------------------------------


def agenda(lines: Iterable[Line], now: datetime, called: Mapping[str, str]) -> None:
    """Draw the running dates day by day, what is over on top.

    called: by number what each case is called.
    """
    running = [line for line in lines if line.is_running]
    late = [line for line in running if line.standing(now) is Standing.OVERDUE]
    ahead = by_day(line for line in running if line not in late)
    if late:
        st.markdown(f"**:red[▲ {inert(_('超過'))}]** ({len(late)})")
        for line in late:
            _row(line, now, called)
    for day in sorted(ahead)[:DAYS_IN_AGENDA]:
        today = f" · {_('今日')}" if day == clock.today() else ""
        st.markdown(f"**{inert(fmt.day(day) + today)}**")
        for line in ahead[day]:
            _row(line, now, called)
    if not running:
        st.caption(inert(_("いま動いている期限はありません。")))


def _row(line: Line, now: datetime, called: Mapping[str, str]) -> None:
    with st.container(border=True, gap="xxsmall"):
        st.button(
            inert(one_line(words.name_of(line), 60)),
            key=f"deadlines.row.{line.origin.code}.{line.key}",
            type="tertiary",
            on_click=address.open_line,
            args=(line.key, Part.CALENDAR),
        )
        badges = [
            words.kind_badge(line.kind),
            words.left_badge(line, now),
            words.check_badge(line),
        ]
        st.markdown(" ".join(filter(None, badges)))
        st.caption(inert(" ".join([line.case_id, called.get(line.case_id, "")])))
