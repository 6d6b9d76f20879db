"""What every record promises, whatever its table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from lib.errors import InvalidRecord
from lib.schema.complaint import Complaint
from lib.schema.kpi_day import KpiDay
from lib.schema.record import Stage
from lib.schema.tables import TABLES, table_of
from lib.schema.vocab import Choice
from lib.text import LONGEST_TEXT, storable
from tests.schema.strategies import EARLIEST, records


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.code)
@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_record_made_of_its_own_values_is_equal(table, data):
    row = data.draw(records(table))

    assert table.record.model_validate(row.values()) == row
    assert table_of(row) is table


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.code)
def test_rules_speak_of_fields_that_exist(table):
    names = {field.name for field in table.fields}

    assert {rule.field for rule in table.record.RULES} <= names


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.code)
def test_keys_are_fields_and_headers_are_unique(table):
    labels = [field.label for field in table.fields]

    assert set(table.key) <= {field.name for field in table.fields}
    assert len(labels) == len(set(labels))


@given(st.text())
def test_text_is_kept_as_typed_except_for_what_no_store_holds(text):
    row = Complaint(id="K-1", received_at=EARLIEST, content="x", note=text)

    assert row.note == storable(text)
    row.note.encode("utf-8")
    assert "\x00" not in row.note


def test_a_record_cannot_be_changed():
    row = KpiDay(date=EARLIEST.date(), centre="A")

    with pytest.raises(ValidationError):
        row.offered = 3


def test_a_moment_is_in_tokyo_and_in_whole_seconds():
    moment = datetime(2026, 11, 21, 3, 4, 5, 678, tzinfo=UTC)
    row = Complaint(id="K-1", received_at=moment, content="x")

    assert row.received_at.isoformat() == "2026-11-21T12:04:05+09:00"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"content": ""}, "content"),
        ({"content": "x" * (LONGEST_TEXT + 1)}, "content"),
        ({"people_involved": 0}, "people_involved"),
        ({"people_involved": "三人"}, "people_involved"),
        ({"severity": "とても"}, "severity"),
        ({"received_at": "いつか"}, "received_at"),
        ({"unheard_of": 1}, "unheard_of"),
    ],
)
def test_a_value_that_does_not_fit_is_named(values, field):
    good = {"id": "K-1", "received_at": EARLIEST, "content": "x", "status": "完了"}

    with pytest.raises(InvalidRecord) as raised:
        Complaint.parse(good | values)

    assert [problem.field for problem in raised.value.problems] == [field]


def test_all_problems_are_told_at_once():
    with pytest.raises(InvalidRecord) as raised:
        Complaint.parse({"id": "K-1", "received_at": EARLIEST, "content": "x"})

    assert [problem.field for problem in raised.value.problems] == [
        "next_promise",
        "next_promise_at",
    ]


def test_blank_is_missing_and_no_mismatch():
    day = KpiDay(date=EARLIEST.date(), centre="A", offered=5, answered=5)

    assert day.problems(Stage.SAVING) == ()
    assert day.with_values(abandoned=0).problems(Stage.SAVING) == ()
    with pytest.raises(InvalidRecord):
        day.with_values(abandoned=1)


@pytest.mark.parametrize(
    "kind",
    sorted(
        {
            field.choice_type
            for table in TABLES
            for field in table.fields
            if field.choice_type
        },
        key=lambda kind: kind.__name__,
    ),
    ids=lambda kind: kind.__name__,
)
def test_every_word_is_found_again_by_code_and_by_text(kind: type[Choice]):
    for word in kind:
        assert kind.from_code(word.code) is word
        assert kind.from_text(f" {word.value}　") is word
    assert kind.from_text("そんな言葉はない") is None
    assert kind.from_code("no_such_code") is None
