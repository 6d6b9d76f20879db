"""日次KPI入力 in a real browser: nothing but a press confirms a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lib import clock
from lib.actions import first_start
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Centre, Member
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Done, Flag, Role
from lib.store.drafts import DraftBox
from lib.store.protocol import Commit, Insert
from lib.ui import context
from tests.browser.conftest import OpenTab
from tests.browser.driving import on_clipboard, opened, running, settled
from tests.cti import as_text, cti_rows
from tools.serve import Server


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Server]:
    """Serve an app with one person and no record."""
    with running(begun(tmp_path)) as server:
        yield server


def begun(folder: Path) -> Path:
    """Return the data of an app that one person has begun."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    with opened(data) as store:
        desk = store.for_user(SYSTEM)
        first_start.begin(desk, name="佐藤 花子", email="", now=clock.now())
    return data


def test_typing_remarks_and_ctrl_enter_confirm_nothing(
    app: Server, open_tab: OpenTab
) -> None:
    page = open_tab(app, "kpi_entry")
    name_a_centre(page)
    enter_counts(page)
    remarks = page.get_by_role("textbox", name="特記事項")
    remarks.press_sequentially("台風で電車が止まり", delay=30)
    expect(page.get_by_text("下書き保存 ")).to_contain_text("(4項目)", timeout=10_000)
    page.keyboard.press("Control+Enter")
    settled(page)

    expect(button(page, "確定する")).to_be_visible()
    assert recorded(app) == []


def test_what_was_typed_before_f5_is_offered_and_ctrl_s_keeps_it_unconfirmed(
    app: Server, open_tab: OpenTab
) -> None:
    page = open_tab(app, "kpi_entry")
    name_a_centre(page)
    enter_counts(page)
    expect(page.get_by_text("下書き保存 ")).to_contain_text("(3項目)", timeout=10_000)

    page.reload()
    settled(page)
    name_a_centre(page)
    button(page, "続きを書く").click()
    expect(count(page, "着信数")).to_have_value("40")
    page.get_by_role("textbox", name="特記事項").press_sequentially("ひとり病欠")
    page.keyboard.press("Control+s")

    expect(page.get_by_text("未確定")).to_be_visible()
    (day,) = recorded(app)
    assert (day.offered, day.answered, day.abandoned) == (40, 36, 4)
    assert (day.note, day.confirmed) == ("ひとり病欠", Done.NOT_YET)


# An outsourced supervisor ---------------------------------------------------------------

AGENT = Member(
    email="agent@example.jp", name="委託 四郎", role=Role.OUTSOURCED, centre="C1"
)
COUNTS = {"着信数": "120", "応答数": "108", "センター入電数": "0"}
BLOCK = (
    "東京 受電日報\n"
    "日付\t着信\t応答\t応答率\tセンター入電\n"
    "11/17(火)\t100\t92\t92.0%\t0\n"
    "11/18(水)\t100\t90\t97.0%\t1\n"
    "11/19(木)\tx12\t90\t90%\t0\n"
    "合計\t300\t272\t90.7%\t1\n"
)


@pytest.fixture
def centres_app(tmp_path: Path) -> Iterator[Server]:
    """Serve the app to a person of one outsourced centre; another centre is there."""
    data = begun(tmp_path)
    with opened(data) as store:
        own = Centre(code="C1", name="東京センター", subscriptions=Flag.NO)
        rows = (own, Centre(code="C2", name="大阪センター"), AGENT)
        store.for_user(SYSTEM).commit(
            Commit(new_commit_id(), "試験", clock.now(), tuple(map(Insert, rows)))
        )
    DraftBox(data).save("", "choices", "last", {context.OPERATOR: AGENT.email})
    with running(data) as server:
        yield server


def test_a_routine_day_is_entered_by_keyboard_and_two_presses(
    centres_app: Server, open_tab: OpenTab
) -> None:
    page = open_tab(centres_app)
    presses = count_presses(page)

    count(page, "着信数").click()
    page.keyboard.type("120")
    page.keyboard.press("Tab")
    page.keyboard.type("108")
    page.keyboard.press("Tab")
    page.keyboard.type("0")
    page.keyboard.press("Tab")
    expect(page.get_by_text("90.0%")).to_be_visible()
    button(page, "確定する").click()

    expect(page.get_by_test_id("stCode")).to_be_visible()
    assert presses() == 2
    (day,) = recorded(centres_app)
    assert (day.centre, day.offered, day.abandoned) == ("C1", 120, 12)
    assert (day.confirmed, day.updated_by) == (Done.DONE, AGENT.name)
    assert "大阪" not in page.content()


def test_a_block_is_pasted_and_entered_with_one_press(
    centres_app: Server, open_tab: OpenTab
) -> None:
    page = open_tab(centres_app)
    page.get_by_role("button", name="貼り付け").or_(
        page.get_by_role("radio", name="貼り付け")
    ).first.click()
    box = page.get_by_role("textbox", name="表を貼り付ける")
    box.click()
    presses = count_presses(page)
    page.evaluate("text => document.execCommand('insertText', false, text)", BLOCK)

    expect(page.get_by_text("2日分を読み取りました")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("1行はこのままでは入りません")).to_be_visible()
    button(page, "2日分を入れる").click()

    expect(page.get_by_text("2日分を入れました")).to_be_visible()
    assert presses() == 1
    days = {day.date.day: day for day in recorded(centres_app)}
    assert sorted(days) == [17, 18]
    assert (days[18].offered, days[18].abandoned) == (100, 10)
    assert days[18].consumer_centre_calls == 1


def test_a_month_of_an_export_is_pasted_confirmed_and_its_report_copied(
    centres_app: Server, open_tab: OpenTab
) -> None:
    page = open_tab(centres_app, "kpi_entry?view=paste&month=2026-11")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("textbox", name="表を貼り付ける").click()
    text = as_text(cti_rows())
    page.evaluate("text => document.execCommand('insertText', false, text)", text)

    # 15 working days up to the 20th; the 10th and the 12th have a wrong cell.
    expect(page.get_by_text("13日分を読み取りました")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("2行はこのままでは入りません")).to_be_visible()
    page.get_by_text("数がそろっている13日を確定する").click()
    button(page, "13日分を入れる").click()
    expect(page.get_by_text("13日分を入れました")).to_be_visible(timeout=15_000)
    assert {day.confirmed for day in recorded(centres_app)} == {Done.DONE}

    page.goto(f"{centres_app.url}/kpi_entry?date=2026-11-20")
    settled(page)
    button(page, "日報をコピー").click()

    expect(button(page, "✓ コピーしました")).to_be_visible()
    copied = on_clipboard(page)
    assert "着信数 1,020 / 応答数 920 / 放棄数 100 / 応答率 90.2%" in copied


def test_the_report_of_a_confirmed_day_goes_to_the_clipboard_in_one_press(
    centres_app: Server, open_tab: OpenTab
) -> None:
    page = open_tab(centres_app, phone=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for name, number in COUNTS.items():
        count(page, name).fill(number)
        page.keyboard.press("Tab")
    expect(page.get_by_text("90.0%")).to_be_visible()
    button(page, "確定する").click()
    report = page.get_by_test_id("stCode")
    expect(report).to_contain_text("着信数 120")
    presses = count_presses(page)

    button(page, "日報をコピー").click()

    expect(button(page, "✓ コピーしました")).to_be_visible()
    assert presses() == 1
    copied = on_clipboard(page)
    assert copied.splitlines()[:2] == [
        "【日報】東京センター 11月20日(金)",
        "着信数 120 / 応答数 108 / 放棄数 12 / 応答率 90.0%",
    ]


def count_presses(page: Page) -> Callable[[], int]:
    """Count from now on how often somebody clicks or taps; return the way to ask."""
    page.evaluate(
        "() => { window.presses = 0;"
        " document.addEventListener('click', e => window.presses += e.isTrusted, true); }"
    )
    return lambda: int(page.evaluate("window.presses"))


# What all of them do ---------------------------------------------------------------------


def name_a_centre(page: Page) -> None:
    """Type the name of a centre that no master knows."""
    box = page.get_by_role("combobox", name="センター", exact=True)
    box.fill("大阪")
    box.press("Enter")
    expect(count(page, "着信数")).to_be_visible()


def enter_counts(page: Page) -> None:
    for name, number in (("着信数", "40"), ("応答数", "36"), ("センター入電数", "0")):
        count(page, name).fill(number)
        page.keyboard.press("Tab")
    expect(page.get_by_text("90.0%")).to_be_visible()


def count(page: Page, name: str) -> Locator:
    return page.get_by_role("spinbutton", name=f"{name} (件)")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


def recorded(app: Server) -> list[KpiDay]:
    """Return the days as another process reads them."""
    with opened(app.data) as store:
        desk = store.for_user(SYSTEM)
        days = [desk.record("kpi_days", key) for key in desk.frame("kpi_days").index]
    return [day for day in days if isinstance(day, KpiDay)]
