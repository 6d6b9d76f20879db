"""Hostile texts in every field, in a real browser, without the help of any header.

The strict Content-Security-Policy would hide a text that is not escaped: here the
browser ignores it (`bypass_csp`). Nothing of a text may become an element, and nothing
may be fetched from the listener; two careless pages prove that it would be noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from lib import clock
from lib.actions import first_start, sample
from lib.sample.company import sample_company
from lib.schema.column import Field
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.ui import navigation
from tests.browser.beacon import Beacon, listening
from tests.browser.driving import DESKTOP, opened, running, settled
from tests.security.corpus import aimed_at, of
from tests.security.corpus.company import spoiled
from tools.serve import Server, serving

AIMED: Final = of("script", "markdown", "formula", "notice", "header", "code")
A_FEW: Final = 4
"""Texts behind a field of a row that is only listed; opened rows have all of them."""

MAIN: Final = ("today", "queue", "kpi_entry")
REST: Final = tuple(p.code for p in navigation.PAGES if p.code not in MAIN)

MADE_OF_TEXT: Final = """
(beacon) => [...document.querySelectorAll('*')].filter((element) =>
  [...element.attributes].some((one) =>
    !['value', 'aria-label', 'title', 'alt', 'placeholder'].includes(one.name)
    && !one.name.startsWith('data-') && one.value.includes(beacon)))
  .map((element) => element.outerHTML.slice(0, 200))
"""
"""Elements one of whose attributes carries the listener's address."""

STRANGE: Final = (
    '[data-testid="stMarkdownContainer"] :is(img, iframe, object, embed, form,'
    " script, style, video, audio, a[href*='evil']), .katex"
)
"""Elements in texts that this app's own texts never make."""


@pytest.fixture
def beacon() -> Iterator[Beacon]:
    with listening() as found:
        yield found


@pytest.fixture
def texts(beacon: Beacon) -> list[str]:
    return [aimed_at(case.text, beacon.url) for case in AIMED]


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """Give a tab in a browser that heeds no policy of the server."""
    context = new_context(viewport=DESKTOP, locale="ja-JP", bypass_csp=True)
    return context.new_page()


@pytest.fixture
def app(tmp_path: Path, texts: list[str]) -> Iterator[Server]:
    """Serve a company in which every typed text is hostile."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    turn = count()

    def behind(_record: Record, _field: Field) -> str:
        at = next(turn) * A_FEW
        return "\n\n".join(texts[(at + n) % len(texts)] for n in range(A_FEW))

    company = sample_company(end=date(2026, 11, 20), months=1, complaints_per_day=0.4)
    with opened(data) as store:
        desk = store.for_user(SYSTEM)
        first_start.begin(desk, name="佐藤", email="hanako@example.jp", now=clock.now())
        sample.fill(desk, spoiled(company, behind))
    with running(data) as server:
        yield server


def strange(page: Page) -> list[str]:
    """Return the elements in texts that none of our own texts makes."""
    cut = "found => found.map(one => one.outerHTML.slice(0, 200))"
    return list(page.locator(STRANGE).evaluate_all(cut))


def open_at(page: Page, server: Server, path: str) -> Page:
    page.goto(f"{server.url}/{path}")
    return settled(page)


@pytest.mark.parametrize("codes", [MAIN, pytest.param(REST, marks=pytest.mark.slow)])
def test_nothing_that_was_typed_becomes_an_element_or_a_request(
    app: Server, page: Page, beacon: Beacon, codes: tuple[str, ...]
):
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    paths = [*codes, *(looked_into(app) if codes == MAIN else ())]
    seen = ""

    for path in paths:
        open_at(page, app, path)
        seen += page.inner_text("body")
        assert page.evaluate(MADE_OF_TEXT, beacon.url) == [], path
        assert strange(page) == [], path
    page.wait_for_timeout(300)

    assert beacon.asked == []
    assert said == []
    assert "127.0.0.1" in seen


def looked_into(app: Server) -> list[str]:
    """Return the addresses of a complaint and of a contact of an agency."""
    with opened(app.data) as store:
        desk = store.for_user(SYSTEM)
        case = desk.frame("complaints").index[0]
        inquiry = desk.frame("agency_inquiries").index[0]
    return [f"ledger?case={quote(case)}", f"inquiries?inquiry={quote(inquiry)}"]


def test_careless_pages_are_noticed(
    page: Page, beacon: Beacon, texts: list[str], tmp_path: Path
):
    """The control: the same texts as HTML, and as Streamlit's Markdown."""
    scripts = [aimed_at(case.text, beacon.url) for case in of("script")[:16]]
    beacon.careless = "<!doctype html><body>" + "\n".join(scripts)
    page.goto(f"{beacon.url}/careless")
    page.wait_for_timeout(500)
    by_html = set(beacon.asked)

    beacon.asked.clear()
    script = tmp_path / "careless.py"
    marked = [text for text in texts if text.startswith("![")]
    script.write_text(
        f"import streamlit as st\nfor text in {marked!r}:\n    st.markdown(text)\n"
    )
    with serving(tmp_path / "data", script=script, prepared=True) as server:
        open_at(page, server, "")
        expect(
            page.locator('[data-testid="stMarkdownContainer"] img').first
        ).to_be_attached()
        found = page.evaluate(MADE_OF_TEXT, beacon.url)
        made = strange(page)
        page.wait_for_timeout(300)

    assert {"/script", "/img", "/pixel.png"} <= by_html
    assert {"/md.png", "/angle.png"} <= set(beacon.asked)
    assert found != []
    assert made != []
