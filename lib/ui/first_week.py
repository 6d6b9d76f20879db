"""The first-week checklist: one line on 今日, whole in はじめかた."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions import first_week, inviting
from lib.actions.first_week import Item
from lib.actions.permissions import may
from lib.i18n import _
from lib.schema.ids import new_commit_id
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, flash, navigation

_ENTRY: Final = "first_week:entry"
_FOLDER: Final = "first_week:open"


def on_today(desk: UserStore, *, is_open: bool = False) -> None:
    """Draw what is left to do; nothing once all is done or it was put away.

    is_open: whether it stands there unfolded until somebody folds it.
    """
    if not first_week.concerns(desk, clock.now()):
        return
    found = _items(desk)
    done = sum(one.done for one in found)
    if done == len(found):
        return
    label = _("はじめの一週間 {done}/{all}").format(done=done, all=len(found))
    # Nobody pays for what is folded away: 今日 is run often.
    folder = st.expander(
        label,
        is_open,
        icon=":material/checklist:",
        key=f"{_FOLDER}:{is_open}",
        on_change="rerun",
    )
    if not folder.open:
        return
    with folder:
        checklist(found)
        with st.container(horizontal=True):
            navigation.link(
                "getting_started", _("はじめかたを見る"), icon=":material/school:"
            )
            st.button(
                _("この一覧をしまう"),
                key="first_week:away",
                type="tertiary",
                icon=":material/archive:",
                on_click=_put_away,
                args=(_entry(),),
            )


def whole(desk: UserStore) -> None:
    """Draw the checklist for whoever sets the app up; nothing for others."""
    if not may(desk.principal, "first_week.put_away"):
        return
    found = _items(desk)
    done = sum(one.done for one in found)
    with st.container(border=True):
        st.subheader(_("はじめの一週間"), anchor=False)
        st.progress(
            done / len(found),
            _("できあがり {done}/{all}").format(done=done, all=len(found)),
        )
        checklist(found)
        if not context.people_sign_in():
            st.caption(_("招待は、サインインを使うときにできます。"))
        st.caption(_("データから自動で印が付きます。見本データは数えません。"))


def checklist(found: tuple[Item, ...]) -> None:
    """Draw the items, each with the way to where it is done."""
    for one in found:
        if one.done:
            words = f"~~{inert(_(one.title))}~~ :green-badge[{_('済み')}]"
            st.markdown(f":green[:material/check_circle:] {words}")
        else:
            with st.container(gap=None):
                navigation.link(
                    one.page,
                    inert(_(one.title)),
                    icon=":material/radio_button_unchecked:",
                )
                st.caption(inert(_(one.why)))


def _items(desk: UserStore) -> tuple[Item, ...]:
    return first_week.items(desk, invited=_invited(desk))


def _invited(desk: UserStore) -> bool | None:
    """Return whether anybody else was invited or has come in; None without sign-in."""
    if not context.people_sign_in():
        return None
    guests = inviting.guests(desk, context.sign_in_desk(), clock.now())
    others = [g for g in guests if g.member.email != desk.principal.key]
    return any(g.has_link or g.stage is inviting.Stage.IN for g in others)


def _entry() -> str:
    return str(st.session_state.setdefault(_ENTRY, new_commit_id()))


def _put_away(entry: str) -> None:
    with boundary.attempt():
        first_week.put_away(context.desk(), entry=entry, now=clock.now())
        flash.say(_("しまいました。「はじめかた」でいつでも見られます。"))
