"""What people changed by hand in rows that stood already, and what the app does then.

Every change of 状態 or 担当者 leaves a step in 対応履歴, with the moment at which it was
seen (design.md 6); so do a promise that was moved and what was added to 対応メモ.

Nothing is told twice, whatever process or machine sees it: what was told is read from
対応履歴 itself, and the step's number follows from what it tells. What the app wrote is
known from 操作ログ. Only for a first change of a row without any step does the memory of
this installation decide (`lib.store.row_memory`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

import pandas as pd

from lib import clock
from lib.actions.cases import changeover, closing_time
from lib.schema.activity import Activity
from lib.schema.cells import cell_text
from lib.schema.complaint import SETTLED, Complaint
from lib.schema.frames import standing_at
from lib.schema.ids import id_for
from lib.schema.record import Record
from lib.schema.tables import table
from lib.schema.vocab import (
    ActivityKind,
    ComplaintStatus,
    InquiryStatus,
    Promise,
    Source,
)
from lib.settings.customer_key import customer_key, former_of
from lib.store.protocol import Snapshot, Update
from lib.store.row_memory import Values

WATCHED: Final = ("complaints", "agency_inquiries")
CHANGEOVERS: Final = ("status", "handler")
"""Fields whose every change leaves a step."""

_FIRST: Final = {
    "complaints": ComplaintStatus.RECEIVED.value,
    "agency_inquiries": InquiryStatus.RECEIVED.value,
}
"""状態 with which each case begins, unless it came from elsewhere."""
_BEGUN_HERE: Final = frozenset({Source.APP.value, Source.SHEET.value})


@dataclass(frozen=True, slots=True)
class Edit:
    """What one row's changes lead to: steps, and fields that follow from them."""

    code: str
    key: str
    steps: tuple[Activity, ...] = ()
    update: Update | None = None

    @property
    def id(self) -> str:
        """The same for everybody who sees the same change."""
        names = [step.id for step in self.steps]
        if self.update:
            values = self.update.values
            names.append(f"{self.key} {sorted(values)} {list(values.values())}")
        return "seen-" + hashlib.sha256("\n".join(names).encode()).hexdigest()[:32]


# Steps ---------------------------------------------------------------------------------


def status_step(case: Record, before: str, now: datetime, told: int = 0) -> Activity:
    """Return the step of a 状態 that somebody typed; `told`: steps told before."""
    spec = type(case).field("status")
    after = str(case.values()["status"].value)
    seed = f"status {before} {after} {told}"
    return _step(case, now, seed, **changeover(spec, before, after))


def memo_step(case: Record, text: str, now: datetime, told: int = 0) -> Activity:
    """Return the step of what somebody typed into 対応メモ."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return _step(
        case, now, f"memo {digest} {told}", kind=ActivityKind.OTHER, content=text
    )


def _step(case: Record, now: datetime, seed: str, **values: Any) -> Activity:
    known = case.values()
    # By the day of the case: two machines may see it on either side of midnight.
    began = known.get("received_at") or known.get("first_contact_at") or now
    return Activity(
        id=id_for("H", began, f"{known['id']} {seed}"),
        case_id=known["id"],
        at=now,
        source=Source.SHEET,
        **values,
    )


# What was told, written and seen ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """What 対応履歴 says of one case.

    last: the value after the last step, by field. lines: of every step that came from
    the sheet. count: steps there are.
    """

    last: dict[str, str] = field(default_factory=dict)
    lines: Counter[str] = field(default_factory=Counter)
    count: int = 0


def _told(activities: pd.DataFrame) -> dict[str, _Told]:
    """Return what each case's steps say."""
    labels = {table("complaints").field(name).label: name for name in CHANGEOVERS}
    states = {*map(str, ComplaintStatus), *map(str, InquiryStatus)}
    counts = activities["case_id"].value_counts()
    found: dict[str, _Told] = {str(k): _Told(count=int(n)) for k, n in counts.items()}
    ordered = activities.sort_values(["at", "id"], kind="stable")
    changes = ordered[ordered["kind"] == ActivityKind.STATUS_CHANGE.value]
    for case, content, after in zip(
        changes["case_id"], changes["content"], changes["status_after"], strict=True
    ):
        name = labels.get(content.partition(":")[0].strip())
        if name is None and after in states:
            name = "status"
        if name:
            found[case].last[name] = after
    promised = ordered[ordered["next_promise_at"].notna()]
    for case, at in zip(promised["case_id"], promised["next_promise_at"], strict=True):
        found[case].last["next_promise_at"] = _moment_text(at)
    typed = ordered[
        (ordered["source"] == Source.SHEET.value)
        & (ordered["kind"] == ActivityKind.OTHER.value)
    ]
    for case, content in zip(typed["case_id"], typed["content"], strict=True):
        found[case].lines.update(_lines(content))
    return found


def _written(audit: pd.DataFrame, code: str) -> dict[tuple[str, str], str]:
    """Return the last value that the app wrote, by key and field, as far as known."""
    own = audit[audit["table"] == code]
    last = own.drop_duplicates(["row_key", "field_name"], keep="last")
    return {
        (key, name): after
        for key, name, after in zip(
            last["row_key"], last["field_name"], last["after"], strict=True
        )
    }


def _lines(text: str) -> list[str]:
    return [line for part in text.splitlines() if (line := part.strip())]


def _moment_text(at: Any) -> str:
    return f"{clock.in_tokyo(at.to_pydatetime()):%Y-%m-%dT%H:%M:%S}"


# What stands, for the memory ---------------------------------------------------------


def seen_now(snapshot: Snapshot, secret: bytes) -> dict[str, dict[str, str]]:
    """Return what of each case is to be remembered: no customer's words or numbers."""
    found: dict[str, dict[str, str]] = {}
    for code in WATCHED:
        frame = snapshot.frames[code]
        names = [n for n in (*CHANGEOVERS, *_OF_COMPLAINTS) if n in frame.columns]
        columns = [frame[name].tolist() for name in names]
        for key, *values in zip(frame.index, *columns, strict=True):
            pairs = zip(names, values, strict=True)
            texts = {name: _remembered(name, value, secret) for name, value in pairs}
            found[f"{code}|{key}"] = {
                name: text for name, text in texts.items() if text
            }
    return found


_OF_COMPLAINTS: Final = ("next_promise_at", "note", "contact")


def _remembered(name: str, value: Any, secret: bytes) -> str:
    if value == "" or pd.isna(value):
        return ""
    match name:
        case "contact":
            return customer_key(value, secret)
        case "note":
            digest = hashlib.blake2b(value.encode(), key=secret[:64], digest_size=8)
            return digest.hexdigest()
        case "next_promise_at":
            return _moment_text(value)
        case _:
            return str(value)


# Finding them --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Case:
    """One case: what stands, what was seen before (None: never), what was told."""

    code: str
    key: str
    present: Mapping[str, str]
    before: Mapping[str, str] | None
    told: _Told
    source: str
    was_so: Callable[[str, str], bool] = lambda _name, _text: False

    def known(self, name: str) -> str | None:
        """Return the value that a change starts from; None where nobody knows it."""
        if name in self.told.last:
            return self.told.last[name]
        if self.before is not None:
            return self.before.get(name, "")
        begun_here = self.source in _BEGUN_HERE
        return _FIRST[self.code] if name == "status" and begun_here else None

    def suspects(self) -> list[str]:
        """Return the fields that stand otherwise than anybody told."""
        if self.before is None and self.source == Source.SAMPLE.value:
            return []
        found = []
        for name in (*CHANGEOVERS, *_OF_COMPLAINTS):
            present = self.present.get(name, "")
            if self.before is not None and (
                self.before.get(name, "") == present
                or self.was_so(name, self.before.get(name, ""))
            ):
                continue
            if name in ("note", "contact"):
                doubted = bool(present)
            elif name == "next_promise_at" and self.before is None:
                # Steps may be noted later than they were done, so that their order
                # alone is no proof.
                doubted = self.source == Source.SHEET.value and self._differs(name)
            else:
                doubted = self._differs(name)
            if doubted:
                found.append(name)
        return found

    def _differs(self, name: str) -> bool:
        known = self.known(name)
        return known is not None and known != self.present.get(name, "")


def edits(
    snapshot: Snapshot, remembered: Values, *, now: datetime, secret: bytes
) -> list[Edit]:
    """Return what people changed by hand since it was last told; [] for nothing."""
    told = _told(snapshot.frames["activities"])
    present = seen_now(snapshot, secret)
    found = []
    for code in WATCHED:
        where = snapshot.where.get(code)
        if where is None:
            continue
        frame = snapshot.frames[code]
        written = _written(snapshot.frames["audit"], code)
        sources = frame["source"].astype("str").tolist()
        ours = (frame["version"] > 0).tolist()
        for key, source, is_ours in zip(frame.index, sources, ours, strict=True):
            name = f"{code}|{key}"
            case = _Case(
                code,
                key,
                present[name],
                remembered.get(name),
                told.get(key, _NOTHING_TOLD),
                source,
                partial(_under_former_key, frame, key, former_of(secret)),
            )
            if not is_ours or not (suspects := case.suspects()):
                continue
            if key not in where.keys or where.is_doubled(key):
                continue
            edit = _edit(case, suspects, snapshot, written, now)
            if edit.steps or edit.update:
                found.append(edit)
    return found


_NOTHING_TOLD: Final = _Told()


def _under_former_key(
    frame: pd.DataFrame, key: str, former: Sequence[bytes], name: str, text: str
) -> bool:
    """Whether what was remembered of a cell is what stands there, under an older key."""
    if not former or not text or name not in ("note", "contact"):
        return False
    value = frame[name].iloc[frame.index.get_loc(key)]
    return any(_remembered(name, value, old) == text for old in former)


def _edit(
    case: _Case,
    suspects: list[str],
    snapshot: Snapshot,
    written: Mapping[tuple[str, str], str],
    now: datetime,
) -> Edit:
    kind = table(case.code)
    record = standing_at(kind, snapshot.frames[case.code], case.key)
    if record is None:
        raise KeyError(case.key)
    misfits = record.misfits()
    steps: list[Activity] = []
    values: dict[str, Any] = {}
    for name in suspects:
        spec = kind.field(name)
        value = getattr(record, name)
        by_app = written.get((case.key, name)) == cell_text(spec, value)
        if name in misfits or by_app:
            continue
        if name == "contact" and isinstance(record, Complaint):
            values |= _new_key(case, record)
            continue
        if (step := _step_of(case, record, name, now)) is None:
            continue
        steps.append(step)
        if name == "status" and isinstance(record, Complaint):
            values |= _closing(record, now)
    update = None
    if values:
        base = {name: getattr(record, name) for name in values}
        update = Update(case.code, case.key, base, values)
    return Edit(case.code, case.key, tuple(steps), update)


def _step_of(case: _Case, record: Record, name: str, now: datetime) -> Activity | None:
    """Return the step for one field that was changed; None where there is none."""
    before = case.known(name) or ""
    after = case.present.get(name, "")
    seed = f"{name} {before} {after} {case.told.count}"
    match name:
        case "status" if not after:
            return None  # an emptied cell says nothing about the case
        case "status" | "handler":
            spec = type(record).field(name)
            return _step(record, now, seed, **changeover(spec, before, after))
        case "next_promise_at":
            return _moved_promise(record, now, seed)
        case _:
            return _memo(case, record, now)


def _moved_promise(record: Record, now: datetime, seed: str) -> Activity | None:
    if not isinstance(record, Complaint) or record.status in SETTLED:
        return None
    at = record.next_promise_at
    if at is None:
        return None
    promised = (record.next_promise or Promise.CALL_BACK).value
    return _step(
        record,
        now,
        seed,
        kind=ActivityKind.CALLBACK_PROMISED,
        content=f"約束を改めた: {promised} {at:%Y/%m/%d %H:%M}",
        next_promise_at=at,
    )


def _memo(case: _Case, record: Record, now: datetime) -> Activity | None:
    """Return the step for the lines of 対応メモ that no step has told yet."""
    if not isinstance(record, Complaint):
        return None
    unknown = case.before is None and not case.told.lines
    if unknown and record.source is not Source.SHEET:
        return None
    left = Counter(case.told.lines)
    fresh = []
    for line in _lines(record.note):
        if left[line] > 0:
            left[line] -= 1
        else:
            fresh.append(line)
    if not fresh:
        return None
    return memo_step(record, "\n".join(fresh), now, case.told.count)


def _closing(record: Complaint, now: datetime) -> dict[str, Any]:
    """Return 完了日時 as the app would set it; one that a person typed stays."""
    closed = record.status is ComplaintStatus.CLOSED
    if closed and record.closed_at is not None:
        return {}
    return closing_time(record, {"status": record.status}, now)


def _new_key(case: _Case, record: Complaint) -> dict[str, Any]:
    """Return the 照合キー of a contact that was typed, or typed anew."""
    key = case.present["contact"]
    was = (case.before or {}).get("contact", "")
    if record.customer_key == key or (record.customer_key and was in ("", key)):
        return {}
    return {"customer_key": key}
