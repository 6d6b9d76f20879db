"""Clocks for answers that came past the app's forms: by hand, by file, from a centre.

Looked at again whenever anything changed, by whichever process comes first; the number
of a clock follows from case and rule, so each is made once. An import is calm: its
closed cases start nothing, and of the open ones nothing that has run out already.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, cast

import pandas as pd

from lib.actions.clocks.proposing import DEADLINES, Case, Proposed
from lib.actions.clocks.starting import FRESH, births, is_past, should_stand
from lib.errors import AppError, Conflict, StoreError
from lib.schema.complaint import SETTLED
from lib.schema.frames import standing
from lib.schema.principal import SYSTEM
from lib.schema.tables import table
from lib.schema.vocab import (
    Answered,
    ComplaintStatus,
    CrisisStatus,
    GraveAccident,
    Harm,
    InquiryStatus,
    Source,
)
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.protocol import Commit

log = logging.getLogger(__name__)

_HARMED: Final = [
    harm.value for harm in (Harm.UNTREATED, Harm.TREATED, Harm.SEVERE, Harm.UNKNOWN)
]
_GRAVE: Final = [
    kind.value
    for kind in GraveAccident
    if kind not in (GraveAccident.UNASKED, GraveAccident.NO)
]


def keep(live: LiveStore, now: datetime) -> int:
    """Start the clocks that should stand and do not; return how many.

    Raises:
        StoreError: the store cannot be reached or changed.
    """
    desk = live.for_user(SYSTEM)
    return sum(_kept(desk, case, found, now) for case, found in lacking(desk, now))


def lacking(
    desk: UserStore, now: datetime
) -> Iterator[tuple[Case, Sequence[Proposed]]]:
    """Yield the cases that lack a clock, with what they lack; `desk` is the system's."""
    rows = desk.frame(DEADLINES)
    known = set(zip(rows["case_id"], rows["rule_code"], strict=True))
    for case in _candidates(desk, now):
        if is_past(case, now):
            continue
        found = [
            one
            for one in should_stand(desk, case, now)
            if (case.id, one.rule.code) not in known
            and not (case.source is Source.IMPORT and one.due_at < now)
        ]
        if found:
            yield case, found


def _candidates(desk: UserStore, now: datetime) -> Iterator[Case]:
    """Yield the cases on which a clock may have to stand; those of the sample have theirs."""
    complaints = desk.frame("complaints")
    asks = (
        (complaints["leak"] == Answered.YES.value)
        | complaints["harm"].isin(_HARMED)
        | complaints["accident"].isin(_GRAVE)
    )
    settled = complaints["status"].isin([status.value for status in SETTLED])
    fresh = complaints["received_at"] > pd.Timestamp(now - FRESH)
    void = complaints["status"] == ComplaintStatus.CANCELLED.value
    yield from _records("complaints", complaints[asks & (~settled | fresh) & ~void])
    inquiries = desk.frame("agency_inquiries")
    done = (InquiryStatus.CLOSED.value, InquiryStatus.CANCELLED.value)
    yield from _records("agency_inquiries", inquiries[~inquiries["status"].isin(done)])
    crises = desk.frame("crises")
    yield from _records(
        "crises", crises[crises["status"] == CrisisStatus.WORKING.value]
    )


def _records(code: str, rows: pd.DataFrame) -> Iterator[Case]:
    # A row without a version is a person's hand's, and is being taken in.
    real = rows[(rows["source"] != Source.SAMPLE.value) & (rows["version"] > 0)]
    yield from cast("list[Case]", standing(table(code), real))


def _kept(desk: UserStore, case: Case, found: Sequence[Proposed], now: datetime) -> int:
    """Write the clocks of one case; 0 where another process was first, or it failed."""
    codes = "、".join(one.rule.code for one in found)
    digest = hashlib.sha256(f"{case.id} {codes}".encode()).hexdigest()[:32]
    writes = tuple(births(case, found, SYSTEM.name, now))
    try:
        receipt = desk.commit(Commit(f"clocks-{digest}", SYSTEM.name, now, writes))
    except Conflict:
        return 0
    except StoreError:
        raise
    except AppError as error:
        log.warning("clocks are not started: %s", type(error).__name__)
        return 0
    return 0 if receipt.repeated else len(found)
