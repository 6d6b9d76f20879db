"""The files of all centres, kept by the running app."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from filelock import FileLock
from typer.testing import CliRunner

from lib import cli, clock
from lib.actions.centre_files.keeping import (
    LOCK,
    CentreFiles,
    last_foldings,
    told,
)
from lib.errors import StoreUnavailable
from lib.schema.masters import Centre
from lib.schema.vocab import Flag
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Store
from tests.builders import fill, kpi_day

CENTRES = (
    Centre(code="A", name="Aセンター", spreadsheet="file-a"),
    Centre(code="B", name="Bセンター", spreadsheet="file-b"),
    Centre(code="C", name="シートのないセンター"),
    Centre(code="D", name="終わったセンター", spreadsheet="file-d", active=Flag.NO),
)


@pytest.fixture
def main(tmp_path):
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'main.db'}", data=tmp_path))
    fill(store, *CENTRES)
    yield store
    store.close()


@pytest.fixture
def files(tmp_path):
    kept = CentreFiles(tmp_path, open_file, nothing_to_tend)
    yield kept
    kept.close()


def open_file(name: str, data: Path) -> Store:
    return open_store(f"sqlite:///{data / name}.db", data=data / name)


def nothing_to_tend(_centre: Centre, _data: Path) -> None:
    """A database has no rows laid out ahead."""


def test_each_file_is_prepared_for_the_days_to_come_once_a_day(
    main, tmp_path, monkeypatch
):
    tended = []
    files = CentreFiles(tmp_path, open_file, lambda c, _data: tended.append(c.code))

    for day in ("2026-11-21T09:00", "2026-11-21T18:00", "2026-11-22T09:00"):
        monkeypatch.setenv(clock.FIXED_BY, day)
        files.fold_all(main)
    files.close()

    assert sorted(tended) == ["A", "A", "B", "B"]


def test_each_centres_days_go_into_its_own_file(main, files, tmp_path):
    fill(main, kpi_day(centre="A", offered=1), kpi_day(centre="B", offered=2))

    files.fold_all(main)

    for name, offered in (("file-a", 1), ("file-b", 2)):
        store = open_file(name, tmp_path)
        assert store.load().frames["kpi_days"]["offered"].tolist() == [offered]
        store.close()
    assert sorted(files.outcomes) == ["A", "B"]


def test_a_file_that_is_away_holds_up_no_other_and_is_told(main, tmp_path):
    def open_all_but_a(name: str, data: Path) -> Store:
        if name == "file-a":
            raise StoreUnavailable
        return open_file(name, data)

    files = CentreFiles(tmp_path, open_all_but_a, nothing_to_tend)
    fill(main, kpi_day(centre="B", offered=2))

    outcomes = {found.centre: found for found in files.fold_all(main)}
    files.close()

    assert isinstance(outcomes["A"].refused, StoreUnavailable)
    assert outcomes["B"].down == 1


def test_another_process_that_folds_is_left_to_it(main, files, tmp_path):
    with FileLock(tmp_path / LOCK):
        assert files.fold_all(main) == []
    assert files.outcomes == {}


def test_what_a_person_has_to_decide_is_kept_until_it_is_decided(main, files, tmp_path):
    fill(main, kpi_day(centre="A", offered=1))
    store = open_file("file-a", tmp_path)
    fill(store, kpi_day(centre="A", offered=2))
    store.close()

    files.fold_all(main)

    assert [problem.column for problem in told(tmp_path)] == ["着信数"]
    assert last_foldings(tmp_path)["A"].refused == ""


def test_the_command_check_lists_it_too(main, files, tmp_path, monkeypatch):
    fill(main, kpi_day(centre="A", offered=1))
    store = open_file("file-a", tmp_path)
    fill(store, kpi_day(centre="A", offered=2))
    store.close()
    files.fold_all(main)
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path))
    monkeypatch.setenv("MIMAMORI_STORE", f"sqlite:///{tmp_path / 'main.db'}")

    found = CliRunner().invoke(cli.app, ["check", "--json"])

    problems = orjson.loads(found.stdout)["problems"]
    assert found.exit_code == 1
    assert "1 / 2" in [problem["typed"] for problem in problems]
