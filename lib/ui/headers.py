"""What every answer tells the browser: what a page may load, and who may see it.

Streamlit says nothing of the kind. The policy was found by walking all pages in a
browser; tests/browser fail where it stops one of them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.settings.sign_in import SignIn
from lib.ui import boundary
from lib.ui.origin import own_origin

log = logging.getLogger("mimamori.errors")

SHELL_SCRIPT: Final = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"
"""The one script that stands in Streamlit's shell itself: it sets one flag to false."""

_SEALED: Final = ("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'")
_PAGE: Final = (
    "default-src 'none'",
    # Our components' code arrives by the socket and is run from a blob: only a script
    # that runs already can make one, so it opens no way for a first.
    f"script-src 'self' blob: {SHELL_SCRIPT}",
    # Streamlit's styles are made by its script, and carry no nonce.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "manifest-src 'self'",
    "object-src 'none'",
    "frame-src 'none'",
    *_SEALED,
)
FILE_POLICY: Final = "; ".join(("default-src 'none'", *_SEALED, "sandbox"))
"""Of what is no page: opened by its address, it may do nothing at all."""

_OFF: Final = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "origin-agent-cluster": "?1",
    "x-permitted-cross-domain-policies": "none",
    "permissions-policy": ", ".join(
        (
            *(f"{name}=()" for name in _OFF),
            "clipboard-write=(self)",
            "fullscreen=(self)",
        )
    ),
}
"""Whatever is answered; an answer that says otherwise for itself keeps its word."""

HTTPS_ONLY: Final = "max-age=31536000"
"""A year. Names below ours are not ours to speak for."""

_KEPT_BELOW: Final = ("/static/", "/signin/")
_KEPT: Final = ("/print.css", "/screen.css", "/favicon.png", "/manifest.json")
_MEDIA: Final = "/media/"


class Headers:
    """Adds the headers to every answer, and gives one where something broke."""

    def __init__(self, app: ASGIApp, how: SignIn | None) -> None:
        """Stand in front of `app`, as the first to be asked."""
        self._app = app
        self._how = how

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request or socket, and add to what is answered."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, self._how, send)
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:
            if scope["type"] != "http" or answer.has_begun:
                raise
            log.error("answering failed: %s", boundary.trace(error))  # noqa: TRY400
            broken = PlainTextResponse("Internal Server Error", status_code=500)
            await broken(scope, receive, answer.send)


class _Answer:
    """One answer on its way out."""

    def __init__(self, scope: Scope, how: SignIn | None, send: Send) -> None:
        self._scope, self._how, self._send = scope, how, send
        self.has_begun = False

    async def send(self, message: Message) -> None:
        """Send one message, with our headers if it has any."""
        kind = message["type"]
        if kind == "websocket.close" and not self.has_begun:
            await self._refuse(message)
            return
        if kind in (
            "http.response.start",
            "websocket.accept",
            "websocket.http.response.start",
        ):
            self.has_begun = True
            self._add(message)
        await self._send(message)

    async def _refuse(self, close: Message) -> None:
        """Answer a socket that is not opened with a response that has headers."""
        self.has_begun = True
        if "websocket.http.response" not in self._scope.get("extensions", {}):
            await self._send(close)
            return
        start: Message = {
            "type": "websocket.http.response.start",
            "status": int(HTTPStatus.FORBIDDEN),
            "headers": [(b"content-type", b"text/plain; charset=utf-8")],
        }
        self._add(start)
        await self._send(start)
        said = str(close.get("reason") or "refused").encode()
        await self._send({"type": "websocket.http.response.body", "body": said})

    def _add(self, start: Message) -> None:
        start.setdefault("headers", [])
        headers = MutableHeaders(scope=start)
        for name, value in ALWAYS.items():
            headers.setdefault(name, value)
        headers.setdefault("content-security-policy", self._policy(headers))
        if not self._may_be_kept():
            headers["cache-control"] = _not_stored(headers.get("cache-control", ""))
        if self._how is not None and self._how.is_secure:
            headers.setdefault("strict-transport-security", HTTPS_ONLY)
            start["headers"] = [
                (name, _secured(value) if name.lower() == b"set-cookie" else value)
                for name, value in start["headers"]
            ]

    def _policy(self, headers: MutableHeaders) -> str:
        is_page = headers.get("content-type", "").startswith("text/html")
        if not is_page or self._scope["path"].startswith(_MEDIA):
            return FILE_POLICY
        return page_policy(own_origin(self._scope, self._how))

    def _may_be_kept(self) -> bool:
        path = self._scope["path"]
        return path in _KEPT or path.startswith(_KEPT_BELOW)


def page_policy(origin: str | None) -> str:
    """Return the policy of a page at this origin; None: it may open no socket.

    The socket is named: not every browser counts it to 'self'.
    """
    socket = f" {origin.replace('http', 'ws', 1)}" if origin else ""
    return "; ".join((*_PAGE, f"connect-src 'self'{socket}"))


def _not_stored(said: str) -> str:
    private: Iterable[str] = ("private",) if "private" in said else ()
    return ", ".join((*private, "no-store"))


def _secured(cookie: bytes) -> bytes:
    """Return a cookie that is sent by https only."""
    flags = {part.strip().lower() for part in cookie.split(b";")[1:]}
    return cookie if b"secure" in flags else cookie + b"; Secure"
