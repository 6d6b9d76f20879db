"""How values of records read in a document; what is missing says so."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from lib.reports.dossier.model import Value
from lib.reports.dossier.veil import Sure

UNKNOWN: Final = "未確認"
UNDECIDED: Final = "まだ決まっていません"


def moment(at: datetime | None) -> Value:
    """Return a day and time as it stands in a document."""
    if at is None:
        return Value(UNKNOWN, missing=True)
    return Value(Sure(f"{at:%Y/%m/%d %H:%M}"))


def day(on: date | None, missing: str = UNKNOWN) -> Value:
    """Return a day as it stands in a document."""
    return Value(Sure(f"{on:%Y/%m/%d}")) if on else Value(missing, missing=True)


def written(text: str, missing: str = UNKNOWN) -> Value:
    """Return what somebody wrote, or that nothing is written."""
    return Value(text.strip()) if text.strip() else Value(missing, missing=True)


def word(chosen: Any) -> str:
    """Return the word of a choice, one of no vocabulary too; "" for none."""
    return chosen.value if chosen is not None else ""


def at_time(at: datetime | None) -> str:
    """Return a day and time inside a text of ours; a row of a sheet may lack it."""
    return f"{at:%Y/%m/%d %H:%M}" if at else "日時不明"


_NOT_SAID: Final = frozenset({"unasked", "unknown"})


def is_said(chosen: Any) -> bool:
    """Whether a choice says anything."""
    return chosen is not None and chosen.code not in _NOT_SAID


def choice(chosen: Any, missing: str = UNKNOWN) -> Value:
    """Return a choice in its word; one that says nothing is missing."""
    if not is_said(chosen):
        return Value(missing, missing=True)
    return Value(chosen.value)
