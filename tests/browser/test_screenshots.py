"""Every page, opened full: on a desk and on a phone, light and dark, in both languages.

`make screenshots` keeps the pictures in docs/screenshots/, to be looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lib.ui.navigation import PAGES

JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")

WIDER_THAN_THE_SCREEN = """
() => [...document.querySelectorAll('[data-testid="stMain"], body')]
  .some(box => box.scrollWidth > box.clientWidth + 1)
"""


@dataclass(frozen=True)
class Look:
    """One way in which a page is seen; `name` ends the file's name."""

    name: str
    phone: bool = False
    dark: bool = False
    english: bool = False


LOOKS = (
    Look("desktop_light"),
    Look("desktop_dark", dark=True),
    Look("desktop_light_en", english=True),
    Look("mobile_light", phone=True),
)


FIGURES = ("today", "kpi_entry", "kpis", "monthly", "excel_import")
"""Pages full of charts and grids, whose colours and widths change most with both."""

GATE = {"mobile_light", "desktop_dark_en"}
IN_TURN = ("desktop_light", "desktop_dark", "desktop_light_en")
"""The gate sees each page on a phone, and every other one in the next of these too;
`make proof` sees all in all."""


def _seen() -> list[Any]:
    every = [(n, page.code, look) for n, page in enumerate(PAGES) for look in LOOKS]
    every += [
        (0, code, Look("desktop_dark_en", dark=True, english=True)) for code in FIGURES
    ]
    return [
        pytest.param(
            code,
            look,
            id=f"{code}-{look.name}",
            marks=[]
            if look.name in GATE or (n % 2 and look.name == IN_TURN[n % len(IN_TURN)])
            else [pytest.mark.slow],
        )
        for n, code, look in every
    ]


@pytest.mark.parametrize(("code", "look"), _seen())
def test_a_full_page_opens_and_fits_the_screen(
    sample_app, open_tab, picture, code, look
):
    page = open_tab(
        sample_app, code, phone=look.phone, dark=look.dark, english=look.english
    )

    picture(page, f"{code}_{look.name}")

    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    assert not page.evaluate(WIDER_THAN_THE_SCREEN)
    if look.english:
        assert fixed_texts_in_japanese(page) == []


def fixed_texts_in_japanese(page: Page) -> list[str]:
    """Return what is no data and yet Japanese: headings and labels of widgets."""
    fixed = page.locator("h1, h2, h3, [data-testid='stWidgetLabel']").all_inner_texts()
    return [text for text in fixed if JAPANESE.search(text)]
