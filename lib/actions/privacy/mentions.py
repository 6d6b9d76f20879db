"""Whether something half typed is about somebody: case, contact or order, by field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from lib.metrics.referrals import plain_number
from lib.store.contacts import marks_of
from lib.store.drafts import Draft

RowKey = tuple[str, str]

CONTACTS: Final = frozenset({"contact", "agency_contact"})
"""Fields that hold how somebody is reached, and nothing else."""
ORDERS: Final = frozenset({"order_number"})

CONTACT_IN_TEXT: Final = re.compile(
    r"[\w.+-]{1,64}[@＠][\w-]{1,63}(?:\.[\w-]{1,63})+|(?<![0-9０-９A-Za-z])[+＋]?[0-9０-９](?:[-‐－ー()（） 　]?[0-9０-９]){8,12}(?![0-9０-９])"
)
"""A mail address or phone number inside a text."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """What tells that a draft is about one of some cases.

    numbers: of the cases and agency contacts. orders: plain order numbers. marks: of
    their contacts, see `marks_of`; what masking left has none. words: numbers and
    orders as they are looked for in a text.
    """

    numbers: frozenset[str]
    orders: frozenset[str]
    marks: frozenset[str]
    words: re.Pattern[str] | None

    @classmethod
    def of(
        cls, frames: Mapping[str, pd.DataFrame], rows: Collection[RowKey]
    ) -> Mentions:
        """Return what is known of these complaints and contacts; others are left out.

        frames: of both tables, nothing masked.
        """
        numbers: set[str] = set()
        orders: set[str] = set()
        marks: set[str] = set()
        for code, contact in (
            ("complaints", "contact"),
            ("agency_inquiries", "agency_contact"),
        ):
            keys = {key for at, key in rows if at == code}
            own = frames[code]
            own = own[own.index.isin(keys)]
            numbers |= keys
            orders |= set(own["order_number"].tolist()) - {""}
            for text in own[contact].tolist():
                marks.update(marks_of(text).split())
        plain = frozenset(map(plain_number, orders)) - {""}
        words = _words(numbers, orders)
        return cls(frozenset(numbers), plain, frozenset(marks), words)

    def are_in(self, draft: Draft) -> bool:
        """Whether the draft is about one of them."""
        return draft.entry in self.numbers or any(
            self._says(name, text) for name, text in _texts(draft.values)
        )

    def _says(self, name: str, text: str) -> bool:
        if name in ORDERS:
            return plain_number(text) in self.orders
        if name in CONTACTS:
            return bool(self.marks & set(marks_of(text).split()))
        found = CONTACT_IN_TEXT.findall(text)
        if any(self.marks & set(marks_of(contact).split()) for contact in found):
            return True
        plain = _folded(text)
        return self.words is not None and self.words.search(plain) is not None


def _texts(values: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a draft with the field it stands in."""
    if isinstance(values, str):
        yield name, values
    elif isinstance(values, Mapping):
        for key, value in values.items():
            yield from _texts(value, str(key))
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _texts(value, name)


def _words(numbers: Iterable[str], orders: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds these as whole words; None for none.

    A case's number is like nothing else, so 「件K-261101-AAAAAと」 holds it; an order may
    be any figure, and "1234" is not in 「1234円」.
    """
    found = [
        *(rf"(?<![0-9a-z]){re.escape(_folded(own))}(?![0-9a-z])" for own in numbers),
        *(
            rf"(?<![^\W_]){re.escape(_folded(order))}(?![^\W_])"
            for order in orders
            if len(order) >= _SHORTEST
        ),
    ]
    return re.compile("|".join(sorted(found))) if found else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


_SHORTEST: Final = 4
"""Letters below which a number says nothing in a text: "12" stands in many."""
