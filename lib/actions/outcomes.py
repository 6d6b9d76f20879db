"""What came of a promised call, in one press: one line of `OUTCOMES` each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from lib import clock
from lib.actions import cases
from lib.actions.entry import PromiseTime, due_at
from lib.i18n import N_
from lib.schema.complaint import Complaint
from lib.schema.vocab import ActivityKind, Channel, ComplaintStatus, Medium, Promise
from lib.store.access import UserStore


class Result(StrEnum):
    """How it went."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    ASKED_TO_WAIT = "asked_to_wait"


WAITING_DAYS: Final = 3
"""After so many days one asks a customer who wished to wait."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One press: how it went, and what is promised next.

    words: on the button, a catalogue key. told: in 対応履歴, in sheet language.
    again: when the next promise is due; None is in `WAITING_DAYS` at ten.
    status: what the case becomes; None leaves it.
    """

    code: str
    result: Result
    words: str
    told: str
    again: PromiseTime | None
    status: ComplaintStatus | None = None


_TALKED: Final = "折返して話せた"
_ABSENT: Final = "折返したが、つながらなかった"

OUTCOMES: Final = (
    Outcome(
        "reached_today",
        Result.REACHED,
        N_("話せた(次は今日中)"),
        _TALKED,
        PromiseTime.TODAY,
    ),
    Outcome(
        "reached_tomorrow",
        Result.REACHED,
        N_("話せた(次は明日10時)"),
        _TALKED,
        PromiseTime.TOMORROW,
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
        ComplaintStatus.WAITING_CUSTOMER,
    ),
)
"""Every outcome, in the order of the menu."""

BY_CODE: Final = {outcome.code: outcome for outcome in OUTCOMES}

_KIND: Final = {
    Result.REACHED: ActivityKind.CALLBACK_DONE,
    Result.NOT_REACHED: ActivityKind.OTHER,
    Result.ASKED_TO_WAIT: ActivityKind.CALLBACK_DONE,
}
_BY_WRITING: Final = {
    Channel.MAIL: Medium.MAIL,
    Channel.FORM: Medium.MAIL,
    Channel.CHAT: Medium.CHAT,
    Channel.LETTER: Medium.LETTER,
}


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
    first reply. Raises as `cases.edit`.
    """
    reached = outcome.result is not Result.NOT_REACHED
    medium = _BY_WRITING.get(seen.channel, Medium.CALL_OUT)
    step = {
        "medium": medium if reached else Medium.CALL_OUT,
        "kind": _KIND[outcome.result],
        "content": f"{outcome.told}{_about(seen)}",
    }
    values: dict[str, Any] = {
        "next_promise": Promise.CALL_BACK if not reached else _next(seen),
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
        reached=reached,
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
