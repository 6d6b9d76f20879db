"""カレンダーのアドレス: the secret that stands in it, kept beside the data.

Whoever knows the address sees the dates, so it cannot be guessed, exists only once a
manager has asked for it, and can be replaced: the old one is dead from then on.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Final

_FILE: Final = "calendar.key"
_BYTES: Final = 24
_FORM: Final = re.compile(r"[A-Za-z0-9_-]{32}")


def secret_of(data: Path) -> str:
    """Return the secret of this installation; "" where there is none (now)."""
    try:
        kept = (data / _FILE).read_text("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
    return kept if _FORM.fullmatch(kept) else ""


def is_right(data: Path, said: str) -> bool:
    """Whether somebody says the secret; nobody can where there is none."""
    kept = secret_of(data)
    return bool(kept) and hmac.compare_digest(kept.encode(), said.encode())


def renew(data: Path) -> str:
    """Make a new secret and return it; the one before opens nothing any more."""
    secret = secrets.token_urlsafe(_BYTES)
    data.mkdir(parents=True, exist_ok=True)
    being_written = data / f"{_FILE}.{secrets.token_hex(4)}"
    handle = os.open(being_written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret)
    # In one step, so that no reader ever meets half a secret.
    being_written.replace(data / _FILE)
    return secret


def revoke(data: Path) -> None:
    """Let no address open anything; without a secret nothing happens."""
    (data / _FILE).unlink(missing_ok=True)
