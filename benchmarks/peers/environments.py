"""The peers' virtual environments: their pins do not go together with ours."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

PINS = Path(__file__).parent / "requirements"

PEERS = ("gspread-find", "gspread-dataframe", "pygsheets", "st-gsheets-connection")
"""Each a module of `benchmarks.peers` and a file of pins."""


def environment(peer: str, folder: Path) -> Path:
    """Return the interpreter of a peer's environment, made where it is missing.

    Raises:
        subprocess.CalledProcessError: it could not be made; pip says why.
    """
    pins = PINS / f"{peer}.txt"
    stamp = hashlib.sha256(pins.read_bytes()).hexdigest()
    place = folder / peer
    python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    done = place / "pins"
    if python.exists() and done.exists() and done.read_text() == stamp:
        return python
    # Without pip of its own, as in the Makefile: not every Python brings ensurepip.
    run = [sys.executable, "-m"]
    subprocess.run([*run, "venv", "--clear", "--without-pip", str(place)], check=True)
    install = ["pip", "--python", str(python), "install", "--quiet", "-r", str(pins)]
    subprocess.run([*run, *install], check=True)
    done.write_text(stamp)
    return python
