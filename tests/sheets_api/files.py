"""Drive: the spreadsheets as files, with who may open them."""

import csv
import datetime as dt
import io
import re
import secrets

from tests.sheets_api.cells import BLANK
from tests.sheets_api.entering import enter
from tests.sheets_api.errors import drive_error, file_not_found, invalid
from tests.sheets_api.masks import apply_mask, parse_mask
from tests.sheets_api.quirks import Quirks
from tests.sheets_api.values import Rendering, read_box
from tests.sheets_api.workbook import READ, ROLES, WRITE, Workbook

SPREADSHEET = "application/vnd.google-apps.spreadsheet"
_PLAIN = ("kind", "id", "name", "mimeType")
_EXPORTS = {"text/csv": ",", "text/tab-separated-values": "\t"}
_TERM = re.compile(
    r"\s*(?:(?P<name>name|mimeType|trashed|fullText)\s*(?P<op>=|!=|contains)\s*"
    r"(?P<value>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|true|false)"
    r"|(?P<parent>'[^']*'|\"[^\"]*\")\s+in\s+parents)\s*(?:and|$)"
)


def new_id():
    """An id that looks like Drive's."""
    return "1" + secrets.token_urlsafe(33)[:43]


class Files:
    """All spreadsheets of an emulator."""

    def __init__(self, clock):
        self.clock = clock
        self.books = {}
        self.parents = {}
        self.quirks = Quirks()

    def create(self, title, owner, book_id=None, **more):
        """A new spreadsheet with one empty tab."""
        book = Workbook(book_id or new_id(), title, owner, self.clock, **more)
        book.quirks = self.quirks
        first = "シート1" if book.locale.startswith("ja") else "Sheet1"
        book.add_sheet(first, 0)
        self.books[book.book_id] = book
        return book

    def find(self, file_id, user, need=READ):
        """A file that a user may use.

        Raises:
            ApiError: 404, also where the user may not even see it; 403.
        """
        book = self.books.get(file_id)
        if book is None or book.role_of(user) < READ:
            raise file_not_found(file_id)
        if book.role_of(user) < need:
            raise drive_error(
                403,
                "insufficientFilePermissions",
                "The user does not have sufficient permissions for this file.",
            )
        return book


def stamp(seconds):
    """A moment as Drive writes it."""
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def resource(files, book, query):
    """A File message, by default its four usual fields."""
    full = {
        "kind": "drive#file",
        "id": book.book_id,
        "name": book.title,
        "mimeType": SPREADSHEET,
        "createdTime": stamp(book.created),
        "modifiedTime": stamp(book.modified),
        "version": str(book.version),
        "trashed": book.trashed,
        "parents": files.parents.get(book.book_id, ["root"]),
        "webViewLink": f"https://docs.google.com/spreadsheets/d/{book.book_id}/edit",
        "owners": [_person(book.owner)],
        "permissions": _permissions(book),
        "capabilities": {"canEdit": True, "canCopy": True},
    }
    if query.get("fields"):
        return apply_mask(full, parse_mask(query["fields"]))
    return {name: full[name] for name in _PLAIN}


def _person(user):
    return {
        "kind": "drive#user",
        "displayName": user,
        "me": True,
        "permissionId": "01",
        "emailAddress": user,
    }


def create(files, user, query, body):
    title = body.get("name") or "Untitled spreadsheet"
    if body.get("mimeType") not in (None, SPREADSHEET):
        raise invalid("Only spreadsheets are served here.")
    book = files.create(title, user)
    if body.get("parents"):
        files.parents[book.book_id] = list(body["parents"])
    return resource(files, book, query)


def get(files, user, file_id, query):
    return resource(files, files.find(file_id, user), query)


def update(files, user, file_id, query, body):
    book = files.find(file_id, user, WRITE)
    book.title = body.get("name") or book.title
    book.trashed = body.get("trashed", book.trashed)
    if query.get("addParents"):
        files.parents[file_id] = query["addParents"].split(",")
    book.touched()
    return resource(files, book, query)


def delete(files, user, file_id):
    files.find(file_id, user, ROLES["owner"])
    del files.books[file_id]


def copy(files, user, file_id, query, body):
    source = files.find(file_id, user)
    title = body.get("name") or f"Copy of {source.title}"
    book = files.create(title, user, locale=source.locale, time_zone=source.time_zone)
    book.sheets = [sheet.snapshot() for sheet in source.sheets]
    book.named = dict(source.named)
    book.settings = dict(source.settings)
    if body.get("parents"):
        files.parents[book.book_id] = list(body["parents"])
    return resource(files, book, query)


def listing(files, user, query):
    wanted = _search(files, query.get("q") or "")
    found = [
        book for book in files.books.values() if book.role_of(user) and wanted(book)
    ]
    found.sort(key=lambda book: book.modified, reverse=True)
    start = int(query.get("pageToken") or 0)
    size = int(query.get("pageSize") or 100)
    page = found[start : start + size]
    mask = parse_mask(query["fields"]) if query.get("fields") else None
    inner = {"fields": "*"} if mask else {}
    out = {"kind": "drive#fileList", "incompleteSearch": False}
    if start + size < len(found):
        out["nextPageToken"] = str(start + size)
    out["files"] = [resource(files, book, inner) for book in page]
    return apply_mask(out, mask) if mask else out


def _search(files, text):
    """A test of files from a query in Drive's language.

    Raises:
        ApiError: The query cannot be read.
    """
    tests, at = [], 0
    while at < len(text):
        found = _TERM.match(text, at)
        if not found:
            raise drive_error(
                400, "invalid", "Invalid Value", locationType="parameter", location="q"
            )
        tests.append(_term(files, found))
        at = found.end()
    return lambda book: all(test(book) for test in tests)


def _term(files, found):
    if found["parent"]:
        folder = found["parent"][1:-1]
        return lambda book: folder in files.parents.get(book.book_id, ["root"])
    value = found["value"]
    if value in ("true", "false"):
        return lambda book: book.trashed == (value == "true")
    value = re.sub(r"\\(.)", r"\1", value[1:-1])
    name, operator = found["name"], found["op"]

    def test(book):
        own = SPREADSHEET if name == "mimeType" else book.title
        if operator == "contains":
            return value.casefold() in own.casefold()
        return (own == value) == (operator == "=")

    return test


def export(files, user, file_id, query):
    """The first tab as text.

    Returns:
        (content type, text)
    """
    book = files.find(file_id, user)
    kind = query.get("mimeType") or ""
    if kind not in _EXPORTS:
        raise drive_error(
            400,
            "badRequest",
            "The requested conversion is not supported.",
            locationType="parameter",
            location="convertTo",
        )
    sheet = book.sheets[0]
    lines = read_box(book, sheet, sheet.whole(), Rendering({}))
    width = max((len(line) for line in lines), default=0)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=_EXPORTS[kind], lineterminator="\r\n")
    writer.writerows(line + [""] * (width - len(line)) for line in lines)
    return kind, out.getvalue().removesuffix("\r\n")


def import_text(files, user, file_id, text):
    """Replace a spreadsheet by the rows of a CSV text (upload with conversion)."""
    book = files.find(file_id, user, WRITE)
    book.sheets = []
    book.time_zone = "America/Los_Angeles"  # as every document made by conversion
    sheet = book.add_sheet(book.title)
    rows = list(csv.reader(io.StringIO(text)))
    sheet.grow(len(rows), max((len(row) for row in rows), default=0))
    for index, row in enumerate(rows):
        read = [enter(item, book.locale, book.this_year()) for item in row]
        sheet.put(
            index,
            {
                column: BLANK._replace(
                    value=typed.value,
                    formula=typed.formula,
                    format={"numberFormat": typed.format} if typed.format else None,
                )
                for column, typed in enumerate(read)
            },
        )
    book.touched()
    return _old_resource(book, user)


_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"
_SHEET_X = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LINKS = {
    "application/x-vnd.oasis.opendocument.spreadsheet": "ods",
    "text/tab-separated-values": "tsv",
    "application/pdf": "pdf",
    _SHEET_X: "xlsx",
    "text/csv": "csv",
    "application/zip": "zip",
    _DOCUMENT: "ods",
}


def _old_resource(book, user):
    """A File message of Drive v2, which uploads with conversion answer."""
    own = f"https://www.googleapis.com/drive/v2/files/{book.book_id}"
    page = f"https://docs.google.com/spreadsheets/d/{book.book_id}"
    export_link = f"https://docs.google.com/spreadsheets/export?id={book.book_id}"
    person = {
        "displayName": user,
        "kind": "drive#user",
        "isAuthenticatedUser": True,
        "permissionId": "01",
        "emailAddress": user,
        "picture": {"url": "https://lh3.googleusercontent.com/a/default-user=s64"},
    }
    now = stamp(book.modified)
    return {
        "kind": "drive#file",
        "userPermission": {
            "id": "me",
            "type": "user",
            "role": "owner",
            "kind": "drive#permission",
            "selfLink": f"{own}/permissions/me",
            "etag": '"1"',
            "pendingOwner": False,
        },
        "selfLink": own,
        "ownerNames": [book.owner],
        "lastModifyingUserName": user,
        "editable": True,
        "writersCanShare": True,
        "mimeType": SPREADSHEET,
        "exportLinks": {
            kind: f"{export_link}&exportFormat={end}" for kind, end in _LINKS.items()
        },
        "parents": [
            {
                "selfLink": f"{own}/parents/root",
                "id": "root",
                "isRoot": True,
                "kind": "drive#parentReference",
                "parentLink": "https://www.googleapis.com/drive/v2/files/root",
            }
        ],
        "thumbnailLink": f"https://docs.google.com/feeds/vt?gd=true&id={book.book_id}",
        "appDataContents": False,
        "iconLink": "https://drive-thirdparty.googleusercontent.com/16/type/"
        + SPREADSHEET,
        "shared": bool(book.permissions),
        "lastModifyingUser": person,
        "owners": [person],
        "copyable": True,
        "etag": f'"{book.version}"',
        "alternateLink": f"{page}/edit?usp=drivesdk",
        "embedLink": f"{page}/htmlembed",
        "fileSize": "1024",
        "copyRequiresWriterPermission": False,
        "spaces": ["drive"],
        "id": book.book_id,
        "title": book.title,
        "labels": {
            "viewed": True,
            "restricted": False,
            "starred": False,
            "hidden": False,
            "trashed": book.trashed,
        },
        "explicitlyTrashed": False,
        "createdDate": stamp(book.created),
        "modifiedDate": now,
        "modifiedByMeDate": now,
        "lastViewedByMeDate": now,
        "markedViewedByMeDate": stamp(0),
        "quotaBytesUsed": "1024",
        "version": str(book.version),
        "capabilities": {"canEdit": True, "canCopy": True},
    }


# Permissions


def _permissions(book):
    owner = {
        "kind": "drive#permission",
        "id": "01",
        "type": "user",
        "role": "owner",
        "emailAddress": book.owner,
        "displayName": book.owner,
        "deleted": False,
    }
    return [owner, *book.permissions.values()]


def _brief(permission, query):
    if query.get("fields"):
        return apply_mask(permission, parse_mask(query["fields"]))
    return {name: permission[name] for name in ("kind", "id", "type", "role")}


def share(book, kind, role, address=None):
    """Let someone in; returns the permission."""
    if kind not in ("user", "group", "domain", "anyone") or role not in ROLES:
        raise drive_error(400, "badRequest", "The permission type or role is invalid.")
    key = "anyoneWithLink" if kind == "anyone" else str(10**19 + len(book.permissions))
    for known, permission in book.permissions.items():
        if address and permission.get("emailAddress") == address:
            key = known
    permission = {"kind": "drive#permission", "id": key, "type": kind, "role": role}
    if address:
        permission |= {"emailAddress": address, "displayName": address}
    book.permissions[key] = permission
    return permission


def create_permission(files, user, file_id, query, body):
    book = files.find(file_id, user, WRITE)
    permission = share(
        book, body.get("type"), body.get("role"), body.get("emailAddress")
    )
    return _brief(permission, query)


def list_permissions(files, user, file_id, query):
    book = files.find(file_id, user)
    mask = parse_mask(query["fields"]) if query.get("fields") else None
    out = {"kind": "drive#permissionList", "permissions": _permissions(book)}
    if mask:
        return apply_mask(out, mask)
    return out | {"permissions": [_brief(p, {}) for p in out["permissions"]]}


def delete_permission(files, user, file_id, permission_id):
    book = files.find(file_id, user, WRITE)
    if permission_id not in book.permissions:
        raise drive_error(
            404,
            "notFound",
            f"Permission not found: {permission_id}.",
            locationType="parameter",
            location="permissionId",
        )
    del book.permissions[permission_id]
