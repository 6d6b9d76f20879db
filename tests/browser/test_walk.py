"""The first day with the app, walked from its empty start to its figures.

Desk and phone, Japanese and English; every step is what a person sees and presses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from lib.i18n import Language, translate
from lib.schema.ids import read_id
from lib.ui.case.groups import GROUPS
from lib.ui.navigation import entry
from tests.browser.conftest import OpenTab
from tests.browser.driving import NOW, choose, settled
from tools.serve import Server, fill_with_sample

CENTRE: Final = "沖縄センター(委託)"
"""A centre of the sample that has not told its figures of today."""

TODAY: Final = {"ja": "11月21日(土)", "en": "Sat, Nov 21"}
NUMBER: Final = re.compile(r"^K-\d{6}-\w{5}$")
FULL_WIDTH: Final = {ord("!") + at: 0xFF01 + at for at in range(94)}
MILLISECONDS_TO_FILL: Final = 80_000


@dataclass(frozen=True)
class Walk:
    """One person at one screen, who reads it in one language."""

    page: Page
    language: Language
    phone: bool

    def word(self, japanese: str) -> str:
        """Return a text of the app as this person reads it."""
        return translate(japanese, self.language)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=self.word(name))

    def box(self, name: str, *, unit: str = "", required: bool = False) -> Locator:
        """Return the box with that label, for words or for a number."""
        label = self.word(name)
        # English has no word for the counter 件.
        is_said = unit and (unit, self.language) != ("件", "en")
        label += f" ({self.word(unit)})" if is_said else ""
        label += self.word("(必須)") if required else ""
        return self.page.get_by_role(
            "spinbutton" if unit else "textbox", name=label, exact=True
        )

    def chip(self, name: str) -> Locator:
        return self.page.get_by_role("radio", name=self.word(name), exact=True)

    def choose(self, label: str, option: str) -> None:
        """Pick from the drop-down with that label."""
        field = self.page.get_by_role("combobox", name=self.word(label), exact=True)
        choose(self.page, field, self.word(option), exact=True)
        settled(self.page)

    def turn_to(self, code: str) -> None:
        """Go to a page by the menu, which a phone keeps folded away."""
        title = self.word(entry(code).title)
        if self.phone:
            self.page.get_by_test_id("stExpandSidebarButton").click()
        menu = self.page.get_by_test_id("stSidebarNav")
        menu.get_by_role("link", name=title, exact=True).click()
        expect(self.page.get_by_role("heading", name=title, level=1)).to_be_visible()
        if self.phone:
            expect(menu).not_to_be_in_viewport()
        settled(self.page)


@pytest.mark.parametrize(
    ("language", "phone"),
    [
        pytest.param("en", True, id="en-phone"),
        # On a desk and in Japanese the gate walks it on a sheet, see below.
        pytest.param("ja", False, id="ja-desktop", marks=pytest.mark.slow),
        pytest.param("ja", True, id="ja-phone", marks=pytest.mark.slow),
        pytest.param("en", False, id="en-desktop", marks=pytest.mark.slow),
    ],
)
def test_from_the_first_start_to_the_figures_of_the_day(
    empty_app: Server, open_tab: OpenTab, language: Language, phone: bool
) -> None:
    page = open_tab(empty_app, phone=phone, english=language == "en")
    walk_the_day(Walk(page, language, phone))


def test_the_same_day_on_a_google_sheet(
    empty_sheet_app: Server, sheet_settings: dict[str, str], open_tab: OpenTab
) -> None:
    """Filled by the command beside the app: a quarter is enough to walk through."""

    def fill(walk: Walk) -> None:
        chosen = {"MIMAMORI_NOW": NOW, **sheet_settings}
        fill_with_sample(empty_sheet_app.data, months=3, settings=chosen)
        walk.page.reload()
        expect(sample_banner(walk)).to_be_visible(timeout=MILLISECONDS_TO_FILL)
        settled(walk.page)

    walk_the_day(Walk(open_tab(empty_sheet_app), "ja", phone=False), fill)


def fill_in_the_sample(walk: Walk) -> None:
    walk.button("見本データを入れて試す").click()
    expect(sample_banner(walk)).to_be_visible(timeout=MILLISECONDS_TO_FILL)
    settled(walk.page)


def walk_the_day(walk: Walk, fill: Callable[[Walk], None] = fill_in_the_sample) -> None:
    begin_under_ones_own_name(walk, "佐藤 花子")
    fill(walk)
    before = promised_for_today(walk)

    number = record_a_complaint(walk, "届いた箱が空だった。", claim="欠品")
    find_by_the_number_as_somebody_types_it(walk, number)
    change_the_wish(walk, "返金")
    write_down_what_was_done(walk, "倉庫に在庫を確かめた。")
    confirm_a_day(walk, CENTRE, offered=40, answered=36, from_consumer_centres=0)

    walk.turn_to("today")
    assert promised_for_today(walk) == before + 1


# The steps ---------------------------------------------------------------------


def begin_under_ones_own_name(walk: Walk, name: str) -> None:
    walk.box("あなたの名前(必須)").fill(name)
    walk.button("始める").click()
    expect(walk.page.get_by_text(walk.word("まだ記録がありません"))).to_be_visible()


def sample_banner(walk: Walk) -> Locator:
    return walk.page.get_by_text(walk.word("サンプルデータを表示しています"))


def record_a_complaint(walk: Walk, content: str, *, claim: str) -> str:
    """Type it, promise to call in half an hour, and return the number shown."""
    walk.turn_to("intake")
    walk.chip(claim).click()
    walk.box("内容", required=True).fill(content)
    walk.chip("30分後").click()
    expect(walk.page.get_by_text("11:00").first).to_be_visible()
    walk.button("登録する").click()
    # The numbers of like cases beside the call are links; the receipt's is to be read.
    number = walk.page.locator("p:not(a *)").filter(has_text=NUMBER)
    expect(number).to_be_visible()
    shown = number.inner_text()
    assert read_id(shown) == shown
    return shown


def find_by_the_number_as_somebody_types_it(walk: Walk, number: str) -> None:
    """Search in small, wide letters without hyphens, and open the one row found."""
    walk.turn_to("ledger")
    typed = number.lower().replace("-", "").translate(FULL_WIDTH)
    walk.page.get_by_role("searchbox").fill(typed)
    only_one = walk.word("{found}件 / 全{every}件").format(found=1, every="")
    only_one = only_one.partition(" ")[0]
    expect(walk.page.get_by_text(re.compile(rf"^{only_one}\s"))).to_be_visible()
    settled(walk.page)
    click_first_row(walk.page)
    expect(case(walk)).to_contain_text(number)
    expect(case(walk)).to_contain_text("届いた箱が空だった。")


def change_the_wish(walk: Walk, wish: str) -> None:
    walk.page.get_by_role("tab", name=walk.word("くわしく")).click()
    claim = [group.code for group in GROUPS].index("claim")
    case(walk).get_by_role("button", name=walk.word("直す")).nth(claim).click()
    walk.choose("要望", wish)
    walk.button("保存").click()
    expect(case(walk)).to_contain_text(walk.word(wish))
    expect(walk.button("保存")).to_have_count(0)


def write_down_what_was_done(walk: Walk, words: str) -> None:
    walk.button("対応を書く").click()
    walk.box("内容", required=True).fill(words)
    walk.button("保存").click()
    expect(walk.button("保存")).to_have_count(0)
    walk.page.get_by_role("tab", name=walk.word("対応履歴")).click()
    expect(case(walk)).to_contain_text(words)


def confirm_a_day(
    walk: Walk, centre: str, *, offered: int, answered: int, from_consumer_centres: int
) -> None:
    """Enter today's calls of a centre, and confirm them."""
    walk.turn_to("kpi_entry")
    walk.choose("センター", centre)
    turn_to_today(walk)
    for name, count in (
        ("着信数", offered),
        ("応答数", answered),
        ("センター入電数", from_consumer_centres),
    ):
        walk.box(name, unit="件").fill(str(count))
        walk.page.keyboard.press("Tab")
    expect(walk.page.get_by_text("90.0%")).to_be_visible()
    walk.button("確定する").click()
    expect(walk.button("訂正する")).to_be_visible()


def turn_to_today(walk: Walk) -> None:
    """Leaf from the day that the screen proposes, the last one missing, to today."""
    day = walk.page.get_by_role("heading", level=4)
    while (shown := day.inner_text().strip()) != TODAY[walk.language]:
        walk.button("次の日").click()
        expect(day).not_to_contain_text(shown)


# What is looked at -------------------------------------------------------------


def case(walk: Walk) -> Locator:
    return walk.page.locator(".st-key-case")


def promised_for_today(walk: Walk) -> int:
    """Return how many promises the page 今日 counts for today."""
    words = walk.word("今日 {count}件").format(count=r"(\d+)")
    shown = walk.page.get_by_role("link", name=re.compile(words)).inner_text()
    found = re.search(words, shown)
    assert found
    return int(found[1])


def click_first_row(page: Page) -> None:
    """Click into the first row of the grid, which is a canvas."""
    grid = page.get_by_test_id("stDataFrame")
    expect(grid.locator("canvas").first).to_be_visible()
    place = grid.bounding_box()
    assert place
    page.mouse.click(place["x"] + 160, place["y"] + 36 + 38 // 2)
