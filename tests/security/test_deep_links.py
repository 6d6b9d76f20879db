"""The first request to a fresh server, whatever its address, meets the main script.

Streamlit runs the files of a `pages/` folder beside its main script directly when one
of their addresses is the first request after a start: past every gate. Ours lies
elsewhere; here a client asks as a browser with a typed address does.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from lib.ui import navigation
from tools.serve import serving

WELCOME = "見守りへようこそ"
LONGEST = 60.0
QUIET = 1.0
"""Seconds without a message after which the page has come to rest."""

GATED = """
import streamlit as st
st.navigation([st.Page(lambda: st.write("the gate"), title="Gate", url_path="gate")]).run()
"""


def first_answer(url: str, address: str) -> str:
    """Return all that the server says to a tab that opens at `address`.

    Messages are binary, but every text in them stands there in UTF-8.
    """
    request = BackMsg()
    request.rerun_script.page_name = address
    said = b""
    finished, deadline = False, time.monotonic() + LONGEST
    with connect(
        f"{url.replace('http', 'ws', 1)}/_stcore/stream",
        origin=url,
        subprotocols=["streamlit"],
        open_timeout=LONGEST,
        max_size=None,
    ) as socket:
        socket.send(request.SerializeToString())
        while time.monotonic() < deadline:
            try:
                received = socket.recv(
                    timeout=QUIET if finished else LONGEST, decode=False
                )
            except TimeoutError:
                return said.decode("utf-8", "replace")
            said += received
            message = ForwardMsg.FromString(received)
            finished = message.WhichOneof("type") == "script_finished" or finished
    raise AssertionError("the server never came to rest")


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(page.code, marks=[] if page.code == "ledger" else pytest.mark.slow)
        for page in navigation.PAGES
    ],
)
def test_the_first_request_to_a_page_meets_the_main_script(code, tmp_path):
    """Nobody has a name yet, so whatever the address, the welcome is what comes."""
    with serving(tmp_path / "data") as server:
        said = first_answer(server.url, code)

    assert WELCOME in said
    assert "見つからないか、見る権限がありません" not in said


def test_a_script_with_pages_beside_it_would_be_passed_by(tmp_path: Path):
    """The negative control: the same client sees the page where nothing guards it."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "secret.py").write_text(
        'import streamlit as st\nst.write("the secret")\n', encoding="utf-8"
    )
    script = tmp_path / "main.py"
    script.write_text(GATED, encoding="utf-8")

    with serving(tmp_path / "data", script=script) as server:
        said = first_answer(server.url, "secret")

    assert "the secret" in said
    assert "the gate" not in said
