"""A real Chromium against a running app, each with a data folder of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
)

from tests.browser.driving import DESKTOP, PHONE, running, set_language, settled
from tests.sheets_api import Emulator
from tests.store.places import SHEETS_KEY, sheet_place
from tools.browser import system_chromium
from tools.serve import ROOT, Server

HERE = Path(__file__).resolve().parent

SAMPLE_MONTHS = 3
A_PHONE = "Pixel 7"

# A sandbox needs rights that containers do not give; the rest keeps Chromium from
# calling home in the middle of a test.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class OpenTab(Protocol):
    """Opens a browser tab; every tab of a test is another person's."""

    def __call__(
        self,
        server: Server,
        path: str = "",
        *,
        phone: bool = False,
        dark: bool = False,
        english: bool = False,
    ) -> Page:
        """Return the tab, settled on `path` of the server."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show beside a failure what the server printed: the screen has only a number."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        for server in item.funcargs.values():
            if isinstance(server, Server) and server.log.exists():
                printed = server.log.read_text(encoding="utf-8", errors="replace")
                report.sections.append(("Printed by the server", printed[-4000:]))
    return report


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any],
) -> dict[str, Any]:
    """Prefer the system's Chromium; without one, Playwright starts its own."""
    chosen = dict(browser_type_launch_args)
    if found := system_chromium():
        chosen["executable_path"] = found
    chosen["args"] = [*chosen.get("args", []), *CHROMIUM_FLAGS]
    return chosen


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[Server]:
    """Serve an app that nobody has used yet, for one test."""
    with running(tmp_path / "data") as server:
        yield server


@pytest.fixture
def sheet_settings(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give the settings that lead to a new, empty spreadsheet, for one test."""
    with Emulator() as emulator:
        place = sheet_place(emulator, tmp_path / "data")
        yield {
            "MIMAMORI_STORE": place.url,
            "MIMAMORI_SHEETS_API": emulator.url,
            "MIMAMORI_SERVICE_ACCOUNT": str(place.data / SHEETS_KEY),
        }


@pytest.fixture
def empty_sheet_app(tmp_path: Path, sheet_settings: dict[str, str]) -> Iterator[Server]:
    """Serve an app on that spreadsheet."""
    with running(tmp_path / "data", **sheet_settings) as server:
        yield server


@pytest.fixture(scope="session")
def sample_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the sample company, for all tests together: change nothing they share."""
    data = tmp_path_factory.mktemp("sample") / "data"
    with running(data, sample_months=SAMPLE_MONTHS) as server:
        yield server


@pytest.fixture
def stopped() -> Iterator[list[str]]:
    """Return what the policy of a page has stopped so far; the test fails over it.

    One that provokes it empties the list.
    """
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def open_tab(
    new_context: Callable[..., BrowserContext],
    playwright: Playwright,
    stopped: list[str],
) -> OpenTab:
    """Give the function that opens tabs; they close with the test."""

    def listen(said: ConsoleMessage) -> None:
        if said.type == "error" and "Content Security Policy" in said.text:
            stopped.append(said.text)

    def opened(
        server: Server,
        path: str = "",
        *,
        phone: bool = False,
        dark: bool = False,
        english: bool = False,
    ) -> Page:
        set_language(server, "en" if english else "ja")
        context = new_context(
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            # Streamlit folds the menu away after a choice only where it hears a phone.
            user_agent=playwright.devices[A_PHONE]["user_agent"] if phone else None,
            color_scheme="dark" if dark else "light",
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
        )
        page = context.new_page()
        page.on("console", listen)
        page.goto(f"{server.url}/{path}")
        return settled(page)

    return opened


@pytest.fixture
def picture(pytestconfig: pytest.Config) -> Callable[[Page, str], Path]:
    """Give the function that writes `NAME.png`.

    Into the folder that SCREENSHOTS names (see `make screenshots`), else among the
    results of the tests.
    """
    results = Path(pytestconfig.getoption("--output"), "pictures")
    folder = ROOT / os.environ.get("SCREENSHOTS", results)

    def taken(page: Page, name: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        # Grids and charts load their code on first use, and show a grey bar till then.
        expect(settled(page).get_by_test_id("stSkeleton")).to_have_count(
            0, timeout=30_000
        )
        page.screenshot(path=path, animations="disabled")
        return path

    return taken
