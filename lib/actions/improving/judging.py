"""Whether an improvement has moved its figure, told once a revision and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from lib.actions.improving.figures import Against, counted
from lib.actions.improving.listing import improvements
from lib.actions.improving.proposing import scope_of
from lib.actions.improving.targets import Target, target_of
from lib.i18n import N_
from lib.metrics.effects import LOOKS, SPAN
from lib.metrics.improvements import Days, Judged, judged
from lib.metrics.relapses import Relapse, relapse
from lib.schema.learning import Improvement
from lib.schema.vocab import Choice, ImprovementStatus
from lib.store.access import UserStore


class Lack(Choice):
    """Why nothing can be said at all."""

    NO_FIGURE = N_("動かす数字が決まっていません。")
    NOT_BEGUN = N_("まだ始めていません。")
    NO_DATA = N_("この数字は、まだ入力されていません。")
    NO_PAST = N_("始める前の28日の数字がありません。")


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of an improvement's effect. Either `lack` or `judged` is there.

    relapse: how the figure stands since it settled; None where it has not.
    beside: what else was begun for the same figure about that time.
    """

    target: Target | None
    lack: Lack | None = None
    days: Days | None = None
    against: Against | None = None
    judged: Judged | None = None
    relapse: Relapse | None = None
    beside: tuple[Improvement, ...] = ()


_BEGUN: Final = (
    ImprovementStatus.DOING,
    ImprovementStatus.CHECKING,
    ImprovementStatus.SETTLED,
    ImprovementStatus.RELAPSED,
)


def told_of(desk: UserStore, one: Improvement, now: datetime) -> Told:
    """Return what the figures say of an improvement today."""
    today = now.date()
    name = ("improvement told", one.id, one.version, today)
    return desk.derived(name, lambda: _told(desk, one, now))


def _told(desk: UserStore, one: Improvement, now: datetime) -> Told:
    target = target_of(one.target_figure)
    if target is None:
        return Told(None, Lack.NO_FIGURE)
    found = counted(desk, target, scope_of(one), now)
    if found is None:
        return Told(target, Lack.NO_DATA)
    start = one.starts_on
    shown = Told(target, days=found.days, against=found.against)
    if start is None or start > now.date() or one.status not in _BEGUN:
        return _lacking(shown, Lack.NOT_BEGUN)
    verdict = judged(found.days, start, now.date(), less_is_better=target.counts_less)
    if not verdict.before.exposure:
        return _lacking(shown, Lack.NO_PAST)
    return Told(
        target,
        days=found.days,
        against=found.against,
        judged=verdict,
        relapse=_relapse(one, target, found.days, now.date()),
        beside=_beside(desk, one, target),
    )


def _lacking(shown: Told, lack: Lack) -> Told:
    return Told(shown.target, lack, shown.days, shown.against)


_SETTLED: Final = (ImprovementStatus.SETTLED, ImprovementStatus.RELAPSED)


def settled_since(one: Improvement) -> date | None:
    """Return the day on which an improvement was found to have settled; None for none.

    One that a person called settled counts from its first look on.
    """
    if one.status not in _SETTLED or one.starts_on is None:
        return None
    return one.settled_on or one.starts_on + timedelta(days=LOOKS[0])


def _relapse(
    one: Improvement, target: Target, days: Days, today: date
) -> Relapse | None:
    since = settled_since(one)
    if since is None or one.starts_on is None:
        return None
    return relapse(
        days,
        one.starts_on,
        since,
        today,
        less_is_better=target.counts_less,
        refused_on=_refused_on(one),
    )


def _refused_on(one: Improvement) -> date | None:
    """Return the last day on which it cannot have been found back; None for none.

    再発日 of one that is settled is the look whose finding a person took back; of one
    that is back, any look before was.
    """
    if one.relapsed_on is None or one.status is ImprovementStatus.SETTLED:
        return one.relapsed_on
    return one.relapsed_on - timedelta(days=1)


def _beside(
    desk: UserStore, one: Improvement, target: Target
) -> tuple[Improvement, ...]:
    """Return what began within 28 days of it for the same figure."""
    start = one.starts_on
    if start is None:
        return ()
    return tuple(
        other
        for other in improvements(desk)
        if other.id != one.id
        and other.starts_on is not None
        and other.status in _BEGUN
        and abs((other.starts_on - start).days) < SPAN
        and target_of(other.target_figure) is target
        and _may_meet(one, other)
    )


def _may_meet(one: Improvement, other: Improvement) -> bool:
    """Whether some complaint could be of both."""
    return all(
        not getattr(one, name)
        or not getattr(other, name)
        or getattr(one, name) == getattr(other, name)
        for name in ("product_code", "sales_page", "claim_type", "category", "centre")
    )
