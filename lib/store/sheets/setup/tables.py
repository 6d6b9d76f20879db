"""The tab of one table: header, lists, formats, colours, views; made or mended.

Every part asks whether it is there before it is made, and nothing that people made is
taken away: their columns stay where they are, missing ones of ours go to the right end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from lib.schema.column import Field
from lib.schema.tables import Table
from lib.store.sheets.cells import cell_data
from lib.store.sheets.layout import Header, Tab, label_of, title_key
from lib.store.sheets.provisioning import tab_number
from lib.store.sheets.setup import asking, colours, look, report, views
from lib.store.sheets.setup.arrangement import Part, Planned, planned
from lib.store.sheets.setup.asking import Request
from lib.store.sheets.setup.found import PLAIN, CellLook, Found, Sheet
from lib.store.sheets.setup.report import Outcome, Report
from lib.store.sheets.setup.row_formulas import HELPERS, column_name, row_formula

VISIBLE: Final = (
    "complaints",
    "agency_inquiries",
    "kpi_days",
    "products",
    "members",
    "centres",
)
"""Tables whose tabs people see, in order."""

ROOM: Final[Mapping[str, int]] = {"complaints": 1000, "agency_inquiries": 300}
USUAL_ROOM: Final = 200
"""Rows of a new tab; blank ones count against the file's size."""
LEAST_ROOM: Final = 30
"""Blank rows below the data, so that people find formats and lists where they type."""

_OURS: Final = "見守り"
_PROTECTED: Final = 610_300
"""From here on protected ranges of ours are numbered."""


@dataclass(frozen=True)
class Place:
    """A table's tab as it will stand after this run.

    sheet: the tab as it stands; None for one that is made now.
    row: number of the header's row, from 1.
    columns: the columns of ours, by position. made: those that are made now.
    """

    table: Table
    tab: Tab
    sheet: Sheet | None
    row: int
    columns: Mapping[int, Planned]
    made: frozenset[int]

    @property
    def number(self) -> int:
        """The tab's number."""
        return self.tab.sheet_id

    @property
    def fresh(self) -> bool:
        """Whether every column is made now."""
        return len(self.made) == len(self.columns)

    @property
    def at(self) -> dict[str, int]:
        """The position of each field that has a column."""
        return {c.field.name: at for at, c in self.columns.items() if c.field}

    @property
    def helpers(self) -> dict[str, int]:
        """The position of each helper, by its title."""
        return {c.title: at for at, c in self.columns.items() if c.part is Part.HELPER}

    def below(self) -> tuple[int, None]:
        """The rows under the header, however many there will be."""
        return (self.row, None)

    def column(self, name: str) -> str | None:
        """Return a field's whole column for formulas of other tabs."""
        at = self.at.get(name)
        if at is None:
            return None
        letters = column_name(at)
        return f"{self.tab.whole}!${letters}:${letters}"

    def rows(self, name: str) -> str | None:
        """Return a field's column below its title."""
        at = self.at.get(name)
        if at is None:
            return None
        letters = column_name(at)
        return f"{self.tab.whole}!${letters}${self.row + 1}:${letters}"


@dataclass
class Making:
    """What is to be sent, in order, and what to say about it."""

    found: Found
    report: Report
    tabs: list[Request] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)

    def say(self, place: Place, what: str, **details: str) -> None:
        """Note that a part of a table's tab is made or mended.

        Of a tab that is made now only that it is made: the rest goes without saying.
        """
        if place.sheet is None and what != report.TAB:
            return
        outcome = Outcome.MADE if place.fresh else Outcome.MENDED
        self.report.add(outcome, place.tab.title, what, **details)

    def whole_columns(self) -> dict[str, str]:
        """Return the whole columns that row formulas of other tabs look into."""
        centres = self.places.get("centres")
        names = ("code", "answer_rate_method")
        found = {name: centres.column(name) for name in names} if centres else {}
        return {f"centres:{name}": text for name, text in found.items() if text}


# Where everything stands --------------------------------------------------------------


def placed(making: Making, table: Table) -> Place | None:
    """Return where a table stands, its tab and columns made if need be.

    None where a tab of that name holds something else: it stays as it is.
    """
    sheet = making.found.tables.get(table.code)
    if sheet is None:
        place = _new_place(table)
        making.tabs.append(_new_tab(place))
        making.say(place, report.TAB)
    elif sheet.last_row == 0 or _untouched(table, sheet):
        place = _new_place(table, sheet)
        _widen(making, place)
        making.say(place, report.HEADERS, names=str(len(place.columns)))
    else:
        kept = _kept_place(making, table, sheet)
        if kept is None:
            return None
        place = kept
    _write_header(making, place)
    making.places[table.code] = place
    return place


def _new_place(table: Table, sheet: Sheet | None = None) -> Place:
    columns = dict(enumerate(planned(table)))
    room = ROOM.get(table.code, USUAL_ROOM)
    tab = (
        sheet.tab
        if sheet
        else Tab(tab_number(table.code), table.tab, room, len(columns))
    )
    return Place(table, tab, sheet, 1, columns, frozenset(columns))


def _new_tab(place: Place) -> Request:
    made = {
        "sheetId": place.number,
        "title": place.tab.title,
        "gridProperties": {
            "rowCount": place.tab.rows,
            "columnCount": place.tab.columns,
            "frozenRowCount": 1,
        },
    }
    return {"addSheet": {"properties": made}}


def _untouched(table: Table, sheet: Sheet) -> bool:
    """Whether the tab is one that the store made and nobody has used yet."""
    if sheet.last_row != 1:
        return False
    labels = {f.label for f in table.fields}
    planned_now = [column.title for column in planned(table)]
    there = [str(cell) for cell in sheet.cells[0]]
    return (
        set(there) == labels
        and there != planned_now
        and not any(one.note or one.coloured for one in sheet.looks.get(0, ()))
    )


def known_place(making: Making, table: Table) -> Place | None:
    """Return where a table stands, its missing columns left out; None without one."""
    sheet = making.found.tables.get(table.code)
    header = making.found.header(table)
    if sheet is None or not header.row:
        return None
    there = _columns_there(table, header)
    return Place(table, sheet.tab, sheet, header.row, there, frozenset())


def _columns_there(table: Table, header: Header) -> dict[int, Planned]:
    extras = {title_key(title): at for at, title in reversed(header.extras)}
    columns: dict[int, Planned] = {}
    for column in planned(table):
        at = (
            header.columns.get(column.field.name)
            if column.field
            else extras.get(title_key(column.title))
        )
        if at is not None:
            columns[at] = column
    return columns


def _kept_place(making: Making, table: Table, sheet: Sheet) -> Place | None:
    """Return the place of a tab that people work in; missing columns go to the right."""
    header = making.found.header(table)
    if not header.row:
        making.report.add(Outcome.LOOK, sheet.tab.title, report.NO_HEADER)
        return None
    if header.doubled:
        names = "、".join(label_of(table, name) for name in sorted(header.doubled))
        making.report.add(Outcome.LOOK, sheet.tab.title, report.TWICE, names=names)
    columns = _columns_there(table, header)
    known = {column.title for column in columns.values()}
    lacking = [
        column
        for column in planned(table)
        if column.title not in known and column.part is not Part.HEAD
    ]
    made = dict(enumerate(lacking, start=sheet.width))
    place = Place(table, sheet.tab, sheet, header.row, columns | made, frozenset(made))
    if lacking:
        _widen(making, place)
        names = "、".join(column.title for column in lacking)
        making.report.add(Outcome.MENDED, sheet.tab.title, report.HEADERS, names=names)
    return place


def _widen(making: Making, place: Place) -> None:
    short = max(place.columns, default=-1) + 1 - place.tab.columns
    if short > 0:
        size = {"sheetId": place.number, "dimension": "COLUMNS", "length": short}
        making.tabs.append({"appendDimension": size})


def _write_header(making: Making, place: Place) -> None:
    for first, behind in asking.runs(place.made):
        titles = [cell_data(place.columns[at].title) for at in range(first, behind)]
        making.requests.append(asking.put(place.number, place.row - 1, first, [titles]))


# How it looks -------------------------------------------------------------------------


def finish(making: Making, place: Place, words: Mapping[str, Sequence[str]]) -> None:
    """Add what the tab of a table lacks besides its columns.

    Args:
        making: takes the requests.
        place: the tab.
        words: the words offered for a field that suggests some, by its group.
    """
    grown = _give_room(making, place)
    _style_header(making, place)
    _add_notes(making, place)
    _format_cells(making, place, grown)
    _add_lists(making, place, words, grown)
    _protect(making, place)
    if place.table.code in VISIBLE:
        _fold(making, place)
    _size(making, place)
    _colour(making, place)
    _add_views(making, place)
    fill_formulas(making, place)


def _give_room(making: Making, place: Place) -> int | None:
    """Add blank rows where few are left; return the first of them, from 0."""
    sheet = place.sheet
    wanted = ROOM.get(place.table.code, USUAL_ROOM)
    if sheet is None or place.table.append_only:
        return None
    if sheet.tab.rows - max(sheet.last_row, place.row) >= LEAST_ROOM and (
        not place.fresh or sheet.tab.rows >= wanted
    ):
        return None
    more = max(wanted - sheet.tab.rows, USUAL_ROOM)
    size = {"sheetId": place.number, "dimension": "ROWS", "length": more}
    making.tabs.append({"appendDimension": size})
    making.say(place, report.ROOM)
    return sheet.tab.rows


def _style_header(making: Making, place: Place) -> None:
    plain = [
        at
        for at in place.columns
        if at in place.made or not _title_look(place, at).coloured
    ]
    by_part: dict[Part, list[int]] = {}
    for at in plain:
        by_part.setdefault(place.columns[at].part, []).append(at)
    row = (place.row - 1, place.row)
    for part, columns in by_part.items():
        for run in asking.runs(columns):
            there = asking.grid(place.number, row, run)
            fields = "backgroundColorStyle,textFormat,verticalAlignment,wrapStrategy"
            making.requests.append(asking.repeat(there, look.header(part), fields))
    frozen = place.sheet.frozen if place.sheet else 1
    if frozen < place.row:
        grid = {"frozenRowCount": place.row}
        making.requests.append(
            asking.properties(
                place.number, "gridProperties.frozenRowCount", gridProperties=grid
            )
        )
    if plain or frozen < place.row:
        making.say(place, report.HEADER_LOOK)


def _title_look(place: Place, at: int) -> CellLook:
    return place.sheet.look(place.row - 1, at) if place.sheet else PLAIN


def _add_notes(making: Making, place: Place) -> None:
    lacking = [
        at
        for at, column in place.columns.items()
        if note_of(column) and (at in place.made or not _title_look(place, at).note)
    ]
    for first, behind in asking.runs(lacking):
        cells = [{"note": note_of(place.columns[at])} for at in range(first, behind)]
        making.requests.append(
            asking.put(place.number, place.row - 1, first, [cells], "note")
        )
    if lacking:
        making.say(place, report.NOTES)


def note_of(column: Planned) -> str:
    """Return what a title says when one points at it; "" for nothing."""
    item = column.field
    parts = [column.help]
    if item is not None and item.column.unit:
        parts.append(f"単位: {item.column.unit}")
    if item is not None and item.kind == "choices":
        parts.append("いくつでも。読点で区切る: " + "、".join(item.choices))
    if column.part is Part.AUTO:
        parts.append("アプリが書きます。")
    return "\n".join(part for part in parts if part)


# Cells below the header ---------------------------------------------------------------


def _stale(
    place: Place, at: int, grown: int | None, fits: Callable[[CellLook], bool]
) -> tuple[int, None] | None:
    """Return the rows of a column that lack something; None where all have it.

    Only the first row and the last are looked at: what people changed between them
    is theirs.
    """
    if at in place.made or place.sheet is None:
        return place.below()
    rows = [n for n in place.sheet.looks if n >= place.row]
    if all(fits(place.sheet.look(row, at)) for row in rows) and rows:
        return (grown, None) if grown is not None else None
    return place.below()


def _format_cells(making: Making, place: Place, grown: int | None) -> None:
    _format_numbers(making, place, grown)
    _paint_cells(making, place, grown)


def _format_numbers(making: Making, place: Place, grown: int | None) -> None:
    columns: dict[tuple[int, str, str], list[int]] = {}
    for at, column in place.columns.items():
        wanted = look.number_format(column)
        if wanted is None:
            continue
        rows = _stale(place, at, grown, partial(_has_format, wanted))
        if rows:
            key = (rows[0], wanted["type"], wanted.get("pattern", ""))
            columns.setdefault(key, []).append(at)
    for (top, kind, pattern), some in columns.items():
        number_format = {"type": kind, **({"pattern": pattern} if pattern else {})}
        for run in asking.runs(some):
            there = asking.grid(place.number, (top, None), run)
            shown = {"numberFormat": number_format}
            making.requests.append(asking.repeat(there, shown, "numberFormat"))
    if columns:
        making.say(place, report.FORMATS)


def _has_format(wanted: look.Format, one: CellLook) -> bool:
    return look.fits(wanted, one.number_format)


def _paint_cells(making: Making, place: Place, grown: int | None) -> None:
    columns: dict[tuple[int, str], list[int]] = {}
    for at, column in place.columns.items():
        rows = _stale(place, at, grown, partial(_is_painted, column))
        if rows:
            columns.setdefault((rows[0], _kind_of_cells(column)), []).append(at)
    samples = {_kind_of_cells(column): column for column in place.columns.values()}
    for (top, kind), some in columns.items():
        for run in asking.runs(some):
            there = asking.grid(place.number, (top, None), run)
            shown = look.cell_format(samples[kind])
            making.requests.append(asking.repeat(there, shown, _PAINTED))
    if columns:
        making.say(place, report.GREY)


_PAINTED: Final = "backgroundColorStyle,textFormat.foregroundColorStyle,verticalAlignment,wrapStrategy"


def _is_painted(column: Planned, one: CellLook) -> bool:
    return one.coloured or not column.by_app


def _kind_of_cells(column: Planned) -> str:
    long = column.field is not None and column.field.column.long
    return f"{column.by_app} {long}"


def _add_lists(
    making: Making,
    place: Place,
    words: Mapping[str, Sequence[str]],
    grown: int | None,
) -> None:
    done = False
    for at, column in place.columns.items():
        if column.field is None or column.by_app:
            continue
        condition = _condition(making, column.field, words)
        if condition is None:
            continue
        rows = _stale(place, at, grown, partial(_offers, condition))
        if rows is None:
            continue
        done = True
        rule = {"condition": condition, "showCustomUi": True, "strict": False}
        there = asking.grid(place.number, rows, (at, at + 1))
        making.requests.append({"setDataValidation": {"range": there, "rule": rule}})
    if done:
        making.say(place, report.LISTS)


def _condition(
    making: Making, item: Field, words: Mapping[str, Sequence[str]]
) -> dict[str, Any] | None:
    """Return what may be chosen in a field; None for anything.

    Never strict: a refused word in the middle of a call costs more than a marked one,
    and pasting gets past it anyway. データ点検 lists what does not fit.
    """
    if item.kind == "choice":
        return _list_of(item.choices)
    if item.kind in ("date", "datetime"):
        return {"type": "DATE_IS_VALID"}
    if item.column.suggests in words:
        return _list_of(words[item.column.suggests])
    source = _SOURCES.get(item.column.refers)
    if source is None or source[0] not in making.places:
        return None
    rows = making.places[source[0]].rows(source[1])
    if rows is None:
        return None
    return {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": f"={rows}"}]}


_SOURCES: Final[Mapping[str, tuple[str, str]]] = {
    "members": ("members", "name"),
    "products": ("products", "code"),
    "centres": ("centres", "code"),
}


def _list_of(words: Sequence[str]) -> dict[str, Any]:
    values = [{"userEnteredValue": str(word)} for word in words]
    return {"type": "ONE_OF_LIST", "values": values}


def _offers(wanted: Mapping[str, Any], one: CellLook) -> bool:
    """Whether the rule that stands there does as well; people may have added words."""
    there = one.rule
    if there is None:
        return False
    if there.get("type") != "ONE_OF_LIST" or wanted["type"] != "ONE_OF_LIST":
        return True
    have = {value.get("userEnteredValue") for value in there.get("values", [])}
    return {value["userEnteredValue"] for value in wanted["values"]} <= have


# Columns as a whole -------------------------------------------------------------------


def _protect(making: Making, place: Place) -> None:
    """Let Sheets ask before somebody types where the app writes, or over a title.

    操作ログ is locked: nobody but the app's account and the owner can change it.
    """
    if place.table.code == "audit":
        _lock(making, place)
        return
    row = place.row
    open_columns = [
        at
        for at, column in place.columns.items()
        if column.by_app and not (place.sheet and place.sheet.is_protected(at, row))
    ]
    title_open = not (
        place.sheet and place.sheet.is_protected(min(place.columns), row - 1)
    )
    if title_open:
        _add_protection(
            making,
            asking.grid(place.number, (row - 1, row)),
            "見出しの言葉で列を見分けています。変えると読めなくなります。",
        )
    for run in asking.runs(open_columns):
        _add_protection(
            making,
            asking.grid(place.number, place.below(), run),
            "アプリが書く列です。",
        )
    if open_columns or title_open:
        making.say(place, report.PROTECTION)


def _lock(making: Making, place: Place) -> None:
    if place.sheet and place.sheet.is_locked:
        return
    # Google lets the account that asks, and the owner, edit it and nobody else.
    _add_protection(
        making,
        {"sheetId": place.number},
        "書き足すだけで、後から直せません。",
        only_warns=False,
    )
    making.say(place, report.PROTECTION)


def _add_protection(
    making: Making, there: Mapping[str, Any], why: str, *, only_warns: bool = True
) -> None:
    number = _PROTECTED
    while number in making.taken:
        number += 1
    making.taken.add(number)
    protected = {
        "protectedRangeId": number,
        "range": there,
        "description": f"{_OURS}: {why}",
        "warningOnly": only_warns,
    }
    making.requests.append({"addProtectedRange": {"protectedRange": protected}})


def _fold(making: Making, place: Place) -> None:
    """Fold neighbouring columns that matter later, where no group lies already."""
    folded = place.sheet.folded if place.sheet and not place.fresh else frozenset()
    done = False
    wanted = [at for at, column in place.columns.items() if column.folded]
    for first, behind in asking.runs(wanted):
        near = range(first - 1, behind + 1)
        if behind - first < _FEWEST_FOLDED or folded & set(near):
            continue
        done = True
        span = asking.columns_of(place.number, first, behind)
        making.requests.append({"addDimensionGroup": {"range": span}})
        making.requests.append(
            {
                "updateDimensionGroup": {
                    "dimensionGroup": {"range": span, "depth": 1, "collapsed": True},
                    "fields": "collapsed",
                }
            }
        )
    if done:
        making.requests.append(
            asking.properties(
                place.number,
                "gridProperties.columnGroupControlAfter",
                gridProperties={"columnGroupControlAfter": False},
            )
        )
        making.say(place, report.GROUPS)


_FEWEST_FOLDED: Final = 2


def _size(making: Making, place: Place) -> None:
    by_width: dict[int, list[int]] = {}
    for at in place.made:
        by_width.setdefault(look.width(place.columns[at]), []).append(at)
    for pixels, columns in by_width.items():
        for first, behind in asking.runs(columns):
            making.requests.append(
                {
                    "updateDimensionProperties": {
                        "range": asking.columns_of(place.number, first, behind),
                        "properties": {"pixelSize": pixels},
                        "fields": "pixelSize",
                    }
                }
            )


def _colour(making: Making, place: Place) -> None:
    there = place.sheet.rules if place.sheet else ()
    lacking = [
        rule
        for rule in colours.rules_of(place.table.code, place.at, place.helpers)
        if not any(rule.mark in text for text in there)
    ]
    # Behind people's own rules, which go before ours; the strongest of ours first.
    first = place.sheet.rule_count if place.sheet else 0
    for index, rule in enumerate(reversed(lacking), start=first):
        making.requests.append(rule.request(place.number, place.row, index))
    if lacking:
        making.say(place, report.COLOURS)


def _add_views(making: Making, place: Place) -> None:
    sheet = place.sheet
    lacking = [
        view
        for view in views.views_of(place.table.code, place.at)
        if sheet is None
        or (view.number not in sheet.view_ids and view.title not in sheet.views)
    ]
    behind = max(place.columns) + 1
    for view in lacking:
        making.requests.append(view.request(place.number, place.row, behind))
    if lacking:
        names = "、".join(view.title for view in lacking)
        making.say(place, report.VIEWS, names=names)


# Formulas of each row -----------------------------------------------------------------


def formulas_of(table: Table, place: Place, whole: Mapping[str, str]) -> dict[int, str]:
    """Return the formula of each helper column, by position."""
    found = {}
    for helper in HELPERS.get(table.code, ()):
        at = place.helpers.get(helper.title)
        text = row_formula(helper, place.at, whole) if helper.formula else None
        if at is not None and text is not None:
            found[at] = text
    return found


def fill_formulas(making: Making, place: Place) -> None:
    """Put the formulas into rows that have none, and nothing into blank rows."""
    sheet = place.sheet
    if sheet is None:
        return
    formulas = formulas_of(place.table, place, making.whole_columns())
    filled: set[int] = set()
    for at, text in formulas.items():
        blank = [
            row
            for row in range(place.row, sheet.last_row)
            if _is_record(place, sheet, row) and sheet.cell(row, at) == ""
        ]
        filled |= set(blank)
        for first, behind in asking.runs(blank):
            cells = [[asking.formula(text)]] * (behind - first)
            making.requests.append(asking.put(place.number, first, at, cells))
    if filled:
        making.say(place, report.ROW_FORMULAS, count=str(len(filled)))


def _is_record(place: Place, sheet: Sheet, row: int) -> bool:
    """Whether a row has what every record of the table has, besides its number."""
    needed = _NEEDED.get(place.table.code, ())
    return all(
        name in place.at and sheet.cell(row, place.at[name]) != "" for name in needed
    )


_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "complaints": ("content",),
    "agency_inquiries": ("agency_name",),
    "kpi_days": ("date", "centre"),
}
