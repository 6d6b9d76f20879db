"""What a view shows: a picture, the table beside it, and what stands behind each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from lib.actions.improving import Scope
from lib.charts.look import Spec
from lib.reports.export import FormColumn
from lib.schema.column import Column as Meant
from lib.schema.column import Field, Kind
from lib.store.access import UserStore

How = Literal["text", "count", "rate", "share"]
"""How the values of a column are written; shares are 0-1, rates for 1,000 orders."""

_PERCENT: Final = 100
_KINDS: Final[dict[How, Kind]] = {
    "text": "text",
    "count": "integer",
    "rate": "decimal",
    "share": "decimal",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table: header in the person's language, None where no value is."""

    header: str
    values: Sequence[Any]
    how: How = "text"

    def in_file(self) -> FormColumn:
        """Return the column as files take it."""
        unit = "%" if self.how == "share" else ""
        values: Sequence[Any] = self.values
        if self.how == "share":
            values = [None if v is None else round(v * _PERCENT, 4) for v in values]
        if self.how == "rate":
            values = [None if v is None else round(v, 4) for v in values]
        meant = Field(
            name="value",
            column=Meant(self.header, unit=unit),
            kind=_KINDS[self.how],
            required=False,
            default=None,
        )
        return FormColumn(self.header, meant, values)


@dataclass(frozen=True, slots=True)
class Picked:
    """What stands behind one mark.

    what: what it is, in the person's language. lines: its figures in words.
    query: opens the ledger on exactly these cases; None where these are contacts from
        agencies, whose numbers are `contacts`; `contacts_query` lists them all, None
        where the page filters by more than their list can.
    scope: what an improvement would be about. says_all: whether the scope tells all of
        it; else an improvement is tied to the cases themselves, whose numbers `cases`
        gives.
    figure: code of what an improvement would move; None for what is usual.
    about: what an improvement would lessen, where that is not `what`.
    only: shows these cases alone, in the address; "" where that cannot be.
    code: tells it from every other mark, without a word that somebody typed.
    """

    what: str
    code: str
    lines: tuple[str, ...]
    query: dict[str, str] | None = None
    scope: Scope = field(default_factory=Scope)
    says_all: bool = True
    figure: str | None = None
    about: str = ""
    only: str = ""
    cases: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    contacts_query: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One view, ready to be drawn.

    spec: None where there is nothing to draw; `empty` then says what to do.
    table: a row a mark, in the order of `row` in the picture; rows below `marks` have
        no mark. notes: what has to be said beside it. formula: how its numbers are made.
    pick: what stands behind a row, as this person sees it; None for a row that stands
        for many. A view is shared, so it holds no person's data itself.
    days: the first and the last day, where they are not those of the page.
    """

    title: str
    alt: str
    spec: Spec | None
    table: tuple[Column, ...]
    formula: tuple[str, ...]
    pick: Callable[[UserStore, int], Picked | None]
    notes: tuple[str, ...] = ()
    hint: str = ""
    empty: str = ""
    name: str = "view"
    days: tuple[date, date] | None = None

    @property
    def count(self) -> int:
        """How many rows the table has."""
        return len(self.table[0].values) if self.table else 0
