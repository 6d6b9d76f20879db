"""What the charts of リスク are drawn from: a row a day, with its words for the bubble."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from lib.actions.risks.judging import Start
from lib.actions.risks.reading import Reading
from lib.i18n import N_, _
from lib.metrics.marks import MarkKind
from lib.risk.detection import Level
from lib.ui import format as fmt

DAYS: Final = 90
"""Days on a chart."""

MARKED: Final = (MarkKind.MEASURE, MarkKind.NOTE)
"""What happened that may move contacts; changes of targets and formulas do not."""

HOLIDAY: Final = "holiday"
"""Kind of the mark of a public holiday."""

_START_COLUMNS: Final = ["day", "first", "last", "label"]
_HELD_BACK: Final = Level.HELD_BACK.code
_LOWEST: Final = 1.0
"""Below this R says only that nothing speaks for a rise."""


def referral_days(reading: Reading, days: int = DAYS) -> pd.DataFrame:
    """Return what `lib.charts.risk.referrals` draws, of the last `days` days."""
    rows = _latest(reading, days)
    held = rows["level"] == _HELD_BACK
    return pd.DataFrame(
        {
            "day": rows["day"],
            "iso": rows["day"].dt.strftime("%Y-%m-%d"),
            "count": rows["count"].mask(rows["rough"]),
            "week": rows["week"],
            "low_wide": rows["low98"].mask(held),
            "low": rows["low80"].mask(held),
            "high": rows["high80"].mask(held),
            "high_wide": rows["high98"].mask(held),
            "state": states(rows),
            "level": _reached(reading).tail(days).to_numpy(),
            "day_text": day_texts(rows),
            "count_text": _count_texts(rows),
            "week_text": _week_texts(rows, held),
        }
    )


def alert_days(reading: Reading, days: int = DAYS) -> pd.DataFrame:
    """Return what `lib.charts.risk.alertness` draws, of the last `days` days."""
    rows = _latest(reading, days)
    value = rows["statistic"].mask(rows["level"] == _HELD_BACK)
    return pd.DataFrame(
        {
            "day": rows["day"],
            "iso": rows["day"].dt.strftime("%Y-%m-%d"),
            "value": value,
            "day_text": day_texts(rows),
            "value_text": [_alert_text(float(one)) for one in value],
        }
    )


def start_row(start: Start | None) -> pd.DataFrame:
    """Return the likely start as the charts take it; no row where there is none."""
    if start is None:
        return pd.DataFrame(columns=_START_COLUMNS)
    label = _("増え始め {day}ごろ").format(day=fmt.day(start.likely, weekday=False))
    return pd.DataFrame(
        {
            "day": [pd.Timestamp(start.likely)],
            "first": [pd.Timestamp(start.first)],
            "last": [pd.Timestamp(start.last)],
            "label": [label],
        }
    )


def marks(reading: Reading, days: int = DAYS) -> pd.DataFrame:
    """Return holidays and what happened in the last `days` days, as the charts take it."""
    rows = _latest(reading, days)
    holidays = rows[rows["holiday"] != ""]
    found: list[tuple[Any, str, str]] = [
        (day, HOLIDAY, f"{fmt.full_day(day.date())} {name}")
        for day, name in zip(holidays["day"], holidays["holiday"], strict=True)
    ]
    first = rows["day"].iloc[0].date()
    found += [
        (pd.Timestamp(mark.day), mark.kind.code, mark_text(mark.day, mark.text()))
        for mark in reading.marks
        if mark.kind in MARKED and mark.day >= first
    ]
    return pd.DataFrame(found, columns=["day", "kind", "text"])


def mark_text(day: Any, text: str) -> str:
    """Return a mark in one line, with its day."""
    return f"{fmt.full_day(day)} {text}"


def states(rows: pd.DataFrame) -> np.ndarray:
    """Return how each day is drawn: "missing", "closed" or ""."""
    found: np.ndarray = np.select(
        [rows["is_missing"], rows["is_closed"]], ["missing", "closed"], ""
    )
    return found


def day_texts(rows: pd.DataFrame) -> list[str]:
    """Return each day in words, with the holiday that it is."""
    return [
        f"{fmt.full_day(day.date())} {holiday}".strip()
        for day, holiday in zip(rows["day"], rows["holiday"], strict=True)
    ]


def count_text(count: float, state: str = "") -> str:
    """Return a day's contacts in words; what is not known is said so."""
    if state == "missing":
        return _("件数がわからない日")
    said = fmt.number(None if np.isnan(count) else float(count), unit=N_("件"))
    return _("{count}(休日)").format(count=said) if state == "closed" else said


def _latest(reading: Reading, days: int) -> pd.DataFrame:
    return reading.days.tail(days).reset_index(drop=True)


def _reached(reading: Reading) -> pd.Series:
    """Return the level on the days that rose to 注意 or 警報; "" on all others."""
    rows, course = reading.days, reading.course
    watch, alarm = int(Level.WATCH), int(Level.ALARM)
    pressing = np.select([course.stands, course.watched], [alarm, watch], 0)
    before = np.concatenate([[0], pressing[:-1]])
    codes = np.select(
        [pressing == alarm, pressing == watch],
        [Level.ALARM.code, Level.WATCH.code],
        "",
    )
    return pd.Series(np.where(pressing > before, codes, ""), index=rows.index)


def _count_texts(rows: pd.DataFrame) -> list[str]:
    texts = []
    for count, rough, state in zip(
        rows["count"], rows["rough"], states(rows), strict=True
    ):
        if rough:
            texts.append(_("月の合計だけがわかる日"))
        elif np.isnan(count) and state != "missing":
            texts.append(_("今日はまだ連絡がありません"))
        else:
            texts.append(count_text(count, str(state)))
    return texts


def _week_texts(rows: pd.DataFrame, held: pd.Series) -> list[str]:
    return [
        _week_text(*one)
        for one in zip(
            rows["week"], rows["low80"].mask(held), rows["high80"], strict=True
        )
    ]


def _week_text(week: float, low: float, high: float) -> str:
    if np.isnan(week):
        return fmt.NOTHING
    total = fmt.number(float(week), unit=N_("件"))
    if np.isnan(low):
        return _("7日の合計 {total}").format(total=total)
    return _("7日の合計 {total}(ふだんは{low:.0f}〜{high:.0f}件)").format(
        total=total, low=low, high=high
    )


def _alert_text(value: float) -> str:
    if np.isnan(value):
        return _("判定保留")
    return fmt.number(value) if value >= _LOWEST else _("1未満")
