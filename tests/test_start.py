"""What a double click starts: the scripts beside the app, and the browser they open."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tools import opening
from tools.serve import ROOT, free_port

BAT = (ROOT / "start.bat").read_bytes()
COMMAND = (ROOT / "start.command").read_bytes()


@pytest.fixture
def app() -> Iterator[str]:
    class Healthy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/_stcore/health" else 404)
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Healthy)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_browser_opens_where_an_app_answers_and_nowhere_else(app, monkeypatch):
    shown: list[str] = []
    monkeypatch.setattr(opening.webbrowser, "open", shown.append)

    assert not opening.opened(f"http://127.0.0.1:{free_port()}", within=0)
    assert shown == []
    assert opening.opened(app, within=0)
    assert shown == [app]


def test_both_scripts_start_the_same_and_each_is_readable_to_its_system():
    for script in (BAT, COMMAND):
        assert b"-m streamlit run app.py" in script
        assert b"-r requirements.txt" in script
        assert b"-m tools.opening now" in script
    # cmd loses its labels in a file whose lines end otherwise.
    assert BAT.count(b"\n") == BAT.count(b"\r\n")
    assert b"\r" not in COMMAND
    assert (ROOT / "start.command").stat().st_mode & 0o111
    subprocess.run(["sh", "-n", ROOT / "start.command"], check=True)
