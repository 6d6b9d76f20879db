"""What stands around every page: logo, operator, language, where data go."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Final, Literal

import streamlit as st

from lib import clock
from lib.i18n import LANGUAGES, _
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.store.address import read_address
from lib.store.sql.backup import daily_backups
from lib.text import inert
from lib.ui import boundary, context, navigation, outbox, printing, signed_out
from lib.ui import format as fmt

_STATIC: Final = Path(__file__).parent / "static"


def _drawn(name: str) -> str:
    """Return a picture as an address that holds it: a file is read in every run."""
    held = base64.b64encode((_STATIC / name).read_bytes()).decode()
    return f"data:image/svg+xml;base64,{held}"


LOGO: Final = _drawn("logo.svg")
ICON: Final = _drawn("icon.svg")

_STALE_AFTER_SECONDS: Final = 60
_AN_HOUR: Final = 3_600
_A_DAY: Final = 86_400
_CHANGED: Final = "operator:changed"


def sidebar() -> None:
    """Draw logo and sidebar below the menu; nothing before the first start."""
    who = context.principal()
    if who is None:
        return
    st.logo(LOGO, icon_image=ICON, size="large")
    with st.sidebar:
        language_switch()
        if who.only_looks:
            st.caption(f":material/visibility: {inert(_(who.role.value))}")
        elif context.people_sign_in():
            signed_out.who_is_in(who)
        else:
            _operator_picker(who.key)
            _without_sign_in()
        store_badge(context.desk())
        outbox.in_sidebar(context.desk())
        if clock.is_fixed():
            st.caption(
                ":material/schedule: "
                + _("時計を止めています: {time}").format(time=fmt.moment(clock.now()))
            )
        # Last: it comes and goes with the theme, and nothing may move with it.
        printing.light_on_paper()


def store_badge(desk: UserStore) -> None:
    """Say where data go and how fresh the screen is."""
    seconds = desk.age().total_seconds()
    if desk.problem is not None:
        st.badge(_("保存先に届きません"), icon=":material/cloud_off:", color="orange")
        told = _ago(seconds) if seconds >= _STALE_AFTER_SECONDS else _("さきほど")
        st.caption(_("{time}の内容を表示しています").format(time=told))
        return
    st.caption(
        f":material/database: {inert(_('保存先'))}: **{inert(desk.kind)}** · {_ago(seconds)}"
    )


def store_details(desk: UserStore) -> None:
    """Say in full where data go, how fresh the screen is and when it was copied.

    The place itself is named to administrators only.
    """
    lines = [
        (_("種類"), desk.kind),
        (_("画面の新しさ"), _ago(desk.age().total_seconds())),
        (_("最後の控え"), _last_backup()),
    ]
    if desk.principal.role is Role.ADMIN:
        lines.insert(
            1, (_("場所"), read_address(context.place().store_url).render_as_string())
        )
    if desk.problem is not None:
        st.warning(
            inert(boundary.message_of(desk.problem)), icon=":material/cloud_off:"
        )
    for label, value in lines:
        name, told = st.columns([1, 3])
        name.caption(label)
        told.text(value)


def _last_backup() -> str:
    copies = daily_backups(context.place().data)
    return copies[0].stem.replace("-", "/") if copies else _("まだありません")


def _ago(seconds: float) -> str:
    if seconds < _STALE_AFTER_SECONDS:
        return _("最新")
    if seconds < _AN_HOUR:
        return _("{minutes}分前").format(minutes=int(seconds // 60))
    if seconds < _A_DAY:
        return _("{hours}時間前").format(hours=int(seconds // _AN_HOUR))
    return _("{days}日前").format(days=int(seconds // _A_DAY))


def language_switch(width: Literal["stretch", "content"] = "stretch") -> None:
    """Draw the choice of language; once a screen."""
    st.segmented_control(
        _("表示言語"),
        list(LANGUAGES),
        key=context.LANGUAGE,
        format_func=lambda code: LANGUAGES[code],
        required=True,
        label_visibility="collapsed",
        width=width,
        on_change=context.remember_choices,
        persist_state="session",
    )


def _operator_picker(chosen: str) -> None:
    everyone = {m.email: m for m in context.members()}
    if len(everyone) == 1:
        member = everyone[chosen]
        st.caption(f":material/person: {inert(member.name)} · {_(member.role.value)}")
        return
    st.session_state[context.OPERATOR] = chosen
    st.selectbox(
        _("操作者"),
        list(everyone),
        key=context.OPERATOR,
        format_func=lambda key: f"{everyone[key].name} · {_(everyone[key].role.value)}",
        filter_mode="contains",
        help=_("いま操作している人。記録に残る名前です(本人確認ではありません)。"),
        on_change=_change_operator,
        persist_state="session",
    )


def _without_sign_in() -> None:
    st.caption(
        ":material/lock: " + _("サインインなし: このコンピューターだけで使えます。"),
        help=_(
            "だれがこの画面を使っても、同じことができます。チームで使うときは、管理者がサインインを設定します(docs/operations.md)。"
        ),
    )


def _change_operator() -> None:
    context.remember_choices()
    lead_home()


def lead_home() -> None:
    """Leave the page in the next run if whoever looks then may not open it."""
    st.session_state[_CHANGED] = True


def lead_home_after_change(code: str) -> None:
    """Leave a page that the person just chosen may not open, for their first one.

    Only right after the choice: a typed address is answered by the page's guard.
    """
    changed = st.session_state.pop(_CHANGED, False)
    who = context.principal()
    if not changed or who is None:
        return
    mine = navigation.pages_for(who.role)
    if code not in {page.code for page in mine}:
        navigation.go(mine[0].code)
