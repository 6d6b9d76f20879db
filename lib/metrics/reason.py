"""A sentence that says why: a catalogue key and what fills its braces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lib.i18n import _


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence: a catalogue key and what fills its braces.

    words: details that are catalogue keys themselves (a KPI's name) and are put into
        the language of the person too.
    """

    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Return the sentence in the current language."""
        words = {name: _(word) for name, word in self.words.items()}
        return _(self.message).format(**self.details, **words)
