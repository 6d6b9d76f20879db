"""A person changes a cell between the store's look and its write into that very cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from lib.errors import Conflict
from lib.schema.tables import table
from lib.store.sheets.mending import LOGGED_REASON
from lib.store.sheets.sending import PUT_RIGHT
from lib.store.sheets.store import SheetsStore
from tests.sheets_api import Emulator, Hand
from tests.sheets_api.a1 import column_name
from tests.store.places import Place, sheet_place
from tests.store.rows import change, complaint, read, saving
from tests.store.sheets.bare import bare

TAB = table("complaints").tab
LOT = table("complaints").field("lot").label


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def place(emulator: Emulator, tmp_path) -> Iterator[Place]:
    made = sheet_place(emulator, tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def store(place: Place) -> SheetsStore:
    opened = bare(place)
    opened.load()
    opened.commit(saving(*(complaint(f"K-{n}", lot=str(n)) for n in range(1, 10))))
    return opened


@pytest.fixture
def hand(emulator: Emulator, place: Place) -> Hand:
    return emulator.hand(place.url.removeprefix("gsheet://"))


def cell(hand: Hand, label: str, row: int) -> str:
    return f"{column_name(hand.read(TAB, '1:1')[0].index(label))}{row}"


def between(store: SheetsStore, act: Callable[[], object]) -> None:
    """Let a person act once, between the store's look and its next write."""
    send = store._client.change
    acts = [act]

    def change_after_the_act(*arguments):
        while acts:
            acts.pop()()
        return send(*arguments)

    store._client.change = change_after_the_act


def test_what_was_typed_into_the_same_cell_comes_back_and_is_told(store, hand):
    row = read(store, "complaints", "K-1")
    between(store, lambda: hand.type(TAB, cell(hand, LOT, 2), "人"))

    with pytest.raises(Conflict) as told:
        store.commit(saving(change(row, lot="アプリ", order_number="7")))

    assert [field.theirs for field in told.value.fields] == ["人"]
    stands = read(store, "complaints", "K-1")
    assert (stands.lot, stands.order_number, stands.version) == ("人", "", 1)


def test_a_save_that_was_taken_back_leaves_no_trace_and_may_come_again(store, hand):
    row = read(store, "complaints", "K-1")
    save = saving(change(row, lot="アプリ"), complaint("K-10"))
    between(store, lambda: hand.type(TAB, cell(hand, LOT, 2), "人"))
    with pytest.raises(Conflict):
        store.commit(save)

    assert "K-10" not in store.load().frames["complaints"].index
    log = store.load().frames["audit"]
    assert set(log[log["commit_id"] == save.id]["reason"]) == {LOGGED_REASON}

    hand.type(TAB, cell(hand, LOT, 2), "1")
    receipt = store.commit(save)
    assert not receipt.repeated
    assert read(store, "complaints", "K-1").lot == "アプリ"
    assert read(store, "complaints", "K-10").id == "K-10"


def test_what_was_typed_into_a_cell_that_a_mis_hit_replaced_comes_back(store, hand):
    row = read(store, "complaints", "K-2")

    def insert_and_type():
        hand.insert_rows(TAB, 2)
        hand.type(TAB, cell(hand, LOT, 3), "人")

    between(store, insert_and_type)
    receipt = store.commit(saving(change(row, lot="アプリ")))

    assert receipt.notes == (PUT_RIGHT,)
    assert read(store, "complaints", "K-1").lot == "人"
    assert read(store, "complaints", "K-2").lot == "アプリ"


def test_a_new_row_saved_with_a_mis_hit_stands_once(store, hand):
    row = read(store, "complaints", "K-2")
    between(store, lambda: hand.insert_rows(TAB, 2))

    receipt = store.commit(saving(change(row, lot="アプリ"), complaint("K-10")))

    assert set(receipt.records) == {("complaints", "K-2"), ("complaints", "K-10")}
    assert list(store.load().frames["complaints"].index) == [
        f"K-{n}" for n in range(1, 11)
    ]
    made = store.audit("complaints", "K-10")
    assert len(made) == 1
