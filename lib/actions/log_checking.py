"""Whether 操作ログ is as it was written: what the witness says, and who accepts it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lib.actions.noting import note
from lib.actions.permissions import needs
from lib.schema.principal import Principal
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.log_search import LogQuery
from lib.store.witness import Broken, Witness

ACCEPTED: Final = "(ログの違いを承知)"
"""Stands for the field in the log row of who accepted that rows differ."""

_ALL: Final = 10_000_000


def look_at_newest(live: LiveStore, witness: Witness) -> Broken:
    """Compare the rows that the app has anyway; those still on their way are left out.

    Raises:
        StoreError: the marks cannot be kept.
    """
    log = live.snapshot().frames["audit"]
    outbox = live.outbox
    waiting = {save.commit_id for save in outbox.waiting()} if outbox else set()
    return witness.look(log[~log["commit_id"].isin(waiting)] if waiting else log)


@needs("audit.see")
def look_at_all(desk: UserStore, witness: Witness) -> tuple[int, Broken]:
    """Read the whole log and compare it; return how many rows it has, and what broke.

    Raises:
        NotAllowed: the log is not for this role.
        StoreError: the store cannot be asked, or the marks not be kept.
    """
    rows = desk.search_log(LogQuery(most=_ALL)).rows
    return len(rows), witness.look(rows, whole=True)


@needs("audit.accept")
def accept(store: UserStore, who: Principal, witness: Witness, now: datetime) -> None:
    """Take what broke for what it is, and note in the log who did so.

    `store` is the system's: nobody else adds to the log.
    """
    broken = witness.broken()
    after = f"変わった行 {len(broken.changed)}、なくなった行 {len(broken.gone)}"
    note(store, who.name, ACCEPTED, ("audit", ""), now=now, after=after)
    witness.accept()
