"""One improvement: what it is, whether it worked and why one says so, what is next."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from lib.actions.improving import listing, wording
from lib.actions.improving.judging import Told, told_of
from lib.actions.permissions import may
from lib.actions.searching import case_code
from lib.i18n import _
from lib.metrics.effects import BAND, Span
from lib.schema.learning import Improvement
from lib.schema.tables import table
from lib.store.access import UserStore
from lib.text import inert, is_web_address
from lib.ui import format as fmt
from lib.ui import navigation
from lib.ui.filters import ledger_query, product_names
from lib.ui.form import label_of
from lib.ui.improvements import address, editing, picture, steps, words

CASES_SHOWN: Final = 8
_ABOUT: Final = (
    "kind",
    "place",
    "product_code",
    "sales_page",
    "claim_type",
    "category",
    "cause",
    "centre",
    "due_on",
    "done_on",
    "check_on",
)


def show(desk: UserStore, one: Improvement, now: datetime) -> None:
    """Draw an improvement."""
    navigation.link(address.PAGE, _("改善の一覧へ"), icon=":material/arrow_back:")
    st.markdown(f"### {inert(one.title)}")
    st.markdown(
        f"{words.badges(one, now.date())} "
        f":small[:gray[{inert(words.who_and_when(one))} · {inert(one.id)}]]"
    )
    told = told_of(desk, one, now)
    writes = may(desk.principal, "measures.work") and not desk.principal.only_looks
    with st.container(border=True):
        _effect(desk, one, told, now)
        if writes:
            steps.show(one)
    left, right = st.columns(2)
    with left:
        _about(desk, one)
    with right:
        _cases(desk, one)
        _course(one, writes=writes)
    if writes:
        editing.show(desk, one)


# The effect ---------------------------------------------------------------------------


def _effect(desk: UserStore, one: Improvement, told: Told, now: datetime) -> None:
    name = wording.name_text(told.target, told.against) if told.target else ""
    st.markdown(f"**{_('効果')}** :small[:gray[{inert(name or one.target_figure)}]]")
    if line := words.numbers(told):
        st.markdown(f"##### {inert(line)}")
    st.markdown(words.verdict(told, one))
    if told.beside:
        titles = fmt.listed([f"「{other.title}」" for other in told.beside])
        st.warning(
            inert(
                _(
                    "同じ数字をねらう {titles} と時期が重なっています。どちらの効き目かは分けられません。"
                ).format(titles=titles)
            ),
            icon=":material/join:",
        )
    picture.show(desk, one, now)
    if told.judged is not None and told.target is not None:
        with st.expander(_("くわしく"), type="compact"):
            for text in _details(told):
                st.markdown(inert(text))


def _details(told: Told) -> list[str]:
    """Return how the verdict comes about, a sentence a line."""
    found, target = told.judged, told.target
    if found is None or target is None or told.against is None:
        return []
    what = _(target.misses) if target.misses else wording.name_text(target, None)
    lines = [
        _("数えたもの: {what}。始める前 {before}、始めた後 {after}。").format(
            what=what, before=_sums(found.before), after=_sums(found.after)
        ),
        wording.peak_text(found),
        _(
            "比べ方: 前28日と、始めてから28日・56日・84日を比べます。毎日見ると偶然を効果と取り違えるので、判断はこの3回だけです。未入力の日は、件数からも母数からも除きます。"
        ),
        _(
            "式: 後の率 ÷ 前の水準 = {ratio}、{band:.0%}区間 {low}〜{high}。区間が1をまたがなければ「良くなった」か「悪くなった」、1.25倍の内に収まれば「ほぼ変わらない」、それ以外は「まだ判断できない」です。"
        ).format(
            ratio=_ratio(found.effect.ratio),
            band=BAND,
            low=_ratio(found.effect.low),
            high=_ratio(found.effect.high),
        ),
        _(
            "前の水準は、前28日をこの1年の水準に寄せたものです。誤差には、件数のばらつきと、何もしなくても数字が動く分が入っています。"
        ),
        _(
            "前の28日だけが特別だったときは、過ぎればひとりでに戻ります。その前の水準とくらべても良い(悪い)ときだけ、「良くなった」「悪くなった」とします。"
        ),
        wording.relapse_text(told),
    ]
    return [line for line in lines if line]


def _sums(span: Span) -> str:
    return _("{events}件 / {exposure}({days}日)").format(
        events=f"{span.events:,.10g}"
        if span.events % 1 == 0
        else f"{span.events:,.1f}",
        exposure=f"{span.exposure:,.0f}",
        days=span.days,
    )


def _ratio(number: float | None) -> str:
    return fmt.NOTHING if number is None else f"{number:.2f}"


# What it is ---------------------------------------------------------------------------


def _about(desk: UserStore, one: Improvement) -> None:
    with st.container(border=True):
        st.markdown(f"**{_('改善の内容')}**")
        for name in _ABOUT:
            value = getattr(one, name)
            if value in (None, ""):
                continue
            spec = Improvement.field(name)
            shown = fmt.cell(spec, value)
            if name == "product_code":
                shown = product_names(desk).get(shown, shown)
            st.markdown(f":small[:gray[{inert(label_of(spec))}]] {inert(shown)}")
        for label, url in ((_("修正前"), one.before_url), (_("修正後"), one.after_url)):
            if is_web_address(url):
                st.link_button(
                    label, url, icon=":material/open_in_new:", type="tertiary"
                )
            elif url:
                st.text(f"{label}: {url}")


def _cases(desk: UserStore, one: Improvement) -> None:
    numbers = listing.cases_of(desk, one.id)
    with st.container(border=True):
        st.markdown(f"**{_('もとになった苦情')}** {len(numbers)}")
        _trigger(one)
        if not numbers:
            st.caption(_("つながっている苦情はありません。"))
            return
        with st.container(horizontal=True, gap="small"):
            for number in numbers[:CASES_SHOWN]:
                query = ledger_query(case=number, improvement=one.id)
                navigation.link("ledger", inert(number), **query)
        navigation.link(
            "ledger",
            _("台帳で {count}件を見る").format(count=len(numbers)),
            icon=":material/list_alt:",
            **ledger_query(improvement=one.id),
        )


def _trigger(one: Improvement) -> None:
    if not one.trigger_id:
        return
    prefix = one.trigger_id[:1]
    words_ = _("きっかけ {number}").format(number=one.trigger_id)
    if prefix == table("agency_inquiries").prefix:
        navigation.link(
            "inquiries",
            inert(words_),
            icon=":material/account_balance:",
            inquiry=case_code(one.trigger_id),
        )
    elif prefix == table("complaints").prefix:
        query = ledger_query(case=one.trigger_id)
        navigation.link("ledger", inert(words_), icon=":material/flag:", **query)
    else:
        st.caption(inert(words_))


def _course(one: Improvement, *, writes: bool) -> None:
    with st.container(border=True):
        st.markdown(f"**{_('経過')}**")
        if one.note:
            st.text(one.note)
        else:
            st.caption(_("まだ何もありません。"))
        if writes:
            steps.remark(one)
