"""The workflow pressed through as people do it, each on a screen of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.actions.inquiries import deciding, mending
from lib.actions.inquiries.closing import Place
from lib.metrics.inquiries import Approval
from lib.schema.inquiry import AgencyInquiry
from lib.schema.learning import Improvement
from lib.schema.vocab import (
    AgencyKind,
    Decision,
    InquiryStatus,
    MendedPlace,
    Role,
)
from lib.store.access import UserStore
from lib.ui import context
from tests.actions.inquiries.conftest import (
    DRAFT,
    NOW,
    SATO,
    SUZUKI,
    TANAKA,
    inquiry,
    member,
    once,
)
from tests.actions.inquiries.test_mending import PLAN
from tests.actions.inquiries.test_sorting import HEARD
from tests.ui.inquiries.conftest import (
    desk_of,
    field,
    labels,
    opened,
    press,
    put,
    said,
    standing,
)

PREPARED = {**HEARD, "status": InquiryStatus.PREPARING}


def draft(app):
    """Write a whole answer into the second step."""
    field(app, "求めに応じるか").set_value(Decision.PARTLY)
    field(app, "根拠法令・ガイドライン").set_value("特定商取引法15条の3")
    field(app, "回答の案").set_value("返品をお受けします")
    return app.run()


def asked() -> AgencyInquiry:
    return deciding.ask_approval(desk_of(SATO), standing(), DRAFT, **once())


def approved() -> AgencyInquiry:
    return deciding.approve(desk_of(TANAKA), asked(), **once())


def test_from_the_call_to_the_end_by_two_people(given) -> None:
    given()
    clerk = opened(SATO)
    assert "整理します" in said(clerk)
    field(clerk, "先方の話(事実)").set_value("定期と知らなかった")
    field(clerk, "先方の要求").set_value("返金")
    clerk = press(clerk, "整理できた")
    assert standing().status is InquiryStatus.PREPARING

    clerk = press(draft(clerk), "承認を頼む")
    assert "承認待ち: 佐藤 花子さん以外のどなたか" in said(clerk)
    assert "承認する" not in labels(clerk)

    lead = opened(TANAKA)
    assert "返品をお受けします" in said(lead)
    lead = press(lead, "承認する")
    assert standing().approver == TANAKA

    clerk = press(opened(SATO), "回答した")
    assert standing().answered_at is not None

    clerk = press(clerk, "直すところを足す")
    field(clerk, "どこを直すか").set_value(MendedPlace.LANDING_PAGE)
    field(clerk, "いつまでに").set_value(NOW.date() + timedelta(days=2))
    clerk = press(clerk, "修正を始める")
    clerk = press(clerk, "直した")
    field(clerk, "修正後").set_value("https://example.jp/after.png")
    clerk = press(clerk, "直したことを残す")
    assert standing().mended_places == (MendedPlace.LANDING_PAGE,)

    clerk = press(clerk, "完了にする")
    assert standing().status is InquiryStatus.CLOSED
    assert "再開する" in labels(clerk)


def test_problems_stand_at_their_fields_and_what_was_typed_stays(given) -> None:
    given(**PREPARED)
    app = opened(SATO)
    field(app, "回答の案").set_value("返品をお受けします")

    app = press(app, "承認を頼む")

    assert "判断のもとにした法令・指針を選ぶか" in said(app)
    assert "応じるか、一部か、応じないか" in said(app)
    assert field(app, "回答の案").value == "返品をお受けします"
    assert standing().answer == ""


def test_a_law_chosen_from_the_list_is_written_below_once(given) -> None:
    given(**PREPARED)
    app = opened(SATO)
    offered = field(app, "法令・指針から選ぶ")
    law = next(o for o in offered.options if o.startswith("特定商取引法15条の3"))

    for _time in range(2):
        field(app, "法令・指針から選ぶ").select(law)
        app = app.run()

    ground = field(app, "根拠法令・ガイドライン").value
    assert ground.count("特定商取引法15条の3(") == 1
    assert field(app, "法令・指針から選ぶ").value is None


def test_the_approver_sends_back_with_a_reason_and_the_drafter_reads_it(given) -> None:
    given(**PREPARED)
    asked()
    lead = press(opened(TANAKA), "差し戻す")
    lead = press(lead, "差し戻す")
    assert "どこを直してほしいかを書いてください" in said(lead)
    field(lead, "どこを直してほしいか").set_value("送料の根拠も")
    press(lead, "差し戻す")

    clerk = opened(SATO)

    assert "差し戻されました" in said(clerk)
    assert "送料の根拠も" in said(clerk)
    assert "承認を頼む" in labels(clerk)


def test_rewriting_an_approved_answer_takes_the_approval_back(given) -> None:
    given(**PREPARED)
    approved()
    app = press(opened(SATO), "書き直す")
    assert "承認は取り消されます" in said(app)
    field(app, "回答の案").set_value("やはりお断りします")

    app = press(app, "途中で保存")

    assert standing().approved_at is None
    assert "承認は取り消されています" in said(app)


def test_giving_up_to_rewrite_leaves_everything(given) -> None:
    given(**PREPARED)
    before = approved()
    app = press(opened(SATO), "書き直す")
    field(app, "回答の案").set_value("やはりお断りします")

    app = press(app.run(), "やめる")

    assert standing() == before
    assert "回答した" in labels(app)


def test_two_who_write_choose_between_both_versions(given) -> None:
    given(**PREPARED)
    app = opened(SATO)
    field(app, "回答の案").set_value("佐藤の案")
    app = app.run()
    deciding.draft(desk_of(SUZUKI), standing(), {"answer": "鈴木の案"}, **once())

    app = press(app, "途中で保存")
    assert "ほかの人が同じところを先に変えました" in said(app)
    assert "佐藤の案" in said(app)
    assert "鈴木の案" in said(app)
    assert standing().answer == "鈴木の案"

    press(app, "選んだ内容で保存")
    assert standing().answer == "佐藤の案"


def test_going_back_from_a_conflict_keeps_what_was_typed(given) -> None:
    given(**PREPARED)
    app = opened(SATO)
    field(app, "回答の案").set_value("佐藤の案")
    app = app.run()
    deciding.draft(desk_of(SUZUKI), standing(), {"answer": "鈴木の案"}, **once())

    app = press(press(app, "途中で保存"), "入力に戻る")

    assert field(app, "回答の案").value == "佐藤の案"


def test_what_others_save_shows_while_nothing_is_typed(given) -> None:
    given(**PREPARED)
    app = opened(SATO)
    deciding.draft(desk_of(SUZUKI), standing(), {"answer": "鈴木の案"}, **once())

    assert field(app.run(), "回答の案").value == "鈴木の案"


def test_approving_what_was_changed_meanwhile_is_refused(given) -> None:
    given(**PREPARED)
    asked()
    lead = opened(TANAKA)
    changed = {**DRAFT, "answer": "こっそり変えた"}
    deciding.ask_approval(desk_of(SATO), standing(), changed, **once())

    lead = press(lead, "承認する")

    assert standing().approved_at is None
    assert "こっそり変えた" in said(lead)


def test_a_double_click_approves_once(given) -> None:
    given(**PREPARED)
    asked()
    lead = opened(TANAKA)
    again = opened(TANAKA)

    press(lead, "承認する")
    press(again, "承認する")

    rows = desk_of(TANAKA).frame("activities")
    given_ = rows[rows["status_after"] == Approval.GIVEN.value]
    assert len(given_) == 1


# Agencies one follows ---------------------------------------------------------------


@pytest.fixture
def authority(given):
    return given(**PREPARED, agency_kind=AgencyKind.CONSUMER_AGENCY)


def test_an_agency_one_follows_speaks_calmly_and_first_of_the_executives(
    authority,
) -> None:
    app = opened(SATO)
    assert "反論せず、指示に従って進めます" in said(app)
    assert "まず、この連絡を経営に伝えます" in said(app)

    app = press(app, "経営に伝えた")

    assert standing().executives_told_by == SATO
    assert "経営にまだ伝えていません" not in said(app)


def test_an_instruction_is_noted_and_followed(authority) -> None:
    app = press(opened(SATO), "指示を足す")
    field(app, "何を求められたか(必須)").set_value("資料を出す")
    field(app, "いつまでに").set_value((NOW + timedelta(days=2)).replace(tzinfo=None))
    app = press(app, "指示を残す")
    assert "資料を出す" in said(app)

    app = press(app, "対応した")
    field(app, "どう対応したか").set_value("持参した")
    app = press(app, "対応を残す")

    (task,) = desk_of(SATO).frame("tasks").itertuples()
    assert (task.note, task.done_by) == ("持参した", SATO)


def test_a_no_asks_for_the_lawyer_and_keeps_the_reason(authority) -> None:
    app = opened(SATO)
    field(app, "求めに応じるか").set_value(Decision.DECLINE)
    app = app.run()
    assert "弁護士に相談します" in said(app)
    field(app, "根拠法令・ガイドライン").set_value("特定商取引法15条の3")
    field(app, "回答の案").set_value("応じられません")
    app = press(app, "承認を頼む")
    assert "弁護士への相談を残すか" in said(app)

    field(app, "相談しないなら、その理由").set_value("先週相談した")
    press(app, "承認を頼む")

    assert standing().decision is Decision.DECLINE


def test_a_lawyers_word_does_not_touch_what_is_being_written(authority) -> None:
    app = opened(SATO)
    field(app, "求めに応じるか").set_value(Decision.DECLINE)
    field(app, "回答の案").set_value("応じられません")
    app = app.run()
    field(app, "だれに相談し、何と言われたか").set_value("山本弁護士: よい")

    app = press(app, "相談を残す")

    assert field(app, "回答の案").value == "応じられません"
    assert "弁護士に相談します" not in said(app)


# Other people -----------------------------------------------------------------------


def test_who_only_reads_sees_the_words_and_presses_nothing(given) -> None:
    given(**PREPARED)
    asked()

    app = opened("見る人")

    assert "返品をお受けします" in said(app)
    assert labels(app) == set()


def test_one_who_works_alone_gives_a_reason(given) -> None:
    only = member(SATO, Role.ADMIN)
    put(only, inquiry(**PREPARED))
    app = draft(opened(SATO))
    app = press(app, "単独で承認する")
    assert "一人で決める理由を書いてください" in said(app)

    field(app, "一人で決める理由(必須)").set_value("一人の会社")
    app = press(app, "単独で承認する")

    assert standing().sole_approval_reason == "一人の会社"
    assert "単独承認" in said(app)


# Side by side -----------------------------------------------------------------------


def test_a_question_is_put_down_and_answered_while_facts_are_typed(given) -> None:
    given()
    app = opened(SATO)
    field(app, "先方の話(事実)").set_value("まだ書きかけ")
    field(app, "聞くこと").set_value("申込みの日")
    app = press(app, "足す")

    assert field(app, "先方の話(事実)").value == "まだ書きかけ"
    field(app, "申込みの日").set_value("11月3日")
    app = press(app, "答える")

    assert "申込みの日" not in {w.label for w in app.text_input}
    assert any("11月3日" in c for c in desk_of(SATO).frame("activities")["content"])


def test_closing_too_early_names_everything_and_leads_there(given) -> None:
    given(**PREPARED)
    app = opened(SATO)
    field(app, "3つの手順").set_value(Place.MEND)
    app = app.run()

    app = press(app, "完了にする")

    assert standing().is_open
    assert "回答がまだ承認されていません" in said(app)
    app = press(app, "回答の内容がまだありません。")
    assert field(app, "回答の案").value == ""


def test_an_unfinished_mend_leads_to_its_end(given) -> None:
    given(**PREPARED)
    mending.begin(desk_of(SATO), approved(), PLAN, **once())
    app = opened(SATO)
    field(app, "3つの手順").set_value(Place.MEND)
    app = press(app.run(), "修正が終わっていません: 解約ボタンを上に出す")

    assert "直したことを残す" in labels(app)


def test_the_panel_reads_in_english(given) -> None:
    given(**PREPARED)
    asked()
    app = opened(SATO)
    app.session_state[context.LANGUAGE] = "en"

    app = app.run()

    assert "承認" not in "".join(labels(app))


def test_an_inquiry_is_linked_to_what_another_case_put_right(given) -> None:
    given(**PREPARED)
    approved()
    put(Improvement(id="S-261101-AAAAA", title="総額を上に出す"))
    app = opened(SATO)
    field(app, "3つの手順").set_value(Place.MEND)
    app = press(app.run(), "すでにある改善につなぐ")
    app = press(app, "つなぐ")
    assert "どの改善につなぐかを選んでください" in said(app)

    field(app, "改善").set_value("S-261101-AAAAA")
    app = press(app, "つなぐ")

    assert standing().improvement_id == "S-261101-AAAAA"
    assert "総額を上に出す" in said(app)


@pytest.mark.parametrize("place", [Place.SORT, Place.DECIDE, Place.MEND])
def test_a_rerun_takes_no_table_from_the_store(given, monkeypatch, place) -> None:
    given(**PREPARED, agency_kind=AgencyKind.CONSUMER_AGENCY)
    app = opened(SATO)
    field(app, "3つの手順").set_value(place)
    app = app.run()
    taken: list[str] = []
    frame = UserStore.frame
    monkeypatch.setattr(
        UserStore, "frame", lambda desk, name: taken.append(name) or frame(desk, name)
    )

    app.run()

    # The one that the panel of the test itself asks for which inquiry to show.
    assert set(taken) <= {"agency_inquiries"}


def test_one_button_of_a_screen_is_the_main_one(given) -> None:
    given(**PREPARED, agency_kind=AgencyKind.CONSUMER_AGENCY)
    app = opened(SATO)

    assert mains(app) == ["経営に伝えた"]
    assert mains(press(app, "指示を足す")) == ["指示を残す"]
    app = press(app, "やめる")
    assert mains(press(app, "経営に伝えた")) == ["承認を頼む"]


def mains(app) -> list[str]:
    return [b.label for b in app.button if b.proto.type == "primary"]
