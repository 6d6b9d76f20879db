"""What a list of single orders was counted to, and what of it was not."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.actions.importing.orders import Counted
from lib.i18n import _
from lib.text import inert
from lib.ui import format as fmt

_ROWS: Final = 12


def show(counted: Counted) -> None:
    """Draw the counts with what a person should know of them."""
    with st.container(border=True):
        st.markdown(f":material/receipt_long: **{inert(headline(counted))}**")
        for line in lines(counted):
            st.caption(inert(line))


def headline(counted: Counted) -> str:
    """Return what was counted, in one line."""
    return _(
        "「{sheet}」は1行が1件の受注の一覧です。日ごとに数え、自社の受注件数にします: {first}〜{last}、{count}件"
    ).format(
        sheet=counted.sheet,
        first=fmt.day(counted.first),
        last=fmt.day(counted.last),
        count=fmt.number(counted.orders),
    )


def lines(counted: Counted) -> list[str]:
    """Return how it was counted and what was left out, each in a sentence."""
    found = [
        _(
            "「{header}」の日で数えました。お客様の名前・連絡先・金額は読み取らず、どこにも残しません。"
        ).format(header=counted.ordered)
    ]
    if counted.shipped_from:
        found.append(
            _(
                "出荷件数は「{header}」の日で{day}から{count}件。それより前の日は、この一覧より前の受注の出荷があるので数えません。"
            ).format(
                header=counted.shipped,
                day=fmt.day(counted.shipped_from),
                count=fmt.number(counted.shipments),
            )
        )
    elif counted.shipped:
        found.append(
            _("「{header}」に日付がないので、出荷件数は入りません。").format(
                header=counted.shipped
            )
        )
    else:
        found.append(_("出荷日の列がないので、出荷件数は入りません。"))
    if counted.cancelled:
        found.append(
            _("キャンセルの{count}件は数えません。").format(
                count=fmt.number(counted.cancelled)
            )
        )
    if counted.open_days:
        found.append(
            _("まだ終わっていない日の{count}件は数えません。").format(
                count=fmt.number(counted.open_days)
            )
        )
    if counted.unread:
        rows = fmt.listed(map(fmt.number, counted.unread[:_ROWS]))
        found.append(
            _("日付を読めない行が{count}行あります: {rows}行目").format(
                count=fmt.number(len(counted.unread)), rows=rows
            )
        )
    return found
