"""Rows laid out ahead are filled where they stand; others go right below the data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gspread.utils import rowcol_to_a1

from lib.errors import Conflict
from lib.schema.tables import table
from lib.store.sheets.store import SheetsStore
from tests.sheets_api import Emulator, Hand
from tests.store.places import Place, sheet_place
from tests.store.rows import change, complaint, kpi_day, read, saving
from tests.store.sheets.bare import bare
from tests.store.sheets.test_store import before_the_write, calls

DAYS = table("kpi_days")
CASES = table("complaints").tab


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    running.log.clear()
    return running


@pytest.fixture
def place(emulator: Emulator, tmp_path) -> Iterator[Place]:
    made = sheet_place(emulator, tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def store(place: Place) -> SheetsStore:
    opened = bare(place)
    opened.load()
    return opened


@pytest.fixture
def hand(emulator: Emulator, place: Place) -> Hand:
    return emulator.hand(place.url.removeprefix("gsheet://"))


def column(hand: Hand, tab: str, label: str) -> str:
    """Return the letter of the column with that header."""
    return letter(hand.read(tab, "1:1")[0].index(label) + 1)


def letter(number: int) -> str:
    """Return the letters of a column by its number from 1."""
    return rowcol_to_a1(1, number)[:-1]


@pytest.fixture
def month(store, hand):
    """Lay out three days of centre A, with a formula for a share in a new column."""
    day = column(hand, DAYS.tab, DAYS.field("date").label)
    centre = column(hand, DAYS.tab, DAYS.field("centre").label)
    offered = column(hand, DAYS.tab, DAYS.field("offered").label)
    last = len(hand.read(DAYS.tab, "1:1")[0])
    hand.insert_columns(DAYS.tab, last)
    share = letter(last)
    hand.type(DAYS.tab, f"{share}1", "応答率")
    for row, date in enumerate(["2026/11/21", "2026/11/22", "2026/11/23"], start=2):
        hand.type(DAYS.tab, f"{day}{row}", date)
        hand.type(DAYS.tab, f"{centre}{row}", "A")
        hand.type(DAYS.tab, f"{share}{row}", f'=IF({offered}{row}="","",1)')
    store.load()
    return share


def test_a_day_fills_the_row_laid_out_for_it(store, hand, emulator, month):
    emulator.log.clear()

    store.commit(saving(kpi_day("A", 1, offered=7, note="晴れ")))

    assert calls(emulator) == (1, 1)
    assert len(hand.read(DAYS.tab, "A1:Z9")) == 4
    row = read(store, "kpi_days", "2026-11-22|A")
    assert (row.offered, row.note, row.version) == (7, "晴れ", 1)
    assert hand.read(DAYS.tab, f"{month}3") == [["1"]]


def test_a_filled_row_is_a_conflict_and_no_longer_laid_out(store, month):
    store.commit(saving(kpi_day("A", 1, offered=7)))

    with pytest.raises(Conflict):
        store.commit(saving(kpi_day("A", 1, offered=8)))

    assert read(store, "kpi_days", "2026-11-22|A").offered == 7


def test_a_day_that_nobody_laid_out_goes_below(store, month):
    store.commit(saving(kpi_day("B", 1, offered=9)))

    assert read(store, "kpi_days", "2026-11-22|B").offered == 9
    store.commit(saving(change(read(store, "kpi_days", "2026-11-22|B"), note="x")))


def test_a_laid_out_row_that_moves_is_filled_where_it_stands(store, hand, month):
    before_the_write(store, lambda: hand.insert_rows(DAYS.tab, 2))

    store.commit(saving(kpi_day("A", 1, offered=7)))

    snapshot = store.load()
    assert read(snapshot, "kpi_days", "2026-11-22|A").offered == 7
    filled = snapshot.frames["kpi_days"]["offered"].dropna()
    assert filled.to_dict() == {"2026-11-22|A": 7}


def test_rows_go_right_below_the_data_whatever_looks_blank_rows_have(store, hand):
    number = hand._sheet_id(CASES)
    blank = {"sheetId": number, "startRowIndex": 1, "endRowIndex": 150}
    rule = {"condition": {"type": "BOOLEAN"}}
    looks = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    hand.batch(
        {"setDataValidation": {"range": blank | {"endColumnIndex": 3}, "rule": rule}},
        {"repeatCell": {"range": blank, "cell": looks, "fields": "userEnteredFormat"}},
    )

    store.commit(saving(complaint("K-1", content="箱")))
    store.commit(saving(complaint("K-2", content="袋")))

    assert store.load().where["complaints"].rows.tolist() == [2, 3]
