"""One race: an emulator, a filled ledger, writers as processes, a person, a verdict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from benchmarks.peers.mimamori import filled
from benchmarks.races.history import History
from benchmarks.races.judge import Intent, Verdict, judged
from benchmarks.races.person import USER, Person
from tests.sheets_api import Emulator
from tools.serve import ROOT


@dataclass(frozen=True, slots=True)
class Course:
    """The conditions, the same for all who race.

    updates: of all writers together. records: in the ledger.
    pace: acts of the person for each update. latency: seconds of each call, of which
        half passes before it takes effect.
    look_every: updates after which a writer's user loads the screen anew.
    limit: seconds after which a race is broken off.
    """

    updates: int = 5_000
    writers: int = 4
    records: int = 60
    pace: float = 0.25
    latency: float = 0.05
    look_every: int = 10
    seed: int = 20261121
    limit: float = 3_600.0


@dataclass(frozen=True, slots=True)
class Racer:
    """Who races: a module of `benchmarks.peers` under an interpreter."""

    name: str
    module: str
    python: Path = Path(sys.executable)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a race led to.

    seconds: from the start of all writers to the end of the last.
    calls: to the API, of the writers. saved: updates that were acknowledged.
    refusals: attempts that were refused, by what their users were told.
    acts: what the person did.
    """

    racer: str
    updates: int
    seconds: float
    calls: int
    saved: int
    refusals: Mapping[str, int]
    acts: int
    verdict: Verdict


class RaceError(RuntimeError):
    """A writer ended before it had made its updates."""


def race(racer: Racer, course: Course) -> Outcome:
    """Let a racer's writers and the person loose on one sheet.

    Raises:
        RaceError: a writer broke down, so that the figures would say nothing.
    """
    with ExitStack() as stack:
        emulator = stack.enter_context(Emulator())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        book = emulator.create()
        filled(emulator.url, emulator.service_account(), book, folder, course.records)
        history = History(book)
        history.begin(emulator.book(book))
        emulator.watchers.append(history)
        writers = [
            stack.enter_context(_Writer(racer, course, emulator, book, folder, number))
            for number in range(course.writers)
        ]
        for writer in writers:
            writer.wait_until_ready()
        emulator.log.clear()
        emulator.service.latency = course.latency
        person = Person(
            emulator.hand(book, USER),
            seed=course.seed,
            pace=course.pace,
            updates=lambda: sum(writer.done for writer in writers),
        )
        started = time.monotonic()
        person.start()
        for writer in writers:
            writer.go()
        for writer in writers:
            writer.finish(started + course.limit)
        seconds = time.monotonic() - started
        person.stop()
        calls = [call for call in emulator.log.calls() if call.user != USER]
        attempts = [attempt for writer in writers for attempt in writer.attempts]
        return Outcome(
            racer=racer.name,
            updates=course.updates,
            seconds=seconds,
            calls=sum(call.counted is not None for call in calls),
            saved=sum(not attempt["told"] for attempt in attempts),
            refusals=Counter(a["told"] for a in attempts if a["told"]),
            acts=person.acts,
            verdict=judged(history, _intents(attempts), USER),
        )


def _intents(attempts: Sequence[Mapping[str, Any]]) -> dict[str, Intent]:
    """Return what each value was meant to be, from what the writers printed."""
    return {
        value: Intent((attempt["key"], name), attempt["base"][name], attempt["told"])
        for attempt in attempts
        for name, value in attempt["values"].items()
    }


@dataclass
class _Writer:
    """One process, with a folder of its own as on a machine of its own."""

    racer: Racer
    course: Course
    emulator: Any
    book: str
    folder: Path
    number: int
    attempts: list[dict[str, Any]] = field(default_factory=list)
    done: int = 0

    def __enter__(self) -> Self:
        name = f"w{self.number}@example.com"
        own = self.folder / f"writer-{self.number}"
        own.mkdir()
        account = self.emulator.service_account(name)
        (own / "key.json").write_text(json.dumps(account))
        share, more = divmod(self.course.updates, self.course.writers)
        options = {
            "url": self.emulator.url,
            "book": self.book,
            "name": name,
            "updates": share + (self.number < more),
            "look-every": self.course.look_every,
            "seed": self.course.seed * 100 + self.number,
            "folder": own,
        }
        self._errors = (own / "errors").open("w+")
        self._process = subprocess.Popen(
            [
                *(str(self.racer.python), "-m", self.racer.module),
                *(f"--{option}={value}" for option, value in options.items()),
            ],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("MIMAMORI_")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._listener.ident is not None:
            self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            if pipe is not None:
                pipe.close()

    def wait_until_ready(self) -> None:
        """Return when the sheet is open."""
        if not self._process.stdout or not self._process.stdout.readline():
            self._fail()
        self._listener.start()

    def go(self) -> None:
        """Let it begin."""
        if self._process.stdin is not None:
            self._process.stdin.write("\n")
            self._process.stdin.flush()

    def finish(self, until: float) -> None:
        """Return when it has made all its updates."""
        try:
            code = self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise RaceError(f"{self.racer.name}: not finished in time") from None
        if code:
            self._fail()
        self._listener.join()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            attempt = json.loads(line)
            self.attempts.append(attempt)
            self.done += bool(attempt["last"])

    def _fail(self) -> None:
        self._errors.seek(0)
        raise RaceError(f"{self.racer.name}: {self._errors.read()[-2000:]}")
