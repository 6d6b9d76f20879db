"""Old books and claims go; what they promise stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lib import clock
from lib.errors import Conflict
from lib.store.sheets import books as book_keeping
from lib.store.sheets import cleaning
from lib.store.sheets.store import SheetsStore
from tests.sheets_api import Emulator, Hand
from tests.store.places import Place, sheet_place
from tests.store.rows import change, complaint, kpi_day, read, saving
from tests.store.sheets.bare import bare
from tests.store.sheets.test_store import before_the_write

FEW = 5


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def place(emulator: Emulator, tmp_path, monkeypatch) -> Iterator[Place]:
    monkeypatch.setattr(book_keeping, "KEPT", FEW)
    monkeypatch.setattr(cleaning, "KEPT", FEW)
    made = sheet_place(emulator, tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def store(place: Place) -> SheetsStore:
    opened = bare(place)
    opened.load()
    return opened


@pytest.fixture
def twin(place: Place) -> Iterator[SheetsStore]:
    """Return the same store on another machine."""
    other = replace(place, data=place.data.parent / "other", opened=[])
    other.data.mkdir()
    for path in place.data.glob("sheets-*"):
        if path.is_file():
            (other.data / path.name).write_bytes(path.read_bytes())
    opened = bare(other)
    opened.load()
    yield opened
    other.close()


@pytest.fixture
def hand(emulator: Emulator, place: Place) -> Hand:
    return emulator.hand(place.url.removeprefix("gsheet://"))


def clean(store: SheetsStore) -> None:
    """Let ten minutes pass for the cleaner and write once more."""
    store._writer._cleaner._cleaned_at -= 601
    store.commit(saving(complaint()))


def test_old_books_go_and_the_revision_never_goes_back(store, hand):
    for number in range(4):
        day = clock.at(clock.date(2026, 8, 1 + number), 12)
        store.commit(saving(complaint(), at=day))
    for _ in range(FEW):
        store.commit(saving(complaint(), at=clock.now()))
    before = store.load()

    clean(store)

    rows = hand.read("_sys", "A1:C50")
    assert len(rows) == 1 + FEW + 1
    after = store.load()
    assert after.revision == before.revision + 1
    assert store._watch.known().books.taken_away == 4


def test_another_process_goes_on_from_books_that_were_cut(store, twin):
    for number in range(9):
        day = clock.at(clock.date(2026, 8, 1 + number), 12)
        store.commit(saving(complaint(f"K-{number}"), at=day))
    row = read(twin, "complaints", "K-8")
    last = saving(change(row, content="x"))
    store.commit(last)
    clean(store)

    assert twin.commit(last).repeated
    assert twin.load().revision == store.load().revision


def test_books_within_thirty_days_stay(store, hand):
    for _ in range(2 * FEW):
        store.commit(saving(complaint(), at=clock.now()))

    clean(store)

    assert len(hand.read("_sys", "A1:C50")) == 2 * FEW + 2


# Who touches the same rows as a large commit ---------------------------------------


def test_a_large_change_and_a_single_one_exclude_each_other(store, twin):
    keys = [f"K-{n}" for n in range(250)]
    store.commit(saving(*(complaint(key, content="前") for key in keys)))
    snapshot = store.load()
    rows = [read(snapshot, "complaints", key) for key in keys]
    twin.load()
    one = saving(change(rows[7], content="一件の直し"))
    before_the_write(store, lambda: twin.commit(one))

    with pytest.raises(Conflict) as raised:
        store.commit(saving(*(change(row, content="まとめて") for row in rows)))

    assert [clash.theirs for clash in raised.value.fields] == ["一件の直し"]
    assert read(store, "complaints", "K-7").content == "一件の直し"
    assert read(store, "complaints", "K-8").content == "前"


def test_many_days_and_one_of_them_are_not_made_twice(store, twin):
    many = [kpi_day("A", n, offered=1) for n in range(250)]
    one = saving(kpi_day("A", 7, offered=2))
    before_the_write(store, lambda: twin.commit(one))

    with pytest.raises(Conflict):
        store.commit(saving(*many))

    assert len(store.load().frames["kpi_days"]) == 1


def test_the_same_fill_twice_at_once_happens_once(store, twin):
    cases = [complaint(f"K-{n}") for n in range(250)]
    before_the_write(store, lambda: twin.commit(saving(*cases)))

    with pytest.raises(Conflict):
        store.commit(saving(*cases))

    assert len(store.load().frames["complaints"]) == 250
