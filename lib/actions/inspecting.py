"""点検: seven things looked at each month, signed by whoever looked (R14, R72)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

import pandas as pd

from lib.actions import documents, page_checks
from lib.actions.business_settings import setting_write, value_of
from lib.actions.permissions import needs
from lib.errors import ActionRefused, FieldProblem, InvalidRecord, NotAllowed
from lib.i18n import N_
from lib.metrics import inspections as states
from lib.metrics.inspections import Cell, Late, Rows
from lib.schema.frames import standing
from lib.schema.learning import Improvement, Inspection
from lib.schema.masters import Setting
from lib.schema.tables import table
from lib.schema.vocab import (
    CheckResult,
    InspectionItem,
    InspectionResult,
    PageKind,
    Source,
)
from lib.settings import inspections as defaults
from lib.settings.inspections import DUE_DAY, LAST_DUE_DAY, Line
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update, Write

INSPECTIONS: Final = "inspections"

PAGE_KINDS: Final[Mapping[InspectionItem, tuple[PageKind, ...]]] = {
    InspectionItem.PAGES: (PageKind.LANDING_PAGE, PageKind.CONFIRMATION),
    InspectionItem.CANCELLATION_PATH: (PageKind.CANCELLATION_PATH, PageKind.SCRIPT),
    InspectionItem.SPECIFIC_COMMERCE: (PageKind.CONFIRMATION, PageKind.RETURN_TERMS),
}
"""Which checks of pages say something about an item of the month."""

_IS_SIGNED: Final = N_("署名済みの点検です。直すには、理由を書いて開き直してください。")
_FIRST_OF_MONTH: Final = N_("その月の1日の日付にしてください。")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found of one item."""

    result: InspectionResult
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """What is known already of an item of a month.

    pages, wanting: pages checked in that month, and of their items those to be improved.
    late_documents: documents whose day to be read again is over today.
    """

    pages: int = 0
    wanting: int = 0
    late_documents: int = 0


# Looking ------------------------------------------------------------------------------


def lines_of(desk: UserStore, on: date) -> tuple[Line, ...]:
    """Return every item as it counts on that day, those out of use included."""
    return desk.derived(
        ("inspection items", on), lambda: defaults.lines(desk.frame("settings"), on)
    )


def due_day(desk: UserStore, on: date) -> int:
    """Return the day of the next month until which a month is to be inspected."""
    day = int(float(value_of(desk, DUE_DAY, on) or DUE_DAY.default))
    return min(max(day, 1), LAST_DUE_DAY)


def rows(desk: UserStore) -> Rows:
    """Return every row by month and item."""

    def made() -> Rows:
        found = standing(table(INSPECTIONS), desk.frame(INSPECTIONS))
        return states.rows_of(cast("list[Inspection]", found))

    return desk.derived("inspections", made)


def month(desk: UserStore, first: date, today: date) -> tuple[tuple[Line, Cell], ...]:
    """Return the items of a month with how each stands."""
    return tuple(
        (
            line,
            states.cell(
                rows(desk),
                first,
                line.item,
                today=today,
                due_day=due_day(desk, today),
                began=_began(desk),
            ),
        )
        for line in defaults.in_use(lines_of(desk, today))
    )


def history(desk: UserStore, today: date) -> tuple[Cell, ...]:
    """Return each item of each of the last twelve months, the oldest month first."""

    def made() -> tuple[Cell, ...]:
        items = [line.item for line in defaults.in_use(lines_of(desk, today))]
        return states.history(
            rows(desk),
            items,
            today=today,
            due_day=due_day(desk, today),
            began=_began(desk),
        )

    return desk.derived(("inspection history", today), made)


def _began(desk: UserStore) -> date | None:
    """Return the day of the first complaint or KPI day that people entered here.

    What was imported is older than the work with this app. None without any.
    """

    def made() -> date | None:
        days = [
            rows.loc[~rows["source"].isin(_NOT_ENTERED), name].min()
            for rows, name in (
                (desk.frame("complaints"), "received_at"),
                (desk.frame("kpi_days"), "date"),
            )
        ]
        return min((day.date() for day in days if not pd.isna(day)), default=None)

    return desk.derived("first record", made)


def overdue(desk: UserStore, today: date) -> tuple[Late, ...]:
    """Return the months that are late, with what nobody has signed, the oldest first."""
    return states.late(history(desk, today))


def hints(desk: UserStore, first: date, today: date) -> Mapping[InspectionItem, Hint]:
    """Return what other records say about the items of a month."""

    def made() -> Mapping[InspectionItem, Hint]:
        found = {
            item: _of_pages(desk, first, kinds) for item, kinds in PAGE_KINDS.items()
        }
        late = len(documents.overdue(desk, today))
        return found | {InspectionItem.MANUALS: Hint(late_documents=late)}

    return desk.derived(("inspection hints", first, today), made)


def _of_pages(desk: UserStore, first: date, kinds: tuple[PageKind, ...]) -> Hint:
    checks = desk.frame(page_checks.CHECKS)
    days = checks["checked_on"].dt.date
    own = checks[
        (days >= first)
        & (days < states.month_of(first, -1))
        & checks["page_kind"].isin([kind.value for kind in kinds])
        & checks["result"].notna()
    ]
    newest = own.sort_values("checked_on", kind="stable").drop_duplicates(
        ["page", "page_kind", "item"], keep="last"
    )
    return Hint(
        pages=len(newest[["page", "page_kind"]].drop_duplicates()),
        wanting=int((newest["result"] == CheckResult.TO_IMPROVE.value).sum()),
    )


def improvement_of(desk: UserStore, row: Inspection) -> Improvement | None:
    """Return what a finding led to; None for nothing."""
    if not row.improvement_id:
        return None
    try:
        return cast("Improvement", desk.record("improvements", row.improvement_id))
    except NotAllowed:
        return None


# Signing ------------------------------------------------------------------------------


@needs("inspections.sign")
def sign(
    desk: UserStore,
    first: date,
    answers: Mapping[InspectionItem, Answer],
    seen: Mapping[InspectionItem, Inspection],
    *,
    now: datetime,
    commit_id: str,
) -> None:
    """Sign what was found of these items of a month, in one commit.

    Args:
        desk: of the person who looked, and who signs.
        first: the first day of the month.
        answers: what was found, by item.
        seen: the rows as the person saw them; an item without one has none yet.
        now: when.
        commit_id: the same for every retry.

    Raises:
        ActionRefused: one of them is signed already; it has to be reopened first.
        InvalidRecord: nothing is answered, what is to be improved says nothing of why
            (the field is the item's code), or the month does not begin on that day.
        Conflict: somebody else signed or changed one of them since `seen`.
        NotAllowed: the person's role signs nothing.
    """
    _refuse_gaps(first, answers, now.date())
    writes: list[Write] = []
    for item, answer in answers.items():
        was = seen.get(item)
        if was is not None and was.is_signed:
            raise ActionRefused(_IS_SIGNED)
        row = (was or Inspection(month=first, item=item)).model_copy(
            update={"result": answer.result, "note": answer.note.strip()}
        )
        writes.append(_kept(was, row.signed(desk.principal.name, now)))
    desk.commit(Commit(commit_id, desk.principal.name, now, tuple(writes)))


def _refuse_gaps(
    first: date, answers: Mapping[InspectionItem, Answer], today: date
) -> None:
    problems = []
    if first.day != 1 or first > today:
        problems.append(FieldProblem("month", _FIRST_OF_MONTH))
    if not answers:
        words = N_("結果を選んだ項目がありません。")
        problems.append(FieldProblem("month", words))
    for item, answer in answers.items():
        if answer.result is InspectionResult.TO_IMPROVE and not answer.note.strip():
            words = N_("要改善のときは、何が足りないかを書いてください。")
            problems.append(FieldProblem(item.code, words))
    if problems:
        raise InvalidRecord(problems)


_NOT_ENTERED: Final = (Source.IMPORT.value, Source.SAMPLE.value)

_SIGNING: Final = ("result", "note", "inspector", "signed_at", "signature")


def _kept(was: Inspection | None, row: Inspection) -> Write:
    if was is None:
        return Insert(row)
    return _update(was, {name: getattr(row, name) for name in _SIGNING})


def _update(was: Inspection, values: Mapping[str, Any]) -> Update:
    changed = {n: v for n, v in values.items() if getattr(was, n) != v}
    return Update(
        INSPECTIONS,
        table(INSPECTIONS).key_of(was),
        {name: getattr(was, name) for name in changed},
        changed,
    )


@needs("inspections.sign")
def reopen(
    desk: UserStore, seen: Inspection, *, reason: str, now: datetime, commit_id: str
) -> None:
    """Take a signature off with its result, so that it has to be looked at again.

    What was found and by whom stays in 操作ログ, with the reason.

    Raises:
        InvalidRecord: no reason is given; its problem is on `reason`.
        Conflict: somebody else changed it since `seen`.
        NotAllowed: the person's role signs nothing.
    """
    if not reason.strip():
        raise InvalidRecord([FieldProblem("reason", N_("理由を書いてください。"))])
    blank = {"result": None, "inspector": "", "signed_at": None, "signature": ""}
    desk.commit(
        Commit(
            commit_id,
            desk.principal.name,
            now,
            (_update(seen, blank),),
            reason=reason.strip(),
        )
    )


@needs("inspections.sign")
def link(
    desk: UserStore,
    seen: Inspection,
    improvement_id: str,
    *,
    now: datetime,
    commit_id: str,
) -> None:
    """Note which improvement a finding led to; its signature stays.

    Raises:
        Conflict: it was tied to another one since `seen`.
        NotAllowed: the person's role signs nothing.
    """
    write = _update(seen, {"improvement_id": improvement_id})
    if write.values:
        desk.commit(Commit(commit_id, desk.principal.name, now, (write,)))


# 設定 ---------------------------------------------------------------------------------


@needs("settings.edit")
def set_line(
    desk: UserStore, line: Line, *, since: date, entry: str, now: datetime
) -> None:
    """Let an item be like this in every month from `since` on.

    Raises:
        NotAllowed: the person's role may not.
        Conflict: somebody changed the row of that day meanwhile.
    """
    ours = defaults.default_of(line.item)
    row = Setting.parse(
        {
            "group": defaults.GROUP,
            "name": line.item.value,
            "effective_from": since,
            "value": line.value,
            "description": "" if line.hint == ours.hint else line.hint.strip(),
        }
    )
    write = setting_write(desk, row)
    desk.commit(Commit(entry, desk.principal.name, now, (write,)))
