"""Writes are applied in the order in which they came."""

import threading
import time

import pytest

from tests.sheets_api.fairness import FairLock


def test_whoever_waits_longest_is_next():
    lock, served, waiting = FairLock(), [], []

    def work(number):
        with lock:
            served.append(number)

    with lock:
        for number in range(8):
            thread = threading.Thread(target=work, args=(number,))
            thread.start()
            waiting.append(thread)
            while len(lock._queue) <= number:
                time.sleep(0.001)
    for thread in waiting:
        thread.join()
    assert served == list(range(8))


def test_a_lock_is_free_again_after_an_error():
    lock = FairLock()

    def fail():
        raise LookupError

    with pytest.raises(LookupError), lock:
        fail()
    assert not lock._held
