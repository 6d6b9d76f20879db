"""A figure and its change, in words."""

import pytest

from lib import i18n
from lib.metrics.kpis import figure, kpi
from lib.ui.figures import (
    about,
    change_colour,
    change_text,
    is_no_change,
    value_text,
)


@pytest.fixture
def english(monkeypatch):
    monkeypatch.setattr(i18n, "_language_now", lambda: "en")


def test_a_share_changes_in_points():
    assert change_text(kpi("answer_rate"), 0.898, 0.917) == "-1.9pt"


def test_a_common_count_changes_in_percent():
    assert change_text(kpi("offered"), 108, 100) == "+8%"


def test_a_rare_count_changes_in_cases_and_never_by_a_hundred_percent():
    assert change_text(kpi("consumer_centre_calls"), 0, 0.1) == "-0.1件"
    assert change_text(kpi("consumer_centre_calls"), 2, 0) == "+2.0件"


def test_a_count_has_no_counter_in_english(english):
    assert change_text(kpi("consumer_centre_calls"), 2, 0.5) == "+1.5"
    assert value_text(kpi("offered"), 1234) == "1,234"


@pytest.mark.parametrize(("number", "before"), [(None, 1.0), (1.0, None)])
def test_nothing_changes_from_or_to_a_missing_value(number, before):
    assert change_text(kpi("offered"), number, before) is None


def test_a_change_that_rounds_to_nothing_has_no_direction():
    change = change_text(kpi("answer_rate"), 0.9, 0.9001)

    assert change == "±0.0pt"
    assert is_no_change(change)


def test_a_missing_value_is_a_dash_and_never_zero():
    assert value_text(kpi("answer_rate"), None) == "—"


def test_call_volume_is_neither_good_nor_bad():
    assert change_colour(kpi("offered")) == "off"
    assert change_colour(kpi("answer_rate")) == "normal"


def test_a_figure_says_its_formula_where_it_comes_from_and_its_version():
    said = about(kpi("answer_rate"))

    assert "応答数 ÷ 着信数 × 100" in said
    assert "出典: 一般的な定義です。" in said
    assert "(式の版 2)" in said


def test_business_time_is_told_in_hours_and_changes_in_them():
    entry = figure("settling_time")

    assert value_text(entry, 130) == "2時間10分"
    assert value_text(entry, None) == "—"
    assert change_text(entry, 120, 210) == "-1.5時間"


def test_money_changes_in_percent():
    assert change_text(kpi("retention_worth"), 90_000, 100_000) == "-10%"
