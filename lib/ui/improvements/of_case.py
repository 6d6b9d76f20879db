"""On a complaint: the improvement that it led to, or the way to begin one."""

from __future__ import annotations

import streamlit as st

from lib.actions.improving import Scope, listing
from lib.i18n import _
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import format as fmt
from lib.ui.improvements import address, proposing


def tied(desk: UserStore, case: Complaint) -> None:
    """Draw the link to the improvement that the complaint led to; nothing without."""
    found = listing.found(desk, case.improvement_id)
    if found is None:
        return
    words = _("改善 {title}({state})").format(
        title=one_line(found.title, 40), state=fmt.choice(found.status)
    )
    with st.container(border=True, gap="xsmall"):
        address.link(inert(words), found.id, icon=":material/build:")


def propose(desk: UserStore, case: Complaint) -> None:
    """Draw the form that begins one from this complaint, where it led to none."""
    if case.improvement_id:
        return
    product = "" if case.product_code == UNKNOWN_PRODUCT else case.product_code
    proposing.button(
        desk,
        f"case:{case.id}",
        title="",
        scope=Scope(product_code=product, claim_type=case.claim_type),
        case_ids=[case.id],
        label=_("この苦情から改善を始める"),
    )
