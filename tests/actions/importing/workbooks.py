"""Workbooks as people keep them, and what an import would make of them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import openpyxl
import pandas as pd

from lib.actions import importing
from lib.files.reading import read_file
from lib.schema.frames import empty_frame, frame_of
from lib.schema.masters import Centre, Member, Product
from lib.schema.record import Record
from lib.schema.tables import TABLES, table, table_of

TABLES_OF_THE_PAGE = [table("complaints"), table("kpi_days")]
MASTERS = (
    Centre(code="TYO", name="東京センター"),
    Centre(code="OSA", name="大阪センター"),
    Member(email="yamada@example.jp", name="山田 太郎"),
    Member(email="sato@example.jp", name="佐藤 花子"),
    Product(code="A-01", name="うるおい美容液"),
    Product(code="B-02", name="すっきり青汁"),
)
PERCENT = "0.0%"


def frames(*records: Record) -> dict[str, pd.DataFrame]:
    every = [*MASTERS, *records]
    found = {place.code: empty_frame(place) for place in TABLES}
    for place in TABLES:
        own = [record for record in every if table_of(record) is place]
        if own:
            found[place.code] = frame_of(place, own)
    return found


def saved(book: openpyxl.Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def book_of(sheets: Mapping[str, Iterable[Sequence[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def days_of(year: int, month: int) -> list[date]:
    first = date(year, month, 1)
    days = [first + timedelta(days=n) for n in range(31)]
    return [day for day in days if day.month == month]


def year_of_reports() -> bytes:
    """Return 「2025年度」: a sheet a month, two centres in merged columns, totals below.

    Each weekday has figures; 応答率 of Tokyo on the tenth is 3 points too high.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number in range(12):
        year, month = (2025, 4 + number) if number < 9 else (2026, number - 8)
        sheet = book.create_sheet(f"{month}月")
        sheet["A1"] = f"コールセンター日報　{month}月"
        for place, text in {
            "A3": "日付",
            "B3": "曜日",
            "C3": "東京センター",
            "G3": "大阪センター",
            "K3": "備考",
        }.items():
            sheet[place] = text
        for column, text in enumerate(["着信", "応答", "放棄", "応答率"] * 2, start=3):
            sheet.cell(4, column, text)
        for merged in ("A3:A4", "B3:B4", "C3:F3", "G3:J3", "K3:K4"):
            sheet.merge_cells(merged)
        for row, day in enumerate(days_of(year, month), start=5):
            sheet.cell(row, 1, day.day)
            sheet.cell(row, 2, "月火水木金土日"[day.weekday()])
            if day.weekday() < 5:
                for start in (3, 7):
                    offered, answered = 100 + day.day, 90
                    wrong = 0.03 if (day.day, start) == (10, 3) else 0
                    figures = (offered, answered, offered - answered)
                    for n, value in enumerate(figures):
                        sheet.cell(row, start + n, value)
                    share = sheet.cell(row, start + 3, answered / offered + wrong)
                    share.number_format = PERCENT
        below = sheet.max_row + 1
        sheet.cell(below, 1, "合計")
        sheet.cell(below, 3, 9_999)
        sheet.cell(below + 1, 1, "前年比")
        sheet.cell(below + 1, 3, "98%")
    return saved(book)


def preview(
    data: bytes, *records: Record, name: str = "取込.xlsx", **options: Any
) -> importing.Preview:
    options.setdefault("table", TABLES_OF_THE_PAGE)
    return importing.preview(read_file(name, data), frames(*records), **options)


def part_of(data: bytes, *records: Record, **options: Any) -> importing.Part:
    (part,) = preview(data, *records, **options).parts
    return part
