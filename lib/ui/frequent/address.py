"""What the page looks at: the period and the product, as codes in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from lib.actions.problems import PERIODS, USUAL
from lib.i18n import _
from lib.store.access import UserStore
from lib.ui import filters

DAYS: Final = "frequent.days"
PRODUCT: Final = "frequent.product"


@dataclass(frozen=True, slots=True)
class Here:
    """days: how far back. product: its slug, "" for all."""

    days: int = USUAL
    product: str = ""


def here(desk: UserStore) -> Here:
    """Return what the address says; what it does not know is the usual."""
    query = st.query_params.to_dict()
    days = {str(one): one for one in PERIODS}.get(query.get("days", ""), USUAL)
    product = query.get("product", "")
    known = filters.words_of(desk, "product_code")
    return Here(days, product if product in known else "")


def bar(desk: UserStore, at: Here) -> None:
    """Draw the two choices; they only write to the address."""
    st.session_state[DAYS], st.session_state[PRODUCT] = at.days, at.product
    names = filters.words_of(desk, "product_code")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.segmented_control(
            _("期間"),
            PERIODS,
            key=DAYS,
            required=True,
            format_func=lambda days: _("{days}日").format(days=days),
            label_visibility="collapsed",
            on_change=_choose_days,
            args=(at,),
        )
        st.selectbox(
            _("商品"),
            ["", *names],
            key=PRODUCT,
            format_func=lambda code: names.get(code, _("すべての商品")),
            filter_mode="contains",
            label_visibility="collapsed",
            width=260,
            on_change=_choose_product,
            args=(at,),
        )


def _choose_days(at: Here) -> None:
    _move(replace(at, days=st.session_state[DAYS]))


def _choose_product(at: Here) -> None:
    _move(replace(at, product=st.session_state[PRODUCT] or ""))


def _move(to: Here) -> None:
    query = {"days": "" if to.days == USUAL else str(to.days), "product": to.product}
    st.query_params.from_dict({name: code for name, code in query.items() if code})
