"""対応待ち driven without a browser: order, filters, promises, hand-overs, many at once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from lib import clock
from lib.actions import handover
from lib.actions.handover import TAKEN_WITHIN
from lib.actions.outcomes import OUTCOMES, Result
from lib.actions.searching import name_slug
from lib.schema.deadline import Deadline
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import (
    AgencyKind,
    ComplaintKind,
    ComplaintStatus,
    DeadlineKind,
    Done,
    EscalationStatus,
    Promise,
    Role,
    SecondaryCause,
    Severity,
    Source,
    Temper,
)
from lib.ui import context, handing_over
from tests.builders import complaint

CLERK = Member(
    email="clerk@example.jp", name="平野 楓", role=Role.CLERK, rank=10, title="担当"
)
CHIEF = Member(
    email="chief@example.jp", name="大西 拓也", role=Role.MANAGER, rank=40, title="室長"
)
HEAD = Member(
    email="head@example.jp", name="長谷川 恵", role=Role.ADMIN, rank=45, title="部長"
)


@pytest.fixture(autouse=True)
def people(first_member, put):
    put(CLERK, CHIEF, HEAD)


@pytest.fixture
def queue(open_page):
    """Give the function that opens the queue on a query."""

    def opened(who: Member | None = None, *, language="ja", **query):
        page = open_page(
            "queue", language=language, operator=who.email if who else CHIEF.email
        )
        page.query_params.update(query)
        return well(page.run())

    return opened


def well(page):
    assert not page.exception
    assert [e.value for e in page.error] == []
    return page


def stored(number: str):
    return context.live().for_user(SYSTEM).record("complaints", number)


def told(page) -> str:
    """Return what the page says, without what makes its Markdown inert."""
    said = " ".join(e.value for e in (*page.markdown, *page.caption, *page.warning))
    return said.replace("\\", "")


def rows(page) -> list[str]:
    """Return the contents of the rows in their order."""
    return page.dataframe[0].value["content"].tolist()


def case(name: str, **values):
    return complaint(**{"content": name, "handler": CLERK.name, **values})


def test_the_list_stands_in_its_order_and_says_why(queue, put):
    now = clock.now()
    law = case("law", next_promise_at=now + timedelta(days=3))
    put(
        case("plain", next_promise_at=now + timedelta(days=3)),
        case("hot", temper=Temper.HOSTILE, next_promise_at=now + timedelta(days=3)),
        case("late", next_promise_at=now - timedelta(hours=3)),
        case("grave", severity=Severity.CRITICAL),
        law,
        Deadline(
            id="T-1",
            case_id=law.id,
            rule_code="L1速報",
            kind=DeadlineKind.STATUTORY,
            started_at=now,
            due_at=now + timedelta(days=2),
        ),
    )

    page = queue()

    assert rows(page) == ["law", "grave", "late", "hot", "plain"]
    why = page.dataframe[0].value["why"].tolist()
    assert why[0].startswith("法定の期限まで")
    assert "(該当は未確認)" in why[0]
    assert why[1].startswith("▲ 最重要")
    assert why[2].startswith("約束を3時間超過")
    assert why[3].startswith("温度感 5悪意")


def test_the_overdue_call_back_stands_before_anything_else(queue, put):
    now = clock.now()
    put(
        case("today", next_promise_at=now + timedelta(hours=1)),
        case("overdue", next_promise_at=now - timedelta(hours=1)),
        case("older", next_promise_at=now - timedelta(days=1)),
    )

    page = queue()

    lines = [
        e.value for e in page.markdown if "badge[" in e.value and "折返し" in e.value
    ]
    assert [
        next(n for n in ("older", "overdue", "today") if n in line) for line in lines
    ] == ["older", "overdue", "today"]
    assert "超過 2件" in told(page) or "超過 2件" in " ".join(
        b.value for b in page.get("badge")
    )


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda o: o.code)
def test_one_press_says_how_it_went_and_what_is_next(queue, put, outcome):
    due = clock.now() - timedelta(minutes=5)
    put(one := case("a", next_promise=outcome.promises[-1], next_promise_at=due))

    page = queue(CLERK)
    well(page.menu_button(key=f"queue.result.{one.id}").click(outcome).run())

    after = stored(one.id)
    assert after.next_promise_at > clock.now()
    waiting = outcome.result is Result.ASKED_TO_WAIT
    assert (after.status is ComplaintStatus.WAITING_CUSTOMER) is waiting
    reached = outcome.result in (Result.REACHED, Result.ASKED_TO_WAIT)
    assert (after.first_reply_at is not None) is reached
    steps = context.live().for_user(SYSTEM).frame("activities")
    assert outcome.told in steps["content"].iloc[0]


def test_filters_by_person(queue, put):
    put(case("mine", handler=CHIEF.name), case("hers"), case("nobodys", handler=""))

    assert sorted(rows(queue())) == ["hers", "mine", "nobodys"]
    assert rows(queue(handler="me")) == ["mine"]
    assert rows(queue(handler="none")) == ["nobodys"]
    assert rows(queue(handler=name_slug(CLERK.name))) == ["hers"]


def test_the_pills_lead_to_the_same_filters(queue, put):
    put(case("mine", handler=CHIEF.name), case("hers"))
    page = queue()

    page.button_group(key="queue.whose").set_value("me").run()

    assert rows(well(page)) == ["mine"]
    assert page.query_params["handler"] == "me"


def test_the_next_key_walks_down_the_list(queue, put):
    put(
        first := case("first", severity=Severity.CRITICAL),
        second := case("second"),
    )
    page = queue()

    page.button(key="queue.step.J").click().run()
    assert page.query_params["case"] == first.id
    page.button(key="queue.step.J").click().run()
    assert page.query_params["case"] == second.id
    assert page.button(key="queue.step.J").disabled
    page.button(key="queue.step.K").click().run()
    assert page.query_params["case"] == first.id


def test_an_agency_stands_in_the_same_list_and_opens_beside_it(queue, put):
    put(
        case("plain"),
        AgencyInquiry(
            id="G-261121-AAAAA",
            first_contact_at=clock.now(),
            agency_kind=AgencyKind.CONSUMER_AGENCY,
            agency_name="消費者庁",
            facts="表示の根拠",
        ),
    )

    page = queue(case="G-261121-AAAAA")

    assert rows(page)[0] == "消費者庁 表示の根拠"
    assert "G-261121-AAAAA" in [s.value.replace("\\", "") for s in page.subheader]
    assert "表示の根拠" in [t.value for t in page.text]


# Many at once ----------------------------------------------------------------------


@pytest.fixture
def imported(put):
    put(
        *(
            case(
                f"old {n}",
                source=Source.IMPORT,
                handler="",
                next_promise=None,
                next_promise_at=None,
                received_at=clock.now() - timedelta(days=300 + n),
            )
            for n in range(3)
        )
    )


def open_many(page):
    page.session_state["queue.many"] = True
    return well(page.run())


@pytest.mark.usefixtures("imported")
def test_imported_cases_are_grey_last_and_never_late(queue, put):
    put(case("new", next_promise_at=clock.now() + timedelta(days=1)))

    found = queue().dataframe[0].value

    assert found["content"].iloc[0] == "new"
    assert set(found["standing"].iloc[1:].map(lambda chips: chips[0])) == {"○ 対象外"}
    assert set(found["left"].iloc[1:]) == {"—"}
    assert found["why"].iloc[1] == "取り込んだまま。日付を決める"


def tick(page, *contents: str):
    """Choose the rows with these contents in the grid, and no other."""
    at = [rows(page).index(content) for content in contents]
    marks = {"selection": {"rows": at, "columns": [], "cells": []}}
    # Put into the session's state it would be no press: no callback runs for it.
    states = page._tree.get_widget_states()
    states.widgets.add(id=page.dataframe[0].proto.id, string_value=json.dumps(marks))
    return well(page._run(states))


@pytest.mark.usefixtures("imported")
def test_imported_cases_get_a_handler_and_a_date_together(queue):
    page = open_many(queue(promise="none"))
    well(page.button(key="queue.many.top").click().run())
    page.selectbox(key="queue.many.handler").set_value(CLERK.name).run()
    well(page.button(key="queue.many.assign").click().run())
    page = open_many(queue(promise="none"))
    well(page.button(key="queue.many.top").click().run())
    well(page.button(key="queue.many.date").click().run())

    frame = context.live().for_user(SYSTEM).frame("complaints")
    assert set(frame["handler"]) == {CLERK.name}
    tomorrow = clock.at(clock.today() + timedelta(days=1), 10)
    assert {at.to_pydatetime() for at in frame["next_promise_at"]} == {tomorrow}
    steps = context.live().for_user(SYSTEM).frame("activities")
    assert len(steps) == 6


@pytest.mark.usefixtures("imported")
def test_any_cases_of_the_list_change_together_and_no_other(queue):
    page = open_many(queue(promise="none"))
    first, between, last = rows(page)

    tick(page, first, last)
    page.selectbox(key="queue.many.handler").set_value(CLERK.name).run()
    well(page.button(key="queue.many.assign").click().run())

    frame = context.live().for_user(SYSTEM).frame("complaints")
    by_content = dict(zip(frame["content"], frame["handler"], strict=True))
    assert by_content == {first: CLERK.name, between: "", last: CLERK.name}
    assert page.button(key="queue.many.assign").disabled


@pytest.mark.usefixtures("imported")
def test_what_would_change_together_is_named_first(queue):
    page = open_many(queue(promise="none"))
    numbers = list(context.live().for_user(SYSTEM).frame("complaints").index)

    def named() -> list[str]:
        said = "\n".join(caption.value for caption in page.caption).replace("\\", "")
        return [number for number in numbers if number in said]

    assert named() == []
    assert page.button(key="queue.many.assign").disabled
    well(page.button(key="queue.many.top").click().run())
    assert named() == numbers
    tick(page, rows(page)[1])
    assert len(named()) == 1
    well(page.button(key="queue.many.none").click().run())
    assert named() == []


def test_what_an_agency_asks_is_left_out_and_said(queue, put):
    put(
        case("call", next_promise_at=clock.now() + timedelta(days=1)),
        AgencyInquiry(
            id="G-261121-AAAAA",
            first_contact_at=clock.now(),
            agency_kind=AgencyKind.CONSUMER_AGENCY,
            agency_name="消費者庁",
            facts="表示の根拠",
        ),
    )
    page = open_many(queue())

    tick(page, *rows(page))

    assert "行政からの連絡 1件は変わりません" in told(page)
    assert "1件を変えます" in told(page)


@pytest.mark.usefixtures("imported")
def test_nobody_and_a_past_time_are_refused(queue):
    page = open_many(queue(promise="none"))
    tick(page, rows(page)[0])

    page.button(key="queue.many.assign").click().run()

    assert "担当者を選んでください。" in told(page)
    page.session_state["queue.many.at"] = clock.now().replace(tzinfo=None)
    page.button(key="queue.many.date").click().run()
    assert "これから先の日時を選んでください。" in told(page)
    assert set(context.live().for_user(SYSTEM).frame("complaints")["handler"]) == {""}


# Hand-overs ------------------------------------------------------------------------


def test_two_taps_hand_a_case_over(queue, put):
    put(one := case("hot", temper=Temper.FURIOUS))
    page = queue(CLERK, case=one.id)

    well(page.button(key=f"case:{one.id}:open:handover").click().run())
    assert "「お電話を替わりました。室長の大西でございます。」" in told(page)
    assert "もう一度聞かないこと" in told(page)
    well(page.button(key=f"case:{one.id}:save").click().run())

    assert stored(one.id).handler == CHIEF.name
    assert "大西 拓也 さんが受けるのを待っています。" in told(page)


def test_a_lower_rank_can_be_chosen_with_a_warning(queue, put):
    put(one := case("a", handler=CHIEF.name))
    page = queue(case=one.id)
    page.button(key=f"case:{one.id}:open:handover").click().run()

    page.selectbox(key=f"case-{one.id}-handover.successor").set_value(CLERK.email).run()

    assert "職位が低い人です" in told(page)


def handed_over(one, to: Member = CHIEF):
    live = context.live()
    return handover.hand_over(
        live.for_user(Principal.of(CLERK)),
        stored(one.id),
        handover.Wish(successor=to),
        now=clock.now(),
        commit_id=f"{one.id}|test",
    )


def test_the_successor_presses_taken_on_the_list(queue, put):
    put(one := case("hot"))
    made = handed_over(one)

    page = queue(CHIEF)
    assert "平野 楓 さんから引き継ぎ" in told(page)
    well(page.button(key=f"take:queue:{made.id}").click().run())

    after = context.live().for_user(SYSTEM).record("escalations", made.id)
    assert (after.status, after.taken_by) == (EscalationStatus.WORKING, CHIEF.name)
    assert page.query_params["case"] == one.id


def test_the_giver_is_told_when_nobody_took_it(queue, put, monkeypatch):
    put(one := case("hot"))
    handed_over(one)
    later = clock.now() + TAKEN_WITHIN
    monkeypatch.setenv(clock.FIXED_BY, later.isoformat())

    # On the screen at once, before anything is written down.
    words = "大西 拓也 さんが10分以内に受けなかったため、長谷川 恵 さんに移りました。"
    assert words in told(queue(CLERK))

    assert handing_over.look() == 1
    assert handing_over.look() == 0
    assert stored(one.id).handler == HEAD.name
    assert "平野 楓 さんから引き継ぎ" in told(queue(HEAD))


def test_who_is_above_takes_a_case_over_in_one_press(queue, put):
    put(one := case("hot"))
    page = queue(CHIEF, case=one.id)

    well(page.button(key=f"case:{one.id}:take_over").click().run())

    assert stored(one.id).handler == CHIEF.name
    assert "引き継ぎカード(平野 楓 → 大西 拓也)" in [e.label for e in page.expander]


def test_course_and_prevention_end_a_hand_over(queue, put):
    put(one := case("hot"))
    made = handed_over(one)
    handover.take(context.live().for_user(Principal.of(CHIEF)), made, now=clock.now())
    page = queue(CHIEF, case=one.id)
    page.button(key=f"case:{one.id}:open:course").click().run()

    page.button(key=f"case:{one.id}:course:True").click().run()
    assert "経緯を書いてください" in told(page)
    form = f"case-{one.id}-course"
    page.text_area(key=f"{form}.course").set_value("返信が遅れた").run()
    page.text_area(key=f"{form}.prevention").set_value("10分前に知らせる").run()
    page.button_group(key=f"{form}.introduced").set_value(Done.DONE).run()
    well(page.button(key=f"case:{one.id}:course:True").click().run())

    after = context.live().for_user(SYSTEM).record("escalations", made.id)
    assert (after.status, after.course) == (EscalationStatus.RESOLVED, "返信が遅れた")


# Second complaints ------------------------------------------------------------------


def test_a_hostile_second_complaint_says_that_it_could_not_be_prevented(queue, put):
    put(
        first := case("first", customer_key="same"),
        second := case(
            "second",
            kind=ComplaintKind.SECOND,
            temper=Temper.HOSTILE,
            customer_key="same",
            handling_minutes=95,
        ),
    )
    page = queue(CHIEF, case=second.id)

    assert "防げない・早く収める" in told(page)
    assert "この件に95分" in told(page)
    page.menu_button(key=f"case:{second.id}:second:link").click(first.id).run()
    assert stored(second.id).parent_id == first.id


def test_the_cause_of_a_second_complaint_is_noted_without_a_hand_over(queue, put):
    put(one := case("second", kind=ComplaintKind.SECOND, parent_id="K-1"))
    page = queue(CHIEF, case=one.id)
    page.button(key=f"case:{one.id}:second:course").click().run()
    form = f"case-{one.id}-course"

    page.button_group(key=f"{form}.secondary_cause").set_value(
        SecondaryCause.WAITING
    ).run()
    well(page.button(key=f"case:{one.id}:course:False").click().run())

    assert "待ち時間" in told(page)


# Roles ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "shows"),
    [
        (Role.ADMIN, True),
        (Role.MANAGER, True),
        (Role.CLERK, True),
        (Role.VIEWER, False),
        (Role.OUTSOURCED, False),
    ],
)
def test_who_meets_the_page(open_page, put, role, shows):
    who = Member(
        email="x@example.jp",
        name="X",
        role=role,
        centre="TYO" if role is Role.OUTSOURCED else "自社",
    )
    put(who, case("a"))

    page = open_page("queue", operator=who.email)

    assert (len(page.title) == 1) is shows
    assert (len(page.dataframe) == 1) is shows


@pytest.mark.usefixtures("imported")
def test_no_open_case_without_a_promise_can_be_made(put):
    from lib.actions import cases
    from lib.errors import InvalidRecord
    from lib.schema.ids import new_commit_id

    put(
        done := case(
            "done",
            source=Source.IMPORT,
            status=ComplaintStatus.CLOSED,
            next_promise=None,
            next_promise_at=None,
        )
    )
    desk = context.live().for_user(Principal.of(CLERK))

    with pytest.raises(InvalidRecord) as refused:
        cases.change(
            desk,
            stored(done.id),
            {"status": ComplaintStatus.WORKING, "next_promise": Promise.ANSWER},
            now=clock.now(),
            commit_id=new_commit_id(),
        )

    assert [p.field for p in refused.value.problems] == ["next_promise_at"]


def test_intake_shows_the_successor_what_waits_and_keeps_what_is_typed(open_page, put):
    put(one := case("hot"))
    handed_over(one)

    assert "引き継ぎ" not in told(well(open_page("intake", operator=HEAD.email).run()))
    page = well(open_page("intake", operator=CHIEF.email).run())
    page.text_area(key="intake.content").set_value("話の途中").run()
    (take,) = [b for b in page.button if (b.key or "").startswith("take:elsewhere")]
    well(take.click().run())

    assert stored(one.id).handler == CHIEF.name
    assert page.text_area(key="intake.content").value == "話の途中"
    assert not [b for b in page.button if (b.key or "").startswith("take:")]


def test_today_shows_the_successor_what_waits(open_page, put):
    put(one := case("hot"))
    handed_over(one)

    assert "引き継ぎ" not in told(well(open_page("today", operator=HEAD.email).run()))
    page = well(open_page("today", operator=CHIEF.email).run())

    assert "平野 楓 さんから引き継ぎ" in told(page)
