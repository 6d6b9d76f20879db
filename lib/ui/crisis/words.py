"""What the screens of a crisis say alike: since when, by when, by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lib import clock
from lib.i18n import _
from lib.metrics.crises import Progress, is_overdue
from lib.schema.crisis import Crisis
from lib.schema.task import Task
from lib.schema.vocab import CrisisStatus
from lib.text import inert
from lib.ui import format as fmt

STATUS_COLOURS: Final = {
    CrisisStatus.WORKING: "blue",
    CrisisStatus.CLOSED: "green",
    CrisisStatus.CANCELLED: "gray",
}

_HOURS_SHOWN_UNTIL: Final = 48


def since_known(crisis: Crisis, now: datetime) -> str:
    """Return how long one has known: "知ってから 3日", hours in the first two days."""
    gone = (crisis.closed_at or now) - crisis.known_at
    hours = gone.total_seconds() / 3600
    span = fmt.span(
        gone,
        granularity="hour" if hours < _HOURS_SHOWN_UNTIL else "day",
        threshold=10 if hours < _HOURS_SHOWN_UNTIL else 1000,
    )
    words = _("終えるまで {span}") if crisis.closed_at else _("知ってから {span}")
    return words.format(span=span)


def status_badge(crisis: Crisis) -> str:
    """Return the status as Markdown."""
    colour = STATUS_COLOURS.get(crisis.status, "gray")
    return f":{colour}-badge[{inert(fmt.choice(crisis.status))}]"


def due_badge(task: Task, now: datetime) -> str:
    """Return by when a step is owed, as Markdown; shape and word beside the colour."""
    if task.due_at is None:
        return f":gray-badge[{inert(_('期限なし'))}]"
    at = inert(fmt.short_moment(task.due_at))
    if is_overdue(task, now):
        return f":orange-badge[▲ {at} {inert(_('超過'))}]"
    if clock.in_tokyo(task.due_at).date() == now.date():
        return f":blue-badge[● {at}]"
    return f":gray-badge[○ {at}]"


def progress_words(found: Progress) -> str:
    """Return how far a list is: "手順 5/15 済み", and what is late."""
    said = _("手順 {done}/{total} 済み").format(done=found.done, total=found.total)
    if found.overdue:
        said += " · " + _("▲ 超過 {count}件").format(count=found.overdue)
    return said
