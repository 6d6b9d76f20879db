"""苦情受付 around a call: who is calling, the panel, severity, a pasted report."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import clock
from lib.actions.entry import Mark, PromiseTime
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.vocab import (
    Apology,
    ComplaintKind,
    Fault,
    Promise,
    Request,
    Role,
    Severity,
    Temper,
)
from lib.settings import scripts
from lib.settings.customer_key import customer_key
from lib.ui import context
from lib.ui.intake import state
from tests.builders import complaint
from tests.pages.test_intake import complaints, fields, fill, save, words

pytestmark = pytest.mark.usefixtures("first_member")

PHONE = "090-1234-5678"


@pytest.fixture
def earlier(put):
    """Return an open case of the customer with that phone, its promise overdue."""
    case = complaint(
        contact=PHONE,
        customer_key=customer_key(PHONE, context.customer_secret()),
        next_promise=Promise.CALL_BACK,
        next_promise_at=clock.now() - timedelta(minutes=30),
    )
    put(case)
    return case


def called(open_page, **typed):
    return fill(open_page("intake"), who="０９０ １２３４ ５６７８", **typed)


def press(app, key):
    return app.button(key=key).click().run()


# Who is calling ------------------------------------------------------------------


def test_the_earlier_case_stands_there_with_its_promise_and_a_masked_contact(
    open_page, earlier
):
    app = called(open_page)

    shown = words(app)
    assert "以前の案件 1件" in shown
    assert "折返し 10:00 超過" in shown.replace("今日 ", "").replace("11/21 ", "")
    assert "…5678" in shown
    assert PHONE not in shown


def test_going_on_with_the_case_keeps_what_is_typed_and_adds_a_step(open_page, earlier):
    app = called(open_page, content="まだ届かない", promise_time=PromiseTime.TODAY)

    press(app, f"intake_continue:{earlier.id}")
    assert fields(app)["content"].value == "まだ届かない"
    assert f"{earlier.id} の続きとして残します" in words(app)
    save(app)

    (case,) = complaints()
    assert case.id == earlier.id
    assert case.next_promise_at > clock.now()
    assert case.content == earlier.content
    assert not app.error


def test_the_second_complaint_is_linked_and_nothing_typed_is_lost(open_page, earlier):
    app = called(open_page, content="対応が失礼", marks=[Mark.OUTSIDE])

    press(app, f"intake_second:{earlier.id}")
    fill(app, promise_time=PromiseTime.TODAY)
    save(app)

    case = next(case for case in complaints() if case.id != earlier.id)
    assert (case.kind, case.parent_id) == (ComplaintKind.SECOND, earlier.id)
    assert case.content == "対応が失礼"
    assert "応対から生まれた二次クレーム" in case.severity_reason


def test_a_new_complaint_folds_the_list_away(open_page, earlier):
    app = called(open_page, content="別の話")

    press(app, "intake_new")

    assert f"intake_continue:{earlier.id}" not in [b.key for b in app.button]
    assert fields(app)["content"].value == "別の話"


def test_one_can_change_ones_mind_about_continuing(open_page, earlier):
    app = called(open_page, content="別の話", promise_time=PromiseTime.TODAY)
    press(app, f"intake_continue:{earlier.id}")

    press(app, "intake_not_continued")
    save(app)

    assert len(complaints()) == 2


# Where the call stands -----------------------------------------------------------


def test_the_panel_follows_what_is_filled_in(open_page):
    app = open_page("intake")
    assert "**▶ ①短いお詫び(お手数・不快だけ)**" in words(app)

    fill(app, who=PHONE)
    assert "**▶ ②事実を聴く**" in words(app)
    assert "✓ 誰が" in words(app)

    fill(app, content="届かない", request=Request.REFUND)
    assert "**▶ ③聞き残しを聞く**" in words(app)

    fill(app, promise_time=PromiseTime.TODAY)
    assert "**▶ ④復唱、お詫びと感謝**" in words(app)
    assert "ご希望は「返金」" in words(app)


def test_what_was_not_asked_becomes_the_list_for_the_call_back(open_page):
    app = fill(
        open_page("intake"),
        who=PHONE,
        content="届かない",
        request=Request.REFUND,
        promise_time=PromiseTime.TODAY,
    )
    press(app, "intake_ask_later")
    save(app)

    (case,) = complaints()
    assert "いつ起きたことですか。" in case.open_questions.splitlines()


def test_an_early_apology_is_warned_of_where_no_fold_hides_it(open_page):
    app = fill(open_page("intake"), content="届かない")
    app.session_state[state.LATER_OPEN] = True
    app.session_state["intake_guide"] = False
    app.run()
    assert not app.warning

    fill(app, apology=Apology.CONTENT)
    (said,) = app.warning
    assert "自社の非を確認中です" in said.value

    fill(app, fault=Fault.YES)
    assert not app.warning


def test_a_heated_call_goes_to_somebody_above_in_two_taps(open_page, put):
    put(Member(email="lead@example.jp", name="大西", role=Role.MANAGER, rank=80))
    app = save(
        fill(
            open_page("intake"),
            content="責任者を出せとのこと",
            temper=Temper.FURIOUS,
            promise_time=PromiseTime.HALF_HOUR,
        )
    )

    for label in ("引き継ぐ", "大西 さんに引き継ぐ"):
        (tap,) = [button for button in app.button if button.label == label]
        tap.click().run()
        assert not app.exception

    (case,) = complaints()
    assert case.handler == "大西"


def test_the_managers_words_stand_in_the_panel(open_page):
    page = open_page("settings")
    page.session_state["settings:script:open"] = True
    page.run()
    page.selectbox(key="settings:script").set_value(scripts.APOLOGY.field).run()
    key = f"settings:script:{scripts.APOLOGY.field}"
    page.text_area(key=key).set_value("お電話ありがとうございます。").run()
    assert "お電話ありがとうございます。" in words(page)
    page.button(key=f"{key}:save").click().run()

    assert "お電話ありがとうございます。" in words(open_page("intake"))


# Severity ------------------------------------------------------------------------


def set_severity(app, level: Severity):
    app.session_state["intake.chosen_severity"] = level
    return app.run()


def test_lowering_the_severity_needs_a_reason(open_page):
    app = fill(
        open_page("intake"),
        content="怒っている",
        temper=Temper.FURIOUS,
        promise_time=PromiseTime.TODAY,
    )
    set_severity(app, Severity.LOW)
    save(app)
    assert "重大度を下げる理由を書いてください。" in words(app)

    fill(app, severity_why="社内の確認用")
    save(app)

    (case,) = complaints()
    assert (case.severity, case.severity_reason) == (Severity.LOW, "社内の確認用")


def test_raising_it_needs_none_and_leaves_a_trace(open_page):
    app = fill(open_page("intake"), content="静か", promise_time=PromiseTime.TODAY)
    set_severity(app, Severity.CRITICAL)
    save(app)

    (case,) = complaints()
    steps = context.live().for_user(SYSTEM).frame("activities")["content"].tolist()
    assert case.severity is Severity.CRITICAL
    assert "重大度: 低 → 最重要(人が変えた)" in steps


# A pasted report -----------------------------------------------------------------


def test_a_report_fills_the_form_for_review_and_saves_nothing(open_page):
    app = open_page("intake")
    app.session_state["intake_paste_open"] = True
    app.run()
    app.text_area(key=state.PASTED).set_value(
        "お名前：山田様\n電話番号：090-1234-5678\nご用件：届かない\n備考：夕方に"
    )
    press(app, "intake_read_report")

    found = fields(app)
    assert found["customer_name"].value == "山田"
    assert found["who"].value == PHONE
    assert found["content"].value == "届かない\n備考：夕方に"
    assert complaints() == []


def called_back(app):
    """Paste a report that wishes a call back tomorrow at five."""
    tomorrow = clock.today() + timedelta(days=1)
    app.session_state["intake_paste_open"] = True
    app.run()
    app.text_area(key=state.PASTED).set_value(
        f"ご用件：割れていた\n折返し：要({tomorrow:%m/%d} 17時まで)"
    )
    press(app, "intake_read_report")
    return fields(app)


def test_a_report_proposes_the_promise_and_the_matter(open_page):
    found = called_back(open_page("intake"))

    assert found["promise_time"].value is PromiseTime.OTHER
    assert found["next_promise_at"].value.hour == 17
    assert found["claim_type"].value == "不良品"


def test_a_report_keeps_the_promise_that_was_chosen(open_page):
    found = called_back(fill(open_page("intake"), promise_time=PromiseTime.HALF_HOUR))

    assert found["promise_time"].value is PromiseTime.HALF_HOUR
    assert "17時まで" in found["content"].value


def test_a_report_never_replaces_what_is_typed(open_page):
    app = fill(open_page("intake"), customer_name="鈴木", content="聞いたこと")
    app.session_state["intake_paste_open"] = True
    app.run()
    app.text_area(key=state.PASTED).set_value("お名前：山田\nご用件：届かない")
    press(app, "intake_read_report")

    found = fields(app)
    assert found["customer_name"].value == "鈴木"
    assert set(found["content"].value.splitlines()) == {
        "聞いたこと",
        "山田",
        "届かない",
    }


# The rules in 設定 -----------------------------------------------------------------


def test_a_rule_is_previewed_on_the_open_cases_and_then_moves_them(open_page, put):
    put(case := complaint(temper=Temper.ANGRY))
    page = open_page("settings")
    page.session_state["settings:rule:open"] = True
    page.run()
    page.selectbox(key="settings:rule").set_value("温度感が高い").run()
    (number,) = [n for n in page.number_input if n.key.endswith(":temper")]

    number.set_value(3).run()
    (told,) = [w.value for w in page.warning]
    assert "1件の重大度が変わります" in told.replace("\\", "")
    assert complaints()[0].severity is Severity.LOW

    page.button(key=number.key.replace(":temper", ":save")).click().run()

    (after,) = complaints()
    assert (after.id, after.severity) == (case.id, Severity.HIGH)
    assert after.severity_reason == "温度感が3以上"
