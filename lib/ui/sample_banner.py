"""The sample year on the screen: offering it, saying that it is there, removing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import clock
from lib.actions import sample
from lib.actions.sample import Reference
from lib.i18n import _
from lib.sample import sample_company
from lib.schema.tables import TABLES, table
from lib.schema.vocab import Role
from lib.settings.customer_key import customer_key
from lib.store.access import UserStore
from lib.ui import boundary, context, flash, navigation

_FILL: Final = "sample:fill"
_ASKED: Final = "sample:asked"
_ROWS_SHOWN: Final = 5


def banner(desk: UserStore) -> None:
    """Say on top of a page that sample rows are shown; nothing where there are none."""
    if not is_present(desk):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(
            _("サンプルデータを表示しています"),
            icon=":material/science:",
            color="orange",
        )
        if desk.principal.role is Role.ADMIN:
            # One short word: on a phone the banner has to stay one line.
            navigation.link("setup", _("消す"), icon=":material/delete_sweep:")


def is_present(desk: UserStore) -> bool:
    """Whether this person sees any row of the sample."""
    return desk.derived("sample", lambda: sample.is_present(_frames(desk)))


def offer_sample(desk: UserStore) -> None:
    """Offer to fill the app with the sample year; only administrators may.

    For empty states: nothing is drawn once the sample is there.
    """
    if desk.principal.role is not Role.ADMIN or is_present(desk):
        return
    st.button(
        _("見本データを入れて試す"),
        key=_FILL,
        icon=":material/science:",
        on_click=_ask,
    )
    # The work is done in the run after the click, where its progress can be seen. The
    # wish is taken back first, so that a run that is cut short starts nothing anew.
    if st.session_state.pop(_ASKED, False):
        _fill(desk)


def manage(desk: UserStore) -> None:
    """Draw what an administrator can do with the sample: fill in, or remove."""
    if not is_present(desk):
        st.write(
            _(
                "見本の会社の一年分の記録を入れて、画面を試せます。あとから一度で消せます。"
            )
        )
        offer_sample(desk)
        return
    st.write(_("見本の会社の一年分が入っています。"))
    referring = desk.derived(
        "rows that refer to the sample",
        lambda: sample.real_rows_that_refer(_frames(desk)),
    )
    with st.popover(_("サンプルを消す"), icon=":material/delete_sweep:"):
        st.write(
            _(
                "見本の行だけをすべて消します。自分で入れた行は消えません。元に戻せません。"
            )
        )
        _list_referring(referring)
        st.button(
            _("すべて消す"), key="sample:remove", type="primary", on_click=_remove
        )


def _frames(desk: UserStore) -> Mapping[str, pd.DataFrame]:
    return {place.code: desk.frame(place.code) for place in TABLES}


def _list_referring(referring: Sequence[Reference]) -> None:
    """Name the own rows that would point to something that is gone."""
    if not referring:
        return
    st.warning(
        _(
            "自分で入れた記録のうち{count}か所が、見本の行を指しています。消したあとも、書いた言葉はそのまま残ります。"
        ).format(count=len(referring)),
        icon=":material/link_off:",
    )
    for found in referring[:_ROWS_SHOWN]:
        place = table(found.table)
        field = place.field(found.field)
        st.text(f"{_(place.tab)} {found.key} · {_(field.label)}: {found.target}")
    more = len(referring) - _ROWS_SHOWN
    if more > 0:
        st.caption(_("ほかに {count}件").format(count=more))


def _ask() -> None:
    st.session_state[_ASKED] = True


def _fill(desk: UserStore) -> None:
    bar = st.progress(0.0, _("見本の会社を作っています…"))
    secret = context.customer_secret()
    with boundary.page_boundary():
        sample.fill(
            desk,
            sample_company(end=clock.today()),
            progress=lambda done, total: _advance(bar, done, total),
            key_of=lambda contact: customer_key(contact, secret),
        )
        flash.say(_("見本データを入れました。設定・点検からいつでも消せます。"))
        st.rerun()


def _advance(bar: DeltaGenerator, done: int, total: int) -> None:
    share = done / total if total else 1.0
    text = _("見本データを入れています… {percent}%").format(percent=round(share * 100))
    bar.progress(share, text)


def _remove() -> None:
    with boundary.attempt():
        sample.remove(context.desk())
        flash.say(_("サンプルを消しました。"))
