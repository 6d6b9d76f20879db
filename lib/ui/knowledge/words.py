"""A past resolution in words: what it was about, what was agreed, what came of it."""

from __future__ import annotations

from lib.actions.knowledge.searching import Lesson
from lib.actions.knowledge.sharing import came_back_words
from lib.i18n import _
from lib.metrics.knowledge.returns import Return
from lib.reports.dossier.veil import Veil
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.text import inert, one_line
from lib.ui import format as fmt

ON_A_CARD = 140
"""Characters of a text on a card."""
BESIDE_A_CALL = 44

_COLOURS = {
    Return.CAME_BACK: ("orange", "↩"),
    Return.STAYED_AWAY: ("green", "✓"),
    Return.TOO_EARLY: ("gray", "…"),
    Return.UNTRACEABLE: ("gray", "?"),
    Return.NOT_LOOKED: ("gray", "?"),
}

_ANYBODY = Veil()
"""Hides what looks like anybody's contact; names of the customer are not known here."""


def card(lesson: Lesson, products: dict[str, str]) -> str:
    """Return the Markdown of a card."""
    return "  \n".join(
        [
            heading(lesson, products),
            inert(one_line(_ANYBODY.hide(lesson.content), ON_A_CARD)),
            _agreed(lesson, ON_A_CARD),
            outcome(lesson),
        ]
    )


def heading(lesson: Lesson, products: dict[str, str]) -> str:
    """Return the Markdown that says what it was and how it ended."""
    return f"**{_resolved(lesson)}** {inert(about(lesson, products))}"


def outcome(lesson: Lesson) -> str:
    """Return the Markdown that says what it cost and what came of it."""
    return f":small[{_after(lesson)} {inert(facts(lesson))}]"


def brief(lesson: Lesson) -> str:
    """Return the Markdown of a precedent, three short lines."""
    said = _ANYBODY.hide(lesson.content)
    return "  \n".join(
        [
            f"{_resolved(lesson)} :small[{inert(one_line(said, BESIDE_A_CALL))}]",
            f":small[{_agreed(lesson, BESIDE_A_CALL)}]",
            f":small[{_after(lesson)} {inert(_paid(lesson))}]",
        ]
    )


def whole(lesson: Lesson) -> tuple[str, str]:
    """Return what happened and what was agreed in full, as plain text."""
    agreed = _ANYBODY.hide(lesson.agreed) or _("書き残されていません。")
    return _ANYBODY.hide(lesson.content), agreed


def about(lesson: Lesson, products: dict[str, str]) -> str:
    """Return product and kind of complaint; what is unknown is left out."""
    product = products.get(lesson.product_code, lesson.product_code)
    known = "" if lesson.product_code == UNKNOWN_PRODUCT else product
    claim = _(lesson.claim_type) if lesson.claim_type else ""
    return " · ".join(part for part in (claim, known) if part)


def facts(lesson: Lesson) -> str:
    """Return cost, time, cause and when it was closed; a missing figure is 「—」."""
    cause = fmt.choice(lesson.cause) if lesson.cause else fmt.NOTHING
    return " · ".join(
        [
            _paid(lesson),
            f"{_('対応時間')} {fmt.number(lesson.minutes, unit='分')}",
            f"{_('原因区分')} {cause}",
            f"{_('完了')} {fmt.full_day(lesson.closed_at.date())}",
        ]
    )


def _resolved(lesson: Lesson) -> str:
    return f":blue-badge[{inert(fmt.choice(lesson.resolution))}]"


def _agreed(lesson: Lesson, length: int) -> str:
    said = one_line(_ANYBODY.hide(lesson.agreed), length)
    return f":material/handshake: {inert(said or _('書き残されていません。'))}"


def _after(lesson: Lesson) -> str:
    colour, sign = _COLOURS[lesson.state]
    return f":{colour}-badge[{sign} {inert(came_back_words(lesson))}]"


def _paid(lesson: Lesson) -> str:
    return f"{_('解決費用')} {fmt.number(lesson.cost, unit='円')}"
