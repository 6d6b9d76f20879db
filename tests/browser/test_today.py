"""今日 in a real browser: what a phone shows at once, what a press opens, what is printed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from lib import clock
from lib.schema.crisis import Crisis
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM
from lib.schema.vocab import CrisisKind
from lib.store.protocol import Commit, Insert
from tests.browser.driving import opened, running, settled
from tools.serve import Server

SMALL_PHONE = {"width": 390, "height": 700}
NEWS_WITHIN = 30_000
"""Milliseconds within which an open page shows what another process has written."""
QUESTIONS = (
    "電話はつながっているか",
    "センターからの連絡は増えているか",
    "今日やること",
)
PAPER = 0.95
"""Mean brightness of a printed page from which it is ink on white."""


YESTERDAY = clock.at(date(2026, 11, 20), 15)


@pytest.fixture
def own_sample(tmp_path) -> Iterator[Server]:
    """Serve a small sample company that one test may change."""
    with running(tmp_path / "data", sample_months=1) as server:
        yield server


def put_crisis(server: Server) -> None:
    crisis = Crisis(
        id="C-261120-AAAAA",
        title="ひざらくサポートの袋の破れによる自主回収と全数検査",
        kind=CrisisKind.ACCIDENT,
        known_at=YESTERDAY,
    )
    with opened(server.data) as store:
        commit = Commit(new_commit_id(), "試験", YESTERDAY, (Insert(crisis),))
        store.for_user(SYSTEM).commit(commit)


def foot_of(page: Page, words: str) -> float:
    """Return how far down the card with these words reaches, in pixels."""
    card = page.get_by_test_id("stVerticalBlock").filter(has_text=words).last
    box = card.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.parametrize("english", [False, True], ids=["ja", "en"])
def test_a_phone_shows_the_three_answers_without_scrolling(
    sample_app, open_tab, english
):
    page = open_tab(sample_app, "today", phone=True, english=english)
    page.set_viewport_size(SMALL_PHONE)

    shown = settled(page)

    asked = [shown.get_by_text(words, exact=False) for words in QUESTIONS]
    if not english:
        for question in asked:
            expect(question.first).to_be_in_viewport(ratio=1)
    links = shown.get_by_test_id("stMain").get_by_test_id("stPageLink")
    for place in range(3):
        expect(links.nth(place)).to_be_in_viewport(ratio=1)


def test_what_others_add_stands_below_the_three_answers(own_sample, open_tab):
    """With the lines of a crisis, of care and of the sample the answers still fit."""
    put_crisis(own_sample)
    page = open_tab(own_sample, "today", phone=True)
    page.set_viewport_size(SMALL_PHONE)
    first = page.get_by_test_id("stPageLink").filter(has_text="進行中の重大事案 1件")
    # Another process wrote it: the page may have been drawn just before it looked.
    expect(first).to_be_visible(timeout=NEWS_WITHIN)
    settled(page)

    expect(first).to_be_in_viewport(ratio=1)
    assert foot_of(page, "今日やること") <= SMALL_PHONE["height"]
    banner = page.get_by_text("■ 重大事案").bounding_box()
    assert banner is not None
    assert banner["y"] > foot_of(page, "今日やること")


def test_a_pressed_bar_opens_the_contacts_of_its_week(sample_app, open_tab):
    page = open_tab(sample_app, "today")
    chart = page.get_by_test_id("stVegaLiteChart").nth(1)
    chart.scroll_into_view_if_needed()
    expect(chart.locator("svg, canvas").first).to_be_visible()
    box = chart.bounding_box()
    assert box is not None

    # The last of thirteen weeks, high above its bar.
    page.mouse.click(box["x"] + box["width"] - 20, box["y"] + 40)
    dialog = page.get_by_role("dialog")

    expect(dialog.get_by_text("この週の連絡")).to_be_visible()
    expect(dialog.get_by_text("11月15日(日) から 11月21日(土) まで")).to_be_visible()
    expect(dialog.get_by_test_id("stDataFrame")).to_be_visible()


def test_one_press_of_looked_is_read_by_a_colleague(own_sample, open_tab):
    page = open_tab(own_sample, "today")

    page.get_by_role("button", name="確認した").click()
    settled(page)

    expect(page.get_by_text("さんが確認")).to_be_visible()
    expect(page.get_by_role("button", name="確認した")).to_have_count(0)
    colleague = open_tab(own_sample, "today")
    expect(colleague.get_by_text("さんが確認")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_prints_light_without_menu_and_with_nothing_cut(sample_app, open_tab, dark):
    page = open_tab(sample_app, "today", dark=dark)
    expect(
        page.get_by_test_id("stVegaLiteChart").locator("svg, canvas")
    ).not_to_have_count(0)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=30_000)
    assert page.locator("html").get_attribute("lang") == "ja"

    printed = pypdfium2.PdfDocument(page.pdf(format="A4", print_background=True))
    page.emulate_media(media="print")

    assert len(printed) <= 3
    for sheet in printed:
        picture = sheet.render(scale=0.5).to_pil().convert("L")
        told = picture.histogram()
        brightness = sum(n * count for n, count in enumerate(told)) / sum(told) / 255
        assert brightness > PAPER
    text = "".join(sheet.get_textpage().get_text_range() for sheet in printed)
    assert "電話はつながっているか" in text
    assert "設定・点検" not in text
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
