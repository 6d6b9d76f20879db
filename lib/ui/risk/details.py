"""くわしく: the numbers and the method behind a judgement, for who asks."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from lib.actions.risks.reading import Reading
from lib.i18n import N_, _, current
from lib.risk import cusum
from lib.risk.baseline import Baseline
from lib.risk.detection import Level
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui.risk import frames

DAYS: Final = 35
"""Days in the table: as far back as a rise may have begun and still be weighed."""

_WORDS: Final = {
    Level.HELD_BACK.code: N_("判定保留"),
    Level.NORMAL.code: N_("平常"),
    Level.WATCH.code: N_("注意"),
    Level.ALARM.code: N_("警報"),
}

_METHOD: Final = N_(
    "ふだんの件数は、注文数と日の種類(平日・休み明け・土曜・休日)から見積もり、古い日ほど軽く数えます(負の二項分布)。警戒度Rは、この35日のどこかから2倍に増えていると見たときの証拠の強さを足したもので(ベイズ型のShiryaev–Roberts法)、増えていない会社でRが限界を超えることはまれです。増え始めの幅は80%、倍率の幅は90%です。"
)


def card(desk: UserStore, reading: Reading) -> None:
    """Draw the numbers of today, the method, and the days one by one."""
    st.markdown(inert("\n".join(_lines(reading))))
    st.caption(inert(_(_METHOD)))
    rows = desk.derived(
        ("risk details", reading.today, current()), lambda: _table(reading)
    )
    st.dataframe(
        rows,
        key="risk.details",
        hide_index=True,
        height=320,
        alt=_("日ごとの件数と、ふだんの件数"),
    )


def _lines(reading: Reading) -> list[str]:
    latest = reading.days.iloc[-1]
    usual = reading.course.usual
    chosen = reading.sensitivity
    held = reading.level is Level.HELD_BACK
    return [
        _("警戒度R {value}(注意 {watch}、警報 {alarm})").format(
            value=fmt.NOTHING
            if held
            else fmt.number(float(latest["statistic"]), decimals=1),
            watch=fmt.number(chosen.watch),
            alarm=fmt.number(chosen.alarm),
        ),
        _("今日のふだんの件数 {expected}件").format(
            expected=fmt.number(float(latest["expected"]), decimals=2)
        ),
        _("ばらつき {value}(0なら偶然だけ)、もとにした件数の重み {weight}件").format(
            value=fmt.number(float(usual.dispersion[0, -1]), decimals=2),
            weight=fmt.number(float(usual.weight[0, -1]), decimals=1),
        ),
        *_second_opinion(reading),
        _(
            "件数のわかる日 {known}日、わからない日 {missing}日、月の合計だけの日 {rough}日"
        ).format(
            known=fmt.number(reading.known.known),
            missing=fmt.number(reading.known.missing),
            rough=fmt.number(reading.known.rough),
        ),
    ]


def _second_opinion(reading: Reading) -> list[str]:
    """Return what the textbook chart says since the last closing; nothing too early."""
    course = reading.course
    own = course.chapters == course.chapters[-1]
    if reading.known.known < cusum.FALLBACK_DAYS:
        return []
    whole = course.usual
    usual = Baseline(
        mean=whole.mean[:, own],
        weight=whole.weight[:, own],
        dispersion=whole.dispersion[:, own],
        by_orders=whole.by_orders[:, own],
    )
    counts = course.daily.daily[own]
    value = float(cusum.fallback(counts[None], usual)[0, -1])
    words = _("教科書の方法(負の二項CUSUM、2倍の増加) {value}(警報 {limit})")
    return [
        words.format(
            value=fmt.number(value, decimals=1),
            limit=fmt.number(cusum.FALLBACK_LIMIT, decimals=1),
        )
    ]


def _table(reading: Reading) -> pd.DataFrame:
    rows = reading.days.tail(DAYS).iloc[::-1]
    drawn = frames.referral_days(reading, DAYS).iloc[::-1]
    return pd.DataFrame(
        {
            _("日付"): drawn["day_text"].tolist(),
            _("件数"): drawn["count_text"].tolist(),
            _("ふだんの件数"): rows["expected"].round(2).tolist(),
            _("7日の合計"): drawn["week_text"].tolist(),
            _("警戒度R"): rows["statistic"].round(1).tolist(),
            _("判定"): [_(_WORDS[code]) for code in rows["level"]],
        }
    )
