"""What a sheet holds that is not simply right: a sign, and in words what was typed.

Nothing of it exists on a database, where no such cell can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import streamlit as st

from lib.i18n import N_, _
from lib.schema.record import Record
from lib.schema.tables import Table, table
from lib.store.access import UserStore
from lib.store.protocol import CellStatus
from lib.text import inert, masked, one_line
from lib.ui import format as fmt
from lib.ui import navigation

CHECK_PAGE: Final = "data_check"
"""The page that lists what a sheet has wrong, with the way to mend it."""

_WORDS: Final = {
    CellStatus.BAD: N_("読めません"),
    CellStatus.DOUBTFUL: N_("確かめてください"),
    CellStatus.REPAIRED: N_("読み替えました"),
}
_SHAPES: Final = {
    CellStatus.BAD: fmt.DOUBT,
    CellStatus.DOUBTFUL: "?",
    CellStatus.REPAIRED: "✓",
}
_TYPED_LETTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell that is not simply right. typed: as in the sheet, personal ones masked."""

    field: str
    status: CellStatus
    typed: str

    @property
    def is_open(self) -> bool:
        """Whether a person has to look at it."""
        return self.status is not CellStatus.REPAIRED


Marks = Mapping[str, tuple[Mark, ...]]
"""By key of the row."""


def marks_of(desk: UserStore, code: str) -> Marks:
    """Return the marked cells of a table, of rows that have any."""

    def made() -> dict[str, tuple[Mark, ...]]:
        found: dict[str, tuple[Mark, ...]] = {}
        rows = desk.marks(code)
        for key, name, status, typed in zip(
            rows["key"], rows["field"], rows["status"], rows["typed"], strict=True
        ):
            personal = table(code).field(name).column.personal
            shown = masked(typed) if personal else one_line(typed, _TYPED_LETTERS)
            mark = Mark(str(name), CellStatus(status), shown)
            found[str(key)] = (*found.get(str(key), ()), mark)
        return found

    return desk.derived(("marks", code), made)


def note(desk: UserStore, place: Table, key: str, record: Record) -> None:
    """Say which cells of a row are to be checked, and what was typed; else nothing."""
    marks = marks_of(desk, place.code).get(key, ())
    told = {mark.field for mark in marks}
    unfit = record.misfits()
    blank = [
        field.label
        for field in place.fields
        if field.name in unfit and field.name not in told
    ]
    lines = [_line(place, mark) for mark in marks]
    lines += [_("{label}: 空欄です").format(label=_(label)) for label in blank]
    if not lines:
        return
    count = sum(mark.is_open for mark in marks) + len(blank)
    with st.container(border=True, gap="xsmall"):
        if count:
            words = _("要確認 {count}か所").format(count=count)
            st.badge(inert(f"{fmt.DOUBT} {words}"), color="orange")
        for line in lines:
            st.caption(inert(line))
        if count:
            link_to_check(desk)


def _line(place: Table, mark: Mark) -> str:
    label = _(place.field(mark.field).label)
    return _("{sign} {label}: シートに「{typed}」— {words}").format(
        sign=_SHAPES[mark.status],
        label=label,
        typed=mark.typed,
        words=_(_WORDS[mark.status]),
    )


def open_words(marks: Iterable[Mark]) -> dict[str, str]:
    """Return by field what a grid shows of cells to be checked: the sign and the word."""
    return {
        mark.field: f"{_SHAPES[mark.status]} {mark.typed}"
        for mark in marks
        if mark.is_open
    }


def legend() -> str:
    """Return what the signs in a grid mean."""
    return _("{bad} 読めない値、{doubt} 確かめたい値(シートに書かれたまま)").format(
        bad=_SHAPES[CellStatus.BAD], doubt=_SHAPES[CellStatus.DOUBTFUL]
    )


def left_out(desk: UserStore, lacking: Iterable[tuple[str, int]]) -> None:
    """Say how many unreadable values each figure lacks; nothing where none does.

    Args:
        desk: this person's data.
        lacking: names of figures, in the person's language, with the count of each.
    """
    parts = [
        _("{name} {count}件").format(name=name, count=count)
        for name, count in lacking
        if count
    ]
    if parts:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            said = _("シートで読めない値を除いています: {parts}").format(
                parts=fmt.listed(parts)
            )
            st.caption(inert(f"{fmt.DOUBT} {said}"), width="content")
            link_to_check(desk)


def link_to_check(desk: UserStore) -> None:
    """Draw the way to データ点検 for those who may open it."""
    pages = {page.code for page in navigation.pages_for(desk.principal.role)}
    if CHECK_PAGE in pages:
        navigation.link(CHECK_PAGE, _("データ点検で見る"), icon=":material/fact_check:")
