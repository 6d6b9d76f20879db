"""今日: the one home page. Three answers in words, then the figures behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import today
from lib.actions.inquiries.listing import View
from lib.actions.searching import slug
from lib.actions.today import Morning, Task, TaskKind, Tile
from lib.i18n import N_, _
from lib.metrics.promises import When
from lib.metrics.reason import Reason
from lib.metrics.series import ALL
from lib.metrics.state import State, Verdict
from lib.schema.kpi_day import COMPANY
from lib.schema.tables import table
from lib.schema.vocab import ComplaintKind, Severity
from lib.text import inert
from lib.ui import (
    charts,
    context,
    figures,
    first_week,
    freshness,
    handovers,
    marks,
    navigation,
    sample_banner,
)
from lib.ui import format as fmt
from lib.ui import table as tables
from lib.ui.case import inside
from lib.ui.crisis import banner
from lib.ui.filters import ledger_query, product_names
from lib.ui.harassment import duties
from lib.ui.improvements import on_today as improvements_on_today
from lib.ui.inspections import on_today as inspections_on_today
from lib.ui.kpis import look
from lib.ui.morning import health, looked, moves, punctual
from lib.ui.morning import promises as owed
from lib.ui.page_checks import on_today
from lib.ui.table import Grid

desk = context.guard(*navigation.entry("today").roles)

CALLS_ANSWER: Final = {
    State.NORMAL: N_("つながっています"),
    State.PENDING: N_("まだ判定できません"),
    State.WATCH: N_("つながりにくくなっています"),
    State.ALARM: N_("つながっていません"),
}
CONTACTS_ANSWER: Final = {
    State.NORMAL: N_("増えていません"),
    State.PENDING: N_("まだ判定できません"),
    State.WATCH: N_("増えはじめています"),
    State.ALARM: N_("急いで確かめてください"),
}
TASK_WORDS: Final = {
    TaskKind.CRISIS: N_("進行中の重大事案 {count}件を進める"),
    TaskKind.CRITICAL: N_("最重要の苦情 {count}件を進める"),
    TaskKind.OVERDUE: N_("約束の時刻を過ぎた苦情 {count}件に連絡する"),
    TaskKind.AGENCY: N_("行政・センターへの回答 {count}件"),
    TaskKind.MISSING: N_("日次KPIの未入力 {count}日分を入れる"),
    TaskKind.TODAY: N_("今日の約束 {count}件を果たす"),
}
TASK_ICONS: Final = {
    TaskKind.CRISIS: ":material/flag:",
    TaskKind.CRITICAL: ":material/priority_high:",
    TaskKind.OVERDUE: ":material/alarm:",
    TaskKind.AGENCY: ":material/account_balance:",
    TaskKind.MISSING: ":material/edit_calendar:",
    TaskKind.TODAY: ":material/call:",
}
CONTACT_COLUMNS: Final = (
    "first_contact_at",
    "agency_name",
    "product_code",
    "category",
    "status",
    "complaint_id",
)
MISSING_SHOWN: Final = 4
MARKS_SHOWN: Final = 4
WEEK_OPENED: Final = "today.week"
"""Session key of the week whose bar was pressed last."""
REASONS_SHOWN: Final = 2


def main() -> None:
    found = today.morning(desk, clock.now())
    heading(found)
    if found.is_empty:
        first_steps()
        return
    answers(found)
    looked.strip(desk, found.now)
    banner.on_top(desk)
    handovers.on_top(desk, clock.now())
    inside.on_today(desk)
    duties.on_today(desk)
    on_today.line(desk)
    inspections_on_today.line(desk)
    improvements_on_today.line(desk)
    first_week.on_today(desk)
    moves.card(desk, found.now)
    company(found)
    health.card(desk, found.now)
    so_far(found)
    chart_row(found)
    left, right = st.columns(2)
    with left:
        promises(found)
    with right:
        entered(found)
    banner.way(desk)


def heading(found: Morning) -> None:
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        gap="small",
    ):
        st.title(_("今日"), anchor=False, width="content")
        st.caption(
            _("{day} {time} 現在").format(
                day=fmt.day(found.now.date()), time=f"{found.now:%H:%M}"
            ),
            width="content",
        )


def first_steps() -> None:
    """Lead an empty app to its first action."""
    with st.container(border=True):
        st.subheader(_("まだ記録がありません"), anchor=False)
        st.write(
            _("最初の苦情か、きのうの電話の数を入れると、ここに今日の様子が出ます。")
        )
        with st.container(horizontal=True):
            if may_open("intake"):
                navigation.link(
                    "intake", _("最初の苦情を登録する"), icon=":material/call:"
                )
            if may_open("kpi_entry"):
                navigation.link(
                    "kpi_entry",
                    _("きのうの電話の数を入れる"),
                    icon=":material/edit_calendar:",
                )
            sample_banner.offer_sample(desk)
        navigation.link(
            "getting_started",
            _("絵を見ながら始める(はじめかた)"),
            icon=":material/school:",
        )
    first_week.on_today(desk, is_open=True)


# The three answers -------------------------------------------------------------


def answers(found: Morning) -> None:
    with st.grid(min_column_width=300, gap="small"):
        answer(
            _("電話はつながっているか"),
            found.calls,
            CALLS_ANSWER,
            found.calls.reasons[:1],
            more=others_in_trouble(found),
            page="kpis",
            **calls_query(found),
        )
        answer(
            _("センターからの連絡は増えているか"),
            found.referrals_verdict,
            CONTACTS_ANSWER,
            found.referrals_verdict.reasons,
            page="risk",
        )
        tasks(found)


def answer(
    question: str,
    verdict: Verdict,
    words: dict[State, str],
    reasons: Sequence[Reason],
    *,
    more: str = "",
    page: str = "",
    **query: str,
) -> None:
    """Draw question, answer and reasons as one text: a phone has no room for parts.

    page, query: where the answer leads to, for those who may open it.
    """
    said = [reason.text() for reason in reasons[:REASONS_SHOWN]] + [more]
    asked = f":small[:gray[{inert(question)}]] {look.badge(verdict)}"
    told = f"**{inert(_(words[verdict.state]))}**"
    why = f":small[:gray[{inert(' '.join(said).strip())}]]"
    with st.container(border=True, height="stretch", gap="xsmall"):
        if page and may_open(page):
            st.markdown(asked)
            navigation.link(page, told, icon=":material/arrow_forward:", **query)
            st.markdown(why)
        else:
            st.markdown(f"{asked}  \n{told}  \n{why}")
        unsaid = [inert(reason.text()) for reason in reasons[REASONS_SHOWN:]]
        if unsaid:
            with st.popover(_("ほかの理由"), type="tertiary"):
                st.markdown("\n\n".join(unsaid))


def calls_query(found: Morning) -> dict[str, str]:
    """Return what opens the answer rate of the centre that the answer speaks of."""
    named = found.calls.centre
    centre = next((c for c in found.centres if c.centre.code == named), None)
    last = centre.last_day if centre else None
    until = last or found.now.date() - timedelta(days=1)
    since = until - timedelta(days=today.WEEK - 1)
    return health.figure_query(health.ANSWER_RATE, named, since, until)


def others_in_trouble(found: Morning) -> str:
    """Return how many centres beside the named one are not calm; "" for none."""
    count = sum(
        centre.verdict.state in (State.WATCH, State.ALARM)
        and centre.centre.code != found.calls.centre
        for centre in found.centres
    )
    return (
        _("ほかに注意か警報のセンターが{count}つ。").format(count=count)
        if count
        else ""
    )


def tasks(found: Morning) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.caption(_("今日やること"))
        if not found.tasks:
            st.markdown(f"##### {inert(_('急ぎのものはありません'))}")
        for task in found.tasks:
            task_link(task)


def task_link(task: Task) -> None:
    words = f"**{_(TASK_WORDS[task.kind]).format(count=task.count)}**"
    icon = TASK_ICONS[task.kind]
    if task.kind is TaskKind.CRISIS and may_open("crisis"):
        navigation.link("crisis", words, icon=icon)
    elif task.kind is TaskKind.CRITICAL:
        query = ledger_query(status="open", severity=Severity.CRITICAL)
        navigation.link("ledger", words, icon=icon, **query)
    elif task.kind is TaskKind.OVERDUE:
        query = ledger_query(status="open", promise=When.OVERDUE)
        navigation.link("ledger", words, icon=icon, **query)
    elif task.kind is TaskKind.TODAY:
        query = ledger_query(status="open", promise=When.TODAY)
        navigation.link("ledger", words, icon=icon, **query)
    elif task.missing is not None and may_open("kpi_entry"):
        navigation.link(
            "kpi_entry",
            words,
            icon=icon,
            centre=slug(task.missing.centre),
            date=task.missing.day.isoformat(),
        )
    elif task.kind is TaskKind.AGENCY and may_open("inquiries"):
        navigation.link("inquiries", words, icon=icon, view=View.OWED.code)
    else:
        st.markdown(f"{icon} {words}")


# Figures -----------------------------------------------------------------------


def company(found: Morning) -> None:
    with st.container(border=True):
        with card_head():
            st.markdown(
                f"**{_('会社全体')}** :small[:gray[{inert(_('直近7日 (約束は28日)'))}]]",
                width="content",
            )
            week = {"since": found.referrals.since, "until": found.referrals.until}
            navigation.link("ledger", _("7日の苦情を見る"), **ledger_query(**week))
            second = ledger_query(kind=ComplaintKind.SECOND, **week)
            navigation.link("ledger", _("うち二次クレーム"), **second)
            late = ledger_query(promise="overdue")
            navigation.link("ledger", _("守れていない約束"), **late)
            if may_open("kpi_entry"):
                navigation.link(
                    "kpi_entry",
                    _("受注・出荷の数"),
                    centre=slug(COMPANY),
                    month=f"{found.referrals.until:%Y-%m}",
                )
        tiles(found.company, _("前の期間比"))


def so_far(found: Morning) -> None:
    """Say what is known of today already; nothing where nobody has entered any."""
    parts = []
    for centre in found.centres:
        if not centre.is_today_entered:
            continue
        said = _("{centre} 着信{offered}件").format(
            centre=centre.centre.name, offered=fmt.number(centre.today_offered)
        )
        if centre.today_rate is not None:
            said += _("・応答率{rate}").format(rate=fmt.percent(centre.today_rate))
        parts.append(said)
    if parts:
        words = _("今日ここまで: {parts}").format(parts=fmt.listed(parts))
        st.caption(inert(words))


def card_head() -> st.delta_generator.DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="center", gap="small")


def tiles(shown: tuple[Tile, ...], against: str) -> None:
    with st.grid(4, min_column_width=140, gap="small"):
        for tile in shown:
            one_tile(tile, against)
    marks.left_out(desk, [(figures.name_of(tile.kpi), tile.excluded) for tile in shown])


def one_tile(tile: Tile, against: str) -> None:
    change = figures.change_text(tile.kpi, tile.number, tile.before)
    stands_still = figures.is_no_change(change)
    with st.container(gap="xsmall", height="stretch"):
        st.metric(
            figures.name_of(tile.kpi),
            figures.value_text(tile.kpi, tile.number),
            delta=change,
            delta_color="off" if stands_still else figures.change_colour(tile.kpi),
            delta_arrow="off" if stands_still else "auto",
            delta_description=against if change else None,
            help=figures.about(tile.kpi, tile.method),
            chart_data=list(tile.spark) or None,
            chart_type="bar" if not tile.kpi.is_share else "line",
            height="stretch",
        )
        if may_open("kpis"):
            query = health.figure_query(tile.kpi.code, ALL, tile.first, tile.last)
            words = _("{figure}を開く").format(figure=_(tile.kpi.name))
            navigation.link("kpis", words, **query)


def chart_row(found: Morning) -> None:
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.markdown(f"**{_('応答率')}** {_('直近28日')}")
        picked = charts.answer_rates(desk, found.now)
        what_happened(found)
    with right, st.container(border=True, height="stretch"):
        week = contacts(found)
    if picked and may_open("kpi_entry"):
        centre, day = picked
        navigation.go("kpi_entry", centre=slug(centre), date=day.isoformat())
    # The week stays picked until another is: each is opened once.
    if week != st.session_state.get(WEEK_OPENED):
        st.session_state[WEEK_OPENED] = week
        if week:
            freshness.hold_still()
            week_contacts(week)


def contacts(found: Morning) -> date | None:
    """Draw the contacts of centres by week; return the last day of a pressed week."""
    counted = found.referrals
    st.markdown(f"**{_('センターからの連絡')}** {_('週ごと・件')}")
    week = charts.weekly_contacts(desk, found.now, counted.usual)
    lines = [_("直近7日は、台帳に{cases}件。").format(cases=counted.cases)]
    if counted.calls is None:
        lines.append(_("日次KPIのセンター入電は未入力です。"))
    else:
        lines.append(
            _("日次KPIのセンター入電は{calls}件。").format(calls=counted.calls)
        )
    if counted.difference:
        lines.append(
            _(
                "差 {difference:+d}件: 再連絡か、台帳への記録もれを確かめてください。"
            ).format(difference=counted.difference)
        )
    lines.append(_("棒を押すと、その週の連絡を開きます。"))
    st.caption(inert(" ".join(lines)))
    count = counted.cases + counted.others
    if count and st.button(
        _("直近7日の{count}件の内容").format(count=count),
        icon=":material/list_alt:",
        type="tertiary",
        key="today.contacts",
    ):
        freshness.hold_still()
        recent_contacts()
    return week


def what_happened(found: Morning) -> None:
    """Say in words what the signs on the time line are: the newest first."""
    lines = charts.mark_lines(desk, found.now)
    if lines:
        more = len(lines) - MARKS_SHOWN
        said = [inert(line) for line in lines[:MARKS_SHOWN]]
        if more > 0:
            said.append(_("ほか{count}件").format(count=more))
        st.caption("  \n".join(said))


# Lists -------------------------------------------------------------------------


def promises(found: Morning) -> None:
    with st.container(border=True, height="stretch"):
        with card_head():
            st.markdown(f"**{_('お客様との約束')}**", width="content")
            for when, words in (
                (When.OVERDUE, _("超過 {count}件")),
                (When.TODAY, _("今日 {count}件")),
                (When.LATER, _("明日以降 {count}件")),
            ):
                navigation.link(
                    "ledger",
                    words.format(count=found.promise_counts[when]),
                    **ledger_query(status="open", promise=when),
                )
        owed.table(desk, found.promises, found.now)
        if not found.promises:
            st.caption(_("今日までの約束はありません。"))


@st.dialog(_("直近7日の連絡"), width="large", on_dismiss="rerun")
def recent_contacts() -> None:
    contact_rows(today.contacts_of_week(desk, clock.today()))
    way_to_inquiries()


@st.dialog(_("この週の連絡"), width="large", on_dismiss="rerun")
def week_contacts(last: date) -> None:
    st.caption(
        _("{first} から {last} まで").format(
            first=fmt.day(last - timedelta(days=today.WEEK - 1)), last=fmt.day(last)
        )
    )
    rows = today.contacts_of_week(desk, last, only_centres=True)
    if len(rows):
        contact_rows(rows)
    else:
        st.write(_("この週の連絡はありません。"))
    way_to_inquiries()


def way_to_inquiries() -> None:
    if may_open("inquiries"):
        words = _("行政問合せで見る")
        navigation.link("inquiries", words, icon=":material/account_balance:")


def contact_rows(rows: Any) -> None:
    """Draw agency inquiries as a table; only the columns shown are sent."""
    grid = Grid(
        table("agency_inquiries"),
        CONTACT_COLUMNS,
        {"product_code": product_names(desk)},
    )
    tables.show_only(grid, rows, clock.now(), alt=_("センターからの連絡"))


def entered(found: Morning) -> None:
    """Draw which days lack their figures, and how each centre enters them."""
    with st.container(border=True):
        st.markdown(
            f"**{_('未入力の日')}** " + _("{count}日").format(count=len(found.missing))
        )
        if not found.missing:
            st.caption(_("締切を過ぎた未入力はありません。"))
        with st.container(horizontal=True):
            for missed in found.missing[:MISSING_SHOWN]:
                name = _(COMPANY) if missed.centre == COMPANY else missed.centre_name
                label = inert(f"{fmt.day(missed.day)} {name}")
                if may_open("kpi_entry"):
                    navigation.link(
                        "kpi_entry",
                        label,
                        icon=":material/edit_calendar:",
                        centre=slug(missed.centre),
                        date=missed.day.isoformat(),
                    )
                else:
                    st.caption(label, width="content")
        if len(found.missing) > MISSING_SHOWN:
            st.caption(
                _("ほか{count}日").format(count=len(found.missing) - MISSING_SHOWN)
            )
        punctual.table(desk, found.now)


def may_open(code: str) -> bool:
    return desk.principal.role in navigation.entry(code).roles


main()
freshness.follow(desk)
