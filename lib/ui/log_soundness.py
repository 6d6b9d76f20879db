"""What is said where rows of 操作ログ are not as they were written."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.i18n import _
from lib.store.witness import Broken
from lib.text import inert
from lib.ui import context, navigation
from lib.ui import format as fmt

MOST_SHOWN: Final = 50


def tell() -> None:
    """Say on データ点検 that rows differ, to whom the log is open."""
    who = context.principal()
    if who is None or who.role not in navigation.entry("audit").roles:
        return
    broken = context.log_witness().broken()
    if broken.count:
        warning(broken)
        navigation.link("audit", _("操作ログを開く"), icon=":material/history:")


def warning(broken: Broken) -> None:
    """Say how many rows changed and how many are gone."""
    st.warning(
        inert(
            _(
                "操作ログの{changed}行が書きかえられ、{gone}行がなくなっています。バックアップから戻したときもこうなります。"
            ).format(
                changed=fmt.number(len(broken.changed)),
                gone=fmt.number(len(broken.gone)),
            )
        ),
        icon=":material/gpp_maybe:",
    )


def numbers(broken: Broken) -> None:
    """Draw the numbers of the rows, `MOST_SHOWN` at most."""
    found = [(number, _("書きかえ")) for number in broken.changed]
    found += [(number, _("なくなった")) for number in broken.gone]
    st.dataframe(
        {
            "id": [number for number, _what in found[:MOST_SHOWN]],
            "what": [what for _number, what in found[:MOST_SHOWN]],
        },
        column_config={
            "id": st.column_config.TextColumn(_("記録番号"), width="large"),
            "what": st.column_config.TextColumn(_("違い")),
        },
        hide_index=True,
        alt=_("書かれたときと違う行の一覧。"),
    )
