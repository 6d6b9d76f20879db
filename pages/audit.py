"""操作ログ: who changed what, when, and from where; found by any of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import log_checking, log_reading
from lib.actions.log_reading import Act, Question, Window
from lib.actions.permissions import may
from lib.i18n import _
from lib.reports.export import to_csv
from lib.schema.audit import AT_THE_DOOR, CREATED
from lib.schema.principal import SYSTEM
from lib.schema.tables import TABLES, table
from lib.schema.vocab import AuditRoute
from lib.text import LONGEST_TEXT, inert, one_line
from lib.ui import (
    boundary,
    context,
    flash,
    log_soundness,
    log_words,
    navigation,
    picked,
)
from lib.ui import format as fmt
from lib.ui.context import guard
from lib.ui.download import file_button

desk = guard(*navigation.entry("audit").roles)

ANY: Final = ""
FOUND: Final = "audit:found"
CHOSEN: Final = "audit:chosen"
GRID: Final = "audit:grid"


@dataclass(frozen=True)
class Found:
    """What was asked, what came, for whom and when."""

    query: Question
    page: Window
    read_at: datetime
    whose: str


# Asking ----------------------------------------------------------------------------


def questions() -> None:
    with st.container(border=True):
        st.text_input(
            _("言葉"),
            max_chars=LONGEST_TEXT,
            key="audit:words",
            placeholder=_("番号、人、変更の前後や理由にある言葉"),
            icon=":material/search:",
            persist_state="session",
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox(
                _("だれが"),
                [ANY, *people()],
                key="audit:actor",
                format_func=person,
                filter_mode="contains",
                accept_new_options=True,
                persist_state="session",
                width=190,
            )
            st.date_input(
                _("いつから"),
                None,
                key="audit:since",
                format="YYYY/MM/DD",
                persist_state="session",
                width=150,
            )
            st.date_input(
                _("いつまで"),
                None,
                key="audit:until",
                format="YYYY/MM/DD",
                persist_state="session",
                width=150,
            )
            st.button(
                _("探す"),
                key="audit:search",
                type="primary",
                icon=":material/search:",
                on_click=search,
            )
        with st.expander(_("表・項目・番号・経路でしぼる")):
            narrower()


def narrower() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tables = {place.code: place.tab for place in TABLES}
        code = st.selectbox(
            _("表"),
            [ANY, *tables],
            key="audit:table",
            format_func=lambda code: _(tables[code]) if code else _("すべて"),
            filter_mode="contains",
            persist_state="session",
            width=190,
        )
        names = fields_of(code)
        st.selectbox(
            _("項目"),
            [ANY, *names],
            key="audit:field",
            format_func=lambda name: names.get(name) or _("すべて"),
            filter_mode="contains",
            persist_state="session",
            width=190,
        )
        st.text_input(
            _("記録の番号"),
            max_chars=LONGEST_TEXT,
            key="audit:row",
            persist_state="session",
            width=190,
        )
        st.selectbox(
            _("経路"),
            [ANY, *(route.code for route in AuditRoute)],
            key="audit:route",
            format_func=route_word,
            persist_state="session",
            width=150,
        )


def people() -> list[str]:
    """Return the names that may stand in the log: members, also former, and the app."""

    def made() -> list[str]:
        return [*sorted(set(desk.frame("members")["name"]) - {""}), SYSTEM.name]

    return desk.derived("audit: people", made)


def person(name: str) -> str:
    return (_("システム") if name == SYSTEM.name else name) if name else _("全員")


def fields_of(code: str) -> dict[str, str]:
    if not code:
        return {}
    named = {spec.name: _(spec.label) for spec in table(code).fields if not spec.auto}
    others = (CREATED, *(AT_THE_DOOR if code == "members" else ()))
    return named | {name: _(name) for name in others}


def route_word(code: str) -> str:
    route = AuditRoute.from_code(code)
    return log_words.route(route.value) if route else _("すべて")


def asked() -> Question:
    state: Any = st.session_state
    code = state.get("audit:table") or ""
    name = state.get("audit:field") or ""
    return Question(
        words=tuple((state.get("audit:words") or "").split()),
        actor=state.get("audit:actor") or "",
        table=code,
        row_key=(state.get("audit:row") or "").strip(),
        field_name=name if name in fields_of(code) else "",
        route=AuditRoute.from_code(state.get("audit:route") or ""),
        since=state.get("audit:since"),
        until=state.get("audit:until"),
    )


def search() -> None:
    read(asked())


def read(query: Question) -> None:
    """Ask the store; only a press leads here, never a mere look at the page."""
    with boundary.attempt():
        context.tell_of_the_door()
        own = context.desk()
        page = log_reading.search(own, query)
        st.session_state[FOUND] = Found(query, page, clock.now(), own.principal.key)
        st.session_state[CHOSEN] = ""


def known() -> Found | None:
    found: Found | None = st.session_state.get(FOUND)
    return found if found and found.whose == desk.principal.key else None


# What came --------------------------------------------------------------------------


def answer() -> None:
    found = known()
    page = found.page if found else log_reading.newest(desk)
    acts = log_reading.acts(page)
    heading(found, acts)
    if not acts:
        nothing(found)
        return
    listing(acts)
    turning(found, page)
    chosen = next(
        (a for a in acts if a.commit_id == st.session_state.get(CHOSEN)), None
    )
    if chosen:
        st.dialog(_("操作の中身"), width="large", on_dismiss=close)(detail)(chosen)


def heading(found: Found | None, acts: tuple[Act, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if found is None:
            st.caption(
                _("新しいものから。古いものまで調べるには「探す」を押してください。")
            )
        else:
            said = _("{time}に調べた結果。{count}件の操作。").format(
                time=fmt.short_moment(found.read_at), count=fmt.number(len(acts))
            )
            st.caption(said)
            file_button(
                _("CSVで書き出す"),
                as_csv(found.query),
                name=f"mimamori-log-{clock.today():%Y%m%d}.csv",
                mime="text/csv",
                key="audit:csv",
                icon=":material/download:",
                about=_(
                    "探した条件に合う行をすべて。書き出したことも操作ログに残ります。"
                ),
            )


def as_csv(query: Question) -> Any:
    language, own = context.language(), desk
    system = context.live().for_user(SYSTEM)

    def made() -> bytes:
        rows = log_reading.export(own, query)
        log_reading.note_export(system, own.principal, count=len(rows), now=clock.now())
        return to_csv(table("audit"), rows, language=language)

    return made


def nothing(found: Found | None) -> None:
    with st.container(border=True):
        if found is None:
            st.markdown(f"**{inert(_('操作ログはまだ空です。'))}**")
            st.caption(_("だれかが記録を残したり変えたりすると、ここに並びます。"))
            return
        st.markdown(f"**{inert(_('条件に合う操作はありません。'))}**")
        st.caption(_("言葉を短くするか、期間や人を外してもう一度探してください。"))


def listing(acts: tuple[Act, ...]) -> None:
    rows = {
        "at": [when(act.at) for act in acts],
        "what": [log_words.sentence(act) for act in acts],
        "route": [log_words.route(act.route) for act in acts],
    }
    keys = [act.commit_id for act in acts]
    titles = {"at": _("日時"), "what": _("だれが何をしたか"), "route": _("経路")}
    widths: dict[str, Any] = {"at": 104, "what": 640, "route": "small"}
    chosen = st.session_state.get(CHOSEN)
    st.session_state[GRID] = {
        "selection": {
            "rows": [keys.index(chosen)] if chosen in keys else [],
            "columns": [],
            "cells": [],
        }
    }
    st.dataframe(
        rows,
        key=GRID,
        column_config={
            name: st.column_config.TextColumn(title, width=widths[name])
            for name, title in titles.items()
        },
        hide_index=True,
        row_height=38,
        height=min(len(acts) + 1, 14) * 38 + 2,
        selection_mode=["single-row", "single-cell"],
        on_select=lambda: choose(keys),
        alt=_("操作の一覧。行を選ぶと、中身が出ます。"),
    )


def when(moment: datetime | None) -> str:
    """Return "11/20 14:30", with its year where that is another one."""
    if moment is None:
        return fmt.NOTHING
    local = clock.in_tokyo(moment)
    this_year = local.year == clock.today().year
    return f"{local:%m/%d %H:%M}" if this_year else f"{local:%Y/%m/%d %H:%M}"


def choose(keys: list[str]) -> None:
    grid, before = st.session_state[GRID], st.session_state.get(CHOSEN)
    cell = picked.cell(grid, len(keys))
    pressed = [*([cell[0]] if cell else []), *picked.rows(grid, len(keys))]
    named = [keys[row] for row in pressed]
    st.session_state[CHOSEN] = next((k for k in named if k != before), "")


def turning(found: Found | None, page: Window) -> None:
    if found is None or not (found.query.skip or page.has_older):
        return
    query = found.query
    with st.container(horizontal=True):
        st.button(
            _("新しいほうへ"),
            key="audit:newer",
            icon=":material/arrow_upward:",
            disabled=not query.skip,
            on_click=read,
            args=(replace(query, skip=max(0, query.skip - query.most)),),
        )
        st.button(
            _("古いほうへ"),
            key="audit:older",
            icon=":material/arrow_downward:",
            disabled=not page.has_older,
            on_click=read,
            args=(replace(query, skip=query.skip + query.most),),
        )


# One act ----------------------------------------------------------------------------


def close() -> None:
    st.session_state[CHOSEN] = ""


def detail(act: Act) -> None:
    st.markdown(f"**{inert(log_words.sentence(act))}**")
    st.caption(
        inert(f"{fmt.moment(act.at)} ・ {act.actor} ・ {log_words.route(act.route)}")
    )
    columns = {
        "about": [log_words.subject(ln.table, ln.key) for ln in act.lines],
        "name": [log_words.field_name(ln) for ln in act.lines],
        "before": [log_words.value(ln, ln.before) for ln in act.lines],
        "after": [log_words.value(ln, ln.after) for ln in act.lines],
        "reason": [ln.reason for ln in act.lines],
    }
    titles = {
        "about": _("記録"),
        "name": _("項目"),
        "before": _("変更前"),
        "after": _("変更後"),
        "reason": _("理由"),
    }
    if len(act.records) == 1:
        del columns["about"]
    shown = {name: cells for name, cells in columns.items() if any(cells)}
    st.dataframe(
        shown,
        column_config={
            name: st.column_config.TextColumn(titles[name]) for name in shown
        },
        hide_index=True,
        alt=_("変わった項目の一覧。"),
    )
    if act.left_out:
        st.button(
            _("同じ保存のほか{count}行も見る").format(count=fmt.number(act.left_out)),
            key="audit:whole",
            icon=":material/unfold_more:",
            on_click=read,
            args=(Question(commit_id=act.commit_id),),
        )
    with st.container(horizontal=True):
        for place in act.records[:5]:
            way_to(*place)


def way_to(code: str, key: str) -> None:
    found = log_words.page_of(code, key)
    if found and desk.principal.role in navigation.entry(found.page).roles:
        label = one_line(log_words.subject(code, key), 40)
        navigation.link(
            found.page, inert(label), icon=":material/folder_open:", **found.query
        )


# Whether it is as it was written ------------------------------------------------------


def soundness() -> None:
    broken = context.log_witness().broken()
    if broken.count:
        with st.container(border=True):
            log_soundness.warning(broken)
            log_soundness.numbers(broken)
            if may(desk.principal, "audit.accept"):
                st.button(
                    _("事情を確かめたので、この違いを承知する"),
                    key="audit:accept",
                    icon=":material/done:",
                    on_click=accept,
                )
    with st.expander(_("操作ログが書きかえられていないか調べる")):
        st.caption(
            _(
                "この保存先の外で変えられた行、消えた行を探します。新しい行は、アプリがいつも見ています。"
            )
        )
        st.button(
            _("操作ログ全体を調べる"),
            key="audit:check",
            icon=":material/fact_check:",
            on_click=check,
        )


def check() -> None:
    with boundary.attempt():
        own = context.desk()
        count, broken = log_checking.look_at_all(own, context.log_witness())
        if not broken.count:
            said = _("{count}行すべて、書かれたときのままです。")
            flash.say(said.format(count=fmt.number(count)))


def accept() -> None:
    with boundary.attempt():
        system = context.live().for_user(SYSTEM)
        who = context.desk().principal
        log_checking.accept(system, who, context.log_witness(), clock.now())


navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
st.title(_("操作ログ"), anchor=False)
st.caption(
    _("だれが、いつ、何を変えたか。お客様の個人情報は「変更あり」とだけ残ります。")
)
questions()
answer()
soundness()
