"""差戻し on the screen: what is asked about a day, and how entering goes on time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import pyarrow as pa
import streamlit as st

from lib import clock
from lib.actions import kpi_questions, kpi_views
from lib.actions.kpi_questions import DayQuestion
from lib.errors import AppError, InvalidRecord
from lib.i18n import _
from lib.metrics import calendar
from lib.metrics.entering import Entry
from lib.metrics.missing import LOOK_BACK_DAYS
from lib.schema.activity import Activity
from lib.schema.ids import new_commit_id
from lib.schema.masters import Centre
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, flash
from lib.ui import format as fmt
from lib.ui.table import ROW_HEIGHT

SHAPES: Final = {
    Entry.ON_TIME: "■",
    Entry.LATE: "◆",
    Entry.MISSING: "▲",
    Entry.UNKNOWN: "○",
    Entry.BEFORE: "○",
}
"""A shape for how a day came in, so that nothing hangs on a colour."""

_SHOWN: Final = 5

GoTo = Callable[[str, date], None]


def at_day(desk: UserStore, centre: Centre, day: date) -> None:
    """Show what was asked about this day with the place to answer it."""
    for question in kpi_questions.questions_on(desk, centre.code, day):
        with st.container(border=True):
            _question(question)
            if kpi_questions.may_answer(desk.principal, centre.code):
                _answer_box(question, asked=desk.principal.is_outsourced)


def ask_box(desk: UserStore, centre: Centre, day: date) -> None:
    """Offer leads to send the day back with a question."""
    if not kpi_questions.may_ask(desk.principal):
        return
    key = f"kpi.ask.{centre.code}.{day}"
    with st.popover(_("この日について聞く(差戻し)"), icon=":material/contact_support:"):
        st.text_area(
            _("聞きたいこと"),
            max_chars=LONGEST_TEXT,
            key=f"{key}.text",
            height=90,
            placeholder=_("例: 応答率が急に下がっています。何がありましたか。"),
            persist_state="session",
        )
        _problem(key)
        st.button(
            _("聞く"),
            key=f"{key}.send",
            type="primary",
            icon=":material/send:",
            on_click=_ask,
            args=(centre, day, key),
        )


def open_list(desk: UserStore, shown: tuple[str, date], go_to: GoTo) -> None:
    """List the open questions of other days, for a centre its own, for leads all."""
    found = [
        q for q in kpi_questions.open_questions(desk) if (q.centre, q.day) != shown
    ]
    if not found:
        return
    with st.container(border=True):
        st.markdown("**" + _("差戻し {count}件").format(count=len(found)) + "**")
        for question in found[:_SHOWN]:
            label = fmt.day(question.day)
            if not desk.principal.is_outsourced:
                label = f"{inert(question.centre)} {label}"
            st.button(
                label,
                key=f"kpi.asked.{question.asked.id}",
                icon=":material/contact_support:",
                on_click=go_to,
                args=(question.centre, question.day),
            )
        if len(found) > _SHOWN:
            st.caption(_("ほか{count}件").format(count=len(found) - _SHOWN))


def _question(question: DayQuestion) -> None:
    now = clock.now()
    with st.container(horizontal=True, vertical_alignment="center"):
        if question.is_late(now):
            st.badge(_("差戻し(期限超過)"), icon=":material/alarm:", color="orange")
        elif question.is_open:
            st.badge(_("差戻し"), icon=":material/contact_support:", color="blue")
        else:
            st.badge(_("差戻し(回答済)"), icon=":material/check:", color="gray")
        _said_by(question.asked)
        if question.is_open and question.asked.answer_due_at:
            due = fmt.short_moment(question.asked.answer_due_at)
            st.caption(_("{time}までに回答").format(time=due))
    st.text(question.asked.content)
    for answer in question.answers:
        _said_by(answer)
        st.text(answer.content)


def _said_by(step: Activity) -> None:
    st.caption(f"{inert(step.actor)} · {fmt.short_moment(step.at)}")


def _answer_box(question: DayQuestion, *, asked: bool) -> None:
    """Draw the place to answer: at hand for whoever is asked, folded for others."""
    key = f"kpi.answer.{question.asked.id}"
    box = (
        st.container()
        if question.is_open and asked
        else st.expander(_("回答を書く"), icon=":material/add_comment:")
    )
    with box:
        st.text_area(
            _("回答"),
            max_chars=LONGEST_TEXT,
            key=f"{key}.text",
            height=80,
            persist_state="session",
        )
        _problem(key)
        st.button(
            _("回答する"),
            key=f"{key}.send",
            icon=":material/reply:",
            on_click=_answer,
            args=(question, key),
        )


def _problem(key: str) -> None:
    for message in st.session_state.get(f"{key}.problems", ()):
        st.markdown(f":red[:small[:material/error: {_(message)}]]")


# On time -----------------------------------------------------------------------


def on_time(desk: UserStore, centre: Centre) -> None:
    """Show a centre's record of the last 28 days, to itself and to whoever enters."""
    now = clock.now()
    rows, known = desk.derived(
        ("entry record", centre.code, now.date(), now.hour),
        lambda: _record(desk, centre, now),
    )
    if not rows:
        return
    counts = {entry: sum(r[1] == entry.value for r in rows) for entry in Entry}
    with st.container(border=True):
        st.markdown("**" + _("期限内の入力 直近28日") + "**")
        share = counts[Entry.ON_TIME] / known if known else None
        st.markdown(
            _("{share}({count}/{known}日)").format(
                share=fmt.percent(share, decimals=0),
                count=counts[Entry.ON_TIME],
                known=known,
            )
        )
        rest = [
            f"{SHAPES[entry]}{_(entry.value)} " + _("{count}日").format(count=count)
            for entry, count in counts.items()
            if entry is not Entry.ON_TIME and count
        ]
        deadline = _("締切は翌営業日の{time}").format(
            time=f"{calendar.time_of(centre.entry_deadline):%H:%M}"
        )
        st.caption(fmt.listed([*rest, deadline]))
        late = [r for r in rows if r[1] in (Entry.LATE.value, Entry.MISSING.value)]
        if late:
            with st.expander(_("遅れた日"), icon=":material/history:"):
                _late_days(late)


Row = tuple[date, str, datetime, datetime | None]
"""Day, standing, when it was due, when it came in."""


def _record(
    desk: UserStore, centre: Centre, now: datetime
) -> tuple[tuple[Row, ...], int]:
    """Return the days of a centre, and by how many its punctuality is told."""
    every = kpi_views.entries_of(desk, now)
    first = now.date() - timedelta(days=LOOK_BACK_DAYS)
    own = every[(every["centre"] == centre.code) & (every["date"].dt.date >= first)]
    rows = tuple(
        (
            day.date(),
            str(standing),
            clock.in_tokyo(due.to_pydatetime()),
            None if at != at else clock.in_tokyo(at.to_pydatetime()),  # noqa: PLR0124 - NaT
        )
        for day, standing, due, at in zip(
            own["date"], own["standing"], own["due_at"], own["entered_at"], strict=True
        )
    )
    return rows, int(own["entry_due"].sum())


def _late_days(rows: list[Row]) -> None:
    newest = rows[::-1]
    shown = pa.table(
        {
            "day": [fmt.day(day) for day, *_rest in newest],
            "standing": [f"{SHAPES[Entry(s)]} {_(s)}" for _day, s, *_rest in newest],
            "due": [fmt.short_moment(due) for *_rest, due, _at in newest],
            "at": [fmt.short_moment(at) for *_rest, at in newest],
        }
    )
    text = st.column_config.TextColumn
    st.dataframe(
        shown,
        hide_index=True,
        row_height=ROW_HEIGHT,
        column_config={
            "day": text(_("日付")),
            "standing": text(_("入力")),
            "due": text(_("締切")),
            "at": text(_("入った時刻")),
        },
        alt=_("遅れた日"),
    )


# Callbacks ---------------------------------------------------------------------


def _ask(centre: Centre, day: date, key: str) -> None:
    text = str(st.session_state.get(f"{key}.text") or "")

    def act(desk: UserStore, entry: str) -> None:
        kpi_questions.ask(desk, centre, day, text, now=clock.now(), entry=entry)

    _done(key, act, _("{day}について聞きました").format(day=fmt.day(day)))


def _answer(question: DayQuestion, key: str) -> None:
    text = str(st.session_state.get(f"{key}.text") or "")

    def act(desk: UserStore, entry: str) -> None:
        kpi_questions.answer(desk, question, text, now=clock.now(), entry=entry)

    _done(key, act, _("回答しました"))


def _done(key: str, act: Callable[[UserStore, str], None], said: str) -> None:
    """Carry it out once, however often the button was pressed; what is typed stays."""
    entry = st.session_state.setdefault(f"{key}.entry", new_commit_id())
    st.session_state[f"{key}.problems"] = ()
    try:
        act(context.desk(), entry)
    except InvalidRecord as error:
        st.session_state[f"{key}.problems"] = [p.message for p in error.problems]
        return
    except AppError as error:
        flash.say(boundary.message_of(error), "error")
        return
    # Emptied, not forgotten: the browser keeps what stands in a box that stays.
    st.session_state[f"{key}.text"] = ""
    for part in ("entry", "problems"):
        st.session_state.pop(f"{key}.{part}", None)
    flash.say(said)
