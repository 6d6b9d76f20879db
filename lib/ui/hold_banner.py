"""Saying on every page that nothing is written, why, and how to go on."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.actions import repairs
from lib.actions.permissions import roles_of
from lib.i18n import _
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.store.address import sheet_page
from lib.store.protocol import Hold, Loss
from lib.text import inert
from lib.ui import boundary, context, flash
from lib.ui.navigation import READERS


def banner(desk: UserStore) -> None:
    """Draw the reasons why the store takes nothing; nothing where it does."""
    held = desk.held
    if held is None:
        return
    with st.container(border=True, gap="small"):
        st.badge(_("書き込みを止めています"), icon=":material/lock:", color="orange")
        if desk.principal.role not in READERS:
            st.write(_("保存先を管理者が確かめています。見ることはできます。"))
            return
        if held.losses:
            _losses(held.losses)
        if held.zone:
            st.write(
                _(
                    "スプレッドシートのタイムゾーンが日本時間ではありません。「ファイル」→「設定」で東京にすると、一分ほどでまた書き込めます。"
                )
            )
        with st.container(horizontal=True, vertical_alignment="center"):
            _open_sheet()
            if held.losses:
                _confirmation(held, desk.principal.role)


def _losses(losses: Sequence[Loss]) -> None:
    st.write(
        _("シートから次のものが一度に消えました。画面は消える前の内容のままです。")
    )
    for loss in losses:
        st.text("・" + _words(loss))
    st.caption(
        inert(
            _(
                "元に戻すには、シートで「元に戻す」(Ctrl+Z)か、「ファイル」→「変更履歴」(版の履歴)から前の版を復元します。戻ると、ひとりでにまた書き込めます。"
            )
        )
    )


def _words(loss: Loss) -> str:
    parts = []
    if loss.vanished:
        parts.append(
            _("{of}行のうち{vanished}行").format(of=loss.of, vanished=loss.vanished)
        )
    if loss.columns:
        names = "、".join(_(label) for label in loss.columns)
        parts.append(_("列: {names}").format(names=names))
    return f"{loss.tab} · {' · '.join(parts)}"


def _open_sheet() -> None:
    address = sheet_page(context.place().store_url)
    if address:
        st.link_button(_("シートを開く"), address, icon=":material/open_in_new:")


def _confirmation(held: Hold, role: Role) -> None:
    if role not in roles_of("data.accept_loss"):
        st.caption(_("消えたままでよいかは、管理者かマネージャーが決めます。"))
        return
    with st.popover(_("このとおりで正しい"), icon=":material/check:"):
        st.write(
            _("消えた行は、この画面にも出なくなります。書き込みはまた始まります。")
        )
        st.button(
            _("このとおりで正しい"),
            key=f"hold:{held.token}",
            on_click=_confirm,
            args=(held.token,),
        )


def _confirm(token: str) -> None:
    with boundary.attempt():
        repairs.accept_loss(context.desk(), token)
        flash.say(_("いまのシートのとおりにしました。"))
