"""The list of contacts: which part is shown, the way from one to the next, the grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import streamlit as st

from lib.actions.inquiries import listing
from lib.actions.inquiries.listing import INQUIRIES, View
from lib.actions.searching import case_code
from lib.i18n import _
from lib.metrics.promises import When
from lib.metrics.state import State
from lib.schema.inquiry import AgencyInquiry
from lib.schema.tables import table
from lib.schema.vocab import InquiryStatus, Match, Unlisted
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import context
from lib.ui import format as fmt
from lib.ui import table as grids
from lib.ui.inquiries import address
from lib.ui.inquiries.address import Address
from lib.ui.stepping import steps
from lib.ui.table import Grid, due_text

GRID_PAGE: Final = "inquiries.page"

COLUMNS: Final = ("state", "agency", "facts", "due", "matched", "status", "handler")
BESIDE_ONE: Final = ("state", "agency", "due")
WIDTHS: Final = {
    "state": 92,
    "agency": 190,
    "facts": 280,
    "due": 124,
    "matched": 88,
    "status": 88,
    "handler": 92,
}
NARROW: Final = {**WIDTHS, "state": 80, "agency": 158, "due": 112}
ON_PHONE: Final = {**WIDTHS, "state": 84, "agency": 150, "due": 116}

STATES: Final = {
    State.NORMAL: "○",
    State.PENDING: "‖",
    State.WATCH: "●",
    State.ALARM: "▲",
}
STATE_COLOURS: Final = {
    State.NORMAL: "gray",
    State.PENDING: "gray",
    State.WATCH: "orange",
    State.ALARM: "red",
}
"""Shape and theme colour of each word of the one scale."""


@dataclass(frozen=True)
class Listed:
    """The contacts that the address asks for, of all that this person sees."""

    rows: pd.DataFrame
    counts: dict[View, int]
    now: datetime

    @cached_property
    def keys(self) -> list[str]:
        """Numbers of the rows asked for, first things first."""
        return [str(key) for key in self.rows.index]


def listed(desk: UserStore, at: Address, now: datetime) -> Listed:
    """Return the contacts that the address asks for."""

    def made() -> Listed:
        every = listing.listed(desk, now)
        rows = listing.chosen(every, at.view)
        rows = listing.of_agency(rows, at.agency, at.first, at.last)
        return Listed(rows, listing.counted(every), now)

    return desk.derived(("inquiry rows", _part(at), f"{now:%Y%m%d%H%M}"), made)


def _part(at: Address) -> Address:
    """Return of an address what decides which contacts are listed."""
    return replace(at, inquiry="", is_call=False)


def state_words(state: State) -> str:
    """Return a word of the one scale with its shape."""
    return f"{STATES[state]} {_(state.value)}"


def bar(at: Address, found: Listed) -> None:
    """Draw which part of the contacts is shown, each with its count."""
    quiet = (View.ALARM, View.UNMATCHED)
    shown = [view for view in View if found.counts[view] or view not in quiet]
    st.session_state["inquiries.view"] = at.view if at.view in shown else None
    st.pills(
        _("どれを見るか"),
        shown,
        key="inquiries.view",
        format_func=lambda view: f"{_(view.value)} {found.counts[view]}",
        label_visibility="collapsed",
        on_change=_choose_view,
        width="content",
    )
    if at.agency or at.first or at.last:
        st.button(
            inert(_narrowed(at, found)),
            key="inquiries.narrowed",
            icon=":material/close:",
            icon_position="right",
            help=_("この絞り込みを外す"),
            on_click=address.move,
            args=(Address(at.view),),
        )


def _narrowed(at: Address, found: Listed) -> str:
    names = found.rows["agency_name"].head(1) if at.agency else ()
    days = [fmt.full_day(day) if day else "" for day in (at.first, at.last)]
    said = [*map(str, names), " – ".join(days) if any(days) else ""]
    return " · ".join(filter(None, said)) or _("絞り込み")


def _choose_view() -> None:
    st.session_state[GRID_PAGE] = 1
    view = st.session_state["inquiries.view"] or View.OPEN
    address.move(Address(view))


def show(desk: UserStore, at: Address, found: Listed, *, phone: bool) -> None:
    """Draw the way from contact to contact, the grid and its pages."""
    opened = address.opened(desk, at)
    count = _("{count}件").format(count=fmt.number(len(found.keys)))
    steps("inquiries", count, found.keys, opened, address.open_inquiry)
    if not len(found.rows):
        _nothing(at)
        return
    page = grids.page_slice(st.session_state.get(GRID_PAGE, 1), len(found.rows))
    names: tuple[str, ...] = COLUMNS
    widths = WIDTHS
    if phone:
        names, widths = BESIDE_ONE, ON_PHONE
    elif at.inquiry:
        names, widths = BESIDE_ONE, NARROW
    keys, shown = _shown(desk, at, found, page, names)
    grids.show(
        Grid(table(INQUIRIES), (), extra=_columns(names, widths)),
        shown,
        key="inquiries.grid",
        keys=keys,
        selected=opened,
        on_select=_choose,
        alt=_("行政問合せの一覧。上から順に進めます。行を選ぶと詳しく見られます。"),
    )
    pages = grids.pages(len(found.rows))
    if pages > 1:
        st.pagination(pages, key=GRID_PAGE, persist_state="session")


def _choose(number: str) -> None:
    if case_code(number) != address.here().inquiry:
        address.open_inquiry(number)


def _nothing(at: Address) -> None:
    with st.container(border=True):
        is_narrowed = bool(at.agency or at.first or at.last)
        if at.view in (View.OPEN, View.ALL) and not is_narrowed:
            st.markdown(f"**{inert(_('いま進めている連絡はありません。'))}**")
            words = _(
                "センターや役所から連絡が来たら「センターから連絡が来た」を押します。話の順に書けば、期限と同じ件が分かります。"
            )
            st.caption(inert(words))
            return
        st.markdown(f"**{inert(_('この絞り込みには、連絡がありません。'))}**")
        st.button(
            _("未完了をすべて見る"),
            key="inquiries.clear",
            icon=":material/filter_list_off:",
            on_click=address.move,
            args=(Address(View.OPEN, at.inquiry),),
        )


def _shown(
    desk: UserStore,
    at: Address,
    found: Listed,
    page: slice,
    names: tuple[str, ...],
) -> tuple[tuple[str, ...], pa.Table]:

    def made() -> tuple[tuple[str, ...], pa.Table]:
        rows = found.rows.iloc[page]
        cells = _cells(rows, found.now)
        shown = pd.DataFrame({name: cells[name]() for name in names})
        return tuple(map(str, rows.index)), grids.packed(shown)

    minute = f"{found.now:%Y%m%d%H%M}"
    name = ("inquiry grid", context.language(), names, minute, _part(at), page.start)
    return desk.derived(name, made)


def _cells(rows: pd.DataFrame, now: datetime) -> dict[str, Callable[[], list[Any]]]:
    each = list(rows.itertuples())
    return {
        "state": lambda: [[state_words(State(str(row.state)))] for row in each],
        "agency": lambda: [_agency(row) for row in each],
        "facts": lambda: [one_line(str(row.facts), grids.LONGEST) for row in each],
        "due": lambda: [due_words(row, now) for row in each],
        "matched": lambda: [_word(Match, row.matched) for row in each],
        "status": lambda: [_word(InquiryStatus, row.status) for row in each],
        "handler": lambda: [str(row.handler) or _("なし") for row in each],
    }


def _agency(row: Any) -> str:
    kind = _word(AgencyInquiry.field("agency_kind").choice_type, row.agency_kind)
    return one_line(str(row.agency_name) or kind, grids.LONGEST)


def _word(kind: Any, value: Any) -> str:
    if pd.isna(value):
        return fmt.NOTHING
    known = next((choice for choice in kind if choice.value == value), None)
    return fmt.choice(known or Unlisted(str(value)))


def due_words(row: Any, now: datetime) -> str:
    """Return when an answer is due: overdue, today or a day; 「—」 where none is owed."""
    if pd.isna(row.due_at):
        return fmt.NOTHING
    due = row.due_at.to_pydatetime()
    if due < now:
        return due_text(When.OVERDUE, due)
    today = due.astimezone(now.tzinfo).date() == now.date()
    return due_text(When.TODAY if today else When.LATER, due)


def _columns(names: tuple[str, ...], widths: dict[str, int]) -> dict[str, Any]:
    text = st.column_config.TextColumn
    labels = {
        "agency": (_("機関"), None),
        "facts": (_("先方の話"), None),
        "due": (_("回答期限"), _("先方の期限と社内の期限の、早いほうです。")),
        "matched": (_("照合"), _("この件を、連絡の前から知っていたか。")),
        "status": (_("状態"), None),
        "handler": (_("担当者"), None),
    }
    found: dict[str, Any] = {
        name: text(labels[name][0], help=labels[name][1], width=widths[name])
        for name in names
        if name in labels
    }
    if "state" in names:
        found["state"] = grids.chip_column(
            _("急ぎ"),
            {state_words(state): colour for state, colour in STATE_COLOURS.items()},
            help_text=_(
                "警報: 回答の前に再び連絡が来た、センター以外の機関、期限の決まる書面。注意: 回答の期限を過ぎた。"
            ),
            width=widths["state"],
        )
    return found
