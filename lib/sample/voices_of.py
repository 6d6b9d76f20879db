"""Which words fit: spoken times and dates, groups of reasons for a hand-over."""

from __future__ import annotations

from datetime import date, datetime

from lib.schema.vocab import EscalationTrigger

_GROUPS = {
    EscalationTrigger.TEMPER: "temper",
    EscalationTrigger.FORGOTTEN_CALLBACK: "forgotten",
    EscalationTrigger.HARASSMENT: "harassment",
    EscalationTrigger.REPLACEMENT_DEFECTIVE: "replacement",
    EscalationTrigger.HARM: "harm",
    EscalationTrigger.AUTHORITY: "authority",
    EscalationTrigger.CUSTOMER_ASKED: "asked",
    EscalationTrigger.LEAK: "leak",
}


def trigger_group(trigger: EscalationTrigger) -> str:
    """Return under which key the course and the prevention of it are found."""
    return _GROUPS[trigger]


def spoken(moment: datetime) -> str:
    """Return a time as one says it on the phone: 「21日(土)15時」."""
    minutes = f"{moment.minute}分" if moment.minute else ""
    return (
        f"{moment.day}日({'月火水木金土日'[moment.weekday()]}){moment.hour}時{minutes}"
    )


def day_spoken(day: date) -> str:
    """Return a day as one says it: 「11月21日」."""
    return f"{day.month}月{day.day}日"
