"""A store, and the desks of those who decide about alarms and those who do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert
from tests.actions.risks.company import NOW

Put = Callable[..., None]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def put(live: LiveStore) -> Put:
    def inserted(*records: Record) -> None:
        commit = Commit(new_commit_id(), "試験", NOW, tuple(map(Insert, records)))
        live.for_user(SYSTEM).commit(commit)

    return inserted


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    return live.for_user(Principal("boss@example.jp", "高橋 一郎", Role.MANAGER))


@pytest.fixture
def clerk(live: LiveStore) -> UserStore:
    return live.for_user(Principal("sato@example.jp", "佐藤 花子", Role.CLERK))
