"""照合キー: the same customer recognised without keeping a phone book."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path
from typing import Final

from lib.text import digits, is_masked

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


def customer_key(contact: str, secret: bytes) -> str:
    """Return 20 hex letters for that contact under `secret`; "" for no contact."""
    plain = normalised_contact(contact)
    if not plain:
        return ""
    return hmac.new(secret, plain.encode(), hashlib.sha256).hexdigest()[:20]


def secret_of(data: Path) -> bytes:
    """Return the key of this installation; it is made once, in `data/customer.key`.

    Losing it means that old rows are no longer recognised; it is part of a backup.
    """
    path = data / "customer.key"
    try:
        return bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError:
        return _made(path)


def _made(path: Path) -> bytes:
    secret = secrets.token_bytes(32)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was first
        return bytes.fromhex(path.read_text("ascii").strip())
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret.hex())
    return secret
