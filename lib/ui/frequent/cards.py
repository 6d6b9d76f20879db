"""One card a problem: its words, how it comes, texts, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal

import pandas as pd
import streamlit as st

from lib import clock
from lib.actions.improving import Scope
from lib.actions.kpi_targets import marks_of
from lib.actions.problems import examples
from lib.actions.searching import case_code
from lib.charts import analysis as charts
from lib.charts.look import Spec, spec_of
from lib.i18n import N_, _, current
from lib.metrics.likeness.problems import Pace, Problem
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import filters, navigation
from lib.ui import format as fmt
from lib.ui.filters import ledger_query
from lib.ui.improvements import proposing

FIRST_SHOWN: Final = 6
_MORE: Final = "frequent.more"

LINKED: Final = 120
"""Cases that one address names: their numbers stand in it."""

MOST_TIED: Final = 200
"""Complaints that get an improvement's number in one save."""

MOSTLY: Final = 0.8
"""Share of the cases of one product (or type) that make an improvement about it."""

NAMES_SHOWN: Final = 3

WEEKS_HEIGHT: Final = 64
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)

COLOURS: Final[Mapping[Pace, Literal["red", "orange", "blue", "gray"]]] = {
    Pace.SEVERAL_A_WEEK: "red",
    Pace.LONG_RUNNING: "orange",
    Pace.OCCASIONAL: "blue",
    Pace.QUIET: "gray",
}
ICONS: Final = {
    Pace.SEVERAL_A_WEEK: ":material/stat_3:",
    Pace.LONG_RUNNING: ":material/hourglass:",
    Pace.OCCASIONAL: ":material/more_horiz:",
    Pace.QUIET: ":material/bedtime:",
}


def show(desk: UserStore, found: Sequence[Problem]) -> None:
    """Draw the problems in their order: the first ones, then all on demand."""
    pressing = [one for one in found if one.pace is not Pace.QUIET]
    quiet = [one for one in found if one.pace is Pace.QUIET]
    shown = pressing if st.session_state.get(_MORE) else pressing[:FIRST_SHOWN]
    _grid(desk, shown, first=1)
    if len(pressing) > len(shown):
        st.button(
            _("ほか{count}件").format(count=len(pressing) - len(shown)),
            key="frequent.more:all",
            type="tertiary",
            icon=":material/expand_more:",
            on_click=st.session_state.__setitem__,
            args=(_MORE, True),
        )
    if not quiet:
        return
    words = _("この4週間は来ていないもの {count}").format(count=len(quiet))
    folder = st.expander(words, key="frequent.quiet", on_change="rerun")
    if folder.open:
        with folder:
            _grid(desk, quiet, first=len(pressing) + 1)


def _grid(desk: UserStore, found: Sequence[Problem], first: int) -> None:
    with st.grid(min_column_width=420, gap="small"):
        for place, problem in enumerate(found, start=first):
            _card(desk, problem, place)


def _card(desk: UserStore, problem: Problem, place: int) -> None:
    with st.container(border=True, gap="xsmall", height="stretch"):
        with st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            gap="small",
        ):
            st.markdown(f"**{place}\\. {inert(name_of(problem))}**", width="content")
            pace = problem.pace
            st.badge(_(pace.value), icon=ICONS[pace], color=COLOURS[pace])
        _counts(problem)
        _weeks(desk, problem)
        st.caption(inert(f"{_mix(problem)}\n{_about(desk, problem)}"))
        _texts(desk, problem)
        _to_do(desk, problem)


def name_of(problem: Problem) -> str:
    """Return the words that name a group, parted by dots."""
    return " · ".join(problem.words) or _("言葉の決まらないまとまり")


def _counts(problem: Problem) -> None:
    change = _("直近4週 {recent}件(その前の4週 {before}件)")
    since = _("{day}から · お客様 {people}人 · 棒は週ごと")
    st.metric(
        inert(since.format(day=fmt.day(problem.first), people=problem.people)),
        fmt.number(problem.count, unit=N_("件")),
        delta=inert(change.format(recent=problem.recent, before=problem.before)),
        delta_color="off",
        delta_arrow=_arrow(problem),
    )


def _weeks(desk: UserStore, problem: Problem) -> None:
    """Draw its cases week by week, with the measures that were begun about them."""
    until = clock.today()
    spec = desk.derived(
        ("frequent weeks", problem, until, current()),
        lambda: weeks_of(desk, problem, until),
    )
    st.vega_lite_chart(
        spec,
        key=f"frequent.weeks:{problem.key}",
        height=WEEKS_HEIGHT,
        alt=_("週ごとの件数: {counts}").format(
            counts=fmt.listed(map(str, problem.weekly))
        ),
    )


def weeks_of(desk: UserStore, problem: Problem, until: date) -> Spec:
    """Return the chart of its weeks, the last of which ends on the day `until`."""
    first = until + _DAY - _WEEK * len(problem.weekly)
    starts = [first + _WEEK * place for place in range(len(problem.weekly))]
    rows = pd.DataFrame(
        {
            "starts": [day.isoformat() for day in starts],
            "count": problem.weekly,
            "text": [
                f"{fmt.day(day)} – {fmt.day(day + _WEEK - _DAY)}: "
                f"{fmt.number(count, unit=N_('件'))}"
                for day, count in zip(starts, problem.weekly, strict=True)
            ],
        }
    )
    signs = [
        (
            starts[(mark.day - first) // _WEEK].isoformat(),
            mark.kind.code,
            one_line(f"{fmt.day(mark.day)} {mark.text()}", 90),
        )
        for mark in marks_of(desk, first, until)
        if mark.key in problem.improvements
    ]
    marks = pd.DataFrame(signs, columns=["starts", "kind", "text"])
    return spec_of(charts.few_weeks(rows, marks), height=WEEKS_HEIGHT)


def _arrow(problem: Problem) -> Literal["up", "down", "off"]:
    if problem.recent == problem.before:
        return "off"
    return "up" if problem.recent > problem.before else "down"


def _mix(problem: Problem) -> str:
    return "  ".join(
        f"{fmt.choice(severity)} {fmt.number(count)}"
        for severity, count in problem.severities
    )


def _about(desk: UserStore, problem: Problem) -> str:
    products = _most(problem.products, filters.product_names(desk))
    types = _most(problem.claim_types, filters.claim_names(desk))
    parts = [
        _("{label}: {words}").format(label=_(label), words=words)
        for label, words in ((N_("商品"), products), (N_("申出の種類"), types))
        if words
    ]
    return "\n".join(parts)


def _most(counted: Sequence[tuple[str, int]], names: dict[str, str]) -> str:
    words = [f"{names.get(word, word)} {count}" for word, count in counted]
    shown = words[:NAMES_SHOWN]
    if len(words) > len(shown):
        shown.append(_("ほか{count}").format(count=len(words) - len(shown)))
    return fmt.listed(shown)


def _texts(desk: UserStore, problem: Problem) -> None:
    first, *others = examples(desk, problem)
    st.text(_quoted(one_line(first.text, 90)))
    folder = st.expander(
        _("お客様の言葉を読む"), key=f"frequent.texts:{problem.key}", on_change="rerun"
    )
    if not folder.open:
        return
    with folder:
        for example in (first, *others):
            st.text(_quoted(example.text))
            navigation.link(
                "ledger",
                f"{fmt.day(example.day)} {inert(example.case_id)}",
                icon=":material/open_in_new:",
                case=case_code(example.case_id),
            )


def _quoted(text: str) -> str:
    return _("「{text}」").format(text=text)


def _to_do(desk: UserStore, problem: Problem) -> None:
    for number in problem.improvements[:NAMES_SHOWN]:
        words = _("改善 {number} に入っています").format(number=number)
        navigation.link(
            "improvements", inert(words), icon=":material/task_alt:", id=number
        )
    named = problem.case_ids[:LINKED]
    words = (
        _("この{count}件を台帳で見る")
        if len(named) == problem.count
        else _("新しい{count}件を台帳で見る")
    )
    navigation.link(
        "ledger",
        words.format(count=fmt.number(len(named))),
        icon=":material/list_alt:",
        **ledger_query(cases=named),
    )
    proposing.button(
        desk,
        f"frequent:{problem.key}",
        title=_("「{words}」の苦情を減らす").format(words=name_of(problem)),
        scope=scope_of(problem),
        case_ids=problem.case_ids[:MOST_TIED],
    )


def scope_of(problem: Problem) -> Scope:
    """Return which complaints an improvement of it is about, where most agree."""
    return Scope(
        product_code=_common(problem.products, problem.count),
        claim_type=_common(problem.claim_types, problem.count),
    )


def _common(counted: Sequence[tuple[str, int]], every: int) -> str:
    word, count = counted[0] if counted else ("", 0)
    return word if count >= MOSTLY * every else ""
