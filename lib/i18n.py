"""Texts in the user's language. Japanese is the source; English is a catalogue.

`_("…")` translates at call time, so a module constant must hold the plain key,
marked with `N_` for the catalogue. Never put an f-string inside `_()`: fill the
braces afterwards with `.format()`.
"""

from __future__ import annotations

import gettext as _gettext
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, cast

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["ja", "en"]

LANGUAGES: Final[dict[Language, str]] = {"ja": "日本語", "en": "English"}
"""Each language by its own name, the source first."""

SOURCE: Final[Language] = "ja"

CATALOGUES = Path(__file__).resolve().parent.parent / "locale"

_language_inside: ContextVar[Language | None] = ContextVar("language", default=None)
_language_now: Callable[[], Language] = lambda: SOURCE  # noqa: E731


def N_(text: str) -> str:  # noqa: N802 - gettext's customary name
    """Mark `text` for the catalogue and return it unchanged."""
    return text


def follow(source: Callable[[], Language]) -> None:
    """Let `source` say, at each call, which language the person uses.

    The screen sets this once; without it everything is Japanese.
    """
    global _language_now  # noqa: PLW0603 - one switch for the process, set at start
    _language_now = source


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Fix the language inside, in this thread only; it spares asking at each text."""
    before = _language_inside.set(language)
    try:
        yield
    finally:
        _language_inside.reset(before)


def current() -> Language:
    """Return the language of the person whose run this is."""
    return _language_inside.get() or _language_now()


def _(text: str) -> str:
    """Return `text` in the current language, or as it is where no entry exists."""
    return translate(text, current())


def translate(text: str, language: Language) -> str:
    """Return `text` in `language`; an empty text stays empty."""
    if language == SOURCE or not text:
        return text
    return catalogue(language).gettext(text)


@lru_cache
def catalogue(language: Language) -> _gettext.NullTranslations:
    """Return the compiled catalogue; none is committed, so it is made on first use."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as po:
        entries = read_po(po, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, entries)
    compiled.seek(0)
    return _gettext.GNUTranslations(cast("Any", compiled))
