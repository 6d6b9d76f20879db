"""The sample year in a store: filling it in, seeing that it is there, taking it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import pandas as pd

from lib import clock
from lib.actions import first_start
from lib.actions.archiving import sample_back
from lib.actions.permissions import needs
from lib.errors import ActionRefused
from lib.i18n import N_
from lib.sample import SampleCompany
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.schema.tables import TABLES, table
from lib.schema.vocab import AuditRoute, Source
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.protocol import Commit, Delete, Insert, Store, Write

Frames = Mapping[str, pd.DataFrame]
Progress = Callable[[int, int], None]
T = TypeVar("T")

ROWS_A_COMMIT: Final = 4_000
"""Large enough to be quick, small enough to show progress and to lock briefly."""

ROWS_A_REQUEST: Final = 500
"""On a sheet: about the two megabytes a request that Google recommends, log included."""

ROWS_A_REMOVAL: Final = 40_000
"""A year of the usual sample goes at once. After a deletion everybody reads the whole
store anew, so that small steps would cost a full load each."""

_DATA: Final = tuple(place for place in TABLES if place.code != "audit")
_GROWN: Final = ("alarms",)
"""Tables whose sample rows the app itself makes, out of those of the sample."""
_FIXTURES: Final = {"centres": COMPANY, "products": UNKNOWN_PRODUCT}

_CASES: Final = ("complaints", "agency_inquiries", "crises")
_UNDECLARED: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("activities", "case_id"): _CASES,
    ("deadlines", "case_id"): _CASES,
    ("tasks", "case_id"): _CASES,
    ("improvements", "trigger_id"): _CASES,
}
"""References that may point to more than one table, so that no `refers` can say it."""

_REAL_ROWS: Final = N_(
    "自分で入れた記録が{count}件あるため、見本データは入れられません。"
    "見本は、まだ記録のない保存先で試してください。"
)
_OTHER_SAMPLE: Final = N_(
    "別の見本データが途中まで入っています。先にサンプルを消してから、もう一度入れてください。"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A real row that points to a sample row: where it stands and what it names.

    target: the key of the sample row; where members are meant, the name.
    """

    table: str
    key: str
    field: str
    target: str


def _desk(store: UserStore | Store) -> UserStore:
    """Return the data as somebody who holds them: the bare store is the system's."""
    if isinstance(store, UserStore):
        return store
    return LiveStore(store).for_user(SYSTEM)


@needs("sample.manage", of=_desk)
def fill(
    store: UserStore | Store,
    company: SampleCompany,
    *,
    progress: Progress | None = None,
    key_of: Callable[[str], str] | None = None,
) -> int:
    """Write the company's rows that are not there yet; return how many were written.

    A fill that was interrupted is completed by calling again with the same company;
    a complete one writes nothing. The centre 自社 and the product 不明 are made where
    they are missing, as real rows: every installation has them.

    progress: called with the rows done and all rows, first and last included.
    key_of: makes 照合キー from a contact, so that earlier cases are found.

    Raises:
        ActionRefused: there are real rows, or rows of another sample.
        NotAllowed: the person is no administrator.
    """
    desk = _desk(store)
    frames = _frames(desk)
    _refuse_real_rows(frames)
    _refuse_other_sample(frames, company)
    first_start.ensure_fixtures(desk, now=clock.now())
    missing = [
        record
        for code, record in company
        if table(code).key_of(record) not in frames[code].index
    ]
    done, total = len(company) - len(missing), len(company)
    _tell(progress, done, total)
    in_a_sheet = bool(desk.everything().where)
    for some in _chunks(missing, ROWS_A_REQUEST if in_a_sheet else ROWS_A_COMMIT):
        _commit(store, [Insert(_with_key(record, key_of)) for record in some])
        done += len(some)
        _tell(progress, done, total)
    return len(missing)


def is_present(frames: Frames) -> bool:
    """Whether any row of the sample stands in these tables."""
    return any(bool(_is_sample(frames[place.code]).any()) for place in _DATA)


def real_rows_that_refer(frames: Frames) -> list[Reference]:
    """Return every reference from a real row to a sample row, in table order.

    Removing the sample leaves these rows as they are; what they name is gone then.
    """
    sample_keys = {place.code: _names(place.code, frames) for place in _DATA}
    return [
        Reference(code, key, field, target)
        for code, field, targets in _reference_fields()
        for key, target in _real_values(
            frames[code], field, frozenset().union(*(sample_keys[t] for t in targets))
        )
    ]


@needs("sample.manage", of=_desk)
def remove(store: UserStore | Store, *, progress: Progress | None = None) -> int:
    """Delete every sample row, with its log rows; return how many went.

    Real rows stay, also those that refer to the sample. An interrupted removal is
    completed by calling again.

    Raises:
        NotAllowed: the person is no administrator.
    """
    desk = _desk(store)
    sample_back(desk, clock.now())
    frames = _frames(desk)
    # What refers goes before what it refers to, so that an interruption leaves no
    # sample row whose target is gone.
    deletions = [
        Delete(code, str(key))
        for code in (*_GROWN, *reversed(SampleCompany.tables()))
        for key in frames[code].index[_is_sample(frames[code])]
    ]
    _tell(progress, 0, len(deletions))
    done = 0
    for some in _chunks(deletions, ROWS_A_REMOVAL):
        _commit(store, some)
        done += len(some)
        _tell(progress, done, len(deletions))
    return done


# What stands there ---------------------------------------------------------------


def _frames(desk: UserStore) -> Frames:
    return {place.code: desk.frame(place.code) for place in _DATA}


def _is_sample(frame: pd.DataFrame) -> pd.Series:
    return frame["source"] == Source.SAMPLE.value


def _refuse_real_rows(frames: Frames) -> None:
    """Refuse where somebody has begun to work.

    Not counted is what the first start makes (自社, 不明, one member) and what
    describes the installation itself (設定).
    """
    count = sum(
        len(_real_keys(place.code, frames[place.code]))
        for place in _DATA
        if place.code != "settings"
    )
    if count:
        raise ActionRefused(_REAL_ROWS, count=count)


def _real_keys(code: str, frame: pd.DataFrame) -> list[str]:
    real = [str(key) for key in frame.index[~_is_sample(frame)]]
    if code == "members":
        return real[1:]
    return [key for key in real if key != _FIXTURES.get(code)]


def _refuse_other_sample(frames: Frames, company: SampleCompany) -> None:
    for code in SampleCompany.tables():
        frame, place = frames[code], table(code)
        own = {place.key_of(record) for record in getattr(company, code)}
        standing = frame.index[_is_sample(frame)]
        if not standing.isin(own).all():
            raise ActionRefused(_OTHER_SAMPLE)


# References ----------------------------------------------------------------------


def _reference_fields() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield table, field and the tables it may point to."""
    for place in _DATA:
        for field in place.fields:
            targets = _UNDECLARED.get((place.code, field.name), ())
            if field.column.refers:
                targets = (field.column.refers,)
            if targets:
                yield place.code, field.name, targets


def _names(code: str, frames: Frames) -> frozenset[str]:
    """Return how sample rows of a table are named elsewhere, and by no real row.

    Members go by name, everything else by key.
    """
    frame = frames[code]
    is_sample = _is_sample(frame)
    called = frame["name"] if code == "members" else frame.index.to_series()
    return frozenset(called[is_sample]) - frozenset(called[~is_sample])


def _real_values(
    frame: pd.DataFrame, field: str, among: frozenset[str]
) -> Iterable[tuple[str, str]]:
    """Return key and value of the real rows whose value is one of these."""
    real = frame.loc[~_is_sample(frame) & frame[field].isin(among), field]
    return [(str(key), str(value)) for key, value in real.items()]


# Writing -------------------------------------------------------------------------


def _with_key(record: Record, key_of: Callable[[str], str] | None) -> Record:
    if key_of is None or not isinstance(record, Complaint):
        return record
    return record.model_copy(update={"customer_key": key_of(record.contact)})


def _commit(store: UserStore | Store, writes: Sequence[Write]) -> None:
    # Straight to a plain store, which nobody looks at meanwhile: a desk would read
    # each commit back.
    # A fresh id each time: the same rows may be filled in, removed and filled in
    # again. That nothing is written twice follows from looking before.
    store.commit(
        Commit(
            new_commit_id(),
            SYSTEM.name,
            clock.now(),
            tuple(writes),
            route=AuditRoute.SAMPLE,
        )
    )


def _chunks(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)
