"""期限: one list of what can run out; a named person decides, finishes and moves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

import pytest

from lib import clock
from lib.actions.clocks import changing, feeding
from lib.metrics.deadline_views import View
from lib.schema.deadline import Deadline
from lib.schema.ids import new_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Member, Product
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import (
    AgencyKind,
    Applicability,
    DeadlineKind,
    Harm,
    ProductKind,
    Request,
    Role,
    Symptom,
)
from lib.settings import calendar_feed
from lib.store.access import UserStore
from lib.store.log_search import LogQuery
from lib.ui import context
from lib.ui.deadlines import listing, taking
from lib.ui.deadlines.saving import name_of
from tests.builders import complaint

pytestmark = pytest.mark.usefixtures("first_member")

ME = "佐藤 花子"
OTHER = Principal("mori@example.jp", "森", Role.MANAGER)


def system() -> UserStore:
    return context.live().for_user(SYSTEM)


def stored(seen: Deadline) -> Deadline:
    return cast("Deadline", system().record("deadlines", seen.id))


def leak(case_id: str, **values) -> Deadline:
    now = clock.now()
    return Deadline.parse(
        {
            "id": new_id("T", now),
            "case_id": case_id,
            "rule_code": "L1速報",
            "kind": DeadlineKind.STATUTORY,
            "started_at": now,
            "due_at": clock.at(date(2026, 11, 25), 23, 59),
            **values,
        }
    )


@pytest.fixture
def own(put) -> Deadline:
    case = complaint()
    made = leak(case.id)
    put(case, made)
    return made


def page(open_page, **query: str):
    app = open_page("deadlines")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def shown(app) -> str:
    parts = [
        *app.markdown,
        *app.caption,
        *app.text,
        *app.title,
        *app.info,
        *app.warning,
    ]
    return "\n".join(str(e.value).replace("\\", "") for e in parts)


def press(app, key: str, part: str):
    return app.button(key=name_of(key, part)).click().run()


def form(seen: Deadline, editor: str, field: str) -> str:
    return f"deadline-{seen.id}-{editor}.{field}"


# The list ---------------------------------------------------------------------------


def test_an_empty_list_says_what_starts_a_clock(open_page):
    said = shown(page(open_page))

    assert "いま動いている期限はありません。" in said
    assert "ひとりでに始まり" in said


def test_a_clock_stands_with_kind_rest_and_that_it_is_to_be_checked(open_page, own):
    app = page(open_page)

    (row,) = app.dataframe[0].value.to_dict("records")
    assert row["kind"] == ["■ 法定"]
    assert row["due"] == "11/25 23:59 · あと 4日"
    assert row["check"] == ["⚠ 目安・要確認"]
    assert row["case"] == own.case_id


def test_parts_and_kinds_narrow_the_list(open_page, put, own):
    case = complaint()
    late = leak(
        case.id,
        rule_code="L4製造元へ通知",
        kind=DeadlineKind.GUIDELINE,
        due_at=clock.now() - timedelta(hours=2),
    )
    put(case, late)
    app = page(open_page)
    assert list(app.dataframe[0].value["case"]) == [late.case_id, own.case_id]

    app.segmented_control(key=listing.VIEW).set_value(View.OVERDUE).run()
    assert list(app.dataframe[0].value["case"]) == [late.case_id]

    app.segmented_control(key=listing.VIEW).set_value(View.AHEAD).run()
    app.pills(key=listing.KINDS).set_value([DeadlineKind.STATUTORY]).run()
    assert list(app.dataframe[0].value["case"]) == [own.case_id]


def test_filters_that_hide_everything_can_be_taken_off(open_page, own):
    app = page(open_page)
    app.segmented_control(key=listing.VIEW).set_value(View.OVERDUE).run()
    assert "この絞り込みには、期限がありません。" in shown(app)

    app.button(key="deadlines.clear").click().run()

    assert list(app.dataframe[0].value["case"]) == [own.case_id]


def test_what_an_agency_waits_for_stands_in_the_same_list(open_page, put, own):
    inquiry = AgencyInquiry(
        id=new_id("G", clock.now()),
        first_contact_at=clock.now(),
        agency_kind=AgencyKind.CONSUMER_CENTRE,
        agency_name="みどり市",
    )
    put(inquiry)

    app = page(open_page)

    assert set(app.dataframe[0].value["case"]) == {own.case_id, inquiry.id}


# One clock ---------------------------------------------------------------------------


def test_an_open_clock_says_why_until_when_and_whose(open_page, own):
    said = shown(page(open_page, deadline=own.id))

    assert "漏えい等の速報" in said
    assert "11月25日(水) 23:59まで" in said
    assert "起算日を1日目とします(初日算入)" in said
    assert "個人情報保護法26条1項" in said
    assert "最終確認 2026/11/22" in said
    assert "目安・要確認" in said


def test_one_press_says_by_name_that_it_applies(open_page, own):
    app = page(open_page, deadline=own.id)

    press(app, own.id, "applies")

    assert not app.exception
    found = stored(own)
    assert (found.applies, found.checked_by) == (Applicability.APPLIES, ME)
    assert "目安・要確認" not in shown(app)


def test_not_applicable_needs_a_reason(open_page, own):
    app = page(open_page, deadline=own.id)
    press(app, own.id, "open:void")
    press(app, own.id, "save:void")
    assert "理由を書いてください。" in shown(app)
    assert stored(own).applies is Applicability.UNCHECKED

    app.text_input(key=form(own, "void", "check_reason")).set_value("1名のみ").run()
    press(app, own.id, "save:void")

    found = stored(own)
    assert found.applies is Applicability.NOT_APPLICABLE
    assert (found.checked_by, found.check_reason) == (ME, "1名のみ")


def test_a_decision_is_changed_with_a_reason(open_page, put):
    case = complaint()
    own = leak(case.id, applies=Applicability.APPLIES, checked_by=ME)
    put(case, own)
    app = page(open_page, deadline=own.id)
    press(app, own.id, "open:redecide")
    app.text_input(key=form(own, "redecide", "check_reason")).set_value("誤り").run()
    press(app, own.id, "save:redecide")

    assert stored(own).applies is Applicability.NOT_APPLICABLE


def test_it_is_done_with_its_proof_and_reopened_with_a_reason(open_page, put):
    case = complaint()
    own = leak(case.id, applies=Applicability.APPLIES, checked_by=ME)
    put(case, own)
    app = page(open_page, deadline=own.id)
    press(app, own.id, "open:done")
    where = form(own, "done", "evidence_url")
    app.text_input(key=where).set_value("https://example.jp/receipt").run()
    press(app, own.id, "save:done")

    assert not app.exception
    assert stored(own).done_at == clock.now()
    assert stored(own).evidence_url == "https://example.jp/receipt"

    press(app, own.id, "open:reopen")
    press(app, own.id, "save:reopen")
    assert "理由を書いてください。" in shown(app)
    app.text_input(key=form(own, "reopen", "reason")).set_value("控えがない").run()
    press(app, own.id, "save:reopen")
    assert stored(own).done_at is None


def test_the_end_is_moved_with_a_reason(open_page, own):
    app = page(open_page, deadline=own.id)
    press(app, own.id, "open:move")
    wanted = clock.at(date(2026, 11, 30), 12)
    app.datetime_input(key=form(own, "move", "due_at")).set_value(
        wanted.replace(tzinfo=None)
    ).run()
    app.text_input(key=form(own, "move", "change_reason")).set_value("先方と相談").run()
    press(app, own.id, "save:move")

    assert not app.exception
    assert stored(own).due_at == wanted
    assert "期限は後から変えています(理由: 先方と相談)" in shown(app)


def test_a_start_that_was_wrong_shows_the_new_end_before_it_is_saved(open_page, own):
    app = page(open_page, deadline=own.id)
    press(app, own.id, "open:recount")
    began = clock.at(date(2026, 11, 19), 9)
    app.datetime_input(key=form(own, "recount", "started_at")).set_value(
        began.replace(tzinfo=None)
    ).run()
    assert "2026/11/23 23:59 になります" in shown(app)

    reason = form(own, "recount", "change_reason")
    app.text_input(key=reason).set_value("委託先が先に知った").run()
    press(app, own.id, "save:recount")
    assert stored(own).due_at == clock.at(date(2026, 11, 23), 23, 59)


def test_where_somebody_was_quicker_nothing_typed_is_lost(open_page, own):
    app = page(open_page, deadline=own.id)
    press(app, own.id, "open:void")
    app.text_input(key=form(own, "void", "check_reason")).set_value("1名のみ").run()
    changing.confirm(
        context.live().for_user(OTHER),
        [stored(own)],
        Applicability.APPLIES,
        reason="",
        now=clock.now(),
        commit_id="other",
    )

    press(app, own.id, "save:void")

    said = shown(app)
    assert "ほかの人が先に変えました" in said
    assert "該当 森" in said
    assert stored(own).applies is Applicability.APPLIES
    typed = app.text_input(key=form(own, "void", "check_reason"))
    assert typed.value == "1名のみ"
    press(app, own.id, "save:void")
    assert stored(own).applies is Applicability.NOT_APPLICABLE
    assert stored(own).checked_by == ME


def test_a_strange_number_is_answered_calmly(open_page, own):
    app = page(open_page, deadline="T-261121-ZZZZZ")

    assert not app.exception
    assert "見つからないか、見る権限がありません。" in shown(app)


# The clocks of one case --------------------------------------------------------------


def test_the_clocks_of_a_case_are_decided_together(open_page, put):
    case = complaint()
    both = [leak(case.id), leak(case.id, rule_code="L1確報")]
    put(case, *both)
    app = page(open_page, case=case.id)
    key = name_of(case.id, "together")

    app.button(key=f"{key}:void").click().run()
    assert "理由を書いてください。" in shown(app)
    app.text_input(key=f"{key}:reason").set_value("誤って押した").run()
    app.button(key=f"{key}:void").click().run()

    assert not app.exception
    assert {stored(x).applies for x in both} == {Applicability.NOT_APPLICABLE}


def test_a_clock_that_asks_for_a_date_is_started_with_it(open_page, put):
    case = complaint(request=Request.REFUND)
    put(case)
    app = page(open_page, case=case.id)
    key = name_of(case.id, "add:L11返品期間")

    app.button(key=key).click().run()
    assert "先に日付を入れてください。" in shown(app)
    app.date_input(key=f"{key}:day").set_value(date(2026, 11, 20)).run()
    app.button(key=key).click().run()

    assert not app.exception
    rows = system().frame("deadlines")
    (made,) = [str(k) for k in rows.index]
    due = cast("Deadline", system().record("deadlines", made)).due_at
    assert due == clock.at(date(2026, 11, 27), 23, 59)


def test_a_complaint_shows_its_clocks_and_the_way_to_them(open_page, own):
    app = open_page("ledger")
    app.query_params["case"] = own.case_id
    app.run()

    assert "漏えい等の速報" in shown(app)
    assert "期限を確かめる・終える" in [x.label for x in app.main.get("page_link")]


# Around -------------------------------------------------------------------------------


def test_the_calendar_shows_a_clock_on_its_day(open_page, own):
    app = page(open_page, show="calendar")

    (entry,) = [b for b in app.button if "L1速報" in b.label]
    assert "■" in entry.label
    entry.click().run()
    assert "漏えい等の速報" in shown(app)


def test_like_cases_are_shown_with_both_numbers_and_why(open_page, put):
    now = clock.now()
    like = {
        "harm": Harm.TREATED,
        "symptom": Symptom.RASH,
        "product_code": "S1",
    }
    first = complaint(
        received_at=now - timedelta(days=4), contact="090-1111-2222", **like
    )
    second = complaint(contact="090-3333-4444", **like)
    clock_of = leak(second.id, rule_code="L7同じ症状")
    put(
        Product(code="S1", name="サプリ", kind=ProductKind.FUNCTIONAL_FOOD),
        first,
        second,
        clock_of,
    )
    app = page(open_page, deadline=clock_of.id)

    labels = [x.label.replace("\\", "") for x in app.main.get("page_link")]
    assert {first.id, second.id} <= set(labels)
    assert "同じ商品・同じ症状" in shown(app)
    assert "「サプリ」の製造販売元がまだ入っていません。" in shown(app)


def test_a_manager_makes_replaces_and_takes_back_the_address(open_page):
    app = page(open_page)
    app.session_state["deadlines.take"] = True
    app.run()
    app.button(key="deadlines.feed.make").click().run()
    first = calendar_feed.secret_of(context.place().data)
    assert first
    assert first in app.code[0].value

    app.button(key="deadlines.feed.renew").click().run()
    second = calendar_feed.secret_of(context.place().data)
    assert second not in ("", first)

    app.button(key="deadlines.feed.revoke").click().run()
    assert calendar_feed.secret_of(context.place().data) == ""


def test_a_clerk_is_not_shown_the_address(open_page, put):
    put(Member(email="c@example.jp", name="鈴木", role=Role.CLERK))
    calendar_feed.renew(context.place().data)
    app = open_page("deadlines", operator="c@example.jp")
    app.session_state["deadlines.take"] = True
    app.run()

    assert [*app.code] == []
    assert [b for b in app.button if b.key.startswith("deadlines.feed")] == []


# Rules --------------------------------------------------------------------------------

RULE = "deadlines.rule.L1速報"


def rules(open_page):
    app = page(open_page, show="rules")
    app.session_state["deadlines.rules"] = True
    return app.run()


def test_a_changed_rule_says_whom_it_would_move_and_moves_nobody_by_itself(
    open_page, own
):
    app = rules(open_page)
    app.number_input(key=f"{RULE}:length").set_value(3).run()
    assert "動いている1件は、前の規則の期限のままです。" in shown(app)
    app.button(key=f"{RULE}:save").click().run()
    assert "変える理由を書いてください。" in shown(app)

    app.text_input(key=f"{RULE}:reason").set_value("社内で早める").run()
    app.button(key=f"{RULE}:save").click().run()

    assert not app.exception
    assert stored(own).due_at == own.due_at
    (row,) = system().frame("settings").to_dict("records")
    assert row["value"].startswith("3日、初日を数える")
    log = system().audit("settings", f"期限の規則|L1速報|{clock.today()}")
    assert set(log["reason"]) == {"社内で早める"}


def test_running_clocks_come_along_where_a_manager_says_so(open_page, own):
    app = rules(open_page)
    app.number_input(key=f"{RULE}:length").set_value(3).run()
    app.checkbox(key=f"{RULE}:bring").check().run()
    app.text_input(key=f"{RULE}:reason").set_value("社内で早める").run()
    app.button(key=f"{RULE}:save").click().run()

    assert stored(own).due_at == clock.at(date(2026, 11, 23), 23, 59)


def test_a_clerk_reads_the_rules_and_changes_none(open_page, put):
    put(Member(email="c@example.jp", name="鈴木", role=Role.CLERK))
    app = open_page("deadlines", operator="c@example.jp")
    app.query_params["show"] = "rules"
    app.run()

    assert len(app.dataframe[0].value) > 20
    assert "deadlines.rules" not in app.session_state


@pytest.mark.parametrize("show", ["", "calendar", "rules"])
def test_a_rerun_takes_no_table(open_page, own, monkeypatch, show):
    app = page(open_page, show=show, deadline="" if show == "rules" else own.id).run()
    if show == "rules":
        app.session_state["deadlines.rules"] = True
        app.run()
    taken: list[str] = []
    frame = UserStore.frame
    monkeypatch.setattr(
        UserStore, "frame", lambda desk, name: taken.append(name) or frame(desk, name)
    )

    app.run()

    assert not app.exception
    assert taken == []


def test_dates_taken_away_as_a_file_stand_in_the_log(put, own):
    desk = system()

    assert taking._file(desk)().startswith(b"BEGIN:VCALENDAR")

    row = context.live().search_log(LogQuery()).rows.iloc[0]
    assert (row["table"], row["field_name"]) == ("clocks", feeding.EXPORTED)
