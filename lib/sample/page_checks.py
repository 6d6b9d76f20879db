"""What the company found when it looked at its own pages and at its script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lib.sample.cast import CLERKS, LEADER
from lib.sample.learning import Planned
from lib.sample.story import Story
from lib.schema.page_check import PageCheck
from lib.schema.vocab import CheckResult, PageKind, Source
from lib.settings.page_checks import DEFAULTS, list_of


@dataclass(frozen=True, slots=True)
class _Found:
    """An item that was wanting: what was seen, and the measure that it led to."""

    note: str
    measure: str


@dataclass(frozen=True, slots=True)
class _Visit:
    """One check. ago: days before today. wanting: by item. without: items of no use."""

    page: str
    kind: PageKind
    ago: int
    inspector: str
    wanting: Mapping[str, _Found] = field(default_factory=dict)
    without: tuple[str, ...] = ()


_SERUM = "美容液LP(初回1,980円)"
_CONFIRM, _CANCEL = PageKind.CONFIRMATION, PageKind.CANCELLATION_PATH
_RETURNS, _SCRIPT = PageKind.RETURN_TERMS, PageKind.SCRIPT

_VISITS = (
    _Visit(_SERUM, PageKind.LANDING_PAGE, 217, LEADER, {"LP・総額": _Found("2回目以降の金額の文字が小さい。スマートフォンで読みにくい。", "large")}),
    _Visit(_SERUM, PageKind.LANDING_PAGE, 68, CLERKS[2]),
    _Visit("最終確認画面", _CONFIRM, 121, LEADER, without=("確認・期間",)),
    _Visit("最終確認画面", _CONFIRM, 29, CLERKS[2], {"確認・定期総額": _Found("総額と解約方法が別の画面になっている。", "confirm")}, ("確認・期間",)),
    _Visit("解約導線", _CANCEL, 112, LEADER),
    _Visit("返品表示", _RETURNS, 24, CLERKS[0], {"返品・場所": _Found("確認画面からは、リンクの先でしか読めない。", "returns")}),
    _Visit("解約抑止の台本", _SCRIPT, 24, CLERKS[0], {"台本・意思": _Found("復唱の前に、別のコースをすすめている。", "script")}),
)  # fmt: skip
"""The cancellation path is owed again: more than three months have passed."""


def page_checks(story: Story, plans: Sequence[Planned]) -> tuple[PageCheck, ...]:
    """Return every check of the period, its items in the order of the list."""
    numbers = {plan.measure.key: plan.id for plan in plans}
    return tuple(
        row
        for visit in _VISITS
        if story.back(visit.ago) >= story.start
        for row in _rows(visit, story.back(visit.ago), numbers)
    )


def _rows(visit: _Visit, day: date, numbers: Mapping[str, str]) -> Iterator[PageCheck]:
    for item in list_of(DEFAULTS, visit.kind):
        found = visit.wanting.get(item.code)
        number = numbers.get(found.measure, "") if found else ""
        yield PageCheck(
            checked_on=day,
            page=visit.page,
            item=item.code,
            page_kind=visit.kind,
            result=_result(visit, item.code, number),
            inspector=visit.inspector,
            note=found.note if found and number else "",
            improvement_id=number,
            source=Source.SAMPLE,
        )


def _result(visit: _Visit, code: str, number: str) -> CheckResult:
    """Return what was found; of what led to no measure of the period nothing is told."""
    if number:
        return CheckResult.TO_IMPROVE
    if code in visit.without:
        return CheckResult.NOT_APPLICABLE
    return CheckResult.GOOD
