"""What each field of a row becomes when it is anonymised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from lib.metrics.deterrence import BLOCKED_WORDS, CANCEL_WORDS
from lib.metrics.referrals import CALLED_AGAIN, plain_number
from lib.schema.erasing import ERASABLE, erased_text, group_mark, is_left

_BLOCKED: Final = {"解約できない": re.compile(BLOCKED_WORDS)}
_CANCEL: Final = {"解約": re.compile(CANCEL_WORDS)}
_AGAIN: Final = {CALLED_AGAIN: re.compile(rf"\A{re.escape(CALLED_AGAIN)}")}

_HEARD: Final[Mapping[tuple[str, str], Mapping[str, re.Pattern[str]]]] = {
    ("complaints", "content"): _BLOCKED,
    ("agency_inquiries", "facts"): _CANCEL,
    ("agency_inquiries", "demand"): _CANCEL,
    ("activities", "content"): _AGAIN,
}
"""Fields in which figures look for words: what they found is kept, the rest is not."""


def erased(
    table: str, row: Mapping[str, Any], groups: Mapping[str, str]
) -> dict[str, str]:
    """Return what the fields of a row become that still say something; {} for none.

    row: its values as a frame has them. groups: the mark of each order number.
    """
    found: dict[str, str] = {}
    for name, form in ERASABLE.get(table, {}).items():
        value = row[name]
        if not isinstance(value, str) or not is_left(table, name, value):
            continue
        match form:
            case "text":
                found[name] = _text(table, name, value)
            case "group":
                found[name] = groups.get(plain_number(value), "")
            case _:
                found[name] = ""
    return found


def groups_of(order_numbers: Mapping[str, str]) -> dict[str, str]:
    """Return the mark for each order number, given by the rows that carry one.

    Rows with one number get one mark, made of the first row's key.
    """
    members: dict[str, list[str]] = {}
    for key, number in order_numbers.items():
        if plain := plain_number(number):
            members.setdefault(plain, []).append(key)
    return {number: group_mark(min(keys)) for number, keys in members.items()}


def _text(table: str, name: str, value: str) -> str:
    if not value.strip():
        return ""
    heard = _HEARD.get((table, name), {})
    kept = tuple(phrase for phrase, words in heard.items() if words.search(value))
    return erased_text(kept)
