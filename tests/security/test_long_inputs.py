"""A text four times as long takes about four times as long, whatever it consists of.

What one person types is read on the server that all share: a pattern that goes back
over its input would let one paste stop everybody (security.md, row 20).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import pytest

from lib import clock, text
from lib.actions import entry, pasted
from lib.actions.importing import blocks
from lib.errors import AppError
from lib.files import reading
from lib.notify import chatwork, sending
from lib.reports.dossier.veil import Veil
from lib.schema import exchange, ids
from lib.schema.cells import parse_cell
from lib.schema.complaint import Complaint
from lib.schema.kpi_day import KpiDay
from lib.settings.customer_key import normalised_contact
from lib.store.sheets import layout

NOW: Final = datetime(2026, 11, 20, 10, 30, tzinfo=clock.TOKYO)

LONG: Final = 24_000
"""Letters of the longer text; the other one has a quarter of them."""

GROWTH: Final = 9
"""Twice what a linear function grows by; a quadratic one grows by sixteen."""

NOISE: Final = 0.08
"""Seconds below which nothing is judged: the machine may be busy."""

READERS: Final[dict[str, Callable[[str], Any]]] = {
    "inert": text.inert,
    "folded": text.folded,
    "storable": text.storable,
    "one_line": text.one_line,
    "digits": text.digits,
    "masked": text.masked,
    "is_masked": text.is_masked,
    "is_web_address": text.is_web_address,
    "guarded": exchange.guarded,
    "unguarded": exchange.unguarded,
    "sheet_name": exchange.sheet_name,
    "read_id": ids.read_id,
    "quiet": sending.quiet,
    "plain": chatwork.plain,
    "normalised_contact": normalised_contact,
    "recognise": entry.recognise,
    "veil": lambda given: Veil(names=("山田 太郎",)).hide(given),
    "contact": Veil().contact,
    "title": layout._bare,
    "number": lambda given: parse_cell(KpiDay.field("offered"), given),
    "day": lambda given: parse_cell(KpiDay.field("date"), given),
    "moment": lambda given: parse_cell(Complaint.field("received_at"), given),
    "choice": lambda given: parse_cell(Complaint.field("status"), given),
    "words": lambda given: parse_cell(Complaint.field("content"), given),
    "decoded": lambda given: reading._decoded(given.encode()),
    "report": lambda given: pasted.read_report(given, products={}, claims=(), now=NOW),
    "block": lambda given: blocks.read_block(given, near=NOW.date()),
}

REPEATED: Final = (
    "a",
    "1",
    "あ",
    " ",
    "\t",
    "\n",
    ":",
    "-",
    "1-",
    "1 ",
    "a@",
    "a.",
    "[",
    "'",
    "\u200b",
    "2026/",
    "様",
    "www.",
)


def seconds(read: Callable[[str], Any], given: str) -> float:
    """Return how long a reader takes at best; refusing is an answer too."""
    best = float("inf")
    for _try in range(2):
        begun = time.process_time()
        with suppress(AppError):
            read(given)
        best = min(best, time.process_time() - begun)
        if best < NOISE:
            break
    return best


def grows_too_fast(
    read: Callable[[str], Any], sign: str, most: int = LONG, noise: float = NOISE
) -> bool:
    long = seconds(read, (sign * most)[:most])
    if long < noise:
        return False
    return long > GROWTH * seconds(read, (sign * most)[: most // 4])


SLOWEST: Final = frozenset({"block", "veil", "contact"})
"""Readers that are linear, but slow enough to wait for the proof."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOWEST else [])
        for name in READERS
    ],
)
def test_no_reader_goes_back_over_its_input(name: str):
    slow = [sign for sign in REPEATED if grows_too_fast(READERS[name], sign)]

    assert slow == []


def test_one_that_goes_back_would_be_noticed():
    """The negative control."""
    mail = re.compile(r"[\w.]+@[\w.]+")

    assert grows_too_fast(mail.findall, "a", most=6_000, noise=0)
