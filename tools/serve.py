"""Start a server on a free port and stop it again, for tests and benchmarks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app.py"

SECONDS_TO_START = 90.0
SECONDS_TO_STOP = 15.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    url: where it answers, without a slash at the end.
    data: its data folder.
    log: the file that takes what it prints; it goes when the server goes.
    """

    url: str
    data: Path
    pid: int
    log: Path


@contextmanager
def serving(
    data: Path,
    *,
    script: Path = APP,
    settings: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Iterator[Server]:
    """Serve `script` on this computer only, with its own data folder, until the end.

    Args:
        data: becomes MIMAMORI_DATA.
        script: what `streamlit run` is given.
        settings: further environment variables, such as MIMAMORI_NOW. Those of the
            caller that start with MIMAMORI_ are not passed on.
        port: where it listens; a free one of its own choice where left out.

    Raises:
        RuntimeError: it ended, or did not answer in time; with what it printed last.
    """
    port = port or free_port()
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(script)),
        *("--server.port", str(port), "--server.address", "127.0.0.1"),
    ]
    with tempfile.TemporaryDirectory(prefix="mimamori-log-") as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=_environment(data, settings or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        server = Server(f"http://127.0.0.1:{port}", data, process.pid, log)
        try:
            _wait_until_healthy(server, process)
            yield server
        finally:
            _stop(process)


def fill_with_sample(
    data: Path,
    *,
    months: int,
    complaints_per_day: int | None = None,
    settings: Mapping[str, str] | None = None,
) -> None:
    """Fill the store of a data folder with the sample company.

    Raises:
        subprocess.CalledProcessError: the command refused; it has said why.
    """
    command = [sys.executable, "-m", "lib.cli", "sample", "--months", str(months)]
    if complaints_per_day is not None:
        command += ["--complaints-per-day", str(complaints_per_day)]
    subprocess.run(
        command, cwd=ROOT, env=_environment(data, settings or {}), check=True
    )


def free_port() -> int:
    """Return a port of this computer that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(data: Path, settings: Mapping[str, str]) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MIMAMORI_")
    }
    return {**inherited, "MIMAMORI_DATA": str(data), **settings}


def _wait_until_healthy(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if _answers(f"{server.url}/_stcore/health"):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{_end_of(server.log)}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - own server
            return bool(answer.status == 200)  # noqa: PLR2004 - OK
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
