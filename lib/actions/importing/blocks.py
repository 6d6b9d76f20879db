"""A block of figures pasted from Excel or a CTI report, as days of 日次KPI.

For the page on which a centre enters its figures; nothing is saved here.

    block = read_block(text, near=month, centre="TYO", frames=frames, today=today)
    block.days        # one `BlockDay` for each day and centre, as far as it can be read;
                      # a day told twice otherwise (hours, say) is a problem, not a day
    block.columns     # what was made of each column: `Column` (index, header, kind, field)
    block.problems    # wrong cells, each with `place` (A1 in the block), `typed`, `why`
    block.skipped     # totals, notes and days without figures, each with its reason
    block.shares      # percentages that the counts do not give (`typed`: theirs / ours)

- text: tab- or comma-separated, as the clipboard has it. Headers are found by name,
  below titles, over merged cells, in two lines, and beside the rows where the days run
  to the right. Without any headers `why` says so and there are no days.
- near: a day in the month meant, for 「3」, 「3日(火)」 and 「11/3」.
- centre: the code that rows without one are of. A block may carry several centres.
- matches: columns that a person corrected. Keep `column_matches(block, {index: field})`
  (a header → field mapping of plain text, remembered for each centre) and give it back
  as `matches=matches_of(mapping)` the next time. `LEFT_OUT` leaves a column out.
- frames: 'centres' (names are recognised) and 'kpi_days' (what is there already) may be
  given; left out, the block is read for itself.
- bytes that were read in the wrong encoding show (「縺ゅ」, 「ƒZƒ“ƒ^」): `why` then is
  `GARBLED`.

`BlockDay.values` holds only what the block says about the day, by field name: what it
does not mention is not among them, and missing is not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd

from lib.actions.importing.headers import Column, ColumnKind, comparable
from lib.actions.importing.matches import LEFT_OUT, NOTHING_MATCHED, Matches
from lib.actions.importing.parts import Skipped
from lib.actions.importing.reading import (
    NOTHING_FITS,
    Bounds,
    Choices,
    SheetChoice,
    preview,
)
from lib.errors import UnreadableFile
from lib.files.reading import SourceFile, read_text
from lib.i18n import N_
from lib.schema.cells import missing
from lib.schema.frames import empty_frame
from lib.schema.kpi_day import KpiDay
from lib.schema.tables import TABLES, table
from lib.store.protocol import RowProblem

EMPTY: Final = N_("貼り付けた表が空です。")
NO_HEADERS: Final = N_(
    "見出しの行が見つかりません。「日付」「着信数」などの見出しも一緒に貼り付けてください。"
)
GARBLED: Final = N_(
    "文字化けしています。元のファイルをExcelで開き直して、コピーし直してください。"
)

_READABLE: Final = [
    "日付",
    "着信",
    "応答",
    "放棄",
    "入電",
    "センター",
    "受注",
    "出荷",
    "合計",
    "電話",
    "解約",
]
"""Words of which some stand in every report."""
_MISREAD: Final = (("cp932", "utf-8"), ("cp1252", "cp932"), ("cp1252", "utf-8"))
"""Encodings in which Japanese is read by mistake, and the one it was written in."""
_LOOKED_AT: Final = 5_000

_KEY: Final = frozenset({"date", "centre"})

__all__ = [
    "EMPTY",
    "GARBLED",
    "LEFT_OUT",
    "NO_HEADERS",
    "Block",
    "BlockDay",
    "Column",
    "ColumnKind",
    "column_matches",
    "matches_of",
    "read_block",
]


@dataclass(frozen=True, slots=True)
class BlockDay:
    """What a block says about one day of one centre.

    row: where it stands: the line, or the column where the days run to the right.
    values: by field of `KpiDay`; only what is said, without date and centre.
    """

    day: date
    centre: str
    row: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Block:
    """A pasted block as read. `why` is a catalogue key where nothing could be read."""

    days: tuple[BlockDay, ...] = ()
    columns: tuple[Column, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    doubts: tuple[RowProblem, ...] = ()
    shares: tuple[RowProblem, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    why: str = ""


def read_block(
    text: str,
    *,
    near: date | None = None,
    centre: str = "",
    matches: Matches = NOTHING_MATCHED,
    frames: Mapping[str, pd.DataFrame] | None = None,
    only_centre: str = "",
    today: date | None = None,
) -> Block:
    """Return what a pasted block says; it never raises for what stands in it.

    Args:
        text: the block, as described above.
        near: a day in the month meant; None where the block writes whole dates.
        centre: of rows that name none; "" makes each such row a problem.
        matches: columns and words that a person corrected.
        frames: masters by table code; `kpi_days` among them is not looked at, since
            the page compares with what stands there itself.
        only_centre: rows of another centre are skipped; "" takes all.
        today: days after it are skipped; None takes all.
    """
    if not text.strip():
        return Block(why=EMPTY)
    if _is_garbled(text[:_LOOKED_AT]):
        return Block(why=GARBLED)
    kpi_days = table("kpi_days")
    known = {t.code: empty_frame(t) for t in TABLES} | dict(frames or {})
    known["kpi_days"] = empty_frame(kpi_days)
    try:
        sheet = read_text(f"{near:%Y-%m}" if near else "", text)
        shown = preview(
            SourceFile("", "", (sheet,)),
            known,
            table=kpi_days,
            choices=Choices(matches, {sheet.name: SheetChoice(centre=centre)}),
            bounds=Bounds(today, only_centre),
        )
    except UnreadableFile as error:
        return Block(why=NO_HEADERS if error.message == NOTHING_FITS else error.message)
    (part,) = shown.parts
    said = {f.name for f in part.layout.fields.values()}
    days = tuple(
        _day(row.row, row.record, said)
        for row in part.rows
        if isinstance(row.record, KpiDay)
    )
    return Block(
        days,
        part.layout.columns,
        part.problems,
        part.doubts,
        part.shares,
        part.skipped,
    )


def _is_garbled(text: str) -> bool:
    """Whether the text only makes sense when it is read in another encoding."""
    if _is_readable(text):
        return False
    return any(
        _is_readable(text.encode(wrong, "ignore").decode(right, "ignore"))
        for wrong, right in _MISREAD
    )


def _is_readable(text: str) -> bool:
    return any(word in text for word in _READABLE)


def _day(row: int, record: KpiDay, said: set[str]) -> BlockDay:
    values = {
        f.name: value
        for f in KpiDay.fields()
        if f.name in said - _KEY and (value := getattr(record, f.name)) != missing(f)
    }
    return BlockDay(record.date, record.centre, row, values)


def column_matches(block: Block, chosen: Mapping[int, str]) -> dict[str, str]:
    """Return comparable header → field name (or `LEFT_OUT`) of corrected columns.

    chosen: what a person said, by the column's index. Plain text: may be remembered.
    """
    headers = {column.index: column.header for column in block.columns}
    return {
        comparable(headers[index]): name
        for index, name in chosen.items()
        if index in headers
    }


def matches_of(columns: Mapping[str, str]) -> Matches:
    """Return what `column_matches` gave in the form that `read_block` takes."""
    return Matches.of_columns(table("kpi_days"), columns.items())
