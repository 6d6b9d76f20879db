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
_MASKED = re.compile(r"…\d{0,4}|[^…]?…@\S*")
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


def masked(contact: str) -> str:
    """Return a contact that a colleague can recognise but nobody can use.

    A mail address keeps its first letter and domain; anything else keeps its
    last four digits. Where both stand in it, both are left. Empty stays empty, and
    what is masked already stays as it is.
    """
    mails: list[str] = []
    others: list[str] = []
    for word in contact.split():
        plain = word.replace("＠", "@")
        (mails if "@" in plain else others).append(plain)
    tail = digits(" ".join(others))[-_TAIL:]
    number = [f"…{tail}"] if others else []
    return " ".join([*number, *map(_masked_mail, mails)])


_TAIL: Final = 4


def _masked_mail(mail: str) -> str:
    name, _, domain = mail.partition("@")
    return f"{name.replace('…', '')[:1]}…@{domain.replace('@', '')}"


def is_masked(text: str) -> bool:
    """Whether `text` is all that `masked` left of a name or contact."""
    words = text.split()
    return bool(words) and all(_MASKED.fullmatch(word) for word in words)
