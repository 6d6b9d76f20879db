"""How like cases were settled before, beside a call and beside an open case."""

from __future__ import annotations

import hashlib
from typing import Final

import streamlit as st

from lib import clock
from lib.actions.complaints import Preview
from lib.actions.knowledge import past, searching
from lib.actions.knowledge.searching import Lesson
from lib.actions.permissions import may
from lib.i18n import _
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import navigation
from lib.ui.knowledge import words

PAGE: Final = "knowledge"
ENOUGH: Final = 8
"""Letters of 内容 from which something can be like it."""

_LAST: Final = "knowledge.precedents"


def beside_the_call(desk: UserStore, found: Preview) -> None:
    """Draw at most three precedents of what is typed; nothing while there is none.

    They are looked for once for each text, and never while an index is being made.
    """
    entry = found.entry
    long_enough = len(entry.content.strip()) >= ENOUGH
    if not (
        long_enough or (entry.claim_type and entry.product_code != UNKNOWN_PRODUCT)
    ):
        return
    if not may(desk.principal, "open.knowledge") or not past.is_at_hand(desk):
        return
    lessons = _looked_for(desk, entry.content, entry.product_code, entry.claim_type)
    if not lessons:
        return
    with st.container(border=True, gap="small"):
        st.markdown(f"**:material/lightbulb: {inert(_('似た件の解決'))}**")
        _draw(lessons)


def on_case(desk: UserStore, case: Complaint) -> None:
    """Draw the fold with the precedents of an open case; looked for when it is opened."""
    if not may(desk.principal, "open.knowledge"):
        return
    if not case.is_open:
        _way_to_it(case)
        return
    folder = st.expander(
        _("似た件の解決"),
        icon=":material/lightbulb:",
        key=f"knowledge.of:{case.id}",
        on_change="rerun",
    )
    if not folder.open:
        return
    with folder:
        if not past.is_at_hand(desk):
            st.caption(
                inert(_("過去の解決を読み込んでいます。少しして開き直してください。"))
            )
            return
        lessons = searching.like(desk, case, clock.now())
        if lessons:
            _draw(lessons)
        else:
            st.caption(inert(_("似た件はまだありません。")))


def _way_to_it(case: Complaint) -> None:
    if case.resolution is not None:
        navigation.link(
            PAGE,
            _("この解決を共有する・文書にする"),
            icon=":material/lightbulb:",
            case=case.id,
        )


def _draw(lessons: tuple[Lesson, ...]) -> None:
    for lesson in lessons:
        st.markdown(words.brief(lesson))
        navigation.link(
            PAGE,
            inert(lesson.number),
            icon=":material/open_in_new:",
            case=lesson.number,
        )


def _looked_for(
    desk: UserStore, content: str, product: str, claim: str
) -> tuple[Lesson, ...]:
    """Return what was found for this text last, or look for it.

    It stays in the person's own session: what is typed is in no cache of others.
    """
    typed = hashlib.blake2b(
        content.encode("utf-8", "replace"), digest_size=12
    ).hexdigest()
    asked = (desk.revision, typed, product, claim, clock.today())
    known = st.session_state.get(_LAST)
    if known and known[0] == asked:
        return tuple(known[1])
    found = searching.precedents(
        desk, content=content, product_code=product, claim_type=claim, now=clock.now()
    )
    st.session_state[_LAST] = (asked, found)
    return found
