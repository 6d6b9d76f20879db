"""Two people changed the same field: both versions side by side, and a choice.

Nothing is saved until the person has chosen, and nothing typed is thrown away: the
editor keeps what stands in it until its save goes through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import streamlit as st

from lib.errors import FieldConflict
from lib.i18n import N_, _
from lib.schema.record import Record
from lib.schema.vocab import Choice
from lib.text import inert
from lib.ui import format as fmt
from lib.ui.form import Form, field_input, label_of, widget_values


class Side(Choice):
    """Which version of a field stays."""

    MINE = N_("自分の入力")
    THEIRS = N_("相手の入力")
    OTHER = N_("書き直す")


@dataclass(frozen=True, slots=True)
class Clash:
    """A save that met another's, field by field.

    seen, values: what the save was based on and what it was to write.
    changed_by: by field, who wrote the other version and when.
    """

    seen: Record
    values: Mapping[str, Any]
    fields: tuple[FieldConflict, ...]
    changed_by: Mapping[str, tuple[str, datetime | None]]


Settled = Callable[[Any, Mapping[str, Any]], None]
"""Gets the base of the next save, a record of the kind that clashed, and its values."""

SHORT: Final = 200
"""Letters up to which both versions are shown without a frame that scrolls."""


def show(name: str, clash: Clash, *, on_settled: Settled, on_back: Settled) -> None:
    """Draw both versions of each field and the choice between them.

    `on_settled` gets what to save next: the base with their versions in it, and the
    values that were chosen. `on_back` gets the same as the save had.
    """
    st.warning(
        inert(
            _(
                "ほかの人が同じところを先に変えました。まだ保存していません。どちらを残すか選んでください。"
            )
        ),
        icon=":material/difference:",
    )
    form = Form(name, type(clash.seen))
    for found in clash.fields:
        ask(form, found, clash.changed_by.get(found.field, ("", None)))
    with st.container(horizontal=True):
        st.button(
            _("選んだ内容で保存"),
            key=f"{name}:settle",
            type="primary",
            icon=":material/check:",
            shortcut="Mod+S",
            on_click=_settle,
            args=(form, clash, on_settled),
        )
        st.button(
            _("入力に戻る"),
            key=f"{name}:back",
            on_click=on_back,
            args=(clash.seen, clash.values),
        )


def ask(
    form: Form, found: FieldConflict, other: tuple[str, datetime | None] = ("", None)
) -> None:
    """Draw both versions of one field and the choice; `other`: who wrote theirs, when."""
    spec = form.record.field(found.field)
    with st.container(border=True):
        st.markdown(f"**{inert(label_of(spec))}**")
        mine, theirs = st.columns(2)
        with mine:
            _version(_("自分の入力"), fmt.cell(spec, found.mine))
        with theirs:
            who, at = other
            said = f"{who} · {fmt.short_moment(at)}" if who else ""
            _version(_("相手の入力"), fmt.cell(spec, found.theirs), said)
        side_key = form.key(f"{found.field}._side")
        st.session_state.setdefault(side_key, Side.MINE)
        side = st.segmented_control(
            _("残すもの"),
            list(Side),
            key=side_key,
            format_func=lambda side: _(side.value),
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        if side is Side.OTHER:
            if form.key(found.field) not in st.session_state:
                form.set(**_as_typed(form.record, found))
            field_input(form, found.field)


def chosen(form: Form, fields: Iterable[FieldConflict]) -> dict[str, Any]:
    """Return by field the value that was chosen; without those that stay as theirs."""
    values: dict[str, Any] = {}
    for found in fields:
        match st.session_state.get(form.key(f"{found.field}._side"), Side.MINE):
            case Side.MINE:
                values[found.field] = found.mine
            case Side.OTHER:
                values |= form.values([found.field])
    return values


def _version(title: str, text: str, said: str = "") -> None:
    st.caption(inert(title + (f" · {said}" if said else "")))
    with st.container(height=220 if len(text) > SHORT else "content", border=False):
        st.text(text)


def _as_typed(kind: type[Record], found: FieldConflict) -> dict[str, Any]:
    record = kind.model_construct(**{found.field: found.mine})
    return widget_values(record, [found.field])


def _settle(form: Form, clash: Clash, on_settled: Settled) -> None:
    mine = {found.field for found in clash.fields}
    kept = {name: value for name, value in clash.values.items() if name not in mine}
    values = kept | chosen(form, clash.fields)
    theirs = {found.field: found.theirs for found in clash.fields}
    form.clear()
    on_settled(clash.seen.model_copy(update=theirs), values)
