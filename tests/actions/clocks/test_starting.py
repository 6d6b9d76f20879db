"""Clocks are born with the answer that starts them, once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

import pytest

from lib import clock
from lib.actions import cases, closing, complaints
from lib.actions.clocks.starting import clocks_of, commit, new_rows, starting
from lib.actions.entry import Entry, Mark, PromiseTime
from lib.errors import InvalidRecord
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.deadline import Deadline
from lib.schema.frames import standing
from lib.schema.ids import new_commit_id
from lib.schema.principal import Principal
from lib.schema.tables import table
from lib.schema.vocab import (
    Answered,
    Applicability,
    Cause,
    Certainty,
    ComplaintStatus,
    Done,
    Harm,
    LeakTrigger,
    Resolution,
    Role,
    Symptom,
)
from lib.store.protocol import Commit, Insert, Update
from tests.actions.clocks.cases import (
    NOW,
    SUPPLEMENT,
    case,
    crisis,
    day,
    deadline,
    ill,
    inquiry,
)
from tests.builders import fill

SECRET = b"s" * 32
LATER = NOW + timedelta(days=3)


def codes(desk, of) -> set[str]:
    return {found.rule_code for found in clocks_of(desk, of.id)}


def steps(desk, of) -> list[str]:
    rows = desk.frame("activities")
    own = rows[rows["case_id"] == of.id].sort_values("at")
    return [
        row.content
        for row in cast("list[Activity]", standing(table("activities"), own))
    ]


def edited(desk, of, now=LATER, **values) -> Complaint:
    return cases.edit(
        desk, of, values, now=now, commit_id=new_commit_id(), secret=SECRET
    )


# The intake -------------------------------------------------------------------------


def entry(**values) -> Entry:
    return Entry(
        **{
            "id": "",
            "received_at": NOW,
            "content": "別の人の明細が入っていた",
            "who": "090-1234-5678",
            "promise_time": PromiseTime.OTHER,
            "next_promise_at": NOW + timedelta(hours=2),
            **values,
        }
    )


def test_a_leak_told_on_the_phone_has_its_clocks_with_the_complaint(desk) -> None:
    told = complaints.register(
        desk, entry(marks=(Mark.LEAK,)), entry_id="e1", now=NOW, secret=SECRET
    )

    found = {one.rule_code: one for one in clocks_of(desk, told.id)}
    assert found.keys() == {"L1速報", "L1確報", "L1本人通知"}
    assert found["L1速報"].started_at == NOW
    assert found["L1速報"].due_at == day("2026-11-24 23:59")
    assert found["L1確報"].due_at == day("2026-12-21 23:59")
    assert all(one.applies is Applicability.UNCHECKED for one in found.values())
    assert "期限が始まった: L1速報 2026/11/24 23:59まで" in steps(desk, told)[-1]


def test_the_same_entry_twice_makes_its_clocks_once(desk) -> None:
    for _each in range(2):
        told = complaints.register(
            desk, entry(marks=(Mark.LEAK,)), entry_id="e1", now=NOW, secret=SECRET
        )

    assert len(clocks_of(desk, told.id)) == 3


def test_a_complaint_without_such_an_answer_has_no_clock(desk) -> None:
    told = complaints.register(desk, entry(), entry_id="e1", now=NOW, secret=SECRET)

    assert clocks_of(desk, told.id) == []
    assert not any("期限" in step for step in steps(desk, told))


# Later answers ----------------------------------------------------------------------


def test_an_answer_given_later_counts_from_then(desk) -> None:
    told = case()
    fill(desk, told)

    edited(desk, told, leak=Answered.YES)

    (first, *_rest) = clocks_of(desk, told.id)
    assert (first.rule_code, first.started_at) == ("L1本人通知", LATER)
    assert first.due_at == day("2026-11-27 23:59")


def test_an_answer_that_stands_already_starts_nothing_again(desk) -> None:
    told = case(leak=Answered.YES)
    fill(desk, told, deadline(told, rule_code="L1速報"))

    edited(desk, told, note="折返し済み")

    assert codes(desk, told) == {"L1速報"}


def test_an_answer_that_is_taken_back_and_given_again_makes_no_second_clock(
    desk,
) -> None:
    told = case()
    fill(desk, told)

    yes = edited(desk, told, leak=Answered.YES)
    no = edited(desk, yes, leak=Answered.NO)
    edited(desk, no, leak=Answered.YES)

    assert codes(desk, told) == {"L1速報", "L1確報", "L1本人通知"}
    assert len(clocks_of(desk, told.id)) == 3


def test_two_who_give_the_same_answer_at_once_make_one_set_of_clocks(
    live, desk
) -> None:
    told = case()
    fill(desk, told)
    other = live.for_user(Principal("t@example.jp", "田中", Role.CLERK))
    seen = cast("Complaint", other.record("complaints", told.id))
    stale = starting(other, seen, seen.with_values(leak=Answered.YES), now=LATER)

    edited(desk, told, leak=Answered.YES)
    change = Update("complaints", told.id, {"leak": seen.leak}, {"leak": Answered.YES})
    commit(other, Commit(new_commit_id(), "田中", LATER, (change, *stale)))

    assert len(clocks_of(live.for_user(desk.principal), told.id)) == 3


def test_a_person_of_an_outsourced_centre_is_not_refused(live) -> None:
    outside = live.for_user(Principal("o@x.jp", "大阪", Role.OUTSOURCED, "OSK"))

    assert starting(outside, None, case(leak=Answered.YES), now=NOW) == []


# Like cases -------------------------------------------------------------------------


def test_the_second_like_case_has_a_clock_that_names_the_first(desk) -> None:
    first, second = ill(customer_key="a"), case(customer_key="b")
    fill(desk, first, second)

    edited(
        desk,
        second,
        harm=Harm.TREATED,
        symptom=Symptom.OTHER,
        content="下痢が続いて病院へ",
        product_code="ﾋﾞﾌｨｽﾞｽ ｻﾌﾟﾘ",
    )

    assert codes(desk, second) == {"L7同じ症状"}
    assert codes(desk, first) == set()
    assert f"{first.id} と同じ商品・同じ症状(胃腸)" in steps(desk, second)[-1]


def test_an_earlier_case_that_completes_the_pair_starts_the_later_one_s_clock(
    desk,
) -> None:
    earlier = case(
        received_at=NOW - timedelta(days=5),
        customer_key="a",
        product_code=SUPPLEMENT.code,
    )
    later = ill(customer_key="b")
    fill(desk, earlier, later)

    edited(desk, earlier, harm=Harm.TREATED, symptom=Symptom.STOMACH)

    assert codes(desk, later) == {"L7同じ症状"}
    assert codes(desk, earlier) == set()


def test_the_same_customer_calling_twice_starts_nothing(desk) -> None:
    first, second = ill(customer_key="a"), case(customer_key="a")
    fill(desk, first, second)

    edited(
        desk,
        second,
        harm=Harm.TREATED,
        symptom=Symptom.STOMACH,
        product_code=SUPPLEMENT.code,
    )

    assert codes(desk, second) == set()


def test_a_third_case_goes_into_the_report_that_runs(desk) -> None:
    first, second, third = (ill(customer_key=key) for key in "abc")
    fill(desk, first, second, deadline(second, rule_code="L7同じ症状"))

    assert starting(desk, None, third, now=NOW) == []


@pytest.mark.parametrize(
    "ended",
    [
        {"done_at": NOW},
        {"applies": Applicability.NOT_APPLICABLE, "checked_by": "佐藤 花子"},
    ],
)
def test_a_third_case_after_the_report_starts_a_new_one(desk, ended) -> None:
    first, second, third = (ill(customer_key=key) for key in "abc")
    fill(desk, first, second, deadline(second, rule_code="L7同じ症状", **ended))

    writes = starting(desk, None, third, now=NOW)

    assert [
        w.record.rule_code
        for w in writes
        if isinstance(w, Insert) and isinstance(w.record, Deadline)
    ] == ["L7同じ症状"]


# Dates and ends that stand in the case ------------------------------------------------


def test_a_date_that_the_agency_moves_moves_its_clock(desk) -> None:
    before = inquiry(agency_due_at=day("2026-11-27 12:00"))
    after = before.with_values(agency_due_at=day("2026-12-04 12:00"))
    own = deadline(before, rule_code="L22先方指定", due_at=before.agency_due_at)
    fill(desk, before, own)

    (moved,) = starting(desk, before, after, now=NOW)

    assert isinstance(moved, Update)
    assert moved.values["due_at"] == after.agency_due_at


def test_a_date_that_a_person_moved_stays_theirs(desk) -> None:
    before = inquiry(agency_due_at=day("2026-11-27 12:00"))
    after = before.with_values(agency_due_at=day("2026-12-04 12:00"))
    fill(desk, before, deadline(before, rule_code="L22先方指定"))

    assert starting(desk, before, after, now=NOW) == []


def test_an_answer_to_the_centre_ends_our_own_targets_and_no_statutory_clock(
    desk,
) -> None:
    before = inquiry()
    after = before.with_values(answered_at=LATER)
    own = deadline(before, rule_code="L19回答", kind="社内")
    law = deadline(before, rule_code="L14根拠資料")
    fill(desk, before, own, law, deadline(before, rule_code="L19一次回答"))

    ended = {
        w.key: w.values["done_at"]
        for w in starting(desk, before, after, now=LATER)
        if isinstance(w, Update)
    }

    assert ended.keys() >= {own.id}
    assert law.id not in ended
    assert set(ended.values()) == {LATER}


def test_a_crisis_counts_from_when_one_knew_of_it_whenever_its_kind_is_told(
    desk,
) -> None:
    before = crisis()
    after = before.with_values(leak_triggers=(LeakTrigger.MALICIOUS,))
    fill(desk, before, deadline(before, rule_code="L1速報"))

    found = [
        w.record
        for w in starting(desk, before, after, now=LATER)
        if isinstance(w, Insert) and isinstance(w.record, Deadline)
    ]

    assert [(f.rule_code, f.started_at) for f in found] == [("L1確報60", NOW)]


# Cases that come in old ---------------------------------------------------------------


def test_a_closed_case_that_comes_in_old_starts_nothing(desk) -> None:
    old = case(
        leak=Answered.YES,
        received_at=NOW - timedelta(days=8),
        status=ComplaintStatus.CLOSED,
    )

    assert new_rows(desk, old, now=NOW) == []
    assert new_rows(desk, old.with_values(received_at=NOW), now=NOW) != []


def test_an_open_case_that_comes_in_old_starts_its_clocks(desk) -> None:
    old = case(leak=Answered.YES, received_at=NOW - timedelta(days=8))

    found = [row for row in new_rows(desk, old, now=NOW) if isinstance(row, Deadline)]

    assert {row.due_at for row in found if row.rule_code == "L1速報"} == {
        clock.at(date(2026, 11, 16), 23, 59)
    }


# Closing ----------------------------------------------------------------------------

ANSWERS = {
    "harm": Harm.NO,
    "leak": Answered.NO,
    "read_back": Done.DONE,
    "resolution": Resolution.EXPLANATION,
    "cause": Cause.UNKNOWN,
    "cause_certainty": Certainty.PRESUMED,
}


def closed(desk, of, **answers) -> Complaint:
    return closing.close(
        desk,
        of,
        {**ANSWERS, **answers},
        promise=closing.PromiseEnd.KEPT,
        now=NOW,
        commit_id=new_commit_id(),
    )


def test_a_statutory_clock_that_nobody_confirmed_says_so_and_where(desk) -> None:
    told = case(leak=Answered.YES)
    fill(desk, told, deadline(told))

    found = [b for b in closing.blockers(desk, told, NOW) if b.code == closing.CLOCK]

    assert [(b.message, b.page) for b in found] == [(closing.UNCONFIRMED, "deadlines")]


def test_an_answer_in_the_closing_form_that_starts_a_clock_is_saved_first(desk) -> None:
    told = case()
    fill(desk, told)

    with pytest.raises(InvalidRecord) as refused:
        closed(desk, told, leak=Answered.YES)

    assert {p.field for p in refused.value.problems} == {closing.BLOCKED}
    assert closed(desk, told).status is ComplaintStatus.CLOSED


@pytest.mark.parametrize("kind", ["指針の目安", "社内", "先方指定"])
def test_what_no_law_sets_does_not_keep_a_case_open(desk, kind) -> None:
    told = case()
    fill(desk, told, deadline(told, kind=kind))

    assert closed(desk, told).status is ComplaintStatus.CLOSED


def test_an_own_target_leaves_no_step_in_the_history(desk) -> None:
    told = case()
    fill(desk, told)

    edited(desk, told, harm=Harm.UNTREATED)

    assert codes(desk, told) == {"商品区分の確認"}
    assert steps(desk, told) == []
