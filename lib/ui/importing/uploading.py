"""The upload field in the person's language: Streamlit words it in English only."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.i18n import SOURCE, _, current

_STYLE: Final = """<style>
[data-testid="stFileUploaderDropzoneInstructions"] {{ display: none; }}
[data-testid="stFileUploaderDropzone"] button p {{ font-size: 0; }}
[data-testid="stFileUploaderDropzone"] button p::after {{
  content: "{button}"; font-size: 0.95rem;
}}
</style>"""
"""Hides 「10MB per file • XLSX …」, which the field's label says already."""


def in_our_words() -> None:
    """Let the button of upload fields speak Japanese where the page does."""
    if current() == SOURCE:
        # nosemgrep: html-with-data - a text of our own catalogue
        st.html(_STYLE.format(button=_("ファイルを選ぶ")))
