"""What was done on a complaint: its steps, and who changed which field."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions import cases
from lib.actions.cases import Step, Verdict
from lib.i18n import N_, _
from lib.schema.activity import Activity
from lib.schema.column import Field
from lib.schema.complaint import Complaint
from lib.schema.tables import table
from lib.schema.vocab import ActivityKind, Source
from lib.store.access import UserStore
from lib.text import inert, is_web_address
from lib.ui import format as fmt
from lib.ui.case.saving import name_of

LONG: Final = 600
"""Letters of a text from which on it scrolls in a frame of its own."""

STEPS_SHOWN: Final = 30
"""Steps of a timeline drawn at once, the newest; the earlier ones on demand."""


def shown_text(text: str) -> None:
    """Show what a person wrote letter for letter; a very long one scrolls."""
    if len(text) > LONG:
        with st.container(height=260):
            st.text(text)
    else:
        st.text(text)


def timeline(desk: UserStore, case: Complaint) -> None:
    """Draw the steps of a case, oldest first."""
    steps = cases.timeline(desk, case, clock.now())
    if not steps:
        st.caption(inert(_("まだ何もありません。「対応を書く」から残せます。")))
    hidden = len(steps) - STEPS_SHOWN
    everything = name_of(case.id, "all_steps")
    if hidden > 0 and not st.session_state.get(everything):
        st.button(
            _("前の{count}件も見る").format(count=hidden),
            key=name_of(case.id, "more_steps"),
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=(everything, True),
        )
        steps = steps[hidden:]
    for step in steps:
        _step(case, step)


def _step(case: Complaint, step: Step) -> None:
    done = step.activity
    when = inert(fmt.moment(done.at))
    if step.is_quiet:
        parts = (when, inert(_whose(done)), inert(_quiet_words(done)))
        st.caption(" · ".join(part for part in parts if part))
        return
    told = " · ".join(
        inert(part)
        for part in (
            _whose(done),
            fmt.choice(done.medium),
            fmt.choice(done.kind),
            f"→ {done.asked_of}" if done.asked_of else "",
        )
        if part
    )
    st.markdown(f":gray[{when}] **{told}** {_verdict(step)}")
    if done.content != case.content:
        shown_text(done.content)
    if where := done.evidence_url or _recording_of(case, done):
        _evidence(where)


def _whose(done: Activity) -> str:
    """Return who did it; 「シート」 where it was typed there and nobody is named."""
    if done.actor or done.source is not Source.SHEET:
        return done.actor
    return fmt.choice(done.source)


def _quiet_words(done: Activity) -> str:
    """Return a change of status or handler in the person's language."""
    if done.kind is not ActivityKind.STATUS_CHANGE:
        return done.content
    label, separator, _rest = done.content.partition(":")
    if not separator:
        return done.content
    before, after = (
        _(value) if label == "状態" else value or _("なし")
        for value in (done.status_before, done.status_after)
    )
    return f"{_(label)}: {before} → {after}"


_VERDICTS: Final = {
    Verdict.KEPT: ("green", "✓", N_("約束を守った")),
    Verdict.BROKEN: ("red", "▲", N_("約束を超過")),
    Verdict.WAITING: ("blue", "●", N_("約束")),
    Verdict.MOVED: ("gray", "○", N_("約束(改めた)")),
}


def _verdict(step: Step) -> str:
    if step.verdict is None:
        return ""
    colour, shape, words = _VERDICTS[step.verdict]
    at = fmt.short_moment(step.activity.next_promise_at)
    return f":{colour}-badge[{inert(f'{shape} {_(words)} {at}')}]"


def _recording_of(case: Complaint, done: Activity) -> str:
    """Return where the recording of the call is, at the step that tells of it."""
    first = done.kind is ActivityKind.HEARING and done.content == case.content
    return case.recording_url if first else ""


def _evidence(where: str) -> None:
    if is_web_address(where):
        st.link_button(
            _("録音・証跡を開く"), where, icon=":material/graphic_eq:", type="tertiary"
        )
    else:
        st.text(where)


def audit_log(desk: UserStore, case: Complaint) -> None:
    """Draw who changed which field of a case, oldest first."""
    log = desk.audit("complaints", case.id)
    specs = {spec.name: spec for spec in Complaint.fields()}
    names = log["field_name"].tolist()
    columns = {
        "at": [fmt.moment(at.to_pydatetime()) for at in log["at"]],
        "actor": log["actor"].tolist(),
        "field_name": [
            _(specs[name].label if name in specs else name) for name in names
        ],
        "before": [
            _logged(specs.get(name), text)
            for name, text in zip(names, log["before"], strict=True)
        ],
        "after": [
            _logged(specs.get(name), text)
            for name, text in zip(names, log["after"], strict=True)
        ],
        "reason": log["reason"].tolist(),
    }
    headers = {
        name: st.column_config.TextColumn(_(table("audit").field(name).label))
        for name in columns
    }
    st.dataframe(columns, column_config=headers, hide_index=True)


def _logged(spec: Field | None, text: str) -> str:
    """Return a logged value in the person's language; what people wrote as it is."""
    is_word = spec is not None and (spec.choices or not spec.logged_by_value)
    return _(text) if is_word else text
