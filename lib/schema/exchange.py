"""What exports and imports agree on, so that everything written is read back equal.

A customer's 「=HYPERLINK(…)」 in a CSV would be run by whoever opens it (security.md,
row 17). A leading apostrophe makes it text. Texts that already look so marked get one
more, so that taking one off always gives back what was stored.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from lib.i18n import N_, SOURCE, Language, translate

MADE_HERE: Final = "Mimamori export"
"""Stands in the comments of each workbook: its texts carry no apostrophes."""

CONTINUED: Final = N_("長い文の続き")
"""Sheet with the rest of texts too long for a cell."""

CONTINUED_HEADERS: Final = (
    N_("表"),
    N_("番号"),
    N_("項目"),
    N_("続き"),
)

MARK: Final = "'"
RISKY: Final = frozenset("=+-@\t\r\n\x00＝＋－＠")
"""First characters from which a spreadsheet reads a formula, or which hide one."""

_SHEET_NAME: Final = 31
_NOT_IN_SHEET_NAMES: Final = re.compile(r"[\[\]:*?/\\]")
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


def sheet_name(text: str, language: Language = SOURCE) -> str:
    """Return a name that spreadsheets accept for a sheet."""
    plain = _NOT_IN_SHEET_NAMES.sub(" ", translate(text, language))
    return plain[:_SHEET_NAME].strip("' ")
