"""Rules that need no statistics: each contact of this kind presses by itself.

They hold from the first day, also while 判定保留 stands (domain.md 6, R15, L7).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.risk.detection import Level
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.vocab import AgencyKind, Category, Choice, InquiryStatus


class Rule(Choice):
    """What was seen."""

    OTHER_AGENCY = N_("センター以外の機関からの連絡")
    """R15: one is enough."""
    ASKED_AGAIN = N_("回答の前の再連絡")
    MANY_IN_A_WEEK = N_("7日の件数が決めた数に届いた")
    LIKE_HARM = N_("同じ症状の健康被害")
    """L7: the pairs are found by `lib.metrics.pairs`."""
    SAME_CASE = N_("同じ商品・同じ内容")
    HARD_TO_REACH = N_("つながりにくさとセンターからの連絡")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that holds, how it presses, and the inquiries or complaints it rests on.

    Where contacts from centres are counted, a case stands once, by its first contact.
    """

    rule: Rule
    level: Level
    cases: tuple[str, ...]


WEEK: Final = 7
FORTNIGHT: Final = 14

MANY: Final = 5
"""Referrals in 7 days that press whatever is usual; the company may set its own."""

HARD: Final = 0.80
"""Answer rate below which callers say that nobody answers."""

HARD_DAYS: Final = 3
"""Open days running that it takes."""

_CENTRES: Final = (AgencyKind.CONSUMER_CENTRE.value, AgencyKind.NATIONAL_CENTRE.value)
_UNANSWERED: Final = (
    InquiryStatus.RECEIVED.value,
    InquiryStatus.CHECKING.value,
    InquiryStatus.PREPARING.value,
)


def findings(
    inquiries: pd.DataFrame,
    today: date,
    *,
    answer_rates: Sequence[float] = (),
    like_harm: Sequence[str] = (),
    many: int = MANY,
) -> tuple[Finding, ...]:
    """Return the rules that hold today, the most pressing first.

    Args:
        inquiries: rows of 行政問合せ, with `case`, the same where two agencies brought
            one case; cancelled ones and those after `today` are left out.
        today: the day to judge.
        answer_rates: shares of the latest open days with calls, oldest first; days
            without an entry are left out, not counted as 0.
        like_harm: numbers of complaints with like health damage within a month.
        many: referrals in 7 days that press by themselves.
    """
    on = inquiries["first_contact_at"].dt.tz_localize(None).dt.normalize()
    there = (inquiries["status"] != InquiryStatus.CANCELLED.value) & (
        on <= pd.Timestamp(today)
    )
    rows = inquiries[there].assign(on=on[there])
    referrals = rows[rows["agency_kind"].isin(_CENTRES)]
    found = [
        *_other_agency(rows, today),
        *_asked_again(referrals),
        *_many(referrals, today, many),
        *_like_harm(like_harm),
        *_same_case(referrals, today),
        *_hard_to_reach(referrals, today, answer_rates),
    ]
    return tuple(sorted(found, key=lambda finding: -finding.level))


def _other_agency(rows: pd.DataFrame, today: date) -> Iterator[Finding]:
    others = _since(rows[~rows["agency_kind"].isin(_CENTRES)], today, WEEK)
    if len(others):
        yield _finding(Rule.OTHER_AGENCY, Level.ALARM, others)


def _asked_again(referrals: pd.DataFrame) -> Iterator[Finding]:
    waiting = referrals["status"].isin(_UNANSWERED)
    again = referrals[waiting & (referrals["repeat_contacts"].fillna(0) > 0)]
    if len(again):
        yield _finding(Rule.ASKED_AGAIN, Level.ALARM, again)


def _many(referrals: pd.DataFrame, today: date, many: int) -> Iterator[Finding]:
    week = _cases(_since(referrals, today, WEEK))
    if len(week) >= many:
        yield _finding(Rule.MANY_IN_A_WEEK, Level.ALARM, week)


def _like_harm(cases: Sequence[str]) -> Iterator[Finding]:
    if cases:
        yield Finding(Rule.LIKE_HARM, Level.ALARM, tuple(cases))


def _same_case(referrals: pd.DataFrame, today: date) -> Iterator[Finding]:
    """Yield one finding for each product and kind with two cases in 14 days.

    An unknown product, or a kind not yet asked for, is like no other.
    """
    recent = _since(referrals, today, FORTNIGHT)
    named = ~recent["product_code"].isin([UNKNOWN_PRODUCT, ""])
    asked = recent["category"] != Category.UNASKED.value
    known = _cases(recent[named & asked])
    for _, alike in known.groupby(["product_code", "category"], observed=True):
        if len(alike) > 1:
            yield _finding(Rule.SAME_CASE, Level.WATCH, alike)


def _hard_to_reach(
    referrals: pd.DataFrame, today: date, answer_rates: Sequence[float]
) -> Iterator[Finding]:
    latest = list(answer_rates)[-HARD_DAYS:]
    recent = _cases(_since(referrals, today, FORTNIGHT))
    if len(latest) == HARD_DAYS and max(latest) < HARD and len(recent):
        yield _finding(Rule.HARD_TO_REACH, Level.WATCH, recent)


def _since(rows: pd.DataFrame, today: date, days: int) -> pd.DataFrame:
    return rows[rows["on"] > pd.Timestamp(today - timedelta(days=days))]


def _cases(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the first contact of each case."""
    return rows.sort_values("on", kind="stable").drop_duplicates("case")


def _finding(rule: Rule, level: Level, rows: pd.DataFrame) -> Finding:
    return Finding(rule, level, tuple(rows.sort_values("on")["id"].astype(str)))
