"""Requests about what lies over the cells: names, protection, filters, rules."""

import re

from tests.sheets_api.a1 import parse_box
from tests.sheets_api.errors import invalid, protected
from tests.sheets_api.kinds.cells import needed_mask, sort_box
from tests.sheets_api.lines import box_of_range
from tests.sheets_api.masks import write_mask
from tests.sheets_api.resources import (
    filter_message,
    named_range,
    protected_message,
    rule_message,
)

_NAME = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
LONGEST_NAME = 250


def _new_number(book, taken):
    while (number := book.random.randrange(1_000_000, 2**31 - 1)) in taken:
        pass
    return number


# Named ranges


def _check_name(book, name, key=None):
    wrong = (
        not name
        or len(name) > LONGEST_NAME
        or not _NAME.fullmatch(name)
        or name.lower() in ("true", "false")
        or parse_box(name) is not None
    )
    if wrong:
        raise invalid(f'The name of the named range is invalid: "{name}".')
    for other, entry in book.named.items():
        if other != key and entry["name"].casefold() == name.casefold():
            raise invalid(
                f"Cannot add named range with name: {name}. A named range with that"
                " name already exists."
            )


def add_named_range(book, user, request):
    wanted = request.get("namedRange") or {}
    key = wanted.get("namedRangeId") or str(_new_number(book, book.named))
    if book.quirks.ids_may_repeat:
        book.named.pop(key, None)
    if key in book.named:
        raise invalid(
            f"Cannot add named range with id: {key}. A named range with that id"
            " already exists."
        )
    _check_name(book, wanted.get("name") or "")
    sheet, box = book.place_of_range(wanted.get("range") or {})
    book.named[key] = {"name": wanted["name"], "sheet_id": sheet.sheet_id, "box": box}
    return {"namedRange": named_range(key, book.named[key])}


def _named(book, key):
    if key not in book.named:
        raise invalid(f"No NamedRange with id: {key or ''}")
    return book.named[key]


def update_named_range(book, user, request):
    mask = needed_mask(request)
    new = request.get("namedRange") or {}
    key = new.get("namedRangeId")
    current = named_range(key, entry) if (entry := _named(book, key))["box"] else {}
    merged = write_mask(current, new, mask)
    _check_name(book, merged.get("name") or "", key)
    sheet, box = book.place_of_range(merged.get("range") or {})
    book.named[key] = {"name": merged["name"], "sheet_id": sheet.sheet_id, "box": box}


def delete_named_range(book, user, request):
    key = request.get("namedRangeId")
    _named(book, key)
    del book.named[key]


# Protected ranges


def _protection(book, sheet, user, message, *, box=None):
    """What is kept of a ProtectedRange message."""
    editors = message.get("editors")
    asked = None if editors is None else {k: v for k, v in editors.items() if v}
    users = (asked or {}).get("users") or ()
    rest = {
        name: part
        for name, part in message.items()
        if name in ("description", "warningOnly", "namedRangeId") and part
    }
    return {
        "box": box_of_range(message.get("range") or {}) if box is None else box,
        "message": rest,
        "asked": asked,
        "editors": {*users, user, book.owner},
        "free": [box_of_range(e) for e in message.get("unprotectedRanges") or []],
    }


def add_protected_range(book, user, request):
    wanted = request.get("protectedRange") or {}
    if wanted.get("namedRangeId"):
        entry = _named(book, wanted["namedRangeId"])
        sheet, box = book.sheet(entry["sheet_id"]), entry["box"]
    else:
        sheet, box = book.place_of_range(wanted.get("range") or {})
    taken = {key for other in book.sheets for key in other.protected}
    key = wanted.get("protectedRangeId")
    if key in taken:
        raise invalid(f"Protected range with id {key} already exists.")
    key = _new_number(book, taken) if key is None else key
    sheet.protected[key] = _protection(book, sheet, user, wanted, box=box)
    return {"protectedRange": protected_message(book, sheet, key, user, reply=True)}


def _protected(book, user, key):
    for sheet in book.sheets:
        if key in sheet.protected:
            entry = sheet.protected[key]
            warning = entry["message"].get("warningOnly")
            if user not in entry["editors"] and not warning:
                raise protected()
            return sheet, entry
    raise invalid(f"No protected range with id: {key}")


def update_protected_range(book, user, request):
    mask = needed_mask(request)
    new = request.get("protectedRange") or {}
    key = new.get("protectedRangeId")
    sheet, _ = _protected(book, user, key)
    merged = write_mask(protected_message(book, sheet, key, user), new, mask)
    _, box = book.place_of_range(merged.get("range") or {})
    sheet.protected[key] = _protection(book, sheet, user, merged, box=box)


def delete_protected_range(book, user, request):
    key = request.get("protectedRangeId")
    sheet, _ = _protected(book, user, key)
    del sheet.protected[key]


# Conditional formats


def _rule(book, message):
    ranges = message.get("ranges") or []
    if not ranges:
        raise invalid("Conditional format rule must have at least one range.")
    if "booleanRule" not in message and "gradientRule" not in message:
        raise invalid("No rule set.")
    places = [book.place_of_range(entry) for entry in ranges]
    kept = {name: part for name, part in message.items() if name != "ranges"}
    return places[0][0], {"boxes": [box for _, box in places], "message": kept}


def add_conditional_format_rule(book, user, request):
    sheet, rule = _rule(book, request.get("rule") or {})
    index = request.get("index") or 0
    if index > len(sheet.conditional):
        raise invalid(f"Invalid index: {index}.")
    sheet.conditional.insert(index, rule)


def _rule_at(sheet, index):
    if not 0 <= index < len(sheet.conditional):
        raise invalid(
            f"No conditional format on sheet: {sheet.sheet_id} at index: {index}"
        )
    return sheet.conditional[index]


def delete_conditional_format_rule(book, user, request):
    sheet = book.sheet(request.get("sheetId"))
    index = request.get("index") or 0
    rule = _rule_at(sheet, index)
    del sheet.conditional[index]
    return {"rule": rule_message(sheet, rule)}


def update_conditional_format_rule(book, user, request):
    index = request.get("index") or 0
    if "rule" in request:
        sheet, rule = _rule(book, request["rule"])
        old = _rule_at(sheet, index)
        sheet.conditional[index] = rule
        reply = {"oldRule": rule_message(sheet, old)}
        return (
            reply | {"newRule": rule_message(sheet, rule)} | _index("newIndex", index)
        )
    sheet = book.sheet(request.get("sheetId"))
    rule = _rule_at(sheet, index)
    to = request.get("newIndex") or 0
    sheet.conditional.insert(to, sheet.conditional.pop(index))
    reply = {"newRule": rule_message(sheet, rule)}
    return reply | _index("oldIndex", index) | _index("newIndex", to)


def _index(name, value):
    return {name: value} if value else {}


# Filters and banding


def set_basic_filter(book, user, request):
    wanted = request.get("filter") or {}
    sheet, box = book.place_of_range(wanted.get("range") or {})
    box = sheet.close(box)
    specs = wanted.get("sortSpecs") or []
    if specs:
        below = box._replace(top=min(box.top + 1, box.bottom))
        book.check_edit(user, sheet, below)
        sort_box(book, sheet, below, specs)
    rest = {name: part for name, part in wanted.items() if name != "range" and part}
    sheet.basic_filter = {"box": box, "message": rest}


def clear_basic_filter(book, user, request):
    book.sheet(request.get("sheetId")).basic_filter = None


def add_filter_view(book, user, request):
    wanted = request.get("filter") or {}
    sheet, box = book.place_of_range(wanted.get("range") or {})
    taken = {key for other in book.sheets for key in other.filter_views}
    key = wanted.get("filterViewId")
    if key in taken:
        raise invalid(f"Filter view with id {key} already exists.")
    key = _new_number(book, taken) if key is None else key
    rest = {name: part for name, part in wanted.items() if name != "range" and part}
    rest |= {"filterViewId": key, "title": wanted.get("title") or "Filter 1"}
    sheet.filter_views[key] = {"box": sheet.close(box), "message": rest}
    return {"filter": filter_message(sheet, sheet.filter_views[key])}


def delete_filter_view(book, user, request):
    key = request.get("filterId")
    for sheet in book.sheets:
        if key in sheet.filter_views:
            del sheet.filter_views[key]
            return
    raise invalid(f"No filter view with id: {key}")


def add_banding(book, user, request):
    wanted = request.get("bandedRange") or {}
    sheet, box = book.place_of_range(wanted.get("range") or {})
    box = sheet.close(box)
    if any(sheet.close(entry["box"]).meets(box) for entry in sheet.banded.values()):
        raise invalid(
            "You cannot add alternating background colors to a range that"
            " already has alternating background colors."
        )
    taken = {key for other in book.sheets for key in other.banded}
    key = wanted.get("bandedRangeId")
    if key in taken:
        raise invalid(f"Banded range with id {key} already exists.")
    key = _new_number(book, taken) if key is None else key
    rest = {name: part for name, part in wanted.items() if name != "range" and part}
    sheet.banded[key] = {"box": box, "message": {**rest, "bandedRangeId": key}}
    reply = filter_message(sheet, sheet.banded[key])
    return {"bandedRange": reply}


def delete_banding(book, user, request):
    key = request.get("bandedRangeId")
    for sheet in book.sheets:
        if key in sheet.banded:
            del sheet.banded[key]
            return
    raise invalid(f"No banding with id: {key}")


# Developer metadata of the spreadsheet, of tabs and of rows or columns


def create_developer_metadata(book, user, request):
    wanted = request.get("developerMetadata") or {}
    if not wanted.get("metadataKey"):
        raise invalid("Developer metadata must have a key.")
    if wanted.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise invalid("Developer metadata must have a visibility.")
    key = wanted.get("metadataId")
    if key in book.metadata:
        raise invalid(f"Developer metadata with id {key} already exists.")
    key = _new_number(book, book.metadata) if key is None else key
    place = dict(wanted.get("location") or {})
    place["locationType"] = _location_type(book, place)
    book.metadata[key] = {**wanted, "metadataId": key, "location": place}
    return {"developerMetadata": book.metadata[key]}


def _location_type(book, place):
    if place.get("spreadsheet"):
        return "SPREADSHEET"
    if "dimensionRange" in place:
        book.sheet(place["dimensionRange"].get("sheetId"))
        return "ROW" if place["dimensionRange"]["dimension"] == "ROWS" else "COLUMN"
    book.sheet(place.get("sheetId"))
    return "SHEET"


def delete_developer_metadata(book, user, request):
    look = (request.get("dataFilter") or {}).get("developerMetadataLookup") or {}
    gone = [
        entry
        for entry in book.metadata.values()
        if look.get("metadataId") in (None, entry["metadataId"])
        and look.get("metadataKey") in (None, entry["metadataKey"])
        and look.get("metadataValue") in (None, entry.get("metadataValue"))
    ]
    for entry in gone:
        del book.metadata[entry["metadataId"]]
    return {"deletedDeveloperMetadata": gone} if gone else {}


KINDS = {
    "addNamedRange": add_named_range,
    "updateNamedRange": update_named_range,
    "deleteNamedRange": delete_named_range,
    "addProtectedRange": add_protected_range,
    "updateProtectedRange": update_protected_range,
    "deleteProtectedRange": delete_protected_range,
    "addConditionalFormatRule": add_conditional_format_rule,
    "updateConditionalFormatRule": update_conditional_format_rule,
    "deleteConditionalFormatRule": delete_conditional_format_rule,
    "setBasicFilter": set_basic_filter,
    "clearBasicFilter": clear_basic_filter,
    "addFilterView": add_filter_view,
    "deleteFilterView": delete_filter_view,
    "addBanding": add_banding,
    "deleteBanding": delete_banding,
    "createDeveloperMetadata": create_developer_metadata,
    "deleteDeveloperMetadata": delete_developer_metadata,
}
