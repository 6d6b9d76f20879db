"""重大事案の手順 in 設定: each kind's list, and the editor of one of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions.crises import parts, ruling
from lib.errors import InvalidRecord
from lib.i18n import N_, _
from lib.schema.ids import new_commit_id
from lib.schema.vocab import Choice, CrisisKind
from lib.settings import crisis_steps
from lib.settings.crisis_steps import CrisisStep, Freedom, Tenet
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, flash
from lib.ui import format as fmt
from lib.ui.setting import since

NEW: Final = ""
"""Stands for a step that is being added."""

_HOURS_A_DAY: Final = 24
_KEPT: Final[Mapping[str, Any]] = {"on_change": "ignore", "persist_state": "session"}


class _In(Choice):
    """Whether a time is written in hours or in days."""

    HOURS = N_("時間")
    DAYS = N_("日")


def show(desk: UserStore) -> None:
    """Draw the list of one kind as it counts today, and the editor of its steps."""
    with st.container(border=True):
        st.subheader(_(crisis_steps.GROUP), anchor=False)
        st.caption(
            inert(
                _(
                    "重大事案を開いたときに並ぶ手順です。変えても、もう始まっている一覧はそのままです。"
                )
            )
        )
        kind = st.segmented_control(
            _("種別"),
            list(CrisisKind),
            key="settings:crisis:kind",
            default=CrisisKind.LEAK,
            format_func=fmt.choice,
            label_visibility="collapsed",
            required=True,
        )
        chosen = kind or CrisisKind.LEAK
        steps = [s for s in parts.steps_of(desk, clock.today()) if s.kind is chosen]
        _editor(chosen, steps)
        st.dataframe(
            [_row(step) for step in steps],
            column_config={
                "tenet": _("きまり"),
                "title": _("手順"),
                "span": _("いつまでに"),
                "freedom": _("省けるか"),
                "needs": _("要る記録"),
                "on": _("使う"),
            },
            hide_index=True,
            row_height=38,
            height="content",
            alt=_("重大事案の手順の一覧"),
        )


def _row(step: CrisisStep) -> dict[str, str]:
    return {
        "tenet": fmt.choice(step.tenet),
        "title": _(step.title),
        "span": span_words(step.hours),
        "freedom": fmt.choice(step.freedom),
        "needs": fmt.choice(step.needs) if step.needs else "",
        "on": _("はい") if step.on else _("いいえ"),
    }


def span_words(hours: int) -> str:
    """Return by when in the person's language: "24時間", "10 days"."""
    days, rest = divmod(hours, _HOURS_A_DAY)
    if rest or days < 3:  # noqa: PLR2004 - two days are still counted in hours
        return _("{count}時間以内").format(count=hours)
    return _("{count}日以内").format(count=days)


def _editor(kind: CrisisKind, steps: list[CrisisStep]) -> None:
    folder = st.expander(
        _("手順を足す・変える"),
        icon=":material/edit:",
        key="settings:crisis:open",
        on_change="rerun",
    )
    if not folder.open:
        return
    by_code = {step.code: step for step in steps}
    with folder:
        code = st.selectbox(
            _("どの手順"),
            [NEW, *by_code],
            key=f"settings:crisis:{kind.code}:step",
            format_func=lambda c: _(by_code[c].title) if c else _("新しい手順"),
            filter_mode="contains",
            persist_state="session",
        )
        start = by_code.get(str(code)) or CrisisStep(
            NEW, kind, Tenet.SWIFT, "", _HOURS_A_DAY, Freedom.WAIVABLE
        )
        key = f"settings:crisis:{kind.code}:{start.code}"
        _fields(key, start)
        since(key)
        st.button(
            _("この手順にする"),
            key=f"{key}:save",
            type="primary",
            on_click=_save,
            args=(key, start, new_commit_id()),
        )


def _fields(key: str, start: CrisisStep) -> None:
    days, rest = divmod(start.hours, _HOURS_A_DAY)
    in_days = not rest and days >= 3  # noqa: PLR2004 - as `span_words` says it
    first = {
        "title": start.title,
        "tenet": start.tenet,
        "number": days if in_days else start.hours,
        "unit": _In.DAYS if in_days else _In.HOURS,
        "freedom": start.freedom,
        "on": start.on,
        "since": clock.today(),
    }
    for name, value in first.items():
        st.session_state.setdefault(f"{key}:{name}", value)
    if not start.code:
        st.text_input(
            _("何をするか(必須)"), max_chars=LONGEST_TEXT, key=f"{key}:title", **_KEPT
        )
        _problems(key, "title")
        _pick(_("きまり"), f"{key}:tenet", list(Tenet))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            _("いつまでに"),
            min_value=1,
            max_value=crisis_steps.MOST_HOURS,
            key=f"{key}:number",
            width=140,
            help=_("知った時刻から数えます。"),
            **_KEPT,
        )
        st.segmented_control(
            _("単位"),
            list(_In),
            key=f"{key}:unit",
            format_func=fmt.choice,
            label_visibility="collapsed",
            required=True,
            **_KEPT,
        )
    _problems(key, "hours")
    _pick(_("省けるか"), f"{key}:freedom", list(Freedom))
    st.toggle(_("使う"), key=f"{key}:on", **_KEPT)


def _pick(label: str, key: str, options: list[Any]) -> None:
    st.segmented_control(
        label, options, key=key, format_func=fmt.choice, required=True, **_KEPT
    )


def _problems(key: str, name: str) -> None:
    for message in st.session_state.get(f"{key}:problems", {}).get(name, ()):
        st.markdown(f":red[:small[:material/error: {_(message)}]]")


def _save(key: str, start: CrisisStep, entry: str) -> None:
    state = st.session_state
    state.pop(f"{key}:problems", None)
    with boundary.attempt():
        try:
            ruling.set_step(
                context.desk(),
                _typed(key, start),
                since=state[f"{key}:since"],
                entry=entry,
                now=clock.now(),
            )
        except InvalidRecord as refused:
            state[f"{key}:problems"] = {p.field: [p.message] for p in refused.problems}
            return
        for name in [n for n in state if str(n).startswith(f"{key}:")]:
            del state[name]
        flash.say(_("手順を保存しました。"))


def _typed(key: str, start: CrisisStep) -> CrisisStep:
    """Return the step that the fields say."""
    state = st.session_state
    times = _HOURS_A_DAY if state[f"{key}:unit"] is _In.DAYS else 1
    step = replace(
        start,
        hours=int(state[f"{key}:number"] or 0) * times,
        freedom=state[f"{key}:freedom"] or start.freedom,
        on=bool(state[f"{key}:on"]),
    )
    if start.code:
        return step
    title = str(state[f"{key}:title"] or "").strip()
    tenet = state[f"{key}:tenet"] or start.tenet
    return replace(step, code=title, title=title, tenet=tenet)
