"""Which documented promises of Google's API the store may rest on, as a probe found.

Nobody has a recording of them, so `lib.store.sheets.probe` looks on a live
spreadsheet. What was never looked at is taken as documented; what was seen not to hold
is not relied on until another probe sees otherwise, however long ago that was.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from lib import clock

STALE_AFTER: Final = timedelta(days=180)
"""After it a probe that found everything in order is as good as none."""


@dataclass(frozen=True, slots=True)
class Promises:
    """What holds.

    refuses_reuse: an id of a named range that exists is refused: the claims. Else app
        processes take turns by a lease in `_sys`.
    all_or_nothing: a refused batch leaves nothing. Else what is left is taken back, and
        a retry goes on with what stands already.
    shows_cells: the answer to a batch shows the cells after it. Else they are read.
    appends_below: appendCells goes right below the last data, whatever looks and rules
        blank rows have. Else rows are inserted at a counted place.
    """

    refuses_reuse: bool = True
    all_or_nothing: bool = True
    shows_cells: bool = True
    appends_below: bool = True

    @property
    def documented(self) -> bool:
        """Whether everything holds."""
        return self == Promises()


@dataclass(frozen=True, slots=True)
class Probed:
    """What the last probe found: by the probe's codes, None where it saw nothing."""

    at: datetime
    findings: Mapping[str, bool | None]

    @property
    def is_stale(self) -> bool:
        """Whether it is time to look again."""
        return clock.now() - self.at > STALE_AFTER

    @property
    def promises(self) -> Promises:
        """What the store may rest on."""
        broken = {
            _SHOWN_BY.get(name, name)
            for name, holds in self.findings.items()
            if holds is False
        }
        return Promises(**{f.name: f.name not in broken for f in fields(Promises)})


_SHOWN_BY: Final = {"appends_after_blank": "appends_below"}
"""Trials that show the same promise as another."""


def file_of(data: Path, spreadsheet: str) -> Path:
    """Return where a probe's result is kept; the name does not give the id away."""
    name = hashlib.sha256(spreadsheet.encode()).hexdigest()[:16]
    return data / f"sheet-{name}.probe.json"


def remember(data: Path, spreadsheet: str, probed: Probed) -> None:
    """Keep what a probe found, readable by the server's owner only."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = file_of(data, spreadsheet)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    kept = {"at": probed.at.isoformat(), "findings": dict(probed.findings)}
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
    ) as out:
        out.write(orjson.dumps(kept))
    part.replace(path)


def last_probe(data: Path, spreadsheet: str) -> Probed | None:
    """Return what the last probe of a spreadsheet found; None if there was none."""
    try:
        kept: dict[str, Any] = orjson.loads(file_of(data, spreadsheet).read_bytes())
        at = clock.in_tokyo(datetime.fromisoformat(kept["at"]))
        findings = {
            str(name): holds
            for name, holds in kept["findings"].items()
            if holds in (True, False, None)
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Probed(at, findings)


def promises_of(data: Path, spreadsheet: str) -> Promises:
    """Return what may be relied on for a spreadsheet."""
    probed = last_probe(data, spreadsheet)
    return probed.promises if probed else Promises()
