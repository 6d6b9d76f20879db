"""In which order the columns of a tab stand, and which of them are not fields.

First what people fill in, then what matters later in folded groups, each behind a
narrow column that names it, and last what the app writes. Readers find columns by
their titles, so the order is for people only.

Titles that are no fields: `Part.HEAD` names a folded group and stays blank; `Part.HELPER`
holds a formula of each row, or a word that the app puts beside it (祝日). Both come to
the reader as columns that people added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from lib.schema.column import Field, Shown
from lib.schema.tables import Table
from lib.store.sheets.setup import row_formulas


class Part(StrEnum):
    """What a column is to people."""

    FIRST = "first"
    LATER = "later"
    AUTO = "auto"
    HEAD = "head"
    HELPER = "helper"


@dataclass(frozen=True, slots=True)
class Planned:
    """One column of a new tab. field: None where the title is no field's."""

    title: str
    part: Part
    field: Field | None = None
    help: str = ""

    @property
    def by_app(self) -> bool:
        """Whether people leave it alone: grey, and protected with a warning."""
        return self.part in (Part.AUTO, Part.HEAD, Part.HELPER)

    @property
    def folded(self) -> bool:
        """Whether it lies in a collapsed group; what is read out or reminds does not."""
        return self.part is Part.LATER or (
            self.part is Part.AUTO and self.field is not None and not _named(self.field)
        )


def _named(field: Field) -> bool:
    return field.name == "id"


LEADING: Final[Mapping[str, tuple[str, ...]]] = {
    "complaints": (
        "contact",
        "customer_name",
        "product_code",
        "claim_type",
        "content",
        "request",
        "temper",
        "next_promise",
        "next_promise_at",
        "handler",
        "status",
        "note",
    ),
    "agency_inquiries": (
        "first_contact_at",
        "agency_kind",
        "agency_name",
        "agency_contact",
        "contact_kind",
        "facts",
        "demand",
        "agency_due_at",
        "handler",
        "status",
    ),
}
"""Columns that stand first where the schema names more than a screen holds."""

_LATER: Final = "▸ くわしく"
_AUTO: Final = "▸ 自動"
_BLOCKS: Final[Mapping[str, Mapping[str, str]]] = {
    "complaints": {
        "order_number": "▸ 受付のとき",
        "harm": "▸ 確かめること",
        "read_back": "▸ 完了のとき",
    },
}
"""The fields before which a further folded group begins."""

_FOLDED: Final = frozenset(
    {"complaints", "agency_inquiries", "kpi_days", "members", "centres"}
)
"""Tabs that people work in; the hidden ones show every column."""

_HEAD_HELP: Final = "上の[+]を押すと、折りたたんだ列が開きます。"


@cache
def planned(table: Table) -> tuple[Planned, ...]:
    """Return the columns of a new tab, left to right."""
    return tuple(_planned(table))


def _planned(table: Table) -> Iterator[Planned]:
    helpers = row_formulas.HELPERS.get(table.code, ())
    for field in _first(table):
        yield Planned(field.label, Part.FIRST, field, field.column.help)
        yield from (_helper(h) for h in helpers if h.after == field.name)
    yield from _later(table)
    yield from (_helper(h) for h in helpers if not h.after)
    auto = [f for f in table.fields if f.auto]
    for field in sorted(auto, key=lambda f: not _named(f)):
        if field is _unnamed(auto) and table.code in _FOLDED:
            yield Planned(_AUTO, Part.HEAD, help=_HEAD_HELP)
        yield Planned(field.label, Part.AUTO, field, field.column.help)


def _helper(helper: row_formulas.Helper) -> Planned:
    return Planned(helper.title, Part.HELPER, help=helper.help)


def _first(table: Table) -> list[Field]:
    if table.code in LEADING:
        there = {field.name: field for field in table.fields}
        return [there[name] for name in LEADING[table.code] if name in there]
    return [f for f in table.fields if f.column.shown is Shown.FIRST]


def _later(table: Table) -> Iterator[Planned]:
    first = {field.name for field in _first(table)}
    heads = _BLOCKS.get(table.code)
    rest = [f for f in table.fields if not f.auto and f.name not in first]
    for field in rest:
        if heads is None:
            head = _LATER if field is rest[0] and table.code in _FOLDED else ""
        else:
            head = heads.get(field.name, "")
        if head:
            yield Planned(head, Part.HEAD, help=_HEAD_HELP)
        yield Planned(field.label, Part.LATER, field, field.column.help)


def _unnamed(auto: list[Field]) -> Field | None:
    return next((field for field in auto if not _named(field)), None)


@cache
def titles(table: Table) -> tuple[str, ...]:
    """Return the header of a new tab."""
    return tuple(column.title for column in planned(table))
