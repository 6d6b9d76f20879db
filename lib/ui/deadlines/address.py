"""What the address of 期限 says: which clock is open, or whose case's clocks.

| parameter | values |
|---|---|
| `deadline` | number of the date that is open beside the list |
| `case` | number of the case whose dates are shown |
| `show` | code of `Part`; left out, the list |

Unknown codes are ignored; nothing that a person typed stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from lib.actions.searching import case_code, read_case_code
from lib.i18n import N_
from lib.schema.vocab import Choice

PAGE: Final = "deadlines"
"""Code of the page."""


class Part(Choice):
    """What the page shows."""

    LIST = N_("一覧")
    CALENDAR = N_("カレンダー")
    RULES = N_("規則")


@dataclass(frozen=True, slots=True)
class Address:
    """What the address says; "" for nothing open."""

    part: Part = Part.LIST
    deadline: str = ""
    case: str = ""


def here() -> Address:
    """Return what the address of this page says now."""
    query = st.query_params.to_dict()
    return Address(
        Part.from_code(query.get("show", "")) or Part.LIST,
        read_case_code(query.get("deadline", "")),
        read_case_code(query.get("case", "")),
    )


def move(to: Address) -> None:
    """Change the address; the next run shows it. A callback."""
    found = {
        "show": "" if to.part is Part.LIST else to.part.code,
        "deadline": to.deadline,
        "case": to.case,
    }
    st.query_params.from_dict({name: text for name, text in found.items() if text})


def open_line(key: str, part: Part = Part.LIST) -> None:
    """Open that date beside the list or the calendar; "" closes it. A callback."""
    move(Address(part, case_code(key)))


def query_of(key: str) -> dict[str, str]:
    """Return the query that opens a date, for `navigation.link`."""
    return {"deadline": case_code(key)}


def is_meant(key: str, code: str) -> bool:
    """Whether a code of the address means the row with that key."""
    return bool(code) and code in (key, case_code(key))
