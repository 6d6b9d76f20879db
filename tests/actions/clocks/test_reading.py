"""What a screen is told of a clock: its rule, its pair, its maker, its course."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.actions.clocks import changing, reading
from lib.actions.clocks.feeding import file_of
from lib.actions.clocks.running import everything_that_can_run_out
from lib.errors import NotAllowed
from lib.metrics.running_out import Line, Origin
from lib.schema.vocab import Applicability, Harm
from tests.actions.clocks.cases import (
    CREAM,
    NOW,
    OWN_CREAM,
    SUPPLEMENT,
    case,
    deadline,
    ill,
    inquiry,
)
from tests.builders import fill


def only(desk) -> Line:
    (found,) = everything_that_can_run_out(desk, NOW)
    return found


def test_a_clock_comes_with_the_rule_of_its_first_day(desk):
    told = case()
    fill(desk, told, deadline(told))

    found = reading.known(desk, only(desk))

    assert found.rule is not None
    assert found.rule.code == "L1速報"
    assert found.clock.case_id == told.id
    assert found.pair is None
    assert found.steps == ()


def test_its_course_holds_its_own_steps_the_newest_first(desk):
    told = case()
    own = deadline(told)
    fill(desk, told, own)
    seen = desk.record("deadlines", own.id)
    changing.confirm(
        desk, [seen], Applicability.APPLIES, reason="", now=NOW, commit_id="a"
    )
    seen = desk.record("deadlines", own.id)
    later = NOW + timedelta(hours=1)
    changing.finish(desk, seen, done_at=NOW, evidence_url="", now=later, commit_id="b")
    (line,) = everything_that_can_run_out(desk, later, with_ended=True)

    steps = reading.known(desk, line).steps

    assert [step.at for step in steps] == [later, NOW]
    assert all("L1速報" in step.content for step in steps)


def test_what_is_no_clock_has_nothing_to_know(desk):
    fill(desk, inquiry())
    line = only(desk)

    assert line.origin is Origin.ANSWER
    with pytest.raises(NotAllowed):
        reading.known(desk, line)


@pytest.mark.parametrize(("product", "is_asked"), [(CREAM, True), (OWN_CREAM, False)])
def test_who_makes_a_product_is_asked_where_they_owe_the_report(
    desk, product, is_asked
):
    told = case(product_code=product.code)
    fill(desk, told, deadline(told, rule_code="L5副作用15日"))

    assert reading.known(desk, only(desk)).lacks_maker is is_asked
    found = [p.code for p in reading.without_maker(desk, NOW)]
    assert found == ([product.code] if is_asked else [])


def test_a_rule_that_is_ours_asks_for_no_maker(desk):
    told = case(product_code=CREAM.code)
    fill(desk, told, deadline(told, rule_code="L5製販へ連絡"))

    assert not reading.known(desk, only(desk)).lacks_maker
    assert reading.without_maker(desk, NOW) == ()


def test_like_cases_come_with_both_and_whether_a_clock_began(desk):
    first = ill(received_at=NOW - timedelta(days=3), contact="090-1111-2222")
    second = ill(contact="090-3333-4444")
    fill(desk, first, second)

    (found,) = reading.like_cases(desk)

    assert (found.earlier.id, found.later.id) == (first.id, second.id)
    assert found.product == SUPPLEMENT.name
    assert not found.has_clock
    fill(desk, deadline(second, rule_code="L7同じ症状"))
    (found,) = reading.like_cases(desk)
    assert found.has_clock
    known = reading.known(desk, only(desk))
    assert known.pair is not None
    assert known.pair.earlier == first.id


def test_one_customer_twice_is_no_pair(desk):
    fill(
        desk,
        ill(received_at=NOW - timedelta(days=3), contact="090-1111-2222"),
        ill(contact="090-1111-2222"),
    )

    assert reading.like_cases(desk) == ()


def test_the_file_for_calendars_holds_numbers_and_no_names(desk):
    told = case(customer_name="山田", harm=Harm.TREATED, content="山田さんの手が赤い")
    fill(desk, told, deadline(told))

    text = file_of(desk, base="http://localhost:8501", now=NOW).decode()

    assert told.id in text
    assert "山田" not in text
