"""Malicious and odd inputs of our own, by class, each with what is bad about it.

`CASES` is the whole corpus. `aimed_at(text, beacon)` turns the placeholder of a text
into the address of a listener of the test, so that a leak is a request that arrives.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from tests.security.corpus import formulas, markup, messages, texts, values

PLACE: Final = "{beacon}"
"""Stands in a text for the address of whoever listens, e.g. http://127.0.0.1:8123."""

NOWHERE: Final = "http://127.0.0.1:9"
"""An address at which nobody ever listens."""

Listed = tuple[tuple[str, str], ...]

_CLASSES: Final[dict[str, Listed]] = {
    "formula": formulas.FORMULAS,
    "script": markup.SCRIPTS,
    "markdown": markup.MARKDOWN,
    "text": texts.TEXTS,
    "control": texts.CONTROLS,
    "number": values.NUMBERS,
    "date": values.DATES,
    "cell": values.CELLS,
    "notice": messages.NOTICES,
    "header": messages.HEADERS,
    "code": messages.CODE,
    "personal": messages.PERSONAL,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One input. `what` says in a few words what is bad or odd about it."""

    kind: str
    number: int
    what: str
    text: str

    @property
    def code(self) -> str:
        """Return a name for reports, e.g. "formula-07"."""
        return f"{self.kind}-{self.number:02}"


CASES: Final[tuple[Case, ...]] = tuple(
    Case(kind, number, what, text)
    for kind, listed in _CLASSES.items()
    for number, (what, text) in enumerate(listed, start=1)
)


def aimed_at(text: str, beacon: str = NOWHERE) -> str:
    """Return `text` with the address of the listener in it."""
    return text.replace(PLACE, beacon)


def of(*kinds: str) -> tuple[Case, ...]:
    """Return the cases of some classes."""
    return tuple(case for case in CASES if case.kind in kinds)


def counts() -> Counter[str]:
    """Return how many cases each class has."""
    return Counter(case.kind for case in CASES)
