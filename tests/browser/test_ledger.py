"""The ledger in a real browser: rows, back, two people at once, a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lib import clock
from lib.actions import first_start
from lib.schema.complaint import Complaint
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Role, Severity
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.browser.driving import NOW, choose, running, settled
from tests.builders import activity, complaint, fill
from tools.serve import Server

HEADER, ROW = 36, 38
"""Pixels of the grid's header and of a row: the grid is a canvas."""

EVIL = '<img src=x onerror="document.title=1">![x](https://evil.example/x.png) www.evil.example a@evil.example'


@pytest.fixture
def cases(monkeypatch) -> list[Complaint]:
    """Return three complaints, the newest first."""
    monkeypatch.setenv(clock.FIXED_BY, NOW)
    now = datetime.fromisoformat(NOW)
    words = ["解約できない", "届いた容器が割れていた", EVIL]
    severities = [Severity.HIGH, Severity.LOW, Severity.CRITICAL]
    return [
        complaint(
            content=content,
            severity=severity,
            received_at=now - timedelta(hours=place),
            sales_page=content,
            lot=content,
            contact="09012345678",
        )
        for place, (content, severity) in enumerate(zip(words, severities, strict=True))
    ]


@pytest.fixture
def app(tmp_path: Path, cases: list[Complaint]) -> Iterator[Server]:
    """Serve two people and three complaints."""
    data = tmp_path / "data"
    store = LiveStore(open_store(f"sqlite:///{data / 'mimamori.db'}", data=data))
    desk = store.for_user(SYSTEM)
    first_start.begin(
        desk, name="佐藤 花子", email="hanako@example.jp", now=clock.now()
    )
    taro = Member(email="taro@example.jp", name="鈴木 太郎", role=Role.CLERK)
    fill(desk, taro, *cases, *(activity(case, content=case.content) for case in cases))
    store.close()
    with running(data) as server:
        yield server


def click_row(page: Page, row: int) -> None:
    """Click into a row of the grid, beside its box."""
    grid = page.get_by_test_id("stDataFrame")
    # While a case moves in beside it, the grid of before still stands.
    expect(grid).to_have_count(1)
    # The canvas lies below a layer that takes the clicks, so no locator can hit it.
    expect(grid.locator("canvas").first).to_be_visible()
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 160, box["y"] + HEADER + ROW * row + ROW // 2)


def case_card(page: Page):
    return page.locator(".st-key-case")


def become(page: Page, name: str) -> None:
    """Choose who acts."""
    actor = page.get_by_test_id("stSidebar").get_by_role("combobox")
    choose(page, actor, name)
    settled(page)


def edit_note(page: Page, words: str) -> None:
    """Type into 対応メモ, without saving."""
    page.get_by_role("tab", name="くわしく").click()
    case_card(page).get_by_role("button", name="直す").nth(3).click()
    note = page.get_by_role("textbox", name="対応メモ")
    note.fill(words)
    note.blur()
    settled(page)


def test_a_row_opens_beside_the_list_and_back_closes_it(app, cases, open_tab):
    page = open_tab(app, "ledger")

    click_row(page, 1)
    expect(case_card(page)).to_contain_text(cases[1].id)
    assert f"case={cases[1].id}" in page.url
    click_row(page, 0)
    expect(case_card(page)).to_contain_text(cases[0].id)

    page.go_back()
    expect(case_card(page)).to_contain_text(cases[1].id)
    page.go_back()
    expect(case_card(page)).to_have_count(0)


def test_a_filter_is_gone_after_back(app, open_tab):
    page = open_tab(app, "ledger")
    page.get_by_text("自分の担当").click()
    page.wait_for_url("**/ledger?**handler=me**")

    page.go_back()

    page.wait_for_url(lambda url: "handler" not in url)


def test_what_a_customer_wrote_neither_runs_nor_links_nor_loads(app, cases, open_tab):
    evil = cases[2]
    page = open_tab(app)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{app.url}/ledger?case={evil.id}")
    settled(page)
    expect(case_card(page)).to_contain_text(EVIL)
    page.get_by_role("tab", name="くわしく").click()
    settled(page)

    assert case_card(page).locator("a[href*=evil]").count() == 0
    assert case_card(page).locator("img").count() == 0
    assert not [url for url in asked if "evil" in url]
    assert page.title() != "1"


def test_two_people_at_one_field_see_both_versions(app, cases, open_tab):
    case = cases[0]
    hanako = open_tab(app, f"ledger?case={case.id}")
    taro = open_tab(app, f"ledger?case={case.id}")
    become(taro, "鈴木 太郎")
    edit_note(hanako, "電話して謝った")
    edit_note(taro, "メールで知らせた")

    hanako.get_by_role("button", name="保存").click()
    expect(case_card(hanako)).to_contain_text("電話して謝った")
    taro.get_by_role("button", name="保存").click()

    card = case_card(taro)
    expect(card).to_contain_text("電話して謝った")
    expect(card).to_contain_text("メールで知らせた")
    expect(card).to_contain_text("佐藤 花子")
    taro.get_by_role("radio", name="書き直す").click()
    taro.get_by_role("textbox", name="対応メモ").fill(
        "電話して謝り、メールでも知らせた"
    )
    taro.get_by_role("textbox", name="対応メモ").blur()
    settled(taro)
    taro.get_by_role("button", name="選んだ内容で保存").click()
    expect(card).to_contain_text("電話して謝り、メールでも知らせた")
    hanako.reload()
    expect(case_card(hanako)).to_contain_text("電話して謝り、メールでも知らせた")


def test_what_was_typed_before_a_reload_is_offered_again(app, cases, open_tab):
    page = open_tab(app, f"ledger?case={cases[0].id}")
    page.get_by_role("button", name="対応を書く").click()
    page.get_by_role("textbox", name="内容").fill("折返しで写真をお願いした")
    expect(page.get_by_text("下書き保存 ")).to_be_visible(timeout=15_000)

    page.reload()
    settled(page)
    page.get_by_role("button", name="対応を書く").click()
    page.get_by_role("button", name="続きを書く").click()

    expect(page.get_by_role("textbox", name="内容")).to_have_value(
        "折返しで写真をお願いした"
    )


def test_on_a_phone_the_case_fills_the_screen(app, cases, open_tab):
    page = open_tab(app, "ledger", phone=True)
    click_row(page, 0)

    expect(case_card(page)).to_contain_text(cases[0].id)
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
    too_wide = "document.documentElement.scrollWidth > window.innerWidth"
    assert not page.evaluate(too_wide)
    page.get_by_role("button", name="一覧へ戻る").click()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(1)


def test_an_export_holds_what_is_filtered_and_runs_nothing(app, cases, open_tab):
    page = open_tab(app, "ledger?severity=critical")
    page.get_by_role("button", name="書き出す").click()

    with page.expect_download() as download:
        page.get_by_role("button", name="CSV(Excel用)").click()

    text = Path(download.value.path()).read_text("utf-8-sig")
    assert cases[2].id in text
    assert cases[0].id not in text
    assert "09012345678" not in text
    assert download.value.suggested_filename == "mimamori-complaints-20261121.csv"
