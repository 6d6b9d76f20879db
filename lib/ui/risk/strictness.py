"""感度: how strict to be, and what each choice costs at this company's own rate."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions.business_settings import EDITORS, set_value
from lib.actions.risks.reading import Cost, Reading
from lib.i18n import N_, _
from lib.risk.sensitivity import FEWER, RISES, SENSITIVITIES, Delay, Sensitivity
from lib.schema.ids import new_commit_id
from lib.settings.risk import SENSITIVITY
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, flash
from lib.ui import format as fmt

NEVER: Final = 28
"""Median days from which a rise counts as hardly ever found."""

_WEEK: Final = 7

_MEASURED: Final = N_(
    "シミュレーションで測った値です。日数は半分の場合がそれより早く気づく日数、()は14日以内に気づく割合です。少ない件数では、小さな増加は早くはわかりません。"
)
_FEW: Final = N_(
    "連絡がこれほど少ないと、どんな方法でも、ならせばこれより早くはわかりません。急ぐものは、件数によらない決まり(ほかの行政機関、再度の連絡など)で知らせます。"
)

_RISES: Final = dict(
    zip(
        RISES,
        (
            N_("1.5倍に増えたとき"),
            N_("2倍に増えたとき"),
            N_("3倍に増えたとき"),
            N_("3週間かけて3倍に増えるとき"),
        ),
        strict=True,
    )
)


def card(desk: UserStore, reading: Reading) -> None:
    """Draw what each choice costs here, and the way to choose another."""
    if reading.costs:
        _costs(reading.costs)
    else:
        words = _(
            "この会社のふだんの件数がわかると、感度ごとに、気づくまでの日数の目安が出ます。"
        )
        st.caption(inert(words))
    if desk.principal.role in EDITORS:
        _choice(reading.sensitivity)


def _costs(costs: tuple[Cost, ...]) -> None:
    rate = costs[0].rate
    st.markdown(
        inert(
            _(
                "この会社のふだんの連絡は週に約{week}件です。その件数での、気づくまでの日数の目安です。"
            ).format(week=fmt.number(rate * _WEEK, decimals=1))
        )
    )
    st.table(_table(costs))
    words = _FEW if rate < FEWER else _MEASURED
    st.caption(inert(_(words)))


def _table(costs: tuple[Cost, ...]) -> dict[str, list[str]]:
    first = [_("何も増えていないのに出る警報(会社によらず)")]
    found = {" ": first + [_(_RISES[kind]) for kind in RISES]}
    for cost in costs:
        one = cost.sensitivity
        false = _("年に約{times}回").format(times=fmt.number(one.false_alarms))
        found[_(one.label)] = [false, *(_delay(cost.delays[kind]) for kind in RISES)]
    return found


def _delay(delay: Delay) -> str:
    if delay.found is None:
        return _("早くても約{days}日").format(days=fmt.number(delay.days))
    share = fmt.percent(delay.found, decimals=0)
    if delay.days >= NEVER:
        return _("{days}日以上 ({share})").format(days=NEVER, share=share)
    return _("約{days}日 ({share})").format(days=fmt.number(delay.days), share=share)


def _choice(now: Sensitivity) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for one in SENSITIVITIES:
            is_now = one.code == now.code
            label = _(one.label)
            st.button(
                _("いまは「{name}」").format(name=label)
                if is_now
                else _("「{name}」にする").format(name=label),
                key=f"risk.sensitivity.{one.code}",
                icon=":material/check:" if is_now else None,
                disabled=is_now,
                on_click=_choose,
                args=(one, new_commit_id()),
            )
    st.caption(_("今日から数えます。だれがいつ変えたかは設定と操作ログに残ります。"))


def _choose(one: Sensitivity, entry: str) -> None:
    with boundary.attempt():
        set_value(
            context.desk(),
            SENSITIVITY,
            one.label,
            since=clock.today(),
            entry=entry,
            now=clock.now(),
        )
        flash.say(_("感度を「{name}」にしました。").format(name=_(one.label)))
