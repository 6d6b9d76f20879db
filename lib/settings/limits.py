"""How many may use the app at once: `MIMAMORI_SESSIONS` and its like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lib.errors import SettingsError
from lib.i18n import N_
from lib.settings.install import PREFIX, setting

_MOST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Room:
    """How many open tabs there is room for.

    sessions: of everybody together. each: of one person, or of one network address
    where nobody signs in.
    """

    sessions: int = 200
    each: int = 20


def room() -> Room:
    """Return what `MIMAMORI_SESSIONS` and `MIMAMORI_SESSIONS_PER_ADDRESS` say.

    Raises:
        SettingsError: one of them is no whole number above zero.
    """
    usual = Room()
    return Room(
        sessions=_count("SESSIONS", usual.sessions),
        each=_count("SESSIONS_PER_ADDRESS", usual.each),
    )


def _count(name: str, usual: int) -> int:
    said = setting(name).strip()
    if not said:
        return usual
    if not (said.isascii() and said.isdecimal() and 0 < int(said[:9]) <= _MOST):
        raise SettingsError(
            N_("{name} には1以上の整数を入れてください。"), name=f"{PREFIX}{name}"
        )
    return int(said)
