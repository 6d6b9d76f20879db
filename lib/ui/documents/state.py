"""Where one is on 文書: the address says which one is read, the session what is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import streamlit as st

from lib.actions import documents
from lib.actions.searching import case_code
from lib.schema.document import Document
from lib.store.access import UserStore

PAGE: Final = "documents"
NEW: Final = "new"
_WRITING: Final = "documents.writing"
PARAMETER: Final = "document"
"""What the address calls the number of a document."""


def query_of(number: str) -> dict[str, str]:
    """Return the query that opens a document, for `navigation.link`."""
    return {PARAMETER: case_code(number)}


def opened(desk: UserStore) -> Document | None:
    """Return the document that the address names; None for none."""
    code = st.query_params.get(PARAMETER, "")
    if not code:
        return None
    known = {case_code(one.id): one for one in documents.listed(desk)}
    return known.get(code)


def read(number: str) -> None:
    """Open a document to be read; "" for the list. A callback."""
    st.query_params.from_dict(query_of(number) if number else {})


def writing() -> str:
    """Return the number of the document that is being written; `NEW`, "" for none."""
    return str(st.session_state.get(_WRITING) or "")


def write(number: str) -> None:
    """Open a document to be written, `NEW` for another; "" closes it. A callback."""
    st.session_state[_WRITING] = number


def form_name(number: str) -> str:
    """Return the name of a form: a row typed into the sheet may hold anything."""
    short = hashlib.blake2b(number.encode(), digest_size=6).hexdigest()
    return f"document-{NEW if number == NEW else short}"


def problems(name: str) -> Mapping[str, list[str]]:
    """Return what is wrong with what is written, by field."""
    found: Mapping[str, list[str]] = st.session_state.get(f"{name}-problems", {})
    return found
