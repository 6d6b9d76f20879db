"""The list of the ledger: which rows, in which order, as a grid and as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import streamlit as st

from lib import clock
from lib.actions import cases
from lib.actions.archiving import put_away_like
from lib.actions.searching import (
    Order,
    Positions,
    Searchable,
    case_code,
    ordered,
    search,
    searchable,
    selected,
)
from lib.i18n import Language, _
from lib.reports.export import to_csv, to_xlsx
from lib.schema.principal import SYSTEM
from lib.schema.tables import table
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import context, filters, navigation, outbox
from lib.ui import format as fmt
from lib.ui import table as grids
from lib.ui.download import file_button
from lib.ui.filters import Address
from lib.ui.marks import legend, marks_of
from lib.ui.table import Grid

COLUMNS: Final = (
    "severity",
    "content",
    "next_promise_at",
    "handler",
    "status",
    "claim_type",
    "received_at",
    "product_code",
    "contact",
    "id",
)
BESIDE_A_CASE: Final = ("severity", "content", "next_promise_at", "handler", "status")
ON_A_PHONE: Final = ("severity", "content", "next_promise_at", "status")

WIDTHS: Final = {
    "severity": 88,
    "content": 310,
    "next_promise_at": 136,
    "handler": 92,
    "status": 80,
    "claim_type": 140,
    "received_at": 100,
    "product_code": 150,
    "contact": 84,
    "id": 140,
}
WIDTHS_BESIDE: Final = {**WIDTHS, "content": 186, "next_promise_at": 124}
WIDTHS_ON_A_PHONE: Final = {
    **WIDTHS,
    "severity": 78,
    "content": 136,
    "next_promise_at": 112,
}

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

PUT_AWAY_SHOWN: Final = 6
"""Complaints of the archive that a search leads to; more are counted."""

_SEARCH_BY_KEY: Final = (Role.ADMIN, Role.MANAGER, Role.CLERK)


def positions(desk: UserStore, here: Address, text: str) -> Positions:
    """Return which rows of the ledger are asked for, in their order.

    What a person searches for is in no cache that others share, only the folded texts
    in which it is looked for.
    """
    now, me = clock.now(), desk.principal.name
    wanted = tuple(sorted(filters.query_of(replace(here, case="")).items()))
    name = ("ledger rows", wanted, me, f"{now:%Y%m%d%H%M}")

    def made() -> Positions:
        complaints = desk.frame("complaints")
        chosen = selected(complaints, here.wanted, now=now, me=me)
        return ordered(complaints, chosen, here.order)

    found = desk.derived(name, made)
    if not text:
        return found
    return found[search(text, _searchable(desk), secret=_secret(desk))[found]]


def show(desk: UserStore, here: Address, *, phone: bool) -> None:
    """Draw count, order, grid and pages of the ledger."""
    found = positions(desk, here, filters.searched())
    _above(desk, here, found, phone=phone)
    _put_away(desk, filters.searched())
    if not len(found):
        _nothing_found(desk)
        return
    page = grids.page_slice(st.session_state.get(filters.PAGE, 1), len(found))
    grid = _grid(desk, beside=bool(here.case), phone=phone)
    keys, shown = _shown(desk, grid, found[page])
    grids.show(
        grid,
        shown,
        key="ledger.grid",
        keys=keys,
        selected=filters.opened_case(desk, here),
        on_select=_choose,
        alt=_("苦情の一覧。行を選ぶと詳しく見られます。"),
    )
    if any(grid.marks.get(key) for key in keys):
        st.caption(inert(legend()))
    outbox.legend(desk, keys)
    _below(desk, found)


def _put_away(desk: UserStore, text: str) -> None:
    """Lead to what was searched for where it is in the yearly archive."""
    secret = _secret(desk)
    found = put_away_like(desk, text, secret) if text and secret else ()
    if found:
        title = _("保管済みの案件 {count}件").format(count=len(found))
        st.caption(f":material/inventory_2: {inert(title)}")
        with st.container(horizontal=True, gap="small"):
            for number in found[:PUT_AWAY_SHOWN]:
                navigation.link("ledger", number, case=number)


def _below(desk: UserStore, found: Positions) -> None:
    """Draw the pages, and the export: above the grid its own toolbar would cover it."""
    pages = grids.pages(len(found))
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
    ):
        if pages > 1:
            st.pagination(pages, key=filters.PAGE, persist_state="session")
        _export(desk, found)


def _choose(number: str) -> None:
    if case_code(number) != filters.address().case:
        filters.open_case(number)


def _searchable(desk: UserStore) -> Searchable:
    return desk.derived(
        "ledger texts",
        lambda: searchable(
            desk.frame("complaints"), desk.frame("activities"), desk.contact_marks()
        ),
    )


def _secret(desk: UserStore) -> bytes | None:
    """Return the key of contacts for those to whom contacts are not withheld."""
    staff = desk.principal.role in _SEARCH_BY_KEY
    return context.customer_secret() if staff else None


def _grid(desk: UserStore, *, beside: bool, phone: bool) -> Grid:
    columns: tuple[str, ...] = COLUMNS
    widths: Mapping[str, Any] = WIDTHS
    if phone:
        columns, widths = ON_A_PHONE, WIDTHS_ON_A_PHONE
    elif beside:
        columns, widths = BESIDE_A_CASE, WIDTHS_BESIDE
    words = {
        "product_code": filters.product_names(desk),
        "claim_type": filters.claim_names(desk),
    }
    marks = marks_of(desk, "complaints")
    return Grid(table("complaints"), columns, words, marks, widths)


def _shown(
    desk: UserStore, grid: Grid, at: Positions
) -> tuple[tuple[str, ...], pa.Table]:
    """Return the keys of the rows at these positions, and what the grid shows of them."""
    now = clock.now()
    states = desk.wait_states("complaints")

    def made() -> tuple[tuple[str, ...], pa.Table]:
        rows = desk.frame("complaints").iloc[at]
        shown = grids.display(grid, rows, now)
        shown["content"] = [
            f"{outbox.shape_of(states[key])} {text}" if key in states else text
            for key, text in zip(rows.index, shown["content"], strict=True)
        ]
        return tuple(rows.index), grids.packed(shown)

    name = (
        *("ledger grid", context.language(), grid.columns, f"{now:%Y%m%d%H%M}"),
        *(tuple(at.tolist()), tuple(states.items())),
    )
    return desk.derived(name, made)


def _above(desk: UserStore, here: Address, found: Positions, *, phone: bool) -> None:
    every = _count(desk)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        count = _("{found}件 / 全{every}件").format(
            found=fmt.number(len(found)), every=fmt.number(every)
        )
        st.markdown(f"**{inert(count)}**", width="content")
        st.session_state["ledger.order"] = here.order
        st.selectbox(
            _("並び"),
            list(Order),
            key="ledger.order",
            format_func=lambda order: _(order.value),
            filter_mode="contains",
            label_visibility="collapsed",
            # Under a finger the grid's toolbar always shows, up here at the right.
            width=125 if phone else 170,
            on_change=_reorder,
        )


def _count(desk: UserStore) -> int:
    return desk.derived("ledger count", lambda: len(desk.frame("complaints")))


def _reorder() -> None:
    st.session_state[filters.PAGE] = 1
    filters.move(replace(filters.address(), order=st.session_state["ledger.order"]))


def _nothing_found(desk: UserStore) -> None:
    with st.container(border=True):
        if not _count(desk):
            st.markdown(f"**{inert(_('苦情はまだ一件もありません。'))}**")
            st.caption(inert(_("「苦情受付」で最初の一件を残すと、ここに並びます。")))
            return
        st.markdown(f"**{inert(_('0件: 条件に合う苦情がありません。'))}**")
        st.caption(
            inert(
                _(
                    "言葉を短くするか、絞り込みを外してください。番号は区切りなしでも探せます。"
                )
            )
        )
        st.button(
            _("絞り込みと検索を外す"),
            key="ledger.clear",
            type="primary",
            icon=":material/filter_list_off:",
            on_click=filters.clear_all,
        )


# As a file ------------------------------------------------------------------------


def _export(desk: UserStore, found: Positions) -> None:
    panel = st.popover(
        _("書き出す"),
        icon=":material/download:",
        key="ledger.export",
        on_change="rerun",
    )
    if not panel.open:
        return
    language = context.language()
    with panel:
        st.caption(
            inert(
                _(
                    "いま絞り込んだ{count}件。お名前と連絡先は伏せます。書き出したことは操作ログに残ります。"
                ).format(count=fmt.number(len(found)))
            )
        )
        for label, ending, mime, made in (
            (_("CSV(Excel用)"), "csv", "text/csv", _csv),
            (_("Excelブック"), "xlsx", XLSX, _xlsx),
        ):
            file_button(
                label,
                made(desk, found, language),
                name=f"mimamori-complaints-{clock.today():%Y%m%d}.{ending}",
                mime=mime,
                key=f"ledger.export.{ending}",
                width="stretch",
            )


def _csv(desk: UserStore, found: Positions, language: Language) -> Callable[[], bytes]:
    rows, log = _taken(desk, found), _logging(desk, "CSV", len(found))
    typed = desk.unread("complaints")

    def made() -> bytes:
        log()
        return to_csv(table("complaints"), rows, language=language, typed=typed)

    return made


def _xlsx(desk: UserStore, found: Positions, language: Language) -> Callable[[], bytes]:
    rows, log = _taken(desk, found), _logging(desk, "Excel", len(found))
    typed = desk.unread("complaints")

    def made() -> bytes:
        log()
        found = {table("complaints"): rows}
        return to_xlsx(found, language=language, typed=typed)

    return made


def _taken(desk: UserStore, found: Positions) -> pd.DataFrame:
    return desk.frame("complaints").iloc[found]


def _logging(desk: UserStore, kind: str, count: int) -> Callable[[], None]:
    """Return what notes the export; it runs at the click, outside the session."""
    live, who = context.live(), desk.principal

    def note() -> None:
        system = live.for_user(SYSTEM)
        cases.log_export(system, who, kind=kind, count=count, now=clock.now())

    return note
