"""What is looked at on a page, and for which words in a script, as 設定 changes it."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from lib.schema.frames import frame_of
from lib.schema.masters import Setting
from lib.schema.tables import table
from lib.schema.vocab import PageKind
from lib.settings import page_checks, script_words

DAY = date(2026, 11, 20)
LAW_12_6 = {
    "確認・分量",
    "確認・価格",
    "確認・支払",
    "確認・引渡",
    "確認・期間",
    "確認・解除",
}


def rows(*settings: Setting) -> pd.DataFrame:
    return frame_of(table("settings"), list(settings))


def row(group: str, name: str, value: str, description="", since=DAY) -> Setting:
    return Setting(
        group=group,
        name=name,
        effective_from=since,
        value=value,
        description=description,
    )


def item_row(name: str, value: str, description="", since=DAY) -> Setting:
    return row(page_checks.GROUP, name, value, description, since)


def items(*settings: Setting, on=DAY) -> dict[str, page_checks.Item]:
    return {item.code: item for item in page_checks.items(rows(*settings), on)}


def test_the_six_items_of_the_law_are_there_with_their_source():
    shipped = items()

    assert set(shipped) >= LAW_12_6
    for code in LAW_12_6:
        assert shipped[code].kind is PageKind.CONFIRMATION
        assert "12条の6" in shipped[code].source


@pytest.mark.parametrize("kind", list(PageKind))
def test_each_kind_has_its_own_list_and_each_item_says_what_and_why(kind):
    found = page_checks.list_of(page_checks.DEFAULTS, kind)

    assert len(found) >= 4
    assert all(item.title and item.hint and item.source for item in found)


def test_codes_are_given_once():
    codes = [item.code for item in page_checks.DEFAULTS]

    assert len(codes) == len(set(codes))


def test_an_item_goes_out_of_use_and_comes_back():
    off = item_row("LP・電話", "使わない")
    on = item_row("LP・電話", "LP", since=date(2026, 12, 1))

    assert not items(off)["LP・電話"].on
    assert items(off, on, on=date(2026, 12, 2))["LP・電話"].on
    assert items(off, on=date(2026, 11, 19))["LP・電話"].on


def test_a_company_says_what_to_look_at():
    found = items(item_row("LP・電話", "LP", "0120の番号か"))["LP・電話"]

    assert found.hint == "0120の番号か"
    assert found.source == page_checks.BY_CODE["LP・電話"].source


def test_an_item_of_ones_own_stands_behind_those_of_its_kind():
    found = list(
        page_checks.items(
            rows(item_row("社長の目", "最終確認画面", "声に出して読む")), DAY
        )
    )
    own = next(item for item in found if item.code == "社長の目")
    mine = [item.code for item in found if item.kind is PageKind.CONFIRMATION]

    assert own.is_own
    assert own.title == "社長の目"
    assert mine[-1] == "社長の目"


def test_an_own_item_out_of_use_can_be_used_again():
    born = item_row("社長の目", "最終確認画面", since=date(2026, 11, 1))
    off = item_row("社長の目", "使わない", since=date(2026, 11, 10))

    assert not items(born, off)["社長の目"].on
    assert items(born, off)["社長の目"].kind is PageKind.CONFIRMATION


@pytest.mark.parametrize("value", ["なにか", "", "最終確認画面"])
def test_a_row_that_means_nothing_is_passed_over(value):
    assert (
        items(item_row("LP・電話", value))["LP・電話"]
        == page_checks.BY_CODE["LP・電話"]
    )


def test_an_item_is_written_as_it_is_read():
    for item in page_checks.DEFAULTS:
        assert items(item_row(item.code, item.value))[item.code] == item


# Words of scripts -------------------------------------------------------------------


def words(*settings: Setting) -> dict[str, script_words.WordRule]:
    return {rule.code: rule for rule in script_words.word_rules(rows(*settings), DAY)}


def test_each_rule_says_why_and_by_what():
    for rule in script_words.DEFAULTS:
        assert rule.phrases
        assert rule.title
        assert rule.advice
        assert rule.source


def test_phrases_are_changed_and_taken_out_of_use():
    found = words(row(script_words.GROUP, "お金", "違約金、清算金"))
    assert found["お金"].phrases == ("違約金", "清算金")

    assert not words(row(script_words.GROUP, "お金", "使わない"))["お金"].on
    assert words(row(script_words.GROUP, "お金", " 、 "))["お金"].phrases == (
        script_words.BY_CODE["お金"].phrases
    )


def test_phrases_are_parted_by_commas_and_lines():
    assert script_words.phrases_of("違約金、 清算金\n違約金,罰金") == (
        "違約金",
        "清算金",
        "罰金",
    )
