"""What a second complaint needs to be seen with: its first one, its cause, its cost."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.actions import cases
from lib.i18n import _
from lib.metrics import seconds
from lib.schema.complaint import Complaint
from lib.schema.vocab import ComplaintKind, Role, SecondaryCause
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import filters
from lib.ui import format as fmt
from lib.ui.case import handing
from lib.ui.case.saving import may_write, name_of, press

_READERS = (Role.ADMIN, Role.MANAGER, Role.CLERK)


def show(desk: UserStore, case: Complaint) -> None:
    """Draw it for a second complaint; nothing for any other."""
    if case.kind is not ComplaintKind.SECOND or desk.principal.role not in _READERS:
        return
    with st.container(border=True, gap="xsmall"):
        cause, hostile = _judged(desk, case)
        said = [f":violet-badge[{inert(_('二次クレーム'))}]"]
        if hostile:
            words = "■ " + _("防げない・早く収める")
            said.append(f":gray-badge[{inert(words)}]")
        if cause:
            said.append(inert(_(cause)))
        st.markdown(" ".join(said))
        if hostile:
            st.caption(inert(_("担当者の数字には入れません。")))
        st.caption(inert(_cost(desk, case)))
        _first(desk, case)
        if may_write(desk):
            st.button(
                _("原因・経緯・予防策を残す"),
                key=name_of(case.id, "second:course"),
                icon=":material/history_edu:",
                type="tertiary",
                on_click=handing.open_course,
                args=(case,),
            )


def _judged(desk: UserStore, case: Complaint) -> tuple[str, bool]:
    """Return the cause written down ("" for none), and whether nobody could prevent it."""
    escalations = desk.frame("escalations")
    own = escalations[(escalations["complaint_id"] == case.id).to_numpy(dtype=bool)]
    known = seconds.causes(own)
    frames = {
        "complaints": desk.frame("complaints").loc[[case.id]],
        "escalations": own,
    }
    hostile = bool(seconds.unpreventable(frames).iloc[0])
    cause = str(known.iloc[0]) if len(known) else ""
    return ("" if cause == SecondaryCause.HOSTILE.value else cause), hostile


def _cost(desk: UserStore, case: Complaint) -> str:
    """Return in one sentence what this case cost; what is unknown reads 「—」."""
    usual = desk.derived(
        "first minutes",
        lambda: (
            seconds.cost(
                {
                    code: desk.frame(code)
                    for code in ("complaints", "escalations", "kpi_days")
                }
            ).first_minutes
        ),
    )
    day = pd.Timestamp(case.received_at.date())
    lost = seconds.lost_on(desk.frame("kpi_days"), day)
    return _(
        "この件に{minutes}分(一次の平均は{usual}分)。その日に取れなかった電話は{lost}本です。"
    ).format(
        minutes=fmt.number(case.handling_minutes),
        usual=fmt.number(usual),
        lost=fmt.number(lost),
    )


def _first(desk: UserStore, case: Complaint) -> None:
    """Lead to the first complaint, or offer the customer's others to be linked."""
    if case.parent_id:
        st.button(
            inert(_("元の苦情 {number}").format(number=case.parent_id)),
            key=name_of(case.id, "second:first"),
            icon=":material/link:",
            type="tertiary",
            on_click=filters.open_case,
            args=(case.parent_id,),
        )
        return
    others = cases.related(desk, case)
    if not others or not may_write(desk):
        st.caption(inert(_("元の苦情がまだつながっていません。")))
        return
    st.menu_button(
        _("元の苦情につなぐ"),
        others,
        key=name_of(case.id, "second:link"),
        icon=":material/add_link:",
        on_click=_link,
        args=(case,),
    )


def _link(case: Complaint) -> None:
    chosen = st.session_state[name_of(case.id, "second:link")]
    press("change", case, {"parent_id": chosen})
