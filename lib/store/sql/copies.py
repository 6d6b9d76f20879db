"""Whole copies of a SQLite file, taken while others read and write."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa

from lib.store.sql.engine import make_private


def copy_file(engine: sa.Engine, target: Path) -> Path:
    """Write a consistent copy of the database to `target` and return it.

    The copy stands under its name only when it is whole and on the disk. An older
    file of that name is replaced.
    """
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    make_private(part)  # SQLite writes into an empty file and keeps its mode
    try:
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("VACUUM INTO ?", (str(part),))
        finally:
            connection.close()
        _flush(part)
        part.replace(target)
        _flush(target.parent)
    finally:
        part.unlink(missing_ok=True)
    return target


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
