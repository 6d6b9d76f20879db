"""spreadsheets.get: the spreadsheet as a message."""

from tests.sheets_api.cells import BLANK, CellError, cell_data, extended
from tests.sheets_api.grid import COLUMN_PIXELS, ROW_PIXELS
from tests.sheets_api.lines import range_of_box
from tests.sheets_api.masks import WHOLE, covers
from tests.sheets_api.rendering import effective_pattern, format_value

_WHITE = {"red": 1, "green": 1, "blue": 1}
DEFAULT_FORMAT = {
    "backgroundColor": _WHITE,
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": {}},
    },
    "backgroundColorStyle": {"rgbColor": _WHITE},
}
_THEME = {
    "TEXT": {},
    "BACKGROUND": _WHITE,
    "ACCENT1": {"red": 0.25882354, "green": 0.52156866, "blue": 0.95686275},
    "ACCENT2": {"red": 0.91764706, "green": 0.2627451, "blue": 0.20784314},
    "ACCENT3": {"red": 0.9843137, "green": 0.7372549, "blue": 0.015686275},
    "ACCENT4": {"red": 0.20392157, "green": 0.65882355, "blue": 0.3254902},
    "ACCENT5": {"red": 1, "green": 0.42745098, "blue": 0.003921569},
    "ACCENT6": {"red": 0.27450982, "green": 0.7411765, "blue": 0.7764706},
    "LINK": {"red": 0.06666667, "green": 0.33333334, "blue": 0.8},
}


def spreadsheet(book, user, ranges=(), *, grid=False, mask=None):
    """A Spreadsheet message.

    Args:
        book: The workbook.
        user: Who asks; decides what is said of protected ranges.
        ranges: A1 texts to which tabs and cells are limited.
        grid: Whether cells are wanted; a mask decides instead, if there is one.
        mask: The field mask of this message as a tree, {} for all of it.
    """
    with_cells = covers(mask, "sheets", "data") if mask is not None else grid
    places = [book.place_on_grid(text) for text in ranges]
    out = {"spreadsheetId": book.book_id, "properties": properties(book)}
    if mask is None or covers(mask, "sheets"):
        wanted = {sheet.sheet_id for sheet, _ in places}
        out["sheets"] = [
            sheet_message(book, sheet, user, places, mask, with_cells=with_cells)
            for sheet in book.sheets
            if not places or sheet.sheet_id in wanted
        ]
    names = [
        named_range(key, entry) for key, entry in book.named.items() if entry["box"]
    ]
    if names:
        out["namedRanges"] = names
    loose = [m for m in book.metadata.values() if m["location"].get("spreadsheet")]
    if loose:
        out["developerMetadata"] = loose
    out["spreadsheetUrl"] = url_of(book.book_id)
    return out


def url_of(book_id):
    return f"https://docs.google.com/spreadsheets/d/{book_id}/edit"


def properties(book):
    return {
        "title": book.title,
        "locale": book.locale,
        **book.settings,
        "timeZone": book.time_zone,
        "defaultFormat": DEFAULT_FORMAT,
        "spreadsheetTheme": {
            "primaryFontFamily": "Arial",
            "themeColors": [
                {"colorType": name, "color": {"rgbColor": colour}}
                for name, colour in _THEME.items()
            ],
        },
    }


def sheet_properties(book, sheet):
    grid = {"rowCount": sheet.rows, "columnCount": sheet.columns}
    grid |= {name: part for name, part in sheet.grid_properties.items() if part}
    return {
        "sheetId": sheet.sheet_id,
        "title": sheet.title,
        "index": book.sheets.index(sheet) if sheet in book.sheets else 0,
        "sheetType": "GRID",
        "gridProperties": grid,
        **{name: part for name, part in sheet.properties.items() if part},
    }


def named_range(key, entry):
    return {
        "namedRangeId": key,
        "name": entry["name"],
        "range": range_of_box(entry["sheet_id"], entry["box"]),
    }


def sheet_message(book, sheet, user, places, mask, *, with_cells):
    """A Sheet message; empty parts stay out, as in every proto."""
    sheet_id = sheet.sheet_id
    out = {"properties": sheet_properties(book, sheet)}
    if with_cells:
        boxes = [box for place, box in places if place is sheet] or [sheet.whole()]
        data_mask = ((mask or {}).get("sheets") or {}).get("data") or {}
        out["data"] = [
            grid_data(book, sheet, box, data_mask, whole=not places) for box in boxes
        ]
    parts = {
        "merges": [range_of_box(sheet_id, merge) for merge in sheet.merges],
        "conditionalFormats": [rule_message(sheet, rule) for rule in sheet.conditional],
        "filterViews": [
            filter_message(sheet, view) for view in sheet.filter_views.values()
        ],
        "protectedRanges": [
            protected_message(book, sheet, key, user) for key in sheet.protected
        ],
        "bandedRanges": [
            {**entry["message"], "range": range_of_box(sheet_id, entry["box"])}
            for entry in sheet.banded.values()
        ],
        "rowGroups": groups(sheet, "ROWS"),
        "columnGroups": groups(sheet, "COLUMNS"),
        "developerMetadata": [
            entry
            for entry in book.metadata.values()
            if entry["location"].get("sheetId", -1) == sheet_id
        ],
    }
    if sheet.basic_filter:
        parts["basicFilter"] = filter_message(sheet, sheet.basic_filter)
    return out | {name: part for name, part in parts.items() if part}


def filter_message(sheet, entry):
    box = range_of_box(sheet.sheet_id, entry["box"])
    return {**entry["message"], "range": box}


def rule_message(sheet, rule):
    ranges = [range_of_box(sheet.sheet_id, box) for box in rule["boxes"]]
    return {"ranges": ranges, **rule["message"]}


def protected_message(book, sheet, key, user, *, reply=False):
    """A ProtectedRange message, with the editors only for those who may edit.

    The reply to adding one repeats the editors as they were asked for.
    """
    entry = sheet.protected[key]
    message = {name: part for name, part in entry["message"].items() if part}
    may = user == book.owner or user in entry["editors"] or message.get("warningOnly")
    out = {
        "protectedRangeId": key,
        "range": range_of_box(sheet.sheet_id, entry["box"]),
        **message,
    }
    if entry["free"]:
        out["unprotectedRanges"] = [
            range_of_box(sheet.sheet_id, box) for box in entry["free"]
        ]
    if may:
        out["requestingUserCanEdit"] = True
    if reply:
        return out | ({} if entry["asked"] is None else {"editors": entry["asked"]})
    if may and not message.get("warningOnly"):
        out["editors"] = {"users": sorted(entry["editors"])}
    return out


def groups(sheet, axis):
    return [group_message(sheet, axis, group) for group in sheet.groups(axis)]


def group_message(sheet, axis, group):
    start, end, depth = group
    entry = {"sheetId": sheet.sheet_id} if sheet.sheet_id else {}
    entry |= {"dimension": axis, "startIndex": start, "endIndex": end}
    out = {"range": entry, "depth": depth}
    if (axis, *group) in sheet.collapsed:
        out["collapsed"] = True
    return out


def grid_data(book, sheet, box, mask, *, whole):
    """A GridData message of a closed box."""
    out = {}
    if box.top:
        out["startRow"] = box.top
    if box.left:
        out["startColumn"] = box.left
    if covers(mask, "rowData"):
        branch = mask.get("rowData") or {}
        rows = _row_data(book, sheet, box, branch.get("values") or {})
        if rows:
            out["rowData"] = rows
    for name, axis, first, last in (
        ("rowMetadata", "ROWS", box.top, box.bottom),
        ("columnMetadata", "COLUMNS", box.left, box.right),
    ):
        if covers(mask, name):
            out[name] = [line_message(sheet, axis, i) for i in range(first, last)]
    return out


def line_message(sheet, axis, index):
    """The DimensionProperties of one row or column."""
    kept = sheet.dimensions[axis].get(index, {})
    size = ROW_PIXELS if axis == "ROWS" else COLUMN_PIXELS
    return {
        **({"hiddenByUser": True} if kept.get("hiddenByUser") else {}),
        "pixelSize": kept.get("pixelSize") or size,
    }


def _row_data(book, sheet, box, mask):
    """RowData messages up to the last cells of which the mask leaves anything."""
    rows = []
    for row, line in enumerate(sheet.lines[box.top : box.bottom], box.top):
        cells = [
            cell_message(book, sheet, row, column, mask) if cell != BLANK else {}
            for column, cell in enumerate(line[box.left : box.right], box.left)
        ]
        while cells and not _shows(cells[-1], mask):
            cells.pop()
        rows.append({"values": cells} if cells else {})
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _shows(message, mask):
    whole = not mask or WHOLE in mask
    return bool(message) if whole else any(name in mask for name in message)


def cell_message(book, sheet, row, column, mask):
    """A CellData message, as far as a mask asks for it."""
    cell = sheet.cell(row, column)
    out = cell_data(cell)
    kind = (cell.format or {}).get("numberFormat")
    if cell.filled:
        value = book.value(sheet, row, column)
        if covers(mask, "effectiveValue"):
            out["effectiveValue"] = extended(value)
        if covers(mask, "formattedValue"):
            out["formattedValue"] = format_value(value, kind, book.locale)
    else:
        value = None
    if covers(mask, "effectiveFormat"):
        out["effectiveFormat"] = effective_format(book, cell, value)
    return out


def effective_format(book, cell, value):
    """The default format with the cell's own over it."""
    entered = cell.format or {}
    text = {**DEFAULT_FORMAT["textFormat"], "fontFamily": "Arial"}
    base = {
        **DEFAULT_FORMAT,
        "horizontalAlignment": _side(value),
        "hyperlinkDisplayType": "PLAIN_TEXT",
    }
    base |= entered
    base["textFormat"] = text | entered.get("textFormat", {})
    kind = entered.get("numberFormat")
    if kind and not kind.get("pattern"):
        pattern = effective_pattern(kind, book.locale)
        if pattern:
            base["numberFormat"] = {**kind, "pattern": pattern}
    return base


def _side(value):
    if isinstance(value, (bool, CellError)):
        return "CENTER"
    return "RIGHT" if isinstance(value, (int, float)) else "LEFT"
