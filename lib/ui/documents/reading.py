"""One document to be read: its text, what it was made from, 「読みました」."""

from __future__ import annotations

from datetime import date

import streamlit as st

from lib import clock
from lib.actions import documents
from lib.actions.permissions import may
from lib.errors import Conflict
from lib.i18n import _
from lib.schema.document import Document
from lib.schema.ids import new_commit_id
from lib.schema.vocab import DocumentStatus, Role
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, flash, navigation
from lib.ui import format as fmt
from lib.ui.deadlines.links import case_link
from lib.ui.documents import words
from lib.ui.documents.state import read, write
from lib.ui.filters import product_names


def show(desk: UserStore, one: Document, today: date) -> None:
    """Draw a document with what a person may do about it."""
    st.button(
        _("文書の一覧へ"),
        key="documents.back",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=read,
        args=("",),
    )
    st.markdown(f"### {inert(one.title)}")
    st.markdown(words.badges(one, product_names(desk), today))
    with st.container(border=True):
        st.markdown(words.text_of(one))
    _buttons(desk, one, today)
    _about(desk, one)


def _buttons(desk: UserStore, one: Document, today: date) -> None:
    in_use = one.status is DocumentStatus.IN_USE
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if in_use and may(desk.principal, "documents.read"):
            _read_button(desk, one, today)
        if may(desk.principal, "documents.write"):
            st.button(
                _("直す"),
                key="documents.edit",
                icon=":material/edit:",
                on_click=write,
                args=(one.id,),
            )
            if words.is_late(one, today):
                st.button(
                    _("読み直した。このままでよい"),
                    key="documents.reviewed",
                    icon=":material/event_available:",
                    on_click=_review,
                    args=(one, new_commit_id()),
                )


def _read_button(desk: UserStore, one: Document, today: date) -> None:
    noted = documents.read_by(desk, one.id)
    if noted is not None and noted.read_on == today:
        st.markdown(f":green-badge[:material/check: {inert(_('今日読みました'))}]")
        return
    st.button(
        _("読みました"),
        key="documents.read",
        type="primary",
        icon=":material/check:",
        on_click=_note_read,
        args=(one, new_commit_id()),
    )
    if noted is not None and noted.read_on is not None:
        said = _("前に読んだ日 {day}").format(day=fmt.full_day(noted.read_on))
        st.caption(inert(said), width="content")


def _about(desk: UserStore, one: Document) -> None:
    changed = fmt.moment(one.updated_at) if one.updated_at else fmt.NOTHING
    said = _("文書番号 {number} · 最後に直した人 {who} {time}").format(
        number=one.id, who=one.updated_by or fmt.NOTHING, time=changed
    )
    st.caption(inert(f"{words.review_words(one)} · {said}"))
    if one.sources and desk.principal.role is not Role.OUTSOURCED:
        st.caption(inert(_("もとになった件")))
        with st.container(horizontal=True, gap="small"):
            for number in one.sources:
                case_link(number)
    if may(desk.principal, "people.train"):
        navigation.link("people", _("研修を受けた人を残す"), icon=":material/school:")


def _note_read(one: Document, commit_id: str) -> None:
    with boundary.attempt():
        documents.note_read(context.desk(), one, now=clock.now(), commit_id=commit_id)
        flash.say(_("読んだことを残しました。"))


def _review(one: Document, commit_id: str) -> None:
    with boundary.attempt():
        try:
            due = documents.reviewed(
                context.desk(), one, now=clock.now(), commit_id=commit_id
            )
        except Conflict:
            words_ = _("ほかの人が先に変えました。いまの様子を表示しています。")
            flash.say(words_, "info")
            return
        said = _("見直しました。次は {day} です。").format(day=fmt.full_day(due))
        flash.say(said)
