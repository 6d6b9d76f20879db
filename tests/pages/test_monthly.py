"""月次: chosen by the address, made at a press, taken out with a note."""

from __future__ import annotations

from datetime import date

import pytest

from lib import clock
from lib.actions import monthly
from lib.reports.monthly.material import Reader
from lib.schema.masters import Centre, Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import Role
from lib.ui import context
from lib.ui.monthly import making
from tests.metrics.rows import calls
from tests.pages.conftest import ROOT

pytestmark = pytest.mark.usefixtures("first_member")

LEAD = "hanako@example.jp"
OUTSIDE = "centre@example.jp"
FORM = "monthly-2026-10-"


@pytest.fixture
def filled(first_member, put) -> None:
    put(
        Centre(code="C1", name="東京センター"),
        Centre(code="C2", name="大阪センター"),
        Member(email=OUTSIDE, name="伊藤", role=Role.OUTSOURCED, centre="C1"),
        calls(date(2026, 10, 5), 100, 50),
        calls(date(2026, 10, 6), 10, 10),
        calls(date(2026, 10, 5), 40, 40, "C2"),
    )


def sound(app):
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def images(app) -> int:
    return len(app.get("image"))


def made(app):
    return sound(app.button(key="monthly:make").click().run())


@pytest.mark.usefixtures("filled")
def test_a_report_is_made_at_the_press_and_shown_as_pages(open_page):
    app = sound(open_page("monthly"))
    assert images(app) == 0

    made(app)

    assert images(app) >= 3
    assert [b.label for b in app.get("download_button")] == [
        "PDFで書き出す",
        "Excelで書き出す",
    ]
    document = app.session_state["monthly:made"].document
    assert document.title == "月次報告 2026年10月"


@pytest.mark.usefixtures("filled")
def test_the_file_is_made_and_noted_at_the_click_and_not_before(open_page):
    app = made(open_page("monthly"))
    held = app.session_state["monthly:made"]
    assert exports() == []

    live, who = context.live(), Member(email=LEAD, name="佐藤 花子", role=Role.ADMIN)
    paper = monthly.Paper(held.document, "", monthly.Form.EXCEL)
    assert held.document.reader is Reader.BOARD
    take = making._taken_out(live.for_user(Principal.of(who)), paper)
    assert exports() == []
    book = take()

    assert book[:2] == b"PK"
    assert exports() == ["月次報告を書き出した: 経営会議・Excel"]


def exports() -> list[str]:
    audit = context.live().for_user(SYSTEM).frame("audit")
    return audit.loc[audit["field_name"] == monthly.EXPORTED, "after"].tolist()


@pytest.mark.usefixtures("filled")
def test_reader_and_centre_are_chosen_and_a_made_report_of_another_is_not_shown(
    open_page,
):
    app = made(open_page("monthly"))
    reader = next(g for g in app.get("button_group") if g.key == "monthly.reader")
    reader.set_value(Reader.CONTRACT).run()
    sound(app)

    assert images(app) == 0
    app.selectbox(key="monthly.centre").set_value("C2").run()
    made(app)

    assert app.session_state["monthly:made"].document.centre == "大阪センター"
    assert images(app) >= 2


@pytest.mark.usefixtures("filled")
def test_comments_are_kept_by_making_the_report_and_stand_in_it(open_page):
    app = sound(open_page("monthly"))
    app.text_area(key=f"{FORM}.value").set_value("土曜を2人増やす")

    made(app)

    held = app.session_state["monthly:made"].document
    titles = [section.title for section in held.sections]
    assert "所見" in titles
    again = sound(open_page("monthly"))
    assert again.text_area(key=f"{FORM}.value").value == "土曜を2人増やす"


@pytest.mark.usefixtures("filled")
def test_what_somebody_else_saved_meanwhile_is_shown_beside_ones_own(open_page):
    app = sound(open_page("monthly"))
    monthly.save_comments(
        context.live().for_user(SYSTEM),
        date(2026, 10, 1),
        "",
        "先の人の文",
        seen="",
        entry="X1",
        now=clock.now(),
    )
    app.text_area(key=f"{FORM}.value").set_value("自分の文")
    app.button(key=f"{FORM}.save").click().run()

    assert app.text_area(key=f"{FORM}.value").value == "自分の文"
    assert "先の人の文" in [text.value for text in app.text]
    app.button(key=f"{FORM}.mine").click().run()
    app.button(key=f"{FORM}.save").click().run()
    sound(app)

    desk = context.live().for_user(SYSTEM)
    assert monthly.comments_of(desk, date(2026, 10, 1), "") == "自分の文"


@pytest.mark.usefixtures("filled")
def test_too_long_comments_are_told_at_the_field_and_no_report_is_made(open_page):
    app = sound(open_page("monthly"))
    app.text_area(key=f"{FORM}.value").set_value("あ" * 4001)

    app.button(key="monthly:make").click().run()

    assert images(app) == 0
    assert any("4,000字" in str(e.value) for e in (*app.error, *app.markdown))
    assert app.text_area(key=f"{FORM}.value").value == "あ" * 4001


@pytest.mark.usefixtures("filled")
def test_a_centre_gets_the_report_on_itself_and_chooses_no_other(open_page):
    app = sound(open_page("monthly", operator=OUTSIDE))

    assert [group.key for group in app.get("button_group")] == ["language"]
    assert [box.key for box in app.selectbox if box.key != context.OPERATOR] == [
        "monthly.month"
    ]
    assert list(app.text_area) == []
    made(app)

    assert app.session_state["monthly:made"].document.centre == "東京センター"


@pytest.mark.usefixtures("filled")
def test_an_address_of_another_centre_leads_a_centre_to_itself(open_page):
    app = open_page(operator=OUTSIDE)
    app.query_params["reader"] = "board"
    app.query_params["centre"] = "C2"
    app.query_params["month"] = "2026-10"
    app.switch_page(str(ROOT / "pages/monthly.py")).run()
    made(app)

    assert app.session_state["monthly:made"].document.centre == "東京センター"


def test_without_a_centre_it_says_what_is_needed(open_page):
    app = sound(open_page("monthly"))

    assert "電話を受けるセンターがまだありません" in [h.value for h in app.subheader]
