"""Targets by centre and day, their lamps, and the marks of their changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from lib import i18n
from lib.metrics.amounts import Amount
from lib.metrics.borders import Aim
from lib.metrics.kpi_targets import ALL, KpiTargets
from lib.metrics.kpis import FIGURES, Lack, Revision, Value, figure, kpi
from lib.metrics.lamps import lamp
from lib.metrics.marks import MarkKind, marks, revision_marks
from lib.metrics.state import State
from lib.metrics.times import Times
from lib.schema.audit import AuditEntry
from lib.schema.learning import Improvement
from lib.schema.masters import Setting
from lib.schema.vocab import ImprovementStatus
from lib.settings.kpi_targets import GROUP
from tests.metrics.rows import at, centre, day, frames, kpi_day

RATE = kpi("answer_rate")
WAIT = kpi("average_wait")


def row(name, since, value):
    return Setting(group=GROUP, name=name, effective_from=since, value=value)


def targets(*rows):
    given = frames(rows)
    return KpiTargets(given["settings"], given["centres"])


def test_a_target_counts_from_its_day_until_the_next():
    found = targets(row("応答率・C1", day(10), "92"), row("応答率・C1", day(20), "95%"))

    days = [day(9), day(10), day(19), day(20)]
    assert found.daily(RATE, "C1", days) == [0.90, 0.92, 0.92, 0.95]


def test_the_own_target_stands_above_the_one_for_all_centres():
    found = targets(
        row("応答率", day(1), "85"),
        row("応答率・C1", day(10), "92"),
        centre("C1", target_answer_rate=80),
        centre("C2", target_answer_rate=80),
    )

    assert found.on(RATE, "C1", day(5)) == 0.85
    assert found.on(RATE, "C1", day(10)) == 0.92
    assert found.on(RATE, "C2", day(10)) == 0.85
    assert found.on(RATE, "C2", date(2026, 10, 31)) == 0.80


def test_without_rows_the_master_and_then_the_registry_decide():
    found = targets(centre("C1", target_answer_rate=88), centre("C2"))

    assert found.on(RATE, "C1", day(1)) == 0.88
    assert found.on(RATE, "C9", day(1)) == RATE.target
    assert found.on(kpi("service_level"), "C1", day(1)) == 0.80
    assert found.on(WAIT, "C1", day(1)) is None


def test_no_aim_is_an_aim_given_up_from_a_day_on():
    found = targets(row("サービスレベル・C1", day(10), "なし"))

    assert found.on(kpi("service_level"), "C1", day(9)) == 0.80
    assert found.on(kpi("service_level"), "C1", day(10)) is None


def test_seconds_are_seconds_and_rows_that_say_nothing_are_passed_over():
    found = targets(
        row("平均応答速度・C1", day(1), "25"),
        row("平均応答速度・C1", day(5), "はやめに"),
        row("そんな数字・C1", day(5), "9"),
    )

    assert found.on(WAIT, "C1", day(9)) == 25


def test_centres_share_a_target_only_where_all_have_the_same():
    found = targets(row("応答率・C1", day(10), "92"))

    assert found.common(RATE, ["C1", "C2"], day(9)) == 0.90
    assert found.common(RATE, ["C1", "C2"], day(10)) is None
    assert found.common(RATE, [], day(10)) == 0.90


def test_the_changes_of_a_period_say_from_what_to_what():
    found = targets(
        row("応答率・C1", day(10), "92"),
        row("応答率・C1", day(12), "92"),
        row("応答率・C1", day(20), "95"),
        row("平均応答速度", day(20), "20"),
        centre("C1", target_answer_rate=88),
    )

    changes = [
        (c.day, c.figure.code, c.centre, c.before.target, c.after.target)
        for c in found.changes(day(1), day(20))
    ]
    assert changes == [
        (day(10), "answer_rate", "C1", 0.88, 0.92),
        (day(20), "answer_rate", "C1", 0.92, 0.95),
        (day(20), "average_wait", ALL, None, 20),
    ]
    assert [c.day for c in found.changes(day(11), day(19))] == []
    assert [c.after.target for c in found.rows(RATE, "C1")] == [0.95, 0.92, 0.92]


# Lamps -----------------------------------------------------------------------


def judged(entry, number, target, base=100.0, alarm=None):
    found = Value(number, 0.0, base, 1)
    return lamp(entry, found, Aim(target, alarm), "C1", "東京")


@pytest.mark.parametrize(
    ("entry", "number", "target", "state"),
    [
        (RATE, 0.90, 0.90, State.NORMAL),
        (RATE, 1 - 0.1, 0.90, State.NORMAL),
        (RATE, 0.899, 0.90, State.WATCH),
        (RATE, 0.80, 0.90, State.WATCH),
        (RATE, 0.799, 0.90, State.ALARM),
        (kpi("promises_kept_rate"), 0.95, 1.0, State.WATCH),
        (kpi("promises_kept_rate"), 0.94, 1.0, State.ALARM),
        (kpi("abandonment_rate"), 0.05, 0.05, State.NORMAL),
        (kpi("abandonment_rate"), 0.10, 0.05, State.WATCH),
        (kpi("abandonment_rate"), 0.101, 0.05, State.ALARM),
        (WAIT, 20, 20, State.NORMAL),
        (WAIT, 40, 20, State.WATCH),
        (WAIT, 41, 20, State.ALARM),
    ],
)
def test_a_lamp_compares_what_went_wrong_with_what_the_target_allows(
    entry, number, target, state
):
    assert judged(entry, number, target).state is state


@pytest.mark.parametrize(
    ("entry", "number", "target", "alarm", "state"),
    [
        (RATE, 0.85, 0.90, 0.85, State.WATCH),
        (RATE, 0.849, 0.90, 0.85, State.ALARM),
        (RATE, 0.71, 0.90, 0.70, State.WATCH),
        (WAIT, 30, 20, 30, State.WATCH),
        (WAIT, 31, 20, 30, State.ALARM),
        (RATE, 0.80, 0.80, 0.85, State.NORMAL),
    ],
)
def test_an_agreed_line_says_from_where_on_it_is_an_alarm(
    entry, number, target, alarm, state
):
    """A line that the target has overtaken makes no alarm of what is reached."""
    assert judged(entry, number, target, alarm=alarm).state is state


def test_a_line_counts_with_its_target_from_the_same_day():
    found = targets(
        row("応答率", day(1), "90"),
        row("応答率・C1", day(10), "92 警報85"),
        row("応答率・C1", day(20), "92%、警報 88%"),
        row("平均応答速度", day(5), "20 警報30"),
    )

    assert found.aim(RATE, "C1", day(9)) == Aim(0.90)
    assert found.aim(RATE, "C1", day(10)) == Aim(0.92, 0.85)
    assert found.aim(RATE, "C1", day(20)) == Aim(0.92, 0.88)
    assert found.aim(RATE, "C2", day(20)) == Aim(0.90)
    assert found.aim(WAIT, "C2", day(5)) == Aim(20, 30)
    assert found.common_aim(RATE, ["C1", "C2"], day(9)) == Aim(0.90)
    assert found.common_aim(RATE, ["C1", "C2"], day(10)) == Aim(None)


def test_a_changed_line_is_marked_and_says_from_what_to_what():
    found = targets(
        row("応答率・C1", day(10), "90 警報85"),
        row("応答率・C1", day(12), "92 警報87"),
        row("応答率・C1", day(14), "92"),
    )

    said = [(m.day, m.text()) for m in marks({}, found, day(1), day(21))]
    assert said == [
        (day(10), "応答率の警報の線を85%に設定"),
        (day(12), "応答率の目標を90%から92%に変更"),
        (day(12), "応答率の警報の線を85%から87%に変更"),
        (day(14), "応答率の警報の線87%をやめ、標準に戻した"),
    ]


@pytest.mark.parametrize(
    ("count", "state"), [(0, State.NORMAL), (1, State.WATCH), (2, State.ALARM)]
)
def test_where_nothing_may_be_forgotten_one_is_watched_and_two_alarm(count, state):
    entry = kpi("promises_forgotten")

    found = lamp(entry, Value(count, count, None, 1), Aim(0.0))

    assert found.state is state


def test_few_calls_hold_the_judgement_back():
    assert judged(RATE, 0.5, 0.9, base=19).state is State.PENDING
    assert judged(RATE, 0.5, 0.9, base=20).state is State.ALARM
    assert judged(kpi("complaint_rate"), 9.0, 2.0, base=499).state is State.PENDING
    assert judged(figure("settling_time"), 9000, 3360, base=4).state is State.PENDING


@pytest.mark.parametrize(
    ("code", "number", "japanese", "english"),
    [
        ("answer_rate", 0.9234, "92.3%", "92.3%"),
        ("offered", 1234, "1,234件", "1,234"),
        ("average_wait", 25, "25秒", "25 s"),
        ("missing_days", 3, "3日", "3 days"),
        (
            "referral_rate",
            0.873,
            "出荷千件あたり0.87件",
            "0.87 per 1,000 shipments",
        ),
        ("retention_worth", 44000, "44,000円", "44,000 yen"),
    ],
)
def test_a_number_in_a_sentence_carries_its_unit(
    monkeypatch, code, number, japanese, english
):
    amount = Amount(kpi(code), number)

    assert f"{amount}" == japanese
    monkeypatch.setattr(i18n, "_language_now", lambda: "en")
    assert f"{amount}" == english


def test_the_median_of_a_period_has_a_lamp_too():
    slow = Times(480.0, 900.0, ("K-1", "K-2", "K-3", "K-4", "K-5"), (), None)

    found = lamp(figure("first_reply_time"), slow.value, Aim(240))

    assert found.state is State.WATCH
    assert "8時間(営業時間)" in found.reasons[0].text()
    assert lamp(
        figure("first_reply_time"), Times(None, None, (), (), None).value, Aim(240)
    )


def test_a_missing_value_holds_the_judgement_back_and_says_why():
    empty = Value(None, 0.0, 0.0, 0, Lack.BLANK)

    found = lamp(RATE, empty, Aim(0.9), "C1", "東京")

    assert found.state is State.PENDING
    assert [reason.text() for reason in found.reasons] == [
        "東京: 応答率はまだ出せません。",
        "必要な数がそろって入力された日がありません。",
    ]


def test_what_aims_at_nothing_has_no_lamp():
    assert judged(RATE, 0.5, None) is None
    assert judged(kpi("retention_success"), 0.5, 0.9) is None


def test_the_reason_says_value_and_target_in_the_language_of_the_person(monkeypatch):
    found = judged(RATE, 0.785, 0.9)
    slow = judged(WAIT, 45, 20)

    assert (
        found.reasons[0].text()
        == "東京: 応答率は78.5%。目標90%から大きく外れています(警報の線80%)。"
    )
    assert "45秒" in slow.reasons[0].text()
    monkeypatch.setattr(i18n, "_language_now", lambda: "en")
    assert "Answer rate" in found.reasons[0].text()
    assert "45 s" in slow.reasons[0].text()


# Marks -----------------------------------------------------------------------


def logged(field, before, after, number, *, place="centres"):
    return AuditEntry(
        id=f"L-{number}-{field}",
        commit_id="x",
        at=at(number),
        actor="森",
        table=place,
        row_key="C1",
        field_name=field,
        before=before,
        after=after,
    )


def marked(first, last, *rows):
    given = frames(rows)
    found = marks(given, KpiTargets(given["settings"], given["centres"]), first, last)
    return [(mark.day.day, mark.kind, mark.centre, mark.text()) for mark in found]


def test_targets_formulas_measures_and_notes_are_marked_on_their_days():
    found = marked(
        day(1),
        day(21),
        row("応答率・C1", day(10), "92"),
        row("応答率・C1", day(12), "なし"),
        logged("answer_rate_method", "含む", "除く", 11),
        logged("opening_hours", "9:00-18:00", "9:00-17:00", 11),
        logged("answer_rate_method", "含む", "除く", 11, place="members"),
        Improvement(
            id="I-1",
            title="解約ページを直した",
            starts_on=day(13),
            status=ImprovementStatus.DOING,
        ),
        Improvement(id="I-2", title="まだ案", starts_on=day(13)),
        kpi_day(day(14), note="TV放映"),
        kpi_day(day(15)),
    )

    assert found == [
        (10, MarkKind.TARGET, "C1", "応答率の目標を90%から92%に変更"),
        (
            11,
            MarkKind.FORMULA,
            "C1",
            "応答率の方式を「含む」から「除く」に変更。前の日の値も新しい数え方で出しています。",
        ),
        (12, MarkKind.TARGET, "C1", "応答率の目標92%をなくした"),
        (13, MarkKind.MEASURE, "", "解約ページを直した"),
        (14, MarkKind.NOTE, "C1", "TV放映"),
    ]


def test_a_target_changed_without_a_day_is_marked_on_the_day_it_was_changed():
    found = marked(
        day(1),
        day(21),
        logged("target_answer_rate", "92%", "70%", 11),
        logged("target_answer_rate", "70%", "", 12),
    )

    assert found == [
        (
            11,
            MarkKind.TARGET,
            "C1",
            "センターの目標応答率を92%から70%に変更。「KPI目標」で日を決めていない前の日も、新しい目標で判定しています。",
        ),
        (
            12,
            MarkKind.TARGET,
            "C1",
            "センターの目標応答率を70%からなしに変更。「KPI目標」で日を決めていない前の日も、新しい目標で判定しています。",
        ),
    ]


def test_a_formula_that_the_app_changed_is_marked_on_its_figure_alone():
    entry = replace(
        RATE,
        revisions=(
            Revision(day(5), "一つ目。"),
            Revision(day(10), "二つ目。"),
        ),
    )

    found = list(revision_marks([entry, WAIT]))

    assert (entry.version, WAIT.version) == (3, 1)
    assert [(m.day, m.kind, m.about) for m in found] == [
        (day(5), MarkKind.FORMULA, "answer_rate"),
        (day(10), MarkKind.FORMULA, "answer_rate"),
    ]
    assert (
        found[1].text()
        == "応答率の式が版3になりました。二つ目。前の日の値も新しい式で出しています。"
    )


def test_every_version_of_the_registry_has_its_mark():
    found = marks({}, targets(), date(2026, 1, 1), date(2030, 1, 1))

    raised = [entry.code for entry in FIGURES for _ in range(entry.version - 1)]
    assert raised
    assert sorted(mark.about for mark in found) == sorted(raised)


def test_a_changed_number_of_the_estimate_is_marked_from_what_to_what():
    def setting(name, since, value):
        return Setting(group="LTVの推計", name=name, effective_from=since, value=value)

    found = marked(
        day(1),
        day(20),
        setting("平均単価", day(5), "5280"),
        setting("平均単価", day(8), "5280"),
        setting("平均単価", day(10), "6000"),
        setting("平均追加回数", day(6), "2.5"),
        setting("平均追加回数", day(12), ""),
        setting("平均追加回数", day(11), "たくさん"),
    )

    assert found == [
        (5, MarkKind.FORMULA, "", "推計の平均単価を5,280円に設定"),
        (6, MarkKind.FORMULA, "", "推計の平均追加回数を2.5回に設定"),
        (10, MarkKind.FORMULA, "", "推計の平均単価を5,280円から6,000円に変更"),
        (12, MarkKind.FORMULA, "", "推計の平均追加回数2.5回をなくした"),
    ]


def test_marks_outside_the_period_are_left_out():
    rows = [
        row("平均応答速度", day(10), "20"),
        kpi_day(day(14), note="TV放映"),
    ]

    assert marked(day(11), day(13), *rows) == []
    assert marked(day(10), day(10), *rows) == [
        (10, MarkKind.TARGET, "", "平均応答速度の目標を20秒に設定")
    ]
