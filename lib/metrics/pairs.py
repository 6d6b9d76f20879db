"""Like cases of health damage: one symptom, one product, two customers, a month (L7).

Two doctor-seen cases that are alike must be reported though each alone need not, so they
are to be found although nobody writes the same thing twice: products by code, by name or
in a person's own spelling, symptoms by 症状 or by the words of 内容.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

import pandas as pd

from lib import clock
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.vocab import ComplaintStatus, Harm, ProductKind, Symptom
from lib.settings.customer_key import MARK, normalised_contact
from lib.text import folded

WITHIN: Final = timedelta(days=30)
"""About a month lies between two cases that belong together, at most."""

SEEN_BY_DOCTOR: Final = (Harm.TREATED.value, Harm.SEVERE.value)
PAIRABLE: Final = frozenset(
    {ProductKind.FUNCTIONAL_FOOD, ProductKind.HEALTH_FOOD, ProductKind.UNKNOWN}
)
"""Kinds of products that the rule is about; of an unknown one nobody can tell."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A case, and the case of another customer that it is like, received before it.

    product: as in `Products.known_as`. symptoms: what both have, in our words.
    """

    later: str
    earlier: str
    product: str
    symptoms: tuple[str, ...]


# Products -----------------------------------------------------------------------

_BETWEEN: Final = re.compile(r"[\W_ー〜]+")
_TELLING: Final = 4
"""Letters that a name needs at least to be looked for inside of a longer text."""


def squashed(text: str) -> str:
    """Return a name without what people write differently: width, kana, signs, blanks.

    「ﾋﾞﾌｨｽﾞｽ・サプリ」 and 「ビフィズス サプリ」 become one.
    """
    plain = unicodedata.normalize("NFKC", text)
    return _BETWEEN.sub("", folded(plain))


@dataclass(frozen=True)
class Products:
    """The product master, found by whatever people call a product."""

    frame: pd.DataFrame

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        names = zip(self.frame["name"], self.frame.index, strict=True)
        by_name = {squashed(str(name)): str(code) for name, code in names}
        by_code = {squashed(str(code)): str(code) for code in self.frame.index}
        return {word: code for word, code in {**by_name, **by_code}.items() if word}

    def code_of(self, typed: str) -> str:
        """Return the code of the product that is meant; "" where none is, or several.

        A text that holds the name or code of exactly one product means that one.
        """
        wanted = squashed(typed)
        if wanted in self._by_name:
            return self._by_name[wanted]
        held = {
            code
            for word, code in self._by_name.items()
            if len(word) >= _TELLING and word in wanted
        }
        return held.pop() if len(held) == 1 else ""

    def known_as(self, typed: str) -> str:
        """Return what cases of one product have in common: a code, else its spelling.

        "" where nobody said which product it is.
        """
        if typed.strip() in ("", UNKNOWN_PRODUCT):
            return ""
        return self.code_of(typed) or squashed(typed)

    def kind_of(self, typed: str) -> ProductKind:
        """Return the kind of a product; 不明 for one that no master knows."""
        code = self.code_of(typed)
        kind = (
            ProductKind.from_text(str(self.frame.loc[code, "kind"])) if code else None
        )
        return kind or ProductKind.UNKNOWN


# Symptoms -----------------------------------------------------------------------

_WORDS: Final[Mapping[str, str]] = {
    Symptom.RASH.value: "発疹 湿疹 薬疹 蕁麻疹 じんましん かゆ 痒 かぶれ 赤み 赤く ぶつぶつ 皮膚炎 肌荒れ 肌あれ",
    Symptom.SWELLING.value: "腫れ はれた はれて 腫脹 むくみ 浮腫",
    Symptom.STOMACH.value: "胃腸 胃痛 胃が痛 胃もたれ 腹痛 お腹が痛 おなかが痛 腹が痛 下痢 吐き気 嘔吐 吐いた もどした 便秘 お腹を下 おなかを下 おなかをこわ お腹をこわ 消化不良",
    Symptom.LIVER.value: "肝機能 肝臓 肝障害 肝炎 黄疸 γ-gtp ast alt gpt",
    Symptom.INJURY.value: "けが 怪我 切り傷 裂傷 骨折 打撲 捻挫 出血",
    Symptom.BURN.value: "やけど 火傷 熱傷",
    "頭痛": "頭痛 頭が痛",
    "めまい": "めまい 目眩 眩暈 ふらつ",
    "動悸": "動悸 どうき 心拍",
    "発熱": "発熱 高熱 熱が出",
    "息苦しさ": "息苦し 呼吸困難 息切れ 喘息",
    "だるさ": "倦怠感 だるい だるさ",
    "しびれ": "しびれ 痺れ",
    "血圧": "血圧",
}
"""What people call a symptom, by our word for it."""

_DENIED: Final = r"(?!(?:など|等|の症状)?(?:は|も|が)?(?:ない|無い|なし|無し|ありません|出ていない|出ていません|なく))"
_ASCII: Final = re.compile(r"[a-z\-]+")


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile("|".join(_one(folded(word)) for word in words.split()))


def _one(word: str) -> str:
    """Return the pattern of one word: abbreviations only where no letter is beside."""
    plain = re.escape(word)
    if _ASCII.search(word):
        plain = rf"(?<![a-z]){plain}(?![a-z])"
    return plain + r"[いみれてく]?+" + _DENIED


_SYMPTOMS: Final = {name: _pattern(words) for name, words in _WORDS.items()}


def symptoms_of(symptom: str, content: str) -> frozenset[str]:
    """Return the symptoms that a case tells, in our words; empty where none is told.

    What was chosen as 症状 counts alone; where it is その他, not asked or not one of
    ours, the words of 症状 and 内容 are read. 「かゆみはない」 is no symptom.
    """
    chosen = Symptom.from_text(symptom) if symptom else None
    if chosen is not None and chosen is not Symptom.OTHER:
        return frozenset({chosen.value})
    told = folded(f"{symptom} {content}")
    return frozenset(name for name, found in _SYMPTOMS.items() if found.search(told))


# Customers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Case:
    """What of a case is compared."""

    id: str
    at: datetime
    product: str
    symptoms: frozenset[str]
    customer: frozenset[str]

    def is_same_customer(self, other: _Case) -> bool:
        """Whether anything says that the two are one; with nothing known, nothing does."""
        return bool(self.customer & other.customer)


def _customer(
    case_id: str, parent: str, key: str, contact: str, order: str
) -> frozenset[str]:
    marks = {f"case {case_id}", f"case {parent}" if parent else ""}
    marks.add(f"key {key}" if key else "")
    marks |= {
        f"contact {plain}"
        for part in contact.split()
        if (plain := part if part.startswith(MARK) else normalised_contact(part))
    }
    number = squashed(order)
    marks.add(f"order {number}" if number else "")
    return frozenset(marks - {""})


# Pairs --------------------------------------------------------------------------


def pairs(
    complaints: pd.DataFrame, products: Products, *, within: timedelta = WITHIN
) -> list[Pair]:
    """Return for each case the latest earlier one that it is like, oldest first.

    Withdrawn cases and those without a time, a product or a symptom are in no pair; nor
    is what the same customer tells twice.
    """
    by_product: dict[str, list[_Case]] = defaultdict(list)
    for case in _cases(complaints, products):
        by_product[case.product].append(case)
    found = [pair for like in by_product.values() for pair in _among(like, within)]
    order = {str(key): n for n, key in enumerate(complaints.index)}
    return sorted(found, key=lambda pair: order[pair.later])


def _cases(complaints: pd.DataFrame, products: Products) -> Iterator[_Case]:
    seen = complaints[
        complaints["harm"].isin(SEEN_BY_DOCTOR)
        & complaints["received_at"].notna()
        & (complaints["status"] != ComplaintStatus.CANCELLED.value)
    ]
    seen = seen.sort_values("received_at", kind="stable")
    columns = [seen[name].tolist() for name in _COMPARED]
    rows = zip(seen.index, seen["received_at"], *columns, strict=True)
    for case_id, at, typed, symptom, content, parent, key, contact, order in rows:
        product = products.known_as(typed)
        symptoms = symptoms_of("" if pd.isna(symptom) else symptom, content)
        if product and symptoms and products.kind_of(product) in PAIRABLE:
            customer = _customer(case_id, parent, key, contact, order)
            received = clock.in_tokyo(at.to_pydatetime())
            yield _Case(case_id, received, product, symptoms, customer)


_COMPARED: Final = (
    "product_code",
    "symptom",
    "content",
    "parent_id",
    "customer_key",
    "contact",
    "order_number",
)


def _among(cases: Iterable[_Case], within: timedelta) -> Iterator[Pair]:
    earlier: list[_Case] = []
    for case in cases:
        like = [
            other
            for other in reversed(earlier)
            if case.at - other.at <= within
            and case.symptoms & other.symptoms
            and not case.is_same_customer(other)
        ]
        if like:
            both = tuple(sorted(case.symptoms & like[0].symptoms))
            yield Pair(case.id, like[0].id, case.product, both)
        earlier.append(case)
