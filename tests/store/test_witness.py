"""A change of the log past the app shows; what anonymising does is none."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from lib.schema.erasing import ERASED
from lib.schema.vocab import AuditRoute, Source
from lib.store.log_search import LogQuery
from lib.store.protocol import Delete, Erase
from lib.store.witness import Witness
from tests.store.rows import change, complaint, saving

SECRET = "玄関に置いてと電話で頼まれた"


@pytest.fixture
def witness(sqlite, sqlite_place):
    """Return the witness of a log of four rows, all of them seen."""
    first = complaint("K-1", content=SECRET)
    sqlite.commit(saving(first))
    sqlite.commit(
        saving(change(first, note=SECRET, open_questions="なし"), reason=SECRET)
    )
    sqlite.commit(saving(complaint("K-2")))
    found = Witness(sqlite_place.data, sqlite_place.url)
    assert looked(found, sqlite).count == 0
    return found


def looked(witness, store):
    return witness.look(store.search_log(LogQuery(most=10_000)).rows, whole=True)


def past_the_app(place, statement):
    """Do what the owner of the file can: take the triggers away, and write."""
    with closing(sqlite3.connect(place.file)) as file, file:
        file.execute("DROP TRIGGER audit_stays_update")
        file.execute("DROP TRIGGER audit_stays_delete")
        file.execute(statement)


@pytest.mark.parametrize(
    "sets",
    [
        "actor = 'だれか'",
        "at = '2020-01-01 00:00:00'",
        "row_key = 'K-9'",
        "before = 'x'",
        "after = ''",
        "reason = ''",
    ],
)
def test_a_row_that_was_changed_is_told(witness, sqlite, sqlite_place, sets):
    number = sqlite.audit("complaints", "K-1").index[-1]
    past_the_app(sqlite_place, f"UPDATE audit SET {sets} WHERE id = '{number}'")

    assert looked(witness, sqlite).changed == (number,)
    assert witness.broken().gone == ()


def test_a_row_that_is_gone_is_told_until_somebody_accepts_it(
    witness, sqlite, sqlite_place
):
    (number,) = sqlite.audit("complaints", "K-2").index
    past_the_app(sqlite_place, f"DELETE FROM audit WHERE id = '{number}'")

    assert looked(witness, sqlite).gone == (number,)
    assert looked(witness, sqlite).gone == (number,)

    witness.accept()
    assert looked(witness, sqlite).count == 0


def test_part_of_the_log_tells_nothing_of_what_is_not_in_it(witness, sqlite):
    assert witness.look(sqlite.audit("complaints", "K-2")).count == 0


def test_anonymising_is_no_change_and_leaves_no_mark_of_the_text(
    witness, sqlite, sqlite_place
):
    for number in sqlite.audit("complaints", "K-1").index:
        texts = {"before": ERASED, "after": ERASED, "reason": ERASED}
        sqlite.commit(saving(Erase("audit", number, texts)))

    assert looked(witness, sqlite).count == 0
    assert SECRET.encode() not in b"".join(
        path.read_bytes() for path in sqlite_place.data.glob("log-seen-*")
    )
    past_the_app(
        sqlite_place, f"UPDATE audit SET after = '{SECRET}' WHERE row_key = 'K-1'"
    )
    assert len(looked(witness, sqlite).changed) == 3


def test_the_sample_year_goes_without_a_word(witness, sqlite):
    row = complaint("K-7", source=Source.SAMPLE)
    sqlite.commit(saving(row, route=AuditRoute.SAMPLE))
    assert looked(witness, sqlite).count == 0

    sqlite.commit(saving(Delete("complaints", "K-7")))

    assert looked(witness, sqlite).count == 0


def test_a_sheet_whose_log_somebody_changed_by_hand_is_told(sheets_place):
    store = sheets_place()
    store.commit(saving(complaint("K-1"), actor="山田"))
    found = Witness(sheets_place.data, sheets_place.url)
    log = store.search_log(LogQuery()).rows
    assert found.look(log, whole=True).count == 0

    log.loc[log.index[0], "actor"] = "別の人"

    assert found.look(log).changed == (log.index[0],)
