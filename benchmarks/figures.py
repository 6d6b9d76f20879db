"""Two years of five centres: what the pages of figures cost, and the month's report.

    python -m benchmarks.figures --short     a minute or two, judges nothing
    python -m benchmarks.figures             the long form; exit 1 where a goal is missed

The pages are measured as in `benchmarks.rerun`, beside an empty page. The report is made
as its page makes it, in this process, on a store that was just opened: the first report
of a day, when nothing is worked out yet, and the same again.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, cast

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.client import Session
from benchmarks.rerun import (
    FLOOR,
    LONG,
    MOST_TIMES_FLOOR,
    SEED,
    SHORT,
    Effort,
    PageFigures,
    measure_page,
    pages_table,
)
from lib import clock
from lib.actions import monthly
from lib.reports.dossier.pages import pages_as_png
from lib.reports.monthly.material import Reader
from lib.reports.monthly.pdf import to_pdf
from lib.reports.monthly.xlsx import to_xlsx
from lib.schema.frames import standing
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import table
from lib.schema.vocab import Role
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert
from tools.serve import Server, fill_with_sample, serving

CENTRES: Final = 5
MONTHS: Final = 24
MONTHS_SHORT: Final = 3
PATHS: Final = ("today", "kpi_entry", "kpis", "monthly")

MOST_SECONDS: Final = 10.0
"""Processor time the report may take, pages drawn and the Excel file made."""
MOST_SILENCE: Final = 3.0
"""Seconds that the progress may stand still while the figures are gathered."""

_CHUNK: Final = 500
_LEAD: Final = Principal("lead@example.jp", "計測", Role.MANAGER)


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """What one report took, in seconds.

    silence: the longest without any progress. cpu: processor time of all of it, which
    says more than the clock where others use the machine.
    """

    name: str
    gathering: float
    steps: int
    silence: float
    drawing: float
    workbook: float
    cpu: float

    @property
    def seconds(self) -> float:
        """From the press to the last file."""
        return self.gathering + self.drawing + self.workbook


# The data ----------------------------------------------------------------------


@contextmanager
def five_centres(months: int) -> Iterator[Path]:
    """Give a data folder with the sample company, grown to five call centres."""
    with tempfile.TemporaryDirectory(prefix="mimamori-figures-") as temporary:
        data = Path(temporary) / "data"
        fill_with_sample(data, months=months)
        with live(data) as store:
            grow(store)
        yield data


@contextmanager
def live(data: Path) -> Iterator[LiveStore]:
    """Open the store of a data folder."""
    store = LiveStore(open_store(f"sqlite:///{data / 'mimamori.db'}", data=data))
    try:
        yield store
    finally:
        store.close()


def grow(store: LiveStore) -> None:
    """Add centres like those of the sample until there are five."""
    system = store.for_user(SYSTEM)
    days = cast(
        "list[KpiDay]", list(standing(table("kpi_days"), system.frame("kpi_days")))
    )
    models = cast(
        "list[Centre]", list(standing(table("centres"), system.frame("centres")))
    )
    chance = random.Random(SEED)
    calling = [c for c in models if c.code != COMPANY]
    rows: list[Insert] = []
    for number in range(CENTRES - len(calling)):
        model = calling[-1 - number % len(calling)]
        code = f"X{number}"
        rows.append(Insert(model.with_values(code=code, name=f"増設センター{number}")))
        rows += [
            Insert(_like(day, code, chance)) for day in days if day.centre == model.code
        ]
    now = clock.now()
    for start in range(0, len(rows), _CHUNK):
        some = tuple(rows[start : start + _CHUNK])
        system.commit(Commit(new_commit_id(), SYSTEM.name, now, some))


def _like(day: KpiDay, code: str, chance: random.Random) -> KpiDay:
    """Return a day of another centre: the same but for some calls lost."""
    lost = min(day.answered or 0, chance.randrange(4))
    if day.offered is None or day.answered is None or day.abandoned is None:
        return day.model_copy(update={"centre": code})
    counts = {"answered": day.answered - lost, "abandoned": day.abandoned + lost}
    return day.model_copy(
        update={"centre": code, "reported_answer_rate": None, **counts}
    )


# Measuring ---------------------------------------------------------------------


async def pages(app: Server, floor: Server, effort: Effort) -> list[PageFigures]:
    """Measure the pages of figures, each beside the floor."""
    async with Session.opened(app.url) as session:
        known = await session.own_pages()
    paths = [path for path in PATHS if path in known]
    return [await measure_page(app, floor, path, paths, effort) for path in paths]


def reports(data: Path) -> Iterator[ReportFigures]:
    """Yield what the report of the last whole month takes: the first time, and again."""
    now = clock.now()
    with live(data) as store:
        for name in ("the first of a day", "made again"):
            yield report(store, name, now)


def report(store: LiveStore, name: str, now: datetime) -> ReportFigures:
    """Make the board's report as its page does."""
    began = time.process_time()
    told = [time.perf_counter()]
    document = monthly.made(
        store.for_user(_LEAD),
        monthly.usual_month(now),
        Reader.BOARD,
        "",
        comments="",
        now=now,
        told=lambda _share: told.append(time.perf_counter()),
    )
    gathered = time.perf_counter()
    pages_as_png(to_pdf(document))
    drawn = time.perf_counter()
    to_xlsx(document)
    ended = time.perf_counter()
    steps = zip(told, [*told[1:], gathered], strict=True)
    return ReportFigures(
        name,
        gathered - told[0],
        len(told) - 1,
        max(after - before for before, after in steps),
        drawn - gathered,
        ended - drawn,
        time.process_time() - began,
    )


# Reporting ---------------------------------------------------------------------


def reports_table(found: list[ReportFigures]) -> Table:
    """Lay out one line a report."""
    headings = ("figures", "steps", "longest silence", "pages", "Excel", "all", "CPU")
    shown = Table(title="The board's report of a month (s)")
    shown.add_column("report")
    for heading in headings:
        shown.add_column(heading, justify="right")
    for one in found:
        shown.add_row(
            one.name,
            f"{one.gathering:.2f}",
            str(one.steps),
            f"{one.silence:.2f}",
            f"{one.drawing:.2f}",
            f"{one.workbook:.2f}",
            f"{one.seconds:.2f}",
            f"{one.cpu:.2f}",
        )
    return shown


def missed_goals(
    measured: list[PageFigures], made: list[ReportFigures]
) -> Iterator[str]:
    """Yield each goal that was not reached, in words."""
    for page in measured:
        if page.times_floor > MOST_TIMES_FLOOR:
            yield f"/{page.path}: rerun {page.times_floor:.1f} × the floor"
    for one in made:
        if one.cpu > MOST_SECONDS:
            yield f"report, {one.name}: {one.cpu:.1f} s of processor time"
        if one.silence > MOST_SILENCE:
            yield f"report, {one.name}: {one.silence:.1f} s without progress"


def main(
    *, short: Annotated[bool, typer.Option(help="Little data; judges nothing.")] = False
) -> None:
    """Measure the pages of figures and the month's report at two years × 5 centres."""
    effort = replace(SHORT if short else LONG, crowds=())
    console = Console(width=160)
    with (
        five_centres(MONTHS_SHORT if short else MONTHS) as folder,
        serving(folder.with_name("floor"), script=FLOOR) as floor,
    ):
        made = list(reports(folder))
        with serving(folder) as app:
            measured = asyncio.run(pages(app, floor, effort))
        with live(folder) as store:
            days = len(store.for_user(SYSTEM).frame("kpi_days"))
    console.print(f"{days:,} KPI days")
    console.print(pages_table(measured), reports_table(made))
    missed = list(missed_goals(measured, made))
    for line in missed:
        console.print(f"above the goal: {line}")
    raise typer.Exit(1 if missed and not short else 0)


if __name__ == "__main__":
    typer.run(main)
