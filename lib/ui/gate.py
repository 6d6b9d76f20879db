"""Without sign-in the app answers this computer only (design.md 5).

With sign-in `lib.ui.signing_in.door` decides; see there.

The 「操作者」 picker is no proof of who somebody is, so whoever reaches the app could
read every complaint. A request from elsewhere, or one that a proxy passed on, is
refused, under `streamlit run` and uvicorn alike, whatever address the server binds.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.settings.sign_in import SignIn
from lib.settings.this_computer import is_loopback, is_this_computer
from lib.ui import listening

PASSED_ON: Final = frozenset(
    {
        *("via", "forwarded", "x-real-ip", "x-client-ip", "x-cluster-client-ip"),
        *("cf-connecting-ip", "true-client-ip", "fastly-client-ip"),
        "x-original-forwarded-for",
    }
)
PASSED_ON_BY: Final = ("x-forwarded-", "x-envoy-")
"""Headers with which a proxy says that it asks for somebody: whole names, beginnings."""

REFUSED: Final = (
    "サインインが設定されていないため、このコンピューターからだけ使えます。\n"
    "Sign-in is not set up, so the app can be used on this computer only.\n"
)

NOT_PUBLIC: Final = (
    "サインインが設定されていないため、ほかのコンピューターに開く住所({host})では始めません。"
    "docs/operations.md の「サインイン」を設定するか、住所を 127.0.0.1 にしてください。\n"
    "Sign-in is not set up, so the app does not start on an address that other computers"
    " reach ({host}). Set up sign-in (docs/operations.md) or bind 127.0.0.1."
)


def refuse_to_be_public(how: SignIn | None) -> None:
    """End the start where other computers could reach an app without sign-in.

    Each of their requests would be refused anyway; whoever starts the app like that is
    told so, and not left to wonder.

    Raises:
        SystemExit: the server is about to bind, or has bound, such an address.
    """
    if how is not None and not how.is_local:
        return
    for config in listening.configs():
        if (
            config.uds is None
            and config.fd is None
            and not is_this_computer(config.host)
        ):
            raise SystemExit(NOT_PUBLIC.format(host=config.host))


class ThisComputerOnly:
    """Answers 403 to every request that does not come from this computer itself."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from loopback, refuse the rest."""
        if scope["type"] == "lifespan" or _is_local(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
        else:
            refused = PlainTextResponse(REFUSED, status_code=403)
            await refused(scope, receive, send)


def _is_local(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    if any(_is_of_a_proxy(name.lower()) for name in headers):
        return False
    client = scope.get("client")
    asked = headers.get("host", "")
    return client is not None and is_loopback(client[0]) and is_this_computer(asked)


def _is_of_a_proxy(name: str) -> bool:
    return name in PASSED_ON or name.startswith(PASSED_ON_BY)
