"""Member, centre, product and settings pages: add, edit, switch off, recognise."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib import clock
from lib.actions import masters
from lib.schema.complaint import Complaint
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member, Product
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import AgencyKind, Flag, ProductKind, Role
from lib.settings.agencies import no_rebuttal
from lib.settings.business import NEW_CENTRE, setting
from lib.settings.claim_types import claim_type
from lib.ui import context

pytestmark = pytest.mark.usefixtures("first_member")


def desk():
    return context.live().for_user(SYSTEM)


def add(app: AppTest, page: str, /, **values: object) -> AppTest:
    """Open an empty form, fill it in and save."""
    form = f"master_{page}"
    app.button(key=f"{form}:add").click().run()
    for name, value in values.items():
        widget(app, f"{form}.{name}").set_value(value)
    return app.button(key=f"{form}:save").click().run()


def edit(app: AppTest, code: str, row: int) -> AppTest:
    """Select a row of the list, as a click on it does."""
    key = f"master_{code}:turn"
    turn = app.session_state[key] if key in app.session_state else 0  # noqa: SIM401
    app.session_state[f"master_{code}:rows:{turn}"] = {
        "selection": {"rows": [row], "columns": [], "cells": []}
    }
    return app.run()


def widget(app: AppTest, key: str):
    every = [*app.text_input, *app.text_area, *app.selectbox, *app.number_input]
    return next(found for found in every if found.key == key)


def said(app: AppTest) -> str:
    told = [*app.caption, *app.markdown, *app.toast, *app.error, *app.warning]
    return " ".join(element.value for element in told)


def names(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["name"])


# Adding ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("members", {"name": "鈴木 一郎"}),
        ("centres", {"code": "TYO", "name": "東京センター"}),
        ("products", {"code": "A-01", "name": "美容液"}),
    ],
)
def test_what_is_added_stands_in_the_list(open_page, code, values):
    app = add(open_page(code), code, **values)

    assert not app.exception
    assert values["name"] in names(app)
    assert values["name"] in list(desk().frame(code)["name"])


def test_a_missing_name_is_said_at_the_field_and_nothing_typed_is_lost(open_page):
    app = add(open_page("products"), "products", code="A-01", maker="ヤマ製薬")

    assert "入力してください。" in said(app)
    assert widget(app, "master_products.maker").value == "ヤマ製薬"
    assert "A-01" not in desk().frame("products").index


def test_a_form_survives_a_look_at_another_page(open_page):
    app = open_page("products")
    app.button(key="master_products:add").click().run()
    widget(app, "master_products.name").set_value("美容液")

    app.switch_page("../../pages/dictionary.py").run()
    app.switch_page("../../pages/products.py").run()

    assert widget(app, "master_products.name").value == "美容液"


def test_a_new_centre_starts_with_the_defaults_of_the_settings(open_page):
    app = opened(open_page("settings"), "settings:open:target_answer_rate")
    app.text_input(key="settings:target_answer_rate").set_value("85")
    app.button(key="settings:target_answer_rate:save").click().run()

    app.switch_page("../../pages/centres.py").run()
    app.button(key="master_centres:add").click().run()

    assert widget(app, "master_centres.target_answer_rate").value == 85


def test_which_agencies_are_followed_is_set_on_the_screen(open_page):
    app = opened(open_page("settings"), "settings:open:followed_agencies")
    app.text_input(key="settings:followed_agencies").set_value("警察、消費者庁")
    app.button(key="settings:followed_agencies:save").click().run()

    followed = no_rebuttal(desk().frame("settings"), clock.today())
    assert followed == {AgencyKind.CONSUMER_AGENCY, AgencyKind.POLICE}


# Editing ---------------------------------------------------------------------------


def test_a_rename_shows_and_keeps_the_old_name_as_an_alias(open_page):
    app = edit(open_page("members"), "members", 0)
    widget(app, "master_members.name").set_value("田中 花子")
    app.button(key="master_members:save").click().run()

    assert names(app) == ["田中 花子"]
    assert desk().record("members", "hanako@example.jp").aliases == "佐藤 花子"


def test_the_key_cannot_be_changed(open_page):
    app = edit(open_page("members"), "members", 0)

    assert widget(app, "master_members.email").disabled


def test_another_editors_version_is_shown_and_the_person_chooses(open_page):
    """Both change 役職; the other also 得意分野, which must not be undone."""
    app = edit(open_page("members"), "members", 0)
    widget(app, "master_members.title").set_value("主任")
    other = desk().record("members", "hanako@example.jp")
    masters.change(
        context.live().for_user(Principal.of(other)),
        other,
        {"title": "課長", "skills": "配送"},
        entry=new_commit_id(),
        now=clock.now(),
    )

    app.button(key="master_members:save").click().run()

    shown = " ".join(text.value for text in app.text)
    assert "課長" in shown
    assert "主任" in shown
    assert desk().record("members", "hanako@example.jp").title == "課長"

    app.button(key="master_members:mine").click().run()

    member = desk().record("members", "hanako@example.jp")
    assert (member.title, member.skills) == ("主任", "配送")


def test_taking_theirs_keeps_their_version(open_page):
    app = edit(open_page("members"), "members", 0)
    widget(app, "master_members.title").set_value("主任")
    other = desk().record("members", "hanako@example.jp")
    masters.change(
        context.live().for_user(Principal.of(other)),
        other,
        {"title": "課長"},
        entry=new_commit_id(),
        now=clock.now(),
    )

    app.button(key="master_members:save").click().run()
    app.button(key="master_members:theirs").click().run()

    assert not app.exception
    assert desk().record("members", "hanako@example.jp").title == "課長"


# Out of use ------------------------------------------------------------------------


def test_a_product_out_of_use_leaves_the_list_and_can_come_back(open_page, put):
    put(Product(code="A", name="美容液", kind=ProductKind.COSMETIC))
    app = edit(
        open_page("products"), "products", names(open_page("products")).index("美容液")
    )

    app.button(key="master_products:off").click().run()

    assert "美容液" not in names(app)
    assert desk().record("products", "A").on_sale is Flag.NO

    app.toggle(key="master_products:all").set_value(True).run()
    app = edit(app, "products", names(app).index("美容液"))
    app.button(key="master_products:on").click().run()
    assert desk().record("products", "A").on_sale is Flag.YES


def test_the_last_administrator_is_told_why_it_does_not_go(open_page):
    app = edit(open_page("members"), "members", 0)

    app.button(key="master_members:off").click().run()

    assert "管理者が一人もいなくなる" in said(app)
    assert desk().record("members", "hanako@example.jp").is_active


def test_what_always_exists_offers_no_way_out_of_use(open_page):
    app = edit(open_page("products"), "products", 0)

    assert "master_products:off" not in {button.key for button in app.button}


# Unknown words -----------------------------------------------------------------------


def complaint(**values: object) -> Complaint:
    return Complaint(
        id="K-261121-AAAAA", received_at=clock.now(), content="内容", **values
    )


def test_an_unknown_product_is_taken_over_in_one_press(open_page, put):
    put(complaint(product_code="青汁"))

    app = open_page("products").button(key="master_products:take_over").click().run()

    assert not app.exception
    assert "青汁" in names(app)
    assert "master_products:take_over" not in {button.key for button in app.button}


def test_an_unknown_name_becomes_another_spelling_of_somebody(open_page, put):
    put(complaint(handler="サトウ"))
    app = open_page("members")

    app.button(key="master_members:alias").click().run()

    assert desk().record("members", "hanako@example.jp").aliases == "サトウ"
    assert "master_members:take_over" not in {button.key for button in app.button}


def test_hostile_names_are_shown_inert(open_page, put):
    name = "<script>alert(1)</script> ![x](https://example.com/x.png)"
    put(complaint(product_code=name), Member(email="a@b.jp", name=name))

    app = open_page("products")

    labels = [option for pills in app.pills for option in pills.options]
    assert any("\\!\\[x\\]\\(" in label for label in labels)


# Settings ----------------------------------------------------------------------------

DEADLINE = "settings:open:entry_deadline"


def opened(app, box):
    """Open a box whose parts are drawn only while it is open."""
    app.session_state[box] = True
    return app.run()


def test_a_closed_box_costs_no_field(open_page):
    app = open_page("settings")

    assert [w.key for w in app.text_input if str(w.key).startswith("settings:")] == []


def test_a_changed_setting_counts_from_today_and_its_history_is_told(open_page):
    app = opened(open_page("settings"), DEADLINE)
    app.text_input(key="settings:entry_deadline").set_value("９：３０")
    app.button(key="settings:entry_deadline:save").click().run()

    table = desk().frame("settings")
    assert setting(table, NEW_CENTRE, "入力締切時刻", on=clock.today()) == "9:30"
    assert not app.session_state[DEADLINE]
    opened(app, DEADLINE)
    assert any("9:30(佐藤 花子)" in text.value for text in app.text)


def test_a_setting_that_cannot_be_read_is_refused_at_the_field(open_page):
    app = opened(open_page("settings"), DEADLINE)
    app.text_input(key="settings:entry_deadline").set_value("朝")
    app.button(key="settings:entry_deadline:save").click().run()

    assert "10:00 のように、時刻で入力してください。" in said(app)
    assert app.text_input(key="settings:entry_deadline").value == "朝"


def test_a_new_word_for_complaints_is_offered_from_today(open_page):
    app = opened(open_page("settings"), "settings:types:open")
    app.text_input(key="settings:type::name").set_value("味が変わった")
    app.button(key="settings:type::save").click().run()

    assert not app.exception
    assert claim_type(desk().frame("settings"), clock.today(), "味が変わった")


# Who ---------------------------------------------------------------------------------


def test_a_clerk_may_keep_products_and_nothing_else(open_page, put):
    put(Member(email="c@example.jp", name="窓口", role=Role.CLERK))

    opened = {
        code: open_page(code, operator="c@example.jp")
        for code in ("products", "members", "centres", "settings")
    }

    refused = {
        code
        for code, app in opened.items()
        if "見る権限がありません" in " ".join(e.value for e in app.error)
    }
    assert refused == {"members", "centres", "settings"}
