"""What the store believes of a sheet that people change, break and take away."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from gspread.utils import rowcol_to_a1

from lib.errors import StoreHeld, StoreUnavailable
from lib.schema.audit import TAKEN_FOR_GONE
from lib.schema.centre_file import CENTRE_TABLES
from lib.schema.principal import Principal
from lib.schema.tables import TABLES, table
from lib.schema.vocab import Role
from lib.settings.install import SheetsSettings
from lib.store.live import LiveStore
from lib.store.log_search import LogQuery
from lib.store.sheets import watching
from lib.store.sheets.client import Limits, connected
from lib.store.sheets.provisioning import tab_number
from lib.store.sheets.store import SheetsStore
from tests.sheets_api import Emulator, Hand
from tests.store.places import FreeBudget
from tests.store.rows import change, complaint, kpi_day, read, saving
from tests.waiting import until

TAB = table("complaints").tab
KPIS = table("kpi_days").tab
TEN = [f"K-{number}" for number in range(10)]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def book(emulator: Emulator) -> str:
    return emulator.create()


@pytest.fixture
def hand(emulator: Emulator, book: str) -> Hand:
    return emulator.hand(book)


Opening = Callable[[], SheetsStore]


@pytest.fixture
def opening(emulator: Emulator, book: str, tmp_path: Path) -> Iterator[Opening]:
    """Give what opens the store once more on the same machine."""
    opened = []

    def opens() -> SheetsStore:
        client = connected(
            SheetsSettings(emulator.url, emulator.service_account()),
            FreeBudget(tmp_path),
            Limits(total=2.0, first_pause=0.01, longest_pause=0.02),
        )
        opened.append(SheetsStore(client, book, data=tmp_path))
        return opened[-1]

    yield opens
    for store in opened:
        store.close()


@pytest.fixture
def store(opening: Opening) -> SheetsStore:
    return opening()


@pytest.fixture
def ten(store: SheetsStore) -> SheetsStore:
    """Give the store with ten complaints, loaded."""
    store.commit(saving(*(complaint(key) for key in TEN)))
    store.load()
    return store


def cell_of(hand: Hand, tab: str, label: str, row: int = 2) -> str:
    return rowcol_to_a1(row, hand.read(tab, "1:1")[0].index(label) + 1)


def calls(emulator: Emulator) -> tuple[int, int]:
    return emulator.log.reads(), emulator.log.writes()


# Much is gone at once -----------------------------------------------------------


def test_the_last_good_rows_stay_while_many_are_gone(ten, hand):
    before = ten.load()
    hand.delete_rows(TAB, 2, 5)

    found = ten.refresh(before)

    assert len(found.frames["complaints"]) == 10
    (loss,) = found.held.losses
    assert (loss.tab, loss.vanished, loss.of) == (TAB, 4, 10)
    assert found.revision > before.revision


def test_nothing_is_written_while_much_is_gone(ten, hand, emulator):
    hand.delete_rows(TAB, 2, 5)
    ten.load()
    emulator.log.clear()

    with pytest.raises(StoreHeld):
        ten.commit(saving(complaint("K-new")))

    assert calls(emulator) == (0, 0)


def test_rows_that_come_back_end_the_hold(ten, hand):
    rows = hand.read(TAB, "2:5")
    hand.delete_rows(TAB, 2, 5)
    ten.load()
    hand.paste(TAB, "A8", rows)

    assert ten.load().held is None
    ten.commit(saving(complaint("K-new")))
    assert len(ten.load().frames["complaints"]) == 11


def test_a_confirmed_loss_is_the_new_state(ten, hand):
    hand.delete_rows(TAB, 2, 5)
    held = ten.load().held

    ten.confirm(held.token)

    found = ten.load()
    assert found.held is None
    assert len(found.frames["complaints"]) == 6
    ten.commit(saving(complaint("K-new")))


def test_who_confirmed_a_loss_stands_in_the_log_with_what_was_lost(ten, hand):
    live = LiveStore(ten)
    live.refreshed()
    hand.delete_rows(TAB, 2, 5)
    live.refreshed()
    chief = live.for_user(Principal("hanako@example.jp", "佐藤 花子", Role.ADMIN))

    chief.confirm(chief.held.token)

    rows = live.search_log(LogQuery(field_name=TAKEN_FOR_GONE)).rows
    assert rows[["actor", "table", "before", "after"]].values.tolist() == [
        ["佐藤 花子", "complaints", "10行", "6行"]
    ]


def test_another_loss_than_the_confirmed_one_stays_held(ten, hand):
    hand.delete_rows(TAB, 2, 5)
    token = ten.load().held.token
    hand.delete_rows(TAB, 2, 3)

    ten.confirm(token)

    assert ten.load().held.losses[0].vanished == 6


def test_the_same_loss_is_held_again_the_next_time(ten, hand):
    rows = hand.read(TAB, "2:5")
    hand.delete_rows(TAB, 2, 5)
    ten.confirm(ten.load().held.token)
    hand.paste(TAB, "A8", rows)
    ten.load()
    hand.delete_rows(TAB, 8, 11)

    assert ten.load().held.losses[0].vanished == 4


def test_a_lost_required_column_is_named(ten, hand):
    hand.delete_columns(TAB, hand.read(TAB, "1:1")[0].index("内容") + 1)

    (loss,) = ten.load().held.losses

    assert (loss.columns, loss.vanished) == (("内容",), 0)


def test_a_restart_forgets_no_loss(ten, hand, opening):
    hand.delete_rows(TAB, 2, 5)
    ten.load()

    again = opening().load()

    assert len(again.frames["complaints"]) == 10
    assert again.held.losses[0].vanished == 4


def test_a_loss_while_the_app_is_off_is_missed_too(ten, hand, opening):
    ten.close()
    hand.delete_rows(TAB, 2, 5)

    assert opening().load().held.losses[0].vanished == 4


# Another time zone --------------------------------------------------------------


def set_zone(hand: Hand, zone: str) -> None:
    properties = {"timeZone": zone}
    change = {"properties": properties, "fields": "timeZone"}
    hand.batch({"updateSpreadsheetProperties": change})


def test_nothing_is_written_in_another_time_zone(hand, opening):
    set_zone(hand, "America/New_York")
    store = opening()

    found = store.load()

    assert [p.typed for p in found.problems] == ["America/New_York"]
    assert found.held.zone is not None
    with pytest.raises(StoreHeld):
        store.commit(saving(complaint()))


def test_a_mended_time_zone_is_seen_within_a_minute(hand, opening, monkeypatch):
    set_zone(hand, "America/New_York")
    store = opening()
    store.load()
    set_zone(hand, "Asia/Tokyo")
    assert store.load().held is not None

    store._watch._checked_at -= watching.CHECKED_WHILE_OFF
    assert store.load().held is None
    store.commit(saving(complaint()))


def test_a_time_zone_that_changes_is_seen_within_ten_minutes(ten, hand, emulator):
    set_zone(hand, "Europe/Paris")
    emulator.log.clear()
    assert ten.load().held is None
    assert calls(emulator) == (1, 0)

    ten._watch._checked_at -= watching.CHECKED_EVERY
    assert ten.load().held is not None
    assert calls(emulator) == (3, 0)


def test_another_locale_is_told_and_blocks_nothing(hand, opening):
    change = {"properties": {"locale": "en_US"}, "fields": "locale"}
    hand.batch({"updateSpreadsheetProperties": change})
    store = opening()

    assert [p.typed for p in store.load().problems] == ["en_US"]
    store.commit(saving(complaint()))


# Starting without Google --------------------------------------------------------


def test_opening_calls_nobody(opening, emulator):
    with emulator.unreachable():
        store = opening()
        assert store.remembered() is None
        with pytest.raises(StoreUnavailable):
            store.load()
    store.load()


def test_a_restart_during_an_outage_shows_the_last_data(ten, opening, emulator):
    good = ten.load()
    with emulator.unreachable():
        kept = opening().remembered()

    assert kept.loaded_at >= good.loaded_at
    for code, frame in good.frames.items():
        pd.testing.assert_frame_equal(kept.frames[code], frame)


def test_what_is_remembered_is_for_its_owner_only(ten, tmp_path):
    (kept,) = tmp_path.glob("sheet-*.last")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize("spoil", [lambda b: b[:-20], lambda _b: b"", lambda _b: b"{}"])
def test_half_a_memory_is_none(ten, opening, tmp_path, spoil):
    (kept,) = tmp_path.glob("sheet-*.last")
    kept.write_bytes(spoil(kept.read_bytes()))

    store = opening()

    assert store.remembered() is None
    assert len(store.load().frames["complaints"]) == 10


def test_a_tab_renamed_while_the_app_was_off_is_found(ten, opening, hand):
    ten.close()
    hand.rename_tab(TAB, "ご意見")

    store = opening()

    row = read(store.load(), "complaints", "K-1")
    store.commit(saving(change(row, content="x")))
    assert "ご意見" in hand.tabs()
    assert TAB not in hand.tabs()


def test_another_machine_finds_a_renamed_tab_by_its_number(
    ten, opening, hand, tmp_path
):
    hand.rename_tab(TAB, "ご意見")
    for kept in tmp_path.glob("sheet-*.last"):
        kept.unlink()

    assert len(opening().load().frames["complaints"]) == 10
    assert TAB not in hand.tabs()


def test_a_tab_made_anew_under_the_old_name_is_another(ten, opening, hand):
    ten.close()
    hand.delete_tab(TAB)
    hand.add_tab(TAB)

    found = opening().load()

    assert len(found.frames["complaints"]) == 10
    assert found.held.losses[0].vanished == 10
    assert [p.table for p in found.problems] == ["complaints"]


def test_a_confirmed_new_tab_takes_the_place_of_the_deleted_one(ten, opening, hand):
    labels = hand.read(TAB, "1:1")
    hand.delete_tab(TAB)
    hand.add_tab(TAB)
    hand.paste(TAB, "A1", labels)
    store = opening()

    store.confirm(store.load().held.token)
    store.commit(saving(complaint("K-new")))

    assert list(store.load().frames["complaints"].index) == ["K-new"]


def test_opening_an_old_spreadsheet_anew_costs_one_look_and_one_load(
    ten, opening, emulator
):
    emulator.log.clear()
    opening().load()
    assert emulator.log.writes() == 0
    assert emulator.log.reads() <= 3


def test_every_tab_has_a_number_of_its_own():
    codes = [item.code for item in TABLES] + ["_sys"]
    assert len({tab_number(code) for code in codes}) == len(codes)


# Formulas that are not computed yet ---------------------------------------------


@pytest.fixture
def kpi(store: SheetsStore) -> SheetsStore:
    store.commit(saving(kpi_day("A")))
    store.load()
    return store


def test_a_formula_that_loads_gets_a_second_look(kpi, hand, emulator):
    cell = cell_of(hand, KPIS, "着信数")
    hand.type(KPIS, cell, "Loading...")
    kpi._watch._pause = lambda _seconds: hand.type(KPIS, cell, "7")
    emulator.log.clear()

    found = kpi.load().frames["kpi_days"]

    assert found["offered"].tolist() == [7]
    assert emulator.log.reads() == 2


def test_what_still_loads_is_bad_and_is_not_asked_for_again(kpi, hand, emulator):
    hand.type(KPIS, cell_of(hand, KPIS, "着信数"), "Loading...")
    kpi._watch._pause = lambda _seconds: None
    kpi.load()
    emulator.log.clear()

    found = kpi.load()

    assert found.frames["kpi_days"]["offered"].isna().all()
    assert found.statuses["status"].tolist() == ["bad"]
    assert emulator.log.reads() == 1


# A spreadsheet with few tables ---------------------------------------------------


@pytest.fixture
def of_a_centre(emulator: Emulator, book: str, tmp_path: Path) -> Iterator[SheetsStore]:
    """Give the store on a centre's own spreadsheet."""
    client = connected(
        SheetsSettings(emulator.url, emulator.service_account()), FreeBudget(tmp_path)
    )
    made = SheetsStore(client, book, data=tmp_path, tables=CENTRE_TABLES)
    yield made
    made.close()


def test_a_centres_file_has_its_own_tabs_and_columns_only(of_a_centre, hand):
    of_a_centre.load()

    assert set(hand.tabs()) >= {kind.tab for kind in CENTRE_TABLES}
    assert "苦情台帳" not in hand.tabs()
    assert "受注件数" not in hand.read(KPIS, "1:1")[0]


def test_a_centres_file_takes_days_and_reports_with_their_log(of_a_centre, hand):
    of_a_centre.commit(saving(kpi_day("A", offered=3), complaint("K-1")))

    found = of_a_centre.load()

    assert found.frames["kpi_days"]["offered"].tolist() == [3]
    assert list(found.frames["complaints"].index) == ["K-1"]
    assert found.frames["members"].empty
    assert not found.problems
    assert len(of_a_centre.audit("complaints", "K-1")) == 1


# Rows laid out ahead ------------------------------------------------------------


def test_a_laid_out_day_is_filled_and_no_row_is_added(store, hand):
    store.load()
    hand.type(KPIS, cell_of(hand, KPIS, "日付"), "2026/11/21")
    hand.type(KPIS, cell_of(hand, KPIS, "センターコード"), "A")
    assert store.load().frames["kpi_days"].empty

    store.commit(saving(kpi_day("A", offered=3)))

    assert store.load().frames["kpi_days"]["offered"].tolist() == [3]
    assert len(hand.read(KPIS, "1:9")) == 2


# Codes that the sheet turned into numbers ---------------------------------------


def test_a_code_that_became_a_day_reads_as_it_is_shown(ten, hand, emulator):
    cell = cell_of(hand, TAB, "注文番号")
    hand.type(TAB, cell, "1-2")
    shown = hand.read(TAB, cell)[0][0]
    assert isinstance(
        emulator.values(hand.book_id, f"{TAB}!{cell}")[0][0], (int, float)
    )
    emulator.log.clear()

    found = ten.load()

    assert found.frames["complaints"].iloc[0]["order_number"] == shown
    assert found.statuses["status"].tolist() == ["doubtful"]
    assert [(p.row, p.typed) for p in found.problems] == [(2, shown)]
    assert emulator.log.reads() == 2


def test_a_code_that_was_asked_for_is_not_asked_for_again(ten, hand, emulator):
    hand.type(TAB, cell_of(hand, TAB, "注文番号"), "1-2")
    first = ten.load()
    hand.type(TAB, cell_of(hand, TAB, "内容", row=5), "書き直した")
    emulator.log.clear()

    again = ten.load()

    assert emulator.log.reads() == 1
    one, other = (s.frames["complaints"]["order_number"] for s in (first, again))
    assert one.tolist() == other.tolist()
    assert again.statuses["status"].tolist() == ["doubtful"]


def test_a_plain_number_among_codes_stays_what_it_is(ten, hand):
    hand.type(TAB, cell_of(hand, TAB, "注文番号"), "100234")

    found = ten.load().frames["complaints"]

    assert found.iloc[0]["order_number"] == "100234"


def test_a_row_that_moves_between_the_two_reads_is_not_mistaken(ten, hand):
    hand.type(TAB, cell_of(hand, TAB, "注文番号"), "1-2")
    ask = ten._client.values

    def moving(*arguments, **options):
        if options.get("as_shown"):
            hand.insert_rows(TAB, 2)
        return ask(*arguments, **options)

    ten._client.values = moving
    found = ten.load().frames["complaints"]
    assert found.iloc[0]["order_number"].isdigit()

    ten._client.values = ask
    assert not ten.load().frames["complaints"].iloc[0]["order_number"].isdigit()


# Many who look ------------------------------------------------------------------


def test_forty_sessions_cost_one_read_each_interval(ten, emulator):
    live = LiveStore(ten, every_seconds=0.3)
    live.keep_fresh()
    live.snapshot()
    until(lambda: live.problem is None and emulator.log.reads() > 0)
    emulator.log.clear()
    start = time.monotonic()

    def look(_session: int) -> None:
        while time.monotonic() - start < 2.0:
            live.snapshot()
            time.sleep(0.01)

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(look, range(40)))
    reads, spent = emulator.log.reads(), time.monotonic() - start
    live._keeper.stop()

    assert 2 <= reads <= spent / 0.3 + 1
    assert emulator.log.writes() == 0
