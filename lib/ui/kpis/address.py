"""Which days, centre and figure the page shows: all of it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import streamlit as st

from lib import clock
from lib.actions.kpi_cards import Asked, Span, span
from lib.actions.kpi_views import Period, call_centres
from lib.actions.searching import slug
from lib.i18n import N_, _
from lib.metrics.kpi_themes import Theme
from lib.metrics.kpis import FIGURES, Figure, figure
from lib.metrics.series import ALL
from lib.schema.masters import Centre
from lib.store.access import UserStore
from lib.ui import format as fmt

PAGE: Final = "kpis"

PERIOD, MONTH, FROM, TO = "period", "month", "from", "to"
CENTRE, THEME, FIGURE, VIEW = "centre", "theme", "figure", "view"
"""Names in the address."""

TARGETS: Final = "targets"
"""Value of `VIEW` under which targets are changed."""

NAMES: Final[Mapping[Asked, str]] = {
    Asked.YESTERDAY: N_("昨日"),
    Asked.WEEK: N_("7日"),
    Asked.FOUR_WEEKS: N_("28日"),
    Asked.QUARTER: N_("90日"),
    Asked.MONTH: N_("月"),
    Asked.OWN: N_("期間"),
}
BEFORE: Final[Mapping[Asked, str]] = {
    Asked.YESTERDAY: N_("前日比"),
    Asked.WEEK: N_("前の7日比"),
    Asked.FOUR_WEEKS: N_("前の28日比"),
    Asked.QUARTER: N_("前の90日比"),
    Asked.MONTH: N_("前月比"),
    Asked.OWN: N_("前の期間比"),
}
"""With what a period is compared."""

MONTHS_OFFERED: Final = 24

_FIGURES: Final = frozenset(entry.code for entry in FIGURES)
_CHOSEN: Final = "kpis.{}"


@dataclass(frozen=True, slots=True)
class Here:
    """What the page shows. centre: its code, `ALL` for all; figure: None for the list.

    centres: those this person may look at, in the order of the choice.
    """

    span: Span
    centre: str
    centres: tuple[Centre, ...]
    theme: Theme
    figure: Figure | None
    is_targets: bool

    @property
    def centre_name(self) -> str:
        """Name of the centre shown; "" for all."""
        return next((c.name for c in self.centres if c.code == self.centre), "")

    def query(self, **changes: str) -> dict[str, str]:
        """Return the address of the same days and centre, with something else."""
        found = {
            PERIOD: self.span.asked.value,
            CENTRE: slug(self.centre),
            THEME: self.theme.code,
            **_days_of(self.span),
            **changes,
        }
        return {name: value for name, value in found.items() if value}

    def names(self) -> dict[str, str]:
        """Return the name of each centre by its code."""
        return {centre.code: centre.name for centre in self.centres}


def here(desk: UserStore) -> Here:
    """Return what the address asks for; what it cannot mean is left out."""
    query = st.query_params
    centres = call_centres(desk)
    own = desk.principal.centre if desk.principal.is_outsourced else None
    centre = own if own is not None else _centre(centres, query.get(CENTRE, ""))
    code = query.get(FIGURE, "")
    return Here(
        span=_span(query),
        centre=centre,
        centres=centres,
        theme=_theme(query.get(THEME, "")),
        figure=figure(code) if code in _FIGURES else None,
        is_targets=query.get(VIEW) == TARGETS,
    )


def controls(desk: UserStore, at: Here) -> None:
    """Draw period and centre; each change goes into the address."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _choose_period(at)
        if not desk.principal.is_outsourced and at.centres:
            _choose_centre(at)
        if at.span.asked is Asked.MONTH:
            _choose_month(at)
        if at.span.asked is Asked.OWN:
            _choose_days(at)


def days_text(at: Here) -> str:
    """Return the days shown: 「11月14日(土) – 11月20日(金)」."""
    period = at.span.period
    if period.first == period.last:
        return fmt.full_day(period.first)
    return f"{fmt.full_day(period.first)} – {fmt.full_day(period.last)}"


def before_text(at: Here) -> str:
    """Return with what it is compared."""
    return _(BEFORE[at.span.asked])


# Reading -----------------------------------------------------------------------


def _span(query: Mapping[str, str]) -> Span:
    known = {asked.value: asked for asked in Asked}
    return span(
        known.get(query.get(PERIOD, ""), Asked.FOUR_WEEKS),
        clock.today(),
        month=_day(f"{query.get(MONTH, '')}-01"),
        first=_day(query.get(FROM, "")),
        last=_day(query.get(TO, "")),
    )


def _days_of(shown: Span) -> dict[str, str]:
    if shown.asked is Asked.MONTH:
        return {MONTH: f"{shown.period.first:%Y-%m}"}
    if shown.asked is Asked.OWN:
        return {
            FROM: shown.period.first.isoformat(),
            TO: shown.period.last.isoformat(),
        }
    return {}


def _centre(centres: tuple[Centre, ...], wanted: str) -> str:
    codes = [centre.code for centre in centres]
    return next((c for c in codes if wanted and wanted in {c, slug(c)}), ALL)


def _theme(code: str) -> Theme:
    return next((theme for theme in Theme if theme.code == code), Theme.REACH)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# Choosing ----------------------------------------------------------------------


def _choose_period(at: Here) -> None:
    key = _CHOSEN.format(PERIOD)
    st.session_state[key] = at.span.asked
    st.segmented_control(
        _("期間"),
        list(Asked),
        key=key,
        format_func=lambda asked: _(NAMES[asked]),
        required=True,
        label_visibility="collapsed",
        on_change=_go_to_period,
    )


def _choose_centre(at: Here) -> None:
    key = _CHOSEN.format(CENTRE)
    names = {ALL: _("全センター")} | at.names()
    st.session_state[key] = at.centre
    st.selectbox(
        _("センター"),
        list(names),
        key=key,
        format_func=lambda code: names.get(code, code),
        filter_mode="contains",
        label_visibility="collapsed",
        width=220,
        on_change=_go_to_centre,
    )


def _choose_month(at: Here) -> None:
    key = _CHOSEN.format(MONTH)
    months = _months(clock.today() - timedelta(days=1), at.span.period.first)
    st.session_state[key] = at.span.period.first.replace(day=1)
    st.selectbox(
        _("月"),
        months,
        key=key,
        format_func=fmt.month,
        filter_mode="contains",
        label_visibility="collapsed",
        width=160,
        on_change=_go_to_month,
    )


def _choose_days(at: Here) -> None:
    key = _CHOSEN.format("days")
    period = at.span.period
    st.session_state[key] = (period.first, period.last)
    st.date_input(
        _("期間"),
        key=key,
        format="YYYY/MM/DD",
        max_value=clock.today() - timedelta(days=1),
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


def _go_to_period() -> None:
    asked: Asked = st.session_state[_CHOSEN.format(PERIOD)]
    before = _span(st.query_params).period
    for name in (MONTH, FROM, TO):
        st.query_params.pop(name, None)
    st.query_params[PERIOD] = asked.value
    if asked is Asked.OWN:
        _set_days(before)


def _go_to_centre() -> None:
    st.query_params[CENTRE] = slug(st.session_state[_CHOSEN.format(CENTRE)] or ALL)


def _go_to_month() -> None:
    if month := st.session_state[_CHOSEN.format(MONTH)]:
        st.query_params[MONTH] = f"{month:%Y-%m}"


def _go_to_days() -> None:
    days = st.session_state[_CHOSEN.format("days")]
    if len(days) == 2:  # noqa: PLR2004 - both ends of the range are chosen
        _set_days(Period(*days))


def _set_days(period: Period) -> None:
    st.query_params[FROM] = period.first.isoformat()
    st.query_params[TO] = period.last.isoformat()
