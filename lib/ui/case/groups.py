"""Which fields of a complaint are shown and edited together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lib.actions.permissions import roles_of
from lib.i18n import N_
from lib.schema.vocab import ActivityKind


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that are shown and edited together."""

    code: str
    title: str
    fields: tuple[str, ...]


GROUPS: Final = (
    Group(
        "customer",
        N_("お客様"),
        ("customer_name", "contact", "order_number", "language"),
    ),
    Group(
        "claim",
        N_("申出"),
        (
            "content",
            "product_code",
            "claim_type",
            "category",
            "category2",
            "request",
            "temper",
            "lot",
            "sales_page",
            "occurred_on",
            "people_involved",
        ),
    ),
    Group(
        "checks",
        N_("確かめたこと"),
        (
            "harm",
            "symptom",
            "accident",
            "leak",
            "refund_refused",
            "replacement_defective",
            "service_failure",
            "outside_threat",
            "harassment",
            "harassment_kind",
            "fault",
            "apology",
            "fact_source",
            "fact_checked",
            "open_questions",
        ),
    ),
    Group(
        "handling",
        N_("対応"),
        (
            "severity",
            "severity_reason",
            "note",
            "kind",
            "parent_id",
            "received_at",
            "channel",
            "receiver",
            "received_centre",
            "recording",
            "recording_url",
            "handling_minutes",
        ),
    ),
    Group(
        "outcome",
        N_("結果"),
        (
            "resolution",
            "cause",
            "cause_certainty",
            "settled_cost",
            "read_back",
            "improvement_id",
        ),
    ),
)
"""Every field that is typed, except status, handler, promise and crisis, which have
their own buttons."""

PROMISED: Final = ("next_promise", "next_promise_at")
STEP_FIELDS: Final = ("medium", "kind", "content", "expert", "evidence_url")
STEP_KINDS: Final = tuple(
    kind
    for kind in ActivityKind
    if kind
    not in (ActivityKind.STATUS_CHANGE, ActivityKind.REVEAL, ActivityKind.EXPORT)
)

ACT, CLOSE, CANCEL, PROMISE, REVEAL = "act", "close", "cancel", "promise", "reveal"
INSIDE = "inside"
"""Editors that are no group."""

WRITERS: Final = roles_of("cases.edit")
"""Roles that may change a complaint they see; the store checks it again."""
