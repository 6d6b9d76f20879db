"""Which header is which field and what a word stands for: said once, then remembered.

Rows of 設定 (区分 「取込の対応」) that one can read and mend there: 名前 「日次KPI › 列 ›
受電数」, 値 「応答数」; 名前 「苦情台帳 › 状態 › 対応中です」, 値 「対応中」.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import pandas as pd

from lib.actions.business_settings import setting_write
from lib.actions.importing.headers import comparable
from lib.actions.importing.matches import LEFT_OUT, Matches
from lib.actions.permissions import needs
from lib.schema.column import Field
from lib.schema.masters import Setting
from lib.schema.tables import TABLES, Table
from lib.store.access import UserStore
from lib.store.protocol import Commit
from lib.text import folded, one_line

GROUP: Final = "取込の対応"
"""区分 of these rows in 設定."""

NOT_TAKEN: Final = "取り込まない"
"""値 of a column that is left out."""

Learned = Mapping[str, str]
"""名前 → 値, as they stand in 設定."""

_COLUMN: Final = "列"
_BETWEEN: Final = " › "
_DESCRIPTION: Final = "Excel取込で、見出しや言葉を何として読むか"
_LONGEST: Final = 200


def column_name(place: Table, header: str) -> str:
    """Return the 名前 under which a column's header is remembered."""
    return _BETWEEN.join([place.tab, _COLUMN, one_line(header, _LONGEST)])


def word_name(place: Table, field: Field, typed: str) -> str:
    """Return the 名前 under which a word in a field is remembered."""
    return _BETWEEN.join([place.tab, field.label, one_line(typed, _LONGEST)])


def column_value(place: Table, name: str) -> str:
    """Return the 値 for a field's name, or for `LEFT_OUT`."""
    return NOT_TAKEN if name == LEFT_OUT else place.field(name).label


def learned_in(settings: pd.DataFrame) -> dict[str, str]:
    """Return what 設定 remembers; of rows of one name the newest counts."""
    own = settings[settings["group"] == GROUP].sort_values("effective_from")
    return dict(zip(own["name"].tolist(), own["value"].tolist(), strict=True))


def matches_from(learned: Learned) -> Matches:
    """Return what was learned, for reading a file; what means nothing is passed over."""
    columns: dict[tuple[str, ...], str] = {}
    words: dict[tuple[str, ...], str] = {}
    by_tab = {place.tab: place for place in TABLES}
    for name, value in learned.items():
        parts = name.split(_BETWEEN, 2)
        place = by_tab.get(parts[0])
        if place is None or len(parts) != 3 or not value:  # noqa: PLR2004 - see above
            continue
        labels = {field.label: field.name for field in place.fields}
        if parts[1] == _COLUMN:
            field = LEFT_OUT if value == NOT_TAKEN else labels.get(value, "")
            if field:
                columns[place.code, comparable(parts[2])] = field
        elif parts[1] in labels:
            words[place.code, labels[parts[1]], folded(parts[2])] = value
    return Matches(columns, words)


@needs("settings.edit")
def remember(store: UserStore, learned: Learned, *, entry: str, now: datetime) -> int:
    """Keep what was learned in 設定; return how many rows are new or changed.

    Raises:
        NotAllowed: the person may not change 設定.
        Conflict: somebody else changed one of the rows meanwhile.
    """
    known = learned_in(store.frame("settings"))
    new = {name: value for name, value in learned.items() if known.get(name) != value}
    writes = tuple(
        setting_write(
            store,
            Setting(
                group=GROUP,
                name=name,
                effective_from=now.date(),
                value=value,
                description=_DESCRIPTION,
            ),
        )
        for name, value in new.items()
    )
    if writes:
        store.commit(Commit(entry, store.principal.name, now, writes))
    return len(writes)
