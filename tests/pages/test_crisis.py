"""重大事案: opened in one press from a complaint, worked by one press a step."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest

from lib import clock
from lib.actions.crises import opening, parts, reading, working
from lib.actions.entry import Mark, PromiseTime
from lib.schema.complaint import Complaint
from lib.schema.crisis import Crisis
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member, Product
from lib.schema.principal import SYSTEM, Principal
from lib.schema.task import Task
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    CrisisKind,
    CrisisStatus,
    GraveAccident,
    Role,
)
from lib.store.access import UserStore
from lib.ui import context, navigation
from lib.ui.crisis import saving
from tests.builders import complaint

pytestmark = pytest.mark.usefixtures("first_member")

MANAGER = Principal("mori@example.jp", "森", Role.MANAGER)


def desk() -> UserStore:
    return context.live().for_user(MANAGER)


def system() -> UserStore:
    return context.live().for_user(SYSTEM)


def opened(kind=CrisisKind.MISTAKE, **values) -> Crisis:
    now = clock.now()
    first = {"title": "二重に請求した", "known_at": now - timedelta(hours=3)}
    return opening.open_crisis(
        desk(), {"kind": kind, **first, **values}, now=now, commit_id=new_commit_id()
    )


def task(crisis: Crisis, step: str) -> Task:
    return next(t for t in parts.tasks_of(desk(), crisis.id) if t.step == step)


def page_of(open_page, crisis: Crisis):
    app = open_page("crisis")
    app.query_params["crisis"] = crisis.id
    return app.run()


def key(of: str, part: str) -> str:
    return saving.name_of(of, part)


def shown(app) -> str:
    parts_of = [*app.markdown, *app.caption, *app.text, *app.title, *app.info]
    return "\n".join(str(e.value).replace("\\", "") for e in parts_of)


def labels(app) -> list[str]:
    return [b.label.replace("\\", "") for b in app.button]


# The way in -------------------------------------------------------------------------


def test_an_empty_page_says_when_to_open_one(open_page):
    app = open_page("crisis")

    said = shown(app)
    for kind in CrisisKind:
        assert kind.value in said
    assert "重大事案を開く" in labels(app)


def test_the_form_opens_a_crisis_and_shows_it(open_page):
    app = open_page("crisis")
    app.button(key=key("new", "start")).click().run()
    app.button(key=key("new", "save")).click().run()
    assert "入力してください。" in shown(app)

    app.text_input(key="crisis-new.title").set_value("名簿を誤送信").run()
    app.button(key=key("new", "save")).click().run()

    assert not app.exception
    (crisis,) = opening.open_ones(desk())
    assert (crisis.title, crisis.kind) == ("名簿を誤送信", CrisisKind.LEAK)
    assert app.title[0].value == "名簿を誤送信"
    assert app.query_params["crisis"] in (crisis.id, [crisis.id])


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"leak": Answered.YES}, CrisisKind.LEAK),
        (
            {"accident": GraveAccident.FIRE, "product_code": "P1"},
            CrisisKind.ACCIDENT,
        ),
        ({"service_failure": Answered.YES}, CrisisKind.MISTAKE),
    ],
)
def test_one_press_on_a_complaint_opens_it(open_page, put, answers, kind):
    case = complaint(**answers)
    put(case, Product(code="P1", name="加湿器"))
    app = open_page("ledger")
    app.query_params["case"] = case.id
    app.run()

    app.button(key=key(case.id, f"open:{kind.code}")).click().run()

    assert not app.exception
    (crisis,) = opening.open_ones(desk())
    assert crisis.kind is kind
    assert "加湿器" in crisis.title or kind is not CrisisKind.ACCIDENT
    after = cast("Complaint", system().record("complaints", case.id))
    assert after.crisis_id == crisis.id
    assert crisis.id in [link.label for link in app.main.get("page_link")]


def test_a_like_crisis_is_joined_in_one_press(open_page, put):
    crisis = opened(CrisisKind.LEAK)
    case = complaint(leak=Answered.YES)
    put(case)
    app = open_page("ledger")
    app.query_params["case"] = case.id
    app.run()

    app.button(key=key(case.id, f"join:{crisis.id}")).click().run()

    after = cast("Complaint", system().record("complaints", case.id))
    assert after.crisis_id == crisis.id


@pytest.mark.parametrize(
    ("marks", "more", "kind"),
    [
        ([Mark.LEAK], {}, CrisisKind.LEAK),
        ([Mark.HARM], {"accident": GraveAccident.FIRE}, CrisisKind.ACCIDENT),
        ([Mark.SLIP], {}, CrisisKind.MISTAKE),
    ],
)
def test_the_receipt_of_a_call_offers_it(open_page, marks, more, kind):
    app = open_page("intake")
    app.text_area(key="intake.content").set_value("大変なことになった").run()
    app.button_group(key="intake.marks").set_value(marks).run()
    for name, value in more.items():
        app.button_group(key=f"intake.{name}").set_value(value).run()
    app.button_group(key="intake.promise_time").set_value(PromiseTime.TODAY).run()
    app.button(key="intake_save").click().run()
    (number,) = system().frame("complaints").index

    app.button(key=key(number, f"open:{kind.code}")).click().run()

    assert not app.exception
    (crisis,) = opening.open_ones(desk())
    assert crisis.kind is kind
    assert crisis.id in [link.label for link in app.main.get("page_link")]


def test_a_calm_complaint_offers_nothing(open_page, put):
    case = complaint()
    put(case)
    app = open_page("ledger")
    app.query_params["case"] = case.id
    app.run()

    assert not [label for label in labels(app) if "重大事案" in label]


def test_the_address_of_a_complaint_leads_to_its_crisis(open_page, put):
    crisis = opened()
    case = complaint(crisis_id=crisis.id)
    put(case)
    app = open_page("crisis")
    app.query_params["case"] = case.id
    app.run()

    assert app.title[0].value == crisis.title


def test_an_unknown_number_is_answered_calmly(open_page):
    app = open_page("crisis")
    app.query_params["crisis"] = "C-261121-ZZZZZ"
    app.run()

    assert not app.exception
    assert "見つからない" in shown(app)


# The list ------------------------------------------------------------------------------


def test_one_press_does_a_step_and_another_takes_it_back(open_page):
    crisis = opened()
    step = task(crisis, "ミス・止める")
    app = page_of(open_page, crisis)

    app.checkbox(key=key(step.id, "done")).check().run()
    assert not app.exception
    done = task(crisis, "ミス・止める")
    assert done.done_by == "佐藤 花子"
    assert app.checkbox(key=key(step.id, "done")).value is True

    app.checkbox(key=key(step.id, "done")).uncheck().run()
    assert task(crisis, "ミス・止める").is_open


def test_the_next_step_stands_on_top_and_is_done_in_one_press(open_page):
    crisis = opened()
    app = page_of(open_page, crisis)
    assert "次にすること" in shown(app)

    app.button(key=key(crisis.id, "next")).click().run()

    assert not task(crisis, "ミス・止める").is_open


def test_a_step_that_needs_an_entry_opens_the_form_for_it(open_page):
    crisis = opened()
    step = task(crisis, "ミス・専門家")
    app = page_of(open_page, crisis)

    app.checkbox(key=key(step.id, "done")).check().run()
    assert task(crisis, "ミス・専門家").is_open
    form = saving.form_name(crisis.id, "told")
    app.text_area(key=f"{form}.content").set_value("弁護士に電話した").run()
    app.button(key=key(crisis.id, "save:told")).click().run()

    assert not app.exception
    assert not task(crisis, "ミス・専門家").is_open
    board = reading.board(desk(), crisis.id, clock.now())
    assert [e.content for e in board.told[ActivityKind.EXPERT]] == ["弁護士に電話した"]


def test_a_publication_without_a_place_is_asked_for_it(open_page):
    crisis = opened()
    app = page_of(open_page, crisis)
    app.button(key=key(crisis.id, "log:publication")).click().run()
    form = saving.form_name(crisis.id, "told")
    app.text_area(key=f"{form}.content").set_value("お知らせを出した").run()

    app.button(key=key(crisis.id, "save:told")).click().run()
    assert "公表した場所" in shown(app)
    assert app.text_area(key=f"{form}.content").value == "お知らせを出した"

    app.text_input(key=f"{form}.evidence_url").set_value("https://example.jp/a").run()
    app.button(key=key(crisis.id, "save:told")).click().run()
    assert not task(crisis, "ミス・公表").is_open


def test_a_step_is_waived_with_a_reason(open_page):
    crisis = opened()
    step = task(crisis, "ミス・研修")
    app = page_of(open_page, crisis)
    app.button(key=key(step.id, "more")).click().run()
    app.button(key=key(step.id, "waive")).click().run()
    editor = f"waive-{step.id}"
    form = saving.form_name(crisis.id, editor)

    app.button(key=key(crisis.id, f"save:{editor}")).click().run()
    assert "しない理由を書いてください。" in shown(app)
    app.text_input(key=f"{form}.waived_reason").set_value("先月した").run()
    app.button(key=key(crisis.id, f"save:{editor}")).click().run()

    assert task(crisis, "ミス・研修").waived_reason == "先月した"
    assert "しないと決めた: 先月した" in shown(app)


def test_what_cannot_be_left_out_offers_no_way_out(open_page):
    crisis = opened()
    step = task(crisis, "ミス・止める")
    app = page_of(open_page, crisis)

    app.button(key=key(step.id, "more")).click().run()

    assert key(step.id, "waive") not in {b.key for b in app.button}
    assert "この手順は省けません。" in shown(app)


def test_owner_and_note_of_a_step_are_saved(open_page):
    crisis = opened()
    step = task(crisis, "ミス・原因")
    app = page_of(open_page, crisis)
    app.button(key=key(step.id, "more")).click().run()
    editor = f"step-{step.id}"
    form = saving.form_name(crisis.id, editor)

    app.selectbox(key=f"{form}.owner").set_value("佐藤 花子").run()
    app.text_area(key=f"{form}.note").set_value("経理と確認").run()
    app.button(key=key(crisis.id, f"save:{editor}")).click().run()

    after = task(crisis, "ミス・原因")
    assert (after.owner, after.note) == ("佐藤 花子", "経理と確認")


def test_a_step_of_one_s_own_is_added(open_page):
    crisis = opened()
    app = page_of(open_page, crisis)
    app.button(key=key(crisis.id, "add-step")).click().run()
    form = saving.form_name(crisis.id, "new-step")

    app.text_input(key=f"{form}.title").set_value("銀行に行く").run()
    app.button(key=key(crisis.id, "save:new-step")).click().run()

    assert "この件だけの手順" in shown(app)
    assert "銀行に行く" in {t.title for t in parts.tasks_of(desk(), crisis.id)}


# Numbers ------------------------------------------------------------------------------


def test_people_are_counted_and_unknown_is_a_dash(open_page):
    crisis = opened()
    app = page_of(open_page, crisis)
    assert "まだ数がわかりません" in shown(app)

    app.button(key=key(crisis.id, "open:people")).click().run()
    form = saving.form_name(crisis.id, "people")
    app.number_input(key=f"{form}.affected_known").set_value(40).run()
    app.number_input(key=f"{form}.affected_informed").set_value(10).run()
    app.button(key=key(crisis.id, "save:people")).click().run()

    said = shown(app)
    assert "40人" in said
    assert "25.0%" in said
    assert "—" in said


def test_a_count_that_a_colleague_changed_asks_which_one_stays(open_page):
    crisis = opened()
    app = page_of(open_page, crisis)
    app.button(key=key(crisis.id, "open:people")).click().run()
    form = saving.form_name(crisis.id, "people")
    app.number_input(key=f"{form}.affected_known").set_value(40).run()
    working.edit(
        desk(),
        crisis,
        {"affected_known": 12, "affected_informed": 3},
        now=clock.now(),
        commit_id=new_commit_id(),
    )

    app.button(key=key(crisis.id, "save:people")).click().run()
    assert "12人" in shown(app)
    assert "40人" in shown(app)
    app.button(key=key(crisis.id, "settle")).click().run()

    after = cast("Crisis", system().record("crises", crisis.id))
    assert (after.affected_known, after.affected_informed) == (40, 3)


def test_lots_are_added_counted_and_their_gaps_named(open_page, put):
    put(Product(code="P1", name="ゼリー"))
    crisis = opened(CrisisKind.ACCIDENT, product_code="P1")
    app = page_of(open_page, crisis)
    form = saving.form_name(crisis.id, "new-lot")
    for lot, shipped, recovered in (("A1", 200, 50), ("A2", 100, None)):
        app.button(key=key(crisis.id, "open:new-lot")).click().run()
        app.text_input(key=f"{form}.lot").set_value(lot).run()
        app.number_input(key=f"{form}.shipped").set_value(shipped).run()
        if recovered is not None:
            app.number_input(key=f"{form}.recovered").set_value(recovered).run()
        app.button(key=key(crisis.id, "save:new-lot")).click().run()
        assert not app.exception

    said = shown(app)
    assert "出荷 300個 → 回収 50個" in said
    assert "数のわからないロットがあります(出荷 0、回収 1)" in said

    app.button(key=key(f"{crisis.id}|P1|A2", "edit")).click().run()
    editor = saving.form_name(crisis.id, "lot-1")
    app.number_input(key=f"{editor}.recovered").set_value(25).run()
    app.button(key=key(crisis.id, "save:lot-1")).click().run()
    assert "出荷 300個 → 回収 75個" in shown(app)


def test_its_clocks_stand_on_its_page_with_the_way_to_settle_them(open_page):
    crisis = opened(CrisisKind.LEAK)

    app = page_of(open_page, crisis)

    assert "漏えい等の速報" in shown(app)
    assert "期限を確かめる・終える" in {
        link.label for link in app.main.get("page_link")
    }


def test_without_a_clock_it_says_so(open_page):
    assert "この事案で始まった期限はありません" in shown(page_of(open_page, opened()))


# Its complaints and its end ----------------------------------------------------------


def test_a_complaint_comes_in_by_its_number_and_goes(open_page, put):
    crisis = opened()
    case = complaint()
    put(case)
    app = page_of(open_page, crisis)

    app.text_input(key=key(crisis.id, "number")).set_value(case.id.lower()).run()
    app.button(key=key(crisis.id, "join")).click().run()
    board = reading.board(desk(), crisis.id, clock.now())
    assert [c.id for c in board.cases] == [case.id]

    app.button(key=key(case.id, "leave")).click().run()
    assert reading.board(desk(), crisis.id, clock.now()).cases == ()


def test_a_wrong_number_is_said(open_page):
    crisis = opened()
    app = page_of(open_page, crisis)
    app.text_input(key=key(crisis.id, "number")).set_value("あとで").run()

    app.button(key=key(crisis.id, "join")).click().run()

    assert "受付番号を確かめてください" in app.warning[0].value


def test_complaints_that_point_here_are_offered(open_page, put):
    crisis = opened(CrisisKind.LEAK)
    case = complaint(leak=Answered.YES)
    put(case)
    app = page_of(open_page, crisis)

    app.button(key=key(case.id, "take-in")).click().run()

    after = cast("Complaint", system().record("complaints", case.id))
    assert after.crisis_id == crisis.id


def test_closing_waits_for_what_is_named(open_page):
    crisis = opened()
    app = page_of(open_page, crisis)

    close = app.button(key=key(crisis.id, "close"))
    assert close.disabled
    assert "残っていること" in shown(app)

    assert any("手順: 被害が広がるのを止める" in label for label in labels(app))


def test_every_open_step_leads_from_the_end_to_its_editor(open_page):
    crisis = opened()
    app = page_of(open_page, crisis)
    left = [task for task in parts.tasks_of(system(), crisis.id) if task.is_open]

    for step in left:
        assert app.button(key=key(crisis.id, f"missing:{step.id}")).label
    last = left[-1]
    app.button(key=key(crisis.id, f"missing:{last.id}")).click().run()

    form = saving.form_name(crisis.id, f"step-{last.id}")
    assert app.text_area(key=f"{form}.note")


def test_a_crisis_is_cancelled_and_reopened_with_reasons(open_page):
    crisis = opened()
    app = page_of(open_page, crisis)
    app.button(key=key(crisis.id, "cancel")).click().run()
    form = saving.form_name(crisis.id, "cancel")
    app.text_input(key=f"{form}.reason").set_value("勘違い").run()
    app.button(key=key(crisis.id, "save:cancel")).click().run()
    assert system().record("crises", crisis.id).status is CrisisStatus.CANCELLED

    app.button(key=key(crisis.id, "reopen")).click().run()
    form = saving.form_name(crisis.id, "reopen")
    app.text_input(key=f"{form}.reason").set_value("やはり").run()
    app.button(key=key(crisis.id, "save:reopen")).click().run()

    assert system().record("crises", crisis.id).status is CrisisStatus.WORKING


def test_a_complaint_that_is_to_be_closed_is_led_to_the_list(open_page, put):
    crisis = opened()
    case = complaint(crisis_id=crisis.id)
    put(case)
    app = open_page("ledger")
    app.query_params["case"] = case.id
    app.run()

    app.button(key=f"case:{case.id}:open:close").click().run()

    assert "重大事案の手順が残っています" in shown(app)
    (link,) = [
        found for found in app.main.get("page_link") if found.label == "そこを開く"
    ]
    assert link.proto.page == "crisis"
    assert case.id in link.proto.query_string


# Elsewhere ----------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["today", "queue"])
def test_an_open_crisis_stands_on_top_with_what_is_late(open_page, put, code):
    crisis = opened()
    put(complaint())

    app = open_page(code)

    links = [link.label.replace("\\", "") for link in app.main.get("page_link")]
    assert f"**{crisis.title}**" in links
    assert "被害が広がるのを止める" in shown(app)


def test_without_one_nothing_stands_there(open_page, put):
    put(complaint())

    assert "重大事案" not in shown(open_page("today"))


def test_a_viewer_is_shown_no_crisis(open_page, put):
    opened()
    put(complaint(), Member(email="v@example.jp", name="加藤", role=Role.VIEWER))

    app = open_page("today", operator="v@example.jp")

    assert "二重に請求した" not in shown(app)


def test_it_is_in_nobody_s_menu_and_in_everybody_s_settings():
    entry = navigation.entry("crisis")

    assert set(entry.roles) <= set(entry.tucked)


def test_a_rerun_of_an_open_crisis_takes_no_table(open_page, put, monkeypatch):
    crisis = opened(CrisisKind.ACCIDENT)
    put(complaint(crisis_id=crisis.id))
    app = page_of(open_page, crisis).run()
    taken: list[str] = []
    frame = UserStore.frame
    monkeypatch.setattr(
        UserStore, "frame", lambda desk, name: taken.append(name) or frame(desk, name)
    )

    app.run()

    assert not app.exception
    assert taken == []


@pytest.mark.parametrize("code", ["today", "queue"])
def test_neither_do_the_pages_that_show_it_on_top(open_page, put, monkeypatch, code):
    opened()
    put(complaint())
    app = open_page(code).run()
    taken: list[str] = []
    frame = UserStore.frame
    monkeypatch.setattr(
        UserStore, "frame", lambda desk, name: taken.append(name) or frame(desk, name)
    )

    app.run()

    assert taken == []


# 設定 ---------------------------------------------------------------------------------

STEPS = "settings:crisis"


def open_steps(open_page, step: str):
    app = open_page("settings")
    app.session_state[f"{STEPS}:open"] = True
    app.run()
    app.segmented_control(key=f"{STEPS}:kind").set_value(CrisisKind.MISTAKE).run()
    return app.selectbox(key=f"{STEPS}:mistake:step").set_value(step).run()


def test_a_manager_changes_a_step_from_a_day_on(open_page):
    app = open_steps(open_page, "ミス・止める")
    name = f"{STEPS}:mistake:ミス・止める"

    app.number_input(key=f"{name}:number").set_value(6).run()
    app.button(key=f"{name}:save").click().run()

    assert not app.exception
    assert task(opened(), "ミス・止める").due_at == clock.now() + timedelta(hours=3)


def test_a_manager_adds_a_step(open_page):
    app = open_steps(open_page, "")
    name = f"{STEPS}:mistake:"
    app.button(key=f"{name}:save").click().run()
    assert "何をするかを書いてください。" in shown(app)

    app.text_input(key=f"{name}:title").set_value("銀行に電話する").run()
    app.button(key=f"{name}:save").click().run()

    assert not app.exception
    assert task(opened(), "銀行に電話する").title == "銀行に電話する"
