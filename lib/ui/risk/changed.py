"""What is behind the rise that stands: which products and kinds, what came before."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from lib.actions.risks import panels
from lib.actions.risks.panels import Changed
from lib.actions.risks.reading import Reading
from lib.i18n import _
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui.risk.opening import case_links


def card(desk: UserStore, reading: Reading, now: datetime) -> None:
    """Draw what came beyond the usual since the likely start; nothing in calm."""
    if reading.story is None:
        return
    found = panels.what_changed(desk, now)
    since = fmt.day(reading.story.start.likely)
    with st.container(border=True, gap="xsmall"):
        title = _("何が増えたか({day}以降)").format(day=since)
        st.markdown(f"**{inert(title)}**")
        if not found.cells:
            st.caption(_("特定の商品や内容に偏ってはいません。"))
        for cell in found.cells:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(inert(words(cell)), width="content")
                case_links(cell.cases)
        if found.telephone is not None:
            st.markdown(inert(found.telephone.text()))


def words(cell: Changed) -> str:
    """Return one line: what, how many, how many are usual, its part of the increase."""
    said = _("{product} · {category}: {count}件(ふだんなら{expected}件)").format(
        product=cell.product_name or _("商品不明"),
        category=_(cell.category),
        count=cell.count,
        expected=fmt.number(cell.expected, decimals=1),
    )
    if cell.share is None:
        return said
    share = fmt.percent(cell.share, decimals=0)
    return said + _("、増えた分の{share}").format(share=share)
