"""Daily copies of a SQLite store, and the way back from one."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from lib import clock
from lib.errors import ActionRefused, CopyDamaged, StoreDamaged, StoreUnavailable
from lib.i18n import N_
from lib.schema.principal import SYSTEM
from lib.store.address import read_address, sqlite_file
from lib.store.erased_rows import ErasedRows
from lib.store.erasing import erase_again
from lib.store.sql.copies import copy_file
from lib.store.sql.engine import make_private, sqlite_engine, write_anew
from lib.store.sql.faults import as_ours, mapped
from lib.store.sql.migrations import bring_up
from lib.store.sql.opening import BACKUPS, alone
from lib.store.sql.store import SqlStore

KEPT: Final = 7
"""Daily copies that stay; older ones are removed."""

_DAILY: Final = re.compile(r"\d{4}-\d{2}-\d{2}\.db")
_PATIENCE: Final = 10.0
_FAR_AHEAD: Final = 1_000_000
"""Added to the revision where that of the broken file cannot be read any more."""

USE_PG_DUMP: Final = N_(
    "PostgreSQL の控えは pg_dump で取り、pg_restore で戻してください。このコマンドは SQLite のためのものです。"
)
NO_SUCH_BACKUP: Final = N_("控えのファイルが見つかりません。")


def daily_backups(data: Path) -> list[Path]:
    """Return the daily copies in the data folder, newest first."""
    folder = data / BACKUPS
    found = folder.iterdir() if folder.exists() else ()
    return sorted((p for p in found if _DAILY.fullmatch(p.name)), reverse=True)


def back_up_daily(url: str, *, data: Path) -> Path | None:
    """Copy the store to `data/backups/2026-11-21.db` unless today's copy stands.

    However many processes ask at once, one copies. Returns the new copy, or None.

    Raises:
        ActionRefused: the store is on PostgreSQL.
        StoreError: the file cannot be read or the copy cannot be written.
    """
    path = _file(url)
    with mapped(), alone(data, "backing up"):
        target = data / BACKUPS / f"{clock.today():%Y-%m-%d}.db"
        if target.exists():
            return None
        _copy(path, target)
        for old in daily_backups(data)[KEPT:]:
            old.unlink(missing_ok=True)
        return target


def back_up_now(url: str, *, data: Path) -> Path:
    """Copy the store to `data/backups/now-20261121-143000.db` and return the copy.

    These copies are never removed by us. Raises as `back_up_daily` does.
    """
    path = _file(url)
    with mapped(), alone(data, "backing up"):
        return _copy(path, data / BACKUPS / f"now-{clock.now():%Y%m%d-%H%M%S}.db")


def restore(url: str, source: Path, *, data: Path) -> Path:
    """Put a copy in the store's place and return where the former file is kept.

    The copy is checked first and brought to the present layout. Programs that run
    meanwhile go on: they see the restored data as one more change. Only a former
    file that is broken is moved away; a program that holds it has to be restarted.
    Whoever was anonymised since the copy was taken is anonymised in it again.

    Raises:
        ActionRefused: the store is on PostgreSQL, or there is no such copy.
        CopyDamaged: the copy is broken or none of ours. StoreTooNew: it was made
            by a newer program. Nothing was changed in either case.
        StoreUnavailable: somebody keeps writing.
    """
    path = _file(url)
    if not source.is_file():
        raise ActionRefused(NO_SUCH_BACKUP)
    with mapped(), alone(data, "opening"), _prepared(source, path, data) as prepared:
        kept = path.with_name(
            f"{path.stem}.before-restore-{clock.now():%Y%m%d-%H%M%S}.db"
        )
        revision = _revision(path)
        if revision is None:
            _set_revision(prepared, _revision_of(prepared) + _FAR_AHEAD)
            _move_away(path, kept)
            prepared.replace(path)
        else:
            _set_revision(prepared, max(revision, _revision_of(prepared)) + 1)
            _copy(path, kept)
            _pour(prepared, path)
        return kept


def _file(url: str) -> Path:
    path = sqlite_file(read_address(url))
    if path is None:
        raise ActionRefused(USE_PG_DUMP)
    return path


def _copy(path: Path, target: Path) -> Path:
    engine = sqlite_engine(path)
    try:
        return copy_file(engine, target)
    finally:
        engine.dispose()


@contextmanager
def _prepared(source: Path, path: Path, data: Path) -> Iterator[Path]:
    """Give a checked copy of `source` with the present layout, beside `path`."""
    prepared = path.with_name(f"{path.name}.restoring")
    prepared.unlink(missing_ok=True)
    make_private(prepared)
    try:
        _check(source)
        _pour(source, prepared)
        engine = sqlite_engine(prepared)
        try:
            bring_up(engine, backups=data / BACKUPS)
            _forget_again(engine, data)
        finally:
            engine.dispose()
        yield prepared
    finally:
        for left in (prepared, *_companions(prepared)):
            left.unlink(missing_ok=True)


def _check(source: Path) -> None:
    try:
        with closing(_open(source, "ro")) as connection:
            answer = connection.execute("PRAGMA integrity_check(1)").fetchall()
            ours = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name = '_meta'"
            ).fetchone()
    except sqlite3.DatabaseError as error:
        if isinstance(as_ours(error), StoreDamaged):
            raise CopyDamaged("the copy is no whole database") from error
        raise
    if answer != [("ok",)]:
        raise CopyDamaged("the copy has broken pages")
    if ours != (1,):
        raise CopyDamaged("the copy is no store of ours")


def _forget_again(engine: sa.Engine, data: Path) -> None:
    """Erase in a copy whoever was erased since it was taken, before anybody sees it."""
    known = ErasedRows(data).load()
    if known:
        store = SqlStore(engine)
        frames = store.load().frames
        done = erase_again(store, known, frames, actor=SYSTEM.name, at=clock.now())
        for _row, error in done.refused:
            raise error  # nobody comes back because one row cannot be written
        write_anew(engine)


def _pour(source: Path, target: Path) -> None:
    """Replace the contents of `target` in one transaction that others can see."""
    deadline = time.monotonic() + _PATIENCE

    def give_up(status: int, _remaining: int, _total: int) -> None:
        is_waiting = status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if is_waiting and time.monotonic() > deadline:
            raise StoreUnavailable("somebody keeps writing")

    with closing(_open(source, "ro")) as old, closing(_open(target, "rw")) as new:
        old.backup(new, progress=give_up)


def _revision(path: Path) -> int | None:
    """Return the revision of the file in use; None where it is broken or gone."""
    if not path.exists():
        return None
    try:
        with closing(_open(path, "rw")) as connection:
            whole = connection.execute("PRAGMA integrity_check(1)").fetchall()
            return _revision_in(connection) if whole == [("ok",)] else None
    except sqlite3.DatabaseError as error:
        if isinstance(as_ours(error), StoreDamaged):
            return None
        raise


def _revision_of(path: Path) -> int:
    with closing(_open(path, "rw")) as connection:
        return _revision_in(connection)


def _revision_in(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT revision FROM _meta").fetchone()[0])


def _set_revision(path: Path, revision: int) -> None:
    with closing(_open(path, "rw")) as connection, connection:
        connection.execute(
            "UPDATE _meta SET revision = ?, rewritten = ?", (revision, revision)
        )


def _move_away(path: Path, kept: Path) -> None:
    if path.exists():
        path.replace(kept)
    for left in _companions(path):
        if left.exists():
            left.replace(kept.with_name(left.name.replace(path.name, kept.name)))


def _companions(path: Path) -> tuple[Path, Path]:
    """Return the two files that SQLite lays beside a database."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def _open(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=_PATIENCE
    )
