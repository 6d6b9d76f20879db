"""Requests that change cells.

Each takes (book, user, request) and returns the reply's message or None.
"""

import re

from tests.sheets_api.a1 import Box
from tests.sheets_api.cells import (
    BLANK,
    cell_data,
    complete_format,
    from_cell_data,
    in_step,
)
from tests.sheets_api.entering import enter
from tests.sheets_api.errors import invalid
from tests.sheets_api.lines import box_of_range
from tests.sheets_api.masks import parse_mask, write_mask
from tests.sheets_api.references import moved_by, rewrite
from tests.sheets_api.rendering import format_value


def needed_mask(request):
    """The mask of a request that must have one.

    Raises:
        ApiError: It has none.
    """
    text = request.get("fields")
    if not text:
        raise invalid(
            "At least one field must be listed in 'fields'. (Use '*' to"
            " indicate all fields.)"
        )
    tree = parse_mask(text)
    if tree.get("userEnteredFormat"):
        tree["userEnteredFormat"] = in_step(tree["userEnteredFormat"])
    return tree


def written(cell, data, mask):
    """A cell after CellData was written under a mask."""
    if list(mask) == ["userEnteredValue"] and not mask["userEnteredValue"]:
        fresh = from_cell_data({"userEnteredValue": data.get("userEnteredValue")})
        shown = cell.format
        return cell._replace(value=fresh.value, formula=fresh.formula, format=shown)
    data = {**data}
    if data.get("userEnteredFormat"):
        data["userEnteredFormat"] = complete_format(data["userEnteredFormat"])
    return from_cell_data(write_mask(cell_data(cell), data, mask))


def _rows_of(request):
    return [row.get("values") or [] for row in request.get("rows") or []]


def update_cells(book, user, request):
    mask = needed_mask(request)
    rows = _rows_of(request)
    if "start" in request:
        start = request["start"]
        sheet = book.sheet(start.get("sheetId"))
        top, left = start.get("rowIndex") or 0, start.get("columnIndex") or 0
        width = max((len(values) for values in rows), default=0)
        box = Box(top, top + len(rows), left, left + width)
        _need_on_grid(sheet, box)
    elif "range" in request:
        sheet, box = book.place_of_range(request["range"])
        box = sheet.close(box)
        _need_within(box, rows)
    else:
        raise invalid("Either a start or a range must be given.")
    book.check_edit(user, sheet, box)
    fill_rest = "range" in request
    for row in range(box.top, min(box.bottom, _last_row(sheet, box, rows))):
        values = rows[row - box.top] if row - box.top < len(rows) else []
        last = box.right if fill_rest else box.left + len(values)
        changed = {}
        for column in range(box.left, last):
            offset = column - box.left
            data = values[offset] if offset < len(values) else {}
            if sheet.merges and sheet.covered(row, column) and "note" not in mask:
                continue
            changed[column] = written(sheet.cell(row, column), data or {}, mask)
        sheet.put(row, changed)


def _last_row(sheet, box, rows):
    """Rows below both the data sent and the stored part are blank already."""
    return max(box.top + len(rows), len(sheet.lines))


def _need_on_grid(sheet, box):
    if box.bottom > sheet.rows:
        raise invalid(
            f"Attempting to write row: {max(box.top, sheet.rows)}, beyond the last"
            f" requested row of: {sheet.rows - 1}"
        )
    if box.right > sheet.columns:
        raise invalid(
            f"Attempting to write column: {max(box.left, sheet.columns)}, beyond the"
            f" last requested column of: {sheet.columns - 1}"
        )


def _need_within(box, rows):
    if len(rows) > box.height:
        raise invalid(
            f"Attempting to write row: {box.bottom}, beyond the last requested row of:"
            f" {box.bottom - 1}"
        )
    if max((len(values) for values in rows), default=0) > box.width:
        raise invalid(
            f"Attempting to write column: {box.right}, beyond the last requested"
            f" column of: {box.right - 1}"
        )


def append_cells(book, user, request):
    mask = needed_mask(request)
    sheet = book.sheet(request.get("sheetId"))
    rows = _rows_of(request)
    below_looks = book.quirks.append_below_looks
    top = sheet.used_rows() if below_looks else sheet.filled_rows()
    width = max((len(values) for values in rows), default=0)
    box = Box(top, top + len(rows), 0, max(width, 1))
    book.check_edit(user, sheet, box)
    sheet.grow(box.bottom, box.right)
    book.check_size()
    for row, values in enumerate(rows, top):
        sheet.put(
            row,
            {
                column: written(sheet.cell(row, column), data or {}, mask)
                for column, data in enumerate(values)
            },
        )


def repeat_cell(book, user, request):
    mask = needed_mask(request)
    sheet, box = book.place_of_range(request.get("range") or {})
    box = sheet.close(box)
    book.check_edit(user, sheet, box)
    data = request.get("cell") or {}
    formula = (data.get("userEnteredValue") or {}).get("formulaValue")
    on_blank = written(BLANK, data, mask)

    if formula is None:
        sheet.change_alike(
            box, lambda cell: on_blank if cell is BLANK else written(cell, data, mask)
        )
        return

    def edit(cell, row, column):
        shifted = rewrite(formula, moved_by(row - box.top, column - box.left))
        value = {"userEnteredValue": {"formulaValue": shifted}}
        return written(cell, {**data, **value}, mask)

    sheet.change(box, edit)


def find_replace(book, user, request):
    find = request.get("find") or ""
    if not find:
        raise invalid("The search string cannot be empty.")
    pattern = _search_pattern(find, request)
    counts = dict.fromkeys(
        (
            "valuesChanged",
            "formulasChanged",
            "rowsChanged",
            "sheetsChanged",
            "occurrencesChanged",
        ),
        0,
    )
    for sheet, box in _search_places(book, request):
        before = counts["occurrencesChanged"]
        for row in range(box.top, min(box.bottom, len(sheet.lines))):
            _replace_in_row(
                book,
                user,
                sheet,
                row=row,
                box=box,
                pattern=pattern,
                request=request,
                counts=counts,
            )
        counts["sheetsChanged"] += counts["occurrencesChanged"] > before
    return {name: count for name, count in counts.items() if count}


def _search_pattern(find, request):
    flags = 0 if request.get("matchCase") else re.IGNORECASE
    text = find if request.get("searchByRegex") else re.escape(find)
    if request.get("matchEntireCell"):
        text = rf"\A(?:{text})\Z"
    try:
        return re.compile(text, flags)
    except re.error as error:
        raise invalid(f"Invalid regular expression: {find}") from error


def _search_places(book, request):
    if request.get("range") is not None:
        sheet, box = book.place_of_range(request["range"])
        return [(sheet, sheet.close(box))]
    if request.get("allSheets"):
        return [(sheet, sheet.whole()) for sheet in book.sheets]
    sheet = book.sheet(request.get("sheetId"))
    return [(sheet, sheet.whole())]


def _replace_in_row(book, user, sheet, *, row, box, pattern, request, counts):
    changed = {}
    replacement = request.get("replacement") or ""
    if not request.get("searchByRegex"):
        replacement = replacement.replace("\\", r"\\")
    else:
        replacement = re.sub(r"\$(\d)", r"\\\1", replacement)
    for column in range(box.left, min(box.right, len(sheet.lines[row]))):
        cell = sheet.lines[row][column]
        if not cell.filled:
            continue
        if cell.formula is not None:
            if not request.get("includeFormulas"):
                continue
            text, name = cell.formula, "formulasChanged"
        else:
            shown = (cell.format or {}).get("numberFormat")
            text = format_value(cell.value, shown, book.locale)
            name = "valuesChanged"
        new, found = pattern.subn(replacement, text)
        if not found:
            continue
        book.check_edit(user, sheet, Box(row, row + 1, column, column + 1))
        counts[name] += 1
        counts["occurrencesChanged"] += found
        plain = ((cell.format or {}).get("numberFormat") or {}).get("type") == "TEXT"
        read = enter(new, book.locale, book.this_year(), plain=plain)
        changed[column] = cell._replace(value=read.value, formula=read.formula)
    sheet.put(row, changed)
    counts["rowsChanged"] += bool(changed)


def sort_range(book, user, request):
    sheet, box = book.place_of_range(request.get("range") or {})
    box = sheet.close(box)
    book.check_edit(user, sheet, box)
    if any(m.meets(box) and m.height > 1 for m in sheet.merges):
        raise invalid("You can't sort a range with vertical merges.")
    specs = request.get("sortSpecs") or []
    sort_box(book, sheet, box, specs)


def sort_box(book, sheet, box, specs):
    """Permute the rows of a box; cells outside it stay where they are."""
    bottom = min(box.bottom, max(len(sheet.lines), box.top))
    order = list(range(box.top, bottom))
    for spec in reversed(specs):
        column = spec.get("dimensionIndex") or 0
        if not box.left <= column < box.right:
            raise invalid("dimensionIndex is outside the range that is sorted.")
        down = spec.get("sortOrder") == "DESCENDING"
        filled, blank = [], []
        for row in order:
            value = book.value(sheet, row, column)
            (blank if value in (None, "") else filled).append((row, value))
        filled.sort(key=lambda pair: _sort_key(pair[1]), reverse=down)
        order = [row for row, _ in filled + blank]
    before = list(sheet.lines)
    for row, source in enumerate(order, box.top):
        if row == source:
            continue
        piece = _padded(before[source], box.right)[box.left : box.right]
        if sheet.has_formulas:
            piece = _shifted(piece, row - source)
        target = _padded(before[row], box.left)
        sheet.lines[row] = target[: box.left] + piece + target[box.right :]


def _padded(line, width):
    return line + (BLANK,) * (width - len(line))


def _shifted(cells, rows):
    """Cells moved by so many rows, their formulas with them."""
    change = moved_by(rows, 0)
    return tuple(
        cell
        if cell.formula is None
        else cell._replace(formula=rewrite(cell.formula, change))
        for cell in cells
    )


def _sort_key(value):
    if isinstance(value, bool):
        return (2, value)
    if isinstance(value, (int, float)):
        return (0, value)
    if isinstance(value, str):
        return (1, value.casefold())
    return (3, str(value))


def copy_paste(book, user, request):
    sheet, box = book.place_of_range(request.get("source") or {})
    source = sheet.close(box)
    target_sheet = book.sheet((request.get("destination") or {}).get("sheetId"))
    target = target_sheet.close(box_of_range(request.get("destination") or {}))
    flip = request.get("pasteOrientation") == "TRANSPOSE"
    block = _block(sheet, source)
    if flip:
        block = [list(column) for column in zip(*block, strict=True)]
    target = _tiled(target, len(block), len(block[0]) if block else 0)
    _need_on_grid(target_sheet, target)
    book.check_edit(user, target_sheet, target)
    paste = _pasters(request.get("pasteType"), book, sheet)

    def edit(cell, row, column):
        line = block[(row - target.top) % len(block)]
        origin, at = line[(column - target.left) % len(line)]
        return paste(cell, origin, at, (row, column))

    if block and block[0]:
        target_sheet.change(target, edit)
    if request.get("pasteType") in (None, "PASTE_NORMAL") and not flip:
        _copy_merges(sheet, source, target_sheet, target)


def _copy_merges(sheet, source, target_sheet, target):
    for merge in list(sheet.merges):
        if source.contains(merge):
            down, across = target.top - source.top, target.left - source.left
            moved = Box(
                merge.top + down,
                merge.bottom + down,
                merge.left + across,
                merge.right + across,
            )
            if not any(moved.meets(other) for other in target_sheet.merges):
                target_sheet.merges.append(moved)


def _block(sheet, box):
    """The cells of a box, each with its place."""
    return [
        [
            (sheet.cell(row, column), (row, column))
            for column in range(box.left, box.right)
        ]
        for row in range(box.top, box.bottom)
    ]


def _tiled(target, height, width):
    """A target as large as a whole number of copies."""
    rows = max(height, target.height // height * height if height else 0)
    columns = max(width, target.width // width * width if width else 0)
    return Box(target.top, target.top + rows, target.left, target.left + columns)


def _pasters(kind, book, sheet):
    def formula_of(origin, at, to):
        if origin.formula is None:
            return None
        return rewrite(origin.formula, moved_by(to[0] - at[0], to[1] - at[1]))

    def all_of_it(_, origin, at, to):
        return origin._replace(formula=formula_of(origin, at, to))

    def values(cell, origin, at, to):
        return cell._replace(value=book.value(sheet, *at), formula=None)

    def formulas(cell, origin, at, to):
        return cell._replace(value=origin.value, formula=formula_of(origin, at, to))

    def formats(cell, origin, at, to):
        return cell._replace(format=origin.format)

    def rules(cell, origin, at, to):
        return cell._replace(rule=origin.rule)

    return {
        "PASTE_VALUES": values,
        "PASTE_FORMULA": formulas,
        "PASTE_FORMAT": formats,
        "PASTE_DATA_VALIDATION": rules,
        "PASTE_CONDITIONAL_FORMATTING": lambda cell, *_: cell,
    }.get(kind, all_of_it)


def cut_paste(book, user, request):
    sheet, box = book.place_of_range(request.get("source") or {})
    source = sheet.close(box)
    to = request.get("destination") or {}
    target_sheet = book.sheet(to.get("sheetId"))
    top, left = to.get("rowIndex") or 0, to.get("columnIndex") or 0
    target = Box(top, top + source.height, left, left + source.width)
    book.check_edit(user, sheet, source)
    book.check_edit(user, target_sheet, target)
    target_sheet.grow(target.bottom, target.right)
    block = _block(sheet, source)
    sheet.change(source, lambda *_: BLANK)
    target_sheet.change(
        target, lambda cell, row, column: block[row - top][column - left][0]
    )


def set_data_validation(book, user, request):
    sheet, box = book.place_of_range(request.get("range") or {})
    box = sheet.close(box)
    rule = request.get("rule")
    if rule is not None and not (rule.get("condition") or {}).get("type"):
        raise invalid("Condition type is required.")
    book.check_edit(user, sheet, box)
    kept = _plain_rule(rule) if rule else None
    sheet.change_alike(box, lambda cell: cell._replace(rule=kept))


def _plain_rule(rule):
    """A rule as it is answered: false flags stay out."""
    return {name: part for name, part in rule.items() if part not in (False, None, "")}


def update_borders(book, user, request):
    sheet, box = book.place_of_range(request.get("range") or {})
    box = sheet.close(box)
    book.check_edit(user, sheet, box)

    def edit(cell, row, column):
        sides = {
            "top": "top" if row == box.top else "innerHorizontal",
            "bottom": "bottom" if row == box.bottom - 1 else "innerHorizontal",
            "left": "left" if column == box.left else "innerVertical",
            "right": "right" if column == box.right - 1 else "innerVertical",
        }
        borders = dict((cell.format or {}).get("borders") or {})
        for side, name in sides.items():
            if name in request:
                borders[side] = _border(request[name] or {})
                if borders[side].get("style") == "NONE":
                    del borders[side]
        shown = {k: v for k, v in (cell.format or {}).items() if k != "borders"}
        if borders:
            shown["borders"] = borders
        return cell._replace(format=shown or None)

    sheet.change(box, edit)


_WIDTHS = {"SOLID_MEDIUM": 2, "SOLID_THICK": 3, "DOUBLE": 3}


def _border(message):
    full = complete_format(message)
    full.setdefault("style", "NONE")
    full["width"] = _WIDTHS.get(full["style"], 1)
    full.setdefault("color", {})
    full.setdefault("colorStyle", {"rgbColor": full["color"]})
    return full


def merge_cells(book, user, request):
    sheet, box = book.place_of_range(request.get("range") or {})
    box = sheet.close(box)
    book.check_edit(user, sheet, box)
    _need_whole_merges(sheet, box)
    sheet.merges = [merge for merge in sheet.merges if not box.contains(merge)]
    for part in _parts(box, request.get("mergeType") or "MERGE_ALL"):
        if part.height * part.width == 1:
            continue
        sheet.merges.append(part)
        sheet.change(
            part, lambda c, row, column, p=part: _under_merge(c, row, column, p)
        )


def _under_merge(cell, row, column, part):
    if (row, column) == (part.top, part.left) or not cell.filled:
        return cell
    return cell._replace(value=None, formula=None)


def _parts(box, kind):
    if kind == "MERGE_ROWS":
        return [Box(r, r + 1, box.left, box.right) for r in range(box.top, box.bottom)]
    if kind == "MERGE_COLUMNS":
        return [Box(box.top, box.bottom, c, c + 1) for c in range(box.left, box.right)]
    return [box]


def _need_whole_merges(sheet, box):
    if any(merge.meets(box) and not box.contains(merge) for merge in sheet.merges):
        raise invalid(
            "You must select all cells in a merged range to merge or unmerge them."
        )


def unmerge_cells(book, user, request):
    sheet, box = book.place_of_range(request.get("range") or {})
    box = sheet.close(box)
    book.check_edit(user, sheet, box)
    _need_whole_merges(sheet, box)
    sheet.merges = [merge for merge in sheet.merges if not box.contains(merge)]


KINDS = {
    "updateCells": update_cells,
    "appendCells": append_cells,
    "repeatCell": repeat_cell,
    "findReplace": find_replace,
    "sortRange": sort_range,
    "copyPaste": copy_paste,
    "cutPaste": cut_paste,
    "setDataValidation": set_data_validation,
    "updateBorders": update_borders,
    "mergeCells": merge_cells,
    "unmergeCells": unmerge_cells,
}
