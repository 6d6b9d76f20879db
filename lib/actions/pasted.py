"""A report pasted from a chat: what an answering service wrote becomes an entry.

Answering services report a call by LINE, Chatwork, Slack or mail, each in a layout of
its own: 「お名前：…」, 【お名前】, numbered lists, or free text. What a label names and
what can be read without doubt goes to its field; every other line goes to 内容 letter
for letter. Nothing is decided here: a person reviews the filled form and saves it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from lib import clock
from lib.actions.entry import PromiseTime, recognise
from lib.schema.vocab import Channel, Promise, Recording, Request, Temper
from lib.text import folded

CONTENT: Final = "content"
PROMISED_AT: Final = "next_promise_at"

_LABELS: Final[Mapping[str, str]] = {
    label: name
    for name, labels in {
        "customer_name": "お名前 名前 氏名 ご氏名 お客様名 お客様氏名 お客様のお名前 顧客名 入電者 入電者名 お客様",
        "phone": "電話番号 お電話番号 電話 お電話 連絡先 ご連絡先 TEL 携帯 携帯電話 携帯番号 折返し先 折り返し先 折返し番号 着信番号 発信者番号 連絡先電話番号",
        "mail": "メール メールアドレス アドレス Eメール E-mail email mail",
        "order": "注文番号 ご注文番号 受注番号 オーダー番号 注文No 注文No. 受注No",
        "product": "商品 商品名 ご購入商品 対象商品 お品物 製品 製品名",
        CONTENT: "ご用件 用件 内容 お問い合わせ内容 お問合せ内容 問い合わせ内容 問合せ内容 お話の内容 詳細 伝言 ご伝言 メッセージ 申出内容 お申出内容 本文",
        "request": "ご要望 要望 ご希望 希望",
        "claim_type": "申出の種類 種類 分類 カテゴリ カテゴリー",
        "temper": "温度感 ご様子 お客様の様子",
        "received_at": "受付日時 日時 受電日時 入電日時 着信日時 受信日時 受付時刻 受電時刻 入電時刻 着信時刻",
        "occurred_on": "発生日",
        "lot": "ロット ロット番号 製造番号 LOT",
        "channel": "受付経路 経路 受付方法",
        "recording_url": "録音 録音URL 録音データ 通話録音",
        "people_involved": "人数 関与人数",
        "open_questions": "未確認事項 確認事項 未確認",
        PROMISED_AT: "折返し 折り返し 折返し希望 折り返し希望 折返し日時 折り返し日時 折返し希望日時 折り返し希望日時 ご連絡希望日時 連絡希望日時",
    }.items()
    for label in map(folded, labels.split(" "))
}
"""Label as answering services write it, folded → what it names."""

# Blanks are never given back (`*+`): else a line of them is read once for each.
_BULLET = (
    r"(?:[\s>＞|]*+(?:[■□◆◇●○・*＊▼▽▶►※\-–—]+|[(（]?\d{1,2}[)）.．、:：]|[①-⑳])?\s*+)"
)
_BRACKETED = re.compile(
    rf"^{_BULLET}[【\[［〔<＜「*]\s*+(?P<label>[^】\]］〕>＞」*\n]{{1,14}}?)\s*[】\]］〕>＞」*][ \t　]*[:：]?(?P<value>.*)$"
)
_COLON = re.compile(
    rf"^{_BULLET}(?P<label>[^\s:：][^:：\n]{{0,13}}?)[ \t　]*[:：](?P<value>.*)$"
)
_SPACED = re.compile(
    rf"^{_BULLET}(?P<label>\S{{1,14}})(?:\t|　|[ ]{{2,}})(?P<value>.+)$"
)
_ALONE = re.compile(rf"^{_BULLET}(?P<label>\S{{1,14}})(?P<value>)\s*$")

_HALF_A_YEAR: Final = timedelta(days=183)

_HONORIFIC = re.compile(r"(?<!\s)\s*(?:様|さま|さん)$")
_CALLER = re.compile(r"([一-龠々〆ぁ-んァ-ヶーA-Za-z]{1,12}?)[ 　]?様(?:より|から)")
_PHONE = re.compile(
    r"(?<![\d\-])(?:\+81[\-\s]?\d{1,4}|0\d{1,4})[\-‐‑–—―−ー(（]?\d{1,4}[\-‐‑–—―−ー)）]?\d{3,4}(?![\d\-])"
)
_MAIL = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63})+", re.ASCII)
_MOMENT = re.compile(
    r"(?:(?:(?P<year>\d{4})[/\-.年])?(?P<month>\d{1,2})[/\-.月](?P<day>\d{1,2})日?"
    r"(?:\s*[(]?[月火水木金土日][)]?)?)?\s*"
    r"(?:(?P<hour>\d{1,2})(?::|時)(?P<minute>\d{2})?分?(?::\d{2})?頃?)?"
)
_WISHED = re.compile(
    r"(?:を)?(?:ご)?(?:希望|要望|してほしい|して欲しい|求む)?(?:です|とのこと)?。?$"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """What was taken out of the text: a label, and the value that it names as typed.

    value: "" where it stands in 内容 (the label alone is gone) or was left empty.
    """

    name: str
    label: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a report says.

    values: what goes into the fields of an `Entry`, by name. placed: what no longer
    stands in 内容. unplaced: how many lines went to 内容 though no label says so.
    """

    values: Mapping[str, Any]
    placed: tuple[Placed, ...]
    unplaced: int
    copied: frozenset[str] = frozenset()
    """Fields whose words stand in 内容 too, so that leaving them out loses nothing."""


@dataclass(slots=True)
class _Sorting:
    """Where the lines go while they are read, top to bottom."""

    products: Mapping[str, str]
    claims: Sequence[str]
    now: datetime
    who: list[str] = field(default_factory=list)
    content: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)
    unplaced: int = 0
    copied: set[str] = field(default_factory=set)

    def to_content(self, line: str, *, labelled: bool) -> None:
        self.content.append(line)
        if not labelled and line.strip():
            self.unplaced += 1

    def place(self, name: str, value: str) -> bool:
        """Put a value into its field; False where it does not fit there."""
        if name in self.values:
            return False
        found = _READERS[name](self, value)
        if found is None:
            return False
        self.values |= found
        return True


def read_report(
    text: str, *, products: Mapping[str, str], claims: Sequence[str], now: datetime
) -> Reading:
    """Return what a pasted report says, for the form.

    products: name by code. claims: the words for complaints that are offered. A line
    whose label is not known, whose field is filled already or whose value does not fit
    its field goes to 内容 as it was typed, label included.
    """
    sorting = _Sorting(products, claims, now)
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        at += _sort(sorting, lines, at)
    _look_into_free_text(sorting)
    values = dict(sorting.values)
    if sorting.who:
        values["who"] = " ".join(sorting.who)
    content = "\n".join(sorting.content).strip("\n")
    if content.strip():
        values[CONTENT] = content
    copied = frozenset(sorting.copied)
    return Reading(values, tuple(sorting.placed), sorting.unplaced, copied)


def _sort(sorting: _Sorting, lines: Sequence[str], at: int) -> int:
    """Sort the line at that place, with those that belong to it; return how many."""
    found = _labelled(lines[at])
    if found is None:
        sorting.to_content(lines[at], labelled=False)
        return 1
    name, label, value = found
    if name == CONTENT:
        return _sort_content(sorting, lines, at, label, value)
    if name == PROMISED_AT:
        # Whether 要 or 不要, and in which words, stays for the person who reviews it.
        sorting.place(name, value)
        sorting.to_content(lines[at], labelled=name in sorting.values)
        return 1
    below = 0
    if not value and at + 1 < len(lines) and _labelled(lines[at + 1]) is None:
        value, below = lines[at + 1].strip(), 1
    if not value or sorting.place(name, value):
        # A label that was left empty in the service's form says nothing.
        sorting.placed.append(Placed(name, label, value))
    else:
        for raw in lines[at : at + 1 + below]:
            sorting.to_content(raw, labelled=False)
    return 1 + below


def _sort_content(
    sorting: _Sorting, lines: Sequence[str], at: int, label: str, value: str
) -> int:
    """Take the text under 「ご用件」, up to the next label that is known."""
    end = at + 1
    while end < len(lines) and _labelled(lines[end]) is None:
        end += 1
    sorting.placed.append(Placed(CONTENT, label))
    for part in ([value] if value else []) + list(lines[at + 1 : end]):
        sorting.to_content(part, labelled=True)
    return end - at


def _labelled(line: str) -> tuple[str, str, str] | None:
    """Return what a line's label names, the label as typed, and its value."""
    for layout in (_BRACKETED, _COLON, _SPACED, _ALONE):
        if (found := layout.match(line)) and (
            name := _LABELS.get(folded(found["label"].strip("*_ 　")))
        ):
            value = found["value"].strip().removeprefix("*").strip()
            return name, line[: line.rindex(value)] if value else line, value
    return None


# One reader a label: the fields a value fills, None where it does not fit ---------


def _contact(sorting: _Sorting, value: str) -> dict[str, Any] | None:
    found = recognise(value)
    if not found.keys or found.order_number or found.contact != " ".join(value.split()):
        return None
    sorting.who.append(found.contact)
    return {}


def _order(sorting: _Sorting, value: str) -> dict[str, Any] | None:
    if recognise(value).order_number != value:
        return None
    sorting.who.append(value)
    return {}


def _name(_sorting: _Sorting, value: str) -> dict[str, Any] | None:
    plain = _HONORIFIC.sub("", value)
    return {"customer_name": plain} if plain else None


def _product(sorting: _Sorting, value: str) -> dict[str, Any]:
    wanted = folded(value)
    codes = [
        code
        for code, name in sorting.products.items()
        if wanted in (folded(name), folded(code))
    ]
    return {"product_code": codes[0] if len(codes) == 1 else value}


def _request(_sorting: _Sorting, value: str) -> dict[str, Any] | None:
    found = Request.from_text(_WISHED.sub("", value)) or Request.from_text(value)
    return {"request": found} if found else None


def _claim_type(sorting: _Sorting, value: str) -> dict[str, Any] | None:
    same = [name for name in sorting.claims if folded(name) == folded(value)]
    return {"claim_type": same[0]} if same else None


def _temper(_sorting: _Sorting, value: str) -> dict[str, Any] | None:
    plain = folded(value)
    same = [
        temper
        for temper in Temper
        if temper is not Temper.UNASKED
        and plain in (folded(temper), folded(temper[1:]), temper[0])
    ]
    return {"temper": same[0]} if same else None


def _received_at(sorting: _Sorting, value: str) -> dict[str, Any] | None:
    found = _MOMENT.fullmatch(_plain(value))
    if not found or found["hour"] is None:
        return None
    day = _day(found, sorting.now) if found["month"] else sorting.now.date()
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if day is None or hour > 23 or minute > 59:  # noqa: PLR2004 - a clock's
        return None
    moment = clock.at(day, hour, minute)
    return (
        None if moment > sorting.now else {"received_at": moment.replace(tzinfo=None)}
    )


def _occurred_on(sorting: _Sorting, value: str) -> dict[str, Any] | None:
    found = _MOMENT.fullmatch(_plain(value))
    if not found or not found["month"] or found["hour"]:
        return None
    day = _day(found, sorting.now)
    return {"occurred_on": day} if day else None


def _day(found: re.Match[str], now: datetime) -> date | None:
    """Return the day; in January, a December without its year is the last one."""
    try:
        day = date(
            int(found["year"] or now.year), int(found["month"]), int(found["day"])
        )
        if not found["year"] and day - now.date() > _HALF_A_YEAR:
            day = day.replace(year=day.year - 1)
    except ValueError:
        return None
    return day if day <= now.date() else None


def _lot(_sorting: _Sorting, value: str) -> dict[str, Any]:
    return {"lot": value}


def _channel(_sorting: _Sorting, value: str) -> dict[str, Any] | None:
    found = Channel.from_text(value)
    return {"channel": found} if found else None


def _recording(_sorting: _Sorting, value: str) -> dict[str, Any]:
    said = Recording.from_text(value)
    if said:
        return {"recording": said, "recording_url": ""}
    return {"recording": Recording.YES, "recording_url": value}


def _people(_sorting: _Sorting, value: str) -> dict[str, Any] | None:
    found = re.fullmatch(r"(\d{1,6})\s*(?:人|名)?", _plain(value))
    return {"people_involved": int(found[1])} if found and int(found[1]) else None


_DUE = re.compile(
    r"(?:(?P<near>本日|今日|明日|明後日)|(?P<month>\d{1,2})[/月](?P<day>\d{1,2})日?)"
    r"[^\d午]{0,6}(?P<noon>午前|午後)?\s*(?P<hour>\d{1,2})(?:時|:)(?P<minute>\d{2}|半)?"
)
_NOT_WISHED = re.compile(r"\s*(?:不要|不用|なし|無し|無)")
_NEAR: Final = {"本日": 0, "今日": 0, "明日": 1, "明後日": 2}
_NOON: Final = 12


def _call_back(sorting: _Sorting, value: str) -> dict[str, Any] | None:
    """Read 「要(本日17時まで)」; None for no time or one that is past already."""
    found = None if _NOT_WISHED.match(value) else _DUE.search(_plain(value))
    if not found or (due := _due(found, sorting.now)) is None or due <= sorting.now:
        return None
    promise = {
        "promise_time": PromiseTime.OTHER,
        "next_promise": Promise.CALL_BACK,
        PROMISED_AT: due.replace(tzinfo=None),
    }
    sorting.copied |= promise.keys()
    return promise


def _due(found: re.Match[str], now: datetime) -> datetime | None:
    hour = int(found["hour"])
    if found["noon"] == "午後" and hour < _NOON:
        hour += _NOON
    minute = 30 if found["minute"] == "半" else int(found["minute"] or 0)
    try:
        if near := found["near"]:
            return clock.at(now.date() + timedelta(days=_NEAR[near]), hour, minute)
        day = date(now.year, int(found["month"]), int(found["day"]))
        if now.date() - day > _HALF_A_YEAR:
            day = day.replace(year=day.year + 1)
        return clock.at(day, hour, minute)
    except ValueError:
        return None


def _questions(_sorting: _Sorting, value: str) -> dict[str, Any]:
    return {"open_questions": value}


_READERS: Final[Mapping[str, Callable[[_Sorting, str], dict[str, Any] | None]]] = {
    "customer_name": _name,
    "phone": _contact,
    "mail": _contact,
    "order": _order,
    "product": _product,
    "request": _request,
    "claim_type": _claim_type,
    "temper": _temper,
    "received_at": _received_at,
    "occurred_on": _occurred_on,
    "lot": _lot,
    "channel": _channel,
    "recording_url": _recording,
    "people_involved": _people,
    "open_questions": _questions,
    PROMISED_AT: _call_back,
}


_EVERYDAY: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(words)
    for name, words in {
        "不良品": "割れ|壊れ|破損|動かない|不良|液漏れ",
        "届かない・遅い": "届かない|届いていない|届きません|未着|遅延",
        "欠品": "足りない|入っていない|入っていなかった|欠品",
        "返金・返品できない": "返金|返品",
        "定期と知らなかった": "定期.{0,8}(?:知らな|思わな)",
        "解約できない": "解約",
        "電話がつながらない": "電話が(?:つなが|繋が)ら",
        "肌トラブル・けが": "かぶれ|赤み|湿疹|発疹|かゆ|けが|怪我|やけど",
        "応対が不快": "態度|応対が|対応が悪|失礼",
    }.items()
}
"""申出の種類 by the words that callers use for it."""


def _claim_in(text: str, sorting: _Sorting) -> str:
    """Return the one type that the text speaks of; "" for none, or for several."""
    found = [
        name
        for name, words in _EVERYDAY.items()
        if name in sorting.claims and words.search(text)
    ]
    return found[0] if len(found) == 1 else ""


# Free text -----------------------------------------------------------------------


def _look_into_free_text(sorting: _Sorting) -> None:
    """Copy a number, an address, a name and the matter out of 内容, which keeps them."""
    text = "\n".join(sorting.content)
    if "claim_type" not in sorting.values and (claim := _claim_in(text, sorting)):
        sorting.values["claim_type"] = claim
        sorting.copied.add("claim_type")
    if not sorting.who:
        plain = unicodedata.normalize("NFKC", text)
        found = [*_first(_PHONE, plain), *_first(_MAIL, plain)]
        sorting.who += [part for part in found if recognise(part).keys]
    if "customer_name" not in sorting.values and (caller := _CALLER.search(text)):
        sorting.values["customer_name"] = caller[1]


def _first(pattern: re.Pattern[str], text: str) -> Iterable[str]:
    found = pattern.search(text)
    return [found[0]] if found else []


def _plain(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip()
