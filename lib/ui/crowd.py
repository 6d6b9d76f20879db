"""How much of the server one visitor may take: open tabs, bytes, time."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.settings.limits import Room

FULL: Final = (
    "いま開いている画面が多すぎて、これ以上は開けません。"
    "使っていないタブを閉じてから、もう一度開いてください。\n"
    "Too many tabs are open for another one. Close those you do not use,"
    " then open this one again.\n"
)
_TRY_AGAIN: Final = 1013

LARGEST_HEAD: Final = 32 * 1024
"""Bytes of a request before its body; cookies and address included."""
LARGEST_BODY: Final = 64 * 1024
"""Bytes of a body that is no file."""
_MULTIPART: Final = 1024 * 1024
"""What a file's wrapping may add; as Streamlit reckons."""
UPLOADS: Final = "/_stcore/upload_file/"

MEMBER: Final = "mimamori.member"
"""Where in a scope the door says who has signed in; no client writes there."""

FIRST_SECONDS: Final = 20.0
"""Within which a body has to begin to arrive."""
SLOWEST: Final = 4 * 1024
"""Bytes a second below which a body is given up."""


class Crowd:
    """Opens no more tabs than there is room for; stands behind the sign-in."""

    def __init__(self, app: ASGIApp, room: Room, *, signs_in: bool) -> None:
        """Stand in front of `app`; signs_in: the door before us says who it is."""
        self._app = app
        self._room = room
        self._signs_in = signs_in
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request, or one socket as long as it stays open."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif _opens_a_tab(scope) and self._is_full(
            whose(scope, signs_in=self._signs_in)
        ):
            answer: Response = PlainTextResponse(
                FULL, status_code=503, headers={"retry-after": "60"}
            )
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        person = whose(scope, signs_in=self._signs_in)
        if self._is_full(person):
            await receive()
            await send(
                {"type": "websocket.close", "code": _TRY_AGAIN, "reason": "too many"}
            )
            return
        self._open[person] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[person] -= 1
            if not self._open[person]:
                del self._open[person]

    def _is_full(self, person: str) -> bool:
        together = self._open.total()
        return together >= self._room.sessions or self._open[person] >= self._room.each


def whose(scope: Scope, *, signs_in: bool) -> str:
    """Return whom a tab or a file counts for: the member, or else the network address.

    The people of one office share an address, and each of them has signed in; who signs
    in twenty times is one person all the same.
    """
    if signs_in:
        return str(scope.get(MEMBER, ""))
    client = scope.get("client")
    return client[0] if client else ""


class Patience:
    """Takes no more than a request of ours has, and does not wait for ever for it."""

    def __init__(self, app: ASGIApp, largest_file: int) -> None:
        """Stand in front of `app`; largest_file: bytes of one upload."""
        self._app = app
        self._largest_file = largest_file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request or socket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if _head(scope) > LARGEST_HEAD:
            await _close(431, "Request Header Fields Too Large", scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, self._largest(scope))
        if body.is_too_large(_announced(scope)):
            await _close(413, "Content Too Large", scope, receive, send)
            return
        try:
            await self._app(scope, body.receive, send)
        except _TooLargeError:
            await _close(413, "Content Too Large", scope, receive, send)
        except _TooSlowError:
            await _close(408, "Request Timeout", scope, receive, send)

    def _largest(self, scope: Scope) -> int:
        if scope["path"].startswith(UPLOADS):
            return self._largest_file + _MULTIPART
        return LARGEST_BODY


class _TooLargeError(Exception):
    """More arrived than is taken."""


class _TooSlowError(Exception):
    """It did not arrive in time."""


class _Body:
    """A body on its way in."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self._receive = receive
        self._largest = largest
        self._begun_at = time.monotonic()
        self._taken = 0
        self._is_complete = False

    def is_too_large(self, size: int) -> bool:
        """Whether that many bytes are too many."""
        return size > self._largest

    async def receive(self) -> Message:
        """Return what comes next.

        Raises:
            _TooLargeError: it is too much.
            _TooSlowError: it takes too long.
        """
        if self._is_complete:
            return await self._receive()  # only the end of the connection follows
        allowed = FIRST_SECONDS + self._taken / SLOWEST
        left = self._begun_at + allowed - time.monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), max(left, 0))
        except TimeoutError as late:
            raise _TooSlowError from late
        self._taken += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        if self.is_too_large(self._taken):
            raise _TooLargeError
        return message


def _head(scope: Scope) -> int:
    headers = sum(len(name) + len(value) for name, value in scope["headers"])
    return headers + len(scope["path"]) + len(scope.get("query_string", b""))


def _announced(scope: Scope) -> int:
    """Return how many bytes the request says it has; 0 where it does not say."""
    said = Headers(scope=scope).get("content-length", "")
    return int(said) if said.isascii() and said.isdecimal() else 0


def _opens_a_tab(scope: Scope) -> bool:
    """Whether a browser asks for the shell of a page."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    is_page = "text/html" in Headers(scope=scope).get("accept", "")
    return is_page and not scope["path"].startswith(
        ("/signin", "/invitation/", "/calendar/", "/oauth2callback", "/media/")
    )


async def _close(
    status: int, said: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer, and take nothing more on this connection."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1009, "reason": said})
        return
    answer = PlainTextResponse(
        said, status_code=status, headers={"connection": "close"}
    )
    await answer(scope, receive, send)
