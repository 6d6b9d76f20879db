"""The corpus in every table and text field, written as CSV and xlsx: nothing runs."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from lib.reports.export import FormColumn, to_csv, to_form_xlsx, to_xlsx
from lib.schema.complaint import Complaint
from lib.schema.exchange import sheet_name, unguarded
from lib.schema.frames import frame_of
from lib.schema.tables import TABLES, Table
from tests.security.corpus import CASES, Case, aimed_at, counts
from tests.security.corpus.rows import laden

SOME = 13
"""Rows of the short form: every thirteenth case, and all of them in its columns."""

LIVE = frozenset("=+-@\t\r\n\x00＝＋－＠﹦﹢﹣﹫")
"""First letters after which a spreadsheet may calculate."""

RUNNING = frozenset({"f", "hyperlink", "ddeLink", "oleLink", "externalReference"})
"""Tags of a workbook."""

SKIPPED = frozenset({"Zs", "Zl", "Zp", "Cf", "Cc"})


NAME = re.compile(
    r"[^\[\]:*?/\\'\x00-\x1f\ufffe\uffff]([^\[\]:*?/\\\x00-\x1f\ufffe\uffff]*[^\[\]:*?/\\'\x00-\x1f\ufffe\uffff])?"
)
"""What Excel takes for the name of a sheet, apart from its length."""

LONG = Case("sheet", 1, "half a pair at the end", "a" * 30 + "😀")
RESERVED = Case("sheet", 2, "kept by Excel", "History")


def lives(cell: str) -> bool:
    """Whether a spreadsheet might take a cell of a CSV for a formula.

    Written apart from the exporter, so that a mistake there is no mistake here.
    """
    for letter in cell:
        if letter in LIVE:
            return True
        if (
            unicodedata.category(letter) not in SKIPPED
            and letter not in "\u3164\u034f\ufe0f"
        ):
            return False
    return False


def words(place: Table) -> list[str]:
    return [field.name for field in place.fields if field.kind == "text"]


def test_there_are_inputs_enough_of_every_class():
    assert len(CASES) >= 300
    assert min(counts().values()) >= 15
    assert len({case.text for case in CASES}) == len(CASES)


@pytest.mark.parametrize("every", [SOME, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("place", TABLES, ids=lambda t: t.code)
def test_no_cell_of_a_csv_lives_and_every_text_comes_back(place, every):
    frame = frame_of(place, laden(place, every=every))

    text = to_csv(place, frame, unmasked=True).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""))

    where = {field.label: field.name for field in place.fields}
    for column, label in enumerate(header):
        name = where[label]
        cells = [row[column] for row in rows]
        if name in words(place):
            assert [cell for cell in cells if lives(cell)] == []
            assert [unguarded(cell) for cell in cells] == frame[name].tolist()


@pytest.mark.parametrize("every", [SOME, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("place", TABLES, ids=lambda t: t.code)
def test_every_cell_of_a_workbook_is_a_constant(place, every):
    frame = frame_of(place, laden(place, every=every))

    data = to_xlsx({place: frame}, unmasked=True)

    book = openpyxl.load_workbook(io.BytesIO(data), rich_text=True)
    sheet = book.worksheets[0]
    labels = [cell.value for cell in sheet[1]]
    for name in words(place):
        column = labels.index(place.field(name).label) + 1
        cells = [sheet.cell(row, column) for row in range(2, len(frame) + 2)]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert {cell.value for cell in cells if cell.data_type == "n"} <= {None}
        assert [cell.hyperlink for cell in cells if cell.hyperlink] == []
        read = [str(cell.value or "") for cell in cells]
        assert read == [
            text.replace("\uffff", "\ufffd").replace("\ufffe", "\ufffd")
            for text in frame[name]
        ]
    assert parts_that_run(data) == []


def parts_that_run(data: bytes) -> list[str]:
    """Return the tags of a workbook that calculate, fetch or link, with their part."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [
            f"{name}: {tag.tag}"
            for name in archive.namelist()
            for tag in ET.fromstring(archive.read(name)).iter()
            if tag.tag.split("}")[-1] in RUNNING or tag.get("TargetMode") == "External"
        ]


def test_headers_and_the_name_of_a_form_are_constants_too():
    field = Complaint.field("content")
    columns = [FormColumn(aimed_at(c.text), field, [aimed_at(c.text)]) for c in CASES]
    for case in CASES[::40]:
        assert openpyxl.load_workbook(io.BytesIO(to_form_xlsx(case.text, columns[:1])))

    data = to_form_xlsx("日報", columns)

    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert {cell.data_type for row in sheet.rows for cell in row} <= {"s", "n"}
    assert parts_that_run(data) == []


def test_any_text_makes_a_name_for_a_sheet():
    names = [sheet_name(aimed_at(case.text)) for case in (*CASES, LONG, RESERVED)]

    assert [name for name in names if not NAME.fullmatch(name)] == []
    assert max(len(name.encode("utf-16-le")) for name in names) <= 62
    assert "history" not in {name.casefold() for name in names}
