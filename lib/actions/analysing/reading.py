"""The cases and orders behind 分析, and each of its views, once a revision.

What is given back is shared by all who see the same rows and not to be changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import pandas as pd

from lib.metrics import analysis, analysis_views
from lib.metrics.analysis import Chosen, Dimension, Exposure, Pareto, Rate
from lib.metrics.analysis_views import Clock, Cross, Launches, Share, Step
from lib.store.access import UserStore

_READ: Final = ("complaints", "escalations")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks at. archived: with the years that were put away."""

    chosen: Chosen
    archived: bool = False


# What it rests on ----------------------------------------------------------------


def cases_of(desk: UserStore, *, archived: bool = False) -> pd.DataFrame:
    """Return `analysis.cases_of` of this person's complaints."""

    def made() -> pd.DataFrame:
        taken = _with_archive if archived else _live
        return analysis.cases_of({code: taken(desk, code) for code in _READ})

    return desk.derived(("analysis cases", archived), made)


def contacts_of(desk: UserStore) -> pd.DataFrame:
    """Return `analysis.contacts_of`; contacts from agencies are never put away."""
    return desk.derived(
        "analysis contacts",
        lambda: analysis.contacts_of(desk.frame("agency_inquiries")),
    )


def orders_of(desk: UserStore) -> pd.Series:
    """Return `analysis.orders_of`."""
    return desk.derived(
        "analysis orders", lambda: analysis.orders_of(desk.frame("kpi_days"))
    )


def began_on(desk: UserStore, *, archived: bool = False) -> date | None:
    """Return the day of the first complaint that is known; None without any."""

    def made() -> date | None:
        first = cases_of(desk, archived=archived)["day"].min()
        return None if pd.isna(first) else first.date()

    return desk.derived(("analysis began", archived), made)


def words_of(desk: UserStore, field: str, *, archived: bool = False) -> tuple[str, ...]:
    """Return the words that stand in a column of the cases, the most frequent first."""
    return desk.derived(
        ("analysis words", field, archived),
        lambda: tuple(
            word
            for word in cases_of(desk, archived=archived)[field].value_counts().index
            if word
        ),
    )


def _live(desk: UserStore, code: str) -> pd.DataFrame:
    return desk.frame(code)


def _with_archive(desk: UserStore, code: str) -> pd.DataFrame:
    """Return the live rows and those put away; a row that stands in both counts once."""
    live, put_away = desk.frame(code), desk.archived(code)
    return pd.concat([live, put_away[~put_away.index.isin(live.index)]])


# The views -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Headline:
    """The period in four figures, each beside the period before.

    before: None where the ledger does not know all of that period.
    """

    rate: Rate
    second: Share
    preventable: Share
    before: Headline | None = None


def headline_of(desk: UserStore, asked: Asked) -> Headline:
    """Return the figures above every view."""

    def made() -> Headline:
        chosen = asked.chosen
        length = timedelta(days=chosen.days)
        earlier = Asked(
            replace(chosen, first=chosen.first - length, last=chosen.last - length),
            asked.archived,
        )
        began = began_on(desk, archived=asked.archived)
        is_known = began is not None and began <= earlier.chosen.first
        before = _headline(desk, earlier) if is_known else None
        now = _headline(desk, asked)
        return Headline(now.rate, now.second, now.preventable, before)

    return desk.derived(("analysis headline", asked), made)


def pareto_of(desk: UserStore, asked: Asked, by: Dimension) -> Pareto:
    """Return what most cases are about; of 機関名, contacts from agencies."""

    def made() -> Pareto:
        if by.is_of_inquiries:
            rows = analysis.chosen_of(contacts_of(desk), asked.chosen)
        else:
            rows = _chosen(desk, asked)
        return analysis.pareto(rows, by, _exposure(desk, asked))

    return desk.derived(("analysis pareto", asked, by), made)


def course_of(desk: UserStore, asked: Asked, step: Step) -> pd.DataFrame:
    """Return the course by week or month."""
    return desk.derived(
        ("analysis course", asked, step),
        lambda: analysis_views.course(
            _chosen(desk, asked), _exposure(desk, asked), asked.chosen, step
        ),
    )


def cross_of(desk: UserStore, asked: Asked) -> Cross:
    """Return where categories and products meet."""
    return desk.derived(
        ("analysis cross", asked),
        lambda: analysis_views.cross(_chosen(desk, asked), _exposure(desk, asked)),
    )


def clock_of(desk: UserStore, asked: Asked) -> Clock:
    """Return the weekdays and hours."""
    return desk.derived(
        ("analysis clock", asked),
        lambda: analysis_views.clock_of(_chosen(desk, asked)),
    )


def shares_of(desk: UserStore, asked: Asked, step: Step) -> pd.DataFrame:
    """Return second and preventable shares by week or month."""
    return desk.derived(
        ("analysis shares", asked, step),
        lambda: analysis_views.shares(_chosen(desk, asked), asked.chosen, step),
    )


def launches_of(desk: UserStore, asked: Asked, now: datetime) -> Launches | None:
    """Return the weeks after each launch, of all the time that the ledger knows.

    The first and the last day of `asked` do not count: a launch may lie before them.
    None while there is no case.
    """
    began = began_on(desk, archived=asked.archived)
    if began is None:
        return None
    # The first complaint may have come late on its day, today is not over yet.
    day = timedelta(days=1)
    whole = replace(asked.chosen, first=began + day, last=now.date() - day)

    def made() -> Launches:
        cases = analysis.chosen_of(cases_of(desk, archived=asked.archived), whole)
        products = desk.frame("products").drop_duplicates("code").set_index("code")
        return analysis_views.since_launch(
            cases, products["launched_on"], orders_of(desk), whole
        )

    return desk.derived(("analysis launches", asked.archived, whole), made)


@dataclass(frozen=True, slots=True)
class Mark:
    """Which of the cases that are looked at stand behind one mark.

    first, last: other days than those asked for. where: columns of the cases with the
        value they have there. part: the column of `analysis_views.shares` that counts
        them; "" for all.
    """

    first: date | None = None
    last: date | None = None
    where: tuple[tuple[str, str | int], ...] = ()
    part: str = ""


def behind(desk: UserStore, asked: Asked, mark: Mark) -> tuple[str, ...]:
    """Return the numbers of the cases behind a mark, the newest first."""
    chosen = replace(
        asked.chosen,
        first=mark.first or asked.chosen.first,
        last=mark.last or asked.chosen.last,
    )

    def made() -> tuple[str, ...]:
        rows = _chosen(desk, replace(asked, chosen=chosen))
        if mark.part:
            rows = rows[analysis_views.share_masks(rows)[mark.part]]
        return _numbers(rows, mark.where)

    return desk.derived(("analysis behind", asked, mark), made)


def contacts_behind(
    desk: UserStore, asked: Asked, by: Dimension, value: str
) -> tuple[str, ...]:
    """Return the numbers of the contacts behind a bar, the newest first."""
    return desk.derived(
        ("analysis contacts behind", asked, by, value),
        lambda: _numbers(
            analysis.chosen_of(contacts_of(desk), asked.chosen), ((by.code, value),)
        ),
    )


def _numbers(
    rows: pd.DataFrame, where: tuple[tuple[str, str | int], ...]
) -> tuple[str, ...]:
    for name, value in where:
        rows = rows[rows[name] == value]
    return tuple(str(key) for key in rows.sort_values("day", kind="stable").index[::-1])


def _headline(desk: UserStore, asked: Asked) -> Headline:
    cases = _chosen(desk, asked)
    return Headline(
        analysis.rate_of(cases, _exposure(desk, asked)),
        analysis_views.second_share(cases),
        analysis_views.preventable_share(cases),
    )


def _chosen(desk: UserStore, asked: Asked) -> pd.DataFrame:
    return analysis.chosen_of(cases_of(desk, archived=asked.archived), asked.chosen)


def _exposure(desk: UserStore, asked: Asked) -> Exposure:
    return analysis.exposure_of(orders_of(desk), asked.chosen)
