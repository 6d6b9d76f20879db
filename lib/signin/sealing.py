"""The secrets of second steps are kept enciphered: a copy of the book alone is no use.

The key lies beside, in `sign-in.key` of the data folder (0600). Whoever has the whole
folder has both; whoever has got hold of a copy of the database has not.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from lib.errors import StoreUnavailable

FILE: Final = "sign-in.key"
_SEALED: Final = "sealed:"


class Seal:
    """The key of one installation; it is made with the first secret."""

    def __init__(self, data: Path) -> None:
        """Keep the key in `data`, an existing folder."""
        self._path = data / FILE

    def sealed(self, member: str, secret: str) -> str:
        """Return `secret` as it is kept, bound to the member.

        Raises:
            StoreUnavailable: the key cannot be read or made.
        """
        text = f"{member}\n{secret}".encode()
        return _SEALED + Fernet(self._key()).encrypt(text).decode("ascii")

    def opened(self, member: str, kept: str) -> str:
        """Return the secret that was kept for the member; "" for none.

        A secret that an earlier program kept as it is counts too.

        Raises:
            StoreUnavailable: the key is another one or is lost, or it was kept for
                somebody else. Nobody comes in without the second step then.
        """
        if not kept.startswith(_SEALED):
            return kept
        try:
            text = Fernet(self._key()).decrypt(kept.removeprefix(_SEALED)).decode()
        except (InvalidToken, ValueError) as error:
            raise StoreUnavailable("the key of the second steps") from error
        whose, _, secret = text.partition("\n")
        if whose != member:
            raise StoreUnavailable("the second step of somebody else")
        return secret

    @staticmethod
    def is_sealed(kept: str) -> bool:
        """Whether what is kept can be read with the key only."""
        return kept.startswith(_SEALED)

    def _key(self) -> bytes:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return self._made()
        except OSError as error:
            raise StoreUnavailable("the key of the second steps") from error

    def _made(self) -> bytes:
        key = Fernet.generate_key()
        part = self._path.with_suffix(f".{os.getpid()}.part")
        try:
            with os.fdopen(
                os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
            ) as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(part, self._path)  # whole, and never over another's
            finally:
                part.unlink()
        except FileExistsError:
            return self._path.read_bytes()
        except OSError as error:
            raise StoreUnavailable("the key of the second steps") from error
        return key
