"""Did we know? The complaints that may be meant, each with reasons and one press."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import streamlit as st

from lib.actions.inquiries.matching import Found, Likeness
from lib.actions.permissions import may
from lib.actions.searching import case_code
from lib.errors import NotAllowed
from lib.i18n import _
from lib.schema.complaint import Complaint
from lib.schema.vocab import Match
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import format as fmt
from lib.ui import navigation
from lib.ui.case import archived

_COLOURS: Final = {
    Likeness.SAME: "green",
    Likeness.LIKELY: "blue",
    Likeness.SIMILAR: "gray",
}
_SHAPES: Final = {Likeness.SAME: "●", Likeness.LIKELY: "◐", Likeness.SIMILAR: "○"}


@dataclass(frozen=True, slots=True)
class Presses:
    """What the buttons do: this one, none of them, ask again."""

    same: Callable[[str], None]
    none: Callable[[], None]
    again: Callable[[], None]


def offered(
    desk: UserStore, found: Sequence[Found], presses: Presses | None, *, prefix: str
) -> None:
    """Draw what was found, to be pressed.

    presses: None for people who may only read. prefix: of the widgets' keys.
    """
    st.markdown(f"**:material/person_search: {inert(_('先に知っていたか'))}**")
    if not found:
        words = _("似た苦情は、まだ見つかりません。分かったことを足すと探し直します。")
        st.caption(inert(words))
    for one in found:
        _candidate(desk, one, presses, prefix)
    if presses:
        st.button(
            _("該当なし"),
            key=f"{prefix}:none",
            icon=":material/block:",
            help=_(
                "先に受けた苦情の中に、同じ件がないと確かめたとき。あとで変えられます。"
            ),
            on_click=presses.none,
        )


def settled(
    desk: UserStore, complaint_id: str, presses: Presses | None, *, prefix: str
) -> None:
    """Draw what was pressed: this complaint, or ("") none of them; with the way back."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = inert(_("先に知っていたか"))
        st.markdown(f":small[:gray[{title}]]", width="content")
        if complaint_id:
            st.markdown(
                f":green-badge[● {inert(fmt.choice(Match.FOUND))}]", width="content"
            )
            icon = ":material/link:"
            code = case_code(complaint_id)
            navigation.link("ledger", inert(complaint_id), icon=icon, case=code)
        else:
            words = _("先に受けた苦情の中にはありません。")
            st.markdown(
                f":gray-badge[○ {inert(fmt.choice(Match.NONE))}] {inert(words)}",
                width="content",
            )
        if presses:
            st.button(
                _("選び直す"),
                key=f"{prefix}:again",
                type="tertiary",
                icon=":material/undo:",
                on_click=presses.again,
            )
    if complaint_id:
        case = _case(desk, complaint_id)
        st.caption(_about(case) if case else inert(_absent(desk, complaint_id)))


def _absent(desk: UserStore, complaint_id: str) -> str:
    """Return why the complaint does not stand in the ledger."""
    if complaint_id in desk.archive_index().index:
        return _("この苦情は保管済みです。番号から開いて読めます。")
    return _("この番号の苦情は見つかりません。")


def _candidate(
    desk: UserStore, one: Found, presses: Presses | None, prefix: str
) -> None:
    case = _case(desk, one.number)
    if case is None and not one.put_away:
        return
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            likeness = one.likeness
            words = f"{_SHAPES[likeness]} {_(likeness.value)}"
            st.markdown(f":{_COLOURS[likeness]}-badge[{inert(words)}]", width="content")
            navigation.link("ledger", inert(one.number), case=case_code(one.number))
            if not case:
                st.markdown(f":gray-badge[{inert(_('保管済み'))}]", width="content")
        st.caption(_about(case) if case else inert(fmt.moment(one.put_away)))
        why = fmt.listed(reason.text() for reason in one.reasons)
        st.caption(f":material/check_small: {inert(why)}")
        if presses:
            key = f"{prefix}:same:{one.number}"
            _same(desk, one, presses, key, is_away=case is None)


def _same(
    desk: UserStore, one: Found, presses: Presses, key: str, *, is_away: bool
) -> None:
    """Draw the press that links it; what is put away has to come back first."""
    if not is_away:
        st.button(
            _("この件です"),
            key=key,
            icon=":material/link:",
            on_click=presses.same,
            args=(one.number,),
        )
    elif may(desk.principal, "archive.run"):
        st.button(
            _("保管から戻して、この件とつなぐ"),
            key=key,
            icon=":material/unarchive:",
            on_click=archived.bring_back,
            args=(one.number, presses.same),
        )
    else:
        words = _(
            "保管済みの苦情です。管理者かマネージャーが保管から戻すと、つなげます。"
        )
        st.caption(inert(words))


def in_a_line(desk: UserStore, one: Found, presses: Presses, *, prefix: str) -> None:
    """Draw one candidate in a line of its own, to be pressed."""
    case = _case(desk, one.number)
    if case is None and not one.put_away:
        return
    words = f"{_SHAPES[one.likeness]} {_(one.likeness.value)}"
    why = fmt.listed(reason.text() for reason in one.reasons)
    told = one_line(case.content, 28) if case else _("保管済み")
    about = f"{one.number} {told} ({why})"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":{_COLOURS[one.likeness]}-badge[{inert(words)}] :small[{inert(about)}]",
            width="stretch",
        )
        _same(desk, one, presses, f"{prefix}:best", is_away=case is None)


def _about(case: Complaint) -> str:
    said: list[Any] = [
        fmt.moment(case.received_at),
        fmt.choice(case.severity),
        fmt.choice(case.status),
    ]
    return f"{inert(' · '.join(said))}  \n{inert(one_line(case.content, 60))}"


def _case(desk: UserStore, number: str) -> Complaint | None:
    try:
        return cast("Complaint", desk.record("complaints", number))
    except NotAllowed:
        return None
