"""苦情受付: what a clerk types while the customer is on the phone (product.md 2)."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.i18n import _
from lib.ui import drafting, handovers, navigation, viewport
from lib.ui import format as fmt
from lib.ui.context import guard
from lib.ui.form import Form, label_of
from lib.ui.intake import aside, fields, receipt, state

desk = guard(*navigation.entry("intake").roles)


def page() -> None:
    st.title(_("苦情受付"), anchor=False)
    handovers.on_top(desk, clock.now())
    if number := state.saved_id():
        receipt.draw(desk, number)
    else:
        entry()


def entry() -> None:
    found = state.preview(desk, state.entry_form())
    form = state.with_problems(state.entry_form(), found)
    drafting.offer(form, state.NAMES, title="content")
    questions, beside = st.columns([7, 3])
    with questions:
        if viewport.sounds_like_phone():
            aside.pasted(desk, found)
        aside.continued(desk, form)
        fields.customer(desk, form, found)
        if viewport.sounds_like_phone():
            aside.callers(desk, form, found)
        fields.claim(form, found)
        if viewport.sounds_like_phone():
            aside.harassed(desk, form)
        fields.promise(form, found)
        fields.later(desk, form, found)
    with beside:
        aside.draw(desk, form, found)
    with st.bottom:
        save_bar(form)


def save_bar(form: Form) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            _("案件に残す") if form.get(state.CONTINUES) else _("登録する"),
            key="intake_save",
            type="primary",
            icon=":material/check:",
            shortcut="Mod+S",
            on_click=state.save,
            args=(drafting.entry_id(form),),
        )
        st.button(
            _("下書きに置く"),
            key="intake_set_aside",
            type="tertiary",
            help=_("書きかけを下書きに残して、新しい受付を始めます。"),
            on_click=state.set_aside,
        )
        drafting.autosave(form, state.NAMES)
    if form.problems:
        names = [label_of(form.record.field(name)) for name in form.problems]
        st.error(
            _("まだ登録していません。直すところ: {names}").format(
                names=fmt.listed(names)
            )
        )


page()
