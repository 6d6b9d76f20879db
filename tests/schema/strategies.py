"""Hypothesis strategies that make records of any table from its fields."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from lib import clock
from lib.schema.column import Field
from lib.schema.record import Record
from lib.schema.tables import Table
from lib.text import storable

NASTY = (
    "=1+1",
    "+819012345678",
    "@SUM(A1)",
    "-2+3",
    "0090123",
    "１２３ＡＢＣ",
    "ｶｲﾔｸ",
    "𠮷野家で𩸽を",
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "一行目\n二行目\n\n四行目",
    "\u202eright to left\u202c \u200f\u200e",
    " 前後に空白\t",
    "　全角の空白　",
    "<script>alert(1)</script>",
    "'; DROP TABLE complaints; --",
    'quote " and \\ backslash',
    "%s %(name)s {brace} :colon ?",
    "e\u0301 が",
    "\u0085\u2028\u2029",
    "null",
    "NaN",
    "TRUE",
    "長" * 10_000,
)
"""Texts that some store, driver or spreadsheet has been known to change."""

EARLIEST = datetime(1900, 1, 2, tzinfo=clock.TOKYO)

texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=40), st.just("")).map(
    storable
)

moments = st.integers(0, 200 * 365 * 86_400).map(
    lambda seconds: EARLIEST + timedelta(seconds=seconds)
)


def values(field: Field) -> st.SearchStrategy[Any]:
    """Return a strategy for what a record may hold in this field."""
    present = _present(field)
    if field.required or field.kind == "choices":
        return present
    return st.one_of(st.just(field.default), present)


def _present(field: Field) -> st.SearchStrategy[Any]:
    low = field.minimum if field.minimum is not None else -(2**53)
    high = field.maximum if field.maximum is not None else 2**53
    match field.kind:
        case "text":
            return texts.filter(bool) if field.required else texts
        case "integer":
            return st.integers(int(low), int(high))
        case "decimal":
            return st.floats(low, high, allow_nan=False)
        case "date":
            return st.dates(date(1900, 1, 1), date(2200, 12, 31))
        case "datetime":
            return moments
        case "choice":
            return st.sampled_from(field.choices)
        case "choices":
            return st.lists(st.sampled_from(field.choices), unique=True).map(tuple)


def records(table: Table) -> st.SearchStrategy[Record]:
    """Return a strategy for records that fit the types of a table, not its rules."""
    fields = {field.name: values(field) for field in table.fields}
    return st.fixed_dictionaries(fields).map(table.record.model_validate)


def with_key(table: Table, record: Record, number: int) -> Record:
    """Return the record with a key that no other `number` gives."""
    changed: dict[str, Any] = {}
    for name in table.key:
        kind = table.field(name).kind
        if kind == "text":
            changed[name] = f"{number:06}{getattr(record, name)}"
        elif kind == "date":
            changed[name] = date(1900, 1, 1) + timedelta(days=number)
    return record.model_copy(update=changed)
