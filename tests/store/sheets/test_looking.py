"""The look before a write: no wider than it must be, and never wrong for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gspread.utils import rowcol_to_a1

from lib.errors import ActionRefused, Conflict, NotAllowed
from lib.schema.tables import table
from lib.store.sheets.store import SheetsStore
from tests.sheets_api import Emulator, Hand
from tests.store.places import Place, sheet_place
from tests.store.rows import change, complaint, kpi_day, read, saving
from tests.store.sheets.bare import bare
from tests.store.sheets.test_store import before_the_write, calls

TAB = table("complaints").tab
MANY = 400
ROWS = f"A2:{rowcol_to_a1(MANY + 1, len(table('complaints').fields))}"


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
    """Return a store with cases K-1 to K-400 in rows 2 to 401."""
    opened = bare(place)
    opened.load()
    rows = [complaint(f"K-{n}", content=f"内容{n}") for n in range(1, MANY + 1)]
    opened.commit(saving(*rows))
    opened.load()
    return opened


@pytest.fixture
def hand(emulator: Emulator, place: Place) -> Hand:
    return emulator.hand(place.url.removeprefix("gsheet://"))


def id_column(store: SheetsStore) -> int:
    """Return the number, from 1, of the column with the ids."""
    known = store._watch.known().tabs["complaints"]
    return known.read.header.columns["id"] + 1


def sizes_of_looks(store: SheetsStore) -> list[int]:
    """Note how many bytes each further look brings back."""
    found = []
    send = store._client.request

    def request(method, endpoint, params=None, **rest):
        answer = send(method, endpoint, params=params, **rest)
        if method == "get" and "ranges" in (params or {}) and "values" not in endpoint:
            found.append(len(answer.content))
        return answer

    store._client.request = request
    return found


def test_a_look_brings_a_window_and_not_the_tab(store):
    row = read(store, "complaints", "K-200")
    sizes = sizes_of_looks(store)

    store.commit(saving(change(row, content="x")))
    narrow = sizes.pop()
    whole = store._writer._look({"complaints": None})

    assert len(whole.tabs["complaints"].read.frame) == MANY
    assert narrow < sizes.pop() / 2


def test_a_row_that_moved_far_costs_one_more_read(store, hand, emulator):
    row = read(store, "complaints", "K-350")
    hand.insert_rows(TAB, 2, 150)
    emulator.log.clear()

    store.commit(saving(change(row, content="x")))

    assert calls(emulator) == (2, 1)
    assert read(store, "complaints", "K-350").content == "x"
    assert len(store.load().frames["complaints"]) == MANY


def test_a_sorted_tab_is_written_where_the_row_stands_now(store, hand):
    row = read(store, "complaints", "K-3")
    hand.sort(TAB, ROWS, id_column(store), descending=True)

    store.commit(saving(change(row, content="x")))

    snapshot = store.load()
    assert read(snapshot, "complaints", "K-3").content == "x"
    others = snapshot.frames["complaints"]["content"].drop("K-3")
    assert all(f"K-{text[2:]}" == key for key, text in others.items())


def test_a_far_twin_stops_the_write(store, hand):
    row = read(store, "complaints", "K-5")
    hand.type(TAB, rowcol_to_a1(390, id_column(store)), "K-5")

    with pytest.raises(ActionRefused):
        store.commit(saving(change(row, content="x")))


def test_a_row_typed_since_the_last_load_is_found(store, place, emulator):
    other = bare(place)
    other.load()
    other.commit(saving(complaint("K-new", content="よそから")))
    row = read(other, "complaints", "K-new")

    store.commit(saving(change(row, content="x")))

    assert read(store, "complaints", "K-new").content == "x"


def test_a_row_that_went_is_no_longer_written(store, hand):
    row = read(store, "complaints", "K-5")
    hand.delete_rows(TAB, 6)

    with pytest.raises(NotAllowed):
        store.commit(saving(change(row, content="x")))


@pytest.mark.parametrize("act", ["column", "title"])
def test_a_new_layout_is_read_as_a_whole(store, hand, act):
    row = read(store, "complaints", "K-5")
    if act == "column":
        hand.insert_columns(TAB, 1)
    else:
        hand.insert_rows(TAB, 1, 3)

    store.commit(saving(change(row, content="x")))

    assert read(store, "complaints", "K-5").content == "x"


def test_a_shorter_grid_is_no_error(store, hand):
    row = read(store, "complaints", "K-400")
    hand.delete_rows(TAB, 2, 61)

    store.commit(saving(change(row, content="x")))

    assert read(store, "complaints", "K-400").content == "x"


def test_a_row_hit_far_from_the_window_gets_back_what_it_held(store, hand):
    row = read(store, "complaints", "K-100")
    column = id_column(store)
    before_the_write(store, lambda: hand.sort(TAB, ROWS, column, descending=True))

    store.commit(saving(change(row, content="x")))

    snapshot = store.load()
    assert read(snapshot, "complaints", "K-100").content == "x"
    others = snapshot.frames["complaints"]["content"].drop("K-100")
    assert all(f"K-{text[2:]}" == key for key, text in others.items())


def test_a_day_that_stands_since_the_last_load_is_a_conflict(store, place):
    other = bare(place)
    other.load()
    other.commit(saving(kpi_day("A", offered=3)))

    with pytest.raises(Conflict) as raised:
        store.commit(saving(kpi_day("A", offered=4)))

    assert raised.value.theirs["offered"] == 3


def test_commits_of_others_are_known_from_the_end_of_the_books(store, place):
    other = bare(place)
    other.load()
    commit = saving(kpi_day("A", offered=3))
    other.commit(commit)

    assert store.commit(commit).repeated
