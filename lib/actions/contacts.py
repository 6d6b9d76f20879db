"""連絡先: cut to a trace when its time is over, and kept under the key of today.

Both are work of the app itself and may be done again at any time by any number of
processes: what is done already is left as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pandas as pd
from filelock import FileLock, Timeout

from lib.actions.entry import recognise
from lib.actions.noting import note
from lib.errors import ActionRefused, AppError, Conflict, StoreError
from lib.i18n import N_
from lib.schema.complaint import SETTLED
from lib.schema.frames import JOINER
from lib.schema.ids import WITHOUT_NUMBER, new_commit_id
from lib.schema.principal import SYSTEM
from lib.settings.customer_key import (
    customer_key,
    forget_former,
    former_of,
    replace_key,
    secret_of,
    trace,
)
from lib.store.access import UserStore
from lib.store.contacts import FIELD, TABLE, days_kept
from lib.store.live import LiveStore
from lib.store.protocol import Commit, Mending, RowMend, Update
from lib.text import is_masked

log = logging.getLogger(__name__)

KEY: Final = "customer_key"
KEYED: Final = (TABLE, "agency_inquiries")
"""Tables with a 照合キー; only the first holds the contact it is made of."""

AT_ONCE: Final = 200
"""Rows of one commit: a sheet takes them in two calls."""

TIME_IS_OVER: Final = N_("連絡先を残す日数を過ぎた")
NEW_KEY: Final = N_("照合キーの鍵を替えた")


Progress = Callable[[int, int], None]
"""Told how many of how many rows are done."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is to change: what stands in it and what will."""

    table: str
    key: str
    base: Mapping[str, str]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """How many rows were changed, and how many could not be."""

    changed: int = 0
    refused: int = 0


# What is over -------------------------------------------------------------------


def over(desk: UserStore, now: datetime, secret: bytes) -> list[Change]:
    """Return what is to become of the contacts whose time is over; [] for none.

    desk: the system's.
    """
    rows = desk.frame(TABLE)
    due = time_is_over(rows, desk.frame("settings"), now) & (rows[FIELD] != "")
    found = rows.loc[due, [FIELD, KEY]]
    return [
        _cut(key, contact, known, secret)
        for key, contact, known in _named(found)
        if not is_masked(contact)
    ]


def time_is_over(
    cases: pd.DataFrame, settings: pd.DataFrame, now: datetime
) -> pd.Series:
    """Return, for each complaint, whether it may keep its contact no longer."""
    days = days_kept(settings, now.date())
    ended = cases["closed_at"].fillna(cases["updated_at"]).fillna(cases["received_at"])
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    settled = cases["status"].isin([status.value for status in SETTLED])
    return (settled & (ended < midnight - timedelta(days=days))).fillna(value=False)


def kept_whole(
    cases: pd.DataFrame, settings: pd.DataFrame, now: datetime
) -> frozenset[str]:
    """Return the complaints that keep a contact more than a trace for now."""
    kept = ~time_is_over(cases, settings, now) & (cases[FIELD] != "")
    rows = cases.loc[kept, FIELD].items()
    return frozenset(str(key) for key, text in rows if not is_masked(text))


def _named(rows: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Yield number, contact and 照合キー of each row that has a number of its own."""
    for key, contact, known in zip(rows.index, rows[FIELD], rows[KEY], strict=True):
        if not str(key).startswith((WITHOUT_NUMBER, "+")):
            yield str(key), str(contact), str(known)


def _cut(key: str, contact: str, known: str, secret: bytes) -> Change:
    """Return the row with only a trace; it gets its 照合キー where it never had one."""
    base, values = {FIELD: contact}, {FIELD: trace(contact)}
    if not known and (made := key_of(contact, secret)):
        base[KEY], values[KEY] = "", made
    return Change(TABLE, key, base, values)


def key_of(contact: str, secret: bytes) -> str:
    """Return the 照合キー of what stands in 連絡先; "" where it names nobody."""
    found = recognise(contact).keys
    return customer_key(found[0], secret) if found else ""


def cut(
    live: LiveStore, now: datetime, secret: bytes, *, progress: Progress | None = None
) -> Done:
    """Leave only a trace of each contact whose time is over.

    Raises:
        StoreError: the store cannot be reached; what was done stays done.
    """
    found = over(live.for_user(SYSTEM), now, secret)
    return write(live, found, now, TIME_IS_OVER, progress)


# The key of today ---------------------------------------------------------------


def rekeyed(desk: UserStore, secret: bytes) -> list[Change]:
    """Return the rows whose 照合キー is to be made anew with the key of today.

    Where the contact is known it tells its key. Where only the key is left, it is
    replaced as soon as the same customer is known from another row.

    desk: the system's.
    """
    rows = desk.frame(TABLE)
    whole = rows.loc[rows[FIELD] != "", [FIELD, KEY]]
    found: list[Change] = []
    today: dict[str, str] = {}
    for key, contact, known in _named(whole):
        if is_masked(contact) or not (wanted := key_of(contact, secret)):
            continue
        today |= {key_of(contact, old): wanted for old in former_of(secret)}
        if known != wanted:
            found.append(Change(TABLE, key, {KEY: known}, {KEY: wanted}))
    seen = {change.key for change in found}
    for code in KEYED:
        stands = desk.frame(code)[KEY]
        stands = stands[stands.isin(list(today))]
        found += [
            Change(code, str(key), {KEY: known}, {KEY: today[known]})
            for key, known in stands.items()
            if not (code == TABLE and key in seen)
            and not str(key).startswith((WITHOUT_NUMBER, "+"))
        ]
    return found


def rekey(
    live: LiveStore, now: datetime, secret: bytes, *, progress: Progress | None = None
) -> Done:
    """Put each 照合キー under the key of today, as far as that can be told.

    Raises:
        StoreError: the store cannot be reached; what was done stays done.
    """
    if not former_of(secret):
        return Done()
    found = rekeyed(live.for_user(SYSTEM), secret)
    return write(live, found, now, NEW_KEY, progress)


def oldest_left(desk: UserStore) -> datetime | None:
    """Return when the oldest live row came of whose customer only a 照合キー is left.

    None where there is no such row. A key that was replaced after it came may still be
    the one it is known by. desk: the system's.
    """
    rows = desk.frame(TABLE)
    lost = [not text or is_masked(text) for text in rows[FIELD]]
    inquiries = desk.frame("agency_inquiries")
    moments = [
        rows.loc[(rows[KEY] != "") & pd.Series(lost, rows.index), "received_at"].min(),
        inquiries.loc[inquiries[KEY] != "", "first_contact_at"].min(),
    ]
    known = [moment for moment in moments if not pd.isna(moment)]
    return min(known).to_pydatetime() if known else None


# By the app itself, and by command ----------------------------------------------


def tend(live: LiveStore, data: Path, now: datetime) -> Done:
    """Do what is due: traces, keys, and former keys that nothing needs any more.

    Nothing is done where another process of this machine is at it.

    Raises:
        StoreError: the store cannot be reached; what was done stays done.
    """
    try:
        with _lock(data, 0):
            return _tended(live, data, now)
    except Timeout:
        return Done()


def rotate(
    live: LiveStore, data: Path, now: datetime, *, progress: Progress | None = None
) -> Done:
    """Make a new key and put every 照合キー under it, as far as that can be told.

    Stopped in between, it has to be begun only once: `tend` goes on with it.

    Raises:
        ActionRefused: another process is at it.
        StoreError: the store or the folder cannot be reached or written.
    """
    try:
        with _lock(data, _PATIENCE):
            # First the store is asked: a key that nothing is put under helps nobody.
            live.refreshed()
            secret = replace_key(data, now)
            # Also where no row changes somebody may have to know when it was.
            _note(live, now, ROTATED, reason=NEW_KEY)
            return rekey(live, now, secret, progress=progress)
    except Timeout:
        raise ActionRefused(
            N_(
                "ほかのところで連絡先を整理しています。少し待ってからやり直してください。"
            )
        ) from None


_PATIENCE: Final = 30.0


def _lock(data: Path, patience: float) -> FileLock:
    return FileLock(data / "contacts.lock", timeout=patience, mode=0o600)


def _tended(live: LiveStore, data: Path, now: datetime) -> Done:
    secret = secret_of(data)
    keyed = rekey(live, now, secret)
    trimmed = cut(live, now, secret)
    if former_of(secret) and not keyed.refused:
        _forget_former(live, data)
    return Done(keyed.changed + trimmed.changed, keyed.refused + trimmed.refused)


def _forget_former(live: LiveStore, data: Path) -> None:
    """Forget the former keys that no row needs; none while years are put away.

    Nobody puts those rows under another key, so only the one that they were put away
    with leads to their customers.
    """
    desk = live.for_user(SYSTEM)
    oldest, years = oldest_left(desk), live.archive_years()
    # What moved between the two looks would be in neither; the next round sees it.
    if not years and live.refreshed().revision == desk.revision:
        forget_former(data, oldest)


def log_export(
    live: LiveStore,
    tabs: Iterable[str],
    reason: str,
    now: datetime,
    *,
    unmasked: bool = True,
) -> None:
    """Note in 操作ログ that whole tables leave the app, before they do.

    Raises:
        StoreError: the store cannot be reached; then nothing is to leave.
    """
    what = UNMASKED if unmasked else EXPORTED
    _note(live, now, what, after=JOINER.join(tabs), reason=reason.strip())


def _note(
    live: LiveStore, now: datetime, what: str, *, after: str = "", reason: str
) -> None:
    desk = live.for_user(SYSTEM)
    place = (TABLE, "")
    note(desk, SYSTEM.name, what, place, now=now, after=after, reason=reason)


ROTATED: Final = "(照合キーの鍵を交換)"
"""Stands for the field in the log row of a new key."""

EXPORTED: Final = "(書き出し)"
"""Stands for the field in the log row of an export with names and contacts hidden."""

UNMASKED: Final = "(伏せずに書き出し)"
"""Stands for the field in the log row of an export with names and contacts."""


# Writing ------------------------------------------------------------------------


def write(
    live: LiveStore,
    changes: Sequence[Change],
    now: datetime,
    reason: str,
    progress: Progress | None = None,
) -> Done:
    """Write the changes in batches; one row that cannot be changed holds up no other.

    Raises:
        StoreError: the store cannot be reached; what was done stays done.
    """
    changed = refused = 0
    for start in range(0, len(changes), AT_ONCE):
        some = changes[start : start + AT_ONCE]
        try:
            _commit(live, some, now, reason)
            changed += len(some)
        except AppError as error:
            _pass_outage(error)
            for change in some:
                was = _one(live, change, now, reason)
                changed, refused = changed + was, refused + (not was)
        if progress:
            progress(min(start + AT_ONCE, len(changes)), len(changes))
    return Done(changed, refused)


def _pass_outage(error: AppError) -> None:
    """Let errors through that no other row would be spared."""
    if isinstance(error, StoreError) and not isinstance(error, Conflict):
        raise error


def _commit(
    live: LiveStore, changes: Iterable[Change], now: datetime, reason: str
) -> None:
    writes = tuple(Update(c.table, c.key, c.base, c.values) for c in changes)
    commit = Commit(new_commit_id(), SYSTEM.name, now, writes, reason=reason)
    live.for_user(SYSTEM).commit(commit)


def _one(live: LiveStore, change: Change, now: datetime, reason: str) -> bool:
    """Whether one row is changed; in a sheet also one that holds what none may."""
    try:
        _commit(live, [change], now, reason)
    except Conflict:
        return False  # somebody changed it a moment ago: the next round sees that
    except AppError as error:
        _pass_outage(error)
        if live.mends and _mended(live, change, now, reason):
            return True
        log.warning("a contact stays as it is: %s", type(error).__name__)
        return False
    return True


def _mended(live: LiveStore, change: Change, now: datetime, reason: str) -> bool:
    values: dict[str, Any] = dict(change.values)
    row = RowMend(change.table, change.key, values, dict(change.base))
    mending = Mending(new_commit_id(), SYSTEM.name, now, (row,), reason=reason)
    try:
        return bool(live.for_user(SYSTEM).mend(mending).done)
    except StoreError:
        raise
    except AppError:
        return False
