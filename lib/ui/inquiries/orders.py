"""Agencies one follows, on the screen: the calm word, the executives, the instructions."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions.inquiries import instructions
from lib.i18n import _
from lib.schema.inquiry import AgencyInquiry
from lib.schema.task import Task
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import context, navigation
from lib.ui import format as fmt
from lib.ui.case.history import shown_text
from lib.ui.form import field_input
from lib.ui.inquiries.working import (
    Editor,
    editor_of,
    main_kind,
    may_write,
    name_of,
    open_editor,
    opened,
    press,
    said_of,
    save_or_leave,
    submit,
)

ORDER: Final = "order"


def show(desk: UserStore, case: AgencyInquiry) -> None:
    """Draw what is to be followed; nothing for a consumer centre that asks nothing."""
    is_followed = instructions.is_followed(desk, case, clock.now())
    tasks = instructions.instructions(desk, case.id)
    if not (is_followed or tasks):
        return
    writes = may_write(desk) and case.is_open
    with st.container(border=True, gap="small"):
        if is_followed:
            _calm_word(case)
            _executives(desk, case, writes=writes)
        st.markdown(f"**{inert(_('指示されたこと'))}**")
        if not tasks:
            st.caption(inert(_("指示を受けたら、日付と一緒にここに残します。")))
        for task in tasks:
            _task(case, task, writes=writes)
        if writes:
            _adding(desk, case)


def _calm_word(case: AgencyInquiry) -> None:
    st.markdown(
        f":material/account_balance: **{inert(fmt.choice(case.agency_kind))}**  \n"
        + inert(
            _(
                "反論せず、指示に従って進めます。売上よりも先に対応します。言われたことを、そのまま書き留めれば大丈夫です。"
            )
        )
    )


def _executives(desk: UserStore, case: AgencyInquiry, *, writes: bool) -> None:
    if case.executives_told_at is not None:
        told = said_of(case.executives_told_at, case.executives_told_by)
        st.caption(f":material/check: {inert(_('経営に伝えた'))} {inert(told)}")
        return
    if not instructions.executives_wait(desk, case, clock.now()):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":orange-badge[:material/campaign: {inert(_('経営にまだ伝えていません'))}]",
            width="content",
        )
        if writes:
            st.button(
                _("経営に伝えた"),
                key=name_of(case.id, "tell"),
                type=main_kind(is_main=not opened(case.id).startswith(ORDER)),
                icon=":material/check:",
                help=_("伝えた人と時刻が残ります。"),
                on_click=press,
                args=("tell", case),
                kwargs={"said": _("経営に伝えたことを残しました。")},
            )


# Instructions -----------------------------------------------------------------------


def _task(case: AgencyInquiry, task: Task, *, writes: bool) -> None:
    with st.container(gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(task.title, width="content")
            st.markdown(_how_far(task), width="content")
        if task.note or task.waived_reason:
            shown_text(task.note or task.waived_reason)
        code = f"{ORDER}-{task.id}"
        if not (writes and task.is_open):
            return
        if opened(case.id) == code:
            _ending(case, task, code)
            return
        st.button(
            _("対応した"),
            key=name_of(case.id, f"open:{code}"),
            icon=":material/check:",
            on_click=open_editor,
            args=(case.id, code),
        )


def _how_far(task: Task) -> str:
    owner = f":gray[{inert(task.owner)}]" if task.owner else ""
    if task.done_at is not None:
        words = _("対応しない") if task.waived_reason else _("対応した")
        told = f"{words} {said_of(task.done_at, task.done_by)}"
        return f":green-badge[:material/check: {inert(told)}]"
    if task.due_at is None:
        return owner
    is_late = task.due_at < clock.now()
    words = _("{time} まで").format(time=fmt.short_moment(task.due_at)) + (
        _(" 超過") if is_late else ""
    )
    colour = "red" if is_late else "blue"
    icon = ":material/alarm:" if is_late else ":material/schedule:"
    return f":{colour}-badge[{icon} {inert(words)}] {owner}"


def _ending(case: AgencyInquiry, task: Task, code: str) -> None:
    start = {"note": "", "evidence_url": "", "waived_reason": ""}
    editor = editor_of(case, code, record=Task, start=start)
    form = editor.form
    field_input(form, "note", label=_("どう対応したか"), height=80, show_help=False)
    field_input(form, "evidence_url")
    save_or_leave(editor, code, _("対応を残す"), _submit_followed, task)
    with st.expander(_("対応が要らなくなった")):
        field_input(form, "waived_reason", show_help=False)
        st.button(
            _("要らないと残す"),
            key=f"{form.name}:waive",
            on_click=_submit_withdrawn,
            args=(editor, task),
        )


def _submit_followed(editor: Editor, task: Task) -> None:
    given = editor.form.values(["note", "evidence_url"])
    submit("followed", editor, None, task, said=_("対応を残しました。"), **given)


def _submit_withdrawn(editor: Editor, task: Task) -> None:
    reason = str(editor.form.get("waived_reason") or "")
    submit("withdrawn", editor, None, task, reason, said=_("理由を残しました。"))


def _adding(desk: UserStore, case: AgencyInquiry) -> None:
    if opened(case.id) != ORDER:
        st.button(
            _("指示を足す"),
            key=name_of(case.id, f"open:{ORDER}"),
            icon=":material/add:",
            type="tertiary",
            on_click=open_editor,
            args=(case.id, ORDER),
        )
        return
    start: dict[str, Any] = {
        "title": "",
        "given_at": clock.now().replace(second=0, tzinfo=None),
        "due_at": None,
        "owner": case.handler or desk.principal.name,
    }
    editor = editor_of(case, ORDER, record=Task, start=start)
    form = editor.form
    field_input(form, "title", label=_("何を求められたか(必須)"), show_help=False)
    left, right = st.columns(2)
    with left:
        field_input(form, "given_at", label=_("指示のあった日時"), show_help=False)
    with right:
        field_input(form, "due_at", label=_("いつまでに"), show_help=False)
    people = [m.name for m in context.members() if m.role in navigation.STAFF]
    field_input(form, "owner", options=people, show_help=False)
    save_or_leave(editor, ORDER, _("指示を残す"), _submit_order)


def _submit_order(editor: Editor) -> None:
    values = editor.form.values(instructions.GIVEN)
    submit("instruct", editor, values, said=_("指示を残しました。"))
