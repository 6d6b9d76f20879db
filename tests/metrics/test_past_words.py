"""What is typed finds a past case, in whatever spelling it stands there."""

from __future__ import annotations

import numpy as np
import pytest

from lib.metrics.knowledge.index import Index
from lib.metrics.knowledge.spelling import spelt, without_endings

FULL = 0.999

SAME = [
    ("カイヤク", "ｶｲﾔｸしたいとのこと"),
    ("かいやく", "カイヤクの件"),
    ("ＬＰ", "lpの表示と違う"),
    ("サーバ", "サーバーにつながらない"),
    ("サーバー", "ｻｰﾊﾞの不具合"),
    ("クレンジングバ-ム", "クレンジングバームが漏れた"),
    ("キヤンセル", "キャンセルできない"),
    ("きゃんせる", "ｷｬﾝｾﾙ希望"),
    ("バイオリン", "ヴァイオリンの弦"),
    ("つまづく", "つまずくとのこと"),
    ("3か月", "３ヶ月待った"),
    ("1カ月", "1ヵ月前に注文"),
    ("取替", "部品を取り替えてほしい"),
    ("取り替え", "取替を希望"),
    ("取替え", "取り替えを希望"),
    ("問合せ", "お問い合わせ窓口"),
    ("問い合わせ", "問合せをした"),
    ("申し込み", "申込書をなくした"),
    ("申込", "電話で申し込んだ"),
    ("引き落とし", "二重に引落された"),
    ("届いた箱", "届いた箱がつぶれていた"),
    ("届いた", "届いた箱がつぶれていた"),
    ("虫", "中に虫が入っていた"),
    ("ｶｲﾔｸ", "解約したい"),
    ("とりかえ", "取り替えを希望"),
    ("ふりょうひん", "不良品が届いた"),
    ("返金 送料", "送料も返金してほしい"),
]


@pytest.mark.parametrize(("typed", "stands"), SAME)
def test_another_way_of_typing_finds_the_same(typed, stands):
    assert Index.of({"a": stands}).matches(typed)[0] > FULL


@pytest.mark.parametrize(
    ("typed", "stands"),
    [("返金", "返品したい"), ("赤", "青い箱"), ("化粧水", "化粧品"), ("解約", "")],
)
def test_another_word_is_not_found_whole(typed, stands):
    assert Index.of({"a": stands, "b": "返す"}).matches(typed)[0] < FULL


def test_a_slip_of_typing_still_finds_most_of_a_word():
    found = Index.of({"a": "クレンジングバームが漏れた", "b": "サプリの粒が割れた"})

    a, b = found.matches("クレンジソグバーム")

    assert 0.6 < a < FULL
    assert b == 0


def test_nothing_is_found_where_nothing_can_be_looked_for():
    assert Index.of({"a": "箱"}).matches(" あ ").tolist() == [0]
    assert len(Index.of({}).matches("箱")) == 0
    assert len(Index.of({}).likeness("箱が割れた")) == 0


def test_a_rare_word_in_common_makes_texts_more_alike_than_a_frequent_one():
    texts = {f"{n}": "商品が届いた" for n in range(20)}
    found = Index.of({**texts, "rare": "漏電した", "both": "届いた品が漏電した"})

    score = dict(zip(found.keys, found.likeness("漏電して商品が壊れた"), strict=True))

    assert score["rare"] > score["0"]
    assert score["both"] > score["0"]


def test_a_grown_index_finds_what_one_made_anew_finds():
    texts = {f"{n}": f"{n}番の箱がつぶれた" for n in range(300)}
    changed = {**texts, "7": "ふたが開かない", "new": "箱に虫"}
    del changed["9"]

    grown = Index.of(texts).grown(changed)
    anew = Index.of(changed)

    for typed in ("箱", "ふた", "虫", "9番の", "7番の"):
        ours, theirs = grown.matches(typed), anew.matches(typed)
        places = grown.places(anew.keys)
        assert np.array_equal(ours[places], theirs), typed
        assert ours.sum() == theirs.sum(), typed
    assert len(grown.segments) == 2
    assert grown.grown(changed) is grown
    assert grown.places(["9", "unknown"]).tolist() == [-1, -1]


def test_an_index_that_grew_often_is_made_anew():
    texts = {"0": "箱"}
    index = Index.of(texts)
    for n in range(1, 30):
        texts = {**texts, f"{n}": f"箱 {n}"}
        index = index.grown(texts)

    assert len(index.segments) <= 10
    assert index.matches("箱").sum() == 30


def test_only_kana_that_may_be_left_out_is_left_out():
    assert {without_endings(spelt(w)) for w in ("取り替え", "取替え", "取替")} == {
        "取替"
    }
    assert without_endings("商品の箱") == "商品の箱"
    assert spelt("ｻｰﾋﾞｽ ー A-1") == "さびす ー a-1"
