"""An outbox before a store that can be out of order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lib.store.opening import open_store
from lib.store.outbox import OutboxStore
from tests.store.outbox.flaky import FlakyStore

Open = Callable[..., OutboxStore]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def shared(data: Path) -> FlakyStore:
    """Give the store that all machines share, empty."""
    return FlakyStore(open_store(f"sqlite:///{data.parent / 'shared.db'}", data=data))


@pytest.fixture
def open_outbox(shared: FlakyStore, data: Path) -> Iterator[Open]:
    """Give the function that opens the outbox; it sends nothing by itself."""
    opened: list[OutboxStore] = []

    def made(**settings) -> OutboxStore:
        chosen = {"background": False} | settings
        store = OutboxStore(shared, data=data, spreadsheet="s", **chosen)
        opened.append(store)
        return store

    yield made
    for store in opened:
        store.close()


@pytest.fixture
def outbox(open_outbox: Open) -> OutboxStore:
    """Give an outbox that has looked at the shared store once."""
    store = open_outbox()
    store.load()
    return store
