"""What becomes of improvements without anybody: looked at, settled, back again.

Each step has an id that follows from the improvement and the look, so of several
processes that notice it one writes it, and what a person took back is not done again.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from lib import i18n
from lib.actions.improving import wording
from lib.actions.improving.judging import Told, told_of
from lib.actions.improving.listing import improvements
from lib.actions.improving.moving import with_line
from lib.actions.improving.proposing import IMPROVEMENTS
from lib.errors import AppError, Conflict, StoreError
from lib.metrics.effects import Verdict
from lib.schema.learning import Improvement
from lib.schema.principal import SYSTEM
from lib.schema.vocab import ImprovementStatus
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.protocol import Commit, Update

log = logging.getLogger(__name__)

_BY_ITSELF: Final = "自動"
"""Who the app calls itself in 経過."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is due: what an improvement becomes, and what says so.

    otherwise: what is due where a person took this one back.
    """

    seen: Improvement
    values: dict[str, Any]
    seed: str
    otherwise: Step | None = None

    @property
    def commit_id(self) -> str:
        """The same for every process that finds it due."""
        one = self.seen
        told = f"{one.id}|{one.starts_on}|{one.target_figure}|{self.seed}"
        return f"improving-{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def keep(live: LiveStore, now: datetime) -> int:
    """Do what is due of all improvements; return how many steps were written.

    Raises:
        StoreError: the store cannot be reached or changed.
    """
    desk = live.for_user(SYSTEM)
    return sum(_written(live, step, now) for step in due(desk, now))


def due(desk: UserStore, now: datetime) -> tuple[Step, ...]:
    """Return the steps that are due, at most one of each improvement."""
    with i18n.speaking(i18n.SOURCE):
        found = (_due(desk, one, now) for one in improvements(desk))
        return tuple(step for step in found if step is not None)


def _due(desk: UserStore, one: Improvement, now: datetime) -> Step | None:
    find = _STEPS.get(one.status)
    if find is None or one.misfits():
        return None
    return find(one, told_of(desk, one, now), now)


def _while_doing(one: Improvement, told: Told, now: datetime) -> Step | None:
    if one.check_on is None or one.check_on > now.date():
        return _looked(one, told)
    words = "効果を確かめる日になった"
    values = {
        "status": ImprovementStatus.CHECKING,
        "note": with_line(one, words, _BY_ITSELF, now),
        **_effect(one, told),
    }
    return Step(one, values, f"check|{one.check_on}", _looked(one, told))


def _while_checking(one: Improvement, told: Told, now: datetime) -> Step | None:
    found = told.judged
    if found is None or found.verdict is not Verdict.IMPROVED:
        return _looked(one, told)
    text = wording.effect_text(told)
    values = {
        "status": ImprovementStatus.SETTLED,
        "settled_on": _look_day(one, found.look),
        "note": with_line(one, f"定着とした。{text}", _BY_ITSELF, now),
        **_effect(one, told),
    }
    return Step(one, values, f"settled|{found.look}", _looked(one, told))


def _while_settled(one: Improvement, told: Told, now: datetime) -> Step | None:
    back = told.relapse
    if back is None or back.back_on is None:
        return _looked(one, told)
    text = wording.relapse_text(told)
    values = {
        "status": ImprovementStatus.RELAPSED,
        "relapsed_on": back.back_on,
        "note": with_line(one, f"再発とした。{text}", _BY_ITSELF, now),
        "effect": text,
    }
    return Step(one, values, f"relapsed|{back.back_on}")


def _looked(one: Improvement, told: Told) -> Step | None:
    """Return the step that writes what a new look says; None where it stands there."""
    values = _effect(one, told)
    if not values or told.judged is None:
        return None
    return Step(one, values, f"looked|{told.judged.look}")


def _effect(one: Improvement, told: Told) -> dict[str, Any]:
    """Return 効果 where it says nothing of the last look yet.

    Late entries move the numbers of a look a little; the screen has them as they are,
    and the sheet as they were on the day.
    """
    found, text = told.judged, wording.effect_text(told)
    if found is None or not text or f"後{found.look}日" in one.effect:
        return {}
    return {"effect": text}


def _look_day(one: Improvement, look: int) -> date | None:
    return one.starts_on + timedelta(days=look) if one.starts_on else None


_STEPS: Final[
    dict[
        ImprovementStatus,
        Callable[[Improvement, Told, datetime], Step | None],
    ]
] = {
    ImprovementStatus.DOING: _while_doing,
    ImprovementStatus.CHECKING: _while_checking,
    ImprovementStatus.SETTLED: _while_settled,
}


def _written(live: LiveStore, step: Step, now: datetime) -> bool:
    base = {name: getattr(step.seen, name) for name in {*step.values, "status"}}
    values = {"status": step.seen.status, **step.values}
    write = Update(IMPROVEMENTS, step.seen.id, base, values)
    commit = Commit(step.commit_id, SYSTEM.name, now, (write,))
    try:
        receipt = live.for_user(SYSTEM).commit(commit)
    except Conflict:
        # Another process was first, or a person decided meanwhile: looked at anew.
        live.refreshed()
        return False
    except StoreError:
        raise
    except AppError as error:
        log.warning("an improvement is not moved: %s", type(error).__name__)
        return False
    if receipt.repeated and step.otherwise is not None:
        return _written(live, step.otherwise, now)
    return not receipt.repeated
