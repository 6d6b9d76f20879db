"""Values of KPIs: sums over sums, taken only over days on which both are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd

from lib.i18n import N_
from lib.metrics.kpis.formula import Kpi, Ratio
from lib.metrics.reason import Reason
from lib.schema.vocab import Choice

_BEYOND_SECONDS: Final = 1000
"""More than any border in seconds that a centre may choose."""


class Lack(Choice):
    """Why there is no value."""

    BLANK = N_("必要な数がそろって入力された日がありません。")
    NOTHING = N_("割る数が0なので、値を出しません。")
    FEW = N_("母数が{floor:,.0f}に満たないので率を出さず、件数だけを見ます。")
    MIXED = N_("数え方の違うセンターがあるので、合算しません。センターごとに見ます。")


@dataclass(frozen=True, slots=True)
class Value:
    """A period's value with what it was made of.

    number: None where `lack` says why there is none.
    numerator, denominator: the sums over the known days; denominator None for counts.
    days: rows in which everything needed was known.
    """

    number: float | None
    numerator: float
    denominator: float | None
    days: int
    lack: Lack | None = None

    def reason(self, entry: Kpi) -> Reason | None:
        """Return why there is no value, in words; None where there is one."""
        if self.lack is None:
            return None
        return Reason(self.lack.value, {"floor": entry.at_least})


@dataclass(frozen=True, slots=True)
class Total:
    """A value over several centres, with what has to be said beside it."""

    value: Value
    method: str = ""
    note: Reason | None = None


def value(entry: Kpi, days: pd.DataFrame) -> float | None:
    """Return the KPI over all rows of `days`, or None.

    Raises:
        KeyError: `days` lacks a column that the KPI reads.
    """
    return measured(entry, days).number


def measured(entry: Kpi, days: pd.DataFrame, method: str = "") -> Value:
    """Return the KPI over all rows of `days` with the sums behind it.

    days: rows of the frame that the KPI names. method: count all centres in this one
        way, whatever their own; "" leaves each its own, and then centres that count
        differently are not added up.
    """
    rows = known(entry, days, method)
    return summed(entry, rows)


def total(entry: Kpi, days: pd.DataFrame) -> Total:
    """Return the KPI over all centres in `days`, and say how they were brought together.

    Where they count differently, all are counted in the KPI's common way from their
    own counts, and the note says so; without a common way there is no total.
    """
    rows = known(entry, days)
    if not is_mixed(rows):
        return Total(summed(entry, rows))
    if not entry.common:
        own = summed(entry, rows)
        return Total(own, note=own.reason(entry))
    return Total(
        measured(entry, days, entry.common), entry.common, brought_together(entry)
    )


def by_centre(
    entry: Kpi, days: pd.DataFrame, centres: Sequence[str]
) -> Mapping[str, Value]:
    """Return `measured` of each centre: quicker than cutting `days` for each of them.

    A company-wide KPI has no centres; each has `Lack.BLANK` then.
    """
    rows = known(entry, days)
    return {code: summed(entry, rows[rows["centre"] == code]) for code in centres}


def brought_together(entry: Kpi) -> Reason:
    """Return the sentence that says in which one way all centres were counted."""
    return Reason(
        N_(
            "センターごとに方式が違うので、合計は「{method}」の方式にそろえて計算しました。"
        ),
        words={"method": entry.common},
    )


def value_of_day(
    entry: Kpi, counts: Mapping[str, Any], method: str = ""
) -> float | None:
    """Return what `value` gives for a single day, without a frame: for a day being typed.

    `counts` are by column, None where missing; `method` is the centre's choice.
    """
    ratio = entry.ratio(method)
    above = ratio.numerator.of_day(counts)
    if ratio.denominator is None or above is None:
        return above
    below = ratio.denominator.of_day(counts)
    if below is None or below <= 0 or below < entry.at_least:
        return None
    return above / below * entry.factor


def daily(
    entry: Kpi, days: pd.DataFrame, on: Sequence[date], method: str = ""
) -> pd.Series:
    """Return the KPI for each day of `on`, in that order; NaN where it has none.

    The value of a KPI with a window looks back over that many days that `days` holds.
    `method` is as for `measured`.
    """
    rows = known(entry, days, method)
    calendar = pd.DatetimeIndex(pd.to_datetime(list(on))).as_unit("s")
    if entry.lowest:
        return ratios(entry, rows).groupby(rows["date"]).min().reindex(calendar)
    sums = rows.groupby("date")[["numerator", "denominator"]].sum(min_count=1)
    if is_mixed(rows):
        span = rows.groupby("date")["definition"].agg(["min", "max"])
        sums[span["min"] != span["max"]] = float("nan")
    if entry.window > 1 and len(sums):
        every = pd.date_range(sums.index.min(), calendar.max(), unit="s")
        sums = sums.reindex(every).rolling(entry.window, min_periods=1).sum()
    sums = sums.reindex(calendar)
    if entry.ratio().denominator is None:
        return sums["numerator"].astype("float64")
    return ratios(entry, sums)


def narrowed(entry: Kpi, days: pd.DataFrame) -> pd.DataFrame:
    """Return only the columns that the KPI reads: cheaper to cut into periods."""
    chosen = [entry.chosen_by] if entry.chosen_by else []
    read = ["date", "centre", *chosen, *entry.alike, *entry.columns]
    return days[list(dict.fromkeys(read))]


def known(entry: Kpi, days: pd.DataFrame, method: str = "") -> pd.DataFrame:
    """Return the rows in which both parts of the KPI are known.

    Columns: `date`, `centre`, `numerator`, `denominator` (1 for counts) and
    `definition`, a number for how the row was counted. The index is that of `days`,
    but of a company-wide KPI, which has a row a day and `centre` "".
    """
    days = narrowed(entry, days)
    if entry.company:
        days = _added_up(entry, days)
    parts = [
        _parts(ratio, place, _of_method(entry, days, name, method))
        for place, (name, ratio) in enumerate(entry.ratios)
        if not method or name == method
    ]
    rows = pd.concat(parts) if len(parts) > 1 else parts[0]
    return rows[rows["numerator"].notna() & rows["denominator"].notna()]


def summed(entry: Kpi, rows: pd.DataFrame) -> Value:
    """Return the value over rows of `known`."""
    above = float(rows["numerator"].sum())
    if entry.ratio().denominator is None:
        lack = None if len(rows) else Lack.BLANK
        return Value(None if lack else above, above, None, len(rows), lack)
    below = float(rows["denominator"].sum())
    if lack := _lack(entry, rows, below):
        return Value(None, above, below, len(rows), lack)
    if entry.lowest:
        lowest = ratios(entry, rows).min()
        return Value(float(lowest), above, below, len(rows))
    return Value(above / below * entry.factor, above, below, len(rows))


def _lack(entry: Kpi, rows: pd.DataFrame, below: float) -> Lack | None:
    """Return why a quotient over `below` has no value; None where it has one."""
    if not len(rows):
        return Lack.BLANK
    if is_mixed(rows):
        return Lack.MIXED
    if below <= 0:
        return Lack.NOTHING
    largest = rows["denominator"].max() if entry.lowest else below
    return Lack.FEW if largest < entry.at_least else None


def ratios(entry: Kpi, sums: pd.DataFrame) -> pd.Series:
    """Return numerator over denominator, NaN where the denominator is too small."""
    below = sums["denominator"]
    enough = (below > 0) & (below >= entry.at_least)
    return (sums["numerator"] / below.where(enough) * entry.factor).astype("float64")


def is_mixed(rows: pd.DataFrame) -> bool:
    """Whether rows of `known` were counted in more than one way."""
    definition = rows["definition"]
    return len(rows) > 0 and bool(definition.min() != definition.max())


def _parts(ratio: Ratio, place: int, days: pd.DataFrame) -> pd.DataFrame:
    definition: Any = place
    for name in ratio.alike:
        definition = definition * _BEYOND_SECONDS + days[name]
    below = 1.0 if ratio.denominator is None else ratio.denominator.of(days)
    rows = pd.DataFrame(
        {
            "date": days["date"],
            "centre": days["centre"],
            "numerator": ratio.numerator.of(days),
            "denominator": below,
            "definition": definition,
        }
    )
    # More taken away than there was: one of the counts is wrong, so none is used.
    return rows[~(rows["denominator"] < 0)]


def _of_method(entry: Kpi, days: pd.DataFrame, name: str, forced: str) -> pd.DataFrame:
    if forced or not entry.chosen_by:
        return days
    return days[days[entry.chosen_by] == name]


def _added_up(entry: Kpi, days: pd.DataFrame) -> pd.DataFrame:
    by_day = days.groupby("date")[list(entry.columns)].sum(min_count=1)
    return by_day.reset_index().assign(centre="")
