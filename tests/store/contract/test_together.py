"""Many threads and processes write at once, and nothing of anybody's is lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.process import BaseProcess

import pytest

from lib.schema.masters import Product
from lib.store.protocol import Outbox, Store
from tests.store.contract import workers
from tests.store.contract.test_refresh import assert_equal
from tests.store.rows import complaint, read, saving

PROCESSES = 8
FEW = 4


def run_together(target, arguments) -> None:
    """Run `target` in one process for each tuple of arguments; all must succeed."""
    running: list[BaseProcess] = [
        workers.context.Process(target=target, args=args) for args in arguments
    ]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
    codes = [process.exitcode for process in running]
    for process in running:
        process.kill()
        process.join()
        process.close()
    assert codes == [0] * len(codes)


def tokens(store: Store, key: str) -> list[str]:
    return read(store, "products", key).maker.split()


def expected(writers: int, count: int) -> list[str]:
    return sorted(f"p{who}.{n}" for who in range(writers) for n in range(count))


def append_in_processes(place, keys: list[str], count: int, target) -> Store:
    store = place()
    store.commit(saving(*(Product(code=key, name=key) for key in keys)))
    run_together(
        target,
        [(place.url, place.data, keys, f"p{who}", count) for who in range(PROCESSES)],
    )
    return store


def check_processes(place, keys: list[str], count: int) -> None:
    store = append_in_processes(place, keys, count, workers.append)

    for key in keys:
        assert sorted(tokens(store, key)) == expected(PROCESSES, count)
        assert read(store, "products", key).version == 1 + PROCESSES * count
        assert len(store.audit("products", key)) == 1 + PROCESSES * count
    writes = 1 + PROCESSES * count * len(keys)
    assert store.load().revision == writes


def test_processes_that_write_the_same_rows_lose_nothing(store_factory):
    check_processes(store_factory, ["a", "b"], 5)


@pytest.mark.slow
def test_processes_that_write_the_same_rows_lose_nothing_at_length(store_factory):
    check_processes(store_factory, [f"row{n}" for n in range(4)], 60)


def test_without_the_check_writes_are_lost(store_factory):
    """The race really happens here; else the tests above would say nothing."""
    count = 10
    store = append_in_processes(store_factory, ["a"], count, workers.append_blindly)

    assert len(tokens(store, "a")) < PROCESSES * count


def test_threads_that_write_the_same_rows_lose_nothing(store):
    store.commit(saving(Product(code="a", name="a"), Product(code="b", name="b")))

    with ThreadPoolExecutor(8) as pool:
        done = [
            pool.submit(workers.append_tokens, store, ["a", "b"], f"p{who}", 4)
            for who in range(8)
        ]
        for future in done:
            future.result(60)

    for key in ("a", "b"):
        assert sorted(tokens(store, key)) == expected(8, 4)


def test_of_many_who_make_the_same_row_one_succeeds(store_factory, tmp_path):
    store = store_factory()
    won = tmp_path / "won"
    won.mkdir()

    run_together(
        workers.insert_same,
        [
            (store_factory.url, store_factory.data, "P", f"p{who}", won)
            for who in range(FEW)
        ],
    )

    winners = [path.name for path in won.iterdir()]
    assert winners == [read(store, "products", "P").name]


def test_many_may_open_a_new_store_at_once(store_factory, tmp_path):
    won = tmp_path / "won"
    won.mkdir()

    run_together(
        workers.insert_same,
        [
            (store_factory.url, store_factory.data, f"P{who}", f"p{who}", won)
            for who in range(FEW)
        ],
    )

    assert len(store_factory().load().frames["products"]) == FEW


def test_a_reader_misses_nothing_while_others_write(store):
    """A commit under way must not hide behind one with a higher revision."""
    finished = threading.Event()
    snapshots = [store.load()]

    def look() -> None:
        while not finished.is_set():
            snapshots.append(store.refresh(snapshots[-1]))
        snapshots.append(store.refresh(snapshots[-1]))

    reader = threading.Thread(target=look)
    reader.start()
    with ThreadPoolExecutor(4) as pool:
        for future in [
            pool.submit(store.commit, saving(complaint())) for _ in range(40)
        ]:
            future.result(60)
    finished.set()
    reader.join(60)

    assert_equal(snapshots[-1], store.load())
    sizes = [len(snapshot.frames["complaints"]) for snapshot in snapshots]
    revisions = [snapshot.revision for snapshot in snapshots]
    assert (sizes, revisions) == (sorted(sizes), sorted(revisions))
    assert len(set(zip(revisions, sizes, strict=True))) == len(set(revisions))
    if not isinstance(store, Outbox):
        # A save that the store has and has not shown yet gives a revision of its own.
        assert sizes == revisions
