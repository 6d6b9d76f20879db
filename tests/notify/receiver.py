"""A web server on this computer that takes messages as a chat service would."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass
class Receiver:
    """What arrived; `status` is what every call is answered with."""

    port: int
    status: int = 200
    location: str = ""
    calls: list[tuple[str, dict[str, str], dict[str, Any]]] = field(
        default_factory=list
    )

    @property
    def address(self) -> str:
        """Return Apprise's address of a webhook here."""
        return f"json://127.0.0.1:{self.port}/hook"

    @property
    def taken(self) -> list[dict[str, Any]]:
        return [body for _path, _headers, body in self.calls]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run one until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.calls.append((self.path, dict(self.headers), _read(body)))
            self.send_response(found.status)
            if found.location:
                self.send_header("Location", found.location)
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the library's name

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Receiver(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _read(body: str) -> dict[str, Any]:
    if body.startswith("{"):
        found: dict[str, Any] = json.loads(body)
        return found
    return {name: values[0] for name, values in parse_qs(body).items()}
