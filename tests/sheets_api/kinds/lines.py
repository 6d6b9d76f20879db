"""Requests that change rows and columns."""

from tests.sheets_api.a1 import Box
from tests.sheets_api.errors import invalid
from tests.sheets_api.grid import ROW_PIXELS
from tests.sheets_api.masks import parse_mask, write_mask
from tests.sheets_api.rendering import format_value
from tests.sheets_api.resources import groups

# Widths of ten-point Arial in thousandths of an em, and what fits the real columns.
_EM = 12.7158
_PADDING = 6
_WIDTHS = {
    **dict.fromkeys("iIjl'.,:; !|ft()[]", 278),
    **dict.fromkeys("-r", 333),
    **dict.fromkeys("ckvxyzsJ", 500),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("Mm", 833),
    **dict.fromkeys("W%", 944),
}


def span_of(book, entry):
    """(tab, axis, first, last) of a DimensionRange message with its ends filled in."""
    sheet = book.sheet(entry.get("sheetId"))
    axis = entry.get("dimension")
    if axis not in ("ROWS", "COLUMNS"):
        raise invalid("No dimension specified.")
    last = entry.get("endIndex")
    first = entry.get("startIndex") or 0
    return sheet, axis, first, sheet.size(axis) if last is None else last


def _box(sheet, axis, first, last):
    if axis == "ROWS":
        return Box(first, last, 0, sheet.columns)
    return Box(0, sheet.rows, first, last)


def insert_dimension(book, user, request):
    sheet, axis, first, last = span_of(book, request.get("range") or {})
    word = "row" if axis == "ROWS" else "column"
    if first > sheet.size(axis):
        raise invalid(
            f"range.startIndex[{first}] is after last {word} in"
            f" grid[{sheet.size(axis)}]"
        )
    if last <= first:
        raise invalid("range.endIndex must be greater than range.startIndex")
    inherit = bool(request.get("inheritFromBefore"))
    if inherit and first == 0:
        raise invalid("inheritFromBefore cannot be true if inserting at index 0.")
    book.insert_lines(sheet, axis, first, last - first, inherit_before=inherit)


def delete_dimension(book, user, request):
    sheet, axis, first, last = span_of(book, request.get("range") or {})
    word = "row" if axis == "ROWS" else "column"
    if last > sheet.size(axis) or first >= last:
        raise invalid(
            f"Cannot delete a {word} that doesn't exist. Tried to delete {word} index"
            f" {last - 1} but there are only {sheet.size(axis)} {word}s."
        )
    if last - first == sheet.size(axis):
        raise invalid(f"You can't delete all the {word}s on the sheet.")
    book.check_edit(user, sheet, _box(sheet, axis, first, last))
    book.delete_lines(sheet, axis, first, last)


def move_dimension(book, user, request):
    sheet, axis, first, last = span_of(book, request.get("source") or {})
    to = request.get("destinationIndex") or 0
    sheet.need_lines(axis, first, last)
    if to > sheet.size(axis):
        raise invalid("destinationIndex is beyond the grid.")
    if first < to < last:
        raise invalid("destinationIndex cannot be inside the source.")
    book.check_edit(user, sheet, _box(sheet, axis, first, last))
    book.move_lines(sheet, axis, first, last, to)


def append_dimension(book, user, request):
    sheet = book.sheet(request.get("sheetId"))
    length = request.get("length") or 0
    if length <= 0:
        raise invalid("length must be greater than 0")
    if request.get("dimension") == "ROWS":
        sheet.rows += length
    elif request.get("dimension") == "COLUMNS":
        sheet.columns += length
    else:
        raise invalid("No dimension specified.")
    book.check_size()


def update_dimension_properties(book, user, request):
    sheet, axis, first, last = span_of(book, request.get("range") or {})
    sheet.need_lines(axis, first, last)
    mask = parse_mask(request.get("fields") or "*")
    new = request.get("properties") or {}
    kept = sheet.dimensions[axis]
    for index in range(first, last):
        entry = write_mask(kept.get(index, {}), new, mask)
        entry = {name: part for name, part in entry.items() if part}
        if entry:
            kept[index] = entry
        else:
            kept.pop(index, None)


def auto_resize_dimensions(book, user, request):
    sheet, axis, first, last = span_of(book, request.get("dimensions") or {})
    sheet.need_lines(axis, first, last)
    for index in range(first, last):
        size = ROW_PIXELS if axis == "ROWS" else _fitting_width(book, sheet, index)
        if size:
            kept = sheet.dimensions[axis].get(index, {})
            sheet.dimensions[axis][index] = {**kept, "pixelSize": size}


def _fitting_width(book, sheet, column):
    """The width that shows every text of a column; None of a blank one."""
    widest = 0
    for row in range(len(sheet.lines)):
        cell = sheet.cell(row, column)
        if cell.filled:
            kind = (cell.format or {}).get("numberFormat")
            text = format_value(book.value(sheet, row, column), kind, book.locale)
            widest = max(widest, *map(_text_units, text.split("\n")))
    return round(widest * _EM / 1000) + _PADDING if widest else None


def _text_units(text):
    return sum(_WIDTHS.get(c, 556 if ord(c) < 0x2E80 else 1000) for c in text)


def add_dimension_group(book, user, request):
    sheet, axis, first, last = span_of(book, request.get("range") or {})
    sheet.need_lines(axis, first, last)
    depths = sheet.depths[axis]
    if max((depths.get(i, 0) for i in range(first, last)), default=0) >= 8:
        raise invalid("You can't have more than 8 levels of groups.")
    for index in range(first, last):
        depths[index] = depths.get(index, 0) + 1
    control = "rowGroupControlAfter" if axis == "ROWS" else "columnGroupControlAfter"
    sheet.grid_properties[control] = True
    return {"dimensionGroups": groups(sheet, axis)}


def delete_dimension_group(book, user, request):
    sheet, axis, first, last = span_of(book, request.get("range") or {})
    sheet.need_lines(axis, first, last)
    depths = sheet.depths[axis]
    if not any(depths.get(index) for index in range(first, last)):
        raise invalid("There is no group in the range.")
    for index in range(first, last):
        depth = depths.pop(index, 0)
        if depth > 1:
            depths[index] = depth - 1
    left = groups(sheet, axis)
    return {"dimensionGroups": left} if left else {}


def update_dimension_group(book, user, request):
    group = request.get("dimensionGroup") or {}
    sheet, axis, first, last = span_of(book, group.get("range") or {})
    found = (first, last, group.get("depth") or 0)
    if found not in sheet.groups(axis):
        raise invalid("There is no such group.")
    collapsed = bool(group.get("collapsed"))
    (sheet.collapsed.add if collapsed else sheet.collapsed.discard)((axis, *found))
    kept = sheet.dimensions[axis]
    for index in range(first, last):
        entry = {k: v for k, v in kept.get(index, {}).items() if k != "hiddenByUser"}
        if collapsed:
            entry["hiddenByUser"] = True
        if entry:
            kept[index] = entry
        else:
            kept.pop(index, None)


KINDS = {
    "insertDimension": insert_dimension,
    "deleteDimension": delete_dimension,
    "moveDimension": move_dimension,
    "appendDimension": append_dimension,
    "updateDimensionProperties": update_dimension_properties,
    "autoResizeDimensions": auto_resize_dimensions,
    "addDimensionGroup": add_dimension_group,
    "deleteDimensionGroup": delete_dimension_group,
    "updateDimensionGroup": update_dimension_group,
}
