"""Exports carry every text, run nothing and show no customer unless asked to."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from lib import clock
from lib.reports import export
from lib.schema.complaint import Complaint
from lib.schema.frames import empty_frame, frame_of
from lib.schema.kpi_day import KpiDay
from lib.schema.tables import TABLES, table
from lib.schema.vocab import ComplaintStatus, Source

AT = datetime(2026, 11, 21, 14, 30, tzinfo=clock.TOKYO)
COMPLAINTS, KPI_DAYS = table("complaints"), table("kpi_days")


def complaint(**values: Any) -> Complaint:
    defaults = {
        "id": "K-261121-7F3QX",
        "content": "届かない",
        "received_at": AT,
        "source": Source.IMPORT,
    }
    return Complaint.parse(defaults | values)


def csv_rows(data: bytes) -> list[dict[str, str]]:
    text = data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def one_csv_row(**values: Any) -> dict[str, str]:
    frame = frame_of(COMPLAINTS, [complaint(**values)])
    (row,) = csv_rows(export.to_csv(COMPLAINTS, frame, unmasked=True))
    return row


def sheet_of(data: bytes, name: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))[name]


def cell_under(sheet: Any, header: str, row: int = 2) -> Any:
    headers = [cell.value for cell in sheet[1]]
    return sheet.cell(row, headers.index(header) + 1)


def test_a_csv_opens_in_japanese_excel():
    data = export.to_csv(COMPLAINTS, frame_of(COMPLAINTS, [complaint()]))

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == 2
    assert data.endswith(b"\r\n")


@pytest.mark.parametrize("text", ["=1+1", "+81 90", "@SUM(A1)", "－1", "\u3000=cmd"])
def test_a_formula_in_a_csv_is_text(text):
    assert one_csv_row(content=text)["内容"] == "'" + text


def test_numbers_and_days_in_a_csv_are_bare():
    frame = frame_of(
        KPI_DAYS,
        [KpiDay(date=date(2026, 11, 21), centre="A", offered=0, answered=None)],
    )

    (row,) = csv_rows(export.to_csv(KPI_DAYS, frame))

    assert (row["日付"], row["着信数"], row["応答数"]) == ("2026/11/21", "0", "")


def test_moments_read_as_tokyo_time():
    assert one_csv_row()["受付日時"] == "2026/11/21 14:30"


def test_customers_are_masked_unless_asked_for():
    frame = frame_of(
        COMPLAINTS, [complaint(contact="090-1234-5678", customer_name="山田")]
    )

    (masked,) = csv_rows(export.to_csv(COMPLAINTS, frame))
    (full,) = csv_rows(export.to_csv(COMPLAINTS, frame, unmasked=True))

    assert (masked["連絡先"], masked["お客様名"]) == ("…5678", "…")
    assert (full["連絡先"], full["お客様名"]) == ("090-1234-5678", "山田")
    assert b"1234" not in export.to_csv(COMPLAINTS, frame)
    book = zipfile.ZipFile(io.BytesIO(export.to_xlsx({COMPLAINTS: frame})))
    assert not any("山田".encode() in book.read(name) for name in book.namelist())


def test_english_exports_translate_headers_and_choices():
    frame = frame_of(COMPLAINTS, [complaint(status=ComplaintStatus.CLOSED)])

    (row,) = csv_rows(export.to_csv(COMPLAINTS, frame, language="en"))

    assert "受付番号" not in row
    assert "完了" not in row.values()


def test_only_the_columns_of_the_frame_are_written():
    frame = frame_of(COMPLAINTS, [complaint()])[["id", "status"]]

    assert csv_rows(export.to_csv(COMPLAINTS, frame)) == [
        {"受付番号": "K-261121-7F3QX", "状態": "受付"}
    ]


def test_an_empty_table_exports_its_headers():
    frame = empty_frame(COMPLAINTS)

    assert csv_rows(export.to_csv(COMPLAINTS, frame)) == []
    assert export.to_csv(COMPLAINTS, frame).decode("utf-8-sig").startswith("受付番号,")
    sheet = sheet_of(export.to_xlsx({COMPLAINTS: frame}), "苦情台帳")
    assert sheet.max_row == 1


def test_a_workbook_has_a_frozen_sheet_for_each_table():
    data = export.to_xlsx({t: empty_frame(t) for t in TABLES})

    book = openpyxl.load_workbook(io.BytesIO(data))

    assert book.sheetnames == [t.tab for t in TABLES]
    assert {sheet.freeze_panes for sheet in book} == {"A2"}


@pytest.mark.parametrize(
    "text", ["=1+1", "{=1+1}", "https://example.com/x", "'=x", "+81", "007", "#N/A"]
)
def test_a_text_in_a_workbook_is_a_constant(text):
    frame = frame_of(COMPLAINTS, [complaint(content=text)])

    cell = cell_under(sheet_of(export.to_xlsx({COMPLAINTS: frame}), "苦情台帳"), "内容")

    assert (cell.value, cell.hyperlink) == (text, None)
    assert cell.data_type == "s"


def test_days_and_numbers_in_a_workbook_are_real_ones():
    frame = frame_of(
        KPI_DAYS,
        [
            KpiDay(
                date=date(2026, 11, 21),
                centre="A",
                offered=1200,
                reported_answer_rate=87.5,
            )
        ],
    )

    sheet = sheet_of(export.to_xlsx({KPI_DAYS: frame}), "日次KPI")

    day, offered = cell_under(sheet, "日付"), cell_under(sheet, "着信数")
    rate = cell_under(sheet, "申告応答率")
    assert (day.value, day.is_date) == (datetime(2026, 11, 21), True)
    assert (offered.value, offered.data_type) == (1200, "n")
    assert (rate.value, "%" in rate.number_format) == (0.875, True)
    assert cell_under(sheet, "応答数").value is None


@pytest.mark.parametrize("unit", ["あ", "𠮷"])
def test_a_text_too_long_for_a_cell_goes_on_elsewhere(unit):
    text = unit * 40_000
    frame = frame_of(COMPLAINTS, [complaint(content=text)])

    data = export.to_xlsx({COMPLAINTS: frame})

    first = cell_under(sheet_of(data, "苦情台帳"), "内容").value
    rest = [row[3].value for row in sheet_of(data, "長い文の続き").iter_rows(min_row=2)]
    assert "".join([first, *rest]) == text
    assert all(len(p.encode("utf-16-le")) <= 2 * 32_767 for p in [first, *rest])


def test_what_no_workbook_can_hold_is_replaced_and_the_file_opens():
    frame = frame_of(COMPLAINTS, [complaint()])
    frame["content"] = ["\ufffe\uffffあ\x0b"]

    cell = cell_under(sheet_of(export.to_xlsx({COMPLAINTS: frame}), "苦情台帳"), "内容")

    assert cell.value == "\ufffd\ufffdあ"


def test_days_before_the_calendar_of_spreadsheets_are_written_as_text():
    frame = frame_of(COMPLAINTS, [complaint(occurred_on=date(1899, 12, 31))])

    cell = cell_under(
        sheet_of(export.to_xlsx({COMPLAINTS: frame}), "苦情台帳"), "発生日"
    )

    assert cell.value == "1899/12/31"
