"""Ids that a person can read out over the phone: `K-261121-7F3QX`.

Made by the writer without a counter: the day makes them sortable, five letters of a
31-letter alphabet without look-alikes make a clash on one day rare (1 in 28.6 million
for a pair), and the store refuses a reuse.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
import uuid
from datetime import datetime
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ".replace("U", "")
"""No 0/O, 1/I, and no U, which is heard as V or taken for one."""

WITHOUT_NUMBER: Final = "+"
"""Starts the key of a sheet's row that has no number yet; it changes with the row."""

COPY_MARK: Final = "#"
"""Parts the number of a sheet's row from #2, #3 … where it stands in several rows."""

_TYPED = re.compile(rf"^([A-Z])(\d{{6}})([{ALPHABET}]{{5}})$")
_NOT_PART = re.compile(r"[^A-Z0-9]")


def new_id(prefix: str, now: datetime) -> str:
    """Return a fresh id such as `K-261121-7F3QX` for that moment."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(5))
    return f"{prefix}-{now:%y%m%d}-{letters}"


def id_for(prefix: str, now: datetime, seed: str) -> str:
    """Return the id of that moment which belongs to `seed`: the same for each retry.

    Other seeds give other letters, as far apart as chance would put them.
    """
    number = int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=16).digest())
    letters = ""
    for _ in range(5):
        number, place = divmod(number, len(ALPHABET))
        letters += ALPHABET[place]
    return f"{prefix}-{now:%y%m%d}-{letters}"


def new_commit_id() -> str:
    """Return a random id for one save; the same save tried again carries it again."""
    return uuid.uuid4().hex


def read_id(typed: str) -> str | None:
    """Return the id a person typed, whatever case, width or hyphens, or None.

    "ｋ２６１１２１７ｆ３ｑｘ" gives "K-261121-7F3QX". 1 and I are read as L, the
    only look-alikes of which the alphabet keeps one.
    """
    plain = _NOT_PART.sub("", unicodedata.normalize("NFKC", typed).upper())
    prefix, day, letters = plain[:1], plain[1:7], plain[7:]
    letters = letters.replace("1", "L").replace("I", "L")
    if not _TYPED.match(prefix + day + letters):
        return None
    return f"{prefix}-{day}-{letters}"
