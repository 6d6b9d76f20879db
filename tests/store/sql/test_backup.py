"""A copy a day, and the way back from it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from lib import clock
from lib.errors import (
    ActionRefused,
    CopyDamaged,
    StoreTooNew,
    StoreUnavailable,
)
from lib.schema.erasing import ERASED
from lib.store.erased_rows import ErasedRows
from lib.store.erasing import write_erasing
from lib.store.sql import backup
from tests.store.contract import workers
from tests.store.contract.test_refresh import assert_equal
from tests.store.contract.test_together import run_together
from tests.store.rows import NOON, change, complaint, read, saving


@pytest.fixture(autouse=True)
def day(monkeypatch):
    """Fix the clock, and return a function that moves it by days."""

    def go(days: int) -> None:
        moment = NOON + timedelta(days=days)
        monkeypatch.setenv(clock.FIXED_BY, moment.isoformat())

    go(0)
    return go


@pytest.fixture
def place(sqlite_place):
    """Return a place whose store holds K-1."""
    sqlite_place().commit(saving(complaint("K-1", content="控えの日")))
    return sqlite_place


def take(place):
    return backup.back_up_daily(place.url, data=place.data)


def restore(place, source):
    return backup.restore(place.url, source, data=place.data)


def keys(store):
    return store.load().frames["complaints"].index.tolist()


# Copying ------------------------------------------------------------------------


def test_a_copy_holds_everything_and_only_its_owner_reads_it(place):
    copy = take(place)

    assert copy == place.data / "backups" / "2026-11-21.db"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert copy.parent.stat().st_mode & 0o777 == 0o700
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT id FROM complaints").fetchall() == [("K-1",)]


def test_one_copy_a_day_is_enough(place, day):
    first = take(place).read_bytes()
    place().commit(saving(complaint("K-2")))

    assert take(place) is None
    assert (place.data / "backups" / "2026-11-21.db").read_bytes() == first
    day(1)
    assert take(place).name == "2026-11-22.db"


def test_seven_copies_stay(place, day):
    for days in range(10):
        day(days)
        take(place)

    kept = [path.stem for path in backup.daily_backups(place.data)]
    assert kept == [f"2026-11-{number}" for number in range(30, 23, -1)]


def test_other_files_in_the_folder_are_nobodys_business(place, day):
    now = backup.back_up_now(place.url, data=place.data)
    (now.parent / "2026-01-01.db.txt").touch()
    for days in range(9):
        day(days)
        take(place)

    assert now.exists()
    assert (now.parent / "2026-01-01.db.txt").exists()


def test_many_processes_make_one_copy(place):
    store = place()
    run_together(
        workers.back_up_once,
        [(place.url, place.data) for _ in range(4)],
    )

    assert [p.name for p in (place.data / "backups").iterdir()] == ["2026-11-21.db"]
    assert keys(store) == ["K-1"]


def test_a_copy_is_taken_while_somebody_writes(place):
    with closing(sqlite3.connect(place.file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE complaints SET content = '途中'")
        copy = take(place)
        writer.execute("COMMIT")

    with closing(sqlite3.connect(copy)) as connection:
        found = connection.execute("SELECT content FROM complaints").fetchall()
    assert found == [("控えの日",)]


def test_a_copy_that_fails_leaves_no_half_file(place, monkeypatch):
    def fail(_path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lib.store.sql.copies._flush", fail)
    with pytest.raises(StoreUnavailable):
        take(place)

    assert list((place.data / "backups").iterdir()) == []


# Bringing back ------------------------------------------------------------------


def test_a_restored_store_holds_what_the_copy_held(place):
    before = place().load()
    copy = take(place)
    place().commit(saving(complaint("K-2")))

    kept = restore(place, copy)

    after = place().load()
    for code, frame in before.frames.items():
        assert frame.equals(after.frames[code])
    with closing(sqlite3.connect(kept)) as connection:
        found = connection.execute("SELECT id FROM complaints ORDER BY id").fetchall()
    assert found == [("K-1",), ("K-2",)]
    assert kept.parent == place.file.parent
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_program_that_runs_on_sees_the_restored_data(place):
    running = place()
    copy = take(place)
    running.commit(saving(complaint("K-2")))
    known = running.load()

    restore(place, copy)

    fresh = running.refresh(known)
    assert fresh.frames["complaints"].index.tolist() == ["K-1"]
    assert fresh.revision > known.revision
    assert_equal(fresh, running.load())
    running.commit(saving(complaint("K-3")))
    assert keys(place()) == ["K-1", "K-3"]


@pytest.mark.parametrize("broken", ["pages", "text", "gone"])
def test_a_broken_store_is_replaced_and_kept_beside(place, broken):
    store = place()
    copy = take(place)
    revision = store.load().revision
    for opened in place.opened:
        opened.close()
    content = bytearray(place.file.read_bytes())
    if broken == "gone":
        place.file.unlink()
    else:
        content[100:] = b"\xa5" * (len(content) - 100)
        content = content if broken == "pages" else bytearray("壊れた".encode() * 500)
        place.file.write_bytes(content)

    kept = restore(place, copy)

    assert keys(place()) == ["K-1"]
    assert place().load().revision > revision
    assert place.file.stat().st_mode & 0o777 == 0o600
    assert kept.exists() == (broken != "gone")
    if kept.exists():
        assert kept.read_bytes() == content


def test_nothing_is_left_beside_the_store(place):
    restore(place, take(place))

    names = {path.name.split(".")[1] for path in place.file.parent.iterdir()}
    assert names <= {"db", "db-wal", "db-shm", "before-restore-20261121-120000"}


@pytest.mark.parametrize("kind", ["broken", "text", "foreign", "newer", "missing"])
def test_a_copy_that_is_no_good_changes_nothing(place, tmp_path, kind):
    bad = tmp_path / "bad.db"
    expected = CopyDamaged
    if kind == "broken":
        content = bytearray(take(place).read_bytes())
        content[5000:] = b"\xa5" * (len(content) - 5000)
        bad.write_bytes(content)
    elif kind == "text":
        bad.write_text("控えではありません" * 500)
    elif kind == "foreign":
        with closing(sqlite3.connect(bad)) as connection:
            connection.execute("CREATE TABLE other (id)")
    elif kind == "newer":
        bad.write_bytes(take(place).read_bytes())
        with closing(sqlite3.connect(bad)) as connection, connection:
            connection.execute("UPDATE _meta SET layout = 99")
        expected = StoreTooNew
    else:
        expected = ActionRefused

    with pytest.raises(expected) as raised:
        restore(place, bad)
    assert expected is not CopyDamaged or "この控え" in raised.value.message

    assert keys(place()) == ["K-1"]
    assert not list(place.file.parent.glob("*before-restore*"))
    assert not list(place.file.parent.glob("*.restoring*"))


def test_a_store_that_somebody_keeps_writing_is_not_replaced(place, monkeypatch):
    monkeypatch.setattr(backup, "_PATIENCE", 0.2)
    copy = take(place)
    with closing(sqlite3.connect(place.file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            restore(place, copy)
        writer.execute("ROLLBACK")

    assert read(place(), "complaints", "K-1") is not None


@pytest.mark.parametrize("what", [backup.back_up_daily, backup.back_up_now])
def test_postgresql_is_sent_to_pg_dump(tmp_path, what):
    with pytest.raises(ActionRefused, match="pg_dump"):
        what("postgresql+psycopg://h/d", data=tmp_path)
    with pytest.raises(ActionRefused, match="pg_restore"):
        backup.restore("postgresql+psycopg://h/d", tmp_path, data=tmp_path)


def test_who_was_anonymised_since_the_copy_stays_so(place):
    gone = "山田花子 090-1234-5678"
    store = place()
    store.commit(saving(complaint("K-2", content=gone, note="はじめ")))
    seen = read(store, "complaints", "K-2")
    store.commit(saving(change(seen, note=gone)))
    copy = take(place)
    changes = {("complaints", "K-2"): {"content": ERASED, "note": ERASED}}
    ErasedRows(place.data).add(changes, at=NOON)
    write_erasing(store, changes, list(changes), actor="店長", at=NOON)

    restore(place, copy)

    assert gone not in "".join(f.to_csv() for f in place().load().frames.values())
    assert gone.encode() not in place.file.read_bytes()
    assert gone.encode() in copy.read_bytes()
    assert read(place(), "complaints", "K-1").content == "控えの日"
