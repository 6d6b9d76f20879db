"""「推移」: how many came each week or month, and what was done meanwhile."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pandas as pd

from lib.actions.analysing import reading
from lib.actions.analysing.reading import Mark
from lib.actions.kpi_targets import marks_of
from lib.actions.kpi_views import call_centres
from lib.charts import analysis as charts
from lib.charts.look import Spec, spec_of
from lib.i18n import _
from lib.metrics.analysis import Rate
from lib.metrics.analysis_views import Step
from lib.store.access import UserStore
from lib.text import one_line
from lib.ui import format as fmt
from lib.ui.analysis import behind, words
from lib.ui.analysis.address import MEASURE, STEP, Here, Measure, choose
from lib.ui.analysis.shown import Column, Picked, Shown
from lib.ui.charts import mark_words

KEY: Final = "analysis.course"
MARK_LETTERS: Final = 90


def controls(_desk: UserStore, at: Here) -> None:
    """Draw the choice of steps and of what is drawn."""
    choose(STEP, Step, at.step, _("どの長さで"))
    choose(MEASURE, Measure, at.measure, _("件数か率か"))


def made(desk: UserStore, at: Here) -> Shown:
    """Return the view."""
    rows = reading.course_of(desk, at.asked, at.step)
    rate = reading.headline_of(desk, at.asked).rate
    title = _("{what}の推移({measure})").format(
        what=words.counted(at.chosen.told), measure=_(at.measure.value)
    )
    return Shown(
        title=title,
        alt=title,
        spec=_spec(desk, at, rows, rate) if rate.count else None,
        table=(
            Column(_(at.step.value), [_days(row) for row in words.records(rows)]),
            Column(_("件数"), rows["count"].tolist(), "count"),
            Column(
                _("受注件数"),
                [
                    int(orders) if known else None
                    for orders, known in zip(rows["orders"], rows["known"], strict=True)
                ],
                "count",
            ),
            Column(
                _("受注1,000件あたり"), [words.none(r) for r in rows["rate"]], "rate"
            ),
        ),
        formula=(
            _("件数 = 取消を除いた、受け付けた日の件数"),
            _("受注1,000件あたり = 受注の分かる日の苦情 ÷ その日の受注件数 × 1,000"),
            _("週は月曜から日曜まで"),
        ),
        pick=partial(_pick, at, rows),
        notes=_notes(at, rows, rate),
        hint=_("棒を押すと、その週や月の苦情へ進めます。"),
        empty=_(
            "この期間に苦情がありません。期間を長くするか、絞り込みを外してください。"
        ),
        name=f"{at.step.code}-{at.measure.code}",
    )


def _spec(desk: UserStore, at: Here, rows: pd.DataFrame, rate: Rate) -> Spec:
    is_rate = at.measure is Measure.RATE
    values = rows["rate"] if is_rate else rows["count"].astype("float64")
    drawn = pd.DataFrame(
        {
            "row": range(len(rows)),
            "starts": rows["starts"],
            "ends": rows["ends"],
            "value": values,
            "is_whole": rows["is_whole"],
            "value_text": [
                fmt.number(words.none(v), decimals=1 if is_rate else 0) for v in values
            ],
            "text": [
                f"{_days(row)}: {words.cases(row['count'])} · "
                f"{words.rate(words.none(row['rate']))}"
                for row in words.records(rows)
            ],
        }
    )
    usual = rate.number if is_rate else None
    chart = charts.course(drawn, marks(desk, at), usual)
    return spec_of(chart, height=300)


def marks(desk: UserStore, at: Here) -> pd.DataFrame:
    """Return what happened on these days, as the charts take it."""
    names = {centre.code: centre.name for centre in call_centres(desk)}
    rows = [
        (
            pd.Timestamp(mark.day),
            mark.kind.code,
            one_line(mark_words(mark, names), MARK_LETTERS),
        )
        for mark in marks_of(desk, at.chosen.first, at.chosen.last)
    ]
    return pd.DataFrame(rows, columns=["day", "kind", "text"])


def _pick(at: Here, rows: pd.DataFrame, desk: UserStore, row: int) -> Picked | None:
    if not 0 <= row < len(rows):
        return None
    one = rows.iloc[row]
    first, last = one["starts"].date(), one["ends"].date()
    return Picked(
        what=f"{fmt.full_day(first)} – {fmt.full_day(last)}",
        code=f"{at.step.code}.{first.isoformat()}",
        lines=(
            words.cases_said(int(one["count"])),
            words.rate(words.none(one["rate"])),
        ),
        query=behind.cases_query(at, first=first, last=last, more={}),
        scope=behind.scope_of(at),
        says_all=False,
        cases=reading.behind(desk, at.asked, Mark(first, last)),
        about=_("この時期の苦情"),
    )


def _notes(at: Here, rows: pd.DataFrame, rate: Rate) -> tuple[str, ...]:
    notes = []
    if at.measure is Measure.RATE and rate.number is not None:
        notes.append(
            _("破線は期間の平均 {rate} です。").format(
                rate=words.rate_number(rate.number)
            )
        )
    if not rows["is_whole"].all():
        notes.append(_("薄い棒は、途中までの週や月です。"))
    if rows["known"].sum() < _length(rows):
        notes.append(_("受注の分からない日は、率の計算から苦情ごと除いています。"))
    notes.append(_("上の印は、施策(◆)・できごと(▼)・目標(―)・数え方(■)です。"))
    return tuple(notes)


def _length(rows: pd.DataFrame) -> int:
    return int(((rows["ends"] - rows["starts"]).dt.days + 1).sum())


def _days(row: Any) -> str:
    return f"{fmt.full_day(row['starts'])} – {fmt.day(row['ends'])}"
