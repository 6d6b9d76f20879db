"""Columns of a tab as arrays: clean cells at once, odd ones through `parse_cell`.

Each reader gives the same values and statuses as `parse_cell` cell by cell would; only
the order of work differs. A column of 100,000 clean cells is a few array operations,
and of odd cells each distinct one is read once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lib import clock
from lib.i18n import N_
from lib.schema.cells import holds_made_id, parse_cell
from lib.schema.cells.choices import read_choices
from lib.schema.cells.reading import (
    NO_YEAR,
    NOT_A_CHOICE,
    Reading,
    Status,
    repaired,
    squeezed,
)
from lib.schema.cells.writing import text_of
from lib.schema.column import Field
from lib.schema.frames import JOINER, dtype_of, plain
from lib.text import LONGEST_TEXT, storable

Cells = Sequence[Any]
Places = npt.NDArray[np.intp]
"""Positions in a column, ascending; the first data row is 0."""

EPOCH: Final = 25_569
"""The spreadsheet's number of 1970-01-01."""
DAY: Final = 86_400
_TOKYO_SECONDS: Final = 9 * 3600
_NO_SUMMER_TIME_SINCE: Final = 19_000
"""1952: from here on Tokyo is nine hours ahead at all times."""
_FIRST_SERIAL: Final = 10_000
_LAST_SERIAL: Final = 80_000
_LARGEST_WHOLE: Final = 2**53
_DATE_LIKE: Final = (40_000, 60_000)
_NAT: Final = np.iinfo(np.int64).min
_NUMBERS: Final = frozenset({int, float})
_NONE: Final = type(None)
TAB: Final = ord("\t")
LINE_END: Final = ord("\n")
DELETE: Final = 0x7F


MONTH_GUESSED = N_("年と月を前後から補いました。確かめてください。")


@dataclass(frozen=True, slots=True)
class Marks:
    """The cells of a column that are not simply right.

    places: their positions; which: for each, its entry in `readings`.
    """

    places: Places
    which: Places
    readings: Sequence[Reading]

    def __len__(self) -> int:
        return len(self.places)

    def at(self) -> list[tuple[int, Reading]]:
        """Return position and reading of every marked cell."""
        readings = self.readings
        return [
            (place, readings[which])
            for place, which in zip(
                self.places.tolist(), self.which.tolist(), strict=True
            )
        ]


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column as read: `array` has the dtype of `lib.schema.frames`, or more words.

    turned: where a number stands in a column of words; the sheet may show it otherwise.
    """

    array: Any
    marks: Marks
    turned: tuple[int, ...] = ()


NO_MARKS: Final = Marks(np.empty(0, np.intp), np.empty(0, np.intp), ())


def read_column(field: Field, cells: Cells) -> ReadColumn:
    """Return the column of `field` for its cells; an absent column is all None."""
    match field.kind:
        case "integer" | "decimal":
            return _numbers(field, cells)
        case "date" | "datetime":
            return moments(field, cells)
        case "choice":
            return _choice(field, cells)
        case "choices":
            return _few_texts(field, cells, _choices_text)
        case _:
            return _text(field, cells)


def absent_column(field: Field, length: int) -> ReadColumn:
    """Return the column of a field for which the tab has none: all missing."""
    if field.kind in ("text", "choices"):
        blank = pa.array([""], pa.large_string())
        return ReadColumn(
            _str_array(blank.take(pa.array(np.zeros(length, np.int8)))), NO_MARKS
        )
    if field.kind == "choice":
        codes = np.full(length, -1, np.int8)
        return ReadColumn(
            pd.Categorical.from_codes(codes, dtype=dtype_of(field)), NO_MARKS
        )
    if field.kind in ("integer", "decimal"):
        return ReadColumn(
            _number_array(field, np.full(length, np.nan, np.float64)), NO_MARKS
        )
    return ReadColumn(_moment_array(field, np.full(length, _NAT)), NO_MARKS)


# Distinct cells ---------------------------------------------------------------------


class _Distinct(dict[Any, int]):
    """Numbers the distinct cells of a column, reading each when first met."""

    def __init__(self, read: Callable[[Any], Reading]) -> None:
        super().__init__()
        self._read = read
        self.cells: list[Any] = []
        self.readings: list[Reading] = []

    def __missing__(self, key: Any) -> int:
        # True, 1 and 1.0 are one key to a dict and three things to a person.
        cell = key[1] if type(key) is tuple else key
        number = self[key] = len(self.readings)
        self.cells.append(cell)
        self.readings.append(self._read(cell))
        return number

    def numbers(self, cells: Cells, places: Places | None = None) -> Places:
        """Return the number of each cell, or of each at `places`."""
        chosen = cells if places is None else [cells[i] for i in places.tolist()]
        numbers = np.fromiter(map(self.__getitem__, chosen), np.intp, len(chosen))
        if set(map(type, self.cells)) <= {str, _NONE}:
            return numbers
        keys = [c if type(c) is str else (type(c), c) for c in chosen]
        return np.fromiter(map(self.__getitem__, keys), np.intp, len(chosen))


def _marks(distinct: _Distinct, numbers: Places, places: Places | None = None) -> Marks:
    """Return the marks for cells read by `distinct`, which stand at `places`."""
    readings = distinct.readings
    odd = np.fromiter(
        (r.status is not Status.OK for r in readings), bool, len(readings)
    )
    if not odd.any():
        return NO_MARKS
    hit = np.flatnonzero(odd[numbers])
    return Marks(hit if places is None else places[hit], numbers[hit], readings)


# Numbers ----------------------------------------------------------------------------


def _numbers(field: Field, cells: Cells) -> ReadColumn:
    values, others = _as_floats(cells)
    present = ~np.isnan(values)
    odd = _places(present & ~_plain_number(field, values), others)
    distinct = _Distinct(lambda cell: parse_cell(field, cell))
    numbers = distinct.numbers(cells, odd)
    if len(odd):
        read = [np.nan if r.value is None else r.value for r in distinct.readings]
        values[odd] = np.array(read, float)[numbers]
    return ReadColumn(_number_array(field, values), _marks(distinct, numbers, odd))


def _number_array(field: Field, values: npt.NDArray[np.float64]) -> Any:
    """Return an array of Int64 or Float64; NaN in `values` is missing."""
    missing = np.isnan(values)
    present = np.where(missing, 0, values)
    if field.kind == "integer":
        return pd.arrays.IntegerArray(present.astype(np.int64), missing)
    return pd.arrays.FloatingArray(present, missing)


def filled_in(column: ReadColumn, value: Any) -> ReadColumn:
    """Return the column with `value` where it is missing."""
    return replace(column, array=pd.Series(column.array).fillna(value).array)


def _as_floats(cells: Cells) -> tuple[npt.NDArray[np.float64], Places]:
    """Return the numbers with NaN for the rest, and where anything else stands."""
    try:  # unlike NumPy, Arrow does not take "12" for a number, but True for 1
        if bool not in set(map(type, cells)):
            return _floats(cells), np.empty(0, np.intp)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        pass
    places = [i for i, c in enumerate(cells) if type(c) not in _NUMBERS]
    numbers = list(cells)
    for place in places:
        numbers[place] = None
    others = [place for place in places if cells[place] not in ("", None)]
    return np.array(numbers, float), np.array(others, np.intp)


def _floats(cells: Cells) -> npt.NDArray[np.float64]:
    return np.array(pa.array(cells, pa.float64()).to_numpy(zero_copy_only=False))


def _places(mask: npt.NDArray[np.bool_], also: Places) -> Places:
    """Return where `mask` is set, and `also`."""
    mask[also] = True
    return np.flatnonzero(mask)


def _plain_number(
    field: Field, values: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Return where a number needs no second look, just as `parse_cell` decides."""
    plain_ones = np.isfinite(values)
    if field.minimum is not None:
        plain_ones &= values >= field.minimum
    if field.maximum is not None:
        plain_ones &= values <= field.maximum
    if field.kind == "integer":
        plain_ones &= (np.floor(values) == values) & (np.abs(values) <= _LARGEST_WHOLE)
        first, last = _DATE_LIKE
        return plain_ones & ~((values >= first) & (values <= last))
    return plain_ones & ~((values > 0) & (values <= 1))


# Days and moments -------------------------------------------------------------------


def moments(
    field: Field, cells: Cells, hint_of: Callable[[int], date | None] | None = None
) -> ReadColumn:
    """Return a column of days or moments.

    hint_of: gives a day near the one meant in the row at a position, for texts
        without a year; asked only for cells that are no plain number.
    """
    values, others = _as_floats(cells)
    first = _FIRST_SERIAL if field.kind == "date" else _NO_SUMMER_TIME_SINCE
    with np.errstate(invalid="ignore"):
        clean = (values >= first) & (values < _LAST_SERIAL)
    odd = _places(~np.isnan(values) & ~clean, others)
    days = np.floor(np.where(clean, values, 0))
    seconds = np.rint((np.where(clean, values, 0) - days) * DAY)
    total = ((days - EPOCH) * DAY + seconds).astype(np.int64)
    total = total // DAY * DAY if field.kind == "date" else total - _TOKYO_SECONDS
    total[~clean] = _NAT
    readings = _moment_readings(field, cells, odd, hint_of)
    for place, reading in readings:
        total[place] = _NAT if reading.value is None else _epoch_seconds(reading.value)
    return ReadColumn(_moment_array(field, total), _marks_of(readings))


def _moment_readings(
    field: Field,
    cells: Cells,
    odd: Places,
    hint_of: Callable[[int], date | None] | None,
) -> list[tuple[int, Reading]]:
    seen: dict[Any, Reading] = {}
    found = []
    for place in odd.tolist():
        cell = cells[place]
        hint = hint_of(place) if hint_of and type(cell) is str else None
        key = (type(cell), cell, hint)
        if key not in seen:
            seen[key] = _read_moment(field, cell, hint)
        found.append((place, seen[key]))
    return found


_DAY_ALONE: Final = re.compile(r"([0-3]?[0-9])日")


def _read_moment(field: Field, cell: Any, hint: date | None) -> Reading:
    """Read a day or moment; 「3日」 alone takes year and month from `hint`, in doubt."""
    alone = _DAY_ALONE.fullmatch(squeezed(cell)) if type(cell) is str else None
    if not (alone and hint):
        return parse_cell(field, cell, year_hint=hint)
    day = f"{hint.year:04}/{hint.month:02}/{int(alone[1]):02}"
    reading = parse_cell(field, day)
    if reading.value is None:
        return reading
    return Reading(reading.value, Status.DOUBTFUL, MONTH_GUESSED)


def lacks_context(cells: Cells, marks: Marks) -> bool:
    """Whether a day could not be read only because its year or month was left out."""
    return any(
        reading.why == NO_YEAR
        or (reading.is_bad and _DAY_ALONE.fullmatch(squeezed(text_of(cells[place]))))
        for place, reading in marks.at()
    )


def _marks_of(readings: Sequence[tuple[int, Reading]]) -> Marks:
    marked = [(p, r) for p, r in readings if r.status is not Status.OK]
    places = np.array([place for place, _reading in marked], np.intp)
    return Marks(
        places, np.arange(len(marked)), [reading for _place, reading in marked]
    )


def _epoch_seconds(value: date) -> int:
    if isinstance(value, datetime):
        return int(value.timestamp())
    return (value - date(1970, 1, 1)).days * DAY


def _moment_array(field: Field, seconds: npt.NDArray[np.int64]) -> Any:
    bare = pd.DatetimeIndex(seconds.view("datetime64[s]"))
    if field.kind == "date":
        return bare.array
    return bare.tz_localize("UTC").tz_convert(clock.TOKYO).array


# Words of a vocabulary --------------------------------------------------------------


def _choice(field: Field, cells: Cells) -> ReadColumn:
    """Read choices; a word that is none becomes a category of its own, marked bad."""
    distinct = _Distinct(lambda cell: parse_cell(field, cell))
    numbers = distinct.numbers(cells)
    codes = {choice.value: code for code, choice in enumerate(field.choices)}
    code_of = np.full(len(distinct.readings) + 1, -1, np.int32)
    for number, reading in enumerate(distinct.readings):
        if reading.value is not None:
            code_of[number] = codes[reading.value.value]
        elif reading.why == NOT_A_CHOICE:
            word = storable(text_of(distinct.cells[number]))
            code_of[number] = codes.setdefault(word, len(codes))
    dtype = (
        dtype_of(field)
        if len(codes) == len(field.choices)
        else pd.CategoricalDtype(list(codes))
    )
    array = pd.Categorical.from_codes(code_of[numbers], dtype=dtype, validate=False)
    return ReadColumn(array, _marks(distinct, numbers))


def _choices_text(field: Field, cell: Any, reading: Reading) -> str:
    """Return several choices as frames hold them; words that are none stay as typed."""
    if reading.why != NOT_A_CHOICE:
        return str(plain(field, reading.value))
    parts = re.split(r"[、,，;；|｜/／\n]", storable(text_of(cell)))
    known = [(part.strip(), read_choices(field, part)) for part in parts]
    words = [
        typed if found.is_bad else str(plain(field, found.value))
        for typed, found in known
    ]
    return JOINER.join(dict.fromkeys(word for word in words if word))


# Text -------------------------------------------------------------------------------

_ODD_TEXT: Final = (
    r"[\x00-\x08\x0b-\x1f\x7f]"
    r"|^[\s\p{Z}]*(#[A-Z/0!_?]{2,12}|Loading(\.\.\.|…))[\s\p{Z}]*$"
)
"""What `parse_cell` would change or refuse: controls, CR, a spreadsheet's errors."""
_MADE_ID: Final = r"^[A-Z]-[0-9]{6}-[0-9A-Z]{5}$"


def _text(field: Field, cells: Cells) -> ReadColumn:
    if field.column.refers and not holds_made_id(field):
        return _few_texts(field, cells, _plain_text)
    try:
        array = pa.array(cells, pa.large_string())
        others = np.empty(0, np.intp)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        array = pa.array(
            [c if type(c) is str else None for c in cells], pa.large_string()
        )
        others = np.array(
            [i for i, c in enumerate(cells) if type(c) not in (str, _NONE)], np.intp
        )
    if array.null_count:
        array = pc.fill_null(array, "")
    odd = _places(_odd_texts(array, made_id=holds_made_id(field)), others)
    if not len(odd):
        return ReadColumn(_str_array(array), NO_MARKS)
    distinct = _Distinct(lambda cell: parse_cell(field, cell))
    numbers = distinct.numbers(cells, odd)
    texts = [reading.value for reading in distinct.readings]
    mended = pa.array([texts[n] for n in numbers.tolist()], pa.large_string())
    mask = np.zeros(len(array), bool)
    mask[odd] = True
    array = pc.replace_with_mask(array, pa.array(mask), mended)
    turned = odd[_is_turned(distinct)[numbers]].tolist()
    return ReadColumn(_str_array(array), _marks(distinct, numbers, odd), tuple(turned))


def _is_turned(distinct: _Distinct) -> npt.NDArray[np.bool_]:
    """Return which of the distinct cells are numbers that are not simply put right."""
    pairs = zip(distinct.cells, distinct.readings, strict=True)
    return np.array(
        [type(c) in _NUMBERS and r.status is not Status.REPAIRED for c, r in pairs],
        bool,
    )


def _odd_texts(array: Any, *, made_id: bool) -> npt.NDArray[np.bool_]:
    """Return where a text is not read as it stands."""
    if made_id:
        odd = pc.invert(
            pc.or_(pc.match_substring_regex(array, _MADE_ID), pc.equal(array, ""))
        )
    elif not _may_be_odd(array):
        return np.zeros(len(array), bool)
    else:
        odd = pc.or_(
            pc.match_substring_regex(array, _ODD_TEXT),
            pc.greater(pc.binary_length(array), LONGEST_TEXT),
        )
    return np.array(odd.to_numpy(zero_copy_only=False))


def _may_be_odd(array: Any) -> bool:
    """Whether anything in the bytes of the whole column speaks for an odd cell."""
    _valid, ends, data = array.buffers()
    if data is None:
        return False
    raw = np.frombuffer(data, np.uint8)
    # Line breaks and tabs stay in texts; they alone are no reason for a closer look.
    controls = np.count_nonzero(raw < ord(" "))
    if controls and controls != np.count_nonzero((raw == TAB) | (raw == LINE_END)):
        return True
    if (raw == ord("#")).any() or (raw == DELETE).any():
        return True
    if (raw == ord("L")).any() and b"Loading" in data.to_pybytes():
        return True
    longest = np.diff(np.frombuffer(ends, np.int64)[: len(array) + 1]).max(initial=0)
    return bool(longest > LONGEST_TEXT)


def _few_texts(
    field: Field, cells: Cells, text: Callable[[Field, Any, Reading], str]
) -> ReadColumn:
    """Read a column in which few distinct texts recur."""
    distinct = _Distinct(lambda cell: parse_cell(field, cell))
    numbers = distinct.numbers(cells)
    texts = [
        text(field, cell, reading)
        for cell, reading in zip(distinct.cells, distinct.readings, strict=True)
    ]
    array = pa.array(texts, pa.large_string()).take(pa.array(numbers))
    turned = np.flatnonzero(_is_turned(distinct)[numbers]) if len(numbers) else ()
    return ReadColumn(_str_array(array), _marks(distinct, numbers), tuple(turned))


def _plain_text(_field: Field, _cell: Any, reading: Reading) -> str:
    return str(reading.value)


def _str_array(array: Any) -> Any:
    dtype: Any = pd.StringDtype("pyarrow", na_value=np.nan)
    return dtype.__from_arrow__(array)


def trimmed(column: ReadColumn, blanks: str) -> ReadColumn:
    """Return a column of keys without blanks around them, which mean nothing there."""
    texts = pa.array(column.array, pa.large_string())
    bare = pc.utf8_trim(texts, blanks)
    odd = np.flatnonzero(pc.not_equal(bare, texts).to_numpy(zero_copy_only=False))
    if not len(odd):
        return column
    values = bare.take(pa.array(odd)).to_pylist()
    return with_marks(
        replace(column, array=_str_array(bare)),
        zip(odd.tolist(), map(repaired, values), strict=True),
    )


def with_marks(column: ReadColumn, added: Iterable[tuple[int, Reading]]) -> ReadColumn:
    """Return the column with more marked cells; a mark that stood there stays."""
    marked = {**dict(added), **dict(column.marks.at())}
    return replace(column, marks=_marks_of(sorted(marked.items(), key=_place)))


def _place(mark: tuple[int, Reading]) -> int:
    return mark[0]
