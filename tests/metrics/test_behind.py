"""The formula with its numbers, and the rows behind a figure."""

from __future__ import annotations

import pytest

from lib.metrics.behind import behind
from lib.metrics.entering import entries
from lib.metrics.events import events
from lib.metrics.figures import figures
from lib.metrics.kpis import KPIS, kpi, value
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Setting
from lib.schema.vocab import AnswerRateMethod, ComplaintStatus
from lib.settings.worth import WORTH_SETTINGS
from tests.metrics.rows import (
    NOW,
    at,
    calls,
    centre,
    complaint,
    day,
    escalation,
    frames,
    inquiry,
    kpi_day,
)


def of(code, *rows, first=16, last=20, place=""):
    given = frames(rows)
    found = events(given, NOW)
    days = figures(given, NOW, day(21), found)
    return behind(
        kpi(code), days, found, first=day(first), last=day(last), centre=place
    )


def test_the_formula_stands_with_the_numbers_of_the_period():
    found = of("answer_rate", calls(day(16), 1000, 600), calls(day(17), 200, 180))

    assert found.symbol == "応答数 ÷ 着信数 × 100"
    assert found.filled == "780 ÷ 1,200 × 100"
    assert found.value.number == pytest.approx(0.65)
    assert [(p.column, p.total) for p in found.parts] == [
        ("answered", 780),
        ("offered", 1200),
    ]
    assert found.rows == {"kpi_days": ("2026-11-17|C1", "2026-11-16|C1")}


def test_the_method_of_the_centre_shows_in_its_formula():
    found = of(
        "answer_rate",
        kpi_day(day(16), offered=100, answered=90, short_abandoned=4),
        centre("C1", answer_rate_method=AnswerRateMethod.WITHOUT_SHORT),
        place="C1",
    )

    assert found.method == "除く"
    assert found.filled == "90 ÷ (100 − 4) × 100"


def test_a_total_over_differing_centres_is_shown_as_it_was_counted():
    found = of(
        "answer_rate",
        calls(day(16), 100, 90),
        kpi_day(day(16), "C2", offered=10, answered=9, short_abandoned=2),
        centre("C1"),
        centre("C2", answer_rate_method=AnswerRateMethod.WITHOUT_SHORT),
    )

    assert found.filled == "99 ÷ 110 × 100"
    assert "そろえて" in found.note.text()


def test_what_cannot_be_added_up_has_no_numbers_in_its_formula():
    counts = {"offered": 50, "short_abandoned": 0, "answered_in_time": 40}
    found = of(
        "service_level",
        kpi_day(day(16), **counts),
        kpi_day(day(16), "C2", **counts),
        centre("C1"),
        centre("C2", service_level_seconds=30),
    )

    assert found.filled == ""
    assert "合算しません" in found.note.text()
    assert len(found.rows["kpi_days"]) == 2


def test_a_day_left_out_is_named_with_what_is_blank():
    found = of(
        "answer_rate",
        calls(day(16), 100, 90),
        kpi_day(day(17), offered=80),
        kpi_day(day(18), note="回線工事"),
        calls(day(10), 5, 5),
    )

    assert found.filled == "90 ÷ 100 × 100"
    assert [(g.day.day, g.key, g.blank) for g in found.gaps] == [
        (17, "2026-11-17|C1", ("answered",))
    ]


def test_what_may_be_blank_is_no_gap():
    found = of(
        "retention_offer_rate",
        kpi_day(day(16), cancel_requests=10, retention_offers=5),
        kpi_day(day(17), cancel_requests=4),
    )

    assert found.filled == "5 ÷ (10 − 0) × 100"
    assert [g.blank for g in found.gaps] == [("retention_offers",)]


def test_a_rate_of_complaints_opens_the_complaints_and_the_shipments():
    """Tuesday's shipments are blank, so its complaint is left out and said so."""
    monday, tuesday = complaint(at(16)), complaint(at(17))
    found = of(
        "complaint_rate",
        monday,
        tuesday,
        complaint(at(16), status=ComplaintStatus.CANCELLED),
        kpi_day(day(16), COMPANY, shipments=1000),
        last=17,
    )

    assert found.filled == "1 ÷ 1,000 × 1,000"
    assert found.rows == {
        "kpi_days": ("2026-11-16|自社",),
        "complaints": (monday.id,),
    }
    assert [(g.day.day, g.key, g.blank) for g in found.gaps] == [
        (17, "", ("shipments",))
    ]


def test_referrals_and_escalations_open_their_own_rows():
    case = complaint(at(16))
    raised = escalation(case, at(16, 11))
    contact = inquiry(at(17))

    assert of("referrals", case, contact).rows == {"agency_inquiries": (contact.id,)}
    found = of("escalation_rate", case, raised, calls(day(16), 60, 50))
    assert found.rows == {
        "kpi_days": ("2026-11-16|C1",),
        "escalations": (raised.id,),
    }


def test_the_worst_hour_shows_the_one_day_that_decides():
    found = of(
        "worst_hour_answer_rate",
        kpi_day(day(16), worst_offered=20, worst_answered=6),
        kpi_day(day(17), worst_offered=10, worst_answered=8),
        kpi_day(day(18), worst_offered=5, worst_answered=0),
    )

    assert found.filled == "6 ÷ 20 × 100"
    assert found.rows == {"kpi_days": ("2026-11-16|C1",)}


def test_an_estimate_opens_the_days_whose_count_it_rests_on():
    found = of(
        "retention_worth",
        kpi_day(day(16), retention_confirmed=3),
        kpi_day(day(17), offered=3),
        *(
            Setting(group=s.group, name=s.name, effective_from=day(1), value="2")
            for s in WORTH_SETTINGS
        ),
    )

    assert found.value.number == 12
    assert found.rows == {"kpi_days": ("2026-11-16|C1",)}


def test_the_entry_record_opens_the_days_it_counts():
    given = frames(
        [
            centre("C1"),
            kpi_day(day(16), offered=1, entered_at=at(17, 9)),
            kpi_day(day(17), offered=1, entered_at=at(18, 11)),
        ]
    )
    rows = entries(given["kpi_days"], given["centres"], at(19, 12))

    found = behind(kpi("late_days"), rows, {}, first=day(16), last=day(20), centre="C1")

    assert found.value.number == 1
    assert found.rows == {"kpi_days": ("2026-11-17|C1",)}


@pytest.mark.parametrize("entry", KPIS, ids=lambda entry: entry.code)
def test_every_kpi_tells_the_same_value_as_without_its_rows(entry):
    case = complaint(at(16), next_promise_at=at(17))
    counts = {name: 40 for name in entry.columns if name in TYPED_COLUMNS}
    rows = [
        kpi_day(day(16), **counts),
        kpi_day(day(16), COMPANY, shipments=4000, orders=5000),
        case,
        inquiry(at(16)),
    ]
    given = frames(rows)
    found = events(given, NOW)
    days = figures(given, NOW, day(16), found)

    told = behind(entry, days, found, first=day(16), last=day(16))

    assert told.value.number == value(entry, days)
    assert bool(told.filled) == (told.value.number is not None)


TYPED_COLUMNS = set(kpi_day(day(1)).values()) - {"shipments", "orders"}


def test_nothing_known_has_no_rows_and_says_why():
    found = of("answer_rate")

    assert (found.filled, found.rows, found.gaps) == ("", {"kpi_days": ()}, ())
    assert found.value.reason(found.entry) is not None
