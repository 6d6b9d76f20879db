"""Rows of a sheet as records, problems, duplicates and rows that are no records."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, Union, cast, get_args, get_origin

import pandas as pd

from lib.actions.entry import recognise
from lib.actions.importing import shares
from lib.actions.importing.arranging import Grid, Shape
from lib.actions.importing.headers import (
    NOT_IMPORTED,
    TOTAL,
    Layout,
    Segment,
    comparable,
    layout_of,
)
from lib.actions.importing.identity import (
    content_fields,
    digest_of,
    digests_in,
    made_id,
)
from lib.actions.importing.matches import NOTHING_MATCHED, Matches
from lib.actions.importing.parts import (
    Duplicate,
    NewRow,
    Part,
    Preview,
    Skipped,
    Word,
)
from lib.actions.importing.periods import (
    NO_MONTH,
    Period,
    day_of_month,
    in_order,
    period_of,
)
from lib.actions.importing.words import Vocabulary
from lib.errors import InvalidRecord, UnreadableFile
from lib.files.reading import Sheet, SourceFile
from lib.i18n import LANGUAGES, N_, _, translate
from lib.metrics import kpis
from lib.schema.cells import Reading, Status, cell_text, missing, parse_cell
from lib.schema.cells.reading import means_missing
from lib.schema.column import Field
from lib.schema.exchange import CONTINUED, CONTINUED_HEADERS, sheet_name, unguarded
from lib.schema.frames import standing_at
from lib.schema.kpi_day import KpiDay
from lib.schema.record import Record
from lib.schema.tables import KEY_SEPARATOR, Table
from lib.schema.tables import table as _table
from lib.schema.vocab import BusinessDay, Done, Source
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
DAY_TWICE = N_("同じ日が2行あります。どちらかを消してください。")
VALUE_DIFFERS = N_("すでに別の値が登録されています。")
MASKED = N_("伏せて書き出した名前や連絡先です。元の値ではありません。")
EXPORT_IN_FULL = N_("伏せずに書き出したファイルを取り込んでください。")
NO_FIGURES = N_("数の入っていない日です。")
NOT_YET_COME = N_("まだ来ていない日です。")
OTHER_CENTRE = N_("ほかのセンターの行です。")
LOCKED_DAY = N_("確定済みの日です。取り込みでは変えません。")
SHARE_DIFFERS = N_("数から計算した値と0.5ポイントを超えて違います。")
NO_CENTRE = N_("どのセンターの数字か分かりません。センターを選んでください。")
HIDDEN_SHEET = N_("隠してあるシートなので取り込みません。選べば取り込めます。")
MEND_AND_REPEAT = N_(
    "その行を直して、もう一度取り込んでください。取り込み済みの行は重なりません。"
)
MEND_IN_APP = N_("正しい値を確かめ、違うときはアプリで直してください。")

_NEVER_TAKEN: Final = frozenset({"source", "updated_at", "updated_by", "version"})
"""What says how a row came here is not taken from a file."""

_NOTE_MARKS: Final = ("※", "注)", "注:", "(注")
_KPI: Final = "kpi_days"
_NO_FIGURES: Final = frozenset({"date", "centre", "business", "confirmed"})
"""What a day may say and yet hold no figures."""
_FIRST_CELLS: Final = 3
_MID_MONTH: Final = 15


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """What a person decided about one sheet; the default takes it as recognised.

    taken: None where nobody has said. centre: of rows that name none.
    """

    taken: bool | None = None
    shape: Shape | None = None
    centre: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided about a file, beside what its cells say.

    sheets: by the name of the sheet. year: of the first sheet, where none is written.
    """

    matches: Matches = NOTHING_MATCHED
    sheets: Mapping[str, SheetChoice] = field(default_factory=dict)
    year: int = 0

    def of(self, sheet: str) -> SheetChoice:
        """Return what was decided about a sheet."""
        return self.sheets.get(sheet, SheetChoice())

    def takes(self, sheet: Sheet) -> bool:
        """Whether a sheet is imported: as a person said, else if the workbook shows it."""
        said = self.of(sheet.name).taken
        return not sheet.hidden if said is None else said


NOTHING_CHOSEN: Final = Choices()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may be imported at all.

    today: days after it are left out; None takes every day. centre: the only one whose
    figures are taken; "" for all. undone: table code and key of rows that came by an
    import that was undone, and may come again.
    """

    today: date | None = None
    centre: str = ""
    undone: frozenset[tuple[str, str]] = frozenset()


UNBOUND: Final = Bounds()


def preview(
    file: SourceFile,
    frames: Frames,
    *,
    table: Table | Sequence[Table] | None = None,
    secret: bytes | None = None,
    choices: Choices = NOTHING_CHOSEN,
    bounds: Bounds = UNBOUND,
) -> Preview:
    """Return what importing `file` into what `frames` hold would do.

    Args:
        file: from `read_file`.
        frames: what the store holds, by table code.
        table: read every sheet as this table, or as one of these; None finds each
            sheet's table among all.
        secret: the installation's key, to recognise customers again
            (`lib.settings.customer_key`); None leaves 照合キー as the file has it.
        choices: what a person decided about sheets, headers and words.
        bounds: what may be imported at all.

    Raises:
        UnreadableFile: no sheet has headers of any table.
    """
    reading = _FileReader(file, frames, secret, choices, bounds)
    for sheet, layout, period in laid_out(file, table=table, choices=choices):
        reading.read(sheet, layout, period)
    parts = reading.parts()
    if not parts:
        raise UnreadableFile(NOTHING_FITS)
    return Preview(file.name, file.digest, parts, tuple(reading.left_out))


def laid_out(
    file: SourceFile,
    *,
    table: Table | Sequence[Table] | None = None,
    choices: Choices = NOTHING_CHOSEN,
) -> list[tuple[Sheet, Layout | None, Period]]:
    """Return each sheet with something on it, how it lies, and what time it is about."""
    sheets = [s for s in file.sheets if s.rows and not _is_rests(s)]
    layouts = [
        layout_of(
            sheet, table, matches=choices.matches, shape=choices.of(sheet.name).shape
        )
        for sheet in sheets
    ]
    told = [_period(file.name, *pair) for pair in zip(sheets, layouts, strict=True)]
    periods = in_order(told, choices.year)
    return list(zip(sheets, layouts, periods, strict=True))


def _period(file: str, sheet: Sheet, layout: Layout | None) -> Period:
    above = sheet.rows[: _top(layout)] if layout else sheet.rows[:3]
    titles = [c for row in above for c in row if c is not None]
    return period_of([sheet.name, *titles, file])


def _top(layout: Layout) -> int:
    """Return the row in which the headers begin; titles stand above it."""
    return layout.shape.top if layout.shape.across else layout.shape.first


class _FileReader:
    """Reads sheet after sheet, knowing what stood on those before."""

    def __init__(
        self,
        file: SourceFile,
        frames: Frames,
        secret: bytes | None,
        choices: Choices,
        bounds: Bounds,
    ) -> None:
        self.left_out: list[Skipped] = []
        self._sheets: list[_SheetReader] = []
        self._file, self._choices, self._bounds = file, choices, bounds
        self._context = _Context(
            known=_Known(frames),
            vocabulary=Vocabulary(frames),
            rests=_Rests.of(file),
            secret=secret,
            matches=choices.matches,
            bounds=bounds,
        )

    def read(self, sheet: Sheet, layout: Layout | None, period: Period) -> None:
        """Read one sheet, or leave it out and say why."""
        choice = self._choices.of(sheet.name)
        if not self._choices.takes(sheet):
            if choice.taken is None:
                self.left_out.append(Skipped(0, sheet.name, HIDDEN_SHEET))
            return
        if layout is None:
            self.left_out.append(Skipped(0, sheet.name, NO_HEADERS))
        elif layout.table.code in NOT_IMPORTED:
            self.left_out.append(Skipped(0, sheet.name, ONLY_BY_APP))
        else:
            centre = self._centre(sheet, layout, choice)
            reader = _SheetReader(sheet, layout, self._context, period, centre)
            reader.read()
            self._sheets.append(reader)

    def parts(self) -> tuple[Part, ...]:
        """Return what each sheet would do, now that all of them have been read."""
        return tuple(sheet.part() for sheet in self._sheets)

    def _centre(self, sheet: Sheet, layout: Layout, choice: SheetChoice) -> str:
        """Return the centre of rows that name none: chosen, one's own, or named."""
        says = any(segment.group for segment in layout.segments)
        if layout.table.code != _KPI or says:
            return ""
        if choice.centre or self._bounds.centre:
            return choice.centre or self._bounds.centre
        above = [c for row in sheet.rows[: _top(layout) + 1] for c in row if c]
        for text in (sheet.name, *above, self._file.name):
            if found := self._context.vocabulary.named_in("centres", str(text)[:200]):
                return found
        return ""


class _Known:
    """Keys and contents that are there already, in the store or further up the file."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._digests: dict[str, dict[str, str]] = {}
        self._contents: dict[str, frozenset[str]] = {}
        self._above: dict[tuple[str, str], Record] = {}
        self._made: dict[tuple[str, str], str] = {}
        self.clashing_days: set[str] = set()
        """Keys of the days that the file tells twice, each time otherwise."""

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


@dataclass(frozen=True)
class _Context:
    """What all sheets of a file are read with."""

    known: _Known
    vocabulary: Vocabulary
    rests: _Rests
    secret: bytes | None
    matches: Matches
    bounds: Bounds


@dataclass
class _Row:
    """One record while it is read: where it stands, and its cells by field."""

    at: int
    number: int
    cells: Mapping[str, Any]
    segment: Segment
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    doubts: list[RowProblem] = field(default_factory=list)


class _SheetReader:
    """Reads one sheet; what it finds is collected for its `Part`."""

    def __init__(
        self,
        sheet: Sheet,
        layout: Layout,
        context: _Context,
        period: Period,
        centre: str,
    ) -> None:
        self._sheet, self._layout, self._table = sheet, layout, layout.table
        self._grid = Grid(sheet, layout.shape)
        self._context, self._known = context, context.known
        self._rests, self._secret = context.rests, context.secret
        self._period, self._centre = period, centre
        self._hints: dict[str, int | date | None] = dict.fromkeys(
            (f.name for f in layout.fields.values()), period.hint
        )
        self._rows: list[NewRow] = []
        self._problems: list[RowProblem] = []
        self._doubts: list[RowProblem] = []
        self._shares: list[RowProblem] = []
        self._duplicates: list[Duplicate] = []
        self._skipped: list[Skipped] = []
        self._words: dict[tuple[str, str], Word] = {}
        self._last_day: Any = None
        self._days: dict[str, _Row] = {}
        self._crosses_months = _crosses_months(self._bare_days())

    def read(self) -> None:
        """Read the rows of the sheet."""
        if lacking := self._lacking():
            self._problems += [
                self._problem(
                    None,
                    f,
                    "",
                    NO_CENTRE
                    if self._table.code == _KPI and f.name == "centre"
                    else COLUMN_LACKING,
                )
                for f in lacking
            ]
        else:
            self._read_rows()

    def part(self) -> Part:
        """Return what the sheet would do; once every sheet of the file is read."""
        self._hold_back_clashing_days()
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
            self._layout,
            tuple(self._words.values()),
            tuple(self._shares),
            self._centre,
        )

    def _lacking(self) -> list[Field]:
        told = {"centre"} if self._centre else set()
        return [f for f in self._layout.lacking if f.name not in told]

    def _read_rows(self) -> None:
        for at, row in enumerate(self._grid.rows):
            number = self._grid.number(at)
            if all(_is_empty(cell) for cell in row):
                continue
            if why := self._why_no_record(row):
                self._skip(number, row, why)
                continue
            found = [self._row(at, row, s) for s in self._layout.segments]
            some = [one for one in found if self._says_something(one)]
            if not some and any(self._holds(one) for one in found):
                self._skip(number, row, NO_FIGURES)
            for one in some:
                self._take(self._read_row(one))

    def _skip(self, number: int, row: Sequence[Any], why: str) -> None:
        text = next((str(cell) for cell in row if not _is_empty(cell)), "")
        self._skipped.append(Skipped(number, one_line(_day_text(text)), why))

    def _row(self, at: int, row: Sequence[Any], segment: Segment) -> _Row:
        cells = {
            f.name: self._cell(row[index]) if index < len(row) else None
            for index, f in segment.fields.items()
        }
        if "date" in cells and self._table.code == _KPI:
            # A day merged over the rows of several centres stands in the first of them.
            if _is_empty(cells["date"]) and not _is_empty(cells.get("centre")):
                cells["date"] = self._last_day
            self._last_day = cells["date"]
        return _Row(at, self._grid.number(at), cells, segment)

    def _holds(self, row: _Row) -> bool:
        return not all(_is_empty(cell) for cell in row.cells.values())

    def _says_something(self, row: _Row) -> bool:
        """Whether there is anything to record: a day needs more than its date."""
        if self._table.code != _KPI:
            return self._holds(row)
        business = row.cells.get("business")
        if not _is_empty(business) and str(business).strip() != BusinessDay.OPEN.value:
            return True
        return any(
            not _is_empty(cell) and not _is_dash(cell)
            for name, cell in row.cells.items()
            if name not in _NO_FIGURES
        )

    def _cell(self, raw: Any) -> Any:
        if self._sheet.guarded and isinstance(raw, str):
            return unguarded(raw)
        return raw

    def _why_no_record(self, row: Sequence[Any]) -> str:
        filled = [cell for cell in row if not _is_empty(cell)]
        for cell in filled[:_FIRST_CELLS]:
            if isinstance(cell, str) and TOTAL.fullmatch(comparable(cell)):
                return A_TOTAL
        if isinstance(filled[0], str) and filled[0].strip().startswith(_NOTE_MARKS):
            return A_NOTE
        if self._layout.shape.across:
            return ""
        header = self._sheet.rows[self._layout.shape.last]
        return HEADERS_AGAIN if tuple(row) == tuple(header) else ""

    # One row

    def _read_row(self, row: _Row) -> _Row:
        if self._table.code == _KPI:
            self._name_centre(row)
        for f in (self._table.field(name) for name in row.cells):
            if f.name not in _NEVER_TAKEN:
                self._read_cell(row, f)
        row.values["source"] = Source.IMPORT
        self._rests.complete(self._sheet.name, self._table, row)
        return row

    def _name_centre(self, row: _Row) -> None:
        """Give a day the centre that stands above its columns, or that was chosen."""
        if row.segment.group:
            row.cells = {"centre": row.segment.group} | dict(row.cells)
        elif self._centre and _is_empty(row.cells.get("centre")):
            row.cells = dict(row.cells) | {"centre": self._centre}

    def _read_cell(self, row: _Row, f: Field) -> None:
        raw = self._in_our_words(f, row.cells[f.name])
        if f.name == "date" and self._table.code == _KPI:
            raw = self._whole_day(raw)
            if raw is None:
                typed = row.cells[f.name]
                row.problems.append(
                    self._problem(row, f, typed, NO_MONTH, mend=MEND_AND_REPEAT)
                )
                return
        reading = parse_cell(f, raw, year_hint=self._hints.get(f.name))
        if reading.is_bad:
            self._note_word(f, raw, needed=True)
            row.problems.append(
                self._problem(row, f, raw, reading.why, mend=MEND_AND_REPEAT)
            )
            return
        if reading.status is Status.DOUBTFUL:
            row.doubts.append(self._problem(row, f, raw, reading.why))
        if reading.value == missing(f):
            if _takes_default(self._table, f):
                return
        elif isinstance(reading.value, date):
            self._hints[f.name] = _as_day(reading)
        row.values[f.name] = reading.value

    def _whole_day(self, raw: Any) -> Any:
        """Return a day of the sheet's month with its year and month; None if unsaid."""
        found = day_of_month(raw)
        if found is None:
            return "" if raw is None else raw
        period = self._period
        if not (period.year and period.month) or self._crosses_months:
            return None
        number, weekday = found
        return f"{period.year}/{period.month:02}/{number:02}{weekday}"

    def _bare_days(self) -> list[int]:
        """Return the days of the sheet that name no month, in their order."""
        columns = [i for i, f in self._layout.fields.items() if f.name == "date"]
        if self._table.code != _KPI or not columns:
            return []
        cells = [row[columns[0]] for row in self._grid.rows if columns[0] < len(row)]
        return [found[0] for cell in cells if (found := day_of_month(cell))]

    def _in_our_words(self, f: Field, raw: Any) -> Any:
        """Return a word as it is called here, where somebody or a master says so."""
        if not isinstance(raw, str) or not raw.strip():
            return raw
        if said := self._context.matches.word(self._table, f.name, raw):
            return said
        vocabulary = self._context.vocabulary
        if not vocabulary.refers(f):
            return raw
        if exact := vocabulary.exact(f, raw):
            return exact
        self._note_word(f, raw, needed=False)
        return raw

    def _note_word(self, f: Field, raw: Any, *, needed: bool) -> None:
        """Remember a word that stands for nothing here, and how often it was met."""
        if needed and not f.choices:
            return
        typed = one_line(_safe_text(raw))
        before = self._words.get((f.name, typed))
        if before is None:
            guess = self._context.vocabulary.guess(f, typed)
            before = Word(f, typed, 0, guess, needed)
        self._words[f.name, typed] = replace(before, count=before.count + 1)

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
        if why := self._out_of_bounds(record):
            self._skipped.append(Skipped(row.number, self._table.key_of(record), why))
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

    def _out_of_bounds(self, record: Record) -> str:
        """Return why a record may not be imported at all, or ""."""
        bounds = self._context.bounds
        if not isinstance(record, KpiDay):
            return ""
        if bounds.centre and record.centre != bounds.centre:
            return OTHER_CENTRE
        return NOT_YET_COME if bounds.today and record.date > bounds.today else ""

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
        elif undone := self._undone(usual, record):
            self._rows.append(NewRow(row.number, *undone))
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
        if undone := self._undone(key, record):
            self._rows.append(NewRow(row.number, *undone))
        elif stored := self._known.stored_digest(self._table, key):
            same = stored == digest_of(self._table, record)
            why = THERE_ALREADY if same else THERE_CHANGED
            self._duplicates.append(Duplicate(row.number, key, why))
        elif not self._is_above(row, record, key):
            self._add(row, record, key)

    def _undone(self, key: str, record: Record) -> tuple[Record, Record] | None:
        """Return the row as it comes back and as it stands, if an undone import left it.

        Whatever somebody changed in it since stays as they left it.
        """
        if (self._table.code, key) not in self._context.bounds.undone:
            return None
        stored = self._known.stored(self._table, key)
        if stored is None or stored.values().get("status") is record.values()["status"]:
            return None
        back = stored.model_copy(update={"status": record.values()["status"]})
        named = record.model_copy(update={"id": key})
        return (back, stored) if _same_content(self._table, back, named) else None

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
        if isinstance(stored, KpiDay) and all(
            getattr(stored, f.name) == missing(f) for f in differing
        ):
            self._fill(row, stored, differing, record, key)
            return
        for f in differing:
            there, here = getattr(stored, f.name), getattr(record, f.name)
            typed = _("登録済み {there} / ファイル {here}").format(
                there=cell_text(f, there), here=cell_text(f, here)
            )
            self._problems.append(
                self._problem(row, f, typed, VALUE_DIFFERS, mend=MEND_IN_APP, key=key)
            )

    def _fill(
        self,
        row: _Row,
        stored: KpiDay,
        gaps: Sequence[Field],
        record: Record,
        key: str,
    ) -> None:
        """Take what a day lacks that is there already; a confirmed one stays."""
        if not gaps:
            return
        if stored.confirmed is Done.DONE:
            self._problems.append(
                self._problem(row, gaps[0], "", LOCKED_DAY, mend=MEND_IN_APP, key=key)
            )
            return
        values = {f.name: getattr(record, f.name) for f in gaps}
        try:
            whole = stored.with_values(**values)
        except InvalidRecord as error:
            self._problems += [
                self._broken(row, found.field, found.message)
                for found in error.problems
            ]
            return
        if not self._is_above(row, whole, key):
            self._known.remember(self._table, key, whole)
            self._days[key] = row
            self._rows.append(NewRow(row.number, whole, stored))
            self._doubts += row.doubts
            self._compare_shares(row, whole)

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
        elif isinstance(record, KpiDay):
            self._known.clashing_days.add(key)
            self._problems.append(self._day_twice(row, key))
        else:
            f = self._table.field(self._table.key[0])
            self._problems.append(
                self._problem(row, f, key, KEY_TWICE, mend=MEND_AND_REPEAT, key=key)
            )
        return True

    def _hold_back_clashing_days(self) -> None:
        """Take back the first row of each day that is told otherwise further down.

        Which of them is right, or whether they are hours to be added up, only a person
        can say.
        """
        clashing = {
            k: r for k, r in self._days.items() if k in self._known.clashing_days
        }
        if not clashing:
            return
        doubted = {id(doubt) for row in clashing.values() for doubt in row.doubts}
        self._rows = [
            new for new in self._rows if self._table.key_of(new.record) not in clashing
        ]
        self._doubts = [doubt for doubt in self._doubts if id(doubt) not in doubted]
        self._shares = [share for share in self._shares if share.key not in clashing]
        self._problems += [self._day_twice(row, key) for key, row in clashing.items()]
        self._problems.sort(key=lambda problem: problem.row)

    def _day_twice(self, row: _Row, key: str) -> RowProblem:
        f = self._table.field("date")
        typed = _day_text(_safe_text(row.cells.get(f.name, "")))
        return self._problem(row, f, typed, DAY_TWICE, mend=MEND_AND_REPEAT, key=key)

    def _add(self, row: _Row, record: Record, key: str) -> None:
        hidden = [f for f in self._table.fields if _is_hidden(f, record)]
        if hidden:
            self._problems += [
                self._problem(row, f, "", MASKED, mend=EXPORT_IN_FULL, key=key)
                for f in hidden
            ]
            return
        self._known.remember(self._table, key, record)
        self._rows.append(NewRow(row.number, record))
        self._doubts += row.doubts
        if isinstance(record, KpiDay):
            self._days[key] = row
            self._compare_shares(row, record)

    def _compare_shares(self, row: _Row, day: KpiDay) -> None:
        """List each share in the row that the counts do not give."""
        cells = self._grid.rows[row.at]
        centre = self._known.stored(_table("centres"), day.centre)
        for index, code in row.segment.shares.items():
            raw = cells[index] if index < len(cells) else None
            differing = shares.disagreement(code, raw, day, centre)
            if differing:
                self._shares.append(
                    RowProblem(
                        self._table.code,
                        self._sheet.name,
                        row.number,
                        kpis.kpi(code).name,
                        self._table.key_of(day),
                        differing,
                        SHARE_DIFFERS,
                        place=self._grid.place(row.at, index),
                    )
                )

    # Telling

    def _broken(self, row: _Row, name: str, message: str) -> RowProblem:
        names = {f.name for f in self._table.fields}
        f = self._table.field(name if name in names else self._table.key[0])
        typed = row.cells.get(f.name)
        return self._problem(row, f, typed, message, mend=MEND_AND_REPEAT)

    def _problem(
        self,
        row: _Row | None,
        f: Field,
        typed: Any,
        why: str,
        *,
        mend: str = "",
        key: str = "",
    ) -> RowProblem:
        """Return what is wrong with a cell; without a row, with the headers."""
        text = "" if typed is None else one_line(_safe_text(typed))
        return RowProblem(
            self._table.code,
            self._sheet.name,
            row.number if row else self._layout.header + 1,
            f.label,
            key,
            text,
            why,
            mend,
            place=self._place(row, f) if row else "",
        )

    def _place(self, row: _Row, f: Field) -> str:
        for index, own in row.segment.fields.items():
            if own.name == f.name:
                return self._grid.place(row.at, index)
        return ""


def _is_hidden(f: Field, record: Record) -> bool:
    """Whether an export has masked the value: saved, it would pass for the real one."""
    return f.column.personal and is_masked(str(getattr(record, f.name) or ""))


def _safe_text(typed: Any) -> str:
    try:
        return str(typed)
    except ValueError:  # an int of more digits than Python writes
        return "…"


def _crosses_months(days: Sequence[int]) -> bool:
    """Whether days run from the 21st, say, to the 20th: of which months is not said."""
    return bool(days) and days[0] > _MID_MONTH and min(days) < days[0]


def _is_dash(cell: Any) -> bool:
    """Whether a cell of a count says that there is none: 「-」, 「—」."""
    return isinstance(cell, str) and means_missing(cell)


def _day_text(text: str) -> str:
    """Return a day as one reads it: Excel's midnight is no time."""
    return text.removesuffix(" 00:00:00")


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
