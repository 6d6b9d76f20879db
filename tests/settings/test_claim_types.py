"""申出の種類: the everyday words, and how 設定 changes them."""

from __future__ import annotations

from datetime import date

from lib.schema.frames import frame_of
from lib.schema.masters import Setting
from lib.schema.tables import table
from lib.schema.vocab import Category, Cause
from lib.settings.claim_types import DEFAULTS, GROUP, Sign, claim_type, claim_types

TODAY = date(2026, 11, 21)


def settings(*rows: tuple[str, str, date]):
    return frame_of(
        table("settings"),
        [
            Setting(group=GROUP, name=name, value=value, effective_from=day)
            for name, value, day in rows
        ],
    )


def test_without_settings_the_words_of_the_first_screen_are_offered_in_order():
    assert [kind.name for kind in claim_types(settings(), TODAY)] == [
        "不良品",
        "交換品も不良",
        "届かない・遅い",
        "欠品",
        "返金・返品できない",
        "定期と知らなかった",
        "解約できない",
        "電話がつながらない",
        "肌トラブル・けが",
        "応対が不快",
        "その他",
    ]


def test_a_row_adds_a_type_before_the_last_one():
    rows = settings(
        ("味が違う", "品質・機能、商品、けが・体調", date(2026, 4, 1)),
    )

    found = claim_types(rows, TODAY)

    assert [kind.name for kind in found[-2:]] == ["味が違う", "その他"]
    assert found[-2].category is Category.QUALITY
    assert found[-2].cause is Cause.PRODUCT
    assert found[-2].signs == {Sign.HARM}


def test_a_row_takes_a_type_away_or_changes_it_from_its_day_on():
    rows = settings(
        ("欠品", "使わない", date(2026, 4, 1)),
        ("解約できない", "販売方法、広告・LP", date(2026, 4, 1)),
        ("解約できない", "その他", date(2026, 12, 1)),
    )

    names = [kind.name for kind in claim_types(rows, TODAY)]
    changed = claim_type(rows, TODAY, "解約できない")

    assert "欠品" not in names
    assert changed is not None
    assert (changed.category, changed.cause) == (
        Category.SALES_METHOD,
        Cause.ADVERTISING,
    )
    assert claim_types(rows, date(2026, 3, 31)) == DEFAULTS


def test_words_that_mean_nothing_are_ignored():
    rows = settings(("欠品", "ほげ、配送・納期・欠品、", date(2026, 4, 1)))

    found = claim_type(rows, TODAY, "欠品")

    assert found is not None
    assert (found.category, found.cause) == (Category.DELIVERY, Cause.UNKNOWN)
    assert claim_type(rows, TODAY, "ほげ") is None


def test_a_row_that_says_nothing_is_passed_over_for_the_one_before_it():
    before = ("不良品", "配送・納期・欠品、配送", date(2026, 1, 1))
    nonsense = ("不良品", "よくある", date(2026, 6, 1))

    found = claim_type(settings(before, nonsense), TODAY, "不良品")

    assert found is not None
    assert found.category is Category.DELIVERY


def test_a_new_word_that_says_nothing_is_not_offered():
    rows = settings(("なぞ", "???", date(2026, 1, 1)))

    assert claim_type(rows, TODAY, "なぞ") is None
