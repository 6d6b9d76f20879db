"""Agencies that one follows: their instructions, each with its date, and the executives.

消費者庁, 都道府県庁 and 保健所 have usually looked into a matter before they call (R15): no
argument, their instructions come before sales, and the executives hear of it. Which
agencies these are is data (`lib.settings.agencies`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

import pandas as pd

from lib.actions.inquiries.listing import followed_kinds
from lib.actions.inquiries.saving import INQUIRIES, require, save
from lib.actions.permissions import needs
from lib.errors import ActionRefused
from lib.i18n import N_
from lib.metrics.inquiries import SETTLED
from lib.metrics.promises import untouched_import
from lib.schema.frames import standing
from lib.schema.ids import id_for
from lib.schema.inquiry import AgencyInquiry
from lib.schema.tables import table
from lib.schema.task import Task
from lib.schema.vocab import ActivityKind, TaskKind
from lib.store.access import UserStore
from lib.store.protocol import Insert, Update

TASKS: Final = "tasks"

GIVEN: Final = ("title", "given_at", "due_at", "owner")
"""What is noted of an instruction."""


def is_followed(desk: UserStore, inquiry: AgencyInquiry, now: datetime) -> bool:
    """Whether it is from an agency that is followed without argument."""
    return inquiry.agency_kind in followed_kinds(desk, now)


# Executives -------------------------------------------------------------------------


def executives_wait(desk: UserStore, inquiry: AgencyInquiry, now: datetime) -> bool:
    """Whether the executives are still to be told."""
    return (
        inquiry.is_open
        and inquiry.executives_told_at is None
        and is_followed(desk, inquiry, now)
    )


def untold(desk: UserStore, now: datetime) -> pd.DataFrame:
    """Return the open inquiries of which the executives have not been told.

    What was imported and nobody has touched since presses nobody.
    """
    rows = desk.frame(INQUIRIES)
    kinds = [kind.value for kind in followed_kinds(desk, now)]
    live = ~rows["status"].isin([status.value for status in SETTLED])
    waits = live & rows["agency_kind"].isin(kinds) & rows["executives_told_at"].isna()
    return rows[waits & ~untouched_import(rows)]


@needs("inquiries.work")
def tell_executives(
    desk: UserStore, seen: AgencyInquiry, *, now: datetime, commit_id: str
) -> AgencyInquiry:
    """Note that this person has told the executives, now.

    Raises:
        ActionRefused: somebody has told them already.
    """
    if seen.executives_told_at is not None:
        raise ActionRefused(N_("経営には、もう伝わっています。"))
    values = {"executives_told_at": now, "executives_told_by": desk.principal.name}
    told = {"kind": ActivityKind.OTHER, "content": "経営に報告した"}
    return save(
        desk,
        seen,
        values,
        steps=[told],
        guarded=("executives_told_at", "executives_told_by"),
        now=now,
        commit_id=commit_id,
    )


# Instructions -----------------------------------------------------------------------


def instructions(desk: UserStore, inquiry_id: str) -> tuple[Task, ...]:
    """Return every instruction, those still owed first, the earliest due before others."""

    def made() -> tuple[Task, ...]:
        rows = desk.frame(TASKS)
        own = rows[
            (rows["case_id"] == inquiry_id)
            & (rows["kind"] == TaskKind.INSTRUCTION.value)
        ]
        own = own.assign(_done=own["done_at"].notna()).sort_values(
            ["_done", "due_at", "given_at", "id"], kind="stable", na_position="last"
        )
        found = standing(table(TASKS), own.drop(columns="_done"))
        return cast("tuple[Task, ...]", tuple(found))

    return desk.derived(("instructions", inquiry_id), made)


@needs("inquiries.work")
def instruct(
    desk: UserStore,
    seen: AgencyInquiry,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> Task:
    """Note an instruction: what, given when, due when, and who sees to it.

    Raises:
        InvalidRecord: one of these is missing, or the due time is before it was given.
        ActionRefused: the inquiry is settled.
    """
    if not seen.is_open:
        raise ActionRefused(N_("終わった問合せです。先に再開してください。"))
    given, due = values.get("given_at"), values.get("due_at")
    require(
        title=None
        if str(values.get("title") or "").strip()
        else N_("何を求められたかを書いてください。"),
        given_at=None if given else N_("指示のあった日時を入れてください。"),
        due_at=_wrong_due(given, due),
        owner=None
        if str(values.get("owner") or "").strip()
        else N_("担当を決めてください。"),
    )
    task = Task.parse(
        {
            **{name: values[name] for name in GIVEN},
            "id": id_for("W", now, f"{commit_id}:instruction"),
            "case_id": seen.id,
            "kind": TaskKind.INSTRUCTION,
        }
    )
    told = {
        "kind": ActivityKind.AGENCY_CONTACT,
        "at": task.given_at,
        "content": f"指示を受けた: {task.title}(期限 {due:%Y/%m/%d %H:%M}、担当 {task.owner})",
    }
    also = (Insert(task),)
    save(desk, seen, {}, steps=[told], also=also, now=now, commit_id=commit_id)
    return task


def _wrong_due(given: datetime | None, due: datetime | None) -> str | None:
    if due is None:
        return N_(
            "いつまでかを入れてください。言われていなければ、社内の目安を入れます。"
        )
    if given is not None and due < given:
        return N_("期限が、指示のあった時刻より前です。")
    return None


@needs("inquiries.work")
def followed(
    desk: UserStore,
    seen: AgencyInquiry,
    task: Task,
    *,
    note: str = "",
    evidence_url: str = "",
    now: datetime,
    commit_id: str,
) -> None:
    """Note that an instruction was followed. Raises as `_ended`."""
    told = f"指示に対応した: {task.title}" + (
        f"\n{note.strip()}" if note.strip() else ""
    )
    values = {"note": note.strip(), "evidence_url": evidence_url.strip()}
    _ended(desk, seen, task, values, told, now=now, commit_id=commit_id)


@needs("inquiries.work")
def withdrawn(
    desk: UserStore,
    seen: AgencyInquiry,
    task: Task,
    reason: str,
    *,
    now: datetime,
    commit_id: str,
) -> None:
    """Note that an instruction need not be followed: the agency took it back, say.

    Raises:
        InvalidRecord: no reason is given; its problem is on `waived_reason`.
    """
    require(
        waived_reason=None if reason.strip() else N_("しない理由を書いてください。")
    )
    told = f"指示への対応は要らなくなった: {task.title}(理由: {reason.strip()})"
    values = {"waived_reason": reason.strip()}
    _ended(desk, seen, task, values, told, now=now, commit_id=commit_id)


def _ended(
    desk: UserStore,
    seen: AgencyInquiry,
    task: Task,
    values: Mapping[str, Any],
    told: str,
    *,
    now: datetime,
    commit_id: str,
) -> None:
    """Raises Conflict where somebody ended it before."""
    ended = {**values, "done_at": now, "done_by": desk.principal.name}
    base = {name: getattr(task, name) for name in ended}
    save(
        desk,
        seen,
        {},
        steps=[{"kind": ActivityKind.OTHER, "content": told}],
        also=(Update(TASKS, task.id, base, ended),),
        now=now,
        commit_id=commit_id,
    )
