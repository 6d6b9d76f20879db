"""The chapters of はじめかた on the screen, each for those who may open its page."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

import streamlit as st
from PIL import Image

from lib.i18n import _, current
from lib.reports.guide import drawings
from lib.reports.guide.chapters import CHAPTERS, Chapter, Step, picture_of
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import first_week, navigation

_DRAWING_WIDTH = 560
_PICTURE_WIDTH = 860


def show(desk: UserStore) -> None:
    """Draw the page: what is left to do, then the chapters, the present one open."""
    st.title(_(navigation.entry("getting_started").title), anchor=False)
    role = desk.principal.role
    if role is Role.OUTSOURCED:
        st.write(_("センターの方は、日次KPIの入力だけで足ります。"))
        navigation.link(
            "kpi_entry", _("日次KPI入力へ戻る"), icon=":material/arrow_back:"
        )
    else:
        st.write(_("上から順に進めば、最初の一週間が終わります。"))
        navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
    first_week.whole(desk)
    chapters = chapters_for(role)
    for number, chapter in enumerate(chapters, 1):
        _chapter(number, chapter)
    st.caption(
        ":material/description: "
        + inert(
            _(
                "この画面と同じものが、フォルダーの中の「はじめかた.html」にあります。アプリが動かないときや、ほかの人に渡すときに開けます。"
            )
        )
    )


def chapters_for(role: Role) -> tuple[Chapter, ...]:
    """Return the chapters whose page a role may open; who leads sees the rest too."""
    leads = role in navigation.LEADS
    return tuple(
        chapter
        for chapter in CHAPTERS
        if (leads and not chapter.page)
        or (chapter.page and role in navigation.entry(chapter.page).roles)
    )


def _chapter(number: int, chapter: Chapter) -> None:
    with st.container(border=True):
        st.subheader(f"{number}. {inert(_(chapter.title))}", anchor=chapter.code)
        st.write(inert(_(chapter.intro)))
        for at, step in enumerate(chapter.steps, 1):
            _step(at, step)
        if chapter.page:
            navigation.link(
                chapter.page, _("この画面を開く"), icon=":material/arrow_forward:"
            )


def _step(number: int, step: Step) -> None:
    st.markdown(f"**{number}.** {inert(_(step.text))}")
    if step.typed:
        st.code(step.typed, language=None)
    if step.drawing:
        st.image(drawings.drawn(step.drawing), width=_DRAWING_WIDTH, alt=_(step.alt))
    if step.picture:
        st.image(
            _ready(picture_of(step.picture, current())),
            width=_PICTURE_WIDTH,
            alt=_(step.alt),
            output_format="PNG",
        )


@cache
def _ready(picture: Path) -> bytes:
    """Return a picture as Streamlit sends it; else it works it out anew at each run."""
    with Image.open(picture) as found:
        height = round(found.height * _PICTURE_WIDTH / found.width)
        small = found.convert("RGB").resize((_PICTURE_WIDTH, height))
    written = BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()
