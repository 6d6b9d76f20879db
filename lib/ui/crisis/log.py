"""Whom one asked, what one published, whom one told: written down with its step."""

from __future__ import annotations

from typing import Any, Final, cast

import streamlit as st

from lib import clock
from lib.actions.crises import working
from lib.actions.crises.reading import Board
from lib.i18n import N_, _
from lib.schema.activity import Activity
from lib.schema.task import Task
from lib.schema.vocab import ActivityKind, Expert
from lib.store.access import UserStore
from lib.text import inert, is_web_address
from lib.ui import drafting
from lib.ui import format as fmt
from lib.ui.case.history import shown_text
from lib.ui.crisis.saving import (
    Attempt,
    form_of,
    name_of,
    open_editor,
    opened,
    save,
    save_buttons,
)
from lib.ui.form import field_input

TOLD: Final = "told"
_DRAFTED: Final = ("content", "evidence_url")
_SHOWN: Final = 3

_ICONS: Final = {
    ActivityKind.EXPERT: ":material/gavel:",
    ActivityKind.PUBLICATION: ":material/campaign:",
    ActivityKind.MAKER_NOTICE: ":material/factory:",
    ActivityKind.AGENCY_REPORT: ":material/account_balance:",
}
_NOTHING_YET: Final = {
    ActivityKind.EXPERT: N_("弁護士・コンサル・保険会社に相談したら、ここに残します。"),
    ActivityKind.PUBLICATION: N_("公表した日と場所を、ここに残します。"),
    ActivityKind.MAKER_NOTICE: N_("製造・輸入元に知らせたら、ここに残します。"),
    ActivityKind.AGENCY_REPORT: N_("役所などに報告したら、ここに残します。"),
}


def open_for(crisis_id: str, kind: ActivityKind, task: Task | None = None) -> None:
    """Open the form for an entry; `task` is the step that it finishes. A callback."""
    st.session_state[name_of(crisis_id, "finishes")] = task.id if task else ""
    first = {
        "expert": Expert.LAWYER,
        "at": clock.now().replace(tzinfo=None, second=0),
    }
    open_editor(crisis_id, TOLD, None, first=first)
    form_of(crisis_id, TOLD, Activity).set(kind=kind)


def editor(desk: UserStore, board: Board) -> None:
    """Draw the form where it stands open; nothing else."""
    crisis_id = board.crisis.id
    if opened(crisis_id) != TOLD:
        return
    form = form_of(crisis_id, TOLD, Activity)
    with st.container(border=True):
        st.markdown(f"**{inert(_('記録を残す'))}**")
        field_input(
            form,
            "kind",
            options=working.LOGGED_KINDS,
            pills=True,
            on_change="rerun",
            show_help=False,
        )
        kind = form.get("kind")
        if kind is ActivityKind.EXPERT:
            field_input(form, "expert", pills=True)
        field_input(form, "at")
        field_input(form, "content", required=True, height=140)
        published = kind is ActivityKind.PUBLICATION
        label = _("公表した場所(URLなど)") if published else None
        field_input(form, "evidence_url", label=label, required=published)
        if task := _finished_by(desk, board, kind):
            words = _("手順「{title}」も済みになります。").format(title=_(task.title))
            st.caption(f":material/check: {inert(words)}")
        drafting.autosave(form, _DRAFTED)
        save_buttons(crisis_id, TOLD, _save, board)


def _finished_by(desk: UserStore, board: Board, kind: Any) -> Task | None:
    """Return the step that the entry finishes: the one pressed, or the next that waits."""
    if not isinstance(kind, ActivityKind):
        return None
    now = clock.now()
    pressed = st.session_state.get(name_of(board.crisis.id, "finishes"))
    for line in board.lines:
        fits = line.step is not None and line.step.needs is kind
        if line.task.id == pressed and line.task.is_open and fits:
            return line.task
    return working.waits_for(desk, board.crisis.id, kind, now)


def _save(board: Board) -> None:
    crisis_id = board.crisis.id
    form = form_of(crisis_id, TOLD, Activity)
    values = form.values(working.TOLD_FIELDS)

    def told(desk: UserStore, _seen: Any, said: Any, **shared: Any) -> Activity:
        task = _finished_by(desk, board, said["kind"])
        return working.tell(desk, crisis_id, said, finishes=task, **shared)

    save(
        crisis_id,
        Attempt(
            cast("Any", told),
            board.crisis,
            values,
            TOLD,
            drafting.entry_id(form),
            _("記録を残しました。"),
        ),
    )


def show(board: Board) -> None:
    """Draw what is logged, one card a kind."""
    for kind in working.LOGGED_KINDS:
        _card(board, kind)


def _card(board: Board, kind: ActivityKind) -> None:
    entries = board.told[kind]
    if not entries and not _asked_for(board, kind):
        return
    with st.container(border=True, gap="small"):
        with st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
        ):
            title = f"**{_ICONS[kind]} {inert(fmt.choice(kind))}** ({len(entries)})"
            st.markdown(title, width="content")
            if board.crisis.is_open:
                st.button(
                    _("残す"),
                    key=name_of(board.crisis.id, f"log:{kind.code}"),
                    icon=":material/add:",
                    type="tertiary",
                    on_click=open_for,
                    args=(board.crisis.id, kind),
                )
        if not entries:
            st.caption(inert(_(_NOTHING_YET[kind])))
        for entry in entries[:_SHOWN]:
            _entry(entry)
        if len(entries) > _SHOWN:
            more = _("ほか{count}件は経過にあります。").format(
                count=len(entries) - _SHOWN
            )
            st.caption(inert(more))


def _asked_for(board: Board, kind: ActivityKind) -> bool:
    """Whether this crisis has a step for such an entry."""
    return any(line.step and line.step.needs is kind for line in board.lines)


def _entry(entry: Activity) -> None:
    said = [fmt.moment(entry.at), entry.actor]
    if entry.expert is not None:
        said.append(fmt.choice(entry.expert))
    st.markdown(f":gray[{inert(' · '.join(part for part in said if part))}]")
    shown_text(entry.content)
    where = entry.evidence_url
    if is_web_address(where):
        st.link_button(_("開く"), where, icon=":material/open_in_new:", type="tertiary")
    elif where:
        st.text(where)
