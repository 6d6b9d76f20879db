"""A complaint that is put away: to be read, and brought back by whoever may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, cast

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
from lib.ui.case.groups import ACT, CLOSE, GROUPS
from lib.ui.case.handing import COURSE
from lib.ui.form import label_of

_TOLD: Final = ("content", "note")
_WRITTEN: Final = (ACT, CLOSE, COURSE, *(group.code for group in GROUPS))
"""Editors of which drafts are kept."""
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
    """Draw the complaint as it ended, with every step; nothing can be changed.

    What the person was typing when it was put away stands on top, to be copied.
    """
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
        _unsaved(unsaved(desk, case))
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
                on_click=bring_back,
                args=(case.id,),
            )


def unsaved(desk: UserStore, case: Complaint) -> tuple[str, ...]:
    """Return each text that this person typed on the case and did not save.

    It stands in their editors, or in drafts of before a reload.
    """
    kept = context.drafts()
    drafts = [
        draft.values
        for editor in _WRITTEN
        for draft in kept.list(desk.principal.key, f"case-{case.id}-{editor}")
    ]
    typed = [*_in_editors(case.id), *(p for values in drafts for p in values.items())]
    found = {
        value.strip(): None
        for name, value in typed
        if isinstance(value, str)
        and not name.startswith("_")
        and value not in (getattr(case, name, ""), "")
    }
    return tuple(text for text in found if text)


def _in_editors(number: str) -> Iterator[tuple[str, Any]]:
    """Yield name and value of each field that the editors of a case hold here."""
    for key, value in st.session_state.to_dict().items():
        form, _dot, name = str(key).rpartition(".")
        if form.startswith(f"case-{number}-"):
            yield name, value


def _unsaved(texts: tuple[str, ...]) -> None:
    if not texts:
        return
    words = _(
        "書いている間に、この件は保管されました。次の入力はまだ保存されていません。管理者かマネージャーが保管から戻すと、続きから書けます。"
    )
    st.warning(inert(words), icon=":material/edit_note:")
    for text in texts:
        # Not `st.text`: this one has a button that copies it.
        st.code(text, language=None, wrap_lines=True)


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


def bring_back(number: str, then: Callable[[str], None] | None = None) -> None:
    """Bring the complaint back and say so; a callback.

    then: what is done with its number once it is back.
    """
    with boundary.attempt():
        archiving.bring_back(
            context.live(),
            context.desk().principal,
            clock.now(),
            [number],
            data=context.place().data,
        )
        flash.say(_("保管から戻しました。"))
        if then is not None:
            then(number)
