"""Which of Streamlit's own addresses are answered.

Some tell whoever asks about the app or the computer; others serve what this app does
not use. They are refused here, whatever Streamlit's settings say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

DECIDED: Final[Mapping[str, bool]] = {
    "/_stcore/stream": True,
    # The front end asks both before it opens its socket, and waits for the answer.
    "/_stcore/health": True,
    "/_stcore/host-config": True,
    "/_stcore/upload_file/{session_id}/{file_id}": True,
    "/media/{file_id:path}": True,
    "": True,  # the front end's own files, and the shell for every other address
    "/_stcore/metrics": False,
    "/_stcore/script-health-check": False,
    "/_stcore/agent/interact": False,
    "/_stcore/agent/openapi.json": False,
    "/_stcore/agent/mcp": False,
    "/component/{path:path}": False,
    "/_stcore/bidi-components/{path:path}": False,
    "/app/static/{path:path}": False,
    # Its sign-in cookie nobody can take back; ours comes before it (signing_in).
    "/auth/login": False,
    "/auth/logout": False,
    "/oauth2callback": False,
}
"""Every address that Streamlit serves, and whether it may; a test knows a new one."""

SOCKET: Final = "/_stcore/stream"
_CORE: Final = "/_stcore/"
_FRONT_END: Final = ("/static/{path}", "/favicon.png", "/manifest.json")


class OnlyWhatIsUsed:
    """Answers 404 to what the app does not need."""

    def __init__(self, app: ASGIApp, own: Iterable[str]) -> None:
        """Stand in front of `app`; own: addresses of ours, as routes have them."""
        self._app = app
        theirs = {path for path, is_open in DECIDED.items() if path and is_open}
        self._open = _Addresses({*theirs, *own, *_FRONT_END})
        self._closed = _Addresses(DECIDED.keys() - theirs - {""})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse one request or socket."""
        if scope["type"] == "lifespan" or self._is_open(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "not found"})
        else:
            nothing = PlainTextResponse("Not Found", status_code=404)
            await nothing(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        path: str = scope["path"]
        if scope["type"] == "websocket":
            return path == SOCKET
        if path in self._open:
            return True
        return path not in self._closed and not (
            path.startswith(_CORE) or _is_a_file(path)
        )


class _Addresses:
    """Addresses as routes have them: whole, or up to what varies."""

    def __init__(self, routes: Iterable[str]) -> None:
        routes = frozenset(routes)
        self._whole = frozenset(path for path in routes if "{" not in path)
        self._begin = tuple(
            path.partition("{")[0] for path in routes if path not in self._whole
        )

    def __contains__(self, path: str) -> bool:
        return path in self._whole or path.startswith(self._begin)


def _is_a_file(path: str) -> bool:
    """Whether an address asks for a file, which no page of ours does.

    Streamlit answers with its shell and 200, which looks to every scanner as if
    `/.streamlit/secrets.toml` could be had.
    """
    return any("." in part for part in path.split("/"))
