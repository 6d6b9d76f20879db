"""Sending what is due, once, however many processes run on the same store.

A notice is claimed through the store: its row is inserted with the mark of the process
that will send it, and the key lets one insert succeed. The row stays waiting until the
channel has taken the message, so a dead webhook or a killed process loses nothing:
what a process has not sent some minutes after it said it would, another claims by an
update, of which again one succeeds. Only a process that dies between sending and noting
it makes a message come twice.

Rows of one channel go out as one message, at most one a minute, whatever happens.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

import pandas as pd

from lib import i18n
from lib.actions.notices import plan, texts
from lib.actions.notices.digest import Digest, digest_for
from lib.errors import Conflict, NotSent, StoreError
from lib.notify import sending
from lib.notify.sending import Channel, Message
from lib.schema.frames import standing
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member
from lib.schema.notice import Notice
from lib.schema.principal import SYSTEM
from lib.schema.tables import table
from lib.schema.vocab import NoticeKind, NoticeState
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.protocol import Commit, CommitState, Insert, Update

log = logging.getLogger(__name__)

Send = Callable[[Channel, Message], None]

GRACE: Final = timedelta(minutes=3)
"""How long after `next_at` others leave a claimed row alone: longer than any sending."""

BETWEEN: Final = timedelta(minutes=1)
"""At least so far apart are two messages to one channel."""

LONGEST_PAUSE: Final = timedelta(minutes=15)
"""At most so far apart are two tries to reach a channel that takes nothing."""

_MARGIN: Final = timedelta(minutes=1)
"""A claim that has less left is renewed before sending."""

_MOST_ROWS: Final = 200
"""Rows that one commit claims."""
_MOST_TRIES: Final = 5
"""How often a claim is worked out anew because others were quicker."""

TABLE: Final = table("notices")

SOURCES: Final = (
    "complaints",
    "agency_inquiries",
    "activities",
    "deadlines",
    "escalations",
    "kpi_days",
    "members",
    "centres",
    "settings",
    "alarms",
    "notices",
    "audit",
)
"""Tables from which one can tell what is due."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that a channel took: how many notices it told."""

    channel: str
    count: int


class Sender:
    """Claims and sends for one process; one thread calls it."""

    def __init__(
        self,
        live: LiveStore,
        channels: Mapping[str, str],
        *,
        base: str,
        send: Send = sending.send,
        between: timedelta = BETWEEN,
    ) -> None:
        """Send to `channels` (name → address, a secret); `base` is the app's address."""
        self._live = live
        self._channels = {n: Channel(n, address) for n, address in channels.items()}
        self._base = base
        self._send = send
        self._between = between
        self._mark = secrets.token_hex(4)
        self._claims = 0
        self._unnoted: dict[str, datetime] = {}

    def tick(self, now: datetime, *, digest_now: bool = False) -> list[Sent]:
        """Tell what is due; return what was sent. With no channel nothing happens.

        digest_now: today's digest too, if no process has sent it, whatever the time.

        Raises:
            StoreError: the store cannot be reached; what was claimed is sent later.
        """
        if not self._channels:
            return []
        view = self._fresh()
        if self._live.problem is not None:
            return []
        self._forget_lost_claims()
        self._note_sent(self._unnoted)
        if plan.began_at(view.frame(TABLE.code)) is None:
            self._insert([plan.begin(now)], now)
        self._claim(now, digest_now=digest_now)
        with i18n.speaking(i18n.SOURCE):
            found = [self._tried(channel, now) for channel in self._channels.values()]
        return [sent for sent in found if sent]

    # Claiming -----------------------------------------------------------------------

    def _claim(self, now: datetime, *, digest_now: bool) -> None:
        for _try in range(_MOST_TRIES):
            view = self._fresh()
            frames = {code: view.frame(code) for code in SOURCES}
            names = tuple(self._channels)
            due = plan.due(frames, names, now, digest_now=digest_now)
            claims = {"claimed_by": self._new_claim(), "next_at": now}
            mine = [notice.with_values(**claims) for notice in due[:_MOST_ROWS]]
            if not mine or (self._insert(mine, now) and len(due) <= _MOST_ROWS):
                return

    def _new_claim(self) -> str:
        """Return a mark that no other claim has, not even one's own earlier one.

        Two processes may renew one claim in the same second; by equal marks both would
        find what they wish for and go on.
        """
        self._claims += 1
        return f"{self._mark}.{self._claims}"

    def _is_mine(self, row: Notice) -> bool:
        return row.claimed_by.partition(".")[0] == self._mark

    def _insert(self, notices: Sequence[Notice], now: datetime) -> bool:
        """Insert rows; False where another process has one of them already."""
        writes = tuple(map(Insert, notices))
        try:
            self._live.commit(Commit(new_commit_id(), SYSTEM.name, now, writes))
        except Conflict:
            self._live.refreshed()
            return False
        return True

    def _forget_lost_claims(self) -> None:
        """Throw away claims that waited for the store and came second there."""
        outbox = self._live.outbox
        for save in outbox.waiting() if outbox else ():
            if _claims_only(save.commit) and isinstance(save.problem, Conflict):
                self._live.discard(save.commit_id)

    def _underway(self) -> set[str]:
        """Return the keys of rows whose claim has not reached the store yet."""
        outbox = self._live.outbox
        return {
            key
            for save in (outbox.waiting() if outbox else ())
            for code, key in save.rows
            if code == TABLE.code
        }

    # Sending ------------------------------------------------------------------------

    def _tried(self, channel: Channel, now: datetime) -> Sent | None:
        """Deliver to one channel; what goes wrong there is no other channel's."""
        try:
            return self._deliver(channel, now)
        except StoreError as error:
            log.warning("notices wait: %s", type(error).__name__)
            return None

    def _deliver(self, channel: Channel, now: datetime) -> Sent | None:
        view = self._fresh()
        notices = view.frame(TABLE.code)
        waiting = waiting_rows(notices, channel.name)
        underway = self._underway()
        if not waiting or any(TABLE.key_of(row) in underway for row in waiting):
            return None
        rows = [row for row in waiting if TABLE.key_of(row) not in self._unnoted]
        if not rows or not self._is_my_turn(rows, now):
            return None
        last = last_sent(notices, channel.name)
        if last is not None and now < last + self._between:
            return None
        mine = self._taken(rows, now)
        if not mine:
            return None
        digest = self._digest(view, channel, mine, now)
        message = texts.message(mine, digest, base=self._base, now=now)
        try:
            self._send(channel, message)
        except NotSent as failed:
            log.warning("a notice waits: %s", failed.reason)
            self._note_failure(mine[0], failed.reason, now)
            return None
        self._note_sent({TABLE.key_of(row): now for row in mine})
        return Sent(channel.name, len(mine))

    def _is_my_turn(self, rows: Sequence[Notice], now: datetime) -> bool:
        """Whether nobody else is at this channel, and its pause is over.

        Who has claimed the oldest row that still waits is at it.
        """
        held = [row for row in rows if _is_held(row, now)]
        if held and not self._is_mine(held[0]):
            return False
        mine = [row.next_at for row in held if self._is_mine(row)]
        return all(at is None or at <= now for at in mine)

    def _taken(self, rows: Sequence[Notice], now: datetime) -> list[Notice]:
        """Return the rows to send: one's own, and those that nobody holds any more.

        While the claim on the oldest row holds, the others leave the channel alone, so
        it speaks for all of one's rows.
        """
        mine = [row for row in rows if self._is_mine(row) or not _is_held(row, now)]
        oldest = rows[0]
        speaks = self._is_mine(oldest) and _is_held(oldest, now + _MARGIN)
        # The state is claimed too: what another has sent meanwhile makes a conflict.
        claims = {
            "claimed_by": self._new_claim(),
            "next_at": now,
            "state": NoticeState.WAITING,
        }
        writes = [
            _update(row, claims) for row in mine if not (speaks and self._is_mine(row))
        ]
        if writes and not self._update(writes, now):
            return []
        return mine

    def _digest(
        self,
        view: UserStore,
        channel: Channel,
        rows: Sequence[Notice],
        now: datetime,
    ) -> Digest | None:
        if all(row.kind is not NoticeKind.DIGEST for row in rows):
            return None
        return digest_for(view, readers(view, channel.name, self._channels, now), now)

    # Noting -------------------------------------------------------------------------

    def _note_failure(self, first: Notice, reason: str, now: datetime) -> None:
        """Put the channel's next try off; the oldest row speaks for all of them."""
        tries = first.tries + 1
        pause = min(LONGEST_PAUSE, timedelta(minutes=2 ** min(first.tries, 10)))
        found = self._rows([TABLE.key_of(first)])
        values = {"tries": tries, "problem": reason, "next_at": now + pause}
        self._update([_update(row, values) for row in found], now)

    def _note_sent(self, sent: Mapping[str, datetime]) -> None:
        """Note what was sent; what cannot be noted now is noted later, never resent."""
        if not sent:
            return
        self._unnoted |= sent
        writes = [
            _update(
                row,
                {
                    "state": NoticeState.SENT,
                    "sent_at": sent[TABLE.key_of(row)],
                    "problem": "",
                },
            )
            for row in self._rows(sent)
            if row.state is NoticeState.WAITING
        ]
        at = max(sent.values())
        try:
            done = not writes or self._update(writes, at)
        except StoreError as error:
            log.warning("sent notices are noted later: %s", type(error).__name__)
            return
        if done:
            self._unnoted = {k: at for k, at in self._unnoted.items() if k not in sent}

    def _update(self, writes: Iterable[Update], now: datetime) -> bool:
        """Change rows; False where another process changed one of them first."""
        commit = Commit(new_commit_id(), SYSTEM.name, now, tuple(writes))
        try:
            receipt = self._live.commit(commit)
        except Conflict:
            self._live.refreshed()
            return False
        return receipt.state is CommitState.APPLIED

    # Reading ------------------------------------------------------------------------

    def _fresh(self) -> UserStore:
        return self._live.for_user(SYSTEM)

    def _rows(self, keys: Iterable[str]) -> list[Notice]:
        frame = self._fresh().frame(TABLE.code)
        return _records(frame[frame.index.isin(list(keys))])


def trial(channel: Channel, now: datetime, *, send: Send = sending.send) -> None:
    """Send a message that tries a channel.

    Raises:
        NotSent: it did not arrive.
    """
    with i18n.speaking(i18n.SOURCE):
        message = texts.trial(now)
    send(channel, message)


def readers(
    view: UserStore, channel: str, channels: Iterable[str], now: datetime
) -> tuple[Member, ...]:
    """Return the members who read a channel."""
    times = plan.times_on(view.frame("settings"), now.date())
    frames = {"members": view.frame("members")}
    return plan.Audience.of(frames, tuple(channels), times.common).of_channel(channel)


def leads_of(view: UserStore) -> tuple[Member, ...]:
    """Return the active administrators and managers, whether or not they are reached."""
    everybody = plan.Audience.of({"members": view.frame("members")}, (), "")
    return tuple(m for m in everybody.members if m.role in plan.LEADS)


def waiting_rows(notices: pd.DataFrame, channel: str) -> list[Notice]:
    """Return what one channel has not been told yet, the oldest first."""
    own = notices[
        (notices["channel"] == channel)
        & (notices["state"] == NoticeState.WAITING.value)
    ]
    return _records(own.sort_values(["due_at", "step"], kind="stable"))


def last_sent(notices: pd.DataFrame, channel: str) -> datetime | None:
    """Return when a channel last took a message; None before the first."""
    at = notices.loc[notices["channel"] == channel, "sent_at"].max()
    return None if pd.isna(at) else cast("pd.Timestamp", at).to_pydatetime()


def _claims_only(commit: Commit | None) -> bool:
    return commit is not None and all(
        isinstance(write, Insert) and isinstance(write.record, Notice)
        for write in commit.writes
    )


def _is_held(row: Notice, now: datetime) -> bool:
    return (
        bool(row.claimed_by) and row.next_at is not None and now < row.next_at + GRACE
    )


def _update(row: Notice, values: Mapping[str, Any]) -> Update:
    base = {name: getattr(row, name) for name in values}
    return Update(TABLE.code, TABLE.key_of(row), base, dict(values))


def _records(frame: pd.DataFrame) -> list[Notice]:
    return cast("list[Notice]", standing(TABLE, frame))
