"""The formula engine, through the API."""

import pytest


def value_of(api, formula):
    api.put("Sheet1!J1", [[formula]], "USER_ENTERED")
    return api.rows("Sheet1!J1", "UNFORMATTED_VALUE")[0][0]


@pytest.fixture
def table(api):
    api.put(
        "Sheet1!A1",
        [
            ["日付", "センター", "件数", "完了"],
            [46329, "東京", 3, True],
            [46330, "大阪", 5, False],
            [46331, "東京", "", True],
        ],
    )
    return api


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=1+2*3", 7),
        ("=(1+2)*3", 9),
        ("=50%", 0.5),
        ('="a"&1&TRUE', "a1TRUE"),
        ("=C2/C3", 0.6),
        ("=C2/C4", "#DIV/0!"),
        ('=IFERROR(C2/C4,"—")', "—"),
        ("=IF(C2>2,1,0)", 1),
        ('=IF(C4="","空",C4)', "空"),
        ("=SUM(C2:C4,1)", 9),
        ("=SUM(C:C)", 8),
        ("=COUNTA(A2:A)", 3),
        ('=COUNTIFS(B2:B,"東京")', 2),
        ('=COUNTIFS(B2:B4,"東京",D2:D4,TRUE)', 2),
        ('=COUNTIFS(A2:A4,">="&46330)', 2),
        ('=COUNTIFS(B2:B4,"<>東京")', 1),
        ('=COUNTIFS(B2:B4,"*阪")', 1),
        ('=SUMIFS(C2:C4,B2:B4,"東京")', 3),
        ('=SUMIF(B2:B4,"大阪",C2:C4)', 5),
        ("=TODAY()", 46329),
        ("=NOW()-TODAY()", 0.5),
        ("=DATE(2026,11,3)", 46329),
        ("=DATE(2026,13,1)", 46388),
        ('=TEXT(46329,"yyyy-mm")', "2026-11"),
        ("=EOMONTH(46329,0)", 46356),
        ("=MONTH(A2)", 11),
        ("=ROUND(2.345,2)", 2.35),
        ('=INDEX(FILTER(C2:C4,B2:B4="東京",C2:C4>0),1)', 3),
        ('=INDEX(FILTER(ROW(B:B),B:B="東京",ROW(B:B)>1),2)', 4),
        ("=INDEX(SORT(FILTER({ROW(C2:C4),C2:C4},C2:C4>0),2,FALSE),1,1)", 3),
        ("=SUM({1,2;3,4})", 10),
        ('=FILTER(C2:C4,B2:B4="京都")', "#N/A"),
        ("=INDEX(FILTER(C2:C4,C2:C4>0),3)", "#REF!"),
        ("=FILTER(C2:C4,B2:B3>0)", "#N/A"),
        ("=NOSUCH(1)", "#NAME?"),
        ("=Nothing!A1", "#REF!"),
        ("=1+", "#ERROR!"),
        ('="a"+1', "#VALUE!"),
        ("=$A$1", "日付"),
        ("=VLOOKUP(46330,A2:C4,3,FALSE)", 5),
        ("=AND(D2,C2=3)", True),
        ('=C2&"件"', "3件"),
        ("=C4", 0),
    ],
)
def test_formulas_give_what_sheets_gives(table, formula, value):
    assert value_of(table, formula) == pytest.approx(value)


def test_a_formula_reads_another_tab_and_follows_its_new_name(emulator, table):
    emulator.book(table.book_id).add_sheet("設定 2")
    table.put("'設定 2'!A1", [[7]])
    assert value_of(table, "='設定 2'!A1*2") == 14
    emulator.hand(table.book_id).rename_tab("設定 2", "設定")
    assert table.rows("Sheet1!J1", "FORMULA") == [["='設定'!A1*2"]]
    assert table.rows("Sheet1!J1") == [["14"]]


def test_a_circle_is_an_error_and_not_a_hang(api):
    api.put("Sheet1!A1", [["=B1", "=A1"]], "USER_ENTERED")
    assert api.rows("Sheet1!A1:B1") == [["#REF!", "#REF!"]]


def test_references_follow_inserted_and_deleted_rows(emulator, table):
    table.put("Sheet1!J1", [['=SUM(C2:C4)&"C2"']], "USER_ENTERED")
    hand = emulator.hand(table.book_id)
    hand.insert_rows("Sheet1", 3)
    assert table.rows("Sheet1!J1", "FORMULA") == [['=SUM(C2:C5)&"C2"']]
    hand.delete_rows("Sheet1", 2, 3)
    assert table.rows("Sheet1!J1", "FORMULA") == [['=SUM(C2:C3)&"C2"']]
    hand.delete_rows("Sheet1", 2, 3)
    assert table.rows("Sheet1!J1", "FORMULA") == [['=SUM(#REF!)&"C2"']]


def test_a_copied_formula_keeps_its_distances(emulator, api):
    api.put("Sheet1!A1", [[1, 10], [2, 20]])
    api.put("Sheet1!C1", [["=A1+$B$1"]], "USER_ENTERED")
    emulator.hand(api.book_id).copy("Sheet1", "C1", "C2")
    assert api.rows("Sheet1!C2", "FORMULA") == [["=A2+$B$1"]]
    assert api.rows("Sheet1!C1:C2") == [["11"], ["12"]]


def test_time_that_passes_shows_in_the_next_read(emulator, api):
    assert value_of(api, "=TODAY()") == 46329
    emulator.clock.advance(86_400)
    assert api.rows("Sheet1!J1", "UNFORMATTED_VALUE") == [[46330]]
