"""連絡先: who sees a customer's contact whole; everybody else gets what masking leaves.

Frames are shared by many people, so a contact never stands whole in one. It does in a
single record, and only for whoever is in charge of it or has said why they need it.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lib.schema.complaint import SETTLED, Complaint
from lib.schema.principal import Principal
from lib.schema.vocab import ComplaintStatus, Role
from lib.settings.business import CONTACT_DAYS, value_on
from lib.settings.customer_key import MARK, contact_parts

TABLE: Final = "complaints"
FIELD: Final = "contact"

SHOWN_FOR: Final = timedelta(minutes=15)
"""How long a contact stays open to whoever gave a reason."""


# For how long -------------------------------------------------------------------


def days_kept(settings: pd.DataFrame, on: date) -> int:
    """Return for how many days after its end a case keeps its contact whole."""
    return int(float(value_on(settings, CONTACT_DAYS, on=on) or CONTACT_DAYS.default))


def ended_at(case: Complaint) -> datetime | None:
    """Return when nothing was owed to the customer any more; None while something is.

    A row closed by hand or by an import may lack 完了日時, a withdrawn one has none:
    then it is when the row was last changed, or came.
    """
    if case.status not in SETTLED:
        return None
    return case.closed_at or case.updated_at or case.received_at


def is_over(case: Complaint, now: datetime, days: int) -> bool:
    """Whether nobody is in charge of the contact any more: `days` after the end."""
    ended = ended_at(case)
    return ended is not None and now.date() > ended.date() + timedelta(days=days)


# Who ----------------------------------------------------------------------------


def in_charge(case: Complaint, who: Principal) -> bool:
    """Whether the person answers for the case: its 担当者, or who has just taken it.

    Whoever received a call keeps it while the case is new or nobody else has it.
    """
    if who.only_looks or who.role is Role.VIEWER or not who.name:
        return False
    if case.handler == who.name:
        return True
    is_new = case.status is ComplaintStatus.RECEIVED
    return case.receiver == who.name and (is_new or not case.handler)


class Grants:
    """Who was shown which contact after saying why; gone when the process ends."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._until: dict[tuple[str, str], datetime] = {}

    def give(self, who: Principal, key: str, now: datetime) -> None:
        """Open the contact of one case to one person, for `SHOWN_FOR`."""
        with self._lock:
            stale = [pair for pair, until in self._until.items() if until < now]
            for pair in stale:
                del self._until[pair]
            self._until[who.key, key] = now + SHOWN_FOR

    def take(self, who: Principal, key: str) -> None:
        """Close it again before its time."""
        with self._lock:
            self._until.pop((who.key, key), None)

    def holds(self, who: Principal, key: str, now: datetime) -> bool:
        """Whether it is open to this person now."""
        until = self._until.get((who.key, key))
        return until is not None and now <= until


# What the others get ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Last:
    raw: pd.Series
    made: pd.Series


class Column:
    """A column made of contacts, row by row; what stood there before is not made anew.

    After a save all rows but one are the same, and in their places, of 20,000.
    """

    def __init__(self, make: Callable[[str], str]) -> None:
        """Make each cell with `make`, which gets what stands in 連絡先."""
        self._make = make
        self._last: _Last | None = None

    def of(self, frame: pd.DataFrame) -> pd.Series:
        """Return what `make` gives for each row of 苦情台帳, on the frame's index."""
        raw, last = frame[FIELD], self._last
        if (
            last is not None
            and raw.equals(last.raw)
            and raw.index.equals(last.raw.index)
        ):
            return last.made
        made = pd.Series(self._cells(raw, last), index=raw.index, dtype="str")
        self._last = _Last(raw, made)
        return made

    def _cells(self, raw: pd.Series, last: _Last | None) -> npt.NDArray[np.object_]:
        cells = np.empty(len(raw), dtype=object)
        known = 0 if last is None else min(len(raw), len(last.raw))
        anew = np.ones(len(raw), dtype=bool)
        if last is not None:
            cells[:known] = last.made.to_numpy(dtype=object)[:known]
            same = raw.array[:known] == last.raw.array[:known]
            anew[:known] = ~np.asarray(same, dtype=bool)
        for at in np.flatnonzero(anew):
            text = raw.iloc[at]
            cells[at] = self._make(text) if text else ""
        return cells


_SECRET: Final = secrets.token_bytes(32)
"""Of this process: marks are compared within it and never kept."""


def marks_of(contact: str) -> str:
    """Return a mark for each phone number and address in a contact, with blanks between.

    Equal marks mean equal numbers or addresses, and nothing leads back to them. Words
    that are neither have none.
    """
    return " ".join(dict.fromkeys(map(_mark, contact_parts(contact))))


def _mark(part: str) -> str:
    digest = hashlib.blake2b(part.encode(), key=_SECRET, digest_size=10)
    return MARK + digest.hexdigest()
