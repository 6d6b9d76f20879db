"""One complaint as a whole: what is owed, what is known, and what one can do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast
from urllib.parse import quote

import streamlit as st

from lib import clock
from lib.actions import cases, closing, guiding, questions
from lib.actions.cases import Way
from lib.actions.closing import PromiseEnd
from lib.actions.dossier import MAKERS
from lib.actions.entry import PromiseTime, due_at, recognise
from lib.actions.permissions import roles_of
from lib.actions.searching import OPEN
from lib.errors import NotAllowed
from lib.i18n import N_, _
from lib.metrics.promises import When
from lib.schema.complaint import Complaint
from lib.schema.frames import JOINER
from lib.schema.ids import WITHOUT_NUMBER, new_commit_id
from lib.schema.record import Stage
from lib.schema.tables import table
from lib.schema.vocab import Choice, ComplaintKind, Promise, Source
from lib.settings.customer_key import normalised_contact
from lib.settings.severity_rules import in_words
from lib.store.access import UserStore
from lib.text import digits, inert, is_masked, is_web_address
from lib.ui import boundary, conflict, context, filters, marks, outbox, results
from lib.ui import format as fmt
from lib.ui.case import agencies, archived, editors, handing, inside, second
from lib.ui.case.groups import (
    ACT,
    CANCEL,
    CLOSE,
    GROUPS,
    INSIDE,
    PROMISE,
    REVEAL,
    Group,
)
from lib.ui.case.history import audit_log, shown_text, timeline
from lib.ui.case.saving import (
    back,
    clash_of,
    form_of,
    may_write,
    name_of,
    open_editor,
    opened_editor,
    press,
    settled,
)
from lib.ui.crisis import opening as crisis
from lib.ui.deadlines.of_case import clocks_of
from lib.ui.documents import beside
from lib.ui.dossier import dossier_panel
from lib.ui.form import label_of
from lib.ui.harassment import duties
from lib.ui.improvements import of_case as improvement
from lib.ui.knowledge import precedents
from lib.ui.table import due_text

RELATED_SHOWN: Final = 5
AUDITORS: Final = roles_of("audit.see")


def show(desk: UserStore, number: str) -> None:
    """Draw the complaint with that number, or say that there is none to see."""
    try:
        case = cast("Complaint", desk.record("complaints", number))
    except NotAllowed as error:
        _close_button()
        if put_away := archived.found(desk, number):
            archived.show(desk, put_away)
        else:
            st.info(inert(boundary.message_of(error)), icon=":material/search_off:")
        return
    with st.container(border=True, key="case"):
        _head(desk, case)
        if clash := clash_of(number):
            conflict.show(
                name_of(number, "clash"), clash, on_settled=settled, on_back=back
            )
            return
        editor = opened_editor(number)
        if editor:
            show_editor = handing if editor in handing.EDITORS else editors
            show_editor.show(desk, case, editor)
            return
        handing.banner(desk, case)
        marks.note(desk, table("complaints"), number, case)
        agencies.show(desk, case)
        _story(desk, case)
        _promise(desk, case)
        inside.waiting(desk, case)
        _buttons(desk, case)
        second.show(desk, case)
        crisis.on_case(desk, case)
        clocks_of(desk, case.id)
        duties.on_case(desk, case)
        _advice(case)
        improvement.tied(desk, case)
        if case.is_open:
            beside.links(desk, case.product_code, case.claim_type)
        precedents.on_case(desk, case)
        _parts(desk, case)


def _head(desk: UserStore, case: Complaint) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        unnumbered = case.id.startswith(WITHOUT_NUMBER)
        title = _("番号のない行") if unnumbered else case.id
        st.subheader(inert(title), anchor=False, width="stretch")
        outbox.badge(desk, "complaints", case.id)
        _close_button()
    badges = [(fmt.badge_colour(c), fmt.choice(c)) for c in _chips(case)]
    if cases.lacks_recording(case):
        badges.append(("orange", f"{_('録音')}: {fmt.choice(case.recording)}"))
    if case.source is not Source.APP:
        badges.append(("violet", f"{_('入力元')}: {fmt.choice(case.source)}"))
    st.markdown(" ".join(f":{colour}-badge[{inert(text)}]" for colour, text in badges))
    said = [f"{_('受付')} {fmt.moment(case.received_at)}"]
    said += [f"{_('担当者')} {case.handler or _('なし')}"]
    st.caption(inert(" · ".join(said)))


def _chips(case: Complaint) -> tuple[Choice, ...]:
    second = () if case.kind is ComplaintKind.FIRST else (case.kind,)
    return (case.severity, case.status, *second, case.channel)


def _close_button() -> None:
    st.button(
        _("一覧へ戻る"),
        key="case:leave",
        icon=":material/close:",
        type="tertiary",
        on_click=filters.open_case,
        args=("",),
    )


# What is owed ---------------------------------------------------------------------


def _promise(desk: UserStore, case: Complaint) -> None:
    if not case.is_open:
        return
    with st.container(border=True):
        words, colour = _promise_words(case)
        st.markdown(
            f"**{inert(_('次の約束'))}**　{inert(fmt.choice(case.next_promise))}"
            f"　:{colour}-badge[{inert(words)}]"
        )
        if case.next_promise_at:
            st.caption(inert(fmt.moment(case.next_promise_at)))
        if may_write(desk):
            _promise_buttons(case)


def _promise_words(case: Complaint) -> tuple[str, str]:
    due, now = case.next_promise_at, clock.now()
    if due is None:
        return _("日時なし"), "gray"
    if due < now:
        return due_text(When.OVERDUE, due), "red"
    if due.date() == now.date():
        return due_text(When.TODAY, due), "blue"
    return fmt.relative(due), "gray"


def _promise_buttons(case: Complaint) -> None:
    times = [PromiseTime.HALF_HOUR, PromiseTime.TODAY, PromiseTime.TOMORROW]
    with st.container(horizontal=True, gap="small"):
        st.menu_button(
            _("果たした"),
            [*times, PromiseTime.OTHER, PromiseTime.SOLVED],
            key=name_of(case.id, "kept"),
            format_func=_after_keeping,
            icon=":material/task_alt:",
            help=_("約束を果たしたことを残し、次の約束を決めます。"),
            on_click=_kept,
            args=(case,),
        )
        st.menu_button(
            _("改める"),
            [*times, PromiseTime.OTHER],
            key=name_of(case.id, "renew"),
            format_func=lambda time: _(time.value),
            icon=":material/update:",
            help=_("約束の時刻を変えて、変えたことを残します。"),
            on_click=_renewed,
            args=(case,),
        )
        results.menu(name_of(case.id, "result"), case.id, case.next_promise)


def _after_keeping(time: PromiseTime) -> str:
    if time is PromiseTime.SOLVED:
        return _("これで完了にする")
    return _("次は {time}").format(time=_(time.value))


def _kept(case: Complaint) -> None:
    chosen = st.session_state[name_of(case.id, "kept")]
    if chosen is PromiseTime.SOLVED:
        open_editor(case, CLOSE)
        form_of(case, CLOSE).set(**{closing.PROMISE: PromiseEnd.KEPT})
        return
    if chosen is PromiseTime.OTHER:
        open_editor(case, ACT)
        return
    promised = {
        "next_promise": Promise.CALL_BACK,
        "next_promise_at": due_at(chosen, clock.now()),
    }
    press("keep", case, promised)


def _renewed(case: Complaint) -> None:
    chosen = st.session_state[name_of(case.id, "renew")]
    if chosen is PromiseTime.OTHER:
        open_editor(case, PROMISE)
        return
    press("renew", case, {"next_promise_at": due_at(chosen, clock.now())})


# What one can do ------------------------------------------------------------------


def _buttons(desk: UserStore, case: Complaint) -> None:
    if not may_write(desk):
        return
    with st.container(horizontal=True, gap="small"):
        _opening(case, ACT, _("対応を書く"), ":material/edit_note:", kind="primary")
        if case.is_open:
            _status_menu(case)
            handing.buttons(desk, case)
            _handler_menu(desk, case)
            _opening(case, CLOSE, _("完了にする"), ":material/check_circle:")
            if inside.can_ask(desk, case):
                _opening(case, INSIDE, _("社内確認"), ":material/forum:")
            _opening(case, CANCEL, _("取消にする"), ":material/block:", kind="tertiary")
        else:
            _opening(case, PROMISE, _("再開する"), ":material/undo:")


def _opening(
    case: Complaint, editor: str, label: str, icon: str, *, kind: str = "secondary"
) -> None:
    st.button(
        label,
        key=name_of(case.id, f"open:{editor}"),
        icon=icon,
        type=cast("Any", kind),
        on_click=open_editor,
        args=(case, editor),
    )


def _status_menu(case: Complaint) -> None:
    st.menu_button(
        _("状態"),
        [status for status in OPEN if status is not case.status],
        key=name_of(case.id, "status"),
        format_func=fmt.choice,
        on_click=_change_to,
        args=(case, "status"),
    )


def _handler_menu(desk: UserStore, case: Complaint) -> None:
    me = desk.principal.name
    names = dict.fromkeys([me, *(member.name for member in context.members())])
    names.pop(case.handler, None)
    if not names:
        return
    st.menu_button(
        _("担当者"),
        list(names),
        key=name_of(case.id, "handler"),
        format_func=lambda name: inert(_("自分が担当する") if name == me else name),
        on_click=_change_to,
        args=(case, "handler"),
    )


def _change_to(case: Complaint, name: str) -> None:
    press("change", case, {name: st.session_state[name_of(case.id, name)]})


def _advice(case: Complaint) -> None:
    if case.is_open and guiding.apologised_too_early(case):
        words = _(
            "自社の非を確認中です。内容についての謝罪は、事実を確かめてからにしましょう。"
        )
        st.warning(inert(words), icon=":material/warning:")
    asked = questions.listed(case.open_questions)
    if asked:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f":material/checklist: **{inert(_('折返しで聞くこと'))}**  \n"
                + "  \n".join(f"・{inert(line)}" for line in asked),
                width="stretch",
            )
            if case.is_open and may_write(context.desk()):
                st.button(
                    _("答えを書く"),
                    key=name_of(case.id, "open:answers"),
                    icon=":material/edit_note:",
                    type="tertiary",
                    on_click=open_editor,
                    args=(case, ACT),
                )
    missing = [
        _(problem.message)
        for problem in (case.problems(Stage.ADVISED) if case.is_open else ())
        if problem.field != guiding.CONTENT_APOLOGY
    ]
    if missing:
        st.caption(
            f":material/help: **{inert(_('まだ聞いていないこと'))}**  \n"
            + "  \n".join(f"・{inert(line)}" for line in missing)
        )


# What is known --------------------------------------------------------------------


def _contact(desk: UserStore, case: Complaint) -> None:
    if not (case.contact or case.customer_name):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if case.customer_name:
            st.text(_("{name} 様").format(name=case.customer_name))
        if not case.contact:
            return
        if not is_masked(case.contact):
            _whole_contact(case)
            return
        st.text(case.contact)
        if desk.may_reveal(case.id):
            _opening(case, REVEAL, _("表示する"), ":material/visibility:")
    if not desk.hides_contact(case.id) and case.is_open and is_masked(case.contact):
        st.caption(
            inert(
                _(
                    "連絡先は期間を過ぎて下4桁だけになりました。次の電話でうかがい、「お客様」を直してください。"
                )
            )
        )


def _whole_contact(case: Complaint) -> None:
    """Draw each number and address as a link that starts the call or mail at once."""
    for place, part in enumerate(_ways(case.contact)):
        is_mail = "@" in part
        address = (
            f"mailto:{quote(part, safe='@')}"
            if is_mail
            else f"tel:{normalised_contact(part) or digits(part)}"
        )
        st.link_button(
            inert(part),
            address,
            key=name_of(case.id, f"way:{place}"),
            icon=":material/mail:" if is_mail else ":material/call:",
            type="tertiary",
            on_click=_note_call,
            args=(case, Way.MAIL if is_mail else Way.CALL),
        )


def _note_call(case: Complaint, way: Way) -> None:
    """Log the press; the browser is at the call already, whatever becomes of this."""
    with boundary.attempt():
        desk = context.desk()
        cases.note_call(desk, case, way, now=clock.now(), commit_id=new_commit_id())


def _ways(contact: str) -> list[str]:
    """Return the phone numbers and addresses in a contact; itself where it is neither."""
    return list(recognise(contact).keys) or [contact]


_PARTS_KEY, _LAST_PART = "case:parts", "case:last_part"
HISTORY, FACTS, CHANGES = N_("対応履歴"), N_("くわしく"), N_("変更の記録")
DOSSIER = N_("行政対応パック")


def _parts(desk: UserStore, case: Complaint) -> None:
    """Draw history, facts, dossier and, for managers, the log; only the open one."""
    names = [HISTORY, FACTS]
    if desk.principal.role in MAKERS:
        names.append(DOSSIER)
    if desk.principal.role in AUDITORS:
        names.append(CHANGES)
    # An editor stands in place of the tabs, which forget meanwhile which was open.
    if st.session_state.get(_LAST_PART) in names:
        st.session_state.setdefault(_PARTS_KEY, _(st.session_state[_LAST_PART]))
    tabs = st.tabs([_(name) for name in names], key=_PARTS_KEY, on_change="rerun")
    for name, tab in zip(names, tabs, strict=True):
        if tab.open:
            st.session_state[_LAST_PART] = name
            with tab:
                _PARTS[name](desk, case)


def _facts(desk: UserStore, case: Complaint) -> None:
    for group in GROUPS:
        _group(desk, case, group)
    _related(desk, case)
    improvement.propose(desk, case)


def _dossier(desk: UserStore, case: Complaint) -> None:
    dossier_panel(desk, case.id)


_PARTS: Final = {
    HISTORY: timeline,
    FACTS: _facts,
    DOSSIER: _dossier,
    CHANGES: audit_log,
}


def _story(desk: UserStore, case: Complaint) -> None:
    shown_text(case.content)
    if case.note:
        st.caption(inert(_("対応メモ")))
        shown_text(case.note)
    _contact(desk, case)


def _group(desk: UserStore, case: Complaint, group: Group) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{inert(_(group.title))}**", width="stretch")
        if may_write(desk):
            _opening(case, group.code, _("直す"), ":material/edit:", kind="tertiary")
    known = [pair for name in group.fields if (pair := _fact(desk, case, name))]
    if not known:
        st.caption(inert(_("まだ何もありません。")))
        return
    left, right = st.columns(2)
    left.markdown(_lines(known[::2]))
    if known[1::2]:
        right.markdown(_lines(known[1::2]))
    _recording(case, group)


def _recording(case: Complaint, group: Group) -> None:
    """Draw the place of the recording so that it can be opened, or copied whole.

    Anything that is no web address is shown letter for letter: it may be a call time.
    """
    where = case.recording_url
    if "recording_url" not in group.fields or not where:
        return
    if is_web_address(where):
        st.link_button(_("録音を開く"), where, icon=":material/graphic_eq:")
    st.code(where, language=None, wrap_lines=True)


_SHOWN_ABOVE: Final = (
    "content",
    "note",
    "customer_name",
    "contact",
    "open_questions",
    "recording_url",
)


def _fact(desk: UserStore, case: Complaint, name: str) -> tuple[str, str] | None:
    spec = Complaint.field(name)
    value = getattr(case, name)
    if name in _SHOWN_ABOVE or value in (None, ""):
        return None
    if spec.choices and value.code in ("unasked", "not_yet", "unknown"):
        return None
    return label_of(spec), fmt.cell(spec, _in_words(desk, name, value))


def _in_words(desk: UserStore, name: str, value: Any) -> Any:
    """Return a code or a word of the app as this person knows it."""
    match name:
        case "product_code":
            return filters.product_names(desk).get(value, value)
        case "received_centre":
            return filters.centre_names(desk).get(value, value)
        case "claim_type":
            return _(value)
        case "severity_reason":
            return fmt.listed(in_words(reason) for reason in value.split(JOINER))
        case _:
            return value


def _lines(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n\n".join(
        f":small[:gray[{inert(label)}]]  \n{inert(value)}" for label, value in pairs
    )


def _related(desk: UserStore, case: Complaint) -> None:
    others = cases.related(desk, case)
    known = {case.parent_id: _("元の受付番号")} if case.parent_id else {}
    known |= dict.fromkeys(others[:RELATED_SHOWN], "")
    if not known:
        return
    st.markdown(
        f"**{inert(_('同じお客様・元の苦情'))}** ({len(set(others) | set(known))})"
    )
    with st.container(horizontal=True, gap="small"):
        for number, said in known.items():
            st.button(
                inert(f"{number} {said}".strip()),
                key=name_of(case.id, f"other:{number}"),
                type="tertiary",
                icon=":material/link:",
                on_click=filters.open_case,
                args=(number,),
            )
