"""重大事案の手順: what ships serves all five rules, and 設定 may change every line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from lib import clock
from lib.schema.frames import empty_frame, frame_of
from lib.schema.masters import Setting
from lib.schema.tables import table
from lib.schema.vocab import ActivityKind, CrisisKind
from lib.settings.crisis_steps import (
    BY_CODE,
    DEFAULTS,
    GROUP,
    Freedom,
    Tenet,
    as_written,
    crisis_steps,
    list_of,
    own_as_written,
    read_span,
)
from lib.settings.readable import unreadable

TODAY = date(2026, 11, 21)
KNOWN = datetime(2026, 11, 21, 10, tzinfo=clock.TOKYO)
STOP = BY_CODE["漏えい・止める"]
PUBLISH = BY_CODE["漏えい・公表"]


def rows(*values: tuple[str, date, str]):
    return frame_of(
        table("settings"),
        [
            Setting(group=GROUP, name=name, effective_from=day, value=value)
            for name, day, value in values
        ],
    )


def counted(*values: tuple[str, date, str]):
    return {step.code: step for step in crisis_steps(rows(*values), TODAY)}


@pytest.mark.parametrize("kind", CrisisKind)
def test_each_list_serves_all_five_rules(kind):
    assert {step.tenet for step in list_of(DEFAULTS, kind)} == set(Tenet)


@pytest.mark.parametrize("kind", CrisisKind)
@pytest.mark.parametrize("needs", [ActivityKind.EXPERT, ActivityKind.PUBLICATION])
def test_each_list_asks_for_an_expert_and_a_publication(kind, needs):
    found = [step for step in list_of(DEFAULTS, kind) if step.needs is needs]

    assert len(found) == 1
    assert found[0].may_be_waived


@pytest.mark.parametrize("kind", CrisisKind)
def test_what_cannot_wait_is_due_within_hours_and_cannot_be_waived(kind):
    first = list_of(DEFAULTS, kind)[0]

    assert first.hours <= 2
    assert not first.may_be_waived


def test_only_an_accident_tells_the_maker():
    kinds = {s.kind for s in DEFAULTS if s.needs is ActivityKind.MAKER_NOTICE}

    assert kinds == {CrisisKind.ACCIDENT}


def test_no_code_stands_twice_and_none_is_a_title():
    assert len(BY_CODE) == len(DEFAULTS)
    assert not [step for step in DEFAULTS if step.is_own]


@pytest.mark.parametrize("step", DEFAULTS, ids=lambda step: step.code)
def test_every_step_is_due_from_the_moment_one_knew(step):
    assert step.due_at(KNOWN) == KNOWN + timedelta(hours=step.hours)
    assert KNOWN < step.due_at(KNOWN) <= KNOWN + timedelta(days=30)


@pytest.mark.parametrize("step", DEFAULTS, ids=lambda step: step.code)
def test_every_step_is_read_back_as_it_was_written(step):
    assert as_written(step, step.value) == step
    assert as_written(step, replace(step, on=False).value) == replace(step, on=False)


@pytest.mark.parametrize(
    ("hours", "written"), [(2, "2時間"), (48, "48時間"), (72, "3日"), (100, "100時間")]
)
def test_a_time_is_written_as_people_say_it(hours, written):
    assert replace(STOP, hours=hours).span == written
    assert read_span(written) == hours


@pytest.mark.parametrize("text", ["", "0日", "早めに", "366日", "-1日", "1.5日"])
def test_what_is_no_time_is_none(text):
    assert read_span(text) is None


def test_without_rows_the_list_is_ours():
    assert crisis_steps(empty_frame(table("settings")), TODAY) == DEFAULTS


def test_rows_leave_the_order_of_the_list_as_it_was():
    changed = crisis_steps(rows((STOP.code, TODAY, "1時間")), TODAY)

    assert [step.code for step in changed] == [step.code for step in DEFAULTS]


def test_a_row_changes_the_time_from_its_day_on():
    later = TODAY + timedelta(days=1)

    found = counted((STOP.code, TODAY, "30時間"), (STOP.code, later, "1時間"))

    assert found[STOP.code] == replace(STOP, hours=30)


def test_nonsense_is_passed_over_for_the_row_before():
    earlier = TODAY - timedelta(days=9)

    found = counted((STOP.code, earlier, "6時間"), (STOP.code, TODAY, "よくわからない"))

    assert found[STOP.code].hours == 6


@pytest.mark.parametrize(
    ("name", "value", "readable"),
    [
        ("漏えい・止める", "3時間", True),
        ("漏えい・止める", "早めに", False),
        ("漏えい・止める", "使わない", True),
        ("社長に電話する", "サービスの重大なミス、1時間", True),
        ("社長に電話する", "1時間", False),
        ("社長に電話する", "使わない", True),
    ],
)
def test_a_row_that_says_nothing_is_listed(name, value, readable):
    found = list(unreadable(rows((name, TODAY, value))))

    assert (found == []) is readable


def test_full_width_words_of_a_sheet_are_read():
    assert counted((PUBLISH.code, TODAY, "１０日以内、省けない"))[
        PUBLISH.code
    ] == replace(PUBLISH, hours=240, freedom=Freedom.REQUIRED)


def test_a_step_out_of_use_is_in_no_new_list():
    steps = crisis_steps(rows((PUBLISH.code, TODAY, "使わない")), TODAY)

    assert PUBLISH.code in {step.code for step in steps}
    assert PUBLISH.code not in {s.code for s in list_of(steps, PUBLISH.kind)}


def test_a_company_adds_a_step_of_its_own_to_one_kind():
    found = counted(("社長に電話する", TODAY, "サービスの重大なミス、誠実、1時間"))

    own = found["社長に電話する"]
    assert (own.kind, own.tenet, own.hours) == (CrisisKind.MISTAKE, Tenet.SINCERE, 1)
    assert own.may_be_waived
    assert own_as_written(own.code, own.value) == own


def test_an_own_step_out_of_use_keeps_what_it_was():
    name, before = "社長に電話する", TODAY - timedelta(days=1)

    found = counted(
        (name, before, "サービスの重大なミス、1時間"), (name, TODAY, "使わない")
    )

    assert (found[name].on, found[name].hours) == (False, 1)


@pytest.mark.parametrize("value", ["", "1時間", "サービスの重大なミス", "使わない"])
def test_an_own_step_without_kind_and_time_is_none(value):
    assert "社長に電話する" not in counted(("社長に電話する", TODAY, value))
