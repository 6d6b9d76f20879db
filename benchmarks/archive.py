"""What years put away cost those who load the rest, beside a store that never had them.

`python -m benchmarks.archive --old 20000 --new 5000` fills two SQLite stores: one with
the new complaints alone, one with old ones besides (three steps each), loads both, puts
the old ones away and loads again. It prints processor seconds and the ratio: near 1, what
is put away costs nothing.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from lib.actions import archiving
from lib.schema.principal import SYSTEM
from lib.schema.vocab import ComplaintStatus
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Store
from tests.store.rows import NOON, activity, complaint, saving

CHUNK: Final = 1_000
STEPS: Final = 3
TIMES: Final = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", type=int, default=20_000)
    parser.add_argument("--new", type=int, default=5_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone = _opened(folder / "alone")
        both = _opened(folder / "both")
        _fill(alone, asked.new, "B", timedelta(days=100))
        _fill(both, asked.old, "A", timedelta(days=1_000))
        _fill(both, asked.new, "B", timedelta(days=100))
        live = LiveStore(both)
        live.snapshot()
        _tell("load, all of it live", _least(both.load))
        _tell("find what is due", _least(lambda: archiving.due(live, SYSTEM, NOON), 1))
        put = lambda: archiving.put_away(live, SYSTEM, NOON, data=folder)  # noqa: E731
        _tell("put it away", _least(put, 1))
        kept, never = _least(both.load), _least(alone.load)
        _tell("load the rest", kept)
        _tell("load it where nothing was ever put away", never)
        print(f"ratio {kept / never:.2f}")
        _tell("read what is put away", _least(live.archive, 1))
        live.close()
        alone.close()


def _opened(folder: Path) -> Store:
    return open_store(f"sqlite:///{folder / 'store.db'}", data=folder)


def _fill(store: Store, count: int, letter: str, ago: timedelta) -> None:
    at = NOON - ago
    over = {"received_at": at, "closed_at": at, "status": ComplaintStatus.CLOSED}
    for start in range(0, count, CHUNK):
        rows = []
        for number in range(start, min(start + CHUNK, count)):
            key = f"K-{letter}{number:06}"
            rows.append(complaint(key, content="届かない" * 20, **over))
            rows += [activity(key, at=at, content="聞いた" * 10) for _ in range(STEPS)]
        store.commit(saving(*rows))


def _least(act: Callable[[], object], times: int = TIMES) -> float:
    found = []
    for _ in range(times):
        start = time.process_time()
        act()
        found.append(time.process_time() - start)
    return min(found)


def _tell(what: str, seconds: float) -> None:
    print(f"{what:45} {seconds:7.3f} s")


if __name__ == "__main__":
    main()
