"""データ点検: what in the data does not fit, with where it is and how to mend it.

Nothing is changed. A rule of a record is asked as it stands in the schema, so this
page, the forms and the import can never disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from string import ascii_uppercase
from typing import Any, Final

import pandas as pd

from lib.actions.masters import EDITORS, recognisable, unknown_words, with_rights
from lib.actions.reported_rate import RATE_TOLERANCE, short_that_fits
from lib.i18n import N_
from lib.metrics.wishes import is_unpromised_wish
from lib.schema.activity import is_of_day
from lib.schema.cells import cell_text, parse_cell
from lib.schema.column import Field
from lib.schema.complaint import SETTLED
from lib.schema.frames import rich
from lib.schema.record import Record, Rule, Stage
from lib.schema.tables import TABLES, Table, table
from lib.schema.vocab import (
    ActivityKind,
    AnswerRateMethod,
    Choice,
    ComplaintStatus,
    Done,
    EscalationStatus,
    InquiryStatus,
    Source,
)
from lib.settings.readable import unreadable
from lib.store.protocol import ProblemKind, RowProblem, Snapshot
from lib.text import masked, one_line

Frames = Mapping[str, pd.DataFrame]

FORGOTTEN_AFTER: Final = timedelta(days=30)
"""A promise older than this is no longer late but forgotten, or a slip of typing."""

FARTHEST_PROMISE: Final = timedelta(days=366)
"""A promise farther ahead is a slip of typing."""

MEND_FIELD = N_("行を開いて、この項目を直してください。")
NOT_IN_MASTER = N_("マスタにない言葉です。")
OFFER_TO_MASTER = N_("マスタに加えるか、登録済みの言葉に直してください。")
LEADS_NOWHERE = N_("指している行がありません。")
MEND_REFERENCE = N_("番号を確かめて直すか、空にしてください。")
NO_PROMISE = N_("未完了なのに、次の約束がありません。")
GIVE_PROMISE = N_("次の約束と日時を入れるか、完了にしてください。")
LONG_FORGOTTEN = N_("約束の日時が30日以上前です。")
FAR_AHEAD = N_("約束の日時が1年以上先です。")
IN_FUTURE = N_("受付日時が未来です。")
CLOSED_BEFORE_RECEIVED = N_("完了日時が受付日時より前です。")
SHARE_DIFFERS = N_("申告応答率が、応答数 ÷ 着信数と合いません。")
ASK_CENTRE = N_("センターに確かめて、どちらかを直してください。")
SAME_KEY = N_("同じ番号の行が二つ以上あります。")
KEEP_ONE = N_("一つを残し、ほかに新しい番号を付けてください。")
NO_RIGHTS = N_("この人の役割がはっきりしないので、アプリを使えません。")
GIVE_ROLE = N_("メール・氏名・役割を、一人一行で入れてください。")
SAME_NAME = N_("同じ名前の人が二人以上います。担当の件数が混ざります。")
TELL_APART = N_("見分けられる名前にしてください。")

_COMPLETE: Final[Mapping[str, tuple[str, Choice]]] = {
    "complaints": ("status", ComplaintStatus.CLOSED),
    "agency_inquiries": ("status", InquiryStatus.CLOSED),
    "escalations": ("status", EscalationStatus.RESOLVED),
    "kpi_days": ("confirmed", Done.DONE),
}
"""When the rules for closing bind, by table: this field has this value."""


def check(snapshot: Snapshot) -> list[RowProblem]:
    """Return everything that does not fit, what the store itself found first.

    On a sheet each comes with its cell, the address that opens it, and the value that
    a doubtful cell was read as.
    """
    told = {(p.table, p.key, p.column) for p in snapshot.problems}
    found = [
        problem
        for problem in check_frames(snapshot.frames, snapshot.loaded_at)
        if (problem.table, problem.key, problem.column) not in told
    ]
    return [in_the_sheet(snapshot, p) for p in (*snapshot.problems, *found)]


def to_mend(problems: Iterable[RowProblem]) -> list[RowProblem]:
    """Return what somebody has to put right: all but remarks, which are only told."""
    return [p for p in problems if p.kind is not ProblemKind.NOTE]


def in_the_sheet(snapshot: Snapshot, problem: RowProblem) -> RowProblem:
    """Return the problem with its place in the sheet; as it is where it has none."""
    where = snapshot.where.get(problem.table)
    if where is None:
        if problem.table or not snapshot.where:
            return problem
        anywhere = next(iter(snapshot.where.values()))
        return replace(problem, link=anywhere.link)
    row = problem.row or where.row(problem.key)
    field = field_of(problem)
    column = where.columns.get(field.name) if field else None
    place = _a1(row, column)
    proposal = _proposal(snapshot, problem, field)
    personal = field is not None and field.column.personal
    return replace(
        problem,
        tab=where.tab,
        row=row,
        typed=masked(problem.typed) if personal else problem.typed,
        place=place,
        link=f"{where.link}&range={place}" if place else where.link,
        proposal=masked(proposal) if personal else proposal,
    )


def field_of(problem: RowProblem) -> Field | None:
    """Return the field that a problem is about; None where it is about a whole row."""
    fields = table(problem.table).fields if problem.table else ()
    return next((f for f in fields if f.label == problem.column), None)


def _a1(row: int, column: int | None) -> str:
    """Return "C5" for a cell, "5:5" for a row, "" for neither."""
    if not row:
        return ""
    if column is None:
        return f"{row}:{row}"
    letters = ""
    left = column + 1
    while left:
        left, place = divmod(left - 1, len(ascii_uppercase))
        letters = ascii_uppercase[place] + letters
    return f"{letters}{row}"


def _proposal(snapshot: Snapshot, problem: RowProblem, field: Field | None) -> str:
    """Return what a doubtful cell was read as, as one would type it; "" if nothing."""
    frame = snapshot.frames[problem.table]
    if field is None or problem.key not in frame.index:
        return ""
    match problem.kind:
        case ProblemKind.DOUBTFUL:
            value = rich(field, frame.loc[problem.key, field.name])
            return cell_text(field, value)
        case ProblemKind.NUMBERLESS:
            return _lost_number(snapshot, problem)
        case _:
            return ""


def _lost_number(snapshot: Snapshot, problem: RowProblem) -> str:
    """Return the number that somebody erased from a complaint; "" where none is sure.

    The one case whose first step tells these very words and that stands in no row.
    """
    frame = snapshot.frames[problem.table]
    content = frame.loc[problem.key, "content"] if "content" in frame.columns else ""
    if problem.table != "complaints" or not content:
        return ""
    steps = snapshot.frames["activities"]
    same = (steps["kind"] == ActivityKind.HEARING.value) & (steps["content"] == content)
    lost = set(steps.loc[same, "case_id"]) - set(frame.index)
    return lost.pop() if len(lost) == 1 else ""


def check_frames(frames: Frames, now: datetime) -> list[RowProblem]:
    """Return what does not fit in `frames` (by table code; none may be lacking)."""
    return [
        *_broken_rules(frames),
        *_repeated_keys(frames),
        *_unknown_words(frames),
        *_dangling(frames),
        *_promises(frames["complaints"], now),
        *_moments(frames["complaints"], now),
        *_shares(frames["kpi_days"], frames["centres"]),
        *_namesakes(frames["members"]),
        *_unclear_rights(frames["members"]),
        *_settings(frames["settings"]),
    ]


# Rules of the records -----------------------------------------------------------


def _broken_rules(frames: Frames) -> Iterator[RowProblem]:
    for place in TABLES:
        if place.record.RULES and len(frames[place.code]):
            yield from _broken_rules_of(place, frames[place.code])


def _broken_rules_of(place: Table, frame: pd.DataFrame) -> Iterator[RowProblem]:
    saving = [rule for rule in place.record.RULES if rule.stage is Stage.SAVING]
    closing = [rule for rule in place.record.RULES if rule.stage is Stage.CLOSING]
    complete = _is_complete(place)
    for key, record in zip(frame.index, _records(place, frame), strict=True):
        rules = [*saving, *closing] if closing and complete(record) else saving
        for rule in rules:
            if _is_broken(rule, record):
                field = place.field(rule.field)
                typed = cell_text(field, getattr(record, field.name))
                yield _problem(
                    place,
                    field,
                    str(key),
                    typed=typed,
                    why=rule.message,
                    mend=MEND_FIELD,
                )


def _is_complete(place: Table) -> Callable[[Record], bool]:
    """Return whether a record is closed or confirmed, so that closing rules bind.

    Not for imported ones: what nobody asked years ago cannot be asked any more, and
    thousands of such lines would hide the few that can be mended.
    """
    if place.code not in _COMPLETE:
        return lambda _record: False
    name, value = _COMPLETE[place.code]
    return lambda record: (
        getattr(record, name) is value and record.source is not Source.IMPORT
    )


def _is_broken(rule: Rule, record: Record) -> bool:
    try:
        return rule.broken(record)
    except (AttributeError, TypeError):
        return False  # a cell that the store reports as unreadable is missing here


def _records(place: Table, frame: pd.DataFrame) -> Iterator[Record]:
    """Yield each row as a record without validating it, which would take too long.

    Good for asking rules and nothing else.
    """
    names = [field.name for field in place.fields]
    columns = [_column(field, frame[field.name]) for field in place.fields]
    for values in zip(*columns, strict=True):
        record = place.record.__new__(place.record)
        object.__setattr__(record, "__dict__", dict(zip(names, values, strict=True)))
        yield record


def _column(field: Field, column: pd.Series[Any]) -> list[Any]:
    """Return a column's values as records hold them, each different word read once."""
    if field.kind == "text":
        return column.tolist()
    if field.kind in {"choice", "choices"}:
        words: dict[Any, Any] = {
            word: parse_cell(field, word).value for word in column.unique()
        }
        default = field.default if field.kind == "choice" else ()
        return [default if (v := words[w]) is None else v for w in column]
    loose = column.astype("object")
    values = loose.where(column.notna(), None).tolist()
    if field.kind == "date":
        return [None if value is None else value.date() for value in values]
    return values


# Keys and references ------------------------------------------------------------


def _repeated_keys(frames: Frames) -> Iterator[RowProblem]:
    for place in TABLES:
        index = frames[place.code].index
        for key in index[index.duplicated()].unique():
            field = place.field(place.key[0])
            yield _problem(
                place,
                field,
                str(key),
                typed=str(key),
                why=SAME_KEY,
                mend=KEEP_ONE,
                kind=ProblemKind.TWICE,
            )


def _unknown_words(frames: Frames) -> Iterator[RowProblem]:
    """Yield one problem for each word that no master knows, at its first row."""
    wanted = {(w.master, recognisable(w.word)): w.word for w in unknown_words(frames)}
    for place, field in _references(tuple(EDITORS)):
        frame = frames[place.code]
        first = frame[~frame[field.name].duplicated()]
        for key, word in first[field.name].items():
            at = (field.column.refers, recognisable(str(word)))
            if at in wanted:
                typed = wanted.pop(at)
                why, mend = NOT_IN_MASTER, OFFER_TO_MASTER
                yield _problem(
                    place,
                    field,
                    str(key),
                    typed=typed,
                    why=why,
                    mend=mend,
                    kind=ProblemKind.UNKNOWN,
                )


def _dangling(frames: Frames) -> Iterator[RowProblem]:
    """Yield a problem for each row that points at a case or measure that is none."""
    complaints = set(frames["complaints"].index)
    crises = set(frames["crises"].index)
    cases = complaints | crises | set(frames["agency_inquiries"].index)
    known = {
        "complaints": complaints,
        "crises": crises,
        "improvements": set(frames["improvements"].index),
        "documents": set(frames["documents"].index),
    }
    places = [
        (place, field, known[field.column.refers])
        for place, field in _references(tuple(known))
    ]
    places += [(t, t.field("case_id"), cases) for t in _with_cases()]
    for place, field, there in places:
        column = frames[place.code][field.name]
        for key, word in column[column != ""].items():
            if word in there or is_of_day(str(word)):
                continue
            why, mend = LEADS_NOWHERE, MEND_REFERENCE
            yield _problem(
                place,
                field,
                str(key),
                typed=str(word),
                why=why,
                mend=mend,
                kind=ProblemKind.UNKNOWN,
            )


def _references(masters: tuple[str, ...]) -> Iterator[tuple[Table, Field]]:
    for place in TABLES:
        for field in place.fields:
            if field.column.refers in masters:
                yield place, field


def _with_cases() -> Iterator[Table]:
    for place in TABLES:
        if any(field.name == "case_id" for field in place.fields):
            yield place


# Promises, moments, shares, names -----------------------------------------------


def _promises(complaints: pd.DataFrame, now: datetime) -> Iterator[RowProblem]:
    """Yield what an open complaint owes without saying when, or says oddly.

    Those that the app would have refused without a promise break a rule already.
    """
    place = table("complaints")
    settled = [status.value for status in SETTLED]
    owing = complaints[~complaints["status"].isin(settled)]
    at = owing["next_promise_at"]
    elsewhere = owing["source"].isin([Source.IMPORT.value, Source.SHEET.value])
    elsewhere &= ~is_unpromised_wish(owing)
    undated = owing[elsewhere & (at.isna() | owing["next_promise"].isna())]
    field = place.field("next_promise_at")
    for key in undated.index:
        yield _problem(
            place,
            field,
            str(key),
            typed="",
            why=NO_PROMISE,
            mend=GIVE_PROMISE,
            kind=ProblemKind.INCOMPLETE,
        )
    yield from _at(place, field, owing[at < now - FORGOTTEN_AFTER], LONG_FORGOTTEN)
    yield from _at(place, field, owing[at > now + FARTHEST_PROMISE], FAR_AHEAD)


def _moments(complaints: pd.DataFrame, now: datetime) -> Iterator[RowProblem]:
    place = table("complaints")
    received, closed = complaints["received_at"], complaints["closed_at"]
    ahead = complaints[received > now + timedelta(days=1)]
    yield from _at(place, place.field("received_at"), ahead, IN_FUTURE)
    backwards = complaints[closed < received]
    yield from _at(place, place.field("closed_at"), backwards, CLOSED_BEFORE_RECEIVED)


def _at(
    place: Table, field: Field, rows: pd.DataFrame, why: str
) -> Iterator[RowProblem]:
    for key, moment in rows[field.name].items():
        typed = cell_text(field, moment.to_pydatetime())
        yield _problem(place, field, str(key), typed=typed, why=why, mend=MEND_FIELD)


def _shares(days: pd.DataFrame, centres: pd.DataFrame) -> Iterator[RowProblem]:
    """Yield the days whose reported answer rate is not that of their counts.

    Counted as the centre counts (応答率の方式); where that asks for short abandons that
    are missing, any number of them is granted. Without calls nothing is compared.
    """
    place = table("kpi_days")
    field = place.field("reported_answer_rate")
    method = days["centre"].map(centres["answer_rate_method"].astype("str"))
    leaves_short_out = method == AnswerRateMethod.WITHOUT_SHORT.value
    calls = days["offered"].where(
        ~leaves_short_out, days["offered"] - days["short_abandoned"]
    )
    rate = days["answered"] / calls.where(calls > 0) * 100
    off = (days[field.name] - rate).abs() > RATE_TOLERANCE
    guessed = leaves_short_out & days["short_abandoned"].isna() & (days["offered"] > 0)
    told = days.loc[guessed, ["offered", "answered", field.name]].dropna()
    for key, offered, answered, reported in told.itertuples():
        fits = short_that_fits(int(offered), int(answered), float(reported))
        off.loc[key] = fits is None
    for key, reported in days.loc[off.fillna(value=False), field.name].items():
        typed = cell_text(field, float(reported))
        yield _problem(
            place,
            field,
            str(key),
            typed=typed,
            why=SHARE_DIFFERS,
            mend=ASK_CENTRE,
        )


def _namesakes(members: pd.DataFrame) -> Iterator[RowProblem]:
    place = table("members")
    names = members["name"].map(recognisable)
    again = members[names.duplicated() & (names != "")]
    for key, name in again["name"].items():
        field = place.field("name")
        yield _problem(
            place, field, str(key), typed=str(name), why=SAME_NAME, mend=TELL_APART
        )


def _unclear_rights(members: pd.DataFrame) -> Iterator[RowProblem]:
    """Yield who gets no rights because nobody can tell which were meant."""
    place = table("members")
    clear = {recognisable(member.email) for member in with_rights(members)}
    field = place.field("role")
    for key, email, role in zip(
        members.index, members["email"], members["role"], strict=True
    ):
        if recognisable(str(email)) not in clear:
            typed = "" if pd.isna(role) else str(role)
            why, mend = NO_RIGHTS, GIVE_ROLE
            yield _problem(place, field, str(key), typed=typed, why=why, mend=mend)


def _settings(settings: pd.DataFrame) -> Iterator[RowProblem]:
    place = table("settings")
    field = place.field("value")
    for key, typed, why in unreadable(settings):
        yield _problem(place, field, key, typed=typed, why=why, mend=MEND_FIELD)


def _problem(
    place: Table,
    field: Field,
    key: str,
    *,
    typed: str,
    why: str,
    mend: str,
    kind: ProblemKind = ProblemKind.RULE,
) -> RowProblem:
    """Return a problem; personal values are masked, long ones cut."""
    shown = masked(typed) if field.column.personal else one_line(typed)
    return RowProblem(
        place.code, place.tab, 0, field.label, key, shown, why, mend, kind=kind
    )
