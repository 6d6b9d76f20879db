"""Without sign-in the app does not even start on an address that others reach."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.serve import ROOT, free_port

LONGEST = 120


def start(data: Path, *command: str, **settings: str) -> subprocess.CompletedProcess:
    """Start a server that is expected to end by itself."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("MIMAMORI_")}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**inherited, "MIMAMORI_DATA": str(data), **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )


UVICORN = ("uvicorn", "app:app", "--port", "{port}", "--host")
STREAMLIT = (
    "streamlit",
    "run",
    "app.py",
    "--server.port",
    "{port}",
    "--server.address",
)


@pytest.mark.parametrize(
    ("command", "address"),
    [
        pytest.param(UVICORN, "0.0.0.0", id="uvicorn"),
        pytest.param(UVICORN, "::", id="uvicorn-ipv6", marks=pytest.mark.slow),
        pytest.param(STREAMLIT, "0.0.0.0", id="streamlit"),
    ],
)
def test_a_public_address_is_refused_with_the_reason(tmp_path, command, address):
    words = [word.format(port=free_port()) for word in command]
    ended = start(tmp_path / "data", *words, address)

    assert ended.returncode != 0
    said = ended.stdout + ended.stderr
    assert "サインインが設定されていないため" in said
    assert "Sign-in is not set up" in said


def test_sign_in_over_plain_http_is_refused_with_the_reason(tmp_path):
    ended = start(
        tmp_path / "data",
        *("streamlit", "run", "app.py", "--server.port", str(free_port())),
        MIMAMORI_SIGN_IN="on",
        MIMAMORI_URL="http://mimamori.example.jp",
    )

    assert ended.returncode != 0
    assert "MIMAMORI_URL を https:// で始まる住所に" in ended.stdout + ended.stderr
