"""Which table a sheet holds, and which of its columns is which field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from lib.actions.importing.files import Sheet
from lib.i18n import translate
from lib.schema.column import Field
from lib.schema.tables import TABLES, Table
from lib.text import folded

DEEPEST_HEADER: Final = 10
"""Rows among which the headers are looked for; titles may stand above them."""

FEWEST_MATCHES: Final = 2

NOT_IMPORTED: Final = frozenset({"audit"})
"""Written by the app alone: what a file says cannot become its own evidence."""

SYNONYMS: Final[Mapping[str, Mapping[str, str]]] = {
    "complaints": {
        "received_at": "受付日 受電日時 受電日 日時",
        "content": "苦情内容 クレーム内容 お申し出内容 申出内容 詳細",
        "contact": "電話番号 電話 TEL メールアドレス",
        "customer_name": "氏名 お名前 顧客氏名",
        "product_code": "商品 品番",
        "handler": "担当",
        "status": "ステータス 対応状況 進捗",
        "order_number": "注文No 受注番号",
        "note": "備考 対応内容",
        "request": "ご要望",
        "channel": "チャネル 経路",
    },
    "kpi_days": {
        "date": "年月日 対象日",
        "centre": "拠点",
        "offered": "着信 入電 着信件数 入電件数",
        "answered": "応答 応答件数",
        "abandoned": "放棄 放棄件数 放棄呼数",
        "orders": "受注数 受注",
        "shipments": "出荷数 出荷",
        "note": "備考",
    },
    "agency_inquiries": {"facts": "相談内容", "agency_name": "センター名"},
    "products": {"code": "品番 コード", "name": "品名"},
    "members": {"email": "メールアドレス", "name": "名前"},
    "centres": {"code": "コード", "name": "名称"},
}
"""Other headers that people use, divided by blanks, by table and field."""

_NOT_NAME: Final = re.compile(r"[*※\s:]+")
_TRAILING_NOTE: Final = re.compile(r"\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is laid out.

    header: index of the header row. fields: by index of the column. unknown: headers
    that are no field, in their order; their columns are left out, and it is said.
    """

    table: Table
    header: int
    fields: Mapping[int, Field]
    unknown: tuple[str, ...]

    @property
    def lacking(self) -> tuple[Field, ...]:
        """The fields without which no row of the table can be made."""
        present = {field.name for field in self.fields.values()}
        return tuple(
            field
            for field in self.table.fields
            if field.required and not field.auto and field.name not in present
        )


def layout_of(sheet: Sheet, table: Table | None = None) -> Layout | None:
    """Return how the sheet is laid out, or None where no header row is found.

    Args:
        sheet: the sheet.
        table: the table to read it as; None finds the table that fits best.
    """
    tables = [table] if table else TABLES
    candidates = [
        layout
        for header, row in enumerate(sheet.rows[:DEEPEST_HEADER])
        for candidate in tables
        if (layout := _match(candidate, header, row))
    ]
    return max(candidates, key=lambda layout: _fit(layout, sheet), default=None)


def header_names(table: Table) -> Mapping[str, Field]:
    """Return comparable header → field: labels first, then older and other names."""
    names: dict[str, Field] = {}
    for spelling in (_labels, _formerly, _codes, _english, _synonyms):
        for field in table.fields:
            for name in spelling(table, field):
                names.setdefault(comparable(name), field)
    return names


def comparable(header: Any) -> str:
    """Return a header without width, case, blanks, line breaks and marks."""
    if not isinstance(header, str):
        return ""
    return _NOT_NAME.sub("", folded(unicodedata.normalize("NFKC", header)))


def _labels(_table: Table, field: Field) -> Iterator[str]:
    yield field.label


def _formerly(_table: Table, field: Field) -> Iterator[str]:
    yield from field.column.formerly


def _codes(_table: Table, field: Field) -> Iterator[str]:
    yield field.name


def _english(_table: Table, field: Field) -> Iterator[str]:
    yield translate(field.label, "en")


def _synonyms(table: Table, field: Field) -> Iterator[str]:
    yield from SYNONYMS.get(table.code, {}).get(field.name, "").split()


_names_by_code = cache(lambda code: header_names(_table(code)))


def _table(code: str) -> Table:
    return next(table for table in TABLES if table.code == code)


def _match(table: Table, header: int, row: Sequence[Any]) -> Layout | None:
    names = _names_by_code(table.code)
    fields: dict[int, Field] = {}
    unknown: list[str] = []
    for index, cell in enumerate(row):
        name = comparable(cell)
        field = names.get(name) or names.get(_TRAILING_NOTE.sub("", name))
        if field and field not in fields.values():
            fields[index] = field
        elif name:
            unknown.append(str(cell).strip())
    if len(fields) < FEWEST_MATCHES:
        return None
    return Layout(table, header, fields, tuple(unknown))


def _fit(layout: Layout, sheet: Sheet) -> tuple[float, ...]:
    """Return how well a layout fits; more is better, the upper row on a tie."""
    sheet_name = comparable(sheet.name)
    tabs = (layout.table.tab, translate(layout.table.tab, "en"))
    named = any(comparable(tab) in sheet_name for tab in tabs)
    return (
        len(layout.fields) * (2 if named else 1) - 2 * len(layout.lacking),
        -len(layout.unknown),
        -layout.header,
        -TABLES.index(layout.table),
    )
