"""Words of a file as the words used here: 「東京センター」 is TYO, 「山田」 is 山田 太郎.

A name that stands in the masters as it was typed is taken without asking; anything
else is at most a guess, which a person has to agree to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from lib.schema.cells import guessed_choice
from lib.schema.column import Field
from lib.text import folded

_MATCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "centres": ("code", "name"),
    "members": ("name",),
    "products": ("code", "name"),
}
"""Masters whose rows are called by name: the columns, what is stored first."""

_HONORIFIC: Final = re.compile(r"(?:様|さま|さん|氏|担当|\(.*\))$")
_SHORTEST_PART: Final = 2


class Vocabulary:
    """What words of a file may stand for, in the masters and in the vocabularies."""

    def __init__(self, frames: Mapping[str, pd.DataFrame]) -> None:
        self._names = {
            code: _names_of(frames[code], columns)
            for code, columns in _MATCHED.items()
            if code in frames
        }

    def refers(self, field: Field) -> bool:
        """Whether words of this field stand for rows of a master."""
        return field.column.refers in self._names

    def exact(self, field: Field, typed: str) -> str:
        """Return what the master calls it; "" where it has no such name or code."""
        return self._names[field.column.refers].get(_bare(typed), "")

    def offered(self, field: Field) -> tuple[str, ...]:
        """Return what a word of this field may be matched with."""
        if field.choices:
            return tuple(choice.value for choice in field.choices)
        names = self._names.get(field.column.refers, {})
        return tuple(dict.fromkeys(names.values()))

    def guess(self, field: Field, typed: str) -> str:
        """Return what a word probably stands for; "" where nothing is likelier."""
        if field.choices:
            found = guessed_choice(field, typed)
            return found.value if found else ""
        if not self.refers(field):
            return ""
        bare = _HONORIFIC.sub("", _bare(typed))
        names = self._names[field.column.refers]
        if bare in names:
            return names[bare]
        near = {
            stored
            for name, stored in names.items()
            if min(len(name), len(bare)) >= _SHORTEST_PART
            and (name.startswith(bare) or bare in name or name in bare)
        }
        return near.pop() if len(near) == 1 else ""

    def named_in(self, code: str, text: str) -> str:
        """Return the row of a master that alone is named in a text; "" for none."""
        bare = _bare(text)
        near = {
            stored
            for name, stored in self._names.get(code, {}).items()
            if len(name) >= _SHORTEST_PART and name in bare
        }
        return near.pop() if len(near) == 1 else ""


def _names_of(frame: pd.DataFrame, columns: tuple[str, ...]) -> dict[str, str]:
    """Return bare name → what is stored; a name that two rows share stands for none."""
    names: dict[str, str] = {}
    shared: set[str] = set()
    stored = [str(value) for value in frame[columns[0]].tolist()]
    for column in columns:
        for value, name in zip(stored, frame[column].tolist(), strict=True):
            bare = _bare(str(name))
            if not bare:
                continue
            if names.setdefault(bare, value) != value:
                shared.add(bare)
    return {name: value for name, value in names.items() if name not in shared}


def _bare(text: str) -> str:
    return folded(text).replace(" ", "")
