"""施策を記録: measures, TV and system failures as marks on the time line of every chart.

They are rows of 施策・改善, beside those that an inquiry or a page check brings about. What
befell the company (`schema.learning.EVENTS`) is over on its day; a measure is looked at
again 28 days after it began.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, cast

from lib.actions.inquiries.mending import CHECKED_AFTER
from lib.actions.permissions import needs, roles_of
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.frames import standing
from lib.schema.ids import id_for
from lib.schema.learning import EVENTS, Improvement
from lib.schema.tables import table
from lib.schema.vocab import ImprovementStatus
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update

IMPROVEMENTS: Final = "improvements"

WRITERS: Final = roles_of("measures.work")

ASKED: Final = ("kind", "starts_on", "title", "centre", "owner")
"""What a person is asked for."""


def marked(desk: UserStore, first: date, last: date) -> tuple[Improvement, ...]:
    """Return what began from `first` to `last`, the newest first.

    Cancelled ones are among them, so that they can be taken up again; ideas are not.
    """

    def made() -> tuple[Improvement, ...]:
        rows = desk.frame(IMPROVEMENTS)
        days = rows["starts_on"].dt.date
        own = rows[
            rows["starts_on"].notna()
            & (days >= first)
            & (days <= last)
            & (rows["status"] != ImprovementStatus.IDEA.value)
        ]
        newest = own.sort_values("starts_on", ascending=False, kind="stable")
        found = standing(table(IMPROVEMENTS), newest)
        return cast("tuple[Improvement, ...]", tuple(found))

    return desk.derived(("measures", first, last), made)


@needs("measures.work")
def record(
    desk: UserStore, values: Mapping[str, Any], *, now: datetime, commit_id: str
) -> Improvement:
    """Record what was done or happened; return the row.

    Raises:
        InvalidRecord: the day or the words are missing, each by its field.
        NotAllowed: the person's role records none.
    """
    wanted = _asked(values)
    made = Improvement.parse(
        {
            **wanted,
            **_course(wanted),
            "id": id_for("S", now, f"{commit_id}:measure"),
        }
    )
    desk.commit(Commit(commit_id, desk.principal.name, now, (Insert(made),)))
    return made


@needs("measures.work")
def change(
    desk: UserStore,
    seen: Improvement,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> None:
    """Put right what was recorded; how far a measure has come stays.

    Raises:
        InvalidRecord, NotAllowed: as `record`.
        Conflict: somebody else changed the same fields since `seen`.
    """
    wanted = _asked(values)
    before = _course(seen.values())
    moved = {
        name: value
        for name, value in _course(wanted).items()
        # What a person decided since (a day of checking, a result) is theirs.
        if getattr(seen, name) == before[name]
    }
    after = Improvement.parse({**seen.values(), **wanted, **moved})
    _update(desk, seen, after, now, commit_id)


@needs("measures.work")
def cancel(
    desk: UserStore, seen: Improvement, *, now: datetime, commit_id: str
) -> None:
    """Take a record back: its mark goes, the row stays and can be taken up again.

    Raises:
        Conflict: somebody else changed how far it has come since `seen`.
        NotAllowed: the person's role records none.
    """
    after = seen.with_values(status=ImprovementStatus.CANCELLED)
    _update(desk, seen, after, now, commit_id)


@needs("measures.work")
def restore(
    desk: UserStore, seen: Improvement, *, now: datetime, commit_id: str
) -> None:
    """Take up again what was cancelled. Raises as `cancel`."""
    status = _course(seen.values())["status"]
    if seen.kind not in EVENTS and seen.done_on is not None:
        status = ImprovementStatus.CHECKING
    _update(desk, seen, seen.with_values(status=status), now, commit_id)


def _asked(values: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {name: values.get(name) for name in ASKED}
    for name in ("title", "centre", "owner"):
        wanted[name] = str(wanted[name] or "").strip()
    missing = [
        FieldProblem(name, message)
        for name, message in (("starts_on", _NO_DAY), ("title", _NO_WORDS))
        if not wanted[name]
    ]
    if missing:
        raise InvalidRecord(missing)
    return wanted


def _course(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return how far it has come by its kind and its day alone."""
    day: date | None = wanted["starts_on"]
    if wanted["kind"] in EVENTS:
        return {
            "status": ImprovementStatus.SETTLED,
            "done_on": day,
            "check_on": None,
        }
    return {
        "status": ImprovementStatus.DOING,
        "done_on": None,
        "check_on": day + CHECKED_AFTER if day else None,
    }


def _update(
    desk: UserStore,
    seen: Improvement,
    after: Improvement,
    now: datetime,
    commit_id: str,
) -> None:
    changed = [
        f.name
        for f in Improvement.fields()
        if getattr(seen, f.name) != getattr(after, f.name)
    ]
    if not changed:
        return
    base = {name: getattr(seen, name) for name in changed}
    values = {name: getattr(after, name) for name in changed}
    write = Update(IMPROVEMENTS, seen.id, base, values)
    desk.commit(Commit(commit_id, desk.principal.name, now, (write,)))


_NO_DAY: Final = N_("いつのことかを入れてください。")
_NO_WORDS: Final = N_("何をしたか、何があったかを書いてください。")
