"""What stands beside the contacts: cells, the answer rate, its lag, what changed."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from lib import clock
from lib.actions.risks import panels
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.masters import Product
from lib.schema.vocab import Category, Source
from tests.actions.risks.company import (
    NOW,
    TODAY,
    back,
    contacts,
    orders,
    risen,
    steady,
    working_days,
)
from tests.metrics.rows import calls, centre, complaint, inquiry

SERUM = Product(code="SERUM", name="美容液")


def complaints(days: int, every: int, until: int = 0, **values):
    span = list(working_days(back(days), back(until)))
    return [complaint(clock.at(day), **values) for day in span[::every]]


# Cells --------------------------------------------------------------------------------


def test_a_product_and_kind_that_stand_out_have_a_card_with_their_cases(
    desk, put
) -> None:
    usual = complaints(90, 1, product_code="SOAP", category=Category.DELIVERY)
    broken = [
        complaint(
            clock.at(TODAY, 9, n), product_code="SERUM", category=Category.PACKAGING
        )
        for n in range(9)
    ]
    put(SERUM, *usual, *broken)
    found = panels.cells_of(desk, NOW)
    (card,) = [c for c in found.cards if c.product and c.category]

    assert (card.product_name, card.category) == ("美容液", "包装・容器")
    assert card.count == 9
    assert card.expected < 2
    assert card.is_fresh
    assert set(card.cases) == {row.id for row in broken}
    assert (len(card.weeks), card.weeks[-1]) == (12, 9)
    margins = [bool(c.product and c.category) for c in found.cards]
    assert margins == sorted(margins)  # what holds for all of a product comes first


def test_a_steady_stream_has_no_card(desk, put) -> None:
    put(*complaints(120, 1, product_code="SOAP", category=Category.DELIVERY))

    assert panels.cells_of(desk, NOW) == panels.Cells((), 0, 0)


def test_between_an_import_and_the_ledger_nothing_is_known(desk, put) -> None:
    """A year was imported up to ten weeks ago; the ledger is a few days old."""
    kind = {"product_code": "SOAP", "category": Category.DELIVERY}
    imported = complaints(365, 1, until=70, source=Source.IMPORT, **kind)
    put(*imported, *complaints(9, 1, **kind))
    found = panels.cells_of(desk, NOW)

    assert found.cards == ()
    assert found.waiting == 28 - 10


def test_an_import_that_the_ledger_takes_up_lets_judge_at_once(desk, put) -> None:
    kind = {"product_code": "SOAP", "category": Category.DELIVERY}
    imported = complaints(365, 1, until=10, source=Source.IMPORT, **kind)
    put(*imported, *complaints(9, 1, **kind))

    assert panels.cells_of(desk, NOW) == panels.Cells((), 0, 0)


def test_a_young_ledger_says_how_many_days_are_missing(desk, put) -> None:
    put(complaint(clock.at(back(9))))

    assert panels.cells_of(desk, NOW).waiting == 18


def test_an_empty_ledger_has_all_days_to_wait(desk) -> None:
    assert panels.cells_of(desk, NOW) == panels.Cells((), 28, 0)


def test_an_unknown_product_is_called_so_and_not_all_products(desk, put) -> None:
    put(
        *complaints(90, 1, product_code="SOAP", category=Category.DELIVERY),
        *(
            complaint(clock.at(TODAY), product_code=code, category=Category.PACKAGING)
            for code in ("", UNKNOWN_PRODUCT) * 4
        ),
    )
    cards = panels.cells_of(desk, NOW).cards

    assert UNKNOWN_PRODUCT in {card.product for card in cards}
    assert max(card.count for card in cards) == 8


# The answer rate ----------------------------------------------------------------------


def telephone(rate_of, days: int = 120, code: str = "C1"):
    return [
        calls(day, 100, round(100 * rate_of((TODAY - day).days)), code)
        for day in working_days(back(days), back(1))
    ]


def test_a_drop_is_an_alarm_within_limits_of_its_kind_of_day(desk, put) -> None:
    put(centre("C1"), complaint(clock.at(back(130))))
    put(*telephone(lambda ago: 0.92 if ago > 7 else 0.70))
    (found,) = panels.answer_rates(desk, NOW)
    days = found.days

    assert found.is_alarm
    assert days["share"].iloc[-1] == pytest.approx(0.70)
    assert days["share"].iloc[-1] < days["lower"].iloc[-1] < days["expected"].iloc[-1]
    assert not days["alarm"].iloc[:-7].any()


def test_all_together_come_first_where_there_are_several(desk, put) -> None:
    put(centre("C1"), centre("C2"), complaint(clock.at(back(130))))
    put(*telephone(lambda _ago: 0.9), *telephone(lambda _ago: 0.5, code="C2"))
    found = panels.answer_rates(desk, NOW)

    assert [one.centre for one in found] == ["", "C1", "C2"]
    assert found[0].days["share"].iloc[-1] == pytest.approx(0.7)


@pytest.mark.parametrize(("ago", "is_stale"), [(7, False), (8, True), (42, True)])
def test_figures_that_stopped_coming_say_nothing_of_today(
    desk, put, ago, is_stale
) -> None:
    low = [calls(back(n), 100, 92 if n > ago + 9 else 60) for n in range(ago, 120)]
    put(centre("C1"), complaint(clock.at(back(130))), *low)
    (found,) = panels.answer_rates(desk, NOW)

    assert found.days["alarm"].iloc[-1]
    assert (found.is_stale, found.is_alarm) == (is_stale, not is_stale)


def test_the_telephone_is_charted_where_no_contact_is_known_at_all(desk, put) -> None:
    only_calls = [
        row.with_values(consumer_centre_calls=None)
        for row in telephone(lambda _ago: 0.9, days=199)
    ]
    put(centre("C1"), *only_calls)
    (found,) = panels.answer_rates(desk, NOW)

    assert len(found.days) == len(only_calls)
    assert found.waiting == 0
    assert panels.lag_of(desk, NOW).waiting.days == 180


def test_the_telephone_is_looked_back_at_three_years(desk, put) -> None:
    put(centre("C1"), calls(back(1101), 100, 90), calls(back(1), 100, 90))
    (found,) = panels.answer_rates(desk, NOW)

    assert len(found.days) == 1


def test_a_day_without_calls_is_no_point(desk, put) -> None:
    put(centre("C1"), complaint(clock.at(back(40))))
    put(*telephone(lambda _ago: 0.9, days=30), calls(TODAY, 0, 0))
    (found,) = panels.answer_rates(desk, NOW)

    assert found.days["day"].max().date() < TODAY
    assert np.isfinite(found.days["share"]).all()


# The lag ------------------------------------------------------------------------------


def test_what_is_missing_is_counted_before_anything_is_said(desk, put) -> None:
    put(centre("C1"), *steady(days=100), *telephone(lambda _ago: 0.9, days=99))
    found = panels.lag_of(desk, NOW)
    text = "".join(part.text() for part in found.sentence)

    assert found.link is None
    assert found.waiting.days > 0
    assert f"あと{found.waiting.days}日分" in text
    assert f"あと{found.waiting.cases}件" in text


def test_a_tendency_is_told_without_saying_what_came_of_what(desk, put) -> None:
    """Each drop of the telephone is followed by contacts five days later."""

    def rate(ago: int) -> float:
        return 0.65 if ago % 45 < 5 else 0.93

    followed = [
        row
        for ago in range(1, 500)
        if rate(ago + 5) < 0.8
        for row in contacts(back(ago), 2)
    ]
    put(centre("C1"), *steady(days=500, until=0, every=4), *followed)
    put(*telephone(rate, days=500))
    found = panels.lag_of(desk, NOW)
    text = "".join(part.text() for part in found.sentence)

    assert found.link is not None
    assert found.link.linked
    assert 3 <= found.link.lag <= 8
    assert len(found.curve) == 14
    assert found.sentence[0].details["first"] == back(500)
    assert "傾向があります" in text
    assert "原因" not in text


def test_a_telephone_older_than_the_ledger_is_held_against_its_own_days(
    desk, put
) -> None:
    """Both end today, however far back each of them goes."""
    rows = telephone(lambda ago: 0.65 if ago % 45 < 5 else 0.93, days=600)
    put(centre("C1"), *steady(days=300, until=0))
    put(*(row.with_values(consumer_centre_calls=None) for row in rows))
    found = panels.lag_of(desk, NOW)

    assert found.link is not None
    assert not found.link.linked
    assert found.sentence[0].details["first"] == date(2026, 1, 26)


def test_a_tendency_is_told_of_the_days_that_the_telephone_is_known_of(
    desk, put
) -> None:
    """Figures stopped 42 days ago; what came a fortnight later follows nothing known."""
    rows = telephone(lambda ago: 0.65 if ago % 45 < 5 else 0.93, days=400)
    put(centre("C1"), *steady(days=400, until=0, every=2))
    put(*(row for row in rows if row.date <= back(42)))
    (first, *_rest) = panels.lag_of(desk, NOW).sentence

    assert first.details["last"] == back(42 - 14)


# What changed -------------------------------------------------------------------------


def test_nothing_changed_in_calm(desk, put) -> None:
    put(*steady(until=0), *orders())

    assert panels.what_changed(desk, NOW) == panels.WhatChanged()


def test_the_cells_with_the_largest_excess_come_first_with_their_shares(
    desk, put
) -> None:
    more = [
        inquiry(clock.at(day, 14), product_code="SERUM", category=Category.CONTRACT)
        for day in working_days(back(12), back(1))
    ]
    put(SERUM, *steady(), *risen(12, 1), *more, *orders())
    found = panels.what_changed(desk, NOW)

    assert found.cells[0].product_name == "美容液"
    assert found.cells[0].category == "契約・解約"
    assert found.cells[0].expected == 0
    assert set(found.cells[0].cases) <= {row.id for row in more}
    shares = [cell.share for cell in found.cells]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1 + 1e-9
    assert found.telephone is None


def test_a_case_that_several_centres_bring_changes_a_cell_once(desk, put) -> None:
    more = [
        inquiry(
            clock.at(day, 14 + n),
            product_code="SERUM",
            category=Category.CONTRACT,
            complaint_id=f"K-{day:%m%d}",
        )
        for day in working_days(back(12), back(1))
        for n in range(3)
    ]
    put(SERUM, *steady(), *risen(12, 1), *more, *orders())
    cell = panels.what_changed(desk, NOW).cells[0]

    assert cell.product == "SERUM"
    assert cell.count == len(cell.cases)
    assert set(cell.cases) <= {row.id for row in more[::3]}


def test_a_telephone_that_was_hard_to_reach_before_is_a_neutral_line(desk, put) -> None:
    put(centre("C1"), *steady(), *risen(), *orders())
    put(*telephone(lambda ago: 0.65 if 16 <= ago <= 24 else 0.93, days=200))
    line = panels.what_changed(desk, NOW).telephone

    assert line is not None
    assert "C1センター" in line.text()
    assert "原因" not in line.text()
    assert line.details["last"] <= back(12) - timedelta(days=1)
