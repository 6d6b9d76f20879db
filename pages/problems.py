"""多発している問題: complaints that tell of the same thing, whatever they are filed under."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions import problems
from lib.i18n import _
from lib.text import inert
from lib.ui import context, navigation
from lib.ui import format as fmt
from lib.ui.frequent import address, cards, method

desk = context.guard(*navigation.entry("problems").roles)


def main() -> None:
    st.title(_("多発している問題"), anchor=False)
    st.caption(
        inert(
            _(
                "書かれた言葉の似ている苦情を、分類をまたいで集めました。件数 × 重さ × 勢いの大きい順です。"
            )
        )
    )
    at = address.here(desk)
    address.bar(desk, at)
    with st.spinner(_("似ている苦情を集めています…")):
        found = problems.found(desk, clock.today(), at.days, at.product)
    summary(found)
    if found.problems:
        cards.show(desk, found.problems)
    else:
        nothing(found)
    method.fold()
    with st.container(horizontal=True, gap="small"):
        navigation.link("analysis", _("分析で数を見る"), icon=":material/bar_chart:")
        navigation.link("improvements", _("施策・改善を見る"), icon=":material/build:")


def summary(found: problems.Found) -> None:
    words = _("苦情{looked_at}件を読み、{groups}のまとまりがありました。").format(
        looked_at=fmt.number(found.looked_at), groups=fmt.number(len(found.problems))
    )
    if found.left_out:
        left = _("件数が多いため、古い{count}件は読んでいません。")
        words += left.format(count=fmt.number(found.left_out))
    st.markdown(inert(words))


def nothing(found: problems.Found) -> None:
    with st.container(border=True):
        st.markdown(f"**{inert(_('似ている苦情のまとまりは、まだありません。'))}**")
        words = (
            _(
                "お客様3人以上から同じような話があると、ここに出ます。期間を長くすることもできます。"
            )
            if found.looked_at
            else _(
                "この期間の苦情がありません。内容を書いて受け付けると、ここで読まれます。"
            )
        )
        st.caption(inert(words))


main()
