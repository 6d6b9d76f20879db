"""Which complaints are looked at: product, page, channel, centre, wishes; chips of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import streamlit as st

from lib.actions.searching import slug
from lib.i18n import _
from lib.metrics.analysis import CONTACT_FIELDS, Told
from lib.schema.complaint import Complaint
from lib.schema.vocab import Channel
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import filters
from lib.ui import format as fmt
from lib.ui.analysis import words
from lib.ui.analysis.address import (
    ARCHIVED,
    CENTRE,
    CHANNEL,
    ONLY,
    PRODUCT,
    SALES_PAGE,
    TOLD,
    Here,
    choose_period,
    go,
    only_code,
    slugs_of,
)

_KEY: Final = "analysis.narrow.{}"
_LABELS: Final = {
    PRODUCT: "product_code",
    SALES_PAGE: "sales_page",
    CENTRE: "received_centre",
}
"""Parameter → field of a complaint whose label it has."""


def bar(desk: UserStore, at: Here) -> None:
    """Draw the days, the panel of filters, and what is filtered."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        choose_period(at)
        _panel(desk, at)
        _choose_archived(desk, at)
    _chips(desk, at)


def _panel(desk: UserStore, at: Here) -> None:
    count = len(list(_active(desk, at)))
    panel = st.popover(
        _("絞り込み") + (f" ({count})" if count else ""),
        icon=":material/filter_list:",
        key=_KEY.format("panel"),
        on_change="rerun",
        width="content",
    )
    if not panel.open:
        return
    with panel:
        _told(at)
        for name, word in _words_of(at).items():
            known, names = (
                slugs_of(desk, name, archived=at.asked.archived),
                _names(desk, name),
            )
            written = {code: names.get(one, one) for code, one in known.items()}
            _one(name, written, slug(word))
        channels = {channel.code: fmt.choice(channel) for channel in Channel}
        own = Channel.from_text(at.chosen.channel)
        _one(CHANNEL, channels, own.code if own else "")


def _choose_archived(desk: UserStore, at: Here) -> None:
    """Draw whether years that were put away count too, where any were."""
    years = desk.derived("analysis archive years", lambda: desk.archive_years)
    if not years:
        return
    key = _KEY.format(ARCHIVED)
    st.session_state[key] = at.asked.archived
    st.toggle(
        _("保管した年も含める"),
        key=key,
        help=_("保管した年: {years}。台帳には並びません。").format(
            years=fmt.listed(str(year) for year in years)
        ),
        on_change=_go_to_archived,
    )
    if not at.asked.archived and at.chosen.first.year <= max(years):
        st.caption(_("この期間の一部は保管されていて、いまは数えていません。"))


def _go_to_archived() -> None:
    go(ARCHIVED, "1" if st.session_state[_KEY.format(ARCHIVED)] else "")


def _told(at: Here) -> None:
    key = _KEY.format(TOLD)
    st.session_state[key] = at.chosen.told
    st.segmented_control(
        _("苦情か要望か"),
        list(Told),
        key=key,
        format_func=lambda told: _(told.value),
        required=True,
        on_change=_choose_told,
    )


def _choose_told() -> None:
    told: Told = st.session_state[_KEY.format(TOLD)]
    go(TOLD, "" if told is Told.COMPLAINTS else told.code)


def _one(name: str, written: Mapping[str, str], chosen: str) -> None:
    """Draw one choice of codes, with 「すべて」 first."""
    key = _KEY.format(name)
    st.session_state[key] = chosen
    st.selectbox(
        _label(name),
        ["", *written],
        key=key,
        format_func=lambda code: written.get(code, code) or _("すべて"),
        filter_mode="contains",
        on_change=_choose,
        args=(name,),
    )


def _choose(name: str) -> None:
    go(name, st.session_state[_KEY.format(name)] or "")


def _chips(desk: UserStore, at: Here) -> None:
    active = list(_active(desk, at))
    if not active:
        return
    with st.container(horizontal=True, gap="small"):
        for name, text in active:
            st.button(
                inert(text),
                key=_KEY.format(f"chip.{name}"),
                icon=":material/close:",
                icon_position="right",
                help=_("この絞り込みを外す"),
                on_click=go,
                args=(name, ""),
            )


def _active(desk: UserStore, at: Here) -> Iterator[tuple[str, str]]:
    """Yield the parameter and the words of each filter."""
    if at.chosen.told is not Told.COMPLAINTS:
        yield TOLD, _(at.chosen.told.value)
    for name, word in _words_of(at).items():
        if word:
            yield name, f"{_label(name)}: {_names(desk, name).get(word, word)}"
    if at.chosen.only:
        name = words.name_of(desk, at.chosen.only, at.chosen.value)
        yield ONLY, f"{words.label_of(at.chosen.only)}: {name}"
    if at.chosen.channel:
        yield CHANNEL, f"{_label(CHANNEL)}: {_(at.chosen.channel)}"


def _is_heeded(at: Here, name: str) -> bool:
    """Whether a filter narrows what is counted: contacts have fewer fields than cases."""
    if not at.is_of_contacts:
        return True
    if name == ONLY:
        return at.chosen.only is not None and at.chosen.only.code in CONTACT_FIELDS
    return name not in (TOLD, CHANNEL)


def unheeded(desk: UserStore, at: Here) -> tuple[str, ...]:
    """Return the words of the filters that do not narrow what is counted."""
    return tuple(t for name, t in _active(desk, at) if not _is_heeded(at, name))


def said(desk: UserStore, at: Here) -> str:
    """Return in words what is counted, for whoever does not see the page."""
    parts = [] if at.is_of_contacts else [_(at.chosen.told.value)]
    parts += [
        text
        for name, text in _active(desk, at)
        if name != TOLD and _is_heeded(at, name)
    ]
    if at.asked.archived and not at.is_of_contacts:
        parts.append(_("保管した年も含める"))
    return " · ".join(parts)


def codes(at: Here) -> tuple[str, ...]:
    """Return the codes of what is filtered, for the name of a file."""
    chosen = at.chosen
    only = only_code(chosen.only, chosen.value) if chosen.only else ""
    own = Channel.from_text(chosen.channel)
    found = {
        TOLD: "" if chosen.told is Told.COMPLAINTS else chosen.told.code,
        **{name: slug(word) for name, word in _words_of(at).items()},
        ONLY: only.replace(".", "-"),
        CHANNEL: own.code if own else "",
    }
    archived = ARCHIVED if at.asked.archived and not at.is_of_contacts else ""
    heeded = (code for name, code in found.items() if code and _is_heeded(at, name))
    return (*heeded, *filter(None, [archived]))


def _words_of(at: Here) -> Mapping[str, str]:
    chosen = at.chosen
    return {
        PRODUCT: chosen.product,
        SALES_PAGE: chosen.sales_page,
        CENTRE: chosen.centre,
    }


def _names(desk: UserStore, name: str) -> Mapping[str, str]:
    if name == PRODUCT:
        return filters.product_names(desk)
    return filters.centre_names(desk) if name == CENTRE else {}


def _label(name: str) -> str:
    return (
        _("商品")
        if name == PRODUCT
        else _(Complaint.field(_LABELS.get(name, name)).label)
    )
