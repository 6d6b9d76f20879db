"""「曜日・時間」: when complaints come, so that enough people are there."""

from __future__ import annotations

from functools import partial
from typing import Final

import pandas as pd

from lib.actions.analysing import reading
from lib.actions.analysing.reading import Mark
from lib.charts import analysis as charts
from lib.charts.look import Spec, spec_of
from lib.i18n import _
from lib.metrics.analysis_views import Clock
from lib.store.access import UserStore
from lib.ui import format as fmt
from lib.ui.analysis import behind, words
from lib.ui.analysis.address import Here
from lib.ui.analysis.shown import Column, Picked, Shown

KEY: Final = "analysis.clock"

_WEEK: Final = 7


def controls(_desk: UserStore, _at: Here) -> None:
    """There is nothing to choose."""


def made(desk: UserStore, at: Here) -> Shown:
    """Return the view."""
    found = reading.clock_of(desk, at.asked)
    rows = found.rows
    total = int(rows["count"].sum())
    return Shown(
        title=_("曜日と時間ごとの{what}").format(what=words.counted(at.chosen.told)),
        alt=_("曜日と時間ごとの件数。色が濃いほど多い。"),
        spec=None if rows.empty else _spec(found),
        table=(
            Column(_("曜日"), [fmt.weekday(day) for day in rows["weekday"]]),
            Column(_("時間帯"), [_hour(hour) for hour in rows["hour"]]),
            Column(_("件数"), rows["count"].tolist(), "count"),
            Column(_("割合"), [count / total for count in rows["count"]], "share"),
        ),
        formula=(
            _("件数 = その曜日のその1時間に受け付けた苦情"),
            _("割合 = その件数 ÷ 時刻の分かっている苦情"),
        ),
        pick=partial(_pick, at, rows),
        notes=_notes(found),
        hint=_("マスを押すと、その曜日と時間の苦情へ進めます。"),
        empty=_(
            "この期間に、時刻の分かる苦情がありません。期間を長くするか、絞り込みを外してください。"
        ),
        name="weekday-hour",
    )


def _spec(found: Clock) -> Spec:
    rows = found.rows
    days = [fmt.weekday(day) for day in range(_WEEK)]
    cells = pd.DataFrame(
        {
            "row": range(len(rows)),
            "across": rows["hour"].astype("str"),
            "down": [days[day] for day in rows["weekday"]],
            "count": rows["count"],
            "count_text": rows["count"].astype("str"),
            "text": [
                f"{days[row['weekday']]} {_hour(row['hour'])}: {words.cases(row['count'])}"
                for row in words.records(rows)
            ],
        }
    )
    chart = charts.heat(cells, [str(hour) for hour in found.hours], days)
    return spec_of(chart, height=charts.heat_height(_WEEK))


def _pick(at: Here, rows: pd.DataFrame, desk: UserStore, row: int) -> Picked | None:
    if not 0 <= row < len(rows):
        return None
    one = rows.iloc[row]
    day, hour = int(one["weekday"]), int(one["hour"])
    return Picked(
        what=f"{fmt.weekday(day)} {_hour(hour)}",
        code=f"{day}.{hour}",
        lines=(words.cases_said(int(one["count"])),),
        query=behind.cases_query(at, more={"weekday": str(day), "hour": str(hour)}),
        scope=behind.scope_of(at),
        says_all=False,
        cases=reading.behind(
            desk, at.asked, Mark(where=(("weekday", day), ("hour", hour)))
        ),
        about=_("この時間の苦情"),
    )


def _notes(found: Clock) -> tuple[str, ...]:
    notes = [_("横軸は受け付けた時刻(時)です。")]
    if found.untimed:
        notes.append(
            _(
                "日付だけで取り込んだ{count}は、時刻が分からないので除いています。"
            ).format(count=words.cases(found.untimed))
        )
    return tuple(notes)


def _hour(hour: int) -> str:
    return _("{hour}時台").format(hour=hour)
