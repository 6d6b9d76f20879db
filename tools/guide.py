"""Write はじめかた anew: pictures of the app, then the pages that open without it.

    python -m tools.guide            # the two HTML files
    python -m tools.guide pictures   # the pictures too, from a running sample company
    python -m tools.guide pictures kpi_entry   # of these pages only

Pictures show invented people only, in Japanese and in English, on a fixed day.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from lib.i18n import LANGUAGES, Language
from lib.reports.guide.chapters import CHAPTERS, picture_of
from lib.reports.guide.paper import written
from lib.store.drafts import DraftBox
from lib.ui import context as ui_context
from tools.browser import system_chromium
from tools.serve import ROOT, Server, fill_with_sample, serving

PAPERS: Final[dict[Language, tuple[str, str]]] = {
    "ja": ("はじめかた.html", ""),
    "en": ("docs/getting-started.html", "../"),
}
"""The file in each language, and the way from there to the project's folder."""

NOW: Final = "2026-11-20T10:30:00+09:00"
_MONTHS: Final = 3
_VIEW: Final[ViewportSize] = {"width": 1280, "height": 800}
_QUALITY: Final = 72
_OF_AN_EMPTY_APP: Final = "welcome"
_ADDRESSES: Final = {
    _OF_AN_EMPTY_APP: "",
    # A day that nobody has entered yet.
    "kpi_entry": f"kpi_entry?date={NOW[:10]}",
}
_SETTLED: Final = """
() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const idle = app?.dataset.testScriptState === 'notRunning'
    && app?.dataset.testConnectionState === 'CONNECTED';
  window.idleSince = idle ? (window.idleSince ?? performance.now()) : undefined;
  return idle && performance.now() - window.idleSince > 1200;
}
"""


def names() -> list[str]:
    """Return the pictures that the chapters show: codes of pages."""
    steps = (step for chapter in CHAPTERS for step in chapter.steps)
    return [step.picture for step in steps if step.picture]


def write_papers() -> None:
    """Write the HTML files."""
    for language, (path, to_root) in PAPERS.items():
        (ROOT / path).write_text(written(language, to_root=to_root), encoding="utf-8")


def take_pictures(only: Collection[str] = ()) -> None:
    """Take every picture in every language; needs Chromium and Japanese letters.

    only: names of the pictures to take; () for all.
    """
    with _browser() as browser:
        for sample in (False, True):
            wanted = [
                name for name in only or names() if (name != _OF_AN_EMPTY_APP) == sample
            ]
            if not wanted:
                continue
            with _server(sample=sample) as server:
                for name in wanted:
                    for language in LANGUAGES:
                        _take(browser, server, name, language)


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@contextmanager
def _server(*, sample: bool) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        settings = {"MIMAMORI_NOW": NOW}
        if sample:
            fill_with_sample(data, months=_MONTHS, settings=settings)
        with serving(data, settings=settings) as server:
            yield server


def _take(browser: Browser, server: Server, name: str, language: Language) -> None:
    _speak(server, language)
    context = browser.new_context(viewport=_VIEW)
    page = context.new_page()
    page.goto(f"{server.url}/{_ADDRESSES.get(name, name)}")
    _settle(page)
    png = page.screenshot()
    context.close()
    picture_of(name, language).parent.mkdir(exist_ok=True)
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").save(
            picture_of(name, language), "WEBP", quality=_QUALITY, method=6
        )


def _settle(page: Page) -> None:
    page.evaluate("window.idleSince = undefined")
    page.wait_for_function(_SETTLED, timeout=60_000)


def _speak(server: Server, language: Language) -> None:
    """Let the next tab open in that language, as if it had been chosen last."""
    kept = DraftBox(server.data)
    last = kept.load("", "choices", "last")
    chosen = {**(last.values if last else {}), ui_context.LANGUAGE: language}
    kept.save("", "choices", "last", chosen)


if __name__ == "__main__":
    if "pictures" in sys.argv[1:]:
        take_pictures(sys.argv[2:])
    write_papers()
