"""Every improvement, by how far it has come, with what its figure says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

import streamlit as st

from lib.actions.improving import listing, wording
from lib.actions.improving.figures import Against
from lib.actions.improving.judging import Told, told_of
from lib.actions.improving.targets import TARGETS, target_of
from lib.i18n import N_, _
from lib.metrics.effects import Verdict
from lib.schema.learning import Improvement
from lib.schema.vocab import ImprovementStatus
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import navigation
from lib.ui.improvements import address, picture, proposing, words

Colour = Literal["normal", "inverse", "off"]

STATE: Final = "improvements.state"
OWNER: Final = "improvements.owner"
FIGURE: Final = "improvements.figure"
LATE: Final = "improvements.late"

SHOWN: Final = 24
_WAYS: Final = (
    ("analysis", N_("苦情の内訳から見つける"), ":material/bar_chart:"),
    ("problems", N_("多発している問題から見つける"), ":material/hub:"),
    ("inspections", N_("毎月の点検から見つける"), ":material/checklist:"),
)


def show(desk: UserStore, now: datetime) -> None:
    """Draw how to begin one, the choice of what to see, and the improvements."""
    every = listing.improvements(desk)
    proposing.button(desk, "board", title="", label=_("改善を書く"))
    if not every:
        _empty(desk)
        return
    chosen = _chosen(every, now)
    if not chosen:
        st.caption(_("この条件の改善はありません。"))
    for state in listing.ORDER:
        own = [one for one in chosen if one.status is state]
        if own:
            _section(desk, state, own, now)


def _empty(desk: UserStore) -> None:
    with st.container(border=True):
        st.subheader(_("まだ改善がありません"), anchor=False)
        st.write(
            _(
                "苦情の多いところを一つ選び、何を変えるか、どの数字を動かすかを書くと、28日前と後を比べて効いたかどうかをお知らせします。"
            )
        )
        with st.container(horizontal=True):
            for code, label, icon in ways(desk):
                navigation.link(code, label, icon=icon)


def ways(desk: UserStore) -> list[tuple[str, str, str]]:
    """Return the pages where improvements are found, that this person may open."""
    known = {page.code for page in navigation.pages_for(desk.principal.role)}
    return [(code, _(label), icon) for code, label, icon in _WAYS if code in known]


def _chosen(every: Sequence[Improvement], now: datetime) -> list[Improvement]:
    states = [state for state in listing.ORDER if _count(every, state)]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        wanted = st.pills(
            _("状態"),
            states,
            key=STATE,
            selection_mode="multi",
            format_func=lambda state: f"{fmt.choice(state)} {_count(every, state)}",
            label_visibility="collapsed",
            persist_state="session",
            wrap=True,
        )
        late = st.toggle(_("期限超過だけ"), key=LATE, persist_state="session")
    left, right = st.columns(2)
    owners = sorted({one.owner for one in every if one.owner})
    owner = left.selectbox(
        _("担当"),
        owners,
        index=None,
        key=OWNER,
        placeholder=_("全員"),
        filter_mode="contains",
        persist_state="session",
    )
    figure = right.selectbox(
        _("動かす数字"),
        [target.code for target in TARGETS],
        index=None,
        key=FIGURE,
        placeholder=_("すべて"),
        format_func=lambda code: _(_name(code)),
        filter_mode="contains",
        persist_state="session",
    )
    shown = wanted or [s for s in states if s is not ImprovementStatus.CANCELLED]
    return [
        one
        for one in every
        if one.status in shown
        and owner in (None, one.owner)
        and (figure is None or target_of(one.target_figure) is target_of(figure))
        and (not late or listing.is_late(one, now.date()))
    ]


def _name(code: str) -> str:
    found = target_of(code)
    return found.name if found else code


def _count(every: Sequence[Improvement], state: ImprovementStatus) -> int:
    return sum(one.status is state for one in every)


def _section(
    desk: UserStore,
    state: ImprovementStatus,
    own: Sequence[Improvement],
    now: datetime,
) -> None:
    st.markdown(f"#### {words.ICONS[state]} {inert(fmt.choice(state))} {len(own)}")
    with st.grid(min_column_width=330, gap="small"):
        for one in own[:SHOWN]:
            _card(desk, one, now)
    if len(own) > SHOWN:
        st.caption(_("ほか{count}件").format(count=len(own) - SHOWN))


def _card(desk: UserStore, one: Improvement, now: datetime) -> None:
    told = told_of(desk, one, now)
    with st.container(border=True, gap="xsmall", height="stretch"):
        address.link(f"**{inert(one.title)}**", one.id)
        st.markdown(
            f"{words.badges(one, now.date())} "
            f":small[:gray[{inert(words.who_and_when(one))}]]"
        )
        _figure(desk, one, told, now)
        if verdict := words.verdict(told, one):
            st.markdown(f":small[{verdict}]")


def _figure(desk: UserStore, one: Improvement, told: Told, now: datetime) -> None:
    """Draw the figure after against before, with its weeks; only its name before."""
    if told.target is None:
        return
    name = wording.name_text(told.target, told.against)
    found, against = told.judged, told.against
    if found is None or against is None:
        st.markdown(f":small[:gray[{inert(name)}]]")
        return
    begun = found.after if found.after.days else found.before
    decided = found.verdict in (Verdict.IMPROVED, Verdict.WORSENED)
    usual: Colour = "inverse" if told.target.less_is_better else "normal"
    st.metric(
        inert(name),
        wording.short_text(told.target, begun, against),
        delta=_change(told),
        delta_color=usual if decided else "off",
        delta_description=_("前28日 {rate}").format(
            rate=wording.short_text(told.target, found.before, against)
        ),
        border=False,
    )
    picture.show_small(desk, one, now)


def _change(told: Told) -> str | None:
    """Return the change from before to after as it is, in percent or points."""
    found = told.judged
    if found is None or told.target is None or told.against is None:
        return None
    before = wording.number_of(told.target, found.before, told.against)
    after = wording.number_of(told.target, found.after, told.against)
    if before is None or after is None:
        return None
    if told.against is Against.CASES:
        return f"{after - before:+.1f}pt"
    return f"{(after / before - 1) * 100:+.0f}%" if before else None
