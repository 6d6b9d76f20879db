"""The imports that were made, each with one button that takes it back."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions import importing
from lib.actions.importing import Run, undoing
from lib.i18n import _
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, flash
from lib.ui import format as fmt
from lib.ui.importing import state

MOST: Final = 8
"""Imports that are listed."""

_ASKED: Final = "import:undo"
_KEPT: Final = "import:kept"


def show(desk: UserStore) -> None:
    """Draw the list; nothing where nothing was imported."""
    _show_kept()
    found = [
        run
        for run in state.runs()
        if undoing.may_undo(run, desk.principal) and run.rows
    ]
    if not found:
        return
    st.subheader(_("これまでの取込"), anchor=False)
    for run in found[:MOST]:
        _line(run)
        if st.session_state.get(_ASKED) == run.id:
            _undo(desk, run)


def _line(run: Run) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container():
            st.markdown(f"**{inert(run.file)}**")
            words = [fmt.moment(run.at), run.by, _counts(run)]
            st.caption(inert(" · ".join(words)))
            if len(run.sittings) > 1 and not run.undone:
                st.caption(
                    ":material/info: "
                    + _(
                        "同じファイルを{count}回に分けて取り込みました({times})。取り消すと、すべての回の行が戻ります。"
                    ).format(
                        count=len(run.sittings),
                        times=fmt.listed(map(fmt.short_moment, run.sittings)),
                    )
                )
        if run.undone:
            st.badge(_("取り消し済み"), color="gray")
            return
        st.button(
            _("この取込を取り消す"),
            key=f"import:undo:{run.id}",
            icon=":material/undo:",
            on_click=_ask,
            args=(run.id,),
        )


def _counts(run: Run) -> str:
    words = {
        "complaints": _("苦情台帳{count}件").format(
            count=fmt.number(run.count("complaints"))
        ),
        "kpi_days": _("日次KPI{count}日").format(
            count=fmt.number(run.count("kpi_days"))
        ),
    }
    return fmt.listed(text for code, text in words.items() if run.count(code))


def _ask(run: str) -> None:
    st.session_state[_ASKED] = run
    st.session_state.pop(_KEPT, None)


def _undo(desk: UserStore, run: Run) -> None:
    st.session_state.pop(_ASKED)
    with boundary.page_boundary():
        bar = st.progress(0.0, _("取り消しています…"))

        def moved(at: int, of: int) -> None:
            bar.progress(at / of if of else 1.0, _("取り消しています…"))

        done = importing.undo(
            desk, state.system(), run, now=clock.now(), progress=moved
        )
        if done.kept:
            st.session_state[_KEPT] = (run.file, undoing.counted(done.kept))
        state.forget_file()
        flash.say(_("取り消しました: {count}行").format(count=len(done.writes)))
        st.rerun()


def _show_kept() -> None:
    """Say which rows stayed, until the next import or undoing."""
    if _KEPT not in st.session_state:
        return
    file, kept = st.session_state[_KEPT]
    with st.container(border=True):
        st.markdown(
            ":material/info: **"
            + _("「{file}」のうち、次の行はそのまま残しました。").format(
                file=inert(file)
            )
            + "**"
        )
        for why, keys in kept.items():
            st.markdown(f"{_(why)} ({len(keys):,})")
            st.text(fmt.listed(keys[:30]))
