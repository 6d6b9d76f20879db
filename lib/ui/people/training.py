"""Who has learned what: one person's list, and noting that people were trained."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from lib import clock
from lib.actions import documents, training
from lib.actions.people import Person
from lib.actions.training import OWED, Course, State
from lib.errors import Conflict, InvalidRecord
from lib.i18n import _
from lib.schema.document import Document
from lib.schema.ids import new_commit_id
from lib.schema.vocab import DocumentStatus
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, flash, navigation
from lib.ui.documents.state import query_of
from lib.ui.form import problems_by_field

WHO: Final = "people.who"
DOCUMENT: Final = "people.document"
PEOPLE: Final = "people.trained"
DAY: Final = "people.trained_on"
NEXT: Final = "people.next_on"
_PROBLEMS: Final = "people.problems"

_COLOURS: Final = {
    State.AGAIN: "orange",
    State.NOT_YET: "orange",
    State.DONE: "green",
    State.READ: "gray",
}
_SHAPES: Final = {
    State.AGAIN: "▲",
    State.NOT_YET: "▲",
    State.DONE: "✓",
    State.READ: "○",
}


def of_one(one: Person) -> None:
    """Draw what somebody has learned and still has to, what is owed first."""
    if not one.courses:
        st.caption(
            inert(_("受ける研修も、読んだ記録もありません。文書から始められます。"))
        )
    for course in one.courses:
        _course(course)


def _course(course: Course) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = f"{_SHAPES[course.state]} {inert(_(course.state.value))}"
        colour = "orange" if course.state in OWED else _COLOURS[course.state]
        st.markdown(f":{colour}-badge[{said}]", width="content")
        navigation.link(
            "documents", inert(course.document.title), **query_of(course.document.id)
        )
        st.caption(inert(_days(course)), width="content")


def _days(course: Course) -> str:
    row = course.row
    if row is None:
        return ""
    said = (
        (_("受けた日 {day}"), row.trained_on),
        (_("次回 {day}"), row.next_on),
        (_("読んだ日 {day}"), row.read_on),
    )
    return " · ".join(text.format(day=f"{day:%Y/%m/%d}") for text, day in said if day)


def panel(desk: UserStore, people: tuple[Person, ...]) -> None:
    """Draw the list of one person, and the form for who was trained; for leads."""
    # Whoever still owes one stands first in the list.
    order = sorted(people, key=lambda one: not one.owed)
    names = {one.member.email: one for one in order}
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("だれの研修を見るか"), anchor=False)
        email = st.selectbox(
            _("名前"),
            list(names),
            key=WHO,
            format_func=lambda code: names[code].member.name if code in names else "",
            filter_mode="contains",
            persist_state="session",
        )
        if email in names:
            of_one(names[email])
    with right:
        st.subheader(_("研修を受けた人を残す"), anchor=False)
        _form(desk, names)


def _form(desk: UserStore, names: dict[str, Person]) -> None:
    known = {
        one.id: one
        for one in documents.listed(desk)
        if one.status is DocumentStatus.IN_USE
    }
    if not known:
        st.caption(
            inert(_("先に「文書」に研修の題名を書くと、ここで受けた人を残せます。"))
        )
        navigation.link("documents", _("文書を開く"), icon=":material/menu_book:")
        return
    st.session_state.setdefault(DAY, clock.today())
    st.selectbox(
        _("文書・研修"),
        list(known),
        key=DOCUMENT,
        format_func=lambda code: known[code].title if code in known else "",
        filter_mode="contains",
        on_change="ignore",
        persist_state="session",
    )
    st.multiselect(
        _("受けた人"),
        list(names),
        key=PEOPLE,
        format_func=lambda code: names[code].member.name if code in names else "",
        on_change="ignore",
        persist_state="session",
        placeholder=_("選んでください"),
    )
    _problem("people")
    day, after = st.columns(2)
    with day:
        st.date_input(
            _("受けた日"),
            key=DAY,
            format="YYYY/MM/DD",
            on_change="ignore",
            persist_state="session",
        )
        _problem("trained_on")
    with after:
        st.date_input(
            _("次回(任意)"),
            value=None,
            key=NEXT,
            format="YYYY/MM/DD",
            on_change="ignore",
            persist_state="session",
        )
        _problem("next_on")
    st.button(
        _("受けたことを残す"),
        key="people.save",
        type="primary",
        icon=":material/school:",
        on_click=_save,
        args=(known, names, new_commit_id()),
    )


def _problem(field: str) -> None:
    for message in st.session_state.get(_PROBLEMS, {}).get(field, ()):
        st.markdown(f":red[:small[:material/error: {_(message)}]]")


def _save(known: dict[str, Document], names: dict[str, Person], commit_id: str) -> None:
    state = st.session_state
    state.pop(_PROBLEMS, None)
    chosen = [
        names[email].member for email in state.get(PEOPLE) or () if email in names
    ]
    document = known.get(str(state.get(DOCUMENT)))
    if document is None:
        return
    with boundary.attempt():
        try:
            training.train(
                context.desk(),
                chosen,
                document,
                trained_on=_day(state.get(DAY)),
                next_on=_day(state.get(NEXT)),
                now=clock.now(),
                commit_id=commit_id,
            )
        except InvalidRecord as refused:
            state[_PROBLEMS] = problems_by_field(refused.problems)
            return
        except Conflict:
            words = _("ほかの人が先に変えました。いまの様子を表示しています。")
            flash.say(words, "info")
            return
        for key in (PEOPLE, NEXT):
            state.pop(key, None)
        flash.say(_("{count}人が受けたことを残しました。").format(count=len(chosen)))


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None
