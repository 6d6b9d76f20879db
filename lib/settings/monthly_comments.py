"""月次報告の所見: what the manager writes into a month's report, one row a reader.

A row is named after the reader, and a contract meeting after its centre too:
「契約会議・C1」. 適用開始日 is the first day of the month, 値 the text.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import pandas as pd

from lib.i18n import N_

GROUP: Final = N_("月次報告の所見")
"""区分 of the rows in 設定."""

BOARD: Final = "経営会議"

HELP: Final = N_("月次報告に載せる、マネージャーの所見です。適用開始日がその月です。")
"""説明 of each row."""

LONGEST: Final = 4000
"""Letters that a comment may have: two pages."""

_CONTRACT: Final = "契約会議・"


def name_for(centre: str) -> str:
    """Return the name of a row: of the contract with a centre, of the board for ""."""
    return f"{_CONTRACT}{centre}" if centre else BOARD


def centre_of(name: str) -> str:
    """Return the centre whose contract meeting a row is for; "" for any other row."""
    return name[len(_CONTRACT) :] if name.startswith(_CONTRACT) else ""


def comment_in(settings: pd.DataFrame, month: date, centre: str) -> str:
    """Return what is written for a month; "" for nothing."""
    rows = settings[
        (settings["group"] == GROUP)
        & (settings["name"] == name_for(centre))
        & (settings["effective_from"] == pd.Timestamp(month))
    ]
    return str(rows["value"].iloc[-1]) if len(rows) else ""
