"""Who is looking: the one thing that decides what data a page can reach."""

from __future__ import annotations

from dataclasses import dataclass

from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Member
from lib.schema.vocab import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """A person in a role. `key` is the member's mail address, `centre` a code.

    only_looks: it is not their own role; they see what it sees, and change nothing.
    """

    key: str
    name: str
    role: Role
    centre: str = COMPANY
    only_looks: bool = False

    @classmethod
    def of(cls, member: Member) -> Principal:
        """Return the principal that a member acts as."""
        return cls(member.email, member.name, member.role, member.centre)

    @property
    def is_outsourced(self) -> bool:
        """Whether this person works for another company."""
        return self.role is Role.OUTSOURCED


SYSTEM = Principal("system", "システム", Role.ADMIN)
"""Who acts where no person does: the first start, the sample year, cron."""
