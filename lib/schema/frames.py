"""Records as frames and back: one dtype for each kind of field.

A frame has one row a record, its index (named `key`) holds `Table.key_of`, its
columns are the English field names in schema order. Missing is "" in text and NA
elsewhere, never 0.

| kind | dtype |
|---|---|
| text, choices (joined with 、) | str |
| integer | Int64 |
| decimal | Float64 |
| date | datetime64[s] at midnight, without zone |
| datetime | datetime64[s, Asia/Tokyo] |
| choice | category over every value of the vocabulary, in its order |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import isnan
from typing import Any, cast

import pandas as pd

from lib import clock
from lib.schema.column import Field
from lib.schema.record import Record
from lib.schema.tables import Table

JOINER = "、"
"""Stands between several choices in one cell."""


def dtype_of(field: Field) -> Any:
    """Return the pandas dtype in which a frame holds this field."""
    match field.kind:
        case "integer":
            return pd.Int64Dtype()
        case "decimal":
            return pd.Float64Dtype()
        case "date":
            return "datetime64[s]"
        case "datetime":
            return pd.DatetimeTZDtype("s", clock.TOKYO)
        case "choice":
            return pd.CategoricalDtype([choice.value for choice in field.choices])
        case _:
            return "str"


def empty_frame(table: Table) -> pd.DataFrame:
    """Return a frame without rows that has the table's columns and dtypes."""
    return frame_of(table, [])


def frame_of(table: Table, records: Iterable[Record]) -> pd.DataFrame:
    """Return the frame of `records`, in their order."""
    rows = list(records)
    keys = [table.key_of(row) for row in rows]
    columns = {
        field.name: [plain(field, getattr(row, field.name)) for row in rows]
        for field in table.fields
    }
    return frame_from_columns(table, keys, columns)


def frame_from_columns(
    table: Table, keys: Sequence[str], columns: Mapping[str, Sequence[Any]]
) -> pd.DataFrame:
    """Return the frame for plain values (as `plain` gives them), column by column."""
    index = pd.Index(list(keys), name="key", dtype="str")
    data = {field.name: _series(field, columns[field.name]) for field in table.fields}
    return pd.DataFrame(
        {name: s.set_axis(index) for name, s in data.items()}, index=index
    )


def plain(field: Field, value: Any) -> Any:
    """Return a record's value as stores keep it: choices as text, missing as None.

    Text stays text (missing is ""); dates and datetimes stay themselves.
    """
    if field.kind == "choices":
        return JOINER.join(choice.value for choice in value or ())
    if field.kind == "text":
        return value or ""
    if value is not None and field.kind == "choice":
        return str(value.value)
    return value


def rich(field: Field, value: Any) -> Any:
    """Return a stored or framed value as the record holds it; inverse of `plain`.

    A word that is no longer in the vocabulary raises ValueError.
    """
    if field.kind == "choices":
        kind = cast("Any", field.choice_type)
        return tuple(kind(part) for part in (value or "").split(JOINER) if part)
    if field.kind == "text":
        return "" if _missing(value) else str(value)
    if _missing(value):
        return None
    match field.kind:
        case "choice":
            return cast("Any", field.choice_type)(value)
        case "integer":
            return int(value)
        case "decimal":
            return float(value)
        case "date":
            return value.date() if isinstance(value, datetime) else value
        case _:
            return clock.in_tokyo(_as_datetime(value))


def record_from(table: Table, row: Mapping[str, Any]) -> Record:
    """Return the record for one row of a frame or store; types are checked anew."""
    values = {}
    for field in table.fields:
        value = rich(field, row[field.name])
        if value is None and field.kind == "choice" and field.default is not None:
            value = field.default
        values[field.name] = value
    return table.record.model_validate(values)


def record_at(table: Table, frame: pd.DataFrame, key: str) -> Record | None:
    """Return the record with that key, or None where the frame has no such row."""
    if key not in frame.index:
        return None
    position = frame.index.get_loc(key)
    return record_from(table, cast("dict[str, Any]", frame.iloc[position].to_dict()))


def _series(field: Field, values: Sequence[Any]) -> Any:
    if field.kind == "date":
        return pd.Series(pd.to_datetime(list(values))).astype("datetime64[s]")
    if field.kind == "datetime":
        # Through UTC, because a column may hold offsets of several zones.
        moments = pd.Series(pd.to_datetime(list(values), utc=True))
        return moments.astype(dtype_of(field))
    return pd.Series(list(values), dtype=dtype_of(field))


def _missing(value: Any) -> bool:
    # NaT counts as a datetime and NaN as a float, so both are asked for by name.
    return (
        value is None
        or value is pd.NaT
        or value is pd.NA
        or (isinstance(value, float) and isnan(value))
    )


def _as_datetime(value: Any) -> datetime:
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
