"""What is still owed, and what was kept."""

from __future__ import annotations

import pytest

from lib.metrics import promises
from lib.metrics.promises import When
from lib.schema.vocab import ActivityKind, ComplaintStatus, Medium, Source
from tests.metrics.rows import NOW, activity, at, complaint, frames


def owed(*rows):
    found = promises.open_promises(frames(rows)["complaints"], NOW)
    return dict(zip(found.index, found["when"].astype("str"), strict=True))


def kept(*rows):
    given = frames(rows)
    due = promises.due(given["complaints"], given["activities"], NOW)
    return due["kept"].tolist()


def test_open_promises_are_sorted_by_how_pressing_they_are():
    later = complaint(at(1), next_promise_at=at(22, 9))
    today = complaint(at(1), next_promise_at=at(21, 18))
    overdue = complaint(at(1), next_promise_at=at(21, 14))
    long_overdue = complaint(at(1), next_promise_at=at(2))
    undated = complaint(at(1), source=Source.SHEET)

    assert list(owed(later, today, overdue, undated, long_overdue).items()) == [
        (long_overdue.id, When.OVERDUE.value),
        (overdue.id, When.OVERDUE.value),
        (today.id, When.TODAY.value),
        (later.id, When.LATER.value),
        (undated.id, When.UNDATED.value),
    ]


@pytest.mark.parametrize("status", [ComplaintStatus.CLOSED, ComplaintStatus.CANCELLED])
def test_nothing_is_owed_on_a_settled_complaint(status):
    assert owed(complaint(at(1), status=status, next_promise_at=at(2))) == {}


def test_an_imported_case_is_late_only_after_a_person_gave_it_a_date():
    fresh = complaint(at(1), source=Source.IMPORT, next_promise_at=at(2))
    touched = complaint(at(1), source=Source.IMPORT, next_promise_at=at(2), version=2)

    assert owed(fresh, touched) == {
        touched.id: When.OVERDUE.value,
        fresh.id: When.UNDATED.value,
    }


def test_a_promise_is_kept_by_reaching_the_customer_in_time():
    case = complaint(at(16), next_promise_at=at(17))

    assert kept(case, activity(case, at(17), medium=Medium.MAIL)) == [True]
    assert kept(case, activity(case, at(17, 9, 1), medium=Medium.MAIL)) == [False]
    assert kept(case, activity(case, at(17), medium=Medium.INTERNAL)) == [False]
    assert kept(case) == [False]


def test_a_refund_keeps_a_promise_without_a_call():
    case = complaint(at(16), next_promise_at=at(17))

    assert kept(case, activity(case, at(17), kind=ActivityKind.REFUND)) == [True]


def test_closing_in_time_keeps_the_promise():
    case = complaint(
        at(16),
        next_promise_at=at(17),
        status=ComplaintStatus.CLOSED,
        closed_at=at(16, 12),
    )

    assert kept(case) == [True]


def test_the_call_in_which_it_was_promised_does_not_keep_it():
    case = complaint(at(16), next_promise_at=at(17))
    taking = activity(
        case, at(16), medium=Medium.CALL_IN, next_promise_at=case.next_promise_at
    )

    assert kept(case, taking) == [False]


def test_a_promise_moved_in_time_is_judged_by_its_new_date():
    case = complaint(at(16), next_promise_at=at(18))
    first = activity(case, at(16), next_promise_at=at(17))
    moved = activity(case, at(16, 15), next_promise_at=at(18))
    done = activity(case, at(18), medium=Medium.CALL_OUT)

    assert kept(case, first, moved, done) == [True]


def test_a_promise_moved_after_its_time_was_broken():
    case = complaint(at(16), next_promise_at=at(19))
    first = activity(case, at(16), next_promise_at=at(17))
    moved = activity(case, at(18), next_promise_at=at(19))

    assert kept(case, first, moved) == [False, False]


def test_cancelled_and_imported_complaints_owe_nothing():
    rows = [
        complaint(at(1), next_promise_at=at(2), status=ComplaintStatus.CANCELLED),
        complaint(at(1), next_promise_at=at(2), source=Source.IMPORT),
    ]

    assert kept(*rows) == []


def test_an_action_on_another_case_keeps_nothing():
    case, other = complaint(at(16), next_promise_at=at(17)), complaint(at(16))

    assert kept(case, other, activity(other, at(16, 12), medium=Medium.CALL_OUT)) == [
        False
    ]
