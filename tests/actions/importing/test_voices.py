"""Voices (survey, review, SNS, opinion box): complaints, wishes, and what is neither."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from lib.actions import importing
from lib.actions.importing.voices import (
    Becomes,
    Chosen,
    Rules,
    VoiceKind,
    Why,
    as_ledger,
    hear,
    known_in,
    score_of,
)
from lib.files.reading import read_file
from lib.metrics.promises import untouched_import
from lib.schema.frames import frame_of
from lib.schema.tables import table
from lib.schema.vocab import Channel, ComplaintKind, Source
from lib.settings.voices import HARM_WORDS, TROUBLE_WORDS, WISH_WORDS, words_in
from tests.actions.importing.test_orders import csv_of
from tests.actions.importing.workbooks import TABLES_OF_THE_PAGE, book_of, frames

RULES = Rules(
    0.4,
    words_in(WISH_WORDS.default),
    words_in(TROUBLE_WORDS.default),
    words_in(HARM_WORDS.default),
)

SURVEY = [
    [
        "タイムスタンプ",
        "総合満足度(5点満点)",
        "ご意見をご自由にお書きください",
        "メールアドレス",
    ],
    ["2026/11/01 10:00:00", 1, "箱がつぶれていた", "a@example.jp"],
    ["2026/11/02 11:00:00", 5, "とても良い", "b@example.jp"],
    ["2026/11/03 12:00:00", 4, "小さい袋がほしい", "c@example.jp"],
    ["2026/11/04 13:00:00", 3, "ふつうでした", ""],
    ["2026/11/05 14:00:00", 2, "特になし", ""],
    ["2026/11/06 15:00:00", 1, "", ""],
]
REVIEWS = [
    ["投稿日", "星", "タイトル", "レビュー本文", "商品名", "レビュアー"],
    ["2026-11-01", "★☆☆☆☆", "残念", "肌に合わず赤くなった", "うるおい美容液", "みかん"],
    ["2026-11-02", "★★★★★", "最高", "リピートします", "すっきり青汁", "ゆず"],
]
SNS = [
    ["created_at", "アカウント", "本文", "URL"],
    ["2026-11-01T22:30:00Z", "@mikan", "青汁が届かない", "https://sns.example/p/1"],
    ["2026-11-02T01:00:00Z", "@yuzu", "詰め替えが欲しい", "https://sns.example/p/2"],
]
OPINIONS = [["記入日", "ご意見"], [date(2026, 11, 5), "電話の待ち時間が長い"]]


def heard(
    rows, name: str = "回答.csv", chosen: Chosen | None = None, known=frozenset()
):
    file = read_file(name, csv_of(rows, "utf-8"))
    said = {sheet.name: chosen for sheet in file.sheets} if chosen else {}
    return file, hear(file, RULES, said, known), said


def previewed(
    rows, name: str = "回答.csv", chosen: Chosen | None = None, *there, **how
):
    file, found, said = heard(rows, name, chosen)
    return importing.preview(
        as_ledger(file, found, said), frames(*there), table=TABLES_OF_THE_PAGE, **how
    )


def complaints(preview):
    return [new.record for _table, new in preview.records()]


def test_a_low_score_is_a_complaint_a_wish_a_wish_and_the_rest_is_counted_by_reason():
    _file, (survey,), _said = heard(SURVEY)

    assert survey.kind is VoiceKind.SURVEY
    assert (survey.best, survey.count(Becomes.COMPLAINT)) == (5, 1)
    assert survey.count(Becomes.WISH) == 1
    assert survey.left_out == Counter({Why.PRAISE: 1, Why.NEUTRAL: 1, Why.SILENT: 2})
    assert sum(survey.count(one) for one in Becomes) == len(SURVEY) - 1


def test_what_is_imported_is_unpromised_and_knows_no_more_of_a_person_than_needed():
    one, wish = complaints(previewed(SURVEY))

    assert (one.kind, wish.kind) == (ComplaintKind.FIRST, ComplaintKind.WISH)
    assert one.channel is Channel.SURVEY
    assert (one.contact, wish.contact) == ("a@example.jp", "")
    assert one.note == "1/5点"
    assert one.received_at.isoformat() == "2026-11-01T10:00:00+09:00"
    for row in (one, wish):
        assert row.next_promise_at is None
    stored = [row.model_copy(update={"source": Source.IMPORT}) for row in (one, wish)]
    frame = frame_of(table("complaints"), stored)
    assert untouched_import(frame).all()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("返金してほしい。肌が荒れて病院に行った", Why.HARM),
        ("返金してほしい。返事を待っています", Why.TROUBLE),
        ("解約できない。改善してください", Why.TROUBLE),
        ("二重に引き落とされた。直してほしい", Why.TROUBLE),
        ("小さい袋がほしい", Why.MAY_WISH),
        ("朝に飲んでいます", Why.NO_SCORE),
    ],
)
def test_without_a_score_a_word_of_wishing_only_suggests(words, why):
    posts = [["投稿日時", "アカウント", "本文"], ["2026/11/01", "@mikan", words]]
    _file, (one,), _said = heard(posts)
    assert [(v.becomes, v.why) for v in one.voices] == [(Becomes.UNDECIDED, why)]


@pytest.mark.parametrize("score", [3, 4, 5])
def test_trouble_beside_a_middling_or_good_score_is_no_wish_and_no_praise(score):
    rows = [
        ["満足度(5点満点)", "自由記述"],
        [score, "二重に引き落とされた。返金してほしい"],
        [score, "電話で怒鳴られた"],
        [2, "解約できない"],
    ]
    _file, (one,), _said = heard(rows)
    assert [v.why for v in one.voices] == [Why.TROUBLE, Why.TROUBLE, Why.LOW]
    assert one.count(Becomes.UNDECIDED) == len(one.voices) - 1


@pytest.mark.parametrize("score", [3, 4, 5])
@pytest.mark.parametrize(
    "words",
    ["肌がかぶれて病院に行った", "飲んだ日に蕁麻疹が出た", "虫がいた。交換希望です"],
)
def test_harm_beside_a_middling_or_good_score_waits_for_a_person(score, words):
    rows = [["満足度(5点満点)", "自由記述"], [score, words], [score, "おいしい"]]
    _file, (one,), _said = heard(rows)
    harmed, other = one.voices
    assert (harmed.becomes, harmed.why) == (Becomes.UNDECIDED, Why.HARM)
    assert other.becomes is Becomes.NEITHER


def test_a_review_keeps_its_words_and_product_and_not_its_writer():
    (row,) = complaints(previewed(REVIEWS))

    assert row.channel is Channel.REVIEW
    assert row.content == "残念\n肌に合わず赤くなった"
    assert row.product_code == "A-01"
    assert row.customer_name == ""
    kept = previewed(REVIEWS, chosen=Chosen(keeps_speaker=True))
    assert [one.customer_name for one in complaints(kept)] == ["みかん"]


def test_stars_without_empty_ones_beside_them_are_counted_on_the_lists_own_scale():
    rows = [
        ["投稿日", "評価", "本文"],
        ["2026/11/1", "★", "最悪です"],
        ["2026/11/2", "★★", "おそい"],
        ["2026/11/3", "★★★★★", "最高"],
    ]
    _file, (reviews,), _said = heard(rows)
    assert (reviews.best, [v.score for v in reviews.voices]) == (5, [1, 2, 5])
    assert [v.why for v in reviews.voices] == [Why.LOW, Why.LOW, Why.PRAISE]


def test_a_post_without_score_waits_for_a_person_and_keeps_its_address():
    _file, (posts,), _said = heard(SNS)
    assert posts.kind is VoiceKind.SNS
    assert [v.becomes for v in posts.voices] == [Becomes.UNDECIDED] * 2
    assert [v.why for v in posts.voices] == [Why.TROUBLE, Why.MAY_WISH]
    assert complaints(previewed(SNS)) == []

    decided = Chosen(rows={2: Becomes.COMPLAINT, 3: Becomes.NEITHER})
    (row,) = complaints(previewed(SNS, chosen=decided))

    assert row.kind is ComplaintKind.FIRST
    assert row.note == "https://sns.example/p/1"
    assert row.customer_name == ""
    assert row.received_at.isoformat() == "2026-11-02T07:30:00+09:00"


def test_an_opinion_box_is_known_by_the_name_of_its_file_or_because_somebody_says_so():
    assert heard(OPINIONS)[1] == ()
    by_name = heard(OPINIONS, "ご意見箱11月.csv")[1]
    assert [one.kind for one in by_name] == [VoiceKind.OPINION_BOX]
    said = Chosen(kind=VoiceKind.OPINION_BOX, rows={2: Becomes.COMPLAINT})
    (row,) = complaints(previewed(OPINIONS, chosen=said))
    assert row.channel is Channel.OPINION_BOX


@pytest.mark.parametrize(
    "headers",
    [
        ["受付日", "評価", "内容", "コメント", "対応状況"],
        ["日付", "センター", "着信数", "応答数", "満足度", "コメント"],
        ["商品コード", "商品名"],
        ["日時", "ご要望", "商品名", "状態", "担当者"],
    ],
)
def test_a_ledger_or_figures_of_ones_own_are_no_voices(headers):
    row = ["2026/11/01", *["1"] * (len(headers) - 1)]
    assert heard([headers, row])[1] == ()


@pytest.mark.parametrize("kept", ["状態", "ステータス", "担当者", "対応者"])
def test_the_tool_of_a_survey_may_keep_its_own_state_beside_the_voices(kept):
    rows = [
        ["回答日時", "満足度", "コメント", kept],
        ["2026/11/01", 1, "ひどい", "公開"],
    ]
    _file, (one,), _said = heard(rows)
    assert (one.kind, one.count(Becomes.COMPLAINT)) == (VoiceKind.SURVEY, 1)


def test_what_stands_outside_the_headers_makes_no_ledger_of_a_list():
    row = ["2026/11/01", "★", "コメント", "状態", "対応者"]
    rows = [["状態", "公開中", "受付番号"], ["投稿日", "星", "レビュー本文"], row]
    _file, (one,), _said = heard(rows)
    assert (one.header, one.kind) == (1, VoiceKind.REVIEW)


def test_a_person_may_say_that_a_ledger_of_ours_holds_voices():
    rows = [
        ["日時", "コメント", "受付番号", "状態"],
        ["2026/11/01", "ひどい", "7", "済"],
    ]
    assert heard(rows)[1] == ()
    _file, (one,), _said = heard(rows, chosen=Chosen(kind=VoiceKind.SURVEY))
    assert [v.text for v in one.voices] == ["ひどい"]


def test_every_column_of_free_text_is_read_and_judged_without_its_header():
    rows = [
        ["回答日時", "満足度", "不満な点", "ご要望", "年代", "ショップの返信コメント"],
        ["2026/11/01", 2, "袋が破れていた", "", "40代", "申し訳ございません"],
        ["2026/11/02", 2, "おそい", "早く受け取りたい", "", ""],
        ["2026/11/03", 2, "特になし", "なし", "50代", ""],
        ["2026/11/04", 5, "", "とても良い", "", ""],
    ]
    _file, (one,), _said = heard(rows)
    assert [(v.words, v.why) for v in one.voices] == [
        ("不満な点: 袋が破れていた", Why.LOW),
        ("不満な点: おそい\nご要望: 早く受け取りたい", Why.LOW),
        ("", Why.SILENT),
        ("ご要望: とても良い", Why.PRAISE),
    ]
    assert one.unread == {4: 2, 5: 1}


def test_a_person_adds_a_column_of_text_and_takes_one_away():
    rows = [
        ["日時", "満足度", "コメント", "理由", "Q9"],
        ["2026/11/01", 1, "a", "b", "c"],
    ]
    chosen = Chosen(columns={"q9": "text", "理由": ""})
    _file, (one,), _said = heard(rows, chosen=chosen)
    assert [v.words for v in one.voices] == ["コメント: a\nQ9: c"]
    assert one.unread == {3: 1}


def test_the_same_voice_comes_once_whatever_it_was_taken_for_before():
    first = complaints(previewed(SURVEY))
    again = previewed(SURVEY, "別の名前.csv", None, *first)
    assert again.new_rows == 0
    assert again.duplicates == 2

    # Decided otherwise since: the ledger has it as a complaint already.
    known = known_in(frames(*first)["complaints"])
    _f, (survey,), _s = heard(
        SURVEY, chosen=Chosen(rows={2: Becomes.WISH}), known=known
    )
    assert survey.left_out[Why.THERE] == 2
    assert previewed([*SURVEY, SURVEY[1]]).duplicates == 1


def test_a_column_and_a_best_score_are_what_a_person_says():
    rows = [["日時", "Q1", "Q2", "評価"], ["2026/11/01", "遅い", "9", "5"]]
    said = Chosen(columns={"q1": "text", "q2": "score", "評価": ""}, best=10)
    _file, (survey,), _said = heard(rows, chosen=said)
    (voice,) = survey.voices
    assert (voice.text, voice.score, voice.why) == ("遅い", 9.0, Why.PRAISE)


def test_a_workbook_may_hold_voices_beside_a_ledger():
    book = {
        "レビュー": REVIEWS,
        "一覧": [["受付日", "内容", "状態"], ["2026/11/01", "届かない", "受付"]],
    }
    file = read_file("まとめ.xlsx", book_of(book))
    found = hear(file, RULES)
    assert [one.sheet for one in found] == ["レビュー"]
    both = importing.preview(
        as_ledger(file, found, {}), frames(), table=TABLES_OF_THE_PAGE
    )
    assert both.new_rows == 2


@pytest.mark.parametrize(
    ("header", "cells", "best", "is_guess"),
    [
        ("推奨度", [4, 5, 3], 10, False),
        ("推奨度(0〜10)", [4, 5, 3], 10, False),
        ("NPS", [4], 10, False),
        ("満足度(100点満点)", [40, 5], 100, False),
        ("満足度を10段階で教えてください", [4], 10, False),
        ("評価(5:満足～1:不満)", [4], 5, False),
        ("満足度(1-7)", [4], 7, False),
        ("満足度 Q1-5", [4, 7], 7, True),
        ("満足度(5点満点)", [4, 8], 10, True),
        ("満足度", [4, 5, 3], 5, True),
        ("満足度", ["５", "４", "10/10"], 5, True),
        ("満足度", ["8/10", "3/10"], 10, False),
        ("星", ["★★☆☆☆", "★★★★★"], 5, False),
        ("満足度", ["不満", "満足"], 5, False),
    ],
)
def test_the_best_score_is_named_by_header_or_cells_before_it_is_guessed(
    header, cells, best, is_guess
):
    rows = [["回答日時", header, "自由記述"]]
    rows += [["2026/11/01", cell, f"ひとこと{n}"] for n, cell in enumerate(cells)]
    _file, (one,), _said = heard(rows)
    assert (one.best, one.is_best_guessed) == (best, is_guess)
    said = Chosen(best=20)
    _file, (chosen,), _said = heard(rows, chosen=said)
    assert (chosen.best, chosen.is_best_guessed) == (20, False)


def test_four_of_ten_is_a_complaint_where_nobody_gave_more_than_five():
    rows = [["推奨度", "自由記述"], [4, "おそい"], [5, "まあまあ"], [3, "高い"]]
    _file, (one,), _said = heard(rows)
    assert [v.why for v in one.voices] == [Why.LOW, Why.NEUTRAL, Why.LOW]


@pytest.mark.parametrize("asked", ["評価(1:満足〜5:不満)", "1=とても良い、5=悪い 評価"])
def test_where_one_is_the_best_score_a_person_decides(asked):
    rows = [[asked, "自由記述"], [5, "ひどい"], [1, "おいしい"], [5, ""]]
    _file, (one,), _said = heard(rows)
    assert [v.why for v in one.voices] == [Why.REVERSED, Why.REVERSED, Why.SILENT]
    assert one.count(Becomes.UNDECIDED) == 2


def test_a_score_beyond_the_best_is_no_praise():
    rows = [["満足度", "自由記述"], [9, "よく分からない"]]
    _file, (one,), _said = heard(rows, chosen=Chosen(best=5))
    assert [v.becomes for v in one.voices] == [Becomes.UNDECIDED]


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        ("★★☆☆☆", 2),
        ("★", 1),
        ("★★★★★", 5),
        ("⭐️⭐️", 2),
        ("★3", 3),
        ("★☆", 2.5),
        ("3/5", 3),
        ("8/10", 4),
        ("不満", 2),
        ("とても満足", 5),
        ("4点", 4),
        ("星2つ", 2),
        (1.5, 1.5),
        ("", None),
        ("高い", None),
        (True, None),
    ],
)
def test_a_score_is_read_as_people_write_it(cell, score):
    assert score_of(cell, 5) == score
