"""日報の形: a centre's own form of its figures: which of its columns is which.

A row of the group 「日報の形」 is named after the centre's code; its value has one line a
column, in their order: 「総着信 = 着信数」, 「受電率 = 応答率」, 「備考2 = 取り込まない」.
With it the next block is recognised and the centre gets its figures back in its own form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from lib.text import one_line

GROUP: Final = "日報の形"
"""区分 of these rows in 設定."""

NOT_TAKEN: Final = "取り込まない"
"""What stands for a column that a person left out."""

DESCRIPTION: Final = (
    "センターの日報の列。貼り付けた表を読むときと、日報を出すときに使う"
)

MOST_COLUMNS: Final = 100
_LONGEST: Final = 60
_EQUALS: Final = " = "


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column of a centre's form. header: as the centre writes it.

    means: the label of a count, the name of a share, `NOT_TAKEN`, or "" for nothing
    that is known here.
    """

    header: str
    means: str


def written(columns: Iterable[FormColumn]) -> str:
    """Return the 値 for a form."""
    kept = list(columns)[:MOST_COLUMNS]
    lines = [f"{one_line(c.header, _LONGEST)}{_EQUALS}{c.means}".rstrip() for c in kept]
    return "\n".join(lines)


def read(value: str) -> tuple[FormColumn, ...]:
    """Return the form that a 値 tells; lines that tell none are passed over."""
    found = []
    for line in value.splitlines():
        header, equals, means = line.rpartition("=")
        if equals and header.strip():
            found.append(FormColumn(header.strip(), means.strip()))
    return tuple(found)


def form_in(settings: pd.DataFrame, centre: str) -> tuple[FormColumn, ...]:
    """Return the form of a centre, of its rows the newest; () where there is none."""
    own = settings[(settings["group"] == GROUP) & (settings["name"] == centre)]
    if own.empty:
        return ()
    newest = own.sort_values("effective_from", kind="stable").iloc[-1]
    return read(str(newest["value"]))
