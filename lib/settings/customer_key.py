"""照合キー: the same customer recognised without keeping a phone book."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from lib.errors import StoreUnavailable
from lib.text import digits, is_masked, masked, pieces

MARK: Final = "#"
"""Stands before a mark that takes a contact's place in comparing (`lib.store.contacts`),
so that none is taken for something typed."""

_NATIONAL = (10, 11)
"""Digits of a Japanese number with its leading 0: landline, mobile."""


def normalised_contact(contact: str) -> str:
    """Return a phone as its national digits, a mail in lower case; "" if neither.

    "+81 90-1234-5678", "０９０(１２３４)５６７８", "09012345678" and the "9012345678"
    that a spreadsheet makes of it become one. Shorter runs of digits are extensions
    or slips, and would join strangers: they give "". So does what masking left.
    """
    if is_masked(contact):
        return ""
    plain = unicodedata.normalize("NFKC", contact).strip()
    if "@" in plain:
        return plain.casefold()
    number = digits(plain)
    if not number.startswith("0"):
        # No national number starts without 0, so 81 is the country's code.
        number = "0" + number.removeprefix("81").removeprefix("0")
    return number if len(number) in _NATIONAL else ""


def contact_parts(contact: str) -> list[str]:
    """Return the numbers and addresses in a contact, normalised; blanks may part one.

    The numbers come first. Words that are neither are left out; [] for none.
    """
    words = pieces(contact)
    mails = [word for word in words if "@" in word or "＠" in word]
    others = [word for word in words if not ("@" in word or "＠" in word)]
    whole = normalised_contact(" ".join(others))
    numbers = [whole] if whole else _numbers(others)
    return [part for part in (*numbers, *map(normalised_contact, mails)) if part]


def _numbers(words: Sequence[str]) -> Iterator[str]:
    """Yield the numbers that several words make, the longest from each word on."""
    at = 0
    while at < len(words):
        most = min(len(words), at + _MOST_WORDS)
        ends = range(most, at, -1)
        found = next(
            ((n, end) for end in ends if (n := _number(words[at:end]))), ("", at + 1)
        )
        number, at = found
        yield number


def _number(words: Sequence[str]) -> str:
    """Return the number that all these words together are; "" for none."""
    if len(words) > 1 and not all(map(_OF_A_NUMBER.fullmatch, words)):
        return ""
    return normalised_contact(" ".join(words))


_OF_A_NUMBER: Final = re.compile(r"[+＋\d\-‐‑–—―−ー()（）]+")
_MOST_WORDS: Final = 6


def customer_key(contact: str, secret: bytes) -> str:
    """Return 20 hex letters for that contact under `secret`; "" for no contact."""
    plain = normalised_contact(contact)
    if not plain:
        return ""
    return hmac.new(secret, plain.encode(), hashlib.sha256).hexdigest()[:20]


def customer_keys(contact: str, secret: bytes) -> tuple[str, ...]:
    """Return the keys under which a contact may be known, today's first; () for none.

    For finding only: rows of which nothing but the key is left keep the one they were
    made with (`replace_key`).
    """
    keys = (customer_key(contact, key) for key in (secret, *former_of(secret)))
    return tuple(dict.fromkeys(key for key in keys if key))


_OF_MANY: Final = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "outlook.com",
        "outlook.jp",
        "hotmail.com",
        "hotmail.co.jp",
        "live.jp",
        "msn.com",
        "yahoo.co.jp",
        "ymail.ne.jp",
        "docomo.ne.jp",
        "ezweb.ne.jp",
        "au.com",
        "softbank.ne.jp",
        "i.softbank.jp",
        "vodafone.ne.jp",
        "y-mobile.ne.jp",
        "rakuten.jp",
        "nifty.com",
        "biglobe.ne.jp",
        "ocn.ne.jp",
        "so-net.ne.jp",
        "plala.or.jp",
    ]
)
"""Mail domains with very many users, so that one tells hardly more than a letter."""


def trace(contact: str) -> str:
    """Return what is kept of a contact when its time is over.

    Of a phone number its last four digits; of a mail address its first letter, and its
    domain only where very many share it: a domain of one's own would be a name.
    """
    return " ".join(map(_without_own_domain, masked(contact).split()))


def _without_own_domain(word: str) -> str:
    name, at, domain = word.partition("@")
    return word if not at or domain.casefold() in _OF_MANY else f"{name}@…"


class Secret(bytes):
    """The key of this installation; it knows those that it replaced, the newest first."""

    former: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, current: bytes, former: Iterable[bytes] = ()) -> Secret:
        """Return today's key with the former ones, itself and doubles left out."""
        made = cls(current)
        made.former = tuple(key for key in dict.fromkeys(former) if key != current)
        return made


def former_of(secret: bytes) -> tuple[bytes, ...]:
    """Return the keys that `secret` replaced; () for a key that replaced none."""
    return secret.former if isinstance(secret, Secret) else ()


def secret_of(data: Path) -> Secret:
    """Return the key of this installation; it is made once, in `data/customer.key`.

    Losing it means that old rows are no longer recognised; it is part of a backup.
    """
    path = data / _FILE
    try:
        current = bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError:
        current = _made(path)
    return Secret.of(current, (key for key, _at in _former(data)))


_FILE: Final = "customer.key"
_FORMER: Final = "customer.key.former"
"""Lines of a key that was replaced and the moment of that, the newest first."""


def replace_key(data: Path, now: datetime) -> Secret:
    """Make a new key; the one before is kept among the former. Return the new one.

    The old key is safe on the disk before the new one counts: whatever stops this in
    between, no row is left whose key is lost. The caller sees to it that no two do this
    at once.

    Raises:
        StoreUnavailable: the folder cannot be written; the old key still counts.
    """
    current, kept = secret_of(data), _former(data)
    _keep_former(data, [(current, now), *(pair for pair in kept if pair[0] != current)])
    _write(data / _FILE, secrets.token_bytes(_BYTES).hex())
    return secret_of(data)


def forget_former(data: Path, oldest: datetime | None) -> int:
    """Forget the former keys under which no row can be known any more.

    oldest: when the oldest row came of whose customer only the 照合キー is left; None
        where there is none. Returns how many keys went.

    Raises:
        StoreUnavailable: the folder cannot be written; all stay.
    """
    kept = _former(data)
    needed = [pair for pair in kept if oldest is not None and oldest < pair[1]]
    if len(needed) < len(kept):
        _keep_former(data, needed)
    return len(kept) - len(needed)


def _former(data: Path) -> list[tuple[bytes, datetime]]:
    try:
        lines = (data / _FORMER).read_text("ascii").splitlines()
    except FileNotFoundError:
        return []
    parts = [line.split() for line in lines if line.strip()]
    return [(bytes.fromhex(key), datetime.fromisoformat(at)) for key, at in parts]


def _keep_former(data: Path, pairs: Iterable[tuple[bytes, datetime]]) -> None:
    _write(
        data / _FORMER, "".join(f"{key.hex()} {at.isoformat()}\n" for key, at in pairs)
    )


def _write(path: Path, text: str) -> None:
    """Replace a file in one step, so that no reader ever meets half a key."""
    being_written = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(being_written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        being_written.replace(path)
    except OSError as error:
        being_written.unlink(missing_ok=True)
        raise StoreUnavailable from error


_BYTES: Final = 32


def _made(path: Path) -> bytes:
    secret = secrets.token_bytes(_BYTES)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was first
        return bytes.fromhex(path.read_text("ascii").strip())
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret.hex())
    return secret
