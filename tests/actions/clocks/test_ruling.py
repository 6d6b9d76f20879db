"""期限の規則 in 設定: a change counts from its day on, and is previewed before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import cast

import pytest

from lib.actions.clocks import ruling
from lib.actions.clocks.proposing import rules_of
from lib.actions.clocks.starting import clocks_of, starting
from lib.errors import InvalidRecord, NotAllowed
from lib.schema.deadline import Deadline
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Answered, Applicability
from lib.settings.clock_rules import DEFAULTS, rule_of
from lib.store.protocol import Commit
from tests.actions.clocks.cases import NOW, case, day, deadline
from tests.builders import fill

TODAY = NOW.date()
REPORT = rule_of(DEFAULTS, "L1速報")
assert REPORT is not None
THREE = replace(REPORT, counting=replace(REPORT.counting, length=3))


def saved(desk, rule, *, since: date = TODAY, apply_to_running: bool = False) -> int:
    return ruling.set_rule(
        desk,
        rule,
        since=since,
        apply_to_running=apply_to_running,
        entry=new_commit_id(),
        now=NOW,
    )


def born(desk, started):
    told = case(leak=Answered.YES, received_at=started)
    fill(desk, told)
    writes = tuple(starting(desk, None, told, now=started))
    desk.commit(Commit(new_commit_id(), "x", NOW, writes))
    return next(c for c in clocks_of(desk, told.id) if c.rule_code == "L1速報")


def now_of(desk, seen) -> Deadline:
    return cast("Deadline", desk.record("deadlines", seen.id))


def test_a_changed_rule_counts_from_its_day_on_and_old_clocks_keep_theirs(
    live, lead
) -> None:
    desk = live.for_user(SYSTEM)
    old = born(desk, NOW)

    saved(lead, THREE, since=TODAY + timedelta(days=1))

    desk = live.for_user(SYSTEM)
    new = born(desk, NOW + timedelta(days=1))
    assert now_of(desk, old).due_at == day("2026-11-24 23:59")
    assert new.due_at == day("2026-11-23 23:59")
    assert rule_of(rules_of(desk, TODAY), "L1速報") == REPORT


def test_a_rule_out_of_use_starts_nothing_from_its_day_on(live, lead) -> None:
    saved(lead, replace(REPORT, on=False))

    desk = live.for_user(SYSTEM)
    told = case(leak=Answered.YES)
    written = {
        write.record.rule_code
        for write in starting(desk, None, told, now=NOW)
        if isinstance(write.record, Deadline)
    }
    assert written == {"L1確報", "L1本人通知"}


def test_the_preview_names_the_running_clocks_that_would_end_otherwise(
    lead,
) -> None:
    told = case()
    runs = deadline(told)
    fill(
        lead,
        told,
        runs,
        deadline(told, done_at=NOW),
        deadline(told, applies=Applicability.NOT_APPLICABLE, checked_by="x"),
        deadline(told, change_reason="先方と合意"),
        deadline(told, rule_code="L1確報"),
    )

    found = ruling.differing(lead, THREE)

    assert [(one.clock.id, one.due_at) for one in found] == [
        (runs.id, day("2026-11-22 23:59"))
    ]
    assert ruling.differing(lead, REPORT) == ()
    assert ruling.differing(lead, replace(THREE, on=False)) == ()


def test_running_clocks_come_along_where_the_person_says_so(lead) -> None:
    told = case()
    runs = deadline(told)
    fill(lead, told, runs)

    assert saved(lead, THREE) == 0
    assert now_of(lead, runs).due_at == day("2026-11-24 23:59")

    assert saved(lead, THREE, apply_to_running=True) == 1
    assert now_of(lead, runs).due_at == day("2026-11-22 23:59")
    assert saved(lead, REPORT, apply_to_running=True) == 1
    assert now_of(lead, runs).due_at == day("2026-11-24 23:59")


def test_a_rule_of_tomorrow_moves_nothing_today(lead) -> None:
    told = case()
    fill(lead, told, deadline(told))

    moved = saved(lead, THREE, since=TODAY + timedelta(days=1), apply_to_running=True)

    assert moved == 0


def test_source_and_day_of_checking_are_kept_and_can_be_changed_on_the_day(
    lead,
) -> None:
    saved(lead, replace(THREE, source="改正後の26条", checked_on=date(2026, 11, 1)))
    saved(lead, replace(THREE, source="改正後の26条", checked_on=TODAY))

    found = rule_of(rules_of(lead, TODAY), "L1速報")
    assert found is not None
    assert (found.source, found.checked_on) == ("改正後の26条", TODAY)
    assert [row.value for row in ruling.values_of(lead, "L1速報")] == [THREE.value]


def test_a_clerk_may_not_change_a_rule(desk) -> None:
    with pytest.raises(NotAllowed):
        saved(desk, THREE)


def test_typed_words_become_a_rule_or_a_problem_at_their_field() -> None:
    assert ruling.checked(REPORT, "3日").counting == THREE.counting

    with pytest.raises(InvalidRecord) as refused:
        ruling.checked(REPORT, "なるべく早く")

    assert [problem.field for problem in refused.value.problems] == ["value"]
