"""Saves on their way to the shared store: counts, signs on rows, and what to decide."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import streamlit as st

from lib.actions import outbox as deciding
from lib.actions.outbox import FieldKey
from lib.errors import FieldConflict
from lib.i18n import N_, _
from lib.schema.principal import SYSTEM
from lib.schema.tables import table, table_of
from lib.store.access import UserStore
from lib.store.protocol import Insert, Update, WaitingCommit, WaitState, Write
from lib.text import inert, masked, one_line
from lib.ui import boundary, conflict, context, flash, navigation
from lib.ui import format as fmt
from lib.ui.form import Form

PAGE: Final = "outbox"
SHOWN: Final = 50
"""Waiting saves that are listed; the rest are counted."""

_LETTERS: Final = 120
_WORDS: Final = {
    WaitState.WAITING: N_("送信待ち"),
    WaitState.NEEDS_LOOK: N_("要確認"),
}
_ICONS: Final = {
    WaitState.WAITING: ":material/schedule_send:",
    WaitState.NEEDS_LOOK: ":material/assignment_late:",
}
_COLOURS: Final = {WaitState.WAITING: "blue", WaitState.NEEDS_LOOK: "orange"}


# Everywhere -----------------------------------------------------------------------


def in_sidebar(desk: UserStore) -> None:
    """Say how many saves are on their way or need a look; nothing while none is."""
    notice = desk.notice()
    if notice is None:
        return
    if not notice.keeps:
        st.caption(
            ":material/hard_drive_2: "
            + inert(_("送信待ちなし: シートに入るまで保存になりません"))
        )
    counts = counted(desk.waiting())
    for state, count in counts.items():
        if count:
            text = _("{state} {count}件").format(state=_(_WORDS[state]), count=count)
            navigation.link(PAGE, inert(text), icon=_ICONS[state])
    if (notice.held_by or notice.put_aside) and not any(counts.values()):
        navigation.link(PAGE, inert(_("送信待ちのお知らせ")), icon=":material/info:")


def counted(saves: tuple[WaitingCommit, ...]) -> dict[WaitState, int]:
    """Return how many saves are in each state, those to be looked at first."""
    order = (WaitState.NEEDS_LOOK, WaitState.WAITING)
    return {state: sum(s.state is state for s in saves) for state in order}


def badge(desk: UserStore, code: str, key: str, *, arrived: bool = False) -> None:
    """Draw how far a row has come; nothing where the store needs no outbox.

    arrived: say so too of a row that is in the shared store.
    """
    if desk.notice() is None:
        return
    state = desk.wait_states(code).get(key)
    if state is not None:
        st.badge(_(_WORDS[state]), icon=_ICONS[state], color=_colour(state))
    elif arrived:
        st.badge(_("反映済み"), icon=":material/cloud_done:", color="green")


def shape_of(state: WaitState) -> str:
    """Return the shape before a row on its way in a grid; `legend` says what it means."""
    return {WaitState.WAITING: "↑", WaitState.NEEDS_LOOK: "↑!"}[state]


def legend(desk: UserStore, keys: Iterable[str]) -> None:
    """Say below a grid of complaints what the shapes before its rows mean."""
    states = desk.wait_states("complaints")
    found = {states[key] for key in keys if key in states}
    words = [f"{shape_of(s)} {_(_WORDS[s])}" for s in WaitState if s in found]
    if words:
        st.caption(inert("、".join(words)))


def _colour(state: WaitState) -> Any:
    return _COLOURS[state]


# The page -------------------------------------------------------------------------


def show(desk: UserStore) -> None:
    """Draw what is not in the shared store yet, first what a person has to decide."""
    notice = desk.notice()
    if notice is None:
        st.info(
            inert(
                _(
                    "この保存先では、保存した時点ですべて入っています。送信待ちはありません。"
                )
            ),
            icon=":material/check_circle:",
        )
        return
    if not notice.keeps:
        st.info(
            inert(
                _(
                    "このサーバーのディスクは一時的なものです。保存は、シートに入ってから完了になります。つながらないときは、書きかけのまま残ります。"
                )
            ),
            icon=":material/hard_drive_2:",
        )
    if notice.held_by is not None:
        st.warning(
            inert(
                _("いまはシートに送れません。直ると自動で送ります。")
                + " "
                + boundary.message_of(notice.held_by)
            ),
            icon=":material/pause_circle:",
        )
    for name in notice.put_aside:
        st.warning(
            inert(
                _(
                    "送信待ちのファイルが壊れていたため、別の名前で残しました: {name}。送っていない入力が入っているかもしれません。管理者に知らせてください。"
                ).format(name=name)
            ),
            icon=":material/healing:",
        )
    saves = desk.waiting()
    undecided = [save for save in saves if save.state is WaitState.NEEDS_LOOK]
    waiting = [save for save in saves if save.state is WaitState.WAITING]
    if not saves and notice.keeps:
        st.success(
            inert(_("送信待ちはありません。すべてシートに入っています。")),
            icon=":material/cloud_done:",
        )
    for save in undecided:
        _undecided(save)
    if waiting:
        _waiting(waiting, {row for save in undecided for row in save.rows})


def _waiting(saves: list[WaitingCommit], held: set[tuple[str, str]]) -> None:
    st.subheader(
        _("送信待ち {count}件").format(count=len(saves)), anchor=False, divider=False
    )
    st.caption(
        inert(
            _(
                "このサーバーに保存してあります。シートにつながりしだい、順に自動で送ります。することはありません。"
            )
        )
    )
    with st.container(border=True, gap="xsmall"):
        for save in saves[:SHOWN]:
            line = f"{fmt.short_moment(save.at)}  {save.actor}  {_what(save)}"
            if held & set(save.rows):
                line += "  " + _("(同じ行の要確認が済んでから送ります)")
            st.text(line)
        if len(saves) > SHOWN:
            st.caption(_("ほかに {count}件").format(count=len(saves) - SHOWN))


def _undecided(save: WaitingCommit) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(
                _(_WORDS[save.state]),
                icon=_ICONS[save.state],
                color=_colour(save.state),
            )
            st.text(f"{_what(save)} · {save.actor} · {fmt.short_moment(save.at)}")
        if save.problem is not None:
            st.text(boundary.message_of(save.problem))
        found = deciding.clashes(save)
        for clash in found:
            conflict.ask(_form(save, clash), clash, _other(clash))
        if not found:
            _contents(save)
        _decisions(save, found)


def _decisions(save: WaitingCommit, found: tuple[FieldConflict, ...]) -> None:
    with st.container(horizontal=True):
        if save.commit is not None:
            st.button(
                _("選んだ内容で送る") if found else _("もう一度送る"),
                key=f"outbox:{save.commit_id}:send",
                type="primary",
                icon=":material/send:",
                on_click=_resend,
                args=(save.commit_id,),
            )
        with st.popover(_("捨てる"), icon=":material/delete:"):
            st.write(
                inert(_("この入力を捨てます。元に戻せません。シートは今のままです。"))
            )
            st.button(
                _("捨てる"),
                key=f"outbox:{save.commit_id}:discard",
                icon=":material/delete_forever:",
                on_click=_discard,
                args=(save.commit_id,),
            )


def _contents(save: WaitingCommit) -> None:
    """Show what was typed, so that it can be copied; contacts are masked."""
    for write in save.commit.writes if save.commit else ():
        for line in _lines(write):
            st.text(line)


def _lines(write: Write) -> list[str]:
    if isinstance(write, Insert):
        place, values = table_of(write.record), write.record.values()
    elif isinstance(write, Update):
        place, values = table(write.table), dict(write.values)
    else:
        return []
    return [
        _("{label}: {value}").format(
            label=_(spec.label),
            value=masked(str(value)) if spec.column.personal else fmt.cell(spec, value),
        )
        for spec in place.fields
        if (value := values.get(spec.name)) not in (None, "", ())
        and not spec.auto
        and spec.name not in place.key
    ]


def _what(save: WaitingCommit) -> str:
    """Return what a save is about: "苦情台帳 K-261121-7F3QX ほか2行"."""
    writes = save.commit.writes if save.commit else ()
    if not writes:
        return _("読めない内容")
    code, key = _first(writes)
    text = f"{_(table(code).tab)} {one_line(key.replace('|', ' '), _LETTERS)}"
    rest = len(writes) - 1
    return text + (" " + _("ほか{count}行").format(count=rest) if rest else "")


def _first(writes: tuple[Write, ...]) -> tuple[str, str]:
    write = writes[0]
    if isinstance(write, Insert):
        place = table_of(write.record)
        return place.code, place.key_of(write.record)
    return write.table, write.key


def _form(save: WaitingCommit, clash: FieldConflict) -> Form:
    whole = f"{save.commit_id}|{clash.table}|{clash.key}"
    name = hashlib.blake2b(whole.encode(), digest_size=8).hexdigest()
    return Form(f"outbox-{name}", table(clash.table).record)


def _other(clash: FieldConflict) -> tuple[str, Any]:
    """Return who wrote the other version, and when; nothing where the log knows it not.

    Of the log, which is not for everybody, only the name and the time are told.
    """
    system = context.live().for_user(SYSTEM)
    log, own = system.frame("audit"), {save.commit_id for save in system.waiting()}
    found = log[
        (log["table"] == clash.table)
        & (log["row_key"] == clash.key)
        & (log["field_name"] == clash.field)
        & ~log["commit_id"].isin(own)
    ]
    if found.empty:
        return "", None
    last = found.iloc[-1]
    return str(last["actor"]), last["at"].to_pydatetime()


# Callbacks ------------------------------------------------------------------------


def _resend(commit_id: str) -> None:
    desk = context.desk()
    save = _save(desk, commit_id)
    if save is None:
        return
    with boundary.attempt():
        found = deciding.clashes(save)
        if not found:
            deciding.resend(desk, commit_id)
            flash.say(_("もう一度送ります。"))
            return
        mended = deciding.decided(save, _chosen(save, found))
        if mended is None:
            deciding.discard(desk, commit_id)
            flash.say(_("相手の内容を残しました。"))
        else:
            deciding.resend(desk, commit_id, mended)
            flash.say(_("選んだ内容で送ります。"))
        for clash in found:
            _form(save, clash).clear()


def _chosen(
    save: WaitingCommit, found: tuple[FieldConflict, ...]
) -> Mapping[FieldKey, Any]:
    chosen: dict[FieldKey, Any] = {}
    for clash in found:
        values = conflict.chosen(_form(save, clash), [clash])
        for value in values.values():
            chosen[deciding.place_of(clash)] = value
    return chosen


def _discard(commit_id: str) -> None:
    with boundary.attempt():
        deciding.discard(context.desk(), commit_id)
        flash.say(_("捨てました。"))


def _save(desk: UserStore, commit_id: str) -> WaitingCommit | None:
    return next((s for s in desk.waiting() if s.commit_id == commit_id), None)
