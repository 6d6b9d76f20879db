"""From a case to a webhook that is dead and comes back: over real HTTP."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from lib import clock
from lib.actions.notices import plan
from lib.actions.notices.queue import Sender
from lib.schema.principal import SYSTEM
from lib.schema.vocab import NoticeState, Severity
from lib.store.opening import open_live
from tests.actions.notices.rows import LEAD, NOON, case, tokyo
from tests.builders import fill
from tests.notify.receiver import receiver
from tests.store.contract.workers import context as processes

BASE = "https://mimamori.example.jp"


def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cases: int) -> str:
    """Fill a store with cases that came in at noon, and return its address."""
    url = f"sqlite:///{tmp_path / 'm.db'}"
    live = open_live(url, data=tmp_path)
    monkeypatch.setenv(clock.FIXED_BY, tokyo(11, 18, 11).isoformat())
    fill(live, plan.begin(tokyo(11, 18, 11)), LEAD)
    monkeypatch.setenv(clock.FIXED_BY, NOON.isoformat())
    fill(
        live,
        *(
            case(severity=Severity.CRITICAL, received_at=NOON, handler="")
            for _ in range(cases)
        ),
    )
    live.close()
    return url


def test_a_dead_webhook_loses_nothing_and_holds_up_no_saving(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = store(tmp_path, monkeypatch, cases=3)
    live = open_live(url, data=tmp_path)
    with receiver() as web:
        web.status = 503
        sender = Sender(live, {"lead": web.address}, base=BASE)

        for minutes in range(10):
            sender.tick(NOON + timedelta(minutes=minutes))
        fill(live, case(severity=Severity.CRITICAL, received_at=NOON, handler=""))
        refused = len(web.calls)
        web.status = 200
        for minutes in range(10, 30):
            sender.tick(NOON + timedelta(minutes=minutes))

        notices = live.for_user(SYSTEM).frame("notices")
        told = notices[notices["channel"] == "lead"]
        taken = web.taken[refused:]
    live.close()
    assert refused == 4  # at 0, 1, 3 and 7 minutes
    assert [body["title"] for body in taken] == ["見守り: 最重要 4件"]
    assert set(told["state"]) == {NoticeState.SENT.value}


def run_until_told(url: str, folder: str, address: str, now: str, gate: object) -> None:
    """What each of several processes does: look again and again."""
    os.environ[clock.FIXED_BY] = now
    live = open_live(url, data=Path(folder))
    sender = Sender(live, {"lead": address}, base=BASE, between=timedelta(0))
    gate.wait()
    for _ in range(5):
        sender.tick(clock.now())
    live.close()


def test_real_processes_send_each_step_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = store(tmp_path, monkeypatch, cases=8)
    with receiver() as web:
        gate = processes.Barrier(3)
        arguments = (url, str(tmp_path), web.address, NOON.isoformat(), gate)
        workers = [
            processes.Process(target=run_until_told, args=arguments) for _ in range(3)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        bodies = [body["message"] for body in web.taken]

    numbers = [
        line.split()[1]
        for body in bodies
        for line in body.split("\n")
        if line.startswith("•")
    ]
    assert {worker.exitcode for worker in workers} == {0}
    assert len(numbers) == len(set(numbers)) == 8
