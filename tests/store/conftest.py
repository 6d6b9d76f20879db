"""The stores under test. A new kind of store joins the contract by a line here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from lib.store.protocol import Store
from lib.store.sql import SqlStore
from tests.sheets_api import Emulator
from tests.store.places import Place, PostgresServer, sheet_place


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Give one PostgreSQL server to the whole run."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Iterator[Place]:
    """Give a SQLite file that is not there yet."""
    place = Place(f"sqlite:///{tmp_path / 'store' / 'mimamori.db'}", tmp_path / "data")
    yield place
    place.close()


@pytest.fixture
def postgres_place(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Place]:
    """Give an empty PostgreSQL database."""
    with postgres_server.database() as url:
        place = Place(url, tmp_path / "data")
        yield place
        place.close()


@pytest.fixture(scope="session")
def sheets_emulator() -> Iterator[Emulator]:
    """Give one emulator of the Sheets API to the whole run."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def sheets_place(sheets_emulator: Emulator, tmp_path: Path) -> Iterator[Place]:
    """Give a new, empty spreadsheet."""
    place = sheet_place(sheets_emulator, tmp_path / "data")
    yield place
    place.close()


@pytest.fixture
def outbox_place(sheets_emulator: Emulator, tmp_path: Path) -> Iterator[Place]:
    """Give a new, empty spreadsheet, opened as the app opens it."""
    place = sheet_place(sheets_emulator, tmp_path / "data", outbox=True)
    yield place
    place.close()


SQL_KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
KINDS = [*SQL_KINDS, "sheets", "outbox"]


@pytest.fixture(params=KINDS)
def store_factory(request: pytest.FixtureRequest) -> Place:
    """Give each kind of store in turn: call it to open the same store once more."""
    return cast("Place", request.getfixturevalue(f"{request.param}_place"))


@pytest.fixture
def store(store_factory: Place) -> Store:
    """Give an open, empty store of each kind."""
    return store_factory()


@pytest.fixture
def sqlite(sqlite_place: Place) -> SqlStore:
    """Give an open, empty store in a SQLite file."""
    return cast("SqlStore", sqlite_place())
