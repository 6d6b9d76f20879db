"""Looking after who answered: who sees what is owed, who writes what down."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lib import clock
from lib.actions import business_settings, caring
from lib.errors import ActionRefused, Conflict, InvalidRecord, NotAllowed
from lib.metrics.care import Standing
from lib.schema.care import CareRecord
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import CareKind, Harassment, Role, Temper
from lib.settings.harassment import CARE_FROM, STANCE
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import complaint, fill

NOW = clock.in_tokyo(clock.at(clock.today(), 10))

MANAGER = Principal("oonishi@example.jp", "大西 拓也", Role.MANAGER)
CLERK = Principal("hirano@example.jp", "平野 楓", Role.CLERK)
AGENT = Principal("oda@example.jp", "小田 健介", Role.OUTSOURCED, "SPR")
VIEWER = Principal("kato@example.jp", "加藤", Role.VIEWER)
OPERATOR = AGENT.name
DAY, WEEK = CareKind.DAY, CareKind.WEEK


@pytest.fixture
def live(tmp_path, monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, NOW.isoformat())
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def manager(live):
    return live.for_user(MANAGER)


def abused(live, hours_ago=30, **values):
    """Put a call of some hours ago in which the operator was harassed."""
    case = complaint(
        **{
            "received_at": NOW - timedelta(hours=hours_ago),
            "receiver": OPERATOR,
            "received_centre": "SPR",
            "harassment": Harassment.CONFIRMED,
            **values,
        }
    )
    fill(live.for_user(SYSTEM), case)
    return case


def owed(desk):
    return [(d.case_id, d.kind) for d in caring.owed(desk, NOW)]


def records(live):
    desk = live.for_user(SYSTEM)
    keys = desk.frame("care_records").index
    return [desk.record("care_records", key) for key in keys]


def talked(desk, duties, **told):
    return caring.done(desk, duties, now=NOW, commit_id=new_commit_id(), **told)


# What is owed ---------------------------------------------------------------------


def test_a_manager_sees_who_is_owed_what_outsourced_people_too(live, manager):
    case = abused(live)

    (person,) = caring.people(manager, NOW)

    assert (person.name, person.centres) == (OPERATOR, ("SPR",))
    assert [(d.case_id, d.kind, d.standing(NOW)) for d in person.duties] == [
        (case.id, DAY, Standing.OVERDUE),
        (case.id, WEEK, Standing.OPEN),
    ]
    assert caring.waiting(manager, NOW) == caring.Waiting(overdue=1)


@pytest.mark.parametrize("who", [CLERK, AGENT, VIEWER], ids=lambda w: w.role.code)
def test_nobody_else_learns_that_anything_is_owed(live, who):
    case = abused(live)
    desk = live.for_user(who)

    assert not caring.waiting(desk, NOW)
    for ask in (
        lambda: caring.owed(desk, NOW),
        lambda: caring.people(desk, NOW),
        lambda: caring.of_case(desk, case.id, NOW),
        lambda: caring.past(desk),
        lambda: caring.consultations(desk),
        lambda: talked(desk, ()),
    ):
        with pytest.raises(NotAllowed):
            ask()


def test_what_is_due_later_today_is_counted_apart(live, manager):
    abused(live, hours_ago=20)

    assert caring.waiting(manager, NOW) == caring.Waiting(today=1)


def test_the_first_day_that_counts_can_be_moved(live, manager):
    case = abused(live, hours_ago=72)
    assert owed(manager) == [(case.id, DAY), (case.id, WEEK)]

    business_settings.set_value(
        manager,
        CARE_FROM,
        (NOW - timedelta(days=1)).date().isoformat(),
        since=NOW.date(),
        entry=new_commit_id(),
        now=NOW,
    )

    assert owed(manager) == []


def test_nothing_before_the_law_counts_at_first(live, manager):
    abused(live, received_at=clock.at(date(2026, 9, 30), 23))

    assert owed(manager) == []


# What was done --------------------------------------------------------------------


def test_a_talk_is_written_down_and_no_longer_owed(live, manager):
    case = abused(live)

    talked(
        manager, caring.owed(manager, NOW)[:1], note="落ち着いた", measures=["担当替え"]
    )

    assert owed(manager) == [(case.id, WEEK)]
    (kept,) = records(live)
    assert (kept.case_id, kept.kind, kept.for_whom) == (case.id, DAY, OPERATOR)
    assert (kept.done_at, kept.done_by) == (NOW, MANAGER.name)
    assert (kept.note, kept.measures) == ("落ち着いた", "担当替え")
    assert caring.past(manager) == (kept,)


def test_one_talk_settles_several_cases_and_its_note_stands_once(live, manager):
    abused(live)
    abused(live, hours_ago=26, harassment=Harassment.NO, temper=Temper.FURIOUS)
    (person,) = caring.people(manager, NOW)

    talked(manager, person.open_now(NOW), note="二件まとめて話した")

    assert owed(manager) == []
    first, *others = sorted(records(live), key=lambda r: r.note, reverse=True)
    notes = [first.note, *(o.note for o in others)]
    assert notes.count("二件まとめて話した") == 1
    assert sum("と同じ声かけ" in note for note in notes) == 3


def test_a_double_press_writes_once(live, manager):
    abused(live)
    duties = caring.owed(manager, NOW)[:1]
    once = new_commit_id()

    for _press in range(2):
        caring.done(manager, duties, now=NOW, commit_id=once)

    assert len(records(live)) == 1


def test_the_second_talk_cannot_be_had_on_the_first_day(live, manager):
    abused(live, hours_ago=2)

    with pytest.raises(ActionRefused):
        talked(manager, caring.owed(manager, NOW))

    assert records(live) == []
    (person,) = caring.people(manager, NOW)
    assert [d.kind for d in person.open_now(NOW)] == [DAY]


def test_without_a_name_or_a_duty_nothing_is_written(live, manager):
    abused(live, receiver="", handler="")

    for duties in ((), caring.owed(manager, NOW)[:1]):
        with pytest.raises(InvalidRecord):
            talked(manager, duties)

    assert records(live) == []


def test_a_row_that_somebody_began_is_finished_and_not_doubled(live, manager):
    case = abused(live)
    begun = CareRecord(
        id="F-1",
        case_id=case.id,
        kind=DAY,
        for_whom=OPERATOR,
        due_at=NOW,
        note="午後に電話する",
    )
    fill(live.for_user(SYSTEM), begun)

    talked(manager, [d for d in caring.owed(manager, NOW) if d.kind is DAY])

    (kept,) = records(live)
    assert (kept.id, kept.done_by, kept.note) == (
        "F-1",
        MANAGER.name,
        "午後に電話する",
    )


# Asking for help ------------------------------------------------------------------


@pytest.mark.parametrize("who", [CLERK, AGENT, MANAGER], ids=lambda w: w.role.code)
def test_whoever_answers_calls_asks_for_help_in_one_press(live, manager, who):
    asked = caring.consult(live.for_user(who), now=NOW, commit_id=new_commit_id())

    (found,) = caring.consultations(manager)
    assert found.id == asked.id
    assert (found.for_whom, found.note) == (who.name, "")
    assert found.due_at == NOW + timedelta(hours=24)
    assert caring.waiting(manager, NOW) == caring.Waiting(consultations=1)


def test_a_viewer_has_no_call_to_ask_about(live):
    with pytest.raises(NotAllowed):
        caring.consult(live.for_user(VIEWER), now=NOW, commit_id=new_commit_id())


def test_what_was_confided_comes_back_to_no_one_but_a_manager(live):
    desk = live.for_user(CLERK)
    asked = caring.consult(desk, note="つらい", now=NOW, commit_id=new_commit_id())

    assert desk.frame("care_records").empty
    with pytest.raises(NotAllowed):
        desk.record("care_records", asked.id)


def test_who_was_heard_waits_no_longer_and_their_words_stay(live, manager):
    caring.consult(
        live.for_user(AGENT),
        note="また掛かってくるのが怖い",
        evidence=["録音", "日時と長さ"],
        now=NOW,
        commit_id=new_commit_id(),
    )
    (asked,) = caring.consultations(manager)

    caring.heard(
        manager,
        asked,
        note="担当を替える",
        measures=["担当を替えた"],
        now=NOW,
        commit_id=new_commit_id(),
    )

    assert caring.consultations(manager) == ()
    (kept,) = caring.past(manager)
    assert kept.note == "また掛かってくるのが怖い\n大西 拓也: 担当を替える"
    assert (kept.evidence, kept.measures) == ("録音、日時と長さ", "担当を替えた")


def test_two_managers_who_heard_the_same_person_both_keep_their_words(live, manager):
    caring.consult(live.for_user(CLERK), now=NOW, commit_id=new_commit_id())
    (seen,) = caring.consultations(manager)
    caring.heard(manager, seen, note="先", now=NOW, commit_id=new_commit_id())
    other = live.for_user(Principal("hasegawa@example.jp", "長谷川 恵", Role.ADMIN))

    with pytest.raises(Conflict):
        caring.heard(other, seen, note="後", now=NOW, commit_id=new_commit_id())


# The policy -----------------------------------------------------------------------


def test_an_outsourced_agent_reads_the_policy_as_the_manager_wrote_it(live, manager):
    business_settings.set_value(
        manager,
        STANCE,
        "一人にしません。",
        since=NOW.date(),
        entry=new_commit_id(),
        now=NOW,
    )

    assert (
        business_settings.value_of(live.for_user(AGENT), STANCE, NOW.date())
        == "一人にしません。"
    )
