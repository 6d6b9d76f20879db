"""One month: what is to be looked at, what was found, and the signature under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Final

import streamlit as st

from lib import clock
from lib.actions import inspecting
from lib.actions.inspecting import Answer, Hint
from lib.actions.permissions import may
from lib.errors import Conflict, InvalidRecord
from lib.i18n import _
from lib.metrics.inspections import SIGNED, Cell, Standing, due_on
from lib.schema.ids import new_commit_id
from lib.schema.learning import Improvement, Inspection
from lib.schema.vocab import InspectionItem, InspectionResult
from lib.settings.inspections import Line
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, drafting, flash, navigation
from lib.ui import format as fmt
from lib.ui.form import Form, problems_by_field
from lib.ui.improvements import proposing
from lib.ui.inspections import words

_CODES: Final = [result.code for result in InspectionResult]
"""Results as codes: a draft that is taken up again holds codes."""

_SHAPES: Final = {InspectionResult.GOOD: "✓", InspectionResult.TO_IMPROVE: "◆"}

Items = Sequence[tuple[Line, Cell]]


def show(desk: UserStore, month: date, today: date) -> None:
    """Draw every item of a month, and the button that signs what was answered."""
    items = inspecting.month(desk, month, today)
    signs = may(desk.principal, "inspections.sign") and not desk.principal.only_looks
    _head(desk, month, items, today)
    form = _form_of(month)
    names = [_name(part, line.item) for line, _c in items for part in _PARTS]
    if signs:
        drafting.offer(form, names, title="month")
    hints = inspecting.hints(desk, month, today)
    with st.grid(min_column_width=420, gap="small"):
        for line, cell in items:
            _item(desk, form, line, cell, hints.get(line.item), signs=signs)
    if signs and any(cell.standing not in SIGNED for _l, cell in items):
        drafting.autosave(form, names)
        _button(desk, form, month, items)


_PARTS: Final = ("result", "note")


def _form_of(month: date) -> Form:
    name = f"inspection-{month:%Y-%m}"
    return Form(name, Inspection, st.session_state.get(f"{name}-problems") or {})


def _name(part: str, item: InspectionItem) -> str:
    return f"{part}:{item.code}"


def _head(desk: UserStore, month: date, items: Items, today: date) -> None:
    done = sum(cell.standing in SIGNED for _l, cell in items)
    due = due_on(month, inspecting.due_day(desk, today))
    said = _("{total}項目のうち {done}項目に署名済み · 締切 {day}").format(
        total=len(items), done=done, day=fmt.full_day(due)
    )
    st.markdown(inert(said))


def _item(
    desk: UserStore,
    form: Form,
    line: Line,
    cell: Cell,
    hint: Hint | None,
    *,
    signs: bool,
) -> None:
    with st.container(border=True, gap="xsmall", height="stretch"):
        st.markdown(
            f"**{inert(fmt.choice(line.item))}** {words.badge(cell)}  \n"
            f":small[:gray[{inert(_(line.hint))}]]"
        )
        if hint is not None:
            _hint(line.item, hint)
        if cell.standing in SIGNED and cell.row is not None:
            _signed(desk, cell.row, signs=signs)
            return
        if cell.standing is Standing.CHANGED and cell.row is not None:
            _changed(cell.row)
        if signs:
            _ask(form, line.item)


def _hint(item: InspectionItem, hint: Hint) -> None:
    """Say what other records know already, with the way there."""
    if hint.pages:
        said = _("この月のページ点検: {pages}ページ、要改善 {wanting}件").format(
            pages=hint.pages, wanting=hint.wanting
        )
        navigation.link("page_checks", inert(said), icon=":material/checklist:")
    elif item in inspecting.PAGE_KINDS:
        said = _("この月のページ点検はまだありません")
        navigation.link("page_checks", inert(said), icon=":material/checklist:")
    if hint.late_documents:
        said = _("見直し期限を過ぎた文書 {count}件").format(count=hint.late_documents)
        navigation.link("documents", inert(said), icon=":material/menu_book:")


def _signed(desk: UserStore, row: Inspection, *, signs: bool) -> None:
    if row.note:
        st.text(row.note)
    when = fmt.moment(row.signed_at) if row.signed_at else _("シートで記入")
    said = _("点検者 {who} · {when}").format(who=row.inspector, when=when)
    st.caption(f":material/draw: {inert(said)}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if row.result is InspectionResult.TO_IMPROVE:
            _improvement(desk, row, signs=signs)
        if signs:
            _reopening(row)


def _improvement(desk: UserStore, row: Inspection, *, signs: bool) -> None:
    mend = inspecting.improvement_of(desk, row)
    if mend is not None:
        said = _("改善 {number} {state}").format(
            number=mend.id, state=fmt.choice(mend.status)
        )
        navigation.link(
            "improvements", inert(said), icon=":material/build:", id=mend.id
        )
    elif signs:
        proposing.button(
            desk,
            f"inspection|{row.month:%Y-%m}|{row.item.code}",
            title=_title_of(row),
            on_made=partial(_link, row),
        )


def _title_of(row: Inspection) -> str:
    return f"{_(row.item.value)}: {row.note}"


def _link(row: Inspection, made: Improvement) -> None:
    inspecting.link(
        context.desk(), row, made.id, now=clock.now(), commit_id=f"{made.id}-inspected"
    )


def _changed(row: Inspection) -> None:
    said = _("{who} の署名のあとに変わりました。いまの内容: {result} {note}").format(
        who=row.inspector or fmt.NOTHING, result=fmt.choice(row.result), note=row.note
    )
    st.markdown(f":small[{inert(said)}]")


# Signing ------------------------------------------------------------------------------


def _ask(form: Form, item: InspectionItem) -> None:
    key = form.key(_name("result", item))
    # Sent anew in each run: a draft and another language bring other labels.
    st.session_state[key] = st.session_state.get(key)
    st.pills(
        fmt.choice(item),
        _CODES,
        key=key,
        format_func=_result_label,
        label_visibility="collapsed",
        persist_state="session",
    )
    st.text_input(
        _("所見"),
        key=form.key(_name("note", item)),
        max_chars=LONGEST_TEXT,
        label_visibility="collapsed",
        placeholder=_("所見(要改善のときは必ず)"),
        on_change="ignore",
        live="800ms",
        persist_state="session",
    )
    form.show_problems(item.code)


def _result_label(code: str) -> str:
    found = InspectionResult.from_code(code)
    return f"{_SHAPES[found]} {fmt.choice(found)}" if found else code


def _button(desk: UserStore, form: Form, month: date, items: Items) -> None:
    form.show_problems("month")
    open_ones = tuple(cell for _l, cell in items if cell.standing not in SIGNED)
    answered = sum(form.get(_name("result", c.item)) is not None for c in open_ones)
    said = _("{name} として {count}項目に署名する").format(
        name=desk.principal.name, count=answered
    )
    st.button(
        inert(said),
        key="inspections.sign",
        type="primary",
        icon=":material/draw:",
        shortcut="Mod+S",
        disabled=not answered,
        on_click=_sign,
        args=(form, month, open_ones),
    )


def _sign(form: Form, month: date, cells: tuple[Cell, ...]) -> None:
    st.session_state.pop(f"{form.name}-problems", None)
    seen = {cell.item: cell.row for cell in cells if cell.row is not None}
    answers = _answers(form, cells)
    try:
        with boundary.attempt():
            try:
                inspecting.sign(
                    context.desk(),
                    month,
                    answers,
                    {item: row for item, row in seen.items() if item in answers},
                    now=clock.now(),
                    commit_id=drafting.entry_id(form),
                )
            except Conflict:
                said = _("ほかの人が先に署名しました。書いた所見は残っています。")
                flash.say(said, "info")
                return
            drafting.discard(form)
            flash.say(_("{count}項目に署名しました。").format(count=len(answers)))
    except InvalidRecord as refused:
        found = problems_by_field(refused.problems)
        st.session_state[f"{form.name}-problems"] = found
        flash.say(
            _("まだ足りないところがあります。印のところを見てください。"), "warning"
        )


def _answers(form: Form, cells: tuple[Cell, ...]) -> Mapping[InspectionItem, Answer]:
    found = {}
    for cell in cells:
        result = InspectionResult.from_code(
            str(form.get(_name("result", cell.item)) or "")
        )
        if result is not None:
            note = str(form.get(_name("note", cell.item)) or "")
            found[cell.item] = Answer(result, note)
    return found


# Reopening ----------------------------------------------------------------------------


def _reopening(row: Inspection) -> None:
    key = f"inspections.reopen.{row.month:%Y-%m}.{row.item.code}"
    opened = st.popover(
        _("開き直す"),
        icon=":material/lock_open:",
        type="tertiary",
        key=key,
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened:
        st.caption(
            inert(
                _(
                    "署名と結果を外し、もう一度点検します。前の結果と理由は操作ログに残ります。"
                )
            )
        )
        st.text_input(
            _("理由(必須)"),
            key=f"{key}.reason",
            max_chars=LONGEST_TEXT,
            on_change="ignore",
            persist_state="session",
        )
        for message in st.session_state.get(f"{key}.problems", ()):
            st.markdown(f":red[:small[:material/error: {_(message)}]]")
        st.button(
            _("署名を外す"),
            key=f"{key}.press",
            on_click=_reopen,
            args=(key, row, new_commit_id()),
        )


def _reopen(key: str, row: Inspection, commit_id: str) -> None:
    state = st.session_state
    state.pop(f"{key}.problems", None)
    with boundary.attempt():
        try:
            inspecting.reopen(
                context.desk(),
                row,
                reason=str(state.get(f"{key}.reason") or ""),
                now=clock.now(),
                commit_id=commit_id,
            )
        except InvalidRecord as refused:
            state[f"{key}.problems"] = [p.message for p in refused.problems]
            return
        except Conflict:
            said = _("ほかの人が先に変えました。いまの様子を表示しています。")
            flash.say(said, "info")
            return
        state.pop(f"{key}.reason", None)
        state[key] = False
        _show_again(row)
        flash.say(_("開き直しました。もう一度点検して署名してください。"))


def _show_again(row: Inspection) -> None:
    """Lay what was found before into the fields of the month, to start from."""
    form = _form_of(row.month)
    form.set(**{_name("note", row.item): row.note})
