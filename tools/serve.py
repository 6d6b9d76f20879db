"""Start a server on a free port and stop it again, for tests and benchmarks."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app.py"

STREAMLIT = (
    *("streamlit", "run", "{script}"),
    *("--server.port", "{port}", "--server.address", "127.0.0.1"),
)
"""How the app is started where nothing else is asked for."""

LOADED = "tools.loaded"
"""The module that loads what a prepared server begins with."""

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
    prepared: bool = False,
    command: Sequence[str] = STREAMLIT,
) -> Iterator[Server]:
    """Serve `script` on this computer only, with its own data folder, until the end.

    Args:
        data: becomes MIMAMORI_DATA.
        script: what `streamlit run` is given.
        settings: further environment variables, such as MIMAMORI_NOW. Those of the
            caller that start with MIMAMORI_ are not passed on.
        port: where it listens; a free one of its own choice where left out.
        prepared: begin in a process that has loaded `tools.loaded` already, which
            is the same server in a tenth of the time; else the command itself runs.
        command: a module of Python and its arguments; {script} and {port} are filled in.

    Raises:
        RuntimeError: it ended, or did not answer in time; with what it printed last.
    """
    port = port or free_port()
    arguments = [word.format(script=script, port=port) for word in command]
    environment = _environment(data, settings or {})
    with tempfile.TemporaryDirectory(prefix="mimamori-log-") as folder:
        log = Path(folder) / "server.log"
        begin = _Forked if prepared else _Fresh
        process: Running = begin(arguments, environment, log)
        server = Server(f"http://127.0.0.1:{port}", data, process.pid, log)
        try:
            _wait_until_healthy(server, process)
            yield server
        finally:
            _stop(process)


class Running(Protocol):
    """A process that serves."""

    pid: int

    def has_ended(self) -> bool:
        """Return whether it is over."""

    def ends_within(self, seconds: float) -> bool:
        """Wait that long at most, and return whether it is over."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""


class _Fresh:
    """The command, as people start it."""

    def __init__(
        self, arguments: list[str], environment: Mapping[str, str], log: Path
    ) -> None:
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid
        self.terminate = self._process.terminate
        self.kill = self._process.kill

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def ends_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


class _Forked:
    """The same command in a copy of a process that has loaded much of it."""

    def __init__(
        self, arguments: list[str], environment: Mapping[str, str], log: Path
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([LOADED])
        self._process = context.Process(
            target=_run, args=(arguments, dict(environment), log), daemon=True
        )
        with _nothing_as_main():
            self._process.start()
        self.pid = self._process.pid or 0
        self.terminate = self._process.terminate
        self.kill = self._process.kill

    def has_ended(self) -> bool:
        return self._process.exitcode is not None

    def ends_within(self, seconds: float) -> bool:
        self._process.join(seconds)
        return self.has_ended()


@contextmanager
def _nothing_as_main() -> Iterator[None]:
    """Hide the main module, which a child of multiprocessing would run anew.

    After a test of a page it is the app's own script (`streamlit.testing`), and a
    server that has run it keeps the store of another data folder.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _run(arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    with log.open("wb") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


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


def _wait_until_healthy(server: Server, process: Running) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.has_ended():
            break
        if _answers(f"{server.url}/_stcore/health"):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{_end_of(server.log)}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - own server # nosec B310
            return bool(answer.status == 200)  # noqa: PLR2004 - OK
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:]


def _stop(process: Running) -> None:
    process.terminate()
    if not process.ends_within(SECONDS_TO_STOP):
        process.kill()
        process.ends_within(SECONDS_TO_STOP)
