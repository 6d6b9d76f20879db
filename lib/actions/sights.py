"""What each role sees of rows and columns, in words made from `access.RIGHTS`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lib.i18n import N_
from lib.schema.tables import TABLES, Table
from lib.schema.vocab import Role
from lib.store import access
from lib.store.access import RIGHTS, AllBut, Blanks, Right, Rows

ROWS: Final[Mapping[Rows, str]] = {
    access.every_row: N_("すべての行が見える"),
    access.of_own_centre: N_("自センターの行だけが見える"),
    access.own_centre: N_("自センターの行だけが見える"),
    access.taken_by_own_centre: N_(
        "自センターで受けた苦情だけが見える(電話報告のあるセンターのみ)"
    ),
    access.steps_of_own: N_(
        "自社に渡す前の自センターの苦情の経過と、自センターの日についての質問だけが見える"
    ),
    access.settings_of_own: N_(
        "カスハラ対応の方針、共通と自センターの目標、自センターの所見と日報の形だけが見える"
    ),
    access.no_row: N_("見えない(書いた本人にも)"),
}
"""What is said of the rows that a role sees."""

CELLS: Final[Mapping[Blanks, str]] = {
    access.nothing: "",
    access.personal_cells: N_("お客様の名前と連絡先など、個人情報の列は空"),
    access.all_but_a_trace_once_handed_over: N_(
        "自社に渡したあとは番号・受付日時・状態・担当者だけが見え、何も変えられない"
    ),
}
"""What is said of the cells withheld; "" where none are."""

ONLY: Final = N_("見える列は{columns}だけ")


@dataclass(frozen=True, slots=True)
class Sight:
    """What a role sees of some tables alike, and may do to their rows.

    rows, cells: catalogue keys, cells "" where nothing is withheld. columns: the only
    ones that it sees, which fill `cells`; empty for all.
    """

    tables: tuple[Table, ...]
    rows: str
    cells: str
    columns: tuple[str, ...]
    adds: bool
    changes: bool


def sights_of(role: Role) -> tuple[Sight, ...]:
    """Return what a role sees, what most tables have in common first.

    A table that stands nowhere among them does not exist for the role; see `unseen`.
    """
    alike: dict[Right, list[Table]] = {}
    for table in TABLES:
        if right := RIGHTS[role].get(table.code):
            alike.setdefault(right, []).append(table)
    most_first = sorted(alike.items(), key=lambda found: -len(found[1]))
    return tuple(_sight(right, tables) for right, tables in most_first)


def unseen(role: Role) -> tuple[Table, ...]:
    """Return the tables of which a role sees nothing at all."""
    return tuple(table for table in TABLES if table.code not in RIGHTS[role])


def _sight(right: Right, tables: list[Table]) -> Sight:
    columns: tuple[str, ...] = ()
    cells = ONLY
    if isinstance(right.blanks, AllBut):
        labels = [tables[0].field(name).column.label for name in right.blanks.names]
        columns = tuple(labels)
    else:
        cells = CELLS[right.blanks]
    return Sight(
        tuple(tables), ROWS[right.rows], cells, columns, right.insert, right.update
    )
