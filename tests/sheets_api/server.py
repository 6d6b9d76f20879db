"""HTTP/1.1 on loopback: keep-alive, one write for each answer, and its faults."""

import contextlib
import http
import http.client
import socket
import socketserver
import struct
import sys
import threading

from tests.sheets_api.service import Request, server_date

_CHUNK = 64 * 1024
_LINGER_AND_RESET = struct.pack("ii", 1, 0)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address, service):
        super().__init__(address, _Connection)
        self.service = service
        self.open = set()
        self.door = threading.Lock()

    def close_connections(self):
        """End every open connection, so that no thread waits for a next request."""
        with self.door:
            connections = list(self.open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        """A client that goes away is none of our business; anything else is a bug."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        with self.server.door:
            self.server.open.add(self.connection)
        try:
            while self._one() and not self.server.service.closing.is_set():
                pass
        finally:
            with self.server.door:
                self.server.open.discard(self.connection)

    def _one(self):
        """Read a request and answer it.

        Returns:
            Whether the connection stays open.
        """
        line = self.rfile.readline(65537).decode("latin-1").strip()
        if not line:
            return False
        method, target, version = line.split(" ", 2)
        headers = {
            name.lower(): value
            for name, value in http.client.parse_headers(self.rfile).items()
        }
        body = self.rfile.read(int(headers.get("content-length") or 0))
        response = self.server.service.answer(Request(method, target, headers, body))
        stay = version == "HTTP/1.1" and headers.get("connection", "") != "close"
        if response.fault is not None:
            return self._misbehave(response)
        self.connection.sendall(self._bytes(response, stay=stay))
        return stay

    def _bytes(self, response, *, stay=False):
        reason = http.HTTPStatus(response.status).phrase
        headers = {
            "Date": server_date(self.server.service.clock),
            "Server": "ESF",
            "Content-Length": str(len(response.body)),
            "Connection": "keep-alive" if stay else "close",
            **response.headers,
        }
        if response.status == http.HTTPStatus.NO_CONTENT:
            del headers["Content-Length"]
        head = f"HTTP/1.1 {response.status} {reason}\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in headers.items()
        )
        return head.encode("latin-1") + b"\r\n" + response.body

    def _misbehave(self, response):
        fault = response.fault
        if fault.kind == "reset":
            self._reset()
        elif fault.kind == "hang":
            self.server.service.closing.wait(fault.seconds)
        elif fault.kind == "half":
            whole = self._bytes(response)
            self.connection.sendall(whole[: len(whole) - len(response.body) // 2 - 1])
        elif fault.kind == "slow":
            self._send_slowly(self._bytes(response), fault.rate)
        elif fault.kind == "huge":
            self._send_much(response, fault.bytes)
        return False

    def _reset(self):
        """Close in such a way that the other side sees a reset."""
        self.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_AND_RESET
        )
        with self.server.door:
            self.server.open.discard(self.connection)
        self.rfile.close()
        self.wfile.close()
        self.connection.close()

    def _send_slowly(self, data, rate):
        step = max(1, int(rate / 10))
        for start in range(0, len(data), step):
            if self.server.service.closing.wait(step / rate):
                return
            self.connection.sendall(data[start : start + step])

    def _send_much(self, response, extra):
        """The answer behind a heap of blanks, which JSON allows."""
        padded = response._replace(
            headers=response.headers
            | {"Content-Length": str(len(response.body) + extra)}
        )
        whole = self._bytes(padded)
        head = whole[: len(whole) - len(response.body)]
        self.connection.sendall(head)
        while extra > 0:
            self.connection.sendall(b" " * min(extra, _CHUNK))
            extra -= _CHUNK
        self.connection.sendall(response.body)


class Server:
    """A listening emulator.

    Args:
        service: Whose answers to give.
        port: On loopback; 0 for any free one.
    """

    def __init__(self, service, port=0):
        self.service = service
        self._bind(port)

    def _bind(self, port):
        self._server = _Server(("127.0.0.1", port), self.service)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}"

    def start(self):
        self._thread.start()

    def interrupt(self):
        """Refuse connections and end the open ones, until `resume`."""
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        self._thread.join()

    def resume(self):
        """Listen again, at the same address."""
        self._bind(self._port)
        self.start()

    def stop(self):
        """Stop for good, and end also the calls that hang."""
        self.service.closing.set()
        self.interrupt()
