"""Which month, reader and centre; all of it stands in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import streamlit as st

from lib.actions.monthly import centres_for, months_for, readers_for, usual_month
from lib.actions.searching import slug
from lib.i18n import N_, _
from lib.reports.monthly.material import Reader
from lib.schema.masters import Centre
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt

MONTH, READER, CENTRE = "month", "reader", "centre"
"""Names in the address."""

_KEY: Final = "monthly.{}"

SAYS: Final = {
    Reader.BOARD: N_(
        "全体の健康、変わったこと、センターからの連絡、苦情、約束、改善、決めること3つ。"
    ),
    Reader.CONTRACT: N_(
        "このセンターの数字だけを載せます。ほかのセンターと会社の台帳の数字は入りません。"
    ),
}


@dataclass(frozen=True, slots=True)
class Here:
    """The report that is meant. centre: None for the board's."""

    month: date
    reader: Reader
    centre: Centre | None

    @property
    def code(self) -> str:
        """Code of the centre, "" for the board's report."""
        return self.centre.code if self.centre else ""


def here(desk: UserStore, now: datetime) -> Here | None:
    """Return what the address asks for; None where there is no centre to report on."""
    query, centres = st.query_params, centres_for(desk)
    readers = readers_for(desk.principal)
    if not centres or not readers:
        return None
    months = months_for(now)
    named = {f"{month:%Y-%m}": month for month in months}
    month = named.get(query.get(MONTH, ""), usual_month(now))
    asked = Reader.from_code(query.get(READER, ""))
    reader = asked if asked in readers else readers[0]
    if reader is Reader.BOARD:
        return Here(month, reader, None)
    wanted = query.get(CENTRE, "")
    centre = next((c for c in centres if wanted in {c.code, slug(c.code)}), centres[0])
    return Here(month, reader, centre)


def controls(desk: UserStore, at: Here, now: datetime) -> None:
    """Draw the choices; each change goes into the address."""
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        _month(at, months_for(now))
        if len(readers_for(desk.principal)) > 1:
            _reader(at)
        if at.centre is not None and not desk.principal.is_outsourced:
            _centre(at, centres_for(desk))
    st.caption(inert(_(SAYS[at.reader])))


def _month(at: Here, months: Sequence[date]) -> None:
    key = _KEY.format(MONTH)
    st.session_state[key] = at.month
    st.selectbox(
        _("月"),
        list(months),
        key=key,
        format_func=fmt.month,
        filter_mode="contains",
        width=180,
        on_change=_go,
        args=(MONTH,),
    )


def _reader(at: Here) -> None:
    key = _KEY.format(READER)
    st.session_state[key] = at.reader
    st.segmented_control(
        _("だれに見せるか"),
        list(Reader),
        key=key,
        format_func=fmt.choice,
        required=True,
        on_change=_go,
        args=(READER,),
    )


def _centre(at: Here, centres: Sequence[Centre]) -> None:
    key = _KEY.format(CENTRE)
    names = {centre.code: centre.name for centre in centres}
    st.session_state[key] = at.code
    st.selectbox(
        _("センター"),
        list(names),
        key=key,
        format_func=lambda code: names.get(code, code),
        filter_mode="contains",
        width=240,
        on_change=_go,
        args=(CENTRE,),
    )


def _go(name: str) -> None:
    """Put a choice into the address: codes only."""
    chosen = st.session_state.get(_KEY.format(name))
    if isinstance(chosen, date):
        st.query_params[name] = f"{chosen:%Y-%m}"
    elif isinstance(chosen, Reader):
        st.query_params[name] = chosen.code
    elif chosen:
        st.query_params[name] = slug(str(chosen))
