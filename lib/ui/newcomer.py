"""The one screen before anybody has a name."""

from __future__ import annotations

from lib.schema.principal import SYSTEM
from lib.store.access import UserStore
from lib.ui import context, navigation


def guard() -> UserStore:
    """Return the desk on which the first person begins.

    Once somebody has a name there is nothing to begin: whoever comes to this address
    is led to their first page.
    """
    who = context.principal()
    if who is not None:
        navigation.go(navigation.pages_for(who.role)[0].code)
    return context.live().for_user(SYSTEM)
