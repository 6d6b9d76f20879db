"""From the address of a store to the store."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from lib.errors import SettingsError
from lib.i18n import N_
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
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise SettingsError(_UNKNOWN) from error
    if address.drivername == "sqlite" and address.database not in (
        None,
        "",
        ":memory:",
    ):
        return open_sqlite(Path(str(address.database)), data=data)
    if address.drivername == "postgresql+psycopg":
        return open_postgres(address, data=data)
    raise SettingsError(_UNKNOWN)


_UNKNOWN = N_(
    "保存先の書き方が違います。MIMAMORI_STORE に sqlite:///パス か postgresql+psycopg://… を指定してください。"
)
