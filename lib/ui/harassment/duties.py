"""Talks owed to those who answered, for managers: written down in one press."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import caring
from lib.actions.caring import Person
from lib.errors import InvalidRecord
from lib.i18n import N_, _
from lib.metrics.care import Duty, Standing
from lib.schema.care import CareRecord
from lib.schema.complaint import Complaint
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY
from lib.schema.vocab import CareKind
from lib.settings import harassment
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, filters, flash, navigation
from lib.ui import format as fmt
from lib.ui.harassment import texts
from lib.ui.harassment.safety import HARASSED, PAGE

SHOWN: Final = 3
"""People drawn with their own box; the rest are counted until one asks for them."""

LINES: Final = 3
"""Cases of one person that have a line each; the rest are counted, and told as well."""

LINES_OF_OTHERS: Final = 2
"""The same below the one to be spoken to first."""

PAST_SHOWN: Final = 40

_SHORT: Final = {CareKind.DAY: N_("24時間"), CareKind.WEEK: N_("7日")}
_ALL: Final = "care:all"


# On other pages --------------------------------------------------------------------


def on_today(desk: UserStore) -> None:
    """Say in one line what waits, without a name; nothing for who may not know."""
    found = caring.waiting(desk, clock.now())
    if not found:
        return
    parts = [
        _(words).format(count=count)
        for words, count in (
            (N_("期限超過 {count}件"), found.overdue),
            (N_("今日まで {count}件"), found.today),
            (N_("相談 {count}件"), found.consultations),
        )
        if count
    ]
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="small"
    ):
        name = _("応対した人へのフォロー")
        navigation.link(PAGE, name, icon=":material/volunteer_activism:")
        st.markdown(f":small[{inert(fmt.listed(parts))}]", width="content")


def on_case(desk: UserStore, case: Complaint) -> None:
    """Lead from a hard case to the policy; tell managers what it owes to whom."""
    role = desk.principal.role
    if role not in navigation.entry(PAGE).roles:
        return
    now = clock.now()
    found = caring.of_case(desk, case.id, now) if role in caring.READERS else ()
    if case.harassment not in HARASSED and not found:
        return
    with st.container(border=True, gap="xsmall"):
        if case.harassment in HARASSED:
            words = _("カスハラ対応: 手順・証拠・相談")
            navigation.link(PAGE, words, icon=":material/shield_person:", case=case.id)
        else:
            words = _("応対した人へのフォロー")
            navigation.link(PAGE, words, icon=":material/volunteer_activism:")
        lines = [f"{inert(_name(duty.person))} {_badge(duty, now)}" for duty in found]
        if lines:
            st.markdown("  \n".join(lines))


# On the page -----------------------------------------------------------------------


def draw(desk: UserStore) -> None:
    """Draw who asked for help, who is owed a talk, and what took place."""
    now = clock.now()
    asked, owed = caring.consultations(desk), caring.people(desk, now)
    with st.container(border=True):
        st.subheader(_("応対した人へのフォロー"), anchor=False)
        st.caption(
            inert(
                _(
                    "カスハラ・二次クレーム・温度感4以上の応対をした人に、24時間以内と7日以内に声をかけます。休みの日もそのまま数えます。委託先の人も同じです。読めるのは管理者とマネージャーだけで、どの順位や成績にも入りません。"
                )
            )
        )
        for record in asked:
            _consultation(desk, record)
        _people(desk, owed, now)
        if not asked and not owed:
            st.markdown(
                f":green[:material/check_circle: {inert(_('待っている声かけも相談もありません。'))}]"
            )
        _past(desk)


def _people(desk: UserStore, owed: Sequence[Person], now: datetime) -> None:
    pressing = [person for person in owed if person.open_now(now)]
    shown = pressing if st.session_state.get(_ALL) else pressing[:SHOWN]
    for place, person in enumerate(shown):
        _person(desk, person, now, is_first=place == 0)
    if len(pressing) > len(shown):
        st.button(
            _("ほか{count}人も見る").format(count=len(pressing) - len(shown)),
            key=f"{_ALL}:show",
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=(_ALL, True),
        )
    later = [
        f"{_name(duty.person)} {_(_SHORT[duty.kind])} {fmt.short_moment(duty.due_at)}"
        for person in owed
        for duty in person.duties
        if duty.standing(now) is Standing.COMING
    ]
    if later:
        st.caption(inert(_("このあと: {parts}").format(parts=fmt.listed(later))))


def _person(desk: UserStore, person: Person, now: datetime, *, is_first: bool) -> None:
    duties = {_key(duty): duty for duty in person.open_now(now)}
    key = f"care:{next(iter(duties))}"
    with st.container(border=True, gap="small"):
        owed, telling = st.columns(2)
        with owed:
            said = f"**{inert(_name(person.name))}** {_centres(desk, person)}"
            st.markdown(said.strip())
            one_of = len(duties) > 1 and bool(person.name)
            few = LINES if is_first else LINES_OF_OTHERS
            shown = list(duties.items())[: None if _wants_all(key) else few]
            for name, duty in shown:
                _line(key, name, duty, now, one_of=one_of)
            if len(shown) < len(duties):
                st.button(
                    _("ほか{count}件も見る").format(count=len(duties) - len(shown)),
                    key=f"{key}:lines",
                    type="tertiary",
                    on_click=st.session_state.__setitem__,
                    args=(f"{key}:every", True),
                )
            if is_first and len(duties) > 1:
                said = _("一度の声かけで、同じ人の何件かをまとめて済ませられます。")
                st.caption(inert(said))
        with telling:
            if not person.name:
                st.caption(inert(_("苦情の「受付者」を入れると、声かけを残せます。")))
                return
            tells = is_first or _tells(key)
            if tells:
                _telling(desk, key)
            st.button(
                _("声をかけた"),
                key=f"{key}:done",
                type="primary" if is_first else "secondary",
                icon=":material/volunteer_activism:",
                on_click=_done,
                args=(key, duties),
            )
            if not tells:
                st.button(
                    _("話したこと・措置も書く"),
                    key=f"{key}:write",
                    type="tertiary",
                    icon=":material/edit_note:",
                    on_click=st.session_state.__setitem__,
                    args=(f"{key}:tells", True),
                )


def _tells(key: str) -> bool:
    """Whether somebody asked to write, or wrote, what was said in this talk."""
    state = st.session_state
    return any(state.get(f"{key}:{name}") for name in ("tells", "note", "measures"))


def _wants_all(key: str) -> bool:
    return bool(st.session_state.get(f"{key}:every"))


def _line(key: str, name: str, duty: Duty, now: datetime, *, one_of: bool) -> None:
    """Draw one duty; `one_of` several, whether this talk is about it is for one to say.

    All of them are, unless somebody says less.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if one_of:
            st.session_state.setdefault(f"{key}:in:{name}", True)
            st.checkbox(
                _short(duty),
                key=f"{key}:in:{name}",
                on_change="ignore",
                persist_state="session",
                width="content",
            )
        why = inert(fmt.listed(_(reason.value) for reason in duty.why))
        said = f"{_badge(duty, now, named=False)} :small[:gray[{why}]]"
        if not one_of:
            said = f"{inert(_short(duty))} {said}"
        st.markdown(said, width="content")
        if duty.case_id:
            query = filters.ledger_query(case=duty.case_id)
            navigation.link("ledger", _("開く"), **query)


def _telling(desk: UserStore, key: str) -> None:
    st.text_input(
        _("話したこと・決めたこと(任意)"),
        max_chars=LONGEST_TEXT,
        key=f"{key}:note",
        placeholder=_("病名など健康のことは書きません"),
        live="500ms",
        on_change="ignore",
        persist_state="session",
    )
    st.multiselect(
        _("とった措置(任意)"),
        texts.names(desk, harassment.MEASURES),
        key=f"{key}:measures",
        placeholder=_("選ぶ、または書く"),
        accept_new_options=True,
        filter_mode="contains",
        on_change="ignore",
        persist_state="session",
    )


def _done(key: str, duties: dict[str, Duty]) -> None:
    state = st.session_state
    chosen = [duty for n, duty in duties.items() if state.get(f"{key}:in:{n}", True)]
    with boundary.attempt():
        try:
            caring.done(
                context.desk(),
                chosen,
                note=str(state.get(f"{key}:note") or ""),
                measures=state.get(f"{key}:measures") or (),
                now=clock.now(),
                commit_id=_entry(key),
            )
        except InvalidRecord as refused:
            for problem in refused.problems:
                flash.say(_(problem.message), "warning")
            return
        _forget(key)
        flash.say(
            _("{name} さんへの声かけを残しました。").format(name=chosen[0].person)
        )


# Consultations ---------------------------------------------------------------------


def _consultation(desk: UserStore, record: CareRecord) -> None:
    key = f"care:{record.id}"
    with st.container(border=True, gap="small"):
        asked, telling = st.columns(2)
        with asked:
            _asked(record)
        with telling:
            _telling(desk, key)
            st.button(
                _("話を聞いた"),
                key=f"{key}:heard",
                icon=":material/hearing:",
                on_click=_heard,
                args=(key, record),
            )


def _asked(record: CareRecord) -> None:
    late = record.due_at is not None and record.due_at < clock.now()
    due = _until(record.due_at, is_late=late)
    st.markdown(
        f"**{inert(record.for_whom)}** "
        f":violet-badge[{inert(_('本人からの相談'))}] {due}"
    )
    if record.case_id:
        query = filters.ledger_query(case=record.case_id)
        navigation.link("ledger", record.case_id, **query)
    if record.note:
        st.text(record.note)
    else:
        st.caption(inert(_("ことばはまだありません。直接、話を聞いてください。")))
    if record.evidence:
        said = _("残っている証拠: {parts}").format(parts=record.evidence)
        st.caption(inert(said))


def _heard(key: str, record: CareRecord) -> None:
    state = st.session_state
    with boundary.attempt():
        caring.heard(
            context.desk(),
            record,
            note=str(state.get(f"{key}:note") or ""),
            measures=state.get(f"{key}:measures") or (),
            now=clock.now(),
            commit_id=_entry(key),
        )
        _forget(key)
        said = _("{name} さんの話を聞いたことを残しました。")
        flash.say(said.format(name=record.for_whom))


def _entry(key: str) -> str:
    """Return the id of this save: the same until it has gone through."""
    found: str = st.session_state.setdefault(f"{key}:entry", new_commit_id())
    return found


def _forget(key: str) -> None:
    for name in [n for n in st.session_state if str(n).startswith(f"{key}:")]:
        if not str(name).endswith((":done", ":heard", ":lines", ":write")):
            del st.session_state[name]


# What took place -------------------------------------------------------------------


def _past(desk: UserStore) -> None:
    folder = st.expander(
        _("これまでの記録"),
        icon=":material/history:",
        key="care:past",
        on_change="rerun",
    )
    if not folder.open:
        return
    found = caring.past(desk)
    with folder:
        if not found:
            st.caption(inert(_("まだありません。")))
            return
        spec = {field.name: field for field in CareRecord.fields()}
        names = (
            "done_at",
            "for_whom",
            "kind",
            "case_id",
            "done_by",
            "measures",
            "note",
        )
        rows: dict[str, list[Any]] = {
            _(spec[name].label): [
                fmt.cell(spec[name], getattr(record, name))
                for record in found[:PAST_SHOWN]
            ]
            for name in names
        }
        st.dataframe(
            rows,
            hide_index=True,
            height="content" if len(found) < SHOWN else 320,
            alt=_("フォローと相談の記録"),
        )
        if len(found) > PAST_SHOWN:
            st.caption(
                inert(
                    _(
                        "新しい{count}件です。すべては「フォロー・相談」の表にあります。"
                    ).format(count=PAST_SHOWN)
                )
            )


# In words --------------------------------------------------------------------------


def _name(person: str) -> str:
    return person or _("応対した人が未記入")


def _centres(desk: UserStore, person: Person) -> str:
    """Return the centres as quiet Markdown; nothing for the company itself."""
    names = filters.centre_names(desk)
    said = [names.get(code, code) for code in person.centres if code != COMPANY]
    return f":gray[{inert(fmt.listed(said))}]" if said else ""


def _key(duty: Duty) -> str:
    return f"{duty.case_id or duty.planned}:{duty.kind.code}"


def _short(duty: Duty) -> str:
    return f"{duty.case_id} {_(_SHORT[duty.kind])}".strip()


def _badge(duty: Duty, now: datetime, *, named: bool = True) -> str:
    kind = _(_SHORT[duty.kind]) if named else ""
    if duty.done_at is not None:
        words = _("{kind} 済 {time}").format(
            kind=kind, time=fmt.day(duty.done_at.date(), weekday=False)
        )
        return f":green-badge[:material/check: {inert(words)}]"
    late = duty.standing(now) is Standing.OVERDUE
    return _until(duty.due_at, is_late=late, what=kind)


def _until(due: datetime | None, *, is_late: bool, what: str = "") -> str:
    words = _("{time} まで").format(time=fmt.short_moment(due))
    said = f"{what} {words}".strip() + (_(" 超過") if is_late else "")
    icon = ":material/alarm:" if is_late else ":material/schedule:"
    return f":{'red' if is_late else 'blue'}-badge[{icon} {inert(said)}]"
