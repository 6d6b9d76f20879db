"""Texts reach the sheet as they are, and none of them fails a save."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lib.schema.tables import table
from lib.store.sheets.store import SheetsStore
from lib.store.sheets.writing import CUT
from lib.text import LONGEST_TEXT
from tests.sheets_api import Emulator
from tests.store.places import Place, sheet_place
from tests.store.rows import change, complaint, read, saving
from tests.store.sheets.bare import bare

TAB = table("complaints").tab


@pytest.fixture(scope="module")
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
    return opened


RISKY = [
    "=1+1",
    '=IMPORTXML("https://example.com")',
    "+81312345678",
    "-5",
    "@名前",
    "'1",
    "2026/11/21",
    "TRUE",
    "007",
    "#N/A です",
    "一行目\n二行目\t字下げ",
]


@pytest.mark.parametrize("text", RISKY)
def test_a_text_stays_a_text(store, emulator, place, text):
    store.commit(saving(complaint("K-1", content=text)))
    row = read(store, "complaints", "K-1")
    store.commit(saving(change(row, open_questions=text)))

    stored = read(store, "complaints", "K-1")
    assert (stored.content, stored.open_questions) == (text, text)
    shown = emulator.hand(place.url.removeprefix("gsheet://")).read(TAB, "2:2")[0]
    assert text in shown


def test_emoji_beyond_what_a_cell_counts_are_cut_and_told(store):
    receipt = store.commit(saving(complaint("K-1", content="😀" * 30_000)))

    assert receipt.notes == (CUT,)
    assert read(store, "complaints", "K-1").content == "😀" * (LONGEST_TEXT // 2)
    assert receipt.records["complaints", "K-1"].content == "😀" * (LONGEST_TEXT // 2)


def test_the_longest_text_is_not_cut(store):
    receipt = store.commit(saving(complaint("K-1", content="長" * LONGEST_TEXT)))

    assert receipt.notes == ()
    assert read(store, "complaints", "K-1").content == "長" * LONGEST_TEXT


def test_a_change_that_is_cut_can_be_changed_again(store):
    store.commit(saving(complaint("K-1")))
    row = read(store, "complaints", "K-1")
    store.commit(saving(change(row, content="a" + "😀" * 30_000)))

    cut = read(store, "complaints", "K-1")
    store.commit(saving(change(cut, content="短く")))

    assert read(store, "complaints", "K-1").content == "短く"


def test_control_characters_are_left_out(store):
    store.commit(saving(complaint("K-1", content="a\x07b\x00c\r\nd")))

    assert read(store, "complaints", "K-1").content == "abc\nd"
