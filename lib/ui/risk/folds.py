"""What stands folded below: drawn only where it is open, for who wants to know more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from lib.actions.risks.reading import Reading
from lib.i18n import N_, _
from lib.store.access import UserStore
from lib.ui.risk import (
    acting,
    answering,
    charts,
    details,
    months,
    replaying,
    strictness,
)

Draw = Callable[[UserStore, Reading], None]

FOLDS: Final[tuple[tuple[str, str, Draw], ...]] = (
    ("beside", N_("応答率と連絡を同じ時間軸で見る"), answering.beside),
    ("past", N_("これまでの警報と誤報"), acting.past),
    ("replay", N_("過去の期間で試す(警報はいつ出ていたか)"), replaying.card),
    ("alertness", N_("警戒度の動き"), charts.alertness),
    ("strictness", N_("感度(敏感・標準・慎重)"), strictness.card),
    ("months", N_("過去の月ごとの件数"), months.card),
    ("details", N_("くわしく(数字と計算のしかた)"), details.card),
)
"""Code, title and content of each, in the order of the page."""


def show(desk: UserStore, reading: Reading) -> None:
    """Draw the folds and what is inside the open ones."""
    for code, title, draw in FOLDS:
        folder = st.expander(_(title), key=f"risk.fold.{code}", on_change="rerun")
        if folder.open:
            with folder:
                draw(desk, reading)
