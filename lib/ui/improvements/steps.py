"""The buttons by which an improvement goes on, each with the one thing it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions.improving import moving
from lib.errors import InvalidRecord
from lib.i18n import N_, _
from lib.schema.ids import new_commit_id
from lib.schema.learning import Improvement
from lib.schema.vocab import ImprovementStatus
from lib.text import LONGEST_TEXT
from lib.ui import boundary, context, flash
from lib.ui.form import problems_by_field

Verb = Callable[..., None]


def show(one: Improvement) -> None:
    """Draw what can be done next; the usual step is the main one."""
    with st.container(horizontal=True, gap="small"):
        match one.status:
            case ImprovementStatus.IDEA:
                _day(one, "begin", _("始める"), _("いつから"), moving.begin)
            case ImprovementStatus.RELAPSED:
                _day(one, "begin", _("もう一度始める"), _("いつから"), moving.begin)
            case ImprovementStatus.DOING:
                _day(one, "finish", _("やり終えた"), _("やり終えた日"), moving.finish)
        if one.status in (ImprovementStatus.DOING, ImprovementStatus.CHECKING):
            _reason(
                one, "settle", _("定着とする"), ":material/task_alt:", moving.settle
            )
        if one.status is not ImprovementStatus.CANCELLED:
            _reason(one, "give_up", _("やめる"), ":material/block:", moving.give_up)
        if one.status is not ImprovementStatus.IDEA:
            st.button(
                _("一つ前に戻す"),
                key=_key(one, "back"),
                icon=":material/undo:",
                type="tertiary",
                help=_(
                    "最後の段階を取り消します。アプリが自動で進めた段階も戻せます。"
                ),
                on_click=_press,
                args=(one, "back", moving.step_back, new_commit_id()),
            )


_SAID: Final = {
    "begin": N_("始めました。28日後に、効果を確かめます。"),
    "finish": N_("やり終えたことを残しました。効果を待ちます。"),
    "settle": N_("定着としました。数字が戻ったら、お知らせします。"),
    "give_up": N_("やめました。同じところから戻せます。"),
    "back": N_("一つ前に戻しました。"),
    "remark": N_("経過に書き足しました。"),
}


def _day(one: Improvement, name: str, label: str, asked: str, verb: Verb) -> None:
    opened = st.popover(
        label,
        icon=":material/play_arrow:" if name == "begin" else ":material/check:",
        key=_key(one, name),
        on_change="rerun",
        type="primary",
    )
    if not opened.open:
        return
    with opened:
        key = _key(one, f"{name}.day")
        st.session_state.setdefault(key, clock.today())
        st.date_input(
            asked,
            key=key,
            format="YYYY/MM/DD",
            on_change="ignore",
            persist_state="session",
        )
        _problem(one, name)
        _save(one, name, label, verb, key)


def _reason(one: Improvement, name: str, label: str, icon: str, verb: Verb) -> None:
    opened = st.popover(label, icon=icon, key=_key(one, name), on_change="rerun")
    if not opened.open:
        return
    with opened:
        key = _key(one, f"{name}.why")
        _words(_("理由"), key)
        _problem(one, name)
        _save(one, name, label, verb, key)


def remark(one: Improvement) -> None:
    """Draw the field for one more line of 経過."""
    key = _key(one, "remark.words")
    _words(_("書き足す"), key)
    _problem(one, "remark")
    _save(one, "remark", _("書き足す"), moving.remark, key, main=False)


def _words(label: str, key: str) -> None:
    st.text_input(
        label,
        max_chars=LONGEST_TEXT,
        key=key,
        on_change="ignore",
        live="800ms",
        persist_state="session",
    )


def _save(
    one: Improvement, name: str, label: str, verb: Verb, key: str, *, main: bool = True
) -> None:
    entry = _key(one, f"{name}.entry")
    st.session_state.setdefault(entry, new_commit_id())
    st.button(
        label,
        key=_key(one, f"{name}.save"),
        type="primary" if main else "secondary",
        on_click=_press,
        args=(one, name, verb, st.session_state[entry], key),
    )


def _press(
    one: Improvement, name: str, verb: Verb, commit_id: str, key: str = ""
) -> None:
    asked: tuple[Any, ...] = (st.session_state.get(key),) if key else ()
    with boundary.attempt():
        try:
            verb(context.desk(), one, *asked, now=clock.now(), commit_id=commit_id)
        except InvalidRecord as refused:
            found = problems_by_field(refused.problems)
            st.session_state[_key(one, f"{name}.problems")] = found
            return
        for part in ("problems", "entry"):
            st.session_state.pop(_key(one, f"{name}.{part}"), None)
        if key:
            st.session_state.pop(key, None)
        if name not in ("back", "remark"):
            st.session_state[_key(one, name)] = False
        flash.say(_(_SAID[name]))


def _problem(one: Improvement, name: str) -> None:
    found = st.session_state.get(_key(one, f"{name}.problems"), {})
    for messages in found.values():
        for message in messages:
            st.markdown(f":red[:small[:material/error: {_(message)}]]")


def _key(one: Improvement, part: str) -> str:
    return f"improvement.{one.id}.{part}"
