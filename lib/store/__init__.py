"""Where the tables are kept; the only part that knows SQLAlchemy and gspread."""

from __future__ import annotations

from lib.store.opening import open_store

__all__ = ["open_store"]
