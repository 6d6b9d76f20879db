"""The one origin from which a request may come: that of the app's own pages.

Streamlit's own check lets through whoever sends no Origin, every port of this computer
and any name that points at us; and for a foreign origin it asks a server on the
Internet for our address while everybody waits.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.settings.sign_in import SignIn
from lib.settings.this_computer import is_this_computer

ASKS_ONLY: Final = ("GET", "HEAD")
"""Methods that change nothing; a browser names no origin when it uses them at home."""

REFUSED: Final = (
    "この画面以外からの操作は受け付けません。\nOnly the app's own pages may do this.\n"
)
_SECURE: Final = ("https", "wss")


class OwnPagesOnly:
    """Refuses what another site has a browser send, before anything looks at it."""

    def __init__(self, app: ASGIApp, how: SignIn | None) -> None:
        """Stand in front of `app`; how: people sign in, None where nobody has to."""
        self._app = app
        self._how = how

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse one request or socket."""
        if scope["type"] == "lifespan" or _is_own(scope, self._how):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send(
                {"type": "websocket.close", "code": 1008, "reason": "foreign origin"}
            )
        else:
            refused = PlainTextResponse(REFUSED, status_code=403)
            await refused(scope, receive, send)


def own_origin(scope: Scope, how: SignIn | None) -> str | None:
    """Return the origin of the page that may send this; None where we are not asked.

    On the Internet it is the one address of the settings. On this computer it is the
    name that the browser asked for, at the very port that we listen to.
    """
    host = Headers(scope=scope).get("host", "").lower()
    if how is not None and not how.is_local:
        return f"https://{how.host}" if host == how.host else None
    is_secure = scope.get("scheme") in _SECURE
    if not is_this_computer(host) or not _is_our_port(scope, host, secure=is_secure):
        return None
    return f"{'https' if is_secure else 'http'}://{host}"


def _is_own(scope: Scope, how: SignIn | None) -> bool:
    named = Headers(scope=scope).getlist("origin")
    if not named:
        return scope["type"] == "http" and scope["method"] in ASKS_ONLY
    return len(named) == 1 and named[0].lower() == own_origin(scope, how)


def _is_our_port(scope: Scope, host: str, *, secure: bool) -> bool:
    try:
        asked = urlsplit(f"//{host}").port or (443 if secure else 80)
    except ValueError:
        return False
    ours = (scope.get("server") or (None, None))[1]
    return ours is None or asked == ours
