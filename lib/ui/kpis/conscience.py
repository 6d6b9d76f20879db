"""抑止成功率 with what was heard in the 30 days after: wherever it stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import pandas as pd
import streamlit as st

from lib.actions.kpi_views import (
    Period,
    deterrence_of,
    retention_weeks_of,
)
from lib.actions.searching import case_code, slug
from lib.charts import kpis as charts
from lib.charts.look import Spec, spec_of
from lib.i18n import N_, _, current
from lib.metrics.deterrence import FOLLOWED, Deterrence, Trace, table_of
from lib.metrics.kpis import kpi
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import figures, navigation
from lib.ui import format as fmt
from lib.ui.charts import measures_by_week
from lib.ui.filters import ledger_query
from lib.ui.kpis import look
from lib.ui.kpis.address import FIGURE, PAGE, Here

NOT_SEEN: Final = N_(
    "抑止成功率は、高いほど良いとは限りません。その後の苦情と消費生活センターからの連絡は、会社が並べて確かめています。"
)
"""Said to an outsourced centre, which sees no ledger: 0 there would be no news."""

_KEYS_SHOWN: Final = 8
_USUAL_DAYS: Final = 28


def line(desk: UserStore, now: datetime, centre: str) -> None:
    """Say in one line below a centre's tiles what followed the talks of 28 days."""
    found = deterrence_of(desk, _until_yesterday(now), now, centre)
    if found.success.number is None:
        return
    success = figures.value_text(kpi("retention_success"), found.success.number)
    text = _(
        "抑止成功率(直近28日){success} と、その後: 苦情{blocked}件・センターからの連絡{contacts}件(会社全体)"
    ).format(
        success=success,
        blocked=found.followed.count(Trace.BLOCKED, Trace.KEPT_COMPLAINED),
        contacts=found.followed.count(Trace.REFERRAL, Trace.KEPT_REFERRED),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if found.is_warning:
            st.markdown(look.badge(found.verdict), width="content")
        navigation.link(
            PAGE, inert(text), **{FIGURE: "retention_success"}, **_at(centre)
        )
    if found.is_warning:
        st.caption(look.why(found.verdict))


def card(desk: UserStore, at: Here, now: datetime) -> None:
    """Draw talks and what followed side by side, with the warning and the weeks."""
    if desk.principal.is_outsourced:
        st.info(_(NOT_SEEN), icon=":material/balance:")
        return
    found = deterrence_of(desk, at.span.period, now, at.centre)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f"**{inert(_('抑止成功率と、その後の30日'))}**", width="content"
            )
            st.markdown(look.badge(found.verdict), width="content")
        if found.is_warning:
            st.warning(look.why(found.verdict), icon=":material/hearing:")
        else:
            st.caption(look.why(found.verdict))
        _figures(found)
        _weeks(desk, at, now)
        _heard(desk, found)


def _figures(found: Deterrence) -> None:
    """Draw the rate and the three that stand beside it, equally large."""
    success = kpi("retention_success")
    change, _colour, arrow = look.change(
        success, found.success.number, found.before.number
    )
    followed = found.followed
    after = _("{until}まで").format(until=fmt.day(followed.until, weekday=False))
    with st.grid(4, min_column_width=150, gap="small"):
        st.metric(
            _(success.name),
            figures.value_text(success, found.success.number),
            delta=change,
            delta_color="off",
            delta_arrow=arrow,
            delta_description=_("前の期間比") if change else None,
            help=figures.about(success),
        )
        st.metric(
            _("解約できない・つながらない苦情"),
            fmt.number(followed.count(Trace.BLOCKED), unit="件"),
            help=_(
                "会社全体の、その後30日の苦情です。抑止提案100件あたり {rate}。"
            ).format(
                rate=fmt.NOTHING
                if found.blocked_rate is None
                else fmt.number(found.blocked_rate, decimals=1, unit="件")
            ),
            delta=after,
            delta_color="off",
            delta_arrow="off",
        )
        st.metric(
            _("解約についてのセンターからの連絡"),
            fmt.number(followed.count(Trace.REFERRAL), unit="件"),
            delta=after,
            delta_color="off",
            delta_arrow="off",
        )
        st.metric(
            _("続けた人の苦情・連絡"),
            fmt.number(
                followed.count(Trace.KEPT_COMPLAINED, Trace.KEPT_REFERRED), unit="件"
            ),
            help=_(
                "解約を望み、続けることになったそのお客様の、その後の苦情と連絡です。"
            ),
            delta=after,
            delta_color="off",
            delta_arrow="off",
        )


# The weeks ---------------------------------------------------------------------


def _weeks(desk: UserStore, at: Here, now: datetime) -> None:
    name = ("kpi chart", "retention", at.centre, now.date(), current())
    specs = desk.derived(name, lambda: _specs(desk, at, now))
    if specs is None:
        return
    success, heard = specs
    left, right = st.columns(2)
    with left:
        st.caption(_("抑止成功率、週ごと"))
        st.vega_lite_chart(
            success, key="kpis.chart.success", alt=_("抑止成功率、直近26週")
        )
    with right:
        st.caption(
            _(
                "その週の後の30日に聞こえたこと(会社全体)。薄い週は、まだ見終えていません。"
            )
        )
        st.vega_lite_chart(
            heard, key="kpis.chart.heard", alt=_("その後30日の苦情と連絡、直近26週")
        )


def _specs(desk: UserStore, at: Here, now: datetime) -> tuple[Spec, Spec] | None:
    weeks = retention_weeks_of(desk, now, at.centre)
    if weeks["success"].isna().all():
        return None
    entry = kpi("retention_success")
    labels = [f"{day.month}/{day.day}" for day in weeks["last"]]
    spans = [
        f"{fmt.day(first)} – {fmt.day(last)}"
        for first, last in zip(weeks["first"], weeks["last"], strict=True)
    ]
    rates = [
        figures.value_text(entry, None if pd.isna(rate) else float(rate))
        for rate in weeks["success"]
    ]
    success = pd.DataFrame(
        {
            "week_label": labels,
            "success": weeks["success"],
            "is_complete": weeks["is_complete"],
            "success_text": [
                f"{span}: {rate}" for span, rate in zip(spans, rates, strict=True)
            ],
        }
    )
    signs = measures_by_week(desk, weeks["first"], weeks["last"], labels)
    kinds = {
        "blocked": _("解約できない・つながらない苦情"),
        "referrals": _("解約についてのセンターからの連絡"),
    }
    heard = pd.concat(
        [
            pd.DataFrame(
                {
                    "week_label": labels,
                    "kind": word,
                    "count": weeks[name].astype(int),
                    "is_complete": weeks["is_complete"],
                    "text": [
                        f"{span} {word}: {fmt.number(count, unit='件')}"
                        for span, count in zip(spans, weeks[name], strict=True)
                    ],
                }
            )
            for name, word in kinds.items()
        ],
        ignore_index=True,
    )
    return (
        spec_of(charts.retention_success(success, signs), height=charts.WEEK_HEIGHT),
        spec_of(
            charts.retention_heard(heard, list(kinds.values()), signs),
            height=charts.WEEK_HEIGHT,
        ),
    )


# What was heard ----------------------------------------------------------------


def _heard(desk: UserStore, found: Deterrence) -> None:
    """Lead to the very complaints and contacts that were counted."""
    traces = [trace for trace in Trace if found.followed.keys[trace]]
    if not traces:
        return
    with st.expander(_("聞こえたことの中身"), icon=":material/hearing:"):
        for trace in traces:
            keys = found.followed.keys[trace]
            st.caption(
                inert(
                    _("{what} {count}件").format(what=_(trace.value), count=len(keys))
                )
            )
            with st.container(horizontal=True, gap="small"):
                for key in keys[:_KEYS_SHOWN]:
                    _row_link(desk, table_of(trace), key)
                if len(keys) > _KEYS_SHOWN:
                    st.caption(
                        _("ほか{count}件").format(count=len(keys) - _KEYS_SHOWN),
                        width="content",
                    )


def _row_link(desk: UserStore, code: str, key: str) -> None:
    page = "ledger" if code == "complaints" else "inquiries"
    if desk.principal.role is Role.OUTSOURCED:
        st.caption(inert(key), width="content")
    elif page == "ledger":
        navigation.link(page, inert(key), **ledger_query(case=key))
    else:
        navigation.link(page, inert(key), inquiry=case_code(key))


def _until_yesterday(now: datetime) -> Period:
    yesterday = now.date() - timedelta(days=1)
    return Period.ending(yesterday, _USUAL_DAYS)


def _at(centre: str) -> dict[str, str]:
    return {"centre": slug(centre)} if centre else {}


__all__ = ["FOLLOWED", "card", "line"]
