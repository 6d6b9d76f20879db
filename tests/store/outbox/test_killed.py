"""On a sheet over real HTTP: killed, refused, cut off, and away for half an hour."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lib import clock
from lib.schema.tables import table
from lib.settings.install import SheetsSettings
from lib.store.live import LiveStore
from lib.store.outbox import OutboxStore
from lib.store.protocol import CommitState
from lib.store.sheets.client import Limits, connected
from lib.store.sheets.store import SheetsStore
from tests.sheets_api import Emulator
from tests.sheets_api.clock import Clock
from tests.store.contract import workers
from tests.store.places import SHEETS_KEY, FreeBudget, Place, open_place, sheet_place
from tests.store.rows import activity, change, complaint, read, saving

CASES = "complaints"
SHORT = Limits(connect=1, read=1, total=1, attempts=1)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(clock=Clock(start=1_795_000_000)) as running:
        yield running


@pytest.fixture
def place(emulator, tmp_path) -> Iterator[Place]:
    made = sheet_place(emulator, tmp_path / "data", outbox=True)
    yield made
    made.close()


def impatient(place: Place, emulator: Emulator) -> OutboxStore:
    """Open the sheet with calls that give up soon, and without a thread."""
    key = json.loads((place.data / SHEETS_KEY).read_text())
    client = connected(
        SheetsSettings(api=emulator.url, service_account=key),
        FreeBudget(place.data),
        SHORT,
    )
    name = place.url.removeprefix("gsheet://")
    store = OutboxStore(
        SheetsStore(client, name, data=place.data),
        data=place.data,
        spreadsheet=name,
        background=False,
    )
    place.opened.append(store)
    return store


def bare(place: Place):
    """Open the sheet as it really is, without anything that waits."""
    (place.data / "sheets-without-outbox").touch()
    store = place()
    (place.data / "sheets-without-outbox").unlink()
    return store


def counted(monkeypatch, inner) -> list[str]:
    """Note the id of each commit that is sent from now on."""
    sent: list[str] = []
    send = inner.commit

    def commit(what):
        sent.append(what.id)
        return send(what)

    monkeypatch.setattr(inner, "commit", commit)
    return sent


def save_until_killed(url: str, data: Path, run: int, acknowledged: Path) -> None:
    """Save cases with a first step and a change, noting each that was promised."""
    store = open_place(url, data=data)
    store.load()
    with acknowledged.open("ab", buffering=0) as notes:
        for number in range(100_000):
            key = f"K-{run}-{number}"
            row = complaint(key)
            step = activity(key, id=f"H-{run}-{number}")
            receipt = store.commit(saving(row, step, id=f"C-{run}-{number}"))
            os.write(notes.fileno(), f"{key} new {receipt.state}\n".encode())
            seen = receipt.records["complaints", key]
            store.commit(saving(change(seen, lot="7"), id=f"U-{run}-{number}"))
            os.write(notes.fileno(), f"{key} changed\n".encode())


def test_killed_at_any_moment_it_loses_nothing_and_doubles_nothing(
    place, emulator, tmp_path
):
    chance = random.Random(7)
    notes = tmp_path / "acknowledged"
    notes.touch()
    bare(place).load()  # makes the tabs before anything goes wrong
    emulator.faults.add(
        "reset", on="spreadsheets.batchUpdate", probability=0.15, seed=1, applied=True
    )
    emulator.faults.add("503", on="spreadsheets.batchUpdate", probability=0.15, seed=2)
    kills = 10
    for run in range(kills):
        before = notes.stat().st_size
        process = workers.context.Process(
            target=save_until_killed, args=(place.url, place.data, run, notes)
        )
        process.start()
        deadline = time.monotonic() + 60
        while notes.stat().st_size == before and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.15))
        process.kill()
        process.join()
        assert process.exitcode == -9
        process.close()
    emulator.faults.clear()

    store = impatient(place, emulator)
    left = len(store.waiting())
    store.drain()
    frames = bare(place).load().frames

    assert left <= kills
    assert store.waiting() == ()
    promised = [line.split() for line in notes.read_text().splitlines()]
    new = {words[0] for words in promised if words[1] == "new"}
    changed = {words[0] for words in promised if words[1] == "changed"}
    cases = frames["complaints"]
    assert len(new) >= kills
    assert new - set(cases.index) == set()
    assert set(cases.index[cases["lot"] == "7"]) >= changed
    # At most the one under way at each kill stands without having been promised.
    assert len(cases) - len(new) <= kills
    assert cases.index.is_unique
    steps = frames["activities"]
    assert sorted(steps["case_id"]) == sorted(cases.index)
    log = frames["audit"]
    assert log["id"].is_unique
    created = log[(log["table"] == "complaints") & (log["field_name"] == "(新規)")]
    assert sorted(created["row_key"]) == sorted(cases.index)


def test_half_an_hour_without_google(place, emulator, monkeypatch):
    """A save each minute, by a clock that the test moves."""
    store = impatient(place, emulator)
    noon = clock.at(clock.today(), 12)
    monkeypatch.setenv(clock.FIXED_BY, noon.isoformat())
    store.commit(saving(complaint("K-00"), at=noon))
    store.load()
    tried = counted(monkeypatch, store._inner)
    with emulator.unreachable():
        for minute in range(1, 31):
            emulator.clock.advance(60)
            moment = noon.replace(minute=minute)
            monkeypatch.setenv(clock.FIXED_BY, moment.isoformat())
            new = store.commit(saving(complaint(f"K-{minute:02}"), at=moment))
            seen = read(store._now(), "complaints", f"K-{minute - 1:02}")
            store.commit(saving(change(seen, lot=str(minute)), at=moment))
            assert new.state is CommitState.QUEUED
            if minute % 5 == 0:
                assert store.drain() == 0
    assert len(store.waiting()) == 60
    assert len(tried) == 1 + 6, "one that met the outage, and one for each round"

    assert store.drain() == 60

    frame = bare(place).load().frames["complaints"]
    assert frame.index.tolist() == [f"K-{n:02}" for n in range(31)]
    assert frame["lot"].tolist() == [*map(str, range(1, 31)), ""]
    assert store.waiting() == ()


def test_a_conflict_typed_by_hand_during_an_outage_needs_a_look(place, emulator):
    store = impatient(place, emulator)
    store.commit(saving(complaint("K-1", content="前")))
    seen = read(store.load(), "complaints", "K-1")
    hand = emulator.hand(place.url.removeprefix("gsheet://"))
    with emulator.unreachable():
        store.commit(saving(change(seen, content="アプリ")))
    tab = table(CASES).tab
    (header,) = hand.read(tab, "1:1")
    letter = chr(ord("A") + header.index(table(CASES).field("content").label))
    hand.type(tab, f"{letter}2", "手で")

    store.drain()

    (save,) = store.waiting()
    assert (save.state, save.problem.fields[0].theirs) == ("needs_look", "手で")
    assert read(bare(place), "complaints", "K-1").content == "手で"


def test_a_save_costs_the_calls_that_it_costs_without_an_outbox(place, emulator):
    live = LiveStore(impatient(place, emulator), every_seconds=60)
    live.snapshot()
    emulator.log.clear()

    live.commit(saving(complaint("K-1")))
    new = (emulator.log.reads(), emulator.log.writes())
    row = read(live.refreshed(), "complaints", "K-1")
    emulator.log.clear()
    live.commit(saving(change(row, content="後")))

    assert new == (0, 1)
    assert (emulator.log.reads(), emulator.log.writes()) == (1, 1)
    assert read(live.snapshot(), "complaints", "K-1").content == "後"
