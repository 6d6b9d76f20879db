"""What the page looks at: all of it stands in the address, as codes.

| parameter | values |
|---|---|
| `view` | code of `View` |
| `by` | code of `Dimension`, for 「多い順」 |
| `step`, `measure`, `as` | codes of `Step`, `Measure` and `Shape` |
| `period` | code of `Period`; `month` (2026-11) or `from` and `to` with it |
| `product`, `page`, `centre` | `searching.slug` of the word |
| `channel`, `told` | codes of `Channel` and `Told` |
| `only` | code of a `Dimension`, a point and the slug of its value: those cases alone |
| `archived` | `1` with the years that were put away |

Unknown names and codes are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

import streamlit as st

from lib import clock
from lib.actions.analysing import reading
from lib.actions.analysing.reading import Asked
from lib.actions.kpi_views import Period as Days
from lib.actions.searching import slug
from lib.i18n import N_, _
from lib.metrics.analysis import Chosen, Dimension, Told
from lib.metrics.analysis_views import Step
from lib.schema.vocab import Channel, Choice
from lib.store.access import UserStore
from lib.ui import format as fmt

PAGE: Final = "analysis"

VIEW, BY, STEP, MEASURE, SHAPE = "view", "by", "step", "measure", "as"
PERIOD, MONTH, FROM, TO = "period", "month", "from", "to"
PRODUCT, SALES_PAGE, CHANNEL, CENTRE = "product", "page", "channel", "centre"
TOLD, ONLY, ARCHIVED = "told", "only", "archived"
"""Names in the address."""

MONTHS_OFFERED: Final = 24
_FIRST: Final = date(2000, 1, 1)


class View(Choice):
    """What is looked at; one at a time."""

    PARETO = N_("多い順")
    COURSE = N_("推移")
    CROSS = N_("分類×商品")
    LAUNCH = N_("発売から")
    CLOCK = N_("曜日・時間")
    SHARES = N_("二次・防げた割合")


class Measure(Choice):
    """In what it is drawn."""

    COUNT = N_("件数")
    RATE = N_("受注1,000件あたり")


class Shape(Choice):
    """As a picture or as a table."""

    PICTURE = N_("図")
    TABLE = N_("表")


class Period(Choice):
    """The periods one may choose."""

    WEEKS_4 = N_("4週間")
    WEEKS_13 = N_("13週間")
    YEAR = N_("1年")
    MONTH = N_("月")
    OWN = N_("期間")


C = TypeVar("C", bound=Choice)

_LENGTHS: Final = {Period.WEEKS_4: 28, Period.WEEKS_13: 91, Period.YEAR: 365}

FIELDS: Final = {
    PRODUCT: "product_code",
    SALES_PAGE: "sales_page",
    CENTRE: "centre",
}
"""Parameter → column of the cases, whose words stand in the address as slugs."""


@dataclass(frozen=True, slots=True)
class Here:
    """What the page shows."""

    asked: Asked
    period: Period
    view: View
    by: Dimension
    step: Step
    measure: Measure
    shape: Shape

    @property
    def is_of_contacts(self) -> bool:
        """Whether contacts from agencies are counted instead of complaints."""
        return self.view is View.PARETO and self.by.is_of_inquiries

    @property
    def chosen(self) -> Chosen:
        """Which cases are looked at."""
        return self.asked.chosen


def here(desk: UserStore) -> Here:
    """Return what the address asks for; what it cannot mean is left out."""
    query = st.query_params.to_dict()
    period = _of(Period, query, PERIOD, Period.WEEKS_13)
    days = _days(period, query)
    archived = query.get(ARCHIVED) == "1"
    only, value = _only(desk, query, archived=archived)
    chosen = Chosen(
        days.first,
        days.last,
        product=_word(desk, query, PRODUCT, archived=archived),
        sales_page=_word(desk, query, SALES_PAGE, archived=archived),
        channel=_channel(query),
        centre=_word(desk, query, CENTRE, archived=archived),
        told=_of(Told, query, TOLD, Told.COMPLAINTS),
        only=only,
        value=value,
    )
    return Here(
        Asked(chosen, archived=archived),
        period,
        _of(View, query, VIEW, View.PARETO),
        _of(Dimension, query, BY, Dimension.CATEGORY),
        _of(Step, query, STEP, Step.WEEK),
        _of(Measure, query, MEASURE, Measure.COUNT),
        _of(Shape, query, SHAPE, Shape.PICTURE),
    )


def days_text(at: Here, days: tuple[date, date] | None = None) -> str:
    """Return the days: 「2026/08/24(月) – 2026/11/22(日)」; of the page or others."""
    first, last = days or (at.chosen.first, at.chosen.last)
    return f"{fmt.full_day(first)} – {fmt.full_day(last)}"


def slugs_of(desk: UserStore, name: str, *, archived: bool) -> dict[str, str]:
    """Return slug → word for the words of a filter, the most frequent first."""
    return _slugs(desk, FIELDS[name], archived=archived)


def only_code(by: Dimension, value: str) -> str:
    """Return the code under which one value of a dimension stands in the address."""
    return f"{by.code}.{slug(value)}"


def _slugs(desk: UserStore, field: str, *, archived: bool) -> dict[str, str]:
    return desk.derived(
        ("analysis slugs", field, archived),
        lambda: {
            slug(word): word
            for word in reading.words_of(desk, field, archived=archived)
        },
    )


# Choosing ------------------------------------------------------------------------


def choose_period(at: Here) -> None:
    """Draw the choice of days."""
    key = _key(PERIOD)
    st.session_state[key] = at.period
    st.segmented_control(
        _("期間"),
        list(Period),
        key=key,
        format_func=lambda period: _(period.value),
        required=True,
        label_visibility="collapsed",
        on_change=_go_to_period,
    )
    if at.period is Period.MONTH:
        _choose_month(at)
    if at.period is Period.OWN:
        _choose_days(at)


def choose(
    name: str, kind: type[Choice], chosen: Choice, label: str, *, among: int = 0
) -> None:
    """Draw one choice of codes; `among`: only the first so many of them."""
    key = _key(name)
    st.session_state[key] = chosen
    st.segmented_control(
        label,
        list(kind)[: among or None],
        key=key,
        format_func=lambda one: _(one.value),
        required=True,
        label_visibility="collapsed",
        on_change=_go_to_code,
        args=(name,),
    )


def go(name: str, code: str) -> None:
    """Put a code into the address; "" takes it out."""
    if code:
        st.query_params[name] = code
    else:
        st.query_params.pop(name, None)


def _choose_month(at: Here) -> None:
    key = _key(MONTH)
    st.session_state[key] = at.chosen.first.replace(day=1)
    st.selectbox(
        _("月"),
        _months(clock.today(), at.chosen.first),
        key=key,
        format_func=fmt.month,
        filter_mode="contains",
        label_visibility="collapsed",
        width=160,
        on_change=_go_to_month,
    )


def _choose_days(at: Here) -> None:
    key = _key("days")
    st.session_state[key] = (at.chosen.first, at.chosen.last)
    st.date_input(
        _("期間"),
        key=key,
        format="YYYY/MM/DD",
        max_value=clock.today(),
        label_visibility="collapsed",
        width=240,
        on_change=_go_to_days,
    )


def _months(last: date, shown: date) -> list[date]:
    """Return the months on offer, the newest first, the one shown among them."""
    found = [last.replace(day=1)]
    while len(found) < MONTHS_OFFERED:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return sorted({*found, shown.replace(day=1)}, reverse=True)


def _key(name: str) -> str:
    return f"analysis.choice.{name}"


def _go_to_code(name: str) -> None:
    chosen: Choice | None = st.session_state[_key(name)]
    go(name, chosen.code if chosen else "")


def _go_to_period() -> None:
    period: Period = st.session_state[_key(PERIOD)]
    before = _days(
        _of(Period, st.query_params, PERIOD, Period.WEEKS_13), st.query_params
    )
    for name in (MONTH, FROM, TO):
        st.query_params.pop(name, None)
    st.query_params[PERIOD] = period.code
    if period is Period.OWN:
        _set_days(before.first, before.last)


def _go_to_month() -> None:
    if month := st.session_state[_key(MONTH)]:
        st.query_params[MONTH] = f"{month:%Y-%m}"


def _go_to_days() -> None:
    days = st.session_state[_key("days")]
    if len(days) == 2:  # noqa: PLR2004 - both ends of the range are chosen
        _set_days(*days)


def _set_days(first: date, last: date) -> None:
    st.query_params[FROM] = first.isoformat()
    st.query_params[TO] = last.isoformat()


# Reading -------------------------------------------------------------------------


def _of(kind: type[C], query: Mapping[str, str], name: str, usual: C) -> C:
    return kind.from_code(query.get(name, "")) or usual


def _days(period: Period, query: Mapping[str, str]) -> Days:
    """Return the days up to today; of a month or of one's own, none after today."""
    today = clock.today()
    if period is Period.MONTH:
        month = Days.of_month(_day(f"{query.get(MONTH, '')}-01") or today)
        return Days(min(month.first, today), min(month.last, today))
    if period is Period.OWN:
        first, last = _day(query.get(FROM, "")), _day(query.get(TO, ""))
        if first and last and first <= last:
            return Days(first, last)
    return Days.ending(today, _LENGTHS.get(period, _LENGTHS[Period.WEEKS_13]))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST <= found <= clock.today() else None


def _word(
    desk: UserStore, query: Mapping[str, str], name: str, *, archived: bool
) -> str:
    code = query.get(name, "")
    return slugs_of(desk, name, archived=archived).get(code, "") if code else ""


def _only(
    desk: UserStore, query: Mapping[str, str], *, archived: bool
) -> tuple[Dimension | None, str]:
    code, _point, asked = query.get(ONLY, "").partition(".")
    by = Dimension.from_code(code)
    if by is None or by.is_of_inquiries:
        return None, ""
    word = _slugs(desk, by.code, archived=archived).get(asked, "")
    return (by, word) if word else (None, "")


def _channel(query: Mapping[str, str]) -> str:
    found = Channel.from_code(query.get(CHANNEL, ""))
    return found.value if found else ""
