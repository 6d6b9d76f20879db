"""A file from outside becomes rows once, whole, and nothing of it is lost silently."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib import clock
from lib.actions import importing
from lib.actions.importing import reading
from lib.errors import Conflict, StoreUnavailable, UnreadableFile
from lib.files import reading as files
from lib.reports import export
from lib.schema.cells import holds_made_id
from lib.schema.cells import reading as told
from lib.schema.complaint import Complaint
from lib.schema.frames import frame_of
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Centre, Product
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.schema.tables import TABLES, Table, table, table_of
from lib.schema.vocab import ComplaintStatus, Harm, Source
from lib.settings.customer_key import customer_key
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert, Receipt

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=clock.TOKYO)
AT = datetime(2026, 11, 20, 9, 5, tzinfo=clock.TOKYO)
COMPLAINTS, KPI_DAYS = table("complaints"), table("kpi_days")
AUTOMATIC = {"source", "updated_at", "updated_by", "version"}


class Shelf:
    """A store in memory: commits whole, knows commit ids, refuses existing keys."""

    def __init__(self, *records: Record) -> None:
        self.rows: dict[tuple[str, str], Record] = {}
        self.commits: list[Commit] = []
        self.fail_at: int | None = None
        for record in records:
            self._put(record)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        return {
            t.code: frame_of(t, [r for (c, _k), r in self.rows.items() if c == t.code])
            for t in TABLES
        }

    def commit(self, commit: Commit) -> Receipt:
        if any(done.id == commit.id for done in self.commits):
            return Receipt(commit.id, repeated=True)
        if self.fail_at == len(self.commits):
            raise StoreUnavailable
        for write in commit.writes:
            assert isinstance(write, Insert)
            t = table_of(write.record)
            if (t.code, t.key_of(write.record)) in self.rows:
                raise Conflict(t.code, t.key_of(write.record))
        for write in commit.writes:
            self._put(write.record)
        self.commits.append(commit)
        return Receipt(commit.id)

    def of(self, code: str) -> list[Record]:
        return [record for (c, _key), record in self.rows.items() if c == code]

    def _put(self, record: Record) -> None:
        t = table_of(record)
        self.rows[t.code, t.key_of(record)] = record


def csv_of(rows: Iterable[Sequence[Any]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def book_of(sheets: Mapping[str, Iterable[Sequence[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def preview_of(data: bytes, shelf: Shelf | None = None, name: str = "a.csv", **options):
    frames = (shelf or Shelf()).frames
    return importing.preview(files.read_file(name, data), frames, **options)


def part_of(data: bytes, shelf: Shelf | None = None, **options) -> importing.Part:
    (part,) = preview_of(data, shelf, **options).parts
    return part


def take(data: bytes, shelf: Shelf, **options) -> importing.Imported:
    shown = preview_of(data, shelf, **options)
    return importing.apply(shelf, shown, who=SYSTEM, now=NOW)


def complaint(**values: Any) -> Complaint:
    made = {"id": "K-261120-7F3QX", "content": "届かない", "received_at": AT}
    return Complaint.parse(made | {"source": Source.IMPORT} | values)


def same(one: Record, other: Record, *, but: Iterable[str] = AUTOMATIC) -> bool:
    return {n: v for n, v in one.values().items() if n not in but} == {
        n: v for n, v in other.values().items() if n not in but
    }


LEDGER = [
    ["受付日時", "お客様名", "内容", "状態"],
    ["2026/11/20 9:05", "山田", "届かない", "対応中"],
    ["2026/11/20 10:00", "佐藤", "割れていた", "完了済み"],
]


# Files -----------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"], ids=str)
def test_a_csv_is_read_in_every_encoding_that_excel_writes(encoding):
    part = part_of(csv_of(LEDGER, encoding))

    assert [row.record.customer_name for row in part.rows] == ["山田", "佐藤"]
    assert [row.row for row in part.rows] == [2, 3]


def test_a_text_divided_by_tabs_is_read():
    data = "\n".join("\t".join(row) for row in LEDGER).encode()

    assert len(part_of(data).rows) == 2


def test_a_workbook_is_read_whatever_it_says_about_its_size():
    """Openpyxl believes the dimension that a file states, and drops the rest."""
    data = book_of({"苦情台帳": LEDGER})
    lying = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(lying, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b'ref="A1:D3"', b'ref="A1:D2"'))

    assert len(part_of(lying.getvalue()).rows) == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", files.EMPTY),
        (b"a" * (10 * 2**20 + 1), files.TOO_LARGE),
        (files._OLE + b"x" * 100 + files._ENCRYPTED, files.LOCKED),
        (files._OLE + b"x" * 100, files.DAMAGED),
        (b"\x81", files.UNKNOWN_ENCODING),
        (b"PK\x03\x04 no zip", files.DAMAGED),
        ("あ,い\n1,2".encode(), reading.NOTHING_FITS),
    ],
    ids=["empty", "large", "locked", "xls", "encoding", "damaged", "headers"],
)
def test_a_file_that_cannot_be_read_says_why(data, message):
    with pytest.raises(UnreadableFile) as caught:
        preview_of(data)

    assert caught.value.message == message


def zip_of(entries: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize(
    "entries",
    [
        {f"{n}.xml": b"" for n in range(201)},
        {"bomb.xml": b"0" * (51 * 2**20)},
        {"tight.xml": b"0" * (2 * 2**20)},
        {"a.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'},
        {"a.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")},
        {"a.xml": b" " * (2**16 - 4) + b"<!doctype x><x/>"},
    ],
    ids=["entries", "size", "ratio", "dtd", "dtd-utf16", "dtd-across-pieces"],
)
def test_a_workbook_that_costs_too_much_or_hides_something_is_refused(entries):
    with pytest.raises(UnreadableFile) as caught:
        files.read_file("a.xlsx", zip_of(entries))

    assert caught.value.message == files.UNSAFE


def test_a_sheet_with_too_many_rows_is_refused_and_not_cut():
    rows = [LEDGER[0], *([LEDGER[1]] * 20_011)]

    with pytest.raises(UnreadableFile) as caught:
        files.read_file("a.csv", csv_of(rows))

    assert caught.value.message == files.TOO_MANY_ROWS


def test_a_cell_far_away_is_told_and_not_cut_off():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in LEDGER:
        sheet.append(row)
    sheet.cell(100_000, 16_000, "遠い")
    data = io.BytesIO()
    book.save(data)

    with pytest.raises(UnreadableFile, match="列"):
        files.read_file("a.xlsx", data.getvalue())


# Headers ---------------------------------------------------------------------------


@pytest.mark.parametrize("t", [t for t in TABLES if t.code != "audit"], ids=str)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_table_is_found_by_the_headers_of_its_export(t: Table, language):
    data = export.to_csv(t, frame_of(t, []), language=language)

    layout = importing.layout_of(files.read_file("export.csv", data).sheets[0])

    assert layout.table is t
    assert [f.name for f in layout.fields.values()] == [f.name for f in t.fields]
    assert layout.unknown == ()


def test_headers_are_found_below_titles_and_however_they_are_written():
    rows = [
        ["苦情一覧", None],
        [None, None],
        [
            "受付　日時＊",
            "お客様\n名",
            "内容（どこで・何に・誰が）",
            "社内メモ",
            "STATUS",
        ],
        ["2026/11/20 9:05", "山田", "届かない", "x", "対応中"],
    ]

    part = part_of(book_of({"Sheet1": rows}))

    assert part.header_row == 3
    assert part.unknown == ("社内メモ",)
    assert part.rows[0].row == 4
    assert part.rows[0].record.status is ComplaintStatus.WORKING


def test_a_column_that_must_be_there_is_named():
    part = part_of(csv_of([["お客様名", "内容", "状態"], ["山田", "x", "受付"]]))

    assert part.rows == ()
    assert [(p.column, p.why) for p in part.problems] == [
        ("受付日時", reading.COLUMN_LACKING)
    ]


def test_the_log_is_never_taken_from_a_file():
    data = export.to_xlsx({t: frame_of(t, []) for t in (table("audit"), COMPLAINTS)})

    shown = preview_of(data)

    assert [part.table for part in shown.parts] == [COMPLAINTS]
    assert [(s.text, s.why) for s in shown.left_out] == [
        ("操作ログ", reading.ONLY_BY_APP)
    ]


# Rows ------------------------------------------------------------------------------


def test_totals_notes_and_repeated_headers_are_skipped_and_shown():
    rows = [
        ["日付", "センターコード", "着信数"],
        ["2026/11/1", "A", 10],
        ["小計", None, 10],
        [],
        ["日付", "センターコード", "着信数"],
        ["2026/11/2", "A", 5],
        ["11月合計", None, 15],
        ["前年比", None, "98%"],
        ["※ 11/3は休業", None, None],
    ]

    part = part_of(book_of({"11月": rows}))

    assert [row.record.offered for row in part.rows] == [10, 5]
    assert [(s.row, s.why) for s in part.skipped] == [
        (3, reading.A_TOTAL),
        (5, reading.HEADERS_AGAIN),
        (7, reading.A_TOTAL),
        (8, reading.A_TOTAL),
        (9, reading.A_NOTE),
    ]
    assert part.problems == ()


def test_a_complaint_about_a_total_is_no_total():
    rows = [["受付日時", "内容"], ["2026/11/20 9:05", "合計金額が違う"]]

    assert len(part_of(csv_of(rows)).rows) == 1


def test_a_cell_that_cannot_be_read_holds_its_row_back_and_says_where():
    rows = [*LEDGER, ["昨日", "鈴木", "x", "受付"], ["2026/11/21", "林", "y", "謎"]]

    part = part_of(csv_of(rows))

    assert len(part.rows) == 2
    assert part.held_back == 2
    assert [(p.row, p.column, p.typed, p.why) for p in part.problems] == [
        (4, "受付日時", "昨日", told.NOT_A_TIME),
        (5, "状態", "謎", told.NOT_A_CHOICE),
    ]
    assert all(problem.mend for problem in part.problems)


def test_a_doubtful_cell_is_added_and_listed():
    rows = [["日付", "センターコード", "着信数"], ["2026/11/1", "A", "約20"]]

    part = part_of(csv_of(rows))

    assert part.rows[0].record.offered == 20
    assert [(p.row, p.column, p.typed) for p in part.doubts] == [(2, "着信数", "約20")]


def test_a_row_that_breaks_a_rule_is_listed_and_not_added():
    rows = [
        ["日付", "センターコード", "着信数", "応答数"],
        ["2026/11/1", "A", 10, 12],
        ["2026/11/2", None, 10, 9],
    ]

    part = part_of(csv_of(rows))

    assert part.rows == ()
    assert [(p.row, p.column, p.typed) for p in part.problems] == [
        (2, "応答数", "12"),
        (3, "センターコード", ""),
    ]


def test_a_row_without_a_promise_is_imported():
    (row, _other) = part_of(csv_of(LEDGER)).rows

    assert row.record.source is Source.IMPORT
    assert row.record.is_open
    assert row.record.next_promise is None


def test_empty_cells_take_the_default_only_where_a_field_cannot_be_missing():
    rows = [
        ["センターコード", "センター名", "短時間放棄秒", "目標応答率", "定休日"],
        ["A", "東京", None, None, None],
    ]

    (row,) = part_of(csv_of(rows)).rows

    assert row.record.short_abandon_seconds == 5
    assert row.record.target_answer_rate is None
    assert row.record.weekly_closed == ""


def test_an_unknown_product_is_kept_and_an_empty_one_is_unknown():
    rows = [["受付日時", "内容", "商品コード"], [AT, "x", "謎の品"], [AT, "y", None]]

    part = part_of(csv_of(rows))

    assert [row.record.product_code for row in part.rows] == ["謎の品", "不明"]


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [
        ("2026年11月", []),
        ("Sheet1", [["センター日報 2026年11月度"]]),
        ("Sheet1", [[date(2026, 11, 1)]]),
    ],
)
def test_days_without_a_year_take_it_from_the_title(sheet, rows):
    table_rows = [["日付", "センターコード", "着信数"], ["11/3", "A", 10]]

    (row,) = part_of(book_of({sheet: [*rows, *table_rows]})).rows

    assert row.record.date == date(2026, 11, 3)


def test_days_without_a_year_follow_the_row_above_over_new_year():
    rows = [
        ["日付", "センターコード", "着信数"],
        ["2026/12/31", "A", 1],
        ["1/1", "A", 2],
    ]

    part = part_of(csv_of(rows))

    assert part.rows[1].record.date == date(2027, 1, 1)


def test_the_same_customer_is_recognised_again():
    rows = [["受付日時", "内容", "連絡先"], [AT, "x", "090-1234-5678"]]

    (row,) = part_of(csv_of(rows), secret=b"secret").rows

    assert row.record.customer_key == customer_key("09012345678", b"secret")


# Duplicates ------------------------------------------------------------------------


def test_the_same_file_imported_twice_adds_nothing():
    shelf = Shelf()

    first = take(csv_of(LEDGER), shelf)
    second = take(csv_of(LEDGER), shelf)

    assert (first.added, second.added) == (2, 0)
    assert len(shelf.of("complaints")) == 2


def test_a_row_changed_in_the_app_is_recognised_when_its_file_comes_again():
    shelf = Shelf()
    take(csv_of(LEDGER), shelf)
    for (code, key), record in shelf.rows.items():
        shelf.rows[code, key] = record.model_copy(
            update={"status": ComplaintStatus.CHECKING, "harm": Harm.NO}
        )

    assert take(csv_of(LEDGER), shelf).added == 0


def test_the_same_content_under_an_id_of_the_app_is_recognised():
    shelf = Shelf(complaint(content="割れていた"))
    rows = [["受付日時", "内容"], ["2026/11/20 9:05", "割れていた"]]

    part = part_of(csv_of(rows), shelf)

    assert part.rows == ()
    assert [d.why for d in part.duplicates] == [reading.THERE_ALREADY]


def test_a_row_twice_in_a_file_is_added_once():
    part = part_of(csv_of([*LEDGER, LEDGER[1]]))

    assert len(part.rows) == 2
    assert [(d.row, d.why) for d in part.duplicates] == [(4, reading.TWICE_IN_FILE)]


def test_a_row_twice_on_two_sheets_is_added_once():
    shown = preview_of(book_of({"10月": LEDGER, "11月": LEDGER}))

    assert (shown.new_rows, shown.duplicates) == (2, 2)


def test_the_same_id_with_other_content_leaves_the_stored_row():
    shelf = Shelf(complaint())
    rows = [
        ["受付番号", "受付日時", "内容"],
        ["k261120 7f3qx", AT, "別の内容"],
    ]

    part = part_of(csv_of(rows), shelf)

    assert [(d.key, d.why) for d in part.duplicates] == [
        ("K-261120-7F3QX", reading.THERE_CHANGED)
    ]


def test_the_same_id_for_two_rows_of_a_file_is_a_problem():
    rows = [["受付番号", "受付日時", "内容"], ["1", AT, "x"], ["1", AT, "y"]]

    part = part_of(csv_of(rows))

    assert len(part.rows) == 1
    assert [(p.row, p.why) for p in part.problems] == [(3, reading.KEY_TWICE)]


def test_rows_with_equal_content_and_ids_of_their_own_are_two_rows():
    rows = [["受付番号", "受付日時", "内容"], ["1", AT, "x"], ["2", AT, "x"]]

    assert len(part_of(csv_of(rows)).rows) == 2


def test_a_kpi_day_that_stands_already_is_a_duplicate_or_a_problem():
    day = date(2026, 11, 1)
    shelf = Shelf(
        KpiDay(date=day, centre="A", offered=10, answered=9, note="台風"),
        KpiDay(date=day + timedelta(1), centre="A", offered=10, answered=9),
    )
    rows = [
        ["日付", "センターコード", "着信数", "応答数", "特記事項"],
        ["2026/11/1", "A", 10, 9, None],
        ["2026/11/2", "A", 10, 8, None],
    ]

    part = part_of(csv_of(rows), shelf)

    assert part.rows == ()
    assert [d.key for d in part.duplicates] == ["2026-11-01|A"]
    assert [(p.row, p.column, p.typed) for p in part.problems] == [
        (3, "応答数", "登録済み 9 / ファイル 8")
    ]


# The import itself ------------------------------------------------------------------


def many(count: int) -> bytes:
    rows = [[f"2026/11/{n % 28 + 1:02} 09:00", f"件 {n}"] for n in range(count)]
    return csv_of([["受付日時", "内容"], *rows])


def test_an_import_tells_how_far_it_is_and_where_its_rows_came_from():
    shelf, seen = Shelf(), []
    shown = preview_of(many(1_200), shelf, name="台帳.csv")

    importing.apply(
        shelf, shown, who=SYSTEM, now=NOW, progress=lambda *at: seen.append(at)
    )

    assert seen == [(0, 1200), (500, 1200), (1000, 1200), (1200, 1200)]
    assert {c.route.value for c in shelf.commits} == {"取込"}
    assert shelf.commits[0].reason == "取込: 台帳.csv"


def test_an_interrupted_import_goes_on_where_it_stopped():
    shelf = Shelf()
    shown = preview_of(many(1_200), shelf)
    shelf.fail_at = 2
    with pytest.raises(StoreUnavailable):
        importing.apply(shelf, shown, who=SYSTEM, now=NOW)
    assert len(shelf.rows) == 1_000
    shelf.fail_at = None

    again = importing.apply(shelf, shown, who=SYSTEM, now=NOW)

    assert (again.added, again.repeated) == (200, 1_000)
    assert len(shelf.rows) == 1_200


def test_a_new_preview_after_an_interruption_adds_the_rest():
    shelf = Shelf()
    shown = preview_of(many(1_200), shelf)
    shelf.fail_at = 1
    with pytest.raises(StoreUnavailable):
        importing.apply(shelf, shown, who=SYSTEM, now=NOW)
    shelf.fail_at = None

    assert take(many(1_200), shelf).added == 700
    assert len(shelf.rows) == 1_200


def test_made_ids_can_be_read_out_and_follow_the_content():
    one, two = (part_of(csv_of(LEDGER)).rows for _time in range(2))

    assert [r.record.id for r in one] == [r.record.id for r in two]
    assert one[0].record.id.startswith("K-261120-")
    assert len({r.record.id for r in one}) == 2


def test_ten_thousand_rows_get_ten_thousand_ids():
    part = part_of(many(10_000))

    assert len({row.record.id for row in part.rows}) == 10_000


# There and back ----------------------------------------------------------------------

NASTY = [
    "=1+1",
    "+81 90-1234-5678",
    "@SUM(A1)",
    "-5",
    "'=x",
    "''=x",
    "'そのまま",
    "<script>alert(1)</script>",
    "絵文字 👨‍👩‍👧 と 𠮷野家",
    "あ" * 10_000,
    "𠮷" * 40_000,
    "一行目\n二行目\n\n四行目",
    "\n先頭が改行",
    "0312345678",
    "007",
    "\u202e右から\u200f左",
    "タブ\tあり",
    " 前後の空白 ",
    "_x0041_",
    'カンマ,と"引用符"',
    "なし",
    "-",
    "1e5",
    "2026/11/3",
]


def round_trip(t: Table, record: Record, write: str) -> Record:
    frame = frame_of(t, [record])
    if write == "xlsx":
        data = export.to_xlsx({t: frame}, unmasked=True)
    else:
        data = export.to_csv(t, frame, unmasked=True)
        if write == "cp932":
            data = data.decode("utf-8-sig").encode("cp932")
    part = part_of(data)
    assert part.problems == ()
    (row,) = part.rows
    return row.record


NASTY_IN_CP932 = [text for text in NASTY if "𠮷" not in text and "\u202e" not in text]


@pytest.mark.parametrize(
    ("write", "text"),
    [
        *(("csv", text) for text in NASTY),
        *(("xlsx", text) for text in NASTY),
        *(("cp932", text) for text in NASTY_IN_CP932),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_every_text_comes_back_as_it_was(write, text):
    before = complaint(
        content=text, note=text, order_number=text, lot=text, customer_name=text
    )

    assert same(round_trip(COMPLAINTS, before, write), before)


def texts() -> st.SearchStrategy[str]:
    alphabet = st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"),
        st.sampled_from("=+-@'＝\t\n\u200b \u3000あ0"),
    )
    return st.text(alphabet, max_size=30).map(
        lambda text: "" if told.is_error_value(text) else text
    )


def values_of(t: Table) -> st.SearchStrategy[dict[str, Any]]:
    kinds = {
        "text": texts(),
        "integer": st.integers(1, 9),
        "decimal": st.integers(0, 1000).map(lambda n: n / 10),
        "date": st.dates(date(1950, 1, 1), date(2100, 1, 1)),
        "datetime": st.datetimes(
            datetime(1952, 1, 1), datetime(2100, 1, 1), timezones=st.just(clock.TOKYO)
        ).map(lambda moment: moment.replace(microsecond=0)),
    }
    chosen: dict[str, st.SearchStrategy[Any]] = {}
    for f in t.fields:
        if f.name in AUTOMATIC or f.column.refers or holds_made_id(f):
            continue
        if f.kind == "choice":
            chosen[f.name] = st.sampled_from(f.choices)
        elif f.kind == "choices":
            chosen[f.name] = st.lists(st.sampled_from(f.choices), unique=True).map(
                tuple
            )
        else:
            chosen[f.name] = kinds[f.kind]
    return st.fixed_dictionaries(chosen)


@pytest.mark.parametrize("write", ["csv", "xlsx"])
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(values=values_of(COMPLAINTS))
def test_every_complaint_comes_back_equal(write, values):
    content = values.pop("content").strip() or "x"
    before = complaint(**values, content=f"「{content}")

    assert same(round_trip(COMPLAINTS, before, write), before)


@pytest.mark.parametrize("write", ["csv", "xlsx"])
def test_a_whole_store_comes_back_equal(write, tmp_path: Path):
    """Every table at once, through a real store and back into an empty one."""
    stored = [
        complaint(product_code="A-01", contact="0312345678", people_involved=3),
        KpiDay(date=date(2026, 11, 1), centre="東京", offered=0, answered=0),
        KpiDay(date=date(2026, 11, 1), centre="自社", orders=10, shipments=9),
        Product(code="007", name="=危険な名前"),
        Centre(code="東京", name="東京センター", target_answer_rate=None),
    ]
    source = open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path / "a")
    target = open_store(f"sqlite:///{tmp_path / 'b.db'}", data=tmp_path / "b")
    try:
        source.commit(
            Commit("one", "試験", NOW, tuple(Insert(record) for record in stored))
        )
        frames = source.load().frames
        exported = {t: frames[t.code] for t in TABLES}
        if write == "xlsx":
            written = {"all.xlsx": export.to_xlsx(exported, unmasked=True)}
        else:
            written = {
                f"{t.tab}.csv": export.to_csv(t, frame, unmasked=True)
                for t, frame in exported.items()
                if t.code != "audit"
            }
        for name, data in written.items():
            file = files.read_file(name, data)
            shown = importing.preview(file, target.load().frames)
            assert shown.held_back == 0
            importing.apply(target, shown, who=SYSTEM, now=NOW)

        after = target.load().frames
        for t in TABLES:
            if t.code != "audit":
                kept = [name for name in frames[t.code] if name not in AUTOMATIC]
                pd.testing.assert_frame_equal(
                    after[t.code][kept].sort_index(), frames[t.code][kept].sort_index()
                )
    finally:
        source.close()
        target.close()


def test_an_apostrophe_typed_by_our_export_is_undone_after_excel_saved_it():
    """A CSV opened in Excel and saved as a workbook keeps our apostrophe."""
    rows = [["受付日時", "内容"], ["2026/11/20 9:05", "'=1+1"]]

    (row,) = part_of(book_of({"苦情台帳": rows})).rows

    assert row.record.content == "=1+1"
