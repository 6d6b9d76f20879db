"""日報: a centre's confirmed days as a text for mail or chat, and in its own form.

So that entering the figures here is no second job beside the report that a centre owes
anyway: what is sent is made of what was confirmed. 抑止成功率 is not in it: what followed
the talks is not known on the day, and the rate never stands without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from babel.dates import format_date

from lib.i18n import N_, SOURCE, Language, translate
from lib.metrics import kpis
from lib.metrics.deterrence import NEVER_ALONE
from lib.metrics.kpis import Kpi
from lib.reports.export import FormColumn, to_form_xlsx
from lib.schema.column import Field
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre
from lib.schema.vocab import BusinessDay, Flag
from lib.text import one_line

SHEET: Final = N_("日報")

_CALLS: Final = ("offered", "answered", "abandoned")
_RETENTION: Final = ("cancel_requests", "retention_offers", "retention_kept")
_ORDERS: Final = ("orders", "shipments", "mails_received")
_LINES: Final[tuple[tuple[str, ...], ...]] = (
    _CALLS,
    ("consumer_centre_calls",),
    _RETENTION,
    _ORDERS,
)
_SHARE_OF_LINE: Final[Mapping[tuple[str, ...], str]] = {_CALLS: "answer_rate"}
_LONGEST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column of a centre's form: its header, over a count or a share.

    field: name of the field; share: code of the KPI. With neither, and for a share that
    may not stand alone, the column stays blank, so that the form keeps its shape.
    """

    header: str
    field: str = ""
    share: str = ""


def as_text(day: KpiDay, centre: Centre, language: Language) -> str:
    """Return one day for mail or chat: a line a group, missing counts left out."""
    return "\n".join(_lines(day, centre, language))


def as_xlsx(
    days: Sequence[KpiDay],
    centre: Centre,
    columns: Sequence[ReportColumn],
    language: Language,
) -> bytes:
    """Return days in a centre's own form, a row a day, in the order given.

    Shares are worked out anew as the centre counts; without a value a cell is blank.
    """
    made = [
        FormColumn(
            column.header,
            _field(column),
            [_value(column, day, centre) for day in days],
        )
        for column in columns
    ]
    return to_form_xlsx(translate(SHEET, language), made, language=language)


def usual_columns(centre: Centre, language: Language) -> tuple[ReportColumn, ...]:
    """Return the form of a centre that has none of its own."""

    def of(*names: str) -> list[ReportColumn]:
        labels = [translate(KpiDay.field(n).label, language) for n in names]
        return [ReportColumn(h, field=n) for h, n in zip(labels, names, strict=True)]

    def share(code: str) -> ReportColumn:
        return ReportColumn(translate(kpis.kpi(code).name, language), share=code)

    if centre.code == COMPANY:
        counts = [*of(*_ORDERS), *of("consumer_centre_calls")]
    else:
        counts = [*of(*_CALLS), share("answer_rate"), *of("consumer_centre_calls")]
        if centre.subscriptions is Flag.YES:
            counts += of(*_RETENTION)
    return (*of("date", "business"), *counts, *of("note"))


def _lines(day: KpiDay, centre: Centre, language: Language) -> Iterator[str]:
    def say(text: str) -> str:
        return translate(text, language)

    name = say(COMPANY) if centre.code == COMPANY else one_line(centre.name)
    pattern = "M月d日(EEE)" if language == SOURCE else "EEE, MMM d"
    yield say(N_("【日報】{centre} {day}")).format(
        centre=name, day=format_date(day.date, pattern, locale=language)
    )
    if day.business is not BusinessDay.OPEN:
        yield say(day.business.value)
    if day.business is not BusinessDay.CLOSED:
        for names in _LINES:
            if line := _line(names, day, centre, language):
                yield line
    if day.note.strip():
        yield say(N_("特記事項: {note}")).format(note=one_line(day.note, _LONGEST_NOTE))


def _line(
    names: tuple[str, ...], day: KpiDay, centre: Centre, language: Language
) -> str:
    parts = [
        f"{translate(KpiDay.field(name).label, language)} {value:,}"
        for name in names
        if (value := getattr(day, name)) is not None
    ]
    code = _SHARE_OF_LINE.get(names, "")
    if parts and code:
        entry = kpis.kpi(code)
        if (share := _share(entry, day, centre)) is not None:
            parts.append(f"{translate(entry.name, language)} {share:.1f}%")
    return " / ".join(parts)


def _share(entry: Kpi, day: KpiDay, centre: Centre) -> float | None:
    """Return a share of one day in percent, as the centre counts."""
    method = getattr(centre, entry.chosen_by).value if entry.chosen_by else ""
    found = kpis.value_of_day(entry, day.values(), method)
    return None if found is None else found * 100


def _field(column: ReportColumn) -> Field:
    return KpiDay.field(column.field or "reported_answer_rate")


def _value(column: ReportColumn, day: KpiDay, centre: Centre) -> Any:
    if column.field:
        return getattr(day, column.field)
    entry = kpis.kpi(column.share) if column.share else None
    if entry is None or entry.code in NEVER_ALONE or not entry.is_share:
        return None
    if entry.company or entry.window > 1:
        return None
    found = _share(entry, day, centre)
    return None if found is None else round(found, 2)
