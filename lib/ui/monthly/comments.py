"""所見: what the manager writes into a report; typed text is never lost."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions.monthly import LEADS, comments_of, save_comments
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.schema.ids import new_commit_id
from lib.schema.masters import Setting
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, drafting, flash
from lib.ui.form import Form, field_input, problems_by_field
from lib.ui.monthly.choosing import Here

FIELD = "value"
_HEIGHT = 140


def card(desk: UserStore, at: Here) -> None:
    """Draw the comments: to be typed by a lead, to be read by the centre."""
    saved = comments_of(desk, at.month, at.code)
    if desk.principal.role not in LEADS:
        if saved:
            with st.container(border=True):
                st.markdown(f"**{inert(_('所見'))}**")
                st.text(saved)
        return
    form = form_of(at, saved)
    drafting.offer(form, [FIELD], title=FIELD)
    field_input(
        form,
        FIELD,
        label=_("所見(報告に載ります)"),
        placeholder=_(
            "例: 新商品の発売で着信が増えました。来月は土曜の人数を2人増やします。"
        ),
        height=_HEIGHT,
        show_help=False,
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            _("所見を保存"),
            key=form.key("save"),
            type="tertiary",
            icon=":material/save:",
            on_click=_keep,
            args=(at,),
        )
        drafting.autosave(form, [FIELD])
    if at.centre is not None:
        st.caption(_("保存した所見は、このセンターの人が作る報告にも載ります。"))
    _beside_others(form, saved)


def form_of(at: Here, saved: str) -> Form:
    """Return the form of a report's comments, begun with what is saved."""
    name = f"monthly-{at.month:%Y-%m}-{at.code}"
    state = st.session_state
    problems = state.get(f"{name}.problems", {})
    if f"{name}.{FIELD}" not in state:
        state[f"{name}.{FIELD}"] = saved
        state[f"{name}.seen"] = saved
    return Form(name, Setting, problems, {FIELD: state.get(f"{name}.seen", saved)})


def keep(at: Here) -> bool:
    """Save what is typed, if anything is new; False where it could not be saved."""
    desk = context.desk()
    form = form_of(at, comments_of(desk, at.month, at.code))
    typed, seen = str(form.get(FIELD) or "").strip(), str(form.untouched[FIELD])
    if desk.principal.role not in LEADS or typed == seen.strip():
        return True
    state = st.session_state
    is_saved = False
    with boundary.attempt():
        state[f"{form.name}.problems"] = _problems(desk, at, typed, seen)
        is_saved = not state[f"{form.name}.problems"]
        if is_saved:
            drafting.discard(form)
            state[form.key(FIELD)] = state[f"{form.name}.seen"] = typed
            flash.say(_("所見を保存しました。"))
    return is_saved


def _keep(at: Here) -> None:
    keep(at)


def _problems(desk: UserStore, at: Here, typed: str, seen: str) -> dict[str, list[str]]:
    """Save and return what is wrong with it, by field; {} where it is saved."""
    try:
        save_comments(
            desk,
            at.month,
            at.code,
            typed,
            seen=seen,
            entry=new_commit_id(),
            now=clock.now(),
        )
    except InvalidRecord as refused:
        return problems_by_field(refused.problems)
    return {}


def _beside_others(form: Form, saved: str) -> None:
    """Show what somebody else saved meanwhile, and let the person choose."""
    if saved == form.untouched[FIELD]:
        return
    with st.container(border=True):
        st.warning(
            _("ほかの人がこの所見を先に保存しました。あなたの文は上に残っています。"),
            icon=":material/difference:",
        )
        st.text(saved or _("(空欄)"))
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("この文に差し替える"),
                key=form.key("take"),
                on_click=_take,
                args=(form, saved, saved),
            )
            st.button(
                _("自分の文を残す"),
                key=form.key("mine"),
                on_click=_take,
                args=(form, saved, None),
            )


def _take(form: Form, saved: str, text: str | None) -> None:
    st.session_state[f"{form.name}.seen"] = saved
    if text is not None:
        st.session_state[form.key(FIELD)] = text
