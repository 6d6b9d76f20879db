"""過去の照会件数: contacts of months before the app, known by the month only.

A row of this group is named after its month (「2025-04」) and holds the count of that
month. It makes a company old enough to be judged from its first day, and is never taken
for more than it is: the spread of a month over its days is not the company's own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Final

import pandas as pd

from lib.i18n import N_

GROUP: Final = N_("過去の照会件数")
"""区分 of the rows in 設定."""

HELP: Final = N_("日ごとの記録がない月に、センターから連絡を受けた件数です。")
"""説明 of a row."""

GONE: Final = N_("なし")
"""Value of a month that does not count any more."""

MOST: Final = 100_000
"""More in a month than anybody can have had."""

Totals = Mapping[date, float]
"""First day of the month → count."""


def totals(settings: pd.DataFrame, today: date) -> Totals:
    """Return the months in 設定 that are over by `today`; unreadable rows are left out."""
    begun = settings["effective_from"] <= pd.Timestamp(today)
    own = settings[(settings["group"] == GROUP) & begun]
    own = own.sort_values("effective_from", kind="stable")
    found: dict[date, float] = {}
    for name, value in zip(own["name"], own["value"], strict=True):
        month, count = read_month(str(name)), read_count(str(value))
        if month is None or month >= today.replace(day=1):
            continue
        found.pop(month, None)
        if count is not None:
            found[month] = count
    return dict(sorted(found.items()))


def is_readable(name: str, value: str) -> bool:
    """Whether a row says a month and a count, or that there is none."""
    plain = unicodedata.normalize("NFKC", str(value)).strip()
    known = plain == GONE or read_count(plain) is not None
    return read_month(str(name)) is not None and known


def read_month(typed: str) -> date | None:
    """Return the first day of a month as people write it; None for anything else.

    「2025-04」, 「2025/4」, 「2025年4月」 and any day of it are April 2025.
    """
    plain = unicodedata.normalize("NFKC", typed).strip()
    for mark in ("年", "月", "/", "."):
        plain = plain.replace(mark, "-")
    parts = [part for part in plain.removesuffix("日").split("-") if part]
    if not 2 <= len(parts) <= 3 or not all(p.isdigit() for p in parts):  # noqa: PLR2004
        return None
    try:
        return date(int(parts[0]), int(parts[1]), 1)
    except ValueError:
        return None


def read_count(typed: str) -> float | None:
    """Return a whole count of 0 or more; None for anything else."""
    plain = unicodedata.normalize("NFKC", typed).strip().removesuffix("件")
    plain = plain.replace(",", "")
    if not plain.isdigit():
        return None
    count = int(plain)
    return float(count) if count <= MOST else None


def name_of(month: date) -> str:
    """Return the name of a month's row."""
    return f"{month:%Y-%m}"
