"""今日 driven without a browser."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib import clock
from lib.schema.crisis import Crisis
from lib.schema.ids import new_commit_id
from lib.schema.learning import Improvement
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.schema.vocab import (
    AgencyKind,
    CrisisKind,
    Flag,
    ImprovementStatus,
    Promise,
    Role,
    Severity,
)
from lib.store.protocol import Commit, Insert
from lib.ui import context
from tests.metrics.rows import at, calls, centre, complaint, day, inquiry, kpi_day

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
    led_to = [link.proto.label for link in page.main.get("page_link")]
    return "\n".join([*(str(p.value) for p in parts), *led_to]).replace("\\", "")


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


def press_cell(page: AppTest, key: str, row: int, column: str) -> AppTest:
    """Press a cell of a grid, as a browser reports it."""
    page.session_state[key] = {
        "selection": {"rows": [], "columns": [], "cells": [(row, column)]}
    }
    return page.run()


def here(page: AppTest) -> str:
    """Return the title of the page one was led to."""
    return page.title[0].value if page.title else ""


def test_each_promise_opens_its_case(open_page):
    case = overdue()
    put(case)
    page = open_page("today")
    assert links(page)["超過 1件"] == "ledger?status=open&promise=overdue"

    press_cell(page, f"today.promises.{case.id}.1", 0, "promise")

    assert page.query_params["case"]
    assert here(page) == "苦情台帳"


def test_every_centre_stands_in_one_table_and_a_number_opens_what_made_it(open_page):
    put(
        centre("C1"),
        centre("C2"),
        calls(day(20), 100, 92),
        calls(day(20), 100, 70, "C2"),
        calls(day(13), 100, 90, "C2"),
    )
    page = open_page("today")

    (grid,) = [g.value for g in page.dataframe if "spark" in g.value.columns]
    assert grid["name"].tolist() == ["全体", "C1センター", "C2センター"]
    assert grid["last"].tolist() == ["81.0%", "92.0%", "70.0%"]
    assert [list(chip) for chip in grid["state"]] == [
        ["◆ 注意"],
        ["● 平常"],
        ["◆ 注意"],
    ]
    assert grid["weekday"].tolist()[2] == "90.0% (-20.0pt)"

    press_cell(page, "today.health.answer_rate", 2, "weekday")

    assert here(page) == "コールセンターKPI"
    asked = {
        name: page.query_params[name] for name in ("figure", "from", "to", "centre")
    }
    assert asked == {
        "figure": "answer_rate",
        "from": "2026-11-13",
        "to": "2026-11-13",
        "centre": "C2",
    }


def test_retention_never_stands_alone(open_page):
    put(
        centre("C1", subscriptions=Flag.YES),
        kpi_day(
            day(20),
            "C1",
            offered=9,
            answered=9,
            cancel_requests=9,
            retention_offers=8,
            retention_kept=6,
        ),
    )
    page = open_page("today")
    assert "その後" not in "".join(links(page))

    page.session_state["today.figure"] = "retention_success"
    page.run()

    assert not page.exception
    (beside,) = [label for label in links(page) if "その後" in label]
    assert "75" in beside


def test_one_press_says_that_one_looked_and_colleagues_read_it(open_page):
    put(
        Member(email="k@example.jp", name="木村", role=Role.CLERK),
        centre("C1"),
        calls(day(20), 9, 9),
    )
    page = open_page("today")
    assert "今日はまだだれも確認していません。" in words(page)

    page.button(key="today.looked").click().run()

    assert "今朝 10:30 佐藤 花子さんが確認" in words(page)
    assert not [b for b in page.button if b.key == "today.looked"]
    other = open_page("today", operator="k@example.jp")
    assert "今朝 10:30 佐藤 花子さんが確認" in words(other)
    assert [b.label for b in other.button if b.key == "today.looked"] == ["確認した"]


def test_managers_read_who_looked_on_the_days_before(open_page, monkeypatch):
    put(
        Member(email="k@example.jp", name="木村", role=Role.CLERK), calls(day(20), 9, 9)
    )
    open_page("today").button(key="today.looked").click().run()
    monkeypatch.setenv(clock.FIXED_BY, "2026-11-23T08:00:00+09:00")

    for_manager, for_clerk = (
        open_page("today"),
        open_page("today", operator="k@example.jp"),
    )

    assert "11月21日(土): 10:30 佐藤 花子" in words(for_manager)
    assert "11月22日(日): 確認なし" in words(for_manager)
    assert "佐藤 花子" not in words(for_clerk)


def test_what_changed_is_told_with_since_when_and_leads_to_its_days(open_page):
    """Ninety days at 90 %, the last five at 60 %."""
    days = [clock.today() - timedelta(days=back) for back in range(1, 100)]
    put(
        centre("C1", weekly_closed=""),
        *(calls(on, 100, 60 if n < 5 else 90) for n, on in enumerate(days)),
    )

    page = open_page("today")

    assert "11/16から応答率が下がっています: 60.0%" in words(page)
    assert "from=2026-11-16&to=2026-11-20" in links(page)["数を見る"]


def test_how_a_change_is_found_is_unfolded_only_when_asked(open_page):
    put(centre("C1"), calls(day(20), 100, 92))
    page = open_page("today")
    assert "いつから" not in words(page)

    page.session_state["today.moves"] = True
    page.run()

    assert "「いつから」は" in words(page)


def test_a_pressed_bar_opens_the_contacts_of_its_week_once(open_page):
    put(inquiry(at(20)), inquiry(at(2)), inquiry(at(3)))
    page = open_page("today")
    key = "chart.weekly_contacts"

    page.session_state[key] = {"selection": {"pick": [{"iso": "2026-11-07"}]}}
    page.run()
    (opened,) = [g.value for g in page.dataframe if "status" in g.value.columns]
    page.run()

    assert len(opened) == 2
    assert not [g for g in page.dataframe if "status" in g.value.columns]


def test_days_missing_and_late_stand_by_centre(open_page):
    put(centre("C1"), calls(day(18), 9, 9), calls(day(20), 9, 9))

    page = open_page("today")

    (grid,) = [g.value for g in page.dataframe if "late" in g.value.columns]
    assert grid["name"].tolist() == ["C1センター"]
    assert grid["missing"].tolist() == [1]


def test_what_happened_is_told_below_the_chart(open_page):
    put(
        centre("C1"),
        calls(day(20), 100, 92),
        kpi_day(day(19), "C1", offered=9, answered=9, note="TVで紹介された"),
        Improvement(
            id="S-1",
            title="同梱物を替えた",
            starts_on=day(18),
            status=ImprovementStatus.DOING,
        ),
    )

    said = words(open_page("today"))

    assert "11月19日(木) C1センター 特記事項: TVで紹介された" in said
    assert "11月18日(水) 施策: 同梱物を替えた" in said


def test_an_open_crisis_stands_below_the_answers_and_among_what_to_do(open_page):
    put(
        calls(day(20), 9, 9),
        Crisis(
            id="C-261120-AAAAA", title="回収", kind=CrisisKind.ACCIDENT, known_at=at(20)
        ),
    )

    page = open_page("today")

    assert "**進行中の重大事案 1件を進める**" in links(page)
    drawn = [str(getattr(part, "value", "")) for part in page.main]
    told = next(n for n, text in enumerate(drawn) if "■ 重大事案" in text)
    assert drawn.index("今日やること") < told


def test_figures_say_their_formula(open_page):
    put(centre("C1"), complaint(at(20)))

    page = open_page("today")

    rate = next(m for m in page.metric if m.label.startswith("苦情率"))
    assert "苦情件数" in rate.help
    assert "計算式" in rate.help


def test_each_tile_opens_its_figure_of_the_same_days(open_page):
    put(centre("C1"), calls(day(20), 90, 90), complaint(at(20)))

    found = links(open_page("today"))

    assert found["**つながっています**"] == (
        "kpis?figure=answer_rate&period=own&from=2026-11-14&to=2026-11-20&centre=C1"
    )
    assert found["苦情件数を開く"] == (
        "kpis?figure=complaints&period=own&from=2026-11-15&to=2026-11-21"
    )
    assert "figure=promises_kept_rate" in found["約束を守れた割合を開く"]
    assert "from=2026-10-25" in found["約束を守れた割合を開く"]


def test_no_figure_is_a_dash_and_not_zero(open_page):
    put(centre("C1"), complaint(at(20)))

    page = open_page("today")

    (grid,) = [g.value for g in page.dataframe if "spark" in g.value.columns]
    assert grid["last"].tolist() == ["—"]
    assert [list(chip) for chip in grid["state"]] == [["○ 判定保留"]]
    rate = next(m for m in page.metric if m.label.startswith("苦情率"))
    assert rate.value == "—"


def test_contacts_are_listed_without_more_than_is_shown(open_page):
    put(inquiry(at(20), officer_name="相談員の名前", agency_kind=AgencyKind.POLICE))

    page = open_page("today")
    assert not page.dataframe
    page.button(key="today.contacts").click().run()

    (sent,) = [grid.value for grid in page.dataframe]
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
