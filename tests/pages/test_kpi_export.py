"""The export of a telephone system, from its bytes to saved days, on the page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib import clock
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Done, Role
from lib.ui import context
from tests.cti import as_text, cti_rows
from tests.metrics.rows import centre

pytestmark = pytest.mark.usefixtures("first_member", "its_centre")

AGENT = "agent@example.jp"


@pytest.fixture
def its_centre(put, monkeypatch) -> None:
    monkeypatch.setenv(clock.FIXED_BY, "2026-11-30T18:00:00+09:00")
    put(
        centre("C1"),
        Member(email=AGENT, name="委託", role=Role.OUTSOURCED, centre="C1"),
    )


def exported(divider: str) -> bytes:
    """Return the export as the telephone system writes it: CP932, some cells wrong."""
    return as_text(cti_rows(), divider).encode("cp932")


def paste_view(open_page) -> AppTest:
    page = open_page("kpi_entry", operator=AGENT)
    return page.button_group(key="kpi.view").set_value("paste").run()


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    return page.file_uploader[0].set_value((name, data, "")).run()


def press(page: AppTest, label: str) -> AppTest:
    return next(b for b in page.button if b.label == label).click().run()


def said(page: AppTest) -> str:
    shown = [*page.markdown, *page.info, *page.warning, *page.error]
    return "\n".join(str(one.value) for one in shown)


def days():
    frame = context.live().for_user(SYSTEM).frame("kpi_days")
    return frame.assign(day=frame["date"].dt.day).set_index("day")


@pytest.mark.parametrize(
    ("name", "divider"), [("", "\t"), ("日報.csv", ","), ("日報.txt", "\t")]
)
def test_an_export_in_cp932_enters_its_month_and_points_at_wrong_cells(
    open_page, name, divider
):
    page, data = paste_view(open_page), exported(divider)

    if name:
        upload(page, name, data)
    else:
        page.text_area[0].set_value(data.decode("cp932")).run()

    assert not page.exception
    wrong = page.dataframe[0].value
    assert wrong["place"].tolist() == ["C13", "E15"]
    assert wrong["typed"].tolist() == ["▲ たくさん", "▲ 7"]
    assert "F16 応答率 97.0% / 90.1%" in said(page).replace("\\", "")
    page.checkbox[0].set_value(True).run()
    press(page, "19日分を入れる")

    assert not page.error
    saved = days()
    workdays = {d for d in range(1, 31) if d % 7 not in (0, 1)}
    assert set(saved.index) == workdays - {10, 12}
    counts = ["offered", "answered", "abandoned", "cancel_requests"]
    assert saved.loc[2, counts].tolist() == [1002, 902, 100, 12]
    assert set(saved["confirmed"]) == {Done.DONE.value}
    assert set(saved["updated_by"]) == {"委託"}


def test_a_list_of_single_orders_becomes_the_days_of_the_company(open_page):
    lines = ["注文番号,注文日時,お名前,出荷日"]
    lines += [
        f"{n},2026/11/{1 + n % 10:02} 10:00,青木 花子,2026/11/{1 + n % 10:02}"
        for n in range(30)
    ]
    page = open_page("kpi_entry", operator="hanako@example.jp")
    page.query_params["centre"] = COMPANY
    page.button_group(key="kpi.view").set_value("paste").run()

    upload(page, "受注.csv", "\r\n".join(lines).encode("cp932"))

    assert not page.exception
    assert "青木" not in page.text_area[0].value
    press(page, "10日分を入れる")
    assert [error.value for error in page.error] == []
    saved = days()
    assert set(saved["centre"]) == {COMPANY}
    assert saved["orders"].tolist() == saved["shipments"].tolist() == [3] * 10


def test_an_export_read_in_the_wrong_encoding_is_called_garbled(open_page):
    page = paste_view(open_page)
    garbled = exported("\t").decode("cp1252", "replace")

    page.text_area[0].set_value(garbled).run()

    assert "文字化けしています" in said(page)
    assert days().empty


def test_a_file_that_is_no_text_is_refused_calmly(open_page):
    page = upload(paste_view(open_page), "日報.csv", b"\x81\x00\xff\xfd" * 40)

    assert not page.exception
    assert any("文字コード" in error.value for error in page.error)
