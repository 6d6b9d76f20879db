"""期限: everything that can run out, who decides about it, and how it is counted."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions.clocks import reading
from lib.i18n import _
from lib.text import inert, one_line
from lib.ui import context, freshness, navigation
from lib.ui import format as fmt
from lib.ui.deadlines import address, detail, listing, month, of_case, rules, taking
from lib.ui.deadlines.address import Address, Part
from lib.ui.viewport import is_phone

LIST_AND_ONE = (7, 5)
PAIRS_SHOWN = 10
PART = "deadlines.part"

desk = context.guard(*navigation.entry(address.PAGE).roles)


def heading() -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.title(_("期限"), anchor=False, width="content")
        taking.panel(desk)
    st.session_state[PART] = here.part
    st.segmented_control(
        _("見かた"),
        list(Part),
        key=PART,
        format_func=fmt.choice,
        label_visibility="collapsed",
        required=True,
        on_change=show_part,
    )


def show_part() -> None:
    address.move(Address(st.session_state[PART] or Part.LIST))


def whole_list() -> None:
    heading()
    match here.part:
        case Part.LIST:
            makers()
            listing.bar(desk, found)
            listing.show(desk, here, found, now, phone=phone)
            like_cases()
            st.caption(
                inert(
                    _(
                        "どの期限も、人が該当と決めるまでは目安です。お客様との約束は「対応待ち」に並びます。"
                    )
                )
            )
        case Part.CALENDAR:
            if phone:
                month.agenda(found.every, now, reading.whom_about(desk))
            else:
                month.grid(found.every, now)
        case Part.RULES:
            rules.show(desk)


def makers() -> None:
    """Prompt calmly for who makes the products of which somebody has to report."""
    for product in reading.without_maker(desk, now)[:2]:
        detail.maker_missing(product.name)


def like_cases() -> None:
    pairs = reading.like_cases(desk)
    if not pairs:
        return
    title = _("同じ商品・同じ症状で見つかった組 {count}").format(count=len(pairs))
    panel = st.expander(
        title,
        icon=":material/compare_arrows:",
        key="deadlines.pairs",
        on_change="rerun",
    )
    if not panel.open:
        return
    with panel:
        for pair in pairs[:PAIRS_SHOWN]:
            with st.container(border=True, gap="xsmall"):
                state = (
                    _("期限あり") if pair.has_clock else _("先の届出に含む・記録のみ")
                )
                days = [
                    fmt.full_day(case.received_at.date())
                    for case in (pair.earlier, pair.later)
                ]
                said = [one_line(pair.product, 40), *days, state]
                st.caption(inert(" · ".join(said)))
                detail.like_pair(pair.pair)


def one_case() -> None:
    st.title(_("期限"), anchor=False)
    lines = tuple(
        line for line in found.every if address.is_meant(line.case_id, here.case)
    )
    of_case.show(desk, lines, lines[0].case_id if lines else here.case, now)


def one_line_open() -> None:
    st.button(
        _("一覧へ戻る"),
        key="deadlines.back",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=address.move,
        args=(Address(here.part),),
    )
    if opened is None:
        st.info(
            inert(_("見つからないか、見る権限がありません。")),
            icon=":material/search_off:",
        )
        return
    detail.card(desk, opened, now)


now = clock.now()
phone = is_phone()
here = address.here()
found = listing.listed(desk, now)
opened = listing.line_of(found, here.deadline)
if here.case and not here.deadline:
    one_case()
elif not here.deadline:
    whole_list()
    freshness.follow(desk)
elif phone:
    st.title(_("期限"), anchor=False)
    one_line_open()
else:
    left, right = st.columns(LIST_AND_ONE)
    with left:
        whole_list()
    with right:
        one_line_open()
