"""A shared sheet on the screen: what people type comes by itself, what is gone is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from gspread.utils import rowcol_to_a1
from playwright.sync_api import Page, expect

from lib import clock
from lib.actions import first_start
from lib.schema.principal import SYSTEM
from lib.schema.tables import table
from lib.store.live import LiveStore
from lib.store.opening import EVERY_SECONDS_OF_A_SHEET
from lib.ui.freshness import EVERY_SECONDS
from tests.browser.driving import NOW, running, settled
from tests.builders import complaint, fill
from tests.sheets_api import Emulator, Hand
from tests.store.places import SHEETS_KEY, Place, sheet_place
from tools.serve import Server

TAB = table("complaints").tab
CONTENT = table("complaints").field("content").label
BY_ITSELF = (EVERY_SECONDS_OF_A_SHEET + EVERY_SECONDS + 3) * 1000
"""Milliseconds within which it has to appear; three seconds for a slow machine."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running_emulator:
        yield running_emulator


@pytest.fixture
def place(emulator: Emulator, tmp_path: Path, monkeypatch) -> Place:
    """Give a sheet with one person and ten complaints."""
    monkeypatch.setenv(clock.FIXED_BY, NOW)
    made = sheet_place(emulator, tmp_path / "data")
    desk = LiveStore(made()).for_user(SYSTEM)
    first_start.begin(
        desk, name="佐藤 花子", email="hanako@example.jp", now=clock.now()
    )
    now = datetime.fromisoformat(NOW)
    fill(desk, *(complaint(content=f"話 {n}", received_at=now) for n in range(10)))
    made.close()
    return made


@pytest.fixture
def hand(emulator: Emulator, place: Place) -> Hand:
    return emulator.hand(place.url.removeprefix("gsheet://"))


@pytest.fixture
def app(emulator: Emulator, place: Place) -> Iterator[Server]:
    settings = {
        "MIMAMORI_STORE": place.url,
        "MIMAMORI_SHEETS_API": emulator.url,
        "MIMAMORI_SERVICE_ACCOUNT": str(place.data / SHEETS_KEY),
    }
    with running(place.data, **settings) as server:
        yield server


def row(page: Page, words: str):
    """Return the cell of the grid that holds `words`, from what screen readers get."""
    return page.get_by_test_id("stDataFrame").locator("canvas td", has_text=words)


def test_what_a_hand_types_comes_to_the_open_ledger_by_itself(app, hand, open_tab):
    page = open_tab(app, "ledger")
    expect(row(page, "話 3")).to_be_attached()

    column = hand.read(TAB, "1:1")[0].index(CONTENT) + 1
    hand.type(TAB, rowcol_to_a1(5, column), "手で書き直した")

    expect(row(page, "手で書き直した")).to_be_attached(timeout=BY_ITSELF)


def test_what_is_gone_is_told_and_confirmed(app, hand, open_tab, picture):
    page = open_tab(app, "ledger")
    hand.delete_rows(TAB, 2, 5)

    expect(page.get_by_text("書き込みを止めています")).to_be_visible(timeout=BY_ITSELF)
    expect(page.get_by_text("10行のうち4行")).to_be_visible()
    picture(page, "held-desktop")

    page.get_by_role("button", name="このとおりで正しい").click()
    page.get_by_test_id("stPopoverBody").get_by_role("button").click()
    settled(page)

    expect(page.get_by_text("いまのシートのとおりにしました。")).to_be_visible()
    expect(page.get_by_text("書き込みを止めています")).to_have_count(0)


@pytest.mark.parametrize("dark", [False, True])
def test_the_banner_fits_on_a_phone(app, hand, open_tab, picture, dark):
    hand.delete_rows(TAB, 2, 5)
    page = open_tab(app, "today", phone=True, dark=dark, english=dark)
    words = "Nothing is being written" if dark else "書き込みを止めています"

    expect(page.get_by_text(words)).to_be_visible(timeout=BY_ITSELF)
    picture(page, f"held-phone-{'dark-en' if dark else 'light'}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_outage_shows_the_last_data_and_their_age(app, emulator, open_tab):
    page = open_tab(app, "ledger")
    with emulator.unreachable():
        badge = page.get_by_text("保存先に届きません")
        expect(badge).to_be_visible(timeout=90_000)
        expect(row(page, "話 3")).to_be_attached()
    expect(badge).to_have_count(0, timeout=60_000)
