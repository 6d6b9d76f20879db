"""Rows of a sheet as records, problems, duplicates and rows that are no records."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Union, cast, get_args, get_origin

import pandas as pd

from lib.actions.entry import recognise
from lib.actions.importing.files import Sheet, SourceFile
from lib.actions.importing.headers import NOT_IMPORTED, Layout, comparable, layout_of
from lib.actions.importing.identity import (
    content_fields,
    digest_of,
    digests_in,
    made_id,
)
from lib.actions.importing.parts import Duplicate, NewRow, Part, Preview, Skipped
from lib.errors import InvalidRecord, UnreadableFile
from lib.i18n import LANGUAGES, N_, _, translate
from lib.schema.cells import Reading, Status, cell_text, missing, parse_cell
from lib.schema.column import Field
from lib.schema.exchange import CONTINUED, CONTINUED_HEADERS, sheet_name, unguarded
from lib.schema.frames import standing_at
from lib.schema.record import Record
from lib.schema.tables import KEY_SEPARATOR, Table
from lib.schema.vocab import Source
from lib.settings.customer_key import customer_key
from lib.store.protocol import RowProblem
from lib.text import is_masked, one_line

Frames = Mapping[str, pd.DataFrame]
"""What the store holds, by table code (`Snapshot.frames`)."""

NO_HEADERS = N_("見出しの行が見つかりません。")
ONLY_BY_APP = N_("アプリだけが書く表なので取り込みません。")
COLUMN_LACKING = N_("この見出しの列がありません。列を足すか、見出しを直してください。")
NOTHING_FITS = N_(
    "取り込める表が見つかりません。見出しを「苦情台帳」などの書き出しに合わせてください。"
)
A_TOTAL = N_("合計・小計の行です。")
A_NOTE = N_("注記の行です。")
HEADERS_AGAIN = N_("見出しの繰り返しです。")
THERE_ALREADY = N_("同じ行がすでに登録されています。")
THERE_CHANGED = N_("同じ番号の行が登録済みで、内容が違います。登録済みの方を残します。")
TWICE_IN_FILE = N_("ファイルの中の前の行と同じです。")
KEY_TWICE = N_("同じ番号の別の行がファイルの中にあります。")
VALUE_DIFFERS = N_("すでに別の値が登録されています。")
MASKED = N_("伏せて書き出した名前や連絡先です。元の値ではありません。")
EXPORT_IN_FULL = N_("伏せずに書き出したファイルを取り込んでください。")
MEND_AND_REPEAT = N_(
    "その行を直して、もう一度取り込んでください。取り込み済みの行は重なりません。"
)
MEND_IN_APP = N_("正しい値を確かめ、違うときはアプリで直してください。")

_NEVER_TAKEN: Final = frozenset({"source", "updated_at", "updated_by", "version"})
"""What says how a row came here is not taken from a file."""

_TOTAL: Final = re.compile(
    r"(?:(?:令和|平成)?[0-9]{0,4}年?[0-9]{0,2}月?(?:分|度)?)?"
    r"(?:小計|合計|総計|累計|総合計|月計|週計|計|平均|前年比|前年同月比|前月比)"
    r"(?:\(.*\))?|(?:sub)?total|average"
)
_NOTE_MARKS: Final = ("※", "注)", "注:", "(注")
_YEAR: Final = re.compile(r"(20[0-9]{2})(?:[年/._-]? ?(0?[1-9]|1[0-2])(?![0-9]))?")
_FIRST_CELLS: Final = 3


def preview(
    file: SourceFile,
    frames: Frames,
    *,
    table: Table | None = None,
    secret: bytes | None = None,
) -> Preview:
    """Return what importing `file` into what `frames` hold would do.

    Args:
        file: from `read_file`.
        frames: what the store holds, by table code.
        table: read every sheet as this table; None finds each sheet's table.
        secret: the installation's key, to recognise customers again
            (`lib.settings.customer_key`); None leaves 照合キー as the file has it.

    Raises:
        UnreadableFile: no sheet has headers of any table.
    """
    rests = _Rests.of(file)
    known = _Known(frames)
    parts: list[Part] = []
    left_out: list[Skipped] = []
    for sheet in file.sheets:
        if not sheet.rows or _is_rests(sheet):
            continue
        layout = layout_of(sheet, table)
        if layout is None:
            left_out.append(Skipped(0, sheet.name, NO_HEADERS))
        elif layout.table.code in NOT_IMPORTED:
            left_out.append(Skipped(0, sheet.name, ONLY_BY_APP))
        else:
            hint = _year_hint(file.name, sheet, layout)
            reader = _SheetReader(
                sheet, layout, known, rests=rests, hint=hint, secret=secret
            )
            parts.append(reader.read())
    if not parts:
        raise UnreadableFile(NOTHING_FITS)
    return Preview(file.name, file.digest, tuple(parts), tuple(left_out))


class _Known:
    """Keys and contents that are there already, in the store or further up the file."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._digests: dict[str, dict[str, str]] = {}
        self._contents: dict[str, frozenset[str]] = {}
        self._above: dict[tuple[str, str], Record] = {}
        self._made: dict[tuple[str, str], str] = {}

    def stored(self, table: Table, key: str) -> Record | None:
        """Return the record that the store has under that key."""
        return standing_at(table, self._frames[table.code], key)

    def stored_digest(self, table: Table, key: str) -> str:
        """Return the digest of the row that the store has under that key, or ""."""
        return self._digests_of(table).get(key, "")

    def has_content(self, table: Table, digest: str) -> bool:
        """Whether the store has a row with that content, under whatever key."""
        if table.code not in self._contents:
            self._contents[table.code] = frozenset(self._digests_of(table).values())
        return digest in self._contents[table.code]

    def _digests_of(self, table: Table) -> Mapping[str, str]:
        if table.code not in self._digests:
            self._digests[table.code] = digests_in(table, self._frames[table.code])
        return self._digests[table.code]

    def above(self, table: Table, key: str) -> Record | None:
        """Return the record that the file has under that key further up."""
        return self._above.get((table.code, key))

    def remember(self, table: Table, key: str, record: Record) -> None:
        """Know a record from now on as one further up the file."""
        self._above[table.code, key] = record

    def made_above(self, table: Table, digest: str) -> str:
        """Return the id made for a row of that content further up; "" for none."""
        return self._made.get((table.code, digest), "")

    def remember_made(self, table: Table, digest: str, key: str) -> None:
        """Know from now on under which id a content without one will stand."""
        self._made[table.code, digest] = key


@dataclass
class _Row:
    """One row while it is read."""

    number: int
    cells: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    doubts: list[RowProblem] = field(default_factory=list)


class _SheetReader:
    """Reads one sheet; what it finds is collected for its `Part`."""

    def __init__(
        self,
        sheet: Sheet,
        layout: Layout,
        known: _Known,
        *,
        rests: _Rests,
        hint: int | date | None,
        secret: bytes | None,
    ) -> None:
        self._sheet, self._layout, self._table = sheet, layout, layout.table
        self._known, self._rests, self._secret = known, rests, secret
        self._hints: dict[str, int | date | None] = dict.fromkeys(
            (f.name for f in layout.fields.values()), hint
        )
        self._has_key = set(self._table.key) <= {f.name for f in layout.fields.values()}
        self._rows: list[NewRow] = []
        self._problems: list[RowProblem] = []
        self._doubts: list[RowProblem] = []
        self._duplicates: list[Duplicate] = []
        self._skipped: list[Skipped] = []

    def read(self) -> Part:
        """Return what the sheet would do."""
        if self._layout.lacking:
            self._problems += [
                self._problem(self._layout.header + 1, f, "", COLUMN_LACKING)
                for f in self._layout.lacking
            ]
        else:
            self._read_rows()
        return Part(
            self._table,
            self._sheet.name,
            self._layout.header + 1,
            tuple(self._rows),
            tuple(self._problems),
            tuple(self._doubts),
            tuple(self._duplicates),
            tuple(self._skipped),
            self._layout.unknown,
        )

    def _read_rows(self) -> None:
        first = self._layout.header + 1
        for number, row in enumerate(self._sheet.rows[first:], start=first + 1):
            cells = self._cells(row)
            if all(_is_empty(cell) for cell in cells.values()):
                continue
            if why := self._why_no_record(row):
                text = next(str(cell) for cell in row if not _is_empty(cell))
                self._skipped.append(Skipped(number, one_line(text), why))
                continue
            self._take(self._read_row(_Row(number, cells)))

    def _cells(self, row: Sequence[Any]) -> dict[str, Any]:
        return {
            f.name: self._cell(row[index]) if index < len(row) else None
            for index, f in self._layout.fields.items()
        }

    def _cell(self, raw: Any) -> Any:
        if self._sheet.guarded and isinstance(raw, str):
            return unguarded(raw)
        return raw

    def _why_no_record(self, row: Sequence[Any]) -> str:
        filled = [cell for cell in row if not _is_empty(cell)]
        for cell in filled[:_FIRST_CELLS]:
            if isinstance(cell, str) and _TOTAL.fullmatch(comparable(cell)):
                return A_TOTAL
        if isinstance(filled[0], str) and filled[0].strip().startswith(_NOTE_MARKS):
            return A_NOTE
        header = self._sheet.rows[self._layout.header]
        return HEADERS_AGAIN if tuple(row) == tuple(header) else ""

    # One row

    def _read_row(self, row: _Row) -> _Row:
        for f in self._layout.fields.values():
            if f.name not in _NEVER_TAKEN:
                self._read_cell(row, f)
        row.values["source"] = Source.IMPORT
        self._rests.complete(self._sheet.name, self._table, row)
        return row

    def _read_cell(self, row: _Row, f: Field) -> None:
        raw = row.cells[f.name]
        reading = parse_cell(f, raw, year_hint=self._hints[f.name])
        if reading.is_bad:
            row.problems.append(
                self._problem(row.number, f, raw, reading.why, mend=MEND_AND_REPEAT)
            )
            return
        if reading.status is Status.DOUBTFUL:
            row.doubts.append(self._problem(row.number, f, raw, reading.why))
        if reading.value == missing(f):
            if _takes_default(self._table, f):
                return
        elif isinstance(reading.value, date):
            self._hints[f.name] = _as_day(reading)
        row.values[f.name] = reading.value

    def _take(self, row: _Row) -> None:
        if row.problems:
            self._problems += row.problems
            return
        try:
            record = self._record(row)
        except InvalidRecord as error:
            self._problems += [
                self._broken(row, problem.field, problem.message)
                for problem in error.problems
            ]
            return
        if self._table.prefix:
            self._take_with_id(row, record)
        else:
            self._take_with_natural_key(row, record)

    def _record(self, row: _Row) -> Record:
        """Return the record, with a stand-in for an id that is still to be made."""
        values = dict(row.values)
        if self._table.prefix and not values.get("id"):
            values["id"] = ""
        if self._secret and values.get("contact") and not values.get("customer_key"):
            keys = recognise(values["contact"]).keys
            values["customer_key"] = customer_key(keys[0], self._secret) if keys else ""
        return self._table.record.parse(values)

    # Is it there already?

    def _take_with_id(self, row: _Row, record: Record) -> None:
        table, known = self._table, self._known
        if named := table.key_of(record):
            self._take_named(row, record, named)
            return
        digest = digest_of(table, record)
        usual = made_id(table, record, digest)
        if above := known.made_above(table, digest):
            self._duplicates.append(Duplicate(row.number, above, TWICE_IN_FILE))
        elif known.stored_digest(table, usual) or known.has_content(table, digest):
            # Under the usual id it may have been changed in the app since.
            self._duplicates.append(Duplicate(row.number, usual, THERE_ALREADY))
        else:
            key = made_id(
                table, record, digest, lambda key: known.above(table, key) is not None
            )
            known.remember_made(table, digest, key)
            self._add(row, record.model_copy(update={"id": key}), key)

    def _take_named(self, row: _Row, record: Record, key: str) -> None:
        if stored := self._known.stored_digest(self._table, key):
            same = stored == digest_of(self._table, record)
            why = THERE_ALREADY if same else THERE_CHANGED
            self._duplicates.append(Duplicate(row.number, key, why))
        elif not self._is_above(row, record, key):
            self._add(row, record, key)

    def _take_with_natural_key(self, row: _Row, record: Record) -> None:
        key = self._table.key_of(record)
        stored = self._known.stored(self._table, key)
        if stored is None:
            if not self._is_above(row, record, key):
                self._add(row, record, key)
            return
        differing = [f for f in self._told(row) if _differs(f, stored, record)]
        if not differing:
            self._duplicates.append(Duplicate(row.number, key, THERE_ALREADY))
        for f in differing:
            there, here = getattr(stored, f.name), getattr(record, f.name)
            typed = _("登録済み {there} / ファイル {here}").format(
                there=cell_text(f, there), here=cell_text(f, here)
            )
            self._problems.append(
                self._problem(
                    row.number, f, typed, VALUE_DIFFERS, mend=MEND_IN_APP, key=key
                )
            )

    def _told(self, row: _Row) -> Iterator[Field]:
        """Yield the fields about which the file says something in this row."""
        for f in content_fields(self._table):
            if f.name in row.values and row.values[f.name] != missing(f):
                yield f

    def _is_above(self, row: _Row, record: Record, key: str) -> bool:
        """Whether the file has that key further up; say which way."""
        above = self._known.above(self._table, key)
        if above is None:
            return False
        if _same_content(self._table, above, record):
            self._duplicates.append(Duplicate(row.number, key, TWICE_IN_FILE))
        else:
            f = self._table.field(self._table.key[0])
            self._problems.append(
                self._problem(
                    row.number, f, key, KEY_TWICE, mend=MEND_AND_REPEAT, key=key
                )
            )
        return True

    def _add(self, row: _Row, record: Record, key: str) -> None:
        hidden = [f for f in self._table.fields if _is_hidden(f, record)]
        if hidden:
            self._problems += [
                self._problem(row.number, f, "", MASKED, mend=EXPORT_IN_FULL, key=key)
                for f in hidden
            ]
            return
        self._known.remember(self._table, key, record)
        self._rows.append(NewRow(row.number, record))
        self._doubts += row.doubts

    # Telling

    def _broken(self, row: _Row, name: str, message: str) -> RowProblem:
        names = {f.name for f in self._table.fields}
        f = self._table.field(name if name in names else self._table.key[0])
        typed = row.cells.get(f.name)
        return self._problem(row.number, f, typed, message, mend=MEND_AND_REPEAT)

    def _problem(
        self,
        number: int,
        f: Field,
        typed: Any,
        why: str,
        *,
        mend: str = "",
        key: str = "",
    ) -> RowProblem:
        text = "" if typed is None else one_line(_safe_text(typed))
        return RowProblem(
            self._table.code, self._sheet.name, number, f.label, key, text, why, mend
        )


def _is_hidden(f: Field, record: Record) -> bool:
    """Whether an export has masked the value: saved, it would pass for the real one."""
    return f.column.personal and is_masked(str(getattr(record, f.name) or ""))


def _safe_text(typed: Any) -> str:
    try:
        return str(typed)
    except ValueError:  # an int of more digits than Python writes
        return "…"


def _is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _as_day(reading: Reading) -> date:
    value = reading.value
    return cast("date", value.date() if isinstance(value, datetime) else value)


def _same_content(table: Table, one: Record, other: Record) -> bool:
    return digest_of(table, one) == digest_of(table, other)


def _differs(f: Field, stored: Record, record: Record) -> bool:
    return cell_text(f, getattr(stored, f.name)) != cell_text(
        f, getattr(record, f.name)
    )


def _takes_default(table: Table, f: Field) -> bool:
    """Whether an empty cell means the default: where the field cannot be missing.

    A reference too: 「不明」 and 「自社」 stand for an empty product or centre.
    """
    if f.required:
        return True
    if f.kind == "text":
        return bool(f.column.refers and f.default)
    if f.kind == "choices":
        return False
    annotation = table.record.model_fields[f.name].annotation
    optional = get_origin(annotation) in {Union, types.UnionType} and type(
        None
    ) in get_args(annotation)
    return not optional


def _year_hint(file: str, sheet: Sheet, layout: Layout) -> int | date | None:
    """Return the year (and month) that the file's name or titles speak of."""
    titles = [c for row in sheet.rows[: layout.header] for c in row if c is not None]
    for text in (sheet.name, *titles, file):
        if isinstance(text, (datetime, date)):
            return date(text.year, text.month, text.day)
        if found := _YEAR.search(str(text)[:200]):
            year, month = int(found[1]), found[2]
            return date(year, int(month), 15) if month else year
    return None


# Texts that went on elsewhere --------------------------------------------------------


class _Rests:
    """The sheet on which our workbooks continue texts too long for a cell."""

    def __init__(self, rests: Mapping[tuple[str, str, str], str]) -> None:
        self._rests = rests

    @classmethod
    def of(cls, file: SourceFile) -> _Rests:
        """Return the rests in a file; none for files made elsewhere."""
        rests: dict[tuple[str, str, str], str] = {}
        for sheet in filter(_is_rests, file.sheets):
            for row in sheet.rows[1:]:
                tab, key, label, text = (str(c or "") for c in (*row, *[""] * 4)[:4])
                at = (tab, key, label)
                rests[at] = rests.get(at, "") + text
        return cls(rests)

    def complete(self, tab: str, table: Table, row: _Row) -> None:
        """Put the rest of each text of a row behind its beginning."""
        if not self._rests or row.problems:
            return
        key = KEY_SEPARATOR.join(str(row.values.get(name, "")) for name in table.key)
        for name, value in row.values.items():
            f = table.field(name)
            for language in LANGUAGES:
                rest = self._rests.get((tab, key, translate(f.label, language)))
                if rest and isinstance(value, str):
                    row.values[name] = value + rest
                    break


def _is_rests(sheet: Sheet) -> bool:
    names = {sheet_name(CONTINUED, language) for language in LANGUAGES}
    if sheet.name not in names or not sheet.rows:
        return False
    headers = [
        tuple(translate(header, language) for header in CONTINUED_HEADERS)
        for language in LANGUAGES
    ]
    return sheet.rows[0] in headers
