"""Below the list: what we knew before, and whether the daily figures agree with it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import streamlit as st

from lib import clock
from lib.i18n import N_, _
from lib.metrics import referrals
from lib.metrics.referrals import KnownBefore, Reconciled
from lib.schema.inquiry import AgencyInquiry
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import filters
from lib.ui import format as fmt

DAYS: Final = 28
READERS: Final = (Role.ADMIN, Role.MANAGER, Role.VIEWER)

_BY: Final = {
    "agency_name": N_("機関"),
    "product_code": N_("商品"),
    "category": N_("内容分類"),
    "route": N_("入電経路"),
}
_WORDS: Final = ("category", "route")


def show(desk: UserStore) -> None:
    """Draw the figures, folded; nothing for people who only take calls."""
    if desk.principal.role not in READERS:
        return
    panel = st.expander(
        _("連絡の数と、先に知っていた割合"),
        icon=":material/query_stats:",
        key="inquiries.figures",
        on_change="rerun",
    )
    if not panel.open:
        return
    today = clock.today()
    with panel:
        st.markdown(inert(known_words(_known(desk))))
        st.markdown(inert(reconciled_words(_reconciled(desk, today))))
        _table(desk, today)


def _known(desk: UserStore) -> KnownBefore:
    return desk.derived(
        "known before",
        lambda: referrals.known_before(
            desk.frame("agency_inquiries"), desk.frame("complaints")
        ),
    )


def known_words(found: KnownBefore) -> str:
    """Return 「先に知っていた割合」 in a sentence, with what it is made of."""
    if found.share is None:
        return _(
            "先に知っていた割合: {nothing}。「この件です」か「該当なし」を押した連絡から数えます。"
        ).format(nothing=fmt.NOTHING)
    return _(
        "先に知っていた割合: {share}(確かめた{asked}件のうち、連絡の前から苦情として受けていたもの{known}件。まだ確かめていない連絡 {unasked}件)"
    ).format(
        share=fmt.percent(found.share, decimals=0),
        asked=fmt.number(found.asked),
        known=fmt.number(found.known),
        unasked=fmt.number(found.unasked),
    )


def _reconciled(desk: UserStore, today: date) -> Reconciled:
    return desk.derived(
        ("reconciled", today),
        lambda: referrals.reconciled(
            desk.frame("agency_inquiries"),
            desk.frame("activities"),
            desk.frame("kpi_days"),
            today - timedelta(days=DAYS),
            today - timedelta(days=1),
        ),
    )


def reconciled_words(found: Reconciled) -> str:
    """Return in a sentence how both counts of centres' calls stand to each other."""
    noted = _(
        "{since}から{until}まで: 日次KPIのセンター入電 {told}、行政問合せに残した電話 {noted}(件としては{cases}件)。"
    ).format(
        since=fmt.day(found.since),
        until=fmt.day(found.until),
        told=fmt.NOTHING
        if found.told is None
        else _("{count}件").format(count=fmt.number(found.told)),
        noted=_("{count}件").format(count=fmt.number(found.noted)),
        cases=fmt.number(found.cases),
    )
    return noted + _verdict(found)


def _verdict(found: Reconciled) -> str:
    if found.difference is None:
        return _("日次KPIにまだ数字がないので、比べられません。")
    if found.difference > 0:
        return _(
            "{count}件、日次KPIのほうが多くあります。行政問合せに残していない電話がないか、センターに確かめてください。"
        ).format(count=fmt.number(found.difference))
    if found.difference < 0:
        return _(
            "{count}件、行政問合せのほうが多くあります。日次KPIの未入力の日か、数え漏れがないかを確かめてください。"
        ).format(count=fmt.number(-found.difference))
    return _("両方の数は合っています。")


def _table(desk: UserStore, today: date) -> None:
    by = st.segmented_control(
        _("何で数えるか"),
        list(_BY),
        key="inquiries.by",
        default="agency_name",
        format_func=lambda name: _(_BY[name]),
        required=True,
        label_visibility="collapsed",
    )
    name = str(by or "agency_name")
    rows = desk.derived(
        ("counted contacts", name, today), lambda: _counted(desk, name, today)
    )
    words = _words_of(desk, name)
    st.dataframe(
        {
            "name": [words.get(key, key) or _("分からない") for key, *_rest in rows],
            "contacts": [row[1] for row in rows],
            "cases": [row[2] for row in rows],
            "calls": [row[3] for row in rows],
        },
        hide_index=True,
        column_config={
            "name": st.column_config.TextColumn(_(_BY[name])),
            "contacts": st.column_config.NumberColumn(_("連絡")),
            "cases": st.column_config.NumberColumn(
                _("件"), help=_("同じ苦情・同じ注文は一件に数えます。")
            ),
            "calls": st.column_config.NumberColumn(
                _("電話・書面"), help=_("同じ件での再連絡も数えます。")
            ),
        },
        alt=_("連絡の数、直近90日"),
    )
    st.caption(inert(_("直近90日。はじめて連絡のあった日で数えます。")))


def _counted(
    desk: UserStore, by: str, today: date
) -> tuple[tuple[str, int, int, int], ...]:
    recent = referrals.within(desk.frame("agency_inquiries"), today, 90)
    found = referrals.counted(referrals.contacts(recent), by)
    columns = [found[name].tolist() for name in ("contacts", "cases", "calls")]
    return tuple(zip(map(str, found.index), *columns, strict=True))


def _words_of(desk: UserStore, by: str) -> dict[str, str]:
    if by == "product_code":
        return filters.product_names(desk)
    if by in _WORDS:
        choices = AgencyInquiry.field(by).choices
        return {choice.value: fmt.choice(choice) for choice in choices}
    return {}
