"""A small company for the tests of notices: who reads which channel, and its cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from lib import clock
from lib.actions.notices import plan
from lib.schema.complaint import Complaint
from lib.schema.ids import id_for
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Member, Setting
from lib.schema.notice import Notice
from lib.schema.record import Record
from lib.schema.vocab import AgencyKind, ComplaintStatus, Role, Severity
from lib.settings.business import BusinessSetting
from tests.metrics.rows import frames

CHANNELS = ("admin", "lead", "clerk")

ADMIN = Member(email="a@x.jp", name="管理 一郎", role=Role.ADMIN, channel="admin")
LEAD = Member(email="l@x.jp", name="主任 二郎", role=Role.MANAGER, channel="lead")
CLERK = Member(email="c@x.jp", name="担当 三郎", role=Role.CLERK, channel="clerk")
TEAM = (ADMIN, LEAD, CLERK)


def tokyo(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return clock.at(date(2026, month, day), hour, minute)


BEGUN = tokyo(11, 2, 9)
"""A Monday; the first week is over on 11/9."""

NOON = tokyo(11, 18, 12)
"""A Wednesday."""

_seeds = iter(range(1_000_000))


def case(**values: Any) -> Complaint:
    """Return a case of the clerk, received an hour before noon, promised for later."""
    received = values.get("received_at", NOON - timedelta(hours=1))
    return Complaint(
        **{
            "id": id_for("K", received, str(next(_seeds))),
            "content": "ふたが開かない",
            "received_at": received,
            "handler": CLERK.name,
            "status": ComplaintStatus.WORKING,
            "severity": Severity.LOW,
            "next_promise_at": tokyo(12, 1, 10),
            "version": 1,
            **values,
        }
    )


def inquiry(**values: Any) -> AgencyInquiry:
    """Return a contact from a consumer centre, half an hour before noon."""
    at = values.get("first_contact_at", NOON - timedelta(minutes=30))
    return AgencyInquiry(
        **{
            "id": id_for("G", at, str(next(_seeds))),
            "first_contact_at": at,
            "agency_kind": AgencyKind.CONSUMER_CENTRE,
            "agency_name": "みどり市消費生活センター",
            **values,
        }
    )


def said(wanted: BusinessSetting, value: str) -> Setting:
    """Return the row of 設定 that sets a value long ago."""
    return Setting(
        group=wanted.group,
        name=wanted.name,
        effective_from=date(2026, 1, 1),
        value=value,
    )


def tables(
    *rows: Record, begun: datetime = BEGUN, team: Iterable[Member] = TEAM
) -> dict[str, pd.DataFrame]:
    return frames([plan.begin(begun), *team, *rows])


def told(
    found: Mapping[str, pd.DataFrame],
    now: datetime = NOON,
    names: tuple[str, ...] = CHANNELS,
) -> list[tuple[str, str, str]]:
    """Return what is to be told now, without the digest: kind, case, channel."""
    due = plan.due(found, names, now)
    return [
        (n.kind.name, n.case_id, n.channel)
        for n in due
        if not n.step.startswith("digest")
    ]


def digests(
    found: Mapping[str, pd.DataFrame],
    now: datetime,
    names: tuple[str, ...] = CHANNELS,
) -> list[Notice]:
    return [n for n in plan.due(found, names, now) if n.step.startswith("digest")]
