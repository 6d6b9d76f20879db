"""Words of a vocabulary, by what people call them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from lib.i18n import translate
from lib.schema.cells.aliases import ALIASES
from lib.schema.cells.reading import (
    BLANKS,
    LONGEST_VALUE,
    NOT_A_CHOICE,
    WRITTEN_AS_MISSING,
    Reading,
    Status,
    means_missing,
    no_value,
    repaired,
)
from lib.schema.cells.writing import text_of
from lib.schema.column import Field
from lib.schema.vocab import Choice
from lib.text import folded


def read_choice(field: Field, plain: Any) -> Reading:
    """Read one choice; a word that means none is bad, a mark for nothing is missing."""
    typed = plain if isinstance(plain, str) else text_of(plain)
    choice, exact = _choice_of(field, typed)
    if choice is not None:
        return Reading(choice) if exact else repaired(choice)
    if means_missing(typed):
        return no_value(Status.REPAIRED, WRITTEN_AS_MISSING)
    return no_value(Status.BAD, NOT_A_CHOICE)


_BETWEEN_CHOICES: Final = re.compile(r"[、,，;；|｜/／\n]")


def read_choices(field: Field, plain: Any) -> Reading:
    """Read several choices in one cell, each once; one bad word makes the cell bad."""
    typed = plain if isinstance(plain, str) else text_of(plain)
    chosen: dict[Choice, None] = {}
    all_exact = True
    for part in _BETWEEN_CHOICES.split(typed):
        if not part.strip(BLANKS):
            continue
        choice, exact = _choice_of(field, part)
        if choice is None:
            if means_missing(typed):
                return repaired((), WRITTEN_AS_MISSING)
            return Reading((), Status.BAD, NOT_A_CHOICE)
        all_exact = all_exact and exact
        chosen[choice] = None
    value = tuple(chosen)
    return Reading(value) if all_exact else repaired(value)


def guessed_choice(field: Field, typed: str) -> Choice | None:
    """Return the one choice whose word is part of what was typed; None for none.

    「対応中です。」 may be 対応中. Of words that contain each other the longest counts.
    """
    kind = field.choice_type
    if kind is None or len(typed) > LONGEST_VALUE:
        return None
    wanted = folded(typed)
    meanings = _meanings(kind)
    inside = [
        word for word in meanings if len(word) >= _SHORTEST_WORD and word in wanted
    ]
    longest = [w for w in inside if not any(w in other != w for other in inside)]
    found = {meanings[word] for word in longest}
    return found.pop() if len(found) == 1 else None


_SHORTEST_WORD: Final = 2


def _choice_of(field: Field, typed: str) -> tuple[Choice | None, bool]:
    """Return the choice meant, and whether it was written just as it stands."""
    kind = field.choice_type
    if kind is None:
        return None, False
    for choice in kind:
        if choice.value == typed:
            return choice, True
    return _meanings(kind).get(folded(typed)), False


@cache
def _meanings(kind: type[Choice]) -> Mapping[str, Choice]:
    """Return folded word → choice: values first, then codes, English and aliases."""
    meanings: dict[str, Choice] = {}
    for choice in kind:
        meanings[folded(choice.value)] = choice
    for choice in kind:
        meanings.setdefault(folded(choice.code), choice)
    english = [(folded(translate(choice.value, "en")), choice) for choice in kind]
    words = [word for word, _choice in english]
    for word, choice in english:
        if words.count(word) == 1:
            meanings.setdefault(word, choice)
    for name, aliases in ALIASES.get(kind, {}).items():
        for alias in aliases.split():
            meanings.setdefault(folded(alias), kind[name])
    return meanings
