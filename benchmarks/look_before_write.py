"""What the look before a write costs, beside a look at the whole tab.

`python -m benchmarks.look_before_write --rows 20000` fills 苦情台帳 of a spreadsheet in the
emulator with the sample company's cases and looks at one of them, both ways in turn.
It prints the bytes of the unpacked answer, the processor time from the answer to
records (the waiting thread's, so that the emulator does not count), and the ratios.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from lib import clock
from lib.sample import sample_company
from lib.schema.frames import record_at
from lib.schema.ids import new_commit_id
from lib.settings.install import SheetsSettings
from lib.store.protocol import Commit, Insert
from lib.store.sheets.client import connected
from lib.store.sheets.looking import Looker
from lib.store.sheets.store import SheetsStore
from tests.sheets_api import Emulator
from tests.store.places import FreeBudget

MONTHS: Final = 13
CHUNK: Final = 4_000
TIMES: Final = 7
END: Final = date(2026, 11, 20)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
        settings = SheetsSettings(emulator.url, emulator.service_account())
        client = connected(settings, FreeBudget(Path(folder)))
        store = SheetsStore(client, emulator.create(), data=Path(folder))
        keys = fill(store, rows)
        measure(store, keys[len(keys) // 2])
        store.close()


def fill(store: SheetsStore, rows: int) -> list[str]:
    """Put cases into the store; return their keys."""
    days = MONTHS * 30
    company = sample_company(end=END, months=MONTHS, complaints_per_day=rows / days)
    cases = company.complaints
    for start in range(0, len(cases), CHUNK):
        writes = tuple(Insert(case) for case in cases[start : start + CHUNK])
        store.commit(Commit(new_commit_id(), "測定", clock.now(), writes))
    store.load()
    return [case.id for case in cases]


def measure(store: SheetsStore, key: str) -> None:
    """Look at one case both ways in turn, and print what each costs."""
    kinds: Mapping[str, Any] = {
        "window": {"complaints": [key]},
        "whole": {"complaints": None},
    }
    sizes: dict[str, int] = {}
    spent: dict[str, list[float]] = {kind: [] for kind in kinds}
    watch = store._watch  # noqa: SLF001 - measured from within
    client: Any = _Noting(store._client)  # noqa: SLF001
    looker = Looker(client, store._writer._spreadsheet)  # noqa: SLF001
    state = watch.known()
    for _round in range(TIMES):
        for kind, wanted in kinds.items():
            start = time.thread_time()
            seen = looker.look(watch.places, wanted, state.tabs, state.books)
            spent[kind].append(time.thread_time() - start)
            sizes[kind] = client.size
            found = seen.tabs["complaints"].read
            if record_at(found.table, found.frame, key) is None:
                raise AssertionError(key)
    for kind in kinds:
        middle = statistics.median(spent[kind])
        print(f"{kind:8} {sizes[kind] / 1e6:8.2f} MB {middle * 1000:9.1f} ms")
    bytes_ = sizes["whole"] / sizes["window"]
    cpu = statistics.median(spent["whole"]) / statistics.median(spent["window"])
    print(f"whole / window: {bytes_:.1f} x the bytes, {cpu:.1f} x the processor time")


class _Noting:
    """A client that notes the size of the last answer."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.size = 0

    def request(self, *args: Any, **options: Any) -> Any:
        answer = self._client.request(*args, **options)
        self.size = len(answer.content)
        return answer


if __name__ == "__main__":
    main()
