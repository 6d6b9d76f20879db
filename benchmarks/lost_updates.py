"""What is lost when several processes and a person write into one Google Sheet at once.

    python -m benchmarks.lost_updates --short        a minute, our store only
    python -m benchmarks.lost_updates                the long form; exit 1 on any loss
    python -m benchmarks.lost_updates --only pygsheets --updates 500

Writers are processes, each as on a machine of its own: nothing but the sheet is shared.
Each plays users who look at the ledger, save one or two fields of a record against what
they saw, and read again where they are refused. A person types, sorts, inserts, deletes,
copies and drags rows meanwhile. A judge inside the emulator follows every cell and says
afterwards what became of each value (`benchmarks.races.judge`). The peers race over the
same course, each in a virtual environment of its own, in the most careful way that its
own documentation shows.

The residual window: what a person types into a cell between the last read of a process
and its write into that very cell. It is counted apart, for all alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.peers.environments import PEERS, environment
from benchmarks.races.running import Course, Outcome, Racer, race
from tools.serve import ROOT

COURSE = Course()
OURS = "mimamori"
LONG, SHORT = 5_000, 300
OF_A_PEER = 500
EXAMPLES = 5


def racers(only: list[str], venvs: Path) -> list[Racer]:
    """Return who races; environments that are missing are made.

    Raises:
        typer.BadParameter: there is no such racer.
    """
    unknown = set(only) - {OURS, *PEERS}
    if unknown:
        raise typer.BadParameter(f"choose from {', '.join([OURS, *PEERS])}")
    found = []
    for name in [OURS, *PEERS]:
        if only and name not in only:
            continue
        module = f"benchmarks.peers.{name.replace('-', '_')}"
        if name == OURS:
            found.append(Racer(name, module))
        else:
            found.append(Racer(name, module, environment(name, venvs)))
    return found


HEADINGS: dict[str, Callable[[Outcome], str]] = {
    "updates": lambda one: f"{one.updates:,}",
    "saved": lambda one: f"{one.saved:,}",
    "refused and told": lambda one: f"{sum(one.refusals.values()):,}",
    "person's acts": lambda one: f"{one.acts:,}",
    "seconds": lambda one: f"{one.seconds:,.0f}",
    "calls an update": lambda one: f"{one.calls / one.updates:.2f}",
    "lost silently": lambda one: f"{one.verdict.silent:,}",
    "… a 1,000 updates": lambda one: f"{1000 * one.verdict.silent / one.updates:,.1f}",
    "… of processes": lambda one: f"{one.verdict.lost:,}",
    "… of the person": lambda one: f"{one.verdict.lost_by_hand:,}",
    "… saved, never there": lambda one: f"{one.verdict.unarrived:,}",
    "lost in the window": lambda one: f"{one.verdict.in_window:,}",
    "misplaced": lambda one: f"{one.verdict.misplaced:,}",
    "… put right": lambda one: f"{one.verdict.mended:,}",
    "… untold": lambda one: f"{one.verdict.unreported:,}",
    "records gone": lambda one: f"{one.verdict.lost_rows:,}",
    "records twice": lambda one: f"{one.verdict.doubled_rows:,}",
}


def tabled(outcomes: Sequence[Outcome]) -> Table:
    """Lay out one column for each racer."""
    table = Table()
    table.add_column("")
    for one in outcomes:
        table.add_column(one.racer, justify="right")
    for heading, figure in HEADINGS.items():
        table.add_row(heading, *map(figure, outcomes))
    return table


def main(
    *,
    updates: Annotated[int, typer.Option(help="Of all writers together.")] = LONG,
    of_a_peer: Annotated[
        int, typer.Option(help="Likewise, of each peer; 0 for as many.")
    ] = OF_A_PEER,
    writers: Annotated[int, typer.Option(help="Processes.")] = COURSE.writers,
    pace: Annotated[float, typer.Option(help="Acts an update.")] = COURSE.pace,
    latency: Annotated[float, typer.Option(help="Seconds a call.")] = COURSE.latency,
    seed: Annotated[int, typer.Option(help="Of writers and person.")] = COURSE.seed,
    only: Annotated[list[str] | None, typer.Option(help="Race these only.")] = None,
    short: Annotated[bool, typer.Option(help="A minute, our store only.")] = False,
    venvs: Annotated[
        Path, typer.Option(help="Where the peers' environments are kept.")
    ] = ROOT / ".venv" / "peers",
) -> None:
    """Race, print the table, and fail where our store lost anything."""
    if short:
        updates, only = SHORT, [OURS]
    console = Console(width=120)
    outcomes = []
    for racer in racers(only or [], venvs):
        number = updates if racer.name == OURS else of_a_peer or updates
        course = Course(
            updates=number, writers=writers, pace=pace, latency=latency, seed=seed
        )
        outcome = race(racer, course)
        outcomes.append(outcome)
        console.print(
            f"{racer.name}: {outcome.seconds:,.0f} s; refusals told: "
            + (", ".join(f"{n} × {why}" for why, n in outcome.refusals.items()) or "0")
        )
        for line in outcome.verdict.examples[:EXAMPLES]:
            console.print(f"  {line}", markup=False, highlight=False)
    console.print(
        f"{writers} processes, a person with {pace} acts an update, "
        f"{COURSE.records} records, {latency * 1000:.0f} ms a call, screens loaded "
        f"every {COURSE.look_every} updates, seed {seed}"
    )
    console.print(tabled(outcomes))
    ours = [outcome for outcome in outcomes if outcome.racer == OURS]
    raise typer.Exit(0 if all(outcome.verdict.clean for outcome in ours) else 1)


if __name__ == "__main__":
    typer.run(main)
