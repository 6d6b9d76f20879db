"""Looking at what anonymising would do, agreeing to it, doing it, and the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import clock
from lib.actions.privacy import running
from lib.actions.privacy.running import Done, Preview
from lib.actions.privacy.units import Unit
from lib.i18n import _
from lib.schema.tables import table
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, flash
from lib.ui import format as fmt

SHOWN: Final = 8
"""Cases and held-back ones that are listed; the rest is counted."""
NAMED: Final = 6
"""Kinds of fields that are named for a case."""


@dataclass(frozen=True)
class Looked:
    """A dry run that stands on the screen."""

    preview: Preview
    whose: str


def look(name: str, units: Sequence[Unit]) -> None:
    """Make a dry run of these and keep it for the next run, under `name`."""
    with boundary.attempt():
        who = context.desk().principal
        shown = running.preview(context.live(), who, units, data=context.place().data)
        st.session_state[_key(name, "looked")] = Looked(shown, who.key)
        st.session_state.pop(_key(name, "done"), None)


def forget(name: str) -> None:
    """Take the dry run and the receipt off the screen."""
    for part in ("looked", "done", "agreed"):
        st.session_state.pop(_key(name, part), None)


def panel(desk: UserStore, name: str) -> None:
    """Draw the dry run kept under `name`, the press, and afterwards the receipt."""
    if done := cast("Done | None", st.session_state.get(_key(name, "done"))):
        receipt(done)
    looked = cast("Looked | None", st.session_state.get(_key(name, "looked")))
    if looked is None or looked.whose != desk.principal.key:
        return
    found = looked.preview
    with st.container(border=True):
        _counts(found)
        _cases(found.free)
        _held(found.held)
        _copies(found)
        if found.free:
            _press(name, found)
    if st.session_state.pop(_key(name, "asked"), False):
        _run(desk, name, found)


def _key(name: str, part: str) -> str:
    return f"privacy:{name}:{part}"


def _counts(found: Preview) -> None:
    st.markdown(
        "**"
        + inert(
            _("匿名化するもの: {count}件 / そのまま残すもの: {held}件").format(
                count=fmt.number(len(found.free)), held=fmt.number(len(found.held))
            )
        )
        + "**"
    )
    if not found.free:
        return
    st.caption(
        inert(
            _(
                "操作ログの変更前・変更後・理由: {log}行 / 書きかけ: {drafts}件 / 送信待ち: {waiting}件"
            ).format(
                log=fmt.number(found.log_rows),
                drafts=fmt.number(found.drafts),
                waiting=fmt.number(found.waiting),
            )
        )
    )
    with st.expander(_("消える項目と数"), key="privacy:fields"):
        rows = [
            {
                "table": _(table(code).tab),
                "field": _(table(code).field(name).label),
                "count": count,
            }
            for (code, name), count in sorted(found.fields.items())
        ]
        st.dataframe(
            rows,
            column_config={
                "table": st.column_config.TextColumn(_("表")),
                "field": st.column_config.TextColumn(_("項目")),
                "count": st.column_config.NumberColumn(_("件数")),
            },
            hide_index=True,
            alt=_("消える項目と数"),
        )
        st.caption(
            inert(
                _(
                    "日付・分類・商品・数・金額・担当者は残ります。数字とグラフは変わりません。"
                )
            )
        )


def _cases(free: Sequence[Unit]) -> None:
    if not free:
        return
    rows = [
        {
            "number": unit.key,
            "kind": _(unit.kind.value),
            "ended": fmt.full_day(unit.ended) if unit.ended.year < _NEVER else "",
            "fields": _fields(unit),
        }
        for unit in free[:SHOWN]
    ]
    st.dataframe(
        rows,
        column_config={
            "number": st.column_config.TextColumn(_("番号"), pinned=True),
            "kind": st.column_config.TextColumn(_("種類")),
            "ended": st.column_config.TextColumn(_("終わった日")),
            "fields": st.column_config.TextColumn(_("消える項目"), width="large"),
        },
        hide_index=True,
        alt=_("匿名化するものの例"),
    )
    if len(free) > SHOWN:
        st.caption(
            inert(_("ほかに {count}件").format(count=fmt.number(len(free) - SHOWN)))
        )


_NEVER: Final = 9000


def _fields(unit: Unit) -> str:
    labels = dict.fromkeys(
        _(table(code).field(name).label)
        for (code, _row), values in unit.changes.items()
        for name in values
    )
    named = fmt.listed(list(labels)[:NAMED])
    return named + "…" * (len(labels) > NAMED)


def _held(held: Sequence[Unit]) -> None:
    if not held:
        return
    with st.expander(
        inert(_("まだ匿名化しないもの ({count}件)").format(count=len(held))),
        key="privacy:held",
    ):
        for unit in held[:SHOWN]:
            reasons = " ".join(
                _(hold.why).format(number=hold.number) for hold in unit.holds
            )
            st.text(f"{unit.key}: {reasons}")
        if len(held) > SHOWN:
            st.caption(inert(_("ほかに {count}件").format(count=len(held) - SHOWN)))


def _copies(found: Preview) -> None:
    """Tell what is not reached: copies, and what Google keeps."""
    if not found.free:
        return
    if found.copies:
        st.caption(
            ":material/inventory_2: "
            + inert(
                _(
                    "控え {count}個には元のまま残ります。毎日の控えは7日で入れ替わり、ほかは手で消します。控えから戻しても、匿名化はもう一度行われます。"
                ).format(count=len(found.copies))
            )
        )
    if context.live().outbox is not None:
        st.caption(
            ":material/history: "
            + inert(
                _(
                    "Googleシートの「変更履歴」には前の版が残ります。消し方は docs/operations.md にあります。"
                )
            )
        )


def _press(name: str, found: Preview) -> None:
    agreed = st.checkbox(
        _("中身を確かめました。匿名化は元に戻せません。"),
        key=_key(name, "agreed"),
        on_change="rerun",
    )
    st.button(
        _("{count}件を匿名化する").format(count=fmt.number(len(found.free))),
        key=_key(name, "press"),
        type="primary",
        icon=":material/person_off:",
        disabled=not agreed,
        on_click=_ask,
        args=(name,),
    )


def _ask(name: str) -> None:
    # The work is done in the run after the click, where its progress can be seen.
    st.session_state[_key(name, "asked")] = True


def _run(desk: UserStore, name: str, found: Preview) -> None:
    bar = st.progress(0.0, _("匿名化しています…"))
    with boundary.page_boundary():
        done = running.anonymise(
            context.live(),
            desk.principal,
            found.units,
            now=clock.now(),
            data=context.place().data,
            progress=lambda count, all_: _advance(bar, count, all_),
        )
        forget(name)
        st.session_state[_key(name, "done")] = done
        flash.say(_("匿名化しました: {count}件").format(count=fmt.number(done.units)))
        st.rerun()


def _advance(bar: DeltaGenerator, count: int, all_: int) -> None:
    text = _("匿名化しています… {done}/{all}").format(done=count, all=all_)
    bar.progress(count / all_ if all_ else 1.0, text)


def receipt(done: Done) -> None:
    """Draw what a press came to."""
    with st.container(border=True):
        st.markdown(f":material/task_alt: **{inert(_('匿名化の控え'))}**")
        st.text(
            _(
                "{at} {by} / {units}件・{rows}行 / 操作ログ {log}行 / 書きかけ {drafts}件"
            ).format(
                at=fmt.moment(done.at),
                by=done.by,
                units=fmt.number(done.units),
                rows=fmt.number(done.rows),
                log=fmt.number(done.log_rows),
                drafts=fmt.number(done.drafts),
            )
        )
        for unit, error in done.refused:
            st.text(f"{unit.key}: {boundary.message_of(error)}")
        if done.queued:
            st.warning(
                inert(
                    _(
                        "シートにつながらないので、途中から送信待ちです。送られたあとに、もう一度押してください。"
                    )
                ),
                icon=":material/outbox:",
            )
        if done.traces:
            st.warning(
                inert(
                    _(
                        "ほかの人が使っている間は、ファイルの中の跡を片づけられませんでした。人のいないときに、もう一度押してください。"
                    )
                ),
                icon=":material/cleaning_services:",
            )
