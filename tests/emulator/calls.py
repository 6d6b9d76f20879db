"""A bare client for talking to the emulator in its tests."""

import http.client
import json
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def message(self) -> str:
        return self.json["error"]["message"]


class Api:
    """Calls one spreadsheet as one user."""

    def __init__(self, url, book_id, user="app@example.com", timeout=10):
        self.address = urlsplit(url).netloc
        self.book_id = book_id
        self.user = user
        self.timeout = timeout

    def call(self, method, path, message=None, *, raw=None, headers=(), **query):
        connection = http.client.HTTPConnection(self.address, timeout=self.timeout)
        try:
            target = path + ("?" + urlencode(query, doseq=True) if query else "")
            body = raw if message is None else json.dumps(message).encode()
            sent = {"Authorization": f"Bearer {self.user}", **dict(headers)}
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def _path(self, rest=""):
        return f"/v4/spreadsheets/{self.book_id}{rest}"

    def get(self, cells, **query):
        return self.call("GET", self._path(f"/values/{quote(cells, safe='')}"), **query)

    def rows(self, cells, render="FORMATTED_VALUE", **query):
        answer = self.get(cells, valueRenderOption=render, **query)
        assert answer.status == 200, answer.raw
        return answer.json.get("values", [])

    def put(self, cells, rows, how="RAW", **query):
        path = self._path(f"/values/{quote(cells, safe='')}")
        query |= {"valueInputOption": how}
        return self.call("PUT", path, {"values": rows}, **query)

    def append(self, cells, rows, how="RAW", **query):
        path = self._path(f"/values/{quote(cells, safe='')}:append")
        query |= {"valueInputOption": how}
        return self.call("POST", path, {"values": rows}, **query)

    def batch(self, *requests, fields=None, **body):
        query = {"fields": fields} if fields else {}
        message = {"requests": list(requests), **body}
        return self.call("POST", self._path(":batchUpdate"), message, **query)

    def reply(self, request):
        """The reply to a single request that must succeed."""
        answer = self.batch(request)
        assert answer.status == 200, answer.raw
        return answer.json["replies"][0]

    def sheet(self, fields="*", **query):
        answer = self.call("GET", self._path(), fields=fields, **query)
        assert answer.status == 200, answer.raw
        return answer.json


def row_of(*values):
    """RowData with typed values; None leaves a cell blank."""
    kinds = {bool: "boolValue", str: "stringValue", int: "numberValue"}
    cells = [
        {}
        if v is None
        else {"userEnteredValue": {kinds.get(type(v), "numberValue"): v}}
        for v in values
    ]
    return {"values": cells}


def box(top, bottom, left, right, sheet_id=0):
    """A GridRange, ends excluded."""
    return {
        "sheetId": sheet_id,
        "startRowIndex": top,
        "endRowIndex": bottom,
        "startColumnIndex": left,
        "endColumnIndex": right,
    }


def span(axis, first, last, sheet_id=0):
    """A DimensionRange, end excluded."""
    return {
        "sheetId": sheet_id,
        "dimension": axis,
        "startIndex": first,
        "endIndex": last,
    }
