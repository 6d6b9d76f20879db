"""リスク in a real browser: its four states looked at, and an alarm acted on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lib import clock
from lib.actions import first_start
from lib.actions.risks import watching
from lib.schema.ids import new_commit_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.principal import SYSTEM
from lib.schema.vocab import AgencyKind
from lib.store.protocol import Commit, Insert
from tests.browser.driving import NOW, opened, running, settled
from tools.serve import Server

TODAY = date(2026, 11, 21)
EVERY_FOURTH_DAY = range(4, 200, 4)
"""Days back of a calm company's contacts: not quite two a week."""

STATES = {
    "normal": EVERY_FOURTH_DAY,
    "watch": [*EVERY_FOURTH_DAY, 1, 2, 9, 10, 11],
    "alarm": [*EVERY_FOURTH_DAY, *range(1, 9), 1, 2],
    "start": [1, 3, 4],
}
IN_THE_GATE = {"alarm", "start"}
WORDS = {
    "normal": "● 平常",
    "watch": "◆ 注意",
    "alarm": "▲ 警報",
    "start": "○ 判定保留",
}
DEFICIENCIES = ("deuteranopia", "protanopia", "achromatopsia")


@dataclass(frozen=True)
class Look:
    """One way in which a state is seen."""

    name: str
    phone: bool = False
    dark: bool = False
    english: bool = False


LOOKS = (
    Look("desktop_light"),
    Look("mobile_dark", phone=True, dark=True),
    Look("desktop_dark_en", dark=True, english=True),
)


def contacts(days: Iterable[int]) -> list[AgencyInquiry]:
    """Return a contact on each of these days, counted back from today."""
    made = []
    for number, back in enumerate(days):
        day = TODAY - timedelta(days=back)
        letters = f"{number:03}".translate(str.maketrans("0123456789", "ABCDEFGHJK"))
        made.append(
            AgencyInquiry(
                id=f"G-{day:%y%m%d}-AA{letters}",
                first_contact_at=clock.at(day, 11),
                agency_kind=AgencyKind.CONSUMER_CENTRE,
                agency_name="中央市消費生活センター",
            )
        )
    return made


def fill(data: Path, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a company in that state, with the alarm that the running app would raise."""
    monkeypatch.setenv(clock.FIXED_BY, NOW)
    with opened(data) as store:
        desk = store.for_user(SYSTEM)
        first_start.begin(
            desk, name="佐藤 花子", email="hanako@example.jp", now=clock.now()
        )
        rows = tuple(map(Insert, contacts(STATES[state])))
        desk.commit(Commit(new_commit_id(), "試験", clock.now(), rows))
        watching.watch(store, clock.now())


@pytest.fixture
def company(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Server]]:
    """Give the function that serves a company in a state, for one test."""
    served = []

    def serve(state: str) -> Server:
        data = tmp_path / "data"
        fill(data, state, monkeypatch)
        served.append(running(data))
        return served[0].__enter__()

    yield serve
    for one in served:
        one.__exit__(None, None, None)


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(one, marks=[] if one in IN_THE_GATE else [pytest.mark.slow])
        for one in STATES
    ],
)
def test_a_state_is_told_by_word_shape_and_picture(company, open_tab, picture, state):
    server = company(state)

    for look in LOOKS:
        page = open_tab(
            server, "risk", phone=look.phone, dark=look.dark, english=look.english
        )
        if not look.english:
            expect(page.get_by_text(WORDS[state]).first).to_be_in_viewport()
        picture(page, f"risk_{state}_{look.name}")


def test_an_alarm_is_told_without_colours_too(company, open_tab, picture):
    page = open_tab(company("alarm"), "risk")
    chrome = page.context.new_cdp_session(page)

    for deficiency in DEFICIENCIES:
        chrome.send("Emulation.setEmulatedVisionDeficiency", {"type": deficiency})
        picture(page, f"risk_alarm_{deficiency}")

    expect(page.get_by_text("▲ 警報").first).to_be_visible()


def test_a_manager_takes_an_alarm_on_and_closes_it_as_false(company, open_tab):
    page = open_tab(company("alarm"), "risk")

    page.get_by_role("button", name="確認した").click()
    settled(page)
    page.get_by_role("button", name="確認した").click()
    expect(settled(page).get_by_text("佐藤 花子さんが確認")).to_be_visible()

    page.get_by_role("button", name="ほかの対応").click()
    page.get_by_role("button", name="誤報として閉じる").click()
    settled(page).get_by_label("理由(必須)").fill("同じ相談が二度記録されていた")
    page.get_by_role("button", name="誤報として閉じる").click()

    expect(settled(page).get_by_text("増え始めは")).to_have_count(0)
    unfold(page, "これまでの警報と誤報")
    expect(page.get_by_text("過去1年: 警報1回、うち誤報1回")).to_be_visible()


def test_a_pressed_day_opens_its_contacts(company, open_tab):
    page = open_tab(company("alarm"), "risk")
    chart = page.get_by_test_id("stVegaLiteChart").first
    expect(chart.locator("svg, canvas").first).to_be_visible()
    box = chart.bounding_box()
    assert box is not None

    # Yesterday: the last but one of ninety days.
    page.mouse.click(box["x"] + box["width"] - 22, box["y"] + 60)

    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("この間の連絡")).to_be_visible()
    expect(dialog.get_by_text("2026/11/20(金)")).to_be_visible()
    expect(dialog.get_by_test_id("stDataFrame")).to_be_visible()


@pytest.mark.parametrize("title", ["警戒度の動き", "応答率と連絡を同じ時間軸で見る"])
def test_a_pressed_day_of_a_folded_chart_opens_its_contacts(company, open_tab, title):
    page = open_tab(company("alarm"), "risk")
    unfold(page, title)
    chart = page.get_by_test_id("stVegaLiteChart").last
    expect(chart.locator("svg, canvas").first).to_be_visible()
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None

    page.mouse.click(box["x"] + box["width"] - 22, box["y"] + 60)

    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("2026/11/20(金)")).to_be_visible()


def test_the_past_is_told_as_it_would_have_been(company, open_tab):
    page = open_tab(company("alarm"), "risk")

    unfold(page, "過去の期間で試す")

    expect(page.get_by_text("この期間(").first).to_be_visible()
    expect(page.get_by_text("に警報でした").first).to_be_visible()


def unfold(page: Page, title: str) -> None:
    page.get_by_text(title, exact=False).first.click()
    settled(page)
