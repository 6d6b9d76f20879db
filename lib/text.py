"""Pure functions on text: comparing, finding, masking, making inert."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_TEXT = 50_000
"""Characters a cell of a Google Sheet can hold (Drive's help page on limits)."""

LONGEST_ADDRESS = 2_000
"""Characters of a web address that browsers agree on."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:^&=])")
# What Streamlit finds after Markdown's escapes are taken off: addresses, names of faces,
# icons and its logo (`:smile:`), arrows (`->`); and blanks that would begin a block.
_FOUND_LATER = re.compile(
    r"www(?=\.)|https?(?=:)|(?<=[\w.+-])@(?=[\w-]+\.)"
    r"|:(?=(?:[a-z_+-][\w+/-]*|100|1234):)"
    r"|(?<!\S)[<>~-](?=(?:->|[-=>])(?!\S))"
    r"|^(?=[ \t])",
    re.IGNORECASE | re.MULTILINE,
)
_PARTING = re.compile(r"[\s、,;；，/／・|｜「」]+")
_BRACKETS = re.compile(r"[()（）]+")
_NUMBER_ALONE = re.compile(r"[+＋\d\-‐‑–—―−ー()（）]*")
_DOMAIN = re.compile(r"[\w.-]+")
_ENDS_AS_A_NAME = re.compile(r"[\w.+…-]\Z")
_WEB = re.compile(r"https?://[^\s/?#@<>\"'\\`]+([/?#][^\s<>\"\\`]*)?", re.IGNORECASE)
_WORD_JOINER = "\u2060"
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def folded(text: str) -> str:
    """Return `text` for comparing: width, case, kana kind and blanks folded away.

    「ｶｲﾔｸ」「カイヤク」「かいやく」 and "ＡＢＣ"/"abc" become equal. Never shown.
    """
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    return " ".join(plain.translate(_KATAKANA_TO_HIRAGANA).split())


def storable(text: str) -> str:
    r"""Return `text` as every store can hold it: `\n` line ends, no control codes.

    Lone surrogates, which no UTF-8 file can hold, become U+FFFD. Everything else
    that a person typed stays, direction marks and odd blanks included.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = _CONTROL.sub("", unified)
    return clean.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def one_line(text: str, limit: int = 80) -> str:
    """Return `text` on one line for a table, cut with 「…」 after `limit`."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def inert(text: str) -> str:
    """Return `text` so that Streamlit's Markdown shows it letter for letter.

    A remote image in a customer's words would be fetched by the reader's browser
    (security.md, row 14), so everything that Markdown could read is escaped. Some
    things are found even so, after unescaping, unless an invisible joiner stands in
    them: addresses, which become links, `:smile:`, `->`.
    """
    parted = _FOUND_LATER.sub(rf"\g<0>{_WORD_JOINER}", text)
    return _MARKDOWN.sub(r"\\\1", parted).replace("\n", "  \n")


def is_web_address(text: str) -> bool:
    """Whether a button may open `text`: an address of a page, and nothing beside it.

    Neither a script nor data, nor an address that begins with the name of another
    (`https://example.jp@evil.example`).
    """
    return len(text) <= LONGEST_ADDRESS and _WEB.fullmatch(text) is not None


def digits(text: str) -> str:
    """Return only the digits of `text`, full-width ones included."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdecimal())


def pieces(contact: str) -> list[str]:
    """Return the words of a contact; marks part them as blanks do. [] for none.

    Brackets part them too, except within one number: 03(1234)5678.
    """
    found: list[str] = []
    for word in _PARTING.split(contact):
        found += [word] if _is_one_number(word) else _BRACKETS.split(word)
    return [piece for piece in found if piece]


def _is_one_number(word: str) -> bool:
    if not _NUMBER_ALONE.fullmatch(word) or len(digits(word)) > _LONGEST_NUMBER:
        return False
    opened, closed = (sum(map(word.count, pair)) for pair in ("(（", ")）"))
    return opened == closed


_LONGEST_NUMBER: Final = 13
"""Digits of a number with the country's and the zero in brackets: +81(0)90-…"""


def masked(contact: str) -> str:
    """Return a contact that a colleague can recognise but nobody can use.

    A mail address keeps its first letter and domain; anything else keeps its
    last four digits. Where both stand in it, both are left, however they are parted.
    Empty stays empty, and what is masked already stays as it is.
    """
    words = [piece.replace("＠", "@") for piece in pieces(contact)]
    mails = [word for word in words if "@" in word]
    others = [word for word in words if "@" not in word]
    tail = digits(" ".join(others))[-_TAIL:]
    is_something = bool(others) or (not mails and bool(contact.strip()))
    number = [f"…{tail}"] if is_something else []
    return " ".join([*number, *map(_masked_mail, mails)])


_TAIL: Final = 4


def _masked_mail(mail: str) -> str:
    name, _, domain = mail.partition("@")
    shown = _public_domain(domain) if _ENDS_AS_A_NAME.search(name) else _HIDDEN
    return f"{name.replace(_HIDDEN, '')[:1]}…@{shown}"


_HIDDEN: Final = "…"


def _public_domain(behind: str) -> str:
    """Return the domain behind an @; 「…」 for a number, a name on LINE and the like."""
    found = _DOMAIN.match(behind)
    domain = found.group() if found else ""
    is_domain = "." in domain and domain[-1].isalpha()
    return domain if is_domain and len(digits(domain)) < _LIKE_A_PHONE else _HIDDEN


_LIKE_A_PHONE: Final = 7
"""Digits at which what stands behind an @ may be somebody's number."""


def is_masked(text: str) -> bool:
    """Whether `text` is all that `masked` left of a name or contact."""
    if _HIDDEN not in text:
        return False
    return all(_HIDDEN in word and masked(word) == word for word in pieces(text))
