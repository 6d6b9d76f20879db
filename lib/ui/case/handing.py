"""3つのカエル on the case: two taps to hand it over, one to take it, a card for both."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import handover
from lib.actions.entry import PromiseTime, due_at
from lib.actions.handover import Candidate, Card, Event, Place, Wish
from lib.actions.permissions import roles_of
from lib.errors import InvalidRecord
from lib.i18n import N_, _
from lib.schema.complaint import Complaint
from lib.schema.escalation import Escalation
from lib.schema.masters import Member
from lib.schema.vocab import Change, EscalationStatus
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, drafting, flash, handovers
from lib.ui import format as fmt
from lib.ui.case.saving import (
    form_of,
    leave_editor,
    name_of,
    open_editor,
)
from lib.ui.form import Form, field_input, problems_by_field, widget_values

HANDOVER, COURSE, RETURN = "handover", "course", "return"
"""Editors of this module."""

EDITORS: Final = (HANDOVER, COURSE, RETURN)

HANDERS: Final = roles_of("cases.hand_over")

_TIMES: Final = (PromiseTime.HALF_HOUR, PromiseTime.TODAY, PromiseTime.TOMORROW)


def may_hand(desk: UserStore, case: Complaint) -> bool:
    """Whether this person may hand the case over: our own people, while it is open."""
    return desk.principal.role in HANDERS and case.is_open


def buttons(desk: UserStore, case: Complaint) -> None:
    """Draw what hands the case over, or takes it oneself; first of two taps."""
    if not may_hand(desk, case):
        return
    if handovers.waiting_of(desk, case.id, clock.now()) is not None:
        return
    st.button(
        _("引き継ぐ"),
        key=name_of(case.id, f"open:{HANDOVER}"),
        icon=":material/swap_horiz:",
        help=_("人・時間・場所をカエル"),
        on_click=open_editor,
        args=(case, HANDOVER),
    )
    if case.handler != desk.principal.name:
        st.button(
            _("自分が引き取る"),
            key=name_of(case.id, "take_over"),
            icon=":material/front_hand:",
            on_click=_take_over,
            args=(case,),
        )


def banner(desk: UserStore, case: Complaint) -> None:
    """Draw a hand-over that waits, or the card of one that this person took."""
    waiting = handovers.waiting_of(desk, case.id, clock.now())
    if waiting is not None:
        handovers.line(desk, waiting, where=handovers.Where.CASE)
        if desk.principal.name == waiting.taker:
            _card(desk, case, waiting.taker)
        return
    found = _underway(desk, case)
    if found is None:
        return
    me = desk.principal.name
    with st.expander(
        _("引き継ぎカード({giver} → {taker})").format(
            giver=inert(found.given_by or fmt.NOTHING),
            taker=inert(found.taken_by or fmt.NOTHING),
        ),
        icon=":material/swap_horiz:",
        expanded=False,
    ):
        _card(desk, case, found.taken_by)
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("経緯と予防策を残す"),
                key=name_of(case.id, f"open:{COURSE}"),
                icon=":material/history_edu:",
                on_click=open_course,
                args=(case,),
            )
            if handover.may(Event.RETURN, found, me):
                st.button(
                    _("差し戻す"),
                    key=name_of(case.id, f"open:{RETURN}"),
                    type="tertiary",
                    on_click=open_editor,
                    args=(case, RETURN),
                )


def _underway(desk: UserStore, case: Complaint) -> Escalation | None:
    found = desk.derived(
        ("handover underway", case.id), lambda: handover.underway(desk, case.id)
    )
    return found if found and found.status is EscalationStatus.WORKING else None


# The card ---------------------------------------------------------------------------


def _card(desk: UserStore, case: Complaint, name: str) -> None:
    speaker = _member(desk, name)
    if speaker is None:
        return
    found = handover.card(case, speaker)
    title, family = found.opening
    opening = _("「お電話を替わりました。{title}の{name}でございます。」")
    if not title:
        opening = _("「お電話を替わりました。{name}でございます。」")
    st.markdown(
        f":small[:gray[{inert(_('最初の一言'))}]]  \n"
        f"**{inert(opening.format(title=title, name=family))}**"
    )
    st.markdown(_lines(found))


def _lines(found: Card) -> str:
    label = {spec.name: _(spec.label) for spec in Complaint.fields()}
    heard = [
        f"{label[name]}: {fmt.cell(Complaint.field(name), value)}"
        for name, value in found.heard
    ]
    promise, at = found.promised
    promised = f"{fmt.choice(promise)} {fmt.short_moment(at)}" if at else fmt.NOTHING
    parts = (
        (_("もう聞いたこと"), " · ".join(heard)),
        (_("約束したこと"), promised),
        (
            _("もう一度聞かないこと"),
            fmt.listed(label[name] for name in found.not_to_ask),
        ),
        (_("まだ聞いていないこと"), " · ".join(found.to_ask)),
    )
    return "\n\n".join(
        f":small[:gray[{inert(title)}]]  \n{inert(text)}"
        for title, text in parts
        if text
    )


def _member(desk: UserStore, name: str) -> Member | None:
    return next((m for m in handover.members_of(desk) if m.name == name), None)


# Handing over -----------------------------------------------------------------------


def show(desk: UserStore, case: Complaint, editor: str) -> None:
    """Draw one of this module's editors."""
    if editor == HANDOVER:
        _handover_editor(desk, case)
    elif editor == COURSE:
        _course_editor(case)
    else:
        _return_editor(case)


def _handover_editor(desk: UserStore, case: Complaint) -> None:
    form = form_of(case, HANDOVER)
    st.markdown(f"**{inert(_('3つのカエル: 何を替えますか'))}**")
    st.session_state.setdefault(form.key("changes"), [Change.PERSON])
    changes = st.pills(
        _("替えるもの"),
        list(Change),
        key=form.key("changes"),
        selection_mode="multi",
        format_func=fmt.choice,
        label_visibility="collapsed",
        persist_state="session",
    )
    form.show_problems("changes")
    successor = None
    if Change.PERSON in changes:
        successor = _successor(desk, case, form)
    if Change.TIME in changes:
        _one_tap(form, "time", _("いつにするか"), _TIMES)
        form.show_problems("at")
    if Change.PLACE in changes:
        _one_tap(form, "place", _("どこでどう続けるか"), tuple(Place))
        form.show_problems("place")
    with st.container(horizontal=True):
        st.button(
            _submit_label(successor),
            key=name_of(case.id, "save"),
            type="primary",
            icon=":material/swap_horiz:",
            shortcut="Mod+S",
            on_click=_submit,
            args=(case,),
        )
        _leave(case, HANDOVER)
    if successor is not None:
        with st.container(border=True):
            _card(desk, case, successor.member.name)


def _submit_label(successor: Candidate | None) -> str:
    if successor is None:
        return _("これで替える")
    return inert(_("{name} さんに引き継ぐ").format(name=successor.member.name))


def _successor(desk: UserStore, case: Complaint, form: Form) -> Candidate | None:
    found = _candidates(desk, case)
    if not found:
        st.caption(inert(_("引き継げる人がいません。メンバーを登録してください。")))
        return None
    by_mail = {one.member.email: one for one in found}
    key = form.key("successor")
    if st.session_state.get(key) not in by_mail:
        st.session_state[key] = found[0].member.email
    mail = st.selectbox(
        _("引き継ぐ人(上から順におすすめ)"),
        list(by_mail),
        key=key,
        format_func=lambda mail: _titled(by_mail[mail].member),
        filter_mode="contains",
        persist_state="session",
    )
    one = by_mail[mail]
    said = " · ".join(_(r.message).format(**r.details) for r in one.reasons)
    st.caption(inert(said))
    if one.warning:
        st.warning(inert(_(one.warning)), icon=":material/stairs:")
    return one


def _titled(member: Member) -> str:
    return f"{member.name}({member.title})" if member.title else member.name


def _candidates(desk: UserStore, case: Complaint) -> Sequence[Candidate]:
    loads = desk.derived("loads", lambda: handover.loads_of(desk.frame("complaints")))
    giver = case.handler or desk.principal.name
    return handover.candidates(handover.members_of(desk), case, giver, loads)


def _one_tap(form: Form, name: str, label: str, options: Sequence[Any]) -> None:
    st.pills(
        label,
        list(options),
        key=form.key(name),
        format_func=lambda option: _(option.value),
        persist_state="session",
    )


def _submit(case: Complaint) -> None:
    form = form_of(case, HANDOVER)
    desk = context.desk()
    mail = st.session_state.get(form.key("successor"))
    time = form.get("time")
    wish = Wish(
        changes=tuple(form.get("changes") or ()),
        successor=next((m for m in handover.members_of(desk) if m.email == mail), None),
        at=due_at(time, clock.now()),
        place=form.get("place"),
    )
    try:
        with boundary.attempt():
            made = handover.hand_over(
                desk, case, wish, now=clock.now(), commit_id=drafting.entry_id(form)
            )
            leave_editor(case.id, HANDOVER)
            flash.say(_told(made))
    except InvalidRecord as error:
        _keep_problems(case, error)


def _told(made: Escalation) -> str:
    if made.status is EscalationStatus.OPEN:
        return _(
            "{name} さんに引き継ぎました。10分以内に「受けた」がなければ、次の人に移ります。"
        ).format(name=made.taken_by)
    return _("替えたことを残しました。")


def _take_over(case: Complaint) -> None:
    desk = context.desk()
    me = _member(desk, desk.principal.name)
    what = f"{case.id}|{case.version}|take_over|{desk.principal.key}"
    once = hashlib.blake2b(what.encode(), digest_size=16).hexdigest()
    try:
        with boundary.attempt():
            wish = Wish(successor=me)
            handover.hand_over(desk, case, wish, now=clock.now(), commit_id=once)
            flash.say(_("受けました。担当はあなたです。"))
    except InvalidRecord:
        flash.say(_("メンバーに登録されている人だけが引き取れます。"), "warning")


def _keep_problems(case: Complaint, error: InvalidRecord) -> None:
    problems = problems_by_field(error.problems)
    st.session_state[name_of(case.id, "problems")] = problems


def _leave(case: Complaint, editor: str) -> None:
    st.button(
        _("やめる"),
        key=name_of(case.id, "leave"),
        on_click=leave_editor,
        args=(case.id, editor),
    )


# Afterwards -------------------------------------------------------------------------


def open_course(case: Complaint) -> None:
    """Open the editor of 経緯, 予防策 and 二次化原因 on what stands now."""
    open_editor(case, COURSE)
    form = _course_form(case)
    seen = _seen_course(context.desk(), case, form)
    st.session_state[name_of(case.id, "course")] = seen
    form.set(**widget_values(seen, handover.SETTLING_FIELDS))


def _course_form(case: Complaint) -> Form:
    problems = st.session_state.get(name_of(case.id, "problems")) or {}
    return Form(f"case-{case.id}-{COURSE}", Escalation, problems)


def _seen_course(desk: UserStore, case: Complaint, form: Form) -> Escalation:
    found = handover.underway(desk, case.id)
    return found or handover.without_handover(
        case, now=clock.now(), commit_id=drafting.entry_id(form)
    )


def _course_editor(case: Complaint) -> None:
    form = _course_form(case)
    st.markdown(f"**{inert(_('経緯と予防策'))}**")
    st.caption(
        inert(_("原因は、応対した人のせいと決めつけません。起きたことを書きます。"))
    )
    drafting.offer(form, handover.SETTLING_FIELDS, title="course")
    field_input(form, "secondary_cause", pills=True)
    field_input(form, "course", height=120)
    field_input(form, "prevention", height=90)
    field_input(form, "introduced", pills=True)
    left, right = st.columns(2)
    names = [member.name for member in context.members()]
    with left:
        field_input(form, "follow_up_for", options=names)
    with right:
        field_input(form, "follow_up_due")
    drafting.autosave(form, handover.SETTLING_FIELDS)
    with st.container(horizontal=True):
        for label, settle, kind in (
            (N_("保存"), False, "primary"),
            (N_("これで解決にする"), True, "secondary"),
        ):
            st.button(
                _(label),
                key=name_of(case.id, f"course:{settle}"),
                type="primary" if kind == "primary" else "secondary",
                on_click=_submit_course,
                args=(case, settle),
            )
        _leave(case, COURSE)


def _submit_course(case: Complaint, settle: bool) -> None:  # noqa: FBT001 - a callback
    form = _course_form(case)
    seen = st.session_state[name_of(case.id, "course")]
    st.session_state.pop(name_of(case.id, "problems"), None)
    try:
        with boundary.attempt():
            handover.note(
                context.desk(),
                seen,
                form.values(handover.SETTLING_FIELDS),
                settle=settle,
                now=clock.now(),
                commit_id=drafting.entry_id(form),
            )
            drafting.discard(form)
            leave_editor(case.id, COURSE)
            flash.say(_("経緯を残しました。"))
    except InvalidRecord as error:
        _keep_problems(case, error)


def _return_editor(case: Complaint) -> None:
    form = form_of(case, RETURN)
    st.text_input(
        _("差し戻す理由"),
        max_chars=LONGEST_TEXT,
        key=form.key("reason"),
        live="500ms",
        on_change="ignore",
        persist_state="session",
    )
    form.show_problems("reason")
    with st.container(horizontal=True):
        st.button(
            _("差し戻す"),
            key=name_of(case.id, "save"),
            type="primary",
            on_click=_submit_return,
            args=(case,),
        )
        _leave(case, RETURN)


def _submit_return(case: Complaint) -> None:
    form, desk = form_of(case, RETURN), context.desk()
    found = handover.underway(desk, case.id)
    if found is None:
        leave_editor(case.id, RETURN)
        return
    reason = str(form.get("reason") or "")
    try:
        with boundary.attempt():
            handover.give_back(
                desk, found, Event.RETURN, reason=reason, now=clock.now()
            )
            leave_editor(case.id, RETURN)
            flash.say(_("{name} さんに差し戻しました。").format(name=found.given_by))
    except InvalidRecord as error:
        _keep_problems(case, error)
