"""日次KPI入力: one day of one centre in two minutes, or the month at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import streamlit as st

from lib import clock
from lib.actions import kpi_days
from lib.actions import today as today_figures
from lib.actions.searching import slug
from lib.i18n import _
from lib.metrics import calendar
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.text import inert
from lib.ui import (
    context,
    kpi_asked,
    kpi_day,
    kpi_month,
    kpi_paste,
    kpi_report,
    navigation,
)
from lib.ui import format as fmt

desk = context.guard(*navigation.entry("kpi_entry").roles)

CENTRE, DAY, MONTH, VIEW = "centre", "date", "month", "view"
"""Names in the address: it says which centre and day the screen shows."""

TYPED = "kpi.typed"
"""Session key of the centre that was chosen or typed last."""

ONE_DAY, WHOLE_MONTH, PASTE = "day", "month", "paste"


def main() -> None:
    st.title(_("日次KPI入力"))
    centres = desk.derived("entry_centres", centres_to_enter)
    if not centres:
        st.info(_("所属のセンターが決まっていません。管理者に確かめてください。"))
        return
    centre, view = controls(centres)
    if view == WHOLE_MONTH:
        whole_month(centre)
    elif view == PASTE:
        paste_a_block(centre)
    else:
        one_day(centre)
    if desk.principal.is_outsourced:
        navigation.link(
            "getting_started", _("はじめかたを見る"), icon=":material/school:"
        )


def centres_to_enter() -> tuple[Centre, ...]:
    tables = {code: desk.frame(code) for code in ("centres", "kpi_days")}
    return kpi_days.centres_for(desk.principal, tables)


def controls(centres: tuple[Centre, ...]) -> tuple[Centre, str]:
    """Draw centre and view; both stand in the address."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        centre = choose_centre(centres)
    with right:
        st.session_state["kpi.view"] = view_asked()
        names = {
            ONE_DAY: _("1日ずつ"),
            WHOLE_MONTH: _("月の一覧"),
            PASTE: _("貼り付け"),
        }
        view = st.segmented_control(
            _("表示"),
            list(names),
            key="kpi.view",
            format_func=lambda code: names[code],
            required=True,
            label_visibility="collapsed",
            width="stretch",
            on_change=change_view,
        )
    return centre, str(view)


def view_asked() -> str:
    if st.query_params.get(VIEW) == PASTE:
        return PASTE
    return WHOLE_MONTH if st.query_params.get(MONTH) else ONE_DAY


def choose_centre(centres: tuple[Centre, ...]) -> Centre:
    """Draw the choice of centre; a name that is in no master is taken as typed."""
    by_code = {c.code: c for c in centres}
    asked = centre_asked(by_code) or default_centre(centres)
    if desk.principal.is_outsourced:
        own = centres[0]
        st.markdown(f"**{inert(own.name)}**")
        return own
    if asked not in by_code:
        by_code[asked] = Centre(code=asked, name=asked)
    st.session_state["kpi.centre"] = asked
    st.selectbox(
        _("センター"),
        list(by_code),
        key="kpi.centre",
        format_func=lambda code: name_of(by_code[code]) if code in by_code else code,
        accept_new_options=True,
        filter_mode="contains",
        placeholder=_("選ぶか入力"),
        on_change=change_centre,
    )
    return by_code[asked]


def centre_asked(known: Iterable[str]) -> str:
    """Return the code that the address names, "" for none.

    A word that is in no master was typed: it stays in the session, and the address
    carries its slug only.
    """
    wanted = st.query_params.get(CENTRE, "")
    codes = [*known, st.session_state.get(TYPED, "")]
    return next((code for code in codes if wanted in {code, slug(code)}), "")


def name_of(centre: Centre) -> str:
    return _(COMPANY) if centre.name == COMPANY else centre.name


def default_centre(centres: tuple[Centre, ...]) -> str:
    return next((c.code for c in centres if c.code != COMPANY), centres[0].code)


def one_day(centre: Centre) -> None:
    today = clock.today()
    day = chosen_day(centre, today)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        day_switch(day, today)
        kpi_asked.at_day(desk, centre, day)
        form = kpi_day.day_form(desk, centre, day)
    with right:
        usual = today_figures.usual_of(desk, centre.code, day, kpi_day.LIVE)
        kpi_day.live_shares(desk, form, centre, day, usual)
        kpi_report.of_day(desk, centre, kpi_days.find(desk, centre.code, day))
        kpi_day.missing_list(desk, centre, day, go_to)
        kpi_asked.open_list(desk, (centre.code, day), go_to_question)
        kpi_asked.on_time(desk, centre)
        kpi_asked.ask_box(desk, centre, day)


def day_switch(day: date, today: date) -> None:
    st.session_state["kpi.date"] = day
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            _("前の日"),
            icon=":material/chevron_left:",
            on_click=go_to,
            args=(day - timedelta(days=1),),
        )
        st.date_input(
            _("日付"),
            key="kpi.date",
            max_value=today,
            format="YYYY/MM/DD",
            label_visibility="collapsed",
            width=150,
            on_change=change_day,
        )
        st.button(
            _("次の日"),
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=day >= today,
            on_click=go_to,
            args=(day + timedelta(days=1),),
        )
        if name := calendar.holiday_name(day, context.language()):
            st.badge(name, icon=":material/celebration:", color="gray")


def whole_month(centre: Centre) -> None:
    month = chosen_month()
    month_switch(month)
    kpi_month.month_grid(desk, centre, month)


def paste_a_block(centre: Centre) -> None:
    month = chosen_month()
    month_switch(month)
    kpi_paste.paste(desk, centre, month, show_month)
    if desk.principal.role in navigation.entry("excel_import").roles:
        navigation.link(
            "excel_import",
            _("ファイルごと取り込む"),
            icon=":material/upload_file:",
        )


def month_switch(month: date) -> None:
    before = (month - timedelta(days=1)).replace(day=1)
    after = (month + timedelta(days=31)).replace(day=1)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("前の月"),
            icon=":material/chevron_left:",
            on_click=go_to_month,
            args=(before,),
        )
        st.markdown(f"#### {fmt.month(month)}")
        st.button(
            _("次の月"),
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=after > clock.today(),
            on_click=go_to_month,
            args=(after,),
        )


# The address -------------------------------------------------------------------


def chosen_day(centre: Centre, today: date) -> date:
    """Return the day of the address, or the last working day not entered yet."""
    asked = read_date(st.query_params.get(DAY, ""))
    if asked is not None and asked <= today:
        return asked
    return desk.derived(
        ("day to enter", centre.code, today),
        lambda: kpi_days.day_to_enter(desk.frame("kpi_days"), centre, today),
    )


def chosen_month() -> date:
    first = clock.today().replace(day=1)
    asked = read_date(f"{st.query_params.get(MONTH, '')}-01")
    return asked if asked is not None and asked <= first else first


def read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def go_to(day: date) -> None:
    st.query_params[DAY] = day.isoformat()


def go_to_question(centre: str, day: date) -> None:
    st.query_params[CENTRE] = slug(centre)
    go_to(day)


def go_to_month(month: date) -> None:
    st.query_params[MONTH] = f"{month:%Y-%m}"


def show_month(month: date) -> None:
    st.query_params.pop(VIEW, None)
    go_to_month(month)


def change_day() -> None:
    if st.session_state["kpi.date"]:
        go_to(st.session_state["kpi.date"])


def change_centre() -> None:
    typed = str(st.session_state["kpi.centre"] or "").replace("|", "").strip()
    if typed:
        st.session_state[TYPED] = typed
        st.query_params[CENTRE] = slug(typed)
    st.query_params.pop(DAY, None)


def change_view() -> None:
    wanted = st.session_state["kpi.view"]
    st.query_params.pop(VIEW, None)
    if wanted == ONE_DAY:
        st.query_params.pop(MONTH, None)
        return
    if not st.query_params.get(MONTH):
        st.query_params[MONTH] = f"{clock.today():%Y-%m}"
    st.query_params.pop(DAY, None)
    if wanted == PASTE:
        st.query_params[VIEW] = PASTE


main()
