"""What came of a promise, said in one press wherever the promise stands."""

from __future__ import annotations

import hashlib
from typing import cast

import streamlit as st

from lib import clock
from lib.actions import outcomes
from lib.actions.outcomes import Outcome
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.schema.complaint import Complaint
from lib.schema.vocab import Promise
from lib.ui import boundary, context, flash
from lib.ui import format as fmt


def menu(key: str, number: str, promise: Promise | None) -> None:
    """Draw the menu in which one press says what came of that kind of promise."""
    st.menu_button(
        _("結果"),
        outcomes.offered(promise),
        key=key,
        format_func=lambda outcome: _(outcome.words),
        icon=":material/task_alt:",
        help=_("どうだったかを残し、次の約束まで一度に決めます。"),
        on_click=_record,
        args=(key, number),
    )


def _record(key: str, number: str) -> None:
    outcome = cast("Outcome", st.session_state[key])
    desk = context.desk()
    try:
        with boundary.attempt():
            seen = cast("Complaint", desk.record("complaints", number))
            # The same press on the same state of a case is the same save.
            what = f"{number}|{seen.version}|{outcome.code}"
            once = hashlib.blake2b(what.encode(), digest_size=16).hexdigest()
            after = outcomes.record(
                desk, seen, outcome, now=clock.now(), commit_id=once
            )
            flash.say(
                _("{number}: 次の約束は {time} です。").format(
                    number=number, time=fmt.short_moment(after.next_promise_at)
                )
            )
    except InvalidRecord as error:
        flash.say("\n".join(_(p.message) for p in error.problems), "warning")
