"""日報: what a centre sends on after confirming, as a text and in its own form."""

from __future__ import annotations

import io
from datetime import datetime

import openpyxl

from lib.files.reading import read_file
from lib.reports.kpi_report import ReportColumn, as_text, as_xlsx, usual_columns
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.schema.vocab import AnswerRateMethod, BusinessDay, Flag
from tests.metrics.rows import calls, centre, day, kpi_day

C1 = centre("C1", name="東京センター")
FULL = calls(day(20), 1200, 1104).with_values(
    consumer_centre_calls=0,
    cancel_requests=12,
    retention_offers=10,
    retention_kept=4,
    note="14時から回線障害\n15時に復旧",
)


def rows_of(data: bytes) -> list[tuple]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return list(sheet.iter_rows(values_only=True))


def test_a_day_as_text_has_a_line_a_group():
    assert as_text(FULL, C1, "ja").splitlines() == [
        "【日報】東京センター 11月20日(金)",
        "着信数 1,200 / 応答数 1,104 / 放棄数 96 / 応答率 92.0%",
        "センター入電数 0",
        "解約申出数 12 / 抑止提案数 10 / 抑止継続数 4",
        "特記事項: 14時から回線障害 15時に復旧",
    ]


def test_a_missing_count_is_left_out_and_a_zero_is_said():
    text = as_text(kpi_day(day(20), offered=0, answered=0, abandoned=0), C1, "ja")

    assert text.splitlines()[1] == "着信数 0 / 応答数 0 / 放棄数 0"
    assert "センター入電数" not in text


def test_a_closed_day_says_so_and_no_counts():
    text = as_text(kpi_day(day(20), business=BusinessDay.CLOSED), C1, "ja")

    assert text.splitlines() == ["【日報】東京センター 11月20日(金)", "休業"]


def test_the_text_speaks_the_language_asked_for():
    assert "Fri, Nov 20" in as_text(FULL, C1, "en")


def test_a_centres_own_form_keeps_its_titles_order_and_shape():
    columns = [
        ReportColumn("対象日", field="date"),
        ReportColumn("受電率", share="answer_rate"),
        ReportColumn("承認印"),
        ReportColumn("総着信", field="offered"),
    ]

    headers, first = rows_of(as_xlsx([FULL], C1, columns, "ja"))

    assert headers == ("対象日", "受電率", "承認印", "総着信")
    assert first == (datetime(2026, 11, 20), 0.92, None, 1200)


def test_a_share_counts_as_the_centre_counts():
    strict = centre("C1", answer_rate_method=AnswerRateMethod.WITHOUT_SHORT)
    one = FULL.with_values(short_abandoned=50)

    (_, (rate,)) = rows_of(
        as_xlsx([one], strict, [ReportColumn("率", share="answer_rate")], "ja")
    )

    assert rate == 0.96


def test_a_form_with_a_column_for_the_rate_of_success_leaves_it_blank():
    """What followed the talks is not known on the day, so the rate would stand alone."""
    columns = [
        ReportColumn("抑止率", share="retention_success"),
        ReportColumn("総合", share="retention_overall"),
        ReportColumn("継続", field="retention_kept"),
    ]

    _headers, first = rows_of(as_xlsx([FULL], C1, columns, "ja"))

    assert first == (None, None, 4)


def test_nothing_in_it_runs():
    odd = FULL.with_values(note='=HYPERLINK("http://x","y")')
    data = as_xlsx(
        [odd],
        C1,
        [ReportColumn("=1+1", field="note"), ReportColumn("@x", field="offered")],
        "ja",
    )

    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert all(cell.hyperlink is None for cell in cells)


def test_the_usual_form_is_what_the_centre_is_asked_for():
    names = [c.field or c.share for c in usual_columns(C1, "ja")]
    bare = [
        c.field or c.share
        for c in usual_columns(centre("C2", subscriptions=Flag.NO), "ja")
    ]
    own = [
        c.field or c.share
        for c in usual_columns(Centre(code=COMPANY, name=COMPANY), "ja")
    ]

    assert names[:2] == ["date", "business"]
    assert {"offered", "answer_rate", "retention_kept", "note"} <= {*names}
    assert "retention_success" not in names
    assert "retention_kept" not in bare
    assert "shipments" in own
    assert "offered" not in own


def test_the_form_can_be_imported_again():
    data = as_xlsx([FULL], C1, usual_columns(C1, "ja"), "ja")

    (sheet,) = read_file("日報.xlsx", data).sheets
    assert sheet.rows[0][:3] == ("日付", "営業区分", "着信数")
