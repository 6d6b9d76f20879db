"""A browser without a screen: cookies, our forms, and Streamlit's socket."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Self

import httpx2
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from lib.actions.sign_in_desk import Desk
from lib.schema.masters import Member
from lib.store.live import LiveStore

LONGEST = 60.0
"""Seconds that a server may take over an answer: the machine may be busy."""
QUIET = 1.0
"""Seconds without a message after which a page has come to rest."""

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass(frozen=True)
class Company:
    """A small company and the desk where its people sign in."""

    desk: Desk
    live: LiveStore
    data: Path
    members: Mapping[str, Member]


@dataclass(frozen=True)
class Served:
    """A company, and where it is served."""

    company: Company
    url: str


class Browser:
    """One person's browser at a server."""

    def __init__(self, url: str) -> None:
        """Open nothing yet."""
        self.url = url
        self.client = httpx2.Client(
            base_url=url, timeout=LONGEST, follow_redirects=False, trust_env=False
        )

    def __enter__(self) -> Self:
        """Return the browser; it is closed at the end."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close it."""
        self.client.close()

    def page(self, path: str) -> httpx2.Response:
        """Ask for a page as a browser does whose person typed the address."""
        return self.client.get(path, headers={"Accept": "text/html"})

    def send(
        self, path: str, values: Mapping[str, str], *, to: str = "", origin: str = ""
    ) -> httpx2.Response:
        """Fill in the form of a page and send it."""
        found = self.page(path)
        hidden = {name: unescape(value) for name, value in _HIDDEN.findall(found.text)}
        return self.client.post(
            to or path,
            data={**hidden, **values},
            headers={"Origin": origin or self.url, "Accept": "text/html"},
        )

    def sign_in(
        self, email: str, password: str, path: str = "/signin"
    ) -> httpx2.Response:
        """Sign in by password."""
        return self.send(path, {"email": email, "password": password}, to="/signin")

    def cookies(self) -> str:
        """Return the Cookie header that this browser would send."""
        return "; ".join(f"{c.name}={c.value}" for c in self.client.cookies.jar)

    def socket(
        self, *, origin: str | None = "", tab: str = "", **headers: str
    ) -> ClientConnection:
        """Open Streamlit's socket; `tab`: the id of a session it had before."""
        return connect(
            f"{self.url.replace('http', 'ws', 1)}/_stcore/stream",
            origin=self.url if origin == "" else origin,
            subprotocols=["streamlit", *(["none", tab] if tab else [])],
            additional_headers={"Cookie": self.cookies(), **headers},
            open_timeout=LONGEST,
            max_size=None,
        )


def rerun(address: str = "", *, is_auto: bool = False, fragment: str = "") -> bytes:
    """Return what a browser sends to have a page run."""
    request = BackMsg()
    request.rerun_script.page_name = address
    request.rerun_script.is_auto_rerun = is_auto
    request.rerun_script.fragment_id = fragment
    return request.SerializeToString()


@dataclass(frozen=True)
class Said:
    """What a server said until it came to rest. tab: the id of Streamlit's session."""

    text: str
    tab: str


def said(socket: ClientConnection, longest: float = LONGEST) -> Said:
    """Return all that comes, until a run has finished or nothing comes for `longest`."""
    taken, tab, finished = b"", "", False
    deadline = time.monotonic() + longest
    while time.monotonic() < deadline:
        left = QUIET if finished else deadline - time.monotonic()
        try:
            received = socket.recv(timeout=left, decode=False)
        except (TimeoutError, ConnectionClosed):
            break
        taken += received
        message = ForwardMsg.FromString(received)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            tab = message.new_session.initialize.session_id
        finished = finished or kind == "script_finished"
    return Said(taken.decode("utf-8", "replace"), tab)
