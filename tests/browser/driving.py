"""What the browser tests share: the fixed time, the screen sizes, when to look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from lib.i18n import Language
from lib.store.drafts import DraftBox
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.ui import context
from tools.serve import Server, fill_with_sample, serving

NOW = "2026-11-21T10:30:00+09:00"
"""A Saturday morning; what the clock says unless a test asks for another time."""

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

# A busy machine may take longer than Playwright's five seconds over a rerun.
expect.set_options(timeout=20_000)

OPENS_WITHIN = 5_000
"""Milliseconds within which a pressed drop-down shows its choices."""
_TRIES = 5

# A click asks for a run at once, but the attribute follows a frame later: the page
# counts as settled only when it has been idle for a while.
SETTLED = """
() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const idle = app?.dataset.testScriptState === 'notRunning'
    && app?.dataset.testConnectionState === 'CONNECTED';
  window.idleSince = idle ? (window.idleSince ?? performance.now()) : undefined;
  return idle && performance.now() - window.idleSince > 200;
}
"""


@contextmanager
def running(
    data: Path, *, sample_months: int = 0, now: str = NOW, **settings: str
) -> Iterator[Server]:
    """Serve the app on `data`, filled with sample months where asked for."""
    chosen = {"MIMAMORI_NOW": now, **settings}
    if sample_months:
        fill_with_sample(data, months=sample_months, settings=chosen)
    with serving(data, settings=chosen, prepared=True) as server:
        yield server


@contextmanager
def opened(data: Path) -> Iterator[LiveStore]:
    """Open the store of a data folder, as another process beside the server does."""
    store = LiveStore(open_store(f"sqlite:///{data / 'mimamori.db'}", data=data))
    try:
        yield store
    finally:
        store.close()


def settled(page: Page) -> Page:
    """Return the page once its script has run to the end without an exception."""
    page.evaluate("window.idleSince = undefined")
    page.wait_for_function(SETTLED, timeout=30_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    return page


def option(page: Page, name: str) -> Locator:
    """Return one choice of a row of buttons, of which one is pressed at a time."""
    return (
        page.get_by_role("radio", name=name)
        .or_(page.get_by_role("button", name=name, exact=True))
        .first
    )


def choose(page: Page, label: Locator, name: str, *, exact: bool = False) -> None:
    """Pick from a drop-down, opening it anew where a rerun has closed it meanwhile."""
    listed = page.get_by_role("option", name=name, exact=exact).first
    for _another_try in range(_TRIES):
        label.click()
        try:
            listed.click(timeout=OPENS_WITHIN)
        except NotInTime:
            continue
        return
    raise AssertionError(f"the drop-down never offered {name}")


def on_clipboard(page: Page) -> str:
    """Return what was copied, by pasting it elsewhere: the app's pages may not read it."""
    elsewhere = page.context.new_page()
    elsewhere.set_content("<textarea autofocus></textarea>")
    box = elsewhere.get_by_role("textbox")
    box.focus()
    elsewhere.keyboard.press("Control+V")
    pasted = box.input_value()
    elsewhere.close()
    return pasted


def set_language(server: Server, language: Language) -> None:
    """Let the next tab open in that language, as if it had been chosen last."""
    kept = DraftBox(server.data)
    last = kept.load("", "choices", "last")
    chosen = {**(last.values if last else {}), context.LANGUAGE: language}
    kept.save("", "choices", "last", chosen)
