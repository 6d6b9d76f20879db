"""行政対応パック: the history of a case, made for a reader and taken out of the app.

`made` writes the document from what the person's desk shows of the case; `exported`
renders it and notes in 対応履歴 and 操作ログ who took which form of it, before anybody
gets a byte. Names and contacts stand in it only for those who may see them, with a
reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeVar, cast

import pandas as pd

from lib import clock
from lib.actions.business_settings import value_of
from lib.actions.inquiries import deciding
from lib.actions.noting import entries
from lib.actions.permissions import needs, roles_of
from lib.errors import FieldProblem, InvalidRecord, NotAllowed
from lib.i18n import N_
from lib.metrics import referrals
from lib.metrics.inquiries import Approval
from lib.metrics.wishes import complaints_in
from lib.reports.dossier.composing import composed
from lib.reports.dossier.material import ClockName, Material, Similar
from lib.reports.dossier.model import Audience, Dossier
from lib.reports.dossier.pdf import to_pdf
from lib.reports.dossier.veil import Veil
from lib.reports.dossier.word import to_docx
from lib.schema.activity import Activity
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.schema.deadline import Deadline
from lib.schema.frames import standing, standing_at
from lib.schema.ids import id_for
from lib.schema.inquiry import AgencyInquiry
from lib.schema.learning import Improvement
from lib.schema.principal import Principal
from lib.schema.record import Record
from lib.schema.tables import table, table_of
from lib.schema.task import Task
from lib.schema.vocab import (
    ActivityKind,
    Category,
    Choice,
    ImprovementStatus,
    Medium,
)
from lib.settings import company
from lib.settings.clock_rules import clock_rules
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert

COMPLAINTS: Final = "complaints"
INQUIRIES: Final = "agency_inquiries"

MAKERS: Final = roles_of("cases.dossier")
"""Roles that may take a dossier out; nobody of another company."""

UNMASKERS: Final = roles_of("cases.dossier_names")
"""Roles that may do so with names and contacts, beside the case's own handler."""

Kind = TypeVar("Kind", bound=Record)

SIMILAR_DAYS: Final = 90
"""Days in which like cases are counted."""

EXPORTED: Final = "(書き出し)"
"""Stands for the field in the log row of an export."""


class Form(Choice):
    """In which form a dossier is taken out."""

    PDF = "PDF"
    WORD = "Word"
    SCREEN = "画面"
    """Only looked at, which counts where names stand in it."""


_MIMES: Final = {
    Form.PDF: "application/pdf",
    Form.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_ENDINGS: Final = {Form.PDF: "pdf", Form.WORD: "docx"}
_RENDERERS: Final[Mapping[Form, Callable[[Dossier], bytes]]] = {
    Form.PDF: to_pdf,
    Form.WORD: to_docx,
}


@dataclass(frozen=True, slots=True)
class Paper:
    """What is taken out once: the document, its form, and why names stand in it.

    reason: "" for a masked one.
    """

    dossier: Dossier
    form: Form
    reason: str = ""

    @property
    def mime(self) -> str:
        """The media type of the file."""
        return _MIMES[self.form]

    @property
    def ending(self) -> str:
        """The ending of the file's name."""
        return _ENDINGS[self.form]


# Making ---------------------------------------------------------------------------


@needs("cases.dossier")
def made(
    desk: UserStore,
    number: str,
    *,
    audience: Audience,
    now: datetime,
    reason: str | None = None,
) -> Dossier:
    """Return the dossier of a complaint or inquiry, names and contacts hidden.

    reason: why they are to stand in it; None hides them.

    Raises:
        NotAllowed: the case is not this person's to see or to take out, or names and
            contacts are not.
        InvalidRecord: the reason is blank; its problem is on `reason`.
    """
    who = desk.principal
    material = gathered(desk, number, now)
    if reason is not None:
        refuse_unmasking(who, _handler(material), reason)
    return composed(
        material,
        audience=audience,
        made_by=_with_title(desk, who),
        made_at=now,
        is_masked=reason is None,
    )


def may_unmask(who: Principal, handler: str) -> bool:
    """Whether a person may take out names and contacts of a case with that handler."""
    return who.role in UNMASKERS or (who.role in MAKERS and who.name == handler)


def refuse_unmasking(who: Principal, handler: str, reason: str) -> None:
    """Refuse names and contacts to whom they are not for, or without a reason."""
    if not may_unmask(who, handler):
        raise NotAllowed
    if not reason.strip():
        blank = FieldProblem("reason", N_("理由を書いてください。"))
        raise InvalidRecord([blank])


def handler_of(desk: UserStore, number: str) -> str:
    """Return who handles that inquiry or complaint, put away or not.

    Raises:
        NotAllowed: there is no such case, or it is not this person's to see.
        StoreError: it may be put away, and the archive cannot be read.
    """
    for read, code in (
        (desk.record, INQUIRIES),
        (desk.record, COMPLAINTS),
        (desk.archived_record, COMPLAINTS),
    ):
        with suppress(NotAllowed):
            return cast("Complaint | AgencyInquiry", read(code, number)).handler
    raise NotAllowed


def _handler(material: Material) -> str:
    """Return who handles the case that was asked for."""
    inquiry, complaint = material.inquiry, material.complaint
    if inquiry and inquiry.id == material.number:
        return inquiry.handler
    return complaint.handler if complaint else ""


def _with_title(desk: UserStore, who: Principal) -> str:
    members = desk.frame("members")
    own = members[members["email"] == who.key]
    title = str(own["title"].iloc[0]) if len(own) else ""
    return f"{who.name}（{title}）" if title else who.name


# Gathering ------------------------------------------------------------------------


def gathered(desk: UserStore, number: str, now: datetime) -> Material:
    """Return everything about a case that this person sees, put away or not.

    For an inquiry that is the inquiry itself and the complaint it belongs to, and no
    other agency's; for a complaint, every inquiry about it.

    Raises:
        NotAllowed: there is no such case, or it is not theirs to see.
        StoreError: it may be put away, and the archive cannot be read.
    """
    complaint, inquiries = _cases(desk, number)
    numbers = [i.id for i in inquiries] + ([complaint.id] if complaint else [])
    away = complaint is not None and not _is_live(desk, complaint.id)
    rules = clock_rules(desk.frame("settings"), now.date())
    return Material(
        number=number,
        complaint=complaint,
        inquiries=inquiries,
        activities=_of_cases(desk, Activity, numbers, "at", away=away),
        deadlines=_of_cases(desk, Deadline, numbers, "due_at", away=away),
        tasks=_of_cases(desk, Task, numbers, "given_at", away=away),
        improvements=_improvements(desk, complaint, inquiries, numbers),
        products=_names(desk.frame("products")),
        staff=frozenset(desk.frame("members")["name"]),
        clocks={rule.code: ClockName(rule.name, rule.source) for rule in rules},
        withdrawn=frozenset(
            inquiry.id
            for inquiry in inquiries
            if deciding.standing(desk, inquiry) is Approval.WITHDRAWN
        ),
        similar=similar(desk, complaint, inquiries, now),
        veil=_veil(desk, complaint, inquiries),
        company=value_of(desk, company.NAME, now.date()),
        address=value_of(desk, company.ADDRESS, now.date()),
    )


def _cases(
    desk: UserStore, number: str
) -> tuple[Complaint | None, tuple[AgencyInquiry, ...]]:
    if number in desk.frame(INQUIRIES).index:
        inquiry = cast("AgencyInquiry", desk.record(INQUIRIES, number))
        return _complaint(desk, inquiry.complaint_id), (inquiry,)
    complaint = _in_full(desk, number)
    rows = referrals.live(desk.frame(INQUIRIES))
    own = rows[rows["complaint_id"] == number].sort_values("first_contact_at")
    found = standing(table(INQUIRIES), own)
    return complaint, tuple(cast("Iterable[AgencyInquiry]", found))


def _complaint(desk: UserStore, number: str) -> Complaint | None:
    """Return the complaint an inquiry names; None for none, or a number of no row."""
    if not number:
        return None
    try:
        return _in_full(desk, number)
    except NotAllowed:
        return None


def _is_live(desk: UserStore, number: str) -> bool:
    """Whether a complaint stands in the ledger; else it is put away, if it is known."""
    return number in desk.frame(COMPLAINTS).index


def _in_full(desk: UserStore, number: str) -> Complaint:
    """Return a complaint with its contact, which is hidden or logged with the reason."""
    is_live = _is_live(desk, number)
    rows = (desk.in_full if is_live else desk.archived_in_full)(COMPLAINTS)
    found = standing_at(table(COMPLAINTS), rows, number)
    if found is None:
        raise NotAllowed
    return cast("Complaint", found)


def _of_cases(
    desk: UserStore, kind: type[Kind], numbers: list[str], order: str, *, away: bool
) -> tuple[Kind, ...]:
    """Return what hangs on these cases; away: one of them is put away."""
    place = table_of(kind)
    rows = desk.frame(place.code)
    if away and len(put_away := desk.archived(place.code)):
        rows = pd.concat([put_away, rows])
    own = rows[rows["case_id"].isin(numbers)]
    own = own.sort_values([order, *place.key], kind="stable")
    return tuple(cast("Iterable[Kind]", standing(place, own)))


def _improvements(
    desk: UserStore,
    complaint: Complaint | None,
    inquiries: Iterable[AgencyInquiry],
    numbers: list[str],
) -> tuple[Improvement, ...]:
    """Return what was mended because of the case, the withdrawn left out."""
    named = {i.improvement_id for i in inquiries}
    named |= {complaint.improvement_id} if complaint else set()
    rows = desk.frame("improvements")
    own = rows[rows.index.isin(named - {""}) | rows["trigger_id"].isin(numbers)]
    own = own[own["status"] != ImprovementStatus.CANCELLED.value]
    found = standing(table("improvements"), own.sort_values("starts_on"))
    return tuple(cast("Iterable[Improvement]", found))


def _names(products: pd.DataFrame) -> dict[str, str]:
    return dict(zip(products["code"], products["name"], strict=True))


def _veil(
    desk: UserStore, complaint: Complaint | None, inquiries: Iterable[AgencyInquiry]
) -> Veil:
    """Return what is known of the customer, from their other complaints too.

    Contacts whole: they are looked for in every text, to be hidden there.
    """
    brought = tuple(inquiries)
    rows = desk.in_full(COMPLAINTS)
    keys = {case.customer_key for case in (complaint, *brought) if case} - {""}
    is_away = complaint is not None and complaint.id not in rows.index
    if is_away or desk.archive_index()["customer_key"].isin(keys).any():
        rows = pd.concat([desk.archived_in_full(COMPLAINTS), rows])
    own = rows[rows["customer_key"].isin(keys)]
    if complaint:
        own = pd.concat([rows.loc[[complaint.id]], own])
    numbers = [*own["order_number"], *(i.order_number for i in brought)]
    return Veil(
        names=_told(own["customer_name"]),
        contacts=_told([*own["contact"], *(i.agency_contact for i in brought)]),
        order_numbers=_told(numbers),
        officers=_told(i.officer_name for i in brought),
    )


def _told(values: Iterable[str]) -> tuple[str, ...]:
    """Return each text once that says anything."""
    return tuple(dict.fromkeys(v.strip() for v in values if v and v.strip()))


def similar(
    desk: UserStore,
    complaint: Complaint | None,
    inquiries: Iterable[AgencyInquiry],
    now: datetime,
) -> Similar | None:
    """Return how many like cases the last 90 days brought, this one left out.

    None where neither product nor category is known: nothing is like it then.
    """
    brought = tuple(inquiries)
    case = complaint or next(iter(brought), None)
    if case is None:
        return None
    product, category = case.product_code, case.category
    first = now.date() - timedelta(days=SIMILAR_DAYS - 1)
    complaints = complaints_in(desk.frame(COMPLAINTS))
    lately = _lately(complaints, "received_at", first, now)
    lately = lately.drop(index=[complaint.id] if complaint else [], errors="ignore")
    asked = _lately(
        referrals.live(desk.frame(INQUIRIES)), "first_contact_at", first, now
    ).drop(index=[i.id for i in brought], errors="ignore")
    counts: list[tuple[str, int]] = []
    if product not in ("", UNKNOWN_PRODUCT):
        counts.append(("同じ商品の苦情", _count(lately, product=product)))
        counts.append(("同じ商品の行政問合せ", _count(asked, product=product)))
    if category is not Category.UNASKED:
        word = category.value
        counts.append((f"「{word}」の苦情", _count(lately, category=word)))
        counts.append((f"「{word}」の行政問合せ", _count(asked, category=word)))
        if counts[0][0] == "同じ商品の苦情":
            both = _count(lately, product=product, category=word)
            counts.insert(0, (f"同じ商品で「{word}」の苦情", both))
    return Similar(first, now.date(), tuple(counts)) if counts else None


def _lately(
    rows: pd.DataFrame, column: str, first: date, now: datetime
) -> pd.DataFrame:
    since = pd.Timestamp(clock.at(first))
    return rows[rows[column].between(since, pd.Timestamp(now))]


def _count(rows: pd.DataFrame, *, product: str = "", category: str = "") -> int:
    mask = pd.Series(data=True, index=rows.index)
    if product:
        mask &= rows["product_code"] == product
    if category:
        same = rows["category"] == category
        if "category2" in rows.columns:
            same |= rows["category2"] == category
        mask &= same
    return int(mask.sum())


# Taking out -----------------------------------------------------------------------


@needs("cases.dossier")
def exported(
    store: UserStore, who: Principal, paper: Paper, *, now: datetime, commit_id: str
) -> bytes:
    """Return the file, after it is noted who took it: no note, no file.

    paper: PDF or Word. store: the system's, because a clerk may not write the log. who: the person whose
    desk made the dossier. The same `commit_id` notes it once.

    Raises:
        NotAllowed: this person may not take it out.
        InvalidRecord: names stand in it and no reason is given.
    """
    dossier = paper.dossier
    if not dossier.is_masked:
        handler = handler_of(store, dossier.number)
        refuse_unmasking(who, handler, paper.reason)
    data = _RENDERERS[paper.form](dossier)
    note(store, who, paper, now=now, commit_id=commit_id)
    return data


@needs("cases.dossier")
def note(
    store: UserStore, who: Principal, paper: Paper, *, now: datetime, commit_id: str
) -> None:
    """Note in 対応履歴 and 操作ログ, in one commit, that a dossier was taken out.

    A case that is put away takes no new step: 操作ログ alone tells it.
    """
    dossier = paper.dossier
    audience, form = dossier.audience.value, paper.form.value
    state = "伏せ字" if dossier.is_masked else "個人情報を含む"
    verb = "画面で見た" if paper.form is Form.SCREEN else "書き出した"
    words = f"経緯書を{verb}: {audience}向け・{form}・{state}"
    why = paper.reason.strip()
    step = Activity(
        id=id_for("H", now, commit_id),
        case_id=dossier.number,
        at=now,
        actor=who.name,
        medium=Medium.INTERNAL,
        kind=ActivityKind.EXPORT if dossier.is_masked else ActivityKind.REVEAL,
        content=f"{words}\n理由: {why}" if why else words,
    )
    code = _table_of(store, dossier.number)
    is_away = code == COMPLAINTS and not _is_live(store, dossier.number)
    steps = () if is_away else (step,)
    noted = entries(
        commit_id,
        who.name,
        EXPORTED,
        [(code, dossier.number)],
        now=now,
        after=words,
        reason=why,
        # The store itself notes under the first number that a step is new.
        since=1 + len(steps),
    )
    made = tuple(map(Insert, (*steps, *noted)))
    store.commit(Commit(commit_id, who.name, now, made))


def _table_of(store: UserStore, number: str) -> str:
    return INQUIRIES if number in store.frame(INQUIRIES).index else COMPLAINTS
