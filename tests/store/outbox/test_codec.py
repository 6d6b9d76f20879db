"""What waits on disk comes back to the letter."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.errors import (
    ActionRefused,
    Conflict,
    FieldConflict,
    FieldProblem,
    InvalidRecord,
    NotAllowed,
    SettingsError,
)
from lib.sample.company import sample_company
from lib.schema.frames import frame_of, record_at
from lib.schema.tables import table
from lib.schema.vocab import AuditRoute, ComplaintStatus, Symptom, Unlisted
from lib.store.outbox.codec import (
    FORMAT,
    Unreadable,
    commit_from,
    commit_text,
    problem_from,
    problem_text,
)
from lib.store.protocol import Delete, Update
from tests.store.rows import NOON, activity, complaint, inquiry, kpi_day, saving

texts = st.text(st.characters(codec=None), max_size=40)


def there_and_back(commit):
    return commit_from(commit_text(commit))


def test_every_kind_of_write_comes_back():
    row = complaint("K-1", status=ComplaintStatus.WORKING, symptom=Symptom.RASH)
    seen = {"status": ComplaintStatus.RECEIVED, "symptom": None, "note": ""}
    new = {"status": ComplaintStatus.WORKING, "symptom": Symptom.BURN, "note": "x"}
    commit = saving(
        row,
        activity("K-1", next_promise_at=NOON),
        kpi_day("A", offered=3),
        inquiry("G-1"),
        Update("complaints", "K-2", seen, new),
        Update(
            "kpi_days",
            "2026-11-21|A",
            {"date": None, "offered": 2**60},
            {"date": date(2026, 11, 21), "offered": 0},
        ),
        Delete("complaints", "K-3"),
        route=AuditRoute.IMPORT,
        reason="取込",
    )

    assert there_and_back(commit) == commit


def test_a_word_that_a_sheet_holds_and_no_vocabulary_comes_back():
    seen = {"status": Unlisted("対応中です")}
    change = Update("complaints", "K-1", seen, {"status": ComplaintStatus.WORKING})

    found = there_and_back(saving(change)).writes[0]

    assert found == change
    assert type(found.base["status"]) is Unlisted


@given(content=texts, actor=texts, reason=texts)
def test_any_text_comes_back(content, actor, reason):
    change = Update("complaints", "K-1", {"content": ""}, {"content": content})
    commit = saving(change, actor=actor, reason=reason)

    assert there_and_back(commit) == commit


@given(number=st.floats(allow_nan=False) | st.integers())
def test_any_number_comes_back(number):
    change = Update("kpi_days", "x", {"offered": number}, {"offered": None})

    assert there_and_back(saving(change)).writes == (change,)


def test_every_row_of_the_sample_year_comes_back():
    company = sample_company(end=NOON.date(), months=1)
    rows = [record for _code, record in company]

    found = there_and_back(saving(*rows)).writes

    assert [write.record for write in found] == rows
    assert [type(write.record) for write in found] == [type(row) for row in rows]


def test_a_frame_row_comes_back_with_its_types():
    rows = table("complaints")
    record = record_at(rows, frame_of(rows, [complaint("K-1")]), "K-1")

    assert there_and_back(saving(record)).writes[0].record == record


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "null",
        "[1]",
        '{"format":1}',
        json.dumps({"format": FORMAT + 1, "id": "x"}),
    ],
)
def test_a_foreign_text_is_told_apart(text):
    with pytest.raises(Unreadable):
        commit_from(text)


def test_a_field_that_is_no_more_is_not_dropped_silently():
    text = commit_text(saving(complaint("K-1"))).replace('"content"', '"contents"')

    with pytest.raises(Unreadable):
        commit_from(text)


def test_a_conflict_keeps_both_versions():
    clash = FieldConflict(
        "complaints",
        "K-1",
        "status",
        base=ComplaintStatus.RECEIVED,
        theirs=ComplaintStatus.CLOSED,
        mine=ComplaintStatus.WORKING,
    )
    conflict = Conflict("complaints", "K-1", fields=[clash])

    found = problem_from(problem_text(conflict))

    assert isinstance(found, Conflict)
    assert (found.table, found.key) == ("complaints", "K-1")
    assert found.fields == (clash,)


def test_a_taken_key_keeps_the_row_that_has_it():
    row = kpi_day("A", offered=7)

    found = problem_from(problem_text(Conflict("kpi_days", "k", theirs=row.values())))

    assert isinstance(found, Conflict)
    assert found.theirs == row.values()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (InvalidRecord([FieldProblem("content", "長い")]), InvalidRecord),
        (NotAllowed(), NotAllowed),
        (ActionRefused("だめ"), ActionRefused),
        (SettingsError("{name} が違う", name="X"), ActionRefused),
    ],
)
def test_the_reason_is_told_in_the_same_words(error, kind):
    found = problem_from(problem_text(error))

    assert type(found) is kind
    assert (found.message, str(found)) == (error.message, str(error))
    assert getattr(found, "problems", ()) == getattr(error, "problems", ())


def test_no_reason_is_none():
    assert problem_from(problem_text(None)) is None
