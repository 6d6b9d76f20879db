"""Changing the target of a KPI: from which day, by whom, and what it was before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from lib.actions import kpi_targets, masters
from lib.actions.kpi_targets import (
    AIMED,
    completed,
    history,
    marks_of,
    read_aim,
    set_target,
    targets_of,
)
from lib.errors import InvalidRecord, NotAllowed
from lib.metrics.borders import Aim
from lib.metrics.kpi_targets import ALL
from lib.metrics.kpis import kpi
from lib.metrics.marks import MarkKind
from lib.schema.ids import new_commit_id
from lib.schema.masters import Setting
from lib.schema.principal import Principal
from lib.schema.vocab import AnswerRateMethod, Role
from lib.settings.readable import unreadable
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.sql import reading
from tests.builders import fill
from tests.metrics.rows import NOW, centre, day

RATE = kpi("answer_rate")


SHORT_LOG = 20


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    return live.for_user(Principal("m@example.jp", "森", Role.MANAGER))


def count_without_short(desk, code):
    masters.change(
        desk,
        desk.record("centres", code),
        {"answer_rate_method": AnswerRateMethod.WITHOUT_SHORT},
        entry=f"count-{code}",
        now=NOW,
    )


def put(desk, typed, since, entry=RATE, centre_code="C1"):
    set_target(
        desk,
        entry,
        centre_code,
        typed,
        since=since,
        entry_id=f"{entry.code}-{since}-{typed}",
        now=NOW,
    )


def test_a_new_target_counts_from_its_day_and_the_old_one_before(desk):
    put(desk, "92", day(10))
    put(desk, "９５％", day(20))

    found = targets_of(desk)

    assert found.daily(RATE, "C1", [day(9), day(10), day(20)]) == [0.9, 0.92, 0.95]
    assert [row.value for row in history(desk, RATE, "C1")] == ["95", "92"]
    assert history(desk, RATE, "C1")[0].updated_by == "森"


def test_a_target_can_be_given_up_and_set_again(desk):
    put(desk, "", day(10))
    put(desk, "88", day(12))

    assert targets_of(desk).daily(RATE, "C1", [day(11), day(12)]) == [None, 0.88]


def test_all_centres_can_be_given_one_target(desk):
    put(desk, "20秒", day(10), kpi("average_wait"), ALL)

    assert targets_of(desk).on(kpi("average_wait"), "C7", day(10)) == 20


@pytest.mark.parametrize("typed", ["101", "-1", "多め", "nan"])
def test_what_is_no_target_changes_nothing(desk, typed):
    with pytest.raises(InvalidRecord):
        put(desk, typed, day(10))

    assert desk.frame("settings").empty


def test_a_figure_that_is_never_better_cannot_have_a_target(desk):
    success = kpi("retention_success")

    assert success not in AIMED
    with pytest.raises(ValueError, match="retention_success"):
        put(desk, "50", day(10), success)


def test_a_clerk_may_not_set_targets(live):
    clerk = live.for_user(Principal("t@example.jp", "田中", Role.CLERK))

    with pytest.raises(NotAllowed):
        put(clerk, "92", day(10))


def test_a_change_is_marked_on_the_charts(desk):
    fill(desk, centre("C1"))
    put(desk, "92", day(10))

    found = marks_of(desk, day(1), day(21))

    assert [(m.day, m.kind, m.centre) for m in found] == [
        (day(10), MarkKind.TARGET, "C1")
    ]


def test_a_changed_way_to_count_stays_marked_however_long_the_log_grows(
    live, desk, monkeypatch
):
    monkeypatch.setattr(kpi_targets, "AUDIT_TAIL", SHORT_LOG)
    monkeypatch.setattr(reading, "AUDIT_TAIL", SHORT_LOG)
    fill(desk, centre("C1"))
    count_without_short(desk, "C1")
    for number in range(SHORT_LOG + 1):
        put(desk, str(number), day(1) + timedelta(number))
    assert "centres" not in set(desk.frame("audit")["table"])

    def fields(store):
        found = marks_of(store, date(2020, 1, 1), date(2030, 1, 1))
        return [
            m.about for m in found if (m.kind, m.centre) == (MarkKind.FORMULA, "C1")
        ]

    assert fields(desk) == ["answer_rate_method"]
    clerk = live.for_user(Principal("t@example.jp", "田中", Role.CLERK))
    assert fields(clerk) == []


def test_the_old_log_of_a_centre_is_read_once_a_change(desk, live, monkeypatch):
    monkeypatch.setattr(kpi_targets, "AUDIT_TAIL", 1)
    fill(desk, centre("C1"), centre("C2"))
    asked = []
    read = live.audit

    def told(table, key):
        asked.append(key)
        return read(table, key)

    monkeypatch.setattr(live, "audit", told)
    put(desk, "91", day(10))
    marks_of(desk, day(1), day(21))
    put(desk, "92", day(11))
    marks_of(desk, day(1), day(21))
    assert asked == ["C1", "C2"]

    count_without_short(desk, "C1")
    assert len(marks_of(desk, day(1), day(21))) > 0
    assert asked == ["C1", "C2", "C1", "C2"]


def test_a_target_changed_at_the_centre_is_marked_on_its_answer_rate(desk):
    fill(desk, centre("C1", target_answer_rate=92))
    masters.change(
        desk,
        desk.record("centres", "C1"),
        {"target_answer_rate": 70.0},
        entry="lower",
        now=NOW,
    )

    (mark,) = marks_of(desk, NOW.date(), NOW.date())

    assert (mark.kind, mark.centre, mark.about) == (MarkKind.TARGET, "C1", RATE.code)
    assert "92%から70%に変更" in mark.text()


def test_a_target_typed_wrongly_in_the_sheet_is_told(desk):
    rows = [
        Setting(group="KPI目標", name="応答率・C1", effective_from=day(10), value=typed)
        for typed in ("92%", "たかめ")
    ]
    fill(desk, rows[0])
    assert list(unreadable(desk.frame("settings"))) == []
    fill(desk, rows[1].with_values(effective_from=day(11)))

    assert [value for _key, value, _why in unreadable(desk.frame("settings"))] == [
        "たかめ"
    ]


def test_why_a_target_changed_is_kept_with_it(desk):
    set_target(
        desk,
        RATE,
        "C1",
        "92",
        since=day(10),
        entry_id=new_commit_id(),
        now=NOW,
        reason=" 契約の見直し ",
    )

    assert history(desk, RATE, "C1")[0].description == "契約の見直し"


def test_a_typed_target_is_read_without_saving_it():
    assert read_aim(RATE, "92%") == Aim(0.92)
    assert read_aim(RATE, "92%", "８５") == Aim(0.92, 0.85)
    assert read_aim(kpi("average_wait"), "20秒", "40秒") == Aim(20, 40)
    assert read_aim(RATE, "なし") == Aim(None)
    assert read_aim(RATE, "90", "なし") == Aim(0.9)


@pytest.mark.parametrize(
    ("entry", "typed", "alarm"),
    [
        (RATE, "たかめ", ""),
        (RATE, "90", "ひくめ"),
        (RATE, "90", "101"),
        (RATE, "90", "91"),
        (RATE, "なし", "80"),
        (kpi("average_wait"), "20", "19"),
    ],
)
def test_a_line_that_is_none_or_better_than_its_target_is_refused(
    desk, entry, typed, alarm
):
    with pytest.raises(InvalidRecord):
        set_target(
            desk,
            entry,
            "C1",
            typed,
            alarm=alarm,
            since=day(10),
            entry_id="x",
            now=NOW,
        )

    assert desk.frame("settings").empty


def test_a_line_is_kept_with_its_target_for_its_centre_from_its_day(desk):
    set_target(desk, RATE, "C1", "90", alarm="85", since=day(10), entry_id="a", now=NOW)

    found = targets_of(desk)
    assert found.aim(RATE, "C1", day(9)) == Aim(0.9)
    assert found.aim(RATE, "C1", day(10)) == Aim(0.9, 0.85)
    assert found.aim(RATE, "C2", day(10)) == Aim(0.9)
    assert [row.value for row in history(desk, RATE, "C1")] == ["90 警報85"]
    assert [m.text() for m in marks_of(desk, day(1), day(21))] == [
        "応答率の警報の線を85%に設定"
    ]


def test_what_is_left_blank_stays_as_it_counts(desk):
    set_target(
        desk, RATE, "C1", "92.5", alarm="85", since=day(10), entry_id="a", now=NOW
    )

    def of(typed, alarm):
        return completed(desk, RATE, "C1", typed=typed, alarm=alarm, on=day(20))

    assert of("95", "") == ("95", "85")
    assert of("", "80") == ("92.5", "80")
    assert of("95", "なし") == ("95", "なし")
    assert of("なし", "") == ("なし", "")
    assert of("", "") == ("", "")
