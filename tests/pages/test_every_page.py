"""Each page, as each role, in both languages, on an empty and on a filled store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import (
    AlertBase,
    Block,
    HeadingBase,
    Markdown,
    Text,
)

from lib import clock
from lib.errors import StoreUnavailable
from lib.i18n import LANGUAGES
from lib.schema.complaint import Complaint
from lib.schema.inquiry import AgencyInquiry
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre, Member, Product
from lib.schema.vocab import AgencyKind, Promise, Role
from lib.store.live import LiveStore
from lib.ui import context, navigation

pytestmark = pytest.mark.usefixtures("first_member")

REFUSED = "見つからないか、見る権限がありません。"
KANA = re.compile("[\u3041-\u30ff]")

# What the store holds is written without kana, so that any kana is the screen's own.
MEMBERS = {
    Role.ADMIN: Member(email="admin@example.jp", name="Sato", role=Role.ADMIN),
    Role.MANAGER: Member(email="manager@example.jp", name="Mori", role=Role.MANAGER),
    Role.CLERK: Member(email="clerk@example.jp", name="Suzuki", role=Role.CLERK),
    Role.OUTSOURCED: Member(
        email="centre@example.jp", name="Ito", role=Role.OUTSOURCED, centre="TYO"
    ),
    Role.VIEWER: Member(email="viewer@example.jp", name="Kato", role=Role.VIEWER),
}


@pytest.fixture
def people(put) -> None:
    put(*MEMBERS.values(), Centre(code="TYO", name="Centre Tokyo"))


@pytest.fixture
def filled(people, put) -> None:
    now = clock.now()
    put(
        Product(code="A-01", name="Serum"),
        Complaint(
            id="K-261121-AAAAA",
            received_at=now,
            content="It came broken",
            product_code="A-01",
            handler="Suzuki",
            received_centre="TYO",
            next_promise=Promise.CALL_BACK,
            next_promise_at=now,
        ),
        AgencyInquiry(
            id="G-261120-AAAAA",
            first_contact_at=now,
            agency_kind=AgencyKind.CONSUMER_CENTRE,
            agency_name="City centre",
        ),
        KpiDay(
            date=date(2026, 11, 20),
            centre="TYO",
            offered=100,
            answered=80,
            abandoned=20,
            consumer_centre_calls=1,
        ),
        KpiDay(date=date(2026, 11, 20), centre=COMPANY, orders=50, shipments=40),
    )


SHOWN_AS_THEY_ARE = (HeadingBase, Markdown, Text, AlertBase)
"""Elements whose value is what stands on the screen; a widget's value is a code."""


def words(app: AppTest) -> Iterator[str]:
    """Yield every text that the page itself says: labels, helps, options, headings."""
    for element in (*app.main, *app.sidebar):
        if isinstance(element, SHOWN_AS_THEY_ARE):
            yield str(element.value)
        for part in ("label", "help", "placeholder"):
            yield str(getattr(element, part, "") or "")
        yield from map(str, getattr(element, "options", ()))


def errors(app: AppTest) -> list[str]:
    return [error.value for error in app.error]


PAGES = [page.code for page in navigation.PAGES]


@pytest.mark.parametrize(
    "language",
    [
        pytest.param(one, marks=[] if one == "ja" else [pytest.mark.slow])
        for one in LANGUAGES
    ],
)
@pytest.mark.parametrize("code", PAGES)
def test_each_page_opens_on_an_empty_store(open_page, code, language):
    app = open_page(code, language=language)

    assert not app.exception
    assert errors(app) == []
    assert len(app.title) == 1


@pytest.mark.parametrize("code", PAGES)
def test_each_page_opens_for_its_roles(open_page, filled, code):
    for role in navigation.entry(code).roles:
        app = open_page(code, operator=MEMBERS[role].email)

        assert not app.exception, role
        assert errors(app) == [], role
        assert len(app.title) == 1, role


@pytest.mark.parametrize("code", PAGES)
def test_other_roles_are_refused_and_shown_nothing(open_page, filled, code):
    for role in set(Role) - set(navigation.entry(code).roles):
        app = open_page(code, operator=MEMBERS[role].email)

        assert [text.replace("\\", "") for text in errors(app)] == [REFUSED], role
        drawn = {each.type for each in app.main if not isinstance(each, Block)}
        assert drawn == {"error", "page_link"}, role


@pytest.mark.parametrize("code", PAGES)
def test_an_english_page_speaks_no_japanese(open_page, filled, code):
    roles = navigation.entry(code).roles
    app = open_page(code, language="en", operator=MEMBERS[roles[0]].email)

    assert not app.exception
    assert errors(app) == []
    assert [text for text in words(app) if KANA.search(text)] == []


def test_japanese_on_a_page_would_be_found(open_page, filled):
    """The negative control: the same look at a Japanese page finds a lot."""
    assert any(KANA.search(text) for text in words(open_page("members")))


@pytest.mark.parametrize("code", PAGES)
def test_each_page_says_calmly_that_the_store_is_gone(
    open_page, people, code, monkeypatch
):
    def unreachable(_self: LiveStore) -> None:
        raise StoreUnavailable("fake")

    app = open_page(code)
    monkeypatch.setattr(LiveStore, "snapshot", unreachable)
    app.run()

    assert not app.exception
    assert len(errors(app)) == 1
    assert "保存先につながりません" in errors(app)[0]


def test_an_unexpected_failure_shows_a_number_and_keeps_what_was_typed(
    open_page, people, monkeypatch, caplog
):
    app = open_page("products")
    app.button(key="master_products:add").click().run()
    app.text_input(key="master_products.name").set_value("美容液").run()

    def fail(_self: LiveStore) -> None:
        raise ValueError("山田花子 090-1234-5678")

    with monkeypatch.context() as broken:
        broken.setattr(LiveStore, "snapshot", fail)
        app.run()
    number = re.search("番号 ([A-Z2-9]{6})", errors(app)[0])
    app.run()

    assert number is not None
    assert number[1] in caplog.text
    assert "山田花子" not in caplog.text
    assert "1234" not in caplog.text
    assert errors(app) == []
    assert app.text_input(key="master_products.name").value == "美容液"


def test_the_default_page_leads_to_the_first_page_of_the_role(open_page, people):
    home = {
        role: open_page(operator=MEMBERS[role].email).title[0].value for role in Role
    }

    assert home[Role.CLERK] == home[Role.VIEWER] == "今日"
    assert home[Role.OUTSOURCED] == "日次KPI入力"


def test_a_choice_of_operator_is_remembered_for_the_next_window(open_page, people):
    app = open_page()
    app.selectbox(key=context.OPERATOR).set_value("clerk@example.jp").run()

    assert open_page().selectbox(key=context.OPERATOR).value == "clerk@example.jp"


def test_somebody_else_lands_on_a_page_that_is_theirs(open_page, people):
    """The page before the change is closed to the person chosen."""
    app = open_page("members")
    app.selectbox(key=context.OPERATOR).set_value("centre@example.jp").run()

    assert errors(app) == []
    assert app.title[0].value == "日次KPI入力"


def test_a_refusal_offers_the_way_to_ones_own_first_page(open_page, people):
    app = open_page("members", operator="centre@example.jp")

    assert [link.label for link in app.get("page_link")] == ["最初の画面へ"]
