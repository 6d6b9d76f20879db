"""How many contacts came on each day, and which days are not known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from lib import clock
from lib.actions.risks import judging
from lib.actions.risks.counting import LONGEST, Daily, daily_of
from lib.risk.days import DayClass
from lib.risk.detection import Level
from lib.risk.sensitivity import STANDARD
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Setting
from lib.schema.record import Record
from lib.schema.vocab import BusinessDay, InquiryStatus, Source
from lib.settings import past_counts
from tests.actions.risks.company import TODAY, back, contacts, orders, working_days
from tests.metrics.rows import centre, complaint, frames, inquiry, kpi_day


def counted(*rows: Record, today: date = TODAY) -> Daily:
    return daily_of(frames(rows), today)


def count_on(seen: Daily, day: date) -> float:
    return float(seen.counts[seen.place(day)])


def month(name: str, count: str) -> Setting:
    return Setting(
        group=past_counts.GROUP,
        name=name,
        effective_from=date(2026, 1, 1),
        value=count,
    )


def test_a_quiet_day_of_the_ledger_is_zero_and_a_day_before_it_is_not_known() -> None:
    seen = counted(complaint(clock.at(back(5))), *contacts(back(2)))

    assert seen.first == back(5)
    assert [count_on(seen, back(n)) for n in (4, 2, 1)] == [0, 1, 0]
    assert not seen.is_missing.any()


def test_a_morning_without_a_contact_says_nothing_yet() -> None:
    seen = counted(*contacts(back(3)))

    assert np.isnan(seen.counts[-1])
    assert not seen.is_missing[-1]


def test_a_contact_of_today_counts_at_once() -> None:
    assert count_on(counted(*contacts(back(3)), *contacts(TODAY)), TODAY) == 1


def test_a_blank_day_of_figures_is_missing_not_zero() -> None:
    """A company that keeps no ledger, only the calls of its centre."""
    seen = counted(
        centre("C1"),
        *(kpi_day(back(n), consumer_centre_calls=0) for n in (9, 8, 6, 5)),
        kpi_day(back(4), consumer_centre_calls=2),
        kpi_day(back(7)),
    )

    assert count_on(seen, back(4)) == 2
    assert np.isnan(count_on(seen, back(7)))
    assert seen.is_missing[seen.place(back(7))]
    assert seen.by_calls[seen.place(back(4))]


def test_a_total_without_one_of_its_centres_is_not_known() -> None:
    both = [
        kpi_day(back(n), code, consumer_centre_calls=1)
        for n in range(3, 30)
        for code in ("C1", "C2")
    ]
    seen = counted(
        centre("C1"),
        centre("C2"),
        *both,
        kpi_day(back(2), "C1", consumer_centre_calls=1),
    )

    assert count_on(seen, back(3)) == 2
    assert np.isnan(count_on(seen, back(2)))


def test_what_the_ledger_knows_is_counted_by_case_not_by_call() -> None:
    """A centre that rang three times about one case."""
    seen = counted(
        centre("C1"),
        *contacts(back(3), repeat_contacts=2),
        kpi_day(back(3), consumer_centre_calls=3),
    )

    assert count_on(seen, back(3)) == 1
    assert not seen.by_calls.any()


def test_a_ledger_that_nobody_keeps_any_more_leaves_the_calls_to_speak() -> None:
    seen = counted(
        centre("C1"),
        *contacts(back(60)),
        *(kpi_day(back(n), consumer_centre_calls=1) for n in range(1, 50)),
    )

    assert count_on(seen, back(5)) == 1
    assert count_on(seen, back(60)) == 1


def test_the_first_case_ever_noted_does_not_silence_the_calls() -> None:
    """Somebody begins to write contacts down while centres ring more than usual."""
    figures = [
        kpi_day(day, consumer_centre_calls=6 if day > back(14) else 2)
        for day in working_days(back(200), back(1))
    ]
    seen = counted(centre("C1"), *figures, *contacts(back(20)))

    assert count_on(seen, back(1)) == 6
    assert seen.by_calls[seen.place(back(1))]
    assert judging.judged(seen, STANDARD).today is Level.ALARM


def test_a_day_without_figures_is_not_zero_while_the_ledger_lags_behind_calls() -> None:
    seen = counted(
        centre("C1"),
        *contacts(back(20)),
        *(kpi_day(back(n), consumer_centre_calls=3) for n in range(3, 30)),
        *contacts(back(1)),
    )

    assert np.isnan(count_on(seen, back(2)))
    assert count_on(seen, back(1)) == 1


def test_centres_that_ring_thrice_about_each_case_leave_a_kept_ledger_to_speak() -> (
    None
):
    days = list(working_days(back(90), back(1)))
    seen = counted(
        centre("C1"),
        *(row for day in days for row in contacts(day)),
        *(kpi_day(day, consumer_centre_calls=3) for day in days),
    )

    assert not seen.by_calls.any()
    assert count_on(seen, days[-1]) == 1


def test_imported_complaints_do_not_make_a_year_without_contacts() -> None:
    """Nobody had written contacts down yet: that none is known is not that none came."""
    imported = [
        complaint(clock.at(day), source=Source.IMPORT)
        for day in working_days(back(400), back(20))
    ]
    begun = [row for n in (13, 11, 9, 7, 4, 2) for row in contacts(back(n))]
    seen = counted(*imported, *begun)

    assert seen.first == back(13)
    assert judging.judged(seen, STANDARD).today is Level.HELD_BACK


def test_a_month_known_to_have_had_contacts_is_not_made_of_zeros() -> None:
    seen = counted(
        month("2026-09", "6"),
        month("2026-10", "0"),
        complaint(clock.at(date(2026, 8, 20))),
        *contacts(back(2)),
    )
    september = slice(seen.place(date(2026, 9, 1)), seen.place(date(2026, 10, 1)))

    assert seen.counts[september].sum() == pytest.approx(6)
    assert seen.rough[september].all()
    assert count_on(seen, date(2026, 10, 5)) == 0
    assert not seen.rough[seen.place(date(2026, 10, 5))]


def test_one_case_that_three_centres_bring_counts_once_on_its_first_day() -> None:
    seen = counted(
        *contacts(back(9)),
        *(
            inquiry(clock.at(back(n)), complaint_id="K-1", agency_name=f"センター{n}")
            for n in (3, 5, 4)
        ),
    )

    assert [count_on(seen, back(n)) for n in (5, 4, 3)] == [1, 0, 0]


def test_cancelled_and_future_contacts_count_nowhere() -> None:
    seen = counted(
        *contacts(back(3), status=InquiryStatus.CANCELLED),
        *contacts(date(2027, 2, 1)),
        *contacts(back(2)),
    )

    assert seen.today == TODAY
    assert float(np.nansum(seen.counts)) == 1


def test_nothing_known_is_today_alone() -> None:
    seen = counted()

    assert len(seen.days) == 1
    assert np.isnan(seen.counts).all()


def test_orders_are_the_whole_companys_and_missing_ones_are_not_zero() -> None:
    seen = counted(*contacts(back(3)), *orders(1), kpi_day(back(2), COMPANY))

    assert seen.orders[seen.place(back(1))] == 100
    assert np.isnan(seen.orders[seen.place(back(2))])


def test_years_end_and_leap_day_are_days_like_others() -> None:
    seen = counted(*contacts(date(2027, 12, 20)), today=date(2028, 3, 2))

    assert seen.days[seen.place(date(2028, 2, 29))] == np.datetime64("2028-02-29")
    assert (np.diff(seen.days).astype(int) == 1).all()
    closed = seen.is_closed[
        seen.place(date(2027, 12, 29)) : seen.place(date(2028, 1, 4))
    ]
    assert closed.all()
    assert not seen.is_closed[seen.place(date(2028, 2, 29))]


def test_a_day_on_which_all_rested_is_closed_and_the_next_one_opens_again() -> None:
    wednesday = date(2026, 11, 18)
    seen = counted(
        *contacts(back(9)),
        kpi_day(wednesday, COMPANY, business=BusinessDay.CLOSED),
        kpi_day(wednesday, "C1", business=BusinessDay.CLOSED),
    )

    assert seen.classes[seen.place(wednesday)] == DayClass.CLOSED
    assert seen.classes[seen.place(date(2026, 11, 19))] == DayClass.REOPENING


def test_a_month_is_spread_over_its_unknown_days_without_false_precision() -> None:
    """The ledger began on 11 September; the rest of that month's 10 lies before."""
    seen = counted(
        month("2026-08", "6"),
        month("2026年9月", "10件"),
        complaint(clock.at(date(2026, 9, 11))),
        *contacts(date(2026, 9, 15), 4),
    )
    august = slice(seen.place(date(2026, 8, 1)), seen.place(date(2026, 9, 1)))
    before = slice(seen.place(date(2026, 9, 1)), seen.place(date(2026, 9, 11)))

    assert seen.counts[august].sum() == pytest.approx(6)
    assert seen.counts[before].sum() == pytest.approx(6)
    assert seen.rough[august].all()
    assert not seen.rough[seen.place(date(2026, 9, 15))]
    assert np.isnan(seen.daily[august]).all()


@pytest.mark.parametrize(
    ("name", "count"),
    [("今年の4月", "6"), ("2026-13", "6"), ("2026-04", "たくさん"), ("2026-04", "-3")],
)
def test_a_month_that_cannot_be_read_is_left_out(name: str, count: str) -> None:
    assert len(counted(month(name, count)).days) == 1
    assert not past_counts.is_readable(name, count)


def test_a_month_that_is_not_over_is_left_out() -> None:
    assert len(counted(month("2026-11", "6")).days) == 1


def test_a_later_row_takes_a_month_back() -> None:
    gone = month("2026-08", past_counts.GONE).with_values(
        effective_from=date(2026, 2, 1)
    )

    assert len(counted(month("2026-08", "6"), gone).days) == 1
    assert past_counts.is_readable("2026-08", past_counts.GONE)


def test_rows_without_a_date_are_nobodys_day() -> None:
    given = frames([*contacts(back(3)), *orders(3)])
    torn = given["kpi_days"].copy()
    torn.loc[torn.index[0], "date"] = pd.NaT
    seen = daily_of({**given, "kpi_days": torn}, TODAY)

    assert float(np.nansum(seen.orders)) == 200


def test_a_company_of_ten_years_is_looked_at_for_three() -> None:
    seen = counted(*contacts(date(2016, 4, 1)), *contacts(back(3)))

    assert len(seen.days) == LONGEST
    assert float(np.nansum(seen.counts)) == 1
