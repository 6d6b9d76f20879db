"""社内確認 on the screen: asking a colleague, what waits for an answer, answering."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions import inside
from lib.actions.entry import PromiseTime, due_at
from lib.actions.inside import Waiting
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.schema.complaint import Complaint
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert, one_line
from lib.ui import boundary, context, drafting, flash, navigation
from lib.ui import format as fmt
from lib.ui.case.groups import INSIDE
from lib.ui.case.saving import Attempt, form_of, leave_editor, name_of, show_missing
from lib.ui.form import Form, field_input

SHOWN: Final = 5
"""Waiting questions listed on 「今日」; the rest are counted."""

_TIMES: Final = (PromiseTime.HALF_HOUR, PromiseTime.TODAY, PromiseTime.TOMORROW)


def can_ask(desk: UserStore, case: Complaint) -> bool:
    """Whether there is a colleague to ask."""
    return bool(_colleagues(desk, case))


def _colleagues(desk: UserStore, case: Complaint) -> list[Member]:
    return inside.colleagues(desk, case, context.members(), clock.now())


def editor(desk: UserStore, form: Form, seen: Complaint) -> None:
    """Draw what is asked of whom until when; the one who knows stands first."""
    people = {member.name: member for member in _colleagues(desk, seen)}
    st.session_state.setdefault(form.key("asked_of"), next(iter(people), None))

    def with_skill(name: str) -> str:
        known = inside.known_by(desk, seen, people[name]) if name in people else []
        return f"{name} ({fmt.listed(known)})" if known else name

    left, right = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        st.selectbox(
            _("聞く相手"),
            list(people),
            key=form.key("asked_of"),
            format_func=with_skill,
            filter_mode="contains",
            help=_("得意分野が合う人から並びます。"),
            on_change="ignore",
            persist_state="session",
        )
        form.show_problems("asked_of")
    with right:
        st.pills(
            _("いつまでに"),
            _TIMES,
            key=form.key("time"),
            format_func=lambda time: _(time.value),
            help=_("押さなければ1時間後です。"),
            on_change="ignore",
            persist_state="session",
        )
    field_input(form, "content", label=_("聞きたいこと(必須)"), show_help=False)


def submit(seen: Complaint) -> None:
    """Ask; a callback. What is missing is shown at its field."""
    form = form_of(seen, INSIDE)
    now = clock.now()
    time = form.get("time")
    try:
        with boundary.attempt():
            asked = inside.ask(
                context.desk(),
                seen,
                of=str(form.get("asked_of") or ""),
                question=str(form.get("content") or ""),
                due_at=due_at(time, now) if time else inside.usual_due(now),
                now=now,
                commit_id=drafting.entry_id(form),
            )
            leave_editor(seen.id, INSIDE)
            flash.say(_("{name} さんに聞きました。").format(name=asked.asked_of))
    except InvalidRecord as error:
        show_missing(Attempt("", seen, {}, editor=INSIDE), error)


# What waits ------------------------------------------------------------------------


def waiting(desk: UserStore, case: Complaint) -> None:
    """Draw the case's open questions, each with a place for the answer."""
    for found in inside.waiting_on(desk, case.id, clock.now()):
        _one(found, may_answer=desk.principal.role in inside.ANSWERING)


def _one(found: Waiting, *, may_answer: bool) -> None:
    asked = found.question
    with st.container(border=True, gap="small"):
        st.markdown(
            f"**:material/forum: {inert(_('社内確認'))}** {inert(_whom(found))} {_due(found)}"
        )
        st.text(asked.content)
        if not may_answer:
            return
        key = name_of(asked.case_id, f"answer:{asked.id}")
        # The entry lives as long as the question waits, so a double click saves once.
        entry = st.session_state.setdefault(f"{key}:entry", new_commit_id())
        text, press = st.columns([4, 1], vertical_alignment="bottom")
        with text:
            st.text_input(
                _("答え"),
                max_chars=LONGEST_TEXT,
                key=key,
                live="500ms",
                on_change="ignore",
                persist_state="session",
            )
        with press:
            st.button(
                _("答える"),
                key=f"{key}:save",
                width="stretch",
                on_click=_answer,
                args=(found, key, entry),
            )


def _answer(found: Waiting, key: str, entry: str) -> None:
    with boundary.attempt():
        try:
            inside.answer(
                context.desk(),
                found.question,
                str(st.session_state.get(key) or ""),
                now=clock.now(),
                commit_id=entry,
            )
        except InvalidRecord as refused:
            for problem in refused.problems:
                flash.say(_(problem.message), "warning")
            return
        for name in (key, f"{key}:entry"):
            st.session_state.pop(name, None)
        flash.say(_("答えを対応履歴に残しました。"))


def on_today(desk: UserStore) -> None:
    """Draw the questions that wait for this person, or for an answer to them."""
    found = inside.waiting_for(desk, desk.principal.name, clock.now())
    if not found:
        return
    with st.container(border=True, gap="small"):
        st.markdown(
            f"**:material/forum: {inert(_('社内確認'))}** "
            + _("未回答 {count}件").format(count=len(found))
        )
        for one in found[:SHOWN]:
            asked = one.question
            with st.container(
                horizontal=True, vertical_alignment="center", gap="small"
            ):
                navigation.link("ledger", asked.case_id, case=asked.case_id)
                st.markdown(
                    f"{_due(one)} {inert(_whom(one))} "
                    f":gray[{inert(one_line(asked.content, 60))}]",
                    width="content",
                )
        if len(found) > SHOWN:
            st.caption(_("ほかに {count}件").format(count=len(found) - SHOWN))


def _whom(found: Waiting) -> str:
    asked = found.question
    return _("{asker} → {asked}").format(asker=asked.actor, asked=asked.asked_of)


def _due(found: Waiting) -> str:
    words = _("{time} まで").format(
        time=fmt.short_moment(found.question.answer_due_at)
    ) + (_(" 超過") if found.is_late else "")
    icon = ":material/alarm:" if found.is_late else ":material/schedule:"
    return f":{'red' if found.is_late else 'blue'}-badge[{icon} {inert(words)}]"
