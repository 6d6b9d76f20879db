"""Processes and a person at one sheet; the long form is `benchmarks.lost_updates`."""

from __future__ import annotations

import pytest

from benchmarks.races.history import Change, History
from benchmarks.races.judge import Intent, Verdict, judged
from benchmarks.races.running import Course, Racer, race

COURSE = Course(updates=120, writers=2, records=30, pace=0.3, latency=0.02)
CELL = ("K-1", "ロット番号")
OTHER = ("K-2", "ロット番号")
HAND, ONE, TWO = "hito", "one", "two"


def test_processes_and_a_person_lose_nothing_and_leave_nothing_misplaced():
    outcome = race(Racer("mimamori", "benchmarks.peers.mimamori"), COURSE)

    verdict = outcome.verdict
    assert verdict.clean, verdict.examples
    assert verdict.in_window == 0, verdict.examples
    assert outcome.saved == COURSE.updates
    assert outcome.acts >= COURSE.pace * COURSE.updates / 2


def test_the_same_judge_finds_what_kept_row_numbers_destroy():
    outcome = race(Racer("kept rows", "benchmarks.peers.gspread_kept_row"), COURSE)

    assert outcome.verdict.silent > 10
    assert outcome.verdict.lost_rows > 0


# The judge --------------------------------------------------------------------------


def verdict(changes: dict, intents: dict, looks: dict | None = None) -> Verdict:
    history = History("book", first={CELL: "first", OTHER: "second"}, looks=looks or {})
    history.cells = changes
    for cell, steps in {CELL: [], OTHER: [], **changes}.items():
        history.last[cell] = steps[-1].new if steps else history.first[cell]
    return judged(history, intents, HAND)


def test_a_value_that_its_successor_saw_is_not_lost():
    found = verdict(
        {CELL: [Change(5, ONE, 4, "first", "mine")]},
        {"mine": Intent(CELL, "first", "")},
    )
    assert found.clean


def test_a_value_that_its_successor_did_not_see_is_lost():
    found = verdict(
        {
            CELL: [
                Change(5, ONE, 4, "first", "mine"),
                Change(6, TWO, 3, "mine", "yours"),
            ]
        },
        {
            "mine": Intent(CELL, "first", ""),
            "yours": Intent(CELL, "first", ""),
        },
    )
    assert found.lost == 1
    assert not found.clean


@pytest.mark.parametrize(("looked", "in_window"), [(3, 1), (5, 0)])
def test_what_a_person_typed_after_the_look_counts_apart(looked, in_window):
    found = verdict(
        {
            CELL: [
                Change(4, HAND, 0, "first", "typed"),
                Change(6, ONE, looked, "typed", "mine"),
            ]
        },
        {"mine": Intent(CELL, "first", "")},
    )
    assert (found.in_window, found.lost_by_hand) == (in_window, 1 - in_window)


def test_a_saved_value_that_never_stood_in_its_cell_is_a_loss():
    assert verdict({}, {"mine": Intent(CELL, "first", "")}).unarrived == 1
    assert verdict({}, {"mine": Intent(CELL, "first", "conflict")}).clean


def test_a_misplaced_value_that_stays_is_counted():
    hit = Change(5, ONE, 4, "second", "mine")
    right = Change(7, ONE, 6, "first", "mine")
    intents = {"mine": Intent(CELL, "first", "")}

    left = verdict({OTHER: [hit], CELL: [right]}, intents)
    assert (left.misplaced, left.unreported, left.lost) == (1, 1, 1)

    back = Change(6, ONE, 5, "mine", "second")
    mended = verdict({OTHER: [hit, back], CELL: [right]}, intents)
    assert (mended.misplaced, mended.mended, mended.clean) == (1, 1, True)


def test_a_misplaced_value_whose_user_was_told_is_reported():
    hit = Change(5, ONE, 4, "second", "mine")
    found = verdict({OTHER: [hit]}, {"mine": Intent(CELL, "first", "moves on")})
    assert (found.reported, found.unreported) == (1, 0)


def test_a_record_that_is_gone_is_counted():
    found = verdict({CELL: [Change(5, ONE, 4, "first", None)]}, {})
    assert found.lost == 1
