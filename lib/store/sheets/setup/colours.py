"""Colours that follow from what stands in a row.

A rule has no name in Sheets, so each formula of ours carries one: N("見守り:…") is 0
and changes nothing. A rule that people repainted or moved is known by it and stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lib.schema.vocab import ComplaintStatus, Done, InquiryStatus, Severity
from lib.store.sheets.setup import asking, look
from lib.store.sheets.setup.asking import Request
from lib.store.sheets.setup.row_formulas import (
    ATTENTION,
    DOUBT,
    LATE,
    TODAY,
    column_name,
)

_PREFIX: Final = "見守り:"
_NEXT_DAYS: Final = 2
"""Days before a statutory or agreed date in which its cell is coloured."""


@dataclass(frozen=True, slots=True)
class Colour:
    """One rule.

    condition: formula without its =, rows as {row}. columns: where it shows.
    """

    name: str
    condition: str
    columns: tuple[int, ...]
    shown: Mapping[str, Any]

    @property
    def mark(self) -> str:
        """What tells the rule from people's own."""
        return f'N("{_PREFIX}{self.name}")'

    def request(self, number: int, row: int, index: int) -> Request:
        """Return the request that adds it below the header in `row`, from 1.

        index: its place among the tab's rules; the first that holds is shown.
        """
        first = str(row + 1)
        condition = self.condition.replace("{row}", first)
        formula = f"=AND({self.mark}=0,{condition})"
        places = [
            asking.grid(number, (row, None), run) for run in asking.runs(self.columns)
        ]
        rule = {
            "condition": {
                "type": "CUSTOM_FORMULA",
                "values": [{"userEnteredValue": formula}],
            },
            "format": self.shown,
        }
        added = {"ranges": places, "booleanRule": rule}
        return {"addConditionalFormatRule": {"rule": added, "index": index}}


def rules_of(
    code: str, at: Mapping[str, int], helpers: Mapping[str, int]
) -> tuple[Colour, ...]:
    """Return the rules of a table's tab, the weakest first."""
    places = {**at, **helpers}
    cells = {name: f"${column_name(column)}{{row}}" for name, column in places.items()}
    try:
        return tuple(_RULES[code](cells, places)) if code in _RULES else ()
    except KeyError:  # a column is missing in a tab with two of the same title
        return ()


def _complaints(c: Mapping[str, str], at: Mapping[str, int]) -> Iterator[Colour]:
    closed = (
        f'OR({c["status"]}="{ComplaintStatus.CLOSED}",'
        f'{c["status"]}="{ComplaintStatus.CANCELLED}")'
    )
    due = c["next_promise_at"]
    promise = (at["next_promise"], at["next_promise_at"], at[ATTENTION])
    grave = (at["content"], at["severity"])
    yield Colour(
        "complaints:closed",
        closed,
        tuple(at.values()),
        look.ink(look.DONE_INK),
    )
    for word, shown in (
        (Severity.HIGH, look.background(look.HIGH)),
        (
            Severity.CRITICAL,
            look.background(look.CRITICAL) | look.ink(look.INK, bold=True),
        ),
    ):
        test = f'{c["severity"]}="{word}",NOT({closed})'
        yield Colour(f"complaints:severity:{word.code}", test, grave, shown)
    yield Colour(
        f"complaints:{TODAY}",
        f"ISNUMBER({due}),INT({due})=TODAY(),NOT({closed})",
        promise,
        look.background(look.DUE_TODAY),
    )
    yield Colour(
        f"complaints:{LATE}",
        f"ISNUMBER({due}),{due}<NOW(),NOT({closed})",
        promise,
        look.background(look.OVERDUE) | look.ink(look.INK, bold=True),
    )


def _inquiries(c: Mapping[str, str], at: Mapping[str, int]) -> Iterator[Colour]:
    words = (InquiryStatus.CLOSED, InquiryStatus.CANCELLED, InquiryStatus.ANSWERED)
    settled = "OR(" + ",".join(f'{c["status"]}="{word}"' for word in words) + ")"
    yield Colour(
        "inquiries:settled", settled, tuple(at.values()), look.ink(look.DONE_INK)
    )
    for name in ("own_due_at", "agency_due_at"):
        due = c[name]
        yield Colour(
            f"inquiries:{name}:soon",
            f"ISNUMBER({due}),{due}<TODAY()+{_NEXT_DAYS + 1},NOT({settled})",
            (at[name],),
            look.background(look.DUE_TODAY),
        )
        yield Colour(
            f"inquiries:{name}:{LATE}",
            f"ISNUMBER({due}),{due}<NOW(),NOT({settled})",
            (at[name],),
            look.background(look.OVERDUE) | look.ink(look.INK, bold=True),
        )
    yield Colour(
        f"inquiries:{LATE}",
        f'{c[ATTENTION]}="{LATE}"',
        (at[ATTENTION],),
        look.background(look.OVERDUE) | look.ink(look.INK, bold=True),
    )


def _kpi_days(c: Mapping[str, str], at: Mapping[str, int]) -> Iterator[Colour]:
    yield Colour(
        "kpi:confirmed",
        f'{c["confirmed"]}="{Done.DONE}"',
        tuple(at.values()),
        look.ink(look.DONE_INK),
    )
    yield Colour(
        "kpi:closed-day",
        f"ISNUMBER({c['date']}),OR(WEEKDAY({c['date']})=1,WEEKDAY({c['date']})=7,"
        f'{c["祝日"]}<>"")',
        (at["date"], at["祝日"]),
        look.background(look.BY_APP),
    )
    yield Colour(
        "kpi:mismatch",
        f'LEN({c[DOUBT]})>0,{c[DOUBT]}<>"未入力"',
        (at["offered"], at["answered"], at["abandoned"], at[DOUBT]),
        look.background(look.MISMATCH) | look.ink(look.INK, bold=True),
    )


_RULES: Final = {
    "complaints": _complaints,
    "agency_inquiries": _inquiries,
    "kpi_days": _kpi_days,
}
