"""A crisis in numbers: blank is unknown, a share is a sum over a sum."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import clock
from lib.metrics.crises import Affected, progress, recall, share
from lib.schema.crisis import RecallLot
from lib.schema.frames import frame_of
from lib.schema.tables import table
from lib.schema.task import Task

NOW = clock.now()


def lots(*counts: tuple[int | None, int | None]):
    return recall(
        frame_of(
            table("recall_lots"),
            [
                RecallLot(
                    crisis_id="C-261121-7F3QX",
                    product_code="P1",
                    lot=f"A{place}",
                    shipped=shipped,
                    recovered=recovered,
                )
                for place, (shipped, recovered) in enumerate(counts)
            ],
        )
    )


def task(**changes):
    return Task(
        **{"id": "W-261121-7F3QX", "case_id": "C-1", "title": "止める", **changes}
    )


def test_a_recall_without_lots_has_no_sum_and_no_share():
    found = lots()

    assert (found.lots, found.shipped, found.recovered) == (0, None, None)
    assert found.share is None
    assert not found.has_gaps


def test_the_share_is_a_sum_over_a_sum():
    found = lots((100, 100), (900, 0))

    assert (found.shipped, found.recovered) == (1000, 100)
    assert found.share == pytest.approx(0.1)


def test_a_blank_count_is_missing_and_not_zero():
    found = lots((100, 50), (300, None), (None, 20))

    assert (found.shipped, found.recovered) == (400, 70)
    assert (found.without_shipped, found.without_recovered) == (1, 1)
    assert found.has_gaps
    assert found.share == pytest.approx(0.5)


def test_where_nothing_is_counted_the_sum_is_unknown():
    found = lots((None, None), (None, 3))

    assert (found.shipped, found.recovered, found.share) == (None, 3, None)


def test_nothing_shipped_gives_no_share():
    assert lots((0, 0)).share is None


@pytest.mark.parametrize(
    ("part", "whole", "found"),
    [(None, 4, None), (1, None, None), (0, 0, None), (0, 4, 0.0), (1, 4, 0.25)],
)
def test_a_share_of_the_unknown_is_unknown(part, whole, found):
    assert share(part, whole) == found


def test_more_told_than_known_is_doubtful():
    assert Affected(10, 12, 0).is_doubtful
    assert Affected(10, 10, 11).is_doubtful
    assert not Affected(10, 10, 10).is_doubtful
    assert not Affected(None, 12, 3).is_doubtful


def test_a_list_knows_what_is_done_waived_and_late():
    late, later = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    done = {"done_at": NOW, "done_by": "佐藤"}

    found = progress(
        [
            task(due_at=late),
            task(due_at=later),
            task(),
            task(due_at=late, **done),
            task(**done, waived_reason="要らない"),
        ],
        NOW,
    )

    assert (found.total, found.done, found.waived) == (5, 2, 1)
    assert (found.overdue, found.left, found.is_done) == (1, 3, False)


def test_an_empty_list_is_done():
    assert progress([], NOW).is_done
