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
from functools import cache
from math import isnan
from typing import Any, Final, cast

import pandas as pd

from lib import clock
from lib.schema.column import Field
from lib.schema.record import Record
from lib.schema.tables import Table
from lib.schema.vocab import Choice, Unlisted

JOINER = "、"
"""Stands between several choices in one cell."""

_TEXT: Final = pd.Series([], dtype="str").dtype
"""A name is looked for among all of pandas' dtypes, for each column anew."""


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
            return _vocabulary(field.choices)
        case _:
            return _TEXT


@cache
def _vocabulary(choices: tuple[Choice, ...]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype([choice.value for choice in choices])


@cache
def _codes(choices: tuple[Choice, ...]) -> Mapping[str, int]:
    return {choice.value: code for code, choice in enumerate(choices)}


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
    # Arrays and not series: a series for each column takes longer than its values.
    data = {field.name: _array(field, columns[field.name]) for field in table.fields}
    return pd.DataFrame(data, index=index, copy=False)


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
    """Return the record for one row of a frame or store; types are checked anew.

    Raises:
        ValueError: the row holds a word of no vocabulary, or lacks what every record
            has; pydantic's ValidationError is one.
    """
    values = {
        field.name: _or_default(field, rich(field, row[field.name]))
        for field in table.fields
    }
    return table.record.model_validate(values)


def standing_from(table: Table, row: Mapping[str, Any], key: str = "") -> Record:
    """Return one row of a frame as it stands, to be shown; it never raises.

    In a row of a sheet an unknown word stays as `Unlisted`, and what it lacks is None
    (`Record.misfits` names both). Of a row without a number, or with one that another
    row has too, the number is `key`, by which it is found again.
    """
    try:
        record = record_from(table, row)
    except ValueError:
        record = table.record.model_construct(
            **{
                field.name: _or_default(field, standing_value(field, row[field.name]))
                for field in table.fields
            }
        )
    if key and table.prefix and getattr(record, table.key[0]) != key:
        return record.model_copy(update={table.key[0]: key})
    return record


def standing(table: Table, frame: pd.DataFrame) -> list[Record]:
    """Return every row of a frame as it stands, in its order."""
    rows = cast("list[dict[str, Any]]", frame.to_dict("records"))
    return [
        standing_from(table, row, str(key))
        for key, row in zip(frame.index, rows, strict=True)
    ]


def standing_at(table: Table, frame: pd.DataFrame, key: str) -> Record | None:
    """Return the row with that key as it stands, or None where there is no such row."""
    if key not in frame.index:
        return None
    position = frame.index.get_loc(key)
    row = cast("dict[str, Any]", frame.iloc[position].to_dict())
    return standing_from(table, row, key)


def record_at(table: Table, frame: pd.DataFrame, key: str) -> Record | None:
    """Return the record with that key, or None where the frame has no such row."""
    if key not in frame.index:
        return None
    position = frame.index.get_loc(key)
    return record_from(table, cast("dict[str, Any]", frame.iloc[position].to_dict()))


def _or_default(field: Field, value: Any) -> Any:
    """Return the default in place of a blank that no record may hold."""
    return field.default if value is None and not field.nullable else value


def standing_value(field: Field, value: Any) -> Any:
    """Return a framed value as `rich` does, an unknown word as `Unlisted`."""
    if field.kind == "choices":
        words = (value or "").split(JOINER)
        return tuple(_word(field, word) for word in words if word)
    if field.kind == "choice" and not _missing(value):
        return _word(field, str(value))
    return rich(field, value)


def _word(field: Field, word: str) -> Any:
    known = {choice.value: choice for choice in field.choices}
    return known.get(word, Unlisted(word))


def _array(field: Field, values: Sequence[Any]) -> Any:
    if field.kind == "choice":
        return _categorical(field, values)
    if field.kind == "date":
        return _moments(values).as_unit("s").array
    if field.kind == "datetime":
        # Through UTC, because a column may hold offsets of several zones.
        return _moments(values, utc=True).as_unit("s").tz_convert(clock.TOKYO).array
    return pd.array(list(values), dtype=dtype_of(field))


def _moments(values: Sequence[Any], *, utc: bool = False) -> pd.DatetimeIndex:
    if not any(values):
        return pd.DatetimeIndex([pd.NaT] * len(values), tz="UTC" if utc else None)
    return pd.DatetimeIndex(pd.to_datetime(list(values), format="ISO8601", utc=utc))


def _categorical(field: Field, values: Sequence[Any]) -> pd.Categorical:
    """Return the words, those that a row of a sheet has beside the vocabulary too."""
    known = _codes(field.choices)
    more = [str(v) for v in dict.fromkeys(values) if v is not None and v not in known]
    if not more:
        dtype, codes = dtype_of(field), known
    else:
        dtype = pd.CategoricalDtype([*known, *more])
        codes = {word: code for code, word in enumerate(dtype.categories)}
    found = [-1 if value is None else codes[value] for value in values]
    return pd.Categorical.from_codes(found, dtype=dtype)


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
