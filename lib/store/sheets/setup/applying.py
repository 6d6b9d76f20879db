"""Look, plan, write once; and again where another did the same a moment before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from lib import clock
from lib.errors import StoreUnavailable
from lib.store.sheets.batching import CLAIM
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.faults import RequestRefused
from lib.store.sheets.provisioning import SYSTEM, TRIES, tab_number
from lib.store.sheets.setup import asking
from lib.store.sheets.setup.asking import Request
from lib.store.sheets.setup.found import Found, look_around
from lib.store.sheets.setup.report import Report
from lib.store.sheets.setup.tables import Making


def applied(
    client: SheetsClient,
    spreadsheet: str,
    plan: Callable[[Making], None],
    *,
    looks: bool = True,
) -> Making:
    """Return what was planned, once it is written; nothing is sent for no plan.

    Args:
        client: reaches the spreadsheet.
        spreadsheet: its id.
        plan: adds requests to what it is given; called again after a refusal.
        looks: whether it asks for formats, lists and notes, which cost a read.

    Raises:
        StoreError: it cannot be read or written; nothing is half done.
    """
    for attempt in range(TRIES):
        found = look_around(client, spreadsheet, looks=looks)
        making = Making(found, Report(found.title), taken=set(found.taken))
        plan(making)
        if not making.tabs and not making.requests:
            return making
        claim = _claim([*making.tabs, *making.requests], found, attempt)
        body = {"requests": [*making.tabs, claim, *making.requests]}
        try:
            client.change(spreadsheet, body)
        except RequestRefused:
            continue  # another did the same a moment before, or a tab was made
        making.report.calls = 1
        return making
    raise StoreUnavailable("the tabs of the spreadsheet keep changing")


def _claim(requests: Sequence[Request], found: Found, attempt: int) -> Request:
    """Return the claim that lets only one of two equal batches pass.

    That of an equal batch lies for some minutes; `attempt` makes another one.
    """
    about = f"{attempt}\n{requests!r}"
    claim = CLAIM + hashlib.sha256(about.encode()).hexdigest()[:32]
    system = found.by_title(SYSTEM)
    number = system.tab.sheet_id if system else tab_number(SYSTEM)
    place = asking.grid(number, (0, 1), (0, 1))
    name = f"{claim}_{int(clock.now().timestamp())}"
    named = {"namedRangeId": claim, "name": name, "range": place}
    return {"addNamedRange": {"namedRange": named}}
