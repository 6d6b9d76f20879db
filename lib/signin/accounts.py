"""Passwords and the second step, each under the member's mail address."""

from __future__ import annotations

import threading
import unicodedata
from datetime import datetime
from functools import cache
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from lib.errors import ActionRefused
from lib.i18n import N_
from lib.signin.book import Book, seconds
from lib.signin.sealing import Seal

SHORTEST: Final = 10
LONGEST: Final = 128
_GOOD_ENOUGH: Final = 3
"""zxcvbn's scale goes from 0 to 4; 3 withstands whoever has stolen the hashes a while."""
_LOOKED_AT: Final = 64
"""Letters of a password that are judged: judging takes long where it is long."""
_STEP_SECONDS: Final = 30

_hasher: Final = PasswordHasher()
_at_once = threading.Semaphore(2)
"""Each hash takes 64 MB for a moment."""


class Accounts:
    """Who has a password here, or has come in by another way at least once."""

    def __init__(self, book: Book, seal: Seal) -> None:
        """Keep them in `book`, the secrets of second steps under `seal`."""
        self._book = book
        self._seal = seal

    def register(self, member: str, now: datetime) -> None:
        """Note that the member has come in; nothing changes where that is known."""
        with self._book.open() as book:
            book.execute(
                "INSERT OR IGNORE INTO accounts (member, registered_at) VALUES (?, ?)",
                (member, seconds(now)),
            )

    def registered(self) -> frozenset[str]:
        """Return everybody who has set a password or come in."""
        with self._book.reading() as book:
            rows = book.execute("SELECT member FROM accounts").fetchall()
        return frozenset(str(row["member"]) for row in rows)

    def set_password(self, member: str, password: str, now: datetime) -> None:
        """Let the member come in with `password` and no other from now on."""
        kept = _hashed(password)
        with self._book.open() as book:
            book.execute(
                "INSERT INTO accounts (member, password, registered_at) VALUES (?, ?, ?)"
                " ON CONFLICT (member) DO UPDATE SET password = excluded.password",
                (member, kept, seconds(now)),
            )

    def is_right(self, member: str, password: str) -> bool:
        """Whether the member has this password; as long in coming for nobody at all."""
        kept = self._text("password", member)
        right = _matches(kept or _nobodys(), password)
        return right and bool(kept)

    @staticmethod
    def prepare() -> None:
        """Make now what comparing needs, so that no first try takes longer."""
        _nobodys()

    def has_password(self, member: str) -> bool:
        """Whether the member can come in with a password."""
        return bool(self._text("password", member))

    # The second step -------------------------------------------------------------

    def has_second_step(self, member: str) -> bool:
        """Whether a code of the member's phone is asked after the password."""
        return bool(self._text("totp", member))

    def begin_second_step(
        self, member: str, secret: str, code: str, at: datetime
    ) -> bool:
        """Ask for codes of `secret` from now on, if `code` shows that the phone has it."""
        if not _step_of(secret, code, at):
            return False
        with self._book.open() as book:
            changed = book.execute(
                "UPDATE accounts SET totp = ?, totp_used = 0 WHERE member = ?",
                (self._seal.sealed(member, secret), member),
            ).rowcount
        return changed == 1

    def end_second_step(self, member: str) -> None:
        """Ask for no code any more."""
        with self._book.open() as book:
            book.execute("UPDATE accounts SET totp = '' WHERE member = ?", (member,))

    def code_is_right(self, member: str, code: str, at: datetime) -> bool:
        """Whether this is the phone's code of the moment; each counts once.

        Raises:
            StoreUnavailable: the key to the secret is lost.
        """
        kept = self._text("totp", member)
        secret = self._seal.opened(member, kept)
        step = _step_of(secret, code, at)
        if not step:
            return False
        if not self._seal.is_sealed(kept):  # as an earlier program kept it
            kept = self._seal.sealed(member, secret)
        with self._book.open() as book:
            fresh = book.execute(
                "UPDATE accounts SET totp_used = ?, totp = ?"
                " WHERE member = ? AND totp_used < ?",
                (step, kept, member, step),
            ).rowcount
        return fresh == 1

    def _text(self, column: str, member: str) -> str:
        with self._book.reading() as book:
            row = book.execute(
                "SELECT password, totp FROM accounts WHERE member = ?", (member,)
            ).fetchone()
        return str(row[column]) if row else ""


def refuse_weak(password: str, *, known: tuple[str, ...] = ()) -> None:
    """Refuse a password that is guessed soon.

    known: words that whoever guesses tries first, such as the person's name and mail.

    Raises:
        ActionRefused: it is too short, too long or easily guessed.
    """
    if len(password) < SHORTEST:
        raise ActionRefused(
            N_("パスワードは{count}文字以上にしてください。"), count=SHORTEST
        )
    if len(password) > LONGEST:
        raise ActionRefused(
            N_("パスワードは{count}文字以下にしてください。"), count=LONGEST
        )
    words = [word for text in known for word in (text, *text.split("@")) if word]
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=[*words, "mimamori", "見守り"])
    if found["score"] < _GOOD_ENOUGH:
        raise ActionRefused(
            N_(
                "推測されやすいパスワードです。関係のない言葉をいくつか続けると、覚えやすく強くなります。"
            )
        )


def new_secret() -> str:
    """Return a new secret for a phone's codes."""
    return pyotp.random_base32()


def for_phone(secret: str, member: str) -> str:
    """Return the address that a phone's app reads as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=member, issuer_name="Mimamori")


def _step_of(secret: str, code: str, at: datetime) -> int:
    """Return the 30-second step whose code this is, a neighbour included; 0 for none."""
    typed = "".join(code.split())
    if not secret or not typed.isascii() or not typed.isdigit():
        return 0
    codes = pyotp.TOTP(secret)
    now = seconds(at) // _STEP_SECONDS
    for step in (now, now - 1, now + 1):
        if pyotp.utils.strings_equal(codes.generate_otp(step), typed):
            return step
    return 0


def _hashed(password: str) -> str:
    with _at_once:
        return _hasher.hash(_in_one_form(password))


def _matches(kept: str, password: str) -> bool:
    if len(password) > LONGEST:
        password = ""  # never right, and takes as long to find out # nosec B105
    try:
        with _at_once:
            return _hasher.verify(kept, _in_one_form(password))
    except (VerificationError, InvalidHashError):
        return False


def _in_one_form(password: str) -> str:
    """Return a password as it is compared: not every keyboard types ａ as a."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    """Return what is compared where there is no password, so that it takes as long."""
    return _hashed("nobody's")
