"""差戻し: a manager asks about a day, the centre answers, nobody else is disturbed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lib.actions import inside, kpi_questions
from lib.actions.checking import check
from lib.errors import InvalidRecord, NotAllowed
from lib.metrics import promises
from lib.schema.activity import kpi_day_of, of_kpi_day
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import Role
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert
from tests.metrics.rows import at, calls, centre, day

NOW = at(21, 14)  # a Saturday; Monday is a holiday
FRIDAY = day(20)
C1 = centre("C1")

LEAD = Principal("sv@example.jp", "上司", Role.MANAGER)
CLERK = Principal("clerk@example.jp", "佐藤", Role.CLERK)
VIEWER = Principal("view@example.jp", "閲覧", Role.VIEWER)
OUTSIDE = Principal("agent@example.jp", "委託", Role.OUTSOURCED, "C1")
OTHER = Principal("other@example.jp", "他社", Role.OUTSOURCED, "C2")


@pytest.fixture
def live(tmp_path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    people = Member(email=LEAD.key, name=LEAD.name, role=LEAD.role)
    found = (C1, centre("C2"), calls(FRIDAY, 100, 50), people)
    rows = tuple(map(Insert, found))
    store.for_user(SYSTEM).commit(Commit("begin", "試験", NOW, rows))
    yield store
    store.close()


def ask(live, text="応答率が低い理由は?", *, who=LEAD, entry="q1", on=FRIDAY, of=C1):
    return kpi_questions.ask(live.for_user(who), of, on, text, now=NOW, entry=entry)


def the_question(live, who=OUTSIDE):
    (found,) = kpi_questions.every_question(live.for_user(who))
    return found


def test_a_question_is_seen_by_the_centre_and_answered_there(live):
    ask(live)
    (asked,) = kpi_questions.open_questions(live.for_user(OUTSIDE))
    assert (asked.day, asked.centre) == (FRIDAY, "C1")
    assert asked.asked.actor == "上司"

    kpi_questions.answer(live.for_user(OUTSIDE), asked, "回線障害", now=NOW, entry="a1")

    assert kpi_questions.open_questions(live.for_user(LEAD)) == ()
    (done,) = kpi_questions.questions_on(live.for_user(LEAD), "C1", FRIDAY)
    assert [(a.actor, a.content) for a in done.answers] == [("委託", "回線障害")]


def test_an_answer_is_wanted_by_the_deadline_of_the_next_working_day(live):
    asked = ask(live)

    # Saturday, Sunday and the holiday of 11/23 lie between.
    assert asked.answer_due_at == at(24, 10)
    assert the_question(live).is_late(at(24, 10) + timedelta(minutes=1))
    assert not the_question(live).is_late(at(24, 9))


def test_another_centre_neither_sees_nor_answers_it(live):
    ask(live)
    question = the_question(live)

    assert kpi_questions.every_question(live.for_user(OTHER)) == ()
    with pytest.raises(NotAllowed):
        kpi_questions.answer(live.for_user(OTHER), question, "x", now=NOW, entry="a")
    # Also past the verb, the store refuses.
    row = question.asked.model_copy(update={"id": "H-261121-22222", "answers": "x"})
    with pytest.raises(NotAllowed):
        live.for_user(OTHER).commit(Commit("z", "他社", NOW, (Insert(row),)))


@pytest.mark.parametrize("who", [CLERK, VIEWER, OUTSIDE])
def test_only_leads_ask(live, who):
    with pytest.raises(NotAllowed):
        ask(live, who=who)


def test_nothing_and_the_future_cannot_be_asked(live):
    for text, on in (("  ", FRIDAY), ("なぜ?", day(22))):
        with pytest.raises(InvalidRecord):
            ask(live, text, on=on)
    ask(live)
    with pytest.raises(InvalidRecord):
        kpi_questions.answer(
            live.for_user(OUTSIDE), the_question(live), " ", now=NOW, entry="a"
        )


def test_asking_twice_by_a_double_press_asks_once(live):
    ask(live)
    ask(live)

    assert len(kpi_questions.every_question(live.for_user(LEAD))) == 1


def test_open_questions_stand_before_answered_ones(live):
    ask(live, entry="q1")
    kpi_questions.answer(
        live.for_user(OUTSIDE), the_question(live), "はい", now=NOW, entry="a1"
    )
    ask(live, "もう一つ", entry="q2", on=day(19))
    ask(live, "さらに", entry="q3", on=day(18))

    found = kpi_questions.questions_of(live.for_user(LEAD), "C1")

    assert [q.is_open for q in found] == [True, True, False]


def test_it_stands_in_no_work_of_complaints_and_is_no_problem(live):
    ask(live)
    desk = live.for_user(LEAD)

    assert inside.unanswered(desk, NOW + timedelta(days=9)) == ()
    assert promises.due(desk.frame("complaints"), desk.frame("activities"), NOW).empty
    assert [p for p in check(desk.everything()) if p.table == "activities"] == []


def test_a_number_of_a_day_names_it_and_nothing_else_does():
    assert kpi_day_of(of_kpi_day(FRIDAY, "C1")) == (FRIDAY, "C1")
    for other in ("K-261121-7F3QX", "今日|2026-11-20", "日次KPI|", "日次KPI|x|C1"):
        assert kpi_day_of(other) is None
    assert kpi_day_of("日次KPI|2026-11-20|") is None


def test_an_outsourced_person_of_the_company_answers_nothing():
    assert not kpi_questions.may_answer(
        Principal("x", "x", Role.OUTSOURCED, COMPANY), COMPANY
    )
    assert kpi_questions.may_answer(CLERK, "C1")
    assert not kpi_questions.may_answer(VIEWER, "C1")
