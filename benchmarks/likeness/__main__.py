"""Print how well like complaints are found, beside grouping by what the clerk chose.

python -m benchmarks.likeness           seconds; exit 1 below a floor
python -m benchmarks.likeness --speed   also the time for a large company
"""

from __future__ import annotations

import resource
import time
from itertools import pairwise
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.likeness.judging import Half, Worth, labelled, worth
from benchmarks.likeness.methods import METHODS, OURS
from lib.metrics.likeness.grouping import groups
from lib.metrics.likeness.words import Reader, said

FLOOR: Final = 0.50
"""Precision over pairs on the held-back half below which the run fails."""

SIZES: Final = (1_000, 3_000, 6_000)
"""Texts at once whose time is measured."""


def table() -> tuple[Table, bool]:
    """Return the comparison, and whether the app's grouping keeps its floor."""
    shown = Table(
        "half", "method", "precision", "recall", "F1", "B³ P", "B³ R", "B³ F1"
    )
    found: dict[tuple[Half, str], Worth] = {}
    for half in Half:
        rows = labelled(half)
        for name, method in METHODS.items():
            one = found[half, name] = worth(method(rows), rows)
            over_pairs = (one.precision, one.recall, one.f1)
            cubed = (one.cubed_precision, one.cubed_recall, one.cubed_f1)
            shown.add_row(half, name, *(f"{x:.2f}" for x in (*over_pairs, *cubed)))
    return shown, found[Half.HELD_BACK, OURS].precision >= FLOOR


def speed() -> Table:
    """Return how long reading and grouping take, on texts drawn from the set."""
    shown = Table("texts", "read anew", "read again", "grouped", "memory at most")
    for size in SIZES:
        shown.add_row(f"{size:,}", *_times(size))
    return shown


def _times(size: int) -> tuple[str, ...]:
    rng = np.random.default_rng(20261122)
    rows = [row for half in Half for row in labelled(half)]
    drawn = [(rows[a], rows[b]) for a, b in rng.integers(len(rows), size=(size, 2))]
    # Two complaints in one, so that hardly a text stands there twice.
    texts = [f"{one.text} {other.text}" for one, other in drawn]
    reader = Reader()
    at = [time.perf_counter()]
    told = reader.read(texts)
    at.append(time.perf_counter())
    reader.read(texts)
    at.append(time.perf_counter())
    groups(told, [one.product for one, _o in drawn], [o.claim_type for o, _p in drawn])
    at.append(time.perf_counter())
    anew, again, took = (after - before for before, after in pairwise(at))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{anew:.2f} s", f"{again:.3f} s", f"{took:.2f} s", f"{peak:,.0f} MB"


def main(
    with_speed: Annotated[bool, typer.Option("--speed")] = False,
) -> None:
    """Print the tables."""
    console = Console()
    said("暖機")  # loads the dictionary
    shown, is_kept = table()
    console.print(shown)
    if with_speed:
        console.print(speed())
    raise typer.Exit(0 if is_kept else 1)


if __name__ == "__main__":
    typer.run(main)
