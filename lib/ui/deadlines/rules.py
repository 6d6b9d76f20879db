"""期限の規則 on the screen: how each is counted, by which source, and its editor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions.business_settings import EDITORS
from lib.actions.clocks import ruling
from lib.actions.clocks.proposing import rules_of
from lib.errors import Conflict
from lib.i18n import _
from lib.schema.ids import new_commit_id
from lib.schema.vocab import DeadlineKind
from lib.settings.clock_rules import ClockRule, Party
from lib.settings.counting import LONGEST, Counting, FirstDay, Holiday, Unit
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, flash
from lib.ui import format as fmt
from lib.ui import table as grids
from lib.ui.deadlines import words
from lib.ui.setting import since

_KEPT: Final[dict[str, Any]] = {"on_change": "ignore", "persist_state": "session"}
_LIVE: Final[dict[str, Any]] = {"persist_state": "session"}
"""Of what changes clocks: the preview follows each change."""
CLOCKS_NAMED: Final = 8


def show(desk: UserStore) -> None:
    """Draw every rule as it counts today; for managers, the way to change one."""
    st.caption(
        inert(
            _(
                "どの答えがどの期限を始めるか、どう数えるかです。法律の助言ではありません。当てはまるかは人が確かめます。"
            )
        )
    )
    rules = rules_of(desk, clock.today())
    if desk.principal.role in EDITORS:
        _editor(desk, rules)
    st.dataframe(
        [_row(rule) for rule in rules],
        column_config={
            "kind": grids.chip_column(
                _("区分"),
                {words.kind_words(k): words.KIND_COLOURS[k] for k in DeadlineKind},
                width=116,
            ),
            "name": st.column_config.TextColumn(_("すること"), width=300),
            "span": st.column_config.TextColumn(_("長さ"), width=88),
            "counting": st.column_config.TextColumn(_("数え方"), width=250),
            "party": st.column_config.TextColumn(_("義務のある者"), width=110),
            "source": st.column_config.TextColumn(_("根拠"), width=260),
            "checked": st.column_config.TextColumn(_("最終確認"), width=100),
            "on": st.column_config.TextColumn(_("使う"), width=64),
        },
        hide_index=True,
        row_height=38,
        height="content",
        alt=_("期限の規則の一覧"),
    )


def _row(rule: ClockRule) -> dict[str, Any]:
    return {
        "kind": [words.kind_words(rule.kind)],
        "name": _(rule.name),
        "span": span_words(rule.counting),
        "counting": words.counting_words(rule.counting),
        "party": _(rule.party.value),
        "source": rule.source,
        "checked": f"{rule.checked_on:%Y/%m/%d}",
        "on": _("はい") if rule.on else _("いいえ"),
    }


def span_words(counting: Counting) -> str:
    """Return a length in the person's language: "15日", "3営業日", "当日"."""
    if not counting.length:
        return _("当日")
    pattern = _("{count}営業日") if counting.unit is Unit.BUSINESS else _("{count}日間")
    return pattern.format(count=counting.length)


# The editor ---------------------------------------------------------------------------


def _editor(desk: UserStore, rules: Sequence[ClockRule]) -> None:
    folder = st.expander(
        _("規則を変える"),
        icon=":material/edit:",
        key="deadlines.rules",
        on_change="rerun",
    )
    if not folder.open:
        return
    by_code = {rule.code: rule for rule in rules}
    with folder:
        # Sent anew in each run: in another language its label is another.
        if (chosen := st.session_state.get("deadlines.rule")) is not None:
            st.session_state["deadlines.rule"] = chosen
        code = st.selectbox(
            _("どの規則"),
            list(by_code),
            key="deadlines.rule",
            format_func=lambda c: f"{c} {_(by_code[c].name)}",
            filter_mode="contains",
            persist_state="session",
        )
        rule = by_code.get(str(code)) or rules[0]
        key = f"deadlines.rule.{rule.code}"
        _fields(key, rule)
        day = since(key)
        changed = _typed(key, rule)
        _preview(desk, key, rule, changed, is_now=day <= clock.today())
        st.button(
            _("この規則にする"),
            key=f"{key}:save",
            type="primary",
            icon=":material/save:",
            on_click=_save,
            args=(key, rule, new_commit_id()),
        )
        _history(desk, rule)


def _fields(key: str, rule: ClockRule) -> None:
    counting = rule.counting
    first = {
        "length": counting.length,
        "unit": counting.unit,
        "first_day": counting.first_day,
        "holiday": counting.holiday,
        "until": counting.until,
        "kind": rule.kind,
        "party": rule.party,
        "source": rule.source,
        "checked_on": rule.checked_on,
        "on": rule.on,
        "reason": "",
        "bring": False,
        "since": clock.today(),
    }
    for name, value in first.items():
        st.session_state.setdefault(f"{key}:{name}", value)
    _counting_fields(key)
    _standing_fields(key, rule)
    st.text_input(
        _("変える理由(必須)"), max_chars=LONGEST_TEXT, key=f"{key}:reason", **_KEPT
    )
    for message in st.session_state.get(f"{key}:problems", ()):
        st.markdown(f":red[:small[:material/error: {_(message)}]]")


def _counting_fields(key: str) -> None:
    """Draw how a deadline is counted."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            _("長さ(0は当日)"),
            min_value=0,
            max_value=LONGEST,
            key=f"{key}:length",
            width=150,
            **_LIVE,
        )
        _pick(_("単位"), f"{key}:unit", list(Unit), _LIVE)
        st.time_input(
            _("最後の日の何時まで"),
            key=f"{key}:until",
            step=60,
            width=170,
            help=_("23:59は、その日いっぱいです。"),
            **_LIVE,
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _pick(_("初日"), f"{key}:first_day", list(FirstDay), _LIVE)
        _pick(_("末日が休日なら"), f"{key}:holiday", list(Holiday), _LIVE)


def _standing_fields(key: str, rule: ClockRule) -> None:
    """Draw what a deadline is and where it is written."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _pick(_("区分"), f"{key}:kind", list(DeadlineKind), _KEPT)
        st.selectbox(
            _("義務のある者"),
            list(Party),
            key=f"{key}:party",
            format_func=fmt.choice,
            filter_mode="contains",
            width=200,
            **_KEPT,
        )
    st.text_input(
        _("根拠(法律と条文、またはだれの言葉か)"),
        max_chars=LONGEST_TEXT,
        key=f"{key}:source",
        **_KEPT,
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.date_input(
            _("根拠を最後に確かめた日"),
            key=f"{key}:checked_on",
            format="YYYY/MM/DD",
            max_value=max(clock.today(), rule.checked_on),
            width=200,
            **_KEPT,
        )
        st.toggle(_("使う"), key=f"{key}:on", **_LIVE)


def _pick(label: str, key: str, options: list[Any], more: dict[str, Any]) -> None:
    st.segmented_control(label, options, key=key, format_func=fmt.choice, **more)


def _typed(key: str, rule: ClockRule) -> ClockRule:
    """Return the rule as the fields say."""
    state = st.session_state
    until = state[f"{key}:until"]
    counting = Counting(
        int(state[f"{key}:length"] or 0),
        state[f"{key}:unit"] or rule.counting.unit,
        state[f"{key}:first_day"] or rule.counting.first_day,
        state[f"{key}:holiday"] or rule.counting.holiday,
        until if isinstance(until, time) else rule.counting.until,
    )
    return replace(
        rule,
        counting=counting,
        kind=state[f"{key}:kind"] or rule.kind,
        party=state[f"{key}:party"] or rule.party,
        source=str(state[f"{key}:source"] or "").strip() or rule.source,
        checked_on=state[f"{key}:checked_on"] or rule.checked_on,
        on=bool(state[f"{key}:on"]),
    )


def _preview(
    desk: UserStore, key: str, rule: ClockRule, changed: ClockRule, *, is_now: bool
) -> None:
    """Say what the change would mean for the clocks that run, before it is saved."""
    st.caption(inert(words.counting_words(changed.counting)))
    if not changed.on:
        st.info(
            inert(
                _(
                    "使わないあいだ、この期限は新しく始まりません。動いているものはそのままです。"
                )
            ),
            icon=":material/info:",
        )
        return
    found = desk.derived(
        ("differing", changed), lambda: ruling.differing(desk, changed)
    )
    if not found or changed.counting == rule.counting:
        st.caption(inert(_("動いている期限は、どれも変わりません。")))
        return
    said = _("動いている{count}件は、前の規則の期限のままです。")
    st.info(inert(said.format(count=len(found))), icon=":material/info:")
    for one in found[:CLOCKS_NAMED]:
        st.caption(
            inert(
                f"{one.clock.case_id}: {fmt.moment(one.clock.due_at)}"
                f" → {fmt.moment(one.due_at)}"
            )
        )
    if is_now:
        st.checkbox(
            _("動いている{count}件も、新しい数え方の期限に変える").format(
                count=len(found)
            ),
            key=f"{key}:bring",
            **_KEPT,
        )


def _save(key: str, rule: ClockRule, entry: str) -> None:
    state = st.session_state
    state.pop(f"{key}:problems", None)
    reason = str(state[f"{key}:reason"] or "")
    if not reason.strip():
        state[f"{key}:problems"] = [ruling.REASON_NEEDED]
        return
    with boundary.attempt():
        try:
            moved = ruling.set_rule(
                context.desk(),
                _typed(key, rule),
                since=state[f"{key}:since"],
                apply_to_running=bool(state.get(f"{key}:bring")),
                reason=reason,
                entry=entry,
                now=clock.now(),
            )
        except Conflict:
            words_of = _(
                "ほかの人が先に変えました。入力はそのままです。確かめて、もう一度押してください。"
            )
            flash.say(words_of, "warning")
            return
        for name in [n for n in state if str(n).startswith(f"{key}:")]:
            del state[name]
        said = _("規則を保存しました。")
        if moved:
            said += _("動いている{count}件の期限を変えました。").format(count=moved)
        flash.say(said)


def _history(desk: UserStore, rule: ClockRule) -> None:
    rows = desk.derived(
        ("rule rows", rule.code), lambda: ruling.values_of(desk, rule.code)
    )
    if not rows:
        st.caption(inert(_("まだ変えていません。はじめの値のままです。")))
        return
    st.caption(inert(_("これまでの値")))
    for row in rows:
        st.text(
            _("{day}から {value}({who})").format(
                day=fmt.full_day(row.effective_from),
                value=row.value or fmt.NOTHING,
                who=row.updated_by,
            )
        )
