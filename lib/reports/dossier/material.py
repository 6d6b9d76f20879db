"""The records of one case, as far as a person may see them: what a dossier is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from lib.reports.dossier.veil import Sure, Veil
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.deadline import Deadline
from lib.schema.inquiry import AgencyInquiry
from lib.schema.learning import Improvement
from lib.schema.task import Task


@dataclass(frozen=True)
class ClockName:
    """What a clock is called, and where its rule is written."""

    title: str
    source: str = ""


@dataclass(frozen=True)
class Similar:
    """How many like cases there were from one day to another, this one left out."""

    first: date
    last: date
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Material:
    """The records of one case, and what is known around it.

    number: of the complaint or inquiry that was asked for. inquiries: with that one
        first. activities, deadlines, tasks: of all of them, in the order of time.
    products: names by code. staff: names that may stand in any document. clocks: names
    by 規則コード. withdrawn: the inquiries whose answer was changed after somebody had
    approved it. similar: None where nothing can be like it. company, address: ours.
    """

    number: str
    complaint: Complaint | None = None
    inquiries: tuple[AgencyInquiry, ...] = ()
    activities: tuple[Activity, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    improvements: tuple[Improvement, ...] = ()
    tasks: tuple[Task, ...] = ()
    products: Mapping[str, str] = field(default_factory=dict)
    staff: frozenset[str] = frozenset()
    clocks: Mapping[str, ClockName] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()
    similar: Similar | None = None
    veil: Veil = field(default_factory=Veil)
    company: str = ""
    address: str = ""

    @property
    def inquiry(self) -> AgencyInquiry | None:
        """The inquiry that this is about; None for a complaint nobody asked about."""
        return self.inquiries[0] if self.inquiries else None

    @property
    def has_both(self) -> bool:
        """Whether it tells of a complaint and of what an agency asked about it."""
        return self.complaint is not None and bool(self.inquiries)

    def colleague(self, name: str) -> str:
        """Return a name as it may stand: a name in no master may be anybody's."""
        return Sure(name) if name in self.staff else name
