"""Asks one layer of the front, as a server would, and gives what it answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message

from tests.waiting import run

HERE = "localhost:8501"


@dataclass(frozen=True)
class Answered:
    """What came back: the messages, and of the first its status and headers."""

    messages: list[Message]

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        pairs = self.messages[0].get("headers", [])
        return {name.decode().lower(): value.decode() for name, value in pairs}

    @property
    def text(self) -> str:
        return b"".join(m.get("body", b"") for m in self.messages[1:]).decode()

    @property
    def was_opened(self) -> bool:
        return self.messages[0]["type"] == "websocket.accept"


async def inside(scope: Any, receive: Any, send: Any) -> None:
    """Stand for all that is behind the front: takes the body, opens the socket."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"complaints"})


def scope_of(
    path: str = "/",
    *,
    method: str = "GET",
    kind: str = "http",
    client: str = "127.0.0.1",
    scheme: str = "http",
    **headers: str,
) -> dict[str, Any]:
    """Return one request. headers: with _ for -."""
    named = {"host": HERE, **headers}
    return {
        "type": kind,
        "method": method,
        "scheme": scheme.replace("http", "ws") if kind == "websocket" else scheme,
        "path": path,
        "query_string": b"",
        "server": ("127.0.0.1", 8501),
        "client": (client, 50_000),
        "extensions": {"websocket.http.response": {}},
        "headers": [
            (name.replace("_", "-").encode(), value.encode())
            for name, value in named.items()
        ],
    }


def ask(app: ASGIApp, scope: dict[str, Any], body: Iterable[bytes] = ()) -> Answered:
    """Return what `app` answers."""
    sent: list[Message] = []
    parts = list(body)

    async def receive() -> Message:
        if scope["type"] == "websocket":
            return {"type": "websocket.connect"}
        part = parts.pop(0) if parts else b""
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: Message) -> None:
        sent.append(message)

    run(app(scope, receive, send))
    return Answered(sent)
