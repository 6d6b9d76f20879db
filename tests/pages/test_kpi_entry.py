"""日次KPI入力 driven without a browser."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib import clock
from lib.actions import kpi_days
from lib.actions.searching import slug
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre, Member
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.schema.vocab import BusinessDay, Done, Role
from lib.store.access import UserStore
from lib.store.log_search import LogQuery
from lib.store.protocol import Commit, Insert
from lib.ui import context, download, kpi_day, kpi_month
from tests.metrics.rows import calls, centre, day

ROOT = Path(__file__).resolve().parent.parent.parent
FRIDAY = day(20)

pytestmark = pytest.mark.usefixtures("first_member")


def system() -> UserStore:
    return context.live().for_user(SYSTEM)


def stored(on: date = FRIDAY, code: str = "C1") -> KpiDay | None:
    return kpi_days.find(system(), code, on)


def put(*records: Record) -> None:
    system().commit(
        Commit(new_commit_id(), "試験", clock.now(), tuple(map(Insert, records)))
    )


@pytest.fixture
def one_centre() -> Centre:
    made = centre("C1")
    put(made)
    return made


def number(page: AppTest, label: str):
    return next(n for n in page.number_input if n.label.startswith(label))


def press(page: AppTest, label: str) -> AppTest:
    next(b for b in page.button if b.label == label).click()
    return page.run()


def words(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.warning, *page.info, *page.error]
    return "\n".join(str(p.value) for p in parts)


def plain(page: AppTest) -> str:
    """Return the words of the page as people read them."""
    return words(page).replace("\\", "")


def metric(page: AppTest, label: str) -> str:
    return next(m.value for m in page.metric if m.label == label)


def fill(page: AppTest, **counts: int | None) -> AppTest:
    for label, value in counts.items():
        number(page, label).set_value(value)
    return page.run()


ENTERED = {"着信数": 100, "応答数": 92, "センター入電数": 0}


def test_it_opens_with_the_last_working_day_not_entered(open_page, one_centre):
    put(calls(day(18), 9, 9), calls(day(19), 9, 9))

    page = open_page("kpi_entry")

    assert not page.exception
    assert page.date_input[0].value == FRIDAY
    assert "#### 11月20日(金)" in words(page)
    assert number(page, "着信数").value is None


def test_a_day_is_entered_and_confirmed_in_one_go(open_page, one_centre):
    page = fill(open_page("kpi_entry"), **ENTERED)

    press(page, "確定する")

    saved = stored()
    assert (saved.offered, saved.answered, saved.abandoned) == (100, 92, 8)
    assert saved.confirmed is Done.DONE
    assert saved.updated_by == "佐藤 花子"
    assert page.date_input[0].value == FRIDAY


def test_shares_are_recomputed_while_one_types(open_page, one_centre):
    page = open_page("kpi_entry")
    assert metric(page, "応答率") == "—"

    fill(page, **ENTERED)

    assert metric(page, "応答率") == "92.0%"
    assert metric(page, "放棄率") == "8.0%"
    assert metric(page, "放棄数") == "8件"
    assert stored() is None


def test_a_zero_is_stored_as_zero_and_a_blank_as_missing(open_page, one_centre):
    page = fill(open_page("kpi_entry"), 着信数=0, 応答数=0)

    press(page, "保存だけする")

    assert (stored().offered, stored().consumer_centre_calls) == (0, None)
    assert stored().confirmed is Done.NOT_YET
    assert metric(page, "応答率") == "—"


def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(open_page, one_centre):
    page = fill(open_page("kpi_entry"), 着信数=10, 応答数=11)

    press(page, "保存だけする")

    assert "応答数が着信数より多くなっています。" in words(page)
    assert number(page, "応答数").value == 11
    assert stored() is None


def test_an_incomplete_day_is_not_confirmed(open_page, one_centre):
    page = fill(open_page("kpi_entry"), 着信数=10, 応答数=9)

    press(page, "確定する")

    assert "センター入電数を入れてください" in words(page)
    assert stored() is None


def test_correcting_a_confirmed_day_asks_for_a_reason(open_page, one_centre):
    page = fill(open_page("kpi_entry"), **ENTERED)
    press(page, "確定する")
    assert number(page, "着信数").disabled
    press(page, "訂正する")
    assert not number(page, "着信数").disabled
    fill(page, 応答数=90)

    press(page, "訂正を保存")
    assert "訂正の理由を書いてください。" in words(page)
    assert stored().answered == 92

    next(t for t in page.text_input if t.label.startswith("訂正の理由")).set_value(
        "誤り"
    )
    press(page, "訂正を保存")

    assert (stored().answered, stored().abandoned) == (90, 10)
    log = system().audit("kpi_days", f"{FRIDAY}|C1")
    assert "誤り" in log["reason"].tolist()


def test_what_is_known_later_is_added_without_unlocking(open_page, one_centre):
    page = fill(
        open_page("kpi_entry"), **ENTERED, 解約申出数=5, 抑止提案数=4, 抑止継続数=3
    )
    press(page, "確定する")
    page.session_state[kpi_day.DETAILS] = True
    page.run()
    assert not number(page, "継続確認数").disabled
    fill(page, 継続確認数=2)

    press(page, "継続確認数を保存")

    assert stored().retention_confirmed == 2


def test_what_is_wrong_in_the_details_unfolds_them(open_page, one_centre):
    page = fill(open_page("kpi_entry"), **ENTERED)
    page.session_state[kpi_day.DETAILS] = True
    page.run()
    fill(page, 短時間放棄数=9)  # of 8 abandoned
    page.session_state[kpi_day.DETAILS] = False
    page.run()

    press(page, "保存だけする")

    assert "短時間放棄数が放棄数より多くなっています。" in words(page)
    assert stored() is None


def test_a_closed_day_asks_for_no_counts(open_page, one_centre):
    page = open_page("kpi_entry")
    business = next(b for b in page.button_group if b.label == "営業区分")
    business.set_value(BusinessDay.CLOSED).run()

    assert not page.number_input
    press(page, "確定する")

    assert stored().business is BusinessDay.CLOSED
    assert stored().confirmed is Done.DONE


def test_the_company_is_asked_for_orders_and_never_for_calls(open_page, one_centre):
    page = open_page("kpi_entry")
    page.selectbox(key="kpi.centre").set_value(COMPANY).run()

    labels = " ".join(n.label for n in page.number_input)
    assert "受注件数" in labels
    assert "出荷件数" in labels
    assert "着信数" not in labels
    fill(page, 受注件数=30, 出荷件数=28, センター入電数=1)
    press(page, "確定する")

    assert (stored(code=COMPANY).shipments, stored(code=COMPANY).offered) == (28, None)


def test_without_any_master_a_centre_can_be_typed(open_page):
    page = open_page("kpi_entry")
    # AppTest cannot type a new option into the box.
    page.session_state["kpi.typed"] = "みなとコール"
    page.query_params["centre"] = slug("みなとコール")
    page.run()
    fill(page, **ENTERED)

    press(page, "確定する")

    assert stored(code="みなとコール").offered == 100
    assert page.query_params["centre"] == slug("みなとコール") != "みなとコール"


def test_typed_counts_survive_a_change_of_day_and_of_page(open_page, one_centre):
    page = fill(open_page("kpi_entry"), **ENTERED)

    press(page, "前の日")
    assert number(page, "着信数").value is None
    press(page, "次の日")
    assert number(page, "着信数").value == 100

    page.switch_page(str(ROOT / "pages/dictionary.py")).run()
    page.switch_page(str(ROOT / "pages/kpi_entry.py")).run()
    assert number(page, "着信数").value == 100


def test_typed_counts_are_offered_again_after_a_reload(open_page, one_centre):
    fill(open_page("kpi_entry"), **ENTERED)

    reloaded = open_page("kpi_entry")
    assert number(reloaded, "着信数").value is None
    press(reloaded, "続きを書く")

    assert number(reloaded, "着信数").value == 100


def test_the_outsourced_see_only_their_own_centre(open_page, one_centre):
    put(
        centre("C2"),
        calls(FRIDAY, 77, 7, "C2"),
        Member(
            email="agent@example.jp", name="委託", role=Role.OUTSOURCED, centre="C1"
        ),
    )

    page = open_page("kpi_entry", operator="agent@example.jp")
    assert not [s for s in page.selectbox if s.key == "kpi.centre"]
    page.query_params["centre"] = "C2"
    page.run()

    assert number(page, "着信数").value is None
    fill(page, **ENTERED)
    press(page, "確定する")
    assert stored().offered == 100
    assert stored(code="C2").offered == 77


def test_two_people_on_one_day_choose_which_counts_stay(open_page, one_centre):
    mine = fill(open_page("kpi_entry"), **ENTERED)
    put(calls(FRIDAY, 80, 70))

    press(mine, "保存だけする")
    assert "相手 80件 / 自分 100件" in " ".join(t.value for t in mine.text)
    assert stored().offered == 80
    press(mine, "自分の数で直す")
    press(mine, "保存だけする")

    assert (stored().offered, stored().abandoned) == (100, 8)


def test_the_other_persons_counts_can_stay(open_page, one_centre):
    mine = fill(open_page("kpi_entry"), **ENTERED)
    put(calls(FRIDAY, 80, 70))
    press(mine, "保存だけする")

    press(mine, "相手の数を残す")

    assert number(mine, "着信数").value == 80


def test_a_slipped_digit_is_asked_about_but_saved(open_page, one_centre):
    put(*(calls(FRIDAY - timedelta(days=n), 100, 90) for n in range(1, 12)))

    page = fill(open_page("kpi_entry"), 着信数=1000, 応答数=92, センター入電数=0)

    assert "桁を確かめてください" in words(page)
    press(page, "確定する")
    assert stored().offered == 1000


def test_missing_days_are_offered(open_page, one_centre):
    put(calls(day(16), 9, 9), calls(day(18), 9, 9))
    page = open_page("kpi_entry")
    assert page.date_input[0].value == FRIDAY

    press(page, "11月17日(火)")

    assert page.date_input[0].value == day(17)


# The month ---------------------------------------------------------------------


def month_page(open_page) -> AppTest:
    page = open_page("kpi_entry")
    page.button_group(key="kpi.view").set_value("month").run()
    return page


def grid_key(page: AppTest) -> str:
    key = kpi_month.key_of(centre("C1"), day(1))
    return f"{key}.{page.session_state[key].version}"


def test_the_month_shows_each_day_and_how_it_stands(open_page, one_centre):
    put(calls(day(16), 100, 90))

    page = month_page(open_page)
    frame = page.dataframe[0].value

    assert len(frame) == 21
    assert frame["state"].iloc[15] == "● 未確定"
    assert frame["state"].iloc[16] == "▲ 未入力"
    assert frame["state"].iloc[20] == "－ 定休日"
    assert frame["rate"].iloc[15] == "90.0%"
    assert frame["day"].iloc[2] == "11月3日(火) 文化の日"
    assert frame["offered"].isna().sum() == 20


def test_edited_cells_are_saved_together(open_page, one_centre):
    put(calls(day(16), 100, 90))
    page = month_page(open_page)

    page.session_state[grid_key(page)] = {
        "edited_rows": {
            15: {"answered": 95},
            16: {"offered": 50, "answered": 50, "consumer_centre_calls": 0},
        },
        "added_rows": [],
        "deleted_rows": [],
    }
    page.run()
    assert "2日分を変更" in words(page)
    press(page, "保存")

    assert (stored(day(16)).answered, stored(day(16)).abandoned) == (95, 5)
    assert (stored(day(17)).offered, stored(day(17)).abandoned) == (50, 0)
    assert page.dataframe[0].value["rate"].iloc[16] == "100.0%"
    assert "0日分を変更" in words(page)


def test_a_mistake_in_the_month_saves_nothing_and_says_where(open_page, one_centre):
    page = month_page(open_page)
    page.session_state[grid_key(page)] = {
        "edited_rows": {15: {"offered": 5, "answered": 9}}
    }
    page.run()

    press(page, "保存")

    assert "11月16日(月) 応答数" in words(page)
    assert stored(day(16)) is None


@pytest.mark.parametrize(
    "forged",
    [
        {"edited_rows": {15: {"offered": 5, "state": "● 未確定"}}},
        {"edited_rows": {15: {"offered": 5}}, "added_rows": [{"offered": 9}]},
        {"edited_rows": {15: {"offered": 5}}, "deleted_rows": [0]},
        {"edited_rows": {15: {"offered": 5}, 99: {"offered": 1}}},
    ],
)
def test_a_month_that_no_screen_can_send_saves_nothing(open_page, one_centre, forged):
    page = month_page(open_page)
    page.session_state[grid_key(page)] = {"edited_rows": {15: {"offered": 5}}}
    page.run()
    assert "1日分を変更" in words(page)

    page.session_state[grid_key(page)] = forged
    press(page, "保存")

    assert "見る権限がありません" in words(page)
    assert stored(day(16)) is None


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("month", [False, True])
def test_it_draws_without_error_in_both_languages(
    open_page, one_centre, language, month
):
    put(calls(day(16), 100, 90))
    page = open_page("kpi_entry", language=language)
    if month:
        page.button_group(key="kpi.view").set_value("month").run()

    assert not page.exception
    assert not page.error


# Pasting -----------------------------------------------------------------------


def paste_page(open_page, text: str, **who: str) -> AppTest:
    page = open_page("kpi_entry", **who)
    page.button_group(key="kpi.view").set_value("paste").run()
    page.text_area[0].set_value(text)
    return page.run()


def agent() -> str:
    put(
        Member(email="agent@example.jp", name="委託", role=Role.OUTSOURCED, centre="C1")
    )
    return "agent@example.jp"


PASTED = (
    "東京 受電日報\t\t\t\t\n"
    "日付\t着信\t応答\t応答率\tセンター入電\n"
    "11/16(月)\t100\t92\t92.0%\t0\n"
    "11/17(火)\tx12\t90\t90%\t0\n"
    "11/18(水)\t100\t90\t97.0%\t1\n"
    "合計\t300\t272\t90.7%\t1\n"
)


def test_an_outsourced_person_pastes_a_block_and_enters_it_in_one_press(
    open_page, one_centre
):
    page = paste_page(open_page, PASTED, operator=agent())

    assert not page.exception
    assert "2日分を読み取りました" in words(page)
    wrong = page.dataframe[0].value
    assert wrong["place"].tolist() == ["B4"]
    assert wrong["typed"].tolist() == ["▲ x12"]
    assert "D5 応答率 97.0% / 90.0%" in plain(page)
    press(page, "2日分を入れる")

    assert (stored(day(16)).offered, stored(day(16)).abandoned) == (100, 8)
    assert stored(day(17)) is None
    assert stored(day(18)).consumer_centre_calls == 1
    assert stored(day(16)).updated_by == "委託"
    # The month that was entered is shown.
    assert page.dataframe[0].value["rate"].iloc[15] == "92.0%"
    assert page.query_params.get("view") is None


def test_pasted_days_can_be_confirmed_with_them(open_page, one_centre):
    page = paste_page(open_page, PASTED)
    page.checkbox[0].set_value(True).run()

    press(page, "2日分を入れる")

    assert stored(day(16)).confirmed is Done.DONE


def test_unknown_columns_are_named_once_and_remembered(open_page, one_centre):
    block = "日付\t呼\t取\n11/16\t10\t9\n"
    who = agent()
    page = paste_page(open_page, block, operator=who)
    assert "どの列が何の数かを選ぶと" in words(page)
    page.selectbox[1].set_value("offered").run()
    choose = next(s for s in page.selectbox if s.label == "取")
    choose.set_value("answered").run()
    press(page, "1日分を入れる")
    assert (stored(day(16)).offered, stored(day(16)).answered) == (10, 9)

    again = paste_page(open_page, block.replace("16", "17"), operator=who)
    press(again, "1日分を入れる")

    assert stored(day(17)).offered == 10


def test_a_confirmed_day_is_pasted_over_only_with_a_reason(open_page, one_centre):
    sure = calls(day(16), 50, 40).with_values(
        confirmed=Done.DONE, consumer_centre_calls=0
    )
    put(sure)
    page = paste_page(open_page, PASTED)
    press(page, "1日分を入れる")
    assert stored(day(16)).offered == 50

    page = paste_page(open_page, PASTED)
    next(t for t in page.text_input if "直す理由" in t.label).set_value("誤り")
    page.run()
    press(page, "1日分を入れる")

    assert (stored(day(16)).offered, stored(day(16)).confirmed) == (100, Done.DONE)


def test_who_saved_meanwhile_is_not_overruled_by_a_paste(open_page, one_centre):
    page = paste_page(open_page, PASTED)
    put(calls(day(16), 80, 70))

    press(page, "2日分を入れる")

    assert stored(day(16)).offered == 80
    assert stored(day(18)) is None
    assert "ほかの人が同じ日の数を先に保存しました" in words(page)
    assert page.text_area[0].value == PASTED
    press(page, "2日分を入れる")
    assert stored(day(16)).offered == 100


def test_what_cannot_be_read_is_said_calmly(open_page, one_centre):
    page = paste_page(open_page, "あいう\nかきく")

    assert not page.exception
    assert "見出しの行が見つかりません" in words(page)


# Questions, reports, the record ------------------------------------------------


def test_a_manager_sends_a_day_back_and_the_centre_answers_there(open_page, one_centre):
    who = agent()
    put(calls(FRIDAY, 100, 50), centre("C2"))
    page = open_page("kpi_entry")
    page.query_params["centre"] = "C1"
    page.query_params["date"] = FRIDAY.isoformat()
    page.run()
    ask = next(t for t in page.text_area if t.label == "聞きたいこと")
    ask.set_value("半分しか出られなかったのは?").run()
    press(page, "聞く")

    theirs = open_page("kpi_entry", operator=who)
    assert "差戻し 1件" in words(theirs) or "半分しか" in texts(theirs)
    theirs.query_params["date"] = FRIDAY.isoformat()
    theirs.run()
    assert "半分しか出られなかったのは?" in texts(theirs)
    next(t for t in theirs.text_area if t.label == "回答").set_value("回線障害").run()
    press(theirs, "回答する")

    page.run()
    assert "回線障害" in texts(page)
    assert not [b for b in theirs.button if b.label == "聞く"]


def test_an_empty_question_is_not_sent(open_page, one_centre):
    page = open_page("kpi_entry")

    press(page, "聞く")

    assert "聞きたいことを書いてください。" in words(page)


def texts(page: AppTest) -> str:
    return "\n".join(str(t.value) for t in page.text)


def test_a_confirmed_day_is_offered_as_a_text_to_copy(
    open_page, one_centre, monkeypatch
):
    makers = []
    monkeypatch.setattr(
        download, "for_the_same", lambda make: makers.append(make) or make
    )
    page = fill(open_page("kpi_entry"), **ENTERED)
    assert not page.code
    press(page, "確定する")

    assert page.code[0].value.splitlines()[1] == (
        "着信数 100 / 応答数 92 / 放棄数 8 / 応答率 92.0%"
    )
    assert [d.label for d in page.get("download_button")] == [
        "月の日報をExcelで(確定した日)"
    ]
    assert makers[-1]()
    log = context.live().search_log(LogQuery()).rows
    assert list(log["after"]).count(f"Excel {one_centre.name} 2026-11") == 1


def test_a_centre_sees_how_it_kept_its_deadline(open_page, one_centre):
    who = agent()
    on_time = calls(day(17), 9, 9).with_values(entered_at=clock.at(day(18), 9))
    late = calls(day(18), 9, 9).with_values(entered_at=clock.at(day(19), 12))
    put(calls(day(16), 9, 9), on_time, late)

    page = open_page("kpi_entry", operator=who)

    assert "33%(1/3日)" in words(page)
    assert "◆遅れ 1日" in words(page)
    assert "▲未入力 1日" in words(page)
    assert "締切は翌営業日の10:00" in words(page)


def test_what_does_not_add_up_is_said_while_the_month_is_typed(open_page, one_centre):
    put(*(calls(day(1) - timedelta(days=n), 100, 90) for n in range(1, 12)))
    page = month_page(open_page)
    page.session_state[grid_key(page)] = {
        "edited_rows": {1: {"offered": 1000, "answered": 90}, 2: {"offered": 1}}
    }
    page.run()
    page.session_state[grid_key(page)] = {
        "edited_rows": {
            1: {"offered": 1000, "answered": 90},
            2: {"offered": 5, "answered": 9},
        }
    }
    page.run()

    assert "11月2日(月) 着信数: 直近28日は100〜100でした" in plain(page)
    assert "11月3日(火) 応答数: 応答数が着信数より多くなっています。" in plain(page)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_paste_view_draws_in_both_languages(open_page, one_centre, language):
    page = paste_page(open_page, PASTED, language=language)

    assert not page.exception
    assert not page.error
