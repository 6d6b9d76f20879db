"""「招待」: a link for each, one press to switch off, and seeing the app as they will."""

import re

import pytest

from lib import clock
from lib.actions import signing_in
from lib.schema.masters import Centre, Member
from lib.schema.vocab import AuditRoute, Flag, Role
from lib.settings import calendar_feed
from lib.signin.sessions import Standing
from lib.store.live import LiveStore
from lib.ui import context
from tests.store.rows import change, saving

GOOD = "kaminari-to-tsukemono-42"
FORM = "invitation"

BOSS = Member(email="boss@example.jp", name="佐藤 花子", role=Role.ADMIN)
MANAGER = Member(email="manager@example.jp", name="高橋 由美", role=Role.MANAGER)
CLERK = Member(email="clerk@example.jp", name="鈴木 次郎", role=Role.CLERK)
AGENT = Member(
    email="agent@example.jp", name="小田 健介", role=Role.OUTSOURCED, centre="SPR"
)


@pytest.fixture(autouse=True)
def people(put):
    put(Centre(code="SPR", name="春センター"), BOSS, MANAGER, CLERK, AGENT)


@pytest.fixture
def open_signed_in(monkeypatch, open_page):
    """Give the function that opens a page as who has come in through the door."""
    monkeypatch.setenv("MIMAMORI_SIGN_IN", "on")

    def opened(code, member=BOSS):
        desk = context.sign_in_desk()
        token = desk.sessions.begin(member.email, clock.now())
        session = desk.sessions.of_token(token, clock.now())
        monkeypatch.setattr(context, "_session_id", lambda: session.id)
        return open_page(code)

    return opened


def choose(app, member):
    app.selectbox(key=f"{FORM}:who").set_value(member.email).run()
    return app


def errors(app):
    return [error.value for error in app.error]


def test_without_sign_in_the_page_says_what_is_missing(open_page):
    app = open_page("invitations", operator=BOSS.email)

    assert "サインインがまだ設定されていません" in app.info[0].value
    assert choose(app, CLERK).button(key=f"{FORM}:link").disabled
    assert set(app.dataframe[0].value["link"]) == {"サインインの設定後"}


def typed_into_the_sheet(monkeypatch, member, **values):
    """Change a member as a person does who edits the sheet."""
    monkeypatch.setattr(LiveStore, "mends", True)
    signing_in.principal_of(context.sign_in_desk(), member.email)
    context.live().commit(saving(change(member, **values), route=AuditRoute.SHEET_SEEN))


def test_a_role_typed_into_the_sheet_is_confirmed_by_an_administrator_alone(
    open_signed_in, monkeypatch
):
    monkeypatch.setenv("MIMAMORI_SIGN_IN", "on")
    typed_into_the_sheet(monkeypatch, CLERK, role=Role.ADMIN)

    app = open_signed_in("invitations", MANAGER)
    assert app.button(key="held_back:0").disabled

    app = open_signed_in("invitations")
    assert "シートでは 管理者" in app.text[0].value
    app.button(key="held_back:0").click().run()

    found = signing_in.principal_of(context.sign_in_desk(), CLERK.email)
    assert found.role is Role.ADMIN
    assert not [b for b in app.button if b.key == "held_back:0"]


def test_a_clerk_who_reaches_the_data_check_is_told_of_it_too(
    open_signed_in, monkeypatch
):
    monkeypatch.setenv("MIMAMORI_SIGN_IN", "on")
    typed_into_the_sheet(monkeypatch, AGENT, role=Role.MANAGER)

    app = open_signed_in("data_check", CLERK)

    assert "シートで直接書きかえられています" in app.warning[0].value


def test_a_link_is_made_with_the_text_to_send(open_signed_in):
    app = choose(open_signed_in("invitations"), CLERK)
    app.button(key=f"{FORM}:link").click().run()

    text = app.code[0].value
    token = re.search(r"/invitation/(\S+)", text)[1]
    assert text.startswith("鈴木 次郎さん")
    came = signing_in.accept(
        context.sign_in_desk(), token, GOOD, origin="", before="", now=clock.now()
    )
    assert came.token
    assert choose(app, MANAGER).code == []


def test_somebody_new_is_registered_and_invited_in_one_press(open_signed_in):
    app = open_signed_in("invitations")
    app.text_input(key=f"{FORM}.name").set_value("新田 あかり")
    app.text_input(key=f"{FORM}.email").set_value("Akari@Example.jp")
    app.button(key=f"{FORM}:add").click().run()

    assert errors(app) == []
    assert "akari@example.jp" in app.code[0].value
    assert app.selectbox(key=f"{FORM}:who").value == "akari@example.jp"


def test_somebody_without_an_address_cannot_be_invited(open_signed_in):
    app = open_signed_in("invitations")
    app.text_input(key=f"{FORM}.name").set_value("新田 あかり")
    app.button(key=f"{FORM}:add").click().run()

    said = [*app.markdown, *app.caption, *app.error]
    assert any("招待するには、メールが要ります" in text.value for text in said)
    assert app.code == []


def test_a_manager_makes_no_link_for_an_administrator(open_signed_in):
    app = choose(open_signed_in("invitations", MANAGER), BOSS)

    assert app.button(key=f"{FORM}:link").disabled
    assert not choose(app, CLERK).button(key=f"{FORM}:link").disabled


def test_one_press_switches_somebody_off(open_signed_in):
    desk = context.sign_in_desk()
    token = desk.sessions.begin(CLERK.email, clock.now())
    app = choose(open_signed_in("invitations"), CLERK)
    app.button(key=f"{FORM}:switch").click().run()

    session = desk.sessions.of_token(token, clock.now())
    assert session.standing is Standing.ENDED
    assert context.live().snapshot().frames["members"].loc[CLERK.email, "active"] == (
        Flag.NO.value
    )
    app.button(key=f"{FORM}:switch").click().run()
    assert signing_in.principal_of(desk, CLERK.email) is not None


@pytest.mark.parametrize("has_feed", [True, False])
def test_who_goes_may_know_the_address_of_the_calendar(open_signed_in, has_feed):
    if has_feed:
        calendar_feed.renew(context.place().data)
    app = choose(open_signed_in("invitations"), CLERK)
    app.button(key=f"{FORM}:switch").click().run()

    assert any("カレンダーの住所" in said.value for said in app.info) == has_feed


def test_nobody_switches_themselves_off(open_signed_in):
    app = choose(open_signed_in("invitations"), BOSS)

    assert f"{FORM}:switch" not in [button.key for button in app.button]


def test_the_app_is_seen_as_the_invited_person_will_and_nothing_can_be_changed(
    open_signed_in,
):
    app = choose(open_signed_in("invitations"), AGENT)
    app.button(key=f"{FORM}:look").click().run()

    assert any("委託先の画面を見ています" in text.value for text in app.markdown)
    app.switch_page("../../pages/ledger.py").run()
    assert app.title == []
    app.button(key="looking_as:stop").click().run()
    app.switch_page("../../pages/ledger.py").run()
    assert len(app.title) == 1


def test_after_signing_out_nothing_is_shown_but_the_way_in(open_signed_in):
    app = open_signed_in("ledger")
    app.button(key="signed_out:leave").click().run()

    assert [title.value for title in app.title] == ["サインアウトしました"]
    assert app.dataframe == []


def test_without_a_sign_in_no_page_opens(monkeypatch, open_page):
    monkeypatch.setenv("MIMAMORI_SIGN_IN", "on")
    app = open_page()

    assert [title.value for title in app.title] == ["サインアウトしました"]


def test_a_session_never_passes_from_one_person_to_the_next(
    open_signed_in, monkeypatch
):
    app = open_signed_in("ledger")
    desk = context.sign_in_desk()
    token = desk.sessions.begin(CLERK.email, clock.now())
    other = desk.sessions.of_token(token, clock.now()).id
    monkeypatch.setattr(context, "_session_id", lambda: other)
    app.run()

    assert [title.value for title in app.title] == ["サインアウトしました"]
