"""Everything that can run out stands in one list, first things first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.actions.clocks.running import (
    answer_target,
    everything_that_can_run_out,
    lines_of,
    offered,
    unconfirmed,
)
from lib.metrics.running_out import Line, Origin, Standing, urgent
from lib.schema.ids import new_id
from lib.schema.task import Task
from lib.schema.vocab import (
    Answered,
    Applicability,
    ComplaintStatus,
    DeadlineKind,
    InquiryStatus,
    Source,
    TaskKind,
)
from tests.actions.clocks.cases import (
    KETTLE,
    NOW,
    case,
    crisis,
    day,
    deadline,
    ill,
    inquiry,
)
from tests.builders import fill

CHECKED = {"applies": Applicability.APPLIES, "checked_by": "佐藤 花子"}


def lines(desk, **options) -> tuple[Line, ...]:
    return everything_that_can_run_out(desk, NOW, **options)


def only(desk, **options) -> Line:
    (found,) = lines(desk, **options)
    return found


def test_a_clock_says_what_until_when_whose_and_where_it_is_written(desk) -> None:
    told = case(product_code=KETTLE.code, handler="田中")
    fill(desk, told, deadline(told, rule_code="L3重大製品事故"))

    found = only(desk)

    assert (found.origin, found.case_id) == (Origin.CLOCK, told.id)
    assert found.name == "重大製品事故の報告(消費者庁へ)"
    assert found.due_at == day("2026-11-24 23:59")
    assert (found.owner, found.party) == ("田中", "自社")
    assert "消費生活用製品安全法35条" in found.source
    assert found.checked_on is not None
    assert found.awaits_word
    assert not found.is_agency


def test_its_own_person_comes_before_the_one_who_has_the_case(desk) -> None:
    told = case(handler="田中")
    fill(desk, told, deadline(told, owner="主任 二郎"))

    assert only(desk).owner == "主任 二郎"


def test_a_clock_of_a_rule_that_is_gone_still_stands_there(desk) -> None:
    told = case()
    fill(desk, told, deadline(told, rule_code="L99昔の規則"))

    assert (only(desk).name, only(desk).source) == ("L99昔の規則", "")


def test_what_runs_out_first_comes_first_and_the_law_before_the_rest(desk) -> None:
    told = case()
    fill(
        desk,
        told,
        deadline(told, rule_code="later", due_at=NOW + timedelta(days=9)),
        deadline(told, rule_code="own", kind=DeadlineKind.OWN),
        deadline(told, rule_code="law"),
        deadline(told, rule_code="agency", kind=DeadlineKind.AGENCY),
        deadline(told, rule_code="guide", kind=DeadlineKind.GUIDELINE),
    )

    assert [one.code for one in lines(desk)] == [
        "law",
        "agency",
        "guide",
        "own",
        "later",
    ]


def test_an_untouched_import_stands_last_unless_a_law_sets_its_date(desk) -> None:
    told, old = case(), case(source=Source.IMPORT)
    fill(
        desk,
        told,
        old,
        deadline(told, rule_code="now", due_at=NOW + timedelta(days=9)),
        deadline(
            old,
            rule_code="guide",
            kind=DeadlineKind.GUIDELINE,
            due_at=day("2026-11-21"),
        ),
        deadline(old, rule_code="law", due_at=NOW + timedelta(days=5)),
    )

    assert [one.code for one in lines(desk)] == ["law", "now", "guide"]


@pytest.mark.parametrize(
    "ended",
    [
        {"done_at": NOW},
        {"applies": Applicability.NOT_APPLICABLE, "checked_by": "佐藤 花子"},
    ],
)
def test_what_ended_is_shown_only_where_asked_for(desk, ended) -> None:
    told = case()
    fill(desk, told, deadline(told, **ended))

    assert lines(desk) == ()
    assert len(lines(desk, with_ended=True)) == 1


def test_a_withdrawn_case_has_no_dates(desk) -> None:
    gone = case(status=ComplaintStatus.CANCELLED)
    call = inquiry(status=InquiryStatus.CANCELLED)
    fill(desk, gone, call, deadline(gone), deadline(call))

    assert lines(desk, with_promises=True, with_ended=True) == ()


def test_a_closed_case_keeps_the_clocks_that_run(desk) -> None:
    closed = case(status=ComplaintStatus.CLOSED, closed_at=NOW)
    fill(desk, closed, deadline(closed))

    assert only(desk).case_id == closed.id


# Agencies ---------------------------------------------------------------------------


def test_an_inquiry_without_a_clock_is_to_be_answered_by_our_own_target(desk) -> None:
    call = inquiry(handler="田中")
    fill(desk, call)

    found = only(desk)

    assert (found.origin, found.kind) == (Origin.ANSWER, DeadlineKind.OWN)
    assert found.due_at == day("2026-11-24 18:00") == answer_target(desk, NOW)
    assert (found.owner, found.is_agency) == ("田中", True)


def test_the_date_that_a_person_set_for_the_answer_counts(desk) -> None:
    fill(desk, inquiry(own_due_at=day("2026-11-21 12:00")))

    assert only(desk).due_at == day("2026-11-21 12:00")


def test_an_answer_that_has_a_clock_stands_there_once(desk) -> None:
    call = inquiry()
    fill(desk, call, deadline(call, rule_code="L19回答", kind=DeadlineKind.OWN))

    assert [one.origin for one in lines(desk)] == [Origin.CLOCK]


def test_an_answered_inquiry_owes_nothing(desk) -> None:
    fill(desk, inquiry(answered_at=NOW), inquiry(status=InquiryStatus.CLOSED))

    assert lines(desk) == ()


# Tasks and promises -----------------------------------------------------------------


def test_a_task_with_a_date_stands_there_and_one_without_does_not(desk) -> None:
    leak = crisis()
    told = {"case_id": leak.id, "title": "名簿の送り先に消去を頼む"}
    due = NOW + timedelta(hours=2)
    fill(
        desk,
        leak,
        Task(id=new_id("W", NOW), **told, kind=TaskKind.CRISIS, due_at=due),
        Task(id=new_id("W", NOW), **told, kind=TaskKind.INSTRUCTION, due_at=due),
        Task(id=new_id("W", NOW), **told),
    )

    instruction, own = lines(desk)
    assert (instruction.kind, instruction.is_agency) == (DeadlineKind.AGENCY, True)
    assert (own.kind, own.owner, own.is_typed) == (DeadlineKind.OWN, leak.leader, True)


def test_promises_stand_there_only_where_asked_for(desk) -> None:
    told = case()
    fill(desk, told)

    assert lines(desk) == ()
    found = only(desk, with_promises=True)
    assert (found.origin, found.due_at) == (Origin.PROMISE, told.next_promise_at)


# How it stands ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "standing"),
    [
        (timedelta(seconds=-1), Standing.OVERDUE),
        (timedelta(0), Standing.SOON),
        (timedelta(hours=24), Standing.SOON),
        (timedelta(hours=24, seconds=1), Standing.RUNNING),
    ],
)
def test_a_line_knows_how_it_stands(desk, left, standing) -> None:
    told = case()
    fill(desk, told, deadline(told, due_at=NOW + left))

    assert only(desk).standing(NOW) is standing
    assert only(desk).left(NOW) == left


def test_only_statutory_clocks_wait_for_a_word(desk) -> None:
    told = case()
    fill(
        desk,
        told,
        deadline(told),
        deadline(told, **CHECKED),
        deadline(told, kind=DeadlineKind.GUIDELINE),
    )

    assert len(unconfirmed(lines(desk))) == 1


def test_urgent_is_what_runs_out_within_a_day_or_has(desk) -> None:
    told = case()
    fill(
        desk,
        told,
        deadline(told, rule_code="over", due_at=NOW - timedelta(days=1)),
        deadline(told, rule_code="near", due_at=NOW + timedelta(hours=23)),
        deadline(told, rule_code="far", due_at=NOW + timedelta(days=2)),
    )

    assert [one.code for one in urgent(lines(desk), NOW)] == ["over", "near"]


def test_a_clock_of_like_cases_names_the_other_case(desk) -> None:
    first, second = ill(customer_key="a"), ill(customer_key="b")
    second = second.with_values(received_at=NOW + timedelta(hours=1))
    fill(desk, first, second, deadline(second, rule_code="L7同じ症状"))

    assert only(desk).because == f"{first.id} と同じ商品・同じ症状(胃腸)"


def test_a_case_has_its_own_dates_the_ended_ones_too(desk) -> None:
    told, other = case(), case()
    fill(desk, told, other, deadline(told, done_at=NOW), deadline(other))

    assert [line.case_id for line in lines_of(desk, told.id, NOW)] == [told.id]


def test_a_rule_that_asks_for_a_date_is_offered_until_it_has_a_clock(desk) -> None:
    told = case(refund_refused=Answered.YES)
    fill(desk, told)
    (rule,) = offered(desk, told, NOW)

    fill(desk, deadline(told, rule_code=rule.code))

    assert offered(desk, told, NOW) == ()


def test_without_anything_the_list_is_empty(desk) -> None:
    assert lines(desk, with_promises=True, with_ended=True) == ()
