"""Load and promises by person; who met hostile callers shows nowhere."""

from __future__ import annotations

import pytest

from lib.metrics.people import loads
from lib.schema.vocab import (
    ActivityKind,
    ComplaintStatus,
    Harassment,
    Medium,
    Source,
    Temper,
)
from tests.metrics.rows import NOW, activity, at, complaint, frames


def promised(name: str, day: int, *, kept: bool, **values):
    """Return a case of somebody with a promise of that day, and what was done."""
    case = complaint(
        at(day), handler=name, receiver=name, next_promise_at=at(day, 15), **values
    )
    if not kept:
        return [case]
    done = activity(
        case, at(day, 11), medium=Medium.CALL_OUT, kind=ActivityKind.CALLBACK_DONE
    )
    return [case, done]


def test_what_is_in_hand_and_what_was_kept_stands_by_name():
    rows = [
        *promised("小田", 16, kept=True),
        *promised("小田", 17, kept=False),
        *promised("平野", 18, kept=True),
        complaint(at(20), handler="平野", receiver="小田", next_promise_at=at(21, 18)),
        complaint(at(20), handler="平野", status=ComplaintStatus.CLOSED),
    ]

    found = loads(frames(rows), NOW)

    oda, hirano = found["小田"], found["平野"]
    assert (oda.open, oda.overdue, oda.kept, oda.due, oda.share) == (2, 2, 1, 2, 0.5)
    assert (hirano.open, hirano.overdue, hirano.today) == (2, 1, 1)
    assert (hirano.kept, hirano.due) == (1, 1)
    assert (oda.a_day, hirano.a_day) == (1.0, 1.0)


@pytest.mark.parametrize(
    "hard",
    [
        {"harassment": Harassment.SUSPECTED},
        {"harassment": Harassment.CONFIRMED},
        {"temper": Temper.FURIOUS},
        {"temper": Temper.HOSTILE},
    ],
)
@pytest.mark.parametrize("kept", [True, False])
def test_a_promise_to_a_hostile_caller_is_in_nobody_s_share(hard, kept):
    calm = promised("小田", 16, kept=True)

    alone = loads(frames(calm), NOW)["小田"]
    with_hard = loads(frames(calm + promised("小田", 17, kept=kept, **hard)), NOW)

    assert (with_hard["小田"].kept, with_hard["小田"].due) == (alone.kept, alone.due)
    assert with_hard["小田"].overdue == alone.overdue
    assert with_hard["小田"].open == alone.open + 1


def test_a_second_complaint_is_counted_like_any_other():
    """It owes a talk, but says nothing about the caller."""
    case = promised("小田", 16, kept=False, kind="二次")

    assert loads(frames(case), NOW)["小田"].due == 1


def test_without_a_promise_there_is_no_share_and_older_ones_do_not_count():
    old = promised("小田", 20, kept=True)
    old = [row.model_copy(update={"received_at": at(20)}) for row in old]
    bare = loads(frames([complaint(at(20), handler="平野")]), NOW)["平野"]
    long_ago = [
        complaint(
            at(1).replace(month=9),
            handler="村井",
            next_promise_at=at(2).replace(month=9),
            status=ComplaintStatus.CLOSED,
            closed_at=at(1).replace(month=9),
        )
    ]

    assert (bare.due, bare.share, bare.a_day) == (0, None, None)
    assert "村井" not in loads(frames(long_ago), NOW)
    assert loads(frames(), NOW) == {}


def test_the_median_day_leaves_out_wishes_and_what_was_imported_or_cancelled():
    rows = [
        *(complaint(at(16, hour), receiver="小田") for hour in (9, 10, 11)),
        complaint(at(17), receiver="小田"),
        complaint(at(17), receiver="小田", kind="要望のみ"),
        complaint(at(18), receiver="小田", source=Source.IMPORT),
        complaint(at(19), receiver="小田", status=ComplaintStatus.CANCELLED),
    ]

    assert loads(frames(rows), NOW)["小田"].a_day == 2.0
