"""Wishes above the ledger, product by product, each with the way to an improvement."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.actions import wishes
from lib.actions.improving import Scope
from lib.actions.wishes import ProductWishes
from lib.i18n import _
from lib.schema.vocab import ComplaintKind
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import filters, navigation
from lib.ui import format as fmt
from lib.ui.filters import Address, ledger_query
from lib.ui.improvements import proposing

_MOST: Final = 5
_TAKEN: Final = 200
"""Complaints that one improvement can take up at once."""
_LONGEST: Final = 60


def on_ledger(desk: UserStore, here: Address) -> None:
    """Draw the wishes by product where the ledger shows wishes; nothing elsewhere."""
    if here.wanted.choices.get("kind") != (ComplaintKind.WISH,):
        return
    found = wishes.by_product(desk)
    if not found:
        return
    label = _("商品ごとの要望({count}件)").format(
        count=fmt.number(sum(one.count for one in found))
    )
    with st.expander(label, icon=":material/lightbulb:", expanded=True):
        st.caption(
            _("要望は苦情の件数に入りません。約束がなければ、時計も動きません。")
        )
        names = filters.product_names(desk)
        for one in found[:_MOST]:
            _one(desk, one, names.get(one.product_code, one.product_code))
        if len(found) > _MOST:
            st.caption(
                _("ほか{count}商品").format(count=fmt.number(len(found) - _MOST))
            )


def _one(desk: UserStore, found: ProductWishes, name: str) -> None:
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            latest = fmt.day(found.latest.date()) if found.latest else fmt.NOTHING
            st.markdown(
                f"**{inert(name)}** "
                + inert(
                    _("{count}件(最後は{day})").format(
                        count=fmt.number(found.count), day=latest
                    )
                ),
                width="content",
            )
            query = ledger_query(kind=ComplaintKind.WISH, product=found.product_code)
            navigation.link("ledger", _("一覧を見る"), **query)
            if found.open_ids:
                proposing.button(
                    desk,
                    f"wishes:{found.product_code}",
                    title=_("{product}への要望").format(product=name),
                    scope=Scope(product_code=found.product_code),
                    case_ids=found.open_ids[:_TAKEN],
                )
            else:
                st.caption(_("すべて改善につながっています。"))
        for words in found.examples:
            st.caption(inert(f"・{one_line(words, _LONGEST)}"))
