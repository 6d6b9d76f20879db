"""One view on the screen: picture or table, what was pressed, how it is counted."""

from __future__ import annotations

from typing import Any, Final, cast

import pandas as pd
import streamlit as st

from lib.charts import analysis as charts
from lib.i18n import _
from lib.metrics.analysis import Told
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import navigation, picked
from lib.ui.analysis import taking
from lib.ui.analysis.address import ONLY, PAGE, SHAPE, VIEW, Here, Shape, View, choose
from lib.ui.analysis.shown import How, Picked, Shown
from lib.ui.improvements import proposing
from lib.ui.inquiries import address as inquiries

PICTURE_AND_PRESSED: Final = (8, 4)
MOST_CONTACTS: Final = 12
_MOST_TIED: Final = 200
_TABLE_HEIGHT: Final = 420


def show(desk: UserStore, at: Here, shown: Shown, key: str) -> None:
    """Draw the view; `key`: of the picture and, with an ending, of the table."""
    left, right = st.columns(PICTURE_AND_PRESSED)
    with left, st.container(border=True, height="stretch"):
        row = _drawn(desk, at, shown, key)
    with right, st.container(border=True, height="stretch"):
        _pressed(desk, at, shown, row)


def _drawn(desk: UserStore, at: Here, shown: Shown, key: str) -> int | None:
    """Draw picture or table with its files; return the row that was pressed."""
    st.markdown(f"**{inert(shown.title)}**")
    if shown.spec is None:
        st.info(shown.empty, icon=":material/search_off:")
        return None
    if at.shape is Shape.PICTURE:
        row = _picture(shown, key)
    else:
        row = _table(shown, f"{key}.table")
    if shown.notes:
        st.caption(inert(" ".join(shown.notes)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        choose(SHAPE, Shape, at.shape, _("図か表か"))
        taking.panel(desk, at, shown)
        with st.popover(_("数え方"), type="tertiary", icon=":material/function:"):
            st.code("\n".join(shown.formula), language=None, wrap_lines=True)
    return row


def _picture(shown: Shown, key: str) -> int | None:
    event = cast(
        "Any",
        st.vega_lite_chart(
            shown.spec,
            key=key,
            on_select="rerun",
            selection_mode=[charts.PICK],
            alt=shown.alt,
        ),
    )
    return picked.place(picked.mark(event, charts.PICK).get("row"), shown.count)


def _table(shown: Shown, key: str) -> int | None:
    event = st.dataframe(
        pd.DataFrame({column.header: list(column.values) for column in shown.table}),
        key=key,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(_TABLE_HEIGHT, 38 * (shown.count + 1) + 2),
        column_config={c.header: _config(c.how) for c in shown.table},
        alt=shown.alt,
    )
    return next(iter(picked.rows(event, shown.count)), None)


def _config(how: How) -> Any:
    match how:
        case "count":
            return st.column_config.NumberColumn(format="localized")
        case "rate":
            return st.column_config.NumberColumn(format="%.2f")
        case "share":
            return st.column_config.NumberColumn(format="percent")
        case _:
            return st.column_config.TextColumn()


# What was pressed ------------------------------------------------------------------


def _pressed(desk: UserStore, at: Here, shown: Shown, row: int | None) -> None:
    one = None if row is None else shown.pick(desk, row)
    if one is None:
        st.markdown(f"**{inert(_('選んだもの'))}**")
        st.caption(inert(shown.hint or _("図か表から一つ選んでください。")))
        return
    st.markdown(f"**{inert(one.what)}**")
    for line in one.lines:
        st.text(line)
    if one.query is not None:
        navigation.link(
            "ledger", _("この苦情を見る"), icon=":material/list_alt:", **one.query
        )
        if one.only:
            _to_course(one)
        if at.asked.archived:
            st.caption(_("保管した苦情は台帳に並びません。"))
        _to_improvement(desk, at, one)
    else:
        _contacts(one)


def _to_course(one: Picked) -> None:
    """Draw the way to how these cases came over time, whatever else is looked at."""
    query = st.query_params.to_dict() | {VIEW: View.COURSE.code, ONLY: one.only}
    navigation.link(PAGE, _("この推移を見る"), icon=":material/show_chart:", **query)


def _to_improvement(desk: UserStore, at: Here, one: Picked) -> None:
    is_of_wishes = at.chosen.told is Told.WISHES
    told = ".wishes" if is_of_wishes else ""
    proposing.button(
        desk,
        f"analysis.{at.view.code}.{one.code}{told}",
        title=_("{what}を減らす").format(what=one.about or one.what),
        scope=one.scope,
        # The rate of complaints does not count wishes: no figure shows how they moved.
        figure="" if is_of_wishes else one.figure,
        case_ids=() if one.says_all else one.cases[:_MOST_TIED],
        trigger_id=next(iter(one.cases), ""),
    )


def _contacts(one: Picked) -> None:
    """Draw the way to contacts from agencies: to all at once, else to the newest."""
    if one.contacts_query is not None:
        navigation.link(
            inquiries.PAGE,
            _("この連絡を見る"),
            icon=":material/account_balance:",
            **one.contacts_query,
        )
        return
    for number in one.contacts[:MOST_CONTACTS]:
        navigation.link(
            inquiries.PAGE,
            inert(number),
            icon=":material/account_balance:",
            **inquiries.query_of(number),
        )
    if len(one.contacts) > MOST_CONTACTS:
        more = len(one.contacts) - MOST_CONTACTS
        st.caption(_("ほか{count}件").format(count=fmt.number(more)))
