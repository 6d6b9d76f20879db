"""`python -m lib.cli sheet setup URL`, against the emulator."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from lib import cli
from tests.sheets_api.emulator import ROBOT


@pytest.fixture(autouse=True)
def installed(emulator, tmp_path, monkeypatch):
    key = tmp_path / "key.json"
    key.write_text(json.dumps(emulator.service_account()))
    monkeypatch.setenv("MIMAMORI_SERVICE_ACCOUNT", str(key))
    monkeypatch.setenv("MIMAMORI_SHEETS_API", emulator.url)
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("MIMAMORI_STORE", raising=False)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli.app, ["sheet", "setup", *arguments])


def test_a_url_is_set_up_and_the_second_time_everything_is_there(emulator, desk):
    url = f"https://docs.google.com/spreadsheets/d/{desk.book}/edit#gid=0"

    first, second = run(url), run(url)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "苦情台帳" in first.output
    assert "すべて整っています" in second.output
    assert desk.visible()[0] == "使い方"


def test_the_present_store_is_meant_without_a_url(desk, monkeypatch):
    monkeypatch.setenv("MIMAMORI_STORE", f"gsheet://{desk.book}")

    assert run().exit_code == 0
    assert desk.visible()[0] == "使い方"


def test_what_a_person_has_to_look_at_ends_with_1(desk):
    desk.hand.add_tab("今日")
    desk.hand.type("今日", "A1", "当番")

    found = run(desk.book)

    assert found.exit_code == 1
    assert "確かめてください" in found.output


def test_a_sheet_that_is_not_shared_ends_with_2_and_changes_nothing(emulator):
    book = emulator.create(open_to_all=False)
    emulator.share(book, ROBOT, "reader")

    found = run(book)

    assert found.exit_code == 2
    assert "権限がありません" in found.stderr
    assert [sheet.title for sheet in emulator.book(book).sheets] == ["シート1"]


def test_what_is_no_address_ends_with_2():
    found = run("台帳")

    assert found.exit_code == 2
    assert "URL" in found.stderr


def test_another_zone_is_mended_only_when_asked(emulator, desk):
    desk.book = emulator.create(time_zone="America/New_York")
    emulator.hand(desk.book).type("シート1", "A1", "うちの表")

    assert run(desk.book).exit_code == 1
    assert run(desk.book, "--zone").exit_code == 0
    assert emulator.book(desk.book).time_zone == "Asia/Tokyo"
