"""One document being written: kept as a draft, and no two people overwrite each other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast

import streamlit as st

from lib import clock
from lib.actions import documents
from lib.actions.business_settings import claim_types_of
from lib.errors import Conflict, InvalidRecord
from lib.i18n import _
from lib.schema.document import REVIEW_AFTER_DAYS, Document
from lib.schema.ids import new_commit_id
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, conflict, context, drafting, flash, navigation
from lib.ui.conflict import Clash
from lib.ui.documents import words
from lib.ui.documents.state import NEW, form_name, problems, read, write
from lib.ui.filters import product_names
from lib.ui.form import Form, field_input, problems_by_field, widget_values

_HEIGHT: Final = 320


def show(desk: UserStore, number: str) -> None:
    """Draw the editor of a document, `NEW` for another."""
    stands = None if number == NEW else documents.document_of(desk, number)
    if number != NEW and stands is None:
        write("")
        st.rerun()
    name = form_name(number)
    if clash := st.session_state.get(f"{name}-clash"):
        conflict.show(f"{name}-both", clash, on_settled=_settled, on_back=_back)
        return
    form = _begun(desk, name) if stands is None else _loaded(stands, name)
    st.markdown(f"### {inert(_('文書を書く') if stands is None else _('文書を直す'))}")
    drafting.offer(form, documents.ASKED, title="title")
    _fields(desk, form)
    drafting.autosave(form, documents.ASKED)
    _preview(form)
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("保存"),
            key="documents.save",
            type="primary",
            icon=":material/save:",
            shortcut="Mod+S",
            on_click=_save_new if stands is None else _save_change,
            args=(form,) if stands is None else (form, number),
        )
        st.button(_("やめる"), key="documents.leave", on_click=_leave, args=(form,))


def _begun(desk: UserStore, name: str) -> Form:
    """Return the form of a new document: looked after by this person, due in time."""
    start = _as_widgets(
        Document(
            id="",
            title=" ",
            owner=desk.principal.name,
            review_on=clock.today() + timedelta(days=REVIEW_AFTER_DAYS),
        )
    ) | {"title": ""}
    form = Form(name, Document, problems(name), start)
    if form.key("review_on") not in st.session_state:
        form.set(**start)
    return form


def _loaded(stands: Document, name: str) -> Form:
    """Return the form with the row as it stands, or with what was typed over it."""
    seen: Document | None = st.session_state.get(f"{name}-seen")
    bare = Form(name, Document)
    drawn = bare.key("title") in st.session_state
    if (
        seen is None
        or not drawn
        or (_is_older(seen, stands) and _as_it_was(bare, seen))
    ):
        st.session_state[f"{name}-seen"] = seen = stands
        drafting.look_anew(bare)
        bare.set(**_as_widgets(seen))
    untouched = _as_widgets(seen)
    return Form(name, Document, problems(name), untouched)


def _as_widgets(one: Document) -> dict[str, Any]:
    """Return what its widgets hold; one that offers words holds None for no word."""
    found = widget_values(one, documents.ASKED)
    return found | {name: found[name] or None for name in _OFFERING}


_OFFERING: Final = ("product_code", "claim_type", "owner")


def _is_older(seen: Document, stands: Document) -> bool:
    return seen.version != stands.version


def _as_it_was(form: Form, seen: Document) -> bool:
    before = _as_widgets(seen)
    return all((form.get(name) or "") == (before[name] or "") for name in before)


def _fields(desk: UserStore, form: Form) -> None:
    field_input(form, "title", required=True, show_help=False)
    left, right = st.columns(2)
    with left:
        field_input(form, "kind", show_help=False)
    with right:
        field_input(form, "status", show_help=False)
    left, right = st.columns(2)
    names = product_names(desk)
    with left:
        field_input(
            form,
            "product_code",
            options=list(names),
            format_option=lambda code: names.get(code, code),
            placeholder=_("どの商品でも"),
            show_help=False,
        )
    with right:
        kinds = [kind.name for kind in claim_types_of(desk, clock.today())]
        field_input(
            form,
            "claim_type",
            options=kinds,
            format_option=_,
            placeholder=_("どの申出でも"),
            show_help=False,
        )
    field_input(
        form,
        "body",
        height=_HEIGHT,
        placeholder=_("例:\n# はじめに\n- 解約の意思を復唱する\n1. 注文番号を聞く"),
    )
    st.caption(
        inert(
            _(
                "行の頭に # で見出し、- で箇条書き、1. で手順になります。お客様の名前や連絡先は書かないでください。"
            )
        )
    )
    left, middle, right = st.columns(3)
    with left:
        people = [m.name for m in context.members() if m.role in navigation.STAFF]
        field_input(
            form,
            "owner",
            label=_("見直す人"),
            options=people,
            show_help=False,
        )
    with middle:
        field_input(form, "review_on", show_help=False)
    with right:
        field_input(form, "for_everybody")
    field_input(form, "source_ids")


def _preview(form: Form) -> None:
    body = str(form.get("body") or "")
    if not body.strip():
        return
    folder = st.expander(
        _("見え方"),
        icon=":material/visibility:",
        key=f"{form.name}-preview",
        on_change="rerun",
    )
    if folder.open:
        folder.markdown(words.body_markdown(body))


# Saving -------------------------------------------------------------------------------


def _save_new(form: Form) -> None:
    with boundary.attempt():
        try:
            made = documents.record(
                context.desk(),
                form.values(documents.ASKED),
                now=clock.now(),
                commit_id=drafting.entry_id(form),
            )
        except InvalidRecord as refused:
            _remember(form.name, refused)
            return
        _leave(form)
        read(made.id)
        flash.say(_("「{title}」を保存しました。").format(title=made.title))


def _save_change(form: Form, number: str) -> None:
    seen: Document = st.session_state[f"{form.name}-seen"]
    values = form.values(documents.ASKED)
    _change(number, drafting.as_seen(form, seen), values, drafting.entry_id(form))


def _change(
    number: str, seen: Document, values: Mapping[str, Any], commit_id: str
) -> None:
    name = form_name(number)
    with boundary.attempt():
        try:
            documents.change(
                context.desk(), seen, values, now=clock.now(), commit_id=commit_id
            )
        except InvalidRecord as refused:
            _remember(name, refused)
            return
        except Conflict as met:
            if not met.fields:
                raise
            st.session_state[f"{name}-clash"] = Clash(
                seen, values, met.fields, dict.fromkeys(values, _last(number))
            )
            return
        _leave(Form(name, Document))
        flash.say(_("文書を保存しました。"))


def _settled(seen: Any, values: Mapping[str, Any]) -> None:
    """Save again with what was chosen between the two versions."""
    st.session_state.pop(f"{form_name(seen.id)}-clash", None)
    _change(seen.id, seen, values, new_commit_id())


def _back(seen: Any, _values: Mapping[str, Any]) -> None:
    """Go back to what was typed."""
    st.session_state.pop(f"{form_name(seen.id)}-clash", None)


def _last(number: str) -> tuple[str, datetime | None]:
    stands = cast("Document", context.desk().record(documents.DOCUMENTS, number))
    return stands.updated_by, stands.updated_at


def _remember(name: str, refused: InvalidRecord) -> None:
    st.session_state[f"{name}-problems"] = problems_by_field(refused.problems)


def _leave(form: Form) -> None:
    """Close the editor and forget what was typed in it; a callback."""
    drafting.discard(form)
    for part in ("seen", "problems", "clash"):
        st.session_state.pop(f"{form.name}-{part}", None)
    write("")
