"""苦情受付: the least to type, chips, closing on the spot, drafts, and saving once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib import clock
from lib.actions.entry import Mark, PromiseTime
from lib.errors import StoreUnavailable
from lib.schema.complaint import Complaint
from lib.schema.masters import Member, Product
from lib.schema.principal import SYSTEM
from lib.schema.vocab import (
    ComplaintStatus,
    Harm,
    Request,
    Resolution,
    Role,
    Severity,
    Temper,
)
from lib.store.live import LiveStore
from lib.ui import context, drafting
from lib.ui.intake import receipt, state

pytestmark = pytest.mark.usefixtures("first_member")

FIRST_SCREEN = {
    "who",
    "customer_name",
    "product_code",
    "claim_type",
    "content",
    "request",
    "temper",
    "marks",
    "promise_time",
    "next_promise",
}
HARMFUL = [
    "=1+1",
    "+81 90",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "😀👩‍👩‍👧 𠮷野家",
    "一行目\n二行目\n# 見出し",
    "000123",
    "\u202eabc\u202c عربي",
    "あ" * 10_000,
]


def desk():
    return context.live().for_user(SYSTEM)


def complaints() -> list[Complaint]:
    store = desk()
    found = [store.record("complaints", key) for key in store.frame("complaints").index]
    return [case for case in found if isinstance(case, Complaint)]


def fields(app: AppTest) -> dict[str, Any]:
    """Return the widgets of the form by field name, those of 「あとで」 left out."""
    every = [
        *app.text_input,
        *app.text_area,
        *app.selectbox,
        *app.number_input,
        *app.button_group,
        *app.checkbox,
        *app.datetime_input,
        *app.date_input,
    ]
    prefix = "intake."
    return {
        widget.key.removeprefix(prefix): widget
        for widget in every
        if widget.key and widget.key.startswith(prefix)
    }


def asked(app: AppTest) -> set[str]:
    return set(fields(app)) - set(state.LATER) - {"lot", "people_involved"}


def fill(app: AppTest, **values: object) -> AppTest:
    """Set one field after the other, each with the run that follows."""
    for name, value in values.items():
        fields(app)[name].set_value(value).run()
    return app


def save(app: AppTest) -> AppTest:
    return app.button(key="intake_save").click().run()


def words(app: AppTest) -> str:
    told = [*app.markdown, *app.caption, *app.error, *app.title]
    return " ".join(str(element.value) for element in told).replace("\\", "")


def drafts(user: str = "hanako@example.jp"):
    return context.drafts().list(user, "intake")


# The least ---------------------------------------------------------------------


def test_the_first_screen_asks_the_nine_questions_and_no_more(open_page):
    app = open_page("intake")

    assert asked(app) == FIRST_SCREEN


def test_content_and_one_tap_are_saved_with_every_master_empty(open_page):
    app = fill(
        open_page("intake"), content="箱が空だった", promise_time=PromiseTime.HALF_HOUR
    )
    save(app)

    (case,) = complaints()
    assert case.content == "箱が空だった"
    assert case.next_promise_at == clock.now() + timedelta(minutes=30)
    assert (case.handler, case.receiver) == ("佐藤 花子", "佐藤 花子")
    assert case.received_at == clock.now()
    assert any(case.id in element.body for element in app.get("html"))
    assert receipt.spoken(case.id) in words(app)
    assert "11月21日(土) 11:00" in words(app)


def test_what_is_missing_is_named_at_the_field_and_beside_the_button(open_page):
    app = save(fill(open_page("intake"), customer_name="鈴木"))

    assert "内容を入力してください。" in words(app)
    assert [e.value for e in app.error] == [
        "まだ登録していません。直すところ: 内容、次の約束"
    ]
    assert fields(app)["customer_name"].value == "鈴木"
    assert complaints() == []


def test_a_problem_goes_as_soon_as_it_is_mended(open_page):
    app = save(open_page("intake"))

    fill(app, content="届かない")

    assert [e.value for e in app.error] == [
        "まだ登録していません。直すところ: 次の約束"
    ]


def test_products_are_offered_by_name_with_unknown_first(open_page, put):
    put(Product(code="SK-01", name="うるおい化粧水"))

    app = open_page("intake")

    assert fields(app)["product_code"].options == ["不明", "うるおい化粧水"]


def test_next_call_gives_an_empty_form(open_page):
    app = fill(
        open_page("intake"),
        content="届かない",
        temper=Temper.ANGRY,
        promise_time=PromiseTime.TODAY,
    )
    save(app)
    next(b for b in app.button if b.label == "次の電話を受ける").click().run()

    assert fields(app)["content"].value == ""
    assert fields(app)["temper"].value is None
    assert fields(app)["promise_time"].value is None


@pytest.mark.parametrize("text", HARMFUL)
def test_every_text_arrives_letter_for_letter(open_page, text):
    app = fill(
        open_page("intake"),
        content=text,
        customer_name=text,
        promise_time=PromiseTime.TODAY,
    )
    save(app)

    (case,) = complaints()
    assert (case.content, case.customer_name) == (text, text)


def test_what_can_wait_is_kept_when_it_is_folded_away_again(open_page):
    app = open_page("intake")
    assert "recording_url" not in fields(app)

    app.session_state[state.LATER_OPEN] = True
    app.run()
    fill(app, recording_url="10:12の通話", open_questions="色は?")
    app.session_state[state.LATER_OPEN] = False
    app.run()
    fill(app, content="届かない", promise_time=PromiseTime.TODAY)
    save(app)

    (case,) = complaints()
    assert (case.recording_url, case.open_questions) == ("10:12の通話", "色は?")


# Chips -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marks", "unfolded"),
    [
        ([Mark.SECOND], {"parent_id"}),
        ([Mark.HARM], {"harm", "symptom", "accident"}),
        ([Mark.LEAK, Mark.REFUSED, Mark.WISH], set()),
        ([Mark.HARASSMENT], {"harassment", "harassment_kind"}),
        ([Mark.OUTSIDE], {"outside_threat"}),
    ],
)
def test_a_chip_unfolds_exactly_the_fields_it_needs(open_page, marks, unfolded):
    app = fill(open_page("intake"), marks=marks)

    assert asked(app) == FIRST_SCREEN | unfolded


def test_the_proposed_severity_follows_the_taps_with_its_reasons(open_page):
    app = open_page("intake")
    assert "○ 低" in words(app)

    fill(app, temper=Temper.FURIOUS, claim_type="交換品も不良")

    assert "◆ 高" in words(app)
    assert "温度感が4以上" in words(app)
    assert "交換品も不良" in words(app)


def test_what_would_be_good_to_ask_is_listed_and_never_blocks(open_page):
    app = fill(
        open_page("intake"),
        claim_type="不良品",
        content="動かない",
        promise_time=PromiseTime.TODAY,
    )
    assert "ロット番号を聞くと、回収の範囲が決まります。" in words(app)

    save(app)

    assert len(complaints()) == 1


# Earlier cases -----------------------------------------------------------------


def test_an_earlier_case_of_the_customer_shows_with_the_contact_masked(open_page):
    app = fill(
        open_page("intake"),
        who="090-1234-5678 JP001",
        content="青汁が届かない",
        promise_time=PromiseTime.TODAY,
    )
    save(app)

    other = fill(open_page("intake"), who="０９０ １２３４ ５６７８")

    (case,) = complaints()
    shown = words(other)
    assert "以前の案件 1件" in shown
    assert "…5678" in shown
    assert "090-1234-5678" not in shown
    assert [link.label for link in other.get("page_link")] == [case.id]


# Closing on the spot -----------------------------------------------------------


def test_four_taps_close_a_case_on_the_spot(open_page):
    app = fill(open_page("intake"), content="使い方を聞きたい")

    fill(app, promise_time=PromiseTime.SOLVED)  # 1
    assert "next_promise" not in fields(app)
    fill(app, resolution=Resolution.EXPLANATION)  # 2
    fill(app, confirmed=True)  # 3
    save(app)  # 4

    (case,) = complaints()
    assert case.status is ComplaintStatus.CLOSED
    assert case.next_promise_at is None
    assert case.harm is Harm.NO
    assert "その場で解決として完了しました" in words(app)


def test_closing_names_what_is_left_to_answer(open_page):
    app = fill(
        open_page("intake"),
        content="かゆい",
        claim_type="肌トラブル・けが",
        promise_time=PromiseTime.SOLVED,
    )
    save(app)

    assert [e.value for e in app.error] == [
        "まだ登録していません。直すところ: 健康被害、解決内容、完了前の確認"
    ]
    assert complaints() == []


# Once, and never lost ----------------------------------------------------------


def test_the_second_click_of_a_double_click_saves_nothing_more(open_page, monkeypatch):
    app = fill(open_page("intake"), content="届かない", promise_time=PromiseTime.TODAY)
    once = state.save

    def twice(entry: str) -> None:
        once(entry)
        once(entry)

    monkeypatch.setattr(state, "save", twice)
    app.run()
    save(app)

    assert len(complaints()) == 1
    assert not app.error


def test_an_unreachable_store_loses_nothing_and_a_retry_saves_once(
    open_page, monkeypatch
):
    app = fill(open_page("intake"), content="届かない", promise_time=PromiseTime.TODAY)

    def down(*_args: object) -> None:
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(LiveStore, "commit", down)
        save(app)

    assert "入力はこのまま残ります" in words(app)
    assert fields(app)["content"].value == "届かない"
    save(app)
    assert len(complaints()) == 1


def test_another_language_and_another_page_keep_every_field(open_page, monkeypatch):
    app = fill(
        open_page("intake"),
        who="090-1234-5678",
        content="届かない",
        claim_type="欠品",
        request=Request.REFUND,
        temper=Temper.ANGRY,
        marks=[Mark.OUTSIDE],
        promise_time=PromiseTime.TOMORROW,
    )
    before = {name: widget.value for name, widget in fields(app).items()}

    # Not through the session: AppTest reads labels outside of it, in Japanese.
    monkeypatch.setattr(context, "language", lambda: "en")
    app.run()
    assert fields(app)["content"].label == "What happened (required)"
    assert {name: widget.value for name, widget in fields(app).items()} == before

    app.switch_page("../../pages/members.py").run()
    app.switch_page("../../pages/intake.py").run()
    assert {name: widget.value for name, widget in fields(app).items()} == before


# Drafts ------------------------------------------------------------------------


def test_what_was_typed_is_offered_again_after_the_window_is_gone(open_page):
    fill(
        open_page("intake"),
        content="長い話の途中",
        marks=[Mark.HARM, Mark.SECOND],
        temper=Temper.ANGRY,
        promise_time=PromiseTime.TOMORROW,
    )

    later = open_page("intake")
    assert "長い話の途中" in [element.value for element in later.text]
    next(b for b in later.button if b.label == "続きを書く").click().run()

    found = fields(later)
    assert found["content"].value == "長い話の途中"
    assert found["marks"].value == [Mark.HARM, Mark.SECOND]
    assert found["temper"].value is Temper.ANGRY
    save(later)
    (case,) = complaints()
    assert case.severity is Severity.HIGH
    assert drafts() == []


def test_two_windows_keep_a_draft_each(open_page):
    fill(open_page("intake"), content="一つ目")
    fill(open_page("intake"), content="二つ目")

    assert {draft.values["content"] for draft in drafts()} == {"一つ目", "二つ目"}


def test_a_draft_open_in_another_window_is_not_offered(open_page, monkeypatch):
    fill(open_page("intake"), content="別の窓で入力中")
    monkeypatch.setattr(drafting.windows, "is_held_elsewhere", lambda _entry: True)

    app = open_page("intake")

    assert not [b for b in app.button if b.label == "続きを書く"]


def test_the_draft_goes_with_the_words_to_the_next_operator(open_page, put):
    put(Member(email="jiro@example.jp", name="次郎", role=Role.CLERK))
    app = fill(open_page("intake", operator="hanako@example.jp"), content="途中")
    assert len(drafts()) == 1

    app.selectbox(key=context.OPERATOR).set_value("jiro@example.jp").run()

    assert drafts() == []
    (draft,) = drafts("jiro@example.jp")
    assert draft.values["content"] == "途中"


def test_an_emptied_form_leaves_no_draft(open_page):
    app = fill(open_page("intake"), content="書いて")
    assert len(drafts()) == 1

    fill(app, content="")
    app.run()

    assert drafts() == []


def test_a_draft_set_aside_makes_room_and_is_offered_at_once(open_page):
    app = fill(open_page("intake"), content="先の電話")

    app.button(key="intake_set_aside").click().run()

    assert fields(app)["content"].value == ""
    assert "先の電話" in [element.value for element in app.text]


def test_a_draft_saved_in_another_window_is_not_saved_twice(open_page):
    first = fill(
        open_page("intake"), content="同じ下書き", promise_time=PromiseTime.TODAY
    )
    second = open_page("intake")
    next(b for b in second.button if b.label == "続きを書く").click().run()

    save(first)
    save(second)

    assert len(complaints()) == 1


# Who may -----------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OUTSOURCED])
def test_only_staff_may_record(open_page, put, role):
    put(Member(email="other@example.jp", name="他の人", role=role, centre="TYO"))

    app = open_page("intake", operator="other@example.jp")

    assert "intake.content" not in [area.key for area in app.text_area]
