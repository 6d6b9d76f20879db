"""Stores of earlier programs open, after a copy, with all that people wrote."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from lib.errors import StoreTooNew
from lib.schema.frames import record_from
from lib.schema.tables import TABLES, table_of
from lib.schema.vocab import Answered, ComplaintStatus, Done
from lib.store.sql import layout, migrations
from tests.store.rows import change, complaint, kpi_day, read, saving
from tests.store.sql import fixture_store

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures").glob("store_part*.sql"))


@pytest.fixture
def from_dump(sqlite_place):
    """Return a function that lays a dumped store where `sqlite_place` looks."""

    def lay(dump: Path) -> None:
        sqlite_place.file.parent.mkdir(parents=True)
        with closing(sqlite3.connect(sqlite_place.file)) as connection:
            connection.executescript(dump.read_text("utf-8"))

    return lay


# Stores of earlier parts --------------------------------------------------------


def test_a_fixture_store_is_kept():
    assert [path.stem for path in FIXTURES][:1] == ["store_part1"]


@pytest.mark.parametrize("dump", FIXTURES, ids=lambda path: path.stem)
def test_the_store_of_an_earlier_part_opens_with_every_record(
    sqlite_place, from_dump, dump
):
    from_dump(dump)

    snapshot = sqlite_place().load()

    for table in TABLES:
        rows = snapshot.frames[table.code].to_dict("records")
        records = [record_from(table, row) for row in rows]
        assert [table.key_of(record) for record in records] == list(
            snapshot.frames[table.code].index
        )
    edited = read(snapshot, "complaints", "K-261121-7F3QX")
    assert edited.content == "=1+1\n二行目 😀"
    assert (edited.status, edited.version) == (ComplaintStatus.CHECKING, 2)


def test_the_first_part_comes_back_to_the_letter(sqlite_place, from_dump):
    """Later parts: drop a row here only if its own words changed on purpose."""
    from_dump(FIXTURES[0])
    snapshot = sqlite_place().load()
    automatic = {"version": 0, "updated_at": None, "updated_by": ""}
    back = {"status": ComplaintStatus.RECEIVED}

    for row in fixture_store.ROWS:
        code = table_of(row).code
        stored = read(snapshot, code, table_of(row).key_of(row))
        plain = stored.model_copy(
            update=automatic | (back if code == "complaints" else {})
        )
        assert plain == row


@pytest.mark.parametrize("dump", FIXTURES, ids=lambda path: path.stem)
def test_the_store_of_an_earlier_part_can_be_worked_with(sqlite_place, from_dump, dump):
    from_dump(dump)
    store = sqlite_place()
    seen = read(store, "complaints", "K-261121-7F3QX")

    assert store.commit(saving(id="first")).repeated
    store.commit(saving(change(seen, content="直した"), complaint("K-new")))

    assert read(store, "complaints", "K-261121-7F3QX").version == seen.version + 1


# A synthetic older layout -------------------------------------------------------

LACKING = {
    "complaints": ("harm", "leak", "lot", "people_involved"),
    "kpi_days": ("confirmed",),
}


def run(place, statement: str) -> None:
    """Run a statement below the store, on whatever database it is."""
    engine = sa.create_engine(place.url)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def make_older(place) -> None:
    """Fill a store, then take from it what a program before us did not know."""
    store = place()
    rows = [complaint("K-1", content="残る"), complaint("K-2", lot="消える")]
    store.commit(saving(*rows, kpi_day("A", offered=3), id="old"))
    store.close()
    on = " ON audit" * place.url.startswith("postgresql")
    for event in ("update", "delete"):
        run(place, f"DROP TRIGGER audit_stays_{event}{on}")
    for table, columns in LACKING.items():
        for column in columns:
            run(place, f'ALTER TABLE "{table}" DROP COLUMN "{column}"')
    run(place, "DROP TABLE inspections")
    run(place, 'ALTER TABLE "products" RENAME COLUMN "maker" TO "manufacturer"')
    run(place, "UPDATE _meta SET layout = 1")
    run(place, "UPDATE audit SET field_name = 'manufacturer', \"table\" = 'products'")


@pytest.fixture
def layout_two(monkeypatch):
    """Let the program be one layout ahead, in which 製造販売元 got its name."""
    monkeypatch.setattr(migrations, "LAYOUT", 2)
    renames = {2: {"products": {"manufacturer": "maker"}}}
    monkeypatch.setattr(migrations, "RENAMES", renames)


@pytest.fixture
def older(store_factory, layout_two):
    make_older(store_factory)
    return store_factory


def test_an_older_layout_gains_what_it_lacks_and_loses_nothing(older):
    store = older()

    kept = read(store, "complaints", "K-1")
    assert (kept.content, kept.version) == ("残る", 1)
    assert (kept.leak, kept.lot, kept.people_involved) == (Answered.UNASKED, "", None)
    day = read(store, "kpi_days", "2026-11-21|A")
    assert (day.offered, day.confirmed) == (3, Done.NOT_YET)
    assert store.load().frames["inspections"].empty
    assert store.load().frames["complaints"]["leak"].tolist() == ["未確認"] * 2


def test_a_new_column_can_be_written(older):
    store = older()

    store.commit(saving(change(read(store, "complaints", "K-1"), lot="0012")))

    assert read(store, "complaints", "K-1").lot == "0012"


def test_a_field_that_changed_its_name_is_renamed_in_the_log_too(older):
    store = older()

    assert set(store.load().frames["audit"]["field_name"]) == {"maker"}
    with pytest.raises(sa.exc.DBAPIError):
        run(older, "UPDATE audit SET field_name = 'content'")


def test_commits_of_the_older_program_are_still_known(older):
    assert older().commit(saving(complaint("K-1"), id="old")).repeated


def test_the_second_opening_finds_nothing_to_do(older):
    revision = older().load().revision

    assert older().load().revision == revision
    assert len(list((older.data / "backups").glob("*"))) <= 1


def test_a_program_that_runs_on_reads_the_migrated_store_anew(
    store_factory, layout_two
):
    store = store_factory()
    store.commit(saving(complaint("K-1")))
    known = store.load()
    run(store_factory, "UPDATE _meta SET layout = 1")

    store_factory()

    assert store.refresh(known) is not known


def test_an_older_file_is_copied_first(sqlite_place, layout_two):
    make_older(sqlite_place)
    sqlite_place()

    (copy,) = (sqlite_place.data / "backups").iterdir()
    assert copy.name.startswith("before-layout-2-")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT layout FROM _meta").fetchall() == [(1,)]
        columns = connection.execute("PRAGMA table_info(products)").fetchall()
    assert "manufacturer" in {column[1] for column in columns}


@pytest.mark.postgres
def test_older_tables_are_copied_first(postgres_place, layout_two):
    make_older(postgres_place)
    postgres_place()

    plain = sa.make_url(postgres_place.url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
        found = connection.execute(
            "SELECT table_schema, column_name FROM information_schema.columns"
            " WHERE table_schema LIKE 'backup_before_layout_2_%'"
            " AND table_name = 'products' AND column_name = 'manufacturer'"
        ).fetchall()
        assert len(found) == 1
        (rows,) = connection.execute(
            f"SELECT count(*) FROM {found[0][0]}.complaints"
        ).fetchone()
    assert rows == 2


def test_a_migration_that_fails_leaves_the_older_layout(older, monkeypatch):
    def fail(_connection):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(migrations, "_add_columns", fail)
        with pytest.raises(RuntimeError):
            older()

    assert read(older(), "complaints", "K-1").content == "残る"


def test_a_newer_layout_is_refused_and_left_alone(store_factory):
    store_factory()
    run(store_factory, "UPDATE _meta SET layout = 7")

    with pytest.raises(StoreTooNew) as raised:
        store_factory()

    assert (raised.value.found, raised.value.known) == (7, layout.LAYOUT)
    assert not (store_factory.data / "backups").exists()
