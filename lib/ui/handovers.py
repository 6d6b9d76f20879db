"""Hand-overs that wait for 受けた, as they concern the person who looks."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

import streamlit as st

from lib import clock
from lib.actions import handover
from lib.actions.handover import Asked, Event
from lib.actions.searching import case_code
from lib.i18n import _, current
from lib.schema.escalation import Escalation
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, filters, flash, navigation
from lib.ui import format as fmt


class Where(StrEnum):
    """On which screen a hand-over is shown."""

    LIST = "queue"
    CASE = "case"
    ELSEWHERE = "elsewhere"


def on_top(desk: UserStore, now: datetime) -> None:
    """Draw, on another page than 対応待ち, the hand-overs that wait for this person.

    Taking one leaves the person where they are: what is being typed goes on.
    """
    if desk.principal.role not in handover.TAKERS:
        return
    for one in _waiting(desk, now):
        if desk.principal.name == one.taker:
            line(desk, one, where=Where.ELSEWHERE)


def show(desk: UserStore, now: datetime, *, without: str = "") -> None:
    """Draw the hand-overs that wait for this person or that they gave.

    without: the case that stands open beside and says so itself.
    """
    me = desk.principal.name
    for one in _waiting(desk, now):
        concerned = me in (one.taker, one.handover.given_by)
        if concerned and one.handover.complaint_id != without:
            line(desk, one)


def line(desk: UserStore, one: Asked, *, where: Where = Where.LIST) -> None:
    """Draw one hand-over that waits for 受けた, as it concerns this person."""
    me, made = desk.principal.name, one.handover
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="small"
    ):
        colour = "blue" if me == one.taker else "gray"
        st.markdown(
            f":{colour}-badge[{inert('⇄ ' + _('引き継ぎ'))}] "
            + inert(_handover_words(one, me)),
            width="stretch",
        )
        if where is Where.ELSEWHERE:
            case = case_code(made.complaint_id)
            navigation.link("queue", _("開く"), case=case)
        elif where is Where.LIST:
            st.button(
                _("開く"),
                key=f"queue.asked.{made.id}",
                type="tertiary",
                on_click=filters.open_case,
                args=(made.complaint_id,),
            )
        if me != made.given_by:
            st.button(
                _("受けた") if me == one.taker else _("代わりに受ける"),
                key=f"take:{where}:{made.id}",
                type=_weight(one, me, where),
                icon=":material/front_hand:",
                on_click=_take,
                args=(made, where),
            )
        else:
            st.button(
                _("取りやめる"),
                key=f"withdraw:{where}:{made.id}",
                type="tertiary",
                on_click=_withdraw,
                args=(made,),
            )


def _weight(one: Asked, me: str, where: Where) -> Literal["primary", "secondary"]:
    """A page of another purpose keeps its own first button."""
    first = me == one.taker and where is not Where.ELSEWHERE
    return "primary" if first else "secondary"


def _handover_words(one: Asked, me: str) -> str:
    made = one.handover
    said = []
    if one.lapsed:
        said.append(
            _(
                "{name} さんが10分以内に受けなかったため、{next} さんに移りました。"
            ).format(name=one.lapsed[-1], next=_you(one.taker, me))
        )
    if me == one.taker:
        said.append(
            _("{name} さんから引き継ぎ({time})。").format(
                name=made.given_by, time=fmt.relative(made.raised_at)
            )
        )
    else:
        said.append(_("{name} さんが受けるのを待っています。").format(name=one.taker))
    if one.until is not None:
        said.append(
            _("{time}までに受けなければ、次の職位の人に移ります。").format(
                time=fmt.short_moment(one.until)
            )
        )
    elif me != one.taker:
        said.append(_("これより上の人がいません。直接声をかけてください。"))
    return ("" if current() == "ja" else " ").join(said)


def _you(name: str, me: str) -> str:
    return _("あなた") if name == me else name


def waiting_of(desk: UserStore, number: str, now: datetime) -> Asked | None:
    """Return the hand-over of a case that nobody has taken yet; None for none."""
    return next(
        (one for one in _waiting(desk, now) if one.handover.complaint_id == number),
        None,
    )


def _waiting(desk: UserStore, now: datetime) -> list[Asked]:
    minute = now.replace(second=0)
    return desk.derived(
        ("handovers waiting", minute),
        lambda: handover.waiting(desk, handover.members_of(desk), now),
    )


def _take(made: Escalation, where: Where) -> None:
    desk = context.desk()
    with boundary.attempt():
        handover.take(desk, made, now=clock.now())
        flash.say(_("受けました。担当はあなたです。"))
        if where is not Where.ELSEWHERE:
            filters.open_case(made.complaint_id)


def _withdraw(made: Escalation) -> None:
    with boundary.attempt():
        handover.give_back(
            context.desk(), made, Event.WITHDRAW, reason="", now=clock.now()
        )
        flash.say(_("引き継ぎを取りやめました。"))
