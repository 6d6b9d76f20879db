"""What each role sees and may change: the only way from a page to the data.

`RIGHTS` is the whole rule; what it does not name is denied. Rows and columns are
filtered on reading, and every write is checked again, whatever the screen showed. A
customer's contact stands masked in every frame; `record` shows it whole to whom it
concerns (`lib.store.contacts`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, TypeVar, cast

import pandas as pd

from lib import clock
from lib.errors import (
    ActionRefused,
    AppError,
    Conflict,
    FieldConflict,
    FieldProblem,
    InvalidRecord,
    NotAllowed,
    StoreError,
)
from lib.i18n import N_
from lib.schema.activity import kpi_day_of
from lib.schema.audit import TAKEN_FOR_GONE, AuditEntry
from lib.schema.complaint import Complaint
from lib.schema.erasing import ERASED
from lib.schema.frames import empty_frame, frame_of, plain, record_at, standing_at
from lib.schema.kpi_day import COMPANY
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.tables import TABLES, table_of
from lib.schema.tables import table as table_by_code
from lib.schema.vocab import Flag, Role, Source
from lib.settings import centre_forms, kpi_targets, monthly_comments
from lib.settings.harassment import HARASSMENT
from lib.store import contacts
from lib.store.archive import CASES, CODES, INDEXED, TRAIL, Archive, Moved, Moving
from lib.store.live import LiveStore
from lib.store.log_search import LogPage, LogQuery
from lib.store.merge import named
from lib.store.protocol import (
    CellStatus,
    Commit,
    Delete,
    Erase,
    Hold,
    Insert,
    Mended,
    Mending,
    OutboxNotice,
    Receipt,
    RowMend,
    Snapshot,
    Update,
    WaitingCommit,
    WaitState,
    Write,
)
from lib.store.sharing import shared
from lib.text import is_masked, masked

Derived = TypeVar("Derived")

LOOKS_ONLY: Final = N_(
    "見るだけなので、何も変えられません。「見るのをやめる」で戻れます。"
)
"""What is said to somebody who looks with another's eyes and tries to change."""

Rows = Callable[[Snapshot, pd.DataFrame, Principal], pd.Series]
"""Which rows of a frame are this person's: a mask over its index."""

Blanks = Callable[[Snapshot, pd.DataFrame, Principal], Mapping[str, pd.Series]]
"""Which cells are withheld: by column, a mask over the frame's index."""


_for_everybody: ContextVar[bool] = ContextVar("for_everybody", default=False)
"""Whether what is being computed will be shown to others of the role as well."""

REVEALED: Final = "(連絡先の表示)"
"""Stands for the field in the log row of a contact that was shown."""

_STAFF: Final = (Role.ADMIN, Role.MANAGER, Role.CLERK)
"""Who may see a contact that is not theirs after saying why; 閲覧 and 委託先 never."""


# Which rows ---------------------------------------------------------------------


def every_row(_all: Snapshot, frame: pd.DataFrame, _who: Principal) -> pd.Series:
    """Everything."""
    return pd.Series(data=True, index=frame.index)


def of_own_centre(_all: Snapshot, frame: pd.DataFrame, who: Principal) -> pd.Series:
    """Rows that name the person's own centre; never the company's."""
    if who.centre in ("", COMPANY):
        return pd.Series(data=False, index=frame.index)
    column = "received_centre" if "received_centre" in frame.columns else "centre"
    return frame[column] == who.centre


def policy(_all: Snapshot, frame: pd.DataFrame, _who: Principal) -> pd.Series:
    """Return the settings that say how the company guards whoever answers calls."""
    return frame["group"] == HARASSMENT


def own_targets(_all: Snapshot, frame: pd.DataFrame, who: Principal) -> pd.Series:
    """What all centres are to reach, and the own one; what another is to is its own."""
    named = frame["name"].map(kpi_targets.centre_of)
    return (frame["group"] == kpi_targets.GROUP) & named.isin(["", who.centre])


def own_form(_all: Snapshot, frame: pd.DataFrame, who: Principal) -> pd.Series:
    """How the own centre writes its figures; another's is not theirs to know."""
    return (frame["group"] == centre_forms.GROUP) & (frame["name"] == who.centre)


def own_comments(_all: Snapshot, frame: pd.DataFrame, who: Principal) -> pd.Series:
    """What is written into the monthly report on the own centre, and into no other."""
    if who.centre in ("", COMPANY):
        return pd.Series(data=False, index=frame.index)
    named = frame["name"].map(monthly_comments.centre_of)
    return (frame["group"] == monthly_comments.GROUP) & (named == who.centre)


def settings_of_own(
    everything: Snapshot, frame: pd.DataFrame, who: Principal
) -> pd.Series:
    """Return the settings that an outsourced centre works by."""
    return (
        policy(everything, frame, who)
        | own_targets(everything, frame, who)
        | own_comments(everything, frame, who)
        | own_form(everything, frame, who)
    )


def of_themselves(_all: Snapshot, frame: pd.DataFrame, who: Principal) -> pd.Series:
    """Rows about the person, by mail address."""
    return frame["email"] == who.key


def no_row(_all: Snapshot, frame: pd.DataFrame, _who: Principal) -> pd.Series:
    """Nothing, whoever wrote it."""
    return pd.Series(data=False, index=frame.index)


def own_centre(_all: Snapshot, frame: pd.DataFrame, who: Principal) -> pd.Series:
    """The person's own centre; what is agreed with another is not theirs to know."""
    return frame["code"] == who.centre


def taken_by_own_centre(
    everything: Snapshot, frame: pd.DataFrame, who: Principal
) -> pd.Series:
    """Complaints that the own centre received, where it may record any."""
    return of_own_centre(everything, frame, who) & _reports_by_phone(
        everything.frames, who.centre
    )


def steps_of_own(
    everything: Snapshot, frame: pd.DataFrame, who: Principal
) -> pd.Series:
    """Steps on the centre's complaints until these are handed over, and on its days.

    What is asked about the own centre's figures hangs on a day. Once a complaint is
    handed over, what is done on it is the company's business, from the beginning.
    """
    complaints = everything.frames["complaints"]
    over = complaints.index[is_handed_over(everything, complaints, who)]
    own = cases_of(everything.frames, who.centre).difference(over)
    return frame["case_id"].isin(own) | _of_own_days(frame, who)


def _of_own_days(frame: pd.DataFrame, who: Principal) -> pd.Series:
    if who.centre in ("", COMPANY):
        return pd.Series(data=False, index=frame.index)
    named = [kpi_day_of(str(case_id)) for case_id in frame["case_id"]]
    own = [found is not None and found[1] == who.centre for found in named]
    return pd.Series(own, index=frame.index, dtype="bool")


def cases_of(frames: Mapping[str, pd.DataFrame], centre: str) -> pd.Index:
    """Return the numbers of the complaints that people of a centre may know of.

    Centres outside the company; of the company itself, none.
    """
    complaints = frames["complaints"]
    if centre in ("", COMPANY) or not _reports_by_phone(frames, centre):
        return complaints.index[:0]
    return complaints.index[complaints["received_centre"] == centre]


def _reports_by_phone(frames: Mapping[str, pd.DataFrame], centre: str) -> bool:
    centres = frames["centres"]
    if centre not in centres.index:
        return False
    return bool(centres.loc[centre, "phone_reports"] == Flag.YES.value)


# Which cells --------------------------------------------------------------------


def nothing(
    _all: Snapshot, _frame: pd.DataFrame, _who: Principal
) -> Mapping[str, pd.Series]:
    """Withhold nothing."""
    return {}


def personal_cells(
    _all: Snapshot, frame: pd.DataFrame, _who: Principal
) -> Mapping[str, pd.Series]:
    """Withhold every customer's name and contact."""
    yes = pd.Series(data=True, index=frame.index)
    return dict.fromkeys(_PERSONAL & set(frame.columns), yes)


def is_handed_over(
    everything: Snapshot, frame: pd.DataFrame, who: Principal
) -> pd.Series:
    """Complaints that somebody outside the own centre handles."""
    return (frame["handler"] != "") & ~_is_handled_inside(everything, frame, who)


def _is_handled_inside(
    everything: Snapshot, frame: pd.DataFrame, who: Principal
) -> pd.Series:
    """Complaints with a handler of the own centre alone; never of a name shared."""
    members = everything.frames["members"]
    inside = members["centre"] == who.centre
    own = set(members.loc[inside, "name"]) - set(members.loc[~inside, "name"])
    return frame["handler"].isin(own)


LEFT_ONCE_HANDED_OVER: Final = frozenset(
    {"id", "received_at", "received_centre", "status", "handler", "source", "version"}
)
"""What a centre still sees of a complaint that it handed over."""


def all_but_a_trace_once_handed_over(
    everything: Snapshot, frame: pd.DataFrame, who: Principal
) -> Mapping[str, pd.Series]:
    """Withhold a complaint once it is handed over; name and contact of one nobody has."""
    over = is_handed_over(everything, frame, who)
    outside = ~_is_handled_inside(everything, frame, who)
    return {
        name: outside if name in _PERSONAL else over
        for name in frame.columns
        if name not in LEFT_ONCE_HANDED_OVER
    }


@dataclass(frozen=True, slots=True)
class AllBut:
    """Withhold every column but the named and the two that no record can lack."""

    names: tuple[str, ...]

    def __call__(
        self, _all: Snapshot, frame: pd.DataFrame, _who: Principal
    ) -> Mapping[str, pd.Series]:
        """Return the cells of all other columns."""
        yes = pd.Series(data=True, index=frame.index)
        return {
            column: yes
            for column in frame.columns
            if column not in self.names and column not in ("source", "version")
        }


# Who may what -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Right:
    """What a role may do with a table.

    rows: which it sees; it may change no others. owner: the column that decides
        this, which it may not change. blanks: cells withheld from it, which it may
        not change either. instead: what stands in withheld cells, by column, where
        missing would be no record. frozen: rows of which it may change nothing any
        more. writes: which of the rows it may add or change, where it sees others too.
        insert, update: whether it may at all.
    drop_box: whether it may add rows that it does not see afterwards.
    """

    rows: Rows = every_row
    owner: str = ""
    blanks: Blanks = nothing
    instead: Mapping[str, Any] = field(default_factory=dict, hash=False)
    frozen: Rows = no_row
    writes: Rows = every_row
    insert: bool = False
    update: bool = False
    drop_box: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it shows the whole table."""
        return self.rows is every_row and self.blanks is nothing

    @property
    def writes_any(self) -> bool:
        """Whether it may change every row that it shows."""
        return self.writes is every_row

    def shown(
        self, everything: Snapshot, frame: pd.DataFrame, who: Principal
    ) -> pd.DataFrame:
        """Return the rows of `frame` that are theirs, withheld cells missing."""
        mask = self.rows(everything, frame, who)
        shown = frame if mask.all() else frame[mask]
        blanks = self.blanks(everything, shown, who)
        return shown.assign(
            **{
                name: shown[name].mask(
                    cells, self.instead.get(name, _missing(shown[name]))
                )
                for name, cells in blanks.items()
            }
        )


def _missing(column: pd.Series) -> Any:
    return "" if column.dtype == "str" else None


_PERSONAL: Final = {
    one.name for table in TABLES for one in table.fields if one.column.personal
}

_WITHHELD_COMPLAINT: Final[Mapping[str, Any]] = {
    one.name: plain(one, one.default)
    for one in table_by_code("complaints").fields
    if not one.required
} | {"content": ERASED}
"""What stands in a complaint that was handed over: as in one of which nothing is said."""

_READ: Final = Right()
_WRITE: Final = Right(insert=True, update=True)
_ALL_CODES: Final = frozenset(table.code for table in TABLES)
_APART: Final = frozenset({"audit", "care_records"})
"""Tables that are withheld from people who otherwise see everything."""


def _rights(right: Right, codes: frozenset[str] = _ALL_CODES) -> dict[str, Right]:
    return dict.fromkeys(codes, right)


_CONFIDES: Final = Right(no_row, insert=True, drop_box=True)
"""Whoever was hurt may say so; what was said is between them and their manager."""
_MANAGES: Final = _rights(_WRITE) | {"audit": _READ}

RIGHTS: Final[Mapping[Role, Mapping[str, Right]]] = {
    Role.ADMIN: _MANAGES,
    Role.MANAGER: _MANAGES,
    # Who may change a role or a centre's rights could give themselves any.
    Role.CLERK: _rights(_WRITE, _ALL_CODES - _APART)
    | {"settings": _READ, "members": _READ, "centres": _READ, "notices": _READ}
    | {"alarms": _READ, "inspections": _READ}
    | {"trainings": Right(writes=of_themselves, insert=True, update=True)}
    | {"care_records": _CONFIDES},
    Role.VIEWER: _rights(Right(blanks=personal_cells), _ALL_CODES - _APART),
    Role.OUTSOURCED: {
        "kpi_days": Right(of_own_centre, "centre", insert=True, update=True),
        "centres": Right(own_centre),
        "members": Right(of_own_centre),
        "products": Right(blanks=AllBut(("code", "name"))),
        "complaints": Right(
            taken_by_own_centre,
            "received_centre",
            all_but_a_trace_once_handed_over,
            _WITHHELD_COMPLAINT,
            is_handed_over,
            insert=True,
            update=True,
        ),
        "activities": Right(steps_of_own, insert=True),
        "care_records": _CONFIDES,
        "settings": Right(settings_of_own),
    },
}
"""Role → table → right. A table that is not named does not exist for the role."""


def unread_cells(statuses: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """Return table, key, field → what was typed, of cells that could not be read.

    statuses: as in `Snapshot.statuses`.
    """
    bad = statuses[statuses["status"] == CellStatus.BAD.value]
    places = zip(bad["table"], bad["key"], bad["field"], strict=True)
    return dict(zip(places, bad["typed"], strict=True))


class UserStore:
    """The data as one person may see and change them.

    Make one for each run of a page: it looks at one snapshot until its own commit,
    so that figures taken one after the other agree, and `revision` names them all.
    """

    def __init__(
        self,
        live: LiveStore,
        principal: Principal,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        """Give `principal` their part of the data; `LiveStore.for_user` makes it."""
        self._live = live
        self._principal = principal
        self._tell = tell
        self._pinned: Snapshot | None = None

    @property
    def principal(self) -> Principal:
        """Whose eyes these are."""
        return self._principal

    @property
    def revision(self) -> int:
        """Number of the data's state; equal numbers mean equal data."""
        return self._snapshot().revision

    @property
    def kind(self) -> str:
        """Short name of the store for the badge."""
        return self._live.kind

    @property
    def problem(self) -> StoreError | None:
        """Why the data may be old; None while the store answers."""
        return self._live.problem

    def age(self) -> timedelta:
        """Return how long ago the data were known to be the latest."""
        return self._live.age()

    @property
    def held(self) -> Hold | None:
        """Why nothing may be written at the moment; None where anything may."""
        return self._snapshot().held

    def confirm(self, token: str) -> None:
        """Take what is gone from the sheet for gone; see `Shared.confirm`.

        Raises:
            NotAllowed: it is for administrators and managers.
            StoreError: the sheet cannot be reached; it stays held.
        """
        self._refuse_onlookers()
        if not self._manages:
            raise NotAllowed
        held = self.held
        try:
            self._live.confirm(token)
        finally:
            self._pinned = None
        if held and held.losses and held.token == token:
            self._live.commit(_taken_for_gone(held, self._principal, token))

    def frame(self, code: str) -> pd.DataFrame:
        """Return the person's part of a table; without rows where none is theirs.

        Withheld cells are missing. The frame may be changed freely: it is a copy
        that shares memory until then.

        Raises:
            NotAllowed: there is no such table.
        """
        if code not in _ALL_CODES:
            raise NotAllowed
        return shared(self._view(self._snapshot(), code))

    @property
    def archive_years(self) -> tuple[int, ...]:
        """The years of which complaints are put away; () where none is."""
        return self._live.archive_years() if self._right(CASES) else ()

    def archived(self, code: str) -> pd.DataFrame:
        """Return the person's part of what is put away, as `frame` does of the rest.

        Same columns and types, contacts masked; without rows where nothing is put away,
        or nothing of this table ever is. It is read when it is asked for and shared by
        all who look: for what people ask for, never for what each page shows.

        Raises:
            NotAllowed: there is no such table.
            StoreError: it cannot be read.
        """
        if code not in _ALL_CODES:
            raise NotAllowed
        right = self._right(code)
        if right is None or code not in CODES or not self.archive_years:
            return empty_frame(table_by_code(code))
        kept, live = self._live.archive(), self._snapshot()
        who = self._principal
        centre = "" if right.rows is every_row else who.centre

        def made() -> pd.DataFrame:
            return self._of_archive(kept.archive, code, right)

        name = (live.revision, who.role, who is SYSTEM, centre, code)
        return shared(kept.views.get(name, made))

    def archived_in_full(self, code: str) -> pd.DataFrame:
        """Return what is put away, contacts unmasked; for no screen (`in_full`).

        Raises:
            NotAllowed: there is no such table, or others would see it.
            StoreError: it cannot be read.
        """
        if code not in _ALL_CODES or _for_everybody.get():
            raise NotAllowed
        right = self._right(code)
        if right is None or code not in CODES or not self.archive_years:
            return empty_frame(table_by_code(code))
        kept = self._live.archive().archive
        return shared(self._of_archive(kept, code, right, in_full=True))

    def _of_archive(
        self, kept: Archive, code: str, right: Right, *, in_full: bool = False
    ) -> pd.DataFrame:
        live = self._snapshot()
        frame = kept.frames[code]
        # A row that was brought back a moment ago stands among the others already.
        frame = frame[~frame.index.isin(live.frames[code].index)]
        masks = not in_full and self._principal is not SYSTEM
        if code == contacts.TABLE and masks:
            hidden = frame[contacts.FIELD].map(masked).astype("str")
            frame = frame.assign(**{contacts.FIELD: hidden})
        if right.is_plain:
            return frame
        everything = replace(live, frames={**live.frames, **kept.frames})
        return right.shown(everything, frame, self._principal)

    def archive_index(self) -> pd.DataFrame:
        """Return what complaints that are put away are looked up by, for the staff.

        Columns `lib.store.archive.INDEXED`, the number as index; without rows while it
        is still being read, and for whoever is no staff.
        """
        shape = empty_frame(table_by_code(CASES))[list(INDEXED)]
        if self._principal is not SYSTEM and self._principal.role not in _STAFF:
            return shape
        found = self._live.archive_index()
        return shape if found is None else shared(found)

    def archive_trail(self) -> tuple[int, pd.DataFrame | None]:
        """Return when which customer complained, of what is put away, and its revision.

        Columns `lib.store.archive.TRAIL`, the number as index: nothing of a person but
        照合キー. (0, no rows) where nothing is put away; (0, None) while it is still being
        read, or this person does not see every complaint.
        """
        if not self._live.archive_years():
            return 0, empty_frame(table_by_code(CASES))[list(TRAIL)]
        right = self._right(CASES)
        if right is None or right.rows is not every_row:
            return 0, None
        self._live.archive_index()
        known = self._live.index_read
        return (known[0], known[1][list(TRAIL)]) if known else (0, None)

    def archived_record(self, code: str, key: str) -> Record:
        """Return one record that is put away, contact masked; it can only be read.

        Raises:
            NotAllowed: there is none of that number, or it is not theirs.
            StoreError: it cannot be read.
        """
        found = standing_at(table_by_code(code), self.archived(code), key)
        if found is None:
            raise NotAllowed
        return found

    def move(self, moving: Moving) -> Moved:
        """Put complaints away or bring them back; see `Archives.move`.

        Raises:
            ActionRefused: the person only looks, or the store has no archive.
            NotAllowed: it is for administrators and managers.
        """
        self._refuse_onlookers()
        if not self._manages and self._principal is not SYSTEM:
            raise NotAllowed
        try:
            return self._live.move(moving)
        finally:
            self._pinned = None

    def marks(self, code: str) -> pd.DataFrame:
        """Return which of the person's cells of a table are not simply right.

        Columns `key`, `field`, `status` (`CellStatus`) and `typed`: what stands in
        the sheet, a contact masked. Withheld cells are not among them; without rows on
        SQL.

        Raises:
            NotAllowed: there is no such table.
        """
        if code not in _ALL_CODES:
            raise NotAllowed
        everything = self._snapshot()
        every = everything.statuses
        own = every[every["table"] == code].drop(columns="table")
        right = self._right(code)
        if own.empty or right is None:
            return own.iloc[:0]
        frame = everything.frames[code]
        shown = frame[right.rows(everything, frame, self._principal)]
        own = own[own["key"].isin(shown.index)]
        withheld = right.blanks(everything, shown, self._principal)
        hidden = [
            name in withheld and bool(withheld[name][key])
            for key, name in zip(own["key"], own["field"], strict=True)
        ]
        own = own.loc[[not cell for cell in hidden]]
        if self._principal is SYSTEM or code != contacts.TABLE:
            return own
        is_contact = own["field"] == contacts.FIELD
        return own.assign(
            typed=own["typed"].where(~is_contact, own["typed"].map(masked))
        )

    def unread(self, code: str) -> dict[tuple[str, str, str], str]:
        """Return what was typed where nothing could be read, see `unread_cells`.

        Raises:
            NotAllowed: there is no such table.
        """
        return unread_cells(self.marks(code).assign(table=code))

    def derived(
        self,
        name: Hashable,
        make: Callable[[], Derived],
        *,
        rests_on: Hashable = None,
    ) -> Derived:
        """Return what `make` computes from this person's part of the data.

        It is computed once for each `name`, revision, role and centre and shared by
        everybody with the same view, so the result must not be changed, nor depend on
        anything that `name` does not tell (day, language, theme).

        rests_on: tells whatever of the data it is made of; it then outlives revisions
            that leave that as it is.
        """
        who = self._principal
        centre = who.centre if who.is_outsourced else ""
        state = self.revision if rests_on is None else ("rests on", rests_on)
        full = (state, who.role, who is SYSTEM, centre, name)

        def made() -> Derived:
            token = _for_everybody.set(True)
            try:
                return make()
            finally:
                _for_everybody.reset(token)

        found: Derived = self._live.derived.get(full, made)
        return found

    def record(self, code: str, key: str) -> Record:
        """Return one record as it stands, withheld fields empty.

        A customer's contact is whole for whoever is in charge of it and after
        `reveal`, else masked; always masked where `derived` computes.
        In a row of a sheet it may hold what none may (`Record.misfits`).

        Raises:
            NotAllowed: it does not exist or is not theirs; nobody can tell which.
        """
        if code not in _ALL_CODES:
            raise NotAllowed
        view = self._view(self._snapshot(), code)
        found = standing_at(table_by_code(code), view, key)
        if found is None:
            raise NotAllowed
        return self._with_own_contact(self._snapshot(), found)

    # Customers' contacts

    def hides_contact(self, key: str) -> bool:
        """Whether more is known of the contact of a complaint than this person sees.

        False also where nothing is known, or only a trace is left for everybody.
        """
        raw, shown = self._contacts(key)
        return bool(raw) and raw != shown and not is_masked(raw)

    def may_reveal(self, key: str) -> bool:
        """Whether giving a reason would show this person more of the contact."""
        return (
            self._may_reveal()
            and bool(self._contacts(key)[1])
            and self.hides_contact(key)
        )

    def reveal(self, key: str, commit: Commit) -> Record:
        """Show the contact of a complaint to this person for a while; log it first.

        commit: who, when and why (`Commit.reason`), and what else is to be written.
            操作ログ gets the reason, and never the contact.

        Raises:
            ActionRefused: the person only looks.
            InvalidRecord: no reason is given; its problem is on `reason`.
            NotAllowed: the complaint is not theirs, or its contact never to be shown.
        """
        self._refuse_onlookers()
        if not commit.reason.strip():
            blank = FieldProblem("reason", N_("理由を書いてください。"))
            raise InvalidRecord([blank])
        raw, shown = self._contacts(key)
        if not self._may_reveal() or (raw and not shown):
            raise NotAllowed
        self._authorise(self._snapshot(), commit)
        self._log_contact(key, commit, REVEALED)
        self._live.grants.give(self._principal, key, commit.at)
        return self.record(contacts.TABLE, key)

    def note_use(self, key: str, commit: Commit, what: str) -> None:
        """Note in 操作ログ that whoever sees a contact whole used it: `what` they did.

        Raises:
            NotAllowed: they do not see it whole.
        """
        self._refuse_onlookers()
        if self.hides_contact(key) or not self._contacts(key)[0]:
            raise NotAllowed
        self._log_contact(key, commit, what)

    def in_full(self, code: str) -> pd.DataFrame:
        """Return a table as `frame` does, contacts unmasked; for no screen.

        It is for what has to know a contact to hide it, for what is logged with its
        reason before anybody gets it, and for the files of centres.

        Raises:
            NotAllowed: there is no such table, or others would see it.
        """
        if code not in _ALL_CODES or _for_everybody.get():
            raise NotAllowed
        everything, right = self._snapshot(), self._right(code)
        if right is None:
            return empty_frame(table_by_code(code))
        return shared(right.shown(everything, everything.frames[code], self._principal))

    def frozen(self, code: str) -> pd.Index:
        """Return the keys of the rows that this person sees and may no longer change."""
        everything, right = self._snapshot(), self._right(code)
        view = self._view(everything, code)
        if right is None:
            return view.index
        return view.index[right.frozen(everything, view, self._principal)]

    def contact_marks(self) -> pd.Series:
        """Return for each row of the person's 苦情台帳 what its contact is known by.

        One mark for each number or address, parted by blanks; `contacts.marks_of` gives
        the same for one that is typed. "" where the contact is withheld.
        """
        view = self._view(self._snapshot(), contacts.TABLE)
        every = self._live.contact_marks.of(self._snapshot().frames[contacts.TABLE])
        own = every.reindex(view.index) if len(view) != len(every) else every
        return own.where(view[contacts.FIELD] != "", "").astype("str")

    def _may_reveal(self) -> bool:
        who = self._principal
        return who is SYSTEM or (who.role in _STAFF and not who.only_looks)

    def _contacts(self, key: str) -> tuple[str, str]:
        """Return the contact of a complaint as it stands, and as this person sees it."""
        shown = cast("Complaint", self.record(contacts.TABLE, key)).contact
        raw = self._snapshot().frames[contacts.TABLE]
        return str(raw[contacts.FIELD].iloc[raw.index.get_loc(key)]), shown

    def _log_contact(self, key: str, commit: Commit, what: str) -> None:
        """Write a commit with a row of 操作ログ, which no person may write by hand."""
        entry = AuditEntry(
            # The store numbers what it notes itself from the beginning.
            id=f"L-{commit.id}-90000",
            commit_id=commit.id,
            at=commit.at,
            actor=self._principal.name,
            table=contacts.TABLE,
            row_key=key,
            field_name=what,
            reason=commit.reason.strip(),
        )
        try:
            self._live.commit(replace(commit, writes=(*commit.writes, Insert(entry))))
        finally:
            self._pinned = None

    def _with_own_contact(self, everything: Snapshot, found: Record) -> Record:
        """Return a record as the view has it, its contact whole where they see that."""
        if not isinstance(found, Complaint) or not found.contact:
            return found
        key = found.id
        raw = everything.frames[contacts.TABLE]
        if key not in raw.index or not self._sees_contact(everything, found):
            return found
        whole = str(raw[contacts.FIELD].iloc[raw.index.get_loc(key)])
        return found if whole == found.contact else found.with_contact(whole)

    def _sees_contact(self, everything: Snapshot, case: Complaint) -> bool:
        who, now = self._principal, clock.now()
        if who is SYSTEM:
            return True
        if _for_everybody.get():
            return False
        if self._may_reveal() and self._live.grants.holds(who, case.id, now):
            return True
        if not contacts.in_charge(case, who):
            return False
        name = ("days of contacts", everything.revision, now.date())
        days = self._live.derived.get(
            name, lambda: contacts.days_kept(everything.frames["settings"], now.date())
        )
        return not contacts.is_over(case, now, days)

    def audit(self, table: str, key: str) -> pd.DataFrame:
        """Return every log row of one record, oldest first.

        Raises:
            NotAllowed: the log is not for this role.
        """
        if self._right("audit") is None:
            raise NotAllowed
        return self._live.audit(table, key)

    def search_log(self, query: LogQuery) -> LogPage:
        """Return one window of 操作ログ, newest first; it asks the store itself.

        Raises:
            NotAllowed: the log is not for this role.
        """
        if self._right("audit") is None:
            raise NotAllowed
        return self._live.search_log(query)

    def commit(self, commit: Commit) -> Receipt:
        """Commit after checking each write anew; see `Store.commit`.

        It is logged under the person's own name, whatever name it bears.
        Receipt and `Conflict` show only what the person may see.

        Raises:
            ActionRefused: the person only looks.
            NotAllowed: one of the writes is not theirs; nothing was written.
        """
        self._refuse_onlookers()
        commit = self._signed(commit)
        before = self._live.refreshed() if self._is_limited else self._snapshot()
        try:
            self._authorise(before, commit)
        except NotAllowed:
            self.note_refusal(*next(iter(named(commit)), ("", "")))
            raise
        try:
            receipt = self._live.commit(self._unmasked(before, commit))
        except Conflict as conflict:
            raise self._without_foreign(conflict) from conflict
        finally:
            self._pinned = None
        if self._live.watchman:
            self._live.watchman.saved(self._principal, commit, receipt)
        if self._tell:
            for note in receipt.notes:
                self._tell(note)
        return self._without_withheld(receipt)

    def note_refusal(self, table: str, key: str = "") -> None:
        """Note that this person tried to write what is not theirs; see `Watchman`.

        For what a page finds out by itself, such as an edit of a column that is locked.
        """
        if self._live.watchman:
            self._live.watchman.refused(self._principal, table, key)

    def everything(self) -> Snapshot:
        """Return all tables as they stand, to be checked; `_APART` as far as theirs.

        Contacts are whole: what is said of them has to be masked (`checking`).

        Raises:
            NotAllowed: the person does not see every row and cell of the others.
        """
        if not self._sees_all:
            raise NotAllowed
        found = self._snapshot()
        apart = {code: self._view(found, code) for code in _APART}
        hidden = [code for code in _APART if not self._sees_whole(code)]
        return replace(
            found,
            frames={**found.frames, **apart},
            problems=tuple(p for p in found.problems if p.table not in hidden),
            statuses=found.statuses[~found.statuses["table"].isin(hidden)],
        )

    def may_mend(self, code: str) -> bool:
        """Whether rows of a table may be mended, and by this person."""
        return self._live.mends and self._sees_all and self._may_write(code)

    def mend(self, mending: Mending) -> Mended:
        """Put rows right after checking each anew; see `MendsRows.mend`.

        Raises:
            NotAllowed: one of the rows is not theirs to change; nothing was written.
        """
        self._refuse_onlookers()
        if not all(self._may_mend(row) for row in mending.rows):
            raise NotAllowed
        try:
            return self._live.mend(mending)
        finally:
            self._pinned = None

    @property
    def _sees_all(self) -> bool:
        """Whether every table but those `_APART` is theirs to see, whole."""
        return all(self._sees_whole(code) for code in _ALL_CODES - _APART)

    def _sees_whole(self, code: str) -> bool:
        right = self._right(code)
        return right is not None and right.is_plain

    def _may_mend(self, row: RowMend) -> bool:
        tables = [row.table, *(table_of(new).code for new in row.also)]
        if not self._sees_all or not all(self._may_write(code) for code in tables):
            return False
        before = self._snapshot()
        return not self._lifts(before, row.table, row.key, row.values) and not any(
            self._lifts(before, table_of(new).code, "", new.values())
            for new in row.also
        )

    def _may_write(self, code: str) -> bool:
        right = self._right(code)
        return right is not None and right.update and right.insert and right.writes_any

    # The outbox

    def notice(self) -> OutboxNotice | None:
        """Return what people have to know about the outbox; None without one."""
        outbox = self._live.outbox
        return outbox.notice() if outbox else None

    def waiting(self) -> tuple[WaitingCommit, ...]:
        """Return the saves that the shared store does not have yet, oldest first.

        Administrators and managers see everybody's, others their own; of what another
        wrote meanwhile only what they may see.
        """
        outbox = self._live.outbox
        found = outbox.waiting() if outbox else ()
        if self._manages:
            return found
        return tuple(self._as_shown(save) for save in found if self._is_own(save))

    def wait_states(self, code: str) -> Mapping[str, WaitState]:
        """Return how far rows of a table have come that are on their way, by key.

        Of every row that this person sees, whoever wrote it.
        """
        outbox = self._live.outbox
        found: dict[str, WaitState] = {}
        for save in outbox.waiting() if outbox else ():
            for table, key in save.rows:
                if table == code and found.get(key) is not WaitState.NEEDS_LOOK:
                    found[key] = save.state
        if not found:
            return found
        shown = self._view(self._snapshot(), code).index
        return {key: state for key, state in found.items() if key in shown}

    def resend(self, commit_id: str, commit: Commit | None = None) -> None:
        """Send again what needed a look: as it was, or as this person mended it.

        Raises:
            NotAllowed: it is not theirs, or one of its writes is not.
        """
        self._refuse_onlookers()
        self._refuse_foreign(commit_id)
        if commit is not None:
            self._authorise(self._snapshot(), commit)
            commit = self._unmasked(self._snapshot(), commit)
        try:
            self._live.resend(commit_id, commit)
        finally:
            self._pinned = None

    def discard(self, commit_id: str) -> None:
        """Throw a save away that is not in the shared store.

        Raises:
            NotAllowed: it is not theirs.
        """
        self._refuse_onlookers()
        self._refuse_foreign(commit_id)
        try:
            self._live.discard(commit_id)
        finally:
            self._pinned = None

    def _refuse_onlookers(self) -> None:
        if self._principal.only_looks:
            raise ActionRefused(LOOKS_ONLY)

    def _refuse_foreign(self, commit_id: str) -> None:
        if all(save.commit_id != commit_id for save in self.waiting()):
            raise NotAllowed

    def _is_own(self, save: WaitingCommit) -> bool:
        """Whether this person wrote it: under this name, and they still might."""
        if save.actor != self._principal.name or save.commit is None:
            return False
        try:
            self._authorise(self._snapshot(), save.commit)
        except NotAllowed:
            return False
        return True

    def _as_shown(self, save: WaitingCommit) -> WaitingCommit:
        if not isinstance(save.problem, Conflict):
            return save
        shown = self._limited(save.problem, self._snapshot())
        return replace(save, problem=shown)

    # Reading

    def _snapshot(self) -> Snapshot:
        if self._pinned is None:
            self._pinned = self._live.snapshot()
        return self._pinned

    def _right(self, code: str) -> Right | None:
        if self._principal is SYSTEM:
            return _WRITE
        return RIGHTS[self._principal.role].get(code)

    def _view(self, everything: Snapshot, code: str) -> pd.DataFrame:
        right = self._right(code)
        if right is None:
            return empty_frame(table_by_code(code))
        if right.is_plain:
            return self._masked(everything, code)
        who = self._principal
        centre = "" if right.rows is every_row else who.centre
        return self._live.views.get(
            (everything.revision, who.role, centre, code),
            lambda: right.shown(everything, self._masked(everything, code), who),
        )

    def _masked(self, everything: Snapshot, code: str) -> pd.DataFrame:
        """Return a table with the contacts that every person but the system gets."""
        whole = everything.frames[code]
        if code != contacts.TABLE or self._principal is SYSTEM:
            return whole
        live = self._live
        return live.views.get(
            (everything.revision, "masked", code),
            lambda: whole.assign(contact=live.masked_contacts.of(whole)),
        )

    def _shown(self, everything: Snapshot, record: Record) -> Record | None:
        """Return one record as the person may see it; None where they may not."""
        table = table_of(record)
        right = self._right(table.code)
        if right is None:
            return None
        shown: Record | None = record
        if not right.is_plain:
            one = frame_of(table, [record])
            visible = right.shown(everything, one, self._principal)
            shown = record_at(table, visible, table.key_of(record))
        if not isinstance(shown, Complaint) or self._sees_contact(everything, shown):
            return shown
        return shown.with_contact(masked(shown.contact))

    # Writing

    @property
    def _is_limited(self) -> bool:
        return self._principal.role is Role.OUTSOURCED

    @property
    def _manages(self) -> bool:
        """Whether they decide about many rows at once: the sample year, or a loss."""
        return self._principal.role in (Role.ADMIN, Role.MANAGER)

    def _authorise(self, before: Snapshot, commit: Commit) -> None:
        if self._principal is SYSTEM:
            return
        after = _with_new_complaints(before, commit)
        if not all(self._may(before, after, write) for write in commit.writes):
            raise NotAllowed

    def _may(self, before: Snapshot, after: Snapshot, write: Write) -> bool:
        if isinstance(write, Delete):
            # Only rows of the sample year can go at all, and they go together.
            return self._manages
        if isinstance(write, Erase):
            return self._manages
        code = table_of(write.record).code if isinstance(write, Insert) else write.table
        right = self._right(code)
        if right is None:
            return False
        if isinstance(write, Insert):
            if self._lifts(before, code, "", write.record.values()):
                return False
            own = write.record.source is not Source.SAMPLE or self._manages
            return right.insert and own and self._may_insert(after, right, write.record)
        if self._lifts(before, code, write.key, write.values):
            return False
        return right.update and self._may_update(before, right, write)

    def _lifts(
        self, before: Snapshot, code: str, key: str, values: Mapping[str, Any]
    ) -> bool:
        """Whether somebody would raise themselves by what they write.

        Only an administrator makes administrators or changes one. Only who decides about
        rows says who received a call, where that opens the contact to themselves.

        key: of the row that changes; "" for a new one.
        """
        frame, who = before.frames[code], self._principal
        standing = frame.loc[key] if key in frame.index else None
        if code == "members" and who.role is not Role.ADMIN:
            roles = [values.get("role"), None if standing is None else standing["role"]]
            return Role.ADMIN.value in [str(role) for role in roles]
        if code == contacts.TABLE and key and not self._manages:
            was = "" if standing is None else standing["receiver"]
            return values.get("receiver") == who.name != was
        return False

    def _may_insert(self, after: Snapshot, right: Right, record: Record) -> bool:
        if right.writes_any and (right.is_plain or right.drop_box):
            return True
        one = frame_of(table_of(record), [record])
        if not right.writes_any:
            return bool(right.writes(after, one, self._principal).all())
        return bool(right.rows(after, one, self._principal).all())

    def _may_update(self, before: Snapshot, right: Right, write: Update) -> bool:
        whole = before.frames[write.table]
        if not right.writes_any:
            own = right.writes(
                before, whole.loc[whole.index == write.key], self._principal
            )
            return len(own) > 0 and bool(own.all())
        if right.is_plain:
            return True
        if write.key not in whole.index or right.owner in write.values:
            return False
        one = whole.loc[[write.key]]
        if not right.rows(before, one, self._principal).all():
            return False
        if right.frozen(before, one, self._principal).any():
            return False
        withheld = right.blanks(before, one, self._principal)
        return not any(
            withheld[name].any() for name in write.values if name in withheld
        )

    def _signed(self, commit: Commit) -> Commit:
        """Return the commit under the name of whoever makes it; the system names any."""
        if self._principal is SYSTEM:
            return commit
        return replace(commit, actor=self._principal.name)

    def _unmasked(self, before: Snapshot, commit: Commit) -> Commit:
        """Return the commit with contacts as they stand, where it was based on a mask.

        A mask is never written: saved, it would pass for the customer's contact.

        Raises:
            InvalidRecord: a mask is to be written; its problem is on the contact.
        """
        if self._principal is SYSTEM:
            return commit
        return replace(
            commit, writes=tuple(_unmasked(before, write) for write in commit.writes)
        )

    def _without_withheld(self, receipt: Receipt) -> Receipt:
        if self._principal is SYSTEM:
            return receipt
        everything = self._snapshot()
        shown = {
            at: self._shown(everything, record)
            for at, record in receipt.records.items()
        }
        return replace(
            receipt, records={at: found for at, found in shown.items() if found}
        )

    def _without_foreign(self, conflict: Conflict) -> AppError:
        """Return the conflict as far as it is the person's business."""
        return self._limited(conflict, self._live.refreshed())

    def _limited(self, conflict: Conflict, everything: Snapshot) -> AppError:
        if self._principal is SYSTEM:
            return conflict
        for found in conflict.fields:
            update = Update(found.table, found.key, {}, {found.field: found.mine})
            if not self._may(everything, everything, update):
                return NotAllowed()
        table = table_by_code(conflict.table)
        theirs = conflict.theirs and self._shown(
            everything, table.record.model_validate(conflict.theirs)
        )
        if conflict.theirs and theirs is None:
            return NotAllowed()
        return Conflict(
            conflict.table,
            conflict.key,
            fields=[self._as_seen(everything, found) for found in conflict.fields],
            theirs=theirs.values() if theirs else None,
        )

    def _as_seen(self, everything: Snapshot, found: FieldConflict) -> FieldConflict:
        """Return what clashes, another's contact masked where it is not theirs to see."""
        if (found.table, found.field) != (contacts.TABLE, contacts.FIELD):
            return found
        case = standing_at(
            table_by_code(found.table), everything.frames[found.table], found.key
        )
        if isinstance(case, Complaint) and self._sees_contact(everything, case):
            return found
        return replace(
            found,
            base=masked(str(found.base or "")),
            theirs=masked(str(found.theirs or "")),
        )


_MASK_TYPED: Final = N_(
    "伏せた連絡先は保存できません。電話番号かメールアドレスを入れてください。"
)


def _unmasked(before: Snapshot, write: Write) -> Write:
    """Return a write with the contact that its mask stands for; see `UserStore`."""
    if isinstance(write, Insert):
        record = write.record
        if isinstance(record, Complaint) and is_masked(record.contact):
            raise _mask_typed()
        return write
    if not isinstance(write, Update) or write.table != contacts.TABLE:
        return write
    if contacts.FIELD not in write.values:
        return write
    frame = before.frames[contacts.TABLE]
    stands = ""
    if write.key in frame.index:
        stands = str(frame[contacts.FIELD].iloc[frame.index.get_loc(write.key)])
    base, mine = write.base.get(contacts.FIELD), str(write.values[contacts.FIELD] or "")
    saw_mask = base != stands and base == masked(stands)
    if mine != stands and (is_masked(mine) or (saw_mask and "…" in mine)):
        raise _mask_typed()
    if not saw_mask:
        return write
    return replace(write, base={**write.base, contacts.FIELD: stands})


def _mask_typed() -> InvalidRecord:
    return InvalidRecord([FieldProblem(contacts.FIELD, _MASK_TYPED)])


def _taken_for_gone(held: Hold, who: Principal, token: str) -> Commit:
    """Return the log rows of who said that what is gone from the sheet is meant to be."""
    now, number = clock.now(), f"G-{token}"
    rows = [
        AuditEntry(
            id=f"L-{number}-{at:05d}",
            commit_id=number,
            at=now,
            actor=who.name,
            table=loss.table,
            row_key="",
            field_name=TAKEN_FOR_GONE,
            before=f"{loss.of}行",
            after=f"{loss.of - loss.vanished}行",
            reason="、".join(loss.columns),
        )
        for at, loss in enumerate(held.losses, 1)
    ]
    return Commit(number, who.name, now, tuple(map(Insert, rows)))


def _with_new_complaints(before: Snapshot, commit: Commit) -> Snapshot:
    """Return the data as if the commit's new complaints stood already, in no hands yet.

    So the first steps on a complaint may come in the commit that makes it, also where
    that hands it over.
    """
    table = table_by_code("complaints")
    new = [
        write.record
        for write in commit.writes
        if isinstance(write, Insert) and isinstance(write.record, Complaint)
    ]
    if not new:
        return before
    added = frame_of(table, new).assign(handler="")
    both = pd.concat([before.frames[table.code], added])
    return replace(before, frames={**before.frames, table.code: both})
