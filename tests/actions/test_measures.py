"""施策を記録: what was done or happened is a mark, put right and taken back in safety."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lib.actions import kpi_targets, measures
from lib.errors import Conflict, InvalidRecord, NotAllowed
from lib.metrics.marks import MarkKind
from lib.schema.learning import Improvement
from lib.schema.principal import Principal
from lib.schema.vocab import ImprovementKind, ImprovementStatus, Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.metrics.rows import at, day

NOW = at(20, 9)
LEAD = Principal("lead@example.jp", "森", Role.MANAGER)
CLERK = Principal("clerk@example.jp", "佐藤", Role.CLERK)
VIEWER = Principal("view@example.jp", "閲覧", Role.VIEWER)
AGENT = Principal("agent@example.jp", "委託", Role.OUTSOURCED, "C1")

SHIFT = {
    "kind": ImprovementKind.TRAINING,
    "starts_on": day(10),
    "title": " 昼の応援シフト ",
    "centre": "C1",
    "owner": "森",
}
OUTAGE = {
    "kind": ImprovementKind.OUTAGE,
    "starts_on": day(12),
    "title": "電話が1時間つながらない",
}


@pytest.fixture
def live(tmp_path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def desk(live) -> UserStore:
    return live.for_user(LEAD)


def record(desk: UserStore, values=SHIFT, entry="entry-1") -> Improvement:
    return measures.record(desk, values, now=NOW, commit_id=entry)


def change(desk: UserStore, seen: Improvement, entry: str = "entry-2", **values):
    wanted = {name: getattr(seen, name) for name in measures.ASKED} | values
    measures.change(desk, seen, wanted, now=NOW, commit_id=entry)


def stored(desk: UserStore, made: Improvement) -> Improvement:
    found = desk.record("improvements", made.id)
    assert isinstance(found, Improvement)
    return found


def marks(desk: UserStore):
    found = kpi_targets.marks_of(desk, day(1), day(20))
    return [(m.day, m.kind, m.centre, m.text()) for m in found]


def test_a_measure_of_a_centre_is_marked_there_and_checked_in_four_weeks(desk):
    made = record(desk)

    assert marks(desk) == [(day(10), MarkKind.MEASURE, "C1", "昼の応援シフト")]
    assert made.status is ImprovementStatus.DOING
    assert made.check_on == day(10) + timedelta(days=28)


def test_a_system_failure_is_marked_as_an_event_and_is_over(desk):
    made = record(desk, OUTAGE)

    assert marks(desk) == [(day(12), MarkKind.NOTE, "", "電話が1時間つながらない")]
    assert (made.done_on, made.check_on) == (day(12), None)


@pytest.mark.parametrize("name", ["starts_on", "title"])
def test_what_lacks_is_said_at_its_field_and_nothing_is_stored(desk, name):
    with pytest.raises(InvalidRecord) as refused:
        record(desk, SHIFT | {name: None})

    assert [p.field for p in refused.value.problems] == [name]
    assert desk.frame("improvements").empty


def test_the_same_press_twice_records_once(live, desk):
    record(desk)
    record(live.for_user(LEAD))

    assert len(live.for_user(LEAD).frame("improvements")) == 1


def test_a_record_is_put_right_and_its_mark_moves(desk):
    made = record(desk)

    change(desk, made, starts_on=day(11), title="夕方の応援シフト")

    assert marks(desk) == [(day(11), MarkKind.MEASURE, "C1", "夕方の応援シフト")]
    assert stored(desk, made).check_on == day(11) + timedelta(days=28)


def test_how_far_a_measure_has_come_stays_when_its_words_change(desk):
    made = record(desk)
    later = made.with_values(status=ImprovementStatus.RELAPSED, check_on=day(30))
    measures._update(desk, made, later, NOW, "entry-9")

    change(desk, stored(desk, made), starts_on=day(11))

    after = stored(desk, made)
    assert (after.status, after.check_on) == (ImprovementStatus.RELAPSED, day(30))


def test_a_measure_that_was_an_outage_after_all_is_over_on_its_day(desk):
    made = record(desk)

    change(desk, made, kind=ImprovementKind.OUTAGE)

    after = stored(desk, made)
    assert (after.status, after.done_on) == (ImprovementStatus.SETTLED, day(10))
    assert after.check_on is None


def test_two_people_on_one_record_meet_instead_of_overwriting(live, desk):
    made = record(desk)
    other = live.for_user(CLERK)
    change(other, stored(other, made), "entry-3", title="研修")

    with pytest.raises(Conflict) as met:
        change(live.for_user(LEAD), made, "entry-4", title="面談")

    assert [(f.field, f.theirs, f.mine) for f in met.value.fields] == [
        ("title", "研修", "面談")
    ]


def test_what_is_cancelled_loses_its_mark_and_can_be_taken_up_again(desk):
    made = record(desk)

    measures.cancel(desk, made, now=NOW, commit_id="entry-5")
    assert marks(desk) == []
    (listed,) = measures.marked(desk, day(1), day(20))
    assert listed.status is ImprovementStatus.CANCELLED
    measures.restore(desk, listed, now=NOW, commit_id="entry-6")

    assert stored(desk, made).status is ImprovementStatus.DOING
    assert len(marks(desk)) == 1


def test_the_list_holds_what_began_in_the_days_the_newest_first(desk):
    record(desk)
    record(desk, OUTAGE, "entry-7")
    record(desk, SHIFT | {"starts_on": day(25)}, "entry-8")

    found = measures.marked(desk, day(1), day(20))

    assert [m.starts_on for m in found] == [day(12), day(10)]


@pytest.mark.parametrize("who", [VIEWER, AGENT])
def test_only_staff_records_measures(live, who):
    desk = live.for_user(who)
    with pytest.raises(NotAllowed):
        record(desk)
