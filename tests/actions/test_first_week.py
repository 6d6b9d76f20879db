"""The first-week checklist ticks itself from the data, and sample data tick nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.actions import first_week
from lib.errors import NotAllowed
from lib.schema.complaint import Complaint
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Member, Product
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.vocab import Role, Source
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert
from tests.metrics.rows import NOW, complaint, day, kpi_day


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


def desk(live: LiveStore, role: Role = Role.MANAGER) -> UserStore:
    return live.for_user(Principal("m@example.jp", "森", role))


def put(live: LiveStore, *rows: Record) -> None:
    commit = Commit(new_commit_id(), "試験", NOW, tuple(map(Insert, rows)))
    live.for_user(SYSTEM).commit(commit)


def ticked(live: LiveStore, *, invited: bool | None = None) -> set[str]:
    found = first_week.items(desk(live), invited=invited)
    return {one.code for one in found if one.done}


def first_things(source: Source) -> list[Record]:
    case: Complaint = complaint(NOW, source=source)
    figures: KpiDay = kpi_day(day(20), offered=10, answered=9, source=source)
    return [
        Member(email="a@example.jp", name="青木", source=source),
        Member(email="b@example.jp", name="馬場", source=source),
        Product(code="P1", name="美容液", source=source),
        case,
        figures,
    ]


def test_what_was_done_is_ticked_by_the_data(live):
    assert ticked(live) == set()
    put(live, *first_things(Source.APP))
    assert ticked(live) == {"members", "products", "complaint", "kpi_day"}


def test_sample_data_tick_nothing_and_a_day_laid_out_ahead_is_no_first_day(live):
    put(live, *first_things(Source.SAMPLE), kpi_day(day(21)))
    assert ticked(live) == set()


def test_inviting_stands_there_only_where_people_sign_in(live):
    codes = [one.code for one in first_week.items(desk(live), invited=None)]
    assert "invite" not in codes
    assert ticked(live, invited=False) == set()
    assert ticked(live, invited=True) == {"invite"}


def test_a_trial_notice_that_arrived_is_noted_once(live):
    for _again in range(2):
        first_week.note_trial(desk(live), entry=new_commit_id(), now=NOW)
    assert ticked(live) == {"notice"}
    rows = desk(live).frame("settings")
    assert (rows["group"] == "はじめの一週間").sum() == 1


def test_it_is_for_leads_until_one_of_them_puts_it_away(live):
    assert first_week.concerns(desk(live), NOW)
    assert not first_week.concerns(desk(live, Role.CLERK), NOW)
    with pytest.raises(NotAllowed):
        first_week.put_away(desk(live, Role.CLERK), entry=new_commit_id(), now=NOW)

    first_week.put_away(desk(live), entry=new_commit_id(), now=NOW)

    assert not first_week.concerns(desk(live), NOW)
