"""The numbers of a crisis: people who were affected, lots that come back."""

from __future__ import annotations

from typing import Any, Final, cast

import streamlit as st

from lib.actions.crises import working
from lib.actions.crises.reading import Board
from lib.i18n import _
from lib.metrics import crises
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.crisis import Crisis, RecallLot
from lib.schema.tables import table
from lib.schema.vocab import CrisisKind
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import drafting, filters
from lib.ui import format as fmt
from lib.ui.crisis.saving import (
    Attempt,
    form_of,
    name_of,
    open_editor,
    opened,
    save,
    save_buttons,
    seen_by,
)
from lib.ui.form import field_input

PEOPLE, LOT, NEW_LOT = "people", "lot", "new-lot"
COUNTS: Final = ("shipped", "recovered", "note")
LOTS_SHOWN: Final = 12


# People -------------------------------------------------------------------------------


def people(board: Board) -> None:
    """Draw how many are known, know of it, and were compensated."""
    crisis, found = board.crisis, board.affected
    with st.container(border=True, gap="small"):
        _title_with(
            _("影響を受けた人"),
            board,
            PEOPLE,
            _("数を直す"),
            lambda: open_editor(crisis.id, PEOPLE, crisis, working.COUNT_FIELDS),
        )
        if opened(crisis.id) == PEOPLE:
            _people_editor(board)
            return
        with st.grid(3, min_column_width=100, gap="small"):
            with st.container(gap="xxsmall"):
                _number(_("わかっている"), found.known)
                st.progress(1.0 if found.known else 0.0)
            _count(_("知らせた"), found.informed, found.informed_share)
            _count(_("補償した"), found.compensated, found.compensated_share)
        if found.known is None:
            st.caption(inert(_("まだ数がわかりません。わかった分から入れます。")))
        if found.is_doubtful:
            words = _("知らせた人・補償した人が、わかっている人より多くなっています。")
            st.caption(f"{fmt.DOUBT} {inert(words)}")


def _count(label: str, number: int | None, share: float | None) -> None:
    with st.container(gap="xxsmall"):
        _number(label, number)
        st.progress(min(share or 0.0, 1.0))
        st.caption(inert(fmt.percent(share)))


def _number(label: str, number: int | None) -> None:
    st.caption(inert(label))
    st.markdown(f"##### {inert(fmt.number(number, unit='人'))}")


def _people_editor(board: Board) -> None:
    crisis = board.crisis
    form = form_of(crisis.id, PEOPLE, Crisis)
    for name in working.COUNT_FIELDS:
        field_input(form, name)
    save_buttons(crisis.id, PEOPLE, save_fields, board, PEOPLE, working.COUNT_FIELDS)


def save_fields(board: Board, editor: str, names: tuple[str, ...]) -> None:
    """Save fields of the crisis itself; a callback."""
    crisis = board.crisis
    form = form_of(crisis.id, editor, Crisis)
    save(
        crisis.id,
        Attempt(
            cast("Any", working.edit),
            seen_by(crisis.id, editor, crisis),
            form.values(names),
            editor,
            drafting.entry_id(form),
            _("{number} を保存しました。").format(number=crisis.id),
        ),
    )


def _title_with(
    title: str, board: Board, editor: str, label: str, on_open: Any
) -> None:
    """Draw a card's title and the button that opens its editor."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(f"**{inert(title)}**", width="content")
        if board.crisis.is_open and opened(board.crisis.id) != editor:
            st.button(
                label,
                key=name_of(board.crisis.id, f"open:{editor}"),
                icon=":material/edit:",
                type="tertiary",
                on_click=on_open,
            )


# Lots ---------------------------------------------------------------------------------


def has_recall(board: Board) -> bool:
    """Whether a recall is a question here at all."""
    return bool(board.lots) or board.crisis.kind is CrisisKind.ACCIDENT


def recall(desk: UserStore, board: Board) -> None:
    """Draw each lot with what came back of it, and all lots together."""
    if not has_recall(board):
        return
    names = filters.product_names(desk)
    with st.container(border=True, gap="small"):
        _title_with(_("回収"), board, NEW_LOT, _("ロットを足す"), lambda: _new(board))
        if opened(board.crisis.id) == NEW_LOT:
            _new_editor(board, names)
        if not board.lots:
            words = _("回収するロットを足すと、出荷と回収の数をここで数えます。")
            st.caption(inert(words))
            return
        _totals(board.recall)
        everything = name_of(board.crisis.id, "all-lots")
        shown = board.lots
        if len(shown) > LOTS_SHOWN and not st.session_state.get(everything):
            shown = shown[:LOTS_SHOWN]
        for lot in shown:
            _lot(board, lot, names)
        if len(shown) < len(board.lots):
            st.button(
                _("ほかの{count}ロットも見る").format(
                    count=len(board.lots) - len(shown)
                ),
                key=name_of(board.crisis.id, "more-lots"),
                type="tertiary",
                on_click=st.session_state.__setitem__,
                args=(everything, True),
            )


def _totals(found: crises.Recall) -> None:
    words = _("出荷 {shipped} → 回収 {recovered}").format(
        shipped=fmt.number(found.shipped, unit="個"),
        recovered=fmt.number(found.recovered, unit="個"),
    )
    st.markdown(f"##### {inert(words)}")
    share = found.share
    st.progress(
        min(share or 0.0, 1.0),
        text=inert(_("回収率 {share}").format(share=fmt.percent(share))),
    )
    if found.has_gaps:
        gaps = _(
            "数のわからないロットがあります(出荷 {shipped}、回収 {recovered})。合計はわかっている分だけ、回収率は両方わかるロットだけです。"
        ).format(shipped=found.without_shipped, recovered=found.without_recovered)
        st.caption(f"{fmt.DOUBT} {inert(gaps)}")


def _lot(board: Board, lot: RecallLot, names: dict[str, str]) -> None:
    crisis_id = board.crisis.id
    key = table("recall_lots").key_of(lot)
    editor = f"{LOT}-{board.lots.index(lot)}"
    told, way = st.columns((5, 2), vertical_alignment="center")
    with told:
        product = names.get(lot.product_code, lot.product_code)
        counts = f"{fmt.number(lot.recovered)} / {fmt.number(lot.shipped)}"
        share = fmt.percent(crises.share(lot.recovered, lot.shipped))
        st.markdown(
            f"{inert(product)} **{inert(lot.lot)}**  \n"
            f":small[{inert(counts)} · {inert(share)}]",
        )
    if board.crisis.is_open:
        way.button(
            _("直す"),
            key=name_of(key, "edit"),
            icon=":material/edit:",
            type="tertiary",
            on_click=open_editor,
            args=(crisis_id, editor, lot, COUNTS),
        )
    if lot.note:
        st.caption(inert(lot.note))
    if opened(crisis_id) == editor:
        _lot_editor(board, lot, editor)


def _lot_editor(board: Board, lot: RecallLot, editor: str) -> None:
    form = form_of(board.crisis.id, editor, RecallLot)
    with st.container(border=True):
        left, right = st.columns(2)
        with left:
            field_input(form, "shipped")
        with right:
            field_input(form, "recovered")
        field_input(form, "note", height=80)
        st.caption(
            inert(_("わからない数は空欄のままにします。空欄は0ではありません。"))
        )
        st.caption(
            inert(
                _(
                    "まちがえて足したロットは消せません。出荷数と回収数を0にし、メモに「誤り」と書きます。"
                )
            )
        )
        save_buttons(board.crisis.id, editor, _save_lot, board, lot, editor)


def _save_lot(board: Board, lot: RecallLot, editor: str) -> None:
    form = form_of(board.crisis.id, editor, RecallLot)
    save(
        board.crisis.id,
        Attempt(
            cast("Any", working.edit_lot),
            seen_by(board.crisis.id, editor, lot),
            form.values(COUNTS),
            editor,
            drafting.entry_id(form),
            _("回収の数を保存しました。"),
        ),
    )


def _new(board: Board) -> None:
    crisis = board.crisis
    first = {"product_code": crisis.product_code or None}
    open_editor(crisis.id, NEW_LOT, None, first=first)


def _new_editor(board: Board, names: dict[str, str]) -> None:
    form = form_of(board.crisis.id, NEW_LOT, RecallLot)
    known = [code for code in names if code != UNKNOWN_PRODUCT]
    with st.container(border=True):
        left, right = st.columns(2)
        with left:
            field_input(
                form,
                "product_code",
                required=True,
                options=known,
                format_option=lambda code: names.get(code, code),
            )
        with right:
            field_input(form, "lot", required=True)
        with left:
            field_input(form, "shipped")
        with right:
            field_input(form, "recovered")
        save_buttons(board.crisis.id, NEW_LOT, _save_new, board)


def _save_new(board: Board) -> None:
    crisis_id = board.crisis.id
    form = form_of(crisis_id, NEW_LOT, RecallLot)

    def added(desk: UserStore, _seen: Any, values: Any, **shared: Any) -> RecallLot:
        return working.add_lot(desk, crisis_id, values, **shared)

    save(
        crisis_id,
        Attempt(
            cast("Any", added),
            board.crisis,
            form.values(working.LOT_FIELDS),
            NEW_LOT,
            drafting.entry_id(form),
            _("ロットを足しました。"),
        ),
    )
