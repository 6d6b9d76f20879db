"""Files of our own in the data folder: whole or not at all, and nobody else's."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_privately(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Put `content` in the place of `path` in one step that survives a crash; 0600.

    durable: survive a power cut too; otherwise the file may be broken after one.

    Raises:
        OSError: the disk is full or cannot be written; the old file stands.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
