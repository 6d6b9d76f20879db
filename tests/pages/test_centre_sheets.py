"""センター: a spreadsheet of its own for each centre, made from the page."""

from __future__ import annotations

import json

import pytest

from lib.actions.centre_files.keeping import CentreFiles
from lib.schema.masters import Centre
from lib.schema.principal import SYSTEM
from lib.ui import context
from tests.builders import fill, kpi_day
from tests.sheets_api import Emulator

pytestmark = pytest.mark.usefixtures("first_member")


@pytest.fixture
def emulator(tmp_path, monkeypatch):
    with Emulator() as running:
        key = tmp_path / "key.json"
        key.write_text(json.dumps(running.service_account()))
        monkeypatch.setenv("MIMAMORI_SHEETS_API", running.url)
        monkeypatch.setenv("MIMAMORI_SERVICE_ACCOUNT", str(key))
        yield running


@pytest.fixture
def page(emulator, open_page):
    fill(context.live().for_user(SYSTEM), Centre(code="A", name="Aセンター"))
    return open_page("centres")


def make(page, address):
    page.button(key="centre_sheet:A").click().run()
    page.text_input(key="centre_sheet:address").set_value(address)
    return page.button(key="centre_sheet:make").click().run()


def words(page):
    return " ".join(e.value for e in [*page.markdown, *page.error, *page.success])


def test_without_an_outsourced_centre_there_is_nothing_to_set_up(open_page):
    page = open_page("centres")

    assert not [b for b in page.button if str(b.key).startswith("centre_sheet")]


def test_a_wrong_address_is_told_in_the_dialog_and_stays_there(page):
    made = make(page, "abc")

    assert "URLかID" in words(made)
    assert made.text_input(key="centre_sheet:address").value == "abc"


def test_the_state_of_a_file_follows_its_foldings(page, emulator, open_page):
    book = emulator.create()

    made = make(page, f"https://docs.google.com/spreadsheets/d/{book}/edit")

    assert not made.exception
    assert "これから合わせます" in words(made)
    fill(context.live().for_user(SYSTEM), kpi_day(centre="A", offered=80))
    files = CentreFiles(context.place().data)
    files.fold_all(context.live())
    files.close()
    assert "合わせました" in words(open_page("centres"))
