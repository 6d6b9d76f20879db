"""Stores with people in them whose time is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lib import clock
from lib.actions import first_start
from lib.schema.principal import SYSTEM, Principal
from lib.store.live import LiveStore
from lib.store.opening import open_store


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def manager(live: LiveStore) -> Principal:
    founder = first_start.begin(
        live.for_user(SYSTEM), name="佐藤 花子", email="", now=clock.now()
    )
    return Principal.of(founder)
