"""What the address of 行政問合せ says: which contacts, which one is open, a call begun.

| parameter | values |
|---|---|
| `inquiry` | number of the contact that is open beside the list |
| `view` | code of `listing.View`; left out, the open ones |
| `agency` | `searching.slug` of an agency's name: its contacts alone |
| `from`, `to` | days of the first contact, with `agency` |
| `new` | `1`: a call is being written down |

Unknown codes are ignored; nothing that a person typed stands here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import streamlit as st

from lib.actions.inquiries.listing import INQUIRIES, View
from lib.actions.searching import case_code, read_case_code, slug
from lib.store.access import UserStore

PAGE: Final = "inquiries"
"""Code of the page."""

CALL: Final = {"new": "1"}
"""The query that begins with a call."""


@dataclass(frozen=True, slots=True)
class Address:
    """What the address says. inquiry: the code of the open contact, "" for none.

    agency: slug of the one whose contacts are shown, "" for all; first, last: days of
    the first contact, None leaves them open.
    """

    view: View = View.OPEN
    inquiry: str = ""
    is_call: bool = False
    agency: str = ""
    first: date | None = None
    last: date | None = None


def here() -> Address:
    """Return what the address of this page says now."""
    query = st.query_params.to_dict()
    return Address(
        View.from_code(query.get("view", "")) or View.OPEN,
        read_case_code(query.get("inquiry", "")),
        query.get("new") == CALL["new"],
        query.get("agency", ""),
        _day(query.get("from", "")),
        _day(query.get("to", "")),
    )


def move(to: Address) -> None:
    """Change the address; the next run shows it."""
    found = {
        "view": "" if to.view is View.OPEN else to.view.code,
        "inquiry": to.inquiry,
        "new": CALL["new"] if to.is_call else "",
        "agency": to.agency,
        "from": to.first.isoformat() if to.first else "",
        "to": to.last.isoformat() if to.last else "",
    }
    st.query_params.from_dict({name: text for name, text in found.items() if text})


def open_inquiry(number: str) -> None:
    """Open that contact beside the list as it is; "" closes it. A callback."""
    move(replace(here(), inquiry=case_code(number), is_call=False))


def begin_call() -> None:
    """Begin to write down a call; a callback."""
    move(Address(is_call=True))


def leave_call() -> None:
    """Go back to the list; what is typed stays. A callback."""
    move(Address())


def query_of(number: str) -> dict[str, str]:
    """Return the query that opens a contact, for `navigation.link`."""
    return {"inquiry": case_code(number)}


def query_of_agency(name: str, first: date, last: date) -> dict[str, str]:
    """Return the query that lists the contacts of an agency in these days."""
    return {
        "view": View.ALL.code,
        "agency": slug(name),
        "from": first.isoformat(),
        "to": last.isoformat(),
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def opened(desk: UserStore, at: Address) -> str:
    """Return the key of the contact that the address names, "" for none."""

    def made() -> dict[str, str]:
        keys = map(str, desk.frame(INQUIRIES).index)
        return {code: key for key in keys if (code := case_code(key)) != key}

    return desk.derived("inquiry codes", made).get(at.inquiry, at.inquiry)
