"""What second complaints cost, and whose they are not."""

from __future__ import annotations

import pandas as pd
import pytest

from lib.metrics import seconds
from lib.schema.vocab import (
    ComplaintKind,
    ComplaintStatus,
    EscalationStatus,
    SecondaryCause,
    Temper,
)
from tests.metrics.rows import at, complaint, day, escalation, frames, kpi_day

SECOND = ComplaintKind.SECOND


def first(minutes: int | None = 30, **values):
    return complaint(at(2), handling_minutes=minutes, receiver="佐々木", **values)


def second(of=None, minutes: int | None = 90, **values):
    return complaint(
        values.pop("received", at(10)),
        kind=SECOND,
        handling_minutes=minutes,
        parent_id=of.id if of else "",
        receiver="大西",
        **values,
    )


def test_cost_in_minutes_and_lost_calls() -> None:
    rows = [first(20), first(30), first(40), second(minutes=60), second(minutes=90)]
    rows += [second(minutes=120, received=at(11)), second(minutes=None)]
    lost = [
        kpi_day(day(n), abandoned=calls)
        for n, calls in enumerate((9, 3, 3, 3), start=1)
    ]
    lost += [kpi_day(day(10), abandoned=20), kpi_day(day(10), "C2", abandoned=10)]
    lost += [kpi_day(day(11), abandoned=12), kpi_day(day(12))]

    found = seconds.cost(frames([*rows, *lost]))

    assert (found.count, found.minutes, found.first_minutes) == (4, 90.0, 30.0)
    assert found.times == 3.0
    # Two days with a second complaint say too little for a mean.
    assert found.lost is None
    assert found.usual_lost == 4.5


def test_too_few_known_times_give_no_mean() -> None:
    found = seconds.cost(frames([first(), first(), second()]))

    assert (found.minutes, found.first_minutes, found.times) == (None, None, None)


def test_without_second_complaints_nothing_is_claimed() -> None:
    found = seconds.cost(frames())

    assert (found.count, found.minutes, found.lost) == (0, None, None)


@pytest.mark.parametrize(
    ("temper", "cause", "hostile"),
    [
        (Temper.HOSTILE, None, True),
        (Temper.FURIOUS, None, False),
        (Temper.CALM, SecondaryCause.HOSTILE, True),
        # Somebody looked into it: what they wrote counts, not the voice.
        (Temper.HOSTILE, SecondaryCause.FORGOTTEN_CALLBACK, False),
    ],
)
def test_what_nobody_could_have_prevented(temper, cause, hostile) -> None:
    case = second(temper=temper)
    rows = [case]
    if cause:
        rows.append(escalation(case, at(11), secondary_cause=cause))

    found = seconds.unpreventable(frames(rows))

    assert bool(found[case.id]) is hostile


def test_the_cause_written_last_counts_and_a_cancelled_one_does_not() -> None:
    case = second()
    rows = [
        case,
        escalation(case, at(11), secondary_cause=SecondaryCause.WAITING),
        escalation(case, at(12), secondary_cause=SecondaryCause.MANNERS),
        escalation(
            case,
            at(13),
            secondary_cause=SecondaryCause.HOSTILE,
            status=EscalationStatus.CANCELLED,
        ),
    ]

    assert seconds.causes(frames(rows)["escalations"])[case.id] == (
        SecondaryCause.MANNERS.value
    )


def test_a_second_complaint_counts_to_who_took_the_first_call() -> None:
    begun = first()

    found = seconds.by_agent(frames([begun, first(), second(begun)]))

    assert found.to_dict("index") == {"佐々木": {"cases": 2, "seconds": 1}}


@pytest.mark.parametrize(
    "left_out",
    [
        {"temper": Temper.HOSTILE},
        {"status": ComplaintStatus.CANCELLED},
        {"parent_id": ""},
        {"parent_id": "K-unknown"},
    ],
)
def test_who_is_not_blamed(left_out) -> None:
    begun = first()
    values = {"parent_id": begun.id, **left_out}
    case = second().model_copy(update=values)

    found = seconds.by_agent(frames([begun, case]))

    assert found.loc["佐々木", "seconds"] == 0


def test_the_lost_calls_of_a_day_are_those_of_all_centres() -> None:
    days = frames([kpi_day(day(1), abandoned=3), kpi_day(day(1), "C2", abandoned=4)])

    assert seconds.lost_on(days["kpi_days"], pd.Timestamp(day(1))) == 7.0
    assert seconds.lost_on(days["kpi_days"], pd.Timestamp(day(2))) is None
