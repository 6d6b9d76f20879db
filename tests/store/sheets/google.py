"""A tiny HTTP server that answers what a test laid out, and notes what it was asked."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson


@dataclass
class Reply:
    """What is answered: raw bytes in pieces, so that a test can stop half-way."""

    status: int = 200
    body: Any = field(default_factory=lambda: {"valueRanges": []})
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    """Bytes after which the connection breaks off."""
    drip: float = 0.0
    """Seconds between single bytes."""
    reset: bool = False
    """Break off before any answer."""

    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else orjson.dumps(self.body)


def error(status: int, message: str = "", reason: str = "", **headers: str) -> Reply:
    """Return an error as Google words it."""
    body = {
        "error": {
            "code": status,
            "message": message,
            "details": [{"reason": reason}] if reason else [],
        }
    }
    return Reply(status, body, {k.replace("_", "-"): v for k, v in headers.items()})


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


class Google:
    """The server as the test sees it."""

    def __init__(self, replies: Sequence[Reply]) -> None:
        self.replies = list(replies)
        self.asked: list[Asked] = []
        self.stop = threading.Event()
        self.url = ""

    def next(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def serving(*replies: Reply) -> Iterator[Google]:
    """Serve the replies in order, the last one for ever."""
    google = Google(replies)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            parts = urlsplit(self.path)
            google.asked.append(
                Asked(
                    self.command,
                    parts.path,
                    parse_qs(parts.query),
                    dict(self.headers),
                    self.rfile.read(length),
                )
            )
            self.close_connection = True
            reply = google.next()
            if not reply.reset:
                self._answer(reply)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def _answer(self, reply: Reply) -> None:
            body = reply.bytes()
            self.send_response(reply.status)
            headers = {"Content-Type": "application/json", **reply.headers}
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if not reply.drip:
                self.wfile.write(body[: reply.cut])
                return
            for byte in body:
                if google.stop.wait(reply.drip):
                    return
                try:
                    self.wfile.write(bytes([byte]))
                except OSError:
                    return

        def log_message(self, *_args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: Any) -> None:
            pass

    server: socketserver.BaseServer = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    google.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield google
    finally:
        google.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
