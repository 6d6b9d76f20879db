"""Rows of 設定 that say nothing: typed by hand, and passed over wherever they count."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from lib.errors import InvalidRecord
from lib.i18n import N_
from lib.settings import claim_types, crisis_steps, kpi_targets, past_counts
from lib.settings.business import SETTINGS, checked
from lib.settings.risk import RISK_SETTINGS
from lib.settings.worth import WORTH_SETTINGS

NO_SUCH_SETTING = N_(
    "この設定の値として読めません。前の値か、はじめの値を使っています。"
)


def unreadable(settings: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Yield key, value and reason of each row whose value cannot be read.

    Rows of groups and names that the app does not know are the people's own.
    """
    every = (*SETTINGS, *WORTH_SETTINGS, *RISK_SETTINGS)
    known = {(spec.group, spec.name): spec for spec in every}
    for key, group, name, value in zip(
        settings.index,
        settings["group"],
        settings["name"],
        settings["value"],
        strict=True,
    ):
        if group == claim_types.GROUP:
            if not claim_types.is_readable(value):
                yield str(key), str(value), NO_SUCH_SETTING
        elif group == crisis_steps.GROUP:
            if not crisis_steps.is_readable(name, value):
                yield str(key), str(value), NO_SUCH_SETTING
        elif group == past_counts.GROUP:
            if not past_counts.is_readable(name, value):
                yield str(key), str(value), NO_SUCH_SETTING
        elif spec := known.get((group, name)) or kpi_targets.spec_of(group, name):
            try:
                checked(spec, str(value))
            except InvalidRecord as refused:
                yield str(key), str(value), refused.problems[0].message
