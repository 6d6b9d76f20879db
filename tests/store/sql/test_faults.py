"""Whatever goes wrong below the store is told in our words, and nothing is harmed."""

from __future__ import annotations

import sqlite3
import traceback
from contextlib import closing

import psycopg
import pytest
import sqlalchemy as sa

from lib.errors import (
    AppError,
    SettingsError,
    StoreDamaged,
    StoreDenied,
    StoreTooNew,
    StoreUnavailable,
)
from lib.store.log_search import LogQuery
from lib.store.opening import open_store
from lib.store.protocol import Store
from lib.store.sql.engine import postgres_engine
from tests.store.rows import complaint, read, saving

SECRET = "090-1234-5678"
LONG = "長" * 50_000

METHODS = {
    "load": lambda store, _: store.load(),
    "refresh": lambda store, known: store.refresh(known),
    "commit": lambda store, _: store.commit(
        saving(complaint(contact=SECRET, note=LONG))
    ),
    "audit": lambda store, _: store.audit("complaints", SECRET),
    "audits": lambda store, _: store.audits([("complaints", SECRET)]),
    "search_log": lambda store, _: store.search_log(LogQuery(words=(SECRET,))),
}
READS = {"load", "refresh", "audit", "audits", "search_log"}


def test_every_method_of_a_store_is_tried():
    promised = {name for name in vars(Store) if not name.startswith("_")}

    assert set(METHODS) == promised - {"kind", "close"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Wait for nobody, so that the tests do not either."""
    monkeypatch.setattr("lib.store.sql.engine.BUSY_SECONDS", 0.05)


def texts_of(error: BaseException) -> str:
    return "".join([*traceback.format_exception(error), repr(error), str(error)])


def check(store, known, method: str, expected: type[AppError] | None) -> None:
    """Check that a method raises `expected` from its cause, or works where None."""
    if expected is None:
        METHODS[method](store, known)
        return
    with pytest.raises(expected) as raised:
        METHODS[method](store, known)
    assert type(raised.value) is expected
    assert raised.value.__cause__ is not None
    assert SECRET not in texts_of(raised.value)


def only_writes(error: type[AppError]) -> dict[str, type[AppError] | None]:
    return dict.fromkeys(READS) | {"commit": error}


# SQLite: each fault leaves the file such that its name is true ------------------


def locked_for_writing(place, store):
    holder = sqlite3.connect(place.file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    return holder


def locked_for_all(place, store):
    store.close()
    holder = sqlite3.connect(place.file, isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    return holder


def read_only(place, store):
    sa.event.listen(
        store._engine, "connect", lambda c, _: c.execute("PRAGMA query_only=ON")
    )
    store.close()


def full(place, store):
    def few_pages(connection, _):
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}")

    sa.event.listen(store._engine, "connect", few_pages)
    store.close()


def broken_pages(place, store):
    store.close()
    content = bytearray(place.file.read_bytes())
    content[100:] = b"\xa5" * (len(content) - 100)
    place.file.write_bytes(content)


def no_database(place, store):
    store.close()
    place.file.write_text("これはデータベースではありません。" * 100)


def missing(place, store):
    for path in place.file.parent.glob("mimamori.db*"):
        path.unlink()


def folder_missing(place, store):
    missing(place, store)
    place.file.parent.rmdir()


def table_missing(place, store):
    with closing(sqlite3.connect(place.file)) as connection, connection:
        for table in ("complaints", "audit", "_meta"):
            connection.execute(f"DROP TABLE {table}")


def everything_in_use(place, store):
    return [store._engine.connect() for _ in range(30)]


SQLITE = {
    locked_for_writing: only_writes(StoreUnavailable),
    locked_for_all: dict.fromkeys(METHODS, StoreUnavailable),
    read_only: only_writes(StoreDenied),
    full: only_writes(StoreUnavailable),
    broken_pages: dict.fromkeys(METHODS, StoreDamaged),
    no_database: dict.fromkeys(METHODS, StoreDamaged),
    missing: dict.fromkeys(METHODS, StoreUnavailable),
    folder_missing: dict.fromkeys(METHODS, StoreUnavailable),
    table_missing: dict.fromkeys(METHODS, StoreDamaged),
    everything_in_use: dict.fromkeys(METHODS, StoreUnavailable),
}


def release(held) -> None:
    for holder in held if isinstance(held, list) else [held]:
        if holder is not None:
            holder.close()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", SQLITE, ids=lambda fault: fault.__name__)
def test_a_fault_of_the_file_is_told_in_our_words(sqlite_place, fault, method):
    store = sqlite_place()
    store.commit(saving(complaint("K-1")))
    known = store.load()
    held = fault(sqlite_place, store)
    before = content_of(sqlite_place)
    try:
        check(store, known, method, SQLITE[fault][method])
    finally:
        release(held)
    if SQLITE[fault]["commit"] is StoreDamaged and fault is not table_missing:
        assert content_of(sqlite_place) == before
    if fault in (missing, folder_missing):
        assert not sqlite_place.file.exists()


def content_of(place) -> bytes:
    return place.file.read_bytes() if place.file.exists() else b""


@pytest.mark.parametrize("fault", [locked_for_writing, full, everything_in_use])
def test_what_was_refused_for_a_while_succeeds_later(sqlite_place, fault):
    store = sqlite_place()
    commit = saving(complaint("K-1", content=LONG))
    held = fault(sqlite_place, store)
    with pytest.raises(StoreUnavailable) as raised:
        store.commit(commit)
    assert not raised.value.permanent
    release(held)

    receipt = sqlite_place().commit(commit)

    assert not receipt.repeated
    assert read(store, "complaints", "K-1") is not None


@pytest.mark.parametrize(
    "fault", [broken_pages, no_database], ids=lambda fault: fault.__name__
)
def test_a_broken_file_is_not_opened_nor_touched(sqlite_place, fault):
    fault(sqlite_place, sqlite_place())
    before = sqlite_place.file.read_bytes()

    with pytest.raises(StoreDamaged):
        sqlite_place()

    assert sqlite_place.file.read_bytes() == before


def test_a_store_from_a_newer_program_is_not_opened(store_factory):
    store = store_factory()
    with store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE _meta SET layout = 99")

    with pytest.raises(StoreTooNew) as raised:
        store_factory()

    assert raised.value.found == 99


def test_tables_of_ours_without_the_books_are_not_taken_for_a_new_store(store_factory):
    store = store_factory()
    with store._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE _meta")

    with pytest.raises(StoreDamaged):
        store_factory()


def test_a_path_that_cannot_be_is_unavailable(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(StoreUnavailable):
        open_store(f"sqlite:///{tmp_path}/file/store.db", data=tmp_path)


@pytest.mark.parametrize(
    "url", ["", "sqlite://", "sqlite:///:memory:", "mysql://h/d", "store.db", "x://[1"]
)
def test_an_address_of_no_known_kind_names_the_setting(url, tmp_path):
    with pytest.raises(SettingsError, match="MIMAMORI_STORE"):
        open_store(url, data=tmp_path)


def test_a_replaced_file_is_read_and_not_the_old_one(sqlite_place, tmp_path):
    store = sqlite_place()
    store.commit(saving(complaint("K-old")))
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}", data=tmp_path)
    other.commit(saving(complaint("K-new")))
    other.close()

    (tmp_path / "other.db").replace(sqlite_place.file)
    for name in ("mimamori.db-wal", "mimamori.db-shm"):
        (sqlite_place.file.parent / name).unlink()

    assert store.load().frames["complaints"].index.tolist() == ["K-new"]


# SQLite: how it is opened -------------------------------------------------------


def test_files_can_be_read_by_their_owner_only(sqlite_place):
    store = sqlite_place()
    store.commit(saving(complaint()))

    folder = sqlite_place.file.parent
    assert folder.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == dict.fromkeys(
        ["mimamori.db", "mimamori.db-wal", "mimamori.db-shm"], 0o600
    )


def test_a_commit_reaches_the_disk_before_it_is_confirmed(sqlite):
    with sqlite._engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "busy_timeout")
        }

    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "busy_timeout": 50,
    }


# PostgreSQL ---------------------------------------------------------------------


def run(place, statement: str) -> None:
    """Run a statement as the owner, on a connection of its own."""
    plain = sa.make_url(place.url).set(drivername="postgresql")
    with psycopg.connect(
        plain.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        connection.execute(statement.encode())


def name_of(place) -> str:
    return str(sa.make_url(place.url).database)


def meta_locked(place, store):
    plain = sa.make_url(place.url).set(drivername="postgresql")
    holder = psycopg.connect(plain.render_as_string(hide_password=False))
    holder.execute("SELECT * FROM _meta FOR UPDATE")
    return holder


def server_gone(place, store):
    database = name_of(place)
    elsewhere = place.__class__(
        sa.make_url(place.url).set(database="postgres").render_as_string(False),
        place.data,
    )
    run(elsewhere, f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    run(
        elsewhere,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{database}'",
    )


def database_read_only(place, store):
    run(
        place, f"ALTER DATABASE {name_of(place)} SET default_transaction_read_only = on"
    )
    store.close()


def without_rights(place, store):
    run(
        place,
        "DO $$ BEGIN CREATE ROLE nobody_here LOGIN;"
        " EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    )
    store.close()
    store._engine = postgres_engine(sa.make_url(place.url).set(username="nobody_here"))


def postgres_table_missing(place, store):
    run(place, "DROP TABLE complaints, audit, _meta")


POSTGRES = {
    meta_locked: only_writes(StoreUnavailable),
    server_gone: dict.fromkeys(METHODS, StoreUnavailable),
    database_read_only: only_writes(StoreDenied),
    without_rights: dict.fromkeys(METHODS, StoreDenied),
    postgres_table_missing: dict.fromkeys(METHODS, StoreDamaged),
}


@pytest.mark.postgres
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", POSTGRES, ids=lambda fault: fault.__name__)
def test_a_fault_of_the_server_is_told_in_our_words(postgres_place, fault, method):
    store = postgres_place()
    known = store.load()
    held = fault(postgres_place, store)
    try:
        check(store, known, method, POSTGRES[fault][method])
    finally:
        release(held)


@pytest.mark.postgres
def test_a_server_that_does_not_answer_is_unavailable(tmp_path):
    with pytest.raises(StoreUnavailable):
        open_store("postgresql+psycopg://x@127.0.0.1:1/x", data=tmp_path)


# Trying again -------------------------------------------------------------------


@pytest.fixture
def failing_apply(monkeypatch):
    """Return a function that lets the next `times` writes end in `error`."""
    from lib.store.sql import store as module

    apply = module.apply

    def fail(times: int, error: Exception, before=lambda connection: None) -> list[int]:
        tries: list[int] = []

        def sometimes(connection, commit):
            tries.append(1)
            receipt = apply(connection, commit)
            if len(tries) <= times:
                before(connection)
                raise sa.exc.OperationalError("", {}, error)
            return receipt

        monkeypatch.setattr(module, "apply", sometimes)
        return tries

    return fail


def busy() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


PASSING = [
    psycopg.errors.SerializationFailure(),
    psycopg.errors.DeadlockDetected(),
    busy(),
]


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
def test_a_transaction_that_lost_a_race_is_tried_again(store, failing_apply, error):
    tries = failing_apply(2, error)

    receipt = store.commit(saving(complaint("K-1")))

    assert (len(tries), receipt.repeated) == (3, False)
    assert read(store, "complaints", "K-1").version == 1


def test_it_is_not_tried_for_ever(store, failing_apply):
    tries = failing_apply(9, psycopg.errors.SerializationFailure())

    with pytest.raises(StoreUnavailable):
        store.commit(saving(complaint("K-1")))

    assert len(tries) == 3
    assert store.load().frames["complaints"].empty


def test_what_cannot_pass_is_not_tried_again(store, failing_apply):
    tries = failing_apply(9, psycopg.errors.InsufficientPrivilege())

    with pytest.raises(StoreDenied):
        store.commit(saving(complaint("K-1")))

    assert len(tries) == 1


@pytest.mark.postgres
def test_a_commit_whose_answer_was_lost_is_applied_once(postgres_place, monkeypatch):
    store = postgres_place()
    dialect = store._engine.dialect
    commit = dialect.do_commit
    lost = []

    def commit_and_lose_the_answer(connection):
        commit(connection)
        if not lost:
            lost.append(1)
            connection.dbapi_connection.close()
            raise psycopg.OperationalError("server closed the connection")

    monkeypatch.setattr(dialect, "do_commit", commit_and_lose_the_answer)

    receipt = store.commit(saving(complaint("K-1")))

    assert (lost, receipt.repeated) == ([1], True)
    assert len(store.audit("complaints", "K-1")) == 1


@pytest.mark.postgres
def test_a_connection_that_breaks_on_the_way_is_replaced(postgres_place, failing_apply):
    store = postgres_place()

    def cut(connection):
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        run(postgres_place, f"SELECT pg_terminate_backend({pid})")
        connection.exec_driver_sql("SELECT 1")

    tries = failing_apply(1, psycopg.OperationalError(), before=cut)

    store.commit(saving(complaint("K-1")))

    assert len(tries) == 2
    assert read(store, "complaints", "K-1").version == 1
