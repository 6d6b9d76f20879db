"""What can have come of each kind of promise, and what a press writes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lib import clock
from lib.actions import outcomes
from lib.actions.outcomes import OUTCOMES, offered
from lib.schema.principal import SYSTEM
from lib.schema.vocab import ActivityKind, Medium, Promise
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import complaint, fill

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=clock.TOKYO)
SOON = NOW + timedelta(minutes=30)
MORNING = datetime(2026, 11, 21, 10, 0, tzinfo=clock.TOKYO)
IN_THREE_DAYS = datetime(2026, 11, 23, 10, 0, tzinfo=clock.TOKYO)

EXAMPLES = {
    "answered": (
        Promise.ANSWER,
        "回答した",
        ActivityKind.EXPLANATION,
        Promise.CHECK_ONLY,
        IN_THREE_DAYS,
    ),
    "answer_not_yet": (
        Promise.ANSWER,
        "まだ回答できず",
        ActivityKind.OTHER,
        Promise.ANSWER,
        MORNING,
    ),
    "refunded": (
        Promise.REFUND,
        "返金した",
        ActivityKind.REFUND,
        Promise.CHECK_ONLY,
        IN_THREE_DAYS,
    ),
    "refund_not_yet": (
        Promise.REFUND,
        "まだ返金できず",
        ActivityKind.OTHER,
        Promise.REFUND,
        MORNING,
    ),
    "shipped": (
        Promise.SHIPMENT,
        "発送した",
        ActivityKind.SHIPMENT,
        Promise.CHECK_ONLY,
        IN_THREE_DAYS,
    ),
    "shipment_not_yet": (
        Promise.SHIPMENT,
        "まだ発送できず",
        ActivityKind.OTHER,
        Promise.SHIPMENT,
        MORNING,
    ),
    "checked": (
        Promise.CHECK_ONLY,
        "確かめた",
        ActivityKind.INTERNAL_CHECK,
        Promise.CHECK_ONLY,
        MORNING,
    ),
    "reached_tomorrow": (
        Promise.CALL_BACK,
        "折返して話せた",
        ActivityKind.CALLBACK_DONE,
        Promise.CALL_BACK,
        MORNING,
    ),
    "talked_tomorrow": (
        Promise.REFUND,
        "お客様と話せた",
        ActivityKind.EXPLANATION,
        Promise.REFUND,
        MORNING,
    ),
    "absent_soon": (
        Promise.REFUND,
        "つながらなかった",
        ActivityKind.OTHER,
        Promise.REFUND,
        SOON,
    ),
    "absent_tomorrow": (
        Promise.CALL_BACK,
        "つながらなかった",
        ActivityKind.OTHER,
        Promise.CALL_BACK,
        MORNING,
    ),
    "asked_to_wait": (
        Promise.SHIPMENT,
        "待ってほしい",
        ActivityKind.CALLBACK_DONE,
        Promise.SHIPMENT,
        IN_THREE_DAYS,
    ),
}
"""By outcome: what was promised; what is told, of what kind; what is promised next."""

TODAY_DEPENDS_ON_THE_HOUR = {"reached_today"}


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, NOW.isoformat())
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store.for_user(SYSTEM)
    store.close()


def pressed(desk, code: str, promise: Promise | None):
    due = None if promise is None else NOW - timedelta(minutes=5)
    made = complaint(next_promise=promise, next_promise_at=due)
    fill(desk, made)
    seen = desk.record("complaints", made.id)
    (outcome,) = [one for one in offered(promise) if one.code == code]
    after = outcomes.record(desk, seen, outcome, now=NOW, commit_id="once")
    return after, desk.frame("activities").iloc[0]


def test_every_outcome_has_its_example() -> None:
    assert {one.code for one in OUTCOMES} == {*EXAMPLES, *TODAY_DEPENDS_ON_THE_HOUR}


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_press_tells_what_was_done_and_promises_what_follows(desk, code):
    promise, told, kind, then, at = EXAMPLES[code]

    after, step = pressed(desk, code, promise)

    assert told in step["content"]
    assert step["kind"] == kind.value
    assert (after.next_promise, after.next_promise_at) == (then, at)


def test_a_refund_alone_is_no_answer_to_the_customer(desk):
    after, step = pressed(desk, "refunded", Promise.REFUND)

    assert step["medium"] == Medium.INTERNAL.value
    assert after.first_reply_at is None


@pytest.mark.parametrize("promise", [None, *Promise])
def test_every_kind_of_promise_has_its_own_words(promise):
    codes = {one.code for one in offered(promise)}

    assert {"absent_soon", "asked_to_wait"} <= codes
    assert ("reached_today" in codes) is (promise in (None, Promise.CALL_BACK))
    assert ("refunded" in codes) is (promise is Promise.REFUND)
    assert ("shipped" in codes) is (promise is Promise.SHIPMENT)
    assert ("answered" in codes) is (promise is Promise.ANSWER)
