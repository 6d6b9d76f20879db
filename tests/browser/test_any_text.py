"""Whatever is typed is shown as letters, stored equal and exported safe."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import openpyxl
import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from lib import clock
from lib.actions import first_start
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.exchange import unguarded
from lib.schema.principal import SYSTEM
from tests.browser.conftest import OpenTab
from tests.browser.driving import opened, running, settled
from tools.serve import Server

HOSTILE: Final = "\n".join(
    (
        "=1+1",
        "+81-90-1234-5678",
        "@SUM(A1:A9)",
        "<script>alert(1)</script><img src=x onerror=alert(2)>",
        "![x](https://evil.example/x.png) **太字** $x^2$ :red[赤] www.evil.example",
        "👨\u200d👩\u200d👧 𠮷野家 \u202eabc\u202c",
        "00012",
        "長" * 10_000,
        "おわり",
    )
)
NAME: Final = "@SUM(A1)"
SALES_PAGE: Final = '=HYPERLINK("https://evil.example")'
LOT: Final = "000123"
OPEN_QUESTIONS: Final = "+<b>2</b>\n-3"

WORD_JOINER: Final = "\u2060"
"""Stands unseen in a shown address, so that it is no link."""

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Server]:
    """Serve an app with one person and no record."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with opened(data) as store:
        desk = store.for_user(SYSTEM)
        first_start.begin(desk, name="佐藤 花子", email="", now=clock.now())
    with running(data) as server:
        yield server


def test_hostile_text_stays_text_from_the_first_key_to_the_file(
    app: Server, open_tab: OpenTab
) -> None:
    page = open_tab(app, "intake")
    ran: list[str] = []
    asked: list[str] = []

    def noted(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", noted)
    page.on("request", lambda request: asked.append(request.url))

    record(page)
    page.get_by_role("button", name="この案件を開く").click()
    write_a_step(page)
    page.get_by_role("tab", name="くわしく").click()
    expect(case(page)).to_contain_text(LOT)
    assert SALES_PAGE in case(page).inner_text().replace(WORD_JOINER, "")
    page.get_by_role("button", name="一覧へ戻る").click()
    expect(case(page)).to_have_count(0)
    cell = page.get_by_test_id("stDataFrame").locator("canvas td")
    expect(cell.filter(has_text="=1+1 +81-90-1234-5678 @SUM")).to_have_count(1)
    page.get_by_role("button", name="書き出す").click()
    rows = exported_csv(page)
    cells = exported_workbook(page)

    complaint, step = stored(app)
    assert complaint.content == step.content == HOSTILE
    assert (complaint.customer_name, complaint.lot) == (NAME, LOT)
    assert complaint.sales_page == SALES_PAGE
    assert complaint.open_questions == OPEN_QUESTIONS
    assert [text for text in rows if text.startswith(FORMULA_STARTS)] == []
    assert {HOSTILE, LOT, SALES_PAGE, OPEN_QUESTIONS} <= set(map(unguarded, rows))
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert {HOSTILE, LOT, SALES_PAGE, OPEN_QUESTIONS} <= {cell.value for cell in cells}
    assert ran == []
    assert [url for url in asked if "evil" in url] == []


# The steps ---------------------------------------------------------------------


def record(page: Page) -> None:
    box(page, "お客様名").fill(NAME)
    box(page, "内容(必須)").fill(HOSTILE)
    page.get_by_role("radio", name="30分後").click()
    page.get_by_text("あとで書くこと").click()
    sales_page = page.get_by_role("combobox", name="販路・LP")
    sales_page.fill(SALES_PAGE)
    sales_page.press("Enter")
    box(page, "ロット番号").fill(LOT)
    box(page, "未確認事項").fill(OPEN_QUESTIONS)
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_text("受け付けました")).to_be_visible()


def write_a_step(page: Page) -> None:
    """Write the same down as a step, and see it letter for letter."""
    page.get_by_role("button", name="対応を書く").click()
    box(page, "内容(必須)").fill(HOSTILE)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("button", name="保存")).to_have_count(0)
    settled(page)
    shown = [text.text_content() for text in page.get_by_test_id("stText").all()]
    assert HOSTILE in shown
    assert case(page).locator("script, img, b").count() == 0


def exported_csv(page: Page) -> list[str]:
    """Return every cell of the file, in no order."""
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV(Excel用)").click()
    text = download.value.path().read_bytes().decode("utf-8-sig")
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


def exported_workbook(page: Page) -> list[openpyxl.cell.Cell]:
    """Return every cell that holds something."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Excelブック").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    everything = (cell for sheet in book for row in sheet.rows for cell in row)
    return [cell for cell in everything if cell.value is not None]


# What is looked at -------------------------------------------------------------


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True)


def case(page: Page) -> Locator:
    return page.locator(".st-key-case")


def stored(app: Server) -> tuple[Complaint, Activity]:
    """Return the complaint and its newest step as another process reads them."""
    with opened(app.data) as store:
        desk = store.for_user(SYSTEM)
        complaint = desk.record("complaints", desk.frame("complaints").index[0])
        newest = desk.frame("activities").sort_values("at").index[-1]
        step = desk.record("activities", newest)
    assert isinstance(complaint, Complaint)
    assert isinstance(step, Activity)
    return complaint, step
