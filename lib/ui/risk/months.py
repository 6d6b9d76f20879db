"""Counts of past months, typed or pasted: enough for a start, never made finer."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions.business_settings import EDITORS
from lib.actions.risks import months
from lib.actions.risks.reading import Reading
from lib.errors import UnreadableFile
from lib.i18n import N_, _
from lib.schema.ids import new_commit_id
from lib.settings.past_counts import GONE, name_of
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, flash
from lib.ui import format as fmt

TYPED: Final = "risk.months"
"""Widget key of the pasted text."""

_PROBLEM: Final = "risk.months:problem"
_ENTRY: Final = "risk.months:entry"
_HEIGHT: Final = 140


def card(desk: UserStore, reading: Reading) -> None:
    """Draw the form and the months that are known."""
    form(desk, reading)
    known = months.months_of(desk, reading.today)
    if not known:
        return
    st.dataframe(
        {
            _("月"): [fmt.month(one.month) for one in known],
            _("件数"): [fmt.number(one.count, unit=N_("件")) for one in known],
            _("使い方"): [
                _("日ごとの記録がない日に分けて使っています")
                if one.counted
                else _("日ごとの記録があるので使っていません")
                for one in known
            ],
        },
        key="risk.months.known",
        hide_index=True,
        alt=_("月ごとの件数"),
    )
    taken_back = f"{name_of(known[0].month)} {GONE}"
    words = _("入れた月を取り消すには「{line}」と書いて入れます。")
    st.caption(inert(words.format(line=taken_back)))


def form(desk: UserStore, reading: Reading, *, is_first: bool = False) -> None:
    """Draw the field for a paste; the months are saved at a press.

    is_first: whether it stands in the start-up card, so that the fold has none.
    """
    if desk.principal.role not in EDITORS:
        return
    if not is_first and _stands_above(reading):
        st.caption(_("上の「すぐに見守りを始めるには」で入れられます。"))
        return
    st.text_area(
        _("過去の月ごとの件数(1行に1か月)"),
        max_chars=LONGEST_TEXT,
        key=TYPED,
        height=_HEIGHT,
        placeholder="2026-04 7\n2026-05 9",
        help=_("センターから連絡を受けた件数です。Excelの2列をそのまま貼れます。"),
        on_change="ignore",
        persist_state="session",
    )
    if problem := st.session_state.get(_PROBLEM):
        st.markdown(f":red[:small[:material/error: {inert(problem)}]]")
    st.button(
        _("この件数を入れる"),
        key="risk.months.keep",
        icon=":material/save:",
        on_click=_keep,
    )
    st.caption(
        _(
            "月の合計は、ふだんの数の目安だけに使います。日ごとの増減は作りません。グラフにも出しません。"
        )
    )


def _stands_above(reading: Reading) -> bool:
    return bool(reading.waiting.days)


def _keep() -> None:
    state = st.session_state
    state.pop(_PROBLEM, None)
    now = clock.now()
    with boundary.attempt():
        try:
            found = months.read(str(state.get(TYPED) or ""), now.date())
        except UnreadableFile as refused:
            state[_PROBLEM] = boundary.message_of(refused)
            return
        entry = state.setdefault(_ENTRY, new_commit_id())
        changed = months.keep(context.desk(), found, now=now, entry=entry)
        for name in (TYPED, _ENTRY):
            state.pop(name, None)
        if changed:
            flash.say(_("{count}か月分を入れました。").format(count=changed))
        else:
            flash.say(_("変わった月はありません。"), "info")
