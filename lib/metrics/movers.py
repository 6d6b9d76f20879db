"""What changed and since when: the last day beside the days before, in words.

How "since when" is found: within the last 28 days a border is tried before each day,
and the one that parts the days before from the days since most clearly is taken. The
difference is named only where it is larger than what days differ by anyway: the
day-to-day swing of the 90 days before is measured and taken into account, so a lively
centre needs a larger difference than a steady one. Days of the week that are always
busier do not count as a rise. Small counts are named as counts and need three cases.

It describes; it raises no alarm. Rising contacts from centres have a watch of their
own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from lib.i18n import N_
from lib.metrics.amounts import Amount
from lib.metrics.kpis import Better, Kpi, kpi
from lib.metrics.reason import Reason
from lib.metrics.series import ALL, Numbers, Series, Whole, series_of
from lib.schema.masters import Centre
from lib.schema.vocab import Choice

WATCHED: Final = (
    "answer_rate",
    "offered",
    "cancel_requests",
    "complaints",
    "referrals",
)
"""What is looked through for changes."""

OF_COMPANY: Final = frozenset({"complaints", "referrals"})
"""Looked at for all centres together only: few, and the customer chooses where to ring;
complaints that head office took are among them, which no centre's figures hold."""

SEARCHED: Final = 28
"""Days within which a change may have begun."""

SWING_DAYS: Final = 90
"""Days before those, from which the usual swing is measured."""

FEWEST_SWING_DAYS: Final = 14
"""Known days below which no swing is measured and nothing is named."""

CLEAR: Final = 4.0
"""How many times the usual uncertainty a difference must be. Of simulated days on which
nothing changed (30 to 120 calls with weekday pattern and a swing of their own; 0.3 to 3
contacts), at most one in 250 reached it."""

FEWEST_CASES: Final = 3
"""Cases more or less than usual below which a count says nothing."""

_LEAST_SHARE: Final = 0.02
_LEAST_RATIO: Final = 0.2
_FEW_A_DAY: Final = 5
_FEW_DAYS: Final = 3
_WEEK: Final = 7
_SAME_WEEKDAYS: Final = 4


class Against(Choice):
    """What the last day is held against."""

    WEEKDAY = N_("同じ曜日(直近4回)")
    WEEK = N_("直前7日")
    MONTH = N_("直前28日")
    QUARTER = N_("直前90日")


_BACK: Final = {Against.WEEK: 7, Against.MONTH: 28, Against.QUARTER: 90}


@dataclass(frozen=True, slots=True)
class Compared:
    """The last day of one KPI and centre (`ALL` for all) beside the days before.

    number: None where that day has no value. before: by what it is held against; a
        share, or the mean count a day; None where nothing is known.
    note: how a total was brought together.
    """

    entry: Kpi
    centre: str
    day: date
    number: float | None
    before: Mapping[Against, float | None]
    note: Reason | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One clear change that still holds on its last known day.

    since, until: first and last known day of it; days: how many are known of these.
    is_over: looked back at, it had passed before the last day looked at.
    now, usual: share, or cases a day, since then and as it would usually have been.
    cases, usual_cases: the counts since then; for a share, its numerator.
    clear: how many times the usual uncertainty the difference is.
    """

    entry: Kpi
    centre: str
    centre_name: str
    since: date
    until: date
    days: int
    now: float
    usual: float
    cases: float
    usual_cases: float
    clear: float
    is_over: bool = False

    @property
    def is_rise(self) -> bool:
        """Whether it went up."""
        return self.now > self.usual

    @property
    def is_worse(self) -> bool | None:
        """Whether it went the wrong way; None where neither way is better."""
        if self.entry.better is Better.NONE:
            return None
        return self.is_rise != (self.entry.better is Better.HIGHER)

    @property
    def is_told_by_day(self) -> bool:
        """Whether a day says something: a share, or no rare count."""
        return self.entry.is_share or self.usual >= _FEW_A_DAY

    def reason(self) -> Reason:
        """Return the change in words, with its numbers and since when."""
        # What is rare is told by its number, and what was usual to a tenth.
        extra = 0 if self.is_told_by_day else 1
        now = self.now if self.is_told_by_day else self.cases
        usual = self.usual if self.is_told_by_day else self.usual_cases
        kind = "cases" if extra else "share" if self.entry.is_share else "mean"
        is_one_day = self.days == 1
        words = _OVER if self.is_over and not is_one_day else _WORDS
        return Reason(
            words[kind, self.is_rise, is_one_day],
            {
                "centre": f"{self.centre_name}: " if self.centre_name else "",
                "since": self.since,
                "until": self.until,
                "now": Amount(self.entry, now),
                "usual": Amount(self.entry, usual, extra),
            },
            {"figure": self.entry.name},
        )


_WORDS: Final = {
    ("share", True, False): N_(
        "{centre}{since.month}/{since.day}から{figure}が上がっています: {now}(それまで{usual})。"
    ),
    ("share", False, False): N_(
        "{centre}{since.month}/{since.day}から{figure}が下がっています: {now}(それまで{usual})。"
    ),
    ("share", True, True): N_(
        "{centre}{since.month}/{since.day}は{figure}が高く{now}でした(それまで{usual})。"
    ),
    ("share", False, True): N_(
        "{centre}{since.month}/{since.day}は{figure}が低く{now}でした(それまで{usual})。"
    ),
    ("mean", True, False): N_(
        "{centre}{since.month}/{since.day}から{figure}が増えています: 1日{now}(ふだんは{usual})。"
    ),
    ("mean", False, False): N_(
        "{centre}{since.month}/{since.day}から{figure}が減っています: 1日{now}(ふだんは{usual})。"
    ),
    ("mean", True, True): N_(
        "{centre}{since.month}/{since.day}は{figure}が多く{now}でした(ふだんは{usual})。"
    ),
    ("mean", False, True): N_(
        "{centre}{since.month}/{since.day}は{figure}が少なく{now}でした(ふだんは{usual})。"
    ),
    ("cases", True, False): N_(
        "{centre}{since.month}/{since.day}から{figure}が増えています: 合わせて{now}(ふだんなら{usual})。"
    ),
    ("cases", False, False): N_(
        "{centre}{since.month}/{since.day}から{figure}が減っています: 合わせて{now}(ふだんなら{usual})。"
    ),
    ("cases", True, True): N_(
        "{centre}{since.month}/{since.day}は{figure}が{now}と多めでした(ふだんなら{usual})。"
    ),
    ("cases", False, True): N_(
        "{centre}{since.month}/{since.day}は{figure}が{now}と少なめでした(ふだんなら{usual})。"
    ),
}

_OVER: Final = {
    ("share", True, False): N_(
        "{centre}{since.month}/{since.day}から{until.month}/{until.day}まで{figure}が上がっていました: {now}(それまで{usual})。"
    ),
    ("share", False, False): N_(
        "{centre}{since.month}/{since.day}から{until.month}/{until.day}まで{figure}が下がっていました: {now}(それまで{usual})。"
    ),
    ("mean", True, False): N_(
        "{centre}{since.month}/{since.day}から{until.month}/{until.day}まで{figure}が増えていました: 1日{now}(ふだんは{usual})。"
    ),
    ("mean", False, False): N_(
        "{centre}{since.month}/{since.day}から{until.month}/{until.day}まで{figure}が減っていました: 1日{now}(ふだんは{usual})。"
    ),
    ("cases", True, False): N_(
        "{centre}{since.month}/{since.day}から{until.month}/{until.day}まで{figure}が増えていました: 合わせて{now}(ふだんなら{usual})。"
    ),
    ("cases", False, False): N_(
        "{centre}{since.month}/{since.day}から{until.month}/{until.day}まで{figure}が減っていました: 合わせて{now}(ふだんなら{usual})。"
    ),
}

EXPLAINED: Final = N_(
    "「いつから」は、直近28日のうち、その前と後の差がいちばんはっきりする日です。"
    "ふだんの日ごとの揺れと区別できない差は出しません。曜日による違いは除いて比べています。"
)
"""How it was found, for who asks; a catalogue key."""

NOTHING: Final = N_("ふだんの揺れを超える動きはありません。")
TOO_SOON: Final = N_("記録がまだ少なく、ふだんと比べられません。")


@dataclass(frozen=True, slots=True)
class Moves:
    """The changes, what went wrong first, then the clearest.

    unjudged: centres and KPIs without enough days to know what is usual.
    """

    found: tuple[Move, ...]
    unjudged: tuple[tuple[str, str], ...]
    judged: int

    def sentences(self, most: int = 3) -> tuple[Reason, ...]:
        """Return the first `most` changes in words; or that there are none."""
        if self.found:
            return tuple(move.reason() for move in self.found[:most])
        return (Reason(NOTHING if self.judged else TOO_SOON),)


def compared(
    days: pd.DataFrame,
    centres: Sequence[Centre],
    day: date,
    codes: Sequence[str] = WATCHED,
) -> tuple[Compared, ...]:
    """Return each KPI on `day` beside the days before, all centres first, then each.

    days: `figures.figures`.
    """
    first = day - timedelta(days=SWING_DAYS)
    found = []
    for entry in map(kpi, codes):
        places = series_of(entry, days, _codes(entry, centres), first, day)
        found += [
            _compared(places[code], code) for code in (ALL, *_codes(entry, centres))
        ]
    return tuple(found)


def moves(
    days: pd.DataFrame,
    centres: Sequence[Centre],
    day: date,
    codes: Sequence[str] = WATCHED,
) -> Moves:
    """Return what changed clearly by `day` and still holds, for each centre and all.

    days: `figures.figures`. A centre's last known day up to a week back stands for
    `day`, so that a closed weekend hides nothing. Where a centre is named, all
    centres together are not named for the same. What the last three days (of a rare
    count, seven) no longer show at least by half is over, and not named.
    """
    first = day - timedelta(days=SEARCHED + SWING_DAYS)
    names = {centre.code: centre.name for centre in centres}
    found: list[Move] = []
    unjudged = []
    judged = 0
    for entry in map(kpi, codes):
        places = series_of(entry, days, _codes(entry, centres), first, day)
        own: list[Move] = []
        for code, series in places.items():
            parted = _parted(series)
            if parted is None:
                unjudged += [(code, entry.code)]
                continue
            judged += 1
            move = _move(series, parted, code, names.get(code, ""))
            own += [move] if move else []
        found += _without_repeats(own)
    found.sort(key=lambda move: (not move.is_worse, -move.clear))
    return Moves(tuple(found), tuple(unjudged), judged)


def moves_between(
    days: pd.DataFrame,
    centres: Sequence[Centre],
    first: date,
    last: date,
    codes: Sequence[str] = WATCHED,
) -> Moves:
    """Return what changed clearly on any day from `first` to `last`, also if it passed.

    days: `figures.figures`. Each day is looked at as `moves` would have seen it then;
    what the same centre shows on several of them is one change, told as its clearest
    day tells it, or as the last one where it still holds.
    """
    # A change is clearest when all of it is in, and is looked for until a week after.
    start = first - timedelta(days=_WEEK)
    since = start - timedelta(days=SEARCHED + SWING_DAYS)
    names = {centre.code: centre.name for centre in centres}
    found: list[Move] = []
    unjudged = []
    judged = 0
    for entry in map(kpi, codes):
        places = series_of(entry, days, _codes(entry, centres), since, last)
        own: list[Move] = []
        for code, series in places.items():
            seen = [
                _seen(series, on, code, names.get(code, "")) for on in _on(start, last)
            ]
            is_judged = any(parted for parted, _move in seen)
            judged += is_judged
            unjudged += [] if is_judged else [(code, entry.code)]
            joined = _joined([move for _parted, move in seen if move], seen[-1][1])
            own += [move for move in joined if move.until >= first]
        found += _without_repeats(own)
    found.sort(key=lambda move: (not move.is_worse, -move.clear))
    return Moves(tuple(found), tuple(unjudged), judged)


def _on(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _seen(
    series: Series, on: date, code: str, name: str
) -> tuple[_Parted | None, Move | None]:
    """Return what the days up to `on` show, of those that are looked through."""
    end = (on - series.first).days + 1
    begin = end - (SEARCHED + SWING_DAYS + 1)
    window = slice(max(0, begin), end)
    up_to = replace(
        series,
        first=series.first + timedelta(days=window.start),
        above=series.above[window],
        below=series.below[window],
        is_known=series.is_known[window],
    )
    parted = _parted(up_to)
    return parted, _move(up_to, parted, code, name) if parted else None


def _joined(seen: Sequence[Move], still: Move | None) -> list[Move]:
    """Return the changes of one centre, each once.

    seen: as the days showed them, the earliest day first. still: the one of the last
    day; what is not part of it is over.
    """
    groups: list[list[Move]] = []
    for move in seen:
        group = next((g for g in groups if _is_same(g[-1], move)), None)
        if group is None:
            groups.append([move])
        else:
            group.append(move)
    return [
        still
        if still in group
        else replace(max(group, key=lambda move: move.clear), is_over=True)
        for group in groups
    ]


def _is_same(one: Move, later: Move) -> bool:
    """Return whether two days show the same change: the same way, at the same time."""
    return one.is_rise == later.is_rise and later.since <= one.until


def _codes(entry: Kpi, centres: Sequence[Centre]) -> tuple[str, ...]:
    return () if entry.code in OF_COMPANY else tuple(c.code for c in centres)


def _compared(series: Series, centre: str) -> Compared:
    last = len(series.above) - 1
    weekdays = [last - _WEEK * back for back in range(1, _SAME_WEEKDAYS + 1)]
    alike = np.zeros(len(series.above), dtype=bool)
    alike[[place for place in weekdays if place >= 0]] = True
    before = {Against.WEEKDAY: series.level(alike)} | {
        against: series.level(slice(max(0, last - back), last))
        for against, back in _BACK.items()
    }
    return Compared(
        series.entry,
        centre,
        series.last,
        series.level(slice(last, last + 1)),
        before,
        series.note,
    )


# Finding the border ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Parted:
    """The known days of a series and the border that parts them most clearly.

    cut: place of the first day since. weight: what each day would bring at an even
        level (calls, or the usual share of its weekday).
    """

    places: Whole
    above: Numbers
    weight: Numbers
    cut: int
    clear: float


def _parted(series: Series) -> _Parted | None:
    """Return the clearest border; None without enough days to know what is usual."""
    places = np.flatnonzero(series.is_known & (series.below > 0))
    recent = len(series.above) - 1 - _WEEK
    old = int((places < len(series.above) - SEARCHED).sum())
    if old < FEWEST_SWING_DAYS or len(places) == old or places[-1] < recent:
        return None
    above = series.above[places]
    is_share = series.entry.is_share
    weight = (
        series.below[places]
        if is_share
        else _usual_by_weekday(above, (places + series.first.weekday()) % _WEEK, old)
    )
    swing = _swing(above[:old], weight[:old], is_share=is_share)
    cuts = np.arange(old, len(places))
    clear = _clearness(above, weight, cuts, is_share=is_share) / np.sqrt(swing)
    best = int(np.argmax(clear))
    return _Parted(places, above, weight, int(cuts[best]), float(clear[best]))


def _usual_by_weekday(above: Numbers, weekday: Whole, old: int) -> Numbers:
    """Return each day's usual count, by its day of the week in the days before.

    A weekday seen fewer than twice, and rare counts, have the usual of all days.
    """
    past, on = above[:old], weekday[:old]
    mean = max(float(past.mean()), 1 / max(1, len(past)))
    if mean < _FEW_A_DAY:
        return np.full(len(above), mean)
    times = np.bincount(on, minlength=_WEEK)
    sums = np.bincount(on, past, minlength=_WEEK)
    by_day = np.where((times > 1) & (sums > 0), sums / np.maximum(times, 1), mean)
    found: Numbers = by_day[weekday]
    return found


def _swing(above: Numbers, weight: Numbers, *, is_share: bool) -> float:
    """Return how many times as much days differ as chance alone would let them."""
    rate = above.sum() / weight.sum()
    chance = weight * rate * ((1 - rate) if is_share else 1.0)
    if chance.sum() <= 0:
        return 1.0
    known = chance > 0
    differing = (above[known] - weight[known] * rate) ** 2 / chance[known]
    return max(1.0, float(differing.sum()) / max(1, int(known.sum()) - 1))


def _clearness(
    above: Numbers, weight: Numbers, cuts: Whole, *, is_share: bool
) -> Numbers:
    """Return for each border how clearly it parts: root of twice the log likelihood.

    Counts are taken as Poisson, shares as binomial.
    """
    sums = np.concatenate([[0.0], np.cumsum(above)])
    weights = np.concatenate([[0.0], np.cumsum(weight)])
    before = _likelihood(sums[cuts], weights[cuts], is_share=is_share)
    since = _likelihood(
        sums[-1] - sums[cuts], weights[-1] - weights[cuts], is_share=is_share
    )
    even = _likelihood(sums[-1:], weights[-1:], is_share=is_share)
    gained: Numbers = np.sqrt(2 * np.maximum(0.0, before + since - even))
    return gained


def _likelihood(count: Numbers, weight: Numbers, *, is_share: bool) -> Numbers:
    found = _times_log(count, weight)
    return found + _times_log(weight - count, weight) if is_share else found


def _times_log(count: Numbers, weight: Numbers) -> Numbers:
    """Return count × log(count / weight), 0 for none."""
    share = np.divide(count, weight, out=np.ones_like(count), where=count > 0)
    found: Numbers = count * np.log(share)
    return found


def _move(series: Series, parted: _Parted, centre: str, name: str) -> Move | None:
    """Return the change at the border; None where it is not clear or not large."""
    cut, places = parted.cut, parted.places
    cases, weight = parted.above[cut:].sum(), parted.weight[cut:].sum()
    rate = parted.above[:cut].sum() / parted.weight[:cut].sum()
    usual_cases = rate * weight
    days = len(places) - cut
    is_share = series.entry.is_share
    over = weight if is_share else days
    move = Move(
        entry=series.entry,
        centre=centre,
        centre_name=name,
        since=series.first + timedelta(days=int(places[cut])),
        until=series.first + timedelta(days=int(places[-1])),
        days=days,
        now=float(cases / over),
        usual=float(usual_cases / over),
        cases=float(cases),
        usual_cases=float(usual_cases),
        clear=parted.clear,
    )
    is_news = parted.clear >= CLEAR and _is_large(move) and _holds(move, parted)
    return move if is_news else None


def _holds(move: Move, parted: _Parted) -> bool:
    """Return whether the last days still show at least half of the change."""
    last = _FEW_DAYS if move.is_told_by_day else _WEEK
    cut = max(parted.cut, len(parted.places) - last)
    before = slice(0, parted.cut)
    rate = parted.above[before].sum() / parted.weight[before].sum()
    usual = rate * parted.weight[cut:].sum()
    over = parted.above[cut:].sum() / usual - 1 if usual else np.inf
    whole = move.now / move.usual - 1 if move.usual else np.inf
    return bool(over >= whole / 2 if move.is_rise else over <= whole / 2)


def _is_large(move: Move) -> bool:
    difference = abs(move.cases - move.usual_cases)
    if difference < FEWEST_CASES:
        return False
    if move.entry.is_share:
        return abs(move.now - move.usual) >= _LEAST_SHARE
    return difference >= _LEAST_RATIO * move.usual_cases


def _without_repeats(own: Sequence[Move]) -> list[Move]:
    """Leave out all centres together where a centre moved the same way then."""
    single = [move for move in own if move.centre != ALL]
    return [
        move
        for move in own
        if move.centre != ALL or not any(_is_repeat(move, one) for one in single)
    ]


def _is_repeat(whole: Move, one: Move) -> bool:
    """Return whether one centre tells of the same change; its last day may be Friday."""
    week = timedelta(days=_WEEK)
    return (
        whole.is_rise == one.is_rise
        and whole.since <= one.until + week
        and one.since <= whole.until + week
    )
