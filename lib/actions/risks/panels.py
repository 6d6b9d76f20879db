"""What stands beside the contacts: cells, the answer rate, what tended to follow it.

Each part is worked out once for each state of the data and day, apart from `reading`:
「今日」 needs none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lib.actions.kpi_views import call_centres
from lib.actions.risks import reading as risk
from lib.actions.risks.counting import LONGEST
from lib.actions.risks.reading import Reading
from lib.actions.today import figures_of
from lib.i18n import N_, current
from lib.metrics import referrals, wishes
from lib.metrics.kpis import kpi
from lib.metrics.reason import Reason
from lib.metrics.series import ALL, Series, series_of
from lib.risk import answer_rate, cells, lagged
from lib.risk.answer_rate import AnswerChart
from lib.risk.baseline import Bools, Floats
from lib.risk.days import Days, day_classes
from lib.risk.sensitivity import SENSITIVE
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.vocab import Category, Source
from lib.store.access import UserStore

MOST_CARDS: Final = 5
WEEKS: Final = 12
MOST_CHANGED: Final = 3

SENSITIVE_SHARE: Final = 0.20
"""Share of false finds among cells at 敏感."""

_LOOKED_BACK: Final = cells.RECENT + cells.GUARD + cells.BEFORE
_WEEK: Final = 7
_BEFORE_DAYS: Final = 182
"""Days before a rise that say how contacts are usually spread over cells."""

_EARLIER: Final = (3, 14)
"""Days before a likely start in which a drop of the answer rate is worth a line."""

_AROUND: Final = 2

_STALE: Final = timedelta(days=7)
"""After so long without a day with calls, nothing is said of the telephone."""


# Cells --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """Complaints that stand out: of a product and category, or of one of them alone.

    product: code, "" for all. category: as it is written, "" for all. count: of the
    last 7 days; expected: how many are usual. is_fresh: on none of the 7 days before.
    weeks: complaints of the last 12 weeks, the oldest first. cases: numbers of those of
    the last 7 days.
    """

    product: str
    product_name: str
    category: str
    count: int
    expected: float
    is_fresh: bool
    weeks: tuple[int, ...]
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """At most five cards, margins before their cells. waiting: days still missing.

    more: how many stand out beside those shown.
    """

    cards: tuple[Cell, ...]
    waiting: int
    more: int


def cells_of(desk: UserStore, now: datetime) -> Cells:
    """Return the complaints that stand out today."""
    name = ("risk cells", now.date())
    return desk.derived(name, lambda: _cells(desk, now.date()))


def _cells(desk: UserStore, today: date) -> Cells:
    rows = _complaints(desk, today)
    span = max(_LOOKED_BACK + cells.RECENT, WEEKS * _WEEK)
    days = np.datetime64(today, "D") - np.arange(span)[::-1]
    known = _known(rows, days)
    waiting = cells.LEAST_DAYS - int(known[-_LOOKED_BACK:].sum())
    if waiting > 0:
        return Cells((), waiting, 0)
    products = _names(desk)
    axis = (
        sorted({*products, *rows["product"]}),
        sorted(rows["category"].unique()),
    )
    counts = _table(rows, days, axis, known)
    orders = _orders(desk, today, days, len(axis[0]))
    share = (
        SENSITIVE_SHARE
        if risk.sensitivity(desk, today) is SENSITIVE
        else cells.FALSE_SHARE
    )
    found = [_found(counts, orders, share, back) for back in range(cells.RECENT + 1)]
    every = [one for one in found if one is not None]
    cards = list(_cards(every, rows, counts, axis, products))
    return Cells(tuple(cards[:MOST_CARDS]), 0, max(len(cards) - MOST_CARDS, 0))


def _complaints(desk: UserStore, today: date) -> pd.DataFrame:
    """Return day, product, category and whether imported of complaints up to today."""
    rows = desk.frame("complaints")
    rows = rows[wishes.is_complaint(rows) & rows["received_at"].notna()]
    day = rows["received_at"].dt.tz_localize(None).to_numpy("datetime64[D]")
    found = pd.DataFrame(
        {
            "day": day,
            "product": _said(rows["product_code"], UNKNOWN_PRODUCT),
            "category": _said(rows["category"], Category.UNASKED.value),
            "is_imported": (rows["source"] == Source.IMPORT.value).to_numpy(),
        },
        index=rows.index,
    )
    found = found[found["day"] <= pd.Timestamp(today)]
    found.attrs["today"] = pd.Timestamp(today)
    return found


def _known(rows: pd.DataFrame, days: npt.NDArray[np.datetime64]) -> Bools:
    """Return the days of which complaints are known: those of an import, and our own.

    Between the last imported one and the first of our own nobody wrote any down.
    """
    days_of = {
        is_imported: own["day"].to_numpy("datetime64[D]")
        for is_imported, own in rows.groupby("is_imported")
    }
    found = np.zeros(len(days), bool)
    if True in days_of:
        found |= (days >= days_of[True].min()) & (days <= days_of[True].max())
    if False in days_of:
        found |= days >= days_of[False].min()
    return found


def _said(words: pd.Series, nothing: str) -> pd.Series:
    """Return what was said, and `nothing` where nothing was: "" means all of them."""
    return words.astype("object").fillna("").replace("", nothing)


def _names(desk: UserStore) -> Mapping[str, str]:
    products = desk.frame("products")
    return dict(
        zip(products.index.astype(str), products["name"].astype(str), strict=True)
    )


def _table(
    rows: pd.DataFrame,
    days: npt.NDArray[np.datetime64],
    axis: tuple[list[str], list[str]],
    known: Bools,
) -> Floats:
    """Return complaints (products, categories, days), NaN on days not known."""
    inside = rows[rows["day"] >= pd.Timestamp(days[0].item())]
    place = (
        pd.Index(axis[0]).get_indexer(pd.Index(inside["product"])),
        pd.Index(axis[1]).get_indexer(pd.Index(inside["category"])),
        ((inside["day"].to_numpy("datetime64[D]") - days[0]).astype(np.int64)),
    )
    counts = np.zeros((len(axis[0]), len(axis[1]), len(days)))
    np.add.at(counts, place, 1)
    counts[..., ~known] = np.nan
    return counts


def _orders(
    desk: UserStore, today: date, days: npt.NDArray[np.datetime64], products: int
) -> Floats | None:
    """Return the orders of the company for each product; None where none is known."""
    seen = risk.daily(desk, today)
    found = np.full(len(days), np.nan)
    both = min(len(days), len(seen.orders))
    found[-both:] = seen.orders[-both:]
    if not np.isfinite(found).any():
        return None
    return np.tile(found, (products, 1))


def _found(
    counts: Floats, orders: Floats | None, share: float, back: int
) -> cells.Table | None:
    last = counts.shape[-1] - back
    part = slice(max(last - _LOOKED_BACK, 0), last)
    borne = None if orders is None else orders[:, part]
    return cells.find(counts[..., part], borne, false_share=share)


def _cards(
    found: list[cells.Table],
    rows: pd.DataFrame,
    counts: Floats,
    axis: tuple[list[str], list[str]],
    names: Mapping[str, str],
) -> Iterator[Cell]:
    """Yield margins that stand out, the rarest first, then cells, the rarest first.

    found: of today, then of each of the days before.
    """
    latest, *earlier = found
    for group in (("categories", "products"), ("cells",)):
        flagged = [
            (float(getattr(latest, part).share[tuple(at)]), part, tuple(at.tolist()))
            for part in group
            for at in np.argwhere(getattr(latest, part).flagged)
        ]
        for _share, part, at in sorted(flagged):
            finds: cells.Finds = getattr(latest, part)
            product = "" if part == "categories" else axis[0][at[0]]
            category = "" if part == "products" else axis[1][at[-1]]
            yield Cell(
                product,
                names.get(product, product),
                category,
                count=int(finds.count[at]),
                expected=float(finds.expected[at]),
                is_fresh=not any(getattr(e, part).flagged[at] for e in earlier),
                weeks=_weeks(counts, part, at),
                cases=_cases(rows, product, category),
            )


def _weeks(counts: Floats, part: str, at: tuple[int, ...]) -> tuple[int, ...]:
    """Return the complaints of each of the last 12 weeks of a cell or margin."""
    axes = {"cells": counts, "products": counts, "categories": counts.swapaxes(0, 1)}
    own = axes[part][at] if part == "cells" else np.nansum(axes[part][at[0]], 0)
    recent = np.nan_to_num(own[-WEEKS * _WEEK :])
    return tuple(int(week) for week in recent.reshape(-1, _WEEK).sum(1))


def _cases(rows: pd.DataFrame, product: str, category: str) -> tuple[str, ...]:
    recent = rows[rows["day"] > rows.attrs["today"] - pd.Timedelta(days=cells.RECENT)]
    if product:
        recent = recent[recent["product"] == product]
    if category:
        recent = recent[recent["category"] == category]
    return tuple(recent.sort_values("day", kind="stable").index.astype(str))


# The answer rate ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnswerRate:
    """The telephone of one centre (code), or of all together (`ALL`, "").

    days: a row a day with calls, the oldest first:
        `day`, `share` (0-1), `offered`, `expected`, `lower`, `upper` (3 sigma),
        `inner_lower`, `inner_upper` (2 sigma), `low`, `high` (interval of the day's
        share), `statistic` (the moving average of the shortfall), `alarm`, `judged`.
    is_alarm: whether the last day stands at alarm. waiting: open days still missing.
    is_stale: whether the last day is too long ago to say anything of today.
    """

    centre: str
    name: str
    days: pd.DataFrame
    is_alarm: bool
    waiting: int
    is_stale: bool


def answer_rates(desk: UserStore, now: datetime) -> tuple[AnswerRate, ...]:
    """Return the answer rate of all centres together, then of each; without calls none.

    Since the first day with calls, three years at most.
    """
    name = ("risk answer rates", now.replace(minute=0, second=0), current())
    return desk.derived(name, lambda: tuple(_answer_rates(desk, now)))


def _answer_rates(desk: UserStore, now: datetime) -> Iterator[AnswerRate]:
    centres = {centre.code: centre.name for centre in call_centres(desk)}
    for code, series in _answered(desk, now, tuple(centres)).items():
        if not series.is_known.any() or (code == ALL and len(centres) == 1):
            continue
        found = _chart(series)
        days = _answer_days(found, series)
        if days.empty:
            continue
        is_stale = days["day"].iloc[-1] < pd.Timestamp(now.date() - _STALE)
        yield AnswerRate(
            code,
            centres.get(code, ""),
            days,
            is_alarm=bool(days["alarm"].iloc[-1]) and not is_stale,
            waiting=max(answer_rate.LEAST_DAYS + 1 - len(days), 0),
            is_stale=is_stale,
        )


def _answered(
    desk: UserStore, now: datetime, centres: tuple[str, ...]
) -> Mapping[str, Series]:
    today = now.date()
    days = desk.frame("kpi_days")
    began = days.loc[days["offered"].notna(), "date"].min()
    first = today if pd.isna(began) else min(began.date(), today)
    first = max(first, today - timedelta(days=LONGEST))
    every = figures_of(desk, now)
    found = series_of(kpi("answer_rate"), every, centres, first, today)
    return {ALL: found[ALL], **{code: found[code] for code in centres}}


def _chart(series: Series) -> AnswerChart:
    known = series.is_known & (series.below > 0)
    answered = np.where(known, series.above, np.nan)
    offered = np.where(known, series.below, np.nan)
    days = np.datetime64(series.first, "D") + np.arange(len(offered))
    return answer_rate.chart(answered, offered, day_classes(days))


def _answer_days(found: AnswerChart, series: Series) -> pd.DataFrame:
    outer, inner = found.limits(), found.limits(2)
    low, high = found.interval()
    days = np.datetime64(series.first, "D") + np.arange(len(found.share))
    every = pd.DataFrame(
        {
            "day": days.astype("datetime64[s]"),
            "share": found.share,
            "offered": found.offered,
            "expected": found.expected,
            "lower": outer.lower,
            "upper": outer.upper,
            "inner_lower": inner.lower,
            "inner_upper": inner.upper,
            "low": low,
            "high": high,
            "statistic": found.statistic,
            "alarm": found.alarm,
            "judged": found.judged,
        }
    )
    return every[np.isfinite(found.share)].reset_index(drop=True)


# What tended to follow the answer rate ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lag:
    """Whether contacts tended to rise some days after the answer rate fell.

    waiting: what is still missing. link: None while anything is. curve: `lag` (days),
    `correlation`, `band` (95 % of turned series stay below). sentence: in words, never
    saying what came of what.
    """

    waiting: lagged.Waiting
    link: lagged.Link | None
    curve: pd.DataFrame
    sentence: tuple[Reason, ...]


def lag_of(desk: UserStore, now: datetime) -> Lag:
    """Return what the past shows of all centres together."""
    name = ("risk lag", now.replace(minute=0, second=0))
    return desk.derived(name, lambda: _lag(desk, now))


def _lag(desk: UserStore, now: datetime) -> Lag:
    centres = tuple(centre.code for centre in call_centres(desk))
    chart = _chart(_answered(desk, now, centres)[ALL])
    seen, stands = risk.daily(desk, now.date()), risk.course(desk, now.date())
    counts = seen.daily
    share, expected = (
        _latest(values, len(counts)) for values in (chart.share, chart.expected)
    )
    waiting = lagged.waiting(counts, share, expected)
    link = lagged.link(counts, stands.usual.mean[0], seen.classes, share, expected)
    curve = pd.DataFrame(columns=["lag", "correlation", "band"])
    if link is not None:
        lags = np.arange(1, lagged.LAGS + 1)
        curve = pd.DataFrame(
            {"lag": lags, "correlation": link.correlation, "band": link.band}
        )
    period = seen.days[lagged.overlap(share)]
    words = tuple(_lag_words(waiting, link, period))
    return Lag(waiting, link, curve, words)


def _latest(values: Floats, length: int) -> Floats:
    """Return the last `length` values; before the first one nothing is known."""
    missing = np.full(max(length - len(values), 0), np.nan)
    return np.concatenate([missing, values[-length:]])


def _lag_words(
    waiting: lagged.Waiting, link: lagged.Link | None, days: Days
) -> Iterator[Reason]:
    if link is None:
        lacking = (
            (
                waiting.days,
                N_("まだ判断できません。日ごとの記録があと{count}日分要ります。"),
            ),
            (
                waiting.cases,
                N_("まだ判断できません。連絡の記録があと{count}件要ります。"),
            ),
            (
                waiting.drops,
                N_(
                    "まだ判断できません。応答率が8ポイント以上下がった時期があと{count}回要ります。"
                ),
            ),
        )
        for count, message in lacking:
            if count:
                yield Reason(message, {"count": count})
        return
    period = {"first": days[0].item(), "last": days[-1].item()}
    if not link.linked:
        yield Reason(
            N_(
                "応答率が下がった後に連絡が増える傾向は、見つかっていません(期間 {first:%Y/%m/%d}〜{last:%Y/%m/%d})。"
            ),
            period,
        )
        return
    lags = {"early": max(link.lag - _AROUND, 1), "late": link.lag + _AROUND}
    if np.isfinite([link.times, link.low, link.high]).all():
        yield Reason(
            N_(
                "応答率が下がった{early}〜{late}日後に、連絡が増える傾向があります(期間 {first:%Y/%m/%d}〜{last:%Y/%m/%d}、10ポイント低下あたり約{times:.1f}倍、90%の幅 {low:.1f}〜{high:.1f}倍)。"
            ),
            {
                **period,
                **lags,
                "times": link.times,
                "low": link.low,
                "high": link.high,
            },
        )
    else:
        yield Reason(
            N_(
                "応答率が下がった{early}〜{late}日後に、連絡が増える傾向があります(期間 {first:%Y/%m/%d}〜{last:%Y/%m/%d})。"
            ),
            {**period, **lags},
        )
    yield Reason(
        N_(
            "同じ時期の出荷遅れや広告でも同じ形になり得ます。何がもとかは、この数字からは言えません。"
        )
    )


# What changed -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Changed:
    """A product and category with more cases than usual since the likely start.

    A case that two agencies brought is one, by its first contact.

    share: of all that came beyond the usual, 0-1; None where nothing did.
    """

    product: str
    product_name: str
    category: str
    count: int
    expected: float
    share: float | None
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhatChanged:
    """At most three cells, the largest excess first, and what the telephone did before."""

    cells: tuple[Changed, ...] = ()
    telephone: Reason | None = None


def what_changed(desk: UserStore, now: datetime) -> WhatChanged:
    """Return what is behind the rise that stands; nothing in calm."""
    name = ("risk what changed", now.replace(minute=0, second=0), current())
    return desk.derived(name, lambda: _what_changed(desk, now))


def _what_changed(desk: UserStore, now: datetime) -> WhatChanged:
    found = risk.reading(desk, now)
    if found.story is None:
        return WhatChanged()
    return WhatChanged(_changed(desk, found), _telephone(desk, now, found))


def _changed(desk: UserStore, found: Reading) -> tuple[Changed, ...]:
    if found.story is None:
        return ()
    start = found.story.start.likely
    rows = referrals.first_of_cases(referrals.referrals(desk.frame("agency_inquiries")))
    rows = rows.assign(day=referrals.first_days(rows), case=rows.index)
    rows = rows[rows["day"] <= pd.Timestamp(found.today)]
    since = rows[rows["day"] >= pd.Timestamp(start)]
    before = rows[
        (rows["day"] < pd.Timestamp(start))
        & (rows["day"] >= pd.Timestamp(start - timedelta(days=_BEFORE_DAYS)))
    ]
    by = ["product_code", "category"]
    part = found.story.numbers.expected / max(len(before), 1)
    usual = before.groupby(by, observed=True).size() * part
    names = _names(desk)
    excess = max(len(since) - found.story.numbers.expected, 0.0)
    every = []
    for (product, category), group in since.groupby(by, observed=True):
        expected = float(usual.get((product, category), 0.0))
        more = len(group) - expected
        share = max(more, 0.0) / excess if excess > 0 else None
        cell = Changed(
            str(product),
            names.get(str(product), str(product)),
            str(category),
            count=len(group),
            expected=expected,
            share=None if share is None else min(share, 1.0),
            cases=tuple(group.sort_values("day", kind="stable")["case"].astype(str)),
        )
        every.append((-more, cell.product, cell.category, cell))
    ranked = sorted(every, key=lambda one: one[:3])
    return tuple(cell for more, *_key, cell in ranked[:MOST_CHANGED] if more < 0)


def _telephone(desk: UserStore, now: datetime, found: Reading) -> Reason | None:
    """Return a neutral line where a centre was hard to reach shortly before."""
    if found.story is None:
        return None
    near, far = _EARLIER
    start = found.story.start.likely
    first, last = start - timedelta(days=far), start - timedelta(days=near)
    for one in answer_rates(desk, now):
        if not one.centre:
            continue
        there = one.days["day"].between(pd.Timestamp(first), pd.Timestamp(last))
        low = one.days[there & one.days["alarm"]]
        if len(low):
            return Reason(
                N_(
                    "その前の{first.month}/{first.day}〜{last.month}/{last.day}に、{centre}の応答率がいつもより下がっていました。"
                ),
                {
                    "first": low["day"].iloc[0].date(),
                    "last": low["day"].iloc[-1].date(),
                    "centre": one.name,
                },
            )
    return None
