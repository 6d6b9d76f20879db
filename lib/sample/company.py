"""The sample company: every table of one believable year, from one seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

from lib import clock
from lib.sample import cast, goods, learning
from lib.sample.care import care_records
from lib.sample.chance import Chance
from lib.sample.clocks import clocks
from lib.sample.complaints import complaints, with_improvement
from lib.sample.crises import recalled
from lib.sample.documents import documents, trainings
from lib.sample.inquiries import inquiries
from lib.sample.kpi import ReferralCounts, kpi_days
from lib.sample.page_checks import page_checks
from lib.sample.story import Story
from lib.schema.activity import Activity
from lib.schema.care import CareRecord
from lib.schema.complaint import Complaint
from lib.schema.crisis import Crisis, RecallLot
from lib.schema.deadline import Deadline
from lib.schema.document import Document, Training
from lib.schema.escalation import Escalation
from lib.schema.inquiry import AgencyInquiry
from lib.schema.kpi_day import KpiDay
from lib.schema.learning import Improvement, Inspection
from lib.schema.masters import Centre, Member, Product, Setting
from lib.schema.page_check import PageCheck
from lib.schema.record import Record
from lib.schema.task import Task
from lib.schema.vocab import AgencyKind

DAY_BEGINS = (9, 30)
"""Up to this time of its last day the sample tells what happened."""

DEFAULT_SEED = 7
"""Any number would do; a fixed one lets two people talk about the same rows."""

DEFAULT_COMPLAINTS_PER_DAY = 4.0
"""About 1,600 complaints in 13 months: what five people can handle."""

_CENTRES = frozenset({AgencyKind.CONSUMER_CENTRE, AgencyKind.NATIONAL_CENTRE})


@dataclass(frozen=True, slots=True)
class SampleCompany:
    """Every row of the sample, by table code, in an order that refers only backwards.

    Left out are the rows that every installation has of its own: the centre 自社 and
    the product 不明.
    """

    settings: tuple[Setting, ...]
    centres: tuple[Centre, ...]
    members: tuple[Member, ...]
    products: tuple[Product, ...]
    kpi_days: tuple[KpiDay, ...]
    improvements: tuple[Improvement, ...]
    inspections: tuple[Inspection, ...]
    page_checks: tuple[PageCheck, ...]
    documents: tuple[Document, ...]
    trainings: tuple[Training, ...]
    crises: tuple[Crisis, ...]
    recall_lots: tuple[RecallLot, ...]
    complaints: tuple[Complaint, ...]
    agency_inquiries: tuple[AgencyInquiry, ...]
    escalations: tuple[Escalation, ...]
    deadlines: tuple[Deadline, ...]
    activities: tuple[Activity, ...]
    tasks: tuple[Task, ...]
    care_records: tuple[CareRecord, ...]

    @classmethod
    def tables(cls) -> tuple[str, ...]:
        """Return the table codes, referred-to tables first."""
        return tuple(field.name for field in fields(cls))

    def __iter__(self) -> Iterator[tuple[str, Record]]:
        """Yield every record with its table code, in the order of `tables`."""
        for code in self.tables():
            for record in getattr(self, code):
                yield code, record

    def __len__(self) -> int:
        """Return how many records there are."""
        return sum(len(getattr(self, code)) for code in self.tables())


def sample_company(
    *,
    end: date,
    months: int = 13,
    seed: int = DEFAULT_SEED,
    complaints_per_day: float = DEFAULT_COMPLAINTS_PER_DAY,
) -> SampleCompany:
    """Return the company as it stands on the morning of `end`.

    The same arguments give the same records. `complaints_per_day` sets the size of
    the company: orders, calls and agency contacts grow with it.

    Raises:
        ValueError: a period of no month, or no complaints at all.
    """
    if months < 1 or complaints_per_day <= 0:
        raise ValueError("a sample needs at least one month and some complaints")
    story = Story.of(end, months)
    cut = clock.at(end, *DAY_BEGINS)
    basis = (seed, end, months, complaints_per_day)
    told = complaints(story, complaints_per_day, Chance("complaints", *basis), cut)
    chance = Chance("agencies", *basis)
    plans = learning.planned(story, chance)
    with_improvement(told, learning.links(plans, told))
    started = {p.measure.key: (p.id, p.starts_on or p.noted_on) for p in plans}
    brought = inquiries(
        story, complaints_per_day, told, improvements=started, chance=chance, cut=cut
    )
    days = kpi_days(
        story,
        complaints_per_day,
        _by_day(brought.rows, from_centres=True),
        _by_day(brought.rows, from_centres=False),
        Chance("figures", *basis),
    )
    linked = {
        c.plan.id: c.complaint.improvement_id
        for c in told
        if c.complaint.improvement_id
    }
    crisis = recalled(story, told, Chance("crisis", *basis))
    pages = documents(story, Chance("documents", *basis))
    activities = [a for case in told for a in case.activities] + brought.activities
    activities += crisis.activities
    return SampleCompany(
        settings=cast.settings(story),
        centres=cast.centres(),
        members=cast.members(story),
        products=goods.products(story),
        kpi_days=days,
        improvements=learning.improvements(plans, linked),
        inspections=learning.inspections(story, plans, chance),
        page_checks=page_checks(story, plans),
        documents=pages,
        trainings=trainings(story, pages),
        crises=crisis.crises,
        recall_lots=crisis.lots,
        complaints=tuple(case.complaint for case in told),
        agency_inquiries=tuple(brought.rows),
        escalations=tuple(case.escalation for case in told if case.escalation),
        deadlines=(
            *clocks(told, chance, cut),
            *brought.deadlines,
            *crisis.deadlines,
        ),
        activities=tuple(sorted(activities, key=lambda a: a.at)),
        tasks=(*crisis.tasks, *brought.tasks),
        care_records=care_records(story, told, Chance("care", *basis), cut),
    )


def _by_day(rows: list[AgencyInquiry], *, from_centres: bool) -> ReferralCounts:
    return Counter(
        (row.first_contact_at.date(), row.received_centre)
        for row in rows
        if (row.agency_kind in _CENTRES) is from_centres
    )
