"""One date as a whole: until when, why, whose duty, and what a person does about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions.clocks import reading
from lib.actions.clocks.changing import counted
from lib.actions.clocks.proposing import closed_of
from lib.actions.clocks.reading import Known
from lib.actions.permissions import may
from lib.errors import ActionRefused, NotAllowed
from lib.i18n import _
from lib.metrics.pairs import Pair
from lib.metrics.running_out import Line, Origin
from lib.schema.deadline import Deadline
from lib.schema.vocab import Applicability
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert, is_web_address
from lib.ui import context, navigation
from lib.ui import format as fmt
from lib.ui.case.history import shown_text
from lib.ui.deadlines import saving, words
from lib.ui.deadlines.links import case_link
from lib.ui.deadlines.saving import (
    ASSIGN,
    DONE,
    MOVE,
    RECOUNT,
    REDECIDE,
    REOPEN,
    VOID,
    Editor,
    editor_of,
    leave_editor,
    name_of,
    open_editor,
    submit,
)
from lib.ui.form import field_input

STEPS_SHOWN: Final = 6


def card(
    desk: UserStore,
    line: Line,
    now: datetime,
    *,
    is_main: bool = True,
    names_case: bool = True,
) -> None:
    """Draw one date with everything about it.

    is_main: whether its button is the main one of the screen. names_case: whether the
    way to its case stands here.
    """
    with st.container(border=True, gap="small", key=name_of(line.key, "card")):
        _head(line, now, names_case=names_case)
        if line.origin is not Origin.CLOCK:
            _no_clock(line)
            return
        try:
            found = reading.known(desk, line)
        except NotAllowed:
            st.caption(inert(_("見つからないか、見る権限がありません。")))
            return
        _reasons(desk, line, found)
        if may_write(desk):
            if saving.opened(line.key):
                _editor(desk, found)
            else:
                _buttons(line, found, is_main=is_main)
        _course(found)


def may_write(desk: UserStore) -> bool:
    """Whether the person's role decides about clocks."""
    return may(desk.principal, "deadlines.work")


def _head(line: Line, now: datetime, *, names_case: bool) -> None:
    st.markdown(f"##### {inert(words.name_of(line))}")
    badges = [
        words.kind_badge(line.kind),
        words.left_badge(line, now),
        words.check_badge(line),
    ]
    st.markdown(" ".join(filter(None, badges)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{inert(words.due_words(line))}**", width="content")
        if names_case:
            case_link(line.case_id)


def _no_clock(line: Line) -> None:
    """Say of what is no clock whose it is; it is settled where its case is."""
    said = [f"{_('担当')} {line.owner or _('なし')}"]
    if line.source:
        said.append(f"{_('根拠')} {line.source}")
    st.caption(inert(" · ".join(said)))
    st.caption(inert(_("これは案件の画面で終えます。番号を押すと開きます。")))


def _reasons(desk: UserStore, line: Line, found: Known) -> None:
    closed = closed_of(desk)
    rule = found.rule
    facts = [
        (
            _("数え方"),
            words.counted_words(found.clock, rule, weekly_closed=closed),
        ),
        (_("義務のある者"), _(line.party) if line.party else ""),
        (_("担当"), line.owner or _("なし")),
        (_("根拠"), _source(line)),
    ]
    if line.applies is not Applicability.UNCHECKED:
        facts.append((_("判断"), _decision(found.clock)))
    if found.clock.done_at is not None:
        facts.append((_("完了"), fmt.moment(found.clock.done_at)))
    _pairs_of_words([fact for fact in facts if fact[1]])
    if found.clock.evidence_url:
        _evidence(found.clock.evidence_url)
    for note in line.notes:
        st.caption(f":material/info: {inert(_(note))}")
    if found.pair is not None:
        like_pair(found.pair)
    if found.lacks_maker and found.product is not None:
        maker_missing(found.product.name)


def _pairs_of_words(facts: list[tuple[str, str]]) -> None:
    """Draw facts in two columns; the sentence of the counting stands alone."""
    first, *rest = [
        f":small[:gray[{inert(label)}]]  \n{inert(value)}" for label, value in facts
    ]
    st.markdown(first)
    left, right = st.columns(2)
    left.markdown("\n\n".join(rest[::2]))
    right.markdown("\n\n".join(rest[1::2]))


def _source(line: Line) -> str:
    if not line.source:
        return ""
    if line.checked_on is None:
        return line.source
    checked = _("最終確認 {day}").format(day=f"{line.checked_on:%Y/%m/%d}")
    return f"{line.source}({checked})"


def _decision(seen: Deadline) -> str:
    said = _("{applies}({who})").format(
        applies=fmt.choice(seen.applies), who=seen.checked_by
    )
    return f"{said}: {seen.check_reason}" if seen.check_reason else said


def _evidence(url: str) -> None:
    if is_web_address(url):
        st.link_button(_("証跡を開く"), url, icon=":material/open_in_new:")
    else:
        st.text(f"{_('証跡')}: {url}")


def like_pair(pair: Pair) -> None:
    """Draw why two cases are taken for alike, with the way to both."""
    with st.container(border=True, gap="xsmall"):
        said = _(
            "同じ商品・同じ症状({symptoms})が、別のお客様から2件あります。"
        ).format(symptoms=fmt.listed(_(word) for word in pair.symptoms))
        st.markdown(f":material/compare_arrows: {inert(said)}")
        with st.container(horizontal=True, gap="small"):
            case_link(pair.earlier)
            case_link(pair.later)
        st.caption(
            inert(
                _(
                    "受診のある二つの申し出が、おおむね30日以内にあったためです。同じ方の二度目の電話は数えません。"
                )
            )
        )


def maker_missing(name: str) -> None:
    """Prompt calmly for who makes a product: they owe the report."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = _("「{name}」の製造販売元がまだ入っていません。").format(name=name)
        st.markdown(f":material/inventory_2: {inert(said)}", width="content")
        navigation.link("products", _("商品に入れる"))


# What a person does -------------------------------------------------------------------


def _buttons(line: Line, found: Known, *, is_main: bool) -> None:
    seen = found.clock
    if not line.is_running:
        _button(seen, REOPEN, _("もう一度開く"), ":material/undo:", {"reason": ""})
        return
    with st.container(horizontal=True, gap="small"):
        if line.applies is Applicability.UNCHECKED:
            st.button(
                _("該当"),
                key=name_of(seen.id, "applies"),
                type="primary" if is_main else "secondary",
                icon=":material/check:",
                help=_("この期限が当てはまる、とあなたの名前で残します。"),
                on_click=saving.applies,
                args=([seen],),
            )
            _button(seen, VOID, _("非該当"), ":material/block:", {"check_reason": ""})
        else:
            _button(
                seen,
                DONE,
                _("済ませた"),
                ":material/task_alt:",
                {"done_at": clock.now(), "evidence_url": seen.evidence_url},
                kind="primary" if is_main else "secondary",
            )
            _button(
                seen,
                REDECIDE,
                _("判断を直す"),
                ":material/undo:",
                {"applies": Applicability.NOT_APPLICABLE, "check_reason": ""},
            )
        with st.popover(
            _("変える"), icon=":material/edit:", key=name_of(seen.id, "more")
        ):
            _changes(line, found)


def _changes(line: Line, found: Known) -> None:
    seen = found.clock
    if line.applies is Applicability.UNCHECKED and not line.awaits_word:
        _button(
            seen,
            DONE,
            _("済ませた"),
            ":material/task_alt:",
            {"done_at": clock.now(), "evidence_url": seen.evidence_url},
        )
    _button(
        seen,
        MOVE,
        _("期限を変える"),
        ":material/event:",
        {"due_at": seen.due_at, "change_reason": ""},
    )
    if found.rule is not None and found.rule.counting.length:
        _button(
            seen,
            RECOUNT,
            _("起算日を直す"),
            ":material/restart_alt:",
            {"started_at": seen.started_at, "change_reason": ""},
        )
    _button(
        seen,
        ASSIGN,
        _("担当を決める"),
        ":material/person:",
        {"owner": seen.owner or None},
    )


def _button(
    seen: Deadline,
    code: str,
    label: str,
    icon: str,
    first: dict[str, Any],
    *,
    kind: Any = "secondary",
) -> None:
    st.button(
        label,
        key=name_of(seen.id, f"open:{code}"),
        icon=icon,
        type=kind,
        on_click=open_editor,
        args=(seen, code, first),
    )


# Editors ------------------------------------------------------------------------------


def _editor(desk: UserStore, found: Known) -> None:
    editor = editor_of(found.clock)
    draw = _EDITORS.get(editor.code)
    if draw is None:
        leave_editor(found.clock.id)
        return
    with st.container(border=True):
        if editor.is_outrun:
            _outrun(editor.seen)
        draw(desk, editor)


def _outrun(now: Deadline) -> None:
    """Say what somebody else did while this was being typed; nothing typed is lost."""
    state = [f"{_('該当確認')} {fmt.choice(now.applies)} {now.checked_by}".strip()]
    state.append(f"{_('期限')} {fmt.moment(now.due_at)}")
    if now.done_at is not None:
        state.append(f"{_('完了')} {fmt.moment(now.done_at)}")
    said = _(
        "ほかの人が先に変えました。まだ保存していません。入力はそのままです。よければもう一度押してください。"
    )
    st.warning(
        f"{inert(said)}  \n{inert(' · '.join(state))}", icon=":material/difference:"
    )


def _void_editor(_desk: UserStore, editor: Editor) -> None:
    field_input(
        editor.form,
        "check_reason",
        required=True,
        label=_("非該当と判断した理由(必須)"),
        placeholder=_("例: 1名分の氏名のみで、四つの型に当たらない"),
        show_help=False,
    )
    said = _("「非該当」にしました。理由とあなたの名前を残しました。")
    _save(editor, ("check_reason",), _("非該当にする"), said)


def _redecide_editor(_desk: UserStore, editor: Editor) -> None:
    field_input(
        editor.form,
        "applies",
        options=[Applicability.NOT_APPLICABLE, Applicability.APPLIES],
        pills=True,
        show_help=False,
    )
    field_input(editor.form, "check_reason", label=_("理由(必須)"), show_help=False)
    said = _("判断を直しました。理由とあなたの名前を残しました。")
    _save(editor, ("applies", "check_reason"), _("判断を直す"), said)


def _done_editor(_desk: UserStore, editor: Editor) -> None:
    left, right = st.columns(2)
    with left:
        field_input(editor.form, "done_at", label=_("済ませた日時"), show_help=False)
    with right:
        field_input(
            editor.form,
            "evidence_url",
            label=_("控えの場所(任意)"),
            placeholder=_("届出の控え・送信記録のURLや置き場所"),
            show_help=False,
        )
    editor.form.show_problems("applies")
    said = _("済ませたことを残しました。")
    _save(editor, ("done_at", "evidence_url"), _("済ませたことにする"), said)


def _move_editor(_desk: UserStore, editor: Editor) -> None:
    field_input(editor.form, "due_at", label=_("新しい期限"), show_help=False)
    field_input(
        editor.form, "change_reason", label=_("変える理由(必須)"), show_help=False
    )
    said = _("期限を変えました。理由を残しました。")
    _save(editor, ("due_at", "change_reason"), _("期限を変える"), said)


def _recount_editor(desk: UserStore, editor: Editor) -> None:
    field_input(
        editor.form,
        "started_at",
        label=_("正しい起算日時"),
        show_help=False,
        on_change="rerun",
    )
    _preview(desk, editor)
    field_input(
        editor.form, "change_reason", label=_("直す理由(必須)"), show_help=False
    )
    said = _("起算日から数え直しました。理由を残しました。")
    _save(editor, ("started_at", "change_reason"), _("数え直す"), said)


def _preview(desk: UserStore, editor: Editor) -> None:
    began = editor.form.values(["started_at"])["started_at"]
    if began is None:
        return
    try:
        due = desk.derived(
            ("recounted", editor.seen.id, began),
            lambda: counted(desk, editor.seen, began, now=clock.now()),
        )
    except ActionRefused as refused:
        st.caption(inert(_(refused.message)))
        return
    said = _("期限は {before} から {after} になります。").format(
        before=fmt.moment(editor.seen.due_at), after=fmt.moment(due)
    )
    st.caption(inert(said))


def _reopen_editor(_desk: UserStore, editor: Editor) -> None:
    st.text_input(
        _("もう一度開く理由(必須)"),
        max_chars=LONGEST_TEXT,
        key=editor.form.key("reason"),
        on_change="ignore",
        live="500ms",
        persist_state="session",
    )
    editor.form.show_problems("reason")
    said = _("もう一度開きました。理由を残しました。")
    _save(editor, ("reason",), _("もう一度開く"), said)


def _assign_editor(_desk: UserStore, editor: Editor) -> None:
    people = [m.name for m in context.members() if m.role in navigation.STAFF]
    field_input(
        editor.form,
        "owner",
        options=people,
        label=_("この期限を守る人(空欄なら案件の担当者)"),
        show_help=False,
    )
    _save(editor, ("owner",), _("担当にする"), _("担当を決めました。"))


_EDITORS: Final[dict[str, Callable[[UserStore, Editor], None]]] = {
    VOID: _void_editor,
    REDECIDE: _redecide_editor,
    DONE: _done_editor,
    MOVE: _move_editor,
    RECOUNT: _recount_editor,
    REOPEN: _reopen_editor,
    ASSIGN: _assign_editor,
}


def _save(editor: Editor, names: tuple[str, ...], label: str, said: str) -> None:
    with st.container(horizontal=True):
        st.button(
            label,
            key=name_of(editor.seen.id, f"save:{editor.code}"),
            type="primary",
            icon=":material/save:",
            shortcut="Mod+S",
            on_click=_submit,
            args=(editor, names, said),
        )
        st.button(
            _("やめる"),
            key=name_of(editor.seen.id, f"leave:{editor.code}"),
            on_click=leave_editor,
            args=(editor.seen.id,),
        )


def _submit(editor: Editor, names: tuple[str, ...], said: str) -> None:
    known = [name for name in names if name in Deadline.model_fields]
    other = {name: editor.form.get(name) for name in names if name not in known}
    submit(editor, {**editor.form.values(known), **other}, said)


# Its course ---------------------------------------------------------------------------


def _course(found: Known) -> None:
    """Draw what was done with the clock, the newest first."""
    if not found.steps:
        return
    with st.expander(_("これまでの記録"), icon=":material/history:"):
        for step in found.steps[:STEPS_SHOWN]:
            said = " · ".join(filter(None, (fmt.moment(step.at), step.actor)))
            st.markdown(f":small[:gray[{inert(said)}]]")
            shown_text(step.content)
