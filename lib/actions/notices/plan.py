"""Which channels are told which steps now: calm defaults first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, cast

import pandas as pd

from lib import clock
from lib.actions.notices.rules import RULES, Facts, Rule
from lib.metrics import calendar
from lib.metrics.figures import Frames
from lib.schema.frames import standing
from lib.schema.masters import Member
from lib.schema.notice import Notice
from lib.schema.tables import table
from lib.schema.vocab import NoticeKind, NoticeState, Role
from lib.settings import business
from lib.text import folded

FIRST_WEEK: Final = timedelta(days=7)

BEGIN: Final = "begin"
"""Step of the row that says since when there are notices; what was before is silent."""

NO_CHANNEL: Final = "-"
"""Its channel: in a sheet no part of a key may be blank."""

LEADS: Final = (Role.ADMIN, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Times:
    """What 設定 says about notices on one day."""

    digest_at: time
    digest_closed: str
    quiet_from: time
    quiet_to: time
    at_once: frozenset[NoticeKind]
    common: str

    def is_quiet(self, now: datetime) -> bool:
        """Whether that moment lies in the quiet hours, which may span midnight."""
        at = now.time().replace(tzinfo=None)
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to

    def digest_due(self, now: datetime) -> datetime | None:
        """Return when today's digest is due; None on a day without one."""
        if not calendar.is_open(now.date(), self.digest_closed):
            return None
        return clock.at(now.date(), self.digest_at.hour, self.digest_at.minute)


def times_on(settings: pd.DataFrame, day: date) -> Times:
    """Return what counts on that day."""

    def said(wanted: business.BusinessSetting) -> str:
        return business.value_on(settings, wanted, on=day)

    return Times(
        digest_at=_time(said(business.DIGEST_TIME)),
        digest_closed=said(business.DIGEST_CLOSED),
        quiet_from=_time(said(business.QUIET_FROM)),
        quiet_to=_time(said(business.QUIET_TO)),
        at_once=business.kinds(said(business.AT_ONCE)),
        common=said(business.COMMON_CHANNEL),
    )


def began_at(notices: pd.DataFrame) -> datetime | None:
    """Return since when notices are sent from this store; None before the first."""
    begun = notices[notices["kind"] == NoticeKind.BEGIN.value]["due_at"].min()
    return None if pd.isna(begun) else clock.in_tokyo(begun.to_pydatetime())


def first_week_until(notices: pd.DataFrame, now: datetime) -> datetime | None:
    """Return when the quieter first week ends; None if it is over or has not begun."""
    begun = began_at(notices)
    if begun is None or now >= begun + FIRST_WEEK:
        return None
    return begun + FIRST_WEEK


@dataclass(frozen=True)
class Audience:
    """Who has which channel. names: the channels that exist, as they are written.

    common: the channel for what concerns roles of which nobody has one; "" for none.
    """

    members: tuple[Member, ...]
    names: tuple[str, ...]
    common: str

    @classmethod
    def of(cls, frames: Frames, names: Sequence[str], common: str) -> Audience:
        """Return it for the active members; an unknown `common` is the first channel."""
        members = cast("list[Member]", standing(table("members"), frames["members"]))
        spelling = {folded(name): name for name in names}
        fallback = next(iter(names), "")
        return cls(
            tuple(m for m in members if m.is_active),
            tuple(names),
            spelling.get(folded(common), fallback),
        )

    def channel_of(self, member: Member) -> str:
        """Return the member's channel as it is written; "" if there is none like it."""
        wanted = folded(member.channel)
        return next((n for n in self.names if wanted and folded(n) == wanted), "")

    def told(self, rule: Rule, handler: str, centre: str = "") -> tuple[str, ...]:
        """Return the channels that a step concerns, each once, in their order.

        handler: of the case; the centre's code where the rule is `to_centre`. centre:
        the outsourced one whose people may know of the case; to others outside the
        company a case is not theirs even where somebody of their name handles it.
        """
        wanted = folded(handler) if rule.to_handler else ""
        found = {
            self.channel_of(member)
            for member in self.members
            if member.role in rule.roles
            or (
                wanted
                and folded(member.name) == wanted
                and (member.role is not Role.OUTSOURCED or _is_of(member, centre))
            )
            or (rule.to_centre and _is_of(member, handler))
        }
        by_role = {self.channel_of(m) for m in self.members if m.role in rule.roles} - {
            ""
        }
        if rule.roles and not by_role:
            found.add(self.common)
        return tuple(name for name in self.names if name in found)

    def of_channel(self, name: str) -> tuple[Member, ...]:
        """Return the members who read a channel.

        The common one is read by the leads where none of them has a channel.
        """
        own = tuple(m for m in self.members if self.channel_of(m) == name)
        leads = tuple(m for m in self.members if m.role in LEADS)
        if name == self.common and not any(self.channel_of(m) for m in leads):
            return (*own, *(m for m in leads if m not in own))
        return own

    def digested(self) -> tuple[str, ...]:
        """Return the channels that get a digest."""
        return tuple(
            name
            for name in self.names
            if any(m.role in _DIGESTED for m in self.of_channel(name))
        )


def _is_of(member: Member, centre: str) -> bool:
    """Whether somebody is one of an outsourced centre's own people."""
    return member.role is Role.OUTSOURCED and bool(centre) and member.centre == centre


_DIGESTED: Final = (*LEADS, Role.CLERK, Role.OUTSOURCED)


def due(
    frames: Frames,
    names: Sequence[str],
    now: datetime,
    *,
    digest_now: bool = False,
) -> list[Notice]:
    """Return what is to be told now and is in no row of 通知 yet, oldest first.

    Nothing before `begin` stands, and nothing without a channel. digest_now: today's
    digest too, whatever 設定 says about its time (cron has chosen one).
    """
    notices = frames["notices"]
    begun = began_at(notices)
    if begun is None or not names:
        return []
    times = times_on(frames["settings"], now.date())
    audience = Audience.of(frames, names, times.common)
    told = set(notices.index)
    found = [
        *_pushed(Facts(frames, now), times, audience, begun, told),
        *_digests(times, audience, begun, now, told, digest_now=digest_now),
    ]
    return sorted(found, key=lambda n: (n.due_at, n.step, n.channel))


def begin(now: datetime) -> Notice:
    """Return the row with which notices begin."""
    return Notice(
        step=BEGIN,
        channel=NO_CHANNEL,
        kind=NoticeKind.BEGIN,
        due_at=now,
        state=NoticeState.SENT,
        sent_at=now,
    )


def _pushed(
    facts: Facts,
    times: Times,
    audience: Audience,
    begun: datetime,
    told: set[str],
) -> Iterator[Notice]:
    is_quiet = times.is_quiet(facts.now)
    for rule in RULES:
        if rule.kind not in times.at_once or (is_quiet and not rule.in_quiet_hours):
            continue
        since = begun if rule.in_first_week else begun + FIRST_WEEK
        steps = rule.found(facts)
        fresh = steps[
            (steps["due_at"] > pd.Timestamp(since))
            & (steps["due_at"] <= pd.Timestamp(facts.now))
        ]
        channels: dict[tuple[str, str], tuple[str, ...]] = {}
        for row in fresh.itertuples():
            about = str(row.handler), facts.centres.get(str(row.case_id), "")
            if about not in channels:
                channels[about] = audience.told(rule, *about)
            for channel in channels[about]:
                made = Notice(
                    step=str(row.step),
                    channel=channel,
                    kind=rule.kind,
                    case_id=str(row.case_id),
                    due_at=cast("pd.Timestamp", row.due_at).to_pydatetime(),
                )
                if table("notices").key_of(made) not in told:
                    yield made


def _digests(
    times: Times,
    audience: Audience,
    begun: datetime,
    now: datetime,
    told: set[str],
    *,
    digest_now: bool,
) -> Iterator[Notice]:
    at = now if digest_now else times.digest_due(now)
    if at is None or at > now or (not digest_now and at <= begun):
        return
    if times.is_quiet(now) and not digest_now:
        return
    for channel in audience.digested():
        made = Notice(
            step=digest_step(now.date()),
            channel=channel,
            kind=NoticeKind.DIGEST,
            due_at=at,
        )
        if table("notices").key_of(made) not in told:
            yield made


def digest_step(day: date) -> str:
    """Return the name of that day's digest."""
    return f"digest:{day.isoformat()}"


def _time(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))
