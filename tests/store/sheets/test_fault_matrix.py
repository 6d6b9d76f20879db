"""Every fault of the network and of Google × every operation × seeds.

What was acknowledged stands in the sheet once, what was not can be sent again and then
stands there once, nobody else's row is touched, and no call outlasts its deadline.
"""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lib.errors import StoreError
from lib.schema.tables import table
from lib.settings.install import SheetsSettings
from lib.store.protocol import Commit, Store
from lib.store.sheets import writing
from lib.store.sheets.client import Limits, SheetsClient, connected
from lib.store.sheets.faults import WriteUnknown
from lib.store.sheets.store import SheetsStore
from tests.sheets_api import Emulator
from tests.sheets_api.faults import Fault
from tests.store.places import FreeBudget
from tests.store.rows import change, complaint, kpi_day, saving

LIMITS = Limits(connect=1.0, read=1.0, total=2.5, first_pause=0.05, longest_pause=0.4)
LONGEST = 3 * LIMITS.total
"""Seconds after which every operation has an answer: a save may look, write and look."""

BEFORE_OR_AFTER = [{}, {"applied": True}]

FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("429", {}),
    *(("429", {"retry_after": after}) for after in ("1", "date", "absurd")),
    *(
        (kind, {"body": body, **when})
        for kind in ("500", "502", "503", "504")
        for body in ("json", "html", "empty")
        for when in BEFORE_OR_AFTER
    ),
    *(("reset", when) for when in BEFORE_OR_AFTER),
    *(("half", when) for when in BEFORE_OR_AFTER),
    *(("hang", {"seconds": 4.0, **when}) for when in BEFORE_OR_AFTER),
    ("slow", {"rate": 20.0}),
    ("huge", {"bytes": 300_000}),
    ("late", {"seconds": 0.1}),
    ("401", {}),
    ("403", {}),
    ("403-protected", {}),
    ("403-limits", {}),
    ("404", {}),
    ("400-range", {}),
    ("rename-tab", {"title": "苦情台帳", "to": "苦情の台帳"}),
]

NAMES = ["-".join([kind, *map(str, more.values())]) for kind, more in FAULTS]


@dataclass
class Patience:
    """Real time, and on top of it what would have been slept."""

    slept: float = 0.0

    def timer(self) -> float:
        return time.monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


@dataclass
class Bench:
    """A spreadsheet with three rows of other people, and a store upon it."""

    emulator: Emulator
    book: str
    store: Store
    client: SheetsClient
    patience: Patience
    others: dict[str, str] = field(default_factory=dict)

    def ids(self) -> Counter[str]:
        """Count the rows of each number as they stand in the sheet."""
        return Counter(row["受付番号"] for row in self._rows("苦情"))

    def contents(self) -> dict[str, str]:
        return {row["受付番号"]: row["内容"] for row in self._rows("苦情")}

    def log_rows(self, commit: Commit) -> list[str]:
        """Return the numbers of the log rows that a commit left."""
        label = table("audit").field("id").label
        numbers = [row[label] for row in self._rows("操作ログ")]
        return [number for number in numbers if commit.id in number]

    def _rows(self, beginning: str) -> list[dict[str, Any]]:
        """Return the rows of the tab whose title begins so, by header."""
        titles = [sheet.title for sheet in self.emulator.book(self.book).sheets]
        title = next(name for name in titles if name.startswith(beginning))
        header, *rows = self.emulator.values(self.book, f"'{title}'")
        blank = dict.fromkeys(header, "")
        return [blank | dict(zip(header, row, strict=False)) for row in rows if row]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def bench(emulator: Emulator, tmp_path: Path) -> Iterator[Bench]:
    emulator.faults.clear()
    patience = Patience()
    client = patient_client(emulator, tmp_path, patience)
    book = emulator.create()
    store = SheetsStore(client, book, data=tmp_path)
    others = [complaint(content=f"ほかの人の行{n}") for n in range(3)]
    store.commit(saving(*others, kpi_day("A", offered=1)))
    store.load()
    client._limits = LIMITS
    yield Bench(
        emulator, book, store, client, patience, {c.id: c.content for c in others}
    )
    emulator.faults.clear()
    store.close()


def patient_client(emulator: Emulator, data: Path, patience: Patience) -> SheetsClient:
    settings = SheetsSettings(emulator.url, emulator.service_account())
    client = connected(settings, FreeBudget(data))
    client._timer, client._sleep = patience.timer, patience.sleep
    return client


# The operations -----------------------------------------------------------------------


@dataclass
class Operation:
    """What is tried: a commit, or a look; and what stands there afterwards.

    calls: how many it makes where nothing goes wrong.
    """

    calls: int
    commit: Commit | None
    inserted: list[str]
    contents: dict[str, str]


def loading(_bench: Bench) -> Operation:
    return Operation(1, None, [], {})


def inserting(_bench: Bench) -> Operation:
    row = complaint(content="新しい行")
    return Operation(1, saving(row), [row.id], {row.id: row.content})


def updating(bench: Bench) -> Operation:
    key = sorted(bench.others)[1]
    row = complaint(key, content=bench.others[key])
    commit = saving(change(row, content="直した行"))
    return Operation(2, commit, [], {key: "直した行"})


def batching(bench: Bench) -> Operation:
    key = min(bench.others)
    row = complaint(key, content=bench.others[key])
    new = [complaint(content=f"まとめて{n}") for n in range(3)]
    commit = saving(
        *new, change(row, content="まとめて直した"), kpi_day("B", offered=7)
    )
    return Operation(
        2,
        commit,
        [c.id for c in new],
        {c.id: c.content for c in new} | {key: "まとめて直した"},
    )


OPERATIONS: dict[str, Callable[[Bench], Operation]] = {
    "load": loading,
    "insert": inserting,
    "update": updating,
    "batch": batching,
}


def strike(
    bench: Bench, kind: str, more: dict[str, Any], calls: int, seed: int
) -> Fault:
    """Let a fault strike one or two of the next calls, which ones by chance."""
    chance = random.Random(f"{kind}{more}{seed}")
    nth, times = chance.randint(1, calls), chance.randint(1, 2)
    return bench.emulator.faults.add(kind, nth=nth, times=times, seed=seed, **more)


def carried_out(bench: Bench, operation: Operation, *, within: float = LONGEST) -> bool:
    """Try it once; whether it was acknowledged, within the deadline in any case."""
    started = bench.patience.timer()
    try:
        if operation.commit is None:
            bench.store.load()
        else:
            bench.store.commit(operation.commit)
    except StoreError:
        return False
    finally:
        assert bench.patience.timer() - started < within
    return True


def check(kind: str, more: dict[str, Any], name: str, seed: int, bench: Bench) -> None:
    operation = OPERATIONS[name](bench)
    fault = strike(bench, kind, more, operation.calls, seed)

    acknowledged = carried_out(bench, operation)
    assert fault.struck
    bench.emulator.faults.clear()
    if kind == "late":
        time.sleep(0.15)

    stands_right(bench, operation, acknowledged=acknowledged)
    if not acknowledged:
        bench.client._limits = Limits()
        assert carried_out(bench, operation), "a healthy sheet takes it"
        stands_right(bench, operation, acknowledged=True)


def stands_right(bench: Bench, operation: Operation, *, acknowledged: bool) -> None:
    ids, contents = bench.ids(), bench.contents()
    for key in operation.inserted:
        assert ids[key] in ({1} if acknowledged else {0, 1}), "once, or not at all"
    for key, content in operation.contents.items():
        former = bench.others.get(key)
        assert contents.get(key, former) in (
            {content} if acknowledged else {content, former}
        )
    for key, content in bench.others.items():
        assert ids[key] == 1
        if key not in operation.contents:
            assert contents[key] == content, "nobody else's row is touched"
    if operation.commit:
        log = bench.log_rows(operation.commit)
        assert len(log) == len(set(log)), "what was written is logged once"
        assert bool(log) or not acknowledged


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize(("kind", "more"), FAULTS, ids=NAMES)
def test_no_fault_loses_doubles_or_misplaces_a_write(kind, more, name, bench):
    check(kind, more, name, seed=0, bench=bench)


def test_a_save_gives_up_in_time_where_google_answers_nothing_for_ever(
    bench, monkeypatch
):
    monkeypatch.setattr(writing, "LONGEST_SAVE", 3.0)
    bench.emulator.faults.add("503", applied=False, times=math.inf)

    assert not carried_out(bench, updating(bench), within=3.0 + LONGEST)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 10))
@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize(("kind", "more"), FAULTS, ids=NAMES)
def test_nor_with_any_other_seed(kind, more, name, seed, bench):
    check(kind, more, name, seed=seed, bench=bench)


class Stubborn:
    """Appends, and appends again whenever it is not sure: what must not pass here."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def commit(self, commit: Commit) -> None:
        record = commit.writes[0].record
        row = [getattr(record, f.name) for f in table("complaints").fields]
        body = {"values": [[str(value or "") for value in row]]}
        for _try in range(3):
            try:
                self._bench.client.values_append(
                    self._bench.book, "'苦情台帳'!A1", {"valueInputOption": "RAW"}, body
                )
            except WriteUnknown:
                continue
            return


def test_the_matrix_sees_a_store_that_writes_twice(bench):
    operation = inserting(bench)
    bench.store = Stubborn(bench)
    bench.emulator.faults.add("503", applied=True)

    assert carried_out(bench, operation)

    with pytest.raises(AssertionError, match="once, or not at all"):
        stands_right(bench, operation, acknowledged=True)
