"""「改善にする」: what one sees becomes an improvement with owner and date in one press."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import streamlit as st

from lib import clock
from lib.actions.improving import Scope, propose
from lib.actions.improving.targets import TARGETS, target_of
from lib.actions.permissions import may
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.schema.learning import Improvement
from lib.schema.vocab import ImprovementKind
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import boundary, context, drafting, flash, navigation
from lib.ui.form import Form, field_input, problems_by_field
from lib.ui.improvements import address

ASKED: Final = ("title", "owner", "due_on", "target_figure")

DUE_IN: Final = timedelta(days=14)
"""Until when something is to be improved, where nobody says another day."""


def button(
    desk: UserStore,
    key: str,
    *,
    title: str,
    scope: Scope = Scope(),  # noqa: B008 - frozen
    case_ids: Sequence[str] = (),
    figure: str | None = None,
    trigger_id: str = "",
    kind: ImprovementKind = ImprovementKind.OTHER,
    label: str = "",
    owner: str = "",
    on_made: Callable[[Improvement], None] | None = None,
) -> None:
    """Draw the one-press form; nothing for whoever records no improvements.

    What is typed is kept as a draft. Once saved, a link to the new improvement stands
    beside it until another is begun.

    Args:
        desk: of the person who looks.
        key: tells this button from all others: the same thing always has the same one.
        title: what to begin with; the person may write something else.
        scope: which complaints it is about.
        case_ids: numbers of the complaints behind it, which get its number.
        figure: code or name of what it is to move; "" for none, None for the complaint
            rate.
        trigger_id: what brought it about; the first complaint where nothing is said.
        kind: what is to be changed.
        label: what stands on the button, in the person's language.
        owner: who sees to it; the person who looks where nothing is said.
        on_made: called with it in the same press, to note its number elsewhere.
    """
    if not may(desk.principal, "measures.work") or desk.principal.only_looks:
        return
    form = _form(desk, key, title, owner, figure)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        opened = st.popover(
            label or _("改善にする"),
            icon=":material/build:",
            key=_key(form, "open"),
            on_change="rerun",
        )
        if made := st.session_state.get(_key(form, "made")):
            words = _("改善 {number} を見る").format(number=made)
            address.link(inert(words), made, icon=":material/task_alt:")
    if not opened.open:
        return
    with opened:
        if len(case_ids):
            words = _("もとになった苦情 {count}件に、この改善の番号が入ります。")
            st.caption(inert(words.format(count=len(case_ids))))
        drafting.offer(form, ASKED, title="title")
        fields(form)
        drafting.autosave(form, ASKED)
        st.button(
            _("改善を始める"),
            key=f"{form.name}:save",
            type="primary",
            icon=":material/check:",
            on_click=_save,
            args=(form, _Behind(scope, tuple(case_ids), trigger_id, kind, on_made)),
        )


def fields(form: Form) -> None:
    """Draw what is asked of an idea: what, who, until when, which figure."""
    field_input(
        form,
        "title",
        label=_("何をするか"),
        placeholder=_("例: 定期の総額と回数をボタンの上に出す"),
        show_help=False,
    )
    left, right = st.columns(2)
    with left:
        people = [m.name for m in context.members() if m.role in navigation.STAFF]
        field_input(form, "owner", label=_("進める人"), options=people, show_help=False)
    with right:
        field_input(form, "due_on", label=_("いつまでに"), show_help=False)
    figure_input(form)


def figure_input(form: Form) -> None:
    """Draw the choice of the figure that is to move."""
    field_input(
        form,
        "target_figure",
        label=_("動かす数字"),
        options=[target.name for target in TARGETS],
        format_option=_,
        show_help=False,
    )


def name_of(key: str) -> str:
    """Return a name for a form: a key may hold anything, a name becomes a folder."""
    short = hashlib.blake2b(key.encode(), digest_size=6).hexdigest()
    return f"propose-{short}"


def _form(
    desk: UserStore, key: str, title: str, owner: str, figure: str | None
) -> Form:
    name = name_of(key)
    target = TARGETS[0] if figure is None else target_of(figure)
    start = {
        "title": one_line(title, 120),
        "owner": owner or desk.principal.name,
        "due_on": clock.today() + DUE_IN,
        "target_figure": target.name if target else "",
    }
    problems: Mapping[str, list[str]] = st.session_state.get(f"{name}.problems", {})
    form = Form(name, Improvement, problems, start)
    if form.key("due_on") not in st.session_state:
        form.set(**start)
    return form


def _key(form: Form, part: str) -> str:
    # Beside the form and not under its name: what is typed goes, these stay.
    return f"{form.name}-{part}"


@dataclass(frozen=True, slots=True)
class _Behind:
    """What an improvement comes from, beside what is typed."""

    scope: Scope
    case_ids: tuple[str, ...]
    trigger_id: str
    kind: ImprovementKind
    on_made: Callable[[Improvement], None] | None


def _save(form: Form, behind: _Behind) -> None:
    values = form.values(ASKED)
    with boundary.attempt():
        try:
            made = propose(
                context.desk(),
                title=values["title"],
                owner=values["owner"],
                due_on=values["due_on"],
                figure=values["target_figure"],
                scope=behind.scope,
                case_ids=behind.case_ids,
                trigger_id=behind.trigger_id,
                kind=behind.kind,
                now=clock.now(),
                commit_id=drafting.entry_id(form),
            )
        except InvalidRecord as refused:
            st.session_state[f"{form.name}.problems"] = problems_by_field(
                refused.problems
            )
            return
        if behind.on_made is not None:
            behind.on_made(made)
        drafting.discard(form)
        st.session_state[_key(form, "open")] = False
        st.session_state[_key(form, "made")] = made.id
        flash.say(_("改善を始めました: {title}").format(title=made.title))
