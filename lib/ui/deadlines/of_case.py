"""The clocks of one case: a few lines on its own page, all of them on 期限."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import streamlit as st

from lib import clock
from lib.actions.clocks import changing, reading, running
from lib.actions.clocks.proposing import Case
from lib.actions.searching import case_code
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.metrics.deadline_views import is_unchecked
from lib.metrics.running_out import Line, Origin
from lib.schema.deadline import Deadline
from lib.schema.vocab import Applicability
from lib.settings.clock_rules import ClockRule
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, flash, navigation
from lib.ui.deadlines import address, detail, saving, words
from lib.ui.deadlines.links import case_link

LINES_SHOWN: Final = 6


# On the page of the case --------------------------------------------------------------


def clocks_of(desk: UserStore, number: str) -> None:
    """Draw the dates of a case with the way to settle them; nothing where it has none."""
    if desk.principal.role not in navigation.entry(address.PAGE).roles:
        return
    now = clock.now()
    lines = _clocks(desk, number, now)
    if not lines:
        return
    with st.container(border=True, gap="small", key=saving.name_of(number, "of-case")):
        st.markdown(f"**{inert(_('期限'))}** ({len(lines)})")
        for line in lines[:LINES_SHOWN]:
            _line(line, now)
        navigation.link(
            address.PAGE,
            _("期限を確かめる・終える"),
            icon=":material/event_available:",
            case=case_code(number),
        )


def _clocks(desk: UserStore, number: str, now: datetime) -> tuple[Line, ...]:
    return desk.derived(
        ("clocks of", number, now.date()),
        lambda: tuple(
            line
            for line in running.lines_of(desk, number, now)
            if line.origin is Origin.CLOCK
        ),
    )


def _line(line: Line, now: datetime) -> None:
    badges = [words.kind_badge(line.kind), words.left_badge(line, now)]
    if is_unchecked(line):
        badges.append(words.check_badge(line))
    said = " · ".join([words.name_of(line), words.due_words(line)])
    st.markdown(f"{' '.join(badges)}  \n:small[{inert(said)}]")


# On 期限 -------------------------------------------------------------------------------


def show(desk: UserStore, lines: tuple[Line, ...], case_id: str, now: datetime) -> None:
    """Draw every date of a case to be decided, those of one matter together."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{inert(_('この案件の期限'))}** ({len(lines)})", width="content")
        case_link(case_id)
        st.button(
            _("すべての期限を見る"),
            key="deadlines.all",
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=address.move,
            args=(address.Address(),),
        )
    if not lines:
        st.caption(inert(_("この案件に期限はありません。")))
    open_ones = [line for line in lines if is_unchecked(line)]
    if len(open_ones) > 1 and detail.may_write(desk):
        _together(desk, case_id, open_ones)
    first = next((line.key for line in open_ones), "")
    for line in lines:
        detail.card(desk, line, now, is_main=line.key == first, names_case=False)
    case = reading.case_seen(desk, case_id)
    if case is not None and detail.may_write(desk):
        for rule in running.offered(desk, case, now):
            _offered(case, rule)


def _together(desk: UserStore, case_id: str, lines: list[Line]) -> None:
    seen = [reading.known(desk, line).clock for line in lines]
    with st.container(border=True, gap="small"):
        said = _("要確認の{count}件を、まとめて決められます。").format(count=len(seen))
        st.markdown(inert(said))
        key = saving.name_of(case_id, "together")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.button(
                _("すべて該当"),
                key=f"{key}:applies",
                icon=":material/check:",
                on_click=saving.applies,
                args=(seen,),
            )
            st.text_input(
                _("すべて非該当にする理由"),
                max_chars=LONGEST_TEXT,
                key=f"{key}:reason",
                on_change="ignore",
                live="500ms",
                persist_state="session",
            )
            st.button(
                _("すべて非該当"),
                key=f"{key}:void",
                icon=":material/block:",
                on_click=_all_void,
                args=(seen, f"{key}:reason"),
            )


def _all_void(seen: list[Deadline], key: str) -> None:
    reason = str(st.session_state.get(key) or "")
    said = _("{count}件を「非該当」にしました。").format(count=len(seen))
    word = Applicability.NOT_APPLICABLE
    if saving.decide(seen, word, reason=reason, said=said):
        st.session_state.pop(key, None)


def _offered(case: Case, rule: ClockRule) -> None:
    """Draw a clock that may apply once a person gives the date that it asks for."""
    key = saving.name_of(case.id, f"add:{rule.code}")
    with st.container(border=True, gap="small"):
        st.markdown(f"{words.kind_badge(rule.kind)} {inert(_(rule.name))}")
        for note in rule.notes:
            st.caption(f":material/info: {inert(_(note))}")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.date_input(
                _(rule.asks),
                value=None,
                key=f"{key}:day",
                format="YYYY/MM/DD",
                on_change="ignore",
                persist_state="session",
                width=200,
            )
            st.button(
                _("この日から数える"),
                key=key,
                icon=":material/timer:",
                on_click=_add,
                args=(case, rule, f"{key}:day"),
            )


def _add(case: Case, rule: ClockRule, key: str) -> None:
    day = st.session_state.get(key)
    if not isinstance(day, date):
        flash.say(_("先に日付を入れてください。"), "warning")
        return
    try:
        with boundary.attempt():
            made = changing.add(
                context.desk(),
                case,
                rule,
                clock.at(day, 0),
                now=clock.now(),
                commit_id=saving.once(case.id, rule.code, day),
            )
            said = _("「{name}」を数えはじめました。期限は {due} です。")
            flash.say(
                said.format(name=_(rule.name), due=f"{made.due_at:%Y/%m/%d %H:%M}")
            )
            st.session_state.pop(key, None)
    except InvalidRecord as error:
        flash.say("\n".join(_(p.message) for p in error.problems), "warning")
