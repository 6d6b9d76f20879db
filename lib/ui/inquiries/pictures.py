"""Two quiet pictures: the step on which a matter stands, and who stands behind whom."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from lib.actions.inquiries.ladder import NEXT, Rung
from lib.i18n import N_, _
from lib.schema.vocab import AgencyKind
from lib.settings import scripts
from lib.store.access import UserStore
from lib.text import inert
from lib.ui.setting_texts import words

_BOX: Final = (
    "border:1px solid color-mix(in srgb,currentColor 22%,transparent);"
    "border-radius:.5rem;padding:.3rem .6rem;font-size:.85rem;line-height:1.35;"
)
_HERE: Final = (
    "border-color:currentColor;border-left-width:4px;font-weight:700;"
    "background:color-mix(in srgb,currentColor 8%,transparent);"
)
_QUIET: Final = "opacity:.72;"


def ladder(rung: Rung) -> None:
    """Draw the five steps, the highest on top, with the one on which we stand."""
    st.markdown(f"**:material/stairs: {inert(_('いまの段'))}**")
    steps = "".join(_step(step, rung) for step in reversed(Rung))
    # nosemgrep: html-with-data - names of an enumeration, escaped
    st.html(f'<div role="list" style="display:grid;gap:.25rem">{steps}</div>')
    st.caption(inert(_(NEXT[rung])))


def _step(step: Rung, here: Rung) -> str:
    is_here = step is here
    style = _BOX + (_HERE if is_here else _QUIET)
    indent = f"margin-left:{(step.height - 1) * 0.45:.2f}rem;"
    mark = f"<span style='float:right'>◀ {escape(_('いまここ'))}</span>"
    text = f"{step.height} {escape(_(step.value))}"
    return (
        f'<div role="listitem" style="{style}{indent}">'
        f"{text}{mark if is_here else ''}</div>"
    )


_FRONT: Final = (AgencyKind.CONSUMER_CENTRE, AgencyKind.NATIONAL_CENTRE)
_BEHIND: Final = (
    AgencyKind.CONSUMER_AGENCY,
    AgencyKind.PREFECTURE,
    AgencyKind.HEALTH_OFFICE,
    AgencyKind.POLICE,
    AgencyKind.OTHER_MINISTRY,
)
_BESIDE: Final = (
    AgencyKind.QUALIFIED_GROUP,
    AgencyKind.BAR_OR_ADR,
    AgencyKind.PRESS,
)
_RECORDS: Final = N_(
    "相談の記録(PIO-NET)。年90万件以上が、センター・国センと15の中央省庁で共有されます"
)


def behind(desk: UserStore, kind: AgencyKind | None) -> None:
    """Draw who stands behind whom (R3, R4), with who is calling."""
    arrow = '<div style="text-align:center;opacity:.6;line-height:1">↓</div>'
    record = f'<div style="{_BOX}{_QUIET}">{escape(_(_RECORDS))}</div>'
    # nosemgrep: html-with-data - names of an enumeration, escaped
    st.html(
        '<div style="display:grid;gap:.3rem">'
        f"{_title(N_('相談を受けて連絡してくる'))}{_row(_FRONT, kind)}{arrow}{record}"
        f"{arrow}{_title(N_('記録を見ている'))}{_row(_BEHIND, kind)}"
        f"{_title(N_('重なると動く'))}{_row(_BESIDE, kind)}</div>"
    )
    count = words(desk, scripts.QUALIFIED_GROUPS)
    said = _(
        "国民生活センターを所管するのは消費者庁で、措置命令を出すのも消費者庁です。適格消費者団体({count})は差止めを求められます。連絡が一件来た時点で、相談はもう記録されています。慌てず、事実を確かめて答えれば足ります。"
    ).format(count=count)
    st.caption(inert(said))


def _title(words: str) -> str:
    return f'<div style="font-size:.75rem;opacity:.72">{escape(_(words))}</div>'


def _row(kinds: tuple[AgencyKind, ...], here: AgencyKind | None) -> str:
    boxes = "".join(
        f'<div style="{_BOX}{_HERE if kind is here else _QUIET}">'
        f"{'▶ ' if kind is here else ''}{escape(_(kind.value))}</div>"
        for kind in kinds
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:.3rem">{boxes}</div>'
