"""The list: what misses its target, the figures of a theme, centres side by side."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.actions.kpi_cards import (
    Beside,
    Card,
    Judged,
    beside_of,
    cards_of,
    judged_of,
    off_target,
    told,
)
from lib.actions.searching import slug
from lib.i18n import _, current
from lib.metrics.kpi_themes import Theme, theme_of
from lib.metrics.state import State
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import figures, navigation
from lib.ui import format as fmt
from lib.ui.kpis import conscience, look
from lib.ui.kpis.address import CENTRE, FIGURE, PAGE, THEME, Here, before_text

SAID: Final = 3
"""Missed targets told in full; the rest are counted at their themes."""


def show(desk: UserStore, at: Here, now: datetime) -> None:
    """Draw the list."""
    judged = judged_of(desk, at.span, now, at.centre)
    _summary(at, judged)
    shown = [theme for theme in Theme if told(desk, theme, at.centre)]
    theme = at.theme if at.theme in shown else shown[0]
    _themes(theme, shown, judged)
    if theme is Theme.RETENTION:
        conscience.card(desk, at, now)
    with st.grid(4, min_column_width=160, gap="small"):
        for card in cards_of(desk, theme, at.span, now, at.centre):
            _card(at, card)
    if not at.centre:
        _side_by_side(desk, at, theme, now)
    elif not desk.principal.is_outsourced:
        st.caption(_("会社全体で数える数字は、「全センター」で見られます。"))


# What misses its target --------------------------------------------------------


def _summary(at: Here, judged: tuple[Judged, ...]) -> None:
    missed = off_target(judged)
    with st.container(border=True, gap="xsmall"):
        if not judged:
            st.markdown(f"**{inert(_('目標のある数字はまだありません。'))}**")
            return
        reached = sum(one.verdict.state is State.NORMAL for one in judged)
        waiting = sum(one.verdict.state is State.PENDING for one in judged)
        st.markdown(
            "**"
            + _("目標から外れている数字 {missed} / 届いている {reached}").format(
                missed=len(missed), reached=reached
            )
            + "**"
            + (" · " + _("判定保留 {count}").format(count=waiting) if waiting else "")
        )
        for one in missed[:SAID]:
            _missed(at, one)
        if len(missed) > SAID:
            st.caption(
                _("ほか{count}は、下の見出しの印のところにあります。").format(
                    count=len(missed) - SAID
                )
            )


def _missed(at: Here, one: Judged) -> None:
    """Draw the figure as a link, and the sentence beside it: on a phone below it."""
    shape, _colour = look.STATE_LOOK[one.verdict.state]
    words = f"{shape} {_(one.verdict.state.value)} {look.name_of(one.entry)}"
    changes = {FIGURE: one.entry.code, THEME: theme_of(one.entry).code}
    if one.centre:
        changes[CENTRE] = slug(one.centre)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        navigation.link(PAGE, inert(words), icon="", **at.query(**changes))
        st.caption(look.why(one.verdict), width="content")


def _themes(theme: Theme, shown: list[Theme], judged: tuple[Judged, ...]) -> None:
    names = {one: _theme_label(one, judged) for one in shown}
    st.session_state["kpis.theme"] = theme
    st.segmented_control(
        _("見出し"),
        shown,
        key="kpis.theme",
        format_func=lambda one: names.get(one, ""),
        required=True,
        label_visibility="collapsed",
        on_change=_go_to_theme,
    )


def _theme_label(theme: Theme, judged: tuple[Judged, ...]) -> str:
    """Return the theme with how many of its figures miss their target: 「速さ ▲1 ◆2」."""
    parts = [_(theme.value)]
    for state in (State.ALARM, State.WATCH):
        count = sum(
            one.verdict.state is state and theme_of(one.entry) is theme
            for one in judged
        )
        if count:
            parts.append(f"{look.STATE_LOOK[state][0]}{count}")
    return " ".join(parts)


def _go_to_theme() -> None:
    st.query_params[THEME] = st.session_state["kpis.theme"].code


# One figure --------------------------------------------------------------------


def _card(at: Here, card: Card) -> None:
    entry, number = card.entry, card.value.number
    change, colour, arrow = look.change(entry, number, card.before)
    with st.container(border=True, height="stretch", gap="xsmall"):
        navigation.link(
            PAGE,
            f"**{inert(look.name_of(entry))}**",
            icon="",
            about=figures.about(entry, card.method),
            **at.query(figure=entry.code),
        )
        st.metric(
            look.name_of(entry),
            look.value_text(entry, number),
            label_visibility="collapsed",
            delta=change,
            delta_color=colour,
            delta_arrow=arrow,
            delta_description=before_text(at) if change else None,
            chart_data=list(card.spark) or None,
            chart_type="line" if not _is_count(card) else "bar",
        )
        if told := _below(card):
            st.markdown(told)


def _is_count(card: Card) -> bool:
    return card.value.denominator is None


def _below(card: Card) -> str:
    """Return lamp, target and why there is no value, as Markdown; "" for nothing."""
    lamps = [look.badge(card.lamp)] if card.lamp else []
    words = []
    if card.places:
        lamps.append(look.badge(card.places[0].verdict))
        words.append(_("センターごとの目標"))
    elif target := look.target_text(card.entry, card.target):
        words.append(target)
    if card.lack is not None:
        words.append(card.lack.text())
    elif card.note is not None:
        words.append(_("方式をそろえた値"))
    said = [f":small[{inert(' · '.join(words))}]"] if words else []
    return " ".join([*lamps, *said])


# Side by side ------------------------------------------------------------------


def _side_by_side(desk: UserStore, at: Here, theme: Theme, now: datetime) -> None:
    rows = beside_of(desk, theme, at.span, now)
    if not rows:
        return
    hour = now.replace(minute=0, second=0)
    table = desk.derived(
        ("kpi beside shown", theme, at.span, hour, current()),
        lambda: _table(at, rows),
    )
    with st.container(border=True):
        st.markdown(f"**{inert(_('センターを並べて見る'))}**")
        st.dataframe(
            table,
            hide_index=True,
            height="content",
            column_config={_("数字"): st.column_config.TextColumn(pinned=True)},
            alt=_("センターごとの数字"),
        )
        for row in rows:
            if row.note is not None:
                note = f"{look.name_of(row.entry)}: {row.note.text()}"
                st.caption(inert(note))
        st.caption(
            _(
                "▲ 警報 ◆ 注意 ● 目標に届いている ○ 判定保留。印は、そのセンターの数え方と目標での判定です。印のない数字に目標はありません。"
            )
        )


def _table(at: Here, rows: tuple[Beside, ...]) -> pd.DataFrame:
    return pd.DataFrame([_row(at, row) for row in rows])


def _row(at: Here, row: Beside) -> dict[str, Any]:
    cells: dict[str, Any] = {_("数字"): look.name_of(row.entry)}
    for code, name in at.names().items():
        cells[name] = _cell(row, code)
    return cells


def _cell(row: Beside, code: str) -> str:
    if row.values is None:
        return fmt.NOTHING
    value = look.value_text(row.entry, row.values[code].number)
    return f"{look.shape_of(row.lamps.get(code))} {value}".strip()
