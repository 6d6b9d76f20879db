"""From the address of a store to the store."""

from __future__ import annotations

from pathlib import Path

from lib.store.address import read_address, sqlite_file
from lib.store.protocol import Store
from lib.store.sql.opening import open_postgres, open_sqlite


def open_store(url: str, *, data: Path) -> Store:
    """Return the store at `url`, made or brought to the present layout if need be.

    Args:
        url: `sqlite:///path` (a relative path counts from the working directory) or
            `postgresql+psycopg://…`.
        data: the folder for backups, locks and drafts.

    Raises:
        SettingsError: the address is of no kind that we know.
        StoreError: the store cannot be opened.
    """
    address = read_address(url)
    path = sqlite_file(address)
    if path is not None:
        return open_sqlite(path, data=data)
    return open_postgres(address, data=data)
