"""招待: who may sign in, a link for each, and how the app looks to them."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions import inviting, masters, signing_in
from lib.actions.inviting import Guest, Stage
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member
from lib.schema.vocab import Flag, Role
from lib.settings import calendar_feed
from lib.settings.install import app_url
from lib.ui import (
    boundary,
    clipboard,
    context,
    drafting,
    flash,
    held_back_roles,
    looking_as,
    navigation,
)
from lib.ui import masters as master_screens
from lib.ui.context import guard
from lib.ui.form import Form, field_input, problems_by_field
from lib.ui.navigation import LEADS

desk = guard(*LEADS)

FORM: Final = "invitation"
ASKED: Final = ("name", "email", "role", "centre")
NEW: Final = ""
CHOSEN: Final = f"{FORM}:who"
TO_SEND: Final = f"{FORM}:to_send"
"""Session key of the text to send: its link is shown once and kept nowhere."""


def everybody() -> tuple[Guest, ...]:
    return inviting.guests(desk, context.sign_in_desk(), clock.now())


def how_it_works() -> None:
    if context.people_sign_in():
        st.caption(
            _(
                "招待のリンクを本人に送ると、本人がパスワードを決めて入れます。リンクは72時間、1回だけ使えます。パスワードを忘れた人にも、同じように新しいリンクを送ります。"
            )
        )
        return
    st.info(
        _(
            "サインインがまだ設定されていません。招待のリンクは、設定すると作れます(docs/operations.md)。見え方はいまでも確かめられます。"
        ),
        icon=":material/lock_open:",
    )


def list_of(guests: tuple[Guest, ...]) -> None:
    if not guests:
        st.caption(_("メールのあるメンバーがまだいません。"))
        return
    names = master_screens.centre_names(desk)
    rows = [
        {
            "name": guest.member.name,
            "role": _(guest.member.role.value),
            "centre": names.get(guest.member.centre, guest.member.centre),
            "stage": _(guest.stage.value),
            "link": _("有効") if guest.has_link else "",
        }
        for guest in guests
    ]
    if not context.people_sign_in():
        # Without sign-in there are no links; an empty column would look like a fault.
        for row in rows:
            row["link"] = _("サインインの設定後")
    titles = {
        "name": _("氏名"),
        "role": _("役割"),
        "centre": _("所属"),
        "stage": _("サインイン"),
        "link": _("招待のリンク"),
    }
    st.dataframe(
        rows,
        column_config={
            name: st.column_config.TextColumn(title) for name, title in titles.items()
        },
        hide_index=True,
        row_height=38,
        height="content" if len(rows) < master_screens.SEARCH_FROM else 440,
        alt=_("サインインする人の一覧。"),
    )


def one_person(guests: tuple[Guest, ...]) -> None:
    known = {guest.member.email: guest for guest in guests}
    with st.container(border=True):
        chosen = st.selectbox(
            _("だれを招待しますか"),
            [NEW, *known],
            key=CHOSEN,
            format_func=lambda key: known[key].member.name if key else _("新しい人"),
            filter_mode="contains",
            on_change=forget_text,
        )
        if chosen == NEW:
            somebody_new()
        elif chosen in known:
            somebody_known(known[chosen])
        text_to_send()


def somebody_new() -> None:
    problems = st.session_state.get(f"{FORM}._problems", {})
    form = Form(FORM, Member, problems)
    centres = master_screens.centre_names(desk)
    left, right = st.columns(2)
    with left:
        field_input(form, "name", required=True)
        field_input(form, "role", required=True, on_change="rerun")
    with right:
        field_input(form, "email", required=True)
        field_input(
            form,
            "centre",
            options=list(centres),
            format_option=lambda code: centres.get(code, code),
            on_change="rerun",
        )
    form.show_problems("")
    typed = form.values(ASKED)
    with st.container(horizontal=True):
        st.button(
            _("登録して招待のリンクを作る")
            if context.people_sign_in()
            else _("登録する"),
            key=f"{FORM}:add",
            type="primary",
            icon=":material/person_add:",
            on_click=add,
        )
        look_button(typed["role"], typed["centre"])


def somebody_known(guest: Guest) -> None:
    member = guest.member
    mine = desk.principal
    with st.container(horizontal=True):
        if guest.stage is Stage.OFF:
            switch_button(_("また使う"), member, Flag.YES)
            return
        may = signing_in.may_invite(mine, member, context.sign_in_desk().admins)
        st.button(
            _("招待のリンクを作る")
            if guest.stage is Stage.NOT_YET
            else _("新しいパスワードのためのリンクを作る"),
            key=f"{FORM}:link",
            type="primary",
            icon=":material/link:",
            disabled=not (may and context.people_sign_in()),
            on_click=make_link,
            args=(member,),
        )
        look_button(member.role, member.centre)
        if member.email != mine.key:
            switch_button(_("停止する"), member, Flag.NO)


def look_button(role: Role, centre: str) -> None:
    st.button(
        _("この役割で見る"),
        key=f"{FORM}:look",
        icon=":material/visibility:",
        help=_("この役割と所属の人に何が見えるかを、何も変えずに確かめます。"),
        on_click=looking_as.begin,
        disabled=role is Role.ADMIN,
        args=(role, centre),
    )


def switch_button(label: str, member: Member, state: Flag) -> None:
    st.button(
        label,
        key=f"{FORM}:switch",
        icon=":material/block:" if state is Flag.NO else ":material/undo:",
        on_click=switch,
        args=(member, state),
    )


def text_to_send() -> None:
    text = st.session_state.get(TO_SEND)
    if not text:
        return
    st.success(
        _(
            "リンクを作りました。下の文を、本人だけに届く方法で送ってください。リンクはこの画面を離れると二度と表示できません。"
        ),
        icon=":material/mark_email_read:",
    )
    st.code(text, language=None, wrap_lines=True)
    clipboard.copy_button(_("文をコピー"), text, key=f"{FORM}:copy")


# What the buttons do ---------------------------------------------------------------


def add() -> None:
    form = Form(FORM, Member)
    st.session_state.pop(f"{FORM}._problems", None)
    with boundary.attempt():
        try:
            member = inviting.register(
                context.desk(),
                form.values(ASKED),
                entry=drafting.entry_id(form),
                now=clock.now(),
            )
        except InvalidRecord as refused:
            found = problems_by_field(refused.problems)
            st.session_state[f"{FORM}._problems"] = found
            return
        form.clear()
        st.session_state[CHOSEN] = member.email
        flash.say(_("「{name}」を登録しました。").format(name=member.name))
        if context.people_sign_in():
            make_link(member)


def make_link(member: Member) -> None:
    with boundary.attempt():
        who, now = context.desk().principal, clock.now()
        if who.only_looks:
            return
        token = signing_in.invite(context.sign_in_desk(), who, member, now)
        st.session_state[TO_SEND] = inviting.mail(
            member,
            signing_in.link(app_url(), token),
            base=app_url(),
            sender=who.name,
            now=now,
        )


def switch(member: Member, state: Flag) -> None:
    forget_text()
    with boundary.attempt():
        entry, now = new_commit_id(), clock.now()
        if state is Flag.YES:
            masters.switch(context.desk(), member, state, entry=entry, now=now)
            flash.say(_("「{name}」をまた使います。").format(name=member.name))
            return
        signing_in.switch_off(
            context.sign_in_desk(), context.desk(), member, entry=entry, now=now
        )
        flash.say(
            _("{name}さんを停止しました。開いている画面も使えなくなります。").format(
                name=member.name
            )
        )
        if member.role is not Role.OUTSOURCED and calendar_feed.secret_of(
            context.place().data
        ):
            flash.say(
                _(
                    "期限のカレンダーの住所は、知っている人ならまだ開けます。「期限」の画面で新しい住所にしてください。"
                ),
                "info",
            )


def forget_text() -> None:
    st.session_state.pop(TO_SEND, None)


navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
st.title(_("招待"))
how_it_works()
held_back_roles.to_confirm()
people = everybody()
with st.container(width=860):
    one_person(people)
    list_of(people)
