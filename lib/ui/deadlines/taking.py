"""期限 for a calendar app: the file, and the address one can subscribe to."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib import clock
from lib.actions.clocks import feeding
from lib.actions.permissions import may
from lib.i18n import _
from lib.reports.calendar import FILE_NAME, MEDIA_TYPE
from lib.schema.principal import SYSTEM
from lib.settings import calendar_feed as secrets
from lib.settings.install import app_url
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, flash
from lib.ui.calendar_feed import address
from lib.ui.download import file_button


def panel(desk: UserStore) -> None:
    """Draw what takes the dates into a calendar app."""
    opened = st.popover(
        _("カレンダーに出す"),
        icon=":material/calendar_add_on:",
        key="deadlines.take",
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened:
        st.caption(
            inert(
                _(
                    "案件の番号と規則の名前だけが入ります。お客様の名前・連絡先・内容は入りません。"
                )
            )
        )
        file_button(
            _("ファイルで受け取る(.ics)"),
            _file(desk),
            name=FILE_NAME,
            mime=MEDIA_TYPE,
            key="deadlines.file",
            icon=":material/download:",
        )
        if may(desk.principal, "deadlines.feed"):
            _feed()


def _file(desk: UserStore) -> Callable[[], bytes]:
    """Return what makes the file and notes it; it runs outside the session."""
    system = context.live().for_user(SYSTEM)

    def made() -> bytes:
        now = clock.now()
        data = feeding.file_of(desk, base=app_url(), now=now)
        feeding.note_taken(system, desk.principal, what=feeding.EXPORTED, now=now)
        return data

    return made


def _feed() -> None:
    st.markdown(f"**{inert(_('購読するアドレス'))}**")
    secret = secrets.secret_of(context.place().data)
    if not secret:
        st.caption(
            inert(
                _(
                    "カレンダーアプリがこのアドレスを見に来て、期限の変わりもひとりでに映します。"
                )
            )
        )
        st.button(
            _("アドレスを作る"),
            key="deadlines.feed.make",
            icon=":material/add_link:",
            on_click=_renew,
        )
        return
    st.code(address(secret), language=None, wrap_lines=True)
    st.caption(
        inert(
            _(
                "このアドレスを知る人は、期限を見られます。サインインを設定していない間は、このコンピューターの中のカレンダーアプリからだけ使えます。"
            )
        )
    )
    with st.container(horizontal=True):
        st.button(
            _("新しいアドレスにする"),
            key="deadlines.feed.renew",
            icon=":material/autorenew:",
            help=_("前のアドレスは、すぐに使えなくなります。"),
            on_click=_renew,
        )
        st.button(
            _("使えなくする"),
            key="deadlines.feed.revoke",
            icon=":material/link_off:",
            type="tertiary",
            on_click=_revoke,
        )


def _renew() -> None:
    with boundary.attempt():
        desk, system = context.desk(), context.live().for_user(SYSTEM)
        had = feeding.new_address(desk, context.place().data)
        what = feeding.ADDRESS_MADE
        feeding.note_taken(system, desk.principal, what=what, now=clock.now())
        flash.say(
            _("新しいアドレスにしました。前のアドレスは使えません。")
            if had
            else _("アドレスを作りました。")
        )


def _revoke() -> None:
    with boundary.attempt():
        feeding.no_address(context.desk(), context.place().data)
        flash.say(_("アドレスを使えなくしました。"))
