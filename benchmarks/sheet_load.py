"""How long a tab of a shared sheet takes from its bytes to a typed frame.

    python -m benchmarks.sheet_load [--rows 100000] [--rounds 5]

100,000 complaints with 25 filled columns, one cell in a hundred odd, are read from the
bytes of `values:batchGet` and compared with bare `orjson.loads` of the same bytes; then
the same bytes again, and bytes in which three cells of one row in a hundred differ. CPU
time, interleaved in one process, medians; everything under the same setting of the
cyclic collector, first off and then on. Beside it: the way of gspread, `get_all_records`
and a DataFrame of it, which knows neither statuses nor types.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import gspread
import orjson
import pandas as pd

from lib.schema.column import Field
from lib.schema.tables import table
from lib.store.sheets.layout import Tab
from lib.store.sheets.rereading import SheetReader

COMPLAINTS = table("complaints")
COLUMNS = 25
AIM, LIMIT, UNCHANGED_LIMIT = 4.0, 6.0, 0.2
CHANGED_AIM = 1.8
ODD_SHARE = 0.01
CHANGED_SHARE = 0.01
PLACES = {"complaints": Tab(0, COMPLAINTS.tab)}


def main() -> int:
    """Print the ratios; 1 where one is beyond its limit."""
    options = _options()
    payload, odd = make_payload(options.rows)
    print(
        f"{options.rows:,} rows x {COLUMNS} columns, {len(payload) / 1e6:.1f} MB, "
        f"{odd:,} odd cells, {options.rounds} rounds, CPU seconds"
    )
    kept = True
    for collecting in (False, True):
        gc.collect()
        if not collecting:
            gc.freeze()
            gc.disable()
        kept &= _report(payload, odd, options.rounds, collecting=collecting)
        gc.enable()
        gc.unfreeze()
    return 0 if kept else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _report(payload: bytes, odd: int, rounds: int, *, collecting: bool) -> bool:
    warm = SheetReader()
    read = warm.read(payload, PLACES).tables["complaints"]
    if len(read.statuses) != odd:
        raise SystemExit(f"{len(read.statuses)} cells marked instead of {odd}")
    equal = bytes(bytearray(payload))
    turns = itertools.cycle([with_changes(payload, 1), with_changes(payload, 2)])
    changing = SheetReader()
    changing.read(next(turns), PLACES)
    timed = interleaved(
        {
            "orjson.loads": lambda: orjson.loads(payload),
            "typed frame with statuses": lambda: SheetReader().read(payload, PLACES),
            "reload, unchanged": lambda: warm.read(equal, PLACES),
            "reload, 1 % of rows changed": lambda: changing.read(next(turns), PLACES),
            "get_all_records + DataFrame": lambda: gspread_way(payload),
        },
        rounds,
    )
    floor = timed["orjson.loads"]
    print(f"\ncyclic collector {'on' if collecting else 'off'}")
    for name, seconds in timed.items():
        print(f"  {name:30} {seconds:7.3f} s {seconds / floor:7.2f} x")
    load = timed["typed frame with statuses"] / floor
    again = timed["reload, unchanged"] / floor
    print(
        f"  aim {AIM} x, limit {LIMIT} x, unchanged {UNCHANGED_LIMIT} x, "
        f"changed {CHANGED_AIM} x"
    )
    return load <= LIMIT and again <= UNCHANGED_LIMIT


def interleaved(works: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return the median CPU seconds of each work, each done once a round."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    for _round in range(rounds):
        for name, work in works.items():
            start = time.process_time()
            work()
            spent[name].append(time.process_time() - start)
    return {name: statistics.median(times) for name, times in spent.items()}


class _Answering(gspread.http_client.HTTPClient):
    """Gives gspread the payload where it would ask the network."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload

    def values_get(self, *_args: Any, **_kwargs: Any) -> Any:
        return orjson.loads(self.payload)["valueRanges"][0]


def gspread_way(payload: bytes) -> pd.DataFrame:
    """Return what gspread's own reading of the same bytes gives."""
    properties = {"sheetId": 0, "title": COMPLAINTS.tab, "index": 0}
    nowhere: Any = None
    sheet = gspread.Worksheet(nowhere, properties, "id", _Answering(payload))
    return pd.DataFrame(sheet.get_all_records())


# The sheet --------------------------------------------------------------------------


def make_payload(rows: int) -> tuple[bytes, int]:
    """Return the API's answer for a tab of that many complaints, and its odd cells."""
    chance = random.Random(3)
    fields = [*COMPLAINTS.fields[: COLUMNS - 1], COMPLAINTS.field("handling_minutes")]
    grid: list[list[Any]] = [[field.label for field in fields]]
    odd = 0
    for number in range(rows):
        row = [_cell(field, number, chance) for field in fields]
        for place, field in enumerate(fields):
            if field.kind in _ODD and chance.random() < ODD_SHARE * 2:
                row[place] = chance.choice(_ODD[field.kind])
                odd += 1
        while row and row[-1] == "":  # the API leaves trailing blanks out
            row.pop()
        grid.append(row)
    part = {"range": COMPLAINTS.tab, "majorDimension": "ROWS", "values": grid}
    return orjson.dumps({"spreadsheetId": "id", "valueRanges": [part]}), odd


def with_changes(payload: bytes, turn: int) -> bytes:
    """Return the answer after people worked on one row in a hundred."""
    answer = orjson.loads(payload)
    grid = answer["valueRanges"][0]["values"]
    places = [
        [field.label for field in COMPLAINTS.fields].index(COMPLAINTS.field(name).label)
        for name in ("content", "status", "handler")
    ]
    content, status, handler = places
    words = COMPLAINTS.field("status").choices
    for number in range(1, len(grid), round(1 / CHANGED_SHARE)):
        row = grid[number]
        row[content] = f"電話で確かめた {turn}"
        row[status] = words[(number + turn) % len(words)].value
        row[handler] = ["山田 太郎", "佐藤 花子"][turn % 2]
    return orjson.dumps(answer)


_ODD = {
    "choice": ["ふしぎ", "みさだめ中", "？？？"],
    "datetime": ["2026年11月3日 9時", "令和7年11月3日 9:05", "あした"],
    "integer": ["約20", "２０", "多数", "20分くらい"],
}


def _cell(field: Field, number: int, chance: random.Random) -> Any:
    if field.name == "id":
        return f"K-{260101 + number % 28}-{_letters(number)}"
    if field.kind == "choice":
        return chance.choice(field.choices).value
    if field.kind == "datetime":
        return round(46_000 + chance.random() * 300, 10)
    if field.kind == "integer":
        return "" if chance.random() < 0.3 else chance.randrange(200)
    if field.column.refers:
        return chance.choice(["自社", "山田 太郎", "佐藤 花子", "P-001", "P-014"])
    if field.column.long and not field.required and number % 2:
        return ""
    if field.column.long:
        return "箱が潰れ、中身が漏れていた。" * chance.randrange(1, 4)
    if field.name == "contact":
        return f"090-{chance.randrange(10_000):04}-{chance.randrange(10_000):04}"
    return f"{chance.choice(['佐藤', '鈴木', '高橋'])}{number % 977}"


def _letters(number: int) -> str:
    letters = ""
    for _place in range(5):
        number, rest = divmod(number, 31)
        letters += "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"[rest]
    return letters


if __name__ == "__main__":
    raise SystemExit(main())
