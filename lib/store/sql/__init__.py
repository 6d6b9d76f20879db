"""The tables in SQL: one SQLite file by default, PostgreSQL for larger teams."""

from __future__ import annotations

from lib.store.sql.store import SqlStore

__all__ = ["SqlStore"]
