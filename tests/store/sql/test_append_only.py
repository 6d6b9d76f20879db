"""The database itself keeps 操作ログ as it was written."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa

from lib.schema.vocab import AuditRoute, Source
from lib.store.protocol import Delete
from lib.store.sql.append_only import guard, is_guarded, rewriting_log
from lib.store.sql.engine import writing
from tests.store.rows import complaint, saving

STATEMENTS = (
    "UPDATE audit SET actor = 'X'",
    "UPDATE audit SET after = '' WHERE row_key = 'K-1'",
    "DELETE FROM audit",
    "DELETE FROM audit WHERE row_key = 'K-1'",
)


@pytest.fixture
def engine(store):
    """Give the app's own connections to a store that holds one log row."""
    store.commit(saving(complaint("K-1")))
    return store._engine


def _actors(store) -> list[str]:
    return store.audit("complaints", "K-1")["actor"].tolist()


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_apps_own_connection_cannot_change_a_log_row(store, engine, statement):
    with pytest.raises(sa.exc.DBAPIError, match="never changed"), writing(engine) as c:
        c.exec_driver_sql(statement)

    assert _actors(store) == ["山田"]


def test_a_log_row_cannot_be_replaced_nor_the_log_emptied(store, engine):
    statement = "TRUNCATE audit"
    if engine.dialect.name == "sqlite":
        statement = "INSERT OR REPLACE INTO audit SELECT * FROM audit"

    with pytest.raises(sa.exc.DBAPIError, match="never changed"), writing(engine) as c:
        c.exec_driver_sql(statement)

    assert _actors(store) == ["山田"]


def test_another_tool_on_the_file_cannot_change_a_log_row(sqlite, sqlite_place):
    sqlite.commit(saving(complaint("K-1")))

    with closing(sqlite3.connect(sqlite_place.file)) as other:
        for statement in STATEMENTS:
            with pytest.raises(sqlite3.Error):
                other.execute(statement)

    assert _actors(sqlite) == ["山田"]


def test_whoever_may_change_the_log_may_do_so_only_while_they_say_so(store, engine):
    with writing(engine) as connection, rewriting_log(connection):
        connection.exec_driver_sql("UPDATE audit SET reason = 'redacted'")
    assert store.audit("complaints", "K-1")["reason"].tolist() == ["redacted"]

    def change_late() -> None:
        with writing(engine) as connection:
            with rewriting_log(connection):
                pass
            connection.exec_driver_sql("UPDATE audit SET actor = 'X'")

    with pytest.raises(sa.exc.DBAPIError, match="never changed"):
        change_late()
    assert _actors(store) == ["山田"]


def test_rows_that_the_sample_year_made_go_with_it(store):
    row = complaint("K-1", source=Source.SAMPLE)
    store.commit(saving(row, route=AuditRoute.SAMPLE))

    store.commit(saving(Delete("complaints", "K-1")))

    assert _actors(store) == []


def test_triggers_that_somebody_took_away_come_back_at_the_next_start(
    store_factory, store, engine
):
    with writing(engine) as connection:
        on = " ON audit" * (engine.dialect.name == "postgresql")
        connection.exec_driver_sql(f"DROP TRIGGER audit_stays_update{on}")
        assert not is_guarded(connection)

    with writing(store_factory()._engine) as connection:
        assert is_guarded(connection)
        guard(connection)  # once more is no error
