"""From a bar in the Pareto to the case, to an improvement, to its effect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lib import clock
from lib.actions import first_start
from lib.schema.complaint import Complaint
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.learning import Improvement
from lib.schema.principal import SYSTEM
from lib.schema.vocab import ComplaintStatus, ImprovementStatus
from tests.browser.driving import NOW, opened, running, settled
from tests.browser.test_ledger import case_card, click_row
from tests.builders import complaint, fill
from tools.serve import Server

BROKEN, LATE = "不良品", "届かない・遅い"
TODAY = datetime.fromisoformat(NOW).date()
START = TODAY - timedelta(days=30)
FIRST = TODAY - timedelta(days=150)
NUMBER = "S-261001-AAAAA"
A_BAR = 40
"""Pixels from the top of the picture to the middle of its first bar."""


def cases() -> Iterator[Complaint]:
    """Yield three broken ones a day until the bag was changed, then one; some late."""
    for place in range((TODAY - FIRST).days):
        day = FIRST + timedelta(days=place)
        count = 3 if day < START else 1
        for hour in range(count):
            yield told(day, 9 + hour, BROKEN)
        if place % 4 == 0:
            yield told(day, 8, LATE)


def told(day: date, hour: int, claim: str) -> Complaint:
    is_newest = claim == BROKEN and day == TODAY - timedelta(days=1)
    return complaint(
        received_at=clock.at(day, hour),
        content=f"{claim} {day}",
        claim_type=claim,
        status=ComplaintStatus.CLOSED,
        improvement_id=NUMBER if is_newest else "",
    )


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Serve a company that changed its bag thirty days ago."""
    monkeypatch.setenv(clock.FIXED_BY, NOW)
    data = tmp_path / "data"
    bag = Improvement(
        id=NUMBER,
        title="袋を二重にする",
        claim_type=BROKEN,
        target_figure="苦情率",
        status=ImprovementStatus.CHECKING,
        starts_on=START,
        owner="佐藤 花子",
    )
    days = [FIRST + timedelta(days=n) for n in range((TODAY - FIRST).days)]
    with opened(data) as store:
        desk = store.for_user(SYSTEM)
        first_start.begin(
            desk, name="佐藤 花子", email="hanako@example.jp", now=clock.now()
        )
        rows = [KpiDay(date=day, centre=COMPANY, orders=100) for day in days]
        fill(desk, bag, *rows, *cases())
    with running(data) as server:
        yield server


def press_the_first_bar(page: Page) -> None:
    chart = page.get_by_test_id("stVegaLiteChart").first
    expect(chart.locator("svg, canvas").first).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + A_BAR)


def test_from_a_bar_to_the_case_to_the_improvement_to_its_effect(app, open_tab):
    page = open_tab(app, "analysis?view=pareto&by=claim_type")

    press_the_first_bar(page)
    page.get_by_role("link", name="この苦情を見る").click()
    settled(page)
    click_row(page, 0)
    expect(case_card(page)).to_contain_text(BROKEN)
    case_card(page).get_by_role("link", name="袋を二重にする").click()
    settled(page)

    assert NUMBER in page.url
    effect = page.get_by_test_id("stMain")
    # By hand: 84 in 2,800 orders are 30 for 1,000; 28 are 10.
    expect(effect).to_contain_text(
        "前28日 受注1,000件あたり30.0件 → 後28日 受注1,000件あたり10.0件"
    )
    expect(effect).to_contain_text("良くなった")
    chart = page.get_by_test_id("stVegaLiteChart")
    expect(chart.locator("svg, canvas").first).to_be_visible()
