"""What came of a promise, in one press: one line of `OUTCOMES` each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from lib import clock
from lib.actions import cases
from lib.actions.entry import PromiseTime, due_at
from lib.actions.permissions import needs
from lib.i18n import N_
from lib.schema.complaint import Complaint
from lib.schema.vocab import ActivityKind, Channel, ComplaintStatus, Medium, Promise
from lib.store.access import UserStore


class Result(StrEnum):
    """How it went."""

    REACHED = "reached"
    DONE = "done"
    """What was owed is done without speaking to the customer."""
    NOT_YET = "not_yet"
    NOT_REACHED = "not_reached"
    ASKED_TO_WAIT = "asked_to_wait"


WAITING_DAYS: Final = 3
"""After so many days one asks a customer who wished to wait."""


_CALLS: Final = (None, Promise.CALL_BACK)
_OTHERS: Final = (Promise.ANSWER, Promise.REFUND, Promise.SHIPMENT, Promise.CHECK_ONLY)
_ALL: Final = (*_CALLS, *_OTHERS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One press: how it went, and what is promised next.

    words: on the button, a catalogue key. told: in 対応履歴, in sheet language.
    again: when the next promise is due; None is in `WAITING_DAYS` at ten.
    promises: the kinds of promise it is offered for. kind: of the step; None is that
    of its result. then: what is promised next; None is the same again. status: what
    the case becomes; None leaves it.
    """

    code: str
    result: Result
    words: str
    told: str
    again: PromiseTime | None
    promises: tuple[Promise | None, ...] = _ALL
    kind: ActivityKind | None = None
    then: Promise | None = None
    status: ComplaintStatus | None = None


_TALKED: Final = "折返して話せた"
_ABSENT: Final = "電話したが、つながらなかった"

OUTCOMES: Final = (
    Outcome(
        "answered",
        Result.REACHED,
        N_("回答した(3日後に様子を確かめる)"),
        "回答した",
        None,
        (Promise.ANSWER,),
        ActivityKind.EXPLANATION,
        Promise.CHECK_ONLY,
    ),
    Outcome(
        "answer_not_yet",
        Result.NOT_YET,
        N_("まだ回答できない(次は明日10時)"),
        "まだ回答できず、日時を改めた",
        PromiseTime.TOMORROW,
        (Promise.ANSWER,),
    ),
    Outcome(
        "refunded",
        Result.DONE,
        N_("返金した(3日後に着金を確かめる)"),
        "返金した",
        None,
        (Promise.REFUND,),
        ActivityKind.REFUND,
        Promise.CHECK_ONLY,
    ),
    Outcome(
        "refund_not_yet",
        Result.NOT_YET,
        N_("まだ返金できない(次は明日10時)"),
        "まだ返金できず、日時を改めた",
        PromiseTime.TOMORROW,
        (Promise.REFUND,),
    ),
    Outcome(
        "shipped",
        Result.DONE,
        N_("発送した(3日後に到着を確かめる)"),
        "発送した",
        None,
        (Promise.SHIPMENT,),
        ActivityKind.SHIPMENT,
        Promise.CHECK_ONLY,
    ),
    Outcome(
        "shipment_not_yet",
        Result.NOT_YET,
        N_("まだ発送できない(次は明日10時)"),
        "まだ発送できず、日時を改めた",
        PromiseTime.TOMORROW,
        (Promise.SHIPMENT,),
    ),
    Outcome(
        "checked",
        Result.DONE,
        N_("確かめた(次は明日10時)"),
        "確かめた",
        PromiseTime.TOMORROW,
        (Promise.CHECK_ONLY,),
        ActivityKind.INTERNAL_CHECK,
    ),
    Outcome(
        "reached_today",
        Result.REACHED,
        N_("話せた(次は今日中)"),
        _TALKED,
        PromiseTime.TODAY,
        _CALLS,
    ),
    Outcome(
        "reached_tomorrow",
        Result.REACHED,
        N_("話せた(次は明日10時)"),
        _TALKED,
        PromiseTime.TOMORROW,
        _CALLS,
    ),
    Outcome(
        "talked_tomorrow",
        Result.REACHED,
        N_("話せた(次は明日10時)"),
        "お客様と話せた",
        PromiseTime.TOMORROW,
        _OTHERS,
        ActivityKind.EXPLANATION,
    ),
    Outcome(
        "absent_soon",
        Result.NOT_REACHED,
        N_("つながらない(30分後にもう一度)"),
        _ABSENT,
        PromiseTime.HALF_HOUR,
    ),
    Outcome(
        "absent_tomorrow",
        Result.NOT_REACHED,
        N_("つながらない(明日10時にもう一度)"),
        _ABSENT,
        PromiseTime.TOMORROW,
    ),
    Outcome(
        "asked_to_wait",
        Result.ASKED_TO_WAIT,
        N_("待ってほしいと言われた(3日後に確かめる)"),
        "お客様から、待ってほしいと言われた",
        None,
        status=ComplaintStatus.WAITING_CUSTOMER,
    ),
)
"""Every outcome, in the order of the menu."""


def offered(promise: Promise | None) -> list[Outcome]:
    """Return what can have come of that kind of promise; None is no kind at all."""
    return [outcome for outcome in OUTCOMES if promise in outcome.promises]


_KIND: Final = {
    Result.REACHED: ActivityKind.CALLBACK_DONE,
    Result.DONE: ActivityKind.OTHER,
    Result.NOT_YET: ActivityKind.OTHER,
    Result.NOT_REACHED: ActivityKind.OTHER,
    Result.ASKED_TO_WAIT: ActivityKind.CALLBACK_DONE,
}
_BY_WRITING: Final = {
    Channel.MAIL: Medium.MAIL,
    Channel.FORM: Medium.MAIL,
    Channel.CHAT: Medium.CHAT,
    Channel.LETTER: Medium.LETTER,
}


_SPOKEN: Final = (Result.REACHED, Result.ASKED_TO_WAIT)


def _medium(seen: Complaint, outcome: Outcome) -> Medium:
    if outcome.result in (Result.DONE, Result.NOT_YET):
        return Medium.INTERNAL
    if outcome.result is Result.NOT_REACHED:
        return Medium.CALL_OUT
    return _BY_WRITING.get(seen.channel, Medium.CALL_OUT)


@needs("cases.edit")
def record(
    desk: UserStore,
    seen: Complaint,
    outcome: Outcome,
    *,
    now: datetime,
    commit_id: str,
) -> Complaint:
    """Note what came of the promise and what is promised next, in one commit.

    A call that nobody answered keeps the promise (it was not forgotten) and is no
    first reply; nor is what was done, or could not be, without speaking to the
    customer. Raises as `cases.edit`.
    """
    step = {
        "medium": _medium(seen, outcome),
        "kind": outcome.kind or _KIND[outcome.result],
        "content": f"{outcome.told}{_about(seen)}",
    }
    values: dict[str, Any] = {
        "next_promise": outcome.then or _next(seen),
        "next_promise_at": next_at(outcome, now),
    }
    if outcome.status is not None:
        values["status"] = outcome.status
    return cases.act(
        desk,
        seen,
        values,
        step=step,
        now=now,
        commit_id=commit_id,
        reached=outcome.result in _SPOKEN,
    )


def next_at(outcome: Outcome, now: datetime) -> datetime:
    """Return when the next promise of an outcome is due."""
    if outcome.again is not None and (at := due_at(outcome.again, now)):
        return at
    return clock.at(now.date() + timedelta(days=WAITING_DAYS), 10)


def _next(seen: Complaint) -> Promise:
    return seen.next_promise or Promise.CALL_BACK


def _about(seen: Complaint) -> str:
    if seen.next_promise is None or seen.next_promise_at is None:
        return ""
    return f"({seen.next_promise.value} {seen.next_promise_at:%Y/%m/%d %H:%M})"
