"""The steps of 設定: changed from a day on, added, taken out of use."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from lib.actions.business_settings import setting_write
from lib.actions.permissions import needs
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.masters import Setting
from lib.settings.crisis_steps import BY_CODE, DEFAULTS, GROUP, MOST_HOURS, CrisisStep
from lib.store.access import UserStore
from lib.store.protocol import Commit

_ABOUT: Final = N_("重大事案の手順。いつまでにするか、省けるか、または「使わない」")

_TITLES: Final = frozenset(step.title for step in DEFAULTS)


@needs("settings.edit")
def set_step(
    store: UserStore, step: CrisisStep, *, since: date, entry: str, now: datetime
) -> None:
    """Let a step be like this in every list that begins on `since` or later.

    Lists that stand already stay as they are.

    Raises:
        InvalidRecord: a step of one's own has no title, or that of one of ours, or it
            is due at no time.
        Conflict: somebody changed the row of that day meanwhile.
        NotAllowed: the person's role may not.
    """
    _refuse_odd(step)
    row = Setting.parse(
        {
            "group": GROUP,
            "name": step.code,
            "effective_from": since,
            "value": step.value,
            "description": _ABOUT,
        }
    )
    writes = (setting_write(store, row),)
    store.commit(Commit(entry, store.principal.name, now, writes))


def _refuse_odd(step: CrisisStep) -> None:
    problems = []
    if not step.title.strip():
        problems.append(FieldProblem("title", N_("何をするかを書いてください。")))
    elif step.code not in BY_CODE and step.title in _TITLES:
        problems.append(FieldProblem("title", N_("その手順はもうあります。")))
    if not 0 < step.hours <= MOST_HOURS:
        problems.append(FieldProblem("hours", N_("1時間から365日までにしてください。")))
    if problems:
        raise InvalidRecord(problems)
