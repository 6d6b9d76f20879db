"""月次報告: made for the board or for the contract meeting with one centre, and taken out.

`made` puts a month into words; `exported` renders it and notes in 操作ログ who took which
form of it, before anybody gets a byte. An outsourced centre gets the report on itself,
and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from lib.actions.business_settings import setting_write
from lib.actions.kpi_views import Period, call_centres
from lib.actions.monthly_gathering import Told, comment_of, gathered, month_span
from lib.actions.noting import note
from lib.actions.permissions import needs, roles_of
from lib.errors import FieldProblem, InvalidRecord, NotAllowed
from lib.i18n import N_
from lib.reports.monthly.composing import composed
from lib.reports.monthly.material import Reader
from lib.reports.monthly.model import Document
from lib.reports.monthly.pdf import to_pdf
from lib.reports.monthly.xlsx import to_xlsx
from lib.schema.masters import Centre, Setting
from lib.schema.principal import Principal
from lib.schema.vocab import Choice
from lib.settings import monthly_comments
from lib.store.access import UserStore
from lib.store.protocol import Commit

LEADS: Final = roles_of("monthly.comment")
"""Roles that may make every report and write into it."""

EXPORTED: Final = "(書き出し)"
"""Stands for the field in the log row of an export."""

MONTHS_OFFERED: Final = 24


class Form(Choice):
    """In which form a report is taken out."""

    PDF = "PDF"
    EXCEL = "Excel"


_MIMES: Final = {
    Form.PDF: "application/pdf",
    Form.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ENDINGS: Final = {Form.PDF: "pdf", Form.EXCEL: "xlsx"}
_RENDERERS: Final[Mapping[Form, Callable[[Document], bytes]]] = {
    Form.PDF: to_pdf,
    Form.EXCEL: to_xlsx,
}


@dataclass(frozen=True, slots=True)
class Paper:
    """What is taken out once: a report on a centre ("" for the whole) and its form."""

    document: Document
    centre: str
    form: Form

    @property
    def mime(self) -> str:
        """The media type of the file."""
        return _MIMES[self.form]

    @property
    def ending(self) -> str:
        """The ending of the file's name."""
        return _ENDINGS[self.form]


# Who may ------------------------------------------------------------------------


def readers_for(who: Principal) -> tuple[Reader, ...]:
    """Return for whom a person may make a report, () for nobody."""
    if who.role in LEADS:
        return tuple(Reader)
    return (Reader.CONTRACT,) if who.is_outsourced else ()


def centres_for(desk: UserStore) -> tuple[Centre, ...]:
    """Return the centres of which a person may make a report: outsourced, their own."""
    who, every = desk.principal, call_centres(desk)
    if not who.is_outsourced:
        return every
    return tuple(one for one in every if one.code == who.centre)


def months_for(now: datetime) -> tuple[date, ...]:
    """Return the months that can be asked for, the newest first.

    The running month is among them once a day of it is over.
    """
    months = [month_span(now.date(), now).period.first]
    while len(months) < MONTHS_OFFERED:
        months.append(
            Period.of_month(date.fromordinal(months[-1].toordinal() - 1)).first
        )
    return tuple(months)


def usual_month(now: datetime) -> date:
    """Return the month that is meant without a word: the last one that is over."""
    newest = months_for(now)[0]
    is_over = Period.of_month(newest).last < now.date()
    return newest if is_over else months_for(now)[1]


# Making -------------------------------------------------------------------------


@needs("monthly.make")
def made(
    desk: UserStore,
    month: date,
    reader: Reader,
    centre: str,
    *,
    comments: str,
    now: datetime,
    told: Told = lambda _share: None,
) -> Document:
    """Return a month's report in the language of the person, up to yesterday.

    month: any day of it. centre: code of a contract meeting's centre, "" for the board.
    comments: as typed by a lead; an outsourced centre gets what was saved for it.
    told: hears how much is done, 0-1.

    Raises:
        NotAllowed: the person may not make this report, or there is no such centre.
        InvalidRecord: the comments are too long; its problem is on `value`.
    """
    chosen = _allowed(desk, reader, centre)
    first = month_span(month, now).period.first
    if desk.principal.role not in LEADS:
        comments = comment_of(desk, first, centre)
    _refuse_long(comments)
    material = gathered(
        desk,
        month,
        reader,
        chosen,
        made_by=desk.principal.name,
        comments=comments.strip(),
        now=now,
        told=told,
    )
    return composed(material)


def _allowed(desk: UserStore, reader: Reader, centre: str) -> Centre | None:
    if reader not in readers_for(desk.principal):
        raise NotAllowed
    if reader is Reader.BOARD:
        return None
    found = next((one for one in centres_for(desk) if one.code == centre), None)
    if found is None:
        raise NotAllowed
    return found


# The comments -------------------------------------------------------------------


def comments_of(desk: UserStore, month: date, centre: str) -> str:
    """Return the saved comments of a month; centre: "" for the board's."""
    return comment_of(desk, month.replace(day=1), centre)


@needs("monthly.comment")
def save_comments(
    desk: UserStore,
    month: date,
    centre: str,
    text: str,
    *,
    seen: str,
    entry: str,
    now: datetime,
) -> None:
    """Keep the comments of a month, for everybody who makes this report.

    seen: what stood there when the person began. centre: "" for the board's.

    Raises:
        NotAllowed: the person's role may not.
        InvalidRecord: the text is too long.
        Conflict: somebody else changed it meanwhile.
    """
    _refuse_long(text)
    row = Setting.parse(
        {
            "group": monthly_comments.GROUP,
            "name": monthly_comments.name_for(centre),
            "effective_from": month.replace(day=1),
            "value": text.strip(),
            "description": monthly_comments.HELP,
        }
    )
    write = setting_write(desk, row, seen={"value": seen})
    desk.commit(Commit(entry, desk.principal.name, now, (write,)))


def _refuse_long(text: str) -> None:
    if len(text) > monthly_comments.LONGEST:
        raise InvalidRecord(
            [FieldProblem("value", N_("所見が長すぎます。4,000字までにしてください。"))]
        )


# Taking out ---------------------------------------------------------------------


@needs("monthly.make")
def exported(
    store: UserStore, who: Principal, paper: Paper, *, now: datetime, commit_id: str
) -> bytes:
    """Return the file, after it is noted who took it: no note, no file.

    store: the system's, because an outsourced centre may not write the log. The same
    `commit_id` notes it once.

    Raises:
        NotAllowed: this person may not take this report out.
    """
    if paper.document.reader not in readers_for(who) or (
        who.is_outsourced and paper.centre != who.centre
    ):
        raise NotAllowed
    data = _RENDERERS[paper.form](paper.document)
    name = monthly_comments.name_for(paper.centre)
    note(
        store,
        who.name,
        EXPORTED,
        ("kpi_days", f"{paper.document.month:%Y-%m}"),
        now=now,
        after=f"月次報告を書き出した: {name}・{paper.form.value}",
        commit_id=commit_id,
    )
    return data
