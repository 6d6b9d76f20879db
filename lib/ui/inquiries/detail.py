"""One contact as a whole: who to call back by when, what is known, what is next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, cast

import streamlit as st

from lib import clock
from lib.actions.inquiries import listing, matching, similar
from lib.actions.inquiries.listing import INQUIRIES
from lib.errors import NotAllowed
from lib.i18n import N_, _
from lib.metrics import referrals
from lib.metrics.promises import When
from lib.metrics.state import State
from lib.schema.activity import Activity
from lib.schema.ids import WITHOUT_NUMBER
from lib.schema.inquiry import AgencyInquiry
from lib.schema.record import Stage
from lib.schema.tables import table
from lib.schema.vocab import ActivityKind, InquiryStatus, Match, Source
from lib.settings.customer_key import normalised_contact
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import boundary, filters, marks, outbox
from lib.ui import format as fmt
from lib.ui.case.history import shown_text
from lib.ui.deadlines.of_case import clocks_of
from lib.ui.dossier import dossier_panel
from lib.ui.form import label_of
from lib.ui.inquiries import address, editors, matches, state, working
from lib.ui.inquiries import similar as behind
from lib.ui.inquiries.listing import STATE_COLOURS, state_words
from lib.ui.inquiries.workflow import workflow_panel
from lib.ui.inquiries.working import may_write
from lib.ui.table import due_text

_TABLE: Final = table(INQUIRIES)

_FACTS: Final = (
    "contact_kind",
    "route",
    "first_contact_at",
    "order_number",
    "product_code",
    "sales_page",
    "occurred_on",
    "category",
    "sales_form",
    "contract_yen",
    "repeat_contacts",
    "handler",
    "received_centre",
    "attachment_url",
)
"""Fields under 「くわしく」; the others have a place of their own."""


def show(desk: UserStore, number: str) -> None:
    """Draw the contact with that number, or say that there is none to see."""
    try:
        found = cast("AgencyInquiry", desk.record(INQUIRIES, number))
    except NotAllowed as error:
        close_button()
        st.info(inert(boundary.message_of(error)), icon=":material/search_off:")
        return
    with st.container(border=True, key="inquiry"):
        _receipt(found)
        _head(desk, found)
        if working.clash_of(number):
            # It draws the choice between the two versions, and nothing else.
            workflow_panel(desk, found)
            return
        code = working.opened(number)
        if code in (editors.AGAIN, editors.EDIT) and may_write(desk):
            editors.show(desk, found, code)
            return
        marks.note(desk, _TABLE, number, found)
        _missing(found)
        _dues(found)
        _call_back(found)
        _story(found)
        _buttons(desk, found)
        clocks_of(desk, found.id)
        _known(desk, found)
        _like(desk, found)
        _parts(desk, found)


def close_button() -> None:
    """Draw the way back to the list."""
    st.button(
        _("一覧へ戻る"),
        key="inquiry:leave",
        icon=":material/close:",
        type="tertiary",
        on_click=address.open_inquiry,
        args=("",),
    )


def _receipt(found: AgencyInquiry) -> None:
    """Say that the call is recorded, and who calls back by when."""
    if not state.is_just_saved(found.id):
        return
    due = found.own_due_at
    lines = [f":green[:material/check_circle:] **{inert(_('記録しました'))}**"]
    if due is not None:
        words = _("{name}さんが {day} {time} までに折り返します").format(
            name=found.handler, day=fmt.day(due.date()), time=f"{due:%H:%M}"
        )
        lines.append(f":material/schedule: **{inert(words)}**")
    told = _("社内には、通知の決まりに沿ってひとりでに知らせます。")
    lines.append(f":small[:gray[{inert(told)}]]")
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown("  \n".join(lines))
        st.button(
            _("分かりました"),
            key="inquiry:receipt",
            type="tertiary",
            on_click=state.seen_receipt,
        )


def _head(desk: UserStore, found: AgencyInquiry) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        unnumbered = found.id.startswith(WITHOUT_NUMBER)
        title = _("番号のない行") if unnumbered else found.id
        st.subheader(inert(title), anchor=False, width="stretch")
        outbox.badge(desk, INQUIRIES, found.id)
        close_button()
    name = found.agency_name or fmt.choice(found.agency_kind)
    st.markdown(f"**{inert(name)}**")
    alarm = listing.alarm(desk, found, clock.now())
    badges = [("blue", fmt.choice(found.status))]
    if alarm.state is not State.NORMAL:
        badges.insert(0, (STATE_COLOURS[alarm.state], state_words(alarm.state)))
    badges += [
        ("gray", fmt.choice(word)) for word in (found.agency_kind, found.contact_kind)
    ]
    if found.source is not Source.APP:
        badges.append(("violet", f"{_('入力元')}: {fmt.choice(found.source)}"))
    st.markdown(" ".join(f":{colour}-badge[{inert(text)}]" for colour, text in badges))
    said = [f"{_('初回連絡')} {fmt.moment(found.first_contact_at)}"]
    said += [f"{_('担当者')} {found.handler or _('なし')}"]
    st.caption(inert(" · ".join(said)))
    for reason in alarm.reasons:
        st.caption(f":material/priority_high: {inert(reason.text())}")


def _missing(found: AgencyInquiry) -> None:
    """Say calmly what a row lacks that it needs; a sheet lets one leave anything blank."""
    wrong = found.problems(Stage.SAVING) if found.is_open else ()
    if wrong:
        st.caption(
            f":material/help: **{inert(_('足りないこと'))}**  \n"
            + "  \n".join(f"・{inert(_(problem.message))}" for problem in wrong)
        )


def _dues(found: AgencyInquiry) -> None:
    """Draw until when the agency and we ourselves want an answer, while it is owed."""
    if not referrals.is_answer_owed(found):
        return
    with st.container(border=True, horizontal=True, gap="medium"):
        for name in ("agency_due_at", "own_due_at"):
            label = label_of(AgencyInquiry.field(name))
            st.markdown(
                f":small[:gray[{inert(label)}]]  \n{_due(getattr(found, name))}",
                width="content",
            )


def _due(at: datetime | None) -> str:
    if at is None:
        return fmt.NOTHING
    now = clock.now()
    when = When.LATER
    if at < now:
        when = When.OVERDUE
    elif at.date() == now.date():
        when = When.TODAY
    colour = {When.OVERDUE: "red", When.TODAY: "blue"}.get(when, "gray")
    words = fmt.relative(at) if when is When.LATER else due_text(when, at)
    return f"{inert(fmt.moment(at))} :{colour}-badge[{inert(words)}]"


def _call_back(found: AgencyInquiry) -> None:
    if not (found.agency_contact or found.officer_name):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":small[:gray[{inert(_('折り返す相手'))}]]", width="content")
        if found.officer_name:
            st.text(_("{name} 様").format(name=found.officer_name), width="content")
        where = found.agency_contact
        if "@" in where:
            st.link_button(
                inert(where), f"mailto:{where}", icon=":material/mail:", type="tertiary"
            )
        elif phone := normalised_contact(where):
            st.link_button(
                inert(where), f"tel:{phone}", icon=":material/call:", type="tertiary"
            )
        elif where:
            st.text(where)


def _story(found: AgencyInquiry) -> None:
    """Draw the beginning of what was said; the whole stands in the steps below."""
    for name in ("facts", "demand"):
        if text := getattr(found, name):
            label = label_of(AgencyInquiry.field(name))
            st.markdown(
                f":small[:gray[{inert(label)}]]  \n{inert(one_line(text, _BEGINNING))}"
            )


_BEGINNING: Final = 160
"""Letters of what was said that stand at the top."""


def _buttons(desk: UserStore, found: AgencyInquiry) -> None:
    if not may_write(desk):
        return
    with st.container(horizontal=True, gap="small"):
        for editor, label, icon in (
            (editors.AGAIN, _("同じ件で再び連絡"), ":material/ring_volume:"),
            (editors.EDIT, _("聞いたことを直す"), ":material/edit:"),
        ):
            st.button(
                label,
                key=working.name_of(found.id, f"open:{editor}"),
                icon=icon,
                on_click=working.open_editor,
                args=(found.id, editor),
            )


def _known(desk: UserStore, found: AgencyInquiry) -> None:
    """Draw the complaint that it is about, or those that it may be about."""
    presses = None
    if may_write(desk):
        presses = matches.Presses(
            same=lambda number: working.press("same", found, number),
            none=lambda: working.press("not_known", found),
            again=lambda: working.press("unlink", found),
        )
    prefix = f"inquiry:{found.id}"
    # A number that somebody typed in the sheet is a match.
    matched = Match.FOUND if found.complaint_id else found.matched
    if matched in (Match.FOUND, Match.NONE):
        matches.settled(desk, found.complaint_id, presses, prefix=prefix)
        return
    with st.container(border=True, gap="small"):
        heard = matching.heard_in(found)
        matches.offered(desk, matching.matches(desk, heard), presses, prefix=prefix)


def _like(desk: UserStore, found: AgencyInquiry) -> None:
    own = (found.id, found.complaint_id) if found.complaint_id else (found.id,)
    behind.show(
        desk,
        similar.about(found),
        clock.today(),
        without=own,
        prefix=f"inquiry:{found.id}",
        unfolded=state.is_just_saved(found.id),
    )


# What is known --------------------------------------------------------------------


WORK, PAPER, HISTORY, FACTS = (
    N_("3つの手順"),
    N_("経緯書"),
    N_("対応履歴"),
    N_("くわしく"),
)


def _parts(desk: UserStore, found: AgencyInquiry) -> None:
    """Draw the steps, the dossier, the history and the facts; only the open one."""
    parts: dict[str, Callable[[], None]] = {
        WORK: lambda: workflow_panel(desk, found),
        PAPER: lambda: dossier_panel(desk, found.id),
        HISTORY: lambda: timeline(desk, found),
        FACTS: lambda: _facts(desk, found),
    }
    names = [_(name) for name in parts]
    tabs = st.tabs(names, key="inquiry:parts", on_change="rerun")
    for draw, tab in zip(parts.values(), tabs, strict=True):
        if tab.open:
            with tab:
                draw()


def timeline(desk: UserStore, found: AgencyInquiry) -> None:
    """Draw every step taken on the contact, oldest first."""
    steps = listing.timeline(desk, found.id)
    if not steps:
        st.caption(inert(_("まだ何もありません。")))
    for step in steps:
        _step(found, step)


def _step(found: AgencyInquiry, done: Activity) -> None:
    when, who = inert(fmt.moment(done.at)), inert(done.actor)
    if done.kind is ActivityKind.STATUS_CHANGE:
        words = (when, who, inert(status_words(done)))
        st.caption(" · ".join(part for part in words if part))
        return
    told = (who, inert(fmt.choice(done.medium)), inert(fmt.choice(done.kind)))
    st.markdown(f":gray[{when}] **{' · '.join(part for part in told if part)}**")
    if done.content != found.facts:
        shown_text(done.content)


def status_words(done: Activity) -> str:
    """Return a change of status or handler in the person's language."""
    label, separator, _rest = done.content.partition(":")
    if not separator or not done.status_after:
        return done.content
    known = InquiryStatus.from_text(done.status_after)
    if known is None:
        return f"{_(label)}: {done.status_before or _('なし')} → {done.status_after}"
    return f"{_(label)}: {_(done.status_before)} → {_(done.status_after)}"


def _facts(desk: UserStore, found: AgencyInquiry) -> None:
    pairs = [pair for name in _FACTS if (pair := _fact(desk, found, name))]
    left, right = st.columns(2)
    left.markdown(_lines(pairs[::2]))
    if pairs[1::2]:
        right.markdown(_lines(pairs[1::2]))


def _fact(desk: UserStore, found: AgencyInquiry, name: str) -> tuple[str, str] | None:
    spec = AgencyInquiry.field(name)
    value = getattr(found, name)
    if value in (None, "") or (spec.choices and value.code == "unasked"):
        return None
    return label_of(spec), fmt.cell(spec, _in_words(desk, name, value))


def _in_words(desk: UserStore, name: str, value: Any) -> Any:
    match name:
        case "product_code":
            return filters.product_names(desk).get(value, value)
        case "received_centre":
            return filters.centre_names(desk).get(value, value)
        case _:
            return value


def _lines(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n\n".join(
        f":small[:gray[{inert(label)}]]  \n{inert(value)}" for label, value in pairs
    )
