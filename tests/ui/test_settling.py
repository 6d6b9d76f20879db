"""What stays in memory is set apart; what has gone does not stay."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from lib.ui.settling import settle


class Node:
    """Part of a ring, which only the collector can free."""

    def __init__(self) -> None:
        """Point to itself."""
        self.ring = self


@pytest.fixture(autouse=True)
def unfrozen_again() -> Iterator[None]:
    """Leave the collector as it was found."""
    yield
    gc.unfreeze()


def test_much_that_stays_is_not_walked_through_again():
    kept = [[] for _number in range(1_000)]

    assert settle(worth_it=500)

    assert len(gc.get_objects()) < len(kept)


def test_little_is_left_where_it_is():
    before = gc.get_freeze_count()

    assert not settle(worth_it=10**9)

    assert gc.get_freeze_count() == before


def test_what_ended_after_it_was_set_apart_goes_at_the_next_time():
    node = Node()
    gone = weakref.ref(node)
    settle(worth_it=0)
    del node
    gc.collect()
    assert gone() is not None

    settle(worth_it=0)

    assert gone() is None
