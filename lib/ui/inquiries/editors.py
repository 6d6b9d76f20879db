"""The two editors of a contact: what was taken down, and a second call about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from lib.actions.inquiries.taking import EDITED, Again
from lib.i18n import _
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.inquiry import AgencyInquiry
from lib.schema.vocab import AgencyKind, ContactKind
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import context, drafting
from lib.ui.filters import product_names
from lib.ui.form import Form, field_input
from lib.ui.inquiries import state
from lib.ui.inquiries.working import (
    Editor,
    editor_of,
    leave_editor,
    name_of,
    submit,
)

EDIT: Final = "edit"
AGAIN: Final = "again"

_PILLS: Final = ("agency_kind", "route", "contact_kind")
_ROWS: Final = (
    ("agency_kind",),
    ("agency_name", "officer_name", "agency_contact"),
    ("route",),
    ("contact_kind",),
    ("order_number", "product_code", "occurred_on"),
    ("sales_page", "sales_form", "contract_yen"),
    ("category", "handler", "attachment_url"),
    ("first_contact_at", "agency_due_at", "own_due_at"),
)
_OF_AGAIN: Final = ("said", "agency_due_at")


def show(desk: UserStore, found: AgencyInquiry, code: str) -> None:
    """Draw the editor of that code, `EDIT` or `AGAIN`, on a contact."""
    if code == AGAIN:
        _again(found)
    else:
        _edit(desk, found)


def _again(found: AgencyInquiry) -> None:
    start = dict.fromkeys(_OF_AGAIN, None) | {"said": ""}
    editor = editor_of(found, AGAIN, record=Again, start=start)
    form = editor.form
    st.markdown(f"**:material/ring_volume: {inert(_('同じ件で再び連絡'))}**")
    field_input(
        form,
        "said",
        height=110,
        placeholder=_("言われたことだけを。空のままでも残せます"),
        show_help=False,
    )
    field_input(form, "agency_due_at")
    _bar(editor, _OF_AGAIN, _note_again)


def _note_again(editor: Editor) -> None:
    submit("again", editor, None, Again.read(editor.form.values(_OF_AGAIN)))


def _edit(desk: UserStore, found: AgencyInquiry) -> None:
    editor = editor_of(found, EDIT, EDITED)
    form = editor.form
    st.markdown(f"**:material/edit: {inert(_('聞いたことを直す'))}**")
    for row in _ROWS:
        for column, name in zip(st.columns(len(row)), row, strict=True):
            with column:
                _field(desk, form, name)
    _bar(editor, EDITED, _put_right)


def _field(desk: UserStore, form: Form, name: str) -> None:
    match name:
        case "agency_kind" | "contact_kind":
            kind = AgencyKind if name == "agency_kind" else ContactKind
            field_input(form, name, pills=True, options=list(kind), show_help=False)
        case "route":
            field_input(form, name, pills=True, show_help=False)
        case "agency_name":
            field_input(form, name, options=list(state.agencies(desk)), show_help=False)
        case "handler":
            people = [member.name for member in context.members()]
            field_input(form, name, options=people, show_help=False)
        case "sales_page":
            field_input(form, name, options=state.pages(desk), show_help=False)
        case "product_code":
            names = product_names(desk)
            codes = [UNKNOWN_PRODUCT, *(c for c in names if c != UNKNOWN_PRODUCT)]
            field_input(
                form,
                name,
                label=_("商品"),
                options=codes,
                format_option=lambda code: names.get(code, _(code)),
                show_help=False,
            )
        case _:
            field_input(form, name, show_help=False)


def _put_right(editor: Editor) -> None:
    submit("edit", editor, editor.form.values(EDITED))


def _bar(
    editor: Editor, names: Sequence[str], on_save: Callable[[Editor], None]
) -> None:
    number = editor.seen.id
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            _("保存する"),
            key=name_of(number, "save"),
            type="primary",
            icon=":material/check:",
            shortcut="Mod+S",
            on_click=on_save,
            args=(editor,),
        )
        st.button(
            _("やめる"),
            key=name_of(number, "leave"),
            on_click=leave_editor,
            args=(number, editor.code),
        )
        drafting.autosave(editor.form, names)
