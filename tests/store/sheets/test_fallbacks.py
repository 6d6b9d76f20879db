"""The store where one of Google's documented promises does not hold.

The whole contract of `tests/store/contract/test_commit.py` runs once for each of them.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib import clock
from lib.errors import Conflict
from lib.schema.tables import table
from lib.store.sheets.faults import RequestRefused
from lib.store.sheets.promises import Probed, remember
from lib.store.sheets.store import SheetsStore
from tests.sheets_api import Emulator, Hand
from tests.store.contract import test_commit
from tests.store.contract.test_commit import *  # noqa: F403 - the contract, held again
from tests.store.places import Place, sheet_place
from tests.store.rows import change, complaint, kpi_day, read, saving
from tests.store.sheets.bare import bare


def held_again(test: types.FunctionType) -> types.FunctionType:
    """Return a test of the contract as one that only the long proof runs."""
    copied = types.FunctionType(
        test.__code__, test.__globals__, test.__name__, None, test.__closure__
    )
    marks = [*getattr(test, "pytestmark", []), pytest.mark.slow.mark]
    copied.__dict__.update(test.__dict__ | {"pytestmark": marks})
    return copied


for _name, _test in vars(test_commit).items():
    if _name.startswith("test_"):
        globals()[_name] = held_again(_test)


BROKEN = {
    "refuses_reuse": "ids_may_repeat",
    "all_or_nothing": "partial_batches",
    "shows_cells": "no_sheet_in_response",
    "appends_below": "append_below_looks",
}
"""Switch of the emulator by the promise that it breaks."""
CASES = table("complaints").tab


def known_broken(place: Place, promise: str) -> None:
    """Leave what a probe would have found."""
    id_ = place.url.removeprefix("gsheet://")
    remember(place.data, id_, Probed(clock.now(), {promise: False}))


@pytest.fixture(params=BROKEN)
def place(request, tmp_path) -> Iterator[Place]:
    """Give a spreadsheet whose Google breaks one promise, as a probe has seen."""
    with Emulator() as emulator:
        emulator.quirks.set(**{BROKEN[request.param]: True})
        made = sheet_place(emulator, tmp_path / "data")
        known_broken(made, request.param)
        made.emulator = emulator
        made.broken = request.param
        yield made
        made.close()


@pytest.fixture
def store_factory(place):
    return lambda: bare(place)


@pytest.fixture
def store(place: Place) -> SheetsStore:
    opened = bare(place)
    opened.load()
    return opened


@pytest.fixture
def hand(place: Place) -> Hand:
    return place.emulator.hand(place.url.removeprefix("gsheet://"))


@pytest.fixture
def twin(place: Place) -> Iterator[SheetsStore]:
    """Return the same store on another machine."""
    other = replace_data(place)
    opened = bare(other)
    opened.load()
    yield opened
    other.close()


def replace_data(place: Place) -> Place:
    other = Place(place.url, place.data.parent / "other")
    other.data.mkdir()
    for path in place.data.glob("sheets-*"):
        if path.is_file():
            (other.data / path.name).write_bytes(path.read_bytes())
    known_broken(other, place.broken)
    return other


def test_two_machines_lose_nothing(store, twin):
    store.commit(saving(kpi_day("A", note="")))
    stores = [store, twin]

    def add(who: int) -> None:
        for number in range(3):
            while True:
                row = read(stores[who], "kpi_days", "2026-11-21|A")
                longer = f"{row.note} {who}.{number}"
                try:
                    stores[who].commit(saving(change(row, note=longer)))
                except Conflict:
                    continue
                break

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, range(2)))

    words = read(store, "kpi_days", "2026-11-21|A").note.split()
    assert sorted(words) == sorted(f"{w}.{n}" for w in range(2) for n in range(3))


def test_a_write_that_hits_another_row_is_put_right(store, hand):
    keys = ["K-1", "K-2", "K-3"]
    store.commit(saving(*(complaint(key, content=f"{key} の内容") for key in keys)))
    rows = [read(store, "complaints", key) for key in keys]
    before_the_write_of_cells(store, lambda: hand.insert_rows(CASES, 2))

    receipt = store.commit(saving(change(rows[1], content="直した")))

    snapshot = store.load()
    assert receipt.notes
    assert read(snapshot, "complaints", "K-2").content == "直した"
    assert read(snapshot, "complaints", "K-1") == rows[0]
    assert read(snapshot, "complaints", "K-3") == rows[2]


def before_the_write_of_cells(store, act):
    """Let a person act once before the next batch that changes cells of rows."""
    send = store._client.change
    acts = [act]

    def change_after_the_act(spreadsheet, body, *rest):
        if acts and any("updateCells" in request for request in body["requests"]):
            acts.pop()()
        return send(spreadsheet, body, *rest)

    store._client.change = change_after_the_act


def test_new_rows_stand_right_below_the_data(store, hand):
    number = hand._sheet_id(CASES)
    blank = {"sheetId": number, "startRowIndex": 1, "endRowIndex": 150}
    looks = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    hand.batch(
        {"repeatCell": {"range": blank, "cell": looks, "fields": "userEnteredFormat"}}
    )
    store.load()

    store.commit(saving(complaint("K-1")))
    store.commit(saving(complaint("K-2"), complaint("K-3")))

    assert store.load().where["complaints"].rows.tolist() == [2, 3, 4]


def test_a_full_grid_grows(store, hand):
    hand.delete_rows(CASES, 3, 200)
    store.commit(saving(complaint("K-1")))

    store.commit(saving(*(complaint(f"K-{n}") for n in range(2, 8))))

    assert len(store.load().frames["complaints"]) == 7


@pytest.mark.parametrize("fault", ["500", "reset"])
@pytest.mark.parametrize("applied", [True, False])
def test_a_write_without_answer_is_applied_once(store, place, fault, applied):
    place.emulator.faults.add(fault, on="spreadsheets.batchUpdate", applied=applied)
    commit = saving(complaint("K-9"))

    try:
        store.commit(commit)
    except Exception:  # noqa: BLE001 - the outbox would try again, as we do here
        store.commit(commit)

    assert len(store.load().frames["complaints"]) == 1
    assert len(store.audit("complaints", "K-9")) == 1


def test_what_a_refused_batch_left_is_taken_back(store, place):
    store.commit(saving(complaint("K-1", content="前")))
    row = read(store, "complaints", "K-1")
    send = store._client.change
    spoil = [True]

    def change_spoilt(spreadsheet, body, *rest):
        if spoil and any("updateCells" in request for request in body["requests"]):
            spoil.pop()
            bad = {"deleteSheet": {"sheetId": 4242}}
            body = {**body, "requests": [*body["requests"], bad]}
        return send(spreadsheet, body, *rest)

    store._client.change = change_spoilt

    with pytest.raises(RequestRefused):
        store.commit(saving(change(row, content="後"), complaint("K-2")))

    snapshot = store.load()
    assert read(snapshot, "complaints", "K-1") == row
    assert list(snapshot.frames["complaints"].index) == ["K-1"]


def test_a_probe_that_found_everything_in_order_changes_nothing(tmp_path):
    with Emulator() as emulator:
        place = sheet_place(emulator, tmp_path / "data")
        id_ = place.url.removeprefix("gsheet://")
        remember(place.data, id_, Probed(clock.now(), dict.fromkeys(BROKEN, True)))
        store = bare(place)
        store.load()
        emulator.log.clear()
        store.commit(saving(complaint("K-1")))
        place.close()
        assert (emulator.log.reads(), emulator.log.writes()) == (0, 1)
