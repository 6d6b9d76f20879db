"""How soon open cases are answered and settled, against the targets (domain.md 7.8).

Nothing ticks anywhere: used time is computed on each look from 受付日時 and the rows
状態変更 of 対応履歴. Only business time counts. It stands still while the customer is
waited for (顧客待ち), and while a case that was opened again was closed; 社内待ち does
not stop it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from lib import clock
from lib.i18n import N_
from lib.metrics import wishes
from lib.metrics.figures import Frames
from lib.metrics.promises import untouched_import
from lib.metrics.worktime import Seconds, WorkTime
from lib.schema.complaint import SETTLED
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.schema.vocab import (
    ActivityKind,
    BusinessDay,
    Choice,
    ComplaintStatus,
    Severity,
    Source,
)
from lib.settings.spans import Span

NEAR: Final = 0.8
"""Share of the time from which the handler is told."""

SHORTEST: Final = 3600
"""Seconds that 「当日」 leaves at least: a case of ten to six is not due at six."""

_STILL: Final = (
    ComplaintStatus.WAITING_CUSTOMER.value,
    ComplaintStatus.CLOSED.value,
    ComplaintStatus.CANCELLED.value,
)
_AHEAD_DAYS: Final = 120
"""Days laid out after today: more than any target and its pauses."""


class Standing(Choice):
    """How one clock of one case stands, most pressing first."""

    LATE = N_("1営業日超過")
    OVER = N_("超過")
    NEAR = N_("まもなく")
    RUNNING = N_("時間内")
    STILL = N_("停止中")
    MET = N_("済")
    NONE = N_("対象外")


_ORDER: Final = {standing: code for code, standing in enumerate(Standing)}


def _in_words(codes: np.ndarray) -> pd.Categorical:
    words = [standing.value for standing in Standing]
    found: pd.Categorical = cast("Any", pd.Categorical).from_codes(
        codes, words, ordered=True
    )
    return found


class Step(Choice):
    """The two clocks of a case."""

    REPLY = N_("一次返信")
    SETTLING = N_("解決")


@dataclass(frozen=True, slots=True)
class Targets:
    """How long each 重大度 may take. since: SLA開始日; None where there is none."""

    reply: Mapping[Severity, Span]
    settling: Mapping[Severity, Span]
    since: date | None = None

    def of(self, step: Step) -> Mapping[Severity, Span]:
        """Return the spans of one clock."""
        return self.reply if step is Step.REPLY else self.settling


def clocks(
    frames: Frames, company: Centre, targets: Targets, now: datetime
) -> pd.DataFrame:
    """Return both clocks of every open case, a row a case and step.

    Columns: `case_id`, `handler`, `severity`, `step` and `standing` (their values),
    `used` and `limit` (business seconds), `near_at`, `over_at`, `late_at` (when 80 %,
    all, and all and one business day were or will be used; NaT while the clock stands
    still before it, and for 対象外). Rows keep the order of the complaints.

    frames: complaints, activities and kpi_days. company: whose hours and 定休日 count;
    its days with 営業区分 休業 are days off. A wish, what was imported and not touched
    since, or came in before `targets.since`, is 対象外; without that day, everything
    imported is.
    """
    settled = [status.value for status in SETTLED]
    complaints = frames["complaints"]
    cases = complaints[~complaints["status"].isin(settled)]
    time = work_time(cases["received_at"], frames["kpi_days"], company, now)
    at_now = int(time.positions(pd.Series(pd.DatetimeIndex([now])))[0])
    starts = time.positions(cases["received_at"])
    pauses = _pauses(cases, frames["activities"], time, starts, at_now)
    look = _Look(cases, time, starts, pauses, at_now, now, targets)
    both = {step: _clock(step, look) for step in Step}
    count = len(cases)
    place = np.repeat(np.arange(count), len(both))
    turn = np.tile(np.arange(len(both)), count)
    found = cases[["handler", "severity"]].take(place)
    found.insert(0, "case_id", found.index)
    found["step"] = cast("Any", pd.Categorical).from_codes(
        turn, [step.value for step in Step]
    )
    for name in both[Step.REPLY]:
        column = np.stack([both[step][name] for step in Step], axis=1).ravel()
        found[name] = _in_words(column) if name == "standing" else column
    return _with_moments(found.reset_index(drop=True), time, at_now)


def _with_moments(found: pd.DataFrame, time: WorkTime, at_now: int) -> pd.DataFrame:
    """Turn the positions into moments, and those that nobody knows into NaT."""
    none = found["standing"] == Standing.NONE.value
    for name in ("near_at", "over_at", "late_at"):
        positions = found[name].to_numpy()
        unknown = none | (found["is_still"] & (positions > at_now))
        moments = pd.Series(time.moments(positions), index=found.index)
        found[name] = moments.mask(unknown)
    return found.drop(columns="is_still")


@dataclass(frozen=True, slots=True)
class _Look:
    """What both clocks of the open cases are read from; positions on business time."""

    cases: pd.DataFrame
    time: WorkTime
    starts: Seconds
    pauses: _Pauses
    at_now: int
    now: datetime
    targets: Targets


def _clock(step: Step, look: _Look) -> dict[str, np.ndarray]:
    """Return one clock of each case; moments are positions, standings are codes."""
    cases, starts, pauses = look.cases, look.starts, look.pauses
    limits = _limits(cases, look.time, starts, look.targets.of(step))
    longest = limits + look.time.day_length
    used = np.maximum(0, look.at_now - starts) - pauses.total
    holds = {
        Standing.NONE: _outside(cases, look.targets.since),
        Standing.MET: _met(step, cases, look.now),
        Standing.LATE: used > longest,
        Standing.OVER: used > limits,
        Standing.STILL: pauses.now,
        Standing.NEAR: used >= limits * NEAR,
    }
    codes = [_ORDER[standing] for standing in holds]
    return {
        "standing": np.select(list(holds.values()), codes, _ORDER[Standing.RUNNING]),
        "used": used,
        "limit": limits,
        "near_at": pauses.reached(starts, (limits * NEAR).astype(np.int64)),
        "over_at": pauses.reached(starts, limits),
        "late_at": pauses.reached(starts, longest),
        "is_still": pauses.now,
    }


# Limits ---------------------------------------------------------------------------


def _limits(
    cases: pd.DataFrame,
    time: WorkTime,
    starts: Seconds,
    spans: Mapping[Severity, Span],
) -> Seconds:
    """Return the business seconds that each case has."""
    severity = cases["severity"]
    limits = np.zeros(len(cases), dtype=np.int64)
    for rank, span in spans.items():
        own = (severity == rank.value).to_numpy()
        if rank is Severity.LOW:
            # So has a word that is no 重大度, typed in a sheet.
            own = own | severity.isna().to_numpy()
        if span.minutes is not None:
            limits[own] = span.minutes * 60
        else:
            days = np.full(int(own.sum()), span.days or 0, dtype=np.int64)
            rest = time.day_end(starts[own], days) - starts[own]
            limits[own] = np.maximum(rest, SHORTEST)
    return limits


def _outside(cases: pd.DataFrame, since: date | None) -> np.ndarray:
    imported = untouched_import(cases) | cases["received_at"].isna()
    imported |= ~wishes.is_complaint(cases)
    if since is None:
        imported |= cases["source"] == Source.IMPORT.value
    else:
        imported |= cases["received_at"] < pd.Timestamp(clock.at(since))
    return imported.to_numpy(dtype=bool)


def _met(step: Step, cases: pd.DataFrame, now: datetime) -> np.ndarray:
    if step is Step.SETTLING:
        return np.zeros(len(cases), dtype=bool)
    replied: np.ndarray = (cases["first_reply_at"] <= pd.Timestamp(now)).to_numpy(bool)
    return replied


# Pauses ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Pauses:
    """When the clocks of the cases stood still, in business seconds.

    starts, lengths: one array for the first pause of every case, one for the second,
    and so on, by the place of the case; 0 long where a case has fewer.
    total: of each case. now: whether its clock stands still at this moment.
    """

    starts: list[Seconds]
    lengths: list[Seconds]
    total: Seconds
    now: np.ndarray

    def reached(self, starts: Seconds, limits: Seconds) -> Seconds:
        """Return where a clock that started at `starts` has used `limits`."""
        at = starts + limits
        for begin, length in zip(self.starts, self.lengths, strict=True):
            at = at + np.where(begin < at, length, 0)
        return at


def _pauses(
    cases: pd.DataFrame,
    activities: pd.DataFrame,
    time: WorkTime,
    starts: Seconds,
    at_now: int,
) -> _Pauses:
    rows = standstills(cases, activities)
    waiting = (cases["status"] == ComplaintStatus.WAITING_CUSTOMER.value).to_numpy()
    place = rows["place"].to_numpy()
    begin = np.maximum(time.positions(rows["at"]), starts[place])
    # What has no end goes on, if the case still waits; else its end is not known.
    ended = rows["until"].notna().to_numpy()
    end = np.where(ended, time.positions(rows["until"]), at_now)
    length = np.where(ended | waiting[place], np.maximum(0, end - begin), 0)
    unknown = waiting & ~np.isin(np.arange(len(cases)), place[~ended])
    nth = rows.groupby("place").cumcount().to_numpy()
    many = int(nth.max()) + 1 if len(nth) else 0
    begins = [np.zeros(len(cases), dtype=np.int64) for _ in range(many + 1)]
    lengths = [np.zeros(len(cases), dtype=np.int64) for _ in range(many + 1)]
    for number in range(many):
        own = nth == number
        begins[number][place[own]] = begin[own]
        lengths[number][place[own]] = length[own]
    # Said to wait and not since when (typed in a sheet): since its last change.
    since = cases["updated_at"].fillna(cases["received_at"])
    begins[many][unknown] = np.maximum(time.positions(since), starts)[unknown]
    lengths[many][unknown] = np.maximum(0, at_now - begins[many][unknown])
    total: Seconds = np.stack(lengths).sum(axis=0)
    return _Pauses(begins, lengths, total, waiting)


def standstills(cases: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """Return when clocks stood still: `place` (of the case), `at`, `until`."""
    words = [status.value for status in ComplaintStatus]
    changes = activities.loc[
        (activities["kind"] == ActivityKind.STATUS_CHANGE.value)
        & activities["status_after"].isin(words)
        & activities["at"].notna(),
        ["case_id", "at", "status_after"],
    ]
    changes["place"] = cases.index.get_indexer(pd.Index(changes["case_id"]))
    changes = changes[changes["place"] >= 0].sort_values(["place", "at"], kind="stable")
    changes["until"] = changes.groupby("place")["at"].shift(-1)
    still = changes["status_after"].isin(_STILL)
    return changes.loc[still, ["place", "at", "until"]]


def work_time(
    since: pd.Series, kpi_days: pd.DataFrame, company: Centre, now: datetime
) -> WorkTime:
    """Return the company's business time from the earliest moment to well past now."""
    earliest = since.min()
    first = now.date() if pd.isna(earliest) else min(earliest.date(), now.date())
    off = kpi_days[
        (kpi_days["centre"] == COMPANY)
        & (kpi_days["business"] == BusinessDay.CLOSED.value)
    ]
    return WorkTime(
        company,
        first,
        now.date() + timedelta(days=_AHEAD_DAYS),
        closed=frozenset(off["date"].dt.date),
    )
