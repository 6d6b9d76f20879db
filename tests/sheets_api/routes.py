"""Which call a method and a path are."""

import re
from typing import NamedTuple
from urllib.parse import unquote

_BOOK = r"/v4/spreadsheets/(?P<book>[^/:]+)"
_FILE = r"/drive/v3/files/(?P<book>[^/]+)"
_RANGE = r"(?P<range>.+?)"
_ROUTES = [
    (method, re.compile(pattern, re.DOTALL), endpoint, counted)
    for method, pattern, endpoint, counted in (
        ("POST", r"/token", "oauth.token", None),
        ("POST", r"/v4/spreadsheets", "spreadsheets.create", "write"),
        ("GET", _BOOK, "spreadsheets.get", "read"),
        ("POST", rf"{_BOOK}:batchUpdate", "spreadsheets.batchUpdate", "write"),
        (
            "POST",
            rf"{_BOOK}/sheets/(?P<sheet>\d+):copyTo",
            "spreadsheets.sheets.copyTo",
            "write",
        ),
        ("GET", rf"{_BOOK}/values:batchGet", "values.batchGet", "read"),
        ("POST", rf"{_BOOK}/values:batchUpdate", "values.batchUpdate", "write"),
        ("POST", rf"{_BOOK}/values:batchClear", "values.batchClear", "write"),
        ("POST", rf"{_BOOK}/values/{_RANGE}:append", "values.append", "write"),
        ("POST", rf"{_BOOK}/values/{_RANGE}:clear", "values.clear", "write"),
        ("GET", rf"{_BOOK}/values/{_RANGE}", "values.get", "read"),
        ("PUT", rf"{_BOOK}/values/{_RANGE}", "values.update", "write"),
        ("POST", r"/drive/v3/files", "drive.files.create", None),
        ("GET", r"/drive/v3/files", "drive.files.list", None),
        ("GET", _FILE, "drive.files.get", None),
        ("PATCH", _FILE, "drive.files.update", None),
        ("DELETE", _FILE, "drive.files.delete", None),
        ("POST", rf"{_FILE}/copy", "drive.files.copy", None),
        ("GET", rf"{_FILE}/export", "drive.files.export", None),
        ("GET", rf"{_FILE}/comments", "drive.comments.list", None),
        ("POST", rf"{_FILE}/permissions", "drive.permissions.create", None),
        ("GET", rf"{_FILE}/permissions", "drive.permissions.list", None),
        (
            "DELETE",
            rf"{_FILE}/permissions/(?P<permission>[^/]+)",
            "drive.permissions.delete",
            None,
        ),
        (
            "PUT",
            r"/upload/drive/v2/files/(?P<book>[^/]+)",
            "drive.v2.upload",
            None,
        ),
    )
]


class Route(NamedTuple):
    """A call: its name, what quota it counts against, the parts of its path."""

    endpoint: str
    counted: str | None
    parts: dict


def find_route(method, path):
    """The route of a request.

    Args:
        method: GET, POST, ….
        path: Still percent-encoded, without the query.

    Returns:
        The route, or None where nothing is served.
    """
    for wanted, pattern, endpoint, counted in _ROUTES:
        if method != wanted:
            continue
        found = pattern.fullmatch(path) or pattern.fullmatch(path.replace("%3A", ":"))
        if found:
            parts = {name: unquote(part) for name, part in found.groupdict().items()}
            return Route(endpoint, counted, parts)
    return None
