"""社内確認: one press asks the colleague who knows, and the answer stays with its name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lib import clock
from lib.actions import inside
from lib.errors import InvalidRecord
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member, Product
from lib.schema.principal import Principal
from lib.schema.vocab import ComplaintStatus, Harm, Role, Symptom
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import complaint, fill

NOW = clock.now()


def member(name: str, **changes: object) -> Member:
    return Member.parse({"email": f"{name}@example.jp", "name": name, **changes})


JIRO = member("次郎", skills="配送、返金", rank=2)
SABURO = member("三郎", skills="化粧水", rank=1)
OUTSIDE = member("外の人", skills="化粧水", role=Role.OUTSOURCED, centre="TYO")


@pytest.fixture
def desk(tmp_path) -> Iterator[UserStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store.for_user(Principal("sato@example.jp", "佐藤", Role.CLERK))
    store.close()


def asked(desk, case, of="次郎", **more):
    return inside.ask(
        desk,
        case,
        of=of,
        question="返金は今日できますか",
        due_at=None,
        now=NOW,
        commit_id=new_commit_id(),
        **more,
    )


def test_a_question_waits_until_its_due_time_and_is_late_after(desk):
    case = complaint()
    fill(desk, case)

    question = asked(desk, case)

    (waiting,) = inside.unanswered(desk, NOW)
    assert waiting.question.id == question.id
    assert not waiting.is_late
    later = NOW + inside.USUAL_WAIT + timedelta(minutes=1)
    assert inside.unanswered(desk, later)[0].is_late


def test_the_answer_lands_on_the_timeline_with_the_name(desk):
    case = complaint()
    fill(desk, case)
    question = asked(desk, case)

    answered = inside.answer(
        desk, question, "できます", now=NOW, commit_id=new_commit_id()
    )

    assert inside.unanswered(desk, NOW) == ()
    step = desk.record("activities", answered.id)
    assert (step.content, step.actor) == ("できます", desk.principal.name)
    assert (step.answers, step.case_id) == (question.id, case.id)


def test_a_double_click_asks_and_answers_once(desk):
    case = complaint()
    fill(desk, case)
    entry = new_commit_id()
    for _ in range(2):
        inside.ask(
            desk, case, of="次郎", question="?", due_at=None, now=NOW, commit_id=entry
        )

    assert len(inside.unanswered(desk, NOW)) == 1


def test_a_question_needs_somebody_and_something(desk):
    with pytest.raises(InvalidRecord) as caught:
        inside.ask(
            desk,
            complaint(),
            of=" ",
            question="",
            due_at=None,
            now=NOW,
            commit_id=new_commit_id(),
        )

    assert {p.field for p in caught.value.problems} == {"content", "asked_of"}


def test_a_cancelled_case_needs_no_answer_any_more(desk):
    case = complaint(status=ComplaintStatus.CANCELLED)
    fill(desk, case)
    asked(desk, case)

    assert inside.unanswered(desk, NOW) == ()


def test_one_sees_what_one_was_asked_and_what_one_asked(desk):
    case = complaint()
    fill(desk, case)
    asked(desk, case)

    assert len(inside.waiting_for(desk, "次郎", NOW)) == 1
    assert len(inside.waiting_for(desk, desk.principal.name, NOW)) == 1
    assert inside.waiting_for(desk, "三郎", NOW) == ()


def test_who_knows_the_product_is_proposed_first(desk):
    fill(desk, Product(code="SK-01", name="うるおい化粧水"))
    case = complaint(product_code="SK-01", content="赤くなった")
    me = desk.principal.name

    found = inside.colleagues(
        desk, case, [JIRO, SABURO, OUTSIDE, member(me, email="me@example.jp")], NOW
    )

    assert [m.name for m in found] == ["三郎", "次郎"]
    assert inside.known_by(desk, case, SABURO) == ["化粧水"]


def test_who_knows_harm_to_health_is_proposed_where_the_case_only_ticks_it(desk):
    nurse = member("看護 四郎", skills="健康被害")
    case = complaint(harm=Harm.TREATED, symptom=Symptom.RASH, content="赤くなった")

    found = inside.colleagues(desk, case, [JIRO, SABURO, nurse], NOW)

    assert found[0] == nurse


def test_among_equals_the_one_with_fewer_open_questions_is_proposed(desk):
    case = complaint(content="色が違う")
    fill(desk, case)
    asked(desk, case, of="次郎")

    found = inside.colleagues(desk, case, [JIRO, SABURO], NOW)

    assert [m.name for m in found] == ["三郎", "次郎"]
