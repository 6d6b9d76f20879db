"""重大度の規則 in 設定: changed by people, previewed before anything is saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lib import clock, i18n
from lib.actions.severity import moves, rules_of, set_rule, with_rule
from lib.errors import NotAllowed
from lib.schema.frames import empty_frame, frame_of
from lib.schema.ids import new_commit_id
from lib.schema.masters import Setting
from lib.schema.principal import Principal
from lib.schema.tables import table
from lib.schema.vocab import ComplaintStatus, Role, Severity, Temper
from lib.settings.severity_rules import (
    DEFAULTS,
    GROUP,
    as_written,
    in_words,
    severity_rules,
)
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import complaint, fill

NOW = clock.now()
TODAY = NOW.date()
BY_NAME = {rule.name: rule for rule in DEFAULTS}
TEMPER = BY_NAME["温度感が高い"]
REPEATED = BY_NAME["同じお客様の繰り返し"]


@pytest.fixture
def live(tmp_path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def desk(live):
    return live.for_user(Principal("sato@example.jp", "佐藤", Role.MANAGER))


def rows(*values: tuple[str, date, str]):
    return frame_of(
        table("settings"),
        [
            Setting(group=GROUP, name=name, effective_from=day, value=value)
            for name, day, value in values
        ],
    )


def heated(**changes):
    return complaint(
        temper=Temper.ANGRY, severity=Severity.LOW, severity_reason="", **changes
    )


def save(desk, rule, *, since=TODAY, apply_to_open=True):
    return set_rule(
        desk,
        rule,
        since=since,
        apply_to_open=apply_to_open,
        entry=new_commit_id(),
        now=NOW,
    )


@pytest.mark.parametrize("rule", DEFAULTS, ids=lambda rule: rule.name)
def test_every_rule_is_read_back_as_it_was_written(rule):
    assert as_written(rule, rule.value).value == rule.value
    off = replace(rule, on=False)
    assert as_written(rule, off.value) == off


def test_without_rows_the_rules_are_ours():
    assert severity_rules(empty_frame(table("settings")), TODAY) == DEFAULTS


def test_the_row_that_took_effect_last_counts_and_nonsense_is_passed_over():
    before = TODAY - timedelta(days=9)
    settings = rows(
        (REPEATED.name, before, "中、30日、5件"),
        (REPEATED.name, TODAY, "よくわからない"),
        (TEMPER.name, TODAY + timedelta(days=1), "使わない"),
    )

    found = {rule.name: rule for rule in severity_rules(settings, TODAY)}

    assert found[REPEATED.name].level is Severity.MEDIUM
    assert found[REPEATED.name].reason == "同じお客様から30日で5件以上"
    assert found[TEMPER.name] == TEMPER


@pytest.mark.parametrize("value", ["高、0件", "高、100件"])
def test_a_number_out_of_bounds_leaves_the_usual_one(value):
    assert as_written(REPEATED, value).number("cases") == 3


def test_full_width_words_of_a_sheet_are_read():
    assert as_written(REPEATED, "最重要、１０日、４件").reason == (
        "同じお客様から10日で4件以上"
    )


def test_a_reason_with_other_numbers_is_translated(english):
    assert in_words("温度感が3以上") == "Temper 3 or higher"
    assert in_words("社長の判断") == "社長の判断"


@pytest.fixture
def english():
    i18n.follow(lambda: "en")
    yield
    i18n.follow(lambda: i18n.SOURCE)


def test_the_preview_counts_open_cases_that_would_change_and_saves_nothing(desk):
    warm, closed = (
        heated(),
        heated(status=ComplaintStatus.CLOSED, next_promise=None, next_promise_at=None),
    )
    fill(desk, warm, closed, complaint())
    stricter = replace(TEMPER, numbers={"temper": 3})

    found = moves(desk, with_rule(DEFAULTS, stricter), on=TODAY)

    assert [(m.case.id, m.proposal.level) for m in found] == [(warm.id, Severity.HIGH)]
    assert desk.record("complaints", warm.id).severity is Severity.LOW
    assert rules_of(desk, TODAY) == DEFAULTS


def test_what_a_person_set_stays(desk):
    case = heated().with_values(
        severity=Severity.MEDIUM, severity_reason="常連のお客様"
    )
    fill(desk, case)

    assert (
        moves(
            desk, with_rule(DEFAULTS, replace(TEMPER, numbers={"temper": 3})), on=TODAY
        )
        == ()
    )


def test_saving_moves_the_open_cases_in_the_same_commit(desk):
    case = heated()
    fill(desk, case)

    moved = save(desk, replace(TEMPER, numbers={"temper": 3}))

    after = desk.record("complaints", case.id)
    assert moved == 1
    assert (after.severity, after.severity_reason) == (Severity.HIGH, "温度感が3以上")
    assert rules_of(desk, TODAY) != DEFAULTS


def test_a_rule_for_later_or_for_new_cases_only_moves_nothing(desk):
    case = heated()
    fill(desk, case)
    stricter = replace(TEMPER, numbers={"temper": 3})

    assert save(desk, stricter, since=TODAY + timedelta(days=1)) == 0
    assert save(desk, stricter, apply_to_open=False) == 0
    assert desk.record("complaints", case.id).severity is Severity.LOW


def test_cases_of_one_customer_count_within_the_days_of_the_rule(desk):
    same = {"customer_key": "abc"}
    old = [
        complaint(received_at=NOW - timedelta(days=days), **same) for days in (50, 40)
    ]
    newest = complaint(
        severity=Severity.HIGH,
        severity_reason=REPEATED.reason,
        received_at=NOW,
        **same,
    )
    fill(desk, *old, newest)

    found = moves(
        desk, with_rule(DEFAULTS, replace(REPEATED, numbers={"days": 30})), on=TODAY
    )

    assert [(m.case.id, m.proposal.level) for m in found] == [(newest.id, Severity.LOW)]


def test_only_managers_change_rules(live):
    clerk = live.for_user(Principal("a@example.jp", "青木", Role.CLERK))

    with pytest.raises(NotAllowed):
        save(clerk, replace(TEMPER, on=False))
