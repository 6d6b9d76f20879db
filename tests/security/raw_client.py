"""A client that speaks Streamlit's protocol itself: it sends what no screen would.

It signs in over HTTP as a person does, opens the socket, and from there on sends
whatever it is told to, with no widget to hold it back. Every byte that it gets is kept.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed

from tests.signin.browsing import Browser
from tests.signin.people import GOOD

LONGEST = 60.0
_MAIN, _SIDEBAR = 0, 1
_DONE = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)

_FIELD_OF = {
    "button": "trigger_value",
    "checkbox": "bool_value",
    "selectbox": "string_value",
    "radio": "string_value",
    "text_input": "string_value",
    "text_area": "string_value",
    "dataframe": "string_value",
    "vega_lite_chart": "string_value",
    "number_input": "double_value",
    "button_group": "string_array_value",
    "multiselect": "string_array_value",
    "date_input": "string_array_value",
    "time_input": "string_value",
    "popover": "bool_value",
    "expandable": "bool_value",
    "tab_container": "string_value",
    "bidi_component": "json_value",
}
"""In which field of a widget's state its value is sent."""


@dataclass(frozen=True)
class Widget:
    """A control that a server has sent: `kind` as its protobuf names it."""

    kind: str
    id: str
    label: str
    options: tuple[str, ...] = ()
    is_disabled: bool = False
    is_in_menu: bool = False


class RawClient:
    """One tab of one signed-in browser.

    taken: every byte that the server sent it, through the socket and as files.
    """

    def __init__(self, browser: Browser, tab: str = "") -> None:
        """Open nothing yet; `tab`: the id of a session that it claims to have had."""
        self.browser = browser
        self.taken = bytearray()
        self.tab = ""
        self.elements: dict[tuple[int, ...], Element] = {}
        self.blocks: dict[tuple[int, ...], Any] = {}
        self._states: dict[str, tuple[str, Any]] = {}
        self._page, self._query, self._hash = "", "", ""
        self._opening = browser.socket(tab=tab)

    @classmethod
    def of(cls, url: str, address: str) -> Self:
        """Sign in as a member and open a tab."""
        browser = Browser(url)
        came = browser.sign_in(address, GOOD)
        assert came.headers.get("location") == "/", came.text
        return cls(browser)

    def __enter__(self) -> Self:
        """Open the socket and return the client; it is closed at the end."""
        self._socket = self._opening.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self._opening.__exit__(*error)
        self.browser.client.close()

    # What a browser does -------------------------------------------------------------

    def open(self, page: str, **query: str) -> str:
        """Open a page by its address and return all that is said until it rests."""
        self._states.clear()
        self._page, self._query, self._hash = page, urlencode(query), ""
        return self.run()

    def run(self, *triggers: str) -> str:
        """Run the page again with everything set so far and these buttons pressed."""
        self.send(self.request(*triggers))
        return self.listen()

    def request(self, *triggers: str) -> BackMsg:
        """Return what `run` would send."""
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string = self._query
        state.page_name = "" if self._hash else self._page
        state.page_script_hash = self._hash
        for number, (field, value) in self._states.items():
            widget = state.widget_states.widgets.add()
            widget.id = number
            if field.endswith("_array_value"):
                getattr(widget, field).data.extend(value)
            elif isinstance(value, Message):
                getattr(widget, field).CopyFrom(value)
            else:
                setattr(widget, field, value)
        for number in triggers:
            widget = state.widget_states.widgets.add()
            widget.id = number
            widget.trigger_value = True
        return asked

    def put(self, widget: Widget, value: Any) -> None:
        """Give a widget a value, allowed or not, for the next run."""
        self._states[widget.id] = (_FIELD_OF[widget.kind], value)

    def put_as(self, widget: Widget, field: str, value: Any) -> None:
        """Give a widget a value in a field of our choice: of a kind it never has."""
        self._states[widget.id] = (field, value)

    def choose(self, widget: Widget, value: Any) -> str:
        """Give a widget a value and run."""
        self.put(widget, value)
        return self.run()

    def select(self, widget: Widget, rows: list[Any], cells: list[Any] = ()) -> str:
        """Choose rows of a grid, whether it has them or not."""
        chosen = {"rows": rows, "columns": [], "cells": list(cells)}
        return self.choose(widget, json.dumps({"selection": chosen}))

    def upload(self, key: str, name: str, data: bytes) -> str:
        """Give a field of ours a file, and run."""
        uploader = next(
            e.file_uploader
            for e in self.elements.values()
            if e.WhichOneof("type") == "file_uploader" and key in e.file_uploader.id
        )
        number = uuid.uuid4().hex
        status = self.put_file(self.tab, number, name, data)
        assert status == 204, status
        told = FileUploaderState()
        told.uploaded_file_info.add(name=name, size=len(data), file_id=number)
        self._states[uploader.id] = ("file_uploader_state_value", told)
        return self.run()

    def put_file(self, tab: str, number: str, name: str, data: bytes) -> int:
        """Send a file to a session and return the status of the answer."""
        http = self.browser.client
        http.get("/_stcore/health")
        token = http.cookies.get("_streamlit_xsrf", "")
        headers = {"Origin": self.browser.url, "X-Xsrftoken": token}
        path = f"/_stcore/upload_file/{tab}/{number}"
        sent = {"file": (name, data)}
        return int(http.put(path, files=sent, headers=headers).status_code)

    def press(self, widget: Widget) -> str:
        """Press a button, enabled or not."""
        return self.run(widget.id)

    # What it sees ---------------------------------------------------------------------

    def widgets(self) -> Iterator[Widget]:
        """Yield the controls of the screen as it stands."""
        for path, element in sorted(self.elements.items()):
            kind = element.WhichOneof("type")
            if kind in _FIELD_OF and (held := getattr(element, kind)).id:
                yield _widget(kind, held, path)
        for _path, block in sorted(self.blocks.items()):
            kind = block.WhichOneof("type")
            if kind in _FIELD_OF and block.id:
                yield Widget(kind, block.id, _label(block, kind))

    def widget(self, key: str) -> Widget:
        """Return the control with that key of ours; AssertionError for none."""
        found = [w for w in self.widgets() if w.id.endswith(f"-{key}")]
        assert found, (key, [w.id for w in self.widgets()])
        return found[0]

    def main(self) -> list[Element]:
        """Return what stands beside the menu."""
        return [e for path, e in sorted(self.elements.items()) if path[0] == _MAIN]

    def downloads(self) -> list[str]:
        """Return the numbers of the files that the page offers to make."""
        buttons = [
            e.download_button
            for e in self.elements.values()
            if e.WhichOneof("type") == "download_button"
        ]
        return [b.deferred_file_id for b in buttons if b.deferred_file_id]

    def pictures(self) -> list[str]:
        """Return the addresses of the pictures on the page."""
        return [
            image.url
            for element in self.elements.values()
            if element.WhichOneof("type") == "imgs"
            for image in element.imgs.imgs
        ]

    # Files -----------------------------------------------------------------------------

    def make(self, number: str, *, tab: str = "", longest: float = LONGEST) -> str:
        """Have a file made and return its address; "" where nobody answers."""
        asked = BackMsg()
        request = asked.backend_operation_request
        request.request_id = "1"
        request.session_id = tab or self.tab
        request.deferred_file.file_id = number
        self.send(asked)
        message = self._next("backend_operation_response", longest)
        if message is None:
            return ""
        return str(message.backend_operation_response.deferred_file.url)

    def fetch(self, address: str) -> tuple[int, bytes]:
        """Return status and content of a file; what came is kept as taken."""
        found = self.browser.client.get(address)
        if found.status_code == 200:
            self.taken += found.content
        return found.status_code, found.content

    # The socket ------------------------------------------------------------------------

    def send(self, message: BackMsg) -> None:
        """Send anything."""
        self._socket.send(message.SerializeToString())

    def listen(self, longest: float = LONGEST) -> str:
        """Return what is said until a run is over; "" once nothing comes for `longest`."""
        begun = len(self.taken)
        self._next("script_finished", longest)
        return bytes(self.taken[begun:]).decode("utf-8", "replace")

    def is_dead(self, longest: float) -> bool:
        """Whether the server closes the socket within so many seconds of asking."""
        deadline = time.monotonic() + longest
        while time.monotonic() < deadline:
            try:
                self.send(self.request())
                self._socket.recv(timeout=1)
            except ConnectionClosed:
                return True
            except TimeoutError:
                continue
        return False

    def _next(self, wanted: str, longest: float) -> ForwardMsg | None:
        """Take in what comes until a message of that kind; None where it never comes."""
        deadline = time.monotonic() + longest
        while (left := deadline - time.monotonic()) > 0:
            try:
                said = self._socket.recv(timeout=left, decode=False)
            except (TimeoutError, ConnectionClosed):
                return None
            self.taken += said
            message = ForwardMsg.FromString(said)
            self._take_in(message)
            kind = message.WhichOneof("type")
            if kind != wanted:
                continue
            if kind != "script_finished" or message.script_finished in _DONE:
                return message
        return None

    def _take_in(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.tab = message.new_session.initialize.session_id or self.tab
            self.elements.clear()
            self.blocks.clear()
        elif kind == "navigation":
            self._hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "delta":
            path = tuple(message.metadata.delta_path)
            if message.delta.WhichOneof("type") == "new_element":
                self.elements[path] = message.delta.new_element
            elif message.delta.WhichOneof("type") == "add_block":
                self.blocks[path] = message.delta.add_block


def _widget(kind: str, held: Any, path: tuple[int, ...]) -> Widget:
    options = getattr(held, "options", ())
    words = (getattr(option, "content", option) for option in options)
    return Widget(
        kind,
        held.id,
        str(getattr(held, "label", "")),
        tuple(str(word) for word in words),
        is_disabled=bool(getattr(held, "disabled", False)),
        is_in_menu=path[0] == _SIDEBAR,
    )


def _label(block: Any, kind: str) -> str:
    held: Mapping[str, Any] | Any = getattr(block, kind)
    return str(getattr(held, "label", ""))
