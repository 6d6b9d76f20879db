"""「一件の後ろに」: how many like cases stand behind one call, and how they spread."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.actions.inquiries import similar
from lib.actions.inquiries.listing import INQUIRIES
from lib.actions.inquiries.similar import About, Similar
from lib.charts import morning
from lib.charts.look import Spec, spec_of
from lib.i18n import _, current
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import format as fmt
from lib.ui import navigation
from lib.ui.charts import measures_by_week
from lib.ui.inquiries import address

SHOWN: Final = 8
"""Cases that are listed; the rest are counted."""


def sentence(found: Similar) -> str:
    """Return how many there are, in a sentence."""
    return _("「{like}」がこの90日に{count}件(うち行政などから{contacts}件)").format(
        like=_(found.like.value),
        count=fmt.number(found.count),
        contacts=fmt.number(found.contacts),
    )


def in_short(found: tuple[Similar, ...]) -> None:
    """Draw the closest count alone, for the time of the call."""
    st.markdown(f"**:material/stacks: {inert(_('一件の後ろに'))}**")
    if not found:
        words = _("商品か内容分類が分かると、この90日の同じ件を数えます。")
        st.caption(inert(words))
        return
    st.markdown(inert(sentence(found[0])))


def show(
    desk: UserStore,
    to: About,
    today: date,
    *,
    without: tuple[str, ...],
    prefix: str,
    unfolded: bool = False,
) -> None:
    """Draw the closest count, and folded below it weeks and list of each respect.

    unfolded: how it stands until somebody folds it.
    """
    every = similar.similar(desk, to, today, without=without)
    if not every:
        in_short(every)
        return
    panel = st.expander(
        inert(f"{_('一件の後ろに')}: {sentence(every[0])}"),
        expanded=unfolded,
        icon=":material/stacks:",
        key=f"{prefix}:similar",
        on_change="rerun",
    )
    if not panel.open:
        return
    with panel:
        found = _chosen(every, prefix)
        if not found.count:
            st.caption(inert(_("この90日にはありません。")))
            return
        name = ("chart", "similar", to, without, found.like, today, current())
        spec = desk.derived(name, lambda: weeks_chart(desk, found.weeks))
        st.vega_lite_chart(
            spec,
            alt=_("同じ件の数、直近13週"),
            key=f"{prefix}:similar:{found.like.code}",
            height=130,
        )
        _list(found)


def _chosen(every: tuple[Similar, ...], prefix: str) -> Similar:
    counts = {found.like: found for found in every}
    if len(every) == 1:
        return every[0]
    key = f"{prefix}:like"
    if st.session_state.get(key) not in counts:
        st.session_state[key] = every[0].like
    chosen = st.segmented_control(
        _("何が同じか"),
        list(counts),
        key=key,
        format_func=lambda like: f"{_(like.value)} {counts[like].count}",
        label_visibility="collapsed",
        required=True,
    )
    return counts[chosen or every[0].like]


def _list(found: Similar) -> None:
    for row in found.rows.head(SHOWN).itertuples():
        _case(row)
    rest = found.count - SHOWN
    if rest > 0:
        st.caption(inert(_("ほかに {count}件").format(count=fmt.number(rest))))


def _case(row: Any) -> None:
    number = str(row.Index)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if row.table == INQUIRIES:
            icon = ":material/account_balance:"
            query = address.query_of(number)
            navigation.link(address.PAGE, number, icon=icon, **query)
        else:
            navigation.link("ledger", number, icon=":material/list_alt:", case=number)
        st.caption(
            inert(f"{_moment(row.at)} {one_line(str(row.content), 48)}"),
            width="content",
        )


def _moment(at: Any) -> str:
    moment: datetime | None = None if pd.isna(at) else at.to_pydatetime()
    return fmt.short_moment(moment)


def weeks_chart(desk: UserStore, weeks: pd.DataFrame) -> Spec:
    """Return the bars of the weeks, with the measures that began in each.

    weeks: a row a week, oldest first; `first`, `last` (days) and `count`.
    """
    last = len(weeks) - 1
    shown = weeks.assign(
        week_label=[f"{day.month}/{day.day}" for day in weeks["last"]],
        is_last=[n == last for n in range(len(weeks))],
        week_text=[
            f"{fmt.day(first)} – {fmt.day(end)}"
            for first, end in zip(weeks["first"], weeks["last"], strict=True)
        ],
        count_text=[fmt.number(count, unit="件") for count in weeks["count"]],
    ).drop(columns=["first", "last"])
    signs = measures_by_week(desk, weeks["first"], weeks["last"], shown["week_label"])
    return spec_of(morning.weekly_contacts(shown, None, signs))
