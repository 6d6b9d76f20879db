"""THE list of pages: what each is called, who meets it, where it stands in the menu."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from lib.i18n import N_, _
from lib.schema.vocab import Role

PAGES_FOLDER: Final = Path(__file__).resolve().parent.parent.parent / "pages"

STAFF: Final = (Role.ADMIN, Role.MANAGER, Role.CLERK)
LEADS: Final = (Role.ADMIN, Role.MANAGER)
READERS: Final = (*STAFF, Role.VIEWER)
EVERYONE: Final = tuple(Role)

WATCH: Final = N_("見守る")
ANSWER: Final = N_("対応する")
FIGURES: Final = N_("数字")
MORE: Final = N_("そのほか")


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One page. `code` is its file, its url_path and for ever its address.

    hidden: reached from another page (設定・点検), not from the menu.
    """

    code: str
    title: str
    icon: str
    section: str
    roles: tuple[Role, ...]
    hidden: bool = False


PAGES: Final[tuple[PageEntry, ...]] = (
    PageEntry("today", N_("今日"), ":material/wb_sunny:", WATCH, READERS),
    PageEntry("intake", N_("苦情受付"), ":material/call:", ANSWER, STAFF),
    PageEntry("ledger", N_("苦情台帳"), ":material/list_alt:", ANSWER, READERS),
    PageEntry(
        "kpi_entry",
        N_("日次KPI入力"),
        ":material/edit_calendar:",
        FIGURES,
        (*STAFF, Role.OUTSOURCED),
    ),
    PageEntry("setup", N_("設定・点検"), ":material/settings:", MORE, READERS),
    PageEntry("members", N_("メンバー"), ":material/group:", MORE, LEADS, hidden=True),
    PageEntry(
        "centres", N_("センター"), ":material/headset_mic:", MORE, LEADS, hidden=True
    ),
    PageEntry(
        "products", N_("商品"), ":material/inventory_2:", MORE, STAFF, hidden=True
    ),
    PageEntry("settings", N_("設定"), ":material/tune:", MORE, LEADS, hidden=True),
    PageEntry(
        "dictionary",
        N_("データ辞書"),
        ":material/dictionary:",
        MORE,
        READERS,
        hidden=True,
    ),
)

WELCOME: Final = PageEntry("welcome", N_("はじめに"), ":material/waving_hand:", "", ())
"""The only page while nobody has a name yet."""


def entry(code: str) -> PageEntry:
    """Return the page with that code; KeyError for none."""
    return {page.code: page for page in PAGES}[code]


def pages_for(role: Role) -> list[PageEntry]:
    """Return the pages a role may open, in menu order; the first is its home."""
    return [page for page in PAGES if role in page.roles]


def menu(role: Role | None) -> dict[str, list[st.Page]]:
    """Return the menu for a role, its sections translated; without role the welcome.

    The default page is a hidden one that leads on to the role's first page: a default
    page has no address of its own, and every page's address must stay the same
    whoever looks.
    """
    if role is None:
        return {"": [_page(WELCOME), _home(WELCOME)]}
    pages = pages_for(role)
    sections: dict[str, list[st.Page]] = {"": [_home(pages[0])]}
    for page in pages:
        sections.setdefault(_(page.section), []).append(_page(page))
    return sections


def link(code: str, label: str, *, icon: str | None = None, **query: str) -> None:
    """Draw a link to a page, with `query` (codes only, never what was typed)."""
    st.page_link(
        _page(entry(code)),
        label=label,
        icon=icon,
        query_params=query or None,
    )


def go(code: str, **query: str) -> None:
    """Leave for another page; call it in the run of a page, not in a callback."""
    st.switch_page(_page(entry(code)), query_params=query or None)


def _page(page: PageEntry) -> st.Page:
    return st.Page(
        PAGES_FOLDER / f"{page.code}.py",
        title=_(page.title),
        icon=page.icon,
        url_path=page.code,
        visibility="hidden" if page.hidden else "visible",
    )


def _home(page: PageEntry) -> st.Page:
    def lead_on() -> None:
        st.switch_page(_page(page))

    return st.Page(
        lead_on, title=_(page.title), url_path="home", default=True, visibility="hidden"
    )
