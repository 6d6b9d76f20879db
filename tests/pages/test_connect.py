"""Googleシートにつなぐ: from no key at all to the line for the settings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib.schema.masters import Member
from lib.schema.vocab import Role
from lib.settings import install
from tests.sheets_api import Emulator
from tests.sheets_api.emulator import ROBOT

pytestmark = pytest.mark.usefixtures("first_member")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def key(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(emulator.service_account()))
    monkeypatch.setenv("MIMAMORI_SERVICE_ACCOUNT", str(path))
    monkeypatch.setenv("MIMAMORI_SHEETS_API", emulator.url)


def said(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.main.markdown, *app.caption])


def codes(app: AppTest) -> list[str]:
    return [element.value for element in app.main.code]


def try_out(app: AppTest, address: str) -> AppTest:
    app.text_input(key="connect:address").set_value(address)
    return app.button(key="connect:try").click().run(timeout=60)


def test_without_a_key_the_page_says_where_to_get_one_and_where_to_put_it(
    open_page, monkeypatch
):
    monkeypatch.delenv("MIMAMORI_SERVICE_ACCOUNT", raising=False)
    monkeypatch.setattr(install, "_secrets", dict)

    app = open_page("connect")

    assert not app.exception
    assert "サービス アカウント" in said(app)
    assert any("MIMAMORI_SERVICE_ACCOUNT" in code for code in codes(app))
    assert app.button(key="connect:make").disabled


def test_the_address_to_share_with_stands_there_to_be_copied(open_page, key):
    assert ROBOT in codes(open_page("connect"))


def test_from_the_address_to_the_line_for_the_settings(open_page, emulator, key):
    book = emulator.create(open_to_all=False)
    url = f"https://docs.google.com/spreadsheets/d/{book}/edit"
    app = open_page("connect")

    try_out(app, url)
    assert "スプレッドシートが共有されていません。" in said(app)
    assert app.button(key="connect:make").disabled

    emulator.share(book, ROBOT)
    try_out(app, url)
    assert "できません" not in said(app)
    app.button(key="connect:make").click().run(timeout=60)

    assert not app.exception
    assert "整いました。シートの記録は0件、直すところは0か所です。" in said(app)
    assert f'MIMAMORI_STORE = "gsheet://{book}"' in codes(app)
    assert emulator.values(book, "苦情台帳!A1") == [["連絡先"]]


def test_another_time_zone_is_mended_by_a_tick(open_page, emulator, key):
    book = emulator.create(time_zone="America/New_York")
    emulator.hand(book).type("シート1", "A1", "うちの表")
    app = open_page("connect")

    try_out(app, book)
    app.checkbox(key="connect:mend_zone").check()
    app.button(key="connect:make").click().run(timeout=60)

    assert not app.exception
    assert emulator.book(book).time_zone == "Asia/Tokyo"


def test_what_goes_wrong_while_setting_up_is_told_and_can_be_tried_again(
    open_page, emulator, key
):
    book = emulator.create()
    app = open_page("connect")
    try_out(app, book)
    emulator.revoke(book)

    app.button(key="connect:make").click().run(timeout=60)

    assert not app.exception
    assert [error.value for error in app.error]
    assert not app.button(key="connect:make").disabled


def test_the_page_speaks_english(open_page, emulator, key):
    app = try_out(open_page("connect", language="en"), "1" * 44)

    assert "There is no spreadsheet with this id." in said(app)


def test_only_administrators_may_open_it(open_page, put):
    clerk = Member(email="clerk@example.jp", name="鈴木", role=Role.CLERK)
    put(clerk)

    app = open_page("connect", operator=clerk.email)

    assert not [e for e in app.text_input if e.key == "connect:address"]
    assert app.error
