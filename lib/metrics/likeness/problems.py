"""What a group of like complaints means: how often, since when, how grave, rising or not.

Groups are ranked by 件数 × 重さ × 勢い: the cases of the period; the mean of their 重大度,
from 1 (低) to 4 (最重要); and the cases of the last four weeks against those of the four
weeks before, one added to both, from a half to double.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.metrics.likeness.words import Said, people_in
from lib.schema.vocab import Choice, Severity
from lib.text import folded

FEWEST: Final = 3
"""Customers from which on complaints are a problem and no coincidence."""

WEEK: Final = timedelta(days=7)
RECENT: Final = timedelta(days=28)
LONG: Final = timedelta(days=56)
SEVERAL: Final = 3
"""Cases within seven days that are several a week."""

WEIGHTS: Final = {severity: place for place, severity in enumerate(Severity, start=1)}
SLOWEST, FASTEST = 0.5, 2.0

NAMED_BY: Final = 4
"""Words that name a group."""

TOLD_BY: Final = 5
"""Texts that tell what a group is about."""

REPEATS: Final = 0.6
"""Share of features in common from which a text only repeats another."""

SHARED_BY: Final = 0.25
"""Share of the cases in which a word stands that names their group."""


class Pace(Choice):
    """How a problem comes, the most pressing first."""

    SEVERAL_A_WEEK = N_("週に何件も")
    LONG_RUNNING = N_("長く続いている")
    OCCASIONAL = N_("ときどき")
    QUIET = N_("この4週間は0件")


@dataclass(frozen=True, slots=True)
class Problem:
    """One group of like complaints.

    key: code of its first case, by which a screen knows it again.
    words: what its texts share, as they write it, the most telling first.
    case_ids: newest first. people: customers; a case without known customer counts one.
    first, last: days of 受付日時. weekly: cases by week up to the day it was made, oldest
        first. recent, before: cases of the last 28 days and of the 28 before.
    severities, products, claim_types: how many cases each, most first (severities gravest
        first); "" is left out. improvements: numbers of the improvements already tied to
        cases. telling: the cases that say best what it is about.
    """

    key: str
    words: tuple[str, ...]
    case_ids: tuple[str, ...]
    people: int
    first: date
    last: date
    weekly: tuple[int, ...]
    recent: int
    before: int
    severities: tuple[tuple[Severity, int], ...]
    products: tuple[tuple[str, int], ...]
    claim_types: tuple[tuple[str, int], ...]
    improvements: tuple[str, ...]
    telling: tuple[str, ...]
    pace: Pace

    @property
    def count(self) -> int:
        """Cases of the period."""
        return len(self.case_ids)

    @property
    def weight(self) -> float:
        """Mean severity: 1 is all 低, 4 all 最重要."""
        total = sum(WEIGHTS[severity] * count for severity, count in self.severities)
        return total / self.count

    @property
    def trend(self) -> float:
        """How the last four weeks stand to the four before, from a half to double."""
        return min(max((self.recent + 1) / (self.before + 1), SLOWEST), FASTEST)

    @property
    def score(self) -> float:
        """By what it is ranked."""
        return self.count * self.weight * self.trend


@dataclass(frozen=True, slots=True)
class Grouped:
    """Complaints with their groups, before anybody asks what they mean.

    case_ids, labels: in one order.
    """

    case_ids: tuple[str, ...]
    labels: tuple[int, ...]


def problems(
    grouped: Grouped,
    every_told: Sequence[Said],
    complaints: pd.DataFrame,
    *,
    until: date,
    days: int,
) -> tuple[Problem, ...]:
    """Return the groups of at least `FEWEST` customers, the most pressing first.

    every_told: what each of the grouped says, in their order.
    complaints: rows of 苦情台帳 by number, at least those that were grouped.
    until, days: the period: that many days up to and with that day.
    """
    places: dict[int, list[int]] = defaultdict(list)
    for place, label in enumerate(grouped.labels):
        places[label].append(place)
    spread = Counter(name for one in every_told for name in one.features)
    found = []
    for group in places.values():
        if len(group) < FEWEST:
            continue
        rows = complaints.loc[[grouped.case_ids[place] for place in group]]
        people = _people(rows)
        if people < FEWEST:
            continue
        told = [every_told[place] for place in group]
        found.append(_problem(rows, told, spread, people, until=until, days=days))
    return tuple(sorted(found, key=lambda one: (-one.score, one.key)))


def _people(rows: pd.DataFrame) -> int:
    """Return how many customers: by their key, else a case with those that follow it."""
    keys = rows["customer_key"].where(rows["customer_key"] != "", rows["parent_id"])
    return int(keys.where(keys != "", rows.index.to_series()).nunique())


def _problem(
    rows: pd.DataFrame,
    told: Sequence[Said],
    spread: Mapping[str, int],
    people: int,
    *,
    until: date,
    days: int,
) -> Problem:
    at = rows["received_at"].sort_values(ascending=False, kind="stable")
    dates = [moment.date() for moment in at]
    features = _features(told, spread)
    telling = [str(key) for key in rows.index[_most_telling(told, features)]]
    severities = Counter(map(str, rows["severity"]))
    return Problem(
        key=str(at.index[-1]),
        words=tuple(_names(told, features, list(rows["customer_name"]))),
        case_ids=tuple(map(str, at.index)),
        people=people,
        first=dates[-1],
        last=dates[0],
        weekly=_weekly(dates, until, days),
        recent=_within(dates, until - RECENT, until),
        before=_within(dates, until - 2 * RECENT, until - RECENT),
        severities=tuple(
            (one, severities[one.value])
            for one in reversed(Severity)
            if severities[one.value]
        ),
        products=_counted(rows["product_code"]),
        claim_types=_counted(rows["claim_type"]),
        improvements=tuple(sorted({one for one in rows["improvement_id"] if one})),
        telling=tuple(telling),
        pace=_pace(dates, until),
    )


def _within(dates: Sequence[date], after: date, until: date) -> int:
    return sum(after < day <= until for day in dates)


def _weekly(dates: Sequence[date], until: date, days: int) -> tuple[int, ...]:
    weeks = -(-days // 7)
    counts = [0] * weeks
    for day in dates:
        back = (until - day).days // 7
        if 0 <= back < weeks:
            counts[weeks - 1 - back] += 1
    return tuple(counts)


def _pace(newest_first: Sequence[date], until: date) -> Pace:
    recent = [day for day in newest_first if day > until - RECENT]
    if not recent:
        return Pace.QUIET
    ends = zip(recent, recent[SEVERAL - 1 :], strict=False)
    if any(newer - older < WEEK for newer, older in ends):
        return Pace.SEVERAL_A_WEEK
    if newest_first[0] - newest_first[-1] >= LONG:
        return Pace.LONG_RUNNING
    return Pace.OCCASIONAL


def _counted(column: pd.Series) -> tuple[tuple[str, int], ...]:
    found = Counter(str(word) for word in column if word)
    return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


# What it is about ---------------------------------------------------------------


def _features(told: Sequence[Said], spread: Mapping[str, int]) -> dict[str, float]:
    """Return how telling each feature of a group is: often in it, seldom elsewhere."""
    inside = Counter(name for one in told for name in one.features)
    return {
        name: count / len(told) * (count / spread[name])
        for name, count in inside.items()
        if count > 1 and count >= SHARED_BY * len(told)
    }


def _most_telling(told: Sequence[Said], features: Mapping[str, float]) -> list[int]:
    """Return the places of a few texts that say most of what all share.

    One that says nearly the same as another comes only where there is no other.
    """
    scores = [
        sum(features.get(name, 0.0) for name in one.features)
        / math.sqrt(len(one.features) or 1)
        for one in told
    ]
    by_score = sorted(range(len(told)), key=lambda place: -scores[place])
    chosen: list[int] = []
    repeats: list[int] = []
    for place in by_score:
        if len(chosen) == TOLD_BY:
            break
        is_repeat = any(
            _overlap(told[place], told[other]) > REPEATS for other in chosen
        )
        (repeats if is_repeat else chosen).append(place)
    return [*chosen, *repeats][:TOLD_BY]


def _overlap(one: Said, other: Said) -> float:
    every = one.features.keys() | other.features.keys()
    return len(one.features.keys() & other.features.keys()) / (len(every) or 1)


def _names(
    told: Sequence[Said], features: Mapping[str, float], customers: Sequence[str]
) -> Iterator[str]:
    """Yield the words that name a group; never one that is part of a customer's name."""
    people = [folded(name) for name in customers if name]
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for one in told:
        for name, word in one.shown.items():
            if name in features:
                written[name][word] += 1
    telling = sorted(written, key=lambda name: (-features[name], name))
    denied = {name[2:] for name in telling if name.startswith("n:")}
    yielded = 0
    for name in telling:
        word = written[name].most_common(1)[0][0]
        is_said = name.startswith("w:") and name[2:] in denied
        if is_said or any(folded(word) in person for person in people):
            continue
        yield word
        yielded += 1
        if yielded == NAMED_BY:
            return


_REACHES: Final = re.compile(
    r"[\w.+\-＋．]+[@＠][\w.\-．]+|https?://\S+|[+＋]?[\d０-９][\d０-９\-‐ー−－() （）]{5,}[\d０-９]"
)
HIDDEN: Final = "…"


def discreet(text: str, customer: str = "") -> str:
    """Return a text for an example: numbers, addresses and names of people hidden.

    customer: お客様名 of the case; "" where it is not known. Other names are known by what
    follows them (様, さん, …).
    """
    hidden = _REACHES.sub(HIDDEN, text)
    parts = [part.removesuffix("様").removesuffix("さん") for part in customer.split()]
    for name in sorted([*parts, *people_in(hidden)], key=len, reverse=True):
        hidden = hidden.replace(name, HIDDEN) if name else hidden
    return hidden
