"""The documents that fit a complaint, as one line beside a call or on a case."""

from __future__ import annotations

import streamlit as st

from lib.actions import documents
from lib.actions.permissions import may
from lib.i18n import _
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import navigation
from lib.ui.documents.state import PAGE, query_of


def links(desk: UserStore, product_code: str, claim_type: str) -> None:
    """Draw the way to what is to be read for such a complaint; nothing for nothing."""
    if not may(desk.principal, "open.documents"):
        return
    product = "" if product_code == UNKNOWN_PRODUCT else product_code
    found = documents.fitting(desk, product, claim_type)
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(inert(_("読む文書")), width="content")
        for one in found:
            navigation.link(
                PAGE, inert(one.title), icon=":material/menu_book:", **query_of(one.id)
            )
