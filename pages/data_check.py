"""データ点検: what in the data does not fit, where it stands, and how to mend it."""

from __future__ import annotations

import streamlit as st

from lib.i18n import _
from lib.ui import freshness, held_back_roles, log_soundness, navigation, problems
from lib.ui.context import guard

desk = guard(*navigation.entry("data_check").roles)


def main() -> None:
    navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
    st.title(_("データ点検"), anchor=False)
    st.caption(
        _("合わないところを種類ごとに並べます。シートの行は、そのセルを開けます。")
    )
    held_back_roles.warning()
    log_soundness.tell()
    problems.offer_undo()
    found = problems.found(desk)
    problems.summary(found)
    for kind, some in found.by_kind().items():
        problems.group(desk, kind, some)
    problems.remarks(found.remarks)


main()
freshness.follow(desk)
