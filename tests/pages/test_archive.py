"""「年ごとの保管」: look, press once, read what is put away, and the way back."""

from __future__ import annotations

from datetime import datetime

from lib import clock
from lib.actions import archiving
from lib.schema.activity import Activity
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import ComplaintStatus, Role
from lib.ui import context, filters
from tests.actions.inquiries.conftest import inquiry
from tests.builders import complaint

BOSS = Member(email="boss@example.jp", name="佐藤 花子", role=Role.ADMIN)
CLERK = Member(email="clerk@example.jp", name="鈴木 次郎", role=Role.CLERK)
ENDED = datetime(2023, 5, 6, 11, 0, tzinfo=clock.TOKYO)
NUMBER = "K-230506-AAAAA"


def words(app):
    parts = (*app.markdown, *app.caption, *app.text, *app.info, *app.error, *app.toast)
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def test_years_are_put_away_read_by_their_number_and_brought_back(put, open_page):
    over = {"status": ComplaintStatus.CLOSED, "closed_at": ENDED, "received_at": ENDED}
    case = complaint(id=NUMBER).model_copy(update=over)
    put(
        BOSS,
        CLERK,
        case,
        Activity(id="H-230506-AAAAA", case_id=NUMBER, at=ENDED, content="電話で謝った"),
    )

    page = open_page("setup", operator=BOSS.email)
    page.button(key="archive:look").click().run()
    assert "2023年: 1件" in words(page)
    page.button(key="archive:press").click().run()
    assert not page.exception
    assert context.live().for_user(SYSTEM).archive_years == (2023,)

    ledger = open_page("ledger", operator=CLERK.email)
    ledger.text_input(key=filters.SEARCH).set_value(NUMBER).run()
    assert "保管済みの案件 1件" in words(ledger)
    ledger.query_params["case"] = NUMBER
    ledger.run()
    assert not ledger.exception
    assert "保管済み" in words(ledger)
    assert "電話で謝った" in words(ledger)
    assert not [b for b in ledger.button if b.key == "case:unarchive"]

    ledger = open_page("ledger", operator=BOSS.email)
    ledger.query_params["case"] = NUMBER
    ledger.run()
    ledger.button(key="case:unarchive").click().run()
    assert not ledger.exception
    assert context.live().for_user(SYSTEM).archive_years == ()

    page.run()
    page.button(key="archive:look").click().run()
    page.button(key="archive:press").click().run()
    page.button(key="archive:back-year").click().run()
    assert not page.exception
    assert context.live().for_user(SYSTEM).archive_years == ()
    assert NUMBER in context.live().for_user(SYSTEM).frame("complaints").index

    page = open_page("setup", operator=CLERK.email)
    assert "archive:look" not in [button.key for button in page.button]


def test_what_is_typed_when_a_case_is_put_away_stays_and_an_agency_finds_it(
    put, open_page
):
    over = {"status": ComplaintStatus.CLOSED, "closed_at": ENDED, "received_at": ENDED}
    case = complaint(id=NUMBER, order_number="EC-2023-12345").model_copy(update=over)
    put(BOSS, CLERK, case, asked := inquiry(order_number="12345"))
    ledger = open_page("ledger", operator=CLERK.email)
    ledger.query_params["case"] = NUMBER
    ledger.run()
    ledger.button(key=f"case:{NUMBER}:open:act").click().run()
    ledger.text_area(key=f"case-{NUMBER}-act.content").set_value("長い聞き取り").run()

    live, boss = context.live(), Principal.of(BOSS)
    data = context.place().data
    assert archiving.put_away(live, boss, clock.now(), data=data).cases == [NUMBER]
    ledger.run()

    assert not ledger.exception
    assert "長い聞き取り" in [block.value for block in ledger.code]
    assert "まだ保存されていません" in "".join(w.value for w in ledger.warning)

    clerk = open_page("inquiries", operator=CLERK.email)
    clerk.query_params["inquiry"] = asked.id
    clerk.run()
    assert not clerk.exception
    assert "保管済みの苦情です" in words(clerk)
    press = f"inquiry:{asked.id}:same:{NUMBER}"
    assert press not in [button.key for button in clerk.button]

    page = open_page("inquiries", operator=BOSS.email)
    page.query_params["inquiry"] = asked.id
    page.run()
    page.button(key=press).click().run()
    assert not page.exception
    desk = live.for_user(SYSTEM)
    assert desk.record("agency_inquiries", asked.id).complaint_id == NUMBER

    ledger.run()
    assert "長い聞き取り" in [area.value for area in ledger.text_area]
