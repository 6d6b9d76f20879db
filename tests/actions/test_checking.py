"""データ点検 finds what does not fit, says where and how to mend it, and is quick."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from lib import clock
from lib.actions import checking
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.escalation import Escalation
from lib.schema.frames import empty_frame, frame_of
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Centre, Member, Product
from lib.schema.record import Record
from lib.schema.tables import TABLES, table, table_of
from lib.schema.vocab import (
    Answered,
    AnswerRateMethod,
    Cause,
    Certainty,
    Change,
    ComplaintStatus,
    Done,
    Harm,
    Promise,
    Resolution,
    Source,
)
from lib.store.protocol import RowProblem, Snapshot

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=clock.TOKYO)
DAY = date(2026, 11, 20)


def frames(*records: Record) -> dict[str, pd.DataFrame]:
    found = {t.code: empty_frame(t) for t in TABLES}
    for t in {table_of(record).code for record in records}:
        place = table(t)
        found[t] = frame_of(place, [r for r in records if type(r) is place.record])
    return found


def complaint(**values: Any) -> Complaint:
    """A complaint in order, as the app saves it, without being checked for it."""
    made = {
        "id": "K-261120-7F3QX",
        "content": "届かない",
        "received_at": NOW - timedelta(hours=5),
        "next_promise": Promise.CALL_BACK,
        "next_promise_at": NOW + timedelta(hours=1),
    }
    return Complaint.model_validate(made | values)


CLOSED = {
    "status": ComplaintStatus.CLOSED,
    "harm": Harm.NO,
    "leak": Answered.NO,
    "read_back": Done.DONE,
    "resolution": Resolution.EXPLANATION,
    "cause": Cause.PRODUCT,
    "cause_certainty": Certainty.CONFIRMED,
}


def found(*records: Record) -> list[tuple[str, str, str]]:
    return [
        (problem.column, problem.typed, problem.why)
        for problem in checking.check_frames(frames(*records), NOW)
    ]


def test_data_in_order_have_no_problems():
    assert found(complaint(), complaint(id="K-261120-7F3QY", **CLOSED)) == []
    assert checking.check_frames(frames(), NOW) == []


def test_a_broken_rule_is_found_with_its_row_and_the_way_to_mend():
    (problem,) = checking.check_frames(frames(complaint(next_promise_at=None)), NOW)

    assert (problem.table, problem.tab) == ("complaints", "苦情台帳")
    assert (problem.key, problem.column) == ("K-261120-7F3QX", "次の約束日時")
    assert (problem.why, problem.mend) == (
        "約束の時刻を選んでください。",
        checking.MEND_FIELD,
    )


def test_a_closed_complaint_answers_what_closing_asks():
    assert found(complaint(**CLOSED | {"harm": Harm.UNASKED})) == [
        ("健康被害", "未確認", "健康被害の有無を確かめてから完了にしてください。")
    ]
    assert found(complaint(status=ComplaintStatus.CANCELLED)) == []


def test_an_imported_closed_complaint_is_not_asked_again():
    assert found(complaint(status=ComplaintStatus.CLOSED, source=Source.IMPORT)) == []


def test_the_counts_of_a_day_must_add_up():
    wrong = KpiDay(date=DAY, centre="自社", offered=10, answered=8, abandoned=5)

    assert found(wrong) == [
        ("放棄数", "5", "着信数 = 応答数 + 放棄数 になっていません。")
    ]


def test_a_confirmed_day_has_its_figures():
    assert found(KpiDay(date=DAY, centre="自社", confirmed=Done.DONE, orders=1)) == [
        ("出荷件数", "", "出荷件数を入れてください。なかった日は0と入れます。")
    ]
    assert found(KpiDay(date=DAY, centre="自社", orders=1)) == []


@pytest.mark.parametrize(
    ("reported", "problems"), [(90.0, 0), (90.5, 0), (90.6, 1), (95.0, 1), (None, 0)]
)
def test_a_reported_answer_rate_agrees_with_the_counts(reported, problems):
    day = KpiDay(
        date=DAY,
        centre="自社",
        offered=10,
        answered=9,
        abandoned=1,
        reported_answer_rate=reported,
    )

    assert len(found(day)) == problems


def test_a_reported_answer_rate_is_compared_as_the_centre_counts():
    centre = Centre(
        code="T", name="東京", answer_rate_method=AnswerRateMethod.WITHOUT_SHORT
    )
    day = KpiDay(
        date=DAY, centre="T", offered=10, answered=8, reported_answer_rate=100.0
    )

    assert found(centre, day.model_copy(update={"short_abandoned": 2})) == []
    assert len(found(centre, day.model_copy(update={"short_abandoned": 1}))) == 1
    assert found(centre, day) == []
    assert len(found(centre, day.model_copy(update={"reported_answer_rate": 75}))) == 1


def test_a_rate_of_no_calls_is_not_compared():
    day = KpiDay(
        date=DAY, centre="自社", offered=0, answered=0, reported_answer_rate=100.0
    )

    assert found(day) == []


def test_a_word_that_no_master_knows_is_offered_once():
    rows = [complaint(id=str(n), product_code="A-01", handler="山田") for n in range(3)]

    problems = checking.check_frames(frames(*rows), NOW)

    assert [(p.column, p.typed, p.key, p.mend) for p in problems] == [
        ("商品コード", "A-01", "0", checking.OFFER_TO_MASTER),
        ("担当者", "山田", "0", checking.OFFER_TO_MASTER),
    ]


def test_a_word_that_a_master_knows_is_no_problem():
    masters = [
        Product(code="A-01", name="クリーム"),
        Member(email="a@example.com", name="山田太郎", aliases="山田"),
        Centre(code="T", name="東京"),
    ]
    row = complaint(product_code="ａ-01", handler="山田", received_centre="T")

    assert found(row, *masters) == []


def test_the_unknown_product_and_the_company_always_exist():
    assert found(complaint(product_code="不明", received_centre="自社")) == []


def test_references_that_lead_nowhere_are_found():
    lost = Activity(id="H-1", case_id="K-000000-AAAAA", at=NOW, content="電話した")
    kept = Activity(id="H-2", case_id="K-261120-7F3QX", at=NOW, content="電話した")

    assert found(complaint(parent_id="K-000000-BBBBB"), lost, kept) == [
        ("元の受付番号", "K-000000-BBBBB", checking.LEADS_NOWHERE),
        ("対象番号", "K-000000-AAAAA", checking.LEADS_NOWHERE),
    ]


def test_an_imported_open_complaint_without_a_promise_is_listed():
    imported = complaint(source=Source.IMPORT, next_promise_at=None)

    assert found(imported) == [("次の約束日時", "", checking.NO_PROMISE)]
    assert found(imported.model_copy(update={"status": ComplaintStatus.CLOSED})) == []


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (-31, checking.LONG_FORGOTTEN),
        (-29, None),
        (365, None),
        (367, checking.FAR_AHEAD),
    ],
)
def test_a_promise_far_away_is_a_slip(days, why):
    problems = found(complaint(next_promise_at=NOW + timedelta(days=days)))

    assert [problem[2] for problem in problems] == ([why] if why else [])


def test_moments_that_cannot_be_are_found():
    ahead = complaint(received_at=NOW + timedelta(days=2))
    backwards = complaint(closed_at=NOW - timedelta(days=2), **CLOSED)

    assert found(ahead) == [("受付日時", "2026/11/23 15:00", checking.IN_FUTURE)]
    assert found(backwards)[0][2] == checking.CLOSED_BEFORE_RECEIVED


def test_a_key_that_stands_twice_is_found():
    problems = found(complaint(), complaint(content="写し"))

    assert problems == [("受付番号", "K-261120-7F3QX", checking.SAME_KEY)]


def test_two_members_of_one_name_are_found():
    members = [Member(email=f"{n}@example.com", name="山田 太郎") for n in "ab"]

    assert found(*members) == [("氏名", "山田 太郎", checking.SAME_NAME)]


def test_what_the_store_found_comes_first():
    problem = RowProblem(
        "complaints", "苦情台帳", 7, "受付日時", "", "昨日", "読めない"
    )
    snapshot = Snapshot(
        frames(complaint(next_promise=None)), 1, NOW, problems=(problem,)
    )

    first, second = checking.check(snapshot)

    assert first is problem
    assert second.column == "次の約束"


def test_a_rule_that_meets_a_missing_cell_does_not_stop_the_check():
    data = frames(complaint())
    data["inspections"] = empty_frame(table("inspections")).reindex(["x|y"])

    checking.check_frames(data, NOW)


@pytest.mark.parametrize(
    "record",
    [
        complaint(**CLOSED, occurred_on=DAY, people_involved=2),
        complaint(next_promise=None, next_promise_at=None),
        KpiDay(date=DAY, centre="A", offered=3, answered=5, reported_answer_rate=90.0),
        Escalation(
            id="E-1", complaint_id="K-1", raised_at=NOW, changes=(Change.PERSON,)
        ),
    ],
    ids=lambda record: type(record).__name__,
)
def test_the_quick_records_answer_rules_like_the_checked_ones(record):
    """The check skips validation for speed; each rule must answer alike."""
    place = table_of(record)

    (quick,) = checking._records(place, frame_of(place, [record]))

    assert quick.__dict__ == record.__dict__
    assert [r.broken(quick) for r in place.record.RULES] == [
        r.broken(record) for r in place.record.RULES
    ]


def test_twenty_thousand_complaints_are_checked_in_seconds():
    rows = [complaint(id=f"K-{n:05}", contact="0312345678") for n in range(20_000)]
    data = frames(*rows, *(KpiDay(date=DAY, centre=f"C{n}") for n in range(1_000)))
    data["complaints"].loc[data["complaints"].index[::100], "next_promise_at"] = None

    start = time.perf_counter()
    problems = checking.check_frames(data, NOW)

    assert time.perf_counter() - start < 5
    assert sum(p.table == "complaints" for p in problems) == 200
