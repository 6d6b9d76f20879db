"""Roles that somebody typed into the sheet and that count only once they are confirmed."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions import signing_in
from lib.actions.given_roles import HeldBack, held_back
from lib.i18n import _
from lib.schema.masters import Member
from lib.text import inert
from lib.ui import boundary, context, flash, navigation
from lib.ui import format as fmt

_BUTTON: Final = "held_back"


def waiting() -> tuple[HeldBack, ...]:
    """Return them; none without sign-in, where nobody has a role of their own."""
    if not context.people_sign_in():
        return ()
    return held_back(context.sign_in_desk())


def warning() -> None:
    """Say on データ点検 that some wait, with the way to where they are confirmed."""
    found = waiting()
    if not found:
        return
    st.warning(
        inert(
            _(
                "メンバーの役割がシートで直接書きかえられています({count}人)。確認するまで効きません。"
            ).format(count=fmt.number(len(found)))
        ),
        icon=":material/admin_panel_settings:",
    )
    who = context.principal()
    if who is not None and who.role in navigation.entry("invitations").roles:
        navigation.link(
            "invitations", _("役割を確認する"), icon=":material/person_add:"
        )


def to_confirm() -> None:
    """Draw each with what it says and what counts, and a button for who may confirm."""
    found = waiting()
    if not found:
        return
    with st.container(border=True, width=860):
        st.markdown(f"**{inert(_('シートで直接書かれた役割'))}**")
        st.caption(
            _(
                "アプリで決めた役割より広いものは、ここで確認するまで効きません。心当たりがなければ、シートの値を元に戻してください。"
            )
        )
        for number, one in enumerate(found):
            _one(number, one)


def _one(number: int, one: HeldBack) -> None:
    member = one.member
    counts = fmt.choice(one.given) if one.given else _("まだ入れません")
    who = context.principal()
    desk = context.sign_in_desk()
    may = who is not None and signing_in.may_invite(who, member, desk.admins)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(
            _(
                "{name}({address}): シートでは {typed} {centre}、いま効いているのは {counts}"
            ).format(
                name=member.name,
                address=member.email,
                typed=fmt.choice(member.role),
                centre=member.centre,
                counts=counts,
            )
        )
        st.button(
            _("役割を確認する"),
            key=f"{_BUTTON}:{number}",
            icon=":material/verified_user:",
            disabled=not may,
            help=None if may else _("管理者の役割は、管理者だけが確認できます。"),
            on_click=_confirm,
            args=(member,),
        )


def _confirm(member: Member) -> None:
    with boundary.attempt():
        who = context.desk().principal
        signing_in.confirm_role(context.sign_in_desk(), who, member, clock.now())
        flash.say(_("「{name}」の役割を確認しました。").format(name=member.name))
