"""A company of three, a consumer centre that called, and a desk for each person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from lib import clock
from lib.schema.ids import new_commit_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import AgencyKind, Decision, Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import fill

NOW = clock.now()

DRAFT = {
    "decision": Decision.PARTLY,
    "legal_ground": "特定商取引法15条の3",
    "answer": "返品をお受けします。送料はお客様のご負担です。",
}

SATO, SUZUKI, TANAKA = "佐藤 花子", "鈴木 一郎", "田中 恵"

DeskOf = Callable[[str], UserStore]


def member(name: str, role: Role = Role.CLERK, **values: Any) -> Member:
    return Member.parse(
        {"email": f"{name}@example.jp", "name": name, "role": role, **values}
    )


STAFF = (
    member(SATO, rank=10),
    member(SUZUKI, rank=10),
    member(TANAKA, Role.MANAGER, rank=50),
    member("外の人", Role.OUTSOURCED, centre="A"),
    member("見る人", Role.VIEWER),
    member("辞めた人", Role.ADMIN, active="いいえ"),
)


def inquiry(**values: Any) -> AgencyInquiry:
    return AgencyInquiry.parse(
        {
            "id": "G-261121-7F3QX",
            "first_contact_at": NOW - timedelta(hours=2),
            "agency_kind": AgencyKind.CONSUMER_CENTRE,
            "agency_name": "みどり市消費生活センター",
            "agency_contact": "03-0000-0000",
            "handler": SATO,
            **values,
        }
    )


def once() -> dict[str, Any]:
    """Return the moment and the number of one press."""
    return {"now": NOW, "commit_id": new_commit_id()}


@pytest.fixture
def live(tmp_path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    fill(store.for_user(SYSTEM), *STAFF)
    yield store
    store.close()


@pytest.fixture
def desk_of(live) -> DeskOf:
    def desk(name: str) -> UserStore:
        found = next((m for m in STAFF if m.name == name), None)
        return live.for_user(Principal.of(found) if found else SYSTEM)

    return desk


@pytest.fixture
def sato(desk_of) -> UserStore:
    return desk_of(SATO)


@pytest.fixture
def given(sato) -> Callable[..., AgencyInquiry]:
    """Give the function that stores an inquiry and returns it as it stands."""

    def stored(**values: Any) -> AgencyInquiry:
        made = inquiry(**values)
        fill(sato, made)
        found = sato.record("agency_inquiries", made.id)
        assert isinstance(found, AgencyInquiry)
        return found

    return stored


def steps(desk: UserStore, kind: Any) -> list[str]:
    """Return what the steps of that kind say, oldest first."""
    rows = desk.frame("activities")
    return list(
        rows[rows["kind"] == kind.value].sort_values("at", kind="stable")["content"]
    )
