"""A file from outside, opened with care: its sheets as rows of plain values.

What it may cost is limited before and while it is read (security.md, row 18): size,
entries, unpacked bytes, compression ratio, rows and columns; no DTD is let in.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import PurePath
from typing import Any, Final

import openpyxl
import xlrd
from xlrd.biffh import XLRDError

from lib.errors import UnreadableFile
from lib.i18n import N_
from lib.schema.exchange import MADE_HERE

LARGEST_FILE: Final = 10 * 2**20
MOST_ENTRIES: Final = 200
LARGEST_UNPACKED: Final = 50 * 2**20
HIGHEST_RATIO: Final = 100
SMALL_ENTRY: Final = 2**20
"""Entries up to this size may be packed as tightly as they like."""
MOST_ROWS: Final = 20_000
FARTHEST_ROW: Final = 200_000
MOST_COLUMNS: Final = 300

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_DTD: Final = b"<!DOCTYPE"
_PIECE: Final = 2**16
_BEGINNING: Final = 10_000
_NO_CHANCE: Final = 4
_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
"""With what a text may begin, and the encoding that it announces; the longest first."""
_OTHER_KINDS: Final = (
    b"%PDF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"MZ\x90\x00",
    b"\x7fELF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"BZh",
    b"\xfd7zXZ",
    b"{\\rtf",
    b"SQLite format",
    b"PK\x05\x06",
    b"PK\x07\x08",
)
"""Beginnings of files that are neither a table of text nor a workbook."""
_MARKUP: Final = (
    "<!doctype",
    "<html",
    "<?xml",
    "<table",
    "<svg",
    "<script",
    "mime-version:",
)
_PLAIN_PACKINGS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED_ENTRY: Final = 0x1
_VERY_HIDDEN: Final = 2
"""A sheet that no menu of Excel shows."""

TOO_LARGE = N_("ファイルが大きすぎます。10MBまでに分けてください。")
EMPTY = N_("ファイルが空です。")
TOO_MANY_ROWS = N_("シート「{sheet}」の行が多すぎます。20,000行までに分けてください。")
TOO_MANY_COLUMNS = N_("シート「{sheet}」の列が多すぎます。300列までに分けてください。")
LOCKED = N_("パスワードがかかっています。パスワードを外して保存し直してください。")
UNSAFE = N_("安全に開けないファイルです。Excelで開き、別名で保存し直してください。")
DAMAGED = N_("ファイルが壊れているか、Excel・CSVではありません。")
UNKNOWN_ENCODING = N_(
    "文字コードを読み取れません。「CSV UTF-8」で保存し直してください。"
)
TOO_COSTLY = N_(
    "このファイルを読むには、時間かメモリーがかかりすぎます。要る行だけを新しいファイルに写して、もう一度選んでください。"
)
BUSY = N_("いま、ほかのファイルを読んでいます。少し待って、もう一度選んでください。")

PROBLEMS: Final = frozenset(
    {
        TOO_LARGE,
        EMPTY,
        TOO_MANY_ROWS,
        TOO_MANY_COLUMNS,
        LOCKED,
        UNSAFE,
        DAMAGED,
        UNKNOWN_ENCODING,
        TOO_COSTLY,
        BUSY,
    }
)
"""All that can be wrong with a file."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: rows of plain values, None where a cell is empty.

    rows[0] is the sheet's first row, also where it is blank.
    guarded: texts may carry the apostrophe that our CSV export puts before formulas.
    hidden: the workbook does not show it; it may hold a draft or another's figures.
    """

    name: str
    rows: tuple[tuple[Any, ...], ...]
    guarded: bool
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as read. `digest` names its content, whatever the file is called."""

    name: str
    digest: str
    sheets: tuple[Sheet, ...]


def read_file(name: str, data: bytes) -> SourceFile:
    """Return the sheets of a workbook (.xlsx, .xls) or of a CSV or tab-separated text.

    The content decides what it is, not the name. A text is read as UTF-8 with or
    without BOM, UTF-16, UTF-32, CP932, EUC-JP or ISO-2022-JP.

    Raises:
        UnreadableFile: it is empty, too large, locked, damaged or unsafe.
    """
    if not data:
        raise UnreadableFile(EMPTY)
    if len(data) > LARGEST_FILE:
        raise UnreadableFile(TOO_LARGE)
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise UnreadableFile(LOCKED)
        sheets = tuple(_sheets_of_old_workbook(data))
    elif data.startswith(_ZIP):
        sheets = tuple(_sheets_of_workbook(data))
    else:
        sheets = (read_text(PurePath(name).stem, _decoded(data)),)
    return SourceFile(name, hashlib.sha256(data).hexdigest(), sheets)


# Text ------------------------------------------------------------------------------


def read_text(name: str, text: str) -> Sheet:
    """Return comma- or tab-separated text as a sheet.

    Raises:
        UnreadableFile: it has too many rows, or quotes that do not end.
    """
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        found = _limited(name, ([cell or None for cell in row] for row in rows))
    except csv.Error as error:
        raise UnreadableFile(DAMAGED) from error
    return Sheet(name, found, guarded=True)


def _decoded(data: bytes) -> str:
    """Return the text of a file that is none of the kinds that people mix up with one.

    Raises:
        UnreadableFile: it is of another kind, or in no one encoding.
    """
    if data.startswith(_OTHER_KINDS):
        raise UnreadableFile(DAMAGED)
    text = _in_unicode(data)
    if text is None:
        text = _in_japanese(data)
    if text is None:
        raise UnreadableFile(UNKNOWN_ENCODING)
    beginning = text[:_BEGINNING].lstrip().lower()
    if "\x00" in text or beginning.startswith(_MARKUP):
        raise UnreadableFile(DAMAGED)
    return text


def _in_unicode(data: bytes) -> str | None:
    """Return a text in UTF-8, -16 or -32; None for another encoding."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding)
    if b"\x1b$" in data:
        return None
    return _unmarked_utf16(data) if b"\x00" in data else _strictly(data, "utf-8")


def _unmarked_utf16(data: bytes) -> str | None:
    """Return a text whose letters of one byte have a zero on one and the same side.

    Most of a table are figures, commas and line ends, and those are such letters.
    """
    zeros = data[:_BEGINNING]
    before, behind = zeros[::2].count(0), zeros[1::2].count(0)
    if max(before, behind) < _ZEROS_OF_UTF16 * len(zeros) / 2:
        return None  # a zero by accident in some other encoding
    text = _strictly(data, "utf-16-be" if before > behind else "utf-16-le")
    return text if text and any(sign in text for sign in ",\t\n") else None


def _in_japanese(data: bytes) -> str | None:
    """Return a text in the encoding in which it reads most like Japanese.

    None where no encoding fits, or where some lines are UTF-8 and others are not.
    """
    if b"\x00" in data or _is_partly_utf8(data):
        return None
    if b"\x1b$" in data:
        return _strictly(data, "iso2022_jp")
    found = [t for e in ("cp932", "euc_jp") if (t := _strictly(data, e)) is not None]
    return min(found, key=_strangeness, default=None)


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_partly_utf8(data: bytes) -> bool:
    """Whether one line, or most of all that is not ASCII, is UTF-8 by no chance.

    In another encoding a run of one or two letters may look like it now and then.
    """
    if any(map(_is_surely_utf8, data.split(b"\n"))):
        return True
    runs = [found.group() for found in islice(_NOT_ASCII.finditer(data), _MOST_RUNS)]
    fitting = b"".join(run for run in runs if _strictly(run, "utf-8") is not None)
    return 2 * len(fitting) > sum(map(len, runs)) and _is_surely_utf8(fitting)


def _is_surely_utf8(line: bytes) -> bool:
    """Whether a line holds several Japanese letters in UTF-8, which is no chance."""
    text = _strictly(line, "utf-8") or ""
    return sum(letter >= "\u0800" for letter in text) >= _NO_CHANCE


_MOST_RUNS: Final = 100_000
"""Runs of letters that tell an encoding; more would cost time and tell no more."""
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]+")
_ZEROS_OF_UTF16: Final = 0.1
"""Share of one side's bytes that are zero in any table in UTF-16."""


def _strangeness(text: str) -> float:
    """Return the share of half-width kana, into which a wrong encoding turns letters."""
    beginning = text[:_BEGINNING]
    return sum("\uff61" <= c <= "\uff9f" for c in beginning) / max(len(beginning), 1)


def _delimiter(text: str) -> str:
    beginning = text[:10_000]
    return "\t" if beginning.count("\t") > beginning.count(",") else ","


# Workbooks -------------------------------------------------------------------------


def _sheets_of_workbook(data: bytes) -> Iterator[Sheet]:
    _refuse_unsafe(data)
    try:
        with warnings.catch_warnings():
            # openpyxl warns about decorations that it does not read.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=True
            )
            ours = book.properties.description == MADE_HERE
            for sheet in book.worksheets:
                if sheet.sheet_state == "veryHidden":
                    continue
                # A file may state fewer rows than it has; believe the rows.
                sheet.reset_dimensions()
                # No `max_col`: it would widen every empty row to that many cells.
                cells = ([_plain(cell) for cell in row] for row in sheet.iter_rows())
                rows = _limited(sheet.title, cells)
                hidden = sheet.sheet_state == "hidden"
                yield Sheet(sheet.title, rows, guarded=not ours, hidden=hidden)
    except UnreadableFile:
        raise
    except Exception as error:  # a broken workbook may raise anything
        raise UnreadableFile(DAMAGED) from error


def _plain(cell: Any) -> Any:
    """Return a cell's value; a number shown as percent becomes a text with 「%」."""
    value = cell.value
    if type(value) in {int, float} and "%" in (cell.number_format or ""):
        return _as_percent(value)
    return value


# Workbooks of Excel 97-2003 ---------------------------------------------------------


def _sheets_of_old_workbook(data: bytes) -> Iterator[Sheet]:
    """Yield the sheets of an .xls: nothing in it is packed, so its size bounds it."""
    try:
        book = xlrd.open_workbook(
            file_contents=data,
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
            logfile=io.StringIO(),
        )
        for number in range(book.nsheets):
            sheet = book.sheet_by_index(number)
            if sheet.visibility == _VERY_HIDDEN:
                continue
            rows = (
                [_old_cell(book, cell) for cell in sheet.row(row)]
                for row in range(sheet.nrows)
            )
            found = _limited(sheet.name, rows)
            hidden = bool(sheet.visibility)
            yield Sheet(sheet.name, found, guarded=True, hidden=hidden)
            book.unload_sheet(number)
    except UnreadableFile:
        raise
    except XLRDError as error:
        locked = "encrypted" in str(error).lower()
        raise UnreadableFile(LOCKED if locked else DAMAGED) from error
    except Exception as error:  # a broken workbook may raise anything
        raise UnreadableFile(DAMAGED) from error


def _old_cell(book: xlrd.Book, cell: Any) -> Any:
    """Return a cell's value as the reader of new workbooks would."""
    match cell.ctype:
        case xlrd.XL_CELL_DATE if "[h" in _format_of(book, cell):
            return timedelta(days=cell.value)
        case xlrd.XL_CELL_DATE if cell.value < 1:
            moment = xlrd.xldate_as_datetime(cell.value, book.datemode)
            return time(moment.hour, moment.minute, moment.second)
        case xlrd.XL_CELL_DATE:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        case xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        case xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(cell.value, "#N/A")
        case xlrd.XL_CELL_EMPTY | xlrd.XL_CELL_BLANK:
            return None
        case xlrd.XL_CELL_NUMBER:
            whole = int(cell.value) if cell.value.is_integer() else cell.value
            return _as_percent(whole) if "%" in _format_of(book, cell) else whole
        case _:
            return cell.value


def _format_of(book: xlrd.Book, cell: Any) -> str:
    """Return the number format of a cell, e.g. "0.0%"."""
    return str(book.format_map[book.xf_list[cell.xf_index].format_key].format_str)


def _as_percent(value: float) -> str:
    return f"{(Decimal(repr(value)) * 100).normalize():f}%"


def _limited(name: str, rows: Iterable[list[Any]]) -> tuple[tuple[Any, ...], ...]:
    """Return the rows without empty tails; raise where rows or columns are too many."""
    found: list[tuple[Any, ...]] = []
    filled = last = 0
    for number, row in enumerate(rows, start=1):
        cells = _without_tail(row)
        if len(cells) > MOST_COLUMNS:
            raise UnreadableFile(TOO_MANY_COLUMNS, sheet=name)
        if cells:
            filled, last = filled + 1, number
        # Ten more than data: titles and headers stand above them.
        if filled > MOST_ROWS + 10 or number > FARTHEST_ROW:
            raise UnreadableFile(TOO_MANY_ROWS, sheet=name)
        found.append(cells)
    return tuple(found[:last])


def _without_tail(row: list[Any]) -> tuple[Any, ...]:
    end = len(row)
    while end and (row[end - 1] is None or row[end - 1] == ""):
        end -= 1
    return tuple(row[:end])


def _refuse_unsafe(data: bytes) -> None:
    """Raise `UnreadableFile` for a zip that would cost too much or hides something."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            total = 0
            for entry in _entries(archive):
                total += _unpacked_size(archive, entry, LARGEST_UNPACKED - total)
    except UnreadableFile:
        raise
    except Exception as error:  # a damaged zip may raise anything
        raise UnreadableFile(DAMAGED) from error


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if len(entries) > MOST_ENTRIES or len(names) != len(entries):
        raise UnreadableFile(UNSAFE)
    if any(entry.flag_bits & _ENCRYPTED_ENTRY for entry in entries):
        raise UnreadableFile(LOCKED)
    if any(_is_strange(entry) for entry in entries):
        raise UnreadableFile(UNSAFE)
    return entries


def _is_strange(entry: zipfile.ZipInfo) -> bool:
    """Whether Excel would never write such an entry: packed oddly, or leading outside."""
    outside = entry.filename.startswith(("/", "\\")) or ".." in entry.filename
    return outside or entry.compress_type not in _PLAIN_PACKINGS


def _unpacked_size(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowed: int
) -> int:
    """Return the true size of an entry, counted while inflating, not as declared."""
    size, tail = 0, b""
    with archive.open(entry) as packed:
        while piece := packed.read(_PIECE):
            size += len(piece)
            tight = size > SMALL_ENTRY and size > HIGHEST_RATIO * entry.compress_size
            # In UTF-16 each letter has a zero beside it.
            plain = tail + piece.replace(b"\x00", b"")
            if size > allowed or tight or _DTD in plain.upper():
                raise UnreadableFile(UNSAFE)
            tail = plain[-len(_DTD) :]
    return size
