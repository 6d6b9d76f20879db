"""期限 as iCalendar: what a calendar app subscribes to, or opens once.

A calendar leaves the house: it goes to a phone, a mail server, a colleague. So an event
holds the number of a case, the name of a rule and its source, and nothing that a person
typed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

import icalendar

from lib import clock
from lib.i18n import N_, _
from lib.metrics.running_out import Line, Origin
from lib.schema.ids import read_id
from lib.schema.vocab import Applicability, DeadlineKind
from lib.settings.clock_rules import TO_CHECK

PRODUCT: Final = "-//Mimamori//Deadlines//JA"
MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
FILE_NAME: Final = "mimamori-deadlines.ics"

_LENGTH: Final = timedelta(minutes=30)
"""An event ends at the deadline; without a length phones do not show it."""

_REMINDED: Final[Mapping[DeadlineKind, timedelta]] = {
    DeadlineKind.STATUTORY: timedelta(days=1),
    DeadlineKind.AGENCY: timedelta(days=1),
}
"""How long before the end a phone may ring; guidelines and own targets stay silent."""

_ANONYMOUS: Final[Mapping[Origin, str]] = {
    Origin.TASK: N_("作業の期限"),
    Origin.PROMISE: N_("お客様との約束"),
}


def calendar_of(lines: Iterable[Line], *, base: str, now: datetime) -> bytes:
    """Return the running lines as one iCalendar file, in the person's language.

    An event's UID follows from the row and its rule, so that a calendar app moves an
    event instead of doubling it.

    Args:
        lines: as `clocks.running.everything_that_can_run_out` gives them.
        base: the app's address; each event leads to its line on the page 期限.
        now: when the file is made.
    """
    found = icalendar.Calendar()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", _("見守り 期限"))
    found.add("x-wr-timezone", str(clock.TOKYO))
    found.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for line in lines:
        if line.is_running:
            found.add_component(_event(line, base, now))
    return bytes(found.to_ical())


def _event(line: Line, base: str, now: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", uid(line))
    event.add("dtstamp", clock.in_utc(now))
    # In UTC, so that no reader needs a definition of Tokyo's zone.
    event.add("dtstart", clock.in_utc(line.due_at - _LENGTH))
    event.add("dtend", clock.in_utc(line.due_at))
    event.add("summary", summary(line))
    event.add("description", _description(line))
    number = own_number(line.case_id)
    query = f"?{urlencode({'case': number})}" if number else ""
    event.add("url", f"{base}/deadlines{query}")
    event.add("categories", [_(line.kind.value)])
    event.add("transp", "TRANSPARENT")
    event.add("class", "CONFIDENTIAL")
    if before := _REMINDED.get(line.kind):
        event.add_component(_alarm(line, before))
    return event


def _alarm(line: Line, before: timedelta) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary(line))
    alarm.add("trigger", -before)
    return alarm


def uid(line: Line) -> str:
    """Return what names a line in every calendar for ever."""
    name = own_number(line.key) or hashlib.sha256(line.key.encode()).hexdigest()[:16]
    return f"{line.origin.code}-{name}@mimamori"


def own_number(typed: str) -> str:
    """Return a number if it has the form of ours; "" for what somebody made up."""
    return typed if read_id(typed) == typed else ""


def summary(line: Line) -> str:
    """Return the one line that a calendar shows: kind, rule, case."""
    name = _(_ANONYMOUS.get(line.origin, line.name))
    said = (
        _("【{kind}】{name} {case}")
        .format(kind=_(line.kind.value), name=name, case=own_number(line.case_id))
        .rstrip()
    )
    return f"{said}({_(TO_CHECK)})" if line.awaits_word else said


def _description(line: Line) -> str:
    parts = [
        _("該当確認: {applies}").format(applies=_(line.applies.value))
        if line.origin is Origin.CLOCK
        else "",
        _("義務のある者: {party}").format(party=_(line.party)) if line.party else "",
        _("根拠: {source}").format(source=line.source) if line.source else "",
        *(_(note) for note in line.notes),
        _("法律の助言ではありません。")
        if line.applies is not Applicability.NOT_APPLICABLE and line.source
        else "",
    ]
    return "\n".join(filter(None, parts))
