"""What a person does with a clock: by name, with reasons, told in the history."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest

from lib.actions.clocks import changing
from lib.actions.clocks.proposing import asked_for, facts_of
from lib.actions.clocks.starting import clocks_of
from lib.errors import ActionRefused, Conflict, InvalidRecord, NotAllowed
from lib.schema.activity import Activity
from lib.schema.deadline import Deadline
from lib.schema.frames import standing
from lib.schema.ids import new_commit_id
from lib.schema.principal import Principal
from lib.schema.tables import table
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    Applicability,
    DeadlineKind,
    Role,
)
from tests.actions.clocks.cases import NOW, case, crisis, day, deadline, inquiry
from tests.builders import fill

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def told(desk):
    found = case(leak=Answered.YES)
    fill(desk, found)
    return found


@pytest.fixture
def running(desk, told) -> Deadline:
    found = deadline(told)
    fill(desk, found)
    return now_of(desk, found)


def now_of(desk, seen: Deadline) -> Deadline:
    return cast("Deadline", desk.record("deadlines", seen.id))


def steps(desk, of) -> list[Activity]:
    rows = desk.frame("activities")
    return cast(
        "list[Activity]", standing(table("activities"), rows[rows["case_id"] == of])
    )


def confirm(desk, *seen, applies=Applicability.APPLIES, reason="", **more) -> None:
    changing.confirm(
        desk,
        seen,
        applies,
        reason=reason,
        now=LATER,
        commit_id=more.pop("commit_id", new_commit_id()),
        **more,
    )


def finish(desk, seen, **more) -> None:
    changing.finish(
        desk,
        seen,
        **{
            "done_at": LATER,
            "evidence_url": "https://example.jp/copy",
            "now": LATER,
            "commit_id": new_commit_id(),
            **more,
        },
    )


def fields_of(refused) -> set[str]:
    return {problem.field for problem in refused.value.problems}


# Confirming -------------------------------------------------------------------------


def test_a_clock_applies_once_a_named_person_says_so(desk, running) -> None:
    confirm(desk, running)

    after = now_of(desk, running)
    assert (after.applies, after.checked_by) == (
        Applicability.APPLIES,
        "佐藤 花子",
    )
    (step,) = steps(desk, running.case_id)
    assert (step.content, step.actor) == ("期限 L1速報: 該当と確認", "佐藤 花子")


def test_who_decided_may_be_another_than_who_types(desk, running) -> None:
    confirm(desk, running, checked_by="主任 二郎")

    assert now_of(desk, running).checked_by == "主任 二郎"
    assert steps(desk, running.case_id)[0].actor == "佐藤 花子"


def test_a_clock_that_does_not_apply_needs_a_reason(desk, running) -> None:
    with pytest.raises(InvalidRecord) as refused:
        confirm(desk, running, applies=Applicability.NOT_APPLICABLE, reason="  ")

    assert fields_of(refused) == {"check_reason"}
    assert now_of(desk, running).applies is Applicability.UNCHECKED


def test_the_reason_stands_on_the_clock_and_in_the_history(desk, running) -> None:
    confirm(
        desk, running, applies=Applicability.NOT_APPLICABLE, reason="1名分の宛名のみ"
    )

    assert now_of(desk, running).check_reason == "1名分の宛名のみ"
    (step,) = steps(desk, running.case_id)
    assert step.content == "期限 L1速報: 非該当と確認(1名分の宛名のみ)"


def test_changing_one_s_mind_needs_a_reason_too(desk, running) -> None:
    confirm(desk, running)

    with pytest.raises(InvalidRecord):
        confirm(desk, now_of(desk, running), applies=Applicability.APPLIES, reason="")


def test_unchecked_is_no_decision(desk, running) -> None:
    with pytest.raises(InvalidRecord) as refused:
        confirm(desk, running, applies=Applicability.UNCHECKED)

    assert fields_of(refused) == {"applies"}


def test_the_clocks_of_one_leak_are_decided_together_or_not_at_all(
    desk, told, running
) -> None:
    other = deadline(told, rule_code="L1確報")
    fill(desk, other)
    confirm(desk, other)

    with pytest.raises(Conflict):
        confirm(
            desk,
            running,
            other,
            applies=Applicability.NOT_APPLICABLE,
            reason="四つの型に当たらない",
        )
    assert now_of(desk, running).applies is Applicability.UNCHECKED

    confirm(
        desk,
        running,
        now_of(desk, other),
        applies=Applicability.NOT_APPLICABLE,
        reason="四つの型に当たらない",
    )
    assert now_of(desk, other).applies is Applicability.NOT_APPLICABLE


def test_a_double_click_confirms_once(desk, running) -> None:
    for _each in range(2):
        confirm(desk, running, commit_id="once")

    assert len(steps(desk, running.case_id)) == 1


def test_who_only_reads_may_not_confirm(live, running) -> None:
    reader = live.for_user(Principal("v@example.jp", "閲覧", Role.VIEWER))

    with pytest.raises(NotAllowed):
        confirm(reader, running)


# Finishing --------------------------------------------------------------------------


def test_what_is_done_has_its_time_and_proof(desk, running) -> None:
    confirm(desk, running)

    finish(desk, now_of(desk, running), note="受付番号 123")

    after = now_of(desk, running)
    assert (after.done_at, after.evidence_url) == (LATER, "https://example.jp/copy")
    step = steps(desk, running.case_id)[-1]
    assert step.kind is ActivityKind.AGENCY_REPORT
    assert step.content.endswith("済ませた(2026/11/20 13:00) 受付番号 123")


def test_a_statutory_clock_is_confirmed_before_it_is_finished(desk, running) -> None:
    with pytest.raises(InvalidRecord) as refused:
        finish(desk, running)

    assert fields_of(refused) == {"applies"}


def test_an_own_target_needs_no_confirmation_to_be_finished(desk, told) -> None:
    own = deadline(told, kind=DeadlineKind.OWN)
    fill(desk, own)

    finish(desk, own, evidence_url="")

    assert now_of(desk, own).done_at == LATER
    assert steps(desk, told.id)[0].kind is ActivityKind.OTHER


def test_nothing_is_done_in_the_future(desk, running) -> None:
    with pytest.raises(InvalidRecord) as refused:
        finish(desk, running, done_at=LATER + timedelta(minutes=1))

    assert fields_of(refused) == {"done_at"}


# Moving -----------------------------------------------------------------------------


def test_another_end_needs_a_reason(desk, running) -> None:
    due = day("2026-11-30 12:00")
    with pytest.raises(InvalidRecord) as refused:
        changing.move(
            desk, running, due, reason="", now=LATER, commit_id=new_commit_id()
        )
    assert fields_of(refused) == {"change_reason"}

    changing.move(
        desk, running, due, reason="延長の連絡", now=LATER, commit_id=new_commit_id()
    )

    after = now_of(desk, running)
    assert (after.due_at, after.change_reason) == (due, "延長の連絡")
    assert (
        "2026/11/30 12:00 に変えた(延長の連絡)"
        in steps(desk, running.case_id)[0].content
    )


def test_another_beginning_is_counted_by_the_rule(desk, running) -> None:
    changing.recount(
        desk,
        running,
        day("2026-11-18 09:00"),
        reason="18日に受けた電話で聞いていた",
        now=LATER,
        commit_id=new_commit_id(),
    )

    after = now_of(desk, running)
    assert after.started_at == day("2026-11-18 09:00")
    assert after.due_at == day("2026-11-22 23:59")


def test_a_clock_of_a_rule_that_is_gone_is_moved_by_hand(desk, told) -> None:
    odd = deadline(told, rule_code="L99昔の規則")
    fill(desk, odd)

    with pytest.raises(ActionRefused):
        changing.recount(
            desk, odd, NOW, reason="x", now=LATER, commit_id=new_commit_id()
        )


# Opening again ----------------------------------------------------------------------


def reopen(desk, seen, reason="受理されなかった") -> None:
    changing.reopen(desk, seen, reason=reason, now=LATER, commit_id=new_commit_id())


def test_what_was_done_runs_again_and_stays_confirmed(desk, running) -> None:
    confirm(desk, running)
    finish(desk, now_of(desk, running))

    reopen(desk, now_of(desk, running))

    after = now_of(desk, running)
    assert (after.done_at, after.applies) == (None, Applicability.APPLIES)


def test_what_was_decided_is_unchecked_again(desk, running) -> None:
    confirm(desk, running)

    reopen(desk, now_of(desk, running))

    after = now_of(desk, running)
    assert (after.applies, after.checked_by) == (Applicability.UNCHECKED, "")


def test_opening_again_needs_a_reason(desk, running) -> None:
    with pytest.raises(InvalidRecord):
        reopen(desk, running, reason=" ")


# By hand ----------------------------------------------------------------------------


def test_a_clock_that_needs_a_date_is_added_with_it(desk) -> None:
    refused = case(refund_refused=Answered.YES)
    fill(desk, refused)
    (rule,) = asked_for(facts_of(desk, refused, NOW))

    made = changing.add(
        desk, refused, rule, day("2026-11-17 00:00"), now=NOW, commit_id="a"
    )

    assert (made.rule_code, made.due_at) == ("L11返品期間", day("2026-11-24 23:59"))
    with pytest.raises(ActionRefused):
        changing.add(desk, refused, rule, NOW, now=NOW, commit_id="b")
    assert len(clocks_of(desk, refused.id)) == 1


def test_a_clock_has_a_person_who_looks_after_it(desk, running) -> None:
    changing.assign(desk, running, "主任 二郎", now=LATER, commit_id=new_commit_id())

    assert now_of(desk, running).owner == "主任 二郎"


def test_a_clock_leads_back_to_what_it_stands_on(desk, told) -> None:
    call, leak = inquiry(), crisis()
    fill(desk, call, leak)

    assert [changing.case_of(desk, one.id).id for one in (told, call, leak)] == [
        told.id,
        call.id,
        leak.id,
    ]
