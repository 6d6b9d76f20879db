"""What the address of 施策・改善 says: which improvement is open."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.actions.improving import listing
from lib.actions.searching import case_code, read_case_code
from lib.schema.learning import Improvement
from lib.store.access import UserStore
from lib.ui import navigation

PAGE: Final = "improvements"
ID: Final = "id"


def opened(desk: UserStore) -> Improvement | None:
    """Return the improvement that the address names; None for the board."""
    code = read_case_code(st.query_params.to_dict().get(ID, ""))
    if not code:
        return None
    number = next(
        (one.id for one in listing.improvements(desk) if case_code(one.id) == code), ""
    )
    return listing.found(desk, number)


def link(label: str, number: str, *, icon: str | None = None) -> None:
    """Draw a link to one improvement."""
    navigation.link(PAGE, label, icon=icon, id=case_code(number))
