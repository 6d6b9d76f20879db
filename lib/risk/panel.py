"""From rows (series, date, count, exposure) to arrays, and from findings to lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.errors import UnreadableFile
from lib.i18n import N_
from lib.risk.baseline import Floats
from lib.risk.days import Days, day_classes
from lib.risk.detection import Level, judge
from lib.risk.sensitivity import STANDARD, Sensitivity

NEEDED: Final = ("series", "date", "count")
ORDERS: Final = "exposure"
EARLIEST, LATEST = pd.Timestamp(1950, 1, 1), pd.Timestamp(2150, 12, 31)

AT_ONCE: Final = 256
"""Series judged together: more would only take more memory."""

_DECIMALS: Final = 4
_HEADER_LINES: Final = 2


@dataclass(frozen=True, slots=True)
class Panel:
    """Series side by side, each from its own first day on.

    names: sorted. first: their first days. length: days up to their last row.
    counts, orders: (series, days), NaN where there is no row or no value, and behind
        the last row of a series that is shorter than others.
    """

    names: tuple[str, ...]
    first: Days
    length: NDArray[np.int64]
    counts: Floats
    orders: Floats

    def dates(self) -> Days:
        """Return the date of each column of each series."""
        found: Days = self.first[:, None] + np.arange(self.counts.shape[1])
        return found


def read(source: IO[bytes] | str) -> pd.DataFrame:
    """Return the rows of a CSV file: series, date, count, exposure.

    Raises:
        UnreadableFile: no such header, or a line that does not say what it should; the
            message names the line. A blank count is missing, and so is a blank
            exposure or no such column.
    """
    try:
        table = pd.read_csv(
            source, dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
    except (ValueError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise UnreadableFile(N_("CSVとして読めません。")) from error
    table = table.rename(columns=str.strip)
    for name in NEEDED:
        if name not in table.columns:
            raise UnreadableFile(
                N_(
                    "見出しに「{name}」がありません。1行目を series,date,count,exposure にしてください。"
                ),
                name=name,
            )
    if ORDERS not in table.columns:
        table[ORDERS] = ""
    rows = pd.DataFrame({"series": table["series"].str.strip()})
    rows["date"] = _dates(table["date"].str.strip())
    rows["count"] = _numbers(table["count"].str.strip(), "count", whole=True)
    rows["exposure"] = _numbers(table[ORDERS].str.strip(), ORDERS, whole=False)
    _refuse(
        rows.duplicated(["series", "date"]),
        N_("{line}行目: 同じ系列の同じ日がもうあります。"),
    )
    return rows


def panels(rows: pd.DataFrame) -> Iterator[Panel]:
    """Yield the series of `read`'s rows in the order of their names, some at a time."""
    ordered = rows.sort_values(["series", "date"], kind="stable")
    names, code = np.unique(ordered["series"].to_numpy(str), return_inverse=True)
    day = ordered["date"].to_numpy("datetime64[D]")
    edges = np.searchsorted(code, np.arange(len(names) + 1))
    counts = ordered["count"].to_numpy(float)
    orders = ordered["exposure"].to_numpy(float)
    for begin in range(0, len(names), AT_ONCE):
        end = min(begin + AT_ONCE, len(names))
        part = slice(edges[begin], edges[end])
        first = day[edges[begin:end]]
        length = (day[edges[begin + 1 : end + 1] - 1] - first).astype(np.int64) + 1
        row = code[part] - begin
        column = (day[part] - first[row]).astype(np.int64)
        grid = np.full((2, end - begin, int(length.max())), np.nan)
        grid[0, row, column] = counts[part]
        grid[1, row, column] = orders[part]
        yield Panel(tuple(names[begin:end].tolist()), first, length, *grid)


def findings(
    panel: Panel, sensitivity: Sensitivity = STANDARD
) -> Iterator[dict[str, Any]]:
    """Yield one record for each day of a series that stands at watch or alarm."""
    dates = panel.dates()
    found = judge(
        panel.counts, panel.orders, day_classes(dates), sensitivity=sensitivity
    )
    for series, day, start, first, last in found.starts():
        if day >= panel.length[series]:
            continue
        yield {
            "series": panel.names[series],
            "date": str(dates[series, day]),
            "level": Level(found.level[series, day]).code,
            "statistic": round(float(found.statistic[series, day]), _DECIMALS),
            "expected": round(float(found.usual.mean[series, day]), _DECIMALS),
            "start": str(dates[series, start]),
            "start_interval": [str(dates[series, first]), str(dates[series, last])],
        }


def _dates(typed: pd.Series) -> pd.Series:
    days = pd.to_datetime(typed, format="%Y-%m-%d", errors="coerce")
    _refuse(
        ~typed.str.fullmatch(r"\d{4}-\d{2}-\d{2}") | ~days.between(EARLIEST, LATEST),
        N_("{line}行目: 日付を読めません。2026-04-01 のように書いてください。"),
    )
    return days


def _numbers(typed: pd.Series, name: str, *, whole: bool) -> pd.Series:
    blank = typed == ""
    value = pd.to_numeric(typed.mask(blank), errors="coerce")
    wrong = ~blank & ~(np.isfinite(value) & (value >= 0))
    if whole:
        wrong |= ~blank & (value % 1 != 0)
    _refuse(wrong, N_("{line}行目: {name}を数として読めません。"), name=name)
    return value.astype(float)


def _refuse(wrong: pd.Series, message: str, **details: str) -> None:
    """Raise an error that names the first wrong line, if there is one."""
    if wrong.any():
        line = int(np.flatnonzero(wrong.to_numpy())[0]) + _HEADER_LINES
        raise UnreadableFile(message, line=line, **details)
