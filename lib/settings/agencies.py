"""Agencies that one does not argue with: their instructions come before sales (R15).

The set that ships can be changed in 設定: a row of the group 「行政の扱い」 with the name
「反論しない機関」 lists the kinds of agency, joined with 、, from its 適用開始日 on.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.schema.frames import JOINER
from lib.schema.vocab import AgencyKind, ContactKind
from lib.settings.business import BusinessSetting, rows_of

GROUP: Final = N_("行政の扱い")
"""区分 of the row in 設定."""

NAME: Final = N_("反論しない機関")

CENTRES: Final = frozenset({AgencyKind.CONSUMER_CENTRE, AgencyKind.NATIONAL_CENTRE})
"""Kinds of agency whose contacts are referrals; any other one weighs at once."""

GRAVE_LETTERS: Final = frozenset(
    {
        ContactKind.INJUNCTION_DEMAND,
        ContactKind.EVIDENCE_DEMAND,
        ContactKind.COMMITMENT_NOTICE,
        ContactKind.PRESS,
    }
)
"""Kinds of contact that are 最重要 whoever sends them (domain.md 7.8)."""

NO_REBUTTAL: Final = frozenset(
    {AgencyKind.CONSUMER_AGENCY, AgencyKind.PREFECTURE, AgencyKind.HEALTH_OFFICE}
)
"""What ships: they have usually looked into the matter before they call."""

FOLLOWED: Final = BusinessSetting(
    GROUP,
    NAME,
    N_(
        "この機関からの連絡は一覧の先頭に出て、経営への報告と、指示の記録を求めます。読点で区切ります。"
    ),
    default=JOINER.join(kind.value for kind in AgencyKind if kind in NO_REBUTTAL),
    field="followed_agencies",
    kind="agencies",
)


def no_rebuttal(settings: pd.DataFrame, on: date) -> frozenset[AgencyKind]:
    """Return the kinds of agency that are followed without argument on that day.

    A row in which no kind can be read (typed by hand in the sheet) is passed over.
    """
    for value in rows_of(settings, GROUP, NAME, until=on)["value"]:
        plain = unicodedata.normalize("NFKC", str(value)).replace(",", JOINER)
        words = (AgencyKind.from_text(word.strip()) for word in plain.split(JOINER))
        if found := frozenset(kind for kind in words if kind):
            return found
    return NO_REBUTTAL
