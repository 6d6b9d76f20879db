"""The shape of the API's messages, so that what Google refuses is refused here.

`schema.json` lists names and types of the messages served, after Google's discovery
document of Sheets v4 (revision 20261019): a name stands for a message, a list for a
repeated field, `enum A B` for its values, `any` for what is not looked into.
"""

import json
import pathlib

from tests.sheets_api.errors import BAD_REQUEST, bad_mask, invalid, snake
from tests.sheets_api.masks import WHOLE

MESSAGES = json.loads(
    pathlib.Path(__file__).with_name("schema.json").read_text("utf-8")
)
_WHOLE_NUMBERS, _NUMBERS = ("int32", "int64"), ("float", "double")
_ONE_OF = {"Request": "kind", "ExtendedValue": "value"}
_PACKAGE = "type.googleapis.com/google.apps.sheets.v4"


def cleaned(message, kind):
    """A message as the service sees it: nulls gone, numbers in texts read.

    Raises:
        ApiError: Names or types are not those of the message; all are told at once.
    """
    problems = []
    out = _message(message, kind, "", problems)
    if problems:
        violations = [
            ({"field": place} if place else {}) | {"description": text}
            for place, text in problems
        ]
        details = [{"@type": BAD_REQUEST, "fieldViolations": violations}]
        raise invalid("\n".join(text for _, text in problems), details=details)
    return out


def _message(message, kind, place, problems):
    if not isinstance(message, dict):
        problems.append(_wrong(place, f"{_PACKAGE}.{kind}", message))
        return {}
    fields, out = MESSAGES[kind], {}
    for name, value in message.items():
        known = name if name in fields else _camel(name)
        if known not in fields:
            problems.append(_unknown(name, place, "Cannot find field."))
        elif value is not None:
            inner = f"{place}.{snake(known)}" if place else snake(known)
            out[known] = _field(value, fields[known], (inner, place, name), problems)
    if kind in _ONE_OF and len(out) > 1:
        problems.append(_twice(place, _ONE_OF[kind], list(out)[1]))
    return out


def _camel(name):
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def _field(value, kind, at, problems):
    place = at[0]
    if isinstance(kind, list):
        if not isinstance(value, list):
            value = [value]
        return [
            _field(item, kind[0], (f"{place}[{index}]", *at[1:]), problems)
            for index, item in enumerate(value)
        ]
    if kind == "any":
        return value
    if isinstance(value, list):
        text = "Proto field is not repeating, cannot start list."
        problems.append(_unknown(at[2], at[1], text))
        return None
    if isinstance(kind, dict):
        if not isinstance(value, dict):
            problems.append(_wrong(place, "Map", value))
            return {}
        return {
            key: _field(item, kind["*"], (f"{place}[{key}]", *at[1:]), problems)
            for key, item in value.items()
        }
    if kind in MESSAGES:
        return _message(value, kind, place, problems)
    return _scalar(value, kind, place, problems)


def _scalar(value, kind, place, problems):
    if kind.startswith("enum "):
        return _enum(value, kind.split()[1:], place, problems)
    if kind in _WHOLE_NUMBERS + _NUMBERS:
        number = _number(value)
        if number is None or (kind in _WHOLE_NUMBERS and number != int(number)):
            problems.append(_wrong(place, f"TYPE_{kind.upper()}", value))
            return 0
        return int(number) if kind in _WHOLE_NUMBERS else number
    wanted = bool if kind == "boolean" else str
    if not isinstance(value, wanted):
        name = "TYPE_BOOL" if wanted is bool else "TYPE_STRING"
        problems.append(_wrong(place, name, value))
    return value


def _enum(value, allowed, place, problems):
    if isinstance(value, int) and not isinstance(value, bool):
        return allowed[value] if 0 <= value < len(allowed) else allowed[0]
    if value not in allowed:
        last = place.rsplit(".", 1)[-1].split("[")[0]
        title = "".join(part.title() for part in last.split("_"))
        problems.append(_wrong(place, f"{_PACKAGE}.{title}", value))
    return value


def _number(value):
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _unknown(name, place, why):
    where = f" at '{place}'" if place else ""
    text = f'Invalid JSON payload received. Unknown name "{name}"{where}: {why}'
    return place, text


def _wrong(place, kind, value):
    shown = json.dumps(value, ensure_ascii=False)
    return place, f"Invalid value at '{place}' ({kind}), {shown}"


def _twice(place, group, name):
    text = (
        f"Invalid value at '{place}' (oneof), oneof field '{group}' is already set."
        f" Cannot set '{name}'"
    )
    return place, text


def check_mask(tree, kind, path=""):
    """Refuse a field mask that names what a message does not have.

    Raises:
        ApiError: 400.
    """
    for name, branch in (tree or {}).items():
        if name == WHOLE:
            continue
        here = f"{path}.{name}" if path else name
        if name not in MESSAGES[kind]:
            raise bad_mask(here)
        inner = MESSAGES[kind][name]
        while isinstance(inner, list):
            inner = inner[0]
        if isinstance(inner, str) and inner in MESSAGES:
            check_mask(branch, inner, here)
