"""The process that reads one file: it gets its bytes, answers, and ends.

It begins with limits on memory, processor time and writing, without the app's settings
and secrets, and without libraries that it can do without. Started by `apart`.
"""

from __future__ import annotations

import os
import sys
from typing import Final

UNNEEDED: Final = ("numpy", "lxml")
"""What openpyxl would load where it is there; neither is needed to read a file."""


def main(name: str, memory: int, seconds: int) -> None:
    """Read standard input as the file `name`; answer on standard output.

    memory: bytes of address space; seconds: of the processor. Both hold only where the
    system knows them (not on Windows).
    """
    limit(memory, seconds)
    for module in UNNEEDED:
        sys.modules[module] = None  # type: ignore[assignment]
    os.environ["OPENPYXL_LXML"] = "False"
    data = sys.stdin.buffer.read()
    sys.stdout.buffer.write(answer(name, data))
    sys.stdout.buffer.flush()
    # Nothing is tidied up: whatever a parser left behind goes with the process.
    os._exit(0)


def answer(name: str, data: bytes) -> bytes:
    """Return what the app is told about a file; never raises."""
    from lib.errors import UnreadableFile
    from lib.files import carrying, reading

    try:
        return carrying.packed(reading.read_file(name, data))
    except UnreadableFile as refused:
        return carrying.packed_refusal(refused)
    except MemoryError:
        return carrying.packed_refusal(UnreadableFile(reading.TOO_COSTLY))
    except BaseException:  # noqa: BLE001 - a parser may raise what is no Exception
        return carrying.packed_refusal(UnreadableFile(reading.DAMAGED))


def limit(memory: int, seconds: int) -> None:
    """Let this process have no more than that, and write no file."""
    try:
        import resource
    except ImportError:  # Windows: only the app's own deadline holds
        return
    wanted = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        _soft, hard = resource.getrlimit(kind)
        within = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (within, within))
        except (OSError, ValueError):  # macOS knows some limits only by name
            continue
