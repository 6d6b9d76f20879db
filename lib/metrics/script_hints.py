"""解約抑止の台本: which phrases of a script a person should look at again.

Hints, never a verdict: words are found, not meanings. The text is read and forgotten.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lib.settings.script_words import WordRule
from lib.text import folded

AROUND: Final = 16
"""Letters that are shown before and after a phrase."""

MOST_A_RULE: Final = 3


@dataclass(frozen=True, slots=True)
class Hint:
    """Why to look again: the rule, and the places where its phrases occur.

    places: each phrase with what stands around it; empty where a needed one is missing.
    """

    rule: WordRule
    places: tuple[str, ...]


def hints(text: str, rules: Iterable[WordRule]) -> tuple[Hint, ...]:
    """Return what to look at again, in the order of the rules; () for no text."""
    if not text.strip():
        return ()
    # In one form, so that no voiced mark stands apart from its letter.
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    return tuple(_found(plain, rules))


def _found(plain: str, rules: Iterable[WordRule]) -> Iterator[Hint]:
    for rule in rules:
        if not rule.on:
            continue
        places = _places(plain, rule.phrases)
        if bool(places) is not rule.is_needed:
            yield Hint(rule, () if rule.is_needed else places[:MOST_A_RULE])


def _places(plain: str, phrases: Iterable[str]) -> tuple[str, ...]:
    """Return every phrase that occurs with its surroundings, in the order of the text."""
    letters, origin = _comparable(plain)
    found: dict[int, int] = {}
    for phrase in phrases:
        wanted, _origin = _comparable(phrase)
        at = letters.find(wanted) if wanted else -1
        while at >= 0:
            end = origin[at + len(wanted) - 1] + 1
            found[origin[at]] = max(found.get(origin[at], 0), end)
            at = letters.find(wanted, at + len(wanted))
    return tuple(_excerpt(plain, start, found[start]) for start in sorted(found))


def _comparable(text: str) -> tuple[str, list[int]]:
    """Return a text as it is compared, and from which letter each of it comes.

    Width, kana and case are made one, blanks left out: people write them as they like.
    """
    letters: list[str] = []
    origin: list[int] = []
    for place, letter in enumerate(text):
        for part in folded(letter):
            if not part.isspace():
                letters.append(part)
                origin.append(place)
    return "".join(letters), origin


def _excerpt(text: str, start: int, end: int) -> str:
    before = text[max(start - AROUND, 0) : start]
    after = text[end : end + AROUND]
    head = "…" if start > AROUND else ""
    tail = "…" if end + AROUND < len(text) else ""
    return f"{head}{before}【{text[start:end]}】{after}{tail}"
