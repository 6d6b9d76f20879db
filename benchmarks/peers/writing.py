"""What every writer of the race does, whatever library it writes with.

Only the standard library: each peer runs this in its own virtual environment. A writer
is a process that plays one user after another: look at the ledger, think of one or two
fields of a record, save them, and read again where the save was refused. It prints one
line of JSON for each attempt, so that a judge knows who meant what.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

TAB = "苦情台帳"
KEY = "受付番号"
FIELDS = ("注文番号", "申出の種類", "販路・LP", "ロット番号")
"""Headers of the fields that are written: free texts, none of which means a date."""

SHARE_OF_TWO = 0.25
"""How often a save changes two fields of its record."""
MOST_TRIES = 8

Rows = dict[str, dict[str, str]]
"""What stands in `FIELDS`, by key and header."""


class Told(Exception):
    """The save did not happen, and the user was told so.

    theirs: what stands in the fields by now, where the refusal says it.
    """

    def __init__(self, why: str, theirs: Mapping[str, str] | None = None) -> None:
        """Keep both."""
        super().__init__(why)
        self.why = why
        self.theirs = dict(theirs or {})


class Desk(Protocol):
    """A library in front of the shared sheet."""

    def rows(self) -> Rows:
        """Return what a user sees now."""
        ...

    def save(
        self, key: str, base: Mapping[str, str], values: Mapping[str, str]
    ) -> None:
        """Write `values` over what the user saw, `base`, and return when it is done.

        Raises:
            Told: it was refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """What a writer was asked to do.

    url: of the emulator. name: of this writer, an address that signs its calls.
    look_every: saves after which the user's screen is loaded again.
    folder: of its own, for whatever it keeps; holds `key.json`, its service account.
    """

    url: str
    book: str
    name: str
    updates: int
    look_every: int
    seed: int
    folder: Path

    @property
    def key(self) -> dict[str, str]:
        """The content of its service account's key file."""
        found: dict[str, str] = json.loads((self.folder / "key.json").read_text())
        return found


def main(opened: Callable[[Job], Desk]) -> None:
    """Write as the command line says and print every attempt."""
    parser = argparse.ArgumentParser()
    for name in ("url", "book", "name"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("updates", "look-every", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    job = Job(**vars(parser.parse_args()))
    desk = opened(job)
    _say({"ready": job.name})
    sys.stdin.readline()  # all writers start at once
    work(desk, job)


def work(desk: Desk, job: Job) -> None:
    """Make the updates, one after another."""
    chance = random.Random(job.seed)
    rows = desk.rows()
    for number in range(job.updates):
        if number % job.look_every == 0:
            rows = _looked(desk, rows)
        _update(desk, chance, rows, f"{job.name.partition('@')[0]}-{number:05}")


def _looked(desk: Desk, known: Rows) -> Rows:
    """Return what is seen now; the last view where the sheet shows no row."""
    try:
        return desk.rows() or known
    except Exception:  # noqa: BLE001 - whatever a library raises, the user looks later
        return known


def _update(desk: Desk, chance: random.Random, rows: Rows, name: str) -> None:
    """Save one update; a refused one anew, on what the user sees then."""
    key = chance.choice(sorted(rows))
    fields = chance.sample(FIELDS, 2 if chance.random() < SHARE_OF_TWO else 1)
    for attempt in range(MOST_TRIES):
        base = {field: rows[key][field] for field in fields}
        values = {field: f"{name}-{attempt}{FIELDS.index(field)}" for field in fields}
        told = ""
        try:
            desk.save(key, base, values)
        except Told as refusal:
            told = refusal.why
            rows[key] |= refusal.theirs
            if not refusal.theirs:
                rows |= _looked(desk, rows)
        except Exception as error:  # noqa: BLE001 - a traceback on screen tells as well
            told = type(error).__name__
            rows |= _looked(desk, rows)
        else:
            rows[key] |= values
        last = not told or attempt == MOST_TRIES - 1
        _say({"key": key, "base": base, "values": values, "told": told, "last": last})
        if not told:
            return


def _say(message: Mapping[str, object]) -> None:
    print(json.dumps(message), flush=True)
