"""From the address of a store to the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from lib.schema.centre_file import CENTRE_TABLES
from lib.schema.tables import TABLES, Table
from lib.settings.install import disk_is_temporary, sheets_settings
from lib.store.address import read_address, sheet_id, sqlite_file
from lib.store.live import LiveStore
from lib.store.outbox import OutboxStore
from lib.store.protocol import Store
from lib.store.sheets.budget import Budget
from lib.store.sheets.client import SCOPES, SheetsClient, connected
from lib.store.sheets.setup.making import spreadsheet_id
from lib.store.sheets.store import SheetsStore
from lib.store.sql.opening import open_postgres, open_sqlite

EVERY_SECONDS: Final = 2.0
EVERY_SECONDS_OF_A_SHEET: Final = 7.0
"""Nine reads a minute of the fifty that all processes of an installation share. With
the three seconds after which an open page looks (`lib.ui.freshness`), what somebody typed
by hand is on the screen within about ten."""


def open_store(url: str, *, data: Path) -> Store:
    """Return the store at `url`, made or brought to the present layout if need be.

    Args:
        url: `sqlite:///path` (a relative path counts from the working directory),
            `postgresql+psycopg://…` or `gsheet://SPREADSHEET_ID`.
        data: the folder for backups, locks and drafts.

    Raises:
        SettingsError: the address is of no kind that we know, or a Google Sheet's
            key is missing.
        StoreError: the store cannot be opened.
    """
    address = read_address(url)
    path = sqlite_file(address)
    if path is not None:
        return open_sqlite(path, data=data)
    spreadsheet = sheet_id(address)
    if spreadsheet is not None:
        return _with_outbox(open_sheet(spreadsheet, data=data), spreadsheet, data)
    return open_postgres(address, data=data)


def open_live(url: str, *, data: Path) -> LiveStore:
    """Return the store at `url` with its snapshot for a whole process.

    Raises:
        AppError: as `open_store` does.
    """
    of_a_sheet = sheet_id(read_address(url)) is not None
    every = EVERY_SECONDS_OF_A_SHEET if of_a_sheet else EVERY_SECONDS
    return LiveStore(open_store(url, data=data), every_seconds=every)


def open_centre_file(address: str, data: Path) -> SheetsStore:
    """Return the store on a centre's small spreadsheet, given by its URL or id.

    Raises:
        AppError: as `open_store` does.
    """
    return open_sheet(spreadsheet_id(address), data=data, tables=CENTRE_TABLES)


def open_sheet(
    spreadsheet: str, *, data: Path, tables: Sequence[Table] = TABLES
) -> SheetsStore:
    """Return the store on a Google Sheet, without the outbox that stands before it.

    Raises:
        AppError: as `open_store` does.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    client = connected(sheets_settings(), Budget(data))
    try:
        return SheetsStore(client, spreadsheet, data=data, tables=tables)
    except BaseException:
        client.session.close()
        raise


@contextmanager
def sheets_client(
    data: Path, *, scopes: Sequence[str] = SCOPES
) -> Iterator[SheetsClient]:
    """Give what calls Google with this installation's key and budget.

    scopes: what it asks Google to be allowed.

    Raises:
        SettingsError: the key is missing or no good.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    client = connected(sheets_settings(), Budget(data), scopes=scopes)
    try:
        yield client
    finally:
        client.session.close()


def _with_outbox(store: SheetsStore, spreadsheet: str, data: Path) -> OutboxStore:
    try:
        return OutboxStore(
            store,
            data=data,
            spreadsheet=spreadsheet,
            keeps=not disk_is_temporary(),
        )
    except BaseException:
        store.close()
        raise
