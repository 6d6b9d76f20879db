"""What the store on a sheet does beyond the contract: calls, hands, lost answers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from lib import clock
from lib.errors import Conflict
from lib.schema.tables import TABLES, table
from lib.store.live import LiveStore
from lib.store.sheets.mending import LOGGED_REASON, NOT_MENDED_REASON
from lib.store.sheets.sending import NOT_PUT_RIGHT, PUT_RIGHT
from lib.store.sheets.store import SheetsStore
from tests.sheets_api import Emulator, Hand
from tests.store.places import Place, sheet_place
from tests.store.rows import change, complaint, kpi_day, read, saving
from tests.store.sheets.bare import bare

TAB = table("complaints").tab


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
    return opened


@pytest.fixture
def hand(emulator: Emulator, place: Place) -> Hand:
    return emulator.hand(place.url.removeprefix("gsheet://"))


def before_the_write(store: SheetsStore, act: Callable[[], object]) -> None:
    """Let a person act once, between the store's look and its next write."""
    send = store._client.change
    acts = [act]

    def change_after_the_act(*arguments):
        while acts:
            acts.pop()()
        return send(*arguments)

    store._client.change = change_after_the_act


def calls(emulator: Emulator) -> tuple[int, int]:
    return emulator.log.reads(), emulator.log.writes()


# Calls --------------------------------------------------------------------------


def test_a_new_case_costs_one_write(store, emulator):
    store.load()
    emulator.log.clear()

    store.commit(saving(complaint("K-1")))

    assert calls(emulator) == (0, 1)


def test_a_change_costs_one_read_and_one_write(store, emulator):
    store.commit(saving(complaint("K-1")))
    row = read(store, "complaints", "K-1")
    emulator.log.clear()

    store.commit(saving(change(row, content="x")))

    assert calls(emulator) == (1, 1)


def test_a_refresh_costs_one_read_however_many_look(store, emulator):
    now = [0.0]
    live = LiveStore(store, every_seconds=10.0, timer=lambda: now[0])
    live.snapshot()
    emulator.log.clear()

    for _ in range(3):
        now[0] += 11
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda _n: live.snapshot(), range(40)))

    assert calls(emulator) == (3, 0)


# Tabs ---------------------------------------------------------------------------


def test_a_new_spreadsheet_gets_every_tab_with_its_header(store, hand):
    assert set(hand.tabs()) >= {kind.tab for kind in TABLES} | {"_sys"}
    for kind in TABLES:
        header = hand.read(kind.tab, "1:1")[0]
        assert set(header) >= {field.label for field in kind.fields}


def test_opening_again_writes_nothing(store, place, emulator):
    emulator.log.clear()

    bare(place).load()

    assert emulator.log.writes() == 0


def test_peoples_columns_stay(store, place, hand):
    hand.insert_columns(TAB, 2)
    hand.type(TAB, "B1", "店のメモ")
    store.commit(saving(complaint("K-1", content="箱")))
    hand.type(TAB, "B2", "自由")

    reopened = bare(place)
    row = read(reopened, "complaints", "K-1")
    reopened.commit(saving(change(row, content="袋")))

    assert hand.read(TAB, "B1:B2") == [["店のメモ"], ["自由"]]
    assert read(store, "complaints", "K-1").content == "袋"


def test_a_renamed_tab_is_found_again(store, hand):
    store.commit(saving(complaint("K-1")))
    hand.rename_tab(TAB, "クレーム")

    row = read(store, "complaints", "K-1")
    hand.rename_tab("クレーム", "ご意見")
    store.commit(saving(change(row, content="x")))

    assert read(store, "complaints", "K-1").content == "x"


# People at the same time ---------------------------------------------------------


@pytest.fixture
def three(store):
    """Return three cases as they stand in rows 2, 3 and 4."""
    keys = ["K-1", "K-2", "K-3"]
    store.commit(saving(*(complaint(key, content=f"{key} の内容") for key in keys)))
    return [read(store, "complaints", key) for key in keys]


ACTS = {
    "row inserted": lambda hand: hand.insert_rows(TAB, 2),
    "rows moved": lambda hand: hand.move_rows(TAB, 2, 2, 5),
    "row deleted": lambda hand: hand.delete_rows(TAB, 2),
    "column inserted": lambda hand: hand.insert_columns(TAB, 1),
}


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_write_that_hits_another_row_is_put_right(store, hand, three, act):
    before_the_write(store, lambda: ACTS[act](hand))

    store.commit(saving(change(three[1], content="直した", lot="7")))

    snapshot = store.load()
    changed = read(snapshot, "complaints", "K-2")
    assert (changed.content, changed.lot, changed.version) == ("直した", "7", 2)
    assert read(snapshot, "complaints", "K-3") == three[2]
    if act != "row deleted":
        assert read(snapshot, "complaints", "K-1") == three[0]
    assert len(snapshot.frames["complaints"]) == (2 if act == "row deleted" else 3)
    log = store.audit("complaints", "K-2")
    assert len(log[log["reason"] != LOGGED_REASON]) == 3


def test_a_new_row_follows_columns_that_moved_meanwhile(store, hand, three):
    before_the_write(store, lambda: hand.insert_columns(TAB, 1))

    store.commit(saving(complaint("K-4", content="新しい")))

    snapshot = store.load()
    assert read(snapshot, "complaints", "K-4").content == "新しい"
    assert read(snapshot, "complaints", "K-1") == three[0]


def test_a_change_typed_by_hand_is_a_conflict(store, hand, three):
    label = table("complaints").field("content").label
    letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[hand.read(TAB, "1:1")[0].index(label)]
    hand.type(TAB, f"{letter}3", "手で直した")

    with pytest.raises(Conflict) as raised:
        store.commit(saving(change(three[1], content="アプリで直した")))

    assert raised.value.fields[0].theirs == "手で直した"
    assert read(store, "complaints", "K-2").content == "手で直した"


def test_a_change_by_hand_raises_the_revision(store, hand, three):
    known = store.load()
    hand.type(TAB, "A3", "K-2x")

    assert store.refresh(known).revision > known.revision


def test_installations_on_two_machines_lose_nothing(place, tmp_path, store):
    """Their locks are two files, so only the claims keep them apart."""
    twin = replace(place, data=tmp_path / "other", opened=[])
    twin.data.mkdir()
    for path in place.data.glob("sheets-*"):
        if path.is_file():
            (twin.data / path.name).write_bytes(path.read_bytes())
    stores = [store, bare(twin)]
    store.commit(saving(kpi_day("A", note="")))

    def add(who: int) -> None:
        for number in range(5):
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
    twin.close()

    words = read(store, "kpi_days", "2026-11-21|A").note.split()
    assert sorted(words) == sorted(f"{w}.{n}" for w in range(2) for n in range(5))


def test_old_claims_go_and_peoples_names_stay(store, place, emulator, monkeypatch):
    book = emulator.book(place.url.removeprefix("gsheet://"))
    book.named["mine"] = {"name": "期限", **book_place(book)}
    monkeypatch.setenv(clock.FIXED_BY, "2026-11-21T12:00")
    store.commit(saving(complaint("K-1")))
    old = set(book.named)
    store._writer._cleaner._cleaned_at -= 601
    monkeypatch.setenv(clock.FIXED_BY, "2026-11-21T12:11")

    store.commit(saving(complaint("K-2")))

    assert len(old) == 2
    assert set(book.named) & old == {"mine"}
    assert len(book.named) == 2


def book_place(book):
    sheet = book.sheets[0]
    return {"sheet_id": sheet.sheet_id, "box": sheet.whole()}


# Lost answers -------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", list(itertools.product(["500", "503", "reset", "half"], [True, False]))
)
@pytest.mark.parametrize("what", ["insert", "change"])
def test_a_write_without_answer_is_applied_once(store, emulator, three, fault, what):
    kind, applied = fault
    emulator.faults.add(kind, on="spreadsheets.batchUpdate", applied=applied)
    write = complaint("K-9") if what == "insert" else change(three[0], content="x")

    receipt = store.commit(saving(write))

    assert not receipt.repeated
    frame = store.load().frames["complaints"]
    assert len(frame) == (4 if what == "insert" else 3)
    key = "K-9" if what == "insert" else "K-1"
    assert len(store.audit("complaints", key)) == (1 if what == "insert" else 2)


# What a misplaced write leaves ------------------------------------------------------


def test_a_misplaced_write_is_told_and_logged(store, hand, three):
    before_the_write(store, lambda: hand.insert_rows(TAB, 2))

    receipt = store.commit(saving(change(three[1], content="直した")))

    assert receipt.notes == (PUT_RIGHT,)
    log = store.audit("complaints", "K-1")
    assert LOGGED_REASON in set(log["reason"])
    back = log[log["field_name"] == "content"].iloc[-1]
    assert (back["before"], back["after"]) == ("直した", "K-1 の内容")


def test_a_write_that_goes_well_has_nothing_to_tell(store, three):
    assert store.commit(saving(change(three[1], content="直した"))).notes == ()


def test_a_cell_typed_after_the_mis_hit_stays_and_the_others_come_back(
    store, hand, three
):
    label = table("complaints").field("content").label
    letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[hand.read(TAB, "1:1")[0].index(label)]
    before_the_write(store, lambda: hand.insert_rows(TAB, 2))
    after_the_write(store, lambda: hand.type(TAB, f"{letter}3", "人が直した"))

    store.commit(saving(change(three[1], content="直した", lot="7")))

    snapshot = store.load()
    hit = read(snapshot, "complaints", "K-1")
    assert (hit.content, hit.lot, hit.version) == ("人が直した", "", 1)
    assert read(snapshot, "complaints", "K-2").lot == "7"


def test_a_formula_hit_by_mistake_comes_back_as_a_formula(store, hand, three):
    labels = hand.read(TAB, "1:1")[0]
    column = labels.index(table("complaints").field("note").label)
    letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column]
    hand.type(TAB, f"{letter}2", '="行"&ROW(A2)')
    store.load()
    before_the_write(store, lambda: hand.insert_rows(TAB, 2))

    store.commit(saving(change(three[1], note="x")))

    assert hand.read(TAB, f"{letter}3", render="FORMULA") == [['="行"&ROW(A3)']]
    assert read(store, "complaints", "K-2").note == "x"


def test_a_mis_hit_that_cannot_be_put_right_is_told_and_put_right_later(
    store, hand, emulator, three
):
    before_the_write(store, lambda: hand.insert_rows(TAB, 2))
    after_the_write(
        store, lambda: emulator.faults.add("reset", on="spreadsheets.get", times=99)
    )

    receipt = store.commit(saving(change(three[1], content="直した")))

    assert receipt.notes == (NOT_PUT_RIGHT,)
    emulator.faults.clear()
    assert read(store, "complaints", "K-1").content == "直した"
    store.commit(saving(complaint("K-9")))
    snapshot = store.load()
    assert read(snapshot, "complaints", "K-1") == three[0]
    assert read(snapshot, "complaints", "K-2").content == "直した"


def test_rows_that_never_stop_moving_are_told(store, hand, three):
    send = store._client.change

    def change_after_a_move(*arguments):
        hand.insert_rows(TAB, 2)
        return send(*arguments)

    store._client.change = change_after_a_move

    receipt = store.commit(saving(change(three[1], content="直した")))

    assert receipt.notes == (NOT_PUT_RIGHT,)
    assert NOT_MENDED_REASON in set(store.audit("complaints", "K-2")["reason"])


def after_the_write(store: SheetsStore, act: Callable[[], object]) -> None:
    """Let something happen once, right after the store's next write."""
    send = store._client.change
    acts = [act]

    def change_before_the_act(*arguments):
        answer = send(*arguments)
        while acts:
            acts.pop()()
        return answer

    store._client.change = change_before_the_act
