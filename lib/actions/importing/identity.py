"""Which rows are the same row: the digest of their content, and ids made from it.

Ids follow from the content, not from chance: a row that was imported and then changed
in the app is recognised when the same file comes again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import date
from itertools import count
from typing import Final, cast

import pandas as pd

from lib.schema.cells import cell_text
from lib.schema.column import Field
from lib.schema.frames import standing_value
from lib.schema.ids import ALPHABET
from lib.schema.record import Record
from lib.schema.tables import Table

_LETTERS: Final = 5
_NO_DAY: Final = date(2000, 1, 1)
"""Day in the made id of a record that names none."""
_FIELD_END: Final = "\x00"
"""Ends each field in what is digested; no stored text holds it."""


def content_fields(table: Table) -> tuple[Field, ...]:
    """Return the fields that make the content: all but those the app writes."""
    return tuple(field for field in table.fields if not field.auto)


def digests_in(table: Table, frame: pd.DataFrame) -> dict[str, str]:
    """Return key → digest of each row of a frame."""
    columns = [
        [
            cell_text(field, standing_value(field, value))
            for value in frame[field.name].tolist()
        ]
        for field in content_fields(table)
    ]
    digests = (_digest(texts) for texts in zip(*columns, strict=True))
    return dict(zip(map(str, frame.index), digests, strict=True))


def digest_of(table: Table, record: Record) -> str:
    """Return the digest of one record's content."""
    return _digest(
        cell_text(field, getattr(record, field.name)) for field in content_fields(table)
    )


def made_id(
    table: Table,
    record: Record,
    digest: str,
    is_taken: Callable[[str], bool] = lambda _id: False,
) -> str:
    """Return an id for a row that has none, always the same for the same content.

    Where another content has taken it, the next one of the series.
    """
    day = _day_of(table, record)
    ids = (f"{table.prefix}-{day:%y%m%d}-{_letters(digest, n)}" for n in count())
    return next(made for made in ids if not is_taken(made))


def _letters(digest: str, attempt: int) -> str:
    number = int.from_bytes(hashlib.sha256(f"{digest}{attempt}".encode()).digest())
    letters = ""
    for _position in range(_LETTERS):
        number, index = divmod(number, len(ALPHABET))
        letters += ALPHABET[index]
    return letters


def _day_of(table: Table, record: Record) -> date:
    for field in content_fields(table):
        value = getattr(record, field.name)
        if field.kind in {"date", "datetime"} and value is not None:
            return cast("date", value)
    return _NO_DAY


def _digest(texts: Iterable[str]) -> str:
    joined = _FIELD_END.join(texts)
    return hashlib.blake2b(joined.encode(), digest_size=16).hexdigest()
