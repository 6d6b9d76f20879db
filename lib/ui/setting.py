"""One value of 設定 on the screen: what counts, since when, and the way to change it."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from lib import clock
from lib.actions.business_settings import set_value, value_of, values_of
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.schema.frames import JOINER
from lib.schema.ids import new_commit_id
from lib.settings.business import BusinessSetting
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, flash
from lib.ui import format as fmt

_SHORT: Final = 12
"""Letters of a value that stands beside its name."""


def one_setting(desk: UserStore, wanted: BusinessSetting) -> None:
    """Show what counts today, with the way to change it."""
    now = value_of(desk, wanted, clock.today())
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", wrap=False
    ):
        st.markdown(_said(wanted, now), width="stretch")
        # A page has twenty: what is in them is drawn once they are open.
        opened = st.popover(
            _("変える"), icon=":material/edit:", key=opening(wanted), on_change="rerun"
        )
    if opened.open:
        with opened:
            _change(wanted, now)
            _history(desk, wanted)
    _coming(desk, wanted)


def opening(wanted: BusinessSetting) -> str:
    """Return the session key under which the box of a setting is open."""
    return f"settings:open:{wanted.field}"


def _said(wanted: BusinessSetting, now: str) -> str:
    """Return name, value and help as one text: a page has twenty of them."""
    value = f"{_shown(wanted, now)}{_(wanted.unit)}"
    # A badge would cut what does not fit its line.
    if len(value) <= _SHORT:
        shown = f" :gray-badge[**{inert(value)}**]"
    else:
        shown = f"  \n{inert(value)}"
    help_ = f":small[:gray[{inert(_(wanted.help))}]]"
    return f"**{inert(_(wanted.name))}**{shown}  \n{help_}"


def _shown(wanted: BusinessSetting, value: str) -> str:
    """Return a value in the reader's words, where it is a list of known ones."""
    if wanted.kind in ("kinds", "agencies") and value:
        return _("、").join(_(word) for word in value.split(JOINER))
    return value or fmt.NOTHING


def _coming(desk: UserStore, wanted: BusinessSetting) -> None:
    """Say what was decided for later days."""
    for row in values_of(desk, wanted):
        if row.effective_from > clock.today():
            text = _("{day}から {value}{unit}").format(
                day=fmt.full_day(row.effective_from),
                value=row.value,
                unit=_(wanted.unit),
            )
            st.caption(inert(text))


def _change(wanted: BusinessSetting, now: str) -> None:
    key = f"settings:{wanted.field}"
    st.session_state.setdefault(key, now)
    st.session_state.setdefault(f"{key}:since", clock.today())
    label = _(wanted.name) + (f" ({wanted.unit})" if wanted.unit else "")
    st.text_input(
        label,
        max_chars=LONGEST_TEXT,
        key=key,
        on_change="ignore",
        persist_state="session",
    )
    for message in st.session_state.get(f"{key}:problems", ()):
        st.markdown(f":red[:small[:material/error: {_(message)}]]")
    since(key)
    st.button(
        _("この値にする"),
        key=f"{key}:save",
        type="primary",
        on_click=_save,
        args=(wanted, key, new_commit_id()),
    )


def since(key: str) -> date:
    """Ask from which day on a value counts."""
    day: date = st.date_input(
        _("適用開始日"),
        key=f"{key}:since",
        format="YYYY/MM/DD",
        help=_("この日から数えます。前の日には、前の値が残ります。"),
        on_change="ignore",
        persist_state="session",
    )
    return day


def _save(wanted: BusinessSetting, key: str, entry: str) -> None:
    st.session_state.pop(f"{key}:problems", None)
    with boundary.attempt():
        try:
            set_value(
                context.desk(),
                wanted,
                st.session_state[key],
                since=st.session_state[f"{key}:since"],
                entry=entry,
                now=clock.now(),
            )
        except InvalidRecord as refused:
            st.session_state[f"{key}:problems"] = [p.message for p in refused.problems]
            return
        del st.session_state[key], st.session_state[f"{key}:since"]
        st.session_state[opening(wanted)] = False
        flash.say(_("「{name}」を保存しました。").format(name=_(wanted.name)))


def _history(desk: UserStore, wanted: BusinessSetting) -> None:
    """Show what counted from which day on, and who decided it."""
    rows = values_of(desk, wanted)
    if not rows:
        st.caption(_("まだ変えていません。はじめの値のままです。"))
        return
    st.caption(_("これまでの値"))
    for row in rows:
        text = _("{day}から {value}({who})").format(
            day=fmt.full_day(row.effective_from),
            value=row.value or fmt.NOTHING,
            who=row.updated_by,
        )
        st.text(text)
