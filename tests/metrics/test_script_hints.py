"""Phrases of a script that a person should look at again: hints, never a verdict."""

from __future__ import annotations

import pytest

from lib.metrics.script_hints import MOST_A_RULE, hints
from lib.settings.script_words import DEFAULTS, WordRule

POLITE = (
    "解約をご希望ですね。承ります。差し支えなければ理由をお聞かせください。"
    "本日付けで解約を承りました。以後のご請求はありません。"
)


def codes(text: str) -> list[str]:
    return [hint.rule.code for hint in hints(text, DEFAULTS)]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("お客様は解約できません。", "解約できない"),
        ("途中の解約には違約金がかかります。", "お金"),
        ("4回続けていただくお約束です。", "回数"),
        ("いまやめると肌が元に戻ってしまいます。", "体への害"),
        ("法律上、解約はできません。", "法律"),
        ("期間を過ぎておりますので。", "期間の過ぎ"),
        ("理由をお聞かせいただけないと進めません。", "理由を条件に"),
        ("担当者が不在ですので後日改めて。", "引き延ばし"),
        ("そこを何とか、もう一度ご検討ください。", "繰り返し"),
        ("お得なコースに変更しませんか。", "別の契約"),
        ("本日限りの値段です。", "急がせる"),
    ],
)
def test_a_phrase_is_found_with_its_reason(said, code):
    assert code in codes(POLITE + said)


def test_a_polite_script_gets_no_hint():
    assert codes(POLITE) == []


def test_what_should_be_said_and_is_not_is_told():
    found = {hint.rule.code: hint.places for hint in hints("はい、どうぞ。", DEFAULTS)}

    assert found == {"意思の復唱": (), "完了の言葉": ()}


def test_no_text_gives_no_hint():
    assert hints("", DEFAULTS) == ()
    assert hints(" \n ", DEFAULTS) == ()


RULE = WordRule("a", "b", ("リバウンド",), "c", "d")


@pytest.mark.parametrize("said", ["リバウンド", "ﾘﾊﾞｳﾝﾄﾞ", "りばうんど", "リバ ウンド"])
def test_a_phrase_is_found_however_it_is_written(said):
    (found,) = hints(f"やめたら{said}します", [RULE])

    assert found.places[0].startswith("やめたら【")


def test_the_place_is_shown_with_what_stands_around_it():
    long = "あ" * 30
    (found,) = hints(f"{long}リバウンド{long}", [RULE])

    assert found.places == (f"…{'あ' * 16}【リバウンド】{'あ' * 16}…",)


def test_a_phrase_that_comes_again_and_again_is_shown_a_few_times():
    (found,) = hints("リバウンド。" * 9, [RULE])

    assert len(found.places) == MOST_A_RULE


def test_a_rule_out_of_use_finds_nothing():
    off = WordRule("a", "b", ("リバウンド",), "c", "d", on=False)

    assert hints("リバウンド", [off]) == ()
