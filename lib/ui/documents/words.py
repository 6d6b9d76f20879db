"""How a document is told: its text, its badges, when it is to be read again."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from lib.i18n import _
from lib.schema.document import Document
from lib.schema.vocab import DocumentStatus
from lib.text import inert
from lib.ui import format as fmt

_HEADING: Final = re.compile(r"(#{1,3})[ 　]+(.+)")
# A blank must follow what may also begin a number or a word: -18℃, 1.5倍, *印.
_BULLET: Final = re.compile(r"(?:[-*][ 　]+|[・•][ 　]*)(.+)")
_NUMBERED: Final = re.compile(r"(\d{1,3})(?:\.[ 　]+|[)．）](?!\d)[ 　]*)(.+)")


def body_markdown(text: str) -> str:
    """Return a document's text as Markdown of which only three things are alive.

    Lines that begin with # are headings, with - or ・ points, with a number steps. All
    else, and whatever stands in them, is shown letter for letter.
    """
    return "\n".join(_line(line.strip()) for line in text.split("\n"))


def text_of(one: Document) -> str:
    """Return the text of a document as `body_markdown` does; 「—」 for none."""
    return body_markdown(one.body) or fmt.NOTHING


def _line(line: str) -> str:
    if not line:
        return ""
    if found := _HEADING.fullmatch(line):
        return f"\n**{inert(found[2])}**\n"
    if found := _NUMBERED.fullmatch(line):
        return f"{int(found[1])}. {inert(found[2])}"
    if found := _BULLET.fullmatch(line):
        return f"- {inert(found[1])}"
    return f"{inert(line)}  "


def badges(one: Document, products: dict[str, str], today: date) -> str:
    """Return kind, product, kind of complaint and review as badges, as one text."""
    found = [f":blue-badge[{inert(fmt.choice(one.kind))}]"]
    if one.status is not DocumentStatus.IN_USE:
        found.append(f":gray-badge[{inert(fmt.choice(one.status))}]")
    if one.product_code:
        name = products.get(one.product_code, one.product_code)
        found.append(f":gray-badge[{inert(name)}]")
    if one.claim_type:
        found.append(f":gray-badge[{inert(_(one.claim_type))}]")
    if is_late(one, today):
        found.append(f":orange-badge[▲ {inert(_('見直し期限を過ぎています'))}]")
    return " ".join(found)


def is_late(one: Document, today: date) -> bool:
    """Whether its day to be read again is over."""
    in_use = one.status is DocumentStatus.IN_USE
    return in_use and one.review_on is not None and one.review_on < today


def review_words(one: Document) -> str:
    """Return who looks after it, and until when it is to be read again."""
    said = [
        _("担当 {name}").format(name=one.owner) if one.owner else "",
        _("見直し {day}").format(day=fmt.full_day(one.review_on))
        if one.review_on
        else _("見直し期限なし"),
    ]
    return " · ".join(filter(None, said))
