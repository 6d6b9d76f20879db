"""Hides who a customer is in whatever people wrote about them.

Two kinds of rules: what is known of the case (name, contact, order number), found
however it is spelt, and what looks like anybody's contact. Texts are compared folded
(width, kana kind, case, invisible characters) and cut out of the text as typed. Where
in doubt it hides too much: a document that left the house cannot be called back.

What it cannot know: the name of somebody who is in no field and is not addressed as
「…様」, and a name in another script than the one in the ledger.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

from lib.text import digits, folded, masked

CUSTOMER: Final = "お客様A"
SOMEBODY: Final = "〇〇様"
OFFICER: Final = "ご担当者"
NUMBER: Final = "（番号）"
PHONE: Final = "（電話番号）"
MAIL: Final = "（メールアドレス）"
ADDRESS: Final = "（住所）"
CARD: Final = "（カード番号）"
ACCOUNT: Final = "（口座番号）"
BIRTHDAY: Final = "（生年月日）"
HANDLE: Final = "（アカウント）"

LONGEST_TAIL: Final = 4
"""Characters of an order number that stay, so that two people can mean the same."""


class Sure(str):
    """A text of our own that no veil changes: a day, a number of ours, a colleague."""

    __slots__ = ()


def partly(number: str) -> str:
    """Return an order number of which only the end is left: "…8213"; "" stays "".

    At most half of it is shown, however short it is.
    """
    plain = number.strip()
    if not plain:
        return ""
    signs = re.sub(r"[^0-9A-Za-z]", "", unicodedata.normalize("NFKC", plain))
    kept = min(LONGEST_TAIL, len(signs) // 2)
    return f"…{signs[-kept:]}" if kept else "…"


@dataclass(frozen=True)
class Veil:
    """What is known about the people in a case, and how it is hidden in texts.

    names: the customer's, in every spelling that is on record. contacts: phone numbers
        and addresses, one or several in a text. order_numbers, officers: likewise.
    """

    names: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    order_numbers: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()

    def hide(self, text: str) -> str:
        """Return `text` without what tells who the customer is; `Sure` stays."""
        if isinstance(text, Sure) or not text:
            return text
        plain = _Folded.of(text)
        links = [found.span() for found in _LINK.finditer(plain.text)]
        spans = [
            _Span(*plain.place(found), rule.says)
            for rule in self._rules
            for found in rule.pattern.finditer(plain.text)
            if rule.applies(found)
            and not (rule.spares_links and _is_part_of_link(found, links))
        ]
        return _cut_out(text, spans)

    def contact(self, text: str) -> str:
        """Return the contact of a field with its end left: "…5678", "t…@example.jp"."""
        hidden = self.hide(text)
        return Sure(masked(digits(text)) or "…" if hidden == text else hidden)

    @cached_property
    def _rules(self) -> tuple[_Rule, ...]:
        return (*self._known(), *_ANYBODYS)

    def _known(self) -> Iterator[_Rule]:
        for contact in self.contacts:
            yield from _contact_rules(contact)
        for number in self.order_numbers:
            if rule := _order_rule(number):
                yield rule
        for name in sorted(_spellings(self.names), key=len, reverse=True):
            yield _name_rule(name, CUSTOMER)
        for name in sorted(_spellings(self.officers), key=len, reverse=True):
            yield _name_rule(name, OFFICER)


# Comparing ------------------------------------------------------------------------

_CLUSTER: Final = re.compile(r".[ﾞﾟ\u3099\u309a]?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text for comparing, and where each of its characters stands in the original."""

    text: str
    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, text: str) -> _Folded:
        signs: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for cluster in _CLUSTER.finditer(text):
            plain = _plain(cluster.group())
            signs.append(plain)
            starts += [cluster.start()] * len(plain)
            ends += [cluster.end()] * len(plain)
        return cls("".join(signs), starts, ends)

    def place(self, found: re.Match[str]) -> tuple[int, int]:
        """Return from where to where in the original a match is to be hidden.

        That is its group `it`, where it has one: what stands around it may stay.
        """
        start, end = found.span("it" if "it" in found.re.groupindex else 0)
        return self.starts[start], self.ends[end - 1]


@lru_cache(maxsize=8192)
def _plain(cluster: str) -> str:
    """Return one character folded; blanks stay, and ² or ① is no digit."""
    if unicodedata.category(cluster[0]) == "No":
        return cluster[0]
    return "\n" if cluster == "\n" else folded(cluster) or _blank(cluster)


def _blank(cluster: str) -> str:
    """Return " " for a blank of any width, "" for what nobody sees."""
    return " " if cluster.isspace() else ""


# Cutting out ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    instead: str


def _cut_out(text: str, spans: Iterable[_Span]) -> str:
    """Return `text` with the spans replaced; of those that overlap nothing is left."""
    parts, at = [], 0
    for span in _joined(spans):
        parts += [text[at : span.start], span.instead]
        at = span.end
    return "".join([*parts, text[at:]])


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Return the spans in order; those that overlap as one, named after the longest."""
    joined: list[_Span] = []
    widest = 0
    # Stable, so among spans of one place the rule that stands first gives the name.
    for span in sorted(spans, key=lambda s: (s.start, s.start - s.end)):
        if joined and span.start < joined[-1].end:
            last = joined[-1]
            wider = span.end - span.start > widest
            widest = max(widest, span.end - span.start)
            joined[-1] = _Span(
                last.start,
                max(last.end, span.end),
                span.instead if wider else last.instead,
            )
        else:
            joined.append(span)
            widest = span.end - span.start
    return joined


# Rules ----------------------------------------------------------------------------


def _always(_found: re.Match[str]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Rule:
    """What to look for in a folded text (small letters, hiragana), and its name."""

    pattern: re.Pattern[str]
    says: str
    applies: Callable[[re.Match[str]], bool] = field(default=_always)
    spares_links: bool = False
    """Whether digits in the middle of a link's own number are left, or it is dead."""


_LINK: Final = re.compile(r"https?://[!-~]+")


def _is_part_of_link(found: re.Match[str], links: Iterable[tuple[int, int]]) -> bool:
    """Whether a match is a piece of a longer number in a link: "1aBx0123456789yZ"."""
    start, end = found.span()
    if not any(first < start and end <= last for first, last in links):
        return False
    text = found.string
    return text[start - 1].isalnum() or text[end : end + 1].isalnum()


_SEP: Final = r"[-\s‐‒–—―−ー・.()の]"
"""What people write between the digits of a number; folded."""
_KANJI: Final = r"[一-鿿㐀-䶿々ヶ]"
_TITLE: Final = r"(?:様|さま|さん|氏|殿|くん|ちゃん)"
_PARTICLE: Final = r"(?=[はがのをにへともより、。,.「」（()）\s]|から|$)"


def _spaced(signs: str) -> str:
    return rf"{_SEP}{{0,2}}".join(map(re.escape, signs))


SHORTEST_TAIL: Final = 6
"""Digits of a known phone number that, standing alone, still tell whose it is."""


def _contact_rules(contact: str) -> Iterator[_Rule]:
    """Find a known contact whole, and the end of a number without its area code."""
    for mail in re.findall(r"[^\s@、,;/<>()（）＠]+[@＠][^\s、,;/<>()（）]+", contact):
        yield _Rule(re.compile(re.escape(folded(mail))), masked(folded(mail)))
        user = folded(mail).partition("@")[0]
        if len(user) > LONGEST_TAIL:
            bounded = rf"(?<![a-z0-9]){re.escape(user)}(?![a-z0-9])"
            yield _Rule(re.compile(bounded), HANDLE)
    for part in re.split(r"[、,;/\n]+|\s{2,}|[^\s、,;/]*[@＠]\S*", contact):
        number = digits(part)
        if len(number) <= LONGEST_TAIL:
            continue
        yield _Rule(re.compile(rf"{_spaced(number)}\d*"), masked(number))
        tails = range(len(number) - 1, SHORTEST_TAIL - 1, -1)
        if ends := "|".join(_spaced(number[-length:]) for length in tails):
            yield _Rule(re.compile(rf"(?<!\d)(?:{ends})(?!\d)"), masked(number))


def _order_rule(number: str) -> _Rule | None:
    signs = re.sub(r"[^0-9a-z]", "", folded(number))
    if len(signs) <= LONGEST_TAIL:
        plain = folded(number)
        if not plain:
            return None
        bounded = rf"(?<![0-9a-z]){re.escape(plain)}(?![0-9a-z])"
        return _Rule(re.compile(bounded), partly(number))
    bounded = rf"(?<![0-9a-z]){_spaced(signs)}(?![0-9a-z])"
    return _Rule(re.compile(bounded), partly(number))


_NO_NAMES: Final = frozenset(
    folded(word)
    for word in (
        "不明", "匿名", "非通知", "未確認", "お客様", "お客さま", "客", "本人", "なし",
        "A", "B", "C", "お客様A", "お名前", "ご担当者", "担当", "担当者", "相談員",
    )
)  # fmt: skip
"""What stands in the field of a name and is none."""

_LEAST_LATIN: Final = 3


def _spellings(names: Iterable[str]) -> set[str]:
    """Return each name folded, as one word and in its parts; without its title."""
    found: set[str] = set()
    for name in names:
        plain = re.sub(rf"\s*{_TITLE}$", "", folded(name).strip())
        parts = re.split(r"[\s・,、.]+", plain)
        found |= {plain, plain.replace(" ", ""), *parts}
    return {word for word in found if word and word not in _NO_NAMES and _tells(word)}


def _tells(word: str) -> bool:
    """Whether a word is long enough to be anybody's name."""
    return len(word) >= _LEAST_LATIN if word.isascii() else not word.isdigit()


def _name_rule(name: str, instead: str) -> _Rule:
    """Find a name, with the given name and title that may follow a surname.

    A name of one sign is a common sign too (原, 林): it counts only with a title, or
    where no other kanji touches it.
    """
    if name.isascii():
        return _Rule(re.compile(rf"(?<![a-z]){re.escape(name)}(?![a-z])"), instead)
    given = rf"(?:\s?{_KANJI}{{1,3}}|\s?[ぁ-ゖー]{{2,6}})"
    after = rf"(?:{given}?\s?{_TITLE}|\s?{_KANJI}{{1,3}}{_PARTICLE})"
    word = re.escape(name)
    if len(name) == 1:
        alone = rf"(?<!{_KANJI}){word}(?:{given}?\s?{_TITLE}|{_PARTICLE})"
        return _Rule(re.compile(alone), instead)
    if re.fullmatch(r"[ぁ-ゖー]+", name):
        # Kana runs on into endings and particles, so only a title may follow.
        return _Rule(re.compile(rf"{word}(?:\s?{_TITLE})?"), instead)
    return _Rule(re.compile(rf"{word}{after}?"), instead)


_PREFECTURES: Final = "|".join(
    (
        "北海道", "東京都", "大阪府", "京都府", "神奈川県", "和歌山県", "鹿児島県",
        *(
            f"{name}県"
            for name in (
                "青森", "岩手", "宮城", "秋田", "山形", "福島", "茨城", "栃木", "群馬",
                "埼玉", "千葉", "新潟", "富山", "石川", "福井", "山梨", "長野", "岐阜",
                "静岡", "愛知", "三重", "滋賀", "兵庫", "奈良", "鳥取", "島根", "岡山",
                "広島", "山口", "徳島", "香川", "愛媛", "高知", "福岡", "佐賀", "長崎",
                "熊本", "大分", "宮崎", "沖縄",
            )
        ),
    )
)  # fmt: skip

_PLACE: Final = rf"(?:{_KANJI}|[ぁ-ゖーノ\s])"
_LOT: Final = (
    r"(?:[0-9一二三四五六七八九十]+\s?(?:丁目|番地?|号|条|線)"
    r"|[0-9]+(?:[-‐‒–—―−ー][0-9]+)+)"
)
_REST: Final = (
    rf"(?:[-‐‒–—―−ーの\s]?{_LOT}|[-‐‒–—―−ーの\s]?[0-9]+(?:号室?|室|階|f)?)*"
    rf"(?:\s?[a-zぁ-ゖー{_KANJI[1:-1]}・]{{1,16}}\s?[0-9]+(?:号室?|室|階|f)?)?"
)


def _is_dwelling(found: re.Match[str]) -> bool:
    """Whether it is somebody's address and no office that a text names."""
    words = ("せんたー", "県庁", "都庁", "市役所", "条例", "消費", "保健所", "裁判所")
    return not any(word in found.group() for word in words)


def _is_card(found: re.Match[str]) -> bool:
    """Whether the digits pass the check that every card number passes (Luhn)."""
    values = [int(sign) for sign in reversed(digits(found.group()))]
    doubled = [2 * value for value in values[1::2]]
    total = sum(values[::2]) + sum(value - 9 * (value > 9) for value in doubled)  # noqa: PLR2004
    return total % 10 == 0


_NO_PERSONS: Final = tuple(
    folded(word)
    for word in (
        "客", "皆", "各", "同", "仕", "模", "異", "多", "一", "有", "神", "王", "奥",
        "旦那", "主人", "母", "父", "兄", "姉", "弟", "妹", "子", "孫", "嫁", "婿", "娘",
        "息子", "両親", "親", "家族", "友人", "知人", "本人", "方", "者", "人", "名",
        "誰", "何", "社", "店", "部", "課", "係", "室", "宅", "隣", "他", "別", "弊",
        "御", "貴", "先", "姫", "患者", "先生", "元", "員", "長", "せんたー", "めーかー",
        "おーなー", "ゆーざー", "会員", "担当", "相談員", "〇〇", "院", "庁", "局", "士",
    )
)  # fmt: skip
"""What stands before 「様」 and is no name, or the end of it."""


def _is_person(found: re.Match[str]) -> bool:
    return not found.group("who").endswith(_NO_PERSONS)


_ANYBODYS: Final = (
    _Rule(
        re.compile(
            # As long as an address may be: without a bound, a long word without any
            # address would be read once for each of its letters.
            r"[a-z0-9._%+'-]{1,64}\s?(?:@|\(at\)|\[at\]|あっとまーく)\s?"
            r"[a-z0-9-]{1,63}(?:\s?\.\s?[a-z0-9-]{1,63})+"
        ),
        MAIL,
    ),
    _Rule(re.compile(rf"\+(?:{_SEP}{{0,2}}\d){{8,14}}\d*"), PHONE, spares_links=True),
    _Rule(
        re.compile(rf"(?<!\d)81(?:{_SEP}{{0,2}}\d){{9,11}}\d*"),
        PHONE,
        spares_links=True,
    ),
    _Rule(
        re.compile(rf"(?<!\d)0(?:{_SEP}{{0,2}}\d){{9,10}}\d*"), PHONE, spares_links=True
    ),
    _Rule(
        re.compile(
            r"(?:電話|tel|てる|携帯|fax)[^\d\n]{0,8}(?P<it>\d(?:[-\s‐ー]?\d){5,10})(?!\d)"
        ),
        PHONE,
    ),
    _Rule(
        re.compile(r"(?<!\d)\d(?:[-\s‐ー]?\d){13,18}(?!\d)"),
        CARD,
        _is_card,
        spares_links=True,
    ),
    _Rule(re.compile(r"〒\s?\d{3}[-‐‒–—―−ー]?\d{0,4}"), ADDRESS),
    _Rule(
        re.compile(
            rf"(?:〒?\s?\d{{3}}-\d{{4}}\s?)?(?:{_PREFECTURES}){_PLACE}{{1,30}}?{_LOT}{_REST}"
        ),
        ADDRESS,
        _is_dwelling,
    ),
    _Rule(
        re.compile(
            rf"{_KANJI}{{1,6}}(?:市|区|町|村|郡)(?:{_KANJI}|[ぁ-ゖーノ]){{0,16}}\s?{_LOT}{_REST}"
        ),
        ADDRESS,
        _is_dwelling,
    ),
    _Rule(re.compile(r"(?:口座|普通|当座)[^\d\n]{0,12}(?P<it>\d{6,8})(?!\d)"), ACCOUNT),
    _Rule(
        re.compile(
            r"(?:生年月日|誕生日)[^\d\n]{0,6}?(?P<it>(?:明治|大正|昭和|平成|令和)?\d{1,4}"
            r"[年/.-]\s?\d{1,2}[月/.-]\s?\d{1,2}日?)"
        ),
        BIRTHDAY,
    ),
    _Rule(re.compile(r"(?<![a-z0-9])@[a-z0-9_.]{3,}"), HANDLE),
    _Rule(
        re.compile(
            r"(?:line|らいん)\s?(?:の)?\s?id\s?[::は]?\s?(?P<it>[a-z0-9_.-]{4,})"
        ),
        HANDLE,
    ),
    _Rule(
        re.compile(
            r"(?P<who>[一-鿿㐀-䶿々]{1,4}|[ぁ-ゖー]{2,8}(?<!お)|[a-z]{3,16})\s?(?:様|さま)"
            r"(?![子式々相態])"
        ),
        SOMEBODY,
        _is_person,
    ),
    _Rule(
        re.compile(
            r"(?:注文|受注|会員|伝票|追跡|顧客|お客様)\s?(?:番号|no\.?|id|こーど)"
            r"\s?[::はが]?\s?(?P<it>[0-9a-z][0-9a-z-]{4,})"
        ),
        NUMBER,
    ),
    _Rule(re.compile(r"(?<![\d.])\d{9,}(?![\d.])"), NUMBER, spares_links=True),
)
"""What looks like anybody's, whoever it belongs to."""
