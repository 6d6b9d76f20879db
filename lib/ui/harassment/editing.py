"""カスハラ対応 in 設定: its texts, and the day from which talks are owed."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.i18n import N_, _
from lib.settings import harassment
from lib.store.access import UserStore
from lib.ui import navigation
from lib.ui.harassment.safety import PAGE
from lib.ui.setting import one_setting
from lib.ui.setting_texts import Labels, editor

_LABELS: Final = Labels(
    folder=N_("文を変える"),
    which=N_("どの文"),
    save=N_("この文にする"),
    default=N_("はじめの文に戻す"),
)


def show(desk: UserStore) -> None:
    """Draw what a manager can set about カスハラ対応."""
    with st.container(border=True):
        st.subheader(_(harassment.HARASSMENT), anchor=False)
        st.caption(
            _(
                "判断の目安、身を守る手順、残す証拠、相談先。応対する人は、委託先も含めてだれでも読めます。"
            )
        )
        navigation.link(PAGE, _("ページを見る"), icon=":material/shield_person:")
        one_setting(desk, harassment.CARE_FROM)
        editor(desk, "settings:harassment", harassment.TEXTS, _LABELS, height=220)
