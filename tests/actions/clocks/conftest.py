"""A store with the small company's products, and the desk of a clerk in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.actions.clocks.cases import PRODUCTS
from tests.builders import fill


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    fill(store.for_user(SYSTEM), *PRODUCTS)
    yield store
    store.close()


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    return live.for_user(Principal("sato@example.jp", "佐藤 花子", Role.CLERK))


@pytest.fixture
def lead(live: LiveStore) -> UserStore:
    return live.for_user(Principal("boss@example.jp", "主任 二郎", Role.MANAGER))
