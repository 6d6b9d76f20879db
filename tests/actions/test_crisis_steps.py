"""重大事案の手順 in 設定: managers change them from a day on, running lists stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from lib import clock
from lib.actions.crises import opening, parts, ruling
from lib.errors import InvalidRecord, NotAllowed
from lib.schema.ids import new_commit_id
from lib.schema.principal import Principal
from lib.schema.vocab import CrisisKind, Role
from lib.settings.crisis_steps import BY_CODE, CrisisStep, Tenet
from lib.store.live import LiveStore
from lib.store.opening import open_store

NOW = clock.now()
TODAY = NOW.date()
STOP = BY_CODE["ミス・止める"]


@pytest.fixture
def live(tmp_path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def desk(live):
    return live.for_user(Principal("sato@example.jp", "佐藤", Role.MANAGER))


def save(desk, step, *, since=TODAY):
    ruling.set_step(desk, step, since=since, entry=new_commit_id(), now=NOW)


def own(title, hours=1):
    return CrisisStep(title, CrisisKind.MISTAKE, Tenet.SINCERE, title, hours)


def steps(desk):
    return {step.code: step for step in parts.steps_of(desk, TODAY)}


def opened(desk):
    crisis = opening.open_crisis(
        desk,
        {"kind": CrisisKind.MISTAKE, "title": "二重に請求した", "known_at": NOW},
        now=NOW,
        commit_id=new_commit_id(),
    )
    return {task.step: task for task in parts.tasks_of(desk, crisis.id)}


def test_a_changed_step_is_in_new_lists_and_leaves_running_ones(desk):
    running = opened(desk)

    save(desk, replace(STOP, hours=1))
    save(desk, own("社長に電話する"))

    fresh = opened(desk)
    assert running[STOP.code].due_at == NOW + timedelta(hours=STOP.hours)
    assert fresh[STOP.code].due_at == NOW + timedelta(hours=1)
    assert "社長に電話する" in fresh
    assert "社長に電話する" not in running


def test_saving_twice_on_a_day_leaves_the_last_word(desk):
    save(desk, replace(STOP, hours=1))
    save(desk, replace(STOP, hours=5))

    assert steps(desk)[STOP.code].hours == 5


def test_a_step_for_a_later_day_does_not_count_yet(desk):
    save(desk, replace(STOP, on=False), since=TODAY + timedelta(days=1))

    assert steps(desk)[STOP.code].on


@pytest.mark.parametrize(
    ("step", "field"),
    [
        (own(" "), "title"),
        (own(STOP.title), "title"),
        (own("電話する", 0), "hours"),
        (own("電話する", 24 * 366), "hours"),
    ],
)
def test_a_step_nobody_could_follow_is_refused(desk, step, field):
    with pytest.raises(InvalidRecord) as error:
        save(desk, step)

    assert [problem.field for problem in error.value.problems] == [field]


def test_only_managers_change_steps(live):
    clerk = live.for_user(Principal("a@example.jp", "青木", Role.CLERK))

    with pytest.raises(NotAllowed):
        save(clerk, replace(STOP, hours=1))
