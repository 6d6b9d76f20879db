"""人と研修: what each person has in hand, and what they have to learn (R60).

Whoever leads sees everybody, others themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from lib.actions import training
from lib.actions.permissions import needs
from lib.actions.training import OWED, Course
from lib.metrics.people import Load, loads
from lib.schema.frames import standing
from lib.schema.masters import Member
from lib.schema.tables import table
from lib.schema.vocab import Role
from lib.store.access import UserStore


@dataclass(frozen=True, slots=True)
class Person:
    """One member. load: None where two people bear the name, so nobody can tell whose.

    courses: what is owed first.
    """

    member: Member
    load: Load | None
    courses: tuple[Course, ...]

    @property
    def owed(self) -> tuple[Course, ...]:
        """What they still have to be trained on."""
        return tuple(course for course in self.courses if course.state in OWED)


@needs("people.see")
def everybody(desk: UserStore, now: datetime) -> tuple[Person, ...]:
    """Return everybody who answers customers, by name."""
    today = now.date()
    found = [
        _person(desk, member, now, today)
        for member in _members(desk)
        if member.role is not Role.VIEWER
    ]
    return tuple(sorted(found, key=lambda one: one.member.name))


def oneself(desk: UserStore, now: datetime) -> Person | None:
    """Return the person who looks; None where they are no member."""
    mine = [one for one in _members(desk) if one.email == desk.principal.key]
    return _person(desk, mine[0], now, now.date()) if mine else None


def _members(desk: UserStore) -> tuple[Member, ...]:
    def made() -> tuple[Member, ...]:
        found = standing(table("members"), desk.frame("members"))
        return tuple(one for one in found if isinstance(one, Member) and one.is_active)

    return desk.derived("active members", made)


def _person(desk: UserStore, member: Member, now: datetime, today: date) -> Person:
    names = Counter(one.name for one in _members(desk))
    load = _loads(desk, now).get(member.name, Load())
    courses = training.courses(desk, member.email, today)
    return Person(member, load if names[member.name] == 1 else None, courses)


def _loads(desk: UserStore, now: datetime) -> Mapping[str, Load]:
    """Return the loads as of this minute: what is late moves with the time."""
    at = now.replace(second=0, microsecond=0)
    return desk.derived(
        ("loads", at),
        lambda: loads(
            {code: desk.frame(code) for code in ("complaints", "activities")}, at
        ),
    )
