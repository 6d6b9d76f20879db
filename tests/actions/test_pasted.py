"""A report pasted from a chat fills the form, and loses nothing."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import clock
from lib.actions.entry import PromiseTime
from lib.actions.pasted import Reading, read_report
from lib.schema.vocab import Channel, Promise, Recording, Request, Temper

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)
PRODUCTS = {"SK-01": "うるおい化粧水", "AO-02": "毎朝の青汁"}
CLAIMS = ("不良品", "届かない・遅い", "解約できない")


def read(text: str) -> Reading:
    return read_report(text, products=PRODUCTS, claims=CLAIMS, now=NOW)


LINE = """お名前：山田 花子様
電話番号：090-1234-5678
ご用件：注文した化粧水が届かない。
先週も電話したとのこと。
商品名：うるおい化粧水
ご希望：返金
受電日時：11/21 10:12"""

CHATWORK = """[To:123456] ECサポートさん
[info][title]電話代行報告[/title]
【お名前】鈴木様
【連絡先】０３－１２３４－５６７８
【ご用件】
解約したいが電話がつながらない。
折返しがほしい。
【注文番号】JP-00123
[/info]"""

SLACK = """*お名前*: 佐藤
*電話*: 08011112222
*メール*: sato@example.jp
*内容*: 容器が割れていた
*ロット*: L-2209
*温度感*: 怒り"""

NUMBERED = """1. お名前：高橋
2. お電話番号：0312345678
3. ご用件：サイズが違う
4. ご要望：交換希望
5. 備考：夕方に折返し"""

BULLETS = """■氏名　田中 一郎
■TEL　06-6123-4567
■分類　不良品
■用件　動かない"""

BELOW = """お名前
伊藤
お電話番号
090-0000-1111
ご用件
定期と知らなかった"""

FREE = """伊藤様からお電話がありました。
化粧水で赤くなったとのことです。090-2222-3333 までお願いします。"""

EXAMPLES: list[tuple[str, dict[str, Any]]] = [
    (
        LINE,
        {
            "customer_name": "山田 花子",
            "who": "090-1234-5678",
            "content": "注文した化粧水が届かない。\n先週も電話したとのこと。",
            "product_code": "SK-01",
            "request": Request.REFUND,
            "received_at": datetime(2026, 11, 21, 10, 12),
            "claim_type": "届かない・遅い",
        },
    ),
    (
        CHATWORK,
        {
            "customer_name": "鈴木",
            "who": "０３－１２３４－５６７８ JP-00123",
            "content": (
                "[To:123456] ECサポートさん\n[info][title]電話代行報告[/title]\n"
                "解約したいが電話がつながらない。\n折返しがほしい。\n[/info]"
            ),
            "claim_type": "解約できない",
        },
    ),
    (
        SLACK,
        {
            "customer_name": "佐藤",
            "who": "08011112222 sato@example.jp",
            "content": "容器が割れていた",
            "lot": "L-2209",
            "claim_type": "不良品",
            "temper": Temper.ANGRY,
        },
    ),
    (
        NUMBERED,
        {
            "customer_name": "高橋",
            "who": "0312345678",
            "content": "サイズが違う\n5. 備考：夕方に折返し",
            "request": Request.EXCHANGE,
        },
    ),
    (
        BULLETS,
        {
            "customer_name": "田中 一郎",
            "who": "06-6123-4567",
            "claim_type": "不良品",
            "content": "動かない",
        },
    ),
    (
        BELOW,
        {
            "customer_name": "伊藤",
            "who": "090-0000-1111",
            "content": "定期と知らなかった",
        },
    ),
    (FREE, {"customer_name": "伊藤", "who": "090-2222-3333", "content": FREE}),
    ("ただの伝言です", {"content": "ただの伝言です"}),
    ("", {}),
    ("電話番号：非通知", {"content": "電話番号：非通知"}),
    ("ご希望：とにかく誠意", {"content": "ご希望：とにかく誠意"}),
    ("日時：来週", {"content": "日時：来週"}),
    ("受付日時：11/22 9:00", {"content": "受付日時：11/22 9:00"}),
    ("発生日：12/24", {"content": "発生日：12/24"}),
    ("発生日：11/5", {"occurred_on": date(2026, 11, 5)}),
    ("日時：2026年11月20日(金) 18時", {"received_at": datetime(2026, 11, 20, 18)}),
    ("商品：限定セット", {"product_code": "限定セット"}),
    ("録音：あり", {"recording": Recording.YES, "recording_url": ""}),
    (
        "録音URL：https://example.jp/r/1",
        {"recording": Recording.YES, "recording_url": "https://example.jp/r/1"},
    ),
    ("受付方法：メール", {"channel": Channel.MAIL}),
    ("人数：3名", {"people_involved": 3}),
    ("お名前：\n電話番号：09012345678", {"who": "09012345678"}),
    (
        "お名前：山田\nお名前：鈴木",
        {"customer_name": "山田", "content": "お名前：鈴木"},
    ),
]


@pytest.mark.parametrize(("text", "values"), EXAMPLES)
def test_each_layout_fills_the_fields_it_names(text, values):
    assert dict(read(text).values) == values


def test_what_no_label_names_is_counted():
    assert read(NUMBERED).unplaced == 1
    assert read(LINE).unplaced == 0


LABELS = ["お名前", "電話番号", "ご用件", "注文番号", "商品", "ご要望", "備考", "日時"]
LAYOUTS = ["{label}：{value}", "【{label}】{value}", "■{label}　{value}", "{value}"]
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["返金", "090-1234-5678", "JP001", "山田様", "10:12", ""]),
)
LINES = st.builds(
    lambda layout, label, value: layout.format(label=label, value=value),
    st.sampled_from(LAYOUTS),
    st.sampled_from(LABELS),
    VALUES,
)


def letters(text: str) -> Counter[str]:
    """Return how often each letter stands in a text, blanks aside."""
    return Counter(letter for letter in text if not letter.isspace())


def assert_nothing_is_lost(text: str) -> None:
    """Every letter is in 内容, in a value that was placed, or in a label taken off."""
    found = read(text)
    taken = "".join(part.label + part.value for part in found.placed)
    content = str(found.values.get("content", ""))
    assert letters(text) == letters(taken) + letters(content)


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_no_letter_of_a_form_is_lost(text):
    assert_nothing_is_lost(text)


@given(st.text(max_size=300))
def test_no_letter_of_any_text_is_lost(text):
    assert_nothing_is_lost(text)


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_what_is_placed_stands_in_its_field(text):
    found = read(text)
    fields = {"phone": "who", "mail": "who", "order": "who"}
    for part in found.placed:
        if part.value and part.name in (*fields, "customer_name", "lot"):
            kept = str(found.values[fields.get(part.name, part.name)])
            plain = " ".join(kept.split())
            assert " ".join(part.value.removesuffix("様").split()) in plain + " "


def test_in_january_a_december_without_a_year_is_the_last_one():
    january = datetime(2027, 1, 5, 9, tzinfo=clock.TOKYO)
    found = read_report("発生日：12/24", products={}, claims=(), now=january)

    assert found.values == {"occurred_on": date(2026, 12, 24)}


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("折返し：要(本日17時まで)", datetime(2026, 11, 21, 17)),
        ("折返し：要（明日午後３時半）", datetime(2026, 11, 22, 15, 30)),
        ("【折り返し希望】11/24 10:15頃", datetime(2026, 11, 24, 10, 15)),
    ],
)
def test_a_wished_call_back_becomes_the_next_promise(said, due):
    values = read(f"ご用件：容器の件\n{said}").values

    assert values["promise_time"] is PromiseTime.OTHER
    assert values["next_promise"] is Promise.CALL_BACK
    assert values["next_promise_at"] == due
    assert said in values["content"]


@pytest.mark.parametrize(
    "said",
    [
        "折返し：要",
        "折返し：本日9時",
        "折返し：本日25時",
        "折返し：不要(本日17時以降は不在)",
    ],
)
def test_a_call_back_without_a_time_to_come_stays_in_the_text(said):
    values = read(f"ご用件：容器の件\n{said}").values

    assert "next_promise_at" not in values
    assert said in values["content"]


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("容器が割れていた", "不良品"),
        ("まだ届いていないとのこと", "届かない・遅い"),
        ("解約したい", "解約できない"),
        ("割れていて、まだ半分届かない", None),
        ("サイズが違う", None),
        ("分類：不良品\n解約したい", "不良品"),
    ],
)
def test_everyday_words_propose_one_claim_type_and_never_overrule(text, claim):
    assert read(text).values.get("claim_type") == claim
