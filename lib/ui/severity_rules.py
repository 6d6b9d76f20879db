"""重大度の規則 in 設定: what each rule says, and what a change would do before it is saved."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import severity
from lib.actions.severity import RANKS, Move
from lib.i18n import _
from lib.schema.ids import new_commit_id
from lib.settings import severity_rules
from lib.settings.severity_rules import SeverityRule, in_words
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, flash, navigation
from lib.ui import format as fmt
from lib.ui.setting import since

SHOWN: Final = 5
"""Open cases named in the preview; the rest are counted."""


def show(desk: UserStore) -> None:
    """Draw every rule as it counts today, and the editor of one of them."""
    with st.container(border=True):
        st.subheader(_("重大度の規則"), anchor=False)
        st.caption(
            _(
                "受付で押したことから、重大度を提案する規則です。いちばん高いものが選ばれ、理由とともに出ます。"
            )
        )
        rules = severity.rules_of(desk, clock.today())
        _editor(desk, rules)
        st.dataframe(
            [_row(rule) for rule in rules],
            column_config={
                "level": _("重大度"),
                "reason": _("理由"),
                "on": _("使う"),
            },
            hide_index=True,
            row_height=38,
            height="content",
            alt=_("重大度の規則の一覧"),
        )


def _row(rule: SeverityRule) -> dict[str, str]:
    return {
        "level": fmt.choice(rule.level),
        "reason": in_words(rule.reason),
        "on": _("はい") if rule.on else _("いいえ"),
    }


def _editor(desk: UserStore, rules: tuple[SeverityRule, ...]) -> None:
    folder = st.expander(
        _("規則を変える"),
        icon=":material/edit:",
        key="settings:rule:open",
        on_change="rerun",
    )
    if not folder.open:
        return
    by_name = {rule.name: rule for rule in rules}
    with folder:
        name = st.selectbox(
            _("どの規則"),
            list(by_name),
            key="settings:rule",
            format_func=lambda key: in_words(by_name[key].reason),
            filter_mode="contains",
            persist_state="session",
        )
        rule = by_name.get(str(name)) or rules[0]
        key = f"settings:rule:{severity_rules.DEFAULTS.index(_usual(rule))}"
        changed = _typed(key, rule)
        _preview(desk, rules, changed)
        since(key)
        apply_key = f"{key}:apply"
        st.session_state.setdefault(apply_key, True)
        st.checkbox(
            _("未完了の案件の重大度も、この規則に合わせる"),
            key=apply_key,
            help=_("人が変えた重大度はそのままです。"),
            on_change="ignore",
            persist_state="session",
        )
        st.button(
            _("この規則にする"),
            key=f"{key}:save",
            type="primary",
            disabled=changed.value == rule.value,
            on_click=_save,
            args=(key, changed, new_commit_id()),
        )


def _usual(rule: SeverityRule) -> SeverityRule:
    return next(r for r in severity_rules.DEFAULTS if r.name == rule.name)


def _typed(key: str, rule: SeverityRule) -> SeverityRule:
    """Draw the fields of a rule and return the rule that they say."""
    start: dict[str, Any] = {"on": rule.on, "level": rule.level, "since": clock.today()}
    start |= rule.all_numbers
    for name, value in start.items():
        st.session_state.setdefault(f"{key}:{name}", value)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        on = st.toggle(_("使う"), key=f"{key}:on", persist_state="session")
        level = st.selectbox(
            _("重大度"),
            list(RANKS)[1:],
            key=f"{key}:level",
            format_func=fmt.choice,
            disabled=not on,
            width=160,
            persist_state="session",
        )
        numbers = {
            known.name: st.number_input(
                _(known.label),
                min_value=known.least,
                max_value=known.most,
                key=f"{key}:{known.name}",
                disabled=not on,
                width=160,
                persist_state="session",
            )
            for known in rule.thresholds
        }
    kept = {
        name: int(number) if number is not None else rule.number(name)
        for name, number in numbers.items()
    }
    return replace(rule, on=on, level=level or rule.level, numbers=kept)


def _preview(
    desk: UserStore, rules: tuple[SeverityRule, ...], changed: SeverityRule
) -> None:
    """Say how many open cases would change, and which, before anything is saved."""
    then = severity.with_rule(rules, changed)
    moved = severity.moves(desk, then, on=clock.today())
    if not moved:
        st.info(_("未完了の案件は、どれも変わりません。"), icon=":material/info:")
        return
    st.warning(
        inert(
            _("未完了の案件 {count}件の重大度が変わります: {moves}").format(
                count=len(moved), moves=fmt.listed(_counted(moved))
            )
        ),
        icon=":material/swap_vert:",
    )
    with st.container(horizontal=True, gap="small"):
        for found in moved[:SHOWN]:
            navigation.link("ledger", found.case.id, case=found.case.id)
        if len(moved) > SHOWN:
            st.caption(_("ほかに {count}件").format(count=len(moved) - SHOWN))


def _counted(moved: tuple[Move, ...]) -> list[str]:
    counts = Counter((found.case.severity, found.proposal.level) for found in moved)
    return [
        _("{before} → {after} {count}件").format(
            before=fmt.choice(before), after=fmt.choice(after), count=count
        )
        for (before, after), count in counts.items()
    ]


def _save(key: str, changed: SeverityRule, entry: str) -> None:
    state = st.session_state
    with boundary.attempt():
        count = severity.set_rule(
            context.desk(),
            changed,
            since=state[f"{key}:since"],
            apply_to_open=bool(state[f"{key}:apply"]),
            entry=entry,
            now=clock.now(),
        )
        for name in [n for n in state if str(n).startswith(f"{key}:")]:
            del state[name]
        flash.say(
            _("規則を保存しました。{count}件の案件の重大度が変わりました。").format(
                count=count
            )
        )
