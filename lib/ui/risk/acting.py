"""What is done about an alarm: taken on, checked, closed; each by name and time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions.inquiries.listing import View
from lib.actions.risks import life
from lib.actions.risks.life import Work
from lib.actions.risks.reading import Reading, alarms_of
from lib.i18n import N_, _
from lib.schema.alarm import Alarm
from lib.schema.record import Record
from lib.schema.task import Task
from lib.schema.vocab import AlarmLevel, AlarmStatus, Role
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import context, drafting, navigation
from lib.ui import format as fmt
from lib.ui.crisis.saving import (
    Attempt,
    clash,
    form_of,
    open_editor,
    opened,
    press,
    save,
    save_buttons,
    seen_by,
)
from lib.ui.form import field_input
from lib.ui.risk.opening import may_open

CONFIRM, FALSE, NEW_NORMAL = "confirm", "false", "new_normal"
"""Editors that change the alarm itself."""

WAS_FALSE: Final = "was_false"
"""The one editor of an alarm that has ended by itself."""

REASON_HEIGHT: Final = 90
ALARMS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Editor:
    """One act: its button, what it asks for, what it does, what is said after it.

    fields: of the record that is asked for; the verb takes them as keywords.
    """

    label: str
    icon: str
    record: type[Record]
    fields: tuple[str, ...]
    verb: Callable[..., Record]
    about: str
    said: str


def _work(work: Work) -> Callable[..., Record]:
    def asked(desk: UserStore, seen: Alarm, **more: Any) -> Task:
        return life.have_looked_at(desk, seen, work, **more)

    return asked


EDITORS: Final = {
    CONFIRM: Editor(
        N_("確認した"),
        ":material/visibility:",
        Alarm,
        ("owner", "due_at"),
        life.confirm,
        N_(
            "だれが、いつまでに調べるかを決めます。この間の日は、ふだんの数に入れません。"
        ),
        N_("確認したことを残しました。"),
    ),
    Work.ANSWERING.code: Editor(
        Work.ANSWERING.value,
        ":material/headset_mic:",
        Task,
        ("owner", "due_at", "note"),
        _work(Work.ANSWERING),
        N_("担当と期限を決めて頼みます。済んだら、ここで済みにします。"),
        N_("頼みました。担当と期限は下に出ています。"),
    ),
    Work.PAGES.code: Editor(
        Work.PAGES.value,
        ":material/checklist:",
        Task,
        ("owner", "due_at", "note"),
        _work(Work.PAGES),
        N_("担当と期限を決めて頼みます。済んだら、ここで済みにします。"),
        N_("頼みました。担当と期限は下に出ています。"),
    ),
    FALSE: Editor(
        N_("誤報として閉じる"),
        ":material/notifications_off:",
        Alarm,
        ("reason",),
        life.close_as_false,
        N_(
            "調べて、増えていないとわかったとき。明日からの連絡だけで、あらためて見守ります。"
        ),
        N_("誤報として閉じました。"),
    ),
    NEW_NORMAL: Editor(
        N_("新しい平常にする"),
        ":material/flag:",
        Alarm,
        ("reason",),
        life.call_new_normal,
        N_(
            "今の件数がこれからのふつうのとき。増え始めの日から、ふだんの数を数え直します。"
        ),
        N_("新しい平常にしました。"),
    ),
}
"""What can be done, in the order of the screen."""

_AFTERWARDS: Final = Editor(
    N_("誤報だったとする"),
    ":material/notifications_off:",
    Alarm,
    ("reason",),
    life.close_as_false,
    N_("あとから誤報とわかったとき。誤報の回数に入ります。判定は変わりません。"),
    N_("誤報としました。"),
)


def row(desk: UserStore, reading: Reading, now: datetime) -> None:
    """Draw the one press that is due, and the others folded; or the editor that is open."""
    alarm = reading.alarm
    if alarm is None or not life.may_decide(desk):
        return
    editor = opened(alarm.id)
    if editor in EDITORS:
        _editor(alarm, editor)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _button(desk, alarm, CONFIRM, now, is_primary=not alarm.is_confirmed)
        with st.popover(_("ほかの対応"), icon=":material/more_horiz:"):
            if may_open(desk, "inquiries"):
                navigation.link(
                    "inquiries",
                    _("内訳を見る(連絡の一覧)"),
                    icon=":material/account_balance:",
                    view=View.ALL.code,
                )
            for code in EDITORS:
                if code != CONFIRM:
                    _button(desk, alarm, code, now)
        st.caption(inert(_standing(alarm)), width="content")


def done(desk: UserStore, reading: Reading) -> None:
    """Draw what was asked for about the alarm, and the steps so far."""
    alarm = reading.alarm
    if alarm is None:
        return
    tasks, steps = life.tasks_of(desk, alarm.id), life.steps_of(desk, alarm.id)
    if not tasks and not steps:
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{inert(_('この警報への対応'))}**")
        for task in tasks:
            _task(desk, task)
        for step in reversed(steps):
            words = f"{fmt.short_moment(step.at)} {step.actor} {step.content}"
            st.caption(inert(words))


def past(desk: UserStore, reading: Reading) -> None:
    """Draw the company's own record of alarms, the newest first."""
    st.markdown(inert(life.record_of(desk, reading.today).sentence.text()))
    every = alarms_of(desk)[::-1][:ALARMS_SHOWN]
    if not every:
        st.caption(_("まだ警報はありません。"))
        return
    st.dataframe(
        {
            _("注意になった日"): [fmt.full_day(one.raised_on) for one in every],
            _("段階"): [fmt.choice(one.level) for one in every],
            _("状態"): [fmt.choice(one.status) for one in every],
            _("件数"): [
                _("{count}件(ふだん{expected}件)").format(
                    count=one.count, expected=fmt.number(one.expected, decimals=1)
                )
                for one in every
            ],
            _("担当"): [one.owner or fmt.NOTHING for one in every],
            _("理由"): [one.reason or fmt.NOTHING for one in every],
        },
        key="risk.past",
        hide_index=True,
        alt=_("これまでの警報"),
    )
    if life.may_decide(desk):
        _called_false(every)


# The pieces --------------------------------------------------------------------


def _called_false(every: tuple[Alarm, ...]) -> None:
    """Draw the choice of an alarm that ended by itself, to be called false after all."""
    for one in every:
        if opened(one.id) == WAS_FALSE:
            _editor(one, WAS_FALSE)
            return
    ended = {one.id: one for one in every if one.status is AlarmStatus.ENDED}
    if not ended:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(
            _("終わった警報"),
            list(ended),
            format_func=lambda key: _past_name(ended[key]) if key in ended else key,
            key="risk.past.ended",
            filter_mode="contains",
            width=280,
        )
        alarm = ended.get(chosen or "", next(iter(ended.values())))
        st.button(
            _(_AFTERWARDS.label),
            key=f"risk.open.{WAS_FALSE}",
            icon=_AFTERWARDS.icon,
            help=_(_AFTERWARDS.about),
            on_click=open_editor,
            args=(alarm.id, WAS_FALSE, alarm),
        )


def _past_name(alarm: Alarm) -> str:
    return f"{fmt.full_day(alarm.raised_on)} {fmt.choice(alarm.level)}"


def _editor_of(code: str) -> Editor:
    return _AFTERWARDS if code == WAS_FALSE else EDITORS[code]


def _button(
    desk: UserStore,
    alarm: Alarm,
    code: str,
    now: datetime,
    *,
    is_primary: bool = False,
) -> None:
    editor = EDITORS[code]
    first: dict[str, Any] = {}
    if "owner" in editor.fields:
        first = {
            "owner": alarm.owner or desk.principal.name,
            "due_at": _tomorrow(now) if alarm.due_at is None else _bare(alarm.due_at),
        }
    is_change = code == CONFIRM and alarm.is_confirmed
    st.button(
        _("担当・期限を変える") if is_change else _(editor.label),
        key=f"risk.open.{code}",
        icon=editor.icon,
        type="primary" if is_primary else "secondary",
        help=_(editor.about),
        on_click=open_editor,
        args=(alarm.id, code, alarm, (), first),
    )


def _editor(alarm: Alarm, code: str) -> None:
    if clash(alarm.id):
        return
    editor = _editor_of(code)
    form = form_of(alarm.id, code, editor.record)
    st.markdown(f"**{inert(_(editor.label))}** :small[{inert(_(editor.about))}]")
    if "reason" in editor.fields:
        field_input(
            form, "reason", label=_("理由(必須)"), height=REASON_HEIGHT, show_help=False
        )
        drafting.autosave(form, ["reason"])
    else:
        left, right = st.columns(2)
        with left:
            field_input(form, "owner", label=_("担当"), options=_people())
        with right:
            field_input(form, "due_at", label=_("期限"))
        if "note" in editor.fields:
            field_input(form, "note", label=_("伝えること"), height=REASON_HEIGHT)
    save_buttons(alarm.id, code, _save, alarm, code, label=_(editor.label))


def _save(alarm: Alarm, code: str) -> None:
    editor = _editor_of(code)
    form = form_of(alarm.id, code, editor.record)

    def act(desk: UserStore, seen: Alarm, values: Any, **shared: Any) -> Record:
        return editor.verb(
            desk, seen, **values, now=shared["now"], entry=shared["commit_id"]
        )

    save(
        alarm.id,
        Attempt(
            act,
            seen_by(alarm.id, code, alarm),
            form.values(editor.fields),
            code,
            drafting.entry_id(form),
            _(editor.said),
        ),
    )


def _standing(alarm: Alarm) -> str:
    """Return since when it stands, and who has taken it on."""
    parts = [_("{day}に注意").format(day=fmt.day(alarm.raised_on))]
    if alarm.level is AlarmLevel.ALARM and alarm.alarmed_on:
        parts.append(_("{day}に警報").format(day=fmt.day(alarm.alarmed_on)))
    if alarm.confirmed_at is None:
        parts.append(_("まだだれも確認していません"))
    else:
        parts.append(
            _("{name}さんが確認、担当 {owner}、期限 {due}").format(
                name=alarm.confirmed_by,
                owner=alarm.owner,
                due=fmt.short_moment(alarm.due_at),
            )
        )
    return " · ".join(parts)


def _task(desk: UserStore, task: Task) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        told = _("{title} — 担当 {owner}、期限 {due}").format(
            title=_(task.title), owner=task.owner, due=fmt.short_moment(task.due_at)
        )
        sign = ":material/task_alt:" if task.done_at else ":material/pending:"
        st.markdown(f"{sign} {inert(told)}", width="content")
        if task.done_at:
            words = _("{time} {name}さんが済ませました").format(
                time=fmt.short_moment(task.done_at), name=task.done_by
            )
            st.caption(inert(words), width="content")
        elif life.may_finish(desk, task):
            st.button(
                _("済ませた"),
                key=f"risk.done.{task.id}",
                type="tertiary",
                icon=":material/check:",
                on_click=_finish,
                args=(task,),
            )


def _finish(task: Task) -> None:
    def finished(desk: UserStore, seen: Task, *, now: datetime, commit_id: str) -> Task:
        life.finish(desk, seen, note="", now=now, entry=commit_id)
        return seen

    press(finished, task, _("済みにしました。"))


def _people() -> list[str]:
    return [one.name for one in context.members() if one.role is not Role.OUTSOURCED]


def _tomorrow(now: datetime) -> datetime:
    """Return tomorrow at five: enough to look into it, soon enough to act."""
    return _bare(clock.at(now.date() + timedelta(days=1), 17))


def _bare(moment: datetime) -> datetime:
    return clock.in_tokyo(moment).replace(tzinfo=None)
