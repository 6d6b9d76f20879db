"""「二次・防げた割合」: how much of it we brought about ourselves."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pandas as pd

from lib.actions.analysing import reading
from lib.actions.analysing.reading import Mark
from lib.charts import analysis as charts
from lib.charts.look import Spec, spec_of
from lib.i18n import _
from lib.metrics.analysis import OUR_CAUSES, Dimension
from lib.metrics.analysis_views import Step
from lib.schema.vocab import Cause, ComplaintKind
from lib.store.access import UserStore
from lib.ui import format as fmt
from lib.ui.analysis import behind, words
from lib.ui.analysis.address import STEP, Here, choose
from lib.ui.analysis.course import marks
from lib.ui.analysis.shown import Column, Picked, Shown

KEY: Final = "analysis.shares"

_PARTS: Final = (("second", "seconds", "cases"), ("ours", "preventable", "known"))
"""Column of a share, of its part and of its whole."""


def controls(_desk: UserStore, at: Here) -> None:
    """Draw the choice of steps."""
    choose(STEP, Step, at.step, _("どの長さで"))


def made(desk: UserStore, at: Here) -> Shown:
    """Return the view."""
    rows = _long(reading.shares_of(desk, at.asked, at.step))
    names = _names()
    return Shown(
        title=_("二次クレームと、防げた苦情の割合"),
        alt=_("二次クレームの割合と、防げた苦情の割合の推移"),
        spec=_spec(desk, at, rows, names) if rows["share"].notna().any() else None,
        table=(
            Column(_("割合"), [names[kind] for kind in rows["kind"]]),
            Column(_(at.step.value), [_days(row) for row in words.records(rows)]),
            Column(_("あてはまる件数"), rows["part"].tolist(), "count"),
            Column(_("もとの件数"), rows["whole"].tolist(), "count"),
            Column(_("値"), [words.none(share) for share in rows["share"]], "share"),
        ),
        formula=(
            _(
                "二次クレームの割合 = 防ぎようのないものを除いた二次クレーム ÷ 苦情(KPIの二次クレーム率と同じ)"
            ),
            _(
                "防げた苦情の割合 = 原因区分が{causes}の苦情 ÷ 原因の分かっている苦情"
            ).format(causes=fmt.listed(fmt.choice(cause) for cause in OUR_CAUSES)),
        ),
        pick=partial(_pick, at, rows),
        notes=(
            _(
                "原因は完了のときに決まるので、新しい週や月ほど、分かっている件が少なくなります。"
            ),
            _("上の印は、施策(◆)・できごと(▼)・目標(―)・数え方(■)です。"),
        ),
        hint=_("点を押すと、その苦情へ進めます。"),
        empty=_(
            "この期間に苦情がありません。期間を長くするか、絞り込みを外してください。"
        ),
        name=f"shares-{at.step.code}",
    )


def _names() -> dict[str, str]:
    return {"second": _("二次クレームの割合"), "ours": _("防げた苦情の割合")}


def _long(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row a share and week or month: `kind`, `starts`, `ends`, `part`, …."""
    parts = [
        rows[["starts", "ends"]].assign(
            kind=kind, part=rows[part], whole=rows[whole], share=rows[kind]
        )
        for kind, part, whole in _PARTS
    ]
    return pd.concat(parts, ignore_index=True)


def _spec(desk: UserStore, at: Here, rows: pd.DataFrame, names: dict[str, str]) -> Spec:
    points = pd.DataFrame(
        {
            "row": range(len(rows)),
            "middle": rows["starts"] + (rows["ends"] - rows["starts"]) / 2,
            "kind": rows["kind"].map(names),
            "value": rows["share"],
            "text": [
                f"{_days(row)} {names[row['kind']]}: {fmt.percent(words.none(row['share']))} "
                f"({fmt.number(row['part'])} ÷ {fmt.number(row['whole'])})"
                for row in words.records(rows)
            ],
        }
    )
    chart = charts.shares(points, list(names.values()), marks(desk, at))
    return spec_of(chart, height=300)


def _pick(at: Here, rows: pd.DataFrame, desk: UserStore, row: int) -> Picked | None:
    if not 0 <= row < len(rows):
        return None
    one = rows.iloc[row]
    first, last = one["starts"].date(), one["ends"].date()
    is_second = one["kind"] == "second"
    more: dict[str, Any] = (
        {"kind": ComplaintKind.SECOND} if is_second else {"cause": _our_causes(at)}
    )
    return Picked(
        what=_names()[str(one["kind"])],
        code=f"{one['kind']}.{at.step.code}.{first.isoformat()}",
        lines=(
            f"{fmt.full_day(first)} – {fmt.full_day(last)}",
            (
                f"{fmt.percent(words.none(one['share']))} "
                f"({fmt.number(one['part'])} ÷ {fmt.number(one['whole'])})"
            ),
            *(
                (_("台帳には、防ぎようのない二次クレームも並びます。"),)
                if is_second
                else ()
            ),
        ),
        query=behind.cases_query(at, first=first, last=last, more=more)
        if one["part"]
        else None,
        scope=behind.scope_of(at),
        says_all=False,
        figure="second_complaint_rate" if is_second else None,
        cases=reading.behind(
            desk,
            at.asked,
            Mark(first, last, part="seconds" if is_second else "preventable"),
        ),
        about=_("二次クレーム") if is_second else _("防げた苦情"),
    )


def _our_causes(at: Here) -> list[Cause]:
    """Return the causes within our hands that are looked at: of one alone, that one."""
    chosen = at.chosen
    return [
        cause
        for cause in OUR_CAUSES
        if chosen.only is not Dimension.CAUSE or cause.value == chosen.value
    ]


def _days(row: Any) -> str:
    return f"{fmt.full_day(row['starts'])} – {fmt.day(row['ends'])}"
