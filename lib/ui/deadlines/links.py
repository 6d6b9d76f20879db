"""The way from a date to the case on which it stands."""

from __future__ import annotations

from typing import Final

from lib.actions.searching import case_code
from lib.schema.tables import table
from lib.text import inert
from lib.ui import navigation

_PAGES: Final = {
    table("complaints").prefix: ("ledger", "case"),
    table("agency_inquiries").prefix: ("inquiries", "inquiry"),
    table("crises").prefix: ("crisis", "crisis"),
    table("alarms").prefix: ("risk", "alarm"),
}
"""Prefix of a number → its page, and how the page's address names a row."""


def case_link(case_id: str) -> None:
    """Draw the number of a case as a link to it."""
    page, name = _PAGES.get(case_id.partition("-")[0], _PAGES["K"])
    navigation.link(
        page,
        inert(case_id),
        icon=":material/folder_open:",
        **{name: case_code(case_id)},
    )
