"""ページ点検: which page is to be looked at again, and how its items stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.schema.vocab import (
    CheckResult,
    Choice,
    ImprovementStatus,
    MendedPlace,
    PageKind,
)

SOON: Final = timedelta(days=14)
"""So long before its day a check is announced."""

_LAST_DAYS: Final = 28

KIND_OF: Final[Mapping[MendedPlace, PageKind]] = {
    MendedPlace.LANDING_PAGE: PageKind.LANDING_PAGE,
    MendedPlace.CONFIRMATION: PageKind.CONFIRMATION,
    MendedPlace.CANCELLATION_PATH: PageKind.CANCELLATION_PATH,
    MendedPlace.RETURN_TERMS: PageKind.RETURN_TERMS,
}
"""Which kind of page stands where something was put right."""


class Standing(Choice):
    """How a page stands, most pressing first."""

    OVERDUE = N_("点検の時期を過ぎた")
    MENDED = N_("直した後の再点検")
    NEVER = N_("まだ点検していない")
    SOON = N_("まもなく点検")
    FRESH = N_("点検済み")
    RETIRED = N_("使わなくなった")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One item of one check. improvement_id: "" where nothing had to be improved."""

    item: str
    checked_on: date
    result: CheckResult
    note: str
    inspector: str
    improvement_id: str


@dataclass(frozen=True, slots=True)
class PageState:
    """One page that is watched.

    last_on, due_on: None where it was never checked. latest: of each item the newest
    result, in the order in which they were checked. mended_on: the day on which
    something on it was put right after its last check.
    """

    page: str
    kind: PageKind
    standing: Standing
    last_on: date | None = None
    due_on: date | None = None
    url: str = ""
    latest: tuple[Outcome, ...] = ()
    mended_on: date | None = None

    @property
    def is_owed(self) -> bool:
        """Whether somebody should check it now."""
        return self.standing in (Standing.OVERDUE, Standing.MENDED, Standing.NEVER)

    def count(self, result: CheckResult) -> int:
        """Return how many items stand so."""
        return sum(outcome.result is result for outcome in self.latest)


def page_states(
    checks: pd.DataFrame,
    improvements: pd.DataFrame,
    seen_pages: Iterable[str],
    *,
    months: int,
    today: date,
) -> tuple[PageState, ...]:
    """Return every page, what is owed first.

    A page whose last check said 対象外 of everything is used no longer. Kinds of which
    no page was ever checked, and landing pages that customers name, stand as never
    checked.

    Args:
        checks: the table ページ点検.
        improvements: the table 施策・改善.
        seen_pages: landing pages named lately in complaints.
        months: after so many a page is due again; below 1 never.
        today: the day.
    """
    rows = checks[checks["result"].notna() & checks["checked_on"].notna()]
    done = _mended(improvements)
    states = [
        _state(str(page), known_kind, own, done, months=months, today=today)
        for (page, kind), own in rows.groupby(["page", "page_kind"], sort=False)
        if (known_kind := PageKind.from_text(str(kind)))
    ]
    known = {(state.page, state.kind) for state in states}
    states += [
        PageState(page, PageKind.LANDING_PAGE, Standing.NEVER)
        for page in dict.fromkeys(seen_pages)
        if page and (page, PageKind.LANDING_PAGE) not in known
    ]
    kinds = {state.kind for state in states}
    states += [
        PageState(kind.value, kind, Standing.NEVER)
        for kind in PageKind
        if kind not in kinds
    ]
    return tuple(sorted(states, key=_rank))


def _rank(state: PageState) -> tuple[int, date, int, str]:
    return (
        list(Standing).index(state.standing),
        state.due_on or date.max,
        list(PageKind).index(state.kind),
        state.page,
    )


def _state(
    page: str,
    kind: PageKind,
    rows: pd.DataFrame,
    done: tuple[tuple[PageKind, str, date], ...],
    *,
    months: int,
    today: date,
) -> PageState:
    every = sorted(_outcomes(rows), key=lambda one: one.checked_on)
    last_on = every[-1].checked_on
    newest = {one.item: one for one in every}
    due_on = months_after(last_on, months) if months >= 1 else None
    mended = [
        day
        for of_kind, of_page, day in done
        if of_kind is kind and of_page in ("", page) and day > last_on
    ]
    last = [one for one in every if one.checked_on == last_on]
    is_retired = all(one.result is CheckResult.NOT_APPLICABLE for one in last)
    return PageState(
        page,
        kind,
        _standing(due_on, mended, today, is_retired=is_retired),
        last_on,
        due_on,
        _url(rows),
        tuple(newest.values()),
        max(mended, default=None),
    )


def _standing(
    due_on: date | None, mended: list[date], today: date, *, is_retired: bool
) -> Standing:
    if is_retired:
        return Standing.RETIRED
    if due_on is not None and due_on < today:
        return Standing.OVERDUE
    if mended:
        return Standing.MENDED
    is_soon = due_on is not None and due_on - today <= SOON
    return Standing.SOON if is_soon else Standing.FRESH


def outcomes(rows: pd.DataFrame) -> tuple[Outcome, ...]:
    """Return every result of one page's rows, the newest check first."""
    return tuple(sorted(_outcomes(rows), key=lambda one: one.checked_on, reverse=True))


def _outcomes(rows: pd.DataFrame) -> Iterator[Outcome]:
    columns = [rows[name] for name in _OF_OUTCOME]
    for day, item, word, *said in zip(rows["checked_on"], *columns, strict=True):
        result = CheckResult.from_text(str(word))
        if result is not None:
            yield Outcome(str(item), day.date(), result, *map(str, said))


_OF_OUTCOME: Final = ("item", "result", "note", "inspector", "improvement_id")


def _url(rows: pd.DataFrame) -> str:
    given = rows[rows["url"] != ""].sort_values("checked_on", kind="stable")
    return "" if given.empty else str(given["url"].iloc[-1])


def _mended(improvements: pd.DataFrame) -> tuple[tuple[PageKind, str, date], ...]:
    """Return where, on which page ("" for all of its kind) and when was put right."""
    cancelled = improvements["status"] == ImprovementStatus.CANCELLED.value
    rows = improvements[
        improvements["done_on"].notna() & improvements["place"].notna() & ~cancelled
    ]
    found = []
    for place, page, day in zip(
        rows["place"], rows["sales_page"], rows["done_on"], strict=True
    ):
        kind = KIND_OF.get(MendedPlace.from_text(str(place)) or MendedPlace.NOTHING)
        if kind is not None:
            # A LP is meant by its name; of the other kinds there is one for all.
            own = str(page) if kind is PageKind.LANDING_PAGE else ""
            found.append((kind, own, pd.Timestamp(day).date()))
    return tuple(found)


def months_after(day: date, months: int) -> date:
    """Return the day so many months later, at most the 28th: every month has one."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, _LAST_DAYS))
