"""What the emulator does with a request, apart from the bytes on the wire."""

import contextlib
import gzip
import json
import math
import threading
import time
import traceback
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.sheets_api import files as drive
from tests.sheets_api import values
from tests.sheets_api.batch import batch_update
from tests.sheets_api.clock import Clock
from tests.sheets_api.errors import (
    ApiError,
    bad_field,
    not_found,
)
from tests.sheets_api.faults import CONNECTION, Fault, Faults, fault_from
from tests.sheets_api.files import Files
from tests.sheets_api.kinds.tabs import copy_into
from tests.sheets_api.log import Call, Log
from tests.sheets_api.masks import WHOLE, apply_mask, parse_mask
from tests.sheets_api.quota import Quota
from tests.sheets_api.resources import sheet_properties, spreadsheet
from tests.sheets_api.routes import find_route
from tests.sheets_api.schema import check_mask, cleaned
from tests.sheets_api.tokens import Tokens
from tests.sheets_api.workbook import READ, WRITE

JSON = "application/json; charset=UTF-8"


class Request(NamedTuple):
    """A request as it came in; the path with its query is still encoded."""

    method: str
    target: str
    headers: dict
    body: bytes


class Response(NamedTuple):
    """An answer; `fault` tells the server what to do to the connection."""

    status: int
    headers: dict
    body: bytes
    fault: Fault | None = None


class Service:
    """All state of one emulator, and the answers to its calls.

    Args:
        clock: Gives epoch seconds; decides about quota, tokens, TODAY and times.
        quota: Whether the quotas are enforced.
        latency: Seconds that each call takes on top.
    """

    def __init__(self, *, clock=None, quota=False, latency=0.0):
        self.clock = clock or Clock()
        self.latency = latency
        self.files = Files(self.clock)
        self.tokens = Tokens(self.clock)
        self.quota = Quota(self.clock, enforced=quota)
        self.faults = Faults()
        self.log = Log()
        self.watchers = []
        self.closing = threading.Event()

    def answer(self, request):
        """Carry a request out, with its delay and its fault."""
        parts = urlsplit(request.target)
        query = parse_qs(parts.query, keep_blank_values=True)
        if parts.path.startswith("/_control/"):
            return self._control(request, parts.path)
        route = find_route(request.method, parts.path)
        if route is None:
            return Response(404, {"Content-Type": "text/html"}, b"<p>404.")
        self._wait(self.latency / 2)
        call = _Call(self, request, route, query, parts.path)
        response = call.run()
        self._wait(self.latency / 2)
        return response

    def _wait(self, seconds):
        if seconds > 0:
            self.closing.wait(seconds)

    def _control(self, request, path):
        """The switches, for tests that run the emulator as a process."""
        try:
            message = orjson.loads(request.body) if request.body else {}
            out = self._switch(request.method, path.removeprefix("/_control/"), message)
        except (ValueError, KeyError, TypeError) as error:
            return _as_json(400, {"error": str(error)}, {})
        return _as_json(200, {} if out is None else out, {})

    def _switch(self, method, name, message):
        if (method, name) == ("GET", "log"):
            return {"calls": [call.as_json() for call in self.log.calls()]}
        if (method, name) == ("DELETE", "log"):
            return self.log.clear()
        if (method, name) == ("POST", "faults"):
            self.faults.add(fault_from(message))
            return None
        if (method, name) == ("DELETE", "faults"):
            return self.faults.clear()
        if (method, name) == ("POST", "clock"):
            return self.clock.advance(float(message["advance"]))
        if (method, name) == ("POST", "latency"):
            self.latency = float(message["seconds"])
            return None
        if (method, name) == ("POST", "quota"):
            self.quota.enforced = bool(message["enforced"])
            return None
        if (method, name) == ("POST", "tokens"):
            self.tokens.mode = message.get("mode", self.tokens.mode)
            return self.tokens.expire_all() if message.get("expire") else None
        if (method, name) == ("POST", "quirks"):
            return self.files.quirks.set(**message)
        if (method, name) == ("POST", "share"):
            book = self.files.books[message["id"]]
            kind = "user" if message.get("user") else "anyone"
            return drive.share(book, kind, message["role"], message.get("user"))
        if (method, name) == ("POST", "create"):
            book = self.files.create(**message)
            drive.share(book, "anyone", "writer")
            return {"spreadsheetId": book.book_id}
        raise ValueError(f"no such switch: {method} {name}")


class _Call:
    """One request on its way through."""

    def __init__(self, service, request, route, query, path):
        self.service = service
        self.request = request
        self.route = route
        self.query = {name: found[-1] for name, found in query.items()}
        self.lists = query
        self.path = path
        self.user = None
        self.kinds = ()

    def run(self):
        fault = None
        try:
            if self.route.endpoint == "oauth.token":
                return self._logged(self._token(), None)
            header = self.request.headers.get("authorization")
            with contextlib.suppress(ApiError):
                self.user = self.service.tokens.user_of(header)
            fault = self.service.faults.strike(
                self.route.endpoint, self.path, self.user
            )
            self.user = self.service.tokens.user_of(header)
            return self._logged(self._struck(fault), fault)
        except ApiError as error:
            return self._logged(self._refusal(error), fault)
        except Exception:  # noqa: BLE001 - a bug of ours must not end the connection
            traceback.print_exc()
            broken = ApiError(500, "Internal error encountered.")
            return self._logged(self._refusal(broken), fault)

    def _token(self):
        fault = self.service.faults.strike("oauth.token", self.path, None)
        if fault is not None and fault.kind not in CONNECTION:
            return self._failure(fault)
        status, message = self.service.tokens.grant(self.request.body)
        return _as_json(status, message, self.request.headers, fault=fault)

    def _struck(self, fault):
        """The answer, with what the fault makes of it."""
        if fault is None:
            return self._done()
        if fault.kind == "rename-tab":
            self._rename_tab(fault)
            return self._done()
        if fault.kind == "late":
            threading.Thread(target=self._do_later, args=(fault,), daemon=True).start()
            return Response(0, {}, b"", fault)
        if fault.kind in ("reset", "hang") and not fault.applied:
            return Response(0, {}, b"", fault)
        if fault.kind in CONNECTION:
            return self._done()._replace(fault=fault)
        if fault.applied:
            self._done()
        return self._failure(fault)

    def _do_later(self, fault):
        self.service.closing.wait(fault.seconds)
        if not self.service.closing.is_set():
            with contextlib.suppress(ApiError):
                self._done()

    def _rename_tab(self, fault):
        book = self.service.files.books[self.route.parts["book"]]
        with book.lock:
            sheet = book.sheet_titled(fault.title) if fault.title else book.sheets[0]
            if sheet is not None:
                book.rename_in_formulas(sheet.title, fault.to or sheet.title + " 2")
                sheet.title = fault.to or sheet.title + " 2"
                book.touched()

    def _failure(self, fault):
        error, text = fault.error(self.service.clock())
        if text is None:
            return self._refusal(error)
        headers = {"Content-Type": "text/html; charset=UTF-8", **error.headers}
        return Response(error.code, headers, text.encode())

    def _refusal(self, error):
        return _as_json(
            error.code, error.body(), self.request.headers, extra=error.headers
        )

    def _done(self):
        """The answer of a call that nothing strikes."""
        if self.route.counted:
            self.service.quota.count(self.route.counted, self.user)
        result = _HANDLERS[self.route.endpoint](self)
        if isinstance(result, Response):
            return result
        pretty = self.query.get("prettyPrint", "true").lower() not in ("false", "0")
        return _as_json(200, result, self.request.headers, pretty=pretty)

    def _logged(self, response, fault):
        service = self.service
        counted = self.route.counted
        service.log.add(
            Call(
                service.clock(),
                self.request.method,
                self.path,
                self.route.endpoint,
                self.user,
                counted,
                response.status,
                fault.kind if fault else None,
                len(response.body),
                self.kinds,
            )
        )
        return response

    # What handlers need

    def body(self):
        """The JSON body.

        Raises:
            ApiError: It is no JSON object.
        """
        if not self.request.body:
            return {}
        try:
            message = json.loads(self.request.body)
        except ValueError as error:
            text = self.request.body.decode("utf-8", "replace")
            raise bad_field(
                f"Invalid JSON payload received. Unexpected token.\n{text[:40]}\n^"
            ) from error
        if not isinstance(message, dict):
            raise bad_field(
                'Invalid JSON payload received. Unknown name "": Root'
                " element must be a message."
            )
        return message

    @contextlib.contextmanager
    def book(self, need):
        """The spreadsheet, locked, if the user may do this.

        Raises:
            ApiError: 404 or 403.
        """
        book = self.service.files.books.get(self.route.parts["book"])
        if book is None:
            raise not_found()
        with book.lock:
            book.admit(self.user, need)
            book.recalculate()
            yield book
            for watch in self.service.watchers:
                watch(self, book)

    def mask(self):
        text = self.query.get("fields")
        return parse_mask(text) if text else None


def _plain(value):
    """What JSON cannot hold: error values go out as their text."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value)


def _as_json(status, message, request_headers, *, pretty=True, extra=None, fault=None):
    options = (orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE) if pretty else 0
    body = orjson.dumps(message, default=_plain, option=options)
    headers = {"Content-Type": JSON, "Vary": "Origin, X-Origin, Referer"}
    headers |= extra or {}
    if "gzip" in request_headers.get("accept-encoding", "") and len(body) > 1024:
        body = gzip.compress(body, 1)
        headers["Content-Encoding"] = "gzip"
    return Response(status, headers, body, fault)


def _get(call):
    mask = call.mask()
    check_mask(mask, "Spreadsheet")
    grid = call.query.get("includeGridData", "").lower() == "true"
    with call.book(READ) as book:
        ranges = call.lists.get("ranges", ())
        whole = spreadsheet(book, call.user, ranges, grid=grid, mask=mask)
        return whole if mask is None else apply_mask(whole, mask)


def _create(call):
    body = cleaned(call.body(), "Spreadsheet")
    wanted = body.get("properties") or {}
    book = call.service.files.create(
        wanted.get("title") or "Untitled spreadsheet",
        call.user,
        locale=wanted.get("locale") or "en_US",
        time_zone=wanted.get("timeZone") or "Etc/GMT",
    )
    _first_tabs(book, call.user, body.get("sheets") or [])
    whole = spreadsheet(book, call.user)
    return whole if call.mask() is None else apply_mask(whole, call.mask())


def _first_tabs(book, user, sheets):
    """The tabs that a new spreadsheet was asked to have."""
    if not sheets:
        return
    first = book.sheets[0]
    first.title, first.sheet_id = "\0", -1
    requests = [{"addSheet": {"properties": s.get("properties") or {}}} for s in sheets]
    batch_update(book, user, {"requests": requests})
    book.sheets.remove(first)
    for sheet, wanted in zip(book.sheets, sheets, strict=True):
        if (
            "sheetId" not in (wanted.get("properties") or {})
            and sheet is book.sheets[0]
        ):
            sheet.sheet_id = 0 if len(sheets) == 1 else sheet.sheet_id


def _batch_update(call):
    body = call.body()
    requests = body.get("requests")
    if isinstance(requests, list):
        call.kinds = tuple(next(iter(r), "") for r in requests if isinstance(r, dict))
    mask = call.mask()
    check_mask(mask, "BatchUpdateSpreadsheetResponse")
    if mask is not None and WHOLE in mask:
        mask = None
    with call.book(WRITE) as book:
        out = batch_update(book, call.user, body, mask)
    return out if mask is None else apply_mask(out, mask)


def _values_write(function):
    """A handler that writes values, undone as a whole where it fails."""

    def handle(call):
        body = call.body()
        with call.book(WRITE) as book:
            before = book.snapshot()
            try:
                out = function(call, book, body)
            except BaseException:
                book.restore(before)
                raise
        mask = call.mask()
        return out if mask is None else apply_mask(out, mask)

    return handle


def _values_get(call):
    with call.book(READ) as book:
        out = values.get(book, call.route.parts["range"], call.query)
    mask = call.mask()
    return out if mask is None else apply_mask(out, mask)


def _values_batch_get(call):
    with call.book(READ) as book:
        out = values.batch_get(book, call.lists.get("ranges", ()), call.query)
    mask = call.mask()
    return out if mask is None else apply_mask(out, mask)


def _copy_to(call):
    target_id = call.body().get("destinationSpreadsheetId")
    books = call.service.files.books
    source, target = books.get(call.route.parts["book"]), books.get(target_id)
    if source is None or target is None:
        raise not_found()
    source.admit(call.user, READ)
    with target.lock:
        target.admit(call.user, WRITE)
        sheet = source.sheet(int(call.route.parts["sheet"]))
        title, number = f"Copy of {sheet.title}", 1
        while target.sheet_titled(title):
            number += 1
            title = f"Copy of {sheet.title} {number}"
        copied = copy_into(target, sheet, title)
        target.touched()
        return sheet_properties(target, copied)


def _comments(call):
    call.service.files.find(call.route.parts["book"], call.user)
    return {"comments": []}


def _delete_file(call):
    drive.delete(call.service.files, call.user, call.route.parts["book"])
    return Response(204, {"Content-Type": "text/html"}, b"")


def _delete_permission(call):
    parts = call.route.parts
    drive.delete_permission(
        call.service.files, call.user, parts["book"], parts["permission"]
    )
    return Response(204, {"Content-Type": "text/html"}, b"")


def _export(call):
    kind, text = drive.export(
        call.service.files, call.user, call.route.parts["book"], call.query
    )
    return Response(200, {"Content-Type": kind}, text.encode())


def _upload(call):
    text = call.request.body.decode("utf-8-sig", "replace")
    return drive.import_text(
        call.service.files, call.user, call.route.parts["book"], text
    )


def _on_file(function, *, with_body=False):
    def handle(call):
        more = (call.body(),) if with_body else ()
        book = call.route.parts["book"]
        return function(call.service.files, call.user, book, call.query, *more)

    return handle


def _range(call):
    return call.route.parts["range"]


_HANDLERS = {
    "spreadsheets.get": _get,
    "spreadsheets.create": _create,
    "spreadsheets.batchUpdate": _batch_update,
    "spreadsheets.sheets.copyTo": _copy_to,
    "values.get": _values_get,
    "values.batchGet": _values_batch_get,
    "values.update": _values_write(
        lambda c, book, body: values.update(book, c.user, _range(c), c.query, body)
    ),
    "values.append": _values_write(
        lambda c, book, body: values.append(book, c.user, _range(c), c.query, body)
    ),
    "values.clear": _values_write(
        lambda c, book, body: values.clear(book, c.user, _range(c))
    ),
    "values.batchUpdate": _values_write(
        lambda c, book, body: values.batch_update(book, c.user, body)
    ),
    "values.batchClear": _values_write(
        lambda c, book, body: values.batch_clear(book, c.user, body)
    ),
    "drive.files.create": lambda c: drive.create(
        c.service.files, c.user, c.query, c.body()
    ),
    "drive.files.list": lambda c: drive.listing(c.service.files, c.user, c.query),
    "drive.files.get": _on_file(drive.get),
    "drive.files.update": _on_file(drive.update, with_body=True),
    "drive.files.delete": _delete_file,
    "drive.files.copy": _on_file(drive.copy, with_body=True),
    "drive.files.export": _export,
    "drive.comments.list": _comments,
    "drive.permissions.create": _on_file(drive.create_permission, with_body=True),
    "drive.permissions.list": _on_file(drive.list_permissions),
    "drive.permissions.delete": _delete_permission,
    "drive.v2.upload": _upload,
}


def server_date(clock):
    """The Date header of an answer."""
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(clock()))
