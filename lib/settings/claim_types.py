"""申出の種類: the everyday words for a complaint, and what each of them says.

A clerk taps one of them; it decides 内容分類 and the presumed 原因区分, and feeds the
rules of severity. The defaults can be changed in 設定 without touching code: a row of
the group 「申出の種類」 whose name is the word and whose value lists, joined with 、,
a 内容分類, a 原因区分 and any of the words of `Sign`. The word 「使わない」 takes a
type away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.schema.frames import JOINER
from lib.schema.vocab import Category, Cause, Choice

GROUP: Final = "申出の種類"
"""区分 of the rows in 設定."""

UNUSED: Final = "使わない"


class Sign(Choice):
    """What a claim type says beyond its category; the rules of severity know these."""

    REPLACEMENT_DEFECTIVE = N_("交換品も不良")
    HARM = N_("けが・体調")
    LATE = N_("遅延・欠品")
    CANNOT_CANCEL = N_("解約できない")
    UNREACHABLE = N_("電話がつながらない")
    UNAWARE = N_("定期と知らなかった")


@dataclass(frozen=True, slots=True)
class ClaimType:
    """One everyday word. `name` is what stands in the ledger."""

    name: str
    category: Category
    cause: Cause
    signs: frozenset[Sign] = frozenset()


DEFAULTS: Final[tuple[ClaimType, ...]] = (
    ClaimType(N_("不良品"), Category.QUALITY, Cause.PRODUCT),
    ClaimType(
        N_("交換品も不良"),
        Category.QUALITY,
        Cause.PRODUCT,
        frozenset({Sign.REPLACEMENT_DEFECTIVE}),
    ),
    ClaimType(
        N_("届かない・遅い"),
        Category.DELIVERY,
        Cause.DELIVERY,
        frozenset({Sign.LATE}),
    ),
    ClaimType(N_("欠品"), Category.DELIVERY, Cause.DELIVERY, frozenset({Sign.LATE})),
    ClaimType(N_("返金・返品できない"), Category.CONTRACT, Cause.SERVICE),
    ClaimType(
        N_("定期と知らなかった"),
        Category.ADVERTISING,
        Cause.ADVERTISING,
        frozenset({Sign.UNAWARE}),
    ),
    ClaimType(
        N_("解約できない"),
        Category.CONTRACT,
        Cause.CANCELLATION_PATH,
        frozenset({Sign.CANNOT_CANCEL}),
    ),
    ClaimType(
        N_("電話がつながらない"),
        Category.SERVICE,
        Cause.SERVICE,
        frozenset({Sign.UNREACHABLE}),
    ),
    ClaimType(
        N_("肌トラブル・けが"),
        Category.SAFETY,
        Cause.PRODUCT,
        frozenset({Sign.HARM}),
    ),
    ClaimType(N_("応対が不快"), Category.SERVICE, Cause.SERVICE),
    ClaimType(N_("その他"), Category.OTHER, Cause.UNKNOWN),
)
"""What is offered before anybody edits it (product.md 2)."""


def claim_types(settings: pd.DataFrame, on: date) -> tuple[ClaimType, ...]:
    """Return the types offered on that day, 「その他」 last.

    A row of 設定 replaces the default of its name or adds a type; of several rows the
    one that took effect last counts. Words of a value that mean nothing are ignored; a
    row in which no word means anything is passed over for the one before it.
    """
    offered = {kind.name: kind for kind in DEFAULTS}
    last = offered.pop(DEFAULTS[-1].name)
    for name, value in _rows(settings, on):
        if value == UNUSED:
            offered.pop(name, None)
        elif name == last.name:
            last = _read(name, value)
        else:
            offered[name] = _read(name, value)
    return (*offered.values(), last)


def claim_type(settings: pd.DataFrame, on: date, name: str | None) -> ClaimType | None:
    """Return the type with that name; None for no name or a word that is none."""
    return next((k for k in claim_types(settings, on) if k.name == name), None)


def _rows(settings: pd.DataFrame, on: date) -> Iterator[tuple[str, str]]:
    own = settings[settings["group"] == GROUP]
    if own.empty:
        return
    valid = own[own["effective_from"] <= pd.Timestamp(on)]
    readable = valid[valid["value"].map(is_readable).astype(bool)]
    newest = readable.sort_values("effective_from", kind="stable").drop_duplicates(
        "name", keep="last"
    )
    for name in dict.fromkeys(readable["name"]):
        row = newest[newest["name"] == name].iloc[0]
        yield str(name), str(row["value"]).strip()


def is_readable(value: str) -> bool:
    """Whether at least one word of a row's value means something here."""
    words = [part.strip() for part in value.split(JOINER)]
    return any(
        word == UNUSED
        or Category.from_text(word)
        or Sign.from_text(word)
        or Cause.from_text(word)
        for word in words
    )


def _read(name: str, value: str) -> ClaimType:
    category, cause, signs = Category.OTHER, Cause.UNKNOWN, set()
    for word in (part.strip() for part in value.split(JOINER)):
        if found := Category.from_text(word):
            category = found
        elif sign := Sign.from_text(word):
            signs.add(sign)
        elif reason := Cause.from_text(word):
            cause = reason
    return ClaimType(name, category, cause, frozenset(signs))
