"""A monthly report as a workbook whose charts Excel itself draws from cells.

First sheet: the report to read. Then one sheet of figures with their formulas, and one
with the days behind the charts. Texts are constant strings, never a formula or a link.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import xlsxwriter

from lib import clock
from lib.i18n import _, speaking
from lib.metrics.state import State
from lib.reports.export import LONGEST_CELL
from lib.reports.monthly.drawing import span_of
from lib.reports.monthly.model import (
    Block,
    Cell,
    Chart,
    Document,
    Figures,
    Grid,
    Items,
    Point,
    Text,
    Tiles,
    Warned,
    Written,
)
from lib.reports.monthly.wording import state_cell
from lib.schema.exchange import sheet_name
from lib.text import storable

_NOT_IN_XML: Final = re.compile("[\ufffe\uffff]")
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_BLUE, _GREY, _FAINT = "#2F7FC1", "#7A8594", "#D5DCE4"
_STATES: Final = {
    State.NORMAL: "#1F6B45",
    State.PENDING: "#5B6776",
    State.WATCH: "#8A5A10",
    State.ALARM: "#B23A0E",
}
_WIDE: Final = 8
"""Columns of the first sheet, over which texts go."""

_COLUMN_WIDTH: Final = 15.5
_LETTERS_ACROSS: Final = 58
"""Japanese letters of a merged line, from which its height follows."""

_LINE: Final = 17
_CHART_ROWS: Final = 14
_FIGURE_PLACES: Final = ((0, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 7))
_NUMBERS: Final = (2, 3, 4)
"""Columns of the figures of the first sheet, and which of these hold numbers."""

_MANY_DAYS: Final = 20


def to_xlsx(document: Document) -> bytes:
    """Return the report as a workbook in the document's language."""
    file = io.BytesIO()
    with (
        speaking(document.language),
        xlsxwriter.Workbook(file, _OPTIONS) as book,
    ):
        _Writer(book, document).write()
    return file.getvalue()


class _Writer:
    """Fills one workbook; the sheets share formats and the place of the next row."""

    def __init__(self, book: xlsxwriter.Workbook, document: Document) -> None:
        self._book, self._document = book, document
        look = {"font_name": "Meiryo UI", "font_size": 10, "valign": "top"}
        self._look = look | {"font_color": "#1B2733"}
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._report = book.add_worksheet(sheet_name(_("報告")))
        self._figures = book.add_worksheet(sheet_name(_("指標")))
        self._days = book.add_worksheet(sheet_name(_("グラフの数字")))
        self._row = 0
        self._figure_row = 0
        self._day_column = 0

    def write(self) -> None:
        """Write the three sheets."""
        document = self._document
        about = {"title": _clean(document.title), "company": _clean(document.company)}
        made = document.made_at.replace(tzinfo=None)
        self._book.set_properties(about | {"created": made})
        self._set_up()
        self._line(document.title, bold=True, font_size=16)
        self._line(document.subject, font_size=11)
        heads = (
            [document.company, *document.head] if document.company else document.head
        )
        self._line(" | ".join(heads), font_color=_GREY)
        for chip in document.chips:
            self._line(chip, bold=True, font_color=_STATES[State.WATCH])
        breaks = []
        for section in document.sections:
            self._row += 1
            if any(isinstance(block, Chart) for block in section.blocks):
                # So that no chart is cut where the sheet is printed.
                breaks.append(self._row)
            self._line(section.title, bold=True, font_size=12, font_color="#0B4F96")
            for block in section.blocks:
                self._block(block, section.title)
        self._report.set_h_pagebreaks(breaks)
        self._row += 1
        for note in document.notes:
            self._line(note, font_color=_GREY, font_size=9)

    def _set_up(self) -> None:
        report = self._report
        report.hide_gridlines(2)
        report.set_column(0, _WIDE - 1, _COLUMN_WIDTH)
        for sheet in (report, self._figures, self._days):
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.set_footer("&C&P / &N")
        self._figures.set_landscape()
        self._days.set_landscape()
        headers = (
            _("章"),
            _("指標"),
            _("実績"),
            _("前月"),
            _("目標"),
            _("判定"),
            _("方式"),
            _("計算式"),
            _("補足"),
        )
        for column, words in enumerate(headers):
            self._figures.write_string(0, column, words, self._header())
        for column, width in enumerate((22, 28, 12, 12, 12, 12, 22, 70, 50)):
            self._figures.set_column(column, column, width)
        self._figures.freeze_panes(1, 2)
        self._figure_row = 1
        self._days.freeze_panes(2, 0)

    # Formats ------------------------------------------------------------------

    def _format(self, **changes: Any) -> Any:
        key = tuple(sorted(changes.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(self._look | changes)
        return self._formats[key]

    def _header(self, **changes: Any) -> Any:
        return self._format(
            bold=True, bg_color="#E8EEF4", bottom=1, text_wrap=True, **changes
        )

    # The report ---------------------------------------------------------------

    def _line(self, words: str, *, indent: int = 0, **look: Any) -> None:
        """Write a text over the sheet's width, as high as it is long."""
        words = _clean(words)
        if not words:
            return
        shape = self._format(text_wrap=True, indent=indent, **look)
        size = look.get("font_size", 10) / 10
        lines = sum(
            1 + int(_width(line) * size) // (2 * _LETTERS_ACROSS)
            for line in words.split("\n")
        )
        self._report.set_row(self._row, min(400, _LINE * size * lines))
        # A merged cell is written as text by hand: merge_range would guess its kind.
        self._report.merge_range(self._row, 0, self._row, _WIDE - 1, "", shape)
        self._report.write_string(self._row, 0, words, shape)
        self._row += 1

    def _block(self, block: Block, section: str) -> None:
        match block:
            case Tiles():
                self._tiles(block)
            case Figures():
                self._table(block, section)
            case Grid():
                self._grid(block)
            case Chart():
                self._chart(block)
            case _:
                self._words(block)

    def _words(self, block: Text | Items | Warned | Written) -> None:
        match block:
            case Text(lines, _strong, quiet=True):
                for line in lines:
                    self._line(line, font_color=_GREY, font_size=9)
            case Text(lines, strong):
                for line in lines:
                    self._line(line, bold=strong)
            case Items(texts, numbered):
                for place, words in enumerate(texts, start=1):
                    sign = f"{place}." if numbered else "•"
                    self._line(f"{sign} {words}", indent=1)
            case Warned(state, words):
                said = f"{state_cell(state).text} {words}"
                self._line(said, bold=True, font_color=_STATES[state])
            case Written(words):
                self._line(words, indent=1)

    def _tiles(self, block: Tiles) -> None:
        for column, tile in enumerate(block.tiles[:_WIDE]):
            self._report.write_string(
                self._row, column, _clean(tile.name), self._header()
            )
            big = self._format(bold=True, font_size=14)
            self._report.write_string(self._row + 1, column, _clean(tile.text), big)
            if tile.state is not None:
                self._cell(self._report, self._row + 2, column, state_cell(tile.state))
            small = "\n".join(words for words in (tile.target, tile.change) if words)
            quiet = self._format(font_size=9, font_color=_GREY, text_wrap=True)
            self._report.write_string(self._row + 3, column, _clean(small), quiet)
        self._report.set_row(self._row, 30)
        self._report.set_row(self._row + 1, 24)
        self._report.set_row(self._row + 3, 30)
        self._row += 5

    def _table(self, block: Figures, section: str) -> None:
        headers = (_("指標"), _("実績"), _("前月"), _("目標"), _("判定"), _("方式"))
        for (first, last), words in zip(_FIGURE_PLACES, headers, strict=True):
            shape = self._header(align="right" if first in _NUMBERS else "left")
            self._spread(first, last, Cell(words), shape)
        self._row += 1
        for row in block.rows:
            cells = (Cell(row.name), row.value, row.before, row.target)
            lamp = state_cell(row.lamp)
            shown = (*cells, lamp, Cell(row.variant))
            for (first, last), cell in zip(_FIGURE_PLACES, shown, strict=True):
                self._spread(first, last, cell, self._of_cell(cell))
            self._row += 1
            notes = "\n".join(row.notes)
            told = (Cell(section), *cells, lamp, Cell(row.variant), Cell(row.formula))
            for column, cell in enumerate((*told, Cell(notes))):
                self._cell(self._figures, self._figure_row, column, cell)
            self._figure_row += 1
        self._row += 1

    def _grid(self, block: Grid) -> None:
        if not block.rows:
            self._line(block.nothing, font_color=_GREY)
            return
        places = _places([column.share for column in block.columns])
        for (first, last), column in zip(places, block.columns, strict=True):
            shape = self._header(align="right" if column.right else "left")
            self._spread(first, last, Cell(column.title), shape)
        self._row += 1
        for row in block.rows:
            wide = [
                1 + int(_width(cell.text) / (1.2 * _COLUMN_WIDTH * (last - first + 1)))
                for (first, last), cell in zip(places, row, strict=True)
            ]
            self._report.set_row(self._row, min(400, _LINE * max(wide)))
            for (first, last), cell in zip(places, row, strict=True):
                self._spread(first, last, cell, self._of_cell(cell))
            self._row += 1
        self._row += 1

    def _spread(self, first: int, last: int, cell: Cell, shape: Any) -> None:
        if last > first:
            self._report.merge_range(self._row, first, self._row, last, "", shape)
        self._cell(self._report, self._row, first, cell, shape)

    def _cell(
        self, sheet: Any, row: int, column: int, cell: Cell, shape: Any = None
    ) -> None:
        """Write a value: a number or day as such, all else as a text that is no formula."""
        shape = shape or self._of_cell(cell)
        if cell.number is not None:
            sheet.write_number(row, column, cell.number, shape)
        elif cell.day is not None:
            sheet.write_datetime(row, column, _midnight(cell), shape)
        elif cell.text:
            sheet.write_string(row, column, _clean(cell.text), shape)

    def _of_cell(self, cell: Cell) -> Any:
        look: dict[str, Any] = {"text_wrap": True}
        if cell.state is not None:
            look |= {"bold": True, "font_color": _STATES[cell.state], "indent": 1}
        elif cell.quiet:
            look |= {"font_color": _GREY}
        if cell.number is not None or (cell.quiet and cell.form != "text"):
            look |= {"align": "right"}
        point = "." + "0" * cell.decimals if cell.decimals else ""
        unit = f'"{cell.unit}"' if cell.unit else ""
        forms = {
            "share": f"0{point}%",
            "number": f"#,##0{point}{unit}",
            "count": f"#,##0{unit}",
            "day": "yyyy/mm/dd",
        }
        if cell.form in forms and not cell.quiet:
            look |= {"num_format": forms[cell.form]}
        return self._format(**look)

    # Charts -------------------------------------------------------------------

    def _chart(self, chart: Chart) -> None:
        """Write the points to their sheet and let Excel draw them from there."""
        first = self._day_column
        has_target = any(point.target is not None for point in chart.points)
        self._write_points(chart, first, has_target=has_target)
        drawn = self._book.add_chart({"type": "column" if chart.bars else "line"})
        tab = self._days.get_name()
        last = 1 + len(chart.points)
        places = [tab, 2, first, last, first]
        series: dict[str, Any] = {
            "name": [tab, 1, first + 1],
            "categories": places,
            "values": [tab, 2, first + 1, last, first + 1],
        }
        if chart.bars:
            series |= {"fill": {"color": _BLUE}, "gap": 60}
        else:
            line = {"color": _BLUE, "width": 1.75}
            marker = {"type": "circle", "size": 4, "fill": {"color": _BLUE}}
            series |= {"line": line, "marker": marker}
        drawn.add_series(series)
        if has_target:
            self._add_target(drawn, tab, first, last, chart)
        self._look_of(drawn, chart)
        self._report.insert_chart(
            self._row, 0, drawn, {"description": _alternative(chart)}
        )
        self._row += _CHART_ROWS
        self._line(" / ".join(chart.legend), font_color=_GREY, font_size=9)
        for mark in chart.marks:
            said = f"{mark.number} {mark.text}"
            self._line(said, font_color=_GREY, font_size=9, indent=1)
        self._day_column += 5

    def _add_target(
        self, drawn: Any, tab: str, first: int, last: int, chart: Chart
    ) -> None:
        aim = {
            "name": [tab, 1, first + 2],
            "categories": [tab, 2, first, last, first],
            "values": [tab, 2, first + 2, last, first + 2],
            "line": {"color": _GREY, "width": 1.25, "dash_type": "dash"},
            "marker": {"type": "none"},
        }
        if not chart.bars:
            drawn.add_series(aim)
            return
        line = self._book.add_chart({"type": "line"})
        line.add_series(aim)
        drawn.combine(line)

    def _look_of(self, drawn: Any, chart: Chart) -> None:
        font = {"name": "Meiryo UI", "size": 9}
        foot, top = span_of(chart)
        drawn.set_title(
            {
                "name": _clean(chart.title).lstrip("="),
                "name_font": font | {"size": 11},
                "overlay": False,
            }
        )
        form = {"share": "0%", "count": "#,##0", "number": "#,##0.0"}[chart.scale]
        drawn.set_y_axis(
            {
                "min": foot,
                "max": top,
                "num_format": form,
                "num_font": font,
                "line": {"none": True},
                "major_gridlines": {"visible": True, "line": {"color": _FAINT}},
            }
        )
        every = 5 if len(chart.points) > _MANY_DAYS else 1
        drawn.set_x_axis(
            {
                "num_font": font,
                "text_axis": True,
                "interval_unit": every,
            }
        )
        drawn.set_legend({"position": "bottom", "font": font})
        # A missing day is a gap, not 0.
        drawn.show_blanks_as("gap")
        drawn.set_size({"width": 900, "height": 280})

    def _write_points(self, chart: Chart, first: int, *, has_target: bool) -> None:
        sheet = self._days
        sheet.set_column(first, first, 12)
        sheet.set_column(first + 1, first + 3, 14)
        sheet.write_string(0, first, _clean(chart.title), self._format(bold=True))
        headers = [_("日"), chart.name, chart.target_name, _("備考")]
        for column, words in enumerate(headers, start=first):
            sheet.write_string(1, column, words, self._header())
        form = {"share": "share", "count": "count", "number": "number"}[chart.scale]
        for row, point in enumerate(chart.points, start=2):
            sheet.write_string(row, first, _clean(point.label), self._format())
            for column, number in ((1, point.value), (2, point.target)):
                if number is not None and (column == 1 or has_target):
                    shape = self._format(num_format=_AXIS_FORMS[form])
                    sheet.write_number(row, first + column, number, shape)
            if words := _gap_words(point):
                sheet.write_string(row, first + 3, words, self._format())


_AXIS_FORMS: Final = {"share": "0.0%", "count": "#,##0", "number": "#,##0.0"}


def _gap_words(point: Point) -> str:
    return {
        "missing": _("未入力"),
        "closed": _("休業"),
        "short": _("一部が空欄"),
        "partial": _("途中まで"),
    }.get(point.gap, "")


def _alternative(chart: Chart) -> str:
    return _("{title}のグラフ。数字はシート「グラフの数字」にあります。").format(
        title=chart.title
    )


def _midnight(cell: Cell) -> datetime:
    assert cell.day is not None  # noqa: S101 - asked for days only
    return clock.at(cell.day).replace(tzinfo=None)


def _clean(text: str) -> str:
    """Return what a cell can hold of a text."""
    return _NOT_IN_XML.sub("\ufffd", storable(text))[: LONGEST_CELL // 2]


def _width(text: str) -> int:
    """Return how wide a text is, in letters of half width."""
    return sum(1 if letter.isascii() else 2 for letter in text)


def _places(shares: Sequence[float]) -> list[tuple[int, int]]:
    """Return first and last column of each cell, so that wide ones take several.

    A table of as many columns as the sheet, or more, takes one for each.
    """
    if len(shares) >= _WIDE:
        return [(n, n) for n in range(len(shares))]
    spare = _WIDE - len(shares)
    total = sum(shares)
    extra = [int(spare * share / total) for share in shares]
    extra[shares.index(max(shares))] += spare - sum(extra)
    found, start = [], 0
    for more in extra:
        found.append((start, start + more))
        start += more + 1
    return found
