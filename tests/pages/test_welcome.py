"""The first start: one name, and the app is there."""

from __future__ import annotations

import pytest

from lib.schema.principal import SYSTEM
from lib.schema.vocab import Role
from lib.ui import context


def begin(app, name: str, email: str = ""):
    app.text_input(key="welcome.name").set_value(name)
    app.text_input(key="welcome.email").set_value(email)
    return app.button(key="welcome:begin").click().run()


def said(app) -> str:
    return " ".join(element.value for element in (*app.caption, *app.markdown))


def members():
    return context.live().for_user(SYSTEM).frame("members")


def test_an_empty_app_asks_for_ones_name_whatever_the_language(open_page):
    assert open_page().title[0].value == "見守りへようこそ"
    assert open_page(language="en").title[0].value == "Welcome to Mimamori"


def test_it_says_where_data_stay(open_page):
    said = " ".join(caption.value for caption in open_page().caption)

    assert "このコンピューターの中だけに残ります" in said


def test_with_a_name_one_is_the_administrator_and_sees_the_menu(open_page):
    app = begin(open_page(), "佐藤 花子")

    assert not app.exception
    assert list(members()["name"]) == ["佐藤 花子"]
    assert list(members()["role"]) == [Role.ADMIN.value]
    assert "佐藤 花子 · 管理者" in " ".join(c.value for c in app.sidebar.caption)
    assert "welcome.name" not in {widget.key for widget in app.text_input}


def test_without_a_name_nothing_begins_and_the_field_says_why(open_page):
    app = begin(open_page(), "  ", "hanako@example.jp")

    assert members().empty
    assert "入力してください。" in said(app)
    assert app.text_input(key="welcome.email").value == "hanako@example.jp"


def test_a_slip_in_the_mail_keeps_what_was_typed(open_page):
    app = begin(open_page(), "佐藤", "hanako@")

    assert members().empty
    assert "メールアドレスの形ではありません。" in said(app)
    assert app.text_input(key="welcome.name").value == "佐藤"


@pytest.mark.parametrize("code", ["", "ledger"])
def test_once_begun_nobody_is_asked_again(open_page, first_member, code):
    app = open_page(code)

    assert "welcome.name" not in {widget.key for widget in app.text_input}


def test_the_address_of_the_welcome_leads_on_once_begun(open_page, first_member):
    app = open_page("welcome")

    assert not app.exception
    assert "welcome.name" not in {widget.key for widget in app.text_input}
