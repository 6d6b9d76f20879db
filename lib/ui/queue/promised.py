"""What was promised for today, on top of the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

import pandas as pd
import streamlit as st

from lib.i18n import _
from lib.metrics.promises import When
from lib.metrics.queue import COMPLAINTS
from lib.schema.vocab import Promise
from lib.text import inert, one_line
from lib.ui import filters, results
from lib.ui import format as fmt
from lib.ui.queue import words

SHOWN: Final = 4
SHOWN_NARROW: Final = 2
"""Promises that stand above the list; the rest is one press away."""

_LETTERS: Final = 34
_LETTERS_NARROW: Final = 14


@dataclass(frozen=True, slots=True)
class Due:
    """What was promised until tonight, the overdue first.

    first: the rows that there is room for. late: how many of `count` are overdue.
    """

    first: tuple[Any, ...]
    count: int
    late: int

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Self:
        """Return it of the rows of `queueing.todays_promises`."""
        late = int((rows["when"] == When.OVERDUE.value).sum())
        return cls(tuple(rows.head(SHOWN).itertuples()), len(rows), late)


def today(due: Due, *, narrow: bool) -> None:
    """Draw what was promised for today, the overdue first, each done in one press.

    narrow: on a phone and beside a case there is room for fewer, and for less of each.
    """
    shown = due.first[: SHOWN_NARROW if narrow else SHOWN]
    with st.container(border=True, gap="xsmall", key="queue-today"):
        st.markdown(_head(due))
        if not due.count:
            st.caption(inert(_("今日までの約束は、すべて果たしました。")))
        for row in shown:
            _promise(row, narrow=narrow)
        if due.count > len(shown):
            st.caption(
                inert(
                    _(
                        "ほかに{count}件。下の一覧の「約束を超過」「今日の約束」で見られます。"
                    ).format(count=due.count - len(shown))
                )
            )


def _head(due: Due) -> str:
    parts = [f"**{inert(_('今日の約束'))}**"]
    if due.late:
        late = inert(_("▲ 超過 {count}件").format(count=due.late))
        parts.append(f":red-badge[{late}]")
    rest = inert(_("これから {count}件").format(count=due.count - due.late))
    return " ".join([*parts, f":small[:gray[{rest}]]"])


def _promise(row: Any, *, narrow: bool) -> None:
    number = str(row.Index)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        colour = "red" if row.when == When.OVERDUE.value else "blue"
        what = Promise(row.promise) if row.promise in list(Promise) else None
        said = " · ".join(
            part
            for part in (
                fmt.choice(what) if row.table == COMPLAINTS else _("行政への回答"),
                one_line(str(row.content), _LETTERS_NARROW if narrow else _LETTERS),
                str(row.handler) or _("担当なし"),
            )
            if part
        )
        st.markdown(
            f":{colour}-badge[{inert(words.due(row))}] {inert(said)}", width="stretch"
        )
        _open(number, f"queue.promise.{number}")
        if row.table == COMPLAINTS:
            results.menu(f"queue.result.{number}", number, what)


def _open(number: str, key: str) -> None:
    st.button(
        _("開く"),
        key=key,
        type="tertiary",
        help=inert(number),
        on_click=filters.open_case,
        args=(number,),
    )
