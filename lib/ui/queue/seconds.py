"""What second complaints cost, in a sentence; whose first calls they came from."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.i18n import _
from lib.metrics import seconds
from lib.metrics.seconds import Cost
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt

LEADS: Final = (Role.ADMIN, Role.MANAGER)
_SOURCES: Final = ("complaints", "escalations", "kpi_days")


def costs(desk: UserStore) -> None:
    """Draw for leads what second complaints cost; nothing where there was none."""
    if desk.principal.role not in LEADS:
        return
    found = cost_of(desk)
    if not found.count:
        return
    panel = st.expander(
        _("二次クレームにかかったもの"), key="queue.seconds", on_change="rerun"
    )
    if not panel.open:
        return
    with panel:
        st.markdown(inert(sentence(found)))
        st.caption(
            inert(
                _(
                    "最初に受けた人ごとの数です。防げなかったもの({count}件)は入れません。原因が応対とはかぎりません。"
                ).format(count=found.unpreventable)
            )
        )
        st.dataframe(
            desk.derived("seconds by agent", lambda: _table(desk)),
            hide_index=True,
            column_config={
                "name": st.column_config.TextColumn(_("最初に受けた人")),
                "cases": st.column_config.NumberColumn(_("一次の件数")),
                "seconds": st.column_config.NumberColumn(_("うち二次になった件数")),
            },
        )


def cost_of(desk: UserStore) -> Cost:
    """Return what second complaints cost, of what this person sees."""
    return desk.derived(
        "seconds cost",
        lambda: seconds.cost({code: desk.frame(code) for code in _SOURCES}),
    )


def _table(desk: UserStore) -> dict[str, list[object]]:
    found = seconds.by_agent({code: desk.frame(code) for code in _SOURCES})
    return {
        "name": found.index.tolist(),
        "cases": found["cases"].tolist(),
        "seconds": found["seconds"].tolist(),
    }


def sentence(found: Cost) -> str:
    """Return what second complaints cost, in one sentence; what is unknown is said."""
    minutes = _("対応時間がまだ{fewest}件分なく、かかった時間は比べられません").format(
        fewest=seconds.FEWEST
    )
    if found.minutes is not None and found.times is not None:
        minutes = _(
            "一件に平均{minutes}分かかり、一次({first}分)の{times}倍です"
        ).format(
            minutes=fmt.number(found.minutes),
            first=fmt.number(found.first_minutes),
            times=fmt.number(found.times, decimals=1),
        )
    lost = ""
    if found.lost is not None and found.usual_lost is not None:
        lost = _(
            "。起きた日に取れなかった電話は平均{lost}本(ない日は{usual}本)です"
        ).format(lost=fmt.number(found.lost), usual=fmt.number(found.usual_lost))
    return _("二次クレーム{count}件: {minutes}{lost}。").format(
        count=fmt.number(found.count), minutes=minutes, lost=lost
    )
