"""One check, on a phone beside the page: one tap an item, a plan where it is wanting."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import page_checks
from lib.actions.page_checks import DUE_IN, Answer, Course
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.schema.vocab import CheckResult, PageKind
from lib.settings.page_checks import Item
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert, is_web_address
from lib.ui import boundary, context, drafting, flash, navigation
from lib.ui import format as fmt
from lib.ui.form import Form, field_input, problems_by_field
from lib.ui.page_checks import words
from lib.ui.page_checks.state import NEW, At, Part, form_of, go, leave, set_problems

_CODES: Final = [result.code for result in CheckResult]
"""Results as codes: a draft that is taken up again holds codes."""


def show(desk: UserStore, at: At, today: date) -> None:
    """Draw the check of a page: its name and place, every item, what to save."""
    me = desk.principal.name
    form = form_of(at)
    items = page_checks.list_of(desk, at.kind, today)
    names = _names(items)
    _back()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"### {inert(_title(at))}", width="content")
        if badge := words.kind_badge(at.page, at.kind):
            st.markdown(badge, width="content")
    for name, value in form.untouched.items():
        st.session_state.setdefault(form.key(name), value)
    drafting.offer(form, names, title="page")
    _about(form, at)
    earlier = {one.item: one for one in page_checks.course_of(desk, at.page, at.kind)}
    for item in items:
        _item(form, item, earlier.get(item.code), me)
    drafting.autosave(form, names)
    answered = sum(_result(form, item) is not None for item in items)
    st.caption(
        inert(
            _("{done}/{total} 項目に答えました").format(done=answered, total=len(items))
        )
    )
    _buttons(form, at, items)


def _title(at: At) -> str:
    if at.page == NEW:
        return _("別のページを点検する")
    return words.name_of(at.page, at.kind)


def _back() -> None:
    st.button(
        _("ページ点検の一覧へ"),
        key="page_checks.back",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=go,
        args=(At(),),
    )


def _names(items: tuple[Item, ...]) -> list[str]:
    parts = ("result", "note", "owner", "due_on")
    return ["page", "url", *(_name(part, i.code) for i in items for part in parts)]


def _name(part: str, code: str) -> str:
    return f"{part}:{code}"


def _about(form: Form, at: At) -> None:
    if at.page == NEW:
        st.segmented_control(
            _("ページの種類"),
            list(PageKind),
            key=f"page_checks.new.kind.{at.kind.code}",
            default=at.kind,
            format_func=fmt.choice,
            on_change=_change_kind,
            args=(at,),
        )
        field_input(
            form,
            "page",
            label=_("ページの名前(必須)"),
            placeholder=_("例: 美容液LP(初回1,980円)"),
            show_help=False,
        )
    field_input(form, "url", label=_("URL(任意)"), show_help=False)
    url = str(form.get("url") or "")
    if is_web_address(url):
        st.link_button(_("ページを開く"), url, icon=":material/open_in_new:")
    form.show_problems("page")


def _change_kind(at: At) -> None:
    kind = st.session_state[f"page_checks.new.kind.{at.kind.code}"]
    if isinstance(kind, PageKind):
        go(At(Part.CHECK, NEW, kind))


def _item(form: Form, item: Item, before: Course | None, me: str) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{inert(_(item.title))}**")
        if item.hint:
            st.caption(inert(_(item.hint)))
        if before is not None and before.outcomes:
            last = before.outcomes[0]
            said = _("前回 {day} {result}").format(
                day=f"{last.checked_on:%Y/%m/%d}",
                result=words.result_words(last.result),
            )
            st.caption(inert(f"{said} {last.note}".strip()))
        key = form.key(_name("result", item.code))
        # Sent anew in each run: a draft and another language bring other labels.
        st.session_state[key] = st.session_state.get(key)
        st.pills(
            inert(_(item.title)),
            _CODES,
            key=key,
            format_func=_result_label,
            label_visibility="collapsed",
            persist_state="session",
        )
        form.show_problems(item.code)
        if (found := _result(form, item)) is not None:
            _note(form, item)
        if found is CheckResult.TO_IMPROVE:
            _plan(form, item, before, me)
        st.caption(f":small[{inert(_('根拠'))}: {inert(_(item.source))}]")


def _result_label(code: str) -> str:
    found = CheckResult.from_code(code)
    return words.result_words(found) if found else code


def _result(form: Form, item: Item) -> CheckResult | None:
    code = form.get(_name("result", item.code))
    return CheckResult.from_code(str(code)) if code else None


def _note(form: Form, item: Item) -> None:
    st.text_input(
        _("気づいたこと(任意)"),
        max_chars=LONGEST_TEXT,
        key=form.key(_name("note", item.code)),
        label_visibility="collapsed",
        placeholder=_("気づいたこと(任意)"),
        on_change="ignore",
        live="800ms",
        persist_state="session",
    )


def _plan(form: Form, item: Item, before: Course | None, me: str) -> None:
    """Ask who improves it until when; or say which improvement goes on."""
    mend = before.improvement if before else None
    if mend is not None and mend.done_on is None:
        said = _("改善 {number} が続いています(担当 {owner})。").format(
            number=mend.id, owner=mend.owner or _("なし")
        )
        st.caption(f":material/build: {inert(said)}")
    owner, due = (form.key(_name(part, item.code)) for part in ("owner", "due_on"))
    people = [m.name for m in context.members() if m.role in navigation.STAFF]
    st.session_state.setdefault(owner, me if me in people else None)
    st.session_state.setdefault(due, clock.today() + DUE_IN)
    left, right = st.columns(2)
    with left:
        st.selectbox(
            _("直す人"),
            people,
            key=owner,
            filter_mode="contains",
            on_change="ignore",
            persist_state="session",
        )
        form.show_problems(_name("owner", item.code))
    with right:
        st.date_input(
            _("いつまでに"),
            key=due,
            format="YYYY/MM/DD",
            on_change="ignore",
            persist_state="session",
        )
        form.show_problems(_name("due_on", item.code))


def _buttons(form: Form, at: At, items: tuple[Item, ...]) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("点検を残す"),
            key="page_checks.save",
            type="primary",
            icon=":material/save:",
            shortcut="Mod+S",
            on_click=_save,
            args=(form, at, items),
        )
        st.button(_("やめる"), key="page_checks.leave", on_click=leave, args=(form,))
        if at.page != NEW:
            st.button(
                _("このページは使わなくなった"),
                key="page_checks.retire",
                type="tertiary",
                icon=":material/inventory:",
                help=_("点検の時期が来なくなります。点検すると、また始まります。"),
                on_click=_retire,
                args=(form, at),
            )


def _save(form: Form, at: At, items: tuple[Item, ...]) -> None:
    try:
        with boundary.attempt():
            begun = page_checks.check(
                context.desk(),
                str(form.get("page") or at.page),
                at.kind,
                _answers(form, items),
                url=str(form.get("url") or ""),
                now=clock.now(),
                commit_id=drafting.entry_id(form),
            )
            said = _("点検を残しました。")
            if begun:
                said += _("改善を{count}件始めました。").format(count=begun)
            flash.say(said)
            leave(form)
    except InvalidRecord as error:
        set_problems(problems_by_field(error.problems))
        flash.say(
            _("まだ足りないところがあります。印のところを見てください。"), "warning"
        )


def _answers(form: Form, items: tuple[Item, ...]) -> dict[str, Answer]:
    found = {}
    for item in items:
        result = _result(form, item)
        if result is None:
            continue
        due: Any = form.get(_name("due_on", item.code))
        found[item.code] = Answer(
            result,
            str(form.get(_name("note", item.code)) or ""),
            str(form.get(_name("owner", item.code)) or ""),
            due if isinstance(due, date) else None,
        )
    return found


def _retire(form: Form, at: At) -> None:
    with boundary.attempt():
        page_checks.retire(
            context.desk(),
            at.page,
            at.kind,
            now=clock.now(),
            commit_id=drafting.entry_id(form),
        )
        flash.say(_("使わなくなったページにしました。"))
        leave(form)
