"""Lines on 今日: what came back, and what one is late with."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions.improving import listing
from lib.i18n import _
from lib.schema.learning import Improvement
from lib.schema.vocab import ImprovementStatus, Role
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import navigation
from lib.ui.improvements import address

MANAGERS: Final = (Role.ADMIN, Role.MANAGER)
SHOWN: Final = 3


def line(desk: UserStore) -> None:
    """Draw a link to each improvement that is back or late; nothing where none is.

    Everybody sees those that they see to; managers also those of nobody and of all that
    came back.
    """
    found = [one for one in listing.improvements(desk) if _concerns(desk, one)]
    if not found:
        return
    with st.container(border=True, gap="xsmall"):
        for one in found[:SHOWN]:
            title = one_line(one.title, 60)
            if one.status is ImprovementStatus.RELAPSED:
                words = _("再発: {title}").format(title=title)
                address.link(inert(words), one.id, icon=":material/replay:")
            else:
                words = _("改善の期限超過: {title}").format(title=title)
                address.link(inert(words), one.id, icon=":material/alarm:")
        if len(found) > SHOWN:
            words = _("ほか{count}件").format(count=len(found) - SHOWN)
            navigation.link(address.PAGE, inert(words))


def _concerns(desk: UserStore, one: Improvement) -> bool:
    is_own = one.owner == desk.principal.name
    manages = desk.principal.role in MANAGERS
    if one.status is ImprovementStatus.RELAPSED:
        return is_own or manages
    return listing.is_late(one, clock.today()) and (
        is_own or (manages and not one.owner)
    )
