"""The list of open work: who it is for, its grid, many cases at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from lib import clock
from lib.actions import queueing
from lib.actions.queueing import Asked
from lib.actions.searching import ME, NOBODY, case_code
from lib.errors import InvalidRecord
from lib.i18n import N_, _
from lib.metrics.promises import When
from lib.metrics.queue import COMPLAINTS
from lib.metrics.sla import Standing
from lib.schema.complaint import Complaint
from lib.schema.ids import new_commit_id
from lib.schema.tables import table
from lib.schema.vocab import Severity
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import boundary, context, filters, flash
from lib.ui import format as fmt
from lib.ui import table as grids
from lib.ui.filters import Address
from lib.ui.queue import words
from lib.ui.queue.promised import Due
from lib.ui.stepping import steps
from lib.ui.table import Grid

PAGE: Final = "queue.page"

NAMED: Final = 3
"""Cases that are named before many change at once; the rest are counted."""

COLUMNS: Final = (
    "severity",
    "why",
    "content",
    "due",
    "handler",
    "standing",
    "left",
)
BESIDE_A_CASE: Final = ("severity", "why", "content", "due")
ON_A_PHONE: Final = ("severity", "why", "content")
WIDTHS: Final = {
    "severity": 92,
    "why": 272,
    "content": 160,
    "due": 124,
    "handler": 86,
    "standing": 106,
    "left": 130,
}
NARROW: Final = {**WIDTHS, "why": 216, "content": 130, "due": 108}
ON_PHONE: Final = {**WIDTHS, "severity": 80, "why": 150, "content": 130}

_SEVERITIES: Final = {
    severity: fmt.COLOURS.get(severity, "gray") for severity in Severity
}


@dataclass(frozen=True)
class Listed:
    """What the address asks for, of all open work.

    places: positions of the rows asked for, first things first. due: of the people asked
        for, what was promised until tonight.
    """

    work: pd.DataFrame
    places: np.ndarray
    due: Due
    counts: queueing.Counts

    @cached_property
    def keys(self) -> list[str]:
        """Numbers of the rows asked for."""
        return self.work.index[self.places].tolist()


def listed(desk: UserStore, here: Address, now: datetime) -> Listed:
    """Return the open work that the address asks for."""
    wanted, me = asked_for(here), desk.principal.name
    name = ("queue rows", wanted, me, f"{now:%Y%m%d%H%M}")

    def made() -> Listed:
        work = queueing.open_work(desk, now)
        chosen = queueing.chosen(work, wanted, me=me)
        theirs = queueing.chosen(work, Asked(wanted.handler), me=me)
        due = Due.of(queueing.todays_promises(work[theirs]))
        at = np.flatnonzero(chosen)
        return Listed(work, at, due, queueing.counted(work[theirs]))

    return desk.derived(name, made)


def asked_for(here: Address) -> Asked:
    """Return which open work an address of this page asks for."""
    return Asked(here.wanted.handler, here.wanted.promise)


# Above ------------------------------------------------------------------------------

_WHOSE: Final = {"": N_("全員"), ME: N_("自分"), NOBODY: N_("担当なし")}
_VIEWS: Final = {
    "overdue": N_("約束を超過"),
    "today": N_("今日の約束"),
    "undated": N_("日時が決まっていない"),
}
_WHEN: Final = {
    "overdue": When.OVERDUE,
    "today": When.TODAY,
    "undated": When.UNDATED,
}


def bar(desk: UserStore, here: Address, found: Listed) -> None:
    """Draw whose work is shown, which part of it, and what is done to many at once."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _whose(desk, here)
        _views(here, found)
        st.toggle(
            _("まとめて"), key=MANY, on_change=_choose_many, args=([],), width="content"
        )
    _many(found)


def _whose(desk: UserStore, here: Address) -> None:
    handler = here.wanted.handler
    st.session_state["queue.whose"] = handler if handler in _WHOSE else None
    st.pills(
        _("だれの担当か"),
        list(_WHOSE),
        key="queue.whose",
        format_func=lambda code: _(_WHOSE[code]),
        label_visibility="collapsed",
        on_change=_choose_whose,
        args=("queue.whose",),
        width="content",
    )
    names = filters.handlers_of(desk)
    st.session_state["queue.person"] = handler if handler in names else None
    st.selectbox(
        _("人で絞る"),
        list(names),
        key="queue.person",
        format_func=lambda code: names.get(code, code),
        placeholder=_("人で絞る"),
        label_visibility="collapsed",
        filter_mode="contains",
        width=150,
        on_change=_choose_whose,
        args=("queue.person",),
    )


def _choose_whose(key: str) -> None:
    _show(handler=st.session_state[key] or "")


def _views(here: Address, found: Listed) -> None:
    counts = {
        "overdue": found.counts.overdue,
        "today": found.counts.today,
        "undated": found.counts.undated,
    }
    shown = [code for code in _VIEWS if counts[code] or code != "undated"]
    wanted = asked_for(here).when
    chosen = next((code for code, when in _WHEN.items() if when is wanted), None)
    st.session_state["queue.view"] = chosen if chosen in shown else None
    st.pills(
        _("どれを見るか"),
        shown,
        key="queue.view",
        format_func=lambda code: f"{_(_VIEWS[code])} {counts[code]}",
        label_visibility="collapsed",
        on_change=_choose_view,
        width="content",
    )


def _choose_view() -> None:
    code = st.session_state["queue.view"]
    _show(promise=_WHEN.get(code))


def _show(**wanted: Any) -> None:
    st.session_state[PAGE] = 1
    here = filters.address()
    filters.move(replace(here, wanted=replace(here.wanted, **wanted), case=""))


# Many at once -----------------------------------------------------------------------

MANY: Final = "queue.many"
CHOSEN: Final = "queue.many.chosen"
"""Numbers of the rows that are chosen to change together, from every page."""


def ticked(found: Listed) -> list[str]:
    """Return what is chosen to change together, in the order of the list."""
    wanted = set(st.session_state.get(CHOSEN, ()))
    return [number for number in found.keys if number in wanted]


def _many(found: Listed) -> None:
    """Draw what is done to the rows that are chosen in the grid below."""
    if not st.session_state.get(MANY):
        return
    with st.container(border=True, gap="small"):
        numbers, complaints = ticked(found), _complaints(found)
        given = set(numbers)
        own = [number for number in complaints if number in given]
        _meant(found, own)
        if agencies := len(numbers) - len(own):
            said = _("行政からの連絡 {count}件は変わりません。1件ずつ開いて進めます。")
            st.caption(inert(said.format(count=agencies)))
        _from_the_top(complaints, has_chosen=bool(numbers))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            _same_handler(own)
            _same_date(own)


def _complaints(found: Listed) -> list[str]:
    """Leave out what agencies ask: that is no complaint to be given away."""
    tables = found.work["table"].iloc[found.places]
    return tables.index[tables == COMPLAINTS].tolist()


def _from_the_top(own: list[str], *, has_chosen: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if own:
            most = min(len(own), queueing.MOST_AT_ONCE)
            count = st.number_input(
                _("一覧の上から何件を選ぶか(全{count}件)").format(count=len(own)),
                min_value=1,
                max_value=most,
                value=most,
                key=f"queue.many.count.{most}",
                width=220,
            )
            st.button(
                _("上から{count}件を選ぶ").format(count=int(count)),
                key="queue.many.top",
                on_click=_choose_many,
                args=(own[: int(count)],),
            )
        if has_chosen:
            st.button(
                _("選び直す"),
                key="queue.many.none",
                type="tertiary",
                on_click=_choose_many,
                args=([],),
            )


def _choose_many(numbers: list[str]) -> None:
    st.session_state[CHOSEN] = numbers


def _same_handler(numbers: list[str]) -> None:
    st.selectbox(
        _("担当者"),
        [member.name for member in context.members()],
        index=None,
        key="queue.many.handler",
        placeholder=_("選んでください"),
        filter_mode="contains",
        width=200,
    )
    st.button(
        _("担当者にする"),
        key="queue.many.assign",
        icon=":material/person_add:",
        disabled=not numbers,
        on_click=_change_many,
        args=(numbers, "handler"),
    )


def _same_date(numbers: list[str]) -> None:
    st.session_state.setdefault("queue.many.at", _tomorrow())
    st.datetime_input(
        _("次の約束日時"),
        key="queue.many.at",
        format="YYYY/MM/DD",
        step=timedelta(minutes=15),
        width=220,
    )
    st.button(
        _("日時を決める"),
        key="queue.many.date",
        icon=":material/event:",
        disabled=not numbers,
        on_click=_change_many,
        args=(numbers, "date"),
    )


def _meant(found: Listed, numbers: list[str]) -> None:
    """Name the complaints that would change."""
    if not numbers:
        st.caption(inert(_("下の一覧で、いっしょに変える案件を選んでください。")))
        return
    named = [
        f"{number} {one_line(str(found.work.loc[number, 'content']), 16)}"
        for number in numbers[:NAMED]
    ]
    if len(numbers) > NAMED:
        named.append(_("ほかに {count}件").format(count=len(numbers) - NAMED))
    st.markdown(f"**{inert(_('{count}件を変えます').format(count=len(numbers)))}**")
    st.caption("  \n".join(f"・{inert(line)}" for line in named))


def _tomorrow() -> datetime:
    return clock.at(clock.today() + timedelta(days=1), 10).replace(tzinfo=None)


def _change_many(numbers: list[str], what: str) -> None:
    desk = context.desk()
    shared: dict[str, Any] = {"now": clock.now(), "commit_id": new_commit_id()}
    try:
        with boundary.attempt():
            if what == "handler":
                handler = st.session_state["queue.many.handler"] or ""
                count = queueing.assign(desk, numbers, handler, **shared)
            else:
                at = st.session_state["queue.many.at"]
                at = clock.in_tokyo(at) if at else None
                count = queueing.give_date(desk, numbers, at, **shared)
            _choose_many([])
            flash.say(_("{count}件を変えました。").format(count=count))
    except InvalidRecord as error:
        said = "\n".join(_(problem.message) for problem in error.problems)
        flash.say(said.format(most=queueing.MOST_AT_ONCE), "warning")


# The grid ---------------------------------------------------------------------------


def show(desk: UserStore, here: Address, found: Listed, *, phone: bool) -> None:
    """Draw the way from case to case, the grid and its pages."""
    opened = filters.opened_case(desk, here)
    count = _("{found}件 / 未完了{every}件").format(
        found=fmt.number(len(found.keys)), every=fmt.number(found.counts.every)
    )
    steps("queue", count, found.keys, opened, filters.open_case)
    if not len(found.places):
        _nothing(here)
        return
    page = grids.page_slice(st.session_state.get(PAGE, 1), len(found.places))
    names: tuple[str, ...] = COLUMNS
    widths = WIDTHS
    if phone:
        names, widths = ON_A_PHONE, ON_PHONE
    elif here.case:
        names, widths = BESIDE_A_CASE, NARROW
    keys, shown = _shown(desk, found, page, names)
    grid = Grid(table("complaints"), (), extra=_columns(names, widths))
    if st.session_state.get(MANY):
        grids.show_many(
            grid,
            shown,
            key="queue.many.grid",
            keys=keys,
            chosen=ticked(found),
            on_choose=_choose_many,
            alt=_("対応待ちの一覧。いっしょに変える案件の左端の箱を選びます。"),
        )
    else:
        grids.show(
            grid,
            shown,
            key="queue.grid",
            keys=keys,
            selected=opened,
            on_select=_choose,
            alt=_("対応待ちの一覧。上から順に進めます。行を選ぶと詳しく見られます。"),
        )
    pages = grids.pages(len(found.places))
    if pages > 1:
        st.pagination(pages, key=PAGE, persist_state="session")


def _choose(number: str) -> None:
    if case_code(number) != filters.address().case:
        filters.open_case(number)


def _nothing(here: Address) -> None:
    with st.container(border=True):
        if here.wanted == type(here.wanted)():
            st.markdown(f"**{inert(_('待っている人はいません。'))}**")
            st.caption(
                inert(_("新しい苦情を登録すると、急ぐものから順にここに並びます。"))
            )
            return
        st.markdown(f"**{inert(_('この絞り込みには、対応待ちがありません。'))}**")
        st.button(
            _("全員の分を見る"),
            key="queue.clear",
            type="primary",
            icon=":material/filter_list_off:",
            on_click=_show,
            kwargs={"handler": "", "promise": None},
        )


def _shown(
    desk: UserStore, found: Listed, page: slice, names: tuple[str, ...]
) -> tuple[tuple[str, ...], pa.Table]:
    now = clock.now()
    at = found.places[page]

    def made() -> tuple[tuple[str, ...], pa.Table]:
        rows = found.work.iloc[at]
        cells = _cells(rows, now)
        shown = pd.DataFrame({name: cells[name]() for name in names})
        return tuple(map(str, rows.index)), grids.packed(shown)

    name = (
        *("queue grid", context.language(), names, f"{now:%Y%m%d%H%M}"),
        tuple(at.tolist()),
    )
    return desk.derived(name, made)


def _cells(rows: pd.DataFrame, now: datetime) -> dict[str, Callable[[], list[Any]]]:
    each = list(rows.itertuples())
    return {
        "severity": lambda: [[_severity(row.severity)] for row in each],
        "why": lambda: [
            " · ".join(why[: words.SHOWN]) for why in words.reasons(rows, now)
        ],
        "content": lambda: [one_line(str(row.content), grids.LONGEST) for row in each],
        "due": lambda: [words.due(row) for row in each],
        "handler": lambda: [str(row.handler) or _("なし") for row in each],
        "standing": lambda: [_standing(row) for row in each],
        "left": lambda: [words.left(row) for row in each],
    }


def _standing(row: Any) -> list[str]:
    """Return the chip of a complaint's clock; an agency's contact has none."""
    if row.table != COMPLAINTS:
        return []
    return [words.standing(Standing(str(row.standing)))]


def _severity(word: Any) -> str:
    known = next((s for s in Severity if s.value == word), None)
    return fmt.choice(known or Severity.LOW)


def _columns(names: tuple[str, ...], widths: dict[str, int]) -> dict[str, Any]:
    text = st.column_config.TextColumn
    labels = {
        "why": (_("なぜここにあるか"), _("上にあるものほど先に進めます。")),
        "content": (_(Complaint.field("content").label), None),
        "due": (_("次の約束"), None),
        "handler": (_("担当者"), None),
        "left": (_("目安まで"), _("営業時間で数え、顧客待ちの間は止まります。")),
    }
    found: dict[str, Any] = {
        name: text(labels[name][0], help=labels[name][1], width=widths[name])
        for name in names
        if name in labels
    }
    if "severity" in names:
        found["severity"] = grids.chip_column(
            _("重大度"),
            {fmt.choice(s): colour for s, colour in _SEVERITIES.items()},
            width=widths["severity"],
        )
    if "standing" in names:
        found["standing"] = grids.chip_column(
            _("目安"),
            {words.standing(s): colour for s, colour in words.STANDING_COLOURS.items()},
            width=widths["standing"],
        )
    return found


def reasons(desk: UserStore, number: str, now: datetime) -> None:
    """Say above an opened case every reason why it stands where it does."""
    said = desk.derived(
        ("queue reasons", number, context.language(), f"{now:%Y%m%d%H%M}"),
        lambda: _reasons(queueing.open_work(desk, now), number, now),
    )
    if said:
        st.caption(inert(said))


def _reasons(work: pd.DataFrame, number: str, now: datetime) -> str:
    if number not in work.index:
        return ""
    place = int(work.index.get_indexer(pd.Index([number]))[0])
    row = work.iloc[[place]]
    why = " · ".join(words.reasons(row, now)[0])
    clock_words = words.left(next(row.itertuples()))
    said = _("{place}番目: {why}").format(place=fmt.number(place + 1), why=why)
    return said if clock_words == fmt.NOTHING else f"{said} · {clock_words}"
