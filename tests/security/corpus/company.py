"""A believable company in which every text that people type says something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lib.sample.company import SampleCompany
from lib.schema.column import Field
from lib.schema.record import Record
from lib.schema.tables import Table, table
from lib.text import storable

STRUCTURE: Final = frozenset(
    {"step", "rule_code", "table", "row_key", "customer_key", "updated_by", "channel"}
)
"""Fields whose text the app itself has set and looks up."""

Spoil = Callable[[Record, Field], str]
"""Gives what is put behind the text of a field of a record."""


def spoiled(company: SampleCompany, spoil: Spoil) -> SampleCompany:
    """Return the company with something behind each text that people type.

    Names are changed wherever they stand, codes and numbers nowhere, so that all still
    belongs together.
    """
    return SampleCompany(
        **{
            code: tuple(
                _spoiled(table(code), record, spoil)
                for record in getattr(company, code)
            )
            for code in company.tables()
        }
    )


def _spoiled(place: Table, record: Record, spoil: Spoil) -> Record:
    return record.model_copy(
        update={
            field.name: storable(
                f"{getattr(record, field.name)} {spoil(record, field)}".strip()
            )
            for field in place.fields
            if is_typed(place, field)
        }
    )


def is_typed(place: Table, field: Field) -> bool:
    """Whether people type into a field as they like, and nothing is found by it."""
    if field.kind != "text" or field.name in {*place.key, *STRUCTURE}:
        return False
    return not field.name.endswith("_id") and field.column.refers in {"", "members"}
