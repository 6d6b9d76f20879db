"""Which table a sheet holds, and which of its columns is which field.

Headers may stand below titles, in several lines over merged cells, and beside the rows
where the days run from left to right. A line above that repeats the same counts for
each centre (「東京」 over 着信 and 応答, 「大阪」 over 着信 and 応答) makes one record for
each of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Final

from lib.actions.importing.arranging import Grid, Header, Shape
from lib.actions.importing.matches import LEFT_OUT, NOTHING_MATCHED, Matches
from lib.actions.importing.periods import day_of_month
from lib.files.reading import Sheet
from lib.i18n import N_, translate
from lib.metrics import kpis
from lib.schema.cells import parse_cell
from lib.schema.column import Field
from lib.schema.tables import TABLES, Table
from lib.text import folded

DEEPEST_HEADER: Final = 15
"""Rows among which the headers are looked for; titles may stand above them."""

FEWEST_MATCHES: Final = 2
MOST_LINES: Final = 3
"""Lines of headers above one another."""
MOST_LABELS: Final = 4
"""Columns of headers beside one another, where the days run to the right."""
FEWEST_DAYS: Final = 3
"""Days in a row from which on they are taken to run to the right."""

NOT_IMPORTED: Final = frozenset({"audit"})
"""Written by the app alone: what a file says cannot become its own evidence."""

ACROSS: Final = frozenset({"kpi_days"})
"""Tables whose records may run to the right, and may stand in groups of columns."""

SYNONYMS: Final[Mapping[str, Mapping[str, str]]] = {
    "complaints": {
        "received_at": "受付日 受電日時 受電日 日時 申出日 申し出日 受信日時",
        "content": "苦情内容 クレーム内容 お申し出内容 申出内容 詳細 お問い合わせ内容 問合せ内容",
        "contact": "電話番号 電話 TEL メールアドレス お電話番号",
        "customer_name": "氏名 お名前 顧客氏名 顧客名 お客様氏名",
        "product_code": "商品 品番 商品名 製品名 対象商品",
        "handler": "担当 対応者 対応担当 対応担当者 担当者名",
        "receiver": "受付担当 受電者 受付担当者",
        "status": "ステータス 対応状況 進捗 対応状態",
        "order_number": "注文No 受注番号 受注No",
        "note": "備考 対応内容 対応経過",
        "request": "ご要望 要望内容",
        "channel": "チャネル 経路 受付方法",
        "severity": "重要度 緊急度",
        "claim_type": "種類 苦情の種類 クレーム種別 分類",
        "received_centre": "センター 拠点",
        "occurred_on": "事象発生日",
    },
    "kpi_days": {
        "date": "年月日 対象日 日 月日 DATE 営業日",
        "centre": "拠点 窓口 コールセンター 委託先",
        "offered": "着信 入電 着信件数 入電件数 着信呼数 総着信数 総入電数 着電数 総着信呼数",
        "answered": "応答 応答件数 応答呼数 受電数 受電 受電件数 応対件数 応対数",
        "abandoned": "放棄 放棄件数 放棄呼数 放棄呼 途中放棄数",
        "consumer_centre_calls": "センター入電 消費者センター入電 消費者センター入電数 消費生活センター入電 消費生活センター入電数 消セン入電 消費者センター",
        "cancel_requests": "解約申出 解約申し出 解約申出件数 解約希望 解約希望数 解約受付 解約受付数 解約受付件数",
        "retention_offers": "抑止提案 提案 提案数 抑止提案件数 引止提案数 引き止め提案数",
        "retention_kept": "抑止成功 抑止成功数 抑止成功件数 抑止継続 継続 継続数 継続件数 引止成功数 解約成功",
        "orders": "受注数 受注",
        "shipments": "出荷数 出荷 発送数 発送件数",
        "note": "備考 コメント 特記 メモ",
        "short_abandoned": "短時間放棄",
        "ivr_abandoned": "IVR放棄 IVR放棄数",
        "overflowed": "あふれ あふれ呼 話中数",
        "answered_in_time": "20秒以内応答 20秒以内 20秒以内応答件数",
        "wait_seconds": "待ち時間合計 総待ち時間 待ち時間",
        "talk_seconds": "通話時間 総通話時間 通話時間合計",
        "hold_seconds": "保留時間 総保留時間 保留時間合計",
        "acw_seconds": "後処理時間 総後処理時間 後処理時間合計",
        "idle_seconds": "待機時間 総待機時間 待機時間合計",
        "staffed_minutes": "勤務時間 総勤務時間 勤務時間合計",
        "resolved_first": "一次解決 一次解決件数",
        "callbacks_promised": "折返し 折り返し 折返し件数 折り返し件数 折返し約束",
        "callbacks_done": "折返し完了 折返し完了件数 折返し済",
        "other_agency_calls": "他行政入電",
        "mails_received": "メール受信 メール件数 メール受信件数",
        "mails_open": "メール残 未返信 未返信数 未返信メール",
    },
    "agency_inquiries": {"facts": "相談内容", "agency_name": "センター名"},
    "products": {"code": "品番 コード", "name": "品名"},
    "members": {"email": "メールアドレス", "name": "名前"},
    "centres": {"code": "コード", "name": "名称"},
}
"""Other headers that people use, divided by blanks, by table and field."""

SHARE_NAMES: Final[Mapping[str, str]] = {
    "answer_rate": "受電率 応答率 接続率",
    "abandonment_rate": "放棄率 放棄呼率",
    "service_level": "SL SLA サービスレベル 20秒以内応答率",
    "retention_offer_rate": "抑止提案率 提案率",
    "retention_success": "抑止成功率 抑止率",
    "retention_overall": "総合抑止率",
    "first_resolution": "一次解決率",
    "callbacks_kept": "折返し完了率",
    "overflow_rate": "あふれ率",
}
"""Headers of shares that people write beside their counts, by KPI."""

TOTAL: Final = re.compile(
    r"(?:(?:令和|平成)?[0-9]{0,4}年?[0-9]{0,2}月?(?:分|度)?)?"
    r"(?:第?[0-9]週(?:目)?|月間|週間|年間|年度)?の?"
    r"(?:小計|合計|総計|累計|総合計|月計|週計|年計|計|全体|平均|平均値|日平均|一日平均|"
    r"前年|前年比|前年同月|前年同月比|前月|前月比|前週比|対前年|目標|目標値|目標比|予算|予算比|達成率|構成比|差異|増減)"
    r"(?:\(.*\))?|(?:sub)?total|average"
)
"""What stands where a row or column sums others up, or compares with another time."""

UNITS: Final = frozenset(
    [
        "件",
        "人",
        "名",
        "秒",
        "分",
        "時間",
        "回",
        "円",
        "本",
        "通",
        "台",
        "%",
        "実績",
        "単位",
        "数値",
    ]
) | {""}
_QUIET: Final = frozenset(["曜日", "曜", "no", "no.", "№", "祝日", "行番号"])
"""Headers of columns that need not be mentioned."""

_NOT_NAME: Final = re.compile(r"[*※\s:●○■◆▼▲]+")
_TRAILING_NOTE: Final = re.compile(r"\([^()]*\)$")


class ColumnKind(StrEnum):
    """What becomes of a column."""

    FIELD = "field"
    SHARE = "share"
    """A share or mean: compared with what the counts give, never stored."""
    TOTAL = "total"
    """Sums other columns up, or compares with another time."""
    TWICE = "twice"
    """Another column holds the same field."""
    LEFT_OUT = "left_out"
    """A person said so."""
    UNKNOWN = "unknown"
    QUIET = "quiet"
    """A weekday or a running number."""
    BLANK = "blank"


WHY_LEFT_OUT: Final[Mapping[ColumnKind, str]] = {
    ColumnKind.SHARE: N_("割合や平均です。取り込まず、数から計算した値と比べます。"),
    ColumnKind.TOTAL: N_("合計・前年比などの列です。"),
    ColumnKind.TWICE: N_("同じ項目の列がほかにあります。"),
    ColumnKind.LEFT_OUT: N_("取り込まない列です。"),
    ColumnKind.UNKNOWN: N_("どの項目か分からない列です。"),
}
"""Why a column is not imported, by its kind."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as recognised. field: its field; kpi: the KPI that a share is of.

    group: what stands above the header, e.g. a centre's name. told: whether a person
    said so; of two columns of one field theirs counts, else the first.
    """

    index: int
    header: str
    kind: ColumnKind
    field: str = ""
    kpi: str = ""
    group: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """The columns of one record; a row with groups of columns has several.

    group: what stands above them, "" where a row is one record. shares: KPI by column.
    """

    group: str
    fields: Mapping[int, Field]
    shares: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is laid out: `shape`, and what each of its columns is."""

    table: Table
    shape: Shape
    columns: tuple[Column, ...]
    segments: tuple[Segment, ...]

    @property
    def header(self) -> int:
        """Index of the last header row; of the days' row where they run across."""
        return self.shape.top if self.shape.across else self.shape.last

    @property
    def fields(self) -> Mapping[int, Field]:
        """The columns that are fields, by index."""
        return {
            index: field
            for segment in self.segments
            for index, field in segment.fields.items()
        }

    @property
    def unknown(self) -> tuple[str, ...]:
        """Headers of columns that are left out, in their order; it is said."""
        return tuple(c.header for c in self.columns if c.kind in WHY_LEFT_OUT)

    @property
    def lacking(self) -> tuple[Field, ...]:
        """The fields without which no row of the table can be made."""
        present = {field.name for field in self.fields.values()}
        grouped = {"centre"} if any(s.group for s in self.segments) else set()
        return tuple(
            field
            for field in self.table.fields
            if field.required and not field.auto and field.name not in present | grouped
        )


def layout_of(
    sheet: Sheet,
    table: Table | Sequence[Table] | None = None,
    *,
    matches: Matches = NOTHING_MATCHED,
    shape: Shape | None = None,
) -> Layout | None:
    """Return how the sheet is laid out, or None where no header row is found.

    Args:
        sheet: the sheet.
        table: the table to read it as; of several, or None for any, the one that fits
            best.
        matches: which header a person said to be which field.
        shape: where the headers stand, if a person said so.
    """
    tables = [table] if isinstance(table, Table) else table or TABLES
    candidates = [
        layout
        for candidate in tables
        for possible in ([shape] if shape else _shapes(sheet, candidate))
        if (layout := _match(candidate, sheet, possible, matches, told=bool(shape)))
    ]
    return max(candidates, key=lambda layout: _fit(layout, sheet), default=None)


def _shapes(sheet: Sheet, table: Table) -> Iterator[Shape]:
    """Yield where the headers may stand."""
    rows = sheet.rows[:DEEPEST_HEADER]
    worded = [_is_worded(row) for row in rows]
    for last in range(len(rows)):
        yield Shape(last, last)
        for first in range(last - 1, max(-1, last - MOST_LINES), -1):
            if all(worded[first : last + 1]):
                yield Shape(first, last)
    if table.code in ACROSS:
        for top, row in enumerate(rows):
            if first_day := _first_day(row):
                start = max(0, first_day - MOST_LABELS)
                yield Shape(start, first_day - 1, across=True, top=top)


def _is_worded(row: Sequence[Any]) -> bool:
    """Whether a row holds words only, as a line of headers does."""
    said = [cell for cell in row if cell not in (None, "")]
    return bool(said) and all(isinstance(cell, str) for cell in said)


def _first_day(row: Sequence[Any]) -> int:
    """Return the column from which on days run to the right; 0 for none."""
    for start in range(1, min(len(row) - FEWEST_DAYS + 1, MOST_LABELS + 3)):
        run = row[start : start + FEWEST_DAYS]
        bare = [found[0] for cell in run if (found := day_of_month(cell))]
        if len(bare) == FEWEST_DAYS:
            if [day - bare[0] for day in bare] == list(range(FEWEST_DAYS)):
                return start
        elif all(_is_day(cell) for cell in run):
            return start
    return 0


def _is_day(cell: Any) -> bool:
    if isinstance(cell, date):
        return True
    if not isinstance(cell, str):
        return False
    return not parse_cell(_date_field(), cell, year_hint=2024).is_bad and bool(cell)


@cache
def _date_field() -> Field:
    return _table("kpi_days").field("date")


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


def _match(
    table: Table, sheet: Sheet, shape: Shape, matches: Matches, *, told: bool
) -> Layout | None:
    grid = Grid(sheet, shape)
    found = [
        _column(table, index, header, matches)
        for index, header in enumerate(grid.headers)
    ]
    if shape.across and found:
        found[0] = Column(0, found[0].header, ColumnKind.FIELD, "date")
    columns, segments = _segments(table, found)
    fewest = 0 if told else FEWEST_MATCHES
    if sum(len(s.fields) for s in segments) < fewest:
        return None
    return Layout(table, shape, columns, segments)


def _column(table: Table, index: int, header: Header, matches: Matches) -> Column:
    """Return what a column is, by its header alone."""
    text, group = header.text, header.group
    if not text:
        return Column(index, "", ColumnKind.BLANK)
    said = matches.column(table, comparable(text))
    if said == LEFT_OUT:
        return Column(index, text, ColumnKind.LEFT_OUT, group=group)
    if said:
        return Column(index, text, ColumnKind.FIELD, said, group=group, told=True)
    names, shares = _names_by_code(table.code), _shares_by_name()
    for name in _spellings(header):
        if found := names.get(name):
            return Column(index, text, ColumnKind.FIELD, found.name, group=group)
        if table.code == "kpi_days" and name in shares:
            return Column(index, text, ColumnKind.SHARE, kpi=shares[name], group=group)
    inner = comparable(header.own)
    if inner in _QUIET:
        return Column(index, text, ColumnKind.QUIET)
    if any(TOTAL.fullmatch(comparable(line)) for line in header.lines if line):
        return Column(index, text, ColumnKind.TOTAL, group=group)
    return Column(index, text, ColumnKind.UNKNOWN, group=group)


def _spellings(header: Header) -> Iterator[str]:
    """Yield what a header may be called: its own line, then with those above it."""
    lines = [name for line in header.lines if _is_name(name := comparable(line))]
    for count in range(1, len(dict.fromkeys(lines)) + 1):
        name = "".join(dict.fromkeys(lines[-count:]))
        yield name
        yield _TRAILING_NOTE.sub("", name)


def _is_name(text: str) -> bool:
    bare = text.strip("()[]")
    return bare not in UNITS and not bare.isdecimal()


@cache
def _shares_by_name() -> Mapping[str, str]:
    """Return comparable header → KPI that is no count."""
    names: dict[str, str] = {}
    counts = {field.name for field in _table("kpi_days").fields}
    for entry in kpis.KPIS:
        if entry.code not in counts:
            names[comparable(entry.name)] = entry.code
            names[comparable(translate(entry.name, "en"))] = entry.code
    for code, spellings in SHARE_NAMES.items():
        names |= {comparable(name): code for name in spellings.split()}
    return names


def _segments(
    table: Table, found: Sequence[Column]
) -> tuple[tuple[Column, ...], tuple[Segment, ...]]:
    """Return the columns with each field once a record, and those of each record."""
    groups = _repeating_groups(found) if table.code in ACROSS else []
    if len(groups) == 1:
        groups = []
    taken: set[tuple[str, str]] = set()
    told = {(c.group if c.group in groups else "", c.field) for c in found if c.told}
    columns: list[Column] = []
    for column in found:
        group = column.group if column.group in groups else ""
        at = (group, column.field or column.kpi)
        kind = column.kind
        if kind in (ColumnKind.FIELD, ColumnKind.SHARE):
            if TOTAL.fullmatch(comparable(column.group)):
                kind = ColumnKind.TOTAL
            elif at in taken or (at in told and not column.told):
                kind = ColumnKind.TWICE
            else:
                taken.add(at)
        columns.append(replace(column, kind=kind, group=group))
    segments = tuple(_segment(table, columns, group) for group in groups or [""])
    return tuple(columns), segments


def _repeating_groups(found: Sequence[Column]) -> list[str]:
    """Return the groups that repeat a field of another one, in their order."""
    by_field: dict[str, list[str]] = {}
    for column in found:
        if column.kind is ColumnKind.FIELD and column.group:
            by_field.setdefault(column.field, []).append(column.group)
    repeated = {
        g for groups in by_field.values() if len(set(groups)) > 1 for g in groups
    }
    named = dict.fromkeys(c.group for c in found if c.group in repeated)
    return [group for group in named if not TOTAL.fullmatch(comparable(group))]


def _segment(table: Table, columns: Sequence[Column], group: str) -> Segment:
    own = [c for c in columns if c.group in ("", group)]
    return Segment(
        group,
        {c.index: table.field(c.field) for c in own if c.kind is ColumnKind.FIELD},
        {c.index: c.kpi for c in own if c.kind is ColumnKind.SHARE},
    )


def _fit(layout: Layout, sheet: Sheet) -> tuple[float, ...]:
    """Return how well a layout fits; more is better, the upper row on a tie."""
    sheet_name = comparable(sheet.name)
    tabs = (layout.table.tab, translate(layout.table.tab, "en"))
    named = any(comparable(tab) in sheet_name for tab in tabs)
    lacking = [f for f in layout.lacking if f.name != "centre"]
    return (
        len(layout.fields) * (2 if named else 1) - 2 * len(lacking),
        -len(layout.unknown),
        -layout.shape.lines,
        -layout.header,
        -TABLES.index(layout.table),
    )
