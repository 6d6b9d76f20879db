"""How numbers and days stand in a monthly report, in the language of whoever makes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from babel.dates import format_date

from lib.i18n import SOURCE, _, current
from lib.metrics.amounts import Amount, aim
from lib.metrics.kpis import Figure, Kpi, Unit
from lib.metrics.state import State
from lib.reports.monthly.model import Cell, Form

NOTHING: Final = "—"
SHAPES: Final = {
    State.NORMAL: "●",
    State.PENDING: "○",
    State.WATCH: "◆",
    State.ALARM: "▲",
}
"""A shape for each state, so that a copy in black and white still tells them apart."""

RARE: Final = 5
"""Below this many, a change in percent says more than there is to say."""

_HOUR: Final = 60
_MINUTE: Final = 60


def month_name(first: date) -> str:
    """Return 「2026年10月」 or "October 2026"."""
    if current() == SOURCE:
        return f"{first.year}年{first.month}月"
    return format_date(first, "MMMM y", locale="en")


def short_day(day: date) -> str:
    """Return 「10/5(月)」 or "Mon 10/5"."""
    if current() == SOURCE:
        return f"{day.month}/{day.day}({format_date(day, 'EEEEE', locale='ja')})"
    return f"{format_date(day, 'EEE', locale='en')} {day.month}/{day.day}"


def full_day(day: date) -> str:
    """Return "2026/10/05"."""
    return f"{day:%Y/%m/%d}"


def days_text(days: Iterable[date]) -> str:
    """Return days in a row, those that follow each other as one span: 「10/3–10/5、10/9」."""
    spans: list[list[date]] = []
    for day in sorted(set(days)):
        if spans and (day - spans[-1][-1]).days == 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    return _("、").join(_span_text(span) for span in spans)


def _span_text(span: Sequence[date]) -> str:
    first, last = span[0], span[-1]
    if first == last:
        return f"{first.month}/{first.day}"
    return f"{first.month}/{first.day}–{last.month}/{last.day}"


def sentences(said: Iterable[str]) -> str:
    """Return sentences one after the other, parted as the language parts them."""
    return ("" if current() == SOURCE else " ").join(said)


def name_of(entry: Figure) -> str:
    """Return the figure's name, with what it is counted per and whether it is guessed."""
    name = _(entry.name)
    if entry.unit is Unit.PER_THOUSAND:
        name = f"{name} ({_(entry.unit.value).strip()})"
    if isinstance(entry, Kpi) and entry.is_estimate:
        name = _("{name}(推計)").format(name=name)
    return name


def value_text(entry: Figure, number: float | None) -> str:
    """Return a value as people read it; 「—」 where there is none."""
    if number is None:
        return NOTHING
    if entry.unit is Unit.MINUTES:
        hours, minutes = divmod(round(number), _HOUR)
        return _("{hours}時間{minutes}分").format(hours=hours, minutes=minutes)
    if entry.unit is Unit.SECONDS and number >= _MINUTE:
        minutes, seconds = divmod(round(number), _MINUTE)
        return _("{minutes}分{seconds}秒").format(minutes=minutes, seconds=seconds)
    if entry.unit is Unit.PER_THOUSAND:
        return f"{number:,.{entry.decimals}f}"
    return str(Amount(entry, number))


def target_text(entry: Figure, target: float | None) -> str:
    """Return what a figure is to reach; 「—」 for no aim."""
    if target is None:
        return NOTHING
    if entry.unit in (Unit.MINUTES, Unit.SECONDS, Unit.PER_THOUSAND):
        return value_text(entry, target)
    return str(aim(entry, target))


def change_text(entry: Figure, number: float | None, before: float | None) -> str:
    """Return the change as "+1.2pt", "+8%" or "-12"; "" where one is missing."""
    if number is None or before is None:
        return ""
    text = _change(entry, number, before)
    is_nothing = not any(digit in text for digit in "123456789")
    return f"±{text[1:]}" if is_nothing else text


def _change(entry: Figure, number: float, before: float) -> str:
    difference = number - before
    if entry.is_share:
        return f"{difference * 100:+.{entry.decimals}f}pt"
    if entry.unit is Unit.COUNT and before >= RARE:
        return f"{(number / before - 1) * 100:+.0f}%"
    if entry.unit is Unit.MINUTES:
        return _("{hours:+.1f}時間").format(hours=difference / _HOUR)
    return f"{difference:+,.{entry.decimals}f}"


def figure_cell(entry: Figure, number: float | None, text: str = "") -> Cell:
    """Return a value for a table and a sheet: there it stays a number."""
    said = text or value_text(entry, number)
    form: Form = "share" if entry.is_share else "number" if entry.decimals else "count"
    if number is None:
        return Cell(said, form=form, quiet=True)
    return Cell(said, number, form, entry.decimals, unit=_unit(entry))


def _unit(entry: Figure) -> str:
    """Return what stands behind a number of a sheet; "" where the name says it."""
    if entry.is_share or entry.unit is Unit.PER_THOUSAND:
        return ""
    if current() == SOURCE:
        return _(entry.unit.value)
    return "" if entry.unit is Unit.COUNT else f" {_(entry.unit.value).strip()}"


def count_cell(count: float | None) -> Cell:
    """Return a count; 「—」 where it is not known."""
    if count is None:
        return Cell(NOTHING, form="count", quiet=True)
    return Cell(f"{count:,.0f}", float(count), "count")


def day_cell(day: date | None, text: str = "") -> Cell:
    """Return a day; 「—」 for none."""
    if day is None:
        return Cell(NOTHING, quiet=True)
    return Cell(text or full_day(day), form="day", day=day)


def state_cell(state: State | None) -> Cell:
    """Return a lamp: shape and word; 「—」 where nothing is aimed at."""
    if state is None:
        return Cell(NOTHING, quiet=True)
    return Cell(f"{SHAPES[state]} {_(state.value)}", state=state)


def typed_cell(text: str) -> Cell:
    """Return what a person wrote; 「—」 for nothing."""
    return Cell(text) if text.strip() else Cell(NOTHING, quiet=True)
