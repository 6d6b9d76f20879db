"""The probe sees what is so, says it in words, and leaves nothing behind."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from lib import clock
from lib.cli import app
from lib.errors import StoreError
from lib.settings.install import SheetsSettings
from lib.store.sheets.client import Limits, SheetsClient, connected
from lib.store.sheets.probe import TRIALS, probe
from lib.store.sheets.promises import (
    STALE_AFTER,
    Probed,
    Promises,
    file_of,
    last_probe,
    promises_of,
    remember,
)
from tests.sheets_api import Emulator
from tests.store.places import FreeBudget
from tests.store.sheets.test_fallbacks import BROKEN


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def client(emulator: Emulator, tmp_path) -> Iterator[SheetsClient]:
    made = connected(
        SheetsSettings(emulator.url, emulator.service_account()),
        FreeBudget(tmp_path),
        Limits(total=3.0, first_pause=0.01, longest_pause=0.02),
    )
    yield made
    made.session.close()


def found(client, book, tmp_path) -> dict[str, bool | None]:
    return {f.code: f.holds for f in probe(client, book, tmp_path)}


def test_everything_is_as_documented(emulator, client, tmp_path):
    seen = found(client, emulator.create(), tmp_path)

    assert seen.pop("modified_time") is None
    assert seen == {trial.code: True for trial in TRIALS}


@pytest.mark.parametrize(("promise", "quirk"), BROKEN.items())
def test_a_broken_promise_is_seen_and_not_relied_on(
    emulator, client, tmp_path, promise, quirk
):
    emulator.quirks.set(**{quirk: True})
    book = emulator.create()

    findings = probe(client, book, tmp_path)

    assert [f.code for f in findings if f.holds is False] == [promise]
    assert next(f for f in findings if f.holds is False).instead
    assert promises_of(tmp_path, book) == Promises(**{promise: False})


@pytest.mark.parametrize("quirk", [None, *BROKEN.values()])
def test_it_leaves_nothing_behind(emulator, client, tmp_path, quirk):
    if quirk:
        emulator.quirks.set(**{quirk: True})
    book = emulator.create(tabs=["人のタブ"])

    probe(client, book, tmp_path)

    assert emulator.hand(book).tabs() == ["人のタブ"]
    assert not emulator.book(book).named
    assert not emulator.book(book).metadata


def test_it_goes_away_even_where_it_fails(emulator, client, tmp_path):
    book = emulator.create(tabs=["人のタブ"])
    emulator.faults.add("500", on="spreadsheets.batchUpdate", nth=2)

    with pytest.raises(StoreError):
        probe(client, book, tmp_path)

    assert emulator.hand(book).tabs() == ["人のタブ"]


def test_what_cannot_be_seen_is_taken_as_documented(emulator, client, tmp_path):
    book = emulator.create()
    emulator.faults.add("403", on="values.*", times=99)

    seen = found(client, book, tmp_path)

    assert seen["all_or_nothing"] is None
    assert promises_of(tmp_path, book) == Promises()


def test_never_probed_is_taken_as_documented(tmp_path):
    assert promises_of(tmp_path, "some-spreadsheet") == Promises()


def test_a_broken_promise_stays_broken_however_old(tmp_path):
    long_ago = clock.now() - STALE_AFTER - timedelta(days=1)
    remember(tmp_path, "s", Probed(long_ago, {"shows_cells": False}))

    assert last_probe(tmp_path, "s").is_stale
    assert not promises_of(tmp_path, "s").shows_cells


def test_rows_that_skip_a_blank_one_are_put_at_counted_places(tmp_path):
    remember(tmp_path, "s", Probed(clock.now(), {"appends_after_blank": False}))

    assert not promises_of(tmp_path, "s").appends_below


def test_the_file_names_nobody_and_is_the_owners_alone(tmp_path):
    remember(tmp_path, "secret-id", Probed(clock.now(), {"shows_cells": True}))

    path = file_of(tmp_path, "secret-id")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "secret-id" not in str(path) + path.read_text()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": "x", "findings": {}}'])
def test_a_file_that_is_no_result_counts_as_none(tmp_path, text):
    file_of(tmp_path, "s").write_text(text)

    assert last_probe(tmp_path, "s") is None


@pytest.mark.parametrize("quirk", [None, "append_below_looks"])
def test_the_command_says_it_in_words(emulator, tmp_path, monkeypatch, quirk):
    if quirk:
        emulator.quirks.set(**{quirk: True})
    key = tmp_path / "key.json"
    key.write_text(json.dumps(emulator.service_account()))
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MIMAMORI_SHEETS_API", emulator.url)
    monkeypatch.setenv("MIMAMORI_SERVICE_ACCOUNT", str(key))
    monkeypatch.setattr("lib.store.opening.Budget", FreeBudget)
    url = f"https://docs.google.com/spreadsheets/d/{emulator.create()}/edit#gid=0"

    result = CliRunner().invoke(app, ["sheet", "probe", url])

    assert result.exit_code == (1 if quirk else 0), result.output
    assert ("挿し込みます" in result.output) is bool(quirk)
    assert "180日" in result.output
