"""Step 3 on the screen: what is put right, or why nothing is, and closing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions.inquiries import closing, mending
from lib.actions.inquiries.closing import Missing, Place
from lib.actions.inquiries.transitions import Event, may
from lib.i18n import _
from lib.schema.inquiry import AgencyInquiry
from lib.schema.learning import Improvement
from lib.schema.vocab import ContactKind, MediationResult
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert, is_web_address
from lib.ui import context, drafting, navigation
from lib.ui import format as fmt
from lib.ui.form import field_input, label_of
from lib.ui.inquiries.working import (
    Editor,
    editor_of,
    main_kind,
    may_write,
    name_of,
    open_editor,
    opened,
    press,
    save_or_leave,
    show_step,
    submit,
)

MEND, NONE, LINK = "mend", "none", "link"
REOPEN, CANCEL = "reopen", "cancel"

CLOCKS_PAGE: Final = "deadlines"
"""Code of the page on which clocks are settled."""


def show(desk: UserStore, case: AgencyInquiry, *, is_main: bool) -> None:
    """Draw the third step: the mends, adding one, or why none is needed.

    is_main: whether its button is the main one of the screen.
    """
    found = mending.mends(desk, case)
    writes = may_write(desk) and case.is_open
    for mend in found:
        _mend(case, mend, writes=writes)
    if case.no_improvement_reason:
        st.caption(inert(label_of(AgencyInquiry.field("no_improvement_reason"))))
        st.text(case.no_improvement_reason)
    elif not found and not writes:
        st.caption(inert(_("まだ何もありません。")))
    if writes:
        is_first = not found and not case.no_improvement_reason
        is_idle = is_main and not opened(case.id)
        _adding(desk, case, is_first=is_first, is_main=is_idle)
        _mediation(case)
        _closing(desk, case, is_main=is_idle)
    elif may_write(desk) and may(Event.REOPEN, case.status):
        _turn(case, REOPEN, _("再開する"), _("再開する理由"))


# Mends ------------------------------------------------------------------------------


def _mend(case: AgencyInquiry, mend: Improvement, *, writes: bool) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            place = fmt.choice(mend.place) if mend.place else _("修正")
            st.markdown(f"**{inert(place)}**", width="content")
            st.text(mend.title, width="content")
            st.markdown(_how_far(mend), width="content")
        _screens(mend)
        if not (writes and mending.is_owed(mend, case)):
            return
        code = f"finish-{mend.id}"
        if opened(case.id) == code:
            _finish(case, mend, code)
            return
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("直した"),
                key=name_of(case.id, f"open:{code}"),
                icon=":material/check:",
                on_click=open_editor,
                args=(case.id, code),
            )


def _how_far(mend: Improvement) -> str:
    owner = f":gray[{inert(mend.owner)}]" if mend.owner else ""
    if mend.done_on is not None:
        words = _("{day} に直した").format(day=fmt.day(mend.done_on))
        return f":green-badge[:material/check: {inert(words)}] {owner}"
    if mend.due_on is None:
        return owner
    is_late = mend.due_on < clock.today()
    words = _("{day} まで").format(day=fmt.day(mend.due_on)) + (
        _(" 超過") if is_late else ""
    )
    colour = "red" if is_late else "blue"
    icon = ":material/alarm:" if is_late else ":material/schedule:"
    return f":{colour}-badge[{icon} {inert(words)}] {owner}"


def _screens(mend: Improvement) -> None:
    links = ((_("修正前"), mend.before_url), (_("修正後"), mend.after_url))
    shown = [(label, url) for label, url in links if url]
    if not shown:
        return
    with st.container(horizontal=True, gap="small"):
        for label, url in shown:
            if is_web_address(url):
                st.link_button(
                    label, url, icon=":material/open_in_new:", type="tertiary"
                )
            else:
                st.text(f"{label}: {url}")


def _finish(case: AgencyInquiry, mend: Improvement, code: str) -> None:
    start = {
        "done_on": clock.today(),
        "before_url": mend.before_url,
        "after_url": "",
        "dropped": "",
    }
    editor = editor_of(case, code, record=Improvement, start=start)
    form = editor.form
    field_input(form, "done_on", label=_("直し終えた日"), show_help=False)
    left, right = st.columns(2)
    with left:
        field_input(form, "before_url")
    with right:
        field_input(form, "after_url")
    save_or_leave(editor, code, _("直したことを残す"), _submit_finish, mend)
    with st.expander(_("この修正をやめる")):
        st.text_input(
            _("やめる理由"),
            max_chars=LONGEST_TEXT,
            key=form.key("dropped"),
            on_change="ignore",
            live="800ms",
            persist_state="session",
        )
        form.show_problems("dropped")
        st.button(
            _("修正をやめる"),
            key=f"{form.name}:drop",
            on_click=_submit_drop,
            args=(editor, mend),
        )


def _submit_finish(editor: Editor, mend: Improvement) -> None:
    values = editor.form.values(["done_on", "before_url", "after_url"])
    said = _("直したことを残しました。28日後に、効果を確かめます。")
    submit("finish", editor, values, mend, said=said)


def _submit_drop(editor: Editor, mend: Improvement) -> None:
    reason = str(editor.form.get("dropped") or "")
    submit("drop", editor, None, mend, reason, said=_("修正をやめました。"))


# Adding -----------------------------------------------------------------------------


def _adding(
    desk: UserStore, case: AgencyInquiry, *, is_first: bool, is_main: bool
) -> None:
    match opened(case.id):
        case "mend":
            _begin(desk, case)
        case "none":
            _none(case)
        case "link":
            _link(desk, case)
        case _:
            with st.container(horizontal=True, gap="small"):
                st.button(
                    _("直すところを足す"),
                    key=name_of(case.id, f"open:{MEND}"),
                    icon=":material/build:",
                    type=main_kind(is_main=is_first and is_main),
                    on_click=open_editor,
                    args=(case.id, MEND),
                )
                if is_first:
                    st.button(
                        _("直すところはない"),
                        key=name_of(case.id, f"open:{NONE}"),
                        on_click=open_editor,
                        args=(case.id, NONE),
                    )
                if mending.linkable(desk, case):
                    st.button(
                        _("すでにある改善につなぐ"),
                        key=name_of(case.id, f"open:{LINK}"),
                        icon=":material/link:",
                        type="tertiary",
                        on_click=open_editor,
                        args=(case.id, LINK),
                    )


def _begin(desk: UserStore, case: AgencyInquiry) -> None:
    start: dict[str, Any] = {
        "place": None,
        "title": "",
        "owner": case.handler or desk.principal.name,
        "due_on": None,
        "before_url": "",
    }
    editor = editor_of(case, MEND, record=Improvement, start=start)
    form = editor.form
    drafting.offer(form, mending.PLANNED, title="title")
    field_input(
        form,
        "place",
        options=mending.PLACES,
        pills=True,
        label=_("どこを直すか"),
        show_help=False,
    )
    field_input(
        form,
        "title",
        label=_("何をするか(任意)"),
        placeholder=_("例: 定期の総額と回数をボタンの上に出す"),
        show_help=False,
    )
    left, right = st.columns(2)
    with left:
        field_input(form, "owner", options=_people(), show_help=False)
    with right:
        field_input(form, "due_on", label=_("いつまでに"), show_help=False)
    field_input(form, "before_url")
    drafting.autosave(form, mending.PLANNED)
    save_or_leave(editor, MEND, _("修正を始める"), _submit_begin)


def _people() -> list[str]:
    return [m.name for m in context.members() if m.role in navigation.STAFF]


def _submit_begin(editor: Editor) -> None:
    values = editor.form.values(mending.PLANNED)
    submit("begin", editor, values, said=_("修正を始めました。"))


def _none(case: AgencyInquiry) -> None:
    start = {"title": ""}
    editor = editor_of(case, NONE, record=Improvement, start=start)
    st.text_area(
        _("直すところがないと判断した理由(必須)"),
        max_chars=LONGEST_TEXT,
        key=editor.form.key("title"),
        height=80,
        on_change="ignore",
        persist_state="session",
    )
    editor.form.show_problems("no_improvement_reason")
    save_or_leave(editor, NONE, _("理由を残す"), _submit_none)


def _submit_none(editor: Editor) -> None:
    reason = str(editor.form.get("title") or "")
    submit("none", editor, None, reason, said=_("理由を残しました。"))


def _link(desk: UserStore, case: AgencyInquiry) -> None:
    known = {mend.id: mend for mend in mending.linkable(desk, case)}
    editor = editor_of(case, LINK, record=Improvement, start={"linked": None})
    st.selectbox(
        _("改善"),
        list(known),
        index=None,
        key=editor.form.key("linked"),
        format_func=lambda number: _improvement_words(known[number]),
        filter_mode="contains",
        placeholder=_("選んでください"),
        on_change="ignore",
        persist_state="session",
    )
    editor.form.show_problems("improvement_id")
    save_or_leave(editor, LINK, _("つなぐ"), _submit_link)


def _improvement_words(mend: Improvement) -> str:
    day = fmt.day(mend.starts_on or mend.due_on, weekday=False)
    return f"{mend.title} · {fmt.choice(mend.status)} · {day}"


def _submit_link(editor: Editor) -> None:
    known = {m.id: m for m in mending.linkable(context.desk(), editor.seen)}
    linked = known.get(editor.form.get("linked"))
    submit("link", editor, None, linked, said=_("改善につなぎました。"))


# Closing ----------------------------------------------------------------------------


def _mediation(case: AgencyInquiry) -> None:
    if case.contact_kind is not ContactKind.MEDIATION:
        return
    key = name_of(case.id, "mediation")
    if key not in st.session_state:
        st.session_state[key] = case.mediation_result
    st.selectbox(
        _(AgencyInquiry.field("mediation_result").label),
        list(MediationResult),
        key=key,
        format_func=fmt.choice,
        filter_mode="contains",
        placeholder=_("まだ終わっていない"),
        on_change=_submit_mediation,
        args=(case, key),
    )


def _submit_mediation(case: AgencyInquiry, key: str) -> None:
    press("mediation", case, st.session_state[key])
    st.session_state.pop(key, None)


def _closing(desk: UserStore, case: AgencyInquiry, *, is_main: bool) -> None:
    lacking = closing.missing(desk, case, clock.now())
    st.divider()
    if lacking:
        st.markdown(
            f"**{inert(_('完了まで'))}** "
            + inert(_("あと{count}つ").format(count=len(lacking)))
        )
        for one in lacking:
            _lacking(case, one)
    with st.container(horizontal=True):
        st.button(
            _("完了にする"),
            key=name_of(case.id, "close"),
            type=main_kind(is_main=is_main and not lacking),
            icon=":material/check_circle:",
            on_click=_close,
            args=(case, lacking),
        )
    if may(Event.CANCEL, case.status):
        _turn(case, CANCEL, _("取消にする"), _("取り消す理由"))


def _close(case: AgencyInquiry, lacking: Sequence[Missing]) -> None:
    said = _("完了にしました。") if not lacking else ""
    press("close", case, said=said)


def _lacking(case: AgencyInquiry, one: Missing) -> None:
    words = _(one.message).format(**one.details)
    if one.due_at is not None:
        words += f" ({fmt.short_moment(one.due_at)})"
    if one.place is Place.CLOCKS:
        _to_clocks(words, case.id)
        return
    st.button(
        inert(words),
        key=name_of(case.id, f"missing:{one.code}"),
        icon=":material/radio_button_unchecked:",
        type="tertiary",
        help=_("押すと、そこを開きます。"),
        on_click=_lead,
        args=(case.id, one),
    )


def _lead(number: str, one: Missing) -> None:
    if one.place in (Place.SORT, Place.DECIDE, Place.MEND):
        show_step(number, one.place)
        if one.code.startswith("S-"):
            open_editor(number, f"finish-{one.code}")
    elif one.code != "executives":
        open_editor(number, f"order-{one.code}")


def _to_clocks(words: str, number: str) -> None:
    icon = ":material/radio_button_unchecked:"
    if any(page.code == CLOCKS_PAGE for page in navigation.PAGES):
        navigation.link(CLOCKS_PAGE, inert(words), icon=icon, case=number)
    else:
        st.markdown(f"{icon} {inert(words)}")


def _turn(case: AgencyInquiry, verb: str, label: str, asked: str) -> None:
    """Draw what opens an inquiry again or cancels it, each with its reason."""
    if opened(case.id) != verb:
        st.button(
            label,
            key=name_of(case.id, f"open:{verb}"),
            icon=":material/undo:" if verb == REOPEN else ":material/block:",
            type="tertiary",
            on_click=open_editor,
            args=(case.id, verb),
        )
        return
    editor = editor_of(case, verb, record=Improvement, start={"title": ""})
    st.text_input(
        asked,
        max_chars=LONGEST_TEXT,
        key=editor.form.key("title"),
        live="500ms",
        on_change="ignore",
        persist_state="session",
    )
    editor.form.show_problems("reason")
    save_or_leave(
        editor,
        verb,
        label,
        lambda found: submit(verb, found, None, str(found.form.get("title") or "")),
    )
