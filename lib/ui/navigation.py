"""THE list of pages: what each is called, who meets it, where it stands in the menu."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st

from lib.actions.permissions import roles_of
from lib.i18n import N_, Language, _, current
from lib.schema.vocab import Role

PAGES_FOLDER: Final = Path(__file__).resolve().parent.parent.parent / "pages"

STAFF: Final = (Role.ADMIN, Role.MANAGER, Role.CLERK)
LEADS: Final = (Role.ADMIN, Role.MANAGER)
READERS: Final = (*STAFF, Role.VIEWER)

EVERYBODY: Final = tuple(Role)

WATCH: Final = N_("見守る")
ANSWER: Final = N_("対応する")
FIGURES: Final = N_("数字")
MORE: Final = N_("そのほか")


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One page. `code` is its file, its url_path and for ever its address.

    tucked: the roles that reach it from 設定・点検 instead of the menu.
    outsourced_title: what 委託先 calls it, where that differs.
    """

    code: str
    title: str
    icon: str
    section: str
    roles: tuple[Role, ...]
    tucked: tuple[Role, ...] = ()
    outsourced_title: str = ""

    def title_for(self, role: Role | None) -> str:
        """Return what the page is called for somebody, a catalogue key."""
        is_outsourced = role is Role.OUTSOURCED
        return (self.outsourced_title if is_outsourced else "") or self.title


PAGES: Final[tuple[PageEntry, ...]] = (
    PageEntry(
        "today", N_("今日"), ":material/wb_sunny:", WATCH, roles_of("open.today")
    ),
    PageEntry(
        "intake", N_("苦情受付"), ":material/call:", ANSWER, roles_of("open.intake")
    ),
    PageEntry(
        "ledger", N_("苦情台帳"), ":material/list_alt:", ANSWER, roles_of("open.ledger")
    ),
    PageEntry(
        "queue",
        N_("対応待ち"),
        ":material/low_priority:",
        ANSWER,
        roles_of("open.queue"),
    ),
    PageEntry(
        "inquiries",
        N_("行政問合せ"),
        ":material/account_balance:",
        ANSWER,
        roles_of("open.inquiries"),
    ),
    PageEntry(
        "knowledge",
        N_("知見"),
        ":material/lightbulb:",
        ANSWER,
        roles_of("open.knowledge"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "deadlines",
        N_("期限"),
        ":material/event_upcoming:",
        ANSWER,
        roles_of("open.deadlines"),
        tucked=(Role.CLERK,),
    ),
    PageEntry(
        "risk",
        N_("リスク"),
        ":material/trending_up:",
        FIGURES,
        roles_of("open.risk"),
        tucked=(Role.CLERK,),
    ),
    PageEntry(
        "problems",
        N_("多発している問題"),
        ":material/hub:",
        FIGURES,
        roles_of("open.problems"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "improvements",
        N_("改善"),
        ":material/build:",
        FIGURES,
        roles_of("open.improvements"),
        tucked=(Role.CLERK, Role.VIEWER),
    ),
    PageEntry(
        "kpi_entry",
        N_("日次KPI入力"),
        ":material/edit_calendar:",
        FIGURES,
        roles_of("open.kpi_entry"),
        tucked=(Role.CLERK,),
    ),
    PageEntry(
        "kpis",
        N_("コールセンターKPI"),
        ":material/monitoring:",
        FIGURES,
        roles_of("open.kpis"),
        tucked=(Role.CLERK,),
        outsourced_title=N_("自センターの実績"),
    ),
    PageEntry(
        "analysis",
        N_("分析"),
        ":material/bar_chart:",
        FIGURES,
        roles_of("open.analysis"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "monthly",
        N_("月次"),
        ":material/summarize:",
        FIGURES,
        roles_of("open.monthly"),
        tucked=(Role.OUTSOURCED,),
        outsourced_title=N_("月次報告"),
    ),
    PageEntry(
        "harassment",
        N_("カスハラ対応"),
        ":material/shield_person:",
        ANSWER,
        roles_of("open.harassment"),
        tucked=STAFF,
    ),
    PageEntry(
        "crisis",
        N_("重大事案"),
        ":material/flag:",
        ANSWER,
        roles_of("open.crisis"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "setup", N_("設定・点検"), ":material/settings:", MORE, roles_of("open.setup")
    ),
    PageEntry(
        "getting_started",
        N_("はじめかた"),
        ":material/school:",
        MORE,
        roles_of("open.getting_started"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "data_check",
        N_("データ点検"),
        ":material/fact_check:",
        MORE,
        roles_of("open.data_check"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "page_checks",
        N_("ページ点検"),
        ":material/checklist:",
        MORE,
        roles_of("open.page_checks"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "inspections",
        N_("毎月の点検"),
        ":material/task:",
        MORE,
        roles_of("open.inspections"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "documents",
        N_("文書"),
        ":material/menu_book:",
        MORE,
        roles_of("open.documents"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "people",
        N_("人と研修"),
        ":material/school:",
        MORE,
        roles_of("open.people"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "excel_import",
        N_("Excel取込"),
        ":material/upload_file:",
        MORE,
        roles_of("open.excel_import"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "outbox",
        N_("送信待ち"),
        ":material/outbox:",
        MORE,
        roles_of("open.outbox"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "members",
        N_("メンバー"),
        ":material/group:",
        MORE,
        roles_of("open.members"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "invitations",
        N_("招待"),
        ":material/person_add:",
        MORE,
        roles_of("open.invitations"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "centres",
        N_("センター"),
        ":material/headset_mic:",
        MORE,
        roles_of("open.centres"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "products",
        N_("商品"),
        ":material/inventory_2:",
        MORE,
        roles_of("open.products"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "settings",
        N_("設定"),
        ":material/tune:",
        MORE,
        roles_of("open.settings"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "privacy",
        N_("個人情報"),
        ":material/shield_person:",
        MORE,
        roles_of("open.privacy"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "connect",
        N_("Googleシートにつなぐ"),
        ":material/table_view:",
        MORE,
        roles_of("open.connect"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "notices",
        N_("通知"),
        ":material/notifications:",
        MORE,
        roles_of("open.notices"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "permissions",
        N_("権限"),
        ":material/admin_panel_settings:",
        MORE,
        roles_of("open.permissions"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "audit",
        N_("操作ログ"),
        ":material/history:",
        MORE,
        roles_of("open.audit"),
        tucked=EVERYBODY,
    ),
    PageEntry(
        "dictionary",
        N_("データ辞書"),
        ":material/dictionary:",
        MORE,
        roles_of("open.dictionary"),
        tucked=EVERYBODY,
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

    Every page is registered whoever looks, so that a typed address is answered by the
    page's own guard and not by Streamlit's English dialog; the menu shows those of the
    role. The default page is a hidden one that leads on to the role's first page: a
    default page has no address of its own, and every page's address must stay the
    same.

    Each run gets copies: Streamlit notes in a page that it may be called, once.
    """
    sections = _menu(role, current())
    return {name: [copy(page) for page in pages] for name, pages in sections.items()}


@cache
def _menu(role: Role | None, _of_titles: Language) -> dict[str, list[st.Page]]:
    """Make the pages of a menu once: each looks at the disk, a millisecond a menu."""
    if role is None:
        elsewhere = [_leading(page.code, WELCOME) for page in PAGES]
        return {"": [_leading("", WELCOME), _page(WELCOME, shown=False), *elsewhere]}
    home = pages_for(role)[0]
    sections: dict[str, list[st.Page]] = {
        "": [_leading("", home), _page(WELCOME, shown=False)]
    }
    for page in PAGES:
        section = sections.setdefault(_(page.section), [])
        shown = role in page.roles and role not in page.tucked
        section.append(_page(page, shown=shown, role=role))
    return sections


def link(
    code: str,
    label: str,
    *,
    icon: str | None = None,
    about: str | None = None,
    **query: str,
) -> None:
    """Draw a link to a page, with `query` (codes only, never what was typed).

    about: what a bubble says of it.
    """
    st.page_link(
        _target(code),
        label=label,
        icon=icon,
        help=about,
        query_params=query or None,
    )


def show_address() -> None:
    """Let the browser's address say what this run was asked for.

    A link to the page that is open already tells the server alone what it names
    (Streamlit 1.67): the next press of a button would fall back to the address before.
    """
    st.query_params.from_dict(st.query_params.to_dict())


def go(code: str, **query: str) -> None:
    """Leave for another page; call it in the run of a page, not in a callback."""
    st.switch_page(_target(code), query_params=query or None)


@cache
def _target(code: str) -> st.Page:
    """Return a page to be led to: its address matters, its title does not.

    Making a page costs a millisecond of looking at the disk, and a screen has many
    links.
    """
    return _page(entry(code))


def _page(page: PageEntry, *, shown: bool = True, role: Role | None = None) -> st.Page:
    return st.Page(
        PAGES_FOLDER / f"{page.code}.py",
        title=_(page.title_for(role)),
        icon=page.icon,
        url_path=page.code,
        visibility="visible" if shown else "hidden",
    )


def _leading(code: str, to: PageEntry) -> st.Page:
    """Return the hidden page at an address ("" is the root) that leads to another."""

    def lead_on() -> None:
        st.switch_page(_page(to))

    return st.Page(
        lead_on,
        title=_(to.title),
        url_path=code or "home",
        default=not code,
        visibility="hidden",
    )
