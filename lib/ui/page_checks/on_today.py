"""One line on 今日 for managers: pages whose time to be checked is over."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions import page_checks
from lib.i18n import _
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import navigation
from lib.ui.page_checks.state import PAGE

MANAGERS = (Role.ADMIN, Role.MANAGER)


def line(desk: UserStore) -> None:
    """Draw the line; nothing where no page is owed, or for others."""
    if desk.principal.role not in MANAGERS:
        return
    owed = page_checks.owed(desk, clock.today())
    if not owed:
        return
    label = _("点検の時期を過ぎたページ {count}件").format(count=len(owed))
    with st.container(border=True):
        navigation.link(PAGE, inert(label), icon=":material/checklist:")
