"""What there is to tell, by rule: one line of `RULES` each (product.md 3, domain.md 7.8).

Told at once is only what cannot wait until morning; 設定 may add the targets to it. A
rule finds the cases that have reached its step and since when. A step has a name of its
own, under which it is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

import pandas as pd

from lib import clock
from lib.actions import targets
from lib.actions.searching import slug
from lib.i18n import N_
from lib.metrics import promises
from lib.metrics.figures import Frames
from lib.metrics.missing import missing_days
from lib.metrics.promises import When, untouched_import
from lib.metrics.sla import Standing
from lib.schema.audit import CREATED
from lib.schema.kpi_day import COMPANY
from lib.schema.vocab import (
    ActivityKind,
    AlarmLevel,
    AlarmStatus,
    Applicability,
    ComplaintStatus,
    DeadlineKind,
    EscalationStatus,
    InquiryStatus,
    NoticeKind,
    Role,
    Severity,
    Source,
)
from lib.store.access import cases_of

COLUMNS: Final = ("step", "case_id", "handler", "due_at")
"""Columns of what a rule finds; due_at is when the step was reached."""


@dataclass(frozen=True)
class Facts:
    """The tables as they stand, and the moment they are looked at."""

    frames: Frames
    now: datetime

    @cached_property
    def clocks(self) -> pd.DataFrame:
        """How open cases stand to their targets."""
        real = {**self.frames, "complaints": _real(self.frames["complaints"])}
        return targets.clocks(real, self.now)

    @cached_property
    def centres(self) -> Mapping[str, str]:
        """Which outsourced centre may know of a case; only cases of which one may."""
        frames = self.frames
        return {
            str(number): str(centre)
            for centre in frames["centres"].index
            for number in cases_of(frames, str(centre))
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """What is told. `about` says it to people, a catalogue key.

    roles: who is told by role. to_handler: whether the one who handles the case is.
    in_quiet_hours, in_first_week: whether it is told even then.
    to_centre: whether the people of an outsourced centre are; its code then stands in
        the column `handler`.
    found: a frame with `COLUMNS`.
    """

    kind: NoticeKind
    about: str
    roles: tuple[Role, ...]
    to_handler: bool
    found: Callable[[Facts], pd.DataFrame]
    in_quiet_hours: bool = False
    in_first_week: bool = False
    to_centre: bool = False


def _critical(facts: Facts) -> pd.DataFrame:
    """Complaints that are 最重要, since they became so.

    Those that a clerk closed in the same call too: nobody else has seen them.
    """
    real = _real(facts.frames["complaints"])
    cases = real[
        (real["severity"] == Severity.CRITICAL.value)
        & (real["status"] != ComplaintStatus.CANCELLED.value)
    ]
    since = _since(facts, cases, "complaints", "received_at", "severity")
    return _steps(cases, cases.index + ":critical", since)


def _agencies(facts: Facts) -> pd.DataFrame:
    """Contacts from agencies; each time they ring again is a step of its own."""
    real = _real(facts.frames["agency_inquiries"])
    done = [InquiryStatus.CLOSED.value, InquiryStatus.CANCELLED.value]
    cases = real[~real["status"].isin(done)]
    since = _since(
        facts, cases, "agency_inquiries", "first_contact_at", "repeat_contacts"
    )
    again = cases["repeat_contacts"].fillna(0).astype("int64").astype("str")
    contacts = _steps(cases, cases.index + ":agency:" + again, since)
    return pd.concat([contacts, _clocks_of_agencies(facts, cases)], ignore_index=True)


NEAR: Final = ":clock-near"
OVER: Final = ":clock-over"
"""How the steps of an agency's deadline end; their words differ from a contact's."""


def _clocks_of_agencies(facts: Facts, cases: pd.DataFrame) -> pd.DataFrame:
    """Deadlines that an agency waits for: a day before the end, and once it is over.

    Every other clock waits for the digest. One that began less than a day before its
    end is not told twice on that day: the contact itself was.
    """
    rows = facts.frames["deadlines"]
    void = rows["applies"] == Applicability.NOT_APPLICABLE.value
    live = rows[
        rows["case_id"].isin(cases.index)
        & rows["kind"].isin(_TOLD_KINDS)
        & rows["done_at"].isna()
        & ~void
    ]
    holder = cases["handler"].reindex(live["case_id"]).to_numpy()
    own = live["owner"].where(live["owner"] != "", holder)
    told = live.assign(handler=own).set_index("case_id")
    name = pd.Index(told["id"].astype("str"))
    near_at = told["due_at"] - DAY_BEFORE
    near_at = near_at.where(told["started_at"] < near_at)
    return pd.concat(
        [
            _steps(told, name + NEAR + _moment(told["due_at"]), near_at),
            _steps(told, name + OVER + _moment(told["due_at"]), told["due_at"]),
        ],
        ignore_index=True,
    )


DAY_BEFORE: Final = timedelta(days=1)
_TOLD_KINDS: Final = (DeadlineKind.STATUTORY.value, DeadlineKind.AGENCY.value)


def _moment(at: pd.Series) -> pd.Index:
    """Return it as part of a step: a deadline that was moved is a new one."""
    said: pd.Index = pd.Index(at.dt.strftime(":%y%m%d%H%M"))
    return said


def _handovers(facts: Facts) -> pd.DataFrame:
    """Hand-overs that wait for 受けた: to who is asked, and to the giver once they moved.

    Each asking is a step of its own, named by its time: a step holds nobody's name.
    """
    rows = facts.frames["escalations"]
    live = rows[
        (rows["status"] == EscalationStatus.OPEN.value)
        & (rows["source"] != Source.SAMPLE.value)
        & rows["accepted_at"].isna()
    ]
    done = facts.frames["activities"]
    done = done[done["kind"] == ActivityKind.HANDOVER.value]
    last = done.groupby("case_id")["at"].max().reindex(live["complaint_id"])
    own = live.set_index("complaint_id")
    raised = own["raised_at"]
    asked = last.where(last > raised, raised)
    moved = asked > raised
    step = pd.Series(live.index, own.index).astype("str") + ":handover:"
    step += asked.dt.strftime("%y%m%d%H%M")
    to_taker = own.assign(handler=own["taken_by"])
    to_giver = own.assign(handler=own["given_by"])[moved]
    return pd.concat(
        [
            _steps(to_taker, pd.Index(step), asked),
            _steps(to_giver, pd.Index(step[moved] + ":giver"), asked[moved]),
        ],
        ignore_index=True,
    )


def _overdue_promises(facts: Facts) -> pd.DataFrame:
    """Promises whose time has passed; a new time is a new promise."""
    owed = promises.open_promises(_real(facts.frames["complaints"]), facts.now)
    late = owed[owed["when"] == When.OVERDUE.value]
    due = late["next_promise_at"]
    return _steps(late, late.index + ":promise:" + due.dt.strftime("%y%m%d%H%M"), due)


def _near(facts: Facts) -> pd.DataFrame:
    return _at_target(facts, Standing.NEAR, "near_at")


def _over(facts: Facts) -> pd.DataFrame:
    return _at_target(facts, Standing.OVER, "over_at")


def _late(facts: Facts) -> pd.DataFrame:
    return _at_target(facts, Standing.LATE, "late_at")


def _entries(facts: Facts) -> pd.DataFrame:
    """Deadlines at which a centre's figures were not in: one step a centre and deadline.

    Only call centres: who enters the company's own row reads the digest. A code is
    something that people typed, so the step holds its slug.
    """
    days = facts.frames["kpi_days"]
    real = days[days["source"] != Source.SAMPLE.value]
    late = missing_days(real, facts.frames["centres"], facts.now)
    known = dict.fromkeys((m.centre, m.due_at) for m in late if m.centre != COMPANY)
    return pd.DataFrame(
        {
            "step": [f"{slug(c)}{ENTRY}{at:%y%m%d%H%M}" for c, at in known],
            "case_id": [""] * len(known),
            "handler": [centre for centre, _at in known],
            "due_at": pd.Series([at for _c, at in known], dtype=_MOMENT),
        },
        columns=list(COLUMNS),
    )


def _rises(facts: Facts, level: AlarmLevel, moment: str) -> pd.DataFrame:
    """Rises that go on and reached a step: each step of a rise is told once.

    One that begins at 警報 is not told as 注意 too.
    """
    rows = facts.frames["alarms"]
    live = rows[
        (rows["status"] == AlarmStatus.OPEN.value)
        & (rows["source"] != Source.SAMPLE.value)
        & (rows["level"] == level.value)
        & rows[moment].notna()
    ]
    step = [f"{slug(str(key))}{RISE}{level.code}" for key in live.index]
    told = live.assign(handler="").set_axis(live["id"].astype("object"), axis=0)
    return _steps(told, pd.Index(step, dtype=object), told[moment])


def _rising(facts: Facts) -> pd.DataFrame:
    return _rises(facts, AlarmLevel.WATCH, "raised_at")


def _alarming(facts: Facts) -> pd.DataFrame:
    return _rises(facts, AlarmLevel.ALARM, "alarmed_at")


RISE: Final = ":rise:"
ENTRY: Final = ":entry:"
_MOMENT: Final = pd.DatetimeTZDtype("s", clock.TOKYO)

_LEADS: Final = (Role.ADMIN, Role.MANAGER)

RULES: Final = (
    Rule(
        NoticeKind.CRITICAL,
        N_("最重要の苦情が入ったとき、最重要になったとき"),
        _LEADS,
        to_handler=True,
        found=_critical,
        in_quiet_hours=True,
        in_first_week=True,
    ),
    Rule(
        NoticeKind.AGENCY,
        N_(
            "消費生活センターや行政から連絡があったとき、その法定・先方指定の期限が24時間を切ったとき・過ぎたとき"
        ),
        _LEADS,
        to_handler=True,
        found=_agencies,
        in_first_week=True,
    ),
    Rule(
        NoticeKind.RISE_ALARM,
        N_("センターからの連絡の増え方が「警報」になったとき"),
        _LEADS,
        to_handler=False,
        found=_alarming,
    ),
    Rule(
        NoticeKind.RISE_WATCH,
        N_("センターからの連絡の増え方が「注意」になったとき"),
        _LEADS,
        to_handler=False,
        found=_rising,
    ),
    Rule(
        NoticeKind.HANDOVER,
        N_("引き継ぎを頼まれたとき、頼んだ人に受けられず次の人へ移ったとき"),
        (),
        to_handler=True,
        found=_handovers,
    ),
    Rule(
        NoticeKind.PROMISE,
        N_("自分の約束の時刻を過ぎたとき"),
        (),
        to_handler=True,
        found=_overdue_promises,
    ),
    Rule(
        NoticeKind.TARGET_NEAR,
        N_("一次返信・解決の目安の80%が過ぎたとき"),
        (),
        to_handler=True,
        found=_near,
    ),
    Rule(
        NoticeKind.TARGET_OVER,
        N_("一次返信・解決の目安を過ぎたとき"),
        (Role.MANAGER,),
        to_handler=False,
        found=_over,
    ),
    Rule(
        NoticeKind.TARGET_LATE,
        N_("目安を1営業日過ぎたとき"),
        (Role.ADMIN,),
        to_handler=False,
        found=_late,
    ),
    Rule(
        NoticeKind.ENTRY_LATE,
        N_("日次KPIの入力締切を過ぎたとき(そのセンターの人へ)"),
        (),
        to_handler=False,
        found=_entries,
        to_centre=True,
    ),
)
"""Every rule, most pressing first."""

BY_KIND: Final = {rule.kind: rule for rule in RULES}


def _real(cases: pd.DataFrame) -> pd.DataFrame:
    """Return what a notice may be about: nothing invented, nothing merely imported."""
    sample = cases["source"] == Source.SAMPLE.value
    return cases[~sample & ~untouched_import(cases)]


def _steps(cases: pd.DataFrame, step: pd.Index, due_at: pd.Series) -> pd.DataFrame:
    found = pd.DataFrame(
        {
            "step": step.to_numpy(dtype=object),
            "case_id": cases.index.to_numpy(dtype=object),
            "handler": cases["handler"].to_numpy(dtype=object),
            "due_at": due_at.reset_index(drop=True),
        }
    )
    return found[found["due_at"].notna()]


def _at_target(facts: Facts, standing: Standing, moment: str) -> pd.DataFrame:
    clocks = facts.clocks
    there = clocks[clocks["standing"] == standing.value]
    step = there["case_id"] + ":" + there["step"].astype("str") + f":{standing.code}"
    found = there.assign(step=step, due_at=there[moment])[list(COLUMNS)]
    return found[found["due_at"].notna()]


def _since(
    facts: Facts, cases: pd.DataFrame, table: str, moment: str, changed: str
) -> pd.Series:
    """Return since when each case is what it is: by the log, else by its own moment.

    The log knows when a row was made here or the field last `changed`, which may be
    long after the moment that somebody typed. What was imported counts only from a
    change that a person made.
    """
    log = facts.frames["audit"]
    own = log[log["table"] == table]
    imported = cases.index[cases["source"] == Source.IMPORT.value]
    made = (own["field_name"] == CREATED) & ~own["row_key"].isin(imported)
    last = own[made | (own["field_name"] == changed)].groupby("row_key")["at"].max()
    known = last.reindex(cases.index)
    typed = cases[moment].mask(cases.index.isin(imported))
    return known.fillna(typed)
