"""What the running app does by itself."""

import asyncio

import pytest

from lib import clock
from lib.settings.install import installation
from lib.store.opening import open_store
from lib.ui import background, context
from tests.waiting import run


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path))
    monkeypatch.delenv("MIMAMORI_STORE", raising=False)
    return tmp_path


async def _run_until(condition):
    async with background.daily_backup(every_seconds=0.01):
        for _ in range(500):
            if condition():
                return True
            await asyncio.sleep(0.01)
    return False


def test_the_running_app_makes_todays_copy(data):
    place = installation()
    open_store(place.store_url, data=place.data).close()
    copy = data / "backups" / f"{clock.today():%Y-%m-%d}.db"

    assert run(_run_until(copy.exists))


def test_a_store_that_is_not_there_yet_does_not_end_the_app(data, caplog):
    tries = lambda: len([r for r in caplog.records if "daily copy" in r.message]) > 1  # noqa: E731

    assert run(_run_until(tries))


def test_the_running_app_folds_the_centres_files(data, monkeypatch):
    folded = []
    monkeypatch.setattr(
        "lib.actions.centre_files.keeping.CentreFiles.fold_all",
        lambda _files, main: folded.append(main) or [],
    )
    place = installation()
    open_store(place.store_url, data=place.data).close()

    async def until_twice():
        async with background.centre_files(every_seconds=0.01):
            for _ in range(500):
                if len(folded) > 1:
                    return True
                await asyncio.sleep(0.01)
        return False

    assert run(until_twice())
    context.close()


def test_a_wrong_setting_does_not_end_the_folding(data, monkeypatch, caplog):
    monkeypatch.setenv("MIMAMORI_STORE", "nonsense")
    caplog.set_level("INFO")

    async def until_told():
        async with background.centre_files(every_seconds=0.01):
            for _ in range(500):
                if sum("have to wait" in r.message for r in caplog.records) > 1:
                    return True
                await asyncio.sleep(0.01)
        return False

    assert run(until_told())
