"""The company's policy on the screen: criteria, kinds, evidence, what the law asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import pandas as pd
import streamlit as st

from lib.actions import caring
from lib.charts import harassment as charts
from lib.charts.look import Spec, spec_of
from lib.i18n import N_, _, current
from lib.settings import harassment
from lib.settings.harassment import KINDS, SURVEYS
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui.harassment import texts

OWN_DAYS: Final = 365


def stance(desk: UserStore) -> None:
    """Say in a sentence or two what the company stands for."""
    st.markdown(inert(texts.words(desk, harassment.STANCE)))


def criteria(desk: UserStore) -> None:
    """Draw by what one judges, and what often happens."""
    with st.container(border=True, height="stretch"):
        st.subheader(_("判断の目安"), anchor=False)
        st.markdown(texts.listed(texts.lines(desk, harassment.CRITERIA), "1."))
        st.caption(
            inert(
                _(
                    "正当な苦情はカスハラではありません。迷うときは「疑い」を選び、相談してください。あとで直せます。"
                )
            )
        )
        examples = texts.listed(texts.lines(desk, harassment.EXAMPLES))
        st.markdown(f"**{inert(_(harassment.EXAMPLES.name))}**\n\n{examples}")


def kinds(desk: UserStore, now: datetime) -> None:
    """Draw how common each kind is: it happens to many, and is nobody's fault."""
    with st.container(border=True, height="stretch"):
        st.subheader(_("どんなことが起きているか"), anchor=False)
        st.markdown(inert(_survey_words()))
        spec = desk.derived(("chart", "harassment", current()), _spec)
        st.caption(inert(_("印象に残っている迷惑行為(%)")))
        st.vega_lite_chart(spec, alt=_chart_words(), key="chart.harassment")
        if said := _own_words(desk, now):
            st.markdown(inert(said))
        _figures()


def evidence(desk: UserStore) -> None:
    """Draw what to keep."""
    with st.container(border=True):
        st.subheader(_("残す証拠"), anchor=False)
        named = texts.lines(desk, harassment.EVIDENCE)
        half = (len(named) + 1) // 2
        for column, part in zip(
            st.columns(2), (named[:half], named[half:]), strict=True
        ):
            column.markdown(
                "\n".join(
                    f":material/check_box_outline_blank: **{inert(entry.name)}** "
                    f":gray[{inert(entry.words)}]  "
                    for entry in part
                )
            )


def contacts(desk: UserStore) -> None:
    """Draw whom one can turn to, inside and outside."""
    inside = inert(texts.words(desk, harassment.DESK))
    outside = texts.lines(desk, harassment.OUTSIDE)
    parts = [f":small[:gray[{inert(_(harassment.DESK.name))}]]  \n{inside}"]
    if outside:
        said = "  \n".join(
            f"{inert(entry.name)} **{inert(entry.words)}**" for entry in outside
        )
        parts.append(f":small[:gray[{inert(_(harassment.OUTSIDE.name))}]]  \n{said}")
    st.markdown("\n\n".join(parts))


_LAW: Final = (
    N_(
        "2026年10月1日から、働く人をカスハラから守る措置は、規模にかかわらずすべての会社の義務です(改正労働施策総合推進法33条。2025年6月11日公布、令和8年政令第17号)。"
    ),
    N_(
        "会社が行うこと: 方針を決めて知らせる、相談を受ける体制、起きた後のすばやく適切な対応、抑えるための措置、プライバシーを守る、相談した人を不利に扱わない。"
    ),
    N_(
        "カスハラかどうか微妙なときも、相談の対象です。ほかの会社から協力を求められたときは、応じるよう努めます(同条3項)。委託先の人も、このページで同じように守ります。"
    ),
    N_(
        "東京都では2025年4月1日からカスタマー・ハラスメント防止条例があります(努力義務、罰則なし)。"
    ),
    N_(
        "もとにしたもの: 厚生労働省の改正法の説明資料(001662576.pdf)、東京都の条例。法律の助言ではありません。会社の判断は、担当の人が確かめてください。"
    ),
)


def law() -> None:
    """Draw what the law asks, folded away, with where it is written."""
    with st.expander(_("くわしく: 法律と条例"), icon=":material/gavel:"):
        st.markdown("\n".join(f"- {inert(_(line))}" for line in _LAW))


# The survey ------------------------------------------------------------------------


def _survey_words() -> str:
    first, last = SURVEYS[0], SURVEYS[-1]
    return _(
        "直近2年に迷惑行為を受けた人は、{last_year}年の調査で{last_share}%({last_asked}人中)。{first_year}年は{first_share}%({first_asked}人中)でした。二人に一人に近く、応対した人のせいではありません。"
    ).format(
        last_year=last.year,
        last_share=last.share,
        last_asked=fmt.number(last.asked),
        first_year=first.year,
        first_share=first.share,
        first_asked=fmt.number(first.asked),
    )


def _shares() -> pd.DataFrame:
    rows = [
        {
            "kind": _(entry.kind.value),
            "year": str(survey.year),
            "share": share,
            "share_text": f"{share:.1f}%",
        }
        for entry in KINDS
        for survey, share in zip(
            SURVEYS, (entry.share_2020, entry.share_2024), strict=True
        )
        if share is not None
    ]
    return pd.DataFrame(rows)


def _spec() -> Spec:
    return spec_of(charts.kinds(_shares()), height=charts.HEIGHT)


def _chart_words() -> str:
    return fmt.listed(
        f"{row.kind} {row.year} {row.share_text}"
        for row in _shares().itertuples(index=False)
    )


def _figures() -> None:
    folder = st.expander(
        _("種別の例と数字"),
        icon=":material/table_chart:",
        key="harassment:figures",
        on_change="rerun",
    )
    if not folder.open:
        return
    with folder:
        st.dataframe(
            {
                _("種別"): [_(entry.kind.value) for entry in KINDS],
                _("たとえば"): [_(entry.example) for entry in KINDS],
                "2020": [_percent(entry.share_2020) for entry in KINDS],
                "2024": [_percent(entry.share_2024) for entry in KINDS],
            },
            hide_index=True,
            row_height=36,
            height="content",
            alt=_("カスハラの種別ごとの例と割合"),
        )
        st.caption(
            inert(
                _(
                    "出典: {source}。「—」は、こちらで確かめられた資料に数字がないものです。2020年の「暴言」は資料に5,088件とありますが、合計と割合からは5,988件です。"
                ).format(source=_(harassment.SURVEY_SOURCE))
            )
        )
        st.link_button(
            _("2020年の調査を開く"),
            harassment.SURVEY_URL,
            icon=":material/open_in_new:",
            type="tertiary",
        )


def _percent(share: float | None) -> str:
    return fmt.NOTHING if share is None else f"{share:.1f}%"


def _own_words(desk: UserStore, now: datetime) -> str:
    """Return how often each kind stands in the own ledger; "" for outsourced people."""
    if desk.principal.is_outsourced:
        return ""
    since = (now - timedelta(days=OWN_DAYS)).date()
    found = caring.kinds(desk, since)
    if not found:
        return _("自社の台帳には、直近12か月にカスハラ(疑いを含む)はありません。")
    parts = [
        _("{what} {count}件").format(what=_(kind.value), count=count)
        for kind, count in found.items()
    ]
    return _("自社の台帳では直近12か月に{count}件(疑いを含む): {parts}").format(
        count=sum(found.values()), parts=fmt.listed(parts)
    )
