"""「多い順」: what most cases are about, with the line that adds them up."""

from __future__ import annotations

from functools import partial
from typing import Final

import pandas as pd
import streamlit as st

from lib.actions.analysing import reading
from lib.actions.analysing.reading import Mark
from lib.actions.searching import slug
from lib.charts import analysis as charts
from lib.charts.look import Spec, spec_of
from lib.i18n import _
from lib.metrics.analysis import Dimension, Pareto
from lib.store.access import UserStore
from lib.text import one_line
from lib.ui import format as fmt
from lib.ui.analysis import behind, narrowing, words
from lib.ui.analysis.address import BY, Here, go, only_code
from lib.ui.analysis.shown import Column, Picked, Shown
from lib.ui.inquiries import address as inquiries

KEY: Final = "analysis.pareto"
"""Widget key of the picture."""

MOST_BARS: Final = 12
BORDER: Final = 0.8
"""Share that few values make up, by Pareto's rule of thumb."""

_LETTERS: Final = 40
_BY: Final = "analysis.pareto.by"


def controls(_desk: UserStore, at: Here) -> None:
    """Draw the choice of what cases are counted by."""
    st.session_state[_BY] = at.by
    st.selectbox(
        _("何ごとに数えるか"),
        list(Dimension),
        key=_BY,
        format_func=words.label_of,
        filter_mode="contains",
        label_visibility="collapsed",
        width=170,
        on_change=_choose_by,
    )


def made(desk: UserStore, at: Here) -> Shown:
    """Return the view."""
    found = reading.pareto_of(desk, at.asked, at.by)
    label = words.label_of(at.by)
    rows = found.rows
    return Shown(
        title=_("{label}の多い順").format(label=label),
        alt=_("{label}ごとの件数、多い順。線は累計の割合。").format(label=label),
        spec=None if rows.empty else _spec(desk, at, found),
        table=(
            Column(label, [words.name_of(desk, at.by, v) for v in rows["value"]]),
            Column(_("件数"), rows["count"].tolist(), "count"),
            Column(_("割合"), rows["share"].tolist(), "share"),
            Column(_("累計"), rows["cumulative"].tolist(), "share"),
            Column(
                _("受注1,000件あたり"), [words.none(r) for r in rows["rate"]], "rate"
            ),
        ),
        formula=_formula(at),
        pick=partial(_pick, at, found),
        notes=(*_notes(found, label), *_of_contacts(desk, at)),
        hint=_("棒を押すと、その苦情と改善へ進めます。"),
        empty=_empty(at),
        name=f"{at.by.code}",
    )


def _choose_by() -> None:
    by: Dimension | None = st.session_state[_BY]
    go(BY, by.code if by else "")


def _spec(desk: UserStore, at: Here, found: Pareto) -> Spec:
    bars = _bars(desk, at, found)
    chart = charts.pareto(bars, BORDER, _("{share}まで").format(share="80%"))
    return spec_of(chart, height=charts.pareto_height(len(bars)))


def _bars(desk: UserStore, at: Here, found: Pareto) -> pd.DataFrame:
    """Return the bars: the first values, then one for all others together."""
    rows = found.rows.head(MOST_BARS)
    before = rows["cumulative"] - rows["share"]
    names = list(
        words.apart(
            {
                value: one_line(words.name_of(desk, at.by, value), _LETTERS)
                for value in rows["value"]
            }
        ).values()
    )
    bars = pd.DataFrame(
        {
            "row": range(len(rows)),
            "label": names,
            "count": rows["count"],
            "cumulative": rows["cumulative"],
            "is_many": False,
            "is_vital": before < BORDER,
            "count_text": [words.cases(count) for count in rows["count"]],
            "text": [
                f"{name}: {words.cases(row['count'])} ({fmt.percent(row['share'])}) · "
                f"{words.rate(words.none(row['rate']))}"
                for name, row in zip(
                    names,
                    words.records(rows),
                    strict=True,
                )
            ],
        }
    )
    rest = found.rows.iloc[MOST_BARS:]
    if rest.empty:
        return bars
    name = _("ほか{count}種").format(count=len(rest))
    count = int(rest["count"].sum())
    other = {
        "row": -1,
        "label": name,
        "count": count,
        "cumulative": float("nan"),
        "is_many": True,
        "is_vital": False,
        "count_text": words.cases(count),
        "text": f"{name}: {words.cases(count)}",
    }
    return pd.concat([bars, pd.DataFrame([other])], ignore_index=True)


def _pick(at: Here, found: Pareto, desk: UserStore, row: int) -> Picked | None:
    if not 0 <= row < len(found.rows):
        return None
    one = found.rows.iloc[row]
    value = str(one["value"])
    is_contacts = at.by.is_of_inquiries
    return Picked(
        what=words.name_of(desk, at.by, value),
        code=f"{at.by.code}.{slug(value)}",
        lines=(
            _("{count}(分かっている中の{share})").format(
                count=words.cases_said(int(one["count"])),
                share=fmt.percent(one["share"]),
            ),
            words.rate(words.none(one["rate"])),
        ),
        query=None
        if is_contacts
        else behind.cases_query(at, more={at.by.code: behind.coded(at.by.code, value)}),
        only="" if is_contacts else only_code(at.by, value),
        scope=behind.scope_of(at, at.by, value),
        says_all=behind.says_all(at, at.by),
        cases=()
        if is_contacts
        else reading.behind(desk, at.asked, Mark(where=((at.by.code, value),))),
        contacts=reading.contacts_behind(desk, at.asked, at.by, value)
        if is_contacts
        else (),
        contacts_query=inquiries.query_of_agency(value, at.chosen.first, at.chosen.last)
        if is_contacts and not narrowing.codes(at)
        else None,
    )


def _formula(at: Here) -> tuple[str, ...]:
    what = (
        _("行政からの連絡") if at.by.is_of_inquiries else words.counted(at.chosen.told)
    )
    return (
        _("割合 = その{what} ÷ {label}の分かっている{what}").format(
            what=what, label=words.label_of(at.by)
        ),
        _("累計 = 多いものから足した割合"),
        _("受注1,000件あたり = その{what} ÷ 受注件数 × 1,000").format(what=what),
    )


def _notes(found: Pareto, label: str) -> tuple[str, ...]:
    notes = []
    if len(found.rows) > MOST_BARS:
        notes.append(_("ほかの{label}は表にあります。").format(label=label))
    if found.unsaid:
        notes.append(
            _("{label}の分からない{count}は除いています。").format(
                label=label, count=words.cases(found.unsaid)
            )
        )
    return tuple(notes)


def _of_contacts(desk: UserStore, at: Here) -> tuple[str, ...]:
    """Return what has to be said where contacts stand below figures of complaints."""
    if not at.is_of_contacts:
        return ()
    notes = [_("棒は行政からの連絡の件数です。上の数字は苦情のものです。")]
    if unheeded := narrowing.unheeded(desk, at):
        notes.append(
            _("行政からの連絡には効いていない絞り込み: {filters}").format(
                filters=fmt.listed(unheeded)
            )
        )
    return tuple(notes)


def _empty(at: Here) -> str:
    if at.by.is_of_inquiries:
        return _("この期間に行政からの連絡はありません。期間を長くしてみてください。")
    return _(
        "この期間に、{label}の分かる苦情がありません。期間を長くするか、絞り込みを外してください。"
    ).format(label=words.label_of(at.by))
