"""Requests that change tabs and the spreadsheet itself."""

import functools
import re
import zoneinfo

from tests.sheets_api.cells import complete_format
from tests.sheets_api.errors import invalid
from tests.sheets_api.kinds.cells import needed_mask
from tests.sheets_api.masks import WHOLE, covers, parse_mask, write_mask
from tests.sheets_api.resources import properties, sheet_properties

LONGEST_TITLE = 100
_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_GRID_NUMBERS = ("frozenRowCount", "frozenColumnCount")


def _need_free_title(book, title, sheet=None):
    if not title:
        raise invalid("Sheet name cannot be empty.")
    if len(title) > LONGEST_TITLE:
        raise invalid(f"Sheet names cannot be longer than {LONGEST_TITLE} characters.")
    other = book.sheet_titled(title)
    if other is not None and other is not sheet:
        raise invalid(
            f'A sheet with the name "{title}" already exists. Please enter another'
            " name."
        )


def add_sheet(book, user, request):
    wanted = request.get("properties") or {}
    title = wanted.get("title") or _next_title(book)
    _need_free_title(book, title)
    sheet_id = _new_id(book, wanted.get("sheetId"))
    grid = wanted.get("gridProperties") or {}
    rows, columns = grid.get("rowCount") or 1000, grid.get("columnCount") or 26
    index = wanted.get("index")
    if index is not None and not 0 <= index <= len(book.sheets):
        raise invalid(f"Sheet index {index} is out of bounds.")
    sheet = book.add_sheet(title, sheet_id, rows, columns, index)
    rest = {k: v for k, v in wanted.items() if k not in ("title", "sheetId", "index")}
    _write_properties(book, sheet, rest, parse_mask(",".join(rest)) if rest else None)
    return {"properties": sheet_properties(book, sheet)}


def _next_title(book):
    word = "シート" if book.locale.startswith("ja") else "Sheet"
    number = len(book.sheets) + 1
    while book.sheet_titled(f"{word}{number}"):
        number += 1
    return f"{word}{number}"


def _new_id(book, sheet_id):
    if sheet_id is None:
        return None
    if not 0 <= sheet_id < 2**31:
        raise invalid(f"Invalid sheet id: {sheet_id}.")
    if any(sheet.sheet_id == sheet_id for sheet in book.sheets):
        raise invalid(f"Sheet with id {sheet_id} already exists.")
    return sheet_id


def delete_sheet(book, user, request):
    sheet = _sheet(book, request.get("sheetId"))
    if len(book.sheets) == 1:
        raise invalid("You can't remove all the sheets in a document.")
    if all(s is sheet or s.properties.get("hidden") for s in book.sheets):
        raise invalid("You can't remove all the visible sheets in a document.")
    book.check_edit(user, sheet, sheet.whole())
    book.sheets.remove(sheet)
    for key, entry in book.named.items():
        if entry["sheet_id"] == sheet.sheet_id:
            book.named[key] = {**entry, "box": None}


def _sheet(book, sheet_id):
    for sheet in book.sheets:
        if sheet.sheet_id == (sheet_id or 0):
            return sheet
    raise invalid(f"No sheet with id: {sheet_id or 0}")


def duplicate_sheet(book, user, request):
    source = book.sheet(request.get("sourceSheetId"))
    title = request.get("newSheetName") or _copy_title(book, source.title)
    _need_free_title(book, title)
    sheet_id = _new_id(book, request.get("newSheetId"))
    index = request.get("insertSheetIndex") or 0
    sheet = copy_into(book, source, title, sheet_id, min(index, len(book.sheets)))
    return {"properties": sheet_properties(book, sheet)}


def copy_into(book, source, title, sheet_id=None, index=None):
    """A copy of a tab, also of another spreadsheet's."""
    clone = source.snapshot()
    clone.title = title
    clone.sheet_id = book.free_sheet_id() if sheet_id is None else sheet_id
    clone.protected = {
        book.random.randrange(10**6, 2**31 - 1): entry
        for entry in source.protected.values()
    }
    book.sheets.insert(len(book.sheets) if index is None else index, clone)
    book.check_size()
    return clone


def _copy_title(book, title):
    pattern = "{title} のコピー" if book.locale.startswith("ja") else "Copy of {title}"
    name, number = pattern.format(title=title), 1
    while book.sheet_titled(name):
        number += 1
        name = f"{pattern.format(title=title)} {number}"
    return name


def update_sheet_properties(book, user, request):
    mask = needed_mask(request)
    new = request.get("properties") or {}
    _write_properties(book, book.sheet(new.get("sheetId")), new, mask)


def _write_properties(book, sheet, new, mask):
    if mask is None:
        return
    if WHOLE in mask:
        mask = {
            **{key: {} for key in new},
            **{k: v for k, v in mask.items() if k != "*"},
        }
    if "title" in mask:
        _rename(book, sheet, new.get("title") or "")
    if "index" in mask:
        _reorder(book, sheet, new.get("index") or 0)
    if "gridProperties" in mask:
        _write_grid(
            book, sheet, new.get("gridProperties") or {}, mask["gridProperties"]
        )
    if "tabColor" in mask or "tabColorStyle" in mask:
        mask = {**mask, "tabColor": {}, "tabColorStyle": {}}
    own = {
        name: branch
        for name, branch in mask.items()
        if name not in ("title", "index", "gridProperties", "sheetId", "sheetType")
    }
    if own:
        changed = write_mask(sheet.properties, _tab_colour(new), own)
        sheet.properties = {name: part for name, part in changed.items() if part}
    if all(s.properties.get("hidden") for s in book.sheets):
        raise invalid("You can't hide all the sheets in a document.")


def _tab_colour(message):
    """Tab colours: no colour given means that the colour goes."""
    style = message.get("tabColorStyle")
    if style is not None and not style.get("rgbColor") and not style.get("themeColor"):
        message = {k: v for k, v in message.items() if not k.startswith("tabColor")}
    return complete_format(message)


def _rename(book, sheet, title):
    _need_free_title(book, title, sheet)
    book.rename_in_formulas(sheet.title, title)
    sheet.title = title


def _reorder(book, sheet, index):
    """Move a tab; the index counts the tabs as they stand before the move."""
    now = book.sheets.index(sheet)
    if not 0 <= index <= len(book.sheets):
        raise invalid(f"Sheet index {index} is out of bounds.")
    if index in (now, now + 1):
        return
    book.sheets.remove(sheet)
    book.sheets.insert(index - 1 if index > now else index, sheet)


def _write_grid(book, sheet, new, mask):
    rows, columns = sheet.rows, sheet.columns
    if covers(mask, "rowCount") and (mask or "rowCount" in new):
        rows = new.get("rowCount") or 0
    if covers(mask, "columnCount") and (mask or "columnCount" in new):
        columns = new.get("columnCount") or 0
    if rows < 1 or columns < 1:
        raise invalid("You must have at least one row and column in the sheet.")
    sheet.resize(rows, columns)
    book.check_size()
    kept = write_mask(sheet.grid_properties, new, mask)
    kept.pop("rowCount", None)
    kept.pop("columnCount", None)
    sheet.grid_properties = {name: part for name, part in kept.items() if part}
    for name, size, word in zip(
        _GRID_NUMBERS, (rows, columns), ("rows", "columns"), strict=True
    ):
        if sheet.grid_properties.get(name, 0) >= size:
            raise invalid(f"You can't freeze all visible {word} on the sheet.")


@functools.cache
def _zones():
    return zoneinfo.available_timezones()


def update_spreadsheet_properties(book, user, request):
    mask = needed_mask(request)
    new = request.get("properties") or {}
    current = properties(book)
    merged = write_mask(current, {**current, **new} if WHOLE in mask else new, mask)
    if not merged.get("title"):
        raise invalid("Spreadsheet title cannot be empty.")
    locale, zone = merged.get("locale") or "", merged.get("timeZone") or ""
    if not _LOCALE.fullmatch(locale):
        raise invalid(f"Unsupported locale: {locale}")
    if zone not in _zones():
        raise invalid(f"Invalid time zone: {zone}")
    book.title, book.locale, book.time_zone = merged["title"], locale, zone
    kept = ("autoRecalc", "iterativeCalculationSettings")
    book.settings = {name: merged[name] for name in kept if name in merged}


KINDS = {
    "addSheet": add_sheet,
    "deleteSheet": delete_sheet,
    "duplicateSheet": duplicate_sheet,
    "updateSheetProperties": update_sheet_properties,
    "updateSpreadsheetProperties": update_spreadsheet_properties,
}
