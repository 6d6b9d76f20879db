"""Changing a setting: who may, from which day, and what happens to older days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from lib import clock
from lib.actions.business_settings import set_claim_type, set_value
from lib.errors import InvalidRecord, NotAllowed
from lib.schema.principal import Principal
from lib.schema.vocab import Category, Cause, Role
from lib.settings.business import NEW_CENTRE, setting, spec
from lib.settings.claim_types import Sign, claim_type
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)
TODAY = NOW.date()
TARGET = spec(NEW_CENTRE, "目標応答率")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    return live.for_user(Principal("m@example.jp", "森", Role.MANAGER))


def value_on(desk: UserStore, day: date) -> str:
    return setting(desk.frame("settings"), TARGET.group, TARGET.name, on=day)


def test_a_new_value_counts_from_its_day_on(desk):
    set_value(desk, TARGET, "85", since=TODAY, entry="one", now=NOW)

    assert value_on(desk, TODAY) == "85"
    assert value_on(desk, date(2026, 11, 20)) == "90"


def test_a_second_change_of_one_day_replaces_the_first(desk):
    set_value(desk, TARGET, "85", since=TODAY, entry="one", now=NOW)
    set_value(desk, TARGET, "80", since=TODAY, entry="two", now=NOW)

    assert value_on(desk, TODAY) == "80"
    assert len(desk.frame("settings")) == 1


def test_a_value_that_does_not_fit_changes_nothing(desk):
    with pytest.raises(InvalidRecord):
        set_value(desk, TARGET, "多め", since=TODAY, entry="one", now=NOW)

    assert desk.frame("settings").empty


@pytest.mark.parametrize("role", [Role.CLERK, Role.VIEWER, Role.OUTSOURCED])
def test_only_those_who_lead_change_settings(live, role):
    desk = live.for_user(Principal("x@example.jp", "鈴木", role, "TYO"))

    with pytest.raises(NotAllowed):
        set_value(desk, TARGET, "85", since=TODAY, entry="one", now=NOW)


def test_a_claim_type_reads_back_as_it_was_set(desk):
    set_claim_type(
        desk,
        " 味が変わった ",
        category=Category.QUALITY,
        cause=Cause.PRODUCT,
        signs=[Sign.HARM],
        used=True,
        since=TODAY,
        entry="one",
        now=NOW,
    )

    found = claim_type(desk.frame("settings"), TODAY, "味が変わった")
    assert found is not None
    assert (found.category, found.cause) == (Category.QUALITY, Cause.PRODUCT)
    assert found.signs == {Sign.HARM}


def test_a_claim_type_can_go_out_of_use_from_a_day_on(desk):
    set_claim_type(
        desk,
        "欠品",
        category=Category.DELIVERY,
        cause=Cause.DELIVERY,
        signs=[],
        used=False,
        since=TODAY,
        entry="one",
        now=NOW,
    )

    settings = desk.frame("settings")
    assert claim_type(settings, TODAY, "欠品") is None
    assert claim_type(settings, date(2026, 11, 20), "欠品") is not None
