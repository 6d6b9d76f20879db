"""リスク driven without a browser: its states, its words, who may see it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from lib import clock
from lib.actions.risks import life, reading, watching
from lib.actions.risks.life import Work
from lib.schema.alarm import Alarm
from lib.schema.ids import new_commit_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre, Member
from lib.schema.principal import SYSTEM
from lib.schema.vocab import AgencyKind, AlarmStatus, Role
from lib.store.protocol import Commit
from lib.ui import context
from lib.ui.risk import folds
from tests.pages.conftest import OpenPage

pytestmark = pytest.mark.usefixtures("first_member")

TODAY = date(2026, 11, 21)
FORBIDDEN = ("原因", "必ず")


def contact(day: date, number: int) -> AgencyInquiry:
    return AgencyInquiry(
        id=f"G-{day:%y%m%d}-AAAA{chr(65 + number)}",
        first_contact_at=clock.at(day, 11),
        agency_kind=AgencyKind.CONSUMER_CENTRE,
        agency_name="City centre",
    )


def contacts(days: Iterable[int], each: int = 1) -> list[AgencyInquiry]:
    """Return contacts on days counted back from today."""
    return [
        contact(TODAY - timedelta(days=back), number)
        for back in days
        for number in range(each)
    ]


CALM = contacts(range(4, 200, 4))
"""A contact every fourth day for half a year."""


def said(app: AppTest) -> str:
    """Return everything that the page says in texts of its own."""
    parts = [*app.markdown, *app.caption, *app.info]
    return "\n".join(str(part.value).replace("\\", "") for part in parts)


def chart_count(app: AppTest) -> int:
    return len(app.get("vega_lite_chart"))


def test_an_empty_store_holds_judgement_back_and_says_what_to_do(open_page):
    app = open_page("risk")

    assert "判定保留" in said(app)
    assert "判定まであと14日分" in said(app)


def test_a_calm_company_reads_normal(open_page, put):
    put(*CALM)

    app = open_page("risk")

    assert "● 平常" in said(app)
    assert "センターからの連絡は増えていません" in said(app)
    assert "今日の件数だけでは警報になりません" in said(app)


def test_near_an_alarm_it_says_how_many_more_today_would_be_one(open_page, put):
    put(*CALM, *contacts([1, 3], each=2))

    app = open_page("risk")

    assert re.search(r"今日あと\d+件で警報", said(app))


def test_a_rise_is_an_alarm_with_its_interval_and_what_it_costs(open_page, put):
    put(*CALM, *contacts(range(1, 4), each=3))

    app = open_page("risk")

    words = said(app)
    assert "▲ 警報" in words
    assert "90%の幅" in words
    assert "増え始めは" in words
    assert "年に約2回" in words
    assert [word for word in FORBIDDEN if word in words] == []


def test_only_one_chart_is_drawn_until_something_is_unfolded(open_page, put):
    put(*CALM)

    assert chart_count(open_page("risk")) == 1


def test_a_sign_presses_where_the_counts_are_calm(open_page, put):
    other = contact(TODAY, 9).model_copy(
        update={"agency_kind": AgencyKind.PREFECTURE, "agency_name": "Pref"}
    )
    put(*CALM, other)

    app = open_page("risk")

    assert "件数にかかわらず、急いで確かめたい連絡があります" in said(app)
    assert "センター以外から連絡がありました" in said(app)
    assert [link.label for link in app.get("page_link")] == ["G\\-261121\\-AAAAJ"]


def test_days_without_figures_are_counted_as_unknown(open_page, put):
    put(
        Centre(code="TYO", name="Centre Tokyo"),
        *(
            KpiDay(
                date=TODAY - timedelta(days=back),
                centre="TYO",
                offered=100,
                answered=90,
                abandoned=10,
                consumer_centre_calls=back % 2,
            )
            for back in (*range(1, 10), *range(15, 60))
        ),
        KpiDay(date=TODAY - timedelta(days=1), centre=COMPANY, orders=50),
    )

    app = open_page("risk")

    assert "件数のわからない日 5日" in said(app)


@pytest.mark.parametrize(
    ("role", "sees"),
    [(Role.MANAGER, True), (Role.VIEWER, True), (Role.OUTSOURCED, False)],
)
def test_the_outsourced_centre_does_not_see_it(open_page, put, role, sees):
    put(
        Centre(code="TYO", name="Centre Tokyo"),
        Member(email="who@example.jp", name="Ito", role=role, centre="TYO"),
        *CALM,
    )

    app = open_page("risk", operator="who@example.jp")

    assert (chart_count(app) > 0) is sees
    assert bool(app.error) is not sees


# What is done about an alarm ------------------------------------------------------------


RISING = [*CALM, *contacts(range(1, 4), each=3)]


@pytest.fixture
def alarm(put) -> Alarm:
    """Return the alarm that the app has written down for a rise."""
    put(*RISING)
    assert watching.watch(context.live(), clock.now())
    return standing_alarm()


def standing_alarm() -> Alarm:
    (found,) = reading.alarms_of(context.live().for_user(SYSTEM))
    return found


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def save(app: AppTest, alarm: Alarm, editor: str) -> AppTest:
    return press(app, f"crisis:{alarm.id}:save:{editor}")


def test_an_alarm_is_taken_on_with_owner_and_time_in_two_presses(open_page, alarm):
    app = press(open_page("risk"), "risk.open.confirm")

    save(app, alarm, "confirm")

    after = standing_alarm()
    assert after.confirmed_by == after.owner == "佐藤 花子"
    assert after.due_at == clock.at(date(2026, 11, 22), 17)
    assert "佐藤 花子さんが確認" in said(app)


def test_only_one_button_is_primary_before_and_while_it_is_taken_on(open_page, alarm):
    def primary(app: AppTest) -> list[str]:
        every = app.get("button")
        return [one.key for one in every if one.proto.type == "primary"]

    app = open_page("risk")
    before = primary(app)
    press(app, "risk.open.confirm")

    assert before == ["risk.open.confirm"]
    assert primary(app) == [f"crisis:{alarm.id}:save:confirm"]


def test_a_false_alarm_needs_a_reason_and_ends_the_alarm(open_page, alarm):
    app = press(open_page("risk"), "risk.open.false")
    save(app, alarm, "false")
    refused = "理由を書いてください。" in said(app)

    app.text_area(key=f"crisis-{alarm.id}-false.reason").set_value("二重の記録").run()
    save(app, alarm, "false")

    after = standing_alarm()
    assert refused
    assert (after.status, after.reason) == (AlarmStatus.FALSE, "二重の記録")
    assert "増え始めは" not in said(app)


def test_an_alarm_that_ended_is_called_false_among_those_of_the_past(open_page, alarm):
    context.live().for_user(SYSTEM).commit(
        Commit(
            new_commit_id(),
            SYSTEM.name,
            clock.now(),
            (watching.change(alarm, {"status": AlarmStatus.ENDED, "ended_on": TODAY}),),
        )
    )
    app = press(unfolded(open_page, "past"), "risk.open.was_false")
    save(app, alarm, "was_false")
    refused = "理由を書いてください。" in said(app)

    key = f"crisis-{alarm.id}-was_false.reason"
    app.text_area(key=key).set_value("一斉配信").run()
    save(app, alarm, "was_false")

    after = standing_alarm()
    assert refused
    assert (after.status, after.reason) == (AlarmStatus.FALSE, "一斉配信")
    assert "うち誤報1回" in said(app)
    assert not app.selectbox


def test_a_colleague_who_was_quicker_is_told_and_the_reason_stays(open_page, alarm):
    app = press(open_page("risk"), "risk.open.false")
    key = f"crisis-{alarm.id}-false.reason"
    app.text_area(key=key).set_value("二重の記録").run()
    life.call_new_normal(
        context.desk(),
        alarm,
        reason="新商品",
        now=clock.now(),
        entry=new_commit_id(),
    )

    save(app, alarm, "false")

    assert standing_alarm().status is AlarmStatus.NEW_NORMAL
    assert standing_alarm().reason == "新商品"
    assert not app.exception
    assert app.session_state[key] == "二重の記録"


def test_a_check_is_asked_for_and_marked_done(open_page, alarm):
    app = press(open_page("risk"), f"risk.open.{Work.PAGES.code}")
    save(app, alarm, Work.PAGES.code)
    asked = said(app)
    done = next(b for b in app.button if str(b.key).startswith("risk.done."))

    done.click().run()

    assert "商品・広告・解約手順の点検 — 担当 佐藤 花子" in asked
    assert "佐藤 花子さんが済ませました" in said(app)


def test_readers_see_the_alarm_and_no_button(open_page, put, alarm):
    put(Member(email="who@example.jp", name="Kato", role=Role.VIEWER))

    app = open_page("risk", operator="who@example.jp")

    assert "▲ 警報" in said(app)
    assert [b.key for b in app.button if str(b.key).startswith("risk.")] == []


# Folded ---------------------------------------------------------------------------------


def unfolded(open_page: OpenPage, code: str) -> AppTest:
    """Return the page with one part open, as a press on its title leaves it."""
    app = open_page("risk")
    app.session_state[f"risk.fold.{code}"] = True
    return app.run()


@pytest.mark.parametrize("code", [code for code, *_rest in folds.FOLDS])
@pytest.mark.parametrize("rows", [[], CALM, RISING], ids=["empty", "calm", "rising"])
def test_every_part_unfolds(open_page, put, code, rows):
    if rows:
        put(*rows)

    app = unfolded(open_page, code)

    assert not app.exception
    assert not app.error
    assert [word for word in FORBIDDEN if word in said(app)] == []


def test_alertness_is_a_second_chart_with_its_limits_in_words(open_page, put):
    put(*CALM)

    app = unfolded(open_page, "alertness")

    assert chart_count(app) == 2
    assert "85以上で警報、45以上で注意" in said(app)


def test_what_a_sensitivity_costs_is_not_told_before_the_own_rate_is_known(
    open_page, put
):
    put(*contacts([1, 3]))

    app = unfolded(open_page, "strictness")

    assert "週に約" not in said(app)
    assert not app.table
    assert "risk.sensitivity.cautious" in [button.key for button in app.button]


def test_of_few_contacts_no_days_are_promised_that_nobody_could_keep(open_page, put):
    put(*contacts(range(10, 400, 30)))

    app = unfolded(open_page, "strictness")

    cells = app.table[0].value.to_numpy().ravel().tolist()
    assert "早くても約45日" in cells
    assert not [cell for cell in cells if "%" in str(cell)]


def test_the_textbook_chart_stands_beside_the_numbers(open_page, put):
    put(*RISING)

    found = re.search(
        r"負の二項CUSUM、2倍の増加\) ([\d.]+)\(警報 3.2\)",
        said(unfolded(open_page, "details")),
    )

    assert found is not None
    assert float(found[1]) > 3.2


def test_a_company_of_a_month_has_no_textbook_chart(open_page, put):
    put(*contacts(range(1, 40, 3)))

    assert "CUSUM" not in said(unfolded(open_page, "details"))


def test_another_sensitivity_counts_from_today(open_page, put):
    put(*CALM)
    app = unfolded(open_page, "strictness")

    press(app, "risk.sensitivity.cautious")

    desk = context.live().for_user(SYSTEM)
    assert reading.sensitivity(desk, TODAY).code == "cautious"
    assert reading.sensitivity(desk, TODAY - timedelta(days=1)).code == "standard"
    assert "いまは「慎重」" in [button.label for button in app.button]


def test_a_past_rise_is_told_with_its_days(open_page, put):
    put(*contacts(range(64, 260, 4)), *contacts(range(50, 60), each=3))

    app = unfolded(open_page, "replay")

    assert "警報1回" in said(app)
    assert re.search(r"2026/09/2\d.*に警報でした。", said(app))


def test_a_calm_past_says_honestly_that_nothing_would_have_been_told(open_page, put):
    put(*CALM)

    app = unfolded(open_page, "replay")

    assert "注意も警報もありませんでした" in said(app)


def test_days_that_are_no_longer_known_are_cut_from_the_choice(open_page, put):
    put(*contacts(range(1, 30, 3)))
    app = open_page("risk")
    app.session_state["risk.fold.replay"] = True
    app.session_state["risk.replay"] = (date(2024, 1, 1), date(2025, 1, 1))

    app.run()

    first = TODAY - timedelta(days=28)
    assert not app.exception
    assert app.date_input(key="risk.replay").value == (first, first)


def test_a_telephone_that_nobody_types_any_more_is_held_back(open_page, put):
    put(
        Centre(code="TYO", name="Centre Tokyo"),
        *(
            KpiDay(
                date=TODAY - timedelta(days=back),
                centre="TYO",
                offered=100,
                answered=60 if back < 50 else 92,
                abandoned=40 if back < 50 else 8,
            )
            for back in range(42, 130)
        ),
    )

    app = open_page("risk")

    assert "のあと電話の記録がありません" in said(app)
    assert "いつもと同じくらい" not in said(app)
    assert "いつもよりつながりにくい" not in said(app)
    assert chart_count(app) == 2


def test_past_months_let_judgement_begin_with_the_first_days(open_page, put):
    put(*contacts([1, 3]))
    app = open_page("risk")
    before = app.markdown[0].value
    months = "\n".join(f"2026-{month:02} 6" for month in range(2, 11))
    app.text_area(key="risk.months").set_value(months).run()

    press(app, "risk.months.keep")

    assert "判定保留" in before
    assert "判定保留" not in app.markdown[0].value
    assert not app.text_area


def test_a_line_that_says_no_month_is_named_and_what_was_typed_stays(open_page):
    app = open_page("risk")
    app.text_area(key="risk.months").set_value("2026-04 7\nたくさん").run()

    press(app, "risk.months.keep")

    assert "2行目" in said(app)
    assert app.text_area(key="risk.months").value == "2026-04 7\nたくさん"
