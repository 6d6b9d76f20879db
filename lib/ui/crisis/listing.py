"""All crises: the open ones to be worked, the past ones to learn from, or how to begin."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from lib.actions.crises import reading
from lib.actions.crises.reading import Board
from lib.i18n import N_, _
from lib.schema.crisis import Crisis
from lib.schema.vocab import CrisisKind
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import navigation
from lib.ui.crisis import opening, words

_WHEN = {
    CrisisKind.LEAK: N_(
        "名前・住所・カード番号などが、ほかの人に渡ったか、渡ったおそれがある。"
    ),
    CrisisKind.ACCIDENT: N_(
        "けが・火災・異物混入など、同じ商品でほかの人にも起こりうる。"
    ),
    CrisisKind.MISTAKE: N_("誤送金・二重請求・誤配信など、当社の手違いで損害が出た。"),
}


def show(desk: UserStore, now: datetime) -> None:
    """Draw the open crises and the past ones; where there is none, when to open one."""
    st.title(_("重大事案"), anchor=False)
    st.caption(
        inert(
            _(
                "大きな苦情ほど、落ち着いて順に進めます。迅速に、誠実に、隠さず、専門家に聞き、繰り返さない。"
            )
        )
    )
    if opening.is_open():
        opening.form(desk)
        return
    boards = reading.boards(desk, now)
    for board in boards:
        _card(board, now)
    past = reading.past(desk)
    if not boards:
        _nothing(is_first=not past)
    opening.button(kind="secondary" if boards else "primary")
    if past:
        _past(past, now)


def _card(board: Board, now: datetime) -> None:
    crisis, progress = board.crisis, board.progress(now)
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            navigation.link("crisis", f"**{inert(crisis.title)}**", crisis=crisis.id)
            kind = inert(fmt.choice(crisis.kind))
            st.markdown(f":violet-badge[■ {kind}]", width="content")
        said = [
            words.since_known(crisis, now),
            f"{_('責任者')} {crisis.leader or _('なし')}",
            words.progress_words(progress),
        ]
        st.caption(inert(" · ".join(said)))
        if progress.total:
            st.progress(progress.done / progress.total)


def _nothing(*, is_first: bool) -> None:
    with st.container(border=True):
        words_of = _("いま開いている重大事案はありません。")
        st.markdown(f"**:material/task_alt: {inert(words_of)}**")
        if not is_first:
            return
        st.write(
            inert(
                _(
                    "次のようなことが起きたら、ここで開きます。すること・担当・期限が一覧になり、法定の期限も始まります。"
                )
            )
        )
        st.markdown(
            "\n".join(
                f"- **{inert(_(kind.value))}**: {inert(_(when))}"
                for kind, when in _WHEN.items()
            )
        )


def _past(crises: tuple[Crisis, ...], now: datetime) -> None:
    st.subheader(_("これまでの重大事案"), anchor=False)
    for crisis in crises:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(words.status_badge(crisis), width="content")
            navigation.link(
                "crisis", inert(crisis.title or crisis.id), crisis=crisis.id
            )
            said = [
                # A sheet may lack what no record made by the app does.
                fmt.full_day(crisis.known_at.date()) if crisis.known_at else "",
                fmt.choice(crisis.kind) if crisis.kind else "",
                words.since_known(crisis, now)
                if crisis.known_at and crisis.closed_at
                else "",
            ]
            st.caption(inert(" · ".join(s for s in said if s)), width="content")
