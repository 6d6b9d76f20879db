"""The way from a mark to its cases: the ledger's address, and an improvement's scope."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from lib.actions.improving import Scope
from lib.metrics.analysis import Dimension, Told
from lib.schema.complaint import Complaint
from lib.schema.vocab import (
    Category,
    Cause,
    Choice,
    ComplaintKind,
    ComplaintStatus,
    Unlisted,
)
from lib.ui.analysis.address import Here
from lib.ui.filters import ledger_query

COUNTED: Final = tuple(s for s in ComplaintStatus if s is not ComplaintStatus.CANCELLED)
"""Statuses of the cases that are counted."""

_COMPLAINTS: Final = tuple(k for k in ComplaintKind if k is not ComplaintKind.WISH)
_KINDS: Final = {
    Told.COMPLAINTS: _COMPLAINTS,
    Told.WISHES: (ComplaintKind.WISH,),
    Told.BOTH: (),
}
_SCOPED: Final = ("product_code", "sales_page", "claim_type")


def cases_query(
    at: Here,
    *,
    more: Mapping[str, Any],
    first: date | None = None,
    last: date | None = None,
) -> dict[str, str]:
    """Return the query that opens the ledger on what is looked at, narrowed by `more`.

    first, last: other days than those of the page. more: filters of the ledger.
    """
    chosen = at.chosen
    wanted: dict[str, Any] = {
        "status": COUNTED,
        "kind": _KINDS[chosen.told],
        "product_code": chosen.product,
        "sales_page": chosen.sales_page,
        "channel": coded("channel", chosen.channel),
        "received_centre": chosen.centre,
        "since": first or chosen.first,
        "until": last or chosen.last,
    }
    if chosen.only is not None:
        wanted[chosen.only.code] = coded(chosen.only.code, chosen.value)
    return ledger_query(**(wanted | dict(more)))


def coded(name: str, word: str) -> Choice | Unlisted | str | None:
    """Return a word of a choice field as its member; other words as they are."""
    choices = Complaint.field(name).choices
    if not choices or not word:
        return word or None
    return next((c for c in choices if c.value == word), None) or Unlisted(word)


def scope_of(at: Here, by: Dimension | None = None, value: str = "") -> Scope:
    """Return which complaints an improvement would be about."""
    chosen = at.chosen
    said: dict[str, Any] = {
        "product_code": chosen.product,
        "sales_page": chosen.sales_page,
        "centre": chosen.centre,
    }
    for one, word in ((chosen.only, chosen.value), (by, value)):
        if one is not None and one.code in _SCOPED:
            said[one.code] = word
        if one is Dimension.CATEGORY:
            said["category"] = Category.from_text(word)
        if one is Dimension.CAUSE:
            said["cause"] = Cause.from_text(word)
    return Scope(**said)


def says_all(at: Here, by: Dimension | None = None) -> bool:
    """Whether a scope tells everything by which these cases were chosen."""
    told = (*_SCOPED, Dimension.CATEGORY.code, Dimension.CAUSE.code)
    asked = [one for one in (by, at.chosen.only) if one is not None]
    return all(one.code in told for one in asked) and not at.chosen.channel
