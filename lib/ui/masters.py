"""The screen that members, centres and products share: list, form, unknown words.

Either the list stands there or one form, never both: on a phone a form beside or
below its list would be out of sight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import masters
from lib.actions.masters import UnknownWord
from lib.errors import Conflict, InvalidRecord
from lib.i18n import N_, _
from lib.schema.column import Field, Shown
from lib.schema.frames import standing
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Member
from lib.schema.record import Record
from lib.schema.tables import Table, table
from lib.schema.vocab import Flag, Role
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, folded, inert
from lib.ui import boundary, context, drafting, flash, freshness, navigation, picked
from lib.ui import format as fmt
from lib.ui.form import Form, field_input, problems_by_field, widget_values

REGISTERS: Final = ("complaints", "kpi_days")
"""Tables in whose rows unknown words are looked for."""

Row = tuple[str, Record]
"""A row's key, which in a sheet may be a provisional one, and the row as it stands."""

NEW: Final = ""
"""Stands for the key while a row is being added."""

SEARCH_FROM: Final = 12
"""Rows from which on a list has a search box: fewer fit on one screen."""

MOST_WORDS: Final = 12
"""Unknown words offered at once; the rest follow when these are dealt with."""


ROLES: Final[Mapping[Role, str]] = {
    Role.ADMIN: N_("すべてを見て、人と設定も決めます。"),
    Role.MANAGER: N_("すべてを見て、数字と期限に責任を持ちます。"),
    Role.CLERK: N_("苦情を受け付け、約束を守り、台帳を書きます。"),
    Role.OUTSOURCED: N_("自分のセンターの数字だけを入れます。ほかは見えません。"),
    Role.VIEWER: N_("読むだけです。お客様の名前と連絡先は見えません。"),
}
"""What each role is for, in one sentence."""


@dataclass(frozen=True)
class Screen:
    """What differs between the three pages.

    code: table code. columns: fields of the list. texts are catalogue keys.
    presets: what the fields of a new row start with, where not the schema's default.
    unasked: fields that no screen reads yet, so that nobody sets them in vain.
    options: words offered in a field that refers to another table, with their names.
    """

    code: str
    intro: str
    add: str
    columns: tuple[str, ...]
    out_of_use: str
    presets: Mapping[str, Any] = field(default_factory=dict)
    unasked: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The table that is kept here."""
        return table(self.code)

    @property
    def form(self) -> str:
        """Name of the form, and first part of every session key."""
        return f"master_{self.code}"

    @property
    def switch(self) -> str:
        """The field that takes a row out of use."""
        return masters.SWITCHES[self.code]


def show(
    desk: UserStore,
    screen: Screen,
    explain: Callable[[], None] | None = None,
    below: Callable[[], None] | None = None,
) -> None:
    """Draw the page.

    explain, below: add what only this page has to say, above the form and below the
        list.
    """
    navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
    st.title(_(navigation.entry(screen.code).title))
    opened = st.session_state.get(_opened(screen))
    if opened is None:
        _list(desk, screen)
        if below:
            below()
        freshness.follow(desk)
        return
    with st.container(width=760):
        if explain:
            explain()
        _form(desk, screen, opened)


# The list ----------------------------------------------------------------------


def _list(desk: UserStore, screen: Screen) -> None:
    st.caption(_(screen.intro))
    _unknown_words(desk, screen)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _(screen.add),
            key=f"{screen.form}:add",
            type="primary",
            icon=":material/add:",
            on_click=_open,
            args=(screen, NEW),
        )
        rows = _wanted_rows(screen, _rows(desk, screen))
    _table(screen, rows)


def _records(desk: UserStore, screen: Screen) -> list[Record]:
    return [record for _key, record in _rows(desk, screen)]


def _rows(desk: UserStore, screen: Screen) -> list[Row]:
    """Return every row with its key, those in use first."""

    def made() -> tuple[Row, ...]:
        frame = desk.frame(screen.code)
        return tuple(
            zip(map(str, frame.index), standing(screen.table, frame), strict=True)
        )

    found = desk.derived(("records", screen.code), made)
    return sorted(found, key=lambda r: (not _in_use(screen, r[1]), _rank(r[1])))


def _rank(record: Record) -> tuple[int, str]:
    rank = record.rank if isinstance(record, Member) else 0
    return -(rank or 0), str(getattr(record, "name", ""))


def _in_use(screen: Screen, record: Record) -> bool:
    return getattr(record, screen.switch) is Flag.YES


def _wanted_rows(screen: Screen, rows: list[Row]) -> list[Row]:
    """Draw what narrows the list, where there is something to narrow."""
    if len(rows) >= SEARCH_FROM:
        typed = st.text_input(
            _("探す"),
            max_chars=LONGEST_TEXT,
            key=f"{screen.form}:search",
            label_visibility="collapsed",
            placeholder=_("名前などで探す"),
            icon=":material/search:",
            live="300ms",
            persist_state="session",
            width=280,
        )
        rows = [row for row in rows if folded(typed) in _searchable(screen, row[1])]
    if all(_in_use(screen, record) for _key, record in rows):
        return rows
    everything = st.toggle(
        _("使わないものも表示"), key=f"{screen.form}:all", persist_state="session"
    )
    return rows if everything else [row for row in rows if _in_use(screen, row[1])]


def _searchable(screen: Screen, row: Record) -> str:
    return folded(" ".join(_cell(screen, row, name) for name in screen.columns))


def _table(screen: Screen, rows: list[Row]) -> None:
    if not rows:
        st.info(_("当てはまるものがありません。"), icon=":material/search_off:")
        return
    specs = [screen.table.field(name) for name in screen.columns]
    cells = [
        {spec.name: _cell(screen, record, spec.name) for spec in specs}
        for _key, record in rows
    ]
    table_of_rows = st.dataframe(
        cells,
        key=f"{screen.form}:rows:{st.session_state.get(_turn(screen), 0)}",
        column_config={
            spec.name: st.column_config.TextColumn(
                _(spec.label), help=_(spec.column.help)
            )
            for spec in specs
        },
        column_order=list(screen.columns),
        hide_index=True,
        row_height=38,
        height="content" if len(rows) < SEARCH_FROM else 38 * SEARCH_FROM + 36,
        selection_mode="single-row",
        on_select="rerun",
        alt=_("一覧。行を選ぶと編集できます。"),
    )
    st.caption(_("行を選ぶと編集できます。"))
    if chosen := picked.rows(table_of_rows, len(rows)):
        _open(screen, rows[chosen[0]][0])
        st.rerun()


def _cell(screen: Screen, row: Record, name: str) -> str:
    spec = row.field(name)
    value = getattr(row, name)
    if isinstance(row, Member) and name == "email" and not masters.has_address(row):
        return fmt.NOTHING
    known = screen.options.get(name, {})
    return known.get(value) or fmt.cell(spec, value)


# Unknown words -----------------------------------------------------------------


def _unknown_words(desk: UserStore, screen: Screen) -> None:
    words = _words_for(desk, screen)
    if not words:
        return
    with st.container(border=True):
        st.subheader(_("台帳にある未登録の名前"), anchor=False)
        st.caption(
            _(
                "入力されたまま残っています。ここに登録すると、次から選べるようになります。"
            )
        )
        shown = {word.word: word for word in words[:MOST_WORDS]}
        chosen = st.pills(
            _("登録する名前"),
            list(shown),
            key=f"{screen.form}:words:{len(words)}",
            default=list(shown),
            selection_mode="multi",
            format_func=lambda word: inert(
                _("{word}({count}件)").format(word=word, count=shown[word].count)
            ),
            label_visibility="collapsed",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                _("選んだものを登録({count})").format(count=len(chosen)),
                key=f"{screen.form}:take_over",
                icon=":material/playlist_add:",
                disabled=not chosen,
                on_click=_take_over,
                args=([shown[word] for word in chosen], new_commit_id()),
            )
            if screen.code == "members":
                _alias_popover(desk, screen, shown)


def _words_for(desk: UserStore, screen: Screen) -> list[UnknownWord]:
    codes = (*masters.EDITORS, *REGISTERS)
    found = desk.derived(
        "unknown words",
        lambda: masters.unknown_words({code: desk.frame(code) for code in codes}),
    )
    return [word for word in found if word.master == screen.code]


def _take_over(words: Sequence[UnknownWord], entry: str) -> None:
    with boundary.attempt():
        count = masters.take_over(context.desk(), words, entry=entry, now=clock.now())
        flash.say(_("{count}件を登録しました。").format(count=count))


def _alias_popover(
    desk: UserStore, screen: Screen, shown: Mapping[str, UnknownWord]
) -> None:
    """Offer that a word is only another spelling of somebody who is registered."""
    people = {m.email: m for m in _records(desk, screen) if isinstance(m, Member)}
    with st.popover(_("登録済みの人の別の書き方なら"), icon=":material/link:"):
        word = st.selectbox(
            _("台帳の書き方"),
            list(shown),
            key=f"{screen.form}:alias_word",
            filter_mode="contains",
        )
        person = st.selectbox(
            _("この人のこと"),
            list(people),
            key=f"{screen.form}:alias_person",
            format_func=lambda key: people[key].name,
            filter_mode="contains",
        )
        st.button(
            _("別名に加える"),
            key=f"{screen.form}:alias",
            on_click=_take_as_alias,
            args=(shown.get(word or ""), people.get(person or ""), new_commit_id()),
        )


def _take_as_alias(word: UnknownWord | None, member: Member | None, entry: str) -> None:
    if word is None or member is None:
        return
    with boundary.attempt():
        masters.take_as_alias(
            context.desk(), word, member, entry=entry, now=clock.now()
        )
        flash.say(
            _("「{word}」を{name}さんの別名に加えました。").format(
                word=word.word, name=member.name
            )
        )


# The form ----------------------------------------------------------------------


def _form(desk: UserStore, screen: Screen, opened: str) -> None:
    seen = st.session_state.get(f"{screen.form}._seen")
    problems = st.session_state.get(f"{screen.form}._problems", {})
    form = Form(screen.form, screen.table.record, problems)
    names = _asked(screen)
    with st.container(border=True):
        st.subheader(_heading(screen, seen), anchor=False)
        if opened == NEW:
            drafting.offer(form, names, title="name")
        _fields(form, screen, seen)
        form.show_problems("")
    _conflict(screen, names)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("保存する"),
            key=f"{screen.form}:save",
            type="primary",
            shortcut="Mod+S",
            on_click=_save,
            args=(screen, names),
        )
        st.button(
            _("やめて一覧へ"),
            key=f"{screen.form}:close",
            on_click=_close,
            args=(screen,),
        )
        if seen is not None and masters.may_edit(desk.principal, screen.code):
            _switch(screen, seen)
    if opened == NEW:
        drafting.autosave(form, names)


def _heading(screen: Screen, seen: Record | None) -> str:
    if seen is None:
        return _(screen.add)
    return inert(str(getattr(seen, "name", "")))


def _asked(screen: Screen) -> list[str]:
    """Return the fields of the form; being in use is a step of its own."""
    left_out = {screen.switch, *screen.unasked}
    fields = screen.table.fields
    return [f.name for f in fields if not f.auto and f.name not in left_out]


def _fields(form: Form, screen: Screen, seen: Record | None) -> None:
    first: list[Field] = []
    later: list[Field] = []
    for name in _asked(screen):
        spec = screen.table.field(name)
        (first if spec.column.shown is Shown.FIRST else later).append(spec)
    # A sheet begins with the key; a person begins with the name.
    _rows_of_two(form, screen, sorted(first, key=lambda s: s.name != "name"), seen)
    if later:
        unfolded = any(spec.name in form.problems for spec in later)
        with st.expander(_("詳しく"), expanded=unfolded):
            _rows_of_two(form, screen, later, seen)


def _rows_of_two(
    form: Form, screen: Screen, specs: Sequence[Field], seen: Record | None
) -> None:
    for start in range(0, len(specs), 2):
        for column, spec in zip(st.columns(2), specs[start : start + 2], strict=False):
            with column:
                _field(form, screen, spec, seen)


def _field(form: Form, screen: Screen, spec: Field, seen: Record | None) -> None:
    is_key = spec.name in screen.table.key
    optional_key = is_key and screen.code == "members"
    known = screen.options.get(spec.name)
    field_input(
        form,
        spec.name,
        required=spec.required and not optional_key,
        disabled=is_key and seen is not None,
        placeholder=_("なければ空のまま") if optional_key else None,
        options=list(known) if known else None,
        format_option=(lambda code: known.get(code, code)) if known else None,
    )


def _switch(screen: Screen, seen: Record) -> None:
    """Offer to take the row out of use, with one question before, or back into it."""
    if not _in_use(screen, seen):
        st.button(
            _("また使う"),
            key=f"{screen.form}:on",
            icon=":material/undo:",
            on_click=_set_in_use,
            args=(screen, seen, Flag.YES),
        )
        return
    if masters.FIXTURES.get(screen.code) == screen.table.key_of(seen):
        return
    with st.popover(_("使わないようにする"), icon=":material/block:"):
        st.write(_(screen.out_of_use))
        st.button(
            _("使わないようにする"),
            key=f"{screen.form}:off",
            on_click=_set_in_use,
            args=(screen, seen, Flag.NO),
        )


def _conflict(screen: Screen, names: Sequence[str]) -> None:
    """Show both versions of each field that somebody else changed, to choose from."""
    clashes = st.session_state.get(f"{screen.form}._clashes", ())
    if not clashes:
        return
    with st.container(border=True):
        st.markdown(
            ":material/call_split: **"
            + _("ほかの人が同じ項目を先に変えました。どちらを残しますか。")
            + "**"
        )
        for clash in clashes:
            spec = screen.table.field(clash.field)
            st.text(
                _("{label}: 相手「{theirs}」/ あなた「{mine}」").format(
                    label=_(spec.label),
                    theirs=fmt.cell(spec, clash.theirs),
                    mine=fmt.cell(spec, clash.mine),
                )
            )
        with st.container(horizontal=True):
            st.button(
                _("自分の入力を残す"),
                key=f"{screen.form}:mine",
                on_click=_resolve,
                args=(screen, names, False),
            )
            st.button(
                _("相手の内容にする"),
                key=f"{screen.form}:theirs",
                on_click=_resolve,
                args=(screen, names, True),
            )


# What the buttons do -------------------------------------------------------------


def open_key(screen: Screen) -> str:
    """Return the key of the row whose form stands open; "" for none or a new one."""
    return str(st.session_state.get(_opened(screen)) or NEW)


def _opened(screen: Screen) -> str:
    return f"{screen.form}:opened"


def _turn(screen: Screen) -> str:
    return f"{screen.form}:turn"


def _open(screen: Screen, key: str) -> None:
    """Show the form for a row, or an empty one; what was typed into it is kept."""
    form = Form(screen.form, screen.table.record)
    form.clear()
    if key == NEW:
        form.set(**screen.presets)
    else:
        _look_at(screen, form, context.desk().record(screen.code, key))
    st.session_state[_opened(screen)] = key


def _look_at(screen: Screen, form: Form, row: Record) -> None:
    st.session_state[f"{screen.form}._seen"] = row
    form.set(**widget_values(row, _asked(screen)))
    if isinstance(row, Member) and not masters.has_address(row):
        form.set(email=_("(なし)"))


def _close(screen: Screen) -> None:
    drafting.discard(Form(screen.form, screen.table.record))
    st.session_state.pop(_opened(screen), None)
    # A table keeps its selection with its key: a new key, so that the same row can
    # be selected again.
    st.session_state[_turn(screen)] = st.session_state.get(_turn(screen), 0) + 1


def _save(screen: Screen, names: Sequence[str]) -> None:
    form = Form(screen.form, screen.table.record)
    seen = st.session_state.get(f"{screen.form}._seen")
    for told in ("_problems", "_clashes"):
        st.session_state.pop(f"{screen.form}.{told}", None)
    values = form.values(names)
    if seen is not None:
        values = {n: v for n, v in values.items() if n not in screen.table.key}
    with boundary.attempt():
        try:
            _write(screen, form, seen, values)
        except InvalidRecord as refused:
            found = problems_by_field(refused.problems)
            st.session_state[f"{screen.form}._problems"] = found
        except Conflict as conflict:
            st.session_state[f"{screen.form}._clashes"] = conflict.fields


def _write(
    screen: Screen, form: Form, seen: Record | None, values: Mapping[str, Any]
) -> None:
    desk, now = context.desk(), clock.now()
    if seen is None:
        entry = drafting.entry_id(form)
        masters.add(desk, screen.table.record, values, entry=entry, now=now)
        text = _("「{name}」を登録しました。")
    else:
        masters.change(desk, seen, values, entry=new_commit_id(), now=now)
        text = _("「{name}」を保存しました。")
    flash.say(text.format(name=values["name"]))
    _close(screen)


def _set_in_use(screen: Screen, seen: Record, state: Flag) -> None:
    with boundary.attempt():
        masters.switch(
            context.desk(), seen, state, entry=new_commit_id(), now=clock.now()
        )
        text = (
            _("「{name}」をまた使います。")
            if state is Flag.YES
            else _("「{name}」を使わないようにしました。")
        )
        flash.say(text.format(name=getattr(seen, "name", "")))
        _close(screen)


def _resolve(screen: Screen, names: Sequence[str], take_theirs: bool) -> None:  # noqa: FBT001
    """Look at the row as it stands now, with mine or theirs where both changed."""
    form = Form(screen.form, screen.table.record)
    seen = st.session_state[f"{screen.form}._seen"]
    clashes = st.session_state.pop(f"{screen.form}._clashes", ())
    now_there = context.desk().record(screen.code, screen.table.key_of(seen))
    # What I never touched must not undo what others did to it meanwhile.
    untouched = [
        name
        for name, value in form.values(names).items()
        if value == getattr(seen, name)
    ]
    given_up = [clash.field for clash in clashes] if take_theirs else []
    form.set(**widget_values(now_there, [*untouched, *given_up]))
    st.session_state[f"{screen.form}._seen"] = now_there
    _save(screen, names)


def roles() -> None:
    """Say in one sentence each what the roles are for."""
    with st.expander(_("役割とできること"), icon=":material/badge:"):
        for role in Role:
            st.markdown(f"**{inert(_(role.value))}** {inert(_(ROLES[role]))}")


def centre_names(desk: UserStore) -> dict[str, str]:
    """Return the name of each centre by its code, the company first."""

    def made() -> dict[str, str]:
        codes = desk.frame("centres")["name"].to_dict()
        company = {COMPANY: codes.pop(COMPANY, COMPANY)}
        return company | {str(code): str(name) for code, name in codes.items()}

    return desk.derived("centre names", made)
