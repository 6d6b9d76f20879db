"""Where things stand in a spreadsheet that people rearrange as they like.

Tabs are known by their number, which survives renaming; columns by their header,
looked up anew on every read. Nothing here is ever remembered by position.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from lib.i18n import N_
from lib.schema.column import Field
from lib.schema.tables import Table
from lib.store.protocol import ProblemKind, RowProblem
from lib.text import folded

HEADER_WITHIN: Final = 10
"""Rows at the top among which the header is looked for; titles may stand above it."""
KNOWN_SHARE: Final = 0.6
"""Share of a row's cells that must be known names for the row to be the header."""
FEWEST_KNOWN: Final = 2
"""A single known word may stand in any title."""

GROUP_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "kpi_days": ("date",),
    "inspections": ("month",),
    "settings": ("group",),
}
"""Columns whose cells people merge over the rows of a group; the value stands in the
first row only. Nowhere else is a blank filled."""

LAID_OUT_AHEAD: Final = frozenset({"kpi_days"})
"""Tables of which rows are laid out ahead, key and formulas only, to be filled in."""

TAB_LOST = N_("タブが見つかりません。")
MEND_TAB = N_("削除したタブを元に戻すか、シートの設定をやり直してください。")
OTHER_ZONE = N_("スプレッドシートのタイムゾーンが日本時間ではありません。")
MEND_ZONE = N_("「ファイル」→「設定」で、タイムゾーンを東京にしてください。")
OTHER_LOCALE = N_(
    "スプレッドシートの言語と地域が日本ではありません。日付や数の打ち方が変わります。"
)
MEND_LOCALE = N_("「ファイル」→「設定」で、言語と地域を日本にしてください。")
NO_HEADER = N_("見出しの行が見つかりません。このタブは読むだけにしています。")
MEND_HEADER = N_("上から10行以内に、元の項目名の行を戻してください。")
COLUMN_LOST = N_("必要な列がありません。このタブは読むだけにしています。")
MEND_COLUMN = N_("この項目名の列を戻してください。場所はどこでもかまいません。")
COLUMN_TWICE = N_("同じ項目の列が二つあります。左の列を読み、書き込みは止めています。")
MEND_TWICE = N_("どちらかの列の見出しを変えるか、列を消してください。")


# Tabs ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its number, which stays, and its title, which people change.

    rows, columns: the size of its grid, blank cells included.
    """

    sheet_id: int
    title: str
    rows: int = 0
    columns: int = 0

    @property
    def whole(self) -> str:
        """The range, in A1 notation, of everything that stands in the tab."""
        return "'" + self.title.replace("'", "''") + "'"


def tabs_of(metadata: Mapping[str, Any]) -> tuple[Tab, ...]:
    """Return the tabs in an answer of `spreadsheets.get`, in their order.

    The API leaves out the number 0 and tabs without a grid (charts) have no size.
    """
    found = []
    for sheet in metadata.get("sheets", []):
        properties = sheet.get("properties", {})
        grid = properties.get("gridProperties", {})
        found.append(
            Tab(
                sheet_id=int(properties.get("sheetId", 0)),
                title=str(properties.get("title", "")),
                rows=int(grid.get("rowCount", 0)),
                columns=int(grid.get("columnCount", 0)),
            )
        )
    return tuple(found)


def zone_problem(metadata: Mapping[str, Any]) -> RowProblem | None:
    """Return what is wrong with the spreadsheet's time zone; None in Tokyo's.

    Its serials are times on the wall of its zone: in another one each moment would
    be read hours off, so nothing may be written before it is mended.
    """
    zone = str(metadata.get("properties", {}).get("timeZone", ""))
    if is_tokyo(zone):
        return None
    return RowProblem(
        "", "", 0, "", "", zone, OTHER_ZONE, MEND_ZONE, kind=ProblemKind.SETUP
    )


def locale_problem(metadata: Mapping[str, Any]) -> RowProblem | None:
    """Return what is wrong with the spreadsheet's locale; None in Japan's.

    Numbers and serials are read the same everywhere, but 11/3 typed by hand becomes
    another day in another locale.
    """
    locale = str(metadata.get("properties", {}).get("locale", ""))
    if locale.partition("_")[0] == "ja":
        return None
    return RowProblem(
        "", "", 0, "", "", locale, OTHER_LOCALE, MEND_LOCALE, kind=ProblemKind.SETUP
    )


def is_tokyo(zone: str) -> bool:
    """Whether a time zone's clocks are Tokyo's."""
    return zone in _TOKYO_ZONES


_TOKYO_ZONES: Final = frozenset({"Asia/Tokyo", "Japan", "Etc/GMT-9"})


def located(
    tables: Iterable[Table], tabs: Sequence[Tab], remembered: Mapping[str, int]
) -> tuple[dict[str, Tab], tuple[RowProblem, ...]]:
    """Return the tab of each table by its code, and what is missing.

    A remembered number decides, whatever the tab is called now; where none is
    remembered, the title does. A tab that was deleted is not replaced by another of
    its name: that one may be an old copy.
    """
    by_id = {tab.sheet_id: tab for tab in tabs}
    by_title = {folded(tab.title): tab for tab in reversed(tabs)}
    places: dict[str, Tab] = {}
    problems = []
    for table in tables:
        if table.code in remembered:
            tab = by_id.get(remembered[table.code])
        else:
            tab = by_title.get(folded(table.tab))
        if tab is None:
            problems.append(_tab_problem(table, TAB_LOST, MEND_TAB))
        else:
            places[table.code] = tab
    return places, tuple(problems)


def _tab_problem(table: Table, why: str, mend: str) -> RowProblem:
    return RowProblem(
        table.code, table.tab, 0, "", "", "", why, mend, kind=ProblemKind.SETUP
    )


# Headers ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Header:
    """How the columns of a tab lie on this read.

    row: number of the header's row, 1 for the sheet's first; 0 where there is none.
    columns: position (0 is column A) of each field that has a column.
    extras: position and title of the columns people added.
    doubled: fields with two columns; the first is read and none is written.
    missing: fields without which no row can be made.
    """

    row: int
    columns: Mapping[str, int]
    extras: tuple[tuple[int, str], ...] = ()
    doubled: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()

    @property
    def writable(self) -> bool:
        """Whether rows may be written: every column that a row needs is there."""
        return self.row > 0 and not self.missing


def read_header(table: Table, rows: Sequence[Sequence[Any]]) -> Header:
    """Return where the columns of `table` lie: the first fitting row of the top ten.

    A row fits where at least 60 % of its cells, or of the table's fields, are known.
    Where none fits, nothing is mapped and all required fields are missing.
    """
    for number, cells in enumerate(rows[:HEADER_WITHIN], start=1):
        header = _header_in(table, number, cells)
        if _fits(table, header, cells):
            return header
    return Header(0, {}, missing=_required(table, ()))


def _header_in(table: Table, number: int, cells: Sequence[Any]) -> Header:
    names = field_names(table)
    columns: dict[str, int] = {}
    extras = []
    doubled = set()
    for place, cell in enumerate(cells):
        title = cell if isinstance(cell, str) else ""
        name = names.get(title_key(title)) or names.get(_bare(title))
        if name is None:
            if title.strip():
                extras.append((place, title))
        elif name in columns:
            doubled.add(name)
            extras.append((place, title))
        else:
            columns[name] = place
    return Header(
        number, columns, tuple(extras), frozenset(doubled), _required(table, columns)
    )


def _fits(table: Table, header: Header, cells: Sequence[Any]) -> bool:
    known = len(header.columns) + len(header.doubled)
    filled = sum(1 for cell in cells if str(cell or "").strip())
    enough = KNOWN_SHARE * min(filled, len(table.fields))
    return known >= FEWEST_KNOWN and known >= enough


def _required(table: Table, present: Iterable[str]) -> tuple[str, ...]:
    have = set(present)
    return tuple(f.name for f in table.fields if f.required and f.name not in have)


@cache
def field_names(table: Table) -> Mapping[str, str]:
    """Return every known title, as `title_key` gives it, with the field's name.

    The label goes before older labels and those before English codes, so that a
    new column may take over a name that another one had formerly.
    """
    names: dict[str, str] = {}
    for field in table.fields:
        names.setdefault(title_key(field.label), field.name)
    for field in table.fields:
        for title in field.column.formerly:
            names.setdefault(title_key(title), field.name)
    for field in table.fields:
        names.setdefault(title_key(field.name), field.name)
    return names


def title_key(title: str) -> str:
    """Return a title for comparing: width, case, blanks and line breaks folded."""
    return folded(title).replace(" ", "").strip("*※:")


_LONGEST_TITLE: Final = 200
"""Letters of a title that are looked at; a cell above a table may hold anything."""

_REMARK: Final = re.compile(r"[(\[【〔].*[)\]】〕]")


def _bare(title: str) -> str:
    """Return a title without a unit or remark in brackets: 「着信数（件）※」."""
    return title_key(_REMARK.sub("", title_key(title)[:_LONGEST_TITLE]))


def header_problems(table: Table, tab: str, header: Header) -> list[RowProblem]:
    """Return what is wrong with the header, for データ点検."""
    if not header.row:
        return [
            RowProblem(
                table.code,
                tab,
                0,
                "",
                "",
                "",
                NO_HEADER,
                MEND_HEADER,
                kind=ProblemKind.SETUP,
            )
        ]
    return [
        RowProblem(
            table.code,
            tab,
            header.row,
            label,
            "",
            typed,
            why,
            mend,
            kind=ProblemKind.SETUP,
        )
        for label, typed, why, mend in [
            *(
                (table.field(name).label, "", COLUMN_LOST, MEND_COLUMN)
                for name in header.missing
            ),
            *(
                (label_of(table, name), label_of(table, name), COLUMN_TWICE, MEND_TWICE)
                for name in sorted(header.doubled)
            ),
        ]
    ]


def label_of(table: Table, name: str) -> str:
    """Return the Japanese header of a field."""
    field: Field = table.field(name)
    return field.label
