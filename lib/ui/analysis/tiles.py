"""The four figures above every view, each beside the period before."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from lib.actions.analysing.reading import Headline, headline_of
from lib.i18n import _
from lib.metrics.analysis import Told
from lib.metrics.analysis_views import Share
from lib.store.access import UserStore
from lib.ui import format as fmt
from lib.ui.analysis import words
from lib.ui.analysis.address import Here

_HAIR: Final = 0.0005
_POINTS: Final = 100


def show(desk: UserStore, at: Here) -> None:
    """Draw them; of wishes alone only count and rate."""
    found = headline_of(desk, at.asked)
    before = found.before
    with st.grid(4, min_column_width=160, gap="small"):
        _tile(
            _("件数"),
            words.cases(found.rate.count),
            _count_change(found.rate.count, before.rate.count if before else None),
            _("取消を除いた、受け付けた日の件数です。"),
            colour="off",
        )
        _tile(
            _("受注1,000件あたり"),
            words.rate_number(found.rate.number),
            _change(found.rate.number, before.rate.number if before else None, 2),
            _rate_help(found),
        )
        if at.chosen.told is Told.WISHES:
            return
        _tile(
            _("二次クレームの割合"),
            fmt.percent(found.second.number),
            _points(found.second, before.second if before else None),
            _(
                "防ぎようのないものを除いた二次クレーム {part} ÷ 苦情 {whole}。こちらの応対から生まれた苦情の割合です。"
            ).format(
                part=fmt.number(found.second.part), whole=fmt.number(found.second.whole)
            ),
        )
        _tile(
            _("防げた苦情の割合"),
            fmt.percent(found.preventable.number),
            _points(found.preventable, before.preventable if before else None),
            _(
                "原因区分が広告・LP、定期・解約導線、配送、応対、システムの苦情 {part} ÷ 原因の分かっている苦情 {whole}。"
            ).format(
                part=fmt.number(found.preventable.part),
                whole=fmt.number(found.preventable.whole),
            ),
        )


def _tile(
    label: str, value: str, change: str | None, about: str, colour: Any = "inverse"
) -> None:
    st.metric(
        label,
        value,
        delta=change,
        delta_color=colour if change and change != _("変わらず") else "off",
        delta_description=_("前の期間比") if change else None,
        help=about,
        border=True,
        height="stretch",
    )


def _rate_help(found: Headline) -> str:
    rate = found.rate
    return _(
        "受注の分かる{days}日の苦情 {count} ÷ 受注 {orders} × 1,000。受注の分からない日は、その日の苦情も除きます。"
    ).format(
        days=rate.days,
        count=fmt.number(rate.counted),
        orders=fmt.number(rate.orders),
    )


def _count_change(now: int, before: int | None) -> str | None:
    if before is None:
        return None
    return f"{now - before:+,}" if now != before else _("変わらず")


def _change(now: float | None, before: float | None, decimals: int) -> str | None:
    if now is None or before is None:
        return None
    moved = round(now - before, decimals)
    return f"{moved:+,.{decimals}f}" if moved else _("変わらず")


def _points(now: Share, before: Share | None) -> str | None:
    if before is None or now.number is None or before.number is None:
        return None
    moved = now.number - before.number
    return f"{moved * _POINTS:+.1f}pt" if abs(moved) >= _HAIR else _("変わらず")
