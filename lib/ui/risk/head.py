"""The answer in ten seconds: the state in word, sign and colour, why, and how sure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import streamlit as st

from lib.actions.risks.reading import STATES, Reading, Sign
from lib.i18n import N_, SOURCE, _, current
from lib.metrics.state import State, Verdict
from lib.risk.detection import Level
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui.kpis import look
from lib.ui.risk import acting
from lib.ui.risk.opening import case_links

ANSWERS: Final = {
    State.NORMAL: N_("センターからの連絡は増えていません"),
    State.PENDING: N_("まだ判定できません"),
    State.WATCH: N_("センターからの連絡が増えはじめているかもしれません"),
    State.ALARM: N_("センターからの連絡が増えています。急いで確かめてください"),
}
BY_SIGNS: Final = {
    State.WATCH: N_("件数は多くありませんが、気をつけたい連絡があります"),
    State.ALARM: N_("件数にかかわらず、急いで確かめたい連絡があります"),
}
"""What is said where a sign presses more than the counts do."""

_SIGNS: Final = 2
"""Signs named beside the state; all of them stand below the chart."""

_OF_A_RISE: Final = 2
"""Sentences of a rise that stand in full size; the others are smaller below."""


def card(desk: UserStore, reading: Reading, now: datetime) -> None:
    """Draw state, sentence, signs and what the judgement rests on."""
    with st.container(border=True, gap="small"):
        st.markdown(f"#### {look.badge(reading.verdict)} {inert(_answer(reading))}")
        first, rest = _sentences(reading)
        st.markdown(first)
        if rest:
            st.caption(rest)
        if reading.signs:
            st.markdown("  \n".join(_short(reading.signs)))
        st.markdown(_rests_on(reading, now))
        acting.row(desk, reading, now)


def signs(reading: Reading) -> None:
    """Draw what presses whatever the counts say, each with its cases."""
    if not reading.signs:
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{inert(_('件数によらず確かめるもの'))}**")
        for sign in reading.signs:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(_said(sign), width="content")
                case_links(sign.cases)


def _sentences(reading: Reading) -> tuple[str, str]:
    """Return what stands in full size and what in small below it, as Markdown."""
    said = [inert(reason.text()) for reason in reading.sentence]
    if reading.level is Level.HELD_BACK:
        return said[0], ""
    first = _OF_A_RISE if reading.story else 1
    return _joined(said[:first]), _joined(said[first:])


def _joined(sentences: Sequence[str]) -> str:
    """Return sentences in a row; only Japanese needs no space between them."""
    return ("" if current() == SOURCE else " ").join(sentences)


def _answer(reading: Reading) -> str:
    of_counts = STATES[reading.level]
    if reading.state is not of_counts and reading.state in BY_SIGNS:
        return _(BY_SIGNS[reading.state])
    return _(ANSWERS[reading.state])


def _short(found: tuple[Sign, ...]) -> list[str]:
    """Return the most pressing signs in words; the others are counted."""
    lines = [_said(sign) for sign in found[:_SIGNS]]
    if len(found) > _SIGNS:
        more = _("ほか{count}つ(グラフの下)").format(count=len(found) - _SIGNS)
        lines[-1] += f" :small[:gray[{inert(more)}]]"
    return lines


def _said(sign: Sign) -> str:
    lamp = look.badge(Verdict(STATES[sign.level], ()))
    return f"{lamp} {inert(sign.reason.text())}"


def _rests_on(reading: Reading, now: datetime) -> str:
    """Return on one line what people ask first of any alarm."""
    parts = [f"**{inert(words)}**" if (words := _distance(reading)) else ""]
    if reading.level is not Level.HELD_BACK:
        words = _("増えていなくても警報は年に約{times}回")
        times = fmt.number(reading.sensitivity.false_alarms)
        parts.append(inert(words.format(times=times)))
    parts.append(inert(_days(reading)))
    parts.append(inert(_("{time} 現在").format(time=fmt.moment(now))))
    return f":small[{' · '.join(part for part in parts if part)}]"


def _distance(reading: Reading) -> str:
    more = reading.more_to_alarm
    if more:
        return _("今日あと{count}件で警報").format(count=more)
    if more == 0:
        return ""
    if reading.waiting.days:
        return _("判定まであと{days}日分").format(days=reading.waiting.days)
    return _("今日の件数だけでは警報になりません")


def _days(reading: Reading) -> str:
    known = reading.known
    words = _("記録 {days}日分").format(days=fmt.number(known.known))
    if known.missing:
        words += _("(ほかに件数のわからない日 {days}日)").format(
            days=fmt.number(known.missing)
        )
    return words
