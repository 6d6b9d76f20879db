"""Excel取込: from a file to rows in steps, and back in one press."""

from __future__ import annotations

import io
import logging
from datetime import date

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from lib.schema.masters import Centre, Member, Product
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Role
from lib.ui import context
from lib.ui.importing import state
from tests.actions.importing.workbooks import book_of, saved, year_of_reports

pytestmark = pytest.mark.usefixtures("first_member", "masters")

LEDGER = [
    ["クレーム管理表"],
    ["受付日", "お名前", "電話", "クレーム内容", "対応状況", "担当", "社内ランク"],
    [
        date(2026, 9, 1),
        "青木",
        "090-1234-5678",
        "届かない",
        "対応中です。",
        "山田",
        "A",
    ],
    [date(2026, 9, 2), "井上", "090-1234-5679", "割れていた", "保留", "山田", "B"],
    ["先週", "上田", "", "高い", "完了", "", "B"],
]


@pytest.fixture
def masters(put) -> None:
    put(
        Centre(code="TYO", name="東京センター"),
        Centre(code="OSA", name="大阪センター"),
        Member(email="yamada@example.jp", name="山田 太郎", role=Role.CLERK),
        Member(email="ito@example.jp", name="伊藤", role=Role.OUTSOURCED, centre="TYO"),
        Product(code="A-01", name="うるおい美容液"),
    )


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    return app.file_uploader[0].set_value((name, data, "")).run()


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def errors(app: AppTest) -> list[str]:
    return [error.value for error in app.error]


def numbers(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def complaints() -> dict[str, str]:
    frame = context.live().for_user(SYSTEM).frame("complaints")
    return dict(zip(frame["content"], frame["status"].astype(str), strict=True))


def kpi_days():
    return context.live().for_user(SYSTEM).frame("kpi_days")


def to_the_words(open_page) -> AppTest:
    app = upload(open_page("excel_import"), "台帳2026.xlsx", book_of({"一覧": LEDGER}))
    return press(press(app, "import:next"), "import:next")


def test_a_ledger_goes_through_all_steps_and_back(open_page):
    app = to_the_words(open_page)
    labels = [box.label for box in app.main.selectbox]
    assert labels == [
        "状態「対応中です。」(1行) · 推測",
        "状態「保留」(1行)",
        "担当者「山田」(2行) · 推測",
    ]

    app.main.selectbox[1].set_value("社内待ち").run()
    press(app, "import:next")
    assert numbers(app) == {"新しい行": "2", "直す行": "1"}
    assert app.main.dataframe[0].value["place"].tolist() == ["A5"]
    press(app, "import:go")

    assert not app.exception
    assert errors(app) == []
    assert complaints() == {"届かない": "対応中", "割れていた": "社内待ち"}
    frame = context.live().for_user(SYSTEM).frame("complaints")
    assert set(frame["handler"]) == {"山田 太郎"}
    assert any("2件あり" in text.value for text in app.markdown)

    (undo,) = [b for b in app.button if b.label == "この取込を取り消す"]
    undo.click().run()

    assert errors(app) == []
    assert set(complaints().values()) == {"取消"}
    assert [b for b in app.button if b.label == "この取込を取り消す"] == []


def test_what_was_matched_is_not_asked_again(open_page):
    app = to_the_words(open_page)
    app.main.selectbox[1].set_value("社内待ち").run()
    press(press(app, "import:next"), "import:go")

    again = upload(
        open_page("excel_import"), "台帳2026b.xlsx", book_of({"一覧": LEDGER})
    )
    press(press(again, "import:next"), "import:next")

    assert numbers(again)["登録済み"] == "2"
    assert again.button(key="import:go").disabled


def test_matching_half_done_is_kept_without_the_file(open_page):
    app = to_the_words(open_page)
    app.main.selectbox[1].set_value("社内待ち").run()
    press(app, "import:next")

    later = to_the_words(open_page)

    assert numbers(later)["新しい行"] == "2"


def edit_the_columns() -> None:
    """Do what the grid of columns does when two of its cells are changed."""
    from lib.schema.tables import table
    from lib.ui.importing import columns

    edited = {0: {"field": "対応メモ"}, 1: {"field": None}}
    headers = ["社内ランク", "お名前", "電話"]
    columns.note(edited, table("complaints"), headers, {"対応メモ": "note"})


def test_a_column_that_was_corrected_is_read_so_from_then_on(open_page):
    AppTest.from_function(edit_the_columns).run()

    app = upload(open_page("excel_import"), "台帳2026.xlsx", book_of({"一覧": LEDGER}))
    for _step in range(3):
        press(app, "import:next")
    press(app, "import:go")

    frame = context.live().for_user(SYSTEM).frame("complaints")
    assert frame["note"].tolist() == ["A"]
    assert frame["customer_name"].tolist() == [""]
    assert frame["contact"].tolist() == ["090-1234-5678"]


def test_a_year_of_reports_is_imported_at_once(open_page):
    app = upload(open_page("excel_import"), "2025年度KPI.xlsx", year_of_reports())
    overview = app.main.dataframe[0].value
    assert overview["month"].tolist()[0] == "2025/04"
    assert overview["month"].tolist()[-1] == "2026/03"

    press(press(app, "import:next"), "import:next")
    expected = int(overview["new"].sum())
    assert numbers(app)["新しい行"] == str(expected)
    press(app, "import:go")

    assert errors(app) == []
    assert len(kpi_days()) == expected
    assert kpi_days()["reported_answer_rate"].isna().all()


def test_a_centre_imports_its_own_days_only_and_takes_them_back(open_page):
    app = open_page("excel_import", operator="ito@example.jp")
    upload(app, "2025年度KPI.xlsx", year_of_reports())
    press(press(app, "import:next"), "import:next")
    if app.main.selectbox:
        press(app, "import:next")
    press(app, "import:go")

    assert errors(app) == []
    assert set(kpi_days()["centre"]) == {"TYO"}
    assert kpi_days()["offered"].notna().all()

    (undo,) = [b for b in app.button if b.label == "この取込を取り消す"]
    undo.click().run()

    assert kpi_days()["offered"].isna().all()


def test_a_list_of_single_orders_is_counted_shown_imported_and_taken_back(
    open_page, tmp_path
):
    lines = ["受注番号,受注日時,購入者名,電話番号,出荷日"]
    lines += [
        f"A{n},2026/11/{1 + n % 20:02} 9:00,青木,090-1234-5678,2026/11/{1 + n % 20:02}"
        for n in range(60)
    ]
    data = "\r\n".join([*lines, "A99,昨日,青木,,"]).encode("cp932")
    app = upload(open_page("excel_import"), "受注.csv", data)

    told = "\n".join(c.value for c in (*app.markdown, *app.caption)).replace("\\", "")
    assert "60件" in told
    assert "1行あります: 62行目" in told
    press(press(app, "import:next"), "import:next")
    assert numbers(app)["新しい行"] == "20"
    press(app, "import:go")

    assert errors(app) == []
    saved = kpi_days()
    assert set(saved["centre"]) == {"自社"}
    assert saved["orders"].tolist() == saved["shipments"].tolist() == [3] * 20
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any("青木".encode() in data for data in kept)

    (undo,) = [b for b in app.button if b.label == "この取込を取り消す"]
    undo.click().run()
    assert kpi_days()["orders"].isna().all()


def test_a_hidden_sheet_is_named_and_waits_to_be_chosen(open_page):
    book = openpyxl.load_workbook(io.BytesIO(book_of({"一覧": LEDGER, "控え": LEDGER})))
    book["控え"].sheet_state = "hidden"

    app = upload(open_page("excel_import"), "台帳2026.xlsx", saved(book))

    (taken,) = app.main.multiselect
    assert taken.value == ["一覧"]
    assert any("控え" in caption.value for caption in app.caption)
    taken.set_value(["一覧", "控え"]).run()
    assert app.main.dataframe[0].value["new"].notna().all()


def test_a_complaints_file_of_a_centre_holds_nothing_for_it(open_page):
    app = open_page("excel_import", operator="ito@example.jp")
    upload(app, "台帳2026.xlsx", book_of({"一覧": LEDGER}))

    assert errors(app) == []
    assert app.button(key="import:next").disabled
    assert complaints() == {}


def test_a_file_that_cannot_be_read_says_why_in_its_place(open_page):
    app = upload(open_page("excel_import"), "a.xlsx", b"PK\x03\x04 broken")

    assert [text.replace("\\", "") for text in errors(app)] == [
        "ファイルが壊れているか、Excel・CSVではありません。"
    ]
    assert app.file_uploader[0].label


def test_the_file_is_let_go_of_and_nothing_of_it_is_logged(open_page, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    app = to_the_words(open_page)
    assert state._FILE in app.session_state

    press(app, "import:other")

    assert state._FILE not in app.session_state
    assert state._SHOWN not in app.session_state
    assert "090-1234-5678" not in caplog.text
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"090-1234-5678" in data for data in kept)
    assert not any("届かない".encode() in data for data in kept)


def test_voices_become_complaints_and_wishes_as_a_person_decides(open_page):
    posts = [
        ["投稿日時", "アカウント", "本文", "URL"],
        ["2026/11/01 10:00", "@mikan", "届かない", "https://sns.example/1"],
        ["2026/11/02 10:00", "@yuzu", "詰め替えが欲しい", "https://sns.example/2"],
        ["2026/11/03 10:00", "@kaki", "買いました", "https://sns.example/3"],
    ]
    app = upload(open_page("excel_import"), "SNS.xlsx", book_of({"一覧": posts}))

    assert errors(app) == []
    assert numbers(app) == {
        "まだ決めていない": "3",
        "苦情": "0",
        "要望": "0",
        "取り込まない": "0",
    }
    press(app, "import:voices:likely:一覧")
    press(press(app, "import:voices:all:一覧:complaint"), "import:next")
    press(app, "import:next")
    press(app, "import:go")

    assert not app.exception
    assert errors(app) == []
    frame = context.live().for_user(SYSTEM).frame("complaints")
    kinds = dict(zip(frame["content"], frame["kind"].astype(str), strict=True))
    assert kinds == {
        "届かない": "一次",
        "買いました": "一次",
        "詰め替えが欲しい": "要望のみ",
    }
    assert set(frame["customer_name"]) == {""}
    assert any("2件あり" in text.value for text in app.markdown)

    (undo,) = [b for b in app.button if b.label == "この取込を取り消す"]
    undo.click().run()

    assert set(complaints().values()) == {"取消"}


def test_voices_nobody_decided_about_stay_out_and_it_is_said(open_page):
    opinions = [
        ["記入日", "満足度", "ご意見", "年代"],
        ["2026/11/01", "", "電話が長い", "40代"],
        ["2026/11/02", 5, "よかった", ""],
    ]
    app = upload(open_page("excel_import"), "意見箱.xlsx", book_of({"一覧": opinions}))

    assert any("年代 1件。要るものは" in text.value for text in app.caption)
    assert any("5点満点とみなしました" in text.value for text in app.warning)
    press(app, "import:voices:scale:一覧")
    assert not any("点満点とみなしました" in text.value for text in app.warning)

    press(press(app, "import:next"), "import:next")

    assert app.button(key="import:go").disabled
    assert any("1件あり、取り込みません" in text.value for text in app.warning)
