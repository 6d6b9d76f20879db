"""Putting years away and bringing them back: what would move, and moving it.

The unit is a settled complaint with everything that hangs on it (対応履歴, 作業, 期限,
エスカレーション, フォロー記録). It stays where anything of it is open, where something
happened on it lately, and where a row that stays points at it: an agency's inquiry, an
improvement, an open crisis, a complaint that followed from it. So no link among what
everybody sees ever leads nowhere. Nor does it go before only a trace is left of its
contact: where it lies nobody cuts that.

Complaints move in small parts, each whole or not at all. A run that was killed is simply
begun again: it finds what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from lib.actions import contacts
from lib.actions.entry import recognise
from lib.actions.permissions import needs
from lib.errors import ActionRefused
from lib.i18n import N_
from lib.metrics.earlier import earlier_cases
from lib.schema.complaint import SETTLED
from lib.schema.ids import COPY_MARK, WITHOUT_NUMBER, new_commit_id, read_id
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import TABLES
from lib.schema.vocab import CrisisStatus, ImprovementStatus, Source
from lib.settings.archiving import HINT_FROM, months_of
from lib.settings.customer_key import customer_keys, secret_of
from lib.store.access import UserStore
from lib.store.address import read_address, sqlite_file
from lib.store.archive import CASES, CODES, HANGING, Moving, RowKey, undone_in
from lib.store.live import LiveStore
from lib.store.sql.backup import back_up_now
from lib.store.sql.opening import alone

Frames = Mapping[str, pd.DataFrame]
Progress = Callable[[int, int], None]
"""Called with how many complaints are done, and of how many."""

AT_ONCE: Final = 400
"""Complaints of one move."""

STILL_OPEN: Final = N_("作業・期限・引き継ぎ・フォローのどれかが終わっていない")
POINTED_AT: Final = N_("行政問合せ・施策・後に続く苦情のどれかがつながっている")
IN_CRISIS: Final = N_("重大事案が終わっていない")
NOT_SENT: Final = N_("まだ送られていない保存がある")
CONTACT_KEPT: Final = N_("連絡先を残す日数が過ぎていない")
NO_NUMBER: Final = N_("番号がないか、同じ番号の行が二つある")
NOTHING_THERE: Final = N_("その年や番号で保管したものはありません。")

_GOES_ON: Final = frozenset({STILL_OPEN, IN_CRISIS})
_OVER: Final = frozenset(status.value for status in SETTLED)
_IMPROVED: Final = frozenset(
    {ImprovementStatus.SETTLED.value, ImprovementStatus.CANCELLED.value}
)


@dataclass(frozen=True, slots=True)
class Due:
    """What putting years away would move now.

    cases: by number, the version of each row that goes with it. years: by number, the
    year in which it ended. held: how many stay though their time is over, by the reason,
    a catalogue key. live: rows of each table that everybody loads.
    """

    months: int
    cases: Mapping[str, Mapping[RowKey, int]]
    years: Mapping[str, int]
    held: Mapping[str, int]
    live: Mapping[str, int]

    @property
    def rows(self) -> int:
        """Number of rows that would move."""
        return sum(map(len, self.cases.values()))

    def by_year(self) -> dict[int, int]:
        """Return how many complaints would go into each year, the first first."""
        return dict(sorted(Counter(self.years.values()).items()))


@dataclass(slots=True)
class Done:
    """What was moved.

    passed: complaints that were written to meanwhile and stay. mended: what had lain in
    the archive by mistake and came back, before the others moved or after. lost: what
    somebody deleted from the archive by hand; nothing that is left of it was touched.
    missing: years and numbers asked for of which nothing is put away.
    """

    cases: list[str] = field(default_factory=list)
    rows: int = 0
    passed: list[str] = field(default_factory=list)
    mended: int = 0
    lost: tuple[str, ...] = ()
    missing: list[int | str] = field(default_factory=list)


def _nothing(_done: int, _all: int) -> None:
    """Tell nobody."""


def is_full(desk: UserStore) -> bool:
    """Whether a table has so many rows that years should be put away soon."""
    return any(len(desk.frame(code)) > HINT_FROM for code in CODES)


def put_away_like(desk: UserStore, typed: str, secret: bytes) -> tuple[str, ...]:
    """Return the complaints in the archive that a number, contact or order leads to.

    The newest first; none for whoever is no staff, or where nothing of it is typed.
    """
    index = desk.archive_index()
    if index.empty or not typed.strip():
        return ()
    if (number := read_id(typed)) in index.index:
        return (str(number),)
    found = recognise(typed)
    keys = [key for part in found.keys for key in customer_keys(part, secret)]
    own = earlier_cases(index, customer_keys=keys, order_number=found.order_number)
    return tuple(map(str, own.index))


# What would move ---------------------------------------------------------------------


@needs("archive.run")
def due(
    live: LiveStore,
    who: Principal,  # noqa: ARG001 - `needs` asks who
    now: datetime,
    *,
    months: int | None = None,
) -> Due:
    """Return what is over for long enough; writes nothing.

    months: instead of what 設定 says.
    """
    desk = live.for_user(SYSTEM)
    frames = {
        table.code: desk.frame(table.code) for table in TABLES if _is_asked(table.code)
    }
    after = months if months is not None else months_of(frames["settings"], now.date())
    return due_in(frames, now, after, waiting=_waiting(live))


def due_in(
    frames: Frames, now: datetime, months: int, *, waiting: Collection[RowKey] = ()
) -> Due:
    """Return what of these tables may go, see `Due`."""
    cases = frames[CASES]
    ended = _ended(frames)
    before = pd.Timestamp(now) - pd.DateOffset(months=months)
    over = cases["status"].isin(_OVER).to_numpy(dtype=bool)
    old = cases.index[over & (ended < before).to_numpy(dtype=bool)]
    held: dict[str, str] = {}
    for why, keys in _holds(frames, waiting):
        for key in keys:
            held.setdefault(key, why)
    for key in contacts.kept_whole(cases, frames["settings"], now):
        held.setdefault(key, CONTACT_KEPT)
    free = set(map(str, old)) - held.keys()
    followed = _followed(cases, free)
    held |= dict.fromkeys(followed, POINTED_AT)
    free -= followed
    of_old = Counter(held[str(key)] for key in old if str(key) in held)
    chosen = [str(key) for key in cases.index if str(key) in free]
    years = {key: int(ended[key].year) for key in chosen}
    live = {code: len(frames[code]) for code in CODES}
    return Due(months, _rows(frames, chosen), years, dict(of_old), live)


def _is_asked(code: str) -> bool:
    return code in {
        *CODES,
        "agency_inquiries",
        "improvements",
        "crises",
        "settings",
    }


def _ended(frames: Frames) -> pd.Series:
    """Return when the last thing happened on each complaint; never before it came."""
    cases, steps = frames[CASES], frames["activities"]
    last = steps.groupby("case_id")["at"].max().reindex(cases.index)
    moments = pd.concat([cases["received_at"], cases["closed_at"], last], axis=1)
    return moments.max(axis=1)


def _holds(
    frames: Frames, waiting: Collection[RowKey]
) -> Iterator[tuple[str, Collection[str]]]:
    """Yield why complaints stay, whatever their age, and which."""
    cases = frames[CASES]
    yield STILL_OPEN, undone_in(frames)
    yield POINTED_AT, set(frames["agency_inquiries"]["complaint_id"])
    yield POINTED_AT, set(frames["improvements"]["trigger_id"])
    improvements = frames["improvements"]
    checked = improvements.index[~improvements["status"].isin(_IMPROVED)]
    yield POINTED_AT, set(cases.index[cases["improvement_id"].isin(checked)])
    crises = frames["crises"]
    working = crises.index[crises["status"] == CrisisStatus.WORKING.value]
    yield IN_CRISIS, set(cases.index[cases["crisis_id"].isin(working)])
    yield NOT_SENT, {key for code, key in waiting if code == CASES}
    yield (
        NO_NUMBER,
        {
            case
            for code in CODES
            for key, case in zip(
                frames[code].index, _case_column(frames, code), strict=True
            )
            if COPY_MARK in key or key.startswith(WITHOUT_NUMBER)
        },
    )


def _case_column(frames: Frames, code: str) -> Iterable[str]:
    frame = frames[code]
    return frame[HANGING[code]].tolist() if code in HANGING else frame.index.tolist()


def _followed(cases: pd.DataFrame, free: Collection[str]) -> set[str]:
    """Return those of `free` from which a complaint follows that stays."""
    left = set(free)
    gone: set[str] = set()
    parents = cases["parent_id"]
    while True:
        staying = ~cases.index.isin(left)
        found = left & set(parents[staying])
        if not found:
            return gone
        left -= found
        gone |= found


def _rows(frames: Frames, chosen: Collection[str]) -> dict[str, dict[RowKey, int]]:
    found: dict[str, dict[RowKey, int]] = {key: {} for key in chosen}
    for code in CODES:
        frame = frames[code]
        case = np.array(list(_case_column(frames, code)), dtype=object)
        mine = pd.Index(case).isin(found)
        versions = frame["version"].to_numpy(dtype="float64", na_value=0)
        for key, own, version in zip(
            frame.index[mine], case[mine], versions[mine], strict=True
        ):
            found[own][code, str(key)] = int(version)
    return found


# Moving ------------------------------------------------------------------------------


@needs("archive.run")
def put_away(
    live: LiveStore,
    who: Principal,
    now: datetime,
    *,
    data: Path,
    url: str = "",
    months: int | None = None,
    progress: Progress = _nothing,
) -> Done:
    """Put away everything that is due; what was done stays done whatever happens.

    Contacts whose time is over are cut first; a complaint of which that cannot be done
    stays, among those passed.

    url: of the store; a SQLite file is copied first.

    Raises:
        ActionRefused: nothing can be put away in this store.
        StoreError: it does not answer; begun again, it goes on with the rest.
    """
    with alone(data, "archiving"):
        live.refreshed()
        done = Done(mended=live.tidy_archive())
        whole = _left_whole(live, now, secret_of(data))
        found = due(live, who, now, months=months)
        done.passed += [case for case in found.cases if case in whole]
        cases = {case: r for case, r in found.cases.items() if case not in whole}
        if cases:
            _copy_before(url, data)
        _move(live, who, now, cases, done, progress, found.years)
        if done.cases:
            # People may have written to one in the very moment in which it went.
            done.mended += live.tidy_archive()
        done.lost = live.lost_from_archive()
    return done


def _left_whole(live: LiveStore, now: datetime, secret: bytes) -> frozenset[str]:
    """Cut the contacts whose time is over; return the complaints that keep theirs."""
    contacts.cut(live, now, secret)
    left = contacts.over(live.for_user(SYSTEM), now, secret)
    return frozenset(change.key for change in left)


@needs("archive.run")
def bring_back(
    live: LiveStore,
    who: Principal,
    now: datetime,
    wanted: int | Collection[int | str],
    *,
    data: Path,
    progress: Progress = _nothing,
) -> Done:
    """Bring back whole years, or complaints by their numbers, with what hangs on them.

    Raises:
        ActionRefused: nothing of it is put away.
        StoreError: the store does not answer; begun again, it goes on with the rest.
    """
    with alone(data, "archiving"):
        live.refreshed()
        done = Done(mended=live.tidy_archive())
        years, done.missing = would_come(live, who, wanted)
        if not years:
            raise ActionRefused(NOTHING_THERE)
        rows = _rows(live.archive().archive.frames, years)
        _move(live, who, now, rows, done, progress)
        done.lost = live.lost_from_archive()
    return done


@needs("archive.run")
def would_come(
    live: LiveStore,
    who: Principal,  # noqa: ARG001 - `needs` asks who
    wanted: int | Collection[int | str],
) -> tuple[dict[str, int], list[int | str]]:
    """Return what `bring_back` would bring, with its years, and what is not there."""
    asked = [wanted] if isinstance(wanted, int) else list(wanted)
    years = live.archive().archive.years if live.archive_years() else {}
    found = {c: year for c, year in years.items() if c in asked or year in asked}
    there = {*found, *found.values()}
    return found, [one for one in asked if one not in there]


def years_of(live: LiveStore, rows: Iterable[RowKey]) -> dict[str, int]:
    """Return the year of each complaint that is put away and has one of these rows."""
    if not live.archive_years():
        return {}
    kept = live.archive().archive
    wanted = {
        _case_at(kept.frames[code], code, key)
        for code, key in rows
        if code in CODES and key in kept.frames[code].index
    }
    return {case: kept.years[case] for case in sorted(wanted) if case in kept.years}


def back_for(live: LiveStore, cases: Collection[str], now: datetime) -> None:
    """Bring these complaints back, so that they can be written to, for `away_again`.

    For what has to reach a record wherever it is, such as anonymising.
    """
    if cases:
        frames = live.archive().archive.frames
        chosen = [case for case in cases if case in frames[CASES].index]
        _move(live, SYSTEM, now, _rows(frames, chosen), Done(), _nothing)


def away_again(
    live: LiveStore, years: Mapping[str, int], now: datetime
) -> dict[str, int]:
    """Put away again what `back_for` brought back, as it stands by now.

    What somebody took up again meanwhile stays. Returns those that have to wait, because
    a save of them is not sent yet or came in between.
    """
    if not years:
        return {}
    desk, waiting = live.for_user(SYSTEM), _waiting(live)
    frames = {t.code: desk.frame(t.code) for t in TABLES if _is_asked(t.code)}
    settled = frames[CASES].index[frames[CASES]["status"].isin(_OVER)]
    holds = _holds(frames, ())
    taken_up = {key for why, keys in holds if why in _GOES_ON for key in keys}
    cases = _rows(frames, [c for c in years if c in settled and c not in taken_up])
    ready = {case: rows for case, rows in cases.items() if not waiting & rows.keys()}
    done = Done()
    _move(live, SYSTEM, now, ready, done, _nothing, years)
    return {case: years[case] for case in cases if case not in done.cases}


def _waiting(live: LiveStore) -> set[RowKey]:
    """Return the rows of which a save is not sent yet."""
    outbox = live.outbox
    return {row for save in outbox.waiting() for row in save.rows} if outbox else set()


def sample_back(desk: UserStore, now: datetime) -> None:
    """Bring back the complaints of the sample year, so that they can be taken out."""
    kept = {code: desk.archived(code) for code in CODES}
    cases = kept[CASES]
    chosen = list(cases.index[(cases["source"] == Source.SAMPLE.value)])
    rows = _rows(kept, list(map(str, chosen)))
    for start in range(0, len(chosen), AT_ONCE):
        some = {str(key): rows[str(key)] for key in chosen[start : start + AT_ONCE]}
        desk.move(Moving(new_commit_id(), SYSTEM.name, now, some))


def with_archive(live: LiveStore, frames: Frames) -> dict[str, pd.DataFrame]:
    """Return all tables with what is put away among the rest, contacts unmasked.

    frames: of the live tables. For what has to cover everything that is held.
    """
    if not live.archive_years():
        return dict(frames)
    kept = live.archive().archive.frames
    found = dict(frames)
    for code in CODES:
        more = kept[code][~kept[code].index.isin(frames[code].index)]
        if len(more):
            found[code] = pd.concat([more, frames[code]])
    return found


def _case_at(frame: pd.DataFrame, code: str, key: str) -> str:
    return key if code == CASES else str(frame[HANGING[code]][key])


def _move(  # noqa: PLR0917 - the two ways differ only in the years
    live: LiveStore,
    who: Principal,
    now: datetime,
    cases: Mapping[str, Mapping[RowKey, int]],
    done: Done,
    progress: Progress,
    years: Mapping[str, int] | None = None,
) -> None:
    keys = list(cases)
    progress(0, len(keys))
    try:
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            moving = Moving(
                new_commit_id(),
                who.name,
                now,
                {key: cases[key] for key in some},
                {key: years[key] for key in some} if years else {},
            )
            moved = live.move(moving, show=False)
            done.cases += moved.done
            done.passed += moved.passed
            done.rows += sum(len(cases[key]) for key in moved.done)
            progress(min(start + AT_ONCE, len(keys)), len(keys))
    finally:
        if keys:
            live.refreshed()


def _copy_before(url: str, data: Path) -> None:
    if url and sqlite_file(read_address(url)) is not None:
        back_up_now(url, data=data)
