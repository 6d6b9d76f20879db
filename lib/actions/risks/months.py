"""Counts of past months for a cold start: typed or pasted, taken back, never made finer.

They stand in 設定, so that they can be typed in the sheet and imported like any other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from lib.actions.business_settings import setting_write
from lib.actions.permissions import needs
from lib.actions.risks import reading as risk
from lib.errors import UnreadableFile
from lib.i18n import N_
from lib.schema.masters import Setting
from lib.settings import past_counts
from lib.settings.past_counts import GONE, GROUP, HELP, name_of, read_count, read_month
from lib.store.access import UserStore
from lib.store.protocol import Commit

MOST_MONTHS: Final = 120

_BETWEEN: Final = re.compile(r"[\t,、:=\s]+")


@dataclass(frozen=True, slots=True)
class Month:
    """One month and its count. counted: whether days of it still need the total."""

    month: date
    count: int
    counted: bool


def months_of(desk: UserStore, today: date) -> tuple[Month, ...]:
    """Return the months that are known by their total, the earliest first."""

    def made() -> tuple[Month, ...]:
        seen = risk.daily(desk, today)
        rough = set(seen.days[seen.rough].astype("datetime64[M]").tolist())
        totals = past_counts.totals(desk.frame("settings"), today)
        return tuple(
            Month(month, int(count), month in rough) for month, count in totals.items()
        )

    return desk.derived(("past months", today), made)


def read(typed: str, today: date) -> Mapping[date, int | None]:
    """Return the months of a pasted text, a line a month: 「2025-04 7」.

    None is for a month that is taken back (「2025-04 なし」). A first line of headings is
    passed over, and so are blank lines.

    Raises:
        UnreadableFile: a line says no month and count, a month twice, or one that is not
            over; the message names the line.
    """
    found: dict[date, int | None] = {}
    lines = unicodedata.normalize("NFKC", typed).splitlines()
    for number, line in enumerate(lines, start=1):
        words = [word for word in _BETWEEN.split(line.strip()) if word]
        if not words:
            continue
        month = read_month(words[0])
        if month is None and not found and not any(c.isdigit() for c in line):
            continue
        rest = "".join(words[1:])
        count = None if rest == GONE else read_count(rest)
        if month is None or (count is None and rest != GONE):
            raise _refused(
                N_("{line}行目: 「2025-04 7」のように、月と件数を書いてください。"),
                number,
            )
        if month >= today.replace(day=1):
            raise _refused(
                N_("{line}行目: まだ終わっていない月です。日ごとの記録を使います。"),
                number,
            )
        if month in found:
            raise _refused(N_("{line}行目: 同じ月が二度あります。"), number)
        found[month] = None if count is None else int(count)
    if len(found) > MOST_MONTHS:
        raise _refused(N_("{line}か月までにしてください。"), MOST_MONTHS)
    return found


@needs("risk.months")
def keep(
    desk: UserStore, months: Mapping[date, int | None], *, now: datetime, entry: str
) -> int:
    """Write the months into 設定; return how many differ from what stood there.

    Raises:
        Conflict: somebody else changed one of them meanwhile.
        NotAllowed: the person's role may not.
    """
    known = past_counts.totals(desk.frame("settings"), now.date())
    writes = [
        setting_write(desk, _row(month, count, now.date()))
        for month, count in months.items()
        if known.get(month) != count
    ]
    if writes:
        desk.commit(Commit(entry, desk.principal.name, now, tuple(writes)))
    return len(writes)


def _row(month: date, count: int | None, since: date) -> Setting:
    return Setting.parse(
        {
            "group": GROUP,
            "name": name_of(month),
            "effective_from": since,
            "value": GONE if count is None else str(count),
            "description": HELP,
        }
    )


def _refused(message: str, line: int) -> UnreadableFile:
    return UnreadableFile(message, line=line)
