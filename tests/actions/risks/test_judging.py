"""How days stand after people have decided about earlier alarms."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.actions.risks.counting import daily_of
from lib.actions.risks.judging import Closing, Course, Outcomes, judged
from lib.risk.sensitivity import STANDARD
from lib.schema.record import Record
from tests.actions.risks.company import TODAY, back, orders, risen, steady
from tests.metrics.rows import frames


def course(rows: list[Record], *decided: Closing, rises=(), today=TODAY) -> Course:
    outcomes = Outcomes(decided, tuple(rises))
    return judged(daily_of(frames(rows), today), STANDARD, outcomes)


def usual_week(found: Course) -> float:
    return float(found.usual_now[-7:].sum())


@pytest.mark.parametrize("known", [orders(), []], ids=["orders", "no orders"])
@pytest.mark.parametrize("restarted", [5, 12])
def test_the_new_normal_is_what_came_since_neither_more_nor_less(
    known: list[Record], restarted: int
) -> None:
    """Two contacts a working day for twelve days, where 5 in 3 weeks were usual."""
    rows = [*steady(), *risen(), *known]
    found = course(rows, Closing(TODAY, restarts=back(restarted)))

    assert usual_week(course(rows)) < 3
    assert 6 < usual_week(found) < 13


def test_what_came_before_a_new_normal_is_no_rate_of_orders() -> None:
    """Days before the restart, of which nothing is remembered, expect hardly any."""
    rows = [*steady(), *risen(), *orders()]
    found = course(rows, Closing(TODAY, restarts=back(5)))

    assert found.usual_now[-60:-10].max() < 1


def test_a_confirmed_rise_after_a_new_normal_is_not_learned_from() -> None:
    later = TODAY + timedelta(days=100)
    raised = (
        row.with_values(first_contact_at=row.first_contact_at + timedelta(days=100))
        for row in risen(40, 2)
    )
    rows = [*steady(days=400, until=0), *raised]
    closing = Closing(back(100), restarts=back(120))
    rise = (later - timedelta(days=40), later)
    learned = course(rows, closing, today=later)
    kept = course(rows, closing, rises=[rise], today=later)

    assert not kept.learnable[:, kept.daily.place(rise[0]) :].any()
    assert usual_week(kept) < 0.6 * usual_week(learned)
