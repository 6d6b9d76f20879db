"""A person's hand: what people do to a spreadsheet in the browser.

It works through the same HTTP API as the app, as another user, so that its acts take
their turn among the app's and count against the person's own quota.
"""

import http.client
import json
from urllib.parse import quote, urlsplit

from tests.sheets_api.a1 import column_name, parse_box, quote_title
from tests.sheets_api.lines import range_of_box


class Refused(Exception):
    """The spreadsheet did not let the person do it.

    Attributes:
        status: The HTTP status.
        message: What it said.
    """

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


class Hand:
    """A person at one spreadsheet; rows are counted from 1, as on screen.

    Args:
        url: The emulator's.
        book_id: Which spreadsheet.
        user: The person's address.
    """

    def __init__(self, url, book_id, user="hito@example.com"):
        self.address = urlsplit(url).netloc
        self.book_id = book_id
        self.user = user

    # Cells

    def type(self, tab, cell, text):
        """Type a text into a cell; it is read in the spreadsheet's locale."""
        self.paste(tab, cell, [[text]])

    def paste(self, tab, cell, block):
        """Paste rows of texts from a cell on, as from another program."""
        path = f"/values/{_encoded(tab, cell)}?valueInputOption=USER_ENTERED"
        self._call("PUT", path, {"values": block})

    def clear(self, tab, cells):
        """Press Delete on cells: values go, formats stay."""
        self._call("POST", f"/values/{_encoded(tab, cells)}:clear", {})

    def read(self, tab, cells=None, *, render="FORMATTED_VALUE"):
        """What is to be seen in a range, row by row, blanks at the ends left out."""
        path = f"/values/{_encoded(tab, cells)}?valueRenderOption={render}"
        return self._call("GET", path).get("values", [])

    def check(self, tab, cell, *, ticked=True):
        """Tick a check box, or untick it; a cell without one becomes one."""
        place = self._range(tab, cell)
        rule = {"condition": {"type": "BOOLEAN"}}
        self.batch(
            {"setDataValidation": {"range": place, "rule": rule}},
            {
                "repeatCell": {
                    "range": place,
                    "cell": {"userEnteredValue": {"boolValue": ticked}},
                    "fields": "userEnteredValue",
                }
            },
        )

    def note(self, tab, cell, text):
        """Put a note on a cell."""
        self.batch(
            {
                "repeatCell": {
                    "range": self._range(tab, cell),
                    "cell": {"note": text},
                    "fields": "note",
                }
            }
        )

    def find_replace(self, tab, find, replacement, *, entire=False):
        """Find and replace on a tab; returns the number of places."""
        request = {
            "find": find,
            "replacement": replacement,
            "matchEntireCell": entire,
            "sheetId": self._sheet_id(tab),
        }
        reply = self.batch({"findReplace": request})["replies"][0]["findReplace"]
        return reply.get("occurrencesChanged", 0)

    # Rows and columns

    def insert_rows(self, tab, before, count=1):
        """Insert blank rows above row `before`."""
        span = self._span(tab, "ROWS", before - 1, before - 1 + count)
        self.batch(
            {"insertDimension": {"range": span, "inheritFromBefore": before > 1}}
        )

    def delete_rows(self, tab, first, last=None):
        """Delete rows first..last, both included."""
        span = self._span(tab, "ROWS", first - 1, last or first)
        self.batch({"deleteDimension": {"range": span}})

    def insert_columns(self, tab, before, count=1):
        """Insert blank columns before column number `before` (A is 1)."""
        span = self._span(tab, "COLUMNS", before - 1, before - 1 + count)
        self.batch({"insertDimension": {"range": span}})

    def delete_columns(self, tab, first, last=None):
        """Delete columns first..last, both included."""
        span = self._span(tab, "COLUMNS", first - 1, last or first)
        self.batch({"deleteDimension": {"range": span}})

    def move_rows(self, tab, first, last, before):
        """Drag rows first..last to above row `before`."""
        span = self._span(tab, "ROWS", first - 1, last)
        request = {"source": span, "destinationIndex": before - 1}
        self.batch({"moveDimension": request})

    def hide_rows(self, tab, first, last=None, *, hidden=True):
        """Hide rows first..last, or show them again."""
        request = {
            "range": self._span(tab, "ROWS", first - 1, last or first),
            "properties": {"hiddenByUser": hidden},
            "fields": "hiddenByUser",
        }
        self.batch({"updateDimensionProperties": request})

    def sort(self, tab, cells, column, *, descending=False):
        """Sort the rows of a range by a column number (A is 1)."""
        order = "DESCENDING" if descending else "ASCENDING"
        request = {
            "range": self._range(tab, cells),
            "sortSpecs": [{"dimensionIndex": column - 1, "sortOrder": order}],
        }
        self.batch({"sortRange": request})

    def copy(self, tab, cells, to):
        """Copy a range and paste it at a cell of the same tab."""
        request = {
            "source": self._range(tab, cells),
            "destination": self._range(tab, to),
            "pasteType": "PASTE_NORMAL",
        }
        self.batch({"copyPaste": request})

    def cut(self, tab, cells, to):
        """Cut a range and paste it at a cell of the same tab."""
        place = self._range(tab, to)
        target = {
            "sheetId": place["sheetId"],
            "rowIndex": place["startRowIndex"],
            "columnIndex": place["startColumnIndex"],
        }
        source = self._range(tab, cells)
        request = {"source": source, "destination": target, "pasteType": "PASTE_NORMAL"}
        self.batch({"cutPaste": request})

    def copy_rows(self, tab, first, last, to):
        """Copy whole rows over the rows from `to` on."""
        self.copy(tab, f"{first}:{last}", f"{to}:{to}")

    def merge(self, tab, cells):
        """Merge cells; only the first one's value stays."""
        self.batch(
            {"mergeCells": {"range": self._range(tab, cells), "mergeType": "MERGE_ALL"}}
        )

    # Tabs

    def rename_tab(self, tab, title):
        """Give a tab another title."""
        self._tab_property(tab, "title", title)

    def hide_tab(self, tab, *, hidden=True):
        self._tab_property(tab, "hidden", hidden)

    def _tab_property(self, tab, name, value):
        properties = {"sheetId": self._sheet_id(tab), name: value}
        request = {"properties": properties, "fields": name}
        self.batch({"updateSheetProperties": request})

    def add_tab(self, title):
        self.batch({"addSheet": {"properties": {"title": title}}})

    def delete_tab(self, tab):
        self.batch({"deleteSheet": {"sheetId": self._sheet_id(tab)}})

    def duplicate_tab(self, tab, title=None):
        """Duplicate a tab; its copy gets the title that Sheets would give it."""
        request = {"sourceSheetId": self._sheet_id(tab)}
        if title:
            request["newSheetName"] = title
        reply = self.batch({"duplicateSheet": request})["replies"][0]
        return reply["duplicateSheet"]["properties"]["title"]

    def tabs(self):
        """The titles of the tabs, in order."""
        fields = "?fields=sheets.properties(sheetId,title)"
        sheets = self._call("GET", fields)["sheets"]
        return [sheet["properties"]["title"] for sheet in sheets]

    def rename_header(self, tab, old, new, *, row=1):
        """Type another header over the one that reads `old`.

        Raises:
            LookupError: No header reads so.
        """
        headers = (self.read(tab, f"{row}:{row}") or [[]])[0]
        if old not in headers:
            raise LookupError(old)
        self.type(tab, f"{column_name(headers.index(old))}{row}", new)

    # The wire

    def batch(self, *requests):
        """Send requests as one batch."""
        return self._call("POST", ":batchUpdate", {"requests": list(requests)})

    def _sheet_id(self, tab):
        fields = "?fields=sheets.properties(sheetId,title)"
        for sheet in self._call("GET", fields)["sheets"]:
            if sheet["properties"]["title"] == tab:
                return sheet["properties"]["sheetId"]
        raise LookupError(tab)

    def _range(self, tab, cells):
        box = parse_box(cells)
        if box is None:
            raise ValueError(cells)
        place = {"sheetId": self._sheet_id(tab), "startRowIndex": box.top}
        return place | {"startColumnIndex": box.left} | range_of_box(0, box)

    def _span(self, tab, axis, first, last):
        return {
            "sheetId": self._sheet_id(tab),
            "dimension": axis,
            "startIndex": first,
            "endIndex": last,
        }

    def _call(self, method, path, message=None):
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.request(
                method,
                f"/v4/spreadsheets/{self.book_id}{path}",
                None if message is None else json.dumps(message),
                {
                    "Authorization": f"Bearer {self.user}",
                    "Content-Type": "application/json",
                },
            )
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise Refused(response.status, answer["error"]["message"])
        return answer


def _encoded(tab, cells):
    text = quote_title(tab) + (f"!{cells}" if cells else "")
    return quote(text, safe="")
