"""What stands behind a figure: the formula with its numbers, and the very rows.

The rows are found by the same sums that make the value, so the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from lib.metrics.counts import EVENTS, TYPED_BEHIND, label_of
from lib.metrics.events import TABLE_OF, Events
from lib.metrics.figures import between, of_centre
from lib.metrics.kpis import Kpi, Lack, Total, Value, measured, total
from lib.metrics.kpis.values import known, narrowed, ratios
from lib.metrics.reason import Reason
from lib.schema.tables import KEY_SEPARATOR

_KPI_DAYS = "kpi_days"


@dataclass(frozen=True, slots=True)
class Part:
    """One count of the formula: its column, its label (a catalogue key), its total."""

    column: str
    label: str
    total: float


@dataclass(frozen=True, slots=True)
class Gap:
    """One day left out: its KPI row's key and the columns that are blank there.

    key: "" for a company-wide figure, whose day is no single row. blank: nothing where
        the counts contradict each other (more was taken away than there was).
    """

    day: date
    centre: str
    key: str
    blank: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """A value with everything that made it.

    method: the definition it was counted by ("" for the only one).
    symbol: the formula in words; filled: the same with numbers, "" without a value.
    note: what has to be said beside the value; None for nothing.
    rows: by table code, the keys of the rows counted, the newest day first.
    gaps: days of the period that are left out because a part is blank.
    """

    entry: Kpi
    value: Value
    method: str
    symbol: str
    filled: str
    note: Reason | None
    parts: tuple[Part, ...]
    rows: Mapping[str, tuple[str, ...]]
    gaps: tuple[Gap, ...]


def behind(
    entry: Kpi,
    days: pd.DataFrame,
    events: Events,
    *,
    first: date,
    last: date,
    centre: str = "",
) -> Behind:
    """Return what stands behind a KPI from `first` to `last`, both included.

    days: the frame that the KPI names. events: `events.events` of the same data.
    centre: its code; "" for all, brought together as `kpis.total` does.
    """
    period = between(days, first, last)
    own = of_centre(period, centre) if centre else period
    found = _total_of(entry, own, centre)
    method = found.method or _method_of(entry, own)
    counted = known(entry, own, found.method)
    shown = _lowest(entry, counted) if entry.lowest else counted
    sources = _sources(entry, own, shown)
    ratio = entry.ratio(method)
    totals = {name: float(sources[name].sum()) for name in ratio.columns}
    is_mixed = found.value.lack is Lack.MIXED
    has_formula = found.value.number is not None and not is_mixed
    return Behind(
        entry=entry,
        value=found.value,
        method=method,
        symbol=entry.symbol(method),
        filled=ratio.filled(totals, entry.shown_times) if has_formula else "",
        note=found.note,
        parts=tuple(
            Part(name, label_of(name), amount) for name, amount in totals.items()
        ),
        rows=_rows(entry, sources, events, ratio.columns),
        gaps=_gaps(entry, own, counted, ratio.columns),
    )


def _total_of(entry: Kpi, own: pd.DataFrame, centre: str) -> Total:
    return Total(measured(entry, own)) if centre else total(entry, own)


def _method_of(entry: Kpi, own: pd.DataFrame) -> str:
    """Return the one method of these rows; that of the registry where there is none."""
    if not entry.chosen_by:
        return ""
    chosen = own[entry.chosen_by].unique()
    return str(chosen[0]) if len(chosen) == 1 else entry.ratios[0][0]


def _lowest(entry: Kpi, counted: pd.DataFrame) -> pd.DataFrame:
    """Return the one row that gives the lowest value; none where all are too small."""
    by_row = ratios(entry, counted).dropna()
    return counted.loc[[by_row.idxmin()]] if len(by_row) else counted.iloc[:0]


def _sources(entry: Kpi, own: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `own` whose counts were summed."""
    if entry.company:
        return own[own["date"].isin(counted["date"])]
    return own.loc[counted.index]


def _rows(
    entry: Kpi, sources: pd.DataFrame, events: Events, columns: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Return the keys behind each table that the formula counts."""
    found: dict[str, tuple[str, ...]] = {}
    typed = [TYPED_BEHIND.get(name, name) for name in columns if name not in EVENTS]
    if typed and entry.frame == "figures":
        own = sources[sources[typed].notna().any(axis=1)]
        found[_KPI_DAYS] = _keys_of_days(own)
    elif entry.frame == "entries":
        found[_KPI_DAYS] = _keys_of_days(
            sources[(sources[list(columns)] > 0).any(axis=1)]
        )
    places = pd.MultiIndex.from_frame(sources[["date", "centre"]])
    for name in (name for name in columns if name in EVENTS):
        happened = events[name]
        at = pd.MultiIndex.from_frame(happened[["date", "centre"]])
        inside = happened[at.isin(places)].sort_values("date", ascending=False)
        keys = (*found.get(TABLE_OF[name], ()), *inside["key"])
        found[TABLE_OF[name]] = tuple(dict.fromkeys(keys))
    return found


def _keys_of_days(rows: pd.DataFrame) -> tuple[str, ...]:
    newest = rows.sort_values(["date", "centre"], ascending=[False, True])
    return tuple(_key(day, centre) for day, centre in _places(newest))


def _gaps(
    entry: Kpi, own: pd.DataFrame, counted: pd.DataFrame, columns: tuple[str, ...]
) -> tuple[Gap, ...]:
    """Return the days on which some part of the formula is known, and not all."""
    rows = narrowed(entry, own)
    # A count of the ledgers is 0 on every day, so it tells nothing of what was typed.
    telling = [name for name in columns if name not in EVENTS] or list(columns)
    if entry.company:
        by_day = rows.groupby("date")[list(columns)].sum(min_count=1)
        rows = by_day.reset_index().assign(centre="")
        telling = list(columns)
        is_counted = rows["date"].isin(counted["date"])
    else:
        is_counted = pd.Series(rows.index.isin(counted.index), index=rows.index)
    told = rows[telling].notna().any(axis=1)
    short = rows[told & ~is_counted].sort_values("date", ascending=False)
    blanks = short[_needed(entry, columns)].isna()
    return tuple(
        Gap(
            day.date(),
            centre,
            _key(day, centre) if centre else "",
            tuple(blanks.columns[blank]),
        )
        for (day, centre), blank in zip(_places(short), blanks.to_numpy(), strict=True)
    )


def _needed(entry: Kpi, columns: tuple[str, ...]) -> list[str]:
    """Return the columns without which there is no value."""
    sums = [s for _name, r in entry.ratios for s in (r.numerator, r.denominator) if s]
    spare = {name for one_sum in sums for name in one_sum.if_known}
    return [name for name in columns if name not in spare]


def _places(rows: pd.DataFrame) -> list[tuple[pd.Timestamp, str]]:
    return list(zip(rows["date"], rows["centre"], strict=True))


def _key(day: pd.Timestamp, centre: str) -> str:
    return f"{day.date()}{KEY_SEPARATOR}{centre}"
