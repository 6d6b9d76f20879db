"""日次KPI入力 in a real browser: nothing but a press confirms a day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lib import clock
from lib.actions import first_start
from lib.schema.kpi_day import KpiDay
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Done
from tests.browser.conftest import OpenTab
from tests.browser.driving import opened, running, settled
from tools.serve import Server


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Server]:
    """Serve an app with one person and no record."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with opened(data) as store:
        desk = store.for_user(SYSTEM)
        first_start.begin(desk, name="佐藤 花子", email="", now=clock.now())
    with running(data) as server:
        yield server


def test_typing_remarks_and_ctrl_enter_confirm_nothing(
    app: Server, open_tab: OpenTab
) -> None:
    page = open_tab(app, "kpi_entry")
    name_a_centre(page)
    enter_counts(page)
    remarks = page.get_by_role("textbox", name="特記事項")
    remarks.press_sequentially("台風で電車が止まり", delay=30)
    expect(page.get_by_text("下書き保存 ")).to_contain_text("(4項目)", timeout=10_000)
    page.keyboard.press("Control+Enter")
    settled(page)

    expect(button(page, "確定する")).to_be_visible()
    assert recorded(app) == []


def test_what_was_typed_before_f5_is_offered_and_ctrl_s_keeps_it_unconfirmed(
    app: Server, open_tab: OpenTab
) -> None:
    page = open_tab(app, "kpi_entry")
    name_a_centre(page)
    enter_counts(page)
    expect(page.get_by_text("下書き保存 ")).to_contain_text("(3項目)", timeout=10_000)

    page.reload()
    settled(page)
    name_a_centre(page)
    button(page, "続きを書く").click()
    expect(count(page, "着信数")).to_have_value("40")
    page.get_by_role("textbox", name="特記事項").press_sequentially("ひとり病欠")
    page.keyboard.press("Control+s")

    expect(page.get_by_text("未確定")).to_be_visible()
    (day,) = recorded(app)
    assert (day.offered, day.answered, day.abandoned) == (40, 36, 4)
    assert (day.note, day.confirmed) == ("ひとり病欠", Done.NOT_YET)


def name_a_centre(page: Page) -> None:
    """Type the name of a centre that no master knows."""
    box = page.get_by_role("combobox", name="センター", exact=True)
    box.fill("大阪")
    box.press("Enter")
    expect(count(page, "着信数")).to_be_visible()


def enter_counts(page: Page) -> None:
    for name, number in (("着信数", "40"), ("応答数", "36"), ("センター入電数", "0")):
        count(page, name).fill(number)
        page.keyboard.press("Tab")
    expect(page.get_by_text("90.0%")).to_be_visible()


def count(page: Page, name: str) -> Locator:
    return page.get_by_role("spinbutton", name=f"{name} (件)")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


def recorded(app: Server) -> list[KpiDay]:
    """Return the days as another process reads them."""
    with opened(app.data) as store:
        desk = store.for_user(SYSTEM)
        days = [desk.record("kpi_days", key) for key in desk.frame("kpi_days").index]
    return [day for day in days if isinstance(day, KpiDay)]
