"""A text in a CSV that no spreadsheet takes for a formula, and the way back.

A customer's 「=HYPERLINK(…)」 would be run by whoever opens the export (security.md,
row 17). A leading apostrophe makes it text. Texts that already look so marked get one
more, so that taking one off always gives back what was stored.
"""

from __future__ import annotations

import unicodedata
from typing import Final

MARK: Final = "'"
RISKY: Final = frozenset("=+-@\t\r\n\x00＝＋－＠")
"""First characters from which a spreadsheet reads a formula, or which hide one."""

_SKIPPED: Final = frozenset({"Zs", "Zl", "Zp", "Cf", "Cc"})
"""Blanks, invisibles and controls, which a spreadsheet may skip."""


def guarded(text: str) -> str:
    """Return `text` so that it stays a text in a spreadsheet."""
    return MARK + text if looks_live(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given; a text that it would not have made stays."""
    if text.startswith(MARK) and looks_live(text[1:]):
        return text[1:]
    return text


def looks_live(text: str) -> bool:
    """Whether a spreadsheet might run `text`, or take off its apostrophe."""
    for character in text.lstrip(MARK):
        if character in RISKY:
            return True
        if unicodedata.category(character) not in _SKIPPED:
            return False
    return False
