"""A file from outside, read by a process of its own (security.md, row 18).

Whatever a parser does with a hostile file, it does alone: it may use up its memory, hang
or die, and the app goes on. The process is a fresh interpreter, never a copy of the
threaded server; it gets no settings, no secrets and no name of a folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lib.errors import UnreadableFile
from lib.files import carrying
from lib.files.reading import (
    BUSY,
    DAMAGED,
    EMPTY,
    LARGEST_FILE,
    TOO_COSTLY,
    TOO_LARGE,
    SourceFile,
)

_ROOT: Final = Path(__file__).resolve().parents[2]
_START: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from lib.files.child import main;"
    "main(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))"
)
_KEPT: Final = ("SYSTEMROOT", "PATH", "TMPDIR", "TEMP", "LANG", "LC_ALL")
"""Settings that an interpreter may need to start at all."""

LARGEST_ANSWER: Final = 64 * 2**20
"""Bytes of an answer: more than the largest file that is read can say."""

_TO_GO: Final = 1.0
"""Seconds for a process that has answered."""

AT_ONCE: Final = 2
"""Files that are read at the same time; others wait for their turn."""

_turn = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost.

    memory: bytes of address space. processor: its seconds. deadline: seconds from the
    start to the answer, a busy machine allowed for. patience: seconds until its turn.
    """

    memory: int = 512 * 2**20
    processor: int = 10
    deadline: float = 20.0
    patience: float = 30.0


LIMITS: Final = Limits()


def read_upload(name: str, data: bytes, limits: Limits = LIMITS) -> SourceFile:
    """Return the sheets of a file, as `read_file` does, but read by another process.

    Raises:
        UnreadableFile: it is empty, too large, locked, damaged or unsafe; or reading
            it took too much memory or time; or too many files are read just now.
    """
    if not data:
        raise UnreadableFile(EMPTY)
    if len(data) > LARGEST_FILE:
        raise UnreadableFile(TOO_LARGE)
    if not _turn.acquire(timeout=limits.patience):
        raise UnreadableFile(BUSY)
    try:
        answer = _answer(name, data, limits)
    finally:
        _turn.release()
    return carrying.unpacked(answer)


def _answer(name: str, data: bytes, limits: Limits) -> bytes:
    """Return what the process said; it has ended when this returns."""
    process = _started(name, limits)
    late = threading.Event()

    def end_it() -> None:
        late.set()
        process.kill()

    deadline = threading.Timer(limits.deadline, end_it)
    deadline.start()
    try:
        answer = _exchanged(process, data)
    finally:
        deadline.cancel()
        _ended(process)
    if late.is_set() or len(answer) > LARGEST_ANSWER:
        raise UnreadableFile(TOO_COSTLY)
    if not answer:
        raise UnreadableFile(_why_silent(process.returncode))
    return answer


_LONGEST_NAME: Final = 200
"""Letters of a name; no system's are longer."""


def _started(name: str, limits: Limits) -> subprocess.Popen[bytes]:
    figures = (str(limits.memory), str(limits.processor))
    # A name may hold what no argument can, and be longer; its ending must stay.
    spoken = name[-_LONGEST_NAME:].encode("utf-8", "replace").decode()
    spoken = spoken.replace("\0", "")
    command = [sys.executable, "-I", "-c", _START, str(_ROOT), spoken, *figures]
    environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment, "PYTHONUTF8": "1"},
        close_fds=True,
    )


def _exchanged(process: subprocess.Popen[bytes], data: bytes) -> bytes:
    """Hand the file over and return the answer; "" from a process that died."""
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    with process.stdout as answers:
        try:
            with process.stdin as given:
                given.write(data)
        except OSError:  # it ended before it had heard everything
            return b""
        return answers.read(LARGEST_ANSWER + 1)


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Let the process go by itself, or make it."""
    try:
        process.wait(_TO_GO)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _why_silent(returned: int | None) -> str:
    """Return why there is no answer: used up its time or memory, or simply died."""
    killed = returned is not None and returned < 0
    return TOO_COSTLY if killed else DAMAGED
