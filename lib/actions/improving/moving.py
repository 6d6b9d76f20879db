"""How an improvement goes on: begun, done, settled, given up, one step back.

Every step leaves a dated line in 経過, so that one reads later why it stands where it
stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from lib.actions.improving.proposing import IMPROVEMENTS
from lib.actions.improving.targets import target_of
from lib.actions.inquiries.mending import CHECKED_AFTER
from lib.actions.permissions import needs
from lib.errors import ActionRefused, FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.learning import Improvement
from lib.schema.rounds import Round, rounds_of, written
from lib.schema.vocab import ImprovementStatus
from lib.store.access import UserStore
from lib.store.protocol import Commit, Update
from lib.text import one_line

EDITED: Final = (
    "title",
    "kind",
    "place",
    "target_figure",
    "owner",
    "due_on",
    "starts_on",
    "check_on",
    "product_code",
    "sales_page",
    "claim_type",
    "category",
    "cause",
    "centre",
    "before_url",
    "after_url",
)
"""What a person may change of one at any time."""

_LONGEST_LINE: Final = 400


@needs("measures.work")
def edit(
    desk: UserStore,
    seen: Improvement,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> None:
    """Save changed fields.

    Another day of beginning, figure or scope makes the written effect void: the figures
    are looked at anew.

    Raises:
        InvalidRecord: a value breaks a rule, each by its field.
        Conflict: somebody changed one of these fields since `seen`.
        NotAllowed: the person's role changes none.
    """
    changed = {
        name: _clean(value)
        for name, value in values.items()
        if name in EDITED and _clean(value) != getattr(seen, name)
    }
    if not str(changed.get("title", seen.title)).strip():
        words = N_("何をするかを書いてください。")
        raise InvalidRecord([FieldProblem("title", words)])
    if "target_figure" in changed and (found := target_of(changed["target_figure"])):
        changed["target_figure"] = found.name
    if seen.effect and changed.keys() & _JUDGED_BY:
        changed["effect"] = ""
    _save(desk, seen, changed, now=now, commit_id=commit_id)


_JUDGED_BY: Final = frozenset(
    {
        "starts_on",
        "target_figure",
        "product_code",
        "sales_page",
        "claim_type",
        "category",
        "cause",
        "centre",
    }
)


def _clean(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


@needs("measures.work")
def begin(
    desk: UserStore,
    seen: Improvement,
    starts_on: date | None,
    *,
    now: datetime,
    commit_id: str,
) -> None:
    """Put an idea to work, or one whose figure came back once more, from a day on.

    That day parts before from after; 28 days later the figures are looked at. The days
    of the round before are kept: its start stays marked, and a step back leads there.

    Raises:
        InvalidRecord: without the day.
        ActionRefused: it is neither an idea nor back.
        Conflict, NotAllowed: as `edit`.
    """
    _refuse_unless(seen, ImprovementStatus.IDEA, ImprovementStatus.RELAPSED)
    if starts_on is None:
        words = N_("いつから始めたかを入れてください。")
        raise InvalidRecord([FieldProblem("starts_on", words)])
    again = seen.status is ImprovementStatus.RELAPSED
    words = "もう一度始めた" if again else "始めた"
    values = {
        "status": ImprovementStatus.DOING,
        "starts_on": starts_on,
        "check_on": starts_on + CHECKED_AFTER,
        "done_on": None,
        "settled_on": None,
        "relapsed_on": None,
        "earlier": written(_rounds_with(seen)) if again else seen.earlier,
        "effect": "",
    }
    _step(
        desk,
        seen,
        values,
        f"{words}({starts_on:%Y/%m/%d}から)",
        now=now,
        commit_id=commit_id,
    )


def _rounds_with(seen: Improvement) -> tuple[Round, ...]:
    """Return the earlier rounds and the one that it is in."""
    earlier = rounds_of(seen.earlier)
    if seen.starts_on is None:
        return earlier
    days = (seen.starts_on, seen.done_on, seen.settled_on, seen.relapsed_on)
    return (*earlier, Round(*days))


@needs("measures.work")
def finish(
    desk: UserStore,
    seen: Improvement,
    done_on: date | None,
    *,
    now: datetime,
    commit_id: str,
) -> None:
    """Note that everything is done; from then on only its effect is waited for.

    Raises:
        InvalidRecord: without the day, or it is still to come.
        ActionRefused: it is not being done.
        Conflict, NotAllowed: as `edit`.
    """
    _refuse_unless(seen, ImprovementStatus.DOING)
    if done_on is None or done_on > now.date():
        words = N_("やり終えた日を入れてください。今日までの日です。")
        raise InvalidRecord([FieldProblem("done_on", words)])
    values = {"status": ImprovementStatus.CHECKING, "done_on": done_on}
    _step(
        desk,
        seen,
        values,
        f"やり終えた({done_on:%Y/%m/%d})",
        now=now,
        commit_id=commit_id,
    )


@needs("measures.work")
def settle(
    desk: UserStore,
    seen: Improvement,
    reason: str,
    *,
    now: datetime,
    commit_id: str,
) -> None:
    """Call it settled by hand, with why; the figures are watched from then on.

    Raises:
        InvalidRecord: no reason is given; its problem is on `reason`.
        ActionRefused: it was not begun.
        Conflict, NotAllowed: as `edit`.
    """
    _refuse_unless(seen, ImprovementStatus.DOING, ImprovementStatus.CHECKING)
    why = _reason(reason, N_("定着とした理由を書いてください。"))
    values = {
        "status": ImprovementStatus.SETTLED,
        "settled_on": now.date(),
        "done_on": seen.done_on or now.date(),
    }
    _step(desk, seen, values, f"定着とした: {why}", now=now, commit_id=commit_id)


@needs("measures.work")
def give_up(
    desk: UserStore,
    seen: Improvement,
    reason: str,
    *,
    now: datetime,
    commit_id: str,
) -> None:
    """Take it off the board and off the charts, with why; it can be taken up again.

    Raises:
        InvalidRecord: no reason is given; its problem is on `reason`.
        Conflict, NotAllowed: as `edit`.
    """
    why = _reason(reason, N_("やめる理由を書いてください。"))
    values = {"status": ImprovementStatus.CANCELLED}
    _step(desk, seen, values, f"やめた: {why}", now=now, commit_id=commit_id)


@needs("measures.work")
def step_back(
    desk: UserStore, seen: Improvement, *, now: datetime, commit_id: str
) -> None:
    """Undo the last step, one's own or the app's.

    The app does not take a step a second time that a person took back; the next look at
    the figures may bring another.

    Raises:
        ActionRefused: an idea has no step to undo.
        Conflict, NotAllowed: as `edit`.
    """
    _refuse_unless(seen, *(s for s in ImprovementStatus if s is not _IDEA))
    values = _before(seen)
    status: ImprovementStatus = values["status"]
    words = f"「{seen.status.value}」から「{status.value}」に戻した"
    _step(desk, seen, values, words, now=now, commit_id=commit_id)


_IDEA: Final = ImprovementStatus.IDEA


def _before(seen: Improvement) -> dict[str, Any]:
    """Return what the state before this one was."""
    match seen.status:
        case ImprovementStatus.DOING:
            return _round_before(seen)
        case ImprovementStatus.CHECKING:
            return {"status": ImprovementStatus.DOING, "done_on": None}
        case ImprovementStatus.SETTLED:
            return {
                "status": ImprovementStatus.CHECKING,
                "settled_on": None,
                "relapsed_on": None,
            }
        case ImprovementStatus.RELAPSED:
            # 再発日 stays: at looks up to that day it is not found back again.
            return {"status": ImprovementStatus.SETTLED}
        case _:
            return {"status": _far_of(seen)}


def _round_before(seen: Improvement) -> dict[str, Any]:
    """Return what it was before it was begun: back in its last round, or an idea."""
    earlier = rounds_of(seen.earlier)
    if not earlier:
        return {"status": _IDEA, "starts_on": None, "check_on": None, "effect": ""}
    last = earlier[-1]
    return {
        **asdict(last),
        "status": ImprovementStatus.RELAPSED,
        "check_on": last.starts_on + CHECKED_AFTER,
        "earlier": written(earlier[:-1]),
        "effect": "",
    }


def _far_of(seen: Improvement) -> ImprovementStatus:
    """Return how far a cancelled one had come, as its days tell."""
    if seen.starts_on is None:
        return _IDEA
    if seen.settled_on is not None:
        back = seen.relapsed_on is not None and seen.relapsed_on > seen.settled_on
        return ImprovementStatus.RELAPSED if back else ImprovementStatus.SETTLED
    return ImprovementStatus.CHECKING if seen.done_on else ImprovementStatus.DOING


@needs("measures.work")
def remark(
    desk: UserStore, seen: Improvement, words: str, *, now: datetime, commit_id: str
) -> None:
    """Add a dated line to 経過.

    Raises:
        InvalidRecord: it says nothing; its problem is on `note`.
        Conflict, NotAllowed: as `edit`.
    """
    if not words.strip():
        nothing = N_("何があったかを書いてください。")
        raise InvalidRecord([FieldProblem("note", nothing)])
    _step(desk, seen, {}, words, now=now, commit_id=commit_id)


def with_line(seen: Improvement, words: str, who: str, now: datetime) -> str:
    """Return 経過 with one more line."""
    line = f"{now:%Y/%m/%d} {who}: {one_line(words, _LONGEST_LINE)}"
    return f"{seen.note}\n{line}".strip()


def _reason(typed: str, missing: str) -> str:
    if not typed.strip():
        raise InvalidRecord([FieldProblem("reason", missing)])
    return typed.strip()


def _refuse_unless(seen: Improvement, *allowed: ImprovementStatus) -> None:
    if seen.status not in allowed:
        raise ActionRefused(
            N_("この改善は、もう別の状態です。画面を新しくしてください。")
        )


def _step(
    desk: UserStore,
    seen: Improvement,
    values: Mapping[str, Any],
    words: str,
    *,
    now: datetime,
    commit_id: str,
) -> None:
    note = with_line(seen, words, desk.principal.name, now)
    _save(desk, seen, {**values, "note": note}, now=now, commit_id=commit_id)


def _save(
    desk: UserStore,
    seen: Improvement,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> None:
    changed = {n: v for n, v in values.items() if v != getattr(seen, n)}
    if not changed:
        return
    seen.with_values(**changed)
    base = {name: getattr(seen, name) for name in changed}
    write = Update(IMPROVEMENTS, seen.id, base, changed)
    desk.commit(Commit(commit_id, desk.principal.name, now, (write,)))
