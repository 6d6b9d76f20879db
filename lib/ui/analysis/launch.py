"""「発売から」: how many came in each week after a product was launched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import pandas as pd

from lib import clock
from lib.actions.analysing import reading
from lib.actions.analysing.reading import Mark
from lib.actions.kpi_targets import marks_of
from lib.actions.kpi_views import call_centres
from lib.actions.searching import slug
from lib.charts import analysis as charts
from lib.charts.look import Spec, spec_of
from lib.i18n import _
from lib.metrics.analysis import Dimension
from lib.metrics.analysis_views import LAUNCH_WEEKS, Launches
from lib.store.access import UserStore
from lib.text import one_line
from lib.ui import format as fmt
from lib.ui.analysis import behind, words
from lib.ui.analysis.address import MEASURE, Here, Measure, choose
from lib.ui.analysis.course import MARK_LETTERS
from lib.ui.analysis.shown import Column, Picked, Shown
from lib.ui.charts import mark_words

KEY: Final = "analysis.launch"

MOST_LINES: Final = 6
_WEEK: Final = 7


def controls(_desk: UserStore, at: Here) -> None:
    """Draw the choice of what is drawn."""
    choose(MEASURE, Measure, at.measure, _("件数か率か"))


def made(desk: UserStore, at: Here) -> Shown:
    """Return the view; of all the time that the ledger knows."""
    found = reading.launches_of(desk, at.asked, clock.now())
    rows = _latest_first(found)
    names = [
        words.name_of(desk, Dimension.PRODUCT_CODE, c) for c in rows["product_code"]
    ]
    title = _("発売からの週ごとの{what}({measure})").format(
        what=words.counted(at.chosen.told), measure=_(at.measure.value)
    )
    return Shown(
        title=title,
        alt=title,
        spec=_spec(desk, at, rows) if len(rows) else None,
        table=(
            Column(_("商品"), names),
            Column(_("発売から(週目)"), (rows["week"] + 1).tolist(), "count"),
            Column(_("週の初め"), [fmt.full_day(day) for day in rows["starts"]]),
            Column(_("件数"), rows["count"].tolist(), "count"),
            Column(
                _("受注1,000件あたり"), [words.none(r) for r in rows["rate"]], "rate"
            ),
        ),
        formula=(
            _("発売から(週目) = 受け付けた日 − 商品の発売日。発売日からの7日が1週目"),
            _("受注1,000件あたり = その件数 ÷ その週の会社全体の受注件数 × 1,000"),
        ),
        pick=partial(_pick, at, rows),
        notes=_notes(desk, found),
        hint=_("点を押すと、その商品のその週の苦情へ進めます。"),
        empty=_(
            "発売から{weeks}週までの苦情が、まだ台帳にありません。「商品」で発売日を入れると、次の発売から見られます。"
        ).format(weeks=LAUNCH_WEEKS),
        name=f"launch-{at.measure.code}",
        days=(rows["starts"].min().date(), rows["ends"].max().date())
        if len(rows)
        else None,
    )


def _latest_first(found: Launches | None) -> pd.DataFrame:
    """Return the weeks, those of the product launched last at the top."""
    columns = ["product_code", "week", "starts", "ends", "count", "rate"]
    if found is None or found.rows.empty:
        return pd.DataFrame(columns=columns)
    launched = found.rows.groupby("product_code")["starts"].transform("max")
    return (
        found.rows.assign(launched=launched)
        .sort_values(
            ["launched", "product_code", "week"],
            ascending=[False, True, True],
            kind="stable",
            ignore_index=True,
        )
        .drop(columns="launched")
    )


def _spec(desk: UserStore, at: Here, rows: pd.DataFrame) -> Spec:
    shown = list(dict.fromkeys(rows["product_code"]))[:MOST_LINES]
    names = words.apart(
        {c: words.name_of(desk, Dimension.PRODUCT_CODE, c) for c in shown}
    )
    drawn = rows.assign(row=range(len(rows)))
    drawn = drawn[drawn["product_code"].isin(shown)]
    is_rate = at.measure is Measure.RATE
    points = pd.DataFrame(
        {
            "row": drawn["row"],
            "week": drawn["week"] + 1,
            "name": drawn["product_code"].map(names),
            "value": (drawn["rate"] if is_rate else drawn["count"]).astype("float64"),
            "text": [
                _("{name} {week}週目: {count}").format(
                    name=names[row["product_code"]],
                    week=row["week"] + 1,
                    count=words.cases(row["count"]),
                )
                for row in words.records(drawn)
            ],
        }
    )
    chart = charts.launch(points, list(names.values()), _marks(desk, drawn, names))
    return spec_of(chart, height=300)


def _marks(
    desk: UserStore, drawn: pd.DataFrame, names: Mapping[str, str]
) -> pd.DataFrame:
    """Return what was done about the products that are drawn, each in its week."""
    about = desk.frame("improvements")["product_code"]
    weeks = {
        str(code): (own["starts"].iloc[0], int(own["week"].iloc[0]), len(own))
        for code, own in drawn.groupby("product_code")
    }
    centres = {centre.code: centre.name for centre in call_centres(desk)}
    found = marks_of(desk, drawn["starts"].min().date(), drawn["ends"].max().date())
    rows = []
    for mark in found:
        code = str(about.get(mark.key, "")) if mark.key else ""
        if code not in weeks:
            continue
        starts, first, count = weeks[code]
        week = first + (pd.Timestamp(mark.day) - starts).days // _WEEK
        if first <= week < first + count:
            text = f"{names[code]}: {mark_words(mark, centres)}"
            rows.append((week + 1, mark.kind.code, one_line(text, MARK_LETTERS)))
    return pd.DataFrame(rows, columns=["week", "kind", "text"])


def _pick(at: Here, rows: pd.DataFrame, desk: UserStore, row: int) -> Picked | None:
    if not 0 <= row < len(rows):
        return None
    one = rows.iloc[row]
    code, first, last = (
        str(one["product_code"]),
        one["starts"].date(),
        one["ends"].date(),
    )
    name = words.name_of(desk, Dimension.PRODUCT_CODE, code)
    return Picked(
        what=_("{name} 発売{week}週目").format(name=name, week=int(one["week"]) + 1),
        code=f"{slug(code)}.{one['week']}",
        lines=(
            f"{fmt.full_day(first)} – {fmt.full_day(last)}",
            words.cases_said(int(one["count"])),
            words.rate(words.none(one["rate"])),
        ),
        query=behind.cases_query(
            at, first=first, last=last, more={"product_code": code}
        ),
        scope=replace(behind.scope_of(at), product_code=code),
        says_all=False,
        cases=reading.behind(
            desk, at.asked, Mark(first, last, (("product_code", code),))
        ),
        about=name,
    )


def _notes(desk: UserStore, found: Launches | None) -> tuple[str, ...]:
    notes = [
        _("横軸は発売からの週。台帳のある全期間から出し、上の期間にはよりません。"),
        _("上の印は、その商品の施策(◆)・できごと(▼)です。"),
    ]
    if found and found.undated:
        names = [words.name_of(desk, Dimension.PRODUCT_CODE, c) for c in found.undated]
        notes.append(
            _("発売日の入っていない商品: {names}").format(names=fmt.listed(names))
        )
    if found and found.old:
        names = [words.name_of(desk, Dimension.PRODUCT_CODE, c) for c in found.old]
        notes.append(
            _("発売の頃の記録がない商品: {names}").format(names=fmt.listed(names))
        )
    return tuple(notes)
