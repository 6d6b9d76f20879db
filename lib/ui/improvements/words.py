"""Signs and words that the board and a single improvement share."""

from __future__ import annotations

from datetime import date
from typing import Final

from lib.actions.improving import listing
from lib.actions.improving.judging import Told
from lib.actions.improving.wording import (
    compared_text,
    open_text,
    relapse_text,
    verdict_text,
)
from lib.i18n import _
from lib.metrics.effects import Verdict
from lib.schema.learning import Improvement
from lib.schema.vocab import ImprovementStatus
from lib.text import inert
from lib.ui import format as fmt

COLOURS: Final = {
    ImprovementStatus.IDEA: "gray",
    ImprovementStatus.DOING: "blue",
    ImprovementStatus.CHECKING: "blue",
    ImprovementStatus.SETTLED: "green",
    ImprovementStatus.RELAPSED: "red",
    ImprovementStatus.CANCELLED: "gray",
}
ICONS: Final = {
    ImprovementStatus.IDEA: ":material/lightbulb:",
    ImprovementStatus.DOING: ":material/build:",
    ImprovementStatus.CHECKING: ":material/query_stats:",
    ImprovementStatus.SETTLED: ":material/task_alt:",
    ImprovementStatus.RELAPSED: ":material/replay:",
    ImprovementStatus.CANCELLED: ":material/block:",
}
_VERDICT_ICONS: Final = {
    Verdict.IMPROVED: ":material/task_alt:",
    Verdict.WORSENED: ":material/warning:",
    Verdict.SAME: ":material/trending_flat:",
    Verdict.OPEN: ":material/hourglass_empty:",
}


def badges(one: Improvement, today: date) -> str:
    """Return its state, and that its day is over, as badges."""
    colour = COLOURS.get(one.status, "gray")
    icon = ICONS.get(one.status, ":material/help:")
    said = f":{colour}-badge[{icon} {inert(fmt.choice(one.status))}]"
    if listing.is_late(one, today):
        late = _("期限超過 {day}").format(day=fmt.day(one.due_on))
        said += f" :red-badge[:material/alarm: {inert(late)}]"
    return said


def who_and_when(one: Improvement) -> str:
    """Return who sees to it and which day counts for it now."""
    parts = [one.owner or _("担当なし")]
    if one.status is ImprovementStatus.IDEA and one.due_on:
        parts.append(_("{day} まで").format(day=fmt.day(one.due_on)))
    elif one.starts_on:
        parts.append(_("{day} から").format(day=fmt.full_day(one.starts_on)))
    if one.status is ImprovementStatus.RELAPSED and one.relapsed_on:
        parts.append(_("{day} に再発").format(day=fmt.day(one.relapsed_on)))
    return " · ".join(parts)


def numbers(told: Told) -> str:
    """Return before and after in one line; "" where nothing can be compared."""
    if told.judged is None or told.target is None or told.against is None:
        return ""
    return compared_text(told.target, told.judged, told.against)


def verdict(told: Told, one: Improvement) -> str:
    """Return the verdict with its icon, or why there is none, as Markdown."""
    if told.lack is not None:
        return f":gray[:material/info: {inert(_(told.lack.value))}]"
    if told.judged is None or told.target is None or told.against is None:
        return ""
    if one.status is ImprovementStatus.RELAPSED:
        return f":red[:material/replay: {inert(_back(told, one))}]"
    icon = _VERDICT_ICONS[told.judged.verdict]
    if told.judged.verdict is Verdict.OPEN:
        waits = inert(open_text(told.target, told.judged, told.against))
        return f"{icon} **{inert(_(Verdict.OPEN.value))}** {waits}"
    said = verdict_text(told.target, told.judged, told.against)
    return f"{icon} **{inert(said)}**"


def _back(told: Told, one: Improvement) -> str:
    """Say how it came back, or only that a person said so."""
    if told.relapse is None or told.relapse.back_on is None:
        return _("再発としています。{effect}").format(effect=one.effect)
    return _("数字が戻りました。{how}").format(how=relapse_text(told))
