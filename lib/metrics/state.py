"""平常・注意・警報・判定保留: plain rules, each with its reason in words.

These are fixed rules that need no history of their own (domain.md 4); the watch over
rising contacts from centres is `lib.actions.risks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pandas as pd

from lib import clock
from lib.i18n import N_
from lib.metrics import kpis
from lib.metrics.amounts import aim as shown_aim
from lib.metrics.borders import DAMAGING, RUN, Aim, Borders, Stands, borders
from lib.metrics.figures import between
from lib.metrics.kpi_targets import KpiTargets
from lib.metrics.reason import Reason
from lib.schema.masters import Centre
from lib.schema.vocab import Choice


class State(Choice):
    """The one scale of alarm (product.md 1), calmest first."""

    NORMAL = N_("平常")
    PENDING = N_("判定保留")
    WATCH = N_("注意")
    ALARM = N_("警報")

    @property
    def rank(self) -> int:
        """How pressing it is; 0 is calm."""
        return list(State).index(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state and why; the first reason is the one to show first."""

    state: State
    reasons: tuple[Reason, ...]
    centre: str = ""


FEWEST_CALLS: Final = 20
"""Calls below which one day says too little and the last 7 days are taken instead:
one call more or less would move the rate by more than 5 points."""

WEEK: Final = 7


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the most pressing of the centres' verdicts, with every reason of all."""
    if not verdicts:
        return Verdict(
            State.PENDING,
            (Reason(N_("電話を受けるセンターがまだ登録されていません。")),),
        )
    first = max(verdicts, key=lambda v: v.state.rank)
    return Verdict(
        first.state,
        tuple(
            reason
            for verdict in sorted(verdicts, key=lambda v: -v.state.rank)
            for reason in verdict.reasons
        ),
        first.centre,
    )


def centre_state(
    days: pd.DataFrame,
    centre: Centre,
    today: date,
    targets: KpiTargets | None = None,
) -> Verdict:
    """Return whether one centre answers its telephone, judged on its latest days.

    The latest day stands to its target and 警報の線 as `borders` says; a state lasts
    once three known days running lie beyond the line. Without figures in the last 7
    days, or with fewer than 20 calls in them, judgement is held back.
    """
    rate = kpis.kpi("answer_rate")
    recent = between(days, today - timedelta(days=WEEK), today)
    known = recent.dropna(subset=["offered", "answered"])
    known = known[known["offered"] > 0].sort_values("date")
    by_week = _is_few(known.iloc[-1:])
    judged = kpis.value(rate, known if by_week else known.iloc[-1:])
    if unproved := _why_unproved(centre, known, judged):
        return _pending(centre, unproved)
    assert judged is not None  # noqa: S101 - else it is unproved
    day = known["date"].iloc[-1].date()
    aim = targets.aim(rate, centre.code, day) if targets else Aim(_usual_target(centre))
    limits = borders(rate, aim)
    assert limits is not None  # noqa: S101 - the answer rate is always asked for
    details = {
        "centre": centre.name,
        "day": day,
        "rate": judged,
        "target": shown_aim(rate, limits.watch),
        "line": shown_aim(rate, limits.lasting),
    }
    if lasts(rate, known, day, limits):
        message = N_(
            "{centre}: 応答率が3日続けて警報の線{line}を下回っています({day.month}/{day.day}は{rate:.1%})。"
        )
        return Verdict(State.ALARM, (Reason(message, details),), centre.code)
    words = (_WEEK_WORDS if by_week else _DAY_WORDS) | (
        {} if aim.target is not None else _WEEK_FREE if by_week else _DAY_FREE
    )
    # What a week of few calls adds up to lasts no less than a week.
    match limits.stands(judged, is_lasting=by_week):
        case Stands.BEYOND:
            kind = "half" if judged < DAMAGING else "beyond"
            return Verdict(State.ALARM, (Reason(words[kind], details),), centre.code)
        case Stands.MISSED:
            return Verdict(State.WATCH, (Reason(words["below"], details),), centre.code)
        case _:
            reached = Reason(words["reached"], details)
            return Verdict(State.NORMAL, (reached,), centre.code)


def _why_unproved(
    centre: Centre, known: pd.DataFrame, judged: float | None
) -> str | None:
    """Return why nothing can be said of these days; None where something can."""
    if known.empty:
        return N_("{centre}: 直近7日の着信数がまだ入っていません。")
    if _is_few(known):
        return N_("{centre}: 直近7日の着信が20件に満たず、まだ判定できません。")
    if "answer_rate_method" in centre.misfits():
        return N_("{centre}: 応答率の方式を読めないので、応答率を計算できません。")
    if judged is None:
        return N_("{centre}: 短時間放棄数が空欄なので、応答率を計算できません。")
    return None


def _is_few(days: pd.DataFrame) -> bool:
    return float(days["offered"].sum()) < FEWEST_CALLS


def lasts(
    rate: kpis.Kpi,
    days: pd.DataFrame,
    last: date,
    limits: Borders,
    method: str = "",
) -> bool:
    """Return whether the three latest known days up to `last` lie beyond the 警報の線.

    days: `figures.figures` of what is judged; known are those of the last 7 days that
    have a value. method: as for `kpis.daily`.
    """
    on = clock.days_back(last, WEEK)
    by_day = kpis.daily(rate, between(days, on[0], last), on, method).dropna()
    run = by_day.iloc[-RUN:]
    return len(run) == RUN and all(
        limits.is_beyond(number, limits.lasting) for number in run
    )


_DAY_WORDS: Final = {
    "half": N_(
        "{centre}: {day.month}/{day.day}の応答率は{rate:.1%}。かけた人の半分が話せていません。"
    ),
    "beyond": N_(
        "{centre}: {day.month}/{day.day}の応答率は{rate:.1%}。警報の線{line}を下回っています。"
    ),
    "below": N_(
        "{centre}: {day.month}/{day.day}の応答率は{rate:.1%}。目標{target}を下回っています。"
    ),
    "reached": N_(
        "{centre}: {day.month}/{day.day}の応答率は{rate:.1%}。目標{target}に届いています。"
    ),
}
_WEEK_WORDS: Final = {
    "half": N_(
        "{centre}: 直近7日の応答率は{rate:.1%}。かけた人の半分が話せていません。"
    ),
    "beyond": N_(
        "{centre}: 直近7日の応答率は{rate:.1%}。警報の線{line}を下回っています。"
    ),
    "below": N_(
        "{centre}: 直近7日の応答率は{rate:.1%}。目標{target}を下回っています。"
    ),
    "reached": N_(
        "{centre}: 直近7日の応答率は{rate:.1%}。目標{target}に届いています。"
    ),
}

_DAY_FREE: Final = {
    "below": N_(
        "{centre}: {day.month}/{day.day}の応答率は{rate:.1%}。80%を下回り、つながりにくくなっています。"
    ),
    "reached": N_(
        "{centre}: {day.month}/{day.day}の応答率は{rate:.1%}(目標は決めていません)。"
    ),
}
_WEEK_FREE: Final = {
    "below": N_(
        "{centre}: 直近7日の応答率は{rate:.1%}。80%を下回り、つながりにくくなっています。"
    ),
    "reached": N_("{centre}: 直近7日の応答率は{rate:.1%}(目標は決めていません)。"),
}


def _usual_target(centre: Centre) -> float:
    """Return the centre's target answer rate, 0-1; the usual one if it has none."""
    if centre.target_answer_rate is None:
        return kpis.kpi("answer_rate").target or 0.0
    return centre.target_answer_rate / 100


def _pending(centre: Centre, message: str) -> Verdict:
    return Verdict(
        State.PENDING, (Reason(message, {"centre": centre.name}),), centre.code
    )
