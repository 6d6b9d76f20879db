"""Without sign-in the app answers this computer only (design.md 5).

The 「操作者」 picker is no proof of who somebody is, so whoever reaches the app could
read every complaint. A request from elsewhere, or one that a proxy passed on, is
refused, under `streamlit run` and uvicorn alike, whatever address the server binds.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PASSED_ON: Final = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded")
"""Headers with which a proxy says for whom it asks."""

REFUSED: Final = (
    "サインインが設定されていないため、このコンピューターからだけ使えます。\n"
    "Sign-in is not set up, so the app can be used on this computer only.\n"
)


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
    if any(name in headers for name in PASSED_ON):
        return False
    client = scope.get("client")
    return client is not None and is_loopback(client[0]) and _asks_for_us(headers)


def _asks_for_us(headers: Headers) -> bool:
    """Whether the Host is ours: a name that an attacker points at us is not."""
    host = headers.get("host", "")
    name = host.partition("]")[0].lstrip("[") if host[:1] == "[" else host.split(":")[0]
    return name == "localhost" or is_loopback(name)


def is_loopback(address: str) -> bool:
    """Whether an address is this computer's own, IPv4 in IPv6's clothes included."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return found.ipv4_mapped.is_loopback
    return found.is_loopback
