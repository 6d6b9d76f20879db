"""What the page 「通知」 shows: channels, who is told what, and what did not arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from lib.actions.notices import plan, queue, texts
from lib.actions.notices.digest import digest_for, last_digest
from lib.actions.notices.plan import Audience, Times
from lib.actions.notices.rules import RULES, Rule
from lib.actions.permissions import needs
from lib.errors import NotSent
from lib.i18n import current
from lib.notify import sending
from lib.notify.sending import Channel, Message
from lib.schema.masters import Member
from lib.schema.notice import Notice
from lib.schema.principal import Principal
from lib.store.access import UserStore


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One channel. service: "" where its address is wrong, a catalogue key otherwise.

    problem: code of why the last try failed, "" where none did. next_at: when it is
    tried again; None where nothing waits.
    """

    name: str
    service: str
    readers: tuple[Member, ...]
    is_common: bool
    sent_at: datetime | None
    waiting: int
    tries: int
    problem: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """One rule and how it is told at present."""

    rule: Rule
    at_once: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page at one minute; nothing in it is to be changed.

    began: since when notices are sent, None before the first. first_week_until: when
    the quieter first week ends, None outside of it.
    """

    channels: tuple[ChannelState, ...]
    told: tuple[Told, ...]
    times: Times
    began: datetime | None
    first_week_until: datetime | None
    last_digest: datetime | None
    unknown: tuple[Member, ...]


@needs("open.notices")
def overview(store: UserStore, addresses: Mapping[str, str], now: datetime) -> Overview:
    """Return how notices stand.

    unknown: members whose 通知先 names no channel that exists.

    Raises:
        NotAllowed: it is for administrators and managers.
    """
    name = "notices overview", tuple(addresses), _minute(now)
    return store.derived(name, lambda: _overview(store, addresses, now))


def _minute(now: datetime) -> datetime:
    """Return the minute that lies in `now`: nothing here changes faster by itself."""
    return now.replace(second=0, microsecond=0)


def _overview(
    store: UserStore, addresses: Mapping[str, str], now: datetime
) -> Overview:
    notices = store.frame("notices")
    times = plan.times_on(store.frame("settings"), now.date())
    members = {"members": store.frame("members")}
    audience = Audience.of(members, tuple(addresses), times.common)
    sent = last_digest(notices)
    return Overview(
        channels=tuple(
            _channel(Channel(name, address), audience, notices)
            for name, address in addresses.items()
        ),
        told=tuple(Told(rule, rule.kind in times.at_once) for rule in RULES),
        times=times,
        began=plan.began_at(notices),
        first_week_until=plan.first_week_until(notices, now),
        last_digest=sent.to_pydatetime() if sent is not None else None,
        unknown=tuple(
            m
            for m in audience.members
            if m.channel.strip() and not audience.channel_of(m)
        ),
    )


@needs("open.notices")
def recent(store: UserStore, count: int = 50) -> pd.DataFrame:
    """Return the newest notices, the newest first; raises NotAllowed as `overview`."""

    def made() -> pd.DataFrame:
        notices = store.frame("notices")
        told = notices[notices["step"] != plan.BEGIN]
        newest = told.sort_values("due_at", ascending=False, kind="stable")
        return newest.head(count)

    return store.derived(("notices recent", count), made)


@needs("open.notices")
def preview(
    store: UserStore, channel: str, channels: Iterable[str], base: str, now: datetime
) -> Message:
    """Return today's morning message as a channel would get it now.

    In the reader's language, while what is sent is Japanese.

    channel: "" for what a lead would read. Raises NotAllowed as `overview` does.
    """
    names = tuple(channels)

    def made() -> Message:
        readers: Sequence[Member] = (
            queue.readers(store, channel, names, now)
            if channel
            else queue.leads_of(store)
        )
        return texts.digest_message(digest_for(store, readers, now), base)

    name = "notices preview", channel, names, base, current(), _minute(now)
    return store.derived(name, made)


@needs("notices.try")
def try_channel(
    who: Principal,  # noqa: ARG001 - the guard asks it
    name: str,
    addresses: Mapping[str, str],
    now: datetime,
) -> None:
    """Send a trial notice to a channel.

    Raises:
        NotSent: it did not arrive, or there is no such channel any more.
        NotAllowed: it is for administrators and managers.
    """
    if name not in addresses:
        raise NotSent(sending.WRONG_ADDRESS)
    queue.trial(Channel(name, addresses[name]), now)


def _channel(
    channel: Channel, audience: Audience, notices: pd.DataFrame
) -> ChannelState:
    waiting = queue.waiting_rows(notices, channel.name)
    worst: Notice | None = max(waiting, key=lambda row: row.tries, default=None)
    return ChannelState(
        name=channel.name,
        service=sending.service(channel),
        readers=audience.of_channel(channel.name),
        is_common=channel.name == audience.common,
        sent_at=queue.last_sent(notices, channel.name),
        waiting=len(waiting),
        tries=worst.tries if worst else 0,
        problem=worst.problem if worst else "",
        next_at=worst.next_at if worst else None,
    )
