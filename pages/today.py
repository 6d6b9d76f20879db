"""今日: the one home page. Three answers in words, then the figures behind them."""

from __future__ import annotations

from typing import Any, Final, Literal

import streamlit as st

from lib import clock
from lib.actions import today
from lib.actions.inquiries.listing import View
from lib.actions.searching import slug
from lib.actions.today import CentreToday, Morning, PromiseRow, Task, TaskKind, Tile
from lib.i18n import N_, _
from lib.metrics.promises import When
from lib.metrics.state import State, Verdict
from lib.schema.kpi_day import COMPANY
from lib.schema.tables import table
from lib.schema.vocab import ComplaintKind, Severity
from lib.text import inert
from lib.ui import charts, context, figures, freshness, marks, navigation, sample_banner
from lib.ui import format as fmt
from lib.ui import table as tables
from lib.ui.case import inside
from lib.ui.crisis import banner
from lib.ui.filters import ledger_query, product_names
from lib.ui.harassment import duties
from lib.ui.table import Grid

desk = context.guard(*navigation.entry("today").roles)

STATE_LOOK: Final[
    dict[State, tuple[str, Literal["green", "gray", "orange", "red"]]]
] = {
    State.NORMAL: ("●", "green"),
    State.PENDING: ("○", "gray"),
    State.WATCH: ("◆", "orange"),
    State.ALARM: ("▲", "red"),
}
"""Shape and colour of each state, so that colour never stands alone."""

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
    TaskKind.CRITICAL: N_("最重要の苦情 {count}件を進める"),
    TaskKind.OVERDUE: N_("約束の時刻を過ぎた苦情 {count}件に連絡する"),
    TaskKind.AGENCY: N_("行政・センターへの回答 {count}件(期限は今日まで)"),
    TaskKind.MISSING: N_("日次KPIの未入力 {count}日分を入れる"),
    TaskKind.TODAY: N_("今日の約束 {count}件を果たす"),
}
TASK_ICONS: Final = {
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
MISSING_SHOWN: Final = 6
REASONS_SHOWN: Final = 2


def main() -> None:
    found = today.morning(desk, clock.now())
    heading(found)
    if found.is_empty:
        first_steps()
        return
    banner.on_top(desk)
    answers(found)
    inside.on_today(desk)
    duties.on_today(desk)
    company(found)
    for centre in found.centres:
        centre_card(centre)
    chart_row(found)
    left, right = st.columns(2)
    with left:
        promises(found)
    with right:
        contacts(found)
        missing_days(found)
    banner.way(desk)


def heading(found: Morning) -> None:
    with spread():
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


# The three answers -------------------------------------------------------------


def answers(found: Morning) -> None:
    with st.grid(min_column_width=300, gap="small"):
        answer(_("電話はつながっているか"), found.calls, CALLS_ANSWER)
        answer(
            _("センターからの連絡は増えているか"),
            found.referrals_verdict,
            CONTACTS_ANSWER,
        )
        tasks(found)


def answer(question: str, verdict: Verdict, words: dict[State, str]) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        with spread():
            st.caption(question, width="content")
            state_badge(verdict.state)
        said = 1 if verdict.centre else REASONS_SHOWN
        with spread():
            st.markdown(f"##### {inert(_(words[verdict.state]))}", width="content")
            more_reasons(verdict, said)
        st.caption(inert(" ".join(r.text() for r in verdict.reasons[:said])))


def more_reasons(verdict: Verdict, said: int) -> None:
    if len(verdict.reasons) <= said:
        return
    more = _("ほかのセンター") if verdict.centre else _("ほかの理由")
    with st.popover(more, type="tertiary"):
        for reason in verdict.reasons[said:]:
            st.write(inert(reason.text()))


def spread() -> st.delta_generator.DeltaGenerator:
    """Return a row whose parts stand at its two ends."""
    return st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        gap="small",
    )


def state_badge(state: State) -> None:
    shape, colour = STATE_LOOK[state]
    st.badge(f"{shape} {_(state.value)}", color=colour)


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
    if task.kind is TaskKind.CRITICAL:
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
            st.markdown(f"**{_('会社全体')}**", width="content")
            st.caption(_("直近7日 (約束は28日)"), width="content")
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


def centre_card(found: CentreToday) -> None:
    with st.container(border=True):
        with card_head():
            st.markdown(f"**{inert(found.centre.name)}**", width="content")
            state_badge(found.verdict.state)
            st.caption(centre_words(found), width="content")
            if may_open("kpi_entry"):
                month = found.last_day or clock.today()
                navigation.link(
                    "kpi_entry",
                    _("数を見る"),
                    centre=slug(found.centre.code),
                    month=f"{month:%Y-%m}",
                )
        tiles(found.tiles, _("直近28日比"))


def centre_words(found: CentreToday) -> str:
    """Return which day the figures are of, and what is known of today."""
    if found.last_day is None:
        return _("まだ数が入っていません")
    text = _("{day}の数").format(day=fmt.day(found.last_day))
    if not found.is_today_entered:
        return text
    so_far = _("今日は着信{offered}件").format(offered=fmt.number(found.today_offered))
    if found.today_rate is not None:
        so_far += _("・応答率{rate}").format(rate=fmt.percent(found.today_rate))
    return f"{text} · {so_far}"


def card_head() -> st.delta_generator.DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="center", gap="small")


def tiles(shown: tuple[Tile, ...], against: str) -> None:
    with st.grid(4, min_column_width=140, gap="small"):
        for tile in shown:
            one_tile(tile, against)
    left_out(shown)


def left_out(shown: tuple[Tile, ...]) -> None:
    """Say how many unreadable values each figure lacks; nothing where none does."""
    parts = [
        _("{name} {count}件").format(
            name=figures.name_of(tile.kpi), count=tile.excluded
        )
        for tile in shown
        if tile.excluded
    ]
    if parts:
        with card_head():
            said = _("シートで読めない値を除いています: {parts}").format(
                parts=fmt.listed(parts)
            )
            st.caption(inert(f"{fmt.DOUBT} {said}"), width="content")
            marks.link_to_check(desk)


def one_tile(tile: Tile, against: str) -> None:
    change = figures.change_text(tile.kpi, tile.number, tile.before)
    stands_still = figures.is_no_change(change)
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


def chart_row(found: Morning) -> None:
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.markdown(f"**{_('応答率')}** {_('直近28日')}")
        picked = charts.answer_rates(desk, found.now)
    with right, st.container(border=True, height="stretch"):
        st.markdown(f"**{_('センターからの連絡')}** {_('週ごと・件')}")
        charts.weekly_contacts(desk, found.now, found.referrals.usual)
    if picked and may_open("kpi_entry"):
        centre, day = picked
        navigation.go("kpi_entry", centre=slug(centre), date=day.isoformat())


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
        for row in found.promises:
            promise_line(row)
        if not found.promises:
            st.caption(_("今日までの約束はありません。"))


def promise_line(row: PromiseRow) -> None:
    overdue = row.when is When.OVERDUE
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(
            fmt.short_moment(row.at) + (_(" 超過") if overdue else ""),
            icon=":material/alarm:" if overdue else ":material/schedule:",
            color="red" if overdue else "gray",
        )
        navigation.link("ledger", row.complaint, **ledger_query(case=row.complaint))
        st.caption(
            inert(f"{_(row.promise)} · {row.handler or _('担当なし')}"), width="content"
        )
        if row.severity in (Severity.HIGH, Severity.CRITICAL):
            st.badge(fmt.choice(row.severity), color=fmt.badge_colour(row.severity))


def contacts(found: Morning) -> None:
    counted = found.referrals
    with st.container(border=True):
        with card_head():
            st.markdown(f"**{_('センターからの連絡')}**", width="content")
            st.caption(_("直近7日"), width="content")
            state_badge(found.referrals_verdict.state)
        words = _("台帳 {cases}件 / 日次KPIのセンター入電 {calls}").format(
            cases=counted.cases, calls=fmt.number(counted.calls, unit="件")
        )
        st.write(words)
        if counted.difference:
            st.caption(
                _(
                    "差 {difference:+d}件: 再連絡か、台帳への記録もれを確かめてください。"
                ).format(difference=counted.difference)
            )
        count = counted.cases + counted.others
        if count and st.button(
            _("{count}件の内容").format(count=count),
            icon=":material/list_alt:",
            type="tertiary",
            key="today.contacts",
        ):
            freshness.hold_still()
            recent_contacts()


@st.dialog(_("直近7日の連絡"), width="large", on_dismiss="rerun")
def recent_contacts() -> None:
    contact_rows(today.recent_contacts(desk, clock.now()))
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


def missing_days(found: Morning) -> None:
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


def may_open(code: str) -> bool:
    return desk.principal.role in navigation.entry(code).roles


main()
freshness.follow(desk)
