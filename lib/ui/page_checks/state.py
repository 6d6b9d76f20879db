"""Where one is on ページ点検; a page's name is typed text, so no address says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from lib.actions.searching import name_slug
from lib.schema.page_check import PageCheck
from lib.schema.vocab import Choice, PageKind
from lib.ui import drafting
from lib.ui.form import Form

PAGE: Final = "page_checks"
_AT: Final = "page_checks.at"
_PROBLEMS: Final = "page_checks.problems"
NEW: Final = ""
"""Stands for a page that nobody has checked under any name."""


class Part(Choice):
    """What is open."""

    LIST = "一覧"
    CHECK = "点検"
    COURSE = "これまで"


@dataclass(frozen=True, slots=True)
class At:
    """What is open, and of which page; `page` is `NEW` while it has no name."""

    part: Part = Part.LIST
    page: str = NEW
    kind: PageKind = PageKind.LANDING_PAGE
    url: str = ""


def here() -> At:
    """Return what is open in this session."""
    found = st.session_state.get(_AT)
    return found if isinstance(found, At) else At()


def go(to: At) -> None:
    """Open something else; a callback."""
    st.session_state.pop(_PROBLEMS, None)
    st.session_state[_AT] = to


def form_of(at: At) -> Form:
    """Return the form of a check."""
    name = f"page-check-{name_slug(at.page) or 'new'}-{at.kind.code}"
    problems = st.session_state.get(_PROBLEMS) or {}
    untouched = {"page": at.page, "url": at.url}
    return Form(name, PageCheck, problems, untouched)


def set_problems(found: dict[str, list[str]]) -> None:
    """Keep what is wrong with the check that is open."""
    st.session_state[_PROBLEMS] = found


def leave(form: Form) -> None:
    """Throw a check away with its draft; a callback."""
    drafting.discard(form)
    go(At())
