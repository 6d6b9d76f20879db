"""コールセンターKPI driven without a browser: manager, outsourced centre, viewer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from lib import clock
from lib.metrics.kpi_themes import CODES, Theme
from lib.metrics.kpis import FIGURES
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Member, Setting
from lib.schema.principal import SYSTEM
from lib.schema.vocab import AnswerRateMethod, Request, Role, UtilisationMethod
from lib.ui import context
from lib.ui.kpis import measures
from tests.metrics.rows import at, calls, centre, complaint, day, inquiry, kpi_day

MANAGER, VIEWER, AGENT = "lead@example.jp", "view@example.jp", "agent@example.jp"

Open = Callable[..., AppTest]


def talks(on, code="C1", kept=30):
    return kpi_day(
        on,
        code,
        offered=200,
        answered=180,
        abandoned=20,
        cancel_requests=60,
        retention_offers=50,
        retention_kept=kept,
    )


@pytest.fixture(autouse=True)
def company(first_member, put) -> None:
    put(
        Member(email=MANAGER, name="森", role=Role.MANAGER),
        Member(email=VIEWER, name="見る人", role=Role.VIEWER),
        Member(email=AGENT, name="委託", role=Role.OUTSOURCED, centre="C1"),
        centre("C1", weekly_closed="土日祝"),
        centre(
            "C2",
            weekly_closed="土日祝",
            answer_rate_method=AnswerRateMethod.WITHOUT_SHORT,
            utilisation_method=UtilisationMethod.B,
        ),
        *(calls(day(n), 100, 80) for n in (9, 10, 11, 12, 13, 16, 17, 19)),
        kpi_day(day(17), "C2", offered=50, answered=45, abandoned=5, short_abandoned=4),
        kpi_day(day(17), COMPANY, orders=900, shipments=800),
    )


@pytest.fixture
def look(open_page) -> Open:
    """Open the page at an address, as somebody."""

    def opened(operator: str = MANAGER, language=None, **query: str) -> AppTest:
        page = open_page("kpis", operator=operator, language=language)
        for name, value in query.items():
            page.query_params[name] = value
        return page.run()

    return opened


def said(page: AppTest) -> str:
    parts = [
        *page.markdown,
        *page.caption,
        *page.subheader,
        *page.title,
        *page.text,
        *page.warning,
        *page.info,
        *page.code,
    ]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def links(page: AppTest) -> dict[str, str]:
    return {
        link.proto.label.replace("\\", ""): link.proto.query_string
        for link in page.main.get("page_link")
    }


def metric(page: AppTest, label: str):
    return next(m for m in page.metric if m.label == label)


def sound(page: AppTest) -> AppTest:
    assert not page.exception
    assert not page.error
    return page


# The list --------------------------------------------------------------------------


def test_a_figure_stands_with_value_target_and_the_way_behind_it(look):
    page = sound(look(centre="C1", period="28"))

    assert metric(page, "応答率").value == "80.0%"
    assert "目標 90%" in said(page)
    assert links(page)["**応答率**"].split("&") == [
        "period=28",
        "centre=C1",
        "theme=reach",
        "figure=answer_rate",
    ]


def test_what_misses_its_target_is_told_first_in_words(look, put):
    put(Setting(group="KPI目標", name="応答率・C1", effective_from=day(1), value="99"))

    page = sound(look(period="28"))

    text = said(page)
    assert "目標から外れている数字" in text
    assert (
        "C1センター: 応答率は80.0%。目標99%から大きく外れています(警報の線94%)。"
        in text
    )
    assert "figure=answer_rate" in links(page)["▲ 警報 応答率"]
    assert "centre=C1" in links(page)["▲ 警報 応答率"]


@pytest.mark.parametrize("theme", list(Theme))
def test_each_theme_shows_all_its_figures(look, theme):
    page = sound(look(theme=theme.code, period="90"))

    told = {q.rpartition("figure=")[2] for q in links(page).values()}
    assert set(CODES[theme]) <= told


def test_no_value_is_a_dash_with_its_reason(look):
    page = sound(look(theme="speed", period="28"))

    assert metric(page, "平均応答速度").value == "—"
    assert "必要な数がそろって入力された日がありません。" in said(page)


def test_centres_stand_side_by_side_counted_in_one_way_and_say_so(look):
    page = sound(look(period="28"))

    table = page.dataframe[0].value.set_index("数字")
    assert "80.0%" in table.loc["応答率", "C1センター"]
    assert "90.0%" in table.loc["応答率", "C2センター"]
    assert "方式にそろえて計算しました" in said(page)


def test_utilisation_is_never_compared_across(look, put):
    seconds = {"talk_seconds": 3000, "acw_seconds": 300, "hold_seconds": 60}
    work = seconds | {"idle_seconds": 400, "staffed_minutes": 80}
    put(kpi_day(day(18), "C1", **work), kpi_day(day(18), "C2", **work))

    page = sound(look(theme="work", period="7"))

    table = page.dataframe[0].value.set_index("数字")
    assert table.loc["稼働率"].tolist() == ["—", "—"]
    assert metric(page, "稼働率").value == "—"
    assert "稼働率: 数え方がセンターごとに違うので、並べて比べません。" in said(page)


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"period": "yesterday"}, "2026/11/20(金)"),
        ({"period": "7"}, "2026/11/14(土) – 2026/11/20(金)"),
        ({"period": "month", "month": "2026-10"}, "2026/10/01(木) – 2026/10/31(土)"),
        (
            {"period": "own", "from": "2026-11-09", "to": "2026-11-12"},
            "2026/11/09(月) – 2026/11/12(木)",
        ),
        ({"period": "<b>", "centre": "nobody"}, "2026/10/24(土) – 2026/11/20(金)"),
    ],
)
def test_the_address_says_which_days(look, query, days):
    assert days in said(sound(look(**query)))


def test_choosing_goes_into_the_address_and_out_of_it_again(look):
    page = look(period="7")

    page.selectbox(key="kpis.centre").set_value("C1").run()
    assert page.query_params["centre"] == "C1"

    control = next(b for b in page.get("button_group") if b.key == "kpis.theme")
    control.set_value(Theme.SPEED).run()
    assert page.query_params["theme"] == "speed"
    assert page.query_params["period"] == "7"


def test_a_page_without_centres_says_what_is_needed(open_page, monkeypatch):
    from lib.ui.kpis import address

    monkeypatch.setattr(address, "call_centres", lambda _desk: ())

    page = sound(open_page("kpis", operator=MANAGER))

    assert "電話を受けるセンターがまだありません" in said(page)


# Behind a figure --------------------------------------------------------------------


def test_every_figure_opens(look, put):
    put(talks(day(18)), complaint(at(17)), inquiry(at(18)))
    page = look(period="28")

    for entry in FIGURES:
        page.query_params["figure"] = entry.code
        text = said(sound(page.run()))

        assert (entry.code, entry.name in text, "式の版" in text) == (
            entry.code,
            True,
            True,
        )


def test_a_figure_shows_its_formula_with_its_numbers_and_where_it_comes_from(look):
    page = sound(look(figure="answer_rate", centre="C1", period="7"))

    formula = page.code[0].value
    assert formula.splitlines() == [
        "応答数 ÷ 着信数 × 100",
        "= 240 ÷ 300 × 100",
        "= 80.0%",
    ]
    assert "出典: 一般的な定義です。" in said(page)
    assert "(式の版 2)" in said(page)


def test_days_left_out_say_what_is_blank_and_lead_to_the_day(look, put):
    put(kpi_day(day(20), offered=100))

    page = sound(look(figure="answer_rate", centre="C1", period="7"))

    assert "空欄: 応答数" in said(page)
    assert links(page)["2026/11/20(金) C1センター"] == "centre=C1&date=2026-11-20"


def test_the_rows_behind_are_there(look):
    page = sound(look(figure="answer_rate", centre="C1", period="7"))

    rows = page.dataframe[0].value
    assert rows["着信数"].tolist() == [100, 100, 100]
    assert rows["日付"].tolist()[0] == "2026/11/19(木)"


def test_marks_are_told_in_words_below_the_chart(look, put):
    put(
        kpi_day(day(18), offered=5, answered=5, abandoned=0, note="**TV**放映"),
        Setting(group="KPI目標", name="応答率", effective_from=day(17), value="85"),
    )

    text = said(sound(look(figure="answer_rate", centre="C1", period="7")))

    assert "▼ 2026/11/18(水) 特記事項 C1センター: **TV**放映" in text
    assert "― 2026/11/17(火) 目標の変更: 応答率の目標を90%から85%に変更" in text


def test_an_unknown_figure_is_the_list(look):
    assert "目標から外れている数字" in said(sound(look(figure="no_such_thing")))


# Deterrence with a conscience ---------------------------------------------------------


def test_success_never_stands_without_what_followed(look, put):
    put(
        talks(day(2)),
        complaint(
            at(5), content="解約できないと言われた", request=Request.CANCELLATION
        ),
        inquiry(at(6), facts="解約させてくれない"),
    )

    for query in ({"theme": "retention"}, {"figure": "retention_success"}):
        page = sound(look(period="28", **query))

        assert metric(page, "解約できない・つながらない苦情").value == "1件"
        assert metric(page, "解約についてのセンターからの連絡").value == "1件"
        text = said(page)
        assert "警報" in text
        assert "特定商取引法13条の2" in text


def test_an_outsourced_centre_is_not_told_zero_complaints_it_cannot_see(look, put):
    put(talks(day(2)), complaint(at(5), content="解約できない", received_centre="C2"))

    for query in ({"theme": "retention"}, {"figure": "retention_success"}):
        page = sound(look(AGENT, period="28", **query))

        labels = {m.label for m in page.metric}
        assert (
            not {"抑止成功率", "総合抑止率", "解約できない・つながらない苦情"} & labels
        )
    page = sound(look(AGENT, theme="retention", period="28"))
    assert metric(page, "抑止提案率").value == "83.3%"
    assert "高いほど良いとは限りません" in said(page)


# Targets ------------------------------------------------------------------------------


def targets_of(code: str) -> list[tuple[str, str, str]]:
    frame = context.live().for_user(SYSTEM).frame("settings")
    rows = frame[frame["group"] == "KPI目標"]
    return [
        (row["name"], row["value"], row["description"])
        for _key, row in rows.iterrows()
        if row["name"].startswith(code)
    ]


def test_a_target_is_previewed_and_counts_from_its_day(look):
    page = look(view="targets", figure="answer_rate", centre="C1", period="28")
    key = "kpis.target.answer_rate.C1"
    page.text_input(key=key).set_value("75").run()
    assert "目標75%に届いています" in said(sound(page))
    assert targets_of("応答率") == []

    page.text_input(key=f"{key}:reason").set_value("契約の見直し").run()
    page.button(key=f"{key}:save").click().run()

    assert targets_of("応答率") == [("応答率・C1", "75", "契約の見直し")]
    text = said(sound(page))
    assert "目標 75%(C1センター)" in text
    assert "契約の見直し" in text


def test_a_line_is_previewed_and_kept_with_the_target_that_counts(look):
    page = look(view="targets", figure="answer_rate", centre="C1", period="28")
    key = "kpis.target.answer_rate.C1"
    assert "警報の線 80%(標準)" in said(sound(page))
    page.text_input(key=f"{key}:alarm").set_value("85").run()
    assert "(警報の線85%)" in said(sound(page))

    page.button(key=f"{key}:save").click().run()

    assert [row[:2] for row in targets_of("応答率")] == [("応答率・C1", "90 警報85")]
    text = said(sound(page))
    assert "警報の線 85%(決めた線)" in text
    assert "目標 90% 警報の線 85%(C1センター)" in text


def test_a_line_better_than_the_target_is_said_and_nothing_is_saved(look):
    page = look(view="targets", figure="answer_rate", centre="C1")
    key = "kpis.target.answer_rate.C1"
    page.text_input(key=f"{key}:alarm").set_value("95").run()

    page.button(key=f"{key}:save").click().run()

    assert "警報の線は、目標より悪い方の数にしてください。" in said(sound(page))
    assert targets_of("応答率") == []


def test_what_is_no_target_is_said_at_the_field_and_nothing_is_saved(look):
    page = look(view="targets", figure="answer_rate", centre="C1")
    key = "kpis.target.answer_rate.C1"
    page.text_input(key=key).set_value("たかめ").run()

    page.button(key=f"{key}:save").click().run()

    assert "0から100までの数で入力してください。" in said(sound(page))
    assert targets_of("応答率") == []
    assert page.text_input(key=key).value == "たかめ"


def test_the_two_values_of_the_estimate_are_set_here(look):
    page = look(view="targets")
    page.session_state["settings:open:worth_unit_price"] = True
    page.run()

    page.text_input(key="settings:worth_unit_price").set_value("5280").run()
    page.button(key="settings:worth_unit_price:save").click().run()

    frame = context.live().for_user(SYSTEM).frame("settings")
    saved = frame[frame["group"] == "LTVの推計"]
    assert saved["value"].tolist() == ["5280"]


@pytest.mark.parametrize("who", [VIEWER, AGENT])
def test_who_does_not_lead_changes_no_target(look, who):
    page = sound(look(who, view="targets", figure="answer_rate"))

    assert "目標を決める" not in said(page)
    assert not [i for i in page.text_input if str(i.key).startswith("kpis.target")]
    assert "目標を変える" not in links(page)


# Who sees what --------------------------------------------------------------------------


def test_an_outsourced_centre_sees_itself_only_by_its_own_target(look, put):
    put(
        Setting(group="KPI目標", name="応答率・C1", effective_from=day(1), value="75"),
        Setting(group="KPI目標", name="応答率・C2", effective_from=day(1), value="99"),
    )

    page = sound(look(AGENT, centre="C2", period="28"))

    text = said(page)
    assert "自センターの実績" in text
    assert metric(page, "応答率").value == "80.0%"
    assert "目標 75%" in text
    assert "C2" not in text
    assert "99" not in text
    assert not any("complaint_rate" in query for query in links(page).values())


def test_an_outsourced_centre_cannot_open_a_figure_of_the_company(look):
    page = sound(look(AGENT, figure="complaint_rate"))

    assert "式の版" not in said(page)


def test_a_viewer_sees_the_figures_and_what_is_behind(look):
    page = sound(look(VIEWER, figure="answer_rate", centre="C1", period="7"))

    assert metric(page, "応答率").value == "80.0%"
    # 日次KPI入力 is not theirs to open, so nothing leads there.
    assert "date=" not in "".join(links(page).values())


def test_the_page_speaks_english(look):
    page = sound(look(language="en", theme="retention", period="28"))

    assert "Call-centre KPIs" in said(page)
    assert metric(page, "Retention success")


def test_the_form_of_a_centre_says_until_when_its_target_counts(open_page, put):
    page = open_page("centres", operator=MANAGER)
    page.session_state["master_centres:opened"] = "C1"
    assert "決めるまでの値です" in said(sound(page.run()))

    put(Setting(group="KPI目標", name="応答率・C1", effective_from=day(1), value="92"))

    assert "「KPI目標」で決めてあります" in said(sound(page.run()))
    query = links(page)["KPI目標を見る"]
    assert query == "view=targets&figure=answer_rate&centre=C1"


def test_a_day_being_typed_shows_no_rate_of_success_alone(open_page):
    page = sound(open_page("kpi_entry", operator=AGENT))

    labels = [m.label for m in page.metric]
    assert "抑止提案率" in labels
    assert "抑止成功率" not in labels


def test_yesterday_is_no_day_of_the_future(look):
    assert clock.today() == day(21)
    assert "2026/11/21" not in said(sound(look(period="7"))).split("\n")[-1]


# 施策を記録 --------------------------------------------------------------------------


def improvements():
    return context.live().for_user(SYSTEM).frame("improvements")


def open_box(page: AppTest, key: str) -> AppTest:
    page.session_state[key] = True
    return page.run()


def press(page: AppTest, label: str) -> AppTest:
    return next(b for b in page.button if b.label == label).click().run()


def words_box(page: AppTest):
    return next(t for t in page.text_input if t.label.startswith("何をしたか"))


def recorded(look, words: str = "昼の応援シフト") -> AppTest:
    page = open_box(look(figure="answer_rate", centre="C1"), measures.RECORDING)
    next(d for d in page.date_input if d.label == "いつ").set_value(day(12))
    words_box(page).set_value(words).run()
    return press(page, "記録する")


def test_a_measure_recorded_below_the_chart_is_a_mark_on_it(look):
    page = sound(recorded(look))

    assert "◆ 2026/11/12(木) 施策 C1センター: 昼の応援シフト" in said(page)
    (row,) = improvements().itertuples()
    assert (row.centre, row.owner, row.updated_by) == ("C1", "森", "森")
    assert page.session_state[measures.RECORDING] is False


def test_what_lacks_is_said_at_its_field_and_the_words_stay(look):
    page = open_box(look(figure="answer_rate"), measures.RECORDING)

    page = sound(press(page, "記録する"))

    assert "何をしたか、何があったかを書いてください。" in said(page)
    assert improvements().empty


def test_a_record_is_put_right_and_taken_back_and_up_again(look):
    page = open_box(recorded(look), measures.CORRECTING)
    words_box(page).set_value("夕方の応援シフト").run()
    page = sound(press(page, "直して保存"))
    assert "夕方の応援シフト" in said(page)

    page = press(open_box(page, measures.CORRECTING), "この記録を取り消す")
    assert "施策 C1" not in said(page)
    page = sound(press(open_box(page, measures.CORRECTING), "元に戻す"))

    assert "◆ 2026/11/12(木) 施策 C1センター: 夕方の応援シフト" in said(page)


def test_two_people_on_one_record_choose_which_words_stay(look):
    page = open_box(recorded(look), measures.CORRECTING)
    words_box(page).set_value("自分の言葉").run()
    other = open_box(look(figure="answer_rate", centre="C1"), measures.CORRECTING)
    words_box(other).set_value("相手の言葉").run()
    press(other, "直して保存")

    page = press(page, "直して保存")
    assert improvements()["title"].tolist() == ["相手の言葉"]
    assert "相手の言葉" in said(page)
    page = sound(press(page, "選んだ内容で保存"))

    assert improvements()["title"].tolist() == ["自分の言葉"]


@pytest.mark.parametrize("who", [VIEWER, AGENT])
def test_only_staff_is_offered_to_record_a_measure(look, who):
    page = sound(look(who, figure="answer_rate", centre="C1"))

    assert "施策を記録" not in [b.label for b in page.main.get("popover")]
    page = open_box(page, measures.RECORDING)
    assert not [b for b in page.button if b.label == "記録する"]
