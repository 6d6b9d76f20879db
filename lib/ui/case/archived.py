"""A complaint that is put away: to be read, and brought back by whoever may."""

from __future__ import annotations

from typing import Final, cast

import streamlit as st

from lib import clock
from lib.actions import archiving
from lib.actions.permissions import may
from lib.errors import NotAllowed, StoreError
from lib.i18n import _
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.frames import standing
from lib.schema.tables import table
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, flash
from lib.ui import format as fmt
from lib.ui.case.groups import GROUPS
from lib.ui.form import label_of

_TOLD: Final = ("content", "note")
_UNSAID: Final = ("unasked", "not_yet", "unknown")
"""Codes of answers that say nothing."""


def found(desk: UserStore, number: str) -> Complaint | None:
    """Return the complaint of that number where it is put away; None elsewhere.

    It is looked for only where something is put away at all.
    """
    if not desk.archive_years:
        return None
    try:
        return cast("Complaint", desk.archived_record("complaints", number))
    except (NotAllowed, StoreError):
        return None


def show(desk: UserStore, case: Complaint) -> None:
    """Draw the complaint as it ended, with every step; nothing can be changed."""
    with st.container(border=True, key="case-archived"):
        st.subheader(inert(case.id), anchor=False)
        badges = [
            ("gray", _("保管済み")),
            *(
                (fmt.badge_colour(c), fmt.choice(c))
                for c in (case.severity, case.status)
            ),
        ]
        st.markdown(
            " ".join(f":{colour}-badge[{inert(text)}]" for colour, text in badges)
        )
        st.caption(
            inert(
                _(
                    "終わって久しいので、年ごとの保管にあります。見るだけで、直せません。"
                )
            )
        )
        for text in (case.content, case.note):
            if text:
                st.text(text)
        _steps(desk, case)
        _facts(case)
        if may(desk.principal, "archive.run"):
            st.button(
                _("保管から戻す"),
                key="case:unarchive",
                icon=":material/unarchive:",
                on_click=_bring_back,
                args=(case.id,),
            )


def _facts(case: Complaint) -> None:
    names = [name for group in GROUPS for name in group.fields if name not in _TOLD]
    known = []
    for name in dict.fromkeys(names):
        value, spec = getattr(case, name), Complaint.field(name)
        is_unsaid = getattr(value, "code", "") in _UNSAID
        if value not in (None, "", ()) and not is_unsaid:
            known.append((label_of(spec), fmt.cell(spec, value)))
    left, right = st.columns(2)
    for column, pairs in ((left, known[::2]), (right, known[1::2])):
        column.markdown(
            "\n\n".join(
                f":small[:gray[{inert(label)}]]  \n{inert(value)}"
                for label, value in pairs
            )
        )


def _steps(desk: UserStore, case: Complaint) -> None:
    every = desk.archived("activities")
    own = every[(every["case_id"] == case.id).to_numpy(dtype=bool)]
    if own.empty:
        return
    st.markdown(f"**{inert(_('対応履歴'))}**")
    rows = own.sort_values(["at", "id"], kind="stable")
    for row in standing(table("activities"), rows):
        step = cast("Activity", row)
        said = [fmt.moment(step.at), fmt.choice(step.kind), step.actor]
        st.caption(inert(" · ".join(part for part in said if part)))
        if step.content:
            st.text(step.content)


def _bring_back(number: str) -> None:
    with boundary.attempt():
        archiving.bring_back(
            context.live(),
            context.desk().principal,
            clock.now(),
            [number],
            data=context.place().data,
        )
        flash.say(_("保管から戻しました。"))
