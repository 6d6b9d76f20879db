"""Anonymising: which texts go, and what may stand there afterwards.

Everything that figures and the risk series count stays: dates, choices, amounts,
numbers, products, centres, and who of the company did what. A text becomes `ERASED`,
so that one still sees that something was written; a name, a contact or an address
becomes blank. No other value can be written that way, whatever a caller wants.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final, Literal

ERASED: Final = "***"
"""Stands for a text that was erased, in every language."""

COUNTED_PHRASES: Final = ("同じ件で再び連絡", "解約できない", "解約")
"""What may be kept of a text before `ERASED`, because figures count texts that say it."""

Form = Literal["text", "blank", "group"]
"""What becomes of a field: `ERASED`; nothing; or a mark that only tells which rows had
the same value ("group"), because contacts about one order count as one case."""

ERASABLE: Final[Mapping[str, Mapping[str, Form]]] = {
    "complaints": {
        "contact": "blank",
        "order_number": "blank",
        "customer_name": "blank",
        "content": "text",
        "note": "text",
        "severity_reason": "text",
        "recording_url": "blank",
        "open_questions": "text",
        "fact_source": "text",
        "customer_key": "blank",
    },
    "agency_inquiries": {
        "officer_name": "blank",
        "agency_contact": "blank",
        "order_number": "group",
        "facts": "text",
        "demand": "text",
        "legal_ground": "text",
        "answer": "text",
        "sole_approval_reason": "text",
        "no_improvement_reason": "text",
        "attachment_url": "blank",
        "customer_key": "blank",
    },
    "kpi_days": {"note": "text"},
    "activities": {"content": "text", "evidence_url": "blank"},
    "escalations": {"course": "text", "prevention": "text"},
    "crises": {"title": "text", "facts": "text", "cause": "text", "prevention": "text"},
    "recall_lots": {"note": "text"},
    "tasks": {
        "title": "text",
        "waived_reason": "text",
        "note": "text",
        "evidence_url": "blank",
    },
    "care_records": {"evidence": "text", "measures": "text", "note": "text"},
    "deadlines": {
        "change_reason": "text",
        "check_reason": "text",
        "evidence_url": "blank",
    },
    "alarms": {"reason": "text"},
}
"""By table code and field name. What a table does not name here can never be erased."""

LOG_TEXTS: Final = ("before", "after", "reason")
"""The only cells of 操作ログ that can change, and only to `ERASED`."""

_GROUP: Final = re.compile(re.escape(ERASED) + r"[0-9a-f]{12}")
_PHRASES: Final = "|".join(re.escape(phrase) for phrase in COUNTED_PHRASES)
_TEXT: Final = re.compile(rf"(?:(?:{_PHRASES}) )*{re.escape(ERASED)}")


def may_become(table: str, field: str, value: str) -> bool:
    """Whether anonymising may put `value` into a field: only what says nothing."""
    if table == "audit":
        return field in LOG_TEXTS and value == ERASED
    match ERASABLE.get(table, {}).get(field):
        case "text":
            return value == "" or _TEXT.fullmatch(value) is not None
        case "blank":
            return value == ""
        case "group":
            return value == "" or _GROUP.fullmatch(value) is not None
        case _:
            return False


def is_left(table: str, field: str, value: str) -> bool:
    """Whether a field still holds something that anonymising would erase."""
    return value != "" and not may_become(table, field, value)


def erased_text(phrases: tuple[str, ...] = ()) -> str:
    """Return what stands for a text in which these of `COUNTED_PHRASES` were said."""
    return " ".join([*phrases, ERASED])


def group_mark(member: str) -> str:
    """Return the mark of the rows that had one value; `member`: number of one of them.

    It is made of the row's number and not of the value, so nobody can try values.
    """
    return ERASED + hashlib.sha256(member.encode()).hexdigest()[:12]
