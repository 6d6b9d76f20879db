"""What stands out among products and kinds of complaint: at most five cards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import streamlit as st

from lib.actions.risks import panels
from lib.actions.risks.panels import Cell
from lib.i18n import N_, _
from lib.risk.cells import RECENT
from lib.schema.vocab import Category
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import navigation
from lib.ui.filters import ledger_query

_WIDTH: Final = 220


def card(desk: UserStore, now: datetime) -> None:
    """Draw the cards, or that nothing stands out, or what is still missing."""
    found = panels.cells_of(desk, now)
    with st.container(border=True):
        title = _("目立って増えている苦情(商品と内容)")
        st.markdown(
            f"**{inert(title)}** :small[:gray[{inert(_('直近7日・棒は12週'))}]]"
        )
        if found.waiting:
            words = _("苦情の記録があと{days}日分たまると、ここで比べられます。")
            st.caption(inert(words.format(days=fmt.number(found.waiting))))
            return
        if not found.cards:
            st.caption(_("ふだんより目立って多い商品・内容はありません。"))
            return
        with st.grid(min_column_width=_WIDTH, gap="small"):
            for cell in found.cards:
                _one(cell, now)
        if found.more:
            st.caption(_("ほか{count}つ").format(count=found.more))


def name_of(cell: Cell) -> str:
    """Return what a card is about; a margin says over what it is summed."""
    product = cell.product_name or _("すべての商品")
    category = _(cell.category) if cell.category else _("すべての内容")
    return f"{product} · {category}"


def _one(cell: Cell, now: datetime) -> None:
    with st.container(border=True, gap="xsmall"):
        usual = fmt.number(cell.expected, decimals=1, unit=N_("件"))
        st.metric(
            inert(name_of(cell)),
            fmt.number(cell.count, unit=N_("件")),
            delta=_("ふだん {count}").format(count=usual),
            delta_color="off",
            delta_arrow="off",
            chart_data=list(cell.weeks),
            chart_type="bar",
        )
        words = (
            _("この{count}件を見る")
            if cell.is_fresh
            else _("{count}件を見る(続いています)")
        )
        navigation.link(
            "ledger",
            words.format(count=cell.count),
            icon=":material/list_alt:",
            **query_of(cell, now),
        )


def query_of(cell: Cell, now: datetime) -> dict[str, str]:
    """Return the ledger's address of the complaints behind a card: codes only."""
    kind = next((one for one in Category if one.value == cell.category), None)
    return ledger_query(
        product=cell.product or None,
        category=kind,
        since=now.date() - timedelta(days=RECENT - 1),
        until=now.date(),
    )
