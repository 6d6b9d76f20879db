"""`sheet setup --centre NAME`: a spreadsheet of its own for each outsourced centre."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from lib import cli, clock
from lib.actions.centre_files.making import tend_file
from lib.schema.masters import Centre
from lib.schema.vocab import Flag
from lib.settings.install import installation
from lib.store.opening import open_store
from tests.builders import fill, kpi_day
from tests.sheets_api import Emulator

CENTRES = (
    Centre(code="A", name="Aセンター", phone_reports=Flag.YES),
    Centre(code="B", name="Bセンター"),
    Centre(code="自社", name="自社"),
)


@pytest.fixture(scope="module")
def emulator():
    with Emulator() as running:
        yield running


@pytest.fixture(autouse=True)
def installed(emulator, tmp_path, monkeypatch):
    key = tmp_path / "key.json"
    key.write_text(json.dumps(emulator.service_account()))
    monkeypatch.setenv("MIMAMORI_SERVICE_ACCOUNT", str(key))
    monkeypatch.setenv("MIMAMORI_SHEETS_API", emulator.url)
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("MIMAMORI_STORE", raising=False)
    with_store(lambda store: fill(store, *CENTRES))


def with_store(act: Any) -> Any:
    place = installation()
    store = open_store(place.store_url, data=place.data)
    try:
        return act(store)
    finally:
        store.close()


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli.app, ["sheet", "setup", *arguments])


def address_of(code: str) -> str:
    centres = with_store(lambda store: store.load().frames["centres"])
    return centres.loc[code, "spreadsheet"]


def test_a_centre_gets_its_file_with_its_days_laid_out(emulator):
    book = emulator.create()
    with_store(lambda store: fill(store, kpi_day(centre="A", offered=80)))

    found = run(book, "--centre", "Aセンター")

    assert found.exit_code == 0, found.output
    assert address_of("A").endswith(f"/d/{book}/edit")
    rows = emulator.values(book, "'日次KPI'")
    code = rows[0].index("センターコード")
    assert {row[code] for row in rows[1:]} == {"A"}
    assert 80 in rows[1 + [r[0] for r in rows[1:]].index(yesterday(rows))]


def yesterday(rows: list[list[Any]]) -> Any:
    """Return the day that has numbers."""
    offered = rows[0].index("着信数")
    return next(row[0] for row in rows[1:] if len(row) > offered and row[offered])


def test_a_second_time_nothing_changes(emulator):
    book = emulator.create()
    run(book, "--centre", "A")

    again = run("--centre", "A")

    assert again.exit_code == 0, again.output
    assert "すべて整っています" in again.output


def test_a_new_file_is_made_and_shown_to_one_person(emulator):
    found = run("--centre", "B", "--share", "sv@centre-b.example")

    assert found.exit_code == 0, found.output
    book = address_of("B").split("/")[-2]
    people = emulator.book(book).permissions.values()
    assert [p["emailAddress"] for p in people] == ["sv@centre-b.example"]


def test_nobody_is_guessed_to_whom_a_new_file_is_shown():
    found = run("--centre", "B")

    assert found.exit_code == 2
    assert "だれに見せるか" in found.output


def test_the_companys_ledger_is_never_made_a_centres_file(emulator, monkeypatch):
    book = emulator.create()
    monkeypatch.setenv("MIMAMORI_STORE", f"gsheet://{book}")
    with_store(lambda store: fill(store, *CENTRES))

    found = run(book, "--centre", "A")

    assert found.exit_code == 2
    assert "委託先には見せられません" in found.output
    assert address_of("A") == ""


def test_one_file_is_not_given_to_two_centres(emulator):
    book = emulator.create()
    run(book, "--centre", "A")

    found = run(book, "--centre", "B")

    assert found.exit_code == 2
    assert address_of("B") == ""


@pytest.mark.parametrize("name", ["ないセンター", "自社"])
def test_only_an_outsourced_centre_gets_a_file(emulator, name):
    assert run(emulator.create(), "--centre", name).exit_code == 2


def test_near_the_end_of_a_month_the_next_one_is_laid_out_too(emulator, monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, "2026-11-10T09:00")
    book = emulator.create()
    run(book, "--centre", "A")
    days = len(emulator.values(book, "'日次KPI'"))
    place = installation()
    monkeypatch.setenv(clock.FIXED_BY, "2026-11-25T09:00")

    centre = Centre(code="A", name="Aセンター", spreadsheet=address_of("A"))
    for _ in range(2):
        tend_file(centre, place.data)

    assert len(emulator.values(book, "'日次KPI'")) == days + 31
