"""Tables as files: CSV for Japanese Excel, and workbooks. Nothing in them runs.

Contacts and names are masked unless the caller asks for them in full, which is an act
to be logged. What is written here, `lib.actions.importing` reads back equal.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import pandas as pd
import xlsxwriter

from lib import clock
from lib.i18n import SOURCE, Language, translate
from lib.schema.cells import cell_text
from lib.schema.column import Field
from lib.schema.exchange import (
    CONTINUED,
    CONTINUED_HEADERS,
    MADE_HERE,
    guarded,
    sheet_name,
)
from lib.schema.frames import standing_value
from lib.schema.tables import Table
from lib.schema.vocab import Choice, Unlisted
from lib.text import masked, storable

LONGEST_CELL: Final = 32_767
"""UTF-16 units that a cell of Excel holds."""

_NOT_IN_XML: Final = re.compile("[\ufffe\uffff]")
_FIRST_SERIAL: Final = date(1900, 3, 1)
"""Earlier days have no number on which all spreadsheets agree."""
_EXACT: Final = 2**53

Typed = Mapping[tuple[str, str, str], str]
"""What stands in cells of a sheet that cannot be read, by table code, key and field."""

NOTHING_TYPED: Final[Typed] = {}


def to_csv(
    table: Table,
    frame: pd.DataFrame,
    *,
    language: Language = SOURCE,
    unmasked: bool = False,
    typed: Typed = NOTHING_TYPED,
) -> bytes:
    """Return the rows of `frame` as CSV: UTF-8 with BOM, CRLF, headers as labels.

    Columns are those of the frame that the table knows, in the table's order. Texts
    that a spreadsheet could run begin with an apostrophe; numbers and days are bare.
    An empty frame gives the headers only. A cell that could not be read in a sheet
    holds what was `typed` there.
    """
    fields = _fields_of(table, frame)
    columns = [
        [
            _csv_text(field, value, language)
            for value in _values(table, field, frame, typed, unmasked=unmasked)
        ]
        for field in fields
    ]
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([translate(field.label, language) for field in fields])
    writer.writerows(zip(*columns, strict=True))
    return file.getvalue().encode("utf-8-sig")


def to_xlsx(
    frames: Mapping[Table, pd.DataFrame],
    *,
    language: Language = SOURCE,
    unmasked: bool = False,
    typed: Typed = NOTHING_TYPED,
) -> bytes:
    """Return a workbook with one sheet a table, in the order given.

    A cell that could not be read in a sheet holds what was `typed` there.
    Texts are constant strings: never a formula, never a link. A text too long for a
    cell is continued on a last sheet of its own, so nothing is lost.
    """
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"comments": MADE_HERE})
        writer = _BookWriter(book, language, typed, unmasked=unmasked)
        for table, frame in frames.items():
            writer.add(table, frame)
        writer.add_rests()
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of somebody's own form: any header, over the values of one field.

    field: says how the values are written; a float in a field of 「%」 is in percent.
    """

    header: str
    field: Field
    values: Sequence[Any]


def to_form_xlsx(
    name: str, columns: Sequence[FormColumn], *, language: Language = SOURCE
) -> bytes:
    """Return a workbook with one sheet in somebody's own form.

    name: of the sheet. Texts, headers too, are constant strings as in `to_xlsx`.
    """
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        writer = _BookWriter(book, language, NOTHING_TYPED, unmasked=False)
        writer.add_form(name, columns)
        writer.add_rests()
    return file.getvalue()


def to_form_csv(columns: Sequence[FormColumn], *, language: Language = SOURCE) -> bytes:
    """Return a table in somebody's own form as CSV, written as `to_csv` writes."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([guarded(storable(column.header)) for column in columns])
    cells = [
        [_csv_text(column.field, value, language) for value in column.values]
        for column in columns
    ]
    writer.writerows(zip(*cells, strict=True))
    return file.getvalue().encode("utf-8-sig")


def _fields_of(table: Table, frame: pd.DataFrame) -> list[Field]:
    return [field for field in table.fields if field.name in frame.columns]


def _values(
    table: Table, field: Field, frame: pd.DataFrame, typed: Typed, *, unmasked: bool
) -> Iterator[Any]:
    """Yield each row's value as a record holds it, masked where it is personal."""
    hidden = field.column.personal and not unmasked
    for key, value in zip(frame.index, frame[field.name].tolist(), strict=True):
        held = standing_value(field, value)
        if held in (None, "", ()) and (
            word := typed.get((table.code, key, field.name))
        ):
            held = Unlisted(word)
        yield masked(held) if hidden else held


def _csv_text(field: Field, value: Any, language: Language) -> str:
    text = _words(field, value, language)
    words = _is_words(field) or isinstance(value, Unlisted)
    return guarded(storable(text)) if words else text


def _is_words(field: Field) -> bool:
    return field.kind in {"text", "choice", "choices"}


def _words(field: Field, value: Any, language: Language) -> str:
    """Return the text of a value, choices in the language of the file."""
    if isinstance(value, Unlisted):
        return str(value)
    if isinstance(value, Choice):
        return translate(value.value, language)
    if field.kind == "choices":
        return cell_text(field, tuple(translate(c.value, language) for c in value))
    return cell_text(field, value)


# Workbooks -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rest:
    """What of one text did not fit its cell."""

    tab: str
    key: str
    label: str
    text: str


class _BookWriter:
    """Fills one workbook; formats and the texts that go on are shared by its sheets."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        language: Language,
        typed: Typed,
        *,
        unmasked: bool,
    ) -> None:
        self._book = book
        self._language = language
        self._typed = typed
        self._unmasked = unmasked
        self._rests: list[_Rest] = []
        look = {"valign": "top", "font_name": "Meiryo UI", "font_size": 10}
        self._header = book.add_format(
            look | {"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "text_wrap": True}
        )
        self._long = book.add_format(look | {"text_wrap": True})
        # As text, so that a person who types into such a column keeps leading zeros.
        self._text = book.add_format(look | {"num_format": "@"})
        self._formats = {
            "date": book.add_format(look | {"num_format": "yyyy/mm/dd"}),
            "datetime": book.add_format(look | {"num_format": "yyyy/mm/dd hh:mm"}),
            "integer": book.add_format(look | {"num_format": "#,##0"}),
            "decimal": book.add_format(look | {"num_format": "0.0###"}),
        }
        self._percent = book.add_format(look | {"num_format": "0.0##%"})

    def add(self, table: Table, frame: pd.DataFrame) -> None:
        """Add a sheet with the rows of one table."""
        fields = _fields_of(table, frame)
        headers = [translate(field.label, self._language) for field in fields]
        sheet = self._sheet(sheet_name(table.tab, self._language), headers)
        if fields:
            sheet.autofilter(0, 0, len(frame), len(fields) - 1)
        for column, field in enumerate(fields):
            sheet.set_column(column, column, _width(field), self._format(field))
            self._fill(sheet, column, table, field, frame)

    def add_form(self, name: str, columns: Sequence[FormColumn]) -> None:
        """Add a sheet in somebody's own form."""
        headers = [
            _NOT_IN_XML.sub("\ufffd", storable(column.header)) for column in columns
        ]
        sheet = self._sheet(sheet_name(name), headers)
        for place, column in enumerate(columns):
            look = self._format(column.field)
            sheet.set_column(place, place, _width(column.field), look)
            for row, value in enumerate(column.values, start=1):
                self._write(sheet, (row, place), column.field, value, str(row))

    def add_rests(self) -> None:
        """Add the sheet with what did not fit, if anything did not."""
        if not self._rests:
            return
        headers = [translate(header, self._language) for header in CONTINUED_HEADERS]
        sheet = self._sheet(sheet_name(CONTINUED, self._language), headers)
        for row, rest in enumerate(self._rests, start=1):
            cells = (rest.tab, rest.key, rest.label, rest.text)
            for column, text in enumerate(cells):
                sheet.write_string(row, column, text, self._text)

    def _sheet(self, name: str, headers: Sequence[str]) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, self._header)
        return sheet

    def _fill(
        self, sheet: Any, column: int, table: Table, field: Field, frame: pd.DataFrame
    ) -> None:
        values = _values(table, field, frame, self._typed, unmasked=self._unmasked)
        keys = [str(key) for key in frame.index]
        for row, (key, value) in enumerate(zip(keys, values, strict=True), start=1):
            self._write(sheet, (row, column), field, value, key)

    def _write(
        self, sheet: Any, at: tuple[int, int], field: Field, value: Any, key: str
    ) -> None:
        """Write one cell; nothing for a missing value."""
        if value is None or value in ("", ()):
            return
        look = self._format(field)
        bare = _number(field, value)
        if isinstance(bare, date):
            sheet.write_datetime(*at, bare, look)
        elif bare is not None:
            sheet.write_number(*at, bare, look)
        else:
            text = self._fitting(sheet.get_name(), key, field, value)
            sheet.write_string(*at, text, look)

    def _fitting(self, tab: str, key: str, field: Field, value: Any) -> str:
        """Return what fits the cell and keep the rest for the last sheet."""
        words = storable(_words(field, value, self._language))
        first, *others = _parts(_NOT_IN_XML.sub("\ufffd", words))
        label = translate(field.label, self._language)
        self._rests += [_Rest(tab, key, label, part) for part in others]
        return first

    def _format(self, field: Field) -> Any:
        if field.column.long:
            return self._long
        if field.kind == "decimal" and field.column.unit == "%":
            return self._percent
        return self._formats.get(field.kind, self._text)


def _number(field: Field, value: Any) -> Any:
    """Return the number or day to write as such; None for what is written as text."""
    if isinstance(value, Unlisted):
        return None
    match field.kind:
        case "datetime":
            bare = clock.in_tokyo(value).replace(tzinfo=None)
            return bare if bare.date() >= _FIRST_SERIAL else None
        case "date":
            if value < _FIRST_SERIAL:
                return None
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001
        case "integer":
            return value if abs(value) <= _EXACT else None
        case "decimal":
            percent = field.column.unit == "%"
            return float(Decimal(repr(value)) / 100) if percent else value
        case _:
            return None


def _width(field: Field) -> float:
    """Return the column's width in characters: enough for most, never the screen."""
    if field.column.long:
        return 48
    widths = {"date": 12, "datetime": 17, "integer": 10, "decimal": 10}
    return widths.get(field.kind, 18)


def _parts(text: str) -> list[str]:
    """Return `text` in parts that fit a cell; one part, which may be "", for most."""
    if _units(text) <= LONGEST_CELL:
        return [text]
    parts, start, units = [], 0, 0
    for position, character in enumerate(text):
        size = _units(character)
        if units + size > LONGEST_CELL:
            parts.append(text[start:position])
            start, units = position, 0
        units += size
    return [*parts, text[start:]]


def _units(text: str) -> int:
    """Return the length of `text` as Excel counts: in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)
