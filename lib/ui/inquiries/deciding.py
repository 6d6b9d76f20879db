"""Step 2 on the screen: decision, ground and answer; approval by another; the answer."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions.inquiries import deciding
from lib.actions.inquiries.course import Course
from lib.i18n import _
from lib.metrics import inquiries
from lib.metrics.inquiries import Approval
from lib.schema.activity import Activity
from lib.schema.inquiry import AgencyInquiry
from lib.schema.vocab import Decision, Medium
from lib.settings.grounds import Ground, grounds, offered
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import drafting
from lib.ui import format as fmt
from lib.ui.case.history import shown_text
from lib.ui.form import field_input, label_of
from lib.ui.inquiries.working import (
    Editor,
    changed_meanwhile,
    editor_of,
    is_rewriting,
    leave_editor,
    main_key,
    main_kind,
    may_write,
    name_of,
    open_editor,
    opened,
    press,
    rewrite,
    said_of,
    submit,
)

DECIDE, ANSWER, SEND_BACK = "decide", "answer", "send_back"

_DECISIONS: Final = (Decision.ACCEPT, Decision.PARTLY, Decision.DECLINE)
_STEP_FIELDS: Final = ("at", "medium", "content", "evidence_url")


def show(desk: UserStore, case: AgencyInquiry, found: Course, *, is_main: bool) -> None:
    """Draw the second step as it stands: to be written, to be read, to be answered.

    is_main: whether its button is the main one of the screen.
    """
    is_answered = inquiries.is_answered(case)
    if not is_answered and found.approval is Approval.RETURNED:
        _returned(desk, case)
    is_put = is_answered or found.approval in (
        Approval.WAITING,
        Approval.GIVEN,
        Approval.SOLE,
    )
    writes = case.is_open and may_write(desk)
    if writes and (not is_put or is_rewriting(case.id)):
        _draft(desk, case, is_main=is_main)
        return
    _read(case, found.approval)
    if not writes:
        return
    if is_answered:
        _again(case, _("回答し直す"))
    elif found.approval is Approval.WAITING:
        _approve(desk, case, is_main=is_main)
    elif found.approval in (Approval.GIVEN, Approval.SOLE):
        _answer(case, is_main=is_main)


def _returned(desk: UserStore, case: AgencyInquiry) -> None:
    last = deciding.returned(desk, case)
    if last is None:
        return
    with st.container(border=True, gap="small"):
        st.markdown(
            f":material/undo: **{inert(_('差し戻されました'))}** "
            f":gray[{inert(said_of(last.at, last.actor))}]"
        )
        shown_text(last.content)


# Writing ----------------------------------------------------------------------------


def _draft(desk: UserStore, case: AgencyInquiry, *, is_main: bool) -> None:
    names = deciding.DECIDED
    # Undecided is none of the choices; a chip that nobody pressed is not typed.
    undecided = {"decision": None} if case.decision not in _DECISIONS else {}
    editor = editor_of(case, DECIDE, names, start=undecided)
    form = editor.form
    if changed := changed_meanwhile(editor, case):
        st.info(
            inert(
                _(
                    "{who} さんが {fields} を変えました。ここに書いたことはそのままです。"
                ).format(who=case.updated_by, fields=fmt.listed(changed))
            ),
            icon=":material/group:",
        )
    if is_rewriting(case.id) and case.approved_at is not None:
        st.caption(
            f":material/info: {inert(_('保存すると、いまの承認は取り消されます。'))}"
        )
    drafting.offer(form, names, title="answer")
    if case.demand:
        st.caption(inert(label_of(AgencyInquiry.field("demand"))))
        shown_text(case.demand)
    _decision(editor)
    _ground(desk, editor)
    field_input(
        form,
        "answer",
        label=_("回答の案"),
        placeholder=_("先方にそのまま伝えられる言葉で書きます"),
        height=150,
    )
    _lawyer(desk, editor)
    drafting.autosave(form, names)
    _draft_buttons(desk, editor, is_main=is_main)


def _decision(editor: Editor) -> None:
    field_input(
        editor.form,
        "decision",
        options=_DECISIONS,
        pills=True,
        on_change="rerun",
        label=_("求めに応じるか"),
        show_help=False,
    )


def _ground(desk: UserStore, editor: Editor) -> None:
    form = editor.form
    today = clock.today()
    every = desk.derived(
        ("grounds", today), lambda: grounds(desk.frame("settings"), today)
    )
    known = offered(every, editor.seen)
    picked = form.key("_ground")
    st.selectbox(
        _("法令・指針から選ぶ"),
        list(known),
        index=None,
        key=picked,
        format_func=lambda ground: f"{ground.name} — {_(ground.says)}",
        filter_mode="contains",
        placeholder=_("選ぶと下に書き足されます"),
        on_change=_take_ground,
        args=(editor, picked),
    )
    field_input(
        form,
        "legal_ground",
        height=90,
        placeholder=_("上から選ぶか、自由に書きます"),
        show_help=False,
    )
    text = str(form.get("legal_ground") or "")
    to_read = [g for g in known if g.is_in(text) and g.url.startswith("https://")]
    if to_read:
        with st.container(horizontal=True, gap="small"):
            for ground in to_read[:4]:
                st.link_button(
                    inert(ground.name),
                    ground.url,
                    icon=":material/open_in_new:",
                    type="tertiary",
                )


def _take_ground(editor: Editor, picked: str) -> None:
    """Add the chosen text to the ground, once; a callback."""
    ground: Ground | None = st.session_state.get(picked)
    st.session_state[picked] = None
    if ground is None:
        return
    before = str(editor.form.get("legal_ground") or "").rstrip()
    if not ground.is_in(before):
        lines = [before, ground.written()] if before else [ground.written()]
        editor.form.set(legal_ground="\n".join(lines))


def _lawyer(desk: UserStore, editor: Editor) -> None:
    """Ask for a lawyer's word before an agency that one follows is told no."""
    form = editor.form
    typed = editor.seen.model_copy(update=form.values(["decision"]))
    if not deciding.needs_lawyer(desk, typed, clock.now()):
        return
    with st.container(border=True, gap="small"):
        st.markdown(
            f":material/balance: **{inert(_('応じないと答える前に、弁護士に相談します'))}**"
        )
        text, save = st.columns([4, 1], vertical_alignment="bottom")
        with text:
            st.text_input(
                _("だれに相談し、何と言われたか"),
                max_chars=LONGEST_TEXT,
                key=form.key("consulted"),
                live="800ms",
                on_change="ignore",
                persist_state="session",
            )
            form.show_problems("consulted")
        with save:
            st.button(
                _("相談を残す"),
                key=f"{form.name}:consult",
                width="stretch",
                on_click=_consult,
                args=(editor,),
            )
        st.text_input(
            _("相談しないなら、その理由"),
            max_chars=LONGEST_TEXT,
            key=form.key("without_lawyer"),
            live="800ms",
            on_change="ignore",
            persist_state="session",
        )
        form.show_problems("without_lawyer")


def _consult(editor: Editor) -> None:
    # What is typed of the decision stays: the word of a lawyer is a save of its own.
    text = str(editor.form.get("consulted") or "")
    said = _("相談を対応履歴に残しました。")
    press("consult", editor.seen, text, said=said)


def _draft_buttons(desk: UserStore, editor: Editor, *, is_main: bool) -> None:
    number = editor.seen.id
    is_alone = deciding.is_alone(desk, editor.seen)
    if is_alone:
        st.text_input(
            _("一人で決める理由(必須)"),
            max_chars=LONGEST_TEXT,
            key=editor.form.key("sole_approval_reason"),
            help=_(
                "ほかに承認できる人がいないときだけです。行政対応パックに載ります。"
            ),
            live="800ms",
            on_change="ignore",
            persist_state="session",
        )
        editor.form.show_problems("sole_approval_reason")
    with st.container(horizontal=True):
        st.button(
            _("単独で承認する") if is_alone else _("承認を頼む"),
            key=f"{editor.form.name}:ask",
            type=main_kind(is_main=is_main),
            icon=":material/approval:" if is_alone else ":material/send:",
            shortcut=main_key(is_main=is_main),
            on_click=_put,
            args=(editor, "alone" if is_alone else "ask"),
        )
        st.button(
            _("途中で保存"),
            key=f"{editor.form.name}:draft",
            on_click=_keep,
            args=(editor,),
        )
        if is_rewriting(number):
            st.button(
                _("やめる"),
                key=f"{editor.form.name}:leave",
                type="tertiary",
                on_click=_leave_rewriting,
                args=(number,),
            )


def _leave_rewriting(number: str) -> None:
    leave_editor(number, DECIDE)
    rewrite(number, is_on=False)


def _put(editor: Editor, verb: str) -> None:
    form = editor.form
    more: dict[str, Any] = {
        "without_lawyer": str(form.get("without_lawyer") or ""),
        "said": _("承認を頼みました。"),
    }
    if verb == "alone":
        more["reason"] = str(form.get("sole_approval_reason") or "")
        more["said"] = _("単独で承認しました。")
    submit(verb, editor, form.values(deciding.DECIDED), **more)


def _keep(editor: Editor) -> None:
    submit("draft", editor, editor.form.values(deciding.DECIDED))


# Reading ----------------------------------------------------------------------------


def _read(case: AgencyInquiry, approval: Approval) -> None:
    with st.container(border=True, gap="small"):
        if case.demand:
            demand = label_of(AgencyInquiry.field("demand"))
            st.markdown(f":small[:gray[{inert(demand)}]]")
            shown_text(case.demand)
        st.markdown(
            f":small[:gray[{inert(_('求めに応じるか'))}]]  \n"
            f"**{inert(fmt.choice(case.decision))}**"
        )
        for name, label in (
            ("legal_ground", _("根拠")),
            ("answer", _("回答の内容") if case.answered_at else _("回答の案")),
        ):
            st.markdown(f":small[:gray[{inert(label)}]]")
            shown_text(getattr(case, name) or fmt.NOTHING)
        st.caption(inert(" · ".join(_signed(case, approval))))
        if approval is Approval.SOLE:
            st.caption(
                f":material/person: {inert(_('単独承認'))}: "
                f"{inert(case.sole_approval_reason)}"
            )


def _signed(case: AgencyInquiry, approval: Approval) -> list[str]:
    said = [f"{_('判断者')}: {case.decided_by or fmt.NOTHING}"]
    if case.approved_at is not None and approval in (Approval.GIVEN, Approval.SOLE):
        said.append(f"{_('承認')}: {said_of(case.approved_at, case.approver)}")
    elif inquiries.is_drafted(case):
        said.append(f"{_('承認')}: {_(approval.value)}")
    if case.answered_at is not None:
        said.append(f"{_('回答日時')}: {fmt.moment(case.answered_at)}")
    return said


def _again(case: AgencyInquiry, label: str) -> None:
    st.button(
        label,
        key=name_of(case.id, "rewrite:open"),
        icon=":material/edit:",
        type="tertiary",
        help=_("内容を変えると、承認を受け直します。いまの回答は対応履歴に残ります。"),
        on_click=rewrite,
        args=(case.id,),
    )


# Approving --------------------------------------------------------------------------


def _approve(desk: UserStore, case: AgencyInquiry, *, is_main: bool) -> None:
    if not deciding.may_approve(desk, case):
        _again(case, _("書き直す"))
        return
    if opened(case.id) == SEND_BACK:
        _send_back(case)
        return
    with st.container(horizontal=True):
        st.button(
            _("承認する"),
            key=name_of(case.id, "approve"),
            type=main_kind(is_main=is_main),
            icon=":material/approval:",
            on_click=press,
            args=("approve", case),
            kwargs={"said": _("承認しました。先方に回答できます。")},
        )
        st.button(
            _("差し戻す"),
            key=name_of(case.id, f"open:{SEND_BACK}"),
            icon=":material/undo:",
            on_click=open_editor,
            args=(case.id, SEND_BACK),
        )
        _again(case, _("自分で書き直す"))


def _send_back(case: AgencyInquiry) -> None:
    editor = editor_of(case, SEND_BACK, record=Activity, start={"content": ""})
    st.text_area(
        _("どこを直してほしいか"),
        max_chars=LONGEST_TEXT,
        key=editor.form.key("content"),
        height=90,
        on_change="ignore",
        persist_state="session",
    )
    editor.form.show_problems("sent_back")
    with st.container(horizontal=True):
        st.button(
            _("差し戻す"),
            key=f"{editor.form.name}:save",
            type="primary",
            icon=":material/undo:",
            on_click=_submit_send_back,
            args=(editor,),
        )
        st.button(
            _("やめる"),
            key=f"{editor.form.name}:leave",
            on_click=leave_editor,
            args=(case.id, SEND_BACK),
        )


def _submit_send_back(editor: Editor) -> None:
    text = str(editor.form.get("content") or "")
    submit("send_back", editor, None, text, said=_("差し戻しました。"))


# Answering --------------------------------------------------------------------------


def _answer(case: AgencyInquiry, *, is_main: bool) -> None:
    start = {
        "at": None,
        "medium": Medium.CALL_OUT,
        "content": "",
        "evidence_url": "",
    }
    editor = editor_of(case, ANSWER, record=Activity, start=start)
    form = editor.form
    left, right = st.columns(2)
    with left:
        field_input(
            form, "at", label=_("回答した日時(空欄なら、いま)"), show_help=False
        )
        form.show_problems("answered_at")
    with right:
        field_input(
            form,
            "medium",
            options=deciding.ANSWERED_BY,
            label=_("どうやって"),
            show_help=False,
        )
    field_input(
        form,
        "content",
        label=_("だれに伝え、何と言われたか(任意)"),
        height=70,
        show_help=False,
    )
    with st.expander(_("証跡")):
        field_input(form, "evidence_url")
    with st.container(horizontal=True):
        st.button(
            _("回答した"),
            key=f"{form.name}:save",
            type=main_kind(is_main=is_main),
            icon=":material/check:",
            shortcut=main_key(is_main=is_main),
            on_click=_submit_answer,
            args=(editor,),
        )
        _again(case, _("書き直す"))


def _submit_answer(editor: Editor) -> None:
    given = editor.form.values(_STEP_FIELDS)
    submit(
        "give_answer",
        editor,
        said=_("回答を対応履歴に残しました。"),
        at=given["at"] or clock.now(),
        medium=given["medium"],
        note=given["content"],
        evidence_url=given["evidence_url"],
    )
