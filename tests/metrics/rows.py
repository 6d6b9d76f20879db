"""Rows for the tests of figures, as short as a line of the sheet."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import pandas as pd

from lib import clock
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.escalation import Escalation
from lib.schema.frames import frame_of
from lib.schema.inquiry import AgencyInquiry
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Centre
from lib.schema.record import Record
from lib.schema.tables import TABLES
from lib.schema.vocab import AgencyKind, ComplaintStatus

NOW = clock.at(date(2026, 11, 21), 14, 30)
"""A Saturday afternoon."""


def day(number: int, month: int = 11) -> date:
    return date(2026, month, number)


def at(number: int, hour: int = 9, minute: int = 0) -> datetime:
    return clock.at(day(number), hour, minute)


def kpi_day(on: date, centre: str = "C1", **counts: Any) -> KpiDay:
    return KpiDay(date=on, centre=centre, **counts)


def calls(on: date, offered: int, answered: int, centre: str = "C1") -> KpiDay:
    return kpi_day(
        on, centre, offered=offered, answered=answered, abandoned=offered - answered
    )


def centre(code: str = "C1", **values: Any) -> Centre:
    return Centre(**{"code": code, "name": f"{code}センター", **values})


_ids = itertools.count()


def complaint(received: datetime, **values: Any) -> Complaint:
    return Complaint(
        **{
            "id": f"K-{next(_ids):05}",
            "content": "ふたが開かない",
            "received_at": received,
            "received_centre": "C1",
            "status": ComplaintStatus.WORKING,
            "version": 1,
            **values,
        }
    )


def activity(case: Complaint, when: datetime, **values: Any) -> Activity:
    return Activity(
        **{
            "id": f"H-{next(_ids):05}",
            "case_id": case.id,
            "at": when,
            "content": "記録",
            **values,
        }
    )


def escalation(case: Complaint, when: datetime, **values: Any) -> Escalation:
    return Escalation(
        id=f"E-{next(_ids):05}", complaint_id=case.id, raised_at=when, **values
    )


def inquiry(when: datetime, **values: Any) -> AgencyInquiry:
    return AgencyInquiry(
        **{
            "id": f"G-{next(_ids):05}",
            "first_contact_at": when,
            "agency_kind": AgencyKind.CONSUMER_CENTRE,
            "agency_name": "みどり市消費生活センター",
            **values,
        }
    )


def frames(rows: Iterable[Record] = ()) -> dict[str, pd.DataFrame]:
    """Return the frame of every table; a table without a row is empty."""
    given = list(rows)
    return {
        table.code: frame_of(table, [r for r in given if type(r) is table.record])
        for table in TABLES
    }
