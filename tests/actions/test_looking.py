"""「確認した」: who looked at 今日, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pandas as pd
import pytest

from lib.actions import cases, checking, looking, today
from lib.errors import NotAllowed
from lib.schema.activity import is_of_day, of_day
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import TABLES
from lib.schema.vocab import Promise, Role
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert
from tests.metrics.rows import at, calls, centre, complaint, day

NOW = at(21, 9, 2)
SATO = Principal("sato@example.jp", "佐藤", Role.MANAGER)
KIMURA = Principal("kimura@example.jp", "木村", Role.CLERK)
READER = Principal("reader@example.jp", "社長", Role.VIEWER)
OUTSIDE = Principal("out@example.jp", "委託", Role.OUTSOURCED, "C1")


@pytest.fixture
def live(tmp_path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def press(live) -> Callable[..., None]:
    def pressed(who: Principal, when=NOW) -> None:
        looking.confirm(live.for_user(who), when)

    return pressed


def told(live, who: Principal = KIMURA, on=None) -> list[tuple[str, str]]:
    looks = looking.looks(live.for_user(who), on or day(21))
    return [(look.name, f"{look.at:%H:%M}") for look in looks]


def test_a_press_tells_colleagues_who_looked_and_when(live, press):
    press(SATO)
    press(KIMURA, at(21, 8, 30))

    assert told(live, READER) == [("木村", "08:30"), ("佐藤", "09:02")]


def test_a_second_press_of_the_day_changes_nothing(live, press):
    press(SATO)
    press(SATO, NOW + timedelta(hours=3))

    assert told(live) == [("佐藤", "09:02")]
    assert looking.has_looked(live.for_user(SATO), day(21))
    assert not looking.has_looked(live.for_user(KIMURA), day(21))


def test_two_windows_at_once_write_one_row(live):
    """Both have seen a morning at which nobody had looked."""
    first, second = live.for_user(SATO), live.for_user(SATO)
    for desk in (first, second):
        assert not looking.has_looked(desk, day(21))

    looking.confirm(first, NOW)
    looking.confirm(second, NOW + timedelta(seconds=1))

    assert told(live) == [("佐藤", "09:02")]


def test_people_of_one_name_each_have_a_look_of_their_own(live, press):
    press(SATO)
    press(Principal("other@example.jp", "佐藤", Role.CLERK))

    assert len(told(live)) == 2


def test_a_new_day_begins_without_a_look(live, press):
    press(SATO)

    assert told(live, on=day(22)) == []
    assert not looking.has_looked(live.for_user(SATO), day(22))


def test_who_only_reads_writes_nothing(live, press):
    with pytest.raises(NotAllowed):
        press(READER)
    with pytest.raises(NotAllowed):
        press(OUTSIDE)

    assert told(live) == []


def test_managers_read_the_days_before_up_to_the_first_look(live, press):
    press(SATO, at(18))
    press(KIMURA, at(20))
    press(SATO)

    found = looking.recent(live.for_user(SATO), day(21))

    assert [(on, [look.name for look in looks]) for on, looks in found] == [
        (day(20), ["木村"]),
        (day(19), []),
        (day(18), ["佐藤"]),
    ]
    assert looking.recent(live.for_user(KIMURA), day(21)) == ()


def test_an_outsourced_centre_does_not_see_who_looked(live, press):
    press(SATO)

    assert told(live, OUTSIDE) == []


def test_a_look_is_in_no_figure_and_no_problem_of_the_data(live, press):
    case = complaint(at(20), next_promise=Promise.CALL_BACK, next_promise_at=at(20, 18))
    rows = (
        Member(email=SATO.key, name=SATO.name, role=SATO.role),
        centre("C1"),
        calls(day(20), 100, 90),
        case,
    )
    live.for_user(SYSTEM).commit(
        Commit(new_commit_id(), "試験", NOW, tuple(map(Insert, rows)))
    )
    before = today.figures_of(live.for_user(SATO), NOW)
    press(SATO)
    desk = live.for_user(SATO)

    pd.testing.assert_frame_equal(today.figures_of(desk, NOW), before)
    frames = {table.code: desk.frame(table.code) for table in TABLES}
    assert not [
        p for p in checking.check_frames(frames, NOW) if p.table == "activities"
    ]
    assert cases.timeline(desk, case, NOW) == []


def test_a_day_is_no_case():
    assert is_of_day(of_day(day(21)))
    assert not is_of_day("K-261121-AAAAA")
