"""The manager at the figures, in a real browser: behind a value, the report, an import."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lib import clock
from lib.actions import first_start
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre
from lib.schema.principal import SYSTEM
from lib.store.protocol import Commit, Insert
from tests.browser.conftest import OpenTab
from tests.browser.driving import choose, opened, option, running, settled
from tools.serve import Server


@pytest.fixture
def empty_app_with_days(tmp_path: Path) -> Iterator[Server]:
    """Serve an app with one manager, one centre and three weeks of its figures."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    days = [
        KpiDay(
            date=date(2026, 11, n),
            centre="C1",
            offered=100,
            answered=90 - n,
            abandoned=10 + n,
        )
        for n in range(1, 21)
    ]
    with opened(data) as store:
        desk = store.for_user(SYSTEM)
        first_start.begin(desk, name="佐藤 花子", email="", now=clock.now())
        rows = (Centre(code="C1", name="東京センター"), *days)
        desk.commit(
            Commit(new_commit_id(), "試験", clock.now(), tuple(map(Insert, rows)))
        )
    with running(data) as server:
        yield server


MAKING = 120_000
"""Milliseconds that a report or an import may take on a busy machine."""


def test_the_manager_goes_behind_a_figure_and_changes_its_days(
    sample_app: Server, open_tab: OpenTab
) -> None:
    page = open_tab(sample_app, "kpis?period=28")
    page.get_by_test_id("stPageLink").get_by_text("応答率", exact=True).first.click()
    settled(page)

    expect(page.get_by_text("応答数 ÷ 着信数")).to_be_visible()
    expect(page.get_by_text(re.compile("もとの日次KPI"))).to_be_visible()
    before = page.get_by_test_id("stMetricValue").first.inner_text()

    option(page, "90日").click()
    settled(page)

    expect(page).to_have_url(re.compile("period=90"))
    expect(page).to_have_url(re.compile("figure=answer_rate"))
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(re.compile("%$"))
    expect(page.get_by_test_id("stMetricValue").first).not_to_have_text(before)


def test_a_system_failure_recorded_below_the_chart_is_told_there(
    empty_app_with_days: Server, open_tab: OpenTab
) -> None:
    page = open_tab(empty_app_with_days, "kpis?period=28&figure=answer_rate&centre=C1")
    button(page, "施策を記録").click()
    words = page.get_by_role("textbox", name="何をしたか・何があったか")
    words.press_sequentially("電話が1時間つながらない", delay=20)
    choose(page, page.get_by_role("combobox", name="種類"), "システム障害")
    expect(page.get_by_text("下書き保存 ")).to_be_visible(timeout=10_000)
    button(page, "記録する").click()

    expect(
        page.get_by_text("「電話が1時間つながらない」を記録しました")
    ).to_be_visible()
    with opened(empty_app_with_days.data) as store:
        (row,) = store.for_user(SYSTEM).frame("improvements").itertuples()
    assert (row.title, row.centre) == ("電話が1時間つながらない", "C1")
    assert row.kind == "システム障害"


def test_the_manager_makes_the_months_report_and_takes_both_files(
    sample_app: Server, open_tab: OpenTab
) -> None:
    page = open_tab(sample_app, "monthly")
    button(page, "報告を作る").click()
    expect(page.get_by_test_id("stProgress")).to_be_visible(timeout=MAKING)

    pdf = taken(page, "PDFで書き出す")
    workbook = taken(page, "Excelで書き出す")

    assert pdf.suffix == ".pdf"
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert workbook.suffix == ".xlsx"
    assert workbook.read_bytes().startswith(b"PK")


def test_the_carts_orders_are_imported_and_taken_back_in_one_press(
    empty_app_with_days: Server, open_tab: OpenTab
) -> None:
    lines = ["受注番号,受注日時,購入者名,電話番号"]
    lines += [
        f"A{n},2026/11/{1 + n % 20:02} 9:00,青木 花子,090-1234-5678" for n in range(60)
    ]
    page = open_tab(empty_app_with_days, "excel_import")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {
            "name": "受注.csv",
            "mimeType": "text/csv",
            "buffer": "\r\n".join(lines).encode("cp932"),
        }
    )

    expect(page.get_by_text("1行が1件の受注の一覧です")).to_be_visible(timeout=MAKING)
    assert "青木" not in page.content()
    button(page, "次へ").click()
    settled(page)
    button(page, "次へ").click()
    settled(page)
    page.get_by_role("button", name=re.compile("取り込む")).last.click()
    expect(page.get_by_text(re.compile("から20行を取り込みました"))).to_be_visible(
        timeout=MAKING
    )
    assert company_orders(empty_app_with_days) == [3] * 20

    button(page, "この取込を取り消す").click()
    expect(page.get_by_text("取り消し済み")).to_be_visible(timeout=MAKING)
    assert company_orders(empty_app_with_days) == []


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


def taken(page: Page, name: str) -> Path:
    """Press a button of a download and return the file, under the name it was given."""
    with page.expect_download(timeout=MAKING) as download:
        button(page, name).click(timeout=MAKING)
    path = Path(download.value.path())
    return path.rename(path.with_name(Path(download.value.suggested_filename).name))


def company_orders(app: Server) -> list[int]:
    with opened(app.data) as store:
        days = store.for_user(SYSTEM).frame("kpi_days")
    return [int(n) for n in days.loc[days["centre"] == COMPANY, "orders"].dropna()]
