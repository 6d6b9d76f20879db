"""A block pasted from Excel or a CTI report becomes days, its wrong cells pointed at."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.actions.importing import blocks
from lib.actions.importing.blocks import ColumnKind, read_block
from lib.actions.importing.headers import WHY_LEFT_OUT
from lib.actions.importing.reading import (
    A_TOTAL,
    DAY_TWICE,
    NO_FIGURES,
    OTHER_CENTRE,
)
from lib.schema.frames import frame_of
from lib.schema.masters import Centre
from lib.schema.tables import table
from lib.schema.vocab import AnswerRateMethod

NOVEMBER = date(2026, 11, 1)

CTI = """\
センター日報\t\t\t\t\t\t\t
\t電話\t\t\t\t定期\t\t備考
日付\t着信\t応答\t放棄\t応答率\t解約申出\t提案\t
11/1(日)\t１２０\t100\t20\t83.3%\t12\t10\t
11/2(月)\t1,130\t1,110\t20\t92%\t8\t7\tTV放映
11/3(火)\tたくさん\t110件\tx\t\t8\t7\t
合計\t1,250\t1,210\t40\t84%\t20\t17\t
11/4\t\t\t\t\t\t\t
"""

ACROSS = """\
2026年11月 日報
項目\t\t1\t2\t3\t4\t合計
東京\t着信数\t10\t20\t30\t\t60
\t応答数\t9\t18\t20\t\t47
\t応答率\t90%\t90%\t80%\t\t
大阪\t着信数\t5\t2\t3\t\t10
\t応答数\t5\t1\t2\t\t8
"""


def test_a_report_with_merged_headers_gives_its_days():
    block = read_block(CTI, near=NOVEMBER, centre="TYO")

    assert [(d.day.day, d.centre) for d in block.days] == [(1, "TYO"), (2, "TYO")]
    assert dict(block.days[1].values) == {
        "offered": 1130,
        "answered": 1110,
        "abandoned": 20,
        "cancel_requests": 8,
        "retention_offers": 7,
        "note": "TV放映",
    }


def test_a_wrong_cell_is_pointed_at_and_what_is_no_day_is_skipped():
    block = read_block(CTI, near=NOVEMBER, centre="TYO")

    assert [(p.place, p.typed) for p in block.problems] == [("B6", "たくさん")]
    assert [(s.row, s.why) for s in block.skipped] == [(7, A_TOTAL), (8, NO_FIGURES)]


def test_an_hourly_export_gives_no_day_and_each_of_its_rows_is_pointed_at():
    hourly = (
        "日付\t時間帯\t着信\t応答\t応答率\n"
        "11/2\t9時\t10\t9\t50%\n"
        "11/2\t10時\t20\t18\t90%\n"
        "11/2\t11時\t5\t5\t100%\n"
        "11/3\t\t40\t38\t95%\n"
    )

    block = read_block(hourly, near=NOVEMBER, centre="TYO")

    assert [(d.day.day, d.values["offered"]) for d in block.days] == [(3, 40)]
    assert [(p.place, p.column, p.typed, p.why) for p in block.problems] == [
        (place, "日付", "11/2", DAY_TWICE) for place in ("A2", "A3", "A4")
    ]
    assert block.shares == ()


def test_a_day_that_stands_twice_in_the_same_way_is_taken_once():
    text = "日付\t着信\t応答\n11/2\t10\t9\n11/2\t10\t9\n"

    block = read_block(text, near=NOVEMBER, centre="TYO")

    assert [d.day.day for d in block.days] == [2]
    assert block.problems == ()


def test_a_bare_header_is_read_with_the_group_above_it():
    text = (
        "\t電話\t\t解約\t\t\n日付\t着信\t応答\t申出\t提案\t成功\n11/2\t10\t9\t8\t7\t6\n"
    )

    (found,) = read_block(text, near=NOVEMBER, centre="TYO").days

    assert dict(found.values) == {
        "offered": 10,
        "answered": 9,
        "cancel_requests": 8,
        "retention_offers": 7,
        "retention_kept": 6,
    }


def test_a_share_is_compared_and_never_a_value():
    block = read_block(CTI, near=NOVEMBER, centre="TYO")

    assert [(p.place, p.typed) for p in block.shares] == [("E5", "92.0% / 98.2%")]
    (share,) = [c for c in block.columns if c.kind is ColumnKind.SHARE]
    assert share.header == "電話 / 応答率"
    assert ColumnKind.SHARE in WHY_LEFT_OUT


def test_a_share_that_leaves_short_abandons_out_is_granted_some_number_of_them():
    lenient = Centre(
        code="TYO",
        name="東京",
        answer_rate_method=AnswerRateMethod.WITHOUT_SHORT,
    )
    centres = frame_of(table("centres"), [lenient])
    text = "日付\t着信\t応答\t応答率\n11/1\t200\t180\t95%\n11/2\t200\t180\t88%\n"

    block = read_block(text, near=NOVEMBER, centre="TYO", frames={"centres": centres})

    assert [(p.place, p.typed) for p in block.shares] == [("D3", "88.0% / 90.0%")]


def test_days_may_run_to_the_right_with_a_group_of_rows_for_each_centre():
    block = read_block(ACROSS)

    assert [(d.day, d.centre, dict(d.values)) for d in block.days[:3]] == [
        (NOVEMBER, "東京", {"offered": 10, "answered": 9}),
        (NOVEMBER, "大阪", {"offered": 5, "answered": 5}),
        (date(2026, 11, 2), "東京", {"offered": 20, "answered": 18}),
    ]
    assert len(block.days) == 6
    assert [(p.place, p.typed) for p in block.shares] == [("E5", "80.0% / 66.7%")]
    assert [s.why for s in block.skipped] == [NO_FIGURES, A_TOTAL]


def test_a_centre_is_shown_its_own_rows_only():
    block = read_block(ACROSS, only_centre="大阪")

    assert {d.centre for d in block.days} == {"大阪"}
    assert {s.why for s in block.skipped} >= {OTHER_CENTRE}


@pytest.mark.parametrize("divider", ["\t", ","])
def test_bare_days_are_of_the_month_that_is_entered(divider):
    lines = [["日", "着信", "応答"], *([n, n + 5, n] for n in range(1, 31))]
    text = "\n".join(divider.join(map(str, line)) for line in lines)

    block = read_block(text, near=date(2026, 11, 15), centre="A")

    assert [d.day for d in block.days] == [
        NOVEMBER + timedelta(days=n) for n in range(30)
    ]
    assert read_block(text, centre="A").days == ()


def test_a_missing_cell_is_no_zero_and_a_zero_stays():
    text = "日付\t着信数\t応答数\tセンター入電数\n2026/11/1\t10\t\t0\n"

    (day,) = read_block(text, centre="A").days

    assert dict(day.values) == {"offered": 10, "consumer_centre_calls": 0}


def test_a_corrected_column_is_remembered_and_used_again():
    text = "日付\t呼\t取\n2026/11/1\t10\t9\n"
    first = read_block(text, centre="A")
    assert first.why == blocks.NO_HEADERS

    again = read_block(
        text,
        centre="A",
        matches=blocks.matches_of({"呼": "offered", "取": "answered"}),
    )

    assert dict(again.days[0].values) == {"offered": 10, "answered": 9}
    assert blocks.column_matches(again, {2: blocks.LEFT_OUT}) == {"取": "-"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", blocks.EMPTY),
        (" \n\t\n", blocks.EMPTY),
        ("1\t2\t3\n", blocks.NO_HEADERS),
        ("日付\t着信数".encode().decode("cp932", "replace") * 3, blocks.GARBLED),
        (
            "日付\tセンター着信".encode("cp932").decode("cp1252", "replace"),
            blocks.GARBLED,
        ),
    ],
)
def test_a_block_that_cannot_be_read_says_why(text, why):
    block = read_block(text)

    assert (block.days, block.why) == ((), why)


CELLS = st.one_of(
    st.sampled_from(
        [
            "日付",
            "着信数",
            "応答",
            "東京",
            "合計",
            "11/1",
            "2026/11/1",
            "1",
            "31日",
            "-",
        ]
    ),
    st.text(max_size=6),
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, max_size=6), max_size=8),
    divider=st.sampled_from(["\t", ","]),
    near=st.none() | st.dates(date(2000, 1, 1), date(2099, 1, 1)),
)
def test_no_block_raises(rows, divider, near):
    text = "\n".join(divider.join(row) for row in rows)

    block = read_block(text, near=near, centre="A")

    assert block.days == () or block.why == ""
