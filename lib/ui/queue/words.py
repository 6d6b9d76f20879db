"""Why a case stands where it does, and how its clock stands, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from lib import clock
from lib.i18n import _
from lib.metrics.promises import When
from lib.metrics.queue import COMPLAINTS, Why, whys
from lib.metrics.sla import Standing
from lib.schema.vocab import Severity, Temper
from lib.ui import format as fmt
from lib.ui.table import due_text

SHOWN: Final = 2
"""Reasons that a row of the list has room for; the case itself says all."""

STANDING_COLOURS: Final = {
    Standing.LATE: "red",
    Standing.OVER: "red",
    Standing.NEAR: "orange",
    Standing.RUNNING: "blue",
    Standing.STILL: "gray",
    Standing.MET: "green",
    Standing.NONE: "gray",
}
"""Theme colour of each standing; the word stands beside it."""

_SHAPES: Final = {
    Standing.LATE: "▲",
    Standing.OVER: "▲",
    Standing.NEAR: "◆",
    Standing.RUNNING: "●",
    Standing.STILL: "‖",
    Standing.MET: "✓",
    Standing.NONE: "○",
}


def standing(value: Standing) -> str:
    """Return how a clock stands, with its shape."""
    return f"{_SHAPES[value]} {_(value.value)}"


@dataclass(frozen=True)
class _Words:
    row: Any
    now: datetime

    def authority(self) -> str:
        return _("消費者庁などの指示を最優先で")

    def statutory(self) -> str:
        text = self._until(
            self.row.statutory_at,
            _("法定の期限まで{time}"),
            _("法定の期限を{time}超過"),
        )
        return text if self.row.is_checked else text + _("(該当は未確認)")

    def critical(self) -> str:
        return fmt.choice(Severity.CRITICAL)

    def overdue(self) -> str:
        if self.row.table != COMPLAINTS:
            return self._until(
                self.row.promise_at, _("回答まで{time}"), _("回答を{time}超過")
            )
        return self._until(
            self.row.promise_at, _("約束まで{time}"), _("約束を{time}超過")
        )

    def agency(self) -> str:
        return self._until(
            self.row.agency_at,
            _("先方の期限まで{time}"),
            _("先方の期限を{time}超過"),
        )

    def temper(self) -> str:
        return _("温度感 {temper}").format(
            temper=_(list(Temper)[int(self.row.temper)].value)
        )

    def elapsed(self) -> str:
        if self.row.is_import:
            return _("取り込んだまま。日付を決める")
        if self.row.waited == 0:
            return _("受けたばかり")
        return _("営業時間で{time}待ち").format(time=fmt.hours(float(self.row.waited)))

    def _until(self, at: pd.Timestamp, before: str, after: str) -> str:
        ahead = clock.in_tokyo(at.to_pydatetime()) - self.now
        words = fmt.span(abs(ahead), threshold=1.2)
        return (after if ahead.total_seconds() < 0 else before).format(time=words)


_SAY: Final[dict[Why, Callable[[_Words], str]]] = {
    Why.AUTHORITY: _Words.authority,
    Why.STATUTORY: _Words.statutory,
    Why.CRITICAL: _Words.critical,
    Why.OVERDUE: _Words.overdue,
    Why.AGENCY: _Words.agency,
    Why.TEMPER: _Words.temper,
    Why.ELAPSED: _Words.elapsed,
}


def reasons(rows: pd.DataFrame, now: datetime) -> list[tuple[str, ...]]:
    """Return for each row every reason why it stands there, the deciding one first."""
    holds = whys(rows)
    found = []
    for row, kept in zip(
        rows.itertuples(), holds.itertuples(index=False, name=None), strict=True
    ):
        words = _Words(row, now)
        found.append(
            tuple(_SAY[why](words) for why, held in zip(Why, kept, strict=True) if held)
        )
    return found


def left(row: Any) -> str:
    """Return "一次返信 あと2時間" or "解決 3時間超過"; 「—」 where no clock runs."""
    if pd.isna(row.left):
        return fmt.NOTHING
    how = _("{step} {time}超過") if row.left < 0 else _("{step} あと{time}")
    return how.format(step=_(str(row.step)), time=fmt.hours(row.left))


def due(row: Any) -> str:
    """Return when what was promised is due, as the other lists say it."""
    if pd.isna(row.promise_at):
        return fmt.NOTHING
    return due_text(When(row.when), row.promise_at.to_pydatetime())
