"""A snapshot brought up to date equals one that is loaded anew."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.schema.vocab import Source
from lib.store.protocol import Delete, Snapshot, Store
from tests.store.rows import activity, change, complaint, kpi_day, read, saving


def assert_equal(one: Snapshot, other: Snapshot) -> None:
    """Check that two snapshots are the same to the last dtype and row."""
    assert one.revision == other.revision
    assert list(one.frames) == list(other.frames)
    for code, frame in one.frames.items():
        pd.testing.assert_frame_equal(frame, other.frames[code], obj=code)


def test_the_same_snapshot_comes_back_where_nothing_changed(store):
    store.commit(saving(complaint()))
    known = store.load()

    assert store.refresh(known) is known


def test_an_unchanged_table_keeps_its_frame(store):
    store.commit(saving(complaint("K-1"), kpi_day()))
    known = store.load()
    store.commit(saving(complaint("K-2")))

    fresh = store.refresh(known)

    assert fresh.frames["kpi_days"] is known.frames["kpi_days"]
    assert fresh.frames["complaints"] is not known.frames["complaints"]


def test_the_old_snapshot_stays_as_it_was(store):
    row = complaint("K-1", content="前")
    store.commit(saving(row))
    known = store.load()
    store.commit(saving(change(row, content="後"), complaint("K-2")))

    fresh = store.refresh(known)

    assert known.frames["complaints"]["content"].tolist() == ["前"]
    assert fresh.frames["complaints"]["content"].tolist() == ["後", "届かない"]


def test_revisions_only_grow(store):
    seen = [store.load().revision]
    for _ in range(5):
        store.commit(saving(complaint()))
        seen.append(store.load().revision)

    assert seen == sorted(set(seen))


def test_changes_of_another_opening_are_seen(store, store_factory):
    known = store.load()
    store_factory().commit(saving(complaint("K-1")))

    assert read(store.refresh(known), "complaints", "K-1") is not None


def play(store: Store, moves: list[tuple[str, int]]) -> None:
    """Carry out random moves on a handful of rows; impossible ones do nothing."""
    for move, number in moves:
        key = f"K-{number}"
        standing = read(store, "complaints", key)
        if standing is None:
            source = Source.SAMPLE if number % 2 else Source.APP
            new = complaint(key, content=move, source=source)
            store.commit(saving(new, activity(key), kpi_day(key)))
        elif move == "delete" and standing.source is Source.SAMPLE:
            day = f"2026-11-21|{key}"
            store.commit(saving(Delete("complaints", key)))
            if read(store, "kpi_days", day).source is Source.SAMPLE:
                store.commit(saving(Delete("kpi_days", day)))
            else:
                store.commit(
                    saving(complaint(key, content="again", source=Source.SAMPLE))
                )
        else:
            content = f"{standing.content[:20]}+{move}"
            store.commit(saving(change(standing, content=content)))


moves = st.lists(
    st.tuples(st.sampled_from(["edit", "delete", "again"]), st.integers(0, 5)),
    max_size=6,
)


def check_refresh(store: Store, before: list, between: list) -> None:
    play(store, before)
    known = store.load()
    play(store, between)

    assert_equal(store.refresh(known), store.load())


relaxed = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}


@given(before=moves, between=moves)
@settings(max_examples=6, **relaxed)
def test_a_refresh_equals_a_full_load(store, before, between):
    check_refresh(store, before, between)


@pytest.mark.slow
@given(before=moves, between=moves)
@settings(max_examples=150, **relaxed)
def test_a_refresh_equals_a_full_load_at_length(store, before, between):
    check_refresh(store, before, between)
