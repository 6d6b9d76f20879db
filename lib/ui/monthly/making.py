"""The report: made at a press with its progress shown, looked at, then taken out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

import streamlit as st

from lib import clock
from lib.actions import monthly
from lib.actions.monthly import Form, Paper
from lib.i18n import Language, _, current
from lib.reports.dossier.pages import page_count, pages_as_png
from lib.reports.monthly.model import Document
from lib.reports.monthly.pdf import to_pdf
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context
from lib.ui.download import file_button
from lib.ui.monthly import comments
from lib.ui.monthly.choosing import Here

PREVIEW_HEIGHT: Final = 720
"""Pixels of the frame in which the pages scroll."""

_MADE, _WANTED = "monthly:made", "monthly:wanted"
_GATHERED: Final = 0.75
_SET: Final = 0.85
"""How much of the work is done when the figures are there, and when the pages are set."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A report that stands on the screen. pages: as pictures; count: of all pages."""

    at: Here
    language: Language
    revision: int
    document: Document
    pages: tuple[bytes, ...]
    count: int


def panel(desk: UserStore, at: Here) -> None:
    """Draw the button, and the report once it is made."""
    st.button(
        _("報告を作る"),
        key="monthly:make",
        type="primary",
        icon=":material/summarize:",
        on_click=_want,
        args=(at,),
    )
    if st.session_state.pop(_WANTED, None):
        _make(desk, at)
    made = cast("_Made | None", st.session_state.get(_MADE))
    if made is None:
        st.caption(_("PDFとExcelを作ります。前月と並べ、計算式を数字の下に付けます。"))
        return
    if (made.at, made.language) != (at, current()):
        st.caption(_("選び直しました。「報告を作る」を押すと作り直します。"))
        return
    if made.revision != desk.revision:
        st.caption(_("作った後に数字か所見が変わりました。押すと作り直します。"))
    _files(desk, made)
    _pages(made)


def _want(at: Here) -> None:
    """Save the comments and ask for the report; a callback."""
    if comments.keep(at):
        st.session_state[_WANTED] = True


def _make(desk: UserStore, at: Here) -> None:
    st.session_state.pop(_MADE, None)
    bar = st.progress(0.0, _("数字を集めています…"))

    def told(share: float) -> None:
        bar.progress(share * _GATHERED, _("数字を集めています…"))

    with boundary.page_boundary():
        document = monthly.made(
            desk,
            at.month,
            at.reader,
            at.code,
            comments=monthly.comments_of(desk, at.month, at.code),
            now=clock.now(),
            told=told,
        )
        bar.progress(_GATHERED, _("書類を組んでいます…"))
        pdf = to_pdf(document)
        bar.progress(_SET, _("見本を描いています…"))
        pages, count = pages_as_png(pdf), page_count(pdf)
        st.session_state[_MADE] = _Made(
            at, current(), desk.revision, document, pages, count
        )
    bar.empty()


def _files(desk: UserStore, made: _Made) -> None:
    with st.container(horizontal=True, gap="small"):
        for form, label, icon in (
            (Form.PDF, _("PDFで書き出す"), ":material/picture_as_pdf:"),
            (Form.EXCEL, _("Excelで書き出す"), ":material/table_chart:"),
        ):
            paper = Paper(made.document, made.at.code, form)
            file_button(
                label,
                _taken_out(desk, paper),
                name=_file_name(paper),
                mime=paper.mime,
                key=f"monthly:take:{form.code}",
                icon=icon,
            )
        if st.button(
            _("大きく見る"),
            key="monthly:large",
            icon=":material/zoom_in:",
            type="tertiary",
        ):
            _large(made)
    st.caption(_("書き出したことは操作ログに残ります。"))


def _taken_out(desk: UserStore, paper: Paper) -> Callable[[], bytes]:
    """Return what makes the file at the click, outside the session, and notes it."""
    live, who = context.live(), desk.principal

    def file() -> bytes:
        return monthly.exported(
            live.for_user(SYSTEM),
            who,
            paper,
            now=clock.now(),
            commit_id=new_commit_id(),
        )

    return file


def _file_name(paper: Paper) -> str:
    plain = re.sub(r"[^A-Za-z0-9-]", "", paper.centre)
    parts = ["getsuji", f"{paper.document.month:%Y%m}", plain]
    return f"{'-'.join(part for part in parts if part)}.{paper.ending}"


def _large(made: _Made) -> None:
    """Open the pages over the whole window, where they can be read."""

    @st.dialog(inert(made.document.title), width="large")
    def pages() -> None:
        for page in made.pages:
            st.image(page, width="stretch")

    pages()


def _pages(made: _Made) -> None:
    with st.container(height=PREVIEW_HEIGHT, border=True):
        for place, page in enumerate(made.pages, start=1):
            st.image(
                page,
                caption=_("{page} / {count}ページ").format(
                    page=place, count=made.count
                ),
                width="stretch",
            )
