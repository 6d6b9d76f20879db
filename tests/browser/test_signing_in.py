"""Signing in as people do; when time runs out, what is being typed stays (product.md 6)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from lib import clock
from lib.signin.sessions import IDLE
from tests.signin.browsing import Company, Served
from tests.signin.conftest import founded
from tests.signin.people import CLERK, GOOD
from tools.serve import serving

AGAIN = "サインインし直す"
SOON = 60_000
"""Milliseconds; the page looks every twenty seconds how the sign-in stands."""


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Served]:
    """Serve a company whose clerk has a password."""
    with founded(tmp_path / "data") as company:
        company.desk.accounts.set_password(CLERK, GOOD, clock.now())
        with serving(company.data, settings={"MIMAMORI_SIGN_IN": "on"}) as server:
            yield Served(company, server.url)


def test_when_time_runs_out_the_entry_goes_on_after_signing_in_again(
    team: Served, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{team.url}/intake")
    sign_in(page)
    content = page.get_by_label("内容").first
    content.fill("箱の角がつぶれていた", timeout=SOON)
    expect(page.get_by_text("下書き保存")).to_be_visible(timeout=SOON)

    let_time_run_out(team.company)
    again = page.get_by_role("link", name=AGAIN)
    expect(again).to_be_visible(timeout=SOON)
    content.press_sequentially("、中身も")
    with context.expect_page() as opened:
        again.click()
    sign_in(opened.value)
    expect(opened.value.get_by_text("この画面を閉じて")).to_be_visible()
    opened.value.close()

    expect(again).to_have_count(0, timeout=SOON)
    content.press_sequentially("割れていた")
    expect(page.get_by_text("下書き保存")).to_be_visible(timeout=SOON)
    expect(content).to_have_value("箱の角がつぶれていた、中身も割れていた")


def sign_in(page: Page) -> None:
    page.get_by_label("メール").fill(CLERK)
    page.get_by_label("パスワード").fill(GOOD)
    page.get_by_role("button", name="サインイン").click()


def let_time_run_out(company: Company) -> None:
    """Let everybody's last key have been pressed too long ago."""
    late = int(IDLE.total_seconds()) + 60
    with company.desk.sessions._book.open() as book:
        book.execute("UPDATE sessions SET seen_at = seen_at - ?", (late,))
