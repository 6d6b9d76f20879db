"""What the screens of ページ点検 say alike: how a page stands, how an item was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lib.i18n import _
from lib.metrics.page_checks import PageState, Standing
from lib.schema.vocab import CheckResult, PageKind
from lib.text import inert
from lib.ui import format as fmt

_SHAPES: Final[Mapping[Standing, tuple[str, str]]] = {
    Standing.OVERDUE: ("▲", "orange"),
    Standing.MENDED: ("◆", "violet"),
    Standing.NEVER: ("○", "blue"),
    Standing.SOON: ("●", "blue"),
    Standing.FRESH: ("✓", "green"),
    Standing.RETIRED: ("–", "gray"),
}
_RESULTS: Final[Mapping[CheckResult, tuple[str, str]]] = {
    CheckResult.GOOD: ("✓", "green"),
    CheckResult.TO_IMPROVE: ("▲", "orange"),
    CheckResult.NOT_APPLICABLE: ("–", "gray"),
}


def standing_badge(standing: Standing) -> str:
    """Return how a page stands as Markdown: shape, word, colour."""
    shape, colour = _SHAPES[standing]
    return f":{colour}-badge[{shape} {inert(_(standing.value))}]"


def kind_badge(page: str, kind: PageKind) -> str:
    """Return a kind of page as Markdown; "" where the page is called so already."""
    return "" if page == kind.value else f":gray-badge[{inert(fmt.choice(kind))}]"


def result_words(result: CheckResult) -> str:
    """Return "▲ 要改善": shape and word."""
    return f"{_RESULTS[result][0]} {_(result.value)}"


def result_badge(result: CheckResult) -> str:
    """Return a result as Markdown."""
    return f":{_RESULTS[result][1]}-badge[{inert(result_words(result))}]"


def name_of(page: str, kind: PageKind) -> str:
    """Return what a page is called: one that has no name of its own by its kind."""
    return fmt.choice(kind) if page == kind.value else page


def when_words(page: PageState) -> str:
    """Return when a page was checked last, and when it is due again."""
    if page.last_on is None:
        return _("まだ一度も点検していません。")
    said = [_("前の点検 {day}").format(day=fmt.full_day(page.last_on))]
    if page.standing is not Standing.RETIRED and page.due_on is not None:
        said.append(_("次は {day}").format(day=fmt.full_day(page.due_on)))
    if page.mended_on is not None:
        said.append(_("{day} に直した").format(day=fmt.day(page.mended_on)))
    return " · ".join(said)


def count_words(page: PageState) -> str:
    """Return "✓ 良 8 · ▲ 要改善 1" of the newest results; "" without any."""
    return " · ".join(
        f"{result_words(result)} {page.count(result)}"
        for result in CheckResult
        if page.count(result)
    )
