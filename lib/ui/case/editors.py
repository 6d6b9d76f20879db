"""The editors of a complaint: one stands open at a time, in place of the facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import cases, closing, questions
from lib.actions.business_settings import claim_types_of
from lib.actions.closing import Blocker, PromiseEnd
from lib.actions.entry import PromiseTime, due_at
from lib.errors import InvalidRecord
from lib.i18n import N_, _
from lib.schema.activity import Activity
from lib.schema.complaint import SETTLED, Complaint
from lib.schema.record import Stage
from lib.schema.vocab import ActivityKind, ComplaintStatus, Promise
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert, is_masked
from lib.ui import boundary, context, drafting, filters, navigation
from lib.ui import format as fmt
from lib.ui.case import inside
from lib.ui.case.groups import (
    ACT,
    CANCEL,
    CLOSE,
    INSIDE,
    PROMISE,
    PROMISED,
    REVEAL,
    STEP_FIELDS,
    STEP_KINDS,
    Group,
)
from lib.ui.case.saving import (
    BY_CODE,
    Attempt,
    form_of,
    leave_editor,
    name_of,
    show_missing,
    submit,
)
from lib.ui.form import Form, field_input


def show(desk: UserStore, case: Complaint, editor: str) -> None:
    """Draw one editor of the case."""
    opened = st.session_state.get(name_of(case.id, f"seen:{editor}"), case)
    seen = drafting.as_seen(form_of(opened, editor), opened)
    form = form_of(seen, editor)
    _changed_meanwhile(seen, case)
    match editor:
        case "act":
            _act_editor(form, seen)
        case "promise":
            _promise_editor(form, seen)
        case "close":
            _close_editor(desk, form, seen)
        case "inside":
            _title(_("社内確認"))
            inside.editor(desk, form, seen)
            _save_buttons(seen, INSIDE, inside.submit, label=_("聞く"))
        case "cancel":
            _reason_editor(
                form, seen, _("取り消す理由"), _("取消にする"), _submit_cancel
            )
        case "reveal":
            _reason_editor(
                form, seen, _("連絡先を見る理由"), _("表示する"), _submit_reveal
            )
        case _:
            _group_editor(desk, form, seen, BY_CODE[editor])


def _changed_meanwhile(seen: Complaint, case: Complaint) -> None:
    if case.version == seen.version:
        return
    changed = "、".join(_(spec.label) for spec in cases.merged_fields(seen, {}, case))
    if changed:
        st.info(
            inert(
                _(
                    "{who} さんが {time} に {fields} を変えました。ここに書いたことはそのままです。"
                ).format(
                    who=case.updated_by,
                    time=fmt.short_moment(case.updated_at),
                    fields=changed,
                )
            ),
            icon=":material/group:",
        )


def _act_editor(form: Form, seen: Complaint) -> None:
    _title(_("対応を書く"))
    drafting.offer(form, STEP_FIELDS, title="content")
    field_input(form, "content", required=True, height=140)
    asked = _answers(form, seen)
    left, right = st.columns(2)
    with left:
        field_input(form, "medium")
    with right:
        st.selectbox(
            _(Activity.field("kind").label),
            list(STEP_KINDS),
            key=form.key("kind"),
            format_func=fmt.choice,
            filter_mode="contains",
            on_change="rerun",
            persist_state="session",
        )
    if form.get("kind") is ActivityKind.EXPERT:
        field_input(form, "expert")
    if seen.is_open:
        _next_promise(form, seen)
    with st.expander(_("証跡")):
        field_input(form, "evidence_url")
    drafting.autosave(form, (*STEP_FIELDS, *asked))
    _save_buttons(seen, ACT, _submit_step)


MOST_QUESTIONS: Final = 8
"""Questions with a place for an answer; the others stay on the list."""


def _asked(seen: Complaint) -> dict[str, str]:
    """Return the case's open questions by the name of their field."""
    found = questions.listed(seen.open_questions)[:MOST_QUESTIONS]
    return {f"answer{place}": question for place, question in enumerate(found)}


def _answers(form: Form, seen: Complaint) -> tuple[str, ...]:
    """Draw what was to be asked on the next call, and return the fields' names."""
    asked = _asked(seen)
    if not asked:
        return ()
    with st.container(border=True, gap="small"):
        st.markdown(f":material/checklist: **{inert(_('この電話で聞くこと'))}**")
        for name, question in asked.items():
            st.text_input(
                inert(question),
                max_chars=LONGEST_TEXT,
                key=form.key(name),
                placeholder=_("答えを書くと、対応履歴に残って一覧から消えます"),
                live="800ms",
                on_change="ignore",
                persist_state="session",
            )
    return tuple(asked)


def _next_promise(form: Form, seen: Complaint) -> None:
    """Ask for a new promise in one tap; untouched, the present one stands."""
    promise = Form(form.name, Complaint, form.problems)
    st.pills(
        _("次の約束を改める"),
        [time for time in PromiseTime if time is not PromiseTime.SOLVED],
        key=form.key("time"),
        format_func=lambda time: _(time.value),
        help=_("押さなければ、いまの約束({time})のままです。").format(
            time=fmt.short_moment(seen.next_promise_at)
        ),
        on_change="rerun",
        persist_state="session",
    )
    time = form.get("time")
    if time is None:
        return
    if form.key("next_promise") not in st.session_state:
        promise.set(next_promise=seen.next_promise or Promise.CALL_BACK)
    left, right = st.columns(2)
    with left:
        field_input(promise, "next_promise")
    if time is PromiseTime.OTHER:
        with right:
            field_input(promise, "next_promise_at")


def _promised(form: Form) -> dict[str, Any]:
    time = form.get("time")
    if time is None:
        return {}
    promise = Form(form.name, Complaint)
    values = promise.values(PROMISED)
    if time is not PromiseTime.OTHER:
        values["next_promise_at"] = due_at(time, clock.now())
    return values


def _submit_step(seen: Complaint) -> None:
    form = form_of(seen, ACT)
    step = form.values(STEP_FIELDS)
    if step["kind"] is not ActivityKind.EXPERT:
        step["expert"] = None
    answers = {
        question: str(form.get(name) or "") for name, question in _asked(seen).items()
    }
    parts = [step["content"].strip(), questions.told(answers)]
    values = _promised(form)
    if parts[1]:
        step["content"] = "\n\n".join(part for part in parts if part)
        values["open_questions"] = questions.left(seen, answers)
    submit("act", seen, ACT, values, step=step)


def _promise_editor(form: Form, seen: Complaint) -> None:
    _title(_("次の約束") if seen.is_open else _("再開する"))
    left, right = st.columns(2)
    with left:
        field_input(form, "next_promise", required=True)
    with right:
        field_input(form, "next_promise_at", required=True)
    if _lost_contact(seen):
        st.caption(
            inert(
                _("連絡先は下4桁だけが残っています。分かれば、もう一度入れてください。")
            )
        )
        field_input(form, "contact")
    _save_buttons(seen, PROMISE, _submit_promise)


def _lost_contact(seen: Complaint) -> bool:
    """Whether a settled case that is opened again has no whole contact any more.

    One that is only masked for this person looks the same; what they type is new then.
    """
    hidden = context.desk().hides_contact(seen.id)
    return not seen.is_open and is_masked(seen.contact) and not hidden


def _submit_promise(seen: Complaint) -> None:
    values = form_of(seen, PROMISE).values(PROMISED)
    if seen.status in SETTLED:
        again = {"status": ComplaintStatus.WORKING, **values}
        typed = str(form_of(seen, PROMISE).get("contact") or "").strip()
        if _lost_contact(seen) and typed:
            again["contact"] = typed
        submit("change", seen, PROMISE, again)
    elif values["next_promise_at"] is None:
        problem = {"next_promise_at": [N_("約束の時刻を選んでください。")]}
        st.session_state[name_of(seen.id, "problems")] = problem
    else:
        submit("renew", seen, PROMISE, values)


def _close_editor(desk: UserStore, form: Form, seen: Complaint) -> None:
    _title(_("完了にする"))
    st.caption(inert(_("完了の前に確かめることだけを聞きます。")))
    _what_is_open(form, closing.blockers(desk, seen, clock.now()))
    asked = [name for name in cases.CLOSING_FIELDS if _is_asked(form, seen, name)]
    for pair in _pairs(asked):
        for column, name in zip(st.columns(2), pair, strict=False):
            with column:
                field_input(
                    form, name, pills=name == "read_back", on_change=_rerun_for(name)
                )
    drafting.autosave(form, cases.CLOSING_FIELDS)
    _what_is_missing(form)
    _save_buttons(seen, CLOSE, _submit_close, label=_("完了にする"))


def _what_is_open(form: Form, found: Sequence[Blocker]) -> None:
    """Say what is really open: a promise is settled here, the rest where it stands."""
    for blocker in found:
        words = _(blocker.message).format(**blocker.details)
        if blocker.code == closing.PROMISE:
            st.pills(
                words,
                list(PromiseEnd),
                key=form.key(closing.PROMISE),
                format_func=fmt.choice,
                on_change="ignore",
                persist_state="session",
            )
            form.show_problems(closing.PROMISE)
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            due = f" ({fmt.short_moment(blocker.due_at)})" if blocker.due_at else ""
            st.markdown(
                f":red[:material/block: **{inert(words)}**]{inert(due)}",
                width="content",
            )
            if any(page.code == blocker.page for page in navigation.PAGES):
                navigation.link(blocker.page, _("そこを開く"), case=form_case(form))


def form_case(form: Form) -> str:
    """Return the number of the case that a form belongs to."""
    return form.name.removeprefix("case-").rpartition("-")[0]


def _what_is_missing(form: Form) -> None:
    """Name beside the button what keeps the case open, once closing was refused."""
    if not form.problems:
        return
    labels = {
        closing.PROMISE: _("残っている約束"),
        closing.BLOCKED: _("残っている期限・点検"),
    }
    names = [
        labels.get(name) or _(Complaint.field(name).label) for name in form.problems
    ]
    st.warning(
        _("まだ完了にしていません。答えるところ: {names}").format(
            names=inert(fmt.listed(names))
        )
    )


_UNFOLDING: Final = ("harm", "severity")


def _rerun_for(name: str) -> Any:
    return "rerun" if name in _UNFOLDING else "ignore"


def _is_asked(form: Form, seen: Complaint, name: str) -> bool:
    """Whether closing asks for it now: a symptom only where there is harm, and so on."""
    if name not in ("symptom", "harassment_kind"):
        return True
    typed = seen.model_copy(update=form.values(cases.CLOSING_FIELDS))
    unanswered = typed.model_copy(update={name: None}).problems(Stage.CLOSING)
    return name in {problem.field for problem in unanswered}


def _submit_close(seen: Complaint) -> None:
    answers = form_of(seen, CLOSE).values(cases.CLOSING_FIELDS)
    form = form_of(seen, CLOSE)
    submit("close", seen, CLOSE, answers, promise=form.get(closing.PROMISE))


def _reason_editor(
    form: Form,
    seen: Complaint,
    label: str,
    submit_label: str,
    on_submit: Callable[[Complaint], None],
) -> None:
    st.text_input(
        label,
        max_chars=LONGEST_TEXT,
        key=form.key("reason"),
        live="500ms",
        on_change="ignore",
        persist_state="session",
    )
    form.show_problems("reason")
    editor = form.name.rsplit("-", 1)[-1]
    _save_buttons(seen, editor, on_submit, label=submit_label)


def _submit_cancel(seen: Complaint) -> None:
    reason = str(form_of(seen, CANCEL).get("reason") or "")
    submit("cancel", seen, CANCEL, {}, reason=reason)


def _submit_reveal(seen: Complaint) -> None:
    desk = context.desk()
    form = form_of(seen, REVEAL)
    try:
        with boundary.attempt():
            cases.reveal(
                desk,
                seen,
                reason=str(form.get("reason") or ""),
                now=clock.now(),
                commit_id=drafting.entry_id(form),
            )
            leave_editor(seen.id, REVEAL)
    except InvalidRecord as error:
        show_missing(Attempt("", seen, {}, editor=REVEAL), error)


def _group_editor(desk: UserStore, form: Form, seen: Complaint, group: Group) -> None:
    _title(_(group.title))
    drafting.offer(form, group.fields, title=group.fields[0])
    shown = [name for name in group.fields if _may_edit(desk, seen, name)]
    short = [name for name in shown if not Complaint.field(name).column.long]
    for name in shown:
        if name not in short:
            field_input(form, name, height=140)
    for pair in _pairs(short):
        for column, name in zip(st.columns(2), pair, strict=False):
            with column:
                field_input(
                    form, name, options=_options(desk, name), **_how(desk, name)
                )
    drafting.autosave(form, group.fields)
    _save_buttons(seen, group.code, _submit_group, more=(group.code,))


def _may_edit(desk: UserStore, seen: Complaint, name: str) -> bool:
    return name != "contact" or not desk.hides_contact(seen.id)


def _options(desk: UserStore, name: str) -> Sequence[str] | None:
    match name:
        case "product_code":
            return list(filters.product_names(desk))
        case "claim_type":
            return [kind.name for kind in claim_types_of(desk, clock.today())]
        case "receiver":
            return [member.name for member in context.members()]
        case "received_centre":
            return desk.frame("centres")["code"].tolist()
        case _:
            return None


def _how(desk: UserStore, name: str) -> dict[str, Any]:
    match name:
        case "product_code":
            names = filters.product_names(desk)
        case "received_centre":
            names = filters.centre_names(desk)
        case "claim_type":
            return {"format_option": _}
        case _:
            return {}
    return {"format_option": lambda code: names.get(code, code)}


def _submit_group(seen: Complaint, code: str) -> None:
    form = form_of(seen, code)
    drawn = [n for n in BY_CODE[code].fields if form.key(n) in st.session_state]
    submit("edit", seen, code, form.values(drawn))


def _save_buttons(
    seen: Complaint,
    editor: str,
    on_submit: Callable[..., None],
    *,
    label: str | None = None,
    more: tuple[Any, ...] = (),
) -> None:
    with st.container(horizontal=True):
        st.button(
            label or _("保存"),
            key=name_of(seen.id, "save"),
            type="primary",
            icon=":material/save:",
            shortcut="Mod+S",
            on_click=on_submit,
            args=(seen, *more),
        )
        st.button(
            _("やめる"),
            key=name_of(seen.id, "leave"),
            on_click=leave_editor,
            args=(seen.id, editor),
        )


def _title(text: str) -> None:
    st.markdown(f"**{inert(text)}**")


def _pairs(names: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(names[at : at + 2]) for at in range(0, len(names), 2)]
