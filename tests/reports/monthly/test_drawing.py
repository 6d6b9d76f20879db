"""Charts as lines: what breaks them, what bridges them, where an axis begins."""

from __future__ import annotations

import itertools

import pytest

from lib.reports.monthly.drawing import drawn, span_of
from lib.reports.monthly.model import Chart, ChartMark, Point


def chart(*points: Point, scale="share", bars=False, marks=()) -> Chart:
    return Chart(
        title="t",
        points=points,
        scale=scale,
        bars=bars,
        name="n",
        target_name="",
        marks=marks,
    )


def point(value: float | None, **more) -> Point:
    return Point(label="", value=value, **more)


def test_a_missing_day_breaks_the_line_and_a_closed_one_does_not():
    missing = drawn(
        chart(point(0.9), point(0.8), point(None, gap="missing"), point(0.9), point(1))
    )
    closed = drawn(
        chart(point(0.9), point(0.8), point(None, gap="closed"), point(0.9), point(1))
    )

    assert [len(line) for line in missing.lines] == [2, 2]
    assert missing.gaps == ((0.5, True),)
    assert [len(line) for line in closed.lines] == [4]
    assert closed.gaps == ()
    assert closed.bands == ((pytest.approx(0.4), pytest.approx(0.6)),)


def test_a_day_alone_between_gaps_keeps_its_dot():
    found = drawn(
        chart(point(None, gap="missing"), point(0.9), point(None, gap="missing"))
    )

    assert found.lines == ()
    assert [dot[0] for dot in found.dots] == [0.5]


def test_high_shares_are_zoomed_and_low_ones_begin_at_nothing():
    assert span_of(chart(point(0.95), point(0.97))) == (0.92, 1.0)
    assert span_of(chart(point(0.9), point(0.97))) == (0.8, 1.0)
    assert span_of(chart(point(0.7), point(0.9))) == (0.6, 1.0)
    assert span_of(chart(point(1), point(0.9, target=0.5))) == (0.0, 1.0)
    assert span_of(chart(point(0.3), point(0.97))) == (0.0, 1.0)
    assert span_of(chart(point(None))) == (0.0, 1.0)


def test_counts_begin_at_nothing_and_end_at_a_round_number_above_the_target_too():
    foot, top = span_of(
        chart(point(90), point(10, target=130), scale="count", bars=True)
    )

    assert foot == 0
    assert top == 160
    assert span_of(chart(point(0), scale="count", bars=True)) == (0.0, 4.0)


@pytest.mark.parametrize("most", [3, 5, 8, 9, 10, 13, 47, 93, 129, 900, 1_450])
def test_the_axis_of_counts_is_written_in_even_whole_steps(most):
    made = drawn(chart(point(0), point(most), scale="count", bars=True))

    written = [float(text.replace(",", "")) for _height, text in made.ticks]
    steps = {after - before for before, after in itertools.pairwise(written)}
    assert len(steps) == 1
    assert written[-1] >= most


def test_a_bar_is_as_high_as_its_share_of_the_axis():
    found = drawn(chart(point(80), point(None), point(160), scale="count", bars=True))

    foot, top = (
        0.0,
        span_of(chart(point(80), point(None), point(160), scale="count", bars=True))[1],
    )
    assert [bar[2] for bar in found.bars] == [
        pytest.approx((80 - foot) / top),
        pytest.approx((160 - foot) / top),
    ]
    assert found.lines == found.dots == ()


def test_a_target_that_changes_is_a_step_and_one_that_ends_a_gap():
    found = drawn(
        chart(
            point(0.9, target=0.8),
            point(0.9, target=0.9),
            point(0.9),
            point(0.9, target=0.9),
        )
    )

    assert [len(line) for line in found.targets] == [4, 2]
    (_a, low), (b, _low), (c, high), _end = found.targets[0]
    assert b == c == 0.25
    assert low < high


def test_marks_stand_on_their_day():
    found = drawn(chart(point(1), point(1), marks=(ChartMark(1, 1, "x"),)))

    assert found.marks == ((0.75, 1),)


def test_a_month_has_few_labels_and_a_year_all_that_fit():
    month = drawn(chart(*(Point(label=str(n), value=1) for n in range(1, 32))))
    year = drawn(chart(*(Point(label=str(n), value=1) for n in range(13))))

    assert [text for _at, text in month.labels] == [
        "1",
        "6",
        "11",
        "16",
        "21",
        "26",
        "31",
    ]
    assert len(year.labels) == 7
