"""今日 driven without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib import clock
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.schema.vocab import AgencyKind, Promise, Role, Severity
from lib.store.protocol import Commit, Insert
from lib.ui import context
from tests.metrics.rows import at, calls, centre, complaint, day, inquiry

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.usefixtures("first_member")


def put(*records: Record) -> None:
    context.live().for_user(SYSTEM).commit(
        Commit(new_commit_id(), "試験", clock.now(), tuple(map(Insert, records)))
    )


def overdue(**values):
    return complaint(
        at(20), next_promise=Promise.CALL_BACK, next_promise_at=at(20, 18), **values
    )


def words(page: AppTest) -> str:
    """Return what is read on the page; what a person typed is escaped in it."""
    parts = [*page.markdown, *page.caption, *page.subheader, *page.title]
    return "\n".join(str(p.value) for p in parts).replace("\\", "")


def links(page: AppTest) -> dict[str, str]:
    """Return where each link of the page leads: label → page and query."""
    found = page.main.get("page_link")
    return {
        link.proto.label: f"{link.proto.page}?{link.proto.query_string}"
        for link in found
    }


def test_an_empty_app_leads_to_its_first_action(open_page):
    page = open_page("today")

    assert not page.exception
    assert "まだ記録がありません" in words(page)
    assert {"最初の苦情を登録する", "きのうの電話の数を入れる"} <= set(links(page))
    assert "見本データを入れて試す" in [b.label for b in page.button]


def test_the_three_answers_stand_in_words(open_page):
    put(centre("C1"), calls(day(20), 100, 70), complaint(at(1)), inquiry(at(20)))

    said = words(open_page("today"))

    assert "電話はつながっているか" in said
    assert "つながりにくくなっています" in said
    assert "11/20の応答率は70.0%。目標90%を下回っています。" in said
    assert "センターからの連絡は増えているか" in said
    assert "直近7日 1件" in said
    assert "急ぎのものはありません" in said


def test_what_to_do_today_leads_to_its_rows(open_page):
    put(
        centre("C1"),
        calls(day(17), 9, 9),
        calls(day(19), 9, 9),
        calls(day(20), 9, 9),
        overdue(severity=Severity.CRITICAL),
        overdue(),
    )

    found = links(open_page("today"))

    assert (
        found["**最重要の苦情 1件を進める**"] == "ledger?status=open&severity=critical"
    )
    late = found["**約束の時刻を過ぎた苦情 2件に連絡する**"]
    assert late == "ledger?status=open&promise=overdue"
    entry = found["**日次KPIの未入力 1日分を入れる**"]
    assert entry == "kpi_entry?centre=C1&date=2026-11-18"


def test_each_promise_opens_its_case(open_page):
    case = overdue()
    put(case)

    found = links(open_page("today"))

    assert found[case.id].startswith("ledger?case=")
    assert found["超過 1件"] == "ledger?status=open&promise=overdue"


def test_figures_say_their_formula(open_page):
    put(centre("C1"), calls(day(20), 100, 92))

    page = open_page("today")

    rate = next(m for m in page.metric if m.label == "応答率")
    assert rate.value == "92.0%"
    assert "応答数 ÷ 着信数 × 100" in rate.help


def test_no_figure_is_a_dash_and_not_zero(open_page):
    put(centre("C1"), complaint(at(20)))

    page = open_page("today")

    assert next(m for m in page.metric if m.label == "応答率").value == "—"


def test_contacts_are_listed_without_more_than_is_shown(open_page):
    put(inquiry(at(20), officer_name="相談員の名前", agency_kind=AgencyKind.POLICE))

    page = open_page("today")
    assert not page.dataframe
    next(b for b in page.button if b.label == "1件の内容").click().run()

    sent = page.dataframe[0].value
    assert len(sent) == 1
    assert "officer_name" not in sent.columns
    assert "▲ 警報" in words(page)


def test_a_reader_sees_the_morning_but_no_way_to_enter(open_page):
    put(
        Member(email="v@example.jp", name="閲覧者", role=Role.VIEWER),
        centre("C1"),
        calls(day(17), 9, 9),
        calls(day(19), 9, 9),
        calls(day(20), 9, 9),
    )

    page = open_page("today", operator="v@example.jp")

    assert not page.exception
    assert "日次KPIの未入力 1日分を入れる" in words(page)
    assert not [to for to in links(page).values() if to.startswith("kpi_entry")]


def test_the_outsourced_do_not_reach_it(open_page):
    put(
        centre("C1"),
        Member(email="a@example.jp", name="委託", role=Role.OUTSOURCED, centre="C1"),
        overdue(),
    )

    page = open_page("today", operator="a@example.jp")

    assert "見る権限がありません" in page.error[0].value
    assert not page.metric


def test_the_contacts_behind_a_figure_are_told_in_ones_own_language(open_page):
    put(inquiry(at(20)))
    page = open_page("today", language="en")

    page.button(key="today.contacts").click().run()

    (shown,) = (grid.value for grid in page.dataframe)
    assert shown["status"].tolist() == ["Received"]
    assert shown["category"].tolist() == ["Not asked yet"]


def test_it_speaks_english(open_page):
    put(centre("C1"), calls(day(20), 100, 70), overdue(), inquiry(at(20)))

    page = open_page("today", language="en")

    assert not page.exception
    assert "Are calls getting through?" in words(page)
    assert "below the target of 90%" in words(page)
    assert "**Call back 1 overdue complaint(s)**" in links(page)
