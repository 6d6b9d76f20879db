"""The list of 期限: which part is shown, whose, of which kind, and the grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib import clock
from lib.actions.clocks.proposing import DEADLINES
from lib.actions.clocks.reading import whom_about
from lib.actions.clocks.running import everything_that_can_run_out
from lib.i18n import _
from lib.metrics import deadline_views
from lib.metrics.deadline_views import View, Wanted
from lib.metrics.running_out import Line, Standing
from lib.schema.tables import table
from lib.schema.vocab import Applicability, DeadlineKind
from lib.settings.clock_rules import TO_CHECK
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import context, navigation
from lib.ui import format as fmt
from lib.ui import table as grids
from lib.ui.deadlines import address, words
from lib.ui.deadlines.address import Address
from lib.ui.table import Grid

VIEW, KINDS, PERSON, GRID_PAGE = (
    "deadlines.view",
    "deadlines.kinds",
    "deadlines.person",
    "deadlines.page",
)
_EVERYBODY: Final = "*"
_NOBODY: Final = ""

_WIDTHS: Final = {
    "standing": 112,
    "due": 172,
    "kind": 108,
    "name": 196,
    "about": 150,
    "check": 116,
    "case": 132,
    "owner": 92,
    "left": 106,
}
_COLUMNS: Final = (
    "standing",
    "due",
    "kind",
    "name",
    "about",
    "check",
    "case",
    "owner",
)
_BESIDE_ONE: Final = ("standing", "due", "about")
_ON_PHONE: Final = ("left", "about", "name")


@dataclass(frozen=True, slots=True)
class Listed:
    """What this person sees: everything, what they look for, and how many of each."""

    every: tuple[Line, ...]
    lines: tuple[Line, ...]
    counts: Mapping[View, int]
    people: tuple[str, ...]
    wanted: Wanted


def wanted() -> Wanted:
    """Return what the filters say."""
    state = st.session_state
    person = state.get(PERSON, _EVERYBODY)
    return Wanted(
        state.get(VIEW) or View.AHEAD,
        tuple(state.get(KINDS) or ()),
        None if person in (_EVERYBODY, None) else str(person),
    )


def listed(desk: UserStore, now: datetime) -> Listed:
    """Return the dates that are looked for, of all that this person sees."""
    asked = wanted()

    def made() -> Listed:
        every = everything_that_can_run_out(desk, now, with_ended=True)
        return Listed(
            every,
            deadline_views.chosen(every, asked, now),
            deadline_views.counted(every, asked, now),
            deadline_views.people(every),
            asked,
        )

    return desk.derived(("deadline list", asked, f"{now:%Y%m%d%H%M}"), made)


def line_of(found: Listed, code: str) -> Line | None:
    """Return the date that the address names; None for none."""
    return next((x for x in found.every if address.is_meant(x.key, code)), None)


# Filters ------------------------------------------------------------------------------


def bar(desk: UserStore, found: Listed) -> None:
    """Draw which part is shown, of which kinds, and whose."""
    st.session_state.setdefault(VIEW, View.AHEAD)
    st.segmented_control(
        _("どれを見るか"),
        list(View),
        key=VIEW,
        format_func=lambda view: f"{_(view.value)} {found.counts[view]}",
        label_visibility="collapsed",
        required=True,
        on_change=_first_page,
        persist_state="session",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.pills(
            _("区分"),
            list(DeadlineKind),
            key=KINDS,
            format_func=words.kind_words,
            selection_mode="multi",
            wrap=True,
            label_visibility="collapsed",
            on_change=_first_page,
            persist_state="session",
        )
        # Sent anew in each run: in another language its label is another.
        st.session_state[PERSON] = st.session_state.get(PERSON, _EVERYBODY)
        me = desk.principal.name
        others = [name for name in found.people if name != me]
        st.selectbox(
            _("担当"),
            [_EVERYBODY, me, *others, _NOBODY],
            key=PERSON,
            format_func=lambda name: _person(name, me),
            label_visibility="collapsed",
            filter_mode="contains",
            on_change=_first_page,
            persist_state="session",
            width=180,
        )


def _person(name: str, me: str) -> str:
    match name:
        case "*":
            return _("全員の分")
        case "":
            return _("担当なし")
        case _:
            return _("自分の分") if name == me else name


def _first_page() -> None:
    st.session_state[GRID_PAGE] = 1


def clear() -> None:
    """Take every filter off; a callback."""
    st.session_state[VIEW] = View.AHEAD
    st.session_state[KINDS] = []
    st.session_state[PERSON] = _EVERYBODY
    _first_page()


# The grid -----------------------------------------------------------------------------


def show(
    desk: UserStore, at: Address, found: Listed, now: datetime, *, phone: bool
) -> None:
    """Draw the grid and its pages, or what to do where nothing is in it."""
    if not found.lines:
        _nothing(found)
        return
    page = grids.page_slice(st.session_state.get(GRID_PAGE, 1), len(found.lines))
    names = _ON_PHONE if phone else _BESIDE_ONE if at.deadline else _COLUMNS
    lines = found.lines[page]
    grids.show(
        Grid(table(DEADLINES), (), extra=_config(names)),
        desk.derived(
            (
                "deadline grid",
                found.wanted,
                page.start,
                names,
                context.language(),
                f"{now:%Y%m%d%H%M}",
            ),
            lambda: grids.packed(_cells(lines, names, now, whom_about(desk))),
        ),
        key="deadlines.grid",
        keys=[line.key for line in lines],
        selected=next(
            (x.key for x in lines if address.is_meant(x.key, at.deadline)), ""
        ),
        on_select=lambda key: address.open_line(key, at.part),
        alt=_("期限の一覧。先に切れるものが上です。行を選ぶと詳しく見られます。"),
    )
    pages = grids.pages(len(found.lines))
    if pages > 1:
        st.pagination(pages, key=GRID_PAGE, persist_state="session")


def _nothing(found: Listed) -> None:
    with st.container(border=True):
        if not found.every:
            st.markdown(
                f"**:material/event_available: {inert(_('いま動いている期限はありません。'))}**"
            )
            st.write(
                inert(
                    _(
                        "苦情や問合せで「けが・漏えい・根拠資料の要求」などに答えると、期限がひとりでに始まり、ここに並びます。"
                    )
                )
            )
            with st.container(horizontal=True):
                navigation.link("intake", _("苦情を受け付ける"), icon=":material/call:")
                navigation.link(
                    "inquiries",
                    _("センターからの連絡を書く"),
                    icon=":material/account_balance:",
                )
            return
        st.markdown(f"**{inert(_('この絞り込みには、期限がありません。'))}**")
        if found.wanted != Wanted():
            st.button(
                _("絞り込みを外す"),
                key="deadlines.clear",
                icon=":material/filter_list_off:",
                on_click=clear,
            )


def _cells(
    lines: tuple[Line, ...],
    names: tuple[str, ...],
    now: datetime,
    called: Mapping[str, str],
) -> pd.DataFrame:
    cells = {
        **_CELLS,
        "about": lambda line, _now: one_line(
            called.get(line.case_id, ""), grids.LONGEST
        ),
    }
    return pd.DataFrame(
        {name: [cells[name](line, now) for line in lines] for name in names}
    )


def standing_words(standing: Standing) -> str:
    """Return "▲ 超過": shape and word."""
    return f"{words.STANDING_SHAPES[standing]} {_(standing.value)}"


def _due(line: Line, now: datetime) -> str:
    due = clock.in_tokyo(line.due_at)
    at = f"{due.month}/{due.day} {due:%H:%M}"
    if not line.is_running:
        return f"{due:%Y/%m/%d %H:%M}"
    return f"{at} · {words.left_words(line, now)[2:]}"


def _check(line: Line) -> list[str]:
    found = words.check_words(line)
    return [] if found == fmt.NOTHING else [found]


_CELLS: Final[Mapping[str, Any]] = {
    "due": _due,
    "left": words.left_words,
    "check": lambda line, _now: _check(line),
    "standing": lambda line, now: [standing_words(line.standing(now))],
    "kind": lambda line, _now: [words.kind_words(line.kind)],
    "name": lambda line, _now: one_line(words.name_of(line), grids.LONGEST),
    "case": lambda line, _now: line.case_id,
    "owner": lambda line, _now: line.owner or _("なし"),
}


def _config(names: tuple[str, ...]) -> dict[str, Any]:
    text = st.column_config.TextColumn
    found: dict[str, Any] = {
        "standing": grids.chip_column(
            _("残り"),
            {standing_words(x): words.STANDING_COLOURS[x] for x in Standing},
            width=_WIDTHS["standing"],
        ),
        "due": text(_("期限"), width=_WIDTHS["due"]),
        "left": text(_("残り"), width=_WIDTHS["left"]),
        "kind": grids.chip_column(
            _("区分"),
            {words.kind_words(x): words.KIND_COLOURS[x] for x in DeadlineKind},
            width=_WIDTHS["kind"],
        ),
        "name": text(_("すること"), width=_WIDTHS["name"]),
        "check": grids.chip_column(
            _("該当確認"),
            {
                f"{fmt.DOUBT} {_(TO_CHECK)}": "orange",
                fmt.choice(Applicability.APPLIES): "blue",
                fmt.choice(Applicability.NOT_APPLICABLE): "gray",
            },
            help_text=_("人が該当か非該当かを決めるまでは、目安です。"),
            width=_WIDTHS["check"],
        ),
        "about": text(_("相手・申出"), width=_WIDTHS["about"]),
        "case": text(_("案件"), width=_WIDTHS["case"]),
        "owner": text(_("担当"), width=_WIDTHS["owner"]),
    }
    return {name: found[name] for name in names}
