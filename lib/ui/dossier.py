"""行政対応パック on the screen: for whom, with or without names, a look, then the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, cast

import streamlit as st

from lib import clock
from lib.actions import dossier
from lib.actions.dossier import Form, Paper
from lib.errors import InvalidRecord
from lib.i18n import N_, _
from lib.reports.dossier.model import Audience, Dossier
from lib.reports.dossier.pages import page_count, pages_as_png
from lib.reports.dossier.pdf import to_pdf
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context
from lib.ui import format as fmt
from lib.ui.download import file_button

PREVIEW_HEIGHT: Final = 640
"""Pixels of the frame in which the pages scroll."""

_SAYS: Final = {
    Audience.CENTRE: N_("社内の確認、推測、社内で数えた件数は載せません。"),
    Audience.LAWYER: N_("社内の確認、未確認の期限、録音の場所まで、すべて載せます。"),
    Audience.BOARD: N_("社内の確認と同じような件数を載せ、状態の変更は省きます。"),
}

_HIDDEN: Final = N_(
    "お名前・連絡先・住所・注文番号は伏せます。載せられるのは管理者・マネージャーとこの件の担当者だけで、理由が残ります。"
)


@dataclass(frozen=True, slots=True)
class _Made:
    """A dossier that stands on the screen.

    pages: the first of them as pictures, () until they are drawn; count: of all pages.
    """

    dossier: Dossier
    reason: str
    pages: tuple[bytes, ...] = ()
    count: int = 0


def dossier_panel(desk: UserStore, number: str) -> None:
    """Draw the choices, the pages and the files of a case's dossier.

    number: of a complaint or an inquiry. People who may take no dossier out are told so.
    """
    if desk.principal.role not in dossier.MAKERS:
        st.caption(inert(_("経緯書を作れるのは、自社の担当とマネージャーです。")))
        return
    st.caption(
        inert(
            _(
                "経過・事実・判断・回答・修正を、一つの書類にまとめます。書き出したことは対応履歴と操作ログに残ります。"
            )
        )
    )
    audience = _audience(number)
    wants_names = _names(desk, number)
    st.button(
        _("経緯書を作る"),
        key=_key(number, "make"),
        type="primary",
        icon=":material/description:",
        on_click=_make,
        args=(number, audience),
    )
    made = cast("_Made | None", st.session_state.get(_key(number, "made")))
    if made is None:
        return
    if (made.dossier.audience, made.dossier.is_masked) != (audience, not wants_names):
        st.caption(inert(_("選び直しました。「経緯書を作る」を押すと作り直します。")))
        return
    made = _drawn(number, made)
    _files(desk, number, made)
    _pages(made)


def _key(number: str, name: str) -> str:
    return f"dossier:{number}:{name}"


def _audience(number: str) -> Audience:
    chosen = st.segmented_control(
        _("だれに見せるか"),
        list(Audience),
        key=_key(number, "audience"),
        default=Audience.CENTRE,
        format_func=fmt.choice,
        on_change="rerun",
        persist_state="session",
    )
    audience = chosen or Audience.CENTRE
    st.caption(inert(_(_SAYS[audience])))
    return audience


def _names(desk: UserStore, number: str) -> bool:
    """Ask whether names and contacts are to stand in it, and why; False by default."""
    if not dossier.may_unmask(desk.principal, dossier.handler_of(desk, number)):
        st.caption(f":material/visibility_off: {inert(_(_HIDDEN))}")
        return False
    wanted = st.toggle(
        _("お名前・連絡先も載せる"),
        key=_key(number, "names"),
        help=_(_HIDDEN),
        on_change="rerun",
        persist_state="session",
    )
    if not wanted:
        return False
    st.text_input(
        _("載せる理由"),
        key=_key(number, "reason"),
        placeholder=_("例: 弁護士との打合せで、本人の特定が要るため"),
        max_chars=200,
        on_change="ignore",
        persist_state="session",
    )
    for message in st.session_state.get(_key(number, "problems"), ()):
        st.error(inert(_(message)), icon=":material/error:")
    return True


# Making ---------------------------------------------------------------------------


def _make(number: str, audience: Audience) -> None:
    """Write the dossier anew; one with names is noted before it is shown."""
    state, desk = st.session_state, context.desk()
    wants_names = bool(state.get(_key(number, "names")))
    reason = str(state.get(_key(number, "reason")) or "") if wants_names else None
    state.pop(_key(number, "problems"), None)
    state.pop(_key(number, "made"), None)
    with boundary.attempt():
        try:
            found = dossier.made(
                desk, number, audience=audience, now=clock.now(), reason=reason
            )
        except InvalidRecord as refused:
            state[_key(number, "problems")] = [p.message for p in refused.problems]
            return
        if not found.is_masked:
            seen = Paper(found, Form.SCREEN, reason or "")
            system = context.live().for_user(SYSTEM)
            dossier.note(
                system,
                desk.principal,
                seen,
                now=clock.now(),
                commit_id=new_commit_id(),
            )
        state[_key(number, "made")] = _Made(found, reason or "")


def _drawn(number: str, made: _Made) -> _Made:
    """Return it with its pages as pictures; drawn once."""
    if made.pages:
        return made
    with st.spinner(_("書類を組んでいます…")):
        pdf = to_pdf(made.dossier)
        drawn = replace(made, pages=pages_as_png(pdf), count=page_count(pdf))
    st.session_state[_key(number, "made")] = drawn
    return drawn


# Showing --------------------------------------------------------------------------


def _files(desk: UserStore, number: str, made: _Made) -> None:
    with st.container(horizontal=True, gap="small"):
        for form, label, icon in (
            (Form.PDF, _("PDFで書き出す"), ":material/picture_as_pdf:"),
            (Form.WORD, _("Wordで書き出す"), ":material/edit_document:"),
        ):
            paper = Paper(made.dossier, form, made.reason)
            file_button(
                label,
                _taken_out(desk, paper),
                name=_file_name(number, paper),
                mime=paper.mime,
                key=_key(number, f"take:{form.code}"),
                icon=icon,
            )
        if st.button(
            _("大きく見る"),
            key=_key(number, "large"),
            icon=":material/zoom_in:",
            type="tertiary",
        ):
            _large(made)


def _large(made: _Made) -> None:
    """Open the pages over the whole window, where they can be read."""

    @st.dialog(inert(f"{made.dossier.title} {made.dossier.number}"), width="large")
    def pages() -> None:
        for page in made.pages:
            st.image(page, width="stretch")

    pages()


def _taken_out(desk: UserStore, paper: Paper) -> Callable[[], bytes]:
    """Return what makes the file at the click, outside the session, and notes it."""
    live, who = context.live(), desk.principal

    def file() -> bytes:
        system = live.for_user(SYSTEM)
        return dossier.exported(
            system, who, paper, now=clock.now(), commit_id=new_commit_id()
        )

    return file


def _file_name(number: str, paper: Paper) -> str:
    plain = re.sub(r"[^A-Za-z0-9-]", "", number)
    day = f"{paper.dossier.made_at:%Y%m%d}"
    return f"keiisho-{plain}-{day}.{paper.ending}"


def _pages(made: _Made) -> None:
    if made.count > len(made.pages):
        words = _(
            "はじめの{shown}ページだけを見せています。ファイルには全{count}ページが入ります。"
        )
        st.caption(inert(words.format(shown=len(made.pages), count=made.count)))
    with st.container(height=PREVIEW_HEIGHT, border=True):
        for place, page in enumerate(made.pages, start=1):
            st.image(
                page,
                caption=_("{page} / {count}ページ").format(
                    page=place, count=made.count
                ),
                width="stretch",
            )
