"""A call about a case that stands already becomes its next step; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from lib import clock
from lib.actions import cases
from lib.actions.continuing import continue_case
from lib.actions.entry import Entry, Mark, PromiseTime
from lib.errors import ActionRefused, InvalidRecord
from lib.schema.ids import new_commit_id
from lib.schema.principal import Principal
from lib.schema.vocab import (
    Answered,
    Category,
    Cause,
    Certainty,
    ComplaintStatus,
    Done,
    Harm,
    Request,
    Resolution,
    Role,
    Severity,
    Symptom,
    Temper,
)
from lib.settings.customer_key import customer_key
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import complaint, fill

NOW = clock.now()
DUE = NOW + timedelta(hours=3)
SECRET = b"key"


@pytest.fixture
def desk(tmp_path) -> Iterator[UserStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store.for_user(Principal("sato@example.jp", "佐藤", Role.CLERK))
    store.close()


def typed(case, **fields: Any) -> Entry:
    least = {
        "id": "",
        "received_at": NOW,
        "continues": case.id,
        "content": "まだ届かないとのこと",
        "promise_time": PromiseTime.OTHER,
        "next_promise_at": DUE,
    }
    return Entry.read(least | fields)


def go_on(desk, entry, entry_id=""):
    return continue_case(
        desk, entry, entry_id=entry_id or new_commit_id(), now=NOW, secret=SECRET
    )


def steps(desk, case):
    return [step.activity for step in cases.timeline(desk, case, NOW)]


def test_the_words_become_a_step_and_the_promise_the_next_one(desk):
    case = complaint()
    fill(desk, case)

    after = go_on(desk, typed(case))

    assert after.id == case.id
    assert after.next_promise_at == DUE
    assert after.content == case.content
    (step,) = steps(desk, after)
    assert (step.content, step.next_promise_at) == ("まだ届かないとのこと", DUE)


def test_a_double_click_adds_one_step(desk):
    case = complaint()
    fill(desk, case)
    entry, entry_id = typed(case), new_commit_id()

    go_on(desk, entry, entry_id)
    after = go_on(desk, entry, entry_id)

    assert len(steps(desk, after)) == 1


def test_what_is_said_now_is_newest_and_what_was_not_asked_stays(desk):
    case = complaint(
        temper=Temper.DISSATISFIED,
        request=Request.REFUND,
        customer_name="山田",
        open_questions="色は?",
    )
    fill(desk, case)
    entry = typed(
        case,
        temper=Temper.ANGRY,
        who="090-1234-5678",
        customer_name="山本",
        open_questions="いつ?",
    )

    after = go_on(desk, entry)

    assert (after.temper, after.request) == (Temper.ANGRY, Request.REFUND)
    contact = desk.in_full("complaints")["contact"][case.id]
    assert (after.customer_name, contact) == ("山田", "090-1234-5678")
    assert after.customer_key == customer_key("090-1234-5678", SECRET)
    assert after.open_questions == "色は?\nいつ?"


def test_severity_rises_with_its_reason_and_never_falls_by_itself(desk):
    low, critical = complaint(), complaint(severity=Severity.CRITICAL)
    fill(desk, low, critical)

    risen = go_on(desk, typed(low, temper=Temper.FURIOUS))
    kept = go_on(desk, typed(critical))

    assert (risen.severity, risen.severity_reason) == (Severity.HIGH, "温度感が4以上")
    assert "重大度: 低 → 高(温度感が4以上)" in {s.content for s in steps(desk, risen)}
    assert kept.severity is Severity.CRITICAL


def test_a_closed_case_is_opened_again_with_its_promise(desk):
    case = complaint(
        status=ComplaintStatus.CLOSED, next_promise=None, next_promise_at=None
    )
    fill(desk, case)

    after = go_on(desk, typed(case))

    assert after.status is ComplaintStatus.WORKING
    assert after.closed_at is None


def test_solved_on_the_phone_closes_it_and_keeps_the_promise(desk):
    case = complaint(harm=Harm.TREATED, symptom=Symptom.RASH, category=Category.SAFETY)
    fill(desk, case)
    entry = typed(
        case,
        promise_time=PromiseTime.SOLVED,
        resolution=Resolution.EXPLANATION,
        confirmed=Done.DONE,
    )

    after = go_on(desk, entry)

    assert after.status is ComplaintStatus.CLOSED
    assert (after.harm, after.leak) == (Harm.TREATED, Answered.NO)
    assert (after.cause, after.cause_certainty) == (Cause.UNKNOWN, Certainty.PRESUMED)
    assert any("約束を果たした" in step.content for step in steps(desk, after))


def test_what_starts_a_statutory_clock_does_not_close_the_case(desk):
    case = complaint()
    fill(desk, case)
    entry = typed(
        case,
        marks=(Mark.LEAK,),
        promise_time=PromiseTime.SOLVED,
        resolution=Resolution.EXPLANATION,
        confirmed=Done.DONE,
    )

    with pytest.raises(InvalidRecord) as refused:
        go_on(desk, entry)

    assert [problem.field for problem in refused.value.problems] == ["promise_time"]
    assert steps(desk, case) == []


def test_chips_reach_the_case(desk):
    case = complaint()
    fill(desk, case)

    after = go_on(desk, typed(case, marks=(Mark.LEAK,)))

    assert after.leak is Answered.YES
    assert after.severity is Severity.CRITICAL


def test_what_is_missing_is_named_and_nothing_is_saved(desk):
    case = complaint()
    fill(desk, case)

    with pytest.raises(InvalidRecord):
        go_on(desk, typed(case, content=""))

    assert steps(desk, case) == []


def test_a_withdrawn_case_is_not_continued(desk):
    case = complaint(status=ComplaintStatus.CANCELLED)
    fill(desk, case)

    with pytest.raises(ActionRefused):
        go_on(desk, typed(case))
