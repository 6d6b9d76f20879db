"""Everybody, by name or by what they have in hand; on a phone as cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.actions.people import Person
from lib.i18n import N_, _
from lib.metrics.people import DAYS, Load
from lib.schema.vocab import Choice
from lib.text import inert
from lib.ui import format as fmt

ORDER: Final = "people.order"
FEWEST: Final = 5
"""Promises below which a share would say more than they do."""
NO_RANKING: Final = N_(
    "守った約束は、最近{days}日に期限の来た約束のうち、期限までに連絡した件数です。手元の件は全部です。超過・今日まで・守った約束には、カスハラ(疑いを含む)と温度感4・5の件を数えません。どれがだれの件だったかも出しません。人を比べるためではなく、助けの要る人に気づくための表です。"
)


class Order(Choice):
    """By what the rows stand in order; never by how well or how hard it went."""

    NAME = N_("名前順")
    OPEN = N_("手元の件数が多い順")


def show(people: Sequence[Person], *, phone: bool) -> None:
    """Draw a row for each person."""
    st.caption(inert(_(NO_RANKING).format(days=DAYS)))
    order = st.segmented_control(
        _("並べ方"),
        list(Order),
        key=ORDER,
        default=Order.NAME,
        format_func=lambda one: _(one.value),
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    rows = list(people)
    if order is Order.OPEN:
        rows.sort(key=lambda one: -(one.load.open if one.load else 0))
    if phone:
        for one in rows:
            card(one)
        return
    shown = pd.DataFrame([_row(one) for one in rows])
    st.dataframe(
        shown,
        key="people.table",
        hide_index=True,
        column_config={name: _config(name) for name in shown.columns},
    )


def card(one: Person) -> None:
    """Draw what is known of one person."""
    load = one.load
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f"**{inert(one.member.name)}** "
            f":small[:gray[{inert(fmt.choice(one.member.role))}]]"
        )
        if load is None:
            st.caption(inert(_("同じ名前の人がいるため、件数を分けられません。")))
        else:
            said = [
                _("手元 {count}件").format(count=load.open),
                _("▲ 超過 {count}件").format(count=load.overdue)
                if load.overdue
                else "",
                _("● 今日 {count}件").format(count=load.today) if load.today else "",
            ]
            st.markdown(inert(" · ".join(filter(None, said))))
            st.markdown(inert(_("守った約束 {share}").format(share=kept_words(load))))
        st.caption(inert(training_words(one)))


def kept_words(load: Load | None) -> str:
    """Return "12/14件(86%)"; 「—」 where no promise was due, of a few no share."""
    if load is None or load.share is None:
        return fmt.NOTHING
    if load.due < FEWEST:
        return _("{kept}/{due}件").format(kept=load.kept, due=load.due)
    return _("{kept}/{due}件({share})").format(
        kept=load.kept, due=load.due, share=fmt.percent(load.share, decimals=0)
    )


def training_words(one: Person) -> str:
    """Return since when somebody is trained, and what they still owe."""
    day = one.member.trained_on
    said = [
        _("研修済日 {day}").format(day=fmt.full_day(day)) if day else _("研修済日 —")
    ]
    if one.owed:
        said.append(_("▲ 受けていない研修 {count}").format(count=len(one.owed)))
    return " · ".join(said)


def _row(one: Person) -> dict[str, Any]:
    load, day = one.load, one.member.trained_on
    owed = len(one.owed)
    return {
        _("名前"): one.member.name,
        _("役割"): fmt.choice(one.member.role),
        _("手元の件"): _count(load, "open"),
        _("超過"): _marked("▲", load.overdue if load else None),
        _("今日まで"): _marked("●", load.today if load else None),
        _("守った約束"): kept_words(load),
        _("1日の受付(中央値)"): fmt.number(load.a_day, decimals=1, unit="件")
        if load and load.a_day is not None
        else fmt.NOTHING,
        _("研修済日"): f"{day:%Y/%m/%d}" if day else fmt.NOTHING,
        _("受けていない研修"): _marked("▲", owed),
    }


def _count(load: Load | None, name: str) -> int | None:
    return getattr(load, name) if load else None


def _marked(shape: str, count: int | None) -> str:
    if count is None:
        return fmt.NOTHING
    return f"{shape} {count}" if count else "0"


def _config(name: str) -> Any:
    if name == _("手元の件"):
        return st.column_config.NumberColumn(name, format="%d")
    return st.column_config.TextColumn(name)
