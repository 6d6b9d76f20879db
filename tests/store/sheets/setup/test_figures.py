"""What the formulas say about what people typed; the clock stands at a Saturday."""

from __future__ import annotations

import pytest

from lib.metrics.kpis import kpi
from lib.schema.tables import table

CASES = table("complaints").tab
DAYS = table("kpi_days").tab
INQUIRIES = table("agency_inquiries").tab
CENTRES = table("centres").tab


@pytest.fixture
def set_up_desk(desk):
    """Set up, with centre A and centre B, which leaves short calls out."""
    desk.set_up()
    desk.type(CENTRES, 2, センターコード="自社", センター名="自社", 有効="はい")
    desk.type(CENTRES, 3, センターコード="A", センター名="東京", 有効="はい")
    desk.type(
        CENTRES,
        4,
        センターコード="B",
        センター名="大阪",
        応答率の方式="除く",
        有効="はい",
    )
    desk.type(CENTRES, 5, センターコード="C", センター名="昔の", 有効="いいえ")
    desk.set_up()
    return desk


def row_of(desk, day, centre):
    """Return the row of a day laid out for a centre."""
    header = desk.header(DAYS)
    at_day, at_centre = header.index("日付"), header.index("センターコード")
    for number, row in enumerate(desk.hand.read(DAYS)[1:], start=2):
        if row[at_day].startswith(day) and row[at_centre] == centre:
            return number
    raise LookupError((day, centre))


def day(desk, when, centre, **counts):
    row = row_of(desk, when, centre)
    desk.type(DAYS, row, **counts)
    return row


# Rows of the ledger ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"次の約束日時": "2026/11/21 9:00"}, "超過"),
        ({"次の約束日時": "2026/11/21 18:00"}, "今日"),
        ({"次の約束日時": "2026/11/24 9:00"}, ""),
        ({"次の約束日時": "2026/11/20 9:00", "状態": "完了"}, ""),
        ({"次の約束日時": "2026/11/20 9:00", "重大度": "最重要"}, "超過 最重要"),
        ({}, "約束なし"),
        ({"種別": "要望のみ"}, ""),
    ],
)
def test_a_case_says_in_words_what_is_due(desk, cells, words):
    desk.set_up()
    desk.type(CASES, 2, 内容="箱が潰れていた", **cells)
    desk.set_up()

    assert desk.shown(CASES, "知らせ", 2) == words


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"先方指定期限": "2026/11/20 17:00"}, "超過"),
        ({"社内回答期限": "2026/11/21 17:00"}, "今日"),
        ({"先方指定期限": "2026/11/22 17:00", "社内回答期限": "2026/11/25"}, "明日"),
        ({"先方指定期限": "2026/11/20 17:00", "状態": "回答済"}, ""),
        ({}, ""),
    ],
)
def test_an_inquiry_says_when_its_answer_is_due(desk, cells, words):
    desk.set_up()
    desk.type(INQUIRIES, 2, 機関名="東京都消費生活総合センター", **cells)
    desk.set_up()

    assert desk.shown(INQUIRIES, "知らせ", 2) == words


def test_a_sorted_ledger_says_the_same_of_each_case(desk):
    desk.set_up()
    desk.type(CASES, 2, 内容="い", 次の約束日時="2026/11/21 9:00")
    desk.type(CASES, 3, 内容="あ", 次の約束日時="2026/11/24 9:00")
    desk.set_up()

    width = len(desk.header(CASES))
    last = desk.place(CASES, desk.header(CASES)[width - 1], 3)
    desk.hand.sort(CASES, f"A2:{last}", desk.header(CASES).index("内容") + 1)

    said = {
        desk.shown(CASES, "内容", row): desk.shown(CASES, "知らせ", row)
        for row in (2, 3)
    }
    assert said == {"い": "超過", "あ": ""}


# Rows of a day ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (
            {"着信数": "100", "応答数": "80", "放棄数": "17"},
            "着信数 100 ≠ 応答数+放棄数 97",
        ),
        ({"着信数": "100", "応答数": "80", "放棄数": "20"}, ""),
        ({"着信数": "80", "応答数": "100"}, "応答数が着信数より多い"),
        (
            {"着信数": "9", "応答数": "9", "解約申出数": "3", "抑止提案数": "4"},
            "抑止提案数が解約申出数より多い",
        ),
        ({"着信数": "100", "応答数": "約80", "放棄数": "20"}, ""),
        (
            {"着信数": "100", "応答数": "92", "申告応答率": "97%"},
            "申告応答率が計算 92.0% と違う",
        ),
        (
            {"着信数": "100", "応答数": "92", "申告応答率": "97"},
            "申告応答率が計算 92.0% と違う",
        ),
        ({"着信数": "100", "応答数": "92", "申告応答率": "92.5%"}, ""),
        ({"着信数": "0", "応答数": "0", "申告応答率": "97%"}, ""),
        (
            {
                "着信数": "110",
                "応答数": "90",
                "短時間放棄数": "10",
                "申告応答率": "90%",
            },
            "",
        ),
        ({}, "未入力"),
        ({"営業区分": "休業"}, ""),
    ],
)
def test_a_day_says_in_words_what_does_not_fit(set_up_desk, counts, words):
    row = day(set_up_desk, "2026/11/20", "A", **counts)

    assert set_up_desk.shown(DAYS, "確かめること", row) == words


@pytest.mark.parametrize(
    ("centre", "counts", "rate"),
    [
        ("A", {"着信数": "100", "応答数": "85"}, "85.0%"),
        ("A", {"着信数": "0", "応答数": "0"}, "—"),
        ("A", {"着信数": "100"}, ""),
        ("B", {"着信数": "110", "応答数": "90", "短時間放棄数": "10"}, "90.0%"),
        ("B", {"着信数": "110", "応答数": "90"}, ""),
    ],
)
def test_the_answer_rate_of_a_day_follows_the_centres_method(
    set_up_desk, centre, counts, rate
):
    row = day(set_up_desk, "2026/11/19", centre, **counts)

    assert set_up_desk.shown(DAYS, "応答率", row) == rate


# 今日 ------------------------------------------------------------------------------


def block(desk, cells):
    return desk.hand.read("今日", cells)


def test_today_lists_overdue_and_todays_promises_in_order_of_time(desk):
    desk.set_up()
    for row, (number, when, status) in enumerate(
        [
            ("K-1", "2026/11/21 15:00", "受付"),
            ("K-2", "2026/11/20 9:00", "対応中"),
            ("K-3", "2026/11/25 9:00", "受付"),
            ("K-4", "2026/11/19 9:00", "完了"),
            ("", "2026/11/21 9:30", ""),
        ],
        start=2,
    ):
        desk.type(
            CASES,
            row,
            内容="あ",
            受付番号=number,
            次の約束="折返し",
            次の約束日時=when,
            担当者="山田",
            状態=status,
        )

    assert block(desk, "A4:B4") == [["約束", "超過 2件・今日 1件"]]
    assert block(desk, "A6:E9") == [
        ["超過", "K-2", "2026/11/20(金) 09:00", "山田", "折返し"],
        ["超過", "6行目", "2026/11/21(土) 09:30", "山田", "折返し"],
        ["今日", "K-1", "2026/11/21(土) 15:00", "山田", "折返し"],
        ["", "", "", "", ""],
    ]


def test_today_says_that_nothing_was_promised(desk):
    desk.set_up()

    assert block(desk, "A6:B6") == [["ありません", ""]]


def test_yesterdays_answer_rate_stands_for_each_centre_or_that_it_is_missing(
    set_up_desk,
):
    assert block(set_up_desk, "G5:H7") == [
        ["東京", "未入力"],
        ["大阪", "未入力"],
        ["", ""],
    ]
    day(set_up_desk, "2026/11/20", "A", 着信数="100", 応答数="91")
    day(set_up_desk, "2026/11/20", "B", 営業区分="休業")

    assert block(set_up_desk, "G5:H6") == [["東京", "91.0%"], ["大阪", "休業"]]


def test_referrals_of_seven_days_leave_out_older_and_cancelled_ones(desk):
    desk.set_up()
    for row, (kind, when, status) in enumerate(
        [
            ("消費生活センター", "2026/11/21 9:00", "受付"),
            ("国民生活センター", "2026/11/15 0:00", "受付"),
            ("消費生活センター", "2026/11/14 23:59", "受付"),
            ("消費生活センター", "2026/11/20 9:00", "取消"),
            ("保健所", "2026/11/20 9:00", "受付"),
        ],
        start=2,
    ):
        desk.type(
            INQUIRIES, row, 機関名="あ", 機関種別=kind, 初回連絡日時=when, 状態=status
        )

    assert block(desk, "H17:H18") == [["2"], ["1"]]


def test_open_cases_of_the_gravest_kind_are_counted_and_named(desk):
    desk.set_up()
    desk.type(CASES, 2, 内容="あ", 受付番号="K-1", 重大度="最重要", 担当者="山田")
    desk.type(CASES, 3, 内容="あ", 受付番号="K-2", 重大度="最重要", 状態="完了")
    desk.type(CASES, 4, 内容="あ", 受付番号="K-3", 重大度="高")

    assert block(desk, "H20") == [["1"]]
    assert block(desk, "G21:H22") == [["K-1", "山田"], ["", ""]]


# KPI集計 ---------------------------------------------------------------------------


def totals(desk, row):
    titles = desk.hand.read("KPI集計", "A6:N6")[0]
    cells = desk.hand.read("KPI集計", f"A{row}:N{row}")[0]
    return dict(zip(titles, cells, strict=False))


def test_month_totals_divide_sums_by_sums_over_days_that_are_known(set_up_desk):
    day(set_up_desk, "2026/11/19", "A", 着信数="100", 応答数="90", 放棄数="10")
    day(set_up_desk, "2026/11/20", "A", 着信数="10", 応答数="1")
    day(set_up_desk, "2026/11/18", "A", 着信数="50")
    day(set_up_desk, "2026/11/20", "自社", 受注件数="300")

    own, tokyo = totals(set_up_desk, 7), totals(set_up_desk, 8)

    assert tokyo["センター"] == "東京"
    assert tokyo["着信数"] == "160"
    assert tokyo["応答率"] == f"{91 / 110:.1%}"
    assert tokyo["放棄率"] == "10.0%"
    assert "抑止成功率" not in tokyo  # it never stands without what followed
    assert tokyo["入力した行"] == "3"
    assert (own["受注件数"], own["着信数"]) == ("300", "")


def test_rates_made_in_two_ways_are_totalled_in_one_as_in_the_app(set_up_desk):
    day(set_up_desk, "2026/11/19", "A", 着信数="100", 応答数="90")
    day(
        set_up_desk,
        "2026/11/19",
        "B",
        着信数="110",
        応答数="90",
        短時間放棄数="10",
    )

    whole = totals(set_up_desk, 18)

    assert (whole["センター"], whole["着信数"]) == ("合計", "210")
    assert whole["応答率"] == f"{180 / 210:.1%}"
    assert [totals(set_up_desk, row)["応答率"] for row in (8, 9)] == ["90.0%", "90.0%"]
    said = set_up_desk.hand.read("KPI集計", "A2")[0][0]
    assert "「含む」の方式にそろえて数えます" in said
    assert kpi("answer_rate").common == "含む"


def test_another_month_is_shown_when_a_person_types_it_and_set_up_leaves_it(
    set_up_desk,
):
    day(set_up_desk, "2026/11/19", "A", 着信数="100", 応答数="90")

    set_up_desk.hand.type("KPI集計", "B4", "2026/10/1")
    set_up_desk.set_up()

    assert totals(set_up_desk, 8)["着信数"] == ""
    assert set_up_desk.hand.read("KPI集計", "A22") == [["2026年10月"]]


# 使い方 ----------------------------------------------------------------------------


def test_the_guide_links_the_app_and_the_hidden_tabs_and_fits_one_screen(desk):
    desk.set_up(app="https://mimamori.example.jp/")

    formulas = desk.hand.read("使い方", render="FORMULA")
    links = [cell for row in formulas for cell in row if "HYPERLINK" in str(cell)]
    assert links[0] == '=HYPERLINK("https://mimamori.example.jp/","アプリを開く")'
    hidden = desk.sheet("対応履歴")["properties"]["sheetId"]
    assert f'=HYPERLINK("#gid={hidden}","対応履歴")' in links
    assert len(formulas) <= 30


def test_an_app_address_once_set_stays(desk):
    desk.set_up(app="https://mimamori.example.jp/")

    assert not desk.set_up().changed


def test_the_guide_says_when_the_app_wrote_last(desk):
    desk.set_up()
    assert desk.hand.read("使い方", "E6") == [["まだありません"]]

    desk.hand.paste("_sys", "A2", [["c1", "2026/11/21 9:05"]])

    assert desk.hand.read("使い方", "E6") == [["2026/11/21(土) 09:05"]]


# Colours ---------------------------------------------------------------------------


def coloured(desk, tab, row, **cells):
    """Return the names of the rules that hold in a row."""
    desk.type(tab, row, **cells)
    rules = [
        rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"]
        for rule in desk.sheet(tab)["conditionalFormats"]
    ]
    desk.hand.add_tab("試し")
    held = set()
    for number, rule in enumerate(rules, start=2):
        # As Sheets does: the same formula, moved from the first row to this one.
        there = rule.replace("2", str(row)) if row != 2 else rule
        there = there.replace("$", f"'{tab}'!$")
        desk.hand.type("試し", f"A{number}", there)
        if desk.hand.read("試し", f"A{number}") == [["TRUE"]]:
            held.add(rule.split('"')[1].removeprefix("見守り:"))
    return held


@pytest.mark.parametrize(
    ("cells", "held"),
    [
        ({"次の約束日時": "2026/11/21 9:00"}, {"complaints:超過", "complaints:今日"}),
        (
            {"次の約束日時": "2026/11/22 9:00", "重大度": "高"},
            {"complaints:severity:high"},
        ),
        (
            {"次の約束日時": "2026/11/20 9:00", "重大度": "最重要", "状態": "完了"},
            {"complaints:closed"},
        ),
        ({"重大度": "最重要"}, {"complaints:severity:critical"}),
        ({"次の約束日時": "あした"}, set()),
    ],
)
def test_colours_of_a_case_follow_its_promise_severity_and_status(desk, cells, held):
    desk.set_up()

    assert coloured(desk, CASES, 2, 内容="あ", **cells) == held


def test_the_overdue_colour_goes_before_todays(desk):
    desk.set_up()

    formulas = [
        rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"]
        for rule in desk.sheet(CASES)["conditionalFormats"]
    ]
    late = next(n for n, text in enumerate(formulas) if "超過" in text)
    assert late < next(n for n, text in enumerate(formulas) if ":今日" in text)


@pytest.mark.parametrize(
    ("counts", "held"),
    [
        ({}, {"kpi:closed-day"}),
        (
            {"着信数": "100", "応答数": "80", "放棄数": "17"},
            {"kpi:closed-day", "kpi:mismatch"},
        ),
        ({"確定": "済"}, {"kpi:closed-day", "kpi:confirmed"}),
    ],
)
def test_a_day_is_coloured_where_it_does_not_fit_and_a_sunday_is_grey(
    set_up_desk, counts, held
):
    assert row_of(set_up_desk, "2026/11/01", "自社") == 2
    assert coloured(set_up_desk, DAYS, 2, **counts) == held


def test_an_inquiry_that_is_due_is_coloured(desk):
    desk.set_up()

    held = coloured(desk, INQUIRIES, 2, 機関名="あ", 先方指定期限="2026/11/23 9:00")

    assert held == {"inquiries:agency_due_at:soon"}
