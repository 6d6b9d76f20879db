"""What other processes do to the store under test. Each function runs in its own."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path

from lib import clock
from lib.errors import Conflict
from lib.schema.masters import Product
from lib.store import merge
from lib.store.protocol import Insert, Store
from lib.store.sql.backup import back_up_daily
from tests.store.places import open_place
from tests.store.rows import NOON, activity, change, complaint, read, saving

context = multiprocessing.get_context("forkserver")
"""The only one of the suite: what it imports beforehand is said once for all."""
# A child starts as the main program does, so what that imports is shared as well.
context.set_forkserver_preload([__name__, "pytest", "lib.actions.notices.queue"])


def switch_off_the_check() -> None:
    """Let every update through, whatever stands; for the negative control only."""
    merge._clashes = lambda *_: []


def append_tokens(store: Store, keys: list[str], who: str, count: int) -> None:
    """Append `count` tokens of one's own to the text of each row, none lost.

    A conflict shows what stands there now; the token then goes behind that.
    """
    snapshot = store.load()
    for key in keys:
        row = read(snapshot, "products", key)
        seen = row.maker
        for number in range(count):
            while True:
                longer = f"{seen} {who}.{number}"
                time.sleep(0.001)
                try:
                    store.commit(saving(change(row, {"maker": seen}, maker=longer)))
                except Conflict as conflict:
                    seen = conflict.fields[0].theirs
                    continue
                break
            seen = longer


def append(url: str, data: Path, keys: list[str], who: str, count: int) -> None:
    """Append tokens from a process of its own."""
    append_tokens(open_place(url, data=data), keys, who, count)


def append_blindly(url: str, data: Path, keys: list[str], who: str, count: int) -> None:
    """Append tokens as a program would that does not compare before it writes."""
    switch_off_the_check()
    append(url, data, keys, who, count)


def insert_same(url: str, data: Path, key: str, who: str, won: Path) -> None:
    """Try to be the one who makes a row, and say so in a file."""
    store = open_place(url, data=data)
    try:
        store.commit(saving(Insert(Product(code=key, name=who))))
    except Conflict:
        return
    (won / who).touch()


def write_until_killed(url: str, data: Path, run: int, acknowledged: Path) -> None:
    """Save cases with their first step, noting each that the store confirmed."""
    store = open_place(url, data=data)
    with acknowledged.open("ab", buffering=0) as notes:
        for number in range(100_000):
            key = f"K-{run}-{number}"
            store.commit(
                saving(
                    complaint(key),
                    activity(key, id=f"H-{run}-{number}"),
                    id=f"C-{run}-{number}",
                )
            )
            os.write(notes.fileno(), f"{key}\n".encode())


def back_up_once(url: str, data: Path) -> None:
    """Take the copy of the day on which the tests' clock stands."""
    os.environ[clock.FIXED_BY] = NOON.isoformat()
    back_up_daily(url, data=data)
