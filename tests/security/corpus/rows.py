"""Rows of every table that carry the corpus in every field that takes text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from lib import clock
from lib.schema.cells.reading import BLANKS, is_error_value
from lib.schema.column import Field
from lib.schema.record import Record
from lib.schema.tables import TABLES, Table
from lib.text import storable
from tests.security.corpus import CASES, NOWHERE, Case, aimed_at

DAY: Final = date(2026, 11, 20)
AT: Final = datetime(2026, 11, 20, 9, 5, tzinfo=clock.TOKYO)

_SET_BY_THE_STORE: Final = frozenset({"updated_by", "updated_at", "version", "source"})

WRITABLE: Final[tuple[Table, ...]] = tuple(t for t in TABLES if t.code != "audit")
"""All tables but the log, which the stores themselves write."""


def laden(
    place: Table,
    *,
    every: int = 1,
    made_ids: bool = False,
    beacon: str = NOWHERE,
    cases: Sequence[Case] = CASES,
) -> list[Record]:
    """Return rows that hold the cases in every text field, each row one and another.

    every: with 1 each case stands in each field, a row a case. With n there is a row for
        each n-th case, and the fields of a row hold n cases in turn, so that all cases
        still stand in the table if it has n text fields.
    made_ids: give rows numbers as the app makes them, not hostile ones, and no key
        blanks around it, which a sheet takes away.
    """
    return list(_rows(place, every, beacon, cases, made_ids=made_ids))


def _rows(
    place: Table, every: int, beacon: str, cases: Sequence[Case], *, made_ids: bool
) -> Iterator[Record]:
    texts = [aimed_at(case.text, beacon) for case in cases]
    for number in range(0, len(texts), every):
        values: dict[str, Any] = {}
        for column, field in enumerate(place.fields):
            if field.name in _SET_BY_THE_STORE:
                continue
            text = texts[(number + column % every) % len(texts)]
            if field.kind == "text":
                values[field.name] = _told(place, field, text, number, made_ids)
            elif field.required:
                values[field.name] = _plain(field, number)
        yield place.record.read(values)


def _told(place: Table, field: Field, text: str, number: int, made_ids: bool) -> str:
    """Return the text of one field; a key's has a number behind it, so that none clash."""
    if field.name not in place.key:
        stays = storable(text).strip(BLANKS) and not is_error_value(text)
        return text if stays or not field.required else "空"
    if place.prefix and made_ids:
        return f"{place.prefix}-261120-{_sign(number)}"
    return f"{text.strip(BLANKS) if made_ids else text}~{number}"


def _sign(number: int) -> str:
    signs = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    found = ""
    for _place in range(5):
        number, left = divmod(number, len(signs))
        found = signs[left] + found
    return found


def _plain(field: Field, number: int) -> Any:
    """Return a harmless value for a field that a record cannot do without."""
    match field.kind:
        case "choice":
            return field.choices[0]
        case "date":
            return DAY - timedelta(days=number)
        case "datetime":
            return AT
        case _:
            return 1
