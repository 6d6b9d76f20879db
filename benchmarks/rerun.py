"""What a press of a button costs on each page, as a multiple of an empty page.

    python -m benchmarks.rerun --short       a minute, says only that it works
    python -m benchmarks.rerun               the long form; exit 1 where a goal is missed
    python -m benchmarks.rerun --data DIR    on a data folder that is already filled

Two servers run side by side under the same launcher: Mimamori, and the floor, a page
with one button. A client measures both in turn, from the request to the last message,
so that whatever else this machine does meets both alike. Between two requests it waits
60 ms: in a tight loop the delayed acknowledgement of TCP adds 40 ms to every second
one, which no person ever meets.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import numpy as np
import psutil
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.client import Run, Session
from lib import clock
from lib.schema.complaint import Complaint
from lib.schema.ids import id_for, new_commit_id
from lib.schema.vocab import Promise, Severity, Source, Temper
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert
from tools.serve import Server, fill_with_sample, serving

FLOOR = Path(__file__).parent / "floor" / "app.py"
SEED = 20261121

BETWEEN_REQUESTS = 0.06
MEAN_THINK = 5.0
CROWD_TO_JUDGE = 25

MOST_TIMES_FLOOR = 6.0
MOST_TIMES_FLOOR_TO_SWITCH = 10.0
MOST_BYTES = 50_000
MOST_P95_IN_CROWD = 0.300


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure.

    rounds: reruns of each page and of the floor beside it.
    switches: times each page is come to from another.
    crowds: sessions at once.
    seconds: how long each crowd is watched.
    think: mean seconds between two reruns of one person, exponential.
    idle: sessions opened to weigh one.
    months, complaints_per_day: the sample store, where none is given.
    open_cases: complaints that wait in it beside, for the page 対応待ち.
    """

    rounds: int
    switches: int
    crowds: tuple[int, ...]
    seconds: float
    think: float
    idle: int
    months: int
    complaints_per_day: int
    open_cases: int


LONG = Effort(100, 30, (10, 25, 50), 60.0, MEAN_THINK, 50, 25, 27, 5_000)
SHORT = Effort(8, 3, (5,), 5.0, 1.0, 5, 2, 3, 200)
WARMING_ROUNDS = 5


@dataclass(slots=True)
class PageFigures:
    """What one page cost, beside the floor in the same minutes; times in seconds."""

    path: str
    floor: list[Run] = field(default_factory=list)
    reruns: list[Run] = field(default_factory=list)
    switches: list[Run] = field(default_factory=list)
    cpu: float = 0.0
    floor_cpu: float = 0.0

    @property
    def times_floor(self) -> float:
        """Median rerun over the floor's."""
        return median(self.reruns) / median(self.floor)

    @property
    def switch_times_floor(self) -> float:
        """Median switch to this page over a rerun of the floor."""
        return median(self.switches) / median(self.floor)

    @property
    def size(self) -> float:
        """Median bytes of a rerun."""
        return float(np.median([run.size for run in self.reruns]))


@dataclass(frozen=True, slots=True)
class CrowdFigures:
    """How long people waited among `sessions`; times in seconds."""

    sessions: int
    app: list[Run]
    floor: list[Run]


@dataclass(frozen=True, slots=True)
class Figures:
    """All that one run of this file found; memory in bytes."""

    pages: list[PageFigures]
    crowds: list[CrowdFigures]
    memory_at_rest: int
    memory_per_session: float
    floor_memory_per_session: float

    def missed_goals(self) -> list[str]:
        """Return each goal that was not reached, in words."""
        missed = []
        for page in self.pages:
            name = f"/{page.path}"
            if page.times_floor > MOST_TIMES_FLOOR:
                missed.append(f"{name}: rerun {page.times_floor:.1f} × the floor")
            if page.switch_times_floor > MOST_TIMES_FLOOR_TO_SWITCH:
                missed.append(
                    f"{name}: switch {page.switch_times_floor:.1f} × the floor"
                )
            if page.size > MOST_BYTES:
                missed.append(f"{name}: {page.size:,.0f} bytes a rerun")
        for crowd in self.crowds:
            late = percentile(crowd.app, 95)
            if crowd.sessions == CROWD_TO_JUDGE and late > MOST_P95_IN_CROWD:
                missed.append(f"{crowd.sessions} sessions: p95 {late * 1000:.0f} ms")
        return missed


def percentile(runs: Sequence[Run], share: float) -> float:
    """Return that percentile of the runs' seconds; nan without any run."""
    return float(np.percentile([run.seconds for run in runs] or [np.nan], share))


def median(runs: Sequence[Run]) -> float:
    """Return the median seconds."""
    return percentile(runs, 50)


# Measuring -------------------------------------------------------------------


async def measure(app: Server, floor: Server, effort: Effort) -> Figures:
    """Measure one person's reruns, then crowds, then what a session weighs."""
    async with Session.opened(app.url) as session:
        paths = await session.own_pages()
    pages = [await measure_page(app, floor, path, paths, effort) for path in paths]
    crowds = []
    for size in effort.crowds:
        rested = await crowd(floor.url, [], size, effort)
        loaded = await crowd(app.url, paths, size, effort)
        crowds.append(CrowdFigures(size, loaded, rested))
    return Figures(
        pages,
        crowds,
        memory_at_rest=memory(app),
        memory_per_session=await weigh_session(app, paths, effort),
        floor_memory_per_session=await weigh_session(floor, [], effort),
    )


async def measure_page(
    app: Server, floor: Server, path: str, paths: Sequence[str], effort: Effort
) -> PageFigures:
    """Rerun one page and the floor in turn, then come to the page from another."""
    figures = PageFigures(path)
    elsewhere = next(other for other in [*paths, path] if other != path)
    async with (
        Session.opened(floor.url) as empty,
        Session.opened(app.url) as session,
    ):
        await session.go_to(path)
        for _ in range(WARMING_ROUNDS):
            await paused(empty.rerun)
            await paused(session.rerun)
        before = cpu_seconds(app), cpu_seconds(floor)
        for _ in range(effort.rounds):
            figures.floor.append(await paused(empty.rerun))
            figures.reruns.append(await paused(session.rerun))
        figures.cpu = (cpu_seconds(app) - before[0]) / effort.rounds
        figures.floor_cpu = (cpu_seconds(floor) - before[1]) / effort.rounds
        for _ in range(effort.switches):
            await asyncio.sleep(BETWEEN_REQUESTS)
            await session.go_to(elsewhere)
            await asyncio.sleep(BETWEEN_REQUESTS)
            figures.switches.append(await session.go_to(path))
    return figures


async def paused(request: Callable[[], Awaitable[Run]]) -> Run:
    """Wait as a person would at the very least, then send the request."""
    await asyncio.sleep(BETWEEN_REQUESTS)
    return await request()


async def crowd(url: str, paths: Sequence[str], size: int, effort: Effort) -> list[Run]:
    """Let `size` people work at once, spread over the pages; return all their runs."""
    chance = random.Random(SEED)
    async with opened_on(url, paths, size) as sessions:
        work = [
            keep_pressing(session, effort, random.Random(chance.random()))
            for session in sessions
        ]
        return [run for runs in await asyncio.gather(*work) for run in runs]


async def keep_pressing(
    session: Session, effort: Effort, chance: random.Random
) -> list[Run]:
    """Rerun, think, rerun again, until the time is over."""
    runs: list[Run] = []
    clock = asyncio.get_running_loop().time
    end = clock() + effort.seconds
    while (pause := chance.expovariate(1 / effort.think)) < end - clock():
        await asyncio.sleep(pause)
        runs.append(await session.rerun())
    return runs


@asynccontextmanager
async def opened_on(
    url: str, paths: Sequence[str], size: int
) -> AsyncIterator[list[Session]]:
    """Open `size` sessions, one after another, each on the next of the pages."""
    async with AsyncExitStack() as stack:
        sessions = []
        for number in range(size):
            session = await stack.enter_async_context(Session.opened(url))
            if paths:
                await session.go_to(paths[number % len(paths)])
            sessions.append(session)
        yield sessions


async def weigh_session(server: Server, paths: Sequence[str], effort: Effort) -> float:
    """Return the bytes by which one more open session grows the server.

    The server has served crowds before, so that what grows is the sessions.
    """
    before = memory(server)
    async with opened_on(server.url, paths, effort.idle):
        return (memory(server) - before) / effort.idle


def memory(server: Server) -> int:
    """Return the resident memory of the server."""
    return int(psutil.Process(server.pid).memory_info().rss)


def cpu_seconds(server: Server) -> float:
    """Return the processor time that the server has used so far."""
    times = psutil.Process(server.pid).cpu_times()
    return float(times.user + times.system)


# Reporting -------------------------------------------------------------------


def report(figures: Figures, console: Console) -> None:
    """Print every figure with the floor's beside it."""
    console.print(pages_table(figures.pages), crowds_table(figures.crowds))
    console.print(
        f"memory: {figures.memory_at_rest / 1e6:,.0f} MB after the crowds; "
        f"{figures.memory_per_session / 1e3:,.0f} kB per extra session "
        f"(floor {figures.floor_memory_per_session / 1e3:,.0f} kB)"
    )


def pages_table(pages: Sequence[PageFigures]) -> Table:
    """Lay out one line a page."""
    table = Table(title="One person: rerun and switch (ms), × = times the floor's p50")
    for heading in (
        *("page", "elements", "kB", "p50", "p95", "floor p50", "floor p95"),
        *("× p50", "× p95", "CPU", "floor CPU", "switch p50", "switch p95", "× switch"),
    ):
        table.add_column(heading, justify="left" if heading == "page" else "right")
    for page in pages:
        table.add_row(
            f"/{page.path}",
            str(page.reruns[-1].elements),
            f"{page.size / 1000:.1f}",
            *(in_ms(percentile(page.reruns, share)) for share in (50, 95)),
            *(in_ms(percentile(page.floor, share)) for share in (50, 95)),
            f"{page.times_floor:.1f}",
            f"{percentile(page.reruns, 95) / percentile(page.floor, 95):.1f}",
            in_ms(page.cpu),
            in_ms(page.floor_cpu),
            *(in_ms(percentile(page.switches, share)) for share in (50, 95)),
            f"{page.switch_times_floor:.1f}",
        )
    return table


def crowds_table(crowds: Sequence[CrowdFigures]) -> Table:
    """Lay out one line a size of crowd."""
    table = Table(title="Many at once, spread over the pages (ms)")
    for heading in (
        *("sessions", "reruns", "p50", "p95"),
        *("floor reruns", "floor p50", "floor p95", "× p95"),
    ):
        table.add_column(heading, justify="right")
    for one in crowds:
        table.add_row(
            str(one.sessions),
            str(len(one.app)),
            *(in_ms(percentile(one.app, share)) for share in (50, 95)),
            str(len(one.floor)),
            *(in_ms(percentile(one.floor, share)) for share in (50, 95)),
            f"{percentile(one.app, 95) / percentile(one.floor, 95):.1f}",
        )
    return table


def in_ms(seconds: float) -> str:
    """Return seconds as milliseconds for a table."""
    return f"{seconds * 1000:.1f}"


# Running ---------------------------------------------------------------------


@contextmanager
def filled_folder(effort: Effort, given: Path | None) -> Iterator[Path]:
    """Give the data folder to measure on; a sample one lasts as long as the run."""
    if given is not None:
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="mimamori-benchmark-") as temporary:
        data = Path(temporary) / "data"
        fill_with_sample(
            data, months=effort.months, complaints_per_day=effort.complaints_per_day
        )
        leave_open(data, effort.open_cases)
        yield data


def leave_open(data: Path, count: int) -> None:
    """Add complaints that wait: of every age and temper, some promises overdue."""
    chance = random.Random(SEED)
    now = clock.now()
    temper, severity = list(Temper), list(Severity)
    rows = [
        Insert(
            Complaint(
                id=id_for("K", now, f"open:{number}"),
                content=f"{number}番の申出。届いた品が違っていた",
                received_at=now - timedelta(minutes=chance.randrange(60 * 24 * 40)),
                handler=f"担当 {number % 9}" if number % 20 else "",
                temper=chance.choice(temper),
                severity=chance.choices(severity, (60, 25, 13, 2))[0],
                next_promise=Promise.CALL_BACK,
                next_promise_at=now + timedelta(hours=chance.randrange(-48, 120)),
                source=Source.SAMPLE,
            )
        )
        for number in range(count)
    ]
    store = open_store(f"sqlite:///{data / 'mimamori.db'}", data=data)
    try:
        store.commit(Commit(new_commit_id(), "benchmark", now, tuple(rows)))
    finally:
        store.close()


def main(
    *,
    short: Annotated[bool, typer.Option(help="A minute; judges nothing.")] = False,
    data: Annotated[
        Path | None, typer.Option(help="A filled data folder; else a sample is made.")
    ] = None,
) -> None:
    """Measure what each page costs and print it as multiples of an empty page."""
    effort = SHORT if short else LONG
    console = Console(width=160)
    with (
        filled_folder(effort, data) as folder,
        serving(folder.with_name("floor"), script=FLOOR) as floor,
        serving(folder) as app,
    ):
        figures = asyncio.run(measure(app, floor, effort))
    report(figures, console)
    missed = figures.missed_goals()
    for line in missed:
        console.print(f"above the goal: {line}")
    raise typer.Exit(1 if missed and not short else 0)


if __name__ == "__main__":
    typer.run(main)
