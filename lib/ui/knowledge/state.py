"""What the page 知見 keeps between runs, and what its buttons do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import documents
from lib.actions.knowledge import drafting as pages
from lib.actions.knowledge import sharing
from lib.actions.knowledge.searching import Asked
from lib.actions.searching import case_code, read_case_code
from lib.i18n import _
from lib.schema.document import REVIEW_AFTER_DAYS, Document
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM
from lib.schema.vocab import DocumentStatus
from lib.ui import boundary, context, drafting, flash
from lib.ui.documents import state as documents_page
from lib.ui.form import Form, widget_values

SEARCH: Final = "knowledge.search"
PRODUCT: Final = "knowledge.product"
CLAIM: Final = "knowledge.claim"
RESOLUTION: Final = "knowledge.resolution"
CAUSE: Final = "knowledge.cause"
ARCHIVED: Final = "knowledge.archived"
PAGE: Final = "knowledge.page"

_CHOSEN: Final = "knowledge.chosen"
_DIGEST: Final = "knowledge.digest"
_WRITE: Final = "knowledge.write"


def asked() -> Asked:
    """Return what the fields ask for."""
    kept = st.session_state
    return Asked(
        words=str(kept.get(SEARCH) or "").strip(),
        product_code=kept.get(PRODUCT) or "",
        claim_type=kept.get(CLAIM) or "",
        resolution=kept.get(RESOLUTION),
        cause=kept.get(CAUSE),
        archived=bool(kept.get(ARCHIVED)),
    )


def is_asked() -> bool:
    """Whether anything at all is asked for."""
    return asked() != Asked(archived=asked().archived)


def clear() -> None:
    """Take every filter off and empty the search; a callback."""
    st.session_state[SEARCH] = ""
    for key in (PRODUCT, CLAIM, RESOLUTION, CAUSE):
        st.session_state[key] = None
    first_page()


def first_page() -> None:
    """Go back to the first page of what is found; a callback."""
    st.session_state[PAGE] = 1


def opened() -> str:
    """Return the number that the address names; "" for none."""
    return read_case_code(st.query_params.get("case", ""))


def open_one(number: str) -> None:
    """Open a resolution, "" for the list; a callback."""
    st.session_state.pop(_DIGEST, None)
    st.query_params.from_dict({"case": case_code(number)} if number else {})


# What is chosen to share or to write down -----------------------------------------


def chosen() -> tuple[str, ...]:
    """Return the numbers that are chosen, in the order of choosing."""
    return tuple(st.session_state.get(_CHOSEN, ()))


def choose(number: str, key: str) -> None:
    """Take a resolution in, or out, as its box says; a callback."""
    others = [one for one in chosen() if one != number]
    wanted = [*others, number] if st.session_state.get(key) else others
    st.session_state[_CHOSEN] = wanted
    st.session_state.pop(_DIGEST, None)


def choose_none() -> None:
    """Put all choices away; a callback."""
    st.session_state[_CHOSEN] = []
    st.session_state.pop(_DIGEST, None)


def make_digest(numbers: tuple[str, ...]) -> None:
    """Make the masked digest of these and note who took it; a callback."""
    with boundary.attempt():
        desk = context.desk()
        text = sharing.digest(
            desk,
            context.live().for_user(SYSTEM),
            numbers,
            now=clock.now(),
            commit_id=new_commit_id(),
        )
        st.session_state[_DIGEST] = (numbers, text)


def digest_of(numbers: tuple[str, ...]) -> str:
    """Return the digest of these that was made last; "" for none."""
    known = st.session_state.get(_DIGEST)
    return str(known[1]) if known and known[0] == numbers else ""


def begin_document(numbers: tuple[str, ...]) -> None:
    """Begin a document from these resolutions, as a draft to be rewritten; a callback.

    What stands unfinished in the editor of 文書 is put aside first.
    """
    with boundary.attempt():
        draft = pages.draft(context.desk(), numbers, clock.now())
        form = Form(documents_page.form_name(documents_page.NEW), Document)
        drafting.set_aside(form, documents.ASKED)
        form.set(**_widgets(draft))
        documents_page.write(documents_page.NEW)
        st.session_state[_WRITE] = True
        flash.say(
            _("下書きを作りました。読み直して、自分の言葉に直してください。"), "info"
        )


def _widgets(draft: pages.Draft) -> dict[str, Any]:
    made = Document(
        id="",
        title=draft.title,
        body=draft.body,
        product_code=draft.product_code,
        claim_type=draft.claim_type,
        source_ids="、".join(draft.source_ids),
        owner=context.desk().principal.name,
        review_on=clock.today() + timedelta(days=REVIEW_AFTER_DAYS),
        status=DocumentStatus.DRAFT,
    )
    return widget_values(made, documents.ASKED)


def is_to_write() -> bool:
    """Whether a document was begun in this click; tells it once."""
    return bool(st.session_state.pop(_WRITE, False))
