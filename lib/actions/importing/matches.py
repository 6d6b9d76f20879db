"""What a person said about headers and words, once, so that nobody is asked twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lib.schema.tables import Table
from lib.text import folded

LEFT_OUT: Final = "-"
"""Stands for the field of a column that is not to be imported."""

_NONE: Final[Mapping[tuple[str, ...], str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Matches:
    """Headers and words that a person matched.

    columns: (table code, comparable header) → field name, or `LEFT_OUT`.
    words: (table code, field name, folded word) → what it stands for, as one types it.
    """

    columns: Mapping[tuple[str, ...], str] = field(default_factory=lambda: _NONE)
    words: Mapping[tuple[str, ...], str] = field(default_factory=lambda: _NONE)

    def column(self, table: Table, header: str) -> str:
        """Return the field that a comparable header was said to be; "" for unsaid.

        A field that the table has not (no more) counts as unsaid.
        """
        said = self.columns.get((table.code, header), "")
        if said in {LEFT_OUT, *(f.name for f in table.fields)}:
            return said
        return ""

    def word(self, table: Table, name: str, typed: str) -> str:
        """Return what a word in a field was said to stand for; "" for unsaid."""
        return self.words.get((table.code, name, folded(typed)), "")

    def joined(self, other: Matches) -> Matches:
        """Return these matches with those of `other`, which count more."""
        return Matches({**self.columns, **other.columns}, {**self.words, **other.words})

    @classmethod
    def of_columns(cls, table: Table, fields: Iterable[tuple[str, str]]) -> Matches:
        """Return matches of comparable headers with fields of a table."""
        return cls({(table.code, header): name for header, name in fields})


NOTHING_MATCHED: Final = Matches()
