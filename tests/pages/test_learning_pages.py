"""文書・人と研修・毎月の点検: written, learned and signed on the screen."""

from __future__ import annotations

from datetime import date

import pytest

from lib import clock
from lib.actions import documents
from lib.schema.document import Document
from lib.schema.ids import new_commit_id
from lib.schema.learning import Inspection
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Flag, InspectionItem, InspectionResult, Role
from lib.store.access import UserStore
from lib.ui import context
from lib.ui.documents.state import NEW, form_name
from lib.ui.improvements.proposing import name_of
from lib.ui.people import training as panel
from tests.builders import complaint

pytestmark = pytest.mark.usefixtures("first_member")

NUMBER = "B-261101-AAAAA"
HOSTILE = "![x](https://evil.example/a.png)"
PAGES = InspectionItem.PAGES
OCTOBER = "inspection-2026-10"


def system() -> UserStore:
    return context.live().for_user(SYSTEM)


def page(**values) -> Document:
    return Document(
        **{"id": NUMBER, "title": "解約の受け方", "body": "- 復唱する", **values}
    )


def shown(app) -> str:
    parts = [*app.markdown, *app.caption, *app.text, *app.title]
    return "\n".join(str(e.value).replace("\\", "") for e in parts)


def press(app, key: str):
    return app.button(key=key).click().run()


# 文書 -----------------------------------------------------------------------------------


def test_a_document_is_written_found_and_read(open_page):
    app = press(open_page("documents"), "documents.new")
    form = form_name(NEW)
    assert "入力は自動で下書きに残ります。" in shown(app)
    press(app, "documents.save")
    assert "入力してください。" in shown(app)

    app.text_input(key=f"{form}.title").set_value("カイヤクの受け方")
    app.text_area(key=f"{form}.body").set_value(f"# はじめに\n{HOSTILE}")
    press(app, "documents.save")

    assert not app.exception
    assert "**はじめに**" in shown(app)
    body = next(e.value for e in app.markdown if "はじめに" in e.value)
    assert "\\!\\[x\\]" in body
    press(app, "documents.read")
    assert "今日読みました" in shown(app)
    press(app, "documents.back")
    app.text_input(key="documents.words").set_value("かいやく").run()
    links = [x.label.replace("\\", "") for x in app.main.get("page_link")]
    assert "**カイヤクの受け方**" in links


def test_two_who_write_one_document_meet_and_nothing_is_lost(open_page, put):
    put(page(review_on=date(2026, 11, 1)))
    app = open_page("documents")
    assert "見直し期限を過ぎた文書 1件" in shown(app)
    app.query_params["document"] = NUMBER
    app = press(app.run(), "documents.edit")
    form = form_name(NUMBER)
    app.text_area(key=f"{form}.body").set_value("- 私の言葉").run()
    other = context.live().for_user(SYSTEM)
    stands = documents.document_of(other, NUMBER)
    documents.change(
        other,
        stands,
        {"body": "- 相手の言葉"},
        now=clock.now(),
        commit_id=new_commit_id(),
    )

    press(app, "documents.save")

    assert "- 私の言葉" in shown(app)
    assert "- 相手の言葉" in shown(app)
    press(app, f"{form}-both:settle")
    assert not app.exception
    assert documents.document_of(system(), NUMBER).body == "- 私の言葉"


def test_what_is_to_be_read_stands_on_an_open_case(open_page, put):
    case = complaint(claim_type="解約できない")
    put(page(claim_type="解約できない"), page(id="B-261101-BBBBB", title="全体"), case)
    app = open_page("ledger")
    app.query_params["case"] = case.id
    app.run()

    labels = [x.label.replace("\\", "") for x in app.main.get("page_link")]
    assert "解約の受け方" in labels
    assert "全体" not in labels


# 人と研修 --------------------------------------------------------------------------------


def test_a_lead_notes_who_was_trained_and_a_clerk_sees_themselves_alone(open_page, put):
    mori = Member(email="mori@example.jp", name="森 一郎", role=Role.CLERK)
    put(page(for_everybody=Flag.YES), mori)
    app = open_page("people")
    assert app.dataframe[0].value["名前"].tolist() == ["佐藤 花子", "森 一郎"]

    press(app, "people.save")
    assert "受けた人を選んでください。" in shown(app)
    app.multiselect(key=panel.PEOPLE).set_value([mori.email])
    press(app, "people.save")

    assert not app.exception
    rows = system().frame("trainings")
    assert rows["email"].tolist() == [mori.email]
    mine = open_page("people", operator=mori.email)
    assert len(mine.dataframe) == 0
    assert "森 一郎" in shown(mine)
    assert "佐藤 花子" not in shown(mine)
    assert "✓ 受けた" in shown(mine)


# 毎月の点検 ------------------------------------------------------------------------------


def test_a_late_month_is_told_signed_linked_to_an_improvement_and_reopened(
    open_page, put
):
    first = Inspection(month=date(2026, 10, 1), item=InspectionItem.MANUALS)
    put(first.with_values(result=InspectionResult.GOOD, inspector="森"), complaint())
    app = open_page("inspections")
    assert "2026年10月 締切を過ぎた点検 6項目" in shown(app)
    today = open_page("today")
    labels = [x.label.replace("\\", "") for x in today.main.get("page_link")]
    assert "締切を過ぎた毎月の点検 6項目" in labels

    app.pills(key=f"{OCTOBER}.result:{PAGES.code}").set_value("to_improve").run()
    press(app, "inspections.sign")
    assert "要改善のときは、何が足りないかを書いてください。" in shown(app)
    app.text_input(key=f"{OCTOBER}.note:{PAGES.code}").set_value("字が小さい")
    press(app, "inspections.sign")

    assert not app.exception
    assert "2026年10月 締切を過ぎた点検 5項目" in shown(app)
    (row,) = (r for r in rows_of_october() if r["item"] == PAGES.value)
    assert (row["inspector"], row["note"]) == ("佐藤 花子", "字が小さい")

    proposal = name_of(f"inspection|2026-10|{PAGES.code}")
    app.session_state[f"{proposal}-open"] = True
    press(app.run(), f"{proposal}:save")
    (row,) = (r for r in rows_of_october() if r["item"] == PAGES.value)
    assert row["improvement_id"] in system().frame("improvements").index

    key = f"inspections.reopen.2026-10.{PAGES.code}"
    app.session_state[key] = True
    app.run()
    app.text_input(key=f"{key}.reason").set_value("見落とし")
    press(app, f"{key}.press")
    assert "2026年10月 締切を過ぎた点検 6項目" in shown(app)


def rows_of_october() -> list[dict]:
    return system().frame("inspections").to_dict("records")
