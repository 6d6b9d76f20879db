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
from lib.text import storable

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
RISKY: Final = frozenset("=+-@\t\r\n\x00")
"""First characters from which a spreadsheet reads a formula, or which hide one; in
whatever width or size they are written (＝, ﹦, ⁺)."""

_SHEET_NAME: Final = 31
"""UTF-16 units of a sheet's name."""
_RESERVED: Final = "history"
"""A name that Excel keeps for itself."""
_NOT_IN_SHEET_NAMES: Final = re.compile("[\\[\\]:*?/\\\\\t\n\ufffe\uffff]")
_SKIPPED: Final = frozenset({"Zs", "Zl", "Zp", "Cf", "Cc"})
"""Blanks, invisibles and controls, which a spreadsheet may skip."""
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0000-\U000e0fff]"
)
"""Letters and marks that nobody sees either (Unicode: default ignorable)."""


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
        if unicodedata.normalize("NFKC", character)[0] in RISKY:
            return True
        if not _is_skipped(character):
            return False
    return False


def _is_skipped(character: str) -> bool:
    if unicodedata.category(character) in _SKIPPED:
        return True
    return _UNSEEN.match(character) is not None


def sheet_name(text: str, language: Language = SOURCE) -> str:
    """Return a name that spreadsheets accept for a sheet, "Sheet" where none is left."""
    plain = _NOT_IN_SHEET_NAMES.sub(" ", storable(translate(text, language)))
    units = plain.strip("' ").encode("utf-16-le")[: 2 * _SHEET_NAME]
    name = units.decode("utf-16-le", "ignore").strip("' ")
    return name if name and name.casefold() != _RESERVED else "Sheet"
