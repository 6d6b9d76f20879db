"""What a driver complains about, in our words.

The reasons are English and carry no data: they go to the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import sqlalchemy as sa

from lib.errors import StoreDamaged, StoreDenied, StoreError, StoreUnavailable

_SQLITE_DENIED: Final = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
}
_SQLITE_DAMAGED: Final = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_ERROR,  # a table or column that should be there is not
}
_SQLITE_AGAIN: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

_POSTGRES_DENIED: Final = ("42501", "25006", "28")
"""Missing right, read-only transaction or server, refused sign-in."""
_POSTGRES_DAMAGED: Final = ("XX001", "XX002", "42", "3F000")
"""Broken pages or index; a table, column or schema that should be there is not."""
_POSTGRES_AGAIN: Final = ("40001", "40P01", "55P03")
"""Serialisation failure, deadlock, lock not available."""


class FileGone(Exception):
    """The database file was moved or deleted under the running program."""


@contextmanager
def mapped() -> Iterator[None]:
    """Raise what the driver raises inside as one of our errors, from its cause."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, sqlite3.Error, psycopg.Error) as error:
        raise as_ours(error) from error
    except FileGone as error:
        raise StoreUnavailable("the database file is gone") from error
    except PermissionError as error:
        raise StoreDenied("the operating system refuses the file") from error
    except OSError as error:
        raise StoreUnavailable(f"the operating system says {error.errno}") from error


def as_ours(error: Exception) -> StoreError:
    """Return the error of ours that says what a driver's error means."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error):
        return _from_sqlite(cause)
    if isinstance(cause, psycopg.Error):
        return _from_postgres(cause)
    return StoreUnavailable(type(cause).__name__)


def may_pass(error: Exception) -> bool:
    """Whether the same transaction, tried again at once, may well succeed.

    True too where the connection broke: the answer to a COMMIT may have been lost
    on the way, and the commit id tells on the next try whether it was applied.
    """
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.Error):
        return _primary(cause) in _SQLITE_AGAIN
    if isinstance(cause, psycopg.Error):
        broken = bool(getattr(error, "connection_invalidated", False))
        return broken or (cause.sqlstate or "").startswith(_POSTGRES_AGAIN)
    return False


def _primary(error: sqlite3.Error) -> int:
    code = getattr(error, "sqlite_errorcode", None)
    return 0 if code is None else code & 0xFF


def _from_sqlite(error: sqlite3.Error) -> StoreError:
    reason = getattr(error, "sqlite_errorname", None) or type(error).__name__
    code = _primary(error)
    if code in _SQLITE_DENIED:
        return StoreDenied(reason)
    if code in _SQLITE_DAMAGED:
        return StoreDamaged(reason)
    return StoreUnavailable(reason)


def _from_postgres(error: psycopg.Error) -> StoreError:
    state = error.sqlstate or ""
    reason = f"{type(error).__name__} {state}".strip()
    if state.startswith(_POSTGRES_DENIED):
        return StoreDenied(reason)
    if state.startswith(_POSTGRES_DAMAGED):
        return StoreDamaged(reason)
    return StoreUnavailable(reason)
