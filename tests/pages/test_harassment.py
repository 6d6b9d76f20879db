"""カスハラ対応: what each role meets, one press for help, one press for a talk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import clock
from lib.actions.entry import Mark
from lib.schema.ids import read_id
from lib.schema.masters import Centre, Member
from lib.schema.principal import SYSTEM
from lib.schema.vocab import CareKind, Flag, Harassment, Role, Temper
from lib.settings import harassment
from lib.ui import context
from tests.builders import complaint
from tests.pages.test_intake import fill, words

MANAGER = Member(email="m@example.jp", name="大西 拓也", role=Role.MANAGER)
CLERK = Member(email="c@example.jp", name="平野 楓", role=Role.CLERK)
AGENT = Member(
    email="a@example.jp", name="小田 健介", role=Role.OUTSOURCED, centre="SPR"
)
VIEWER = Member(email="v@example.jp", name="加藤", role=Role.VIEWER)

OWED = "応対した人へのフォロー"


@pytest.fixture(autouse=True)
def people(first_member, put) -> None:
    put(
        *(MANAGER, CLERK, AGENT, VIEWER),
        Centre(code="SPR", name="札幌センター", phone_reports=Flag.YES),
    )


@pytest.fixture
def case(put):
    """Return a call of thirty hours ago in which an outsourced agent was harassed."""
    found = complaint(
        received_at=clock.now() - timedelta(hours=30),
        receiver=AGENT.name,
        received_centre="SPR",
        handler=CLERK.name,
        harassment=Harassment.CONFIRMED,
        next_promise_at=clock.now() + timedelta(days=1),
    )
    put(found)
    return found


def as_(open_page, who: Member, page: str = "harassment", **query: str):
    app = open_page(page, operator=who.email)
    if query:
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
    assert not app.exception
    return app


def shown(app) -> str:
    links = " ".join(link.label for link in app.get("page_link"))
    text = " ".join(element.value for element in app.text)
    heads = " ".join(element.value for element in app.subheader)
    return f"{words(app)} {links} {text} {heads}".replace("\\", "")


def records():
    desk = context.live().for_user(SYSTEM)
    keys = desk.frame("care_records").index
    return [desk.record("care_records", key) for key in keys]


def press(app, key: str):
    return app.button(key=key).click().run()


# What each role meets --------------------------------------------------------------


@pytest.mark.parametrize("who", [CLERK, AGENT, MANAGER], ids=lambda m: m.role.code)
def test_whoever_answers_calls_reads_the_policy_and_can_ask_for_help(open_page, who):
    app = as_(open_page, who)

    text = shown(app)
    for setting in (harassment.STEPS, harassment.CRITERIA, harassment.EVIDENCE):
        for entry in harassment.entries(setting.default):
            assert entry.name in text
    assert "46.8%" in text
    assert "#9110" in text
    assert app.button(key="consult:send")


@pytest.mark.parametrize("who", [CLERK, AGENT], ids=lambda m: m.role.code)
def test_who_is_owed_what_is_nobody_elses_business(open_page, case, who):
    app = as_(open_page, who)

    assert OWED not in shown(app)
    assert [b.key for b in app.button if str(b.key).startswith("care:")] == []


def test_a_viewer_is_shown_nothing(open_page, case):
    app = as_(open_page, VIEWER)

    assert list(app.subheader) == []
    assert len(app.error) == 1


# A talk ----------------------------------------------------------------------------


def test_a_manager_writes_a_talk_down_in_one_press(open_page, case):
    app = as_(open_page, MANAGER)
    text = shown(app)
    assert AGENT.name in text
    assert "札幌センター" in text
    assert "超過" in text
    key = f"care:{case.id}:{CareKind.DAY.code}"
    app.text_input(key=f"{key}:note").set_value("落ち着いていた").run()

    press(app, f"{key}:done")

    found = {record.kind: record for record in records()}
    assert set(found) == {CareKind.DAY, CareKind.WEEK}
    assert found[CareKind.DAY].note == "落ち着いていた"
    assert {r.done_by for r in found.values()} == {MANAGER.name}
    assert "待っている声かけも相談もありません" in shown(app)
    assert not app.error


def test_what_the_talk_was_not_about_stays_owed(open_page, case):
    app = as_(open_page, MANAGER)
    key = f"care:{case.id}:{CareKind.DAY.code}"
    app.checkbox(key=f"{key}:in:{case.id}:{CareKind.WEEK.code}").uncheck().run()

    press(app, f"{key}:done")

    assert [record.kind for record in records()] == [CareKind.DAY]
    assert "K-" in shown(app)
    assert "7日" in shown(app)


def test_with_nothing_chosen_nothing_is_written(open_page, case):
    app = as_(open_page, MANAGER)
    key = f"care:{case.id}:{CareKind.DAY.code}"
    for kind in (CareKind.DAY, CareKind.WEEK):
        app.checkbox(key=f"{key}:in:{case.id}:{kind.code}").uncheck()

    press(app.run(), f"{key}:done")

    assert records() == []
    assert [w.value for w in app.warning] == ["どの件の声かけかを選んでください。"]


def test_what_the_next_person_said_is_written_after_a_press(open_page, case, put):
    later = complaint(
        receiver=CLERK.name,
        temper=Temper.FURIOUS,
        received_at=clock.now() - timedelta(hours=2),
    )
    put(later)
    key = f"care:{later.id}:{CareKind.DAY.code}"
    app = as_(open_page, MANAGER)
    assert f"{key}:note" not in {widget.key for widget in app.text_input}

    press(app, f"{key}:write")
    app.text_input(key=f"{key}:note").set_value("休みを取る").run()
    press(app, f"{key}:done")

    notes = {record.for_whom: record.note for record in records()}
    assert notes == {CLERK.name: "休みを取る"}
    assert not app.error


def test_a_call_that_nobody_signed_is_shown_and_leads_to_its_case(open_page, put):
    unsigned = complaint(receiver="", handler="", temper=Temper.FURIOUS)
    put(unsigned)

    app = as_(open_page, MANAGER)

    assert "応対した人が未記入" in shown(app)
    assert unsigned.id in shown(app)
    assert [b.key for b in app.button if str(b.key).endswith(":done")] == []


def test_past_talks_are_listed_for_managers(open_page, case):
    app = as_(open_page, MANAGER)
    press(app, f"care:{case.id}:{CareKind.DAY.code}:done")
    app.session_state["care:past"] = True
    app.run()

    assert case.id in app.dataframe[0].value.to_csv()


# Asking for help -------------------------------------------------------------------


@pytest.mark.parametrize("who", [CLERK, AGENT], ids=lambda m: m.role.code)
def test_one_press_asks_for_help_and_gives_a_receipt(open_page, who):
    app = press(as_(open_page, who), "consult:send")

    (asked,) = records()
    assert (asked.kind, asked.for_whom) == (CareKind.CONSULTATION, who.name)
    (receipt,) = app.success
    assert asked.id in receipt.value.replace("\\", "")
    assert read_id(asked.id) == asked.id


def test_a_receipt_is_shown_to_nobody_else_at_the_same_screen(open_page):
    app = press(as_(open_page, CLERK), "consult:send")
    app.selectbox(key=context.OPERATOR).set_value(MANAGER.email).run()

    assert list(app.success) == []


def test_what_was_confided_is_heard_by_a_manager(open_page):
    app = as_(open_page, AGENT)
    app.text_area(key="consult:note").set_value("次も自分だと思うと不安").run()
    press(app, "consult:send")
    (asked,) = records()

    managing = as_(open_page, MANAGER)
    assert "次も自分だと思うと不安" in shown(managing)
    press(managing, f"care:{asked.id}:heard")

    (heard,) = records()
    assert heard.done_by == MANAGER.name
    assert heard.note == "次も自分だと思うと不安"
    assert "次も自分だと思うと不安" not in shown(managing)


def test_a_case_named_in_the_address_goes_with_the_request(open_page, case):
    app = as_(open_page, AGENT, case=case.id)
    assert f"{case.id} について" in shown(app)

    press(app, "consult:send")

    assert records()[0].case_id == case.id


def test_a_case_of_others_is_not_even_known(open_page, put):
    foreign = complaint()
    put(foreign)
    app = as_(open_page, AGENT, case=foreign.id)
    assert foreign.id not in shown(app)

    press(app, "consult:send")

    assert records()[0].case_id == ""


# The words -------------------------------------------------------------------------


def test_what_a_manager_writes_in_the_settings_an_agent_reads(open_page):
    page = as_(open_page, MANAGER, "settings")
    page.session_state["settings:harassment:open"] = True
    page.run()
    page.selectbox(key="settings:harassment").set_value(harassment.STEPS.field).run()
    key = f"settings:harassment:{harassment.STEPS.field}"
    page.text_area(key=key).set_value("赤い札を上げる: すぐ誰かが来ます。").run()
    press(page, f"{key}:save")
    assert not page.error

    text = shown(as_(open_page, AGENT))

    assert "赤い札を上げる" in text
    assert "一人で受けない" not in text


def test_an_english_reader_finds_our_words_in_english(open_page):
    app = open_page("harassment", operator=CLERK.email, language="en")

    assert "Never alone" in shown(app)


# On other pages --------------------------------------------------------------------


def test_the_steps_stand_beside_a_call_as_soon_as_it_is_marked(open_page):
    app = open_page("intake")
    assert "一人で受けない" not in words(app)

    fill(app, marks=[Mark.HARASSMENT])

    assert "一人で受けない" in words(app)
    assert "お電話を切らせていただきます" in words(app)


def test_today_tells_a_manager_without_a_name_and_a_clerk_nothing(open_page, case):
    told = as_(open_page, MANAGER, "today")

    assert OWED in [link.label for link in told.get("page_link")]
    assert any("期限超過 1件" in text.value for text in told.markdown)
    assert OWED not in shown(as_(open_page, CLERK, "today"))
    assert OWED not in shown(as_(open_page, VIEWER, "today"))


def test_the_case_tells_a_manager_what_it_owes_and_leads_all_to_the_policy(
    open_page, case
):
    policy = "カスハラ対応: 手順・証拠・相談"
    managing = shown(as_(open_page, MANAGER, "ledger", case=case.id))
    assert policy in managing
    assert f"{AGENT.name} " in managing
    assert "24時間" in managing

    answering = shown(as_(open_page, CLERK, "ledger", case=case.id))
    assert policy in answering
    assert "24時間 " not in answering


def test_a_heated_case_shows_its_duty_to_managers_alone(open_page, put):
    heated = complaint(temper=Temper.FURIOUS)
    put(heated)

    assert OWED in shown(as_(open_page, MANAGER, "ledger", case=heated.id))
    assert OWED not in shown(as_(open_page, CLERK, "ledger", case=heated.id))
