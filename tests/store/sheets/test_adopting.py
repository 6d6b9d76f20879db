"""Rows without a number, copies and cells: written only where they still look so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from gspread.utils import rowcol_to_a1

from lib import clock
from lib.errors import ActionRefused
from lib.schema.activity import Activity
from lib.schema.ids import new_commit_id
from lib.schema.tables import table
from lib.schema.vocab import AuditRoute, Source
from lib.store.looks import looks_of
from lib.store.protocol import Mended, Mending, RowMend
from lib.store.sheets.promises import Promises
from lib.store.sheets.store import SheetsStore
from tests.sheets_api import Emulator, Hand
from tests.sheets_api.faults import parse_fault
from tests.store.places import Place, sheet_place
from tests.store.rows import complaint, kpi_day, saving
from tests.store.sheets.bare import bare

TAB = table("complaints").tab
NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)

BROKEN = {
    "refuses_reuse": "ids_may_repeat",
    "all_or_nothing": "partial_batches",
    "shows_cells": "no_sheet_in_response",
    "appends_below": "append_below_looks",
}
"""The emulator's switch for each promise."""


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
    return bare(place)


@pytest.fixture
def hand(emulator: Emulator, place: Place, store: SheetsStore) -> Hand:
    store.load()
    return emulator.hand(place.url.removeprefix("gsheet://"))


def type_row(hand: Hand, row: int, **cells: str) -> None:
    cells = {"next_promise_at": "2026/11/22 10:00", **cells}
    for name, text in cells.items():
        hand.type(TAB, f"{letter(hand, name)}{row}", text)


def column(hand: Hand, name: str, code: str = "complaints") -> list[str]:
    rows = hand.read(table(code).tab)
    place = rows[0].index(table(code).field(name).label)
    return [row[place] if place < len(row) else "" for row in rows[1:]]


def letter(hand: Hand, name: str, code: str = "complaints") -> str:
    """Return the letter of a field's column."""
    place = hand.read(table(code).tab)[0].index(table(code).field(name).label)
    return rowcol_to_a1(1, place + 1).rstrip("1")


def naming(store: SheetsStore, number: str, *, also=()) -> RowMend:
    """Return what gives the only row without a number this one."""
    frame = store.load().frames["complaints"]
    key = next(key for key in frame.index if key.startswith("+"))
    values = {"id": number, "source": Source.SHEET, "version": 1}
    blank = dict.fromkeys(values, "")
    return RowMend("complaints", key, values, blank, looks_of(frame, key), also=also)


def mend(store: SheetsStore, *rows: RowMend) -> Mended:
    route = AuditRoute.SHEET_SEEN
    return store.mend(Mending(new_commit_id(), "システム", NOW, rows, route))


def before_the_write(store: SheetsStore, act: Callable[[], object]) -> None:
    """Let a person act once, between the look and the next write."""
    send = store._client.change
    acts = [act]

    def change_after_the_act(*arguments):
        while acts:
            acts.pop()()
        return send(*arguments)

    store._client.change = change_after_the_act


# A number for a row -----------------------------------------------------------------


def test_a_row_gets_its_number_with_its_history_and_log_at_once(store, hand, emulator):
    type_row(hand, 2, content="箱が潰れていた")
    step = Activity(id="H-1", case_id="K-NEW", at=NOW, content="箱が潰れていた")
    row = naming(store, "K-NEW", also=(step,))
    emulator.log.clear()

    done = mend(store, row)

    assert (emulator.log.reads(), emulator.log.writes()) == (1, 1)
    assert done.done == (row,)
    found = store.load()
    assert list(found.frames["complaints"].index) == ["K-NEW"]
    assert found.frames["complaints"].loc["K-NEW", "content"] == "箱が潰れていた"
    assert list(found.frames["activities"]["case_id"]) == ["K-NEW"]
    log = found.frames["audit"]
    assert list(log["row_key"]) == ["K-NEW", "H-1"]
    assert set(log["route"]) == {AuditRoute.SHEET_SEEN.value}


def test_a_row_that_somebody_goes_on_typing_is_left_alone(store, hand):
    type_row(hand, 2, content="箱が潰れていた")
    row = naming(store, "K-NEW")
    type_row(hand, 2, content="箱が潰れていて、中身も")

    assert mend(store, row) == Mended()
    assert column(hand, "id") == [""]


def test_a_cell_filled_meanwhile_is_never_overwritten(store, hand):
    type_row(hand, 2, content="箱が潰れていた")
    row = replace(naming(store, "K-NEW"), looks="")
    cell = f"{letter(hand, 'version')}2"
    before_the_write(store, lambda: None)
    hand.type(TAB, cell, "7")

    assert mend(store, row) == Mended()
    assert column(hand, "id") == [""]


@pytest.mark.parametrize(
    "act",
    [
        lambda hand: hand.insert_rows(TAB, 2, 3),
        lambda hand: hand.delete_rows(TAB, 2),
        lambda hand: hand.sort(TAB, "A2:BK20", 7, descending=True),
        lambda hand: hand.move_rows(TAB, 5, 5, 2),
    ],
    ids=["inserting", "deleting", "sorting", "moving"],
)
def test_rows_moved_in_the_very_moment_do_no_harm(store, hand, act):
    store.commit(saving(complaint("K-A", content="一件目"), complaint("K-B")))
    store.commit(saving(complaint("K-C", content="三件目")))
    type_row(hand, 5, content="手で書いた", next_promise_at="2026/11/22 10:00")
    before = dict(zip(column(hand, "id"), column(hand, "content"), strict=True))
    row = naming(store, "K-NEW")
    before_the_write(store, lambda: act(hand))

    mend(store, row)

    after = dict(zip(column(hand, "id"), column(hand, "content"), strict=True))
    after = {key: text for key, text in after.items() if text}
    kept = {key: text for key, text in before.items() if key and key in after}
    assert after == {**kept, "K-NEW": "手で書いた"}
    assert len(kept) >= len(before) - 2  # the typed row's blank key, a deleted one
    sources = dict(zip(column(hand, "id"), column(hand, "source"), strict=True))
    assert {sources[key] for key in kept} == {"アプリ"}


def test_two_machines_that_mend_at_once_give_one_number(emulator, place, tmp_path):
    one, other = bare(place), bare(sheet_place_again(emulator, place, tmp_path))
    hand = emulator.hand(place.url.removeprefix("gsheet://"))
    one.load()
    type_row(hand, 2, content="箱が潰れていた")
    meet = threading.Barrier(2)

    def at_once(store: SheetsStore, number: str) -> Mended:
        step = Activity(id=f"H-{number}", case_id=number, at=NOW, content="x")
        row = naming(store, number, also=(step,))
        meet.wait()
        return mend(store, row)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(at_once, [one, other], ["K-ONE", "K-TWO"]))

    assert sorted(len(result.done) for result in results) == [0, 1]
    assert len(column(hand, "id", "activities")) == 1
    assert column(hand, "id") in (["K-ONE"], ["K-TWO"])
    assert column(hand, "case_id", "activities") == column(hand, "id")


def test_a_lost_answer_writes_once(store, hand, emulator):
    type_row(hand, 2, content="箱が潰れていた")
    step = Activity(id="H-1", case_id="K-NEW", at=NOW, content="x")
    row = naming(store, "K-NEW", also=(step,))
    emulator.faults.add(
        parse_fault("reset,on=spreadsheets.batchUpdate,nth=1,applied=1")
    )

    done = mend(store, row)

    assert done.done == (row,)
    assert column(hand, "id") == ["K-NEW"]
    assert column(hand, "id", "activities") == ["H-1"]


@pytest.mark.parametrize("broken", list(BROKEN))
def test_a_promise_that_does_not_hold_is_not_relied_on(emulator, place, broken):
    emulator.quirks.set(**{BROKEN[broken]: True})
    store = bare(place)
    store._mender._promises = lambda: replace(Promises(), **{broken: False})
    store.load()
    hand = emulator.hand(place.url.removeprefix("gsheet://"))
    type_row(hand, 2, content="箱が潰れていた")
    step = Activity(id="H-1", case_id="K-NEW", at=NOW, content="x")
    row = naming(store, "K-NEW", also=(step,))
    before_the_write(store, lambda: hand.insert_rows(TAB, 2, 2))

    mend(store, row)

    found = store.load()
    assert list(found.frames["complaints"]["content"]) == ["箱が潰れていた"]
    assert list(found.frames["complaints"].index) == ["K-NEW"]
    assert list(found.frames["activities"].index) == ["H-1"]


# A copy, and a cell ------------------------------------------------------------------


def test_a_copy_gets_a_number_of_its_own_and_gives_it_back(store, hand):
    store.commit(saving(complaint("K-A")))
    hand.copy_rows(TAB, 2, 2, 3)
    frame = store.load().frames["complaints"]
    row = RowMend(
        "complaints", "K-A#2", {"id": "K-B"}, {"id": "K-A"}, looks_of(frame, "K-A#2")
    )

    done = mend(store, row)

    assert sorted(column(hand, "id")) == ["K-A", "K-B"]
    log = store.load().frames["audit"].iloc[-1]
    assert (log["row_key"], log["before"], log["after"]) == ("K-B", "K-A", "K-B")

    mend(store, *done.undo)

    assert column(hand, "id") == ["K-A", "K-A"]


def test_a_value_taken_over_goes_back_to_what_was_typed(store, hand):
    store.commit(saving(kpi_day("2026-11-20", offered=20)))
    place = hand.read("日次KPI")[0].index("着信数")
    hand.type("日次KPI", f"{letter(hand, 'offered', 'kpi_days')}2", "約20")
    key = store.load().frames["kpi_days"].index[0]
    row = RowMend("kpi_days", key, {"offered": 20}, {"offered": "約20"})

    done = mend(store, row)

    cells = hand.read("日次KPI", render="UNFORMATTED_VALUE")[1]
    assert cells[place] == 20
    mend(store, *done.undo)
    cells = hand.read("日次KPI", render="UNFORMATTED_VALUE")[1]
    assert cells[place] == "約20"


def test_a_formula_is_never_overwritten(store, hand):
    store.commit(saving(kpi_day("2026-11-20", offered=20)))
    hand.type("日次KPI", f"{letter(hand, 'offered', 'kpi_days')}2", '="約"&20')
    key = store.load().frames["kpi_days"].index[0]

    with pytest.raises(ActionRefused):
        mend(store, RowMend("kpi_days", key, {"offered": 20}, {"offered": "約20"}))


def test_a_formula_holds_up_no_other_row(store, hand):
    store.commit(saving(kpi_day("A", offered=20), kpi_day("A", 1, offered=30)))
    cell = letter(hand, "offered", "kpi_days")
    hand.type("日次KPI", f"{cell}2", '="約"&20')
    hand.type("日次KPI", f"{cell}3", "約30")
    first, second = store.load().frames["kpi_days"].index
    rows = [
        RowMend("kpi_days", first, {"offered": 20}, {"offered": "約20"}),
        RowMend("kpi_days", second, {"offered": 30}, {"offered": "約30"}),
    ]

    assert mend(store, *rows).done == (rows[1],)


def test_personal_cells_leave_no_trace_in_the_log(store, hand):
    store.commit(saving(complaint("K-A", contact="0312345678")))
    row = RowMend(
        "complaints", "K-A", {"contact": "0399998888"}, {"contact": "0312345678"}
    )

    mend(store, row)

    last = store.load().frames["audit"].iloc[-1]
    assert (last["field_name"], last["before"]) == ("contact", "")
    assert last["after"] == "変更あり"


def sheet_place_again(emulator: Emulator, place: Place, tmp_path) -> Place:
    """Return the same spreadsheet, as another machine has it."""
    other = sheet_place(emulator, tmp_path / "other")
    return replace(other, url=place.url)
