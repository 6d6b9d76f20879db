"""Reading the address of a store, `MIMAMORI_STORE`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from lib.errors import SettingsError
from lib.i18n import N_

POSTGRES: Final = "postgresql+psycopg"
SHEET: Final = "gsheet"

_UNKNOWN: Final = N_(
    "保存先の書き方が違います。MIMAMORI_STORE に sqlite:///パス、postgresql+psycopg://…、gsheet://スプレッドシートのID のどれかを指定してください。"
)


def read_address(url: str) -> sa.URL:
    """Return the parsed address of a SQLite file, a PostgreSQL database or a sheet.

    Raises:
        SettingsError: it is of no kind that we know.
    """
    try:
        address = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise SettingsError(_UNKNOWN) from error
    if address.drivername == POSTGRES or sqlite_file(address) or sheet_id(address):
        return address
    raise SettingsError(_UNKNOWN)


def sqlite_file(address: sa.URL) -> Path | None:
    """Return the file of a SQLite address; None for any other."""
    if address.drivername != "sqlite" or address.database in (None, "", ":memory:"):
        return None
    return Path(str(address.database))


def sheet_id(address: sa.URL) -> str | None:
    """Return the id of a Google Sheet's address; None for any other."""
    return address.host if address.drivername == SHEET else None


def sheet_page(url: str) -> str | None:
    """Return where a browser opens the Google Sheet of an address; None for others."""
    spreadsheet = sheet_id(read_address(url))
    return spreadsheet and f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit"
