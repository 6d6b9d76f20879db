"""Which rows of a tab are records, which are a person's notes, and what names them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from lib.i18n import N_
from lib.schema.cells.reading import Reading, Status
from lib.schema.tables import KEY_SEPARATOR, Table
from lib.store.sheets.columns import ReadColumn
from lib.store.sheets.layout import (
    GROUP_COLUMNS,
    LAID_OUT_AHEAD,
    Header,
    field_names,
    title_key,
)
from lib.store.sheets.payload import Rows
from lib.text import folded

SUMMARY_WORDS: Final = frozenset(
    folded(word)
    for word in [
        "小計",
        "合計",
        "総計",
        "累計",
        "計",
        "月計",
        "平均",
        "前年比",
        "前月比",
        "total",
        "subtotal",
        "sum",
        "average",
    ]
)
_LONGEST_SUMMARY: Final = max(map(len, SUMMARY_WORDS)) + 2
REMARK_MARKS: Final = ("※", "*", "注)", "注:", "(注", "注意:")
FEWEST_VALID: Final = 2
"""Readable cells that a row without a number needs to be taken for a record."""
NEW_ROW: Final = "+"
"""Starts the provisional key of a row that has no number yet."""

FILLED_DOWN = N_("結合されたセルとみて、上の行の値を補いました。")
ROW_WITHOUT_KEY = N_("番号のない行です。新しい行として表示しています。")
MEND_WITHOUT_KEY = N_("番号はアプリが付けます。")
NOTE_ROW = N_("メモや小計の行とみて、数えていません。")
MEND_NOTE_ROW = N_("一件の記録なら、番号か必要な項目を入れてください。")
KEY_INCOMPLETE = N_("行を決める項目が足りないので、数えていません。")
MEND_KEY_INCOMPLETE = N_("空いている項目を入れてください。")
KEY_TWICE = N_(
    "同じ番号の行が二つ以上あります。どちらも表示し、書き込みは止めています。"
)
MEND_KEY_TWICE = N_("写した行のほうに新しい番号を付けてください。")


@dataclass(frozen=True, slots=True)
class Note:
    """A row that is no record, kept as it stands: a remark, a subtotal, a heading.

    row: its number in the sheet. incomplete: whether it rather looks like a record
    that lacks a part of its key. remark: whether it is one to all appearances.
    """

    row: int
    cells: tuple[Any, ...]
    incomplete: bool = False
    remark: bool = True


@dataclass(frozen=True, slots=True)
class Naming:
    """What names each row.

    keys: one for each row that is a record, none twice: a repeated key carries #2,
        #3 …, a row without a number a key from its content.
    kept: positions of those rows. notes: the other rows.
    new: the provisional keys. doubled: keys, as typed, that stand in several rows.
    laid_out: number in the sheet of each row that waits to be filled, by its key.
    """

    keys: Sequence[str]
    kept: Sequence[int] | None
    notes: tuple[Note, ...]
    new: frozenset[str]
    doubled: frozenset[str]
    laid_out: Mapping[str, int] = field(default_factory=dict)


# Blank rows and merged cells --------------------------------------------------------


def without_blank(rows: Rows, first: int) -> tuple[Rows, Any]:
    """Return the rows in which something stands, and their numbers in the sheet.

    first: number of the first of `rows`. A check box that is off is nothing, a 0 is
    something. A blank row never ends a table.
    """
    numbers = np.arange(first, first + len(rows))
    filled = np.fromiter(map(any, rows), bool, len(rows))
    short = np.fromiter(map(len, rows), np.intp, len(rows)) == 1
    for place in np.flatnonzero(short | ~filled).tolist():
        filled[place] = says_something(rows[place])
    if filled.all():
        return rows, numbers
    return [rows[i] for i in np.flatnonzero(filled).tolist()], numbers[filled]


def says_something(cells: Sequence[Any]) -> bool:
    """Whether anything but blanks and check boxes that are off stands in a row."""
    return any(
        cell.strip()
        if isinstance(cell, str)
        else cell is not None and cell is not False
        for cell in cells
    )


def filled_down(
    table: Table, header: Header, columns: list[list[Any]], numbers: Any
) -> dict[str, list[int]]:
    """Fill merged cells of the declared group columns; return where, by field.

    Only below a filled cell of the row just above, and only in a row that has every
    other part of its key and is no subtotal: anything else is left blank.
    """
    filled: dict[str, list[int]] = {}
    for name in GROUP_COLUMNS.get(table.code, ()):
        parts = {key: header.columns.get(key, len(columns)) for key in table.key}
        if max(parts.values()) >= len(columns):  # a part of the key is blank throughout
            continue
        place = parts.pop(name)
        cells = list(columns[place])
        for row in (i for i, cell in enumerate(cells) if cell in ("", None) and i):
            others = [columns[other][row] for other in parts.values()]
            complete = all(
                other not in ("", None) and not _sums_up(other) for other in others
            )
            if complete and numbers[row] == numbers[row - 1] + 1:
                cells[row] = cells[row - 1]
                if cells[row] not in ("", None):
                    filled.setdefault(name, []).append(row)
        columns[place] = cells
    return filled


def filled_marks(places: Sequence[int]) -> list[tuple[int, Reading]]:
    """Return the marks of cells that were filled down."""
    return [(place, Reading(None, Status.REPAIRED, FILLED_DOWN)) for place in places]


# Keys -------------------------------------------------------------------------------


def naming(
    table: Table,
    read: Mapping[str, ReadColumn],
    header: Header,
    rows: Rows,
    numbers: Any,
    *,
    waiting: Any = None,
) -> Naming:
    """Return the key of every row; a row that is no record goes to the notes.

    waiting: where nothing but a key stands, in tables that are laid out ahead; None
        to take such rows for records.
    """
    keys, complete = _typed_keys(table, read)
    for place in _summaries(table, read):
        complete[place] = False
    waiting = np.zeros(len(rows), bool) if waiting is None else waiting & complete
    names = field_names(table)
    notes = []
    new = []
    for place in np.flatnonzero(~complete).tolist():
        row = rows[place]
        if _is_new(table, read, header, row=row, place=place, names=names):
            keys[place] = NEW_ROW + _content_hash(row)
            new.append(place)
        else:
            remark = _is_remark(row, names)
            partial = len(table.key) > 1 and not remark
            note = Note(int(numbers[place]), tuple(row), partial, remark)
            notes.append((place, note))
    laid_out: dict[str, int] = {}
    for place in np.flatnonzero(waiting).tolist():
        laid_out.setdefault(keys[place], int(numbers[place]))
    kept = None
    if notes or laid_out:
        aside = {place for place, _note in notes} | set(np.flatnonzero(waiting))
        kept = [place for place in range(len(rows)) if place not in aside]
        keys = [keys[place] for place in kept]
    unique, doubled = _made_unique(keys)
    return Naming(
        keys=unique,
        kept=kept,
        notes=tuple(note for _place, note in notes),
        new=frozenset(key for key in unique if key.startswith(NEW_ROW))
        if new
        else frozenset(),
        doubled=doubled,
        laid_out=laid_out,
    )


def only_keyed(
    table: Table, header: Header, columns: Sequence[Sequence[Any]], length: int
) -> Any:
    """Return where nothing stands in any field but those of the key.

    All False for tables of which no rows are laid out ahead: there such a row is one
    that somebody has begun.
    """
    if table.code not in LAID_OUT_AHEAD:
        return np.zeros(length, bool)
    blank = np.ones(length, bool)
    for name, place in header.columns.items():
        if name not in table.key and place < len(columns):
            blank &= np.fromiter(map(_is_blank, columns[place]), bool, length)
    return blank


def _is_blank(cell: Any) -> bool:
    return cell is None or cell is False or (type(cell) is str and not cell.strip())


def _typed_keys(table: Table, read: Mapping[str, ReadColumn]) -> tuple[list[str], Any]:
    """Return what stands in the key columns, and where all of them are filled."""
    parts = [_key_texts(read[name].array) for name in table.key]
    complete = np.ones(len(parts[0]), bool)
    for part in parts:
        complete &= np.fromiter(map(bool, part), bool, len(part))
    if len(parts) == 1:
        return list(parts[0]), complete
    return [KEY_SEPARATOR.join(key) for key in zip(*parts, strict=True)], complete


def _key_texts(array: Any) -> list[str]:
    """Return an array as `Table.key_of` writes its values; missing is ""."""
    if isinstance(array, pd.Categorical):
        words = ["", *map(str, array.categories)]
        return [words[code + 1] for code in array.codes.tolist()]
    if array.dtype.kind == "M":
        days = np.datetime_as_string(np.asarray(array, "datetime64[s]"), unit="D")
        return ["" if day == "NaT" else day for day in days.tolist()]
    return list(array.tolist())


def _summaries(table: Table, read: Mapping[str, ReadColumn]) -> list[int]:
    """Return the rows in which a word such as 合計 stands where a key belongs."""
    found: set[int] = set()
    for name in table.key:
        if table.field(name).kind == "text":
            texts = read[name].array.tolist()
            found.update(
                place
                for place, text in enumerate(texts)
                if len(text) <= _LONGEST_SUMMARY and _sums_up(text)
            )
    return sorted(found)


def _sums_up(cell: Any) -> bool:
    return isinstance(cell, str) and folded(cell) in SUMMARY_WORDS


def _is_new(
    table: Table,
    read: Mapping[str, ReadColumn],
    header: Header,
    *,
    row: Sequence[Any],
    place: int,
    names: Mapping[str, str],
) -> bool:
    """Whether a row without its key is a record that somebody typed by hand.

    It needs two readable cells, one of them in a column that every record fills.
    """
    if len(table.key) > 1 or _is_remark(row, names):
        return False
    valid = [
        field
        for field in table.fields
        if not field.auto
        and field.name in header.columns
        and _is_filled(read[field.name].array[place])
        and not _is_bad(read[field.name], place)
    ]
    asked = [
        f for f in table.fields if f.required and not f.auto and f.name not in table.key
    ]
    return len(valid) >= FEWEST_VALID and any(field in asked for field in valid)


def _is_filled(value: Any) -> bool:
    return bool(value) if isinstance(value, str) else not pd.isna(value)


def _is_bad(column: ReadColumn, place: int) -> bool:
    at = int(np.searchsorted(column.marks.places, place))
    if at >= len(column.marks) or column.marks.places[at] != place:
        return False
    reading: Reading = column.marks.readings[column.marks.which[at]]
    return reading.is_bad


def _is_remark(row: Sequence[Any], names: Mapping[str, str]) -> bool:
    """Whether a row sums up, remarks, or repeats the header."""
    texts = [cell for cell in row if isinstance(cell, str) and cell.strip()]
    if any(_sums_up(text) for text in texts):
        return True
    if sum(title_key(text) in names for text in texts) >= FEWEST_VALID:
        return True
    return bool(texts) and texts[0].lstrip().startswith(REMARK_MARKS)


def _content_hash(row: Sequence[Any]) -> str:
    return hashlib.blake2b(repr(row).encode(), digest_size=6).hexdigest()


def _made_unique(keys: Sequence[str]) -> tuple[Sequence[str], frozenset[str]]:
    """Return the keys, the second and further ones of a kind with #2, #3 …"""
    if len(set(keys)) == len(keys):
        return keys, frozenset()
    taken = set(keys)
    seen: dict[str, int] = {}
    unique = []
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
        name = key
        while seen[key] > 1 and name in taken:
            name = f"{key}#{seen[key]}"
            seen[key] += name in taken
        taken.add(name)
        unique.append(name)
    doubled = {key for key, times in seen.items() if times > 1}
    return unique, frozenset(key for key in doubled if not key.startswith(NEW_ROW))
