"""完了 is refused only by what is really open, and says where to settle it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lib import clock
from lib.actions import cases, closing
from lib.actions.closing import Blocker, PromiseEnd
from lib.errors import InvalidRecord
from lib.schema.deadline import Deadline
from lib.schema.ids import new_commit_id, new_id
from lib.schema.principal import Principal
from lib.schema.vocab import (
    Answered,
    Applicability,
    Cause,
    Certainty,
    ComplaintStatus,
    DeadlineKind,
    Done,
    Harm,
    Medium,
    Resolution,
    Role,
)
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import activity, complaint, fill

NOW = clock.now()

ANSWERS = {
    "harm": Harm.NO,
    "leak": Answered.NO,
    "read_back": Done.DONE,
    "resolution": Resolution.EXPLANATION,
    "cause": Cause.UNKNOWN,
    "cause_certainty": Certainty.PRESUMED,
}


@pytest.fixture
def live(tmp_path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def desk(live) -> UserStore:
    return live.for_user(Principal("sato@example.jp", "佐藤", Role.ADMIN))


def close(desk, case, promise=None, **answers):
    return closing.close(
        desk,
        case,
        {**ANSWERS, **answers},
        promise=promise,
        now=NOW,
        commit_id=new_commit_id(),
    )


def fields_of(error) -> set[str]:
    return {problem.field for problem in error.value.problems}


def steps(desk, case) -> list[str]:
    return [step.activity.content for step in cases.timeline(desk, case, NOW)]


def test_a_promise_that_nothing_answered_is_asked_about_and_nothing_else(desk):
    case = complaint()
    fill(desk, case)

    with pytest.raises(InvalidRecord) as error:
        close(desk, case)

    assert fields_of(error) == {closing.PROMISE}
    assert desk.record("complaints", case.id).status is ComplaintStatus.RECEIVED


def test_one_tap_says_that_the_promise_was_kept(desk):
    case = complaint()
    fill(desk, case)

    after = close(desk, case, PromiseEnd.KEPT)

    assert (after.status, after.closed_at) == (ComplaintStatus.CLOSED, NOW)
    assert any(s.startswith("約束を果たした: 折返し") for s in steps(desk, after))


def test_nobody_has_to_keep_a_promise_that_the_customer_gave_up(desk):
    case = complaint()
    fill(desk, case)

    after = close(desk, case, PromiseEnd.NOT_NEEDED)

    assert after.status is ComplaintStatus.CLOSED
    assert after.first_reply_at is None
    assert any(s.startswith("約束は要らなくなった") for s in steps(desk, after))


def test_a_promise_that_a_call_answered_does_not_block(desk):
    case = complaint()
    called = activity(case, medium=Medium.CALL_OUT, at=NOW - timedelta(minutes=5))
    fill(desk, case, called)

    assert closing.blockers(desk, case, NOW) == ()
    assert close(desk, case).status is ComplaintStatus.CLOSED


def test_a_case_without_a_promise_is_closed_without_inventing_one(desk):
    case = complaint(source="取込", next_promise=None, next_promise_at=None)
    fill(desk, case)

    assert close(desk, case).status is ComplaintStatus.CLOSED


def test_everything_that_is_missing_is_said_at_once(desk):
    case = complaint()
    fill(desk, case)

    with pytest.raises(InvalidRecord) as error:
        closing.close(desk, case, {}, promise=None, now=NOW, commit_id=new_commit_id())

    assert fields_of(error) == {closing.PROMISE, *ANSWERS}


def deadline(case, **changes):
    return Deadline.parse(
        {
            "id": new_id("T", NOW),
            "case_id": case.id,
            "rule_code": "L1速報",
            "kind": DeadlineKind.STATUTORY,
            "started_at": NOW,
            "due_at": NOW + timedelta(days=3),
            **changes,
        }
    )


def test_a_statutory_clock_blocks_until_it_is_done_or_does_not_apply(live, desk):
    case = complaint()
    clock_of = deadline(case)
    fill(desk, case, clock_of)

    with pytest.raises(InvalidRecord) as error:
        close(desk, case, PromiseEnd.KEPT)

    assert fields_of(error) == {closing.BLOCKED}
    found = closing.blockers(desk, case, NOW)[-1]
    assert (found.code, found.place) == (closing.CLOCK, clock_of.id)
    assert found.due_at == clock_of.due_at


@pytest.mark.parametrize(
    "settled",
    [
        {"done_at": NOW},
        {"applies": Applicability.NOT_APPLICABLE, "checked_by": "佐藤"},
        {"kind": DeadlineKind.OWN},
    ],
)
def test_a_clock_that_binds_nobody_does_not_block(desk, settled):
    case = complaint()
    fill(desk, case, deadline(case, **settled))

    assert close(desk, case, PromiseEnd.KEPT).status is ComplaintStatus.CLOSED


def test_another_part_can_hold_a_case_open(desk, monkeypatch):
    case = complaint()
    fill(desk, case)
    crisis = Blocker("crisis", "危機の点検が残っています", {})
    monkeypatch.setattr(closing, "CHECKS", [*closing.CHECKS, lambda *_: [crisis]])

    with pytest.raises(InvalidRecord) as error:
        close(desk, case, PromiseEnd.KEPT)

    assert [p.message for p in error.value.problems] == [crisis.message]


def test_the_cause_is_preset_as_presumed_from_the_claim_type(desk):
    case = complaint(claim_type="届かない・遅い")
    assert closing.presets(desk, case, NOW) == {
        "cause": Cause.DELIVERY,
        "cause_certainty": Certainty.PRESUMED,
    }
    known = complaint(cause=Cause.SERVICE, cause_certainty=Certainty.CONFIRMED)
    assert closing.presets(desk, known, NOW) == {}
