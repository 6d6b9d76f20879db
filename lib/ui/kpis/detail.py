"""One figure: how it was made, day by day, and the very rows behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

import pandas as pd
import streamlit as st

from lib import clock
from lib.actions.business_settings import EDITORS
from lib.actions.kpi_cards import beside, card_of, told
from lib.actions.kpi_targets import AIMED
from lib.actions.kpi_views import behind_of, spread_of
from lib.actions.searching import case_code, slug
from lib.i18n import _, current
from lib.metrics.behind import Behind, Gap
from lib.metrics.counts import label_of
from lib.metrics.deterrence import NEVER_ALONE
from lib.metrics.kpi_themes import is_of_company, theme_of
from lib.metrics.kpis import Figure, Kpi, Spread
from lib.schema.kpi_day import COMPANY
from lib.schema.tables import KEY_SEPARATOR, table
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import navigation, picked
from lib.ui import table as tables
from lib.ui.filters import product_names
from lib.ui.kpis import charts, conscience, look, measures
from lib.ui.kpis.address import (
    CENTRE,
    FIGURE,
    PAGE,
    TARGETS,
    THEME,
    VIEW,
    Here,
    before_text,
    days_text,
)
from lib.ui.table import Grid

MOST_ROWS: Final = 200
"""Rows shown of those behind a figure; the count says how many there are."""

MOST_GAPS: Final = 12

_GRIDS: Final[Mapping[str, tuple[str, ...]]] = {
    "complaints": (
        "id",
        "received_at",
        "severity",
        "status",
        "product_code",
        "category",
    ),
    "agency_inquiries": (
        "id",
        "first_contact_at",
        "agency_name",
        "product_code",
        "category",
        "status",
    ),
}
_OPENS: Final = {"complaints": "ledger", "agency_inquiries": "inquiries"}


def show(desk: UserStore, at: Here, entry: Figure, now: datetime) -> None:
    """Draw one figure with everything behind it."""
    back = at.query(**{THEME: theme_of(entry).code})
    navigation.link(PAGE, _("一覧へ戻る"), icon=":material/arrow_back:", **back)
    _headline(desk, at, entry, now)
    if entry.code in NEVER_ALONE:
        conscience.card(desk, at, now)
    if isinstance(entry, Spread):
        _spread(desk, at, entry, now)
        return
    one = cast("Kpi", entry)
    found = behind_of(desk, one, at.span.period, now, at.centre)
    left, right = st.columns([7, 5])
    with left, st.container(border=True, height="stretch"):
        st.markdown(f"**{inert(_('日ごとの推移'))}**")
        charts.course(desk, at, one, now)
        measures.panel(desk, at, at.span.drawn)
    with right, st.container(border=True, height="stretch"):
        _formula(one, found)
    _by_centre(desk, at, one, now)
    _left_out(desk, at, found)
    for code, keys in found.rows.items():
        _rows(desk, at, code, keys, found)


def may_see(desk: UserStore, at: Here, entry: Figure) -> bool:
    """Whether this person can be told of a figure, for the centre shown."""
    return entry in told(desk, theme_of(entry), at.centre)


# The value ---------------------------------------------------------------------


def _headline(desk: UserStore, at: Here, entry: Figure, now: datetime) -> None:
    card = card_of(desk, entry, at.span, now, at.centre)
    change, colour, arrow = look.change(entry, card.value.number, card.before)
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(look.name_of(entry), anchor=False, width="content")
            if card.lamp is not None:
                st.markdown(look.badge(card.lamp), width="content")
            if target := look.target_text(entry, card.target):
                st.markdown(inert(target), width="content")
            _way_to_targets(desk, at, entry)
        st.metric(
            look.name_of(entry),
            look.value_text(entry, card.value.number),
            label_visibility="collapsed",
            delta=change,
            delta_color=colour,
            delta_arrow=arrow,
            delta_description=before_text(at) if change else None,
        )
        whose = at.centre_name or _("全センター")
        st.caption(inert(f"{days_text(at)} · {whose}"))
        for reason in (card.lack, card.note):
            if reason is not None:
                st.caption(inert(reason.text()))
        if card.lamp is not None:
            st.caption(look.why(card.lamp))


def _way_to_targets(desk: UserStore, at: Here, entry: Figure) -> None:
    if desk.principal.role in EDITORS and entry in AIMED:
        navigation.link(
            PAGE,
            _("目標を変える"),
            icon=":material/flag:",
            **at.query(**{VIEW: TARGETS, FIGURE: entry.code}),
        )


def _formula(entry: Kpi, found: Behind) -> None:
    st.markdown(f"**{inert(_('計算のしかた'))}**")
    st.write(inert(_(entry.words)))
    lines = [found.symbol]
    if found.filled:
        lines.append(f"= {found.filled}")
        lines.append(f"= {look.value_text(entry, found.value.number)}")
    st.code("\n".join(lines), language=None, wrap_lines=True)
    if method := look.method_text(found.method):
        st.caption(inert(method))
    if entry.lowest:
        st.caption(_("期間のうち、最も低かった1日の数です。"))
    st.caption(inert(_(entry.edge)))
    st.caption(
        inert(
            _("出典: {origin}(式の版 {version})").format(
                origin=_(entry.origin), version=entry.version
            )
        )
    )
    st.caption(_("{count}日分(センターと日の組)から").format(count=found.value.days))


def _by_centre(desk: UserStore, at: Here, entry: Kpi, now: datetime) -> None:
    """Draw the figure of each centre with the way to it."""
    if at.centre or len(at.centres) < 2 or is_of_company(entry):  # noqa: PLR2004
        return
    found = beside(desk, entry, at.span, now)
    with st.container(border=True):
        st.markdown(f"**{inert(_('センターごと'))}**")
        if found.note is not None:
            st.caption(inert(found.note.text()))
        with st.container(horizontal=True, gap="medium"):
            for centre in at.centres:
                label = inert(centre.name)
                if found.values is not None:
                    value = found.values[centre.code].number
                    shape = look.shape_of(found.lamps.get(centre.code))
                    label = f"{label} {shape} {inert(look.value_text(entry, value))}"
                query = at.query(**{CENTRE: slug(centre.code), FIGURE: entry.code})
                navigation.link(PAGE, label, icon=":material/headset_mic:", **query)


# Times of cases ----------------------------------------------------------------


def _spread(desk: UserStore, at: Here, entry: Spread, now: datetime) -> None:
    found = spread_of(desk, entry, at.span.period, now, at.centre)
    left, right = st.columns([7, 5])
    with left, st.container(border=True, height="stretch"):
        st.markdown(f"**{inert(_('1件ずつの長さ'))}**")
        charts.cases(desk, at, entry, now)
    with right, st.container(border=True, height="stretch"):
        st.markdown(f"**{inert(_('計算のしかた'))}**")
        st.write(inert(_(entry.words)))
        st.code(entry.symbol(), language=None, wrap_lines=True)
        st.write(
            inert(
                _(
                    "終わった{count}件: 半分が{median}まで、9割が{most}までに終わりました。"
                ).format(
                    count=len(found.cases),
                    median=look.value_text(entry, found.median),
                    most=look.value_text(entry, found.most),
                )
            )
        )
        st.caption(
            inert(
                _("まだ終わっていない{count}件、いちばん古いものは{oldest}。").format(
                    count=len(found.waiting),
                    oldest=look.value_text(entry, found.oldest),
                )
            )
        )
        st.caption(inert(_(entry.edge)))
        st.caption(
            inert(
                _("出典: {origin}(式の版 {version})").format(
                    origin=_(entry.origin), version=entry.version
                )
            )
        )
    for title, keys in (
        (_("終わった件(長い順)"), found.cases),
        (_("まだ終わっていない件(古い順)"), found.waiting),
    ):
        _case_rows(desk, "complaints", keys, title)


# Days left out -----------------------------------------------------------------


def _left_out(desk: UserStore, at: Here, found: Behind) -> None:
    if not found.gaps:
        return
    with st.container(border=True):
        title = _("計算から除いた日 {count}").format(count=len(found.gaps))
        st.markdown(f"**{inert(title)}**")
        for gap in found.gaps[:MOST_GAPS]:
            _gap(desk, at, gap)
        if len(found.gaps) > MOST_GAPS:
            st.caption(_("ほか{count}日").format(count=len(found.gaps) - MOST_GAPS))


def _gap(desk: UserStore, at: Here, gap: Gap) -> None:
    place = _centre_name(at, gap.centre)
    words = f"{fmt.full_day(gap.day)} {place}".strip()
    why = (
        _("空欄: {names}").format(names=fmt.listed(_(label_of(n)) for n in gap.blank))
        if gap.blank
        else _("数のつじつまが合いません(引く数の方が多い)。")
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if gap.key and _may_open(desk, "kpi_entry"):
            query = {"centre": slug(gap.centre), "date": gap.day.isoformat()}
            navigation.link("kpi_entry", inert(words), **query)
        else:
            st.text(words, width="content")
        st.caption(inert(why), width="content")


# The rows behind ---------------------------------------------------------------


def _rows(
    desk: UserStore, at: Here, code: str, keys: Sequence[str], found: Behind
) -> None:
    if code == "kpi_days":
        _days(desk, at, keys, found)
        return
    _case_rows(desk, code, keys, _(table(code).tab))


def _days(desk: UserStore, at: Here, keys: Sequence[str], found: Behind) -> None:
    """Draw the days that were counted; a press opens the day."""
    names = tuple(
        part.column
        for part in found.parts
        if part.column in table("kpi_days").record.model_fields
    )
    name = ("kpi day rows", found.entry.code, tuple(keys), names, current())
    rows = desk.derived(name, lambda: _day_table(desk, at, keys, names))
    title = _("もとの日次KPI {count}行").format(count=len(keys))
    with st.container(border=True):
        st.markdown(f"**{inert(title)}**")
        if rows.empty:
            return
        place = _pick(rows, f"kpis.days.{found.entry.code}", title)
        if len(keys) > MOST_ROWS:
            st.caption(_("新しい{count}行を出しています。").format(count=MOST_ROWS))
    if place is not None and _may_open(desk, "kpi_entry"):
        day, _between, centre = keys[place].partition(KEY_SEPARATOR)
        navigation.go("kpi_entry", centre=slug(centre), date=day)


def _day_table(
    desk: UserStore, at: Here, keys: Sequence[str], names: tuple[str, ...]
) -> pd.DataFrame:
    frame = desk.frame("kpi_days")
    shown = [key for key in keys[:MOST_ROWS] if key in frame.index]
    rows = frame.loc[shown]
    columns: dict[str, Any] = {
        _("日付"): [fmt.full_day(day) for day in rows["date"].dt.date],
        _("センター"): [_centre_name(at, code) for code in rows["centre"]],
    }
    for name in names:
        columns[_(label_of(name))] = rows[name].to_numpy(
            "float64", na_value=float("nan")
        )
    columns[_("特記事項")] = rows["note"].tolist()
    return pd.DataFrame(columns)


def _case_rows(desk: UserStore, code: str, keys: Sequence[str], title: str) -> None:
    """Draw complaints or contacts; a press opens one."""
    page = _OPENS.get(code)
    if not keys or page is None:
        return
    name = ("kpi case rows", code, tuple(keys[:MOST_ROWS]), current())
    rows = desk.derived(name, lambda: _case_table(desk, code, keys))
    words = _("{what} {count}件").format(what=title, count=len(keys))
    with st.container(border=True):
        st.markdown(f"**{inert(words)}**")
        place = _pick(rows, f"kpis.rows.{code}.{title}", words)
        if len(keys) > MOST_ROWS:
            st.caption(_("はじめの{count}行を出しています。").format(count=MOST_ROWS))
    if place is not None and _may_open(desk, page):
        key = keys[place]
        query = {"case": key} if page == "ledger" else {"inquiry": case_code(key)}
        navigation.go(page, **query)


def _case_table(desk: UserStore, code: str, keys: Sequence[str]) -> pd.DataFrame:
    frame = desk.frame(code)
    shown = [key for key in keys[:MOST_ROWS] if key in frame.index]
    place = table(code)
    grid = Grid(place, _GRIDS[code], {"product_code": product_names(desk)})
    rows = tables.display(grid, frame.loc[shown], clock.now())
    labels = {name: _(place.field(name).label) for name in _GRIDS[code]}
    return rows.rename(columns=labels)


def _pick(rows: pd.DataFrame, key: str, alt: str) -> int | None:
    """Draw rows and return the place of the one that was pressed."""
    found = st.dataframe(
        rows,
        key=key,
        hide_index=True,
        height=min(38 * (len(rows) + 1), 420),
        row_height=38,
        selection_mode="single-cell",
        on_select="rerun",
        alt=alt,
    )
    cell = picked.cell(found, len(rows))
    return cell[0] if cell else None


def _centre_name(at: Here, code: str) -> str:
    return _(COMPANY) if code == COMPANY else at.names().get(code, code)


def _may_open(desk: UserStore, code: str) -> bool:
    return desk.principal.role in navigation.entry(code).roles
