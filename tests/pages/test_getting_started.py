"""はじめかた: pictures for who sets the app up, and only one's own page for a centre."""

from __future__ import annotations

import pytest

from lib.schema.masters import Centre, Member
from lib.schema.vocab import Role

pytestmark = pytest.mark.usefixtures("first_member")


def titles(app) -> list[str]:
    return [one.value for one in app.subheader]


def test_the_page_shows_what_is_left_and_what_to_do(open_page):
    app = open_page("getting_started")
    assert not app.exception
    assert titles(app)[0] == "はじめの一週間"
    assert [title[:2] for title in titles(app)[1:]] == [f"{n}." for n in range(1, 9)]

    morning = open_page("today")
    assert any("はじめの一週間 0/6" in one.label for one in morning.expander)


def test_a_centre_reads_of_its_own_pages_only(open_page, put):
    put(
        Centre(code="TYO", name="東京センター"),
        Member(email="ito@example.jp", name="伊藤", role=Role.OUTSOURCED, centre="TYO"),
    )
    app = open_page("getting_started", operator="ito@example.jp")
    assert titles(app) == ["1. いままでのExcelを入れる", "2. 最初の日次KPIを入れる"]
