"""What every screen says of a clock: of which kind, how it stands, how it was counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from lib import clock
from lib.i18n import _
from lib.metrics import legal_days
from lib.metrics.deadline_views import is_unchecked
from lib.metrics.running_out import Line, Origin, Standing
from lib.schema.deadline import Deadline
from lib.schema.vocab import DeadlineKind, Unlisted
from lib.settings.clock_rules import TO_CHECK, ClockRule
from lib.settings.counting import Counting, FirstDay, Holiday, Unit
from lib.text import inert
from lib.ui import format as fmt

KIND_SHAPES: Final[Mapping[DeadlineKind, str]] = {
    DeadlineKind.STATUTORY: "■",
    DeadlineKind.AGENCY: "◆",
    DeadlineKind.GUIDELINE: "◇",
    DeadlineKind.OWN: "□",
}
KIND_COLOURS: Final[Mapping[DeadlineKind, str]] = {
    DeadlineKind.STATUTORY: "orange",
    DeadlineKind.AGENCY: "blue",
    DeadlineKind.GUIDELINE: "green",
    DeadlineKind.OWN: "gray",
}
"""Shape and theme colour of each kind; its word always stands beside them."""

STANDING_SHAPES: Final[Mapping[Standing, str]] = {
    Standing.OVERDUE: "▲",
    Standing.SOON: "●",
    Standing.RUNNING: "○",
    Standing.DONE: "✓",
    Standing.VOID: "–",
}
STANDING_COLOURS: Final[Mapping[Standing, str]] = {
    Standing.OVERDUE: "red",
    Standing.SOON: "orange",
    Standing.RUNNING: "gray",
    Standing.DONE: "green",
    Standing.VOID: "gray",
}

UNKNOWN_COLOUR: Final = "gray"

_COUNTED_IN_HOURS: Final = timedelta(hours=48)


def kind_words(kind: DeadlineKind | Unlisted) -> str:
    """Return "■ 法定": shape and word; a word that is no kind as typed, marked."""
    if isinstance(kind, Unlisted):
        return fmt.choice(kind)
    return f"{KIND_SHAPES[kind]} {_(kind.value)}"


def kind_shape(kind: DeadlineKind | Unlisted) -> str:
    """Return "■"; a sign of doubt for a word of a sheet that is no kind."""
    return fmt.DOUBT if isinstance(kind, Unlisted) else KIND_SHAPES[kind]


def kind_badge(kind: DeadlineKind | Unlisted) -> str:
    """Return a kind as Markdown."""
    colour = UNKNOWN_COLOUR if isinstance(kind, Unlisted) else KIND_COLOURS[kind]
    return f":{colour}-badge[{inert(kind_words(kind))}]"


def name_of(line: Line) -> str:
    """Return what is to be done; a rule's name in the person's language."""
    return line.name if line.is_typed else _(line.name)


def check_words(line: Line) -> str:
    """Return 「目安・要確認」 until a person has decided, then what they said."""
    if line.origin is not Origin.CLOCK:
        return fmt.NOTHING
    if is_unchecked(line):
        return f"{fmt.DOUBT} {_(TO_CHECK)}"
    return fmt.choice(line.applies)


def left_words(line: Line, now: datetime) -> str:
    """Return "▲ 超過 3日", "● あと 5時間", "✓ 完了": shape, word and how much is left."""
    found = line.standing(now)
    shape = STANDING_SHAPES[found]
    if found in (Standing.DONE, Standing.VOID):
        return f"{shape} {_(found.value)}"
    left = line.left(now)
    words = _("超過 {span}") if found is Standing.OVERDUE else _("あと {span}")
    return f"{shape} {words.format(span=span_words(abs(left)))}"


def span_words(span: timedelta) -> str:
    """Return "5時間" or "12日": hours in the last two days, minutes in the last hour.

    In whole units: who has 47.9 hours left has not 48.
    """
    if span < timedelta(hours=1):
        return _in_units(span, "minute", 60)
    if span < _COUNTED_IN_HOURS:
        return _in_units(span, "hour", 3_600)
    return _in_units(span, "day", 86_400)


def _in_units(
    span: timedelta, unit: Literal["minute", "hour", "day"], seconds: int
) -> str:
    whole = max(int(span.total_seconds()) // seconds, 1) * seconds
    return fmt.span(timedelta(seconds=whole), granularity=unit, threshold=100_000)


def left_badge(line: Line, now: datetime) -> str:
    """Return how a line stands as Markdown."""
    colour = STANDING_COLOURS[line.standing(now)]
    return f":{colour}-badge[{inert(left_words(line, now))}]"


def check_badge(line: Line) -> str:
    """Return whether a clock applies as Markdown; "" for what is no clock."""
    if line.origin is not Origin.CLOCK:
        return ""
    colour = "violet" if is_unchecked(line) else "gray"
    return f":{colour}-badge[{inert(check_words(line))}]"


def due_words(line: Line) -> str:
    """Return until when: "11月24日(火) 23:59まで"."""
    due = clock.in_tokyo(line.due_at)
    return _("{day} {time}まで").format(day=fmt.day(due.date()), time=f"{due:%H:%M}")


# How it was counted -----------------------------------------------------------------


def counted_words(
    seen: Deadline, rule: ClockRule | None, *, weekly_closed: str = "土日祝"
) -> str:
    """Return in one sentence how a clock was counted, from which day on.

    rule: as it counted on the day from which is counted; None for one that is known no
        more.
    """
    began = clock.in_tokyo(seen.started_at)
    since = _("起算日 {day}").format(day=fmt.full_day(began.date()))
    if seen.change_reason:
        return _("{since}。期限は後から変えています(理由: {reason})。").format(
            since=since, reason=seen.change_reason
        )
    if rule is None:
        return _("{since}。この規則はいまはありません。").format(since=since)
    due = legal_days.due(seen.started_at, rule.counting, weekly_closed=weekly_closed)
    if due != seen.due_at:
        words = (
            _("{since}。先方や案件に書かれた日時を、そのまま期限にしています。")
            if any(trigger.until for trigger in rule.triggers)
            else _("{since}。始まったときの規則で数えた期限のままです。")
        )
        return words.format(since=since)
    return _("{since}。{counting}").format(
        since=since, counting=counting_words(rule.counting)
    )


def counting_words(counting: Counting) -> str:
    """Return how days are counted, as a sentence."""
    if not counting.length:
        return _("その日のうち({time}まで)です。").format(
            time=f"{counting.until:%H:%M}"
        )
    return _("{span}を数えます。{first}。{end}。").format(
        span=_span(counting),
        first=_FIRST[counting.first_day](),
        end=_END[counting.holiday](),
    )


def _span(counting: Counting) -> str:
    if counting.unit is Unit.BUSINESS:
        return _("{count}営業日").format(count=counting.length)
    return _("土日も入れて{count}日").format(count=counting.length)


_FIRST: Final = {
    FirstDay.COUNTED: lambda: _("起算日を1日目とします(初日算入)"),
    FirstDay.NOT_COUNTED: lambda: _("起算日の翌日を1日目とします(初日不算入)"),
}
_END: Final = {
    Holiday.STAYS: lambda: _("末日が休日でも延ばしません"),
    Holiday.NEXT_DAY: lambda: _("末日が休日なら次の開庁日までです"),
}
