"""「確認した」: one press says that one looked; colleagues read who did, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import streamlit as st

from lib import clock
from lib.actions import looking
from lib.actions.looking import Look
from lib.i18n import _
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context
from lib.ui import format as fmt

PRESS: Final = "today.looked"
_NOON: Final = 12


def strip(desk: UserStore, now: datetime) -> None:
    """Draw the press, who looked today and, for managers, on the days before."""
    today = now.date()
    looks = looking.looks(desk, today)
    may_press = desk.principal.role in looking.MAY_LOOK
    past = looking.recent(desk, today)
    if not (looks or may_press or past):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if may_press and not looking.has_looked(desk, today):
            st.button(
                _("確認した"),
                key=PRESS,
                type="primary",
                icon=":material/visibility:",
                on_click=_press,
                help=_("見たことを名前と時刻で残します。同僚にも見えます。"),
            )
        st.caption(inert(_today(looks)), width="content")
        if past:
            with st.popover(_("前の日"), type="tertiary"):
                st.markdown("  \n".join(inert(_line(*one)) for one in past))


def _press() -> None:
    with boundary.attempt():
        looking.confirm(context.desk(), clock.now())


def _today(looks: Sequence[Look]) -> str:
    if not looks:
        return _("今日はまだだれも確認していません。")
    return " ".join(_words(look) for look in looks)


def _words(look: Look) -> str:
    text = (
        _("今朝 {time} {name}さんが確認")
        if look.at.hour < _NOON
        else _("今日 {time} {name}さんが確認")
    )
    return text.format(time=_time(look), name=look.name)


def _line(day: date, looks: Sequence[Look]) -> str:
    """Return 「11月20日(金): 9:02 佐藤花子」; that nobody looked is said too."""
    said = fmt.listed(f"{_time(look)} {look.name}" for look in looks)
    return f"{fmt.day(day)}: {said or _('確認なし')}"


def _time(look: Look) -> str:
    return f"{look.at.hour}:{look.at.minute:02}"
