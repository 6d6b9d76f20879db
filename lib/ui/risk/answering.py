"""The telephone beside the contacts: its chart, and both on one time axis."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from lib import clock
from lib.actions.kpi_targets import targets_of
from lib.actions.risks import panels
from lib.actions.risks.panels import AnswerRate
from lib.actions.risks.reading import Reading
from lib.charts import risk
from lib.charts.look import Spec, spec_of
from lib.i18n import N_, _, current
from lib.metrics.calendar import holiday_name
from lib.metrics.kpis import kpi
from lib.metrics.state import State, Verdict
from lib.risk import ewma
from lib.risk.answer_rate import WEIGHT
from lib.risk.days import DayClass, day_classes
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import navigation
from lib.ui.kpis import look
from lib.ui.morning.health import figure_query
from lib.ui.risk import frames, opening
from lib.ui.risk.charts import explained

CHOSEN: Final = "risk.centre"
"""Widget key of the centre whose chart is drawn."""

_HEIGHT: Final = 220
_BOTH: Final = 300


def card(desk: UserStore, reading: Reading, now: datetime) -> None:
    """Draw the answer rate of a centre with what is usual for it; a press opens a day."""
    found = panels.answer_rates(desk, now)
    with st.container(border=True):
        if not found:
            st.markdown(f"**{inert(_('応答率'))}**")
            st.caption(_("応答率が計算できる日がまだありません。"))
            return
        one = _choice(found)
        st.markdown(f"**{inert(_('応答率'))}** {_lamp(one)} {inert(_says(one))}")
        name = ("risk chart", "answer rate", one.centre, reading.today, current())
        hour = now.replace(minute=0, second=0)
        spec = desk.derived((*name, hour), lambda: _rates(desk, reading, one))
        words = _("応答率、直近90日")
        day = opening.chart(spec, f"risk.answer.{one.centre}", words)
        _legend(desk, reading, one)
    if day is not None:
        query = figure_query("answer_rate", one.centre, day, day)
        navigation.go("kpis", **query)


def beside(desk: UserStore, reading: Reading) -> None:
    """Draw the answer rate above the contacts, and what tended to follow what."""
    now = clock.now()
    hour = now.replace(minute=0, second=0)
    lag = panels.lag_of(desk, now)
    name = ("risk chart", "one axis", hour, current())
    spec = desk.derived(name, lambda: _one_axis(desk, reading, now))
    words = _("応答率とセンターからの連絡、直近90日を同じ時間軸で")
    day = opening.chart(spec, "risk.one_axis", words)
    for reason in lag.sentence:
        st.markdown(inert(reason.text()))
    if not lag.curve.empty:
        spec = desk.derived(("risk chart", "lags", hour, current()), lambda: _lags(lag))
        st.vega_lite_chart(
            spec, key="risk.lags", alt=_("何日後の連絡と、どれほど似た動きか")
        )
        st.caption(
            _(
                "横は応答率が下がってからの日数、縦は動きの似かたです。横線は、関係がなくても20回に1回は届く高さです。"
            )
        )
    if day is not None:
        opening.contacts(desk, day, day)


# Specifications ----------------------------------------------------------------


def _rates(desk: UserStore, reading: Reading, one: AnswerRate) -> Spec:
    target = targets_of(desk).on(kpi("answer_rate"), one.centre, reading.today)
    days = rate_days(reading, one)
    chart = risk.answer_rates(days, target, frames.marks(reading))
    return spec_of(chart, height=_HEIGHT)


def rate_days(reading: Reading, one: AnswerRate) -> pd.DataFrame:
    """Return what `lib.charts.risk.answer_rates` draws, of the days on the first chart."""
    known = one.days["share"].to_numpy(float)
    smooth = ewma.smoothed(known, WEIGHT, start=float(known[0]))
    rows = _calendar(reading, one).merge(
        one.days.assign(smooth=smooth), on="day", how="left"
    )
    share = rows["share"]
    judged = rows["judged"].fillna(value=False).astype(bool)
    lower, upper = rows["lower"].where(judged), rows["upper"].where(judged)
    return pd.DataFrame(
        {
            "day": rows["day"],
            "iso": rows["day"].dt.strftime("%Y-%m-%d"),
            "share": share,
            "lower": lower,
            "upper": upper,
            "smooth": rows["smooth"],
            "out": (share < lower).to_numpy(),
            # While the trend is in alarm a good day is none of the bad ones.
            "alarm": rows["alarm"].fillna(value=False).astype(bool)
            & (share < rows["expected"]),
            "state": np.where(rows["is_closed"] & share.isna(), "closed", ""),
            "day_text": frames.day_texts(rows),
            "share_text": [
                _share_text(*pair) for pair in zip(share, rows["offered"], strict=True)
            ],
            "limits_text": [
                _limits_text(*pair) for pair in zip(lower, upper, strict=True)
            ],
        }
    )


def _calendar(reading: Reading, one: AnswerRate) -> pd.DataFrame:
    """Return the days of the chart; calls may be known of before any contact is."""
    last = pd.Timestamp(reading.today)
    began = min(reading.days["day"].iloc[0], one.days["day"].iloc[0])
    first = max(began, last - pd.Timedelta(days=frames.DAYS - 1))
    days = pd.DataFrame({"day": pd.date_range(first, last, unit="s")})
    known = reading.days[["day", "is_closed", "holiday"]]
    rows = days.merge(known, on="day", how="left")
    earlier = rows["holiday"].isna()
    classes = day_classes(rows["day"].to_numpy("datetime64[D]"))
    closed = pd.Series(classes == DayClass.CLOSED)
    names = rows["day"].dt.date.map(lambda day: holiday_name(day, current()))
    return rows.assign(
        is_closed=rows["is_closed"].mask(earlier, closed).astype(bool),
        holiday=rows["holiday"].mask(earlier, names),
    )


def _one_axis(desk: UserStore, reading: Reading, now: datetime) -> Spec:
    drawn = frames.referral_days(reading)
    found = panels.answer_rates(desk, now)
    columns = ["day", "share", "offered"]
    rates = found[0].days[columns] if found else pd.DataFrame(columns=columns)
    rows = drawn.merge(rates.astype({"day": drawn["day"].dtype}), on="day", how="left")
    rows = rows.astype({"share": "float64", "offered": "float64"})
    rows["share_text"] = [
        _share_text(*pair) for pair in zip(rows["share"], rows["offered"], strict=True)
    ]
    start = frames.start_row(reading.story.start if reading.story else None)
    words = {"share": _("応答率"), "count": _("センターからの連絡(件)")}
    chart = risk.one_axis(rows, start, words, frames.marks(reading))
    return spec_of(chart, height=_BOTH)


def _lags(lag: panels.Lag) -> Spec:
    texts = [_("{days}日後").format(days=days) for days in lag.curve["lag"]]
    return spec_of(risk.lags(lag.curve.assign(text=texts)), height=risk.SMALL)


# Words -------------------------------------------------------------------------


def _choice(found: tuple[AnswerRate, ...]) -> AnswerRate:
    """Draw the choice of the centre; the first one in alarm stands chosen."""
    by_code = {one.centre: one for one in found}
    if len(found) == 1:
        return found[0]
    pressing = next((one.centre for one in found if one.is_alarm), found[0].centre)
    chosen = st.session_state.get(CHOSEN)
    st.session_state[CHOSEN] = chosen if chosen in by_code else pressing
    code = st.segmented_control(
        _("センター"),
        list(by_code),
        key=CHOSEN,
        format_func=lambda code: inert(
            by_code[code].name or _("全センター") if code in by_code else code
        ),
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return by_code.get(str(code or ""), by_code[pressing])


def _state(one: AnswerRate) -> State:
    if one.waiting or one.is_stale:
        return State.PENDING
    return State.ALARM if one.is_alarm else State.NORMAL


_SAYS: Final = {
    State.PENDING: N_("電話の記録があと{days}日分たまると判定します。"),
    State.NORMAL: N_("いつもと同じくらいつながっています。"),
    State.ALARM: N_("いつもよりつながりにくい日が続いています。"),
}


def _lamp(one: AnswerRate) -> str:
    return look.badge(Verdict(_state(one), ()))


def _says(one: AnswerRate) -> str:
    if one.is_stale:
        return _(
            "{day}のあと電話の記録がありません。新しい日が入ると判定します。"
        ).format(day=fmt.day(one.days["day"].iloc[-1].date()))
    return _(_SAYS[_state(one)]).format(days=one.waiting)


def _legend(desk: UserStore, reading: Reading, one: AnswerRate) -> None:
    target = targets_of(desk).on(kpi("answer_rate"), one.centre, reading.today)
    aim = look.target_text(kpi("answer_rate"), target)
    parts = [
        _("点 = 1日"),
        _("太い線 = ならした動き"),
        _("色の帯 = ふだんの幅"),
        _("破線 = {target}").format(target=aim) if aim else "",
    ]
    explained(
        fmt.listed(part for part in parts if part),
        [
            _("ふだんの幅は、曜日と着信の数から見積もります。"),
            _("▼ = ふだんの幅を下回った日、または続けて下がっている間の低い日"),
            _("目標は警報とは別です。"),
            _("電話のない日に点はありません。"),
            _("日を押すと、その日の数を開きます。"),
        ],
    )


def _share_text(share: float, offered: float) -> str:
    if np.isnan(share):
        return _("応答率なし")
    return _("応答率 {share}(着信{offered}件)").format(
        share=fmt.percent(share), offered=fmt.number(offered)
    )


def _limits_text(lower: float, upper: float) -> str:
    if np.isnan(lower):
        return _("ふだんの幅はまだわかりません")
    return _("ふだんの幅 {lower}〜{upper}").format(
        lower=fmt.percent(lower, decimals=0), upper=fmt.percent(upper, decimals=0)
    )
