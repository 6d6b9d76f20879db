"""Looking after the people who answered: what is owed to whom until when (R59, L20).

Nobody writes a duty down, so nobody can forget to: it follows from the complaints as
they stand, whoever typed them where. Who was hurt is in no figure and no ranking; only
`lib.actions.caring` reads this, for those who may know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import pandas as pd

from lib import clock
from lib.metrics import wishes
from lib.metrics.promises import untouched_import
from lib.schema.vocab import (
    CareKind,
    Choice,
    ComplaintKind,
    ComplaintStatus,
    EscalationStatus,
    Harassment,
    HarassmentKind,
    Temper,
)
from lib.text import folded

Frames = Mapping[str, pd.DataFrame]

WITHIN: Final = {CareKind.DAY: timedelta(hours=24), CareKind.WEEK: timedelta(days=7)}
"""How soon each talk is owed, weekends and holidays counted like any day."""

_DAY: Final = WITHIN[CareKind.DAY]


class Why(Choice):
    """Why somebody is owed a talk."""

    HARASSED = "カスハラ(疑いを含む)"
    SECOND = "二次クレーム"
    TEMPER = "温度感4以上"
    NAMED = "フォローすると決めた人"


class Standing(StrEnum):
    """How a duty stands, most pressing first."""

    OVERDUE = "overdue"
    OPEN = "open"
    COMING = "coming"
    """The second talk while the time of the first one runs."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Duty:
    """One talk owed to one person because of one complaint.

    person: "" where nobody wrote down who answered. centre: the code of the centre
    that took the call. done_at: None while it is owed; done_by: "" where unknown.
    planned: number of a row of フォロー・相談 that somebody began and that is not done.
    """

    case_id: str
    person: str
    centre: str
    kind: CareKind
    why: tuple[Why, ...]
    since: datetime
    done_at: datetime | None = None
    done_by: str = ""
    planned: str = ""

    @property
    def due_at(self) -> datetime:
        """Until when the talk is owed."""
        return self.since + WITHIN[self.kind]

    @property
    def opens_at(self) -> datetime:
        """From when on a talk counts for it: the second one after the first's day."""
        return self.since if self.kind is CareKind.DAY else self.since + _DAY

    def standing(self, now: datetime) -> Standing:
        """Return how it stands at a moment."""
        if self.done_at is not None:
            return Standing.DONE
        if now > self.due_at:
            return Standing.OVERDUE
        return Standing.OPEN if now >= self.opens_at else Standing.COMING


@dataclass(frozen=True, slots=True)
class _Reason:
    """A reason for which a case owes talks to a person, and since when."""

    case_id: str
    person: str
    centre: str
    why: Why
    since: datetime


_SIGNS: Final = (
    (
        Why.HARASSED,
        "harassment",
        frozenset({Harassment.SUSPECTED.value, Harassment.CONFIRMED.value}),
    ),
    (Why.SECOND, "kind", frozenset({ComplaintKind.SECOND.value})),
    (
        Why.TEMPER,
        "temper",
        frozenset({Temper.FURIOUS.value, Temper.HOSTILE.value}),
    ),
)
"""Why, the field of a complaint that says it, and the words that do."""


def duties(frames: Frames, start: date) -> tuple[Duty, ...]:
    """Return every talk owed or done, the earliest due first.

    Each complaint with カスハラ 疑い・該当, of the kind 二次 or with 温度感 4-5 owes two
    talks to who received it (who handles it, where that is blank), from the moment it
    became so: when it was received, or when the field was changed as far as the log
    tells. Whoever a hand-over names for フォロー is owed them too. Cancelled complaints
    and imported ones that nobody has touched owe nothing, nor does what began before
    `start`.

    A talk is done where a row of フォロー・相談 for the same case, person and kind says
    so; the フォロー実施日 of a hand-over is the first talk with the person it names. A
    row there that has a 期限 and is not done is owed too, whatever it is about.

    Args:
        frames: complaints, escalations, care_records and audit (the newest part of the
            log is enough).
        start: the first day that counts.
    """
    cases = _counted(frames["complaints"])
    first = clock.at(start)
    reasons = [
        *_of_cases(cases, frames["audit"], first),
        *_of_handovers(frames["escalations"], cases, first),
    ]
    owed = _joined(reason for reason in reasons if reason.since >= first)
    done = {
        **_by_handover(frames["escalations"]),
        **_done(frames["care_records"], first),
    }
    planned = _planned(frames["care_records"])
    found = []
    for duty in owed:
        at = _place(duty.case_id, duty.person, duty.kind)
        plan = planned.pop(at, None)
        done_at, done_by = done.get(at, (None, ""))
        number = plan.planned if plan and done_at is None else ""
        found.append(replace(duty, done_at=done_at, done_by=done_by, planned=number))
    found += [plan for at, plan in planned.items() if at not in done]
    return tuple(sorted(found, key=lambda d: (d.due_at, d.case_id, d.person)))


def _counted(complaints: pd.DataFrame) -> pd.DataFrame:
    """Return what can owe anything, only the columns that tell, and `has_sign`."""
    counts = (
        (complaints["status"] != ComplaintStatus.CANCELLED.value)
        & complaints["received_at"].notna()
        & ~untouched_import(complaints)
    )
    live = complaints.loc[counts, [*_ANSWERED, *(field for _w, field, _s in _SIGNS)]]
    signs = pd.Series(data=False, index=live.index)
    for _why, field, words in _SIGNS:
        signs |= live[field].isin(list(words))
    return live.assign(has_sign=signs)


def set_apart(complaints: pd.DataFrame) -> pd.Series:
    """Return which complaints are nobody's figure: harassment, or 温度感 4-5.

    How such a call went says nothing about who took it. Whose they are is told nowhere.
    """
    found = pd.Series(data=False, index=complaints.index)
    for why, field, words in _SIGNS:
        if why is not Why.SECOND:
            found |= complaints[field].isin(list(words))
    return found


_ANSWERED: Final = ("receiver", "handler", "received_centre", "received_at")


def _of_cases(
    cases: pd.DataFrame, audit: pd.DataFrame, first: datetime
) -> Iterator[_Reason]:
    hard = cases[cases["has_sign"].astype(bool)]
    changed = _changes(audit, hard.index)
    moved = {key for key, _field in changed}
    # Most of the ledger is older, and so is the time from which it would owe anything.
    recent = (hard["received_at"] >= pd.Timestamp(first)) | hard.index.isin(moved)
    rows = hard[recent]
    signs = {
        field: rows[field].astype("object").tolist() for _w, field, _words in _SIGNS
    }
    for place, (key, receiver, handler, centre, received) in enumerate(
        zip(rows.index, *(rows[name] for name in _ANSWERED), strict=True)
    ):
        person = str(receiver).strip() or str(handler).strip()
        for why, field, words in _SIGNS:
            if signs[field][place] in words:
                at = changed.get((str(key), field), received)
                yield _Reason(str(key), person, str(centre), why, _moment(at))


def _changes(
    audit: pd.DataFrame, cases: pd.Index
) -> dict[tuple[str, str], pd.Timestamp]:
    """Return when each sign of a case last began, by case and field, as far as logged."""
    words = {field: words for _why, field, words in _SIGNS}
    rows = audit[
        (audit["table"] == "complaints")
        & audit["field_name"].isin(list(words))
        & (cases.get_indexer(pd.Index(audit["row_key"])) >= 0)
    ].sort_values("at", kind="stable")
    found = {}
    for key, field, before, after, at in zip(
        *(rows[name] for name in ("row_key", "field_name", "before", "after", "at")),
        strict=True,
    ):
        if after in words[field] and before not in words[field]:
            found[str(key), str(field)] = at
    return found


def _of_handovers(
    escalations: pd.DataFrame, cases: pd.DataFrame, first: datetime
) -> Iterator[_Reason]:
    rows = escalations[
        (escalations["follow_up_for"] != "")
        & (escalations["status"] != EscalationStatus.CANCELLED.value)
        & (escalations["raised_at"] >= pd.Timestamp(first))
        & (cases.index.get_indexer(pd.Index(escalations["complaint_id"])) >= 0)
    ]
    centres = rows["complaint_id"].map(cases["received_centre"])
    for case_id, person, at, centre in zip(
        rows["complaint_id"],
        rows["follow_up_for"],
        rows["raised_at"],
        centres,
        strict=True,
    ):
        yield _Reason(
            str(case_id), str(person).strip(), str(centre), Why.NAMED, _moment(at)
        )


def _joined(reasons: Iterable[_Reason]) -> Iterator[Duty]:
    """Yield two duties for each case and person, since the earliest of the reasons."""
    groups: dict[tuple[str, str], list[_Reason]] = {}
    for reason in reasons:
        groups.setdefault((reason.case_id, _same(reason.person)), []).append(reason)
    for own in groups.values():
        first = min(own, key=lambda reason: reason.since)
        said = {reason.why for reason in own}
        if said - {Why.NAMED}:
            said.discard(Why.NAMED)
        why = tuple(reason for reason in Why if reason in said)
        for kind in WITHIN:
            yield Duty(
                first.case_id, own[0].person, first.centre, kind, why, first.since
            )


def kinds(complaints: pd.DataFrame, since: date) -> dict[HarassmentKind, int]:
    """Return how many complaints since a day are of each kind, the commonest first.

    Suspected ones count, cancelled ones do not; one whose kind was not told is 「その他」.
    """
    _why, field, words = _SIGNS[0]
    rows = complaints[
        complaints[field].isin(list(words))
        & wishes.is_complaint(complaints)
        & (complaints["received_at"] >= pd.Timestamp(clock.at(since)))
    ]
    told = rows["harassment_kind"].astype("object").fillna(HarassmentKind.OTHER.value)
    known = {kind.value: kind for kind in HarassmentKind}
    counts = told[told.isin(list(known))].value_counts()
    return {known[str(word)]: int(count) for word, count in counts.items() if count}


# What was done --------------------------------------------------------------------

_Place = tuple[str, str, str]
_Done = dict[_Place, tuple[datetime | None, str]]


def _place(case_id: str, person: str, kind: CareKind) -> _Place:
    return case_id, _same(person), kind.value


def _same(person: str) -> str:
    """Return a name for comparing: blanks between surname and name are typed or not."""
    return folded(person).replace(" ", "")


def _done(records: pd.DataFrame, first: datetime) -> _Done:
    """Return what was done since a day; of two talks for one duty the earlier one."""
    since = records["done_at"] >= pd.Timestamp(first)
    rows = records.loc[since & records["kind"].isin(list(_KINDS)), [*_RECORDED]]
    latest_first = rows.sort_values("done_at", ascending=False, kind="stable")
    return {
        _place(str(case_id), str(person), CareKind(kind)): (_moment(at), str(by))
        for case_id, person, kind, at, by in zip(
            *(latest_first[name] for name in _RECORDED), strict=True
        )
    }


_RECORDED: Final = ("case_id", "for_whom", "kind", "done_at", "done_by")
_KINDS: Final = frozenset(kind.value for kind in WITHIN)


def _planned(records: pd.DataFrame) -> dict[_Place, Duty]:
    """Return the talks that somebody wrote down to be done, with their own 期限."""
    rows = records[
        records["done_at"].isna()
        & records["due_at"].notna()
        & records["kind"].isin(list(_KINDS))
    ]
    found = {}
    for key, case_id, person, word, due in zip(
        rows.index, *(rows[name] for name in _PLANNED), strict=True
    ):
        kind = CareKind(word)
        since = _moment(due) - WITHIN[kind]
        found[_place(str(case_id), str(person), kind)] = Duty(
            str(case_id), str(person), "", kind, (Why.NAMED,), since, planned=str(key)
        )
    return found


_PLANNED: Final = ("case_id", "for_whom", "kind", "due_at")


def _by_handover(escalations: pd.DataFrame) -> _Done:
    rows = escalations[
        escalations["follow_up_done"].notna() & (escalations["follow_up_for"] != "")
    ]
    return {
        _place(str(case_id), str(person), CareKind.DAY): (
            clock.at(pd.Timestamp(day).date()),
            str(by),
        )
        for case_id, person, day, by in zip(
            rows["complaint_id"],
            rows["follow_up_for"],
            rows["follow_up_done"],
            rows["follow_up_by"],
            strict=True,
        )
    }


def _moment(at: pd.Timestamp) -> datetime:
    return clock.in_tokyo(pd.Timestamp(at).to_pydatetime())
