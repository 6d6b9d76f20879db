"""The charts of リスク on the screen: built once a revision and language, then drawn."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.actions.risks.reading import Reading
from lib.charts import risk
from lib.charts.look import Spec, spec_of
from lib.i18n import _, current
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui.risk import frames, opening

_HEIGHT = 300


def contacts(desk: UserStore, reading: Reading) -> None:
    """Draw the contacts of 90 days against what is usual; a press opens a day."""
    with st.container(border=True):
        st.markdown(
            f"**{inert(_('センターからの連絡'))}** "
            f":small[:gray[{inert(_('直近90日・件'))}]]"
        )
        spec = desk.derived(
            ("risk chart", "contacts", reading.today, current()),
            lambda: _contacts(reading),
        )
        day = opening.chart(
            spec, "risk.contacts", _("センターからの連絡、直近90日の件数")
        )
        _legend(reading)
    if day is not None:
        opening.contacts(desk, day, day)


def alertness(desk: UserStore, reading: Reading) -> None:
    """Draw how strongly the counts speak for a rise, with both limits."""
    spec = desk.derived(
        ("risk chart", "alertness", reading.today, current()),
        lambda: _alertness(reading),
    )
    day = opening.chart(spec, "risk.alertness", _("警戒度、直近90日"))
    chosen = reading.sensitivity
    st.caption(
        inert(
            _(
                "{alarm}以上で警報、{watch}以上で注意です。一目盛りで10倍になります。平常のままでも{alarm}を超えることは、模擬の会社で測ると年に約{times}回でした。休みの日は手がかりがほとんどないので、上がりません。"
            ).format(
                alarm=fmt.number(chosen.alarm),
                watch=fmt.number(chosen.watch),
                times=fmt.number(chosen.false_alarms, decimals=1),
            )
        )
    )
    if day is not None:
        opening.contacts(desk, day, day)


def _contacts(reading: Reading) -> Spec:
    return spec_of(
        risk.referrals(
            frames.referral_days(reading), frames.marks(reading), _start(reading)
        ),
        height=_HEIGHT,
    )


def _alertness(reading: Reading) -> Spec:
    chosen = reading.sensitivity
    levels = pd.DataFrame(
        {
            "level": [chosen.watch, chosen.alarm],
            "label": [
                _("注意 {level}").format(level=fmt.number(chosen.watch)),
                _("警報 {level}").format(level=fmt.number(chosen.alarm)),
            ],
        }
    )
    chart = risk.alertness(
        frames.alert_days(reading), levels, _start(reading), frames.marks(reading)
    )
    return spec_of(chart, height=risk.SMALL)


def _start(reading: Reading) -> pd.DataFrame:
    return frames.start_row(reading.story.start if reading.story else None)


def explained(short: str, lines: list[str]) -> None:
    """Draw what a chart's signs are: in short below it, the rest at a press."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(inert(short), width="content")
        with st.popover(_("図の見方"), type="tertiary"):
            st.markdown("\n".join(f"- {inert(line)}" for line in lines))


def _legend(reading: Reading) -> None:
    rows = reading.days.tail(frames.DAYS)
    lines = [_("灰色の棒と帯は休日です。")]
    lines.append(
        _("濃い帯にはふだん10回に8回、薄い帯には100回に98回、7日の合計が入ります。")
    )
    if reading.story:
        lines.append(_("縦線は増え始めと見られる日、橙の帯はその幅です。"))
    if rows["stands"].any() or (rows["level"] == "watch").any():
        lines.append(_("◆▲ = 注意・警報になった日"))
    if rows["is_missing"].any():
        lines.append(_("× = 件数のわからない日"))
    if not frames.marks(reading).empty:
        lines.append(_("上の印 = 祝日(●)・施策(◆)・できごと(▼)"))
    lines.append(_("日を押すと、その日の連絡を開きます。"))
    short = [_("棒 = 1日の件数"), _("太い線 = 7日の合計"), _("色の帯 = ふだんの幅")]
    explained(fmt.listed(short), lines)
