"""Step 1 on the screen: what happened, what is asked for, what is still to be asked."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.actions.inquiries import sorting
from lib.actions.inquiries.closing import Place
from lib.actions.inquiries.course import Course, Far
from lib.i18n import _
from lib.schema.inquiry import AgencyInquiry
from lib.schema.task import Task
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import drafting
from lib.ui import format as fmt
from lib.ui.case.history import shown_text
from lib.ui.form import field_input, label_of
from lib.ui.inquiries.working import (
    Editor,
    editor_of,
    main_key,
    main_kind,
    may_write,
    name_of,
    submit,
)

SORT: Final = "sort"
QUESTION: Final = "question"


def show(desk: UserStore, case: AgencyInquiry, found: Course, *, is_main: bool) -> None:
    """Draw the first step: fields while the inquiry is open, else what was written.

    is_main: whether its button is the main one of the screen.
    """
    if not (case.is_open and may_write(desk)):
        _read(case)
        return
    editor = editor_of(case, SORT, sorting.SORTED)
    drafting.offer(editor.form, sorting.SORTED, title="facts")
    field_input(editor.form, "facts", height=150)
    field_input(editor.form, "demand", height=90)
    field_input(editor.form, "agency_due_at")
    drafting.autosave(editor.form, sorting.SORTED)
    _unasked(case)
    _questions(desk, case)
    is_sorted = found.steps[Place.SORT] is Far.DONE
    _buttons(editor, is_sorted=is_sorted, is_main=is_main)


def _read(case: AgencyInquiry) -> None:
    for name in sorting.SORTED:
        spec = AgencyInquiry.field(name)
        st.caption(inert(label_of(spec)))
        shown_text(fmt.cell(spec, getattr(case, name)))


def _unasked(case: AgencyInquiry) -> None:
    names = sorting.unasked(case)
    if names:
        said = fmt.listed(label_of(AgencyInquiry.field(name)) for name in names)
        st.caption(
            f":material/help: **{inert(_('まだ聞いていないこと'))}** {inert(said)}"
        )


def _buttons(editor: Editor, *, is_sorted: bool, is_main: bool) -> None:
    with st.container(horizontal=True):
        if not is_sorted:
            st.button(
                _("整理できた"),
                key=f"{editor.form.name}:sorted",
                type=main_kind(is_main=is_main),
                icon=":material/check:",
                shortcut=main_key(is_main=is_main),
                help=_("次の「判断」に進みます。後からでも書き足せます。"),
                on_click=_submit,
                args=("sorted", editor),
            )
        st.button(
            _("保存") if is_sorted else _("途中で保存"),
            key=f"{editor.form.name}:note",
            on_click=_submit,
            args=("note", editor),
        )


def _submit(verb: str, editor: Editor) -> None:
    submit(verb, editor, editor.form.values(sorting.SORTED))


# Questions --------------------------------------------------------------------------


def _questions(desk: UserStore, case: AgencyInquiry) -> None:
    waiting = sorting.questions(desk, case.id)
    with st.container(border=True, gap="small"):
        st.markdown(
            f":material/checklist: **{inert(_('これから聞くこと'))}** "
            + (f"({len(waiting)})" if waiting else "")
        )
        for question in waiting:
            _question(case, question)
        editor = editor_of(case, QUESTION, record=Task, start={"title": ""})
        text, add = st.columns([4, 1], vertical_alignment="bottom")
        with text:
            st.text_input(
                _("聞くこと"),
                max_chars=LONGEST_TEXT,
                key=editor.form.key("title"),
                placeholder=_("例: 申込みの画面は残っているか"),
                live="800ms",
                on_change="ignore",
                persist_state="session",
            )
            editor.form.show_problems("question")
        with add:
            st.button(
                _("足す"),
                key=f"{editor.form.name}:add",
                width="stretch",
                on_click=_ask_later,
                args=(editor,),
            )


def _ask_later(editor: Editor) -> None:
    text = str(editor.form.get("title") or "")
    submit("question", editor, None, text, said=_("聞くことに足しました。"))


def _question(case: AgencyInquiry, question: Task) -> None:
    code = f"question-{question.id}"
    editor = editor_of(case, code, record=Task, start={"note": ""})
    text, press = st.columns([4, 1], vertical_alignment="bottom")
    with text:
        st.text_input(
            inert(question.title),
            max_chars=LONGEST_TEXT,
            key=editor.form.key("note"),
            placeholder=_("答えを書くと、対応履歴に残って一覧から消えます"),
            live="800ms",
            on_change="ignore",
            persist_state="session",
        )
        editor.form.show_problems(question.id)
    with press:
        st.button(
            _("答える"),
            key=name_of(case.id, f"{code}:save"),
            width="stretch",
            on_click=_answer,
            args=(editor, question),
        )


def _answer(editor: Editor, question: Task) -> None:
    text = str(editor.form.get("note") or "")
    said = _("答えを対応履歴に残しました。")
    submit("answered", editor, None, question, text, said=said)
