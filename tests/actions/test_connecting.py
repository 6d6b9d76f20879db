"""Each usual mistake is named at its step, and the steps behind it wait."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.actions import connecting
from lib.actions.connecting import Step
from lib.errors import SettingsError
from lib.schema.principal import SYSTEM
from lib.settings import install
from tests.sheets_api import Emulator
from tests.sheets_api.emulator import ROBOT

STEPS = list(Step)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def key(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a key in place, as step 2 of the page says."""
    path = tmp_path / "key.json"
    path.write_text(json.dumps(emulator.service_account()))
    monkeypatch.setenv("MIMAMORI_SERVICE_ACCOUNT", str(path))
    monkeypatch.setenv("MIMAMORI_SHEETS_API", emulator.url)
    return path


@pytest.fixture
def book(emulator: Emulator) -> str:
    return emulator.create(open_to_all=False)


def failed(address: str, data: Path) -> connecting.Trial:
    """Return the one failure; everything behind it was not tried."""
    trials = connecting.try_out(address, data)
    assert [trial.step for trial in trials] == STEPS
    at = next(n for n, trial in enumerate(trials) if trial.ok is False)
    assert all(trial.ok is None for trial in trials[at + 1 :])
    return trials[at]


def test_all_steps_pass_once_the_sheet_is_shared(emulator, key, book, tmp_path):
    emulator.share(book, ROBOT)

    trials = connecting.try_out(book, tmp_path)

    assert [trial.ok for trial in trials] == [True] * len(STEPS)
    assert connecting.account() == ROBOT


def test_trying_costs_two_calls_and_changes_nothing(emulator, key, book, tmp_path):
    emulator.share(book, ROBOT)
    before = emulator.values(book, "シート1"), emulator.book(book).title
    emulator.log.clear()

    connecting.try_out(book, tmp_path)

    assert (emulator.log.reads(), emulator.log.writes()) == (1, 1)
    assert (emulator.values(book, "シート1"), emulator.book(book).title) == before


def test_no_key_is_the_first_mistake(monkeypatch, tmp_path):
    monkeypatch.delenv("MIMAMORI_SERVICE_ACCOUNT", raising=False)
    monkeypatch.setattr(install, "_secrets", dict)

    found = failed("x" * 30, tmp_path)

    assert found.step is Step.KEY
    assert "MIMAMORI_SERVICE_ACCOUNT" in found.mend


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b'{"type": "x"}'])
def test_a_key_file_that_is_none_is_told_of(key, content, book, tmp_path):
    key.write_bytes(content)

    assert failed(book, tmp_path).step is Step.KEY


def test_a_key_file_that_is_gone_is_told_of(key, book, tmp_path):
    key.unlink()

    assert failed(book, tmp_path).step is Step.KEY


@pytest.mark.parametrize("mode", ["clock_skew", "invalid_grant", "account_gone"])
def test_a_refused_key_names_the_clock_and_the_key(emulator, key, book, tmp_path, mode):
    emulator.tokens.mode = mode

    found = failed(book, tmp_path)

    assert found.step is Step.ACCOUNT
    assert "時計" in found.mend
    assert "鍵" in found.mend


def test_a_service_that_is_off_is_told_of(emulator, key, book, tmp_path):
    emulator.share(book, ROBOT)
    emulator.faults.add("403-disabled", on="spreadsheets.*", times=9)

    found = failed(book, tmp_path)

    assert found.step is Step.API
    assert "有効" in found.mend


def test_a_wrong_id_is_told_of(key, tmp_path):
    assert failed("1" * 44, tmp_path).step is Step.ADDRESS


def test_what_is_no_address_at_all_is_told_without_a_call(emulator, key, tmp_path):
    trials = connecting.try_out("台帳", tmp_path)

    wrong = next(trial for trial in trials if trial.ok is False)
    assert wrong.step is Step.ADDRESS
    assert trials[1].ok is None
    assert emulator.log.reads() == 0


def test_a_sheet_that_is_not_shared_names_the_address_to_share_it_with(
    key, book, tmp_path
):
    found = failed(book, tmp_path)

    assert found.step is Step.SHARED
    assert dict(found.details)["account"] == ROBOT


def test_a_sheet_shared_for_viewing_only_is_told_apart(emulator, key, book, tmp_path):
    emulator.share(book, ROBOT, "reader")

    found = failed(book, tmp_path)

    assert found.step is Step.WRITE
    assert dict(found.details)["account"] == ROBOT


def test_another_time_zone_is_told_of(emulator, key, tmp_path):
    book = emulator.create(time_zone="America/New_York")

    found = failed(book, tmp_path)

    assert found.step is Step.ZONE
    assert dict(found.details)["zone"] == "America/New_York"


def test_setting_up_and_a_first_load_follow(emulator, key, book, tmp_path):
    emulator.share(book, ROBOT)

    report = connecting.set_up(SYSTEM, book, tmp_path)

    assert report.clean
    assert connecting.first_load(book, tmp_path) == (0, 0)
    assert not connecting.set_up(SYSTEM, book, tmp_path).changed


def test_the_guide_links_the_app_only_where_others_can_open_it(
    emulator, key, book, tmp_path, monkeypatch
):
    emulator.share(book, ROBOT)
    monkeypatch.delenv("MIMAMORI_URL", raising=False)
    connecting.set_up(SYSTEM, book, tmp_path)
    assert emulator.values(book, "使い方!E5") == [
        ["アプリのアドレスは、管理者に聞いてください。"]
    ]

    monkeypatch.setenv("MIMAMORI_URL", "https://mimamori.example.jp/")
    connecting.set_up(SYSTEM, book, tmp_path)

    assert emulator.values(book, "使い方!E5") == [["アプリを開く"]]


def test_the_line_for_the_settings_names_the_sheet():
    book = "1" * 44
    url = f"https://docs.google.com/spreadsheets/d/{book}/edit"

    assert connecting.settings_line(url) == f'MIMAMORI_STORE = "gsheet://{book}"'
    with pytest.raises(SettingsError):
        connecting.settings_line("")
