"""spreadsheets.values: get, update, append, clear and their batch forms."""

from typing import NamedTuple

from tests.sheets_api.a1 import Box, column_name, range_text
from tests.sheets_api.cells import BLANK, Cell, CellError, check_length, number
from tests.sheets_api.entering import enter
from tests.sheets_api.errors import (
    bad_enum,
    bad_field,
    invalid,
    not_a_list,
    snake,
    unknown_name,
)
from tests.sheets_api.rendering import format_value, is_moment
from tests.sheets_api.schema import cleaned

RENDERINGS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
MOMENTS = ("SERIAL_NUMBER", "FORMATTED_STRING")
INPUTS = ("RAW", "USER_ENTERED", "INPUT_VALUE_OPTION_UNSPECIFIED")
DIMENSIONS = ("ROWS", "COLUMNS", "DIMENSION_UNSPECIFIED")
INSERTS = ("OVERWRITE", "INSERT_ROWS")
_VALUE_RANGE = {"range", "majorDimension", "values"}


def option(query, name, allowed, default, kind):
    """One of the enumerated parameters.

    Raises:
        ApiError: It has another value than the allowed ones.
    """
    value = query.get(name) or default
    if value not in allowed:
        raise bad_enum(snake(name), kind, value)
    return value


class Rendering:
    """How cells are to be shown: the three options of a read."""

    def __init__(self, query, prefix=""):
        values, moments = "valueRenderOption", "dateTimeRenderOption"
        if prefix:
            values, moments = (prefix + n[0].upper() + n[1:] for n in (values, moments))
        self.values = option(
            query, values, RENDERINGS, RENDERINGS[0], "ValueRenderOption"
        )
        self.moments = option(
            query, moments, MOMENTS, MOMENTS[0], "DateTimeRenderOption"
        )

    @property
    def plain(self):
        """Whether literals are shown as they are kept."""
        return self.values != "FORMATTED_VALUE" and self.moments == "SERIAL_NUMBER"

    def show(self, book, sheet, row, column, cell):
        """A cell as JSON; None of one without a value."""
        if cell.formula is not None:
            if self.values == "FORMULA":
                return cell.formula
            value = book.value(sheet, row, column)
        else:
            value = cell.value
            if value is None:
                return None
        shown = cell.format.get("numberFormat") if cell.format else None
        if self.values == "FORMATTED_VALUE":
            if isinstance(value, str) and shown is None:
                return value
            return format_value(value, shown, book.locale)
        if isinstance(value, CellError):
            return value.code
        if (
            self.moments == "FORMATTED_STRING"
            and is_moment(shown)
            and isinstance(value, (int, float))
            and not isinstance(value, bool)
        ):
            return format_value(value, shown, book.locale)
        return value


def read_box(book, sheet, box, rendering, dimension="ROWS"):
    """The values of a closed box as lists, blanks at the ends left out."""
    lines = []
    for row, line in enumerate(sheet.lines[box.top : box.bottom], box.top):
        cells = line[box.left : box.right]
        if rendering.plain and not (sheet.has_formulas and any(c[1] for c in cells)):
            out = [cell[0] for cell in cells]
        else:
            out = [
                rendering.show(book, sheet, row, column, cell)
                for column, cell in enumerate(cells, box.left)
            ]
        while out and out[-1] is None:
            out.pop()
        lines.append(["" if item is None else item for item in out])
    while lines and not lines[-1]:
        lines.pop()
    return _columns(lines) if dimension == "COLUMNS" else lines


def _columns(lines):
    width = max((len(line) for line in lines), default=0)
    columns = []
    for index in range(width):
        column = [line[index] if index < len(line) else "" for line in lines]
        while column and column[-1] == "":
            column.pop()
        columns.append(column)
    return columns


def value_range(book, sheet, box, rendering, dimension):
    """A ValueRange message."""
    out = {"range": range_text(sheet.title, box), "majorDimension": dimension}
    lines = read_box(book, sheet, box, rendering, dimension)
    if lines:
        out["values"] = lines
    return out


def _dimension(query, default="ROWS"):
    found = option(query, "majorDimension", DIMENSIONS, default, "Dimension")
    return default if found == DIMENSIONS[2] else found


def get(book, text, query):
    rendering, dimension = Rendering(query), _dimension(query)
    sheet, box = book.place_on_grid(text)
    return value_range(book, sheet, box, rendering, dimension)


def batch_get(book, texts, query):
    rendering, dimension = Rendering(query), _dimension(query)
    places = [book.place_on_grid(text) for text in texts]
    out = {"spreadsheetId": book.book_id}
    if places:
        out["valueRanges"] = [
            value_range(book, sheet, box, rendering, dimension) for sheet, box in places
        ]
    return out


# Writing


def check_value_range(body, field="data"):
    """Refuse a body that is no ValueRange, before anything else is looked at."""
    for name in body:
        if name not in _VALUE_RANGE:
            raise unknown_name(name, field)
    values = body.get("values")
    if values is None:
        return
    if not isinstance(values, list):
        raise not_a_list(f"{field}.values", values)
    for index, line in enumerate(values):
        if not isinstance(line, list):
            raise not_a_list(f"{field}.values[{index}]", line)
    if body.get("majorDimension") not in (None, *DIMENSIONS):
        raise bad_enum(f"{field}.major_dimension", "Dimension", body["majorDimension"])


def _input_option(query):
    chosen = option(query, "valueInputOption", INPUTS, INPUTS[2], "ValueInputOption")
    if chosen == INPUTS[2]:
        raise invalid("'valueInputOption' is required but not specified")
    return chosen


def _lines(body):
    """The values by rows, with None where a column leaves a cell alone."""
    values = body.get("values") or []
    for row, line in enumerate(values):
        for column, item in enumerate(line):
            if isinstance(item, (dict, list)):
                kind = "struct_value" if isinstance(item, dict) else "list_value"
                raise invalid(f"Invalid values[{row}][{column}]: {kind} {{\n}}\n")
    if body.get("majorDimension") != "COLUMNS":
        return values
    height = max((len(column) for column in values), default=0)
    return [
        [column[row] if row < len(column) else None for column in values]
        for row in range(height)
    ]


class Outcome(NamedTuple):
    """What a write did: the box it spans, and where in it cells were changed."""

    box: Box
    rows: set[int]
    columns: set[int]
    cells: int


class Writer:
    """Puts values into cells as one user."""

    def __init__(self, book, user, input_option):
        self.book = book
        self.user = user
        self.typed = input_option == "USER_ENTERED"
        self.year = book.this_year()

    def cell(self, old, item):
        """The cell after a JSON value was written into it."""
        if isinstance(item, str) and self.typed:
            shown = (old.format or {}).get("numberFormat") or {}
            plain = shown.get("type") == "TEXT"
            read = enter(item, self.book.locale, self.year, plain=plain)
            look = old.format
            if read.format and not shown:
                look = {**(look or {}), "numberFormat": read.format}
            return old._replace(value=read.value, formula=read.formula, format=look)
        value = check_length(item) or None if isinstance(item, str) else number(item)
        return Cell(value) if old is BLANK else old._replace(value=value, formula=None)

    def write(self, sheet, box, lines):
        """Write rows of values from the top left corner of a box on.

        Returns:
            What was written, as UpdateValuesResponse counts it.
        """
        height = len(lines)
        width = max((len(line) for line in lines), default=0)
        target = Box(
            box.top, box.top + max(height, 1), box.left, box.left + max(width, 1)
        )
        self.book.check_edit(self.user, sheet, target)
        sheet.grow(target.bottom, target.right)
        self.book.check_size()
        rows, columns, cells = set(), set(), 0
        for offset, line in enumerate(lines):
            row = box.top + offset
            changed = {}
            for step, item in enumerate(line):
                if item is None:
                    continue
                column = box.left + step
                rows.add(row)
                columns.add(column)
                cells += 1
                if not (sheet.merges and sheet.covered(row, column)):
                    changed[column] = self.cell(sheet.cell(row, column), item)
            sheet.put(row, changed)
        return Outcome(target, rows, columns, cells)


def _check_fits(sheet, box, text_box, lines):
    """Refuse values that go beyond the range, unless it names just one corner."""
    closed = text_box.bottom is not None and text_box.right is not None
    if closed and box.height == 1 and box.width == 1:
        return
    within = range_text(sheet.title, box)
    if box.top + len(lines) > box.bottom:
        raise invalid(
            f"Requested writing within range [{within}], but tried writing to row"
            f" [{box.bottom + 1}]"
        )
    width = max((len(line) for line in lines), default=0)
    if box.left + width > box.right:
        raise invalid(
            f"Requested writing within range [{within}], but tried writing to column"
            f" [{column_name(box.right)}]"
        )


def _answer(book, sheet, outcome):
    counts = {
        "updatedRows": len(outcome.rows),
        "updatedColumns": len(outcome.columns),
        "updatedCells": outcome.cells,
    }
    return {
        "spreadsheetId": book.book_id,
        "updatedRange": range_text(sheet.title, outcome.box),
    } | {name: count for name, count in counts.items() if count}


def _write_range(book, user, text, body, input_option):
    sheet, text_box = book.place(text)
    _, box = book.place_on_grid(text)
    lines = _lines(body)
    _check_fits(sheet, box, text_box, lines)
    return sheet, box, Writer(book, user, input_option).write(sheet, box, lines)


def _wants_values(query):
    return str(query.get("includeValuesInResponse", "")).lower() == "true"


def update(book, user, text, query, body):
    check_value_range(body)
    input_option = _input_option(query)
    if body.get("range") and not _same_range(book, text, body["range"]):
        raise invalid(
            f"Requested writing within range [{text}], but the body's range is"
            f" [{body['range']}]"
        )
    rendering = Rendering(query, "response") if _wants_values(query) else None
    sheet, box, outcome = _write_range(book, user, text, body, input_option)
    book.touched()
    answer = _answer(book, sheet, outcome)
    if rendering:
        dimension = _dimension({"majorDimension": body.get("majorDimension")})
        answer["updatedData"] = value_range(
            book, sheet, _shown(box, outcome.box), rendering, dimension
        )
    return answer


def _shown(box, target):
    """The range whose values an update shows: the asked one, or the larger written."""
    return Box(
        box.top, max(box.bottom, target.bottom), box.left, max(box.right, target.right)
    )


def _same_range(book, first, second):
    if first == second:
        return True
    return book.place(first) == book.place(second)


def batch_update(book, user, body):
    for index, entry in enumerate(body.get("data") or []):
        check_value_range(entry, f"data[{index}]")
    body = cleaned(body, "BatchUpdateValuesRequest")
    data = body.get("data") or []
    input_option = _input_option(body)
    rendering = Rendering(body, "response") if _wants_values(body) else None
    answers, rows, columns = [], set(), set()
    for index, entry in enumerate(data):
        if not entry.get("range"):
            raise bad_field("range is required", f"data[{index}].range")
        sheet, box, outcome = _write_range(
            book, user, entry["range"], entry, input_option
        )
        rows |= {(sheet.sheet_id, row) for row in outcome.rows}
        columns |= {(sheet.sheet_id, column) for column in outcome.columns}
        answers.append((sheet, box, outcome, entry.get("majorDimension")))
    book.touched()
    counts = {
        "totalUpdatedRows": len(rows),
        "totalUpdatedColumns": len(columns),
        "totalUpdatedCells": sum(outcome.cells for _, _, outcome, _ in answers),
        "totalUpdatedSheets": len({sheet.sheet_id for sheet, *_ in answers}),
    }
    out = {"spreadsheetId": book.book_id} | {n: c for n, c in counts.items() if c}
    out["responses"] = [_one_response(book, rendering, answer) for answer in answers]
    return out


def _one_response(book, rendering, answer):
    sheet, box, outcome, dimension = answer
    out = _answer(book, sheet, outcome)
    if rendering:
        out["updatedData"] = value_range(
            book,
            sheet,
            _shown(box, outcome.box),
            rendering,
            _dimension({"majorDimension": dimension}),
        )
    return out


def append(book, user, text, query, body):
    check_value_range(body)
    input_option = _input_option(query)
    insert = option(query, "insertDataOption", INSERTS, INSERTS[0], "InsertDataOption")
    rendering = Rendering(query, "response") if _wants_values(query) else None
    lines = _lines(body)
    sheet, box = book.place_on_grid(text)
    table = find_table(sheet, box)
    start = (
        Box(table.bottom, table.bottom + 1, table.left, table.left + 1)
        if (table)
        else Box(box.top, box.top + 1, box.left, box.left + 1)
    )
    if insert == "INSERT_ROWS" and table and start.top < sheet.rows and lines:
        book.insert_lines(sheet, "ROWS", start.top, len(lines), inherit_before=True)
    outcome = Writer(book, user, input_option).write(sheet, start, lines)
    book.touched()
    updates = _answer(book, sheet, outcome)
    if rendering:
        dimension = _dimension({"majorDimension": body.get("majorDimension")})
        updates["updatedData"] = value_range(
            book, sheet, outcome.box, rendering, dimension
        )
    out = {"spreadsheetId": book.book_id}
    if table:
        out["tableRange"] = range_text(sheet.title, table)
    return out | {"updates": updates}


def find_table(sheet, box):
    """The last table that a range touches: filled cells that hang together.

    Returns:
        Its box, or None where the range holds no value.
    """
    seed = _last_filled(sheet, box)
    if seed is None:
        return None
    top, left = seed
    table = Box(top, top + 1, left, left + 1)
    while True:
        wider = _with_neighbours(sheet, table)
        if wider == table:
            return table
        table = wider


def _last_filled(sheet, box):
    for row in range(min(box.bottom, len(sheet.lines)) - 1, box.top - 1, -1):
        line = sheet.lines[row]
        for column in range(min(box.right, len(line)) - 1, box.left - 1, -1):
            if line[column].filled:
                return row, column
    return None


def _with_neighbours(sheet, table):
    top, bottom, left, right = table
    first, last = max(left - 1, 0), min(right + 1, sheet.columns)

    def row_filled(row):
        line = sheet.line(row)
        return any(cell.filled for cell in line[first:last])

    def column_filled(column):
        return any(
            sheet.cell(row, column).filled
            for row in range(max(top - 1, 0), min(bottom + 1, sheet.rows))
        )

    while top > 0 and row_filled(top - 1):
        top -= 1
    while bottom < len(sheet.lines) and row_filled(bottom):
        bottom += 1
    if left > 0 and column_filled(left - 1):
        left -= 1
    if right < sheet.columns and column_filled(right):
        right += 1
    return Box(top, bottom, left, right)


# Clearing


def _clear(book, user, text):
    sheet, box = book.place_on_grid(text)
    book.check_edit(user, sheet, box)
    for row in range(box.top, min(box.bottom, len(sheet.lines))):
        line = sheet.lines[row]
        sheet.put(
            row,
            {
                column: line[column]._replace(value=None, formula=None)
                for column in range(box.left, min(box.right, len(line)))
                if line[column].filled
            },
        )
    return range_text(sheet.title, box)


def clear(book, user, text):
    cleared = _clear(book, user, text)
    book.touched()
    return {"spreadsheetId": book.book_id, "clearedRange": cleared}


def batch_clear(book, user, body):
    body = cleaned(body, "BatchClearValuesRequest")
    cleared = [_clear(book, user, text) for text in body.get("ranges") or []]
    book.touched()
    return {"spreadsheetId": book.book_id, "clearedRanges": cleared}
