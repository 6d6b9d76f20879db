"""Changing what an improvement says: draft kept, two people at once asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions.business_settings import claim_types_of
from lib.actions.improving import moving
from lib.actions.improving.proposing import IMPROVEMENTS
from lib.actions.improving.targets import TARGETS
from lib.actions.kpi_views import call_centres
from lib.errors import Conflict, InvalidRecord
from lib.i18n import _
from lib.schema.ids import new_commit_id
from lib.schema.learning import Improvement
from lib.store.access import UserStore
from lib.ui import boundary, conflict, context, drafting, flash, navigation
from lib.ui.conflict import Clash
from lib.ui.filters import product_names
from lib.ui.form import Form, field_input, problems_by_field, widget_values

_OPEN: Final = "improvements.edit"


def show(desk: UserStore, one: Improvement) -> None:
    """Draw the form below an improvement, folded until it is asked for."""
    name = _name_of(one.id)
    folder = st.expander(
        _("内容を直す"),
        key=f"{_OPEN}.{name}",
        icon=":material/edit:",
        on_change="rerun",
    )
    if not folder.open:
        return
    with folder:
        if clash := st.session_state.get(f"{name}-clash"):
            conflict.show(name, clash, on_settled=_settled, on_back=_back)
            return
        form = _loaded(one)
        drafting.offer(form, moving.EDITED, title="title")
        _fields(desk, form)
        drafting.autosave(form, moving.EDITED)
        st.button(
            _("直して保存"),
            key=f"{name}:save",
            icon=":material/check:",
            on_click=_save,
            args=(form,),
        )


def _fields(desk: UserStore, form: Form) -> None:
    field_input(form, "title", label=_("何をするか"), show_help=False)
    people = [m.name for m in context.members() if m.role in navigation.STAFF]
    products = product_names(desk)
    centres = {centre.code: centre.name for centre in call_centres(desk)}
    rows: Sequence[Sequence[tuple[str, Mapping[str, Any]]]] = (
        (
            (
                "target_figure",
                {"options": [t.name for t in TARGETS], "format_option": _},
            ),
            ("owner", {"options": people}),
        ),
        (("starts_on", {}), ("due_on", {})),
        (("kind", {}), ("place", {})),
        (
            (
                "product_code",
                {
                    "options": list(products),
                    "format_option": lambda code: products.get(code, code),
                    "placeholder": _("すべて"),
                },
            ),
            (
                "claim_type",
                {
                    "options": [
                        kind.name for kind in claim_types_of(desk, clock.today())
                    ],
                    "placeholder": _("すべて"),
                },
            ),
        ),
        (("category", {}), ("cause", {})),
        (
            ("sales_page", {}),
            (
                "centre",
                {
                    "options": list(centres),
                    "format_option": lambda code: centres.get(code, code),
                    "placeholder": _("会社全体"),
                },
            ),
        ),
        (("before_url", {}), ("after_url", {})),
    )
    for row in rows:
        for column, (name, how) in zip(st.columns(2), row, strict=True):
            with column:
                field_input(form, name, **how)


def _loaded(stands: Improvement) -> Form:
    """Return the form with the row as it stands, or with what was typed over it."""
    name = _name_of(stands.id)
    seen: Improvement | None = st.session_state.get(f"{name}.seen")
    bare = Form(name, Improvement)
    if seen is None or (seen.version != stands.version and _is_untouched(bare, seen)):
        st.session_state[f"{name}.seen"] = seen = stands
        drafting.look_anew(bare)
        bare.set(**_as_drawn(seen))
    problems: Mapping[str, list[str]] = st.session_state.get(f"{name}.problems", {})
    return Form(name, Improvement, problems, _as_drawn(seen))


def _as_drawn(seen: Improvement) -> dict[str, Any]:
    """Return what the widgets hold of a row: an open choice without a word holds None."""
    held = widget_values(seen, moving.EDITED)
    return held | {name: held[name] or None for name in _CHOSEN}


_CHOSEN: Final = ("target_figure", "owner", "product_code", "claim_type", "centre")
"""Fields that are drawn as open choices."""


def _is_untouched(form: Form, seen: Improvement) -> bool:
    before = widget_values(seen, moving.EDITED)
    return all((form.get(name) or "") == (before[name] or "") for name in before)


def _save(form: Form) -> None:
    seen: Improvement = st.session_state[f"{form.name}.seen"]
    values = form.values(moving.EDITED)
    _change(form, drafting.as_seen(form, seen), values, drafting.entry_id(form))


def _change(
    form: Form, seen: Improvement, values: Mapping[str, Any], commit_id: str
) -> None:
    with boundary.attempt():
        try:
            moving.edit(
                context.desk(), seen, values, now=clock.now(), commit_id=commit_id
            )
        except InvalidRecord as refused:
            found = problems_by_field(refused.problems)
            st.session_state[f"{form.name}.problems"] = found
            return
        except Conflict as met:
            if not met.fields:
                raise
            st.session_state[f"{form.name}-clash"] = Clash(
                seen, values, met.fields, dict.fromkeys(values, _last(seen.id))
            )
            return
        drafting.discard(form)
        st.session_state[f"{_OPEN}.{form.name}"] = False
        flash.say(_("改善を直しました。"))


def _settled(seen: Any, values: Mapping[str, Any]) -> None:
    """Save again with what was chosen between the two versions."""
    name = _name_of(seen.id)
    st.session_state.pop(f"{name}-clash", None)
    _change(Form(name, Improvement), seen, values, new_commit_id())


def _back(seen: Any, _values: Mapping[str, Any]) -> None:
    """Go back to what was typed."""
    st.session_state.pop(f"{_name_of(seen.id)}-clash", None)


def _last(number: str) -> tuple[str, datetime | None]:
    stands = context.desk().record(IMPROVEMENTS, number)
    return stands.updated_by, stands.updated_at


def _name_of(number: str) -> str:
    # A row typed into the sheet may hold anything, and the name becomes a folder.
    short = hashlib.blake2b(number.encode(), digest_size=6).hexdigest()
    return f"improvement-{short}"
