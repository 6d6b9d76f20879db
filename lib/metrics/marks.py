"""What is marked on the time line of a chart: what changed, and what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.metrics.amounts import aim
from lib.metrics.borders import ANSWER_RATE
from lib.metrics.figures import METHODS, SECONDS, Frames
from lib.metrics.kpi_targets import KpiTargets, TargetChange
from lib.metrics.kpis import FIGURES, Figure
from lib.metrics.reason import Reason
from lib.schema.learning import EVENTS
from lib.schema.rounds import rounds_of
from lib.schema.tables import table
from lib.schema.vocab import Choice, ImprovementStatus
from lib.settings import worth
from lib.settings.business import NO_TARGET


class MarkKind(Choice):
    """What a mark tells of."""

    TARGET = N_("目標の変更")
    FORMULA = N_("数え方の変更")
    MEASURE = N_("施策")
    NOTE = N_("特記事項")


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark. centre: its code, "" for the whole company.

    reason: the sentence of the app; None where `typed` is what a person wrote.
    key: of the improvement or the KPI row; "" for others.
    about: the figure's code (a target, a formula), the centre's field (a way of
        counting); "" for what concerns every figure.
    """

    day: date
    kind: MarkKind
    centre: str
    reason: Reason | None = None
    typed: str = ""
    key: str = ""
    about: str = ""

    def text(self) -> str:
        """Return what it says, in the current language or as it was typed."""
        return self.reason.text() if self.reason else self.typed


def marks(
    frames: Frames, targets: KpiTargets, first: date, last: date
) -> tuple[Mark, ...]:
    """Return the marks from `first` to `last`, both included, the earliest first.

    frames: kpi_days, improvements, settings and audit; a table that is not there has no
        marks.
    """
    found = [
        *target_marks(targets, first, last),
        *revision_marks(FIGURES),
        *(_estimates(frames["settings"]) if "settings" in frames else ()),
        *(_formulas(frames["audit"]) if "audit" in frames else ()),
        *(_targets_of_masters(frames["audit"]) if "audit" in frames else ()),
        *(_measures(frames["improvements"]) if "improvements" in frames else ()),
        *(_notes(frames["kpi_days"]) if "kpi_days" in frames else ()),
    ]
    inside = [mark for mark in found if first <= mark.day <= last]
    return tuple(sorted(inside, key=lambda m: (m.day, m.kind.code, m.centre)))


def target_marks(targets: KpiTargets, first: date, last: date) -> tuple[Mark, ...]:
    """Return the changes of targets, and of their 警報の線, from `first` to `last`."""
    return tuple(
        mark for change in targets.changes(first, last) for mark in _of_target(change)
    )


def _of_target(change: TargetChange) -> Iterator[Mark]:
    before, after = change.before, change.after
    if before.target != after.target:
        yield _target_mark(change, _TARGET_WORDS, before.target, after.target)
    if before.alarm != after.alarm and after.target is not None:
        yield _target_mark(change, _LINE_WORDS, before.alarm, after.alarm)


def _target_mark(
    change: TargetChange,
    words: Mapping[tuple[str, ...], str],
    before: float | None,
    after: float | None,
) -> Mark:
    entry = change.figure
    amounts = {
        name: aim(entry, number)
        for name, number in (("before", before), ("after", after))
        if number is not None
    }
    reason = Reason(words[tuple(amounts)], amounts, {"figure": entry.name})
    return Mark(change.day, MarkKind.TARGET, change.centre, reason, about=entry.code)


_TARGET_WORDS: Final = {
    ("before", "after"): N_("{figure}の目標を{before}から{after}に変更"),
    ("after",): N_("{figure}の目標を{after}に設定"),
    ("before",): N_("{figure}の目標{before}をなくした"),
}
_LINE_WORDS: Final = {
    ("before", "after"): N_("{figure}の警報の線を{before}から{after}に変更"),
    ("after",): N_("{figure}の警報の線を{after}に設定"),
    ("before",): N_("{figure}の警報の線{before}をやめ、標準に戻した"),
}


def revision_marks(figures: Iterable[Figure]) -> Iterator[Mark]:
    """Yield when the app began to count a figure by another formula."""
    for entry in figures:
        for version, revision in enumerate(entry.revisions, start=2):
            reason = Reason(
                N_(
                    "{figure}の式が版{version}になりました。{what}前の日の値も新しい式で出しています。"
                ),
                {"version": version},
                {"figure": entry.name, "what": revision.words},
            )
            yield Mark(revision.since, MarkKind.FORMULA, "", reason, about=entry.code)


def _estimates(settings: pd.DataFrame) -> Iterator[Mark]:
    """Yield when the estimate began to rest on another number; older days keep theirs."""
    for change in worth.changes(settings):
        numbers = {
            name: f"{number:,.15g}"
            for name, number in (("before", change.before), ("after", change.after))
            if number is not None
        }
        unit = {"name": change.setting.name, "unit": change.setting.unit}
        reason = Reason(_ESTIMATE_WORDS[tuple(numbers)], numbers, unit)
        yield Mark(change.day, MarkKind.FORMULA, "", reason, about="retention_worth")


_ESTIMATE_WORDS: Final = {
    ("before", "after"): N_("推計の{name}を{before}{unit}から{after}{unit}に変更"),
    ("after",): N_("推計の{name}を{after}{unit}に設定"),
    ("before",): N_("推計の{name}{before}{unit}をなくした"),
}


def _formulas(audit: pd.DataFrame) -> Iterator[Mark]:
    """Yield when a centre began to count differently; older days were recomputed."""
    for day, centre, field, before, after in _changed(audit, [*METHODS, *SECONDS]):
        reason = Reason(
            N_(
                "{field}を「{before}」から「{after}」に変更。前の日の値も新しい数え方で出しています。"
            ),
            words={
                "field": table("centres").field(field).label,
                "before": before,
                "after": after,
            },
        )
        yield Mark(day, MarkKind.FORMULA, centre, reason, about=field)


def _targets_of_masters(audit: pd.DataFrame) -> Iterator[Mark]:
    """Yield when the 目標応答率 of センター changed: it has no day from which it counts."""
    for day, centre, _field, before, after in _changed(audit, ["target_answer_rate"]):
        reason = Reason(
            N_(
                "センターの目標応答率を{before}から{after}に変更。「KPI目標」で日を決めていない前の日も、新しい目標で判定しています。"
            ),
            words={"before": before or NO_TARGET, "after": after or NO_TARGET},
        )
        yield Mark(day, MarkKind.TARGET, centre, reason, about=ANSWER_RATE)


def _changed(
    audit: pd.DataFrame, fields: Sequence[str]
) -> Iterator[tuple[date, str, str, str, str]]:
    """Yield day, centre, field, before and after of logged changes of センター."""
    rows = audit[
        (audit["table"] == "centres")
        & audit["field_name"].isin(fields)
        & audit["at"].notna()
        & (audit["before"] != audit["after"])
    ]
    columns = ("row_key", "field_name", "before", "after")
    yield from zip(rows["at"].dt.date, *(rows[name] for name in columns), strict=True)


def _measures(improvements: pd.DataFrame) -> Iterator[Mark]:
    rows = improvements[
        improvements["starts_on"].notna()
        & (improvements["status"] != ImprovementStatus.CANCELLED.value)
        & (improvements["status"] != ImprovementStatus.IDEA.value)
    ]
    events = rows["kind"].isin([kind.value for kind in EVENTS])
    columns = (rows[name] for name in ("earlier", "title", "centre"))
    told = zip(rows["starts_on"].dt.date, *columns, events, rows.index, strict=True)
    for day, earlier, title, centre, is_event, key in told:
        kind = MarkKind.NOTE if is_event else MarkKind.MEASURE
        for begun in (*(one.starts_on for one in rounds_of(earlier)), day):
            yield Mark(begun, kind, centre, typed=title, key=key)


def _notes(kpi_days: pd.DataFrame) -> Iterator[Mark]:
    rows = kpi_days[kpi_days["note"].str.strip() != ""]
    for day, centre, note, key in zip(
        rows["date"].dt.date, rows["centre"], rows["note"], rows.index, strict=True
    ):
        yield Mark(day, MarkKind.NOTE, centre, typed=note.strip(), key=key)
