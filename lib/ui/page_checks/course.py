"""What became of one page: each item's results, and its screens before and after."""

from __future__ import annotations

from datetime import date

import streamlit as st

from lib.actions import page_checks
from lib.actions.page_checks import Course
from lib.i18n import _
from lib.schema.learning import Improvement
from lib.settings.page_checks import Item
from lib.store.access import UserStore
from lib.text import inert, is_web_address
from lib.ui import format as fmt
from lib.ui.page_checks import words
from lib.ui.page_checks.state import At, Part, go


def show(desk: UserStore, at: At, today: date) -> None:
    """Draw every item of a page that was ever checked."""
    st.button(
        _("ページ点検の一覧へ"),
        key="page_checks.back",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=go,
        args=(At(),),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"### {inert(words.name_of(at.page, at.kind))}", width="content")
        if badge := words.kind_badge(at.page, at.kind):
            st.markdown(badge, width="content")
        st.button(
            _("点検する"),
            key="page_checks.check",
            icon=":material/checklist:",
            type="primary",
            on_click=go,
            args=(At(Part.CHECK, at.page, at.kind, at.url),),
        )
    known = {item.code: item for item in page_checks.items_of(desk, today)}
    for course in page_checks.course_of(desk, at.page, at.kind):
        _course(course, known.get(course.item))


def _course(course: Course, item: Item | None) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{inert(_(item.title) if item else course.item)}**")
        for outcome in course.outcomes:
            said = [f"{outcome.checked_on:%Y/%m/%d}", outcome.inspector]
            st.markdown(
                f"{words.result_badge(outcome.result)} "
                f":small[{inert(' '.join(filter(None, said)))}]"
            )
            if outcome.note:
                st.text(outcome.note)
        if course.improvement is not None:
            _improvement(course.improvement)


def _improvement(mend: Improvement) -> None:
    done = (
        _("{day} に直した").format(day=fmt.day(mend.done_on))
        if mend.done_on
        else _("{day} まで").format(day=fmt.day(mend.due_on))
    )
    said = [_("改善 {number}").format(number=mend.id), mend.owner, done]
    st.caption(f":material/build: {inert(' · '.join(filter(None, said)))}")
    for label, url in ((_("修正前"), mend.before_url), (_("修正後"), mend.after_url)):
        if is_web_address(url):
            st.link_button(label, url, icon=":material/open_in_new:", type="tertiary")
        elif url:
            st.text(f"{label}: {url}")
