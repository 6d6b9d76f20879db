"""A day's figures: what is asked, saved, confirmed, corrected, and doubted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lib.actions import kpi_days
from lib.actions.kpi_days import DayEdit
from lib.errors import Conflict, InvalidRecord, NotAllowed
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import AnswerRateMethod, BusinessDay, Done, Flag, Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert
from tests.metrics.rows import at, calls, centre, day, frames

NOW = at(21, 14)
FRIDAY = day(20)
C1 = centre("C1")
OWN = Centre(code=COMPANY, name=COMPANY)
TYPED = {"offered": 100, "answered": 92, "consumer_centre_calls": 0}

CLERK = Principal("clerk@example.jp", "佐藤", Role.CLERK)
OUTSIDE = Principal("agent@example.jp", "委託", Role.OUTSOURCED, "C1")


@pytest.fixture
def live(tmp_path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    rows = (Insert(OWN), Insert(C1), Insert(centre("C2")))
    store.for_user(SYSTEM).commit(Commit("begin", "試験", NOW, rows))
    yield store
    store.close()


@pytest.fixture
def desk(live) -> UserStore:
    return live.for_user(CLERK)


def edit(seen: KpiDay | None = None, of: Centre = C1, on=FRIDAY, **values) -> DayEdit:
    return DayEdit(of, on, seen, values)


_entries = iter(range(1000))


def save(store: UserStore, what: DayEdit, **how) -> KpiDay:
    """Save and return what the store holds afterwards."""
    how.setdefault("entry", f"entry-{next(_entries)}")
    kpi_days.save(store, what, now=NOW, **how)
    found = kpi_days.find(store, what.centre.code, what.day)
    assert found is not None
    return found


def fields_of(error: InvalidRecord) -> list[str]:
    return [problem.field for problem in error.problems]


# What is asked -----------------------------------------------------------------


def test_a_centre_is_never_asked_for_orders_nor_the_company_for_calls():
    asked = {*kpi_days.asked_fields(C1)}
    own = {*kpi_days.asked_fields(OWN)}

    assert {"offered", "answered", "consumer_centre_calls", "cancel_requests"} <= asked
    assert asked.isdisjoint({"orders", "shipments", "mails_received", "mails_open"})
    assert {"orders", "shipments", "mails_received", "consumer_centre_calls"} <= own
    assert own.isdisjoint({"offered", "answered", "talk_seconds", "cancel_requests"})


def test_retention_is_asked_only_where_cancellations_are_taken():
    without = centre("C3", subscriptions=Flag.NO)

    assert not {"retention_kept", "retention_excluded"} & {
        *kpi_days.asked_fields(without)
    }


def test_abandoned_is_computed_and_so_never_asked_for():
    assert "abandoned" not in kpi_days.asked_fields(C1)


def test_every_count_of_the_schema_is_asked_of_somebody():
    asked = {*kpi_days.asked_fields(C1), *kpi_days.asked_fields(OWN)}
    own = {f.name for f in KpiDay.fields()} - {
        "date",
        "centre",
        "abandoned",
        "confirmed",
    }
    made = {"entered_at", "source", "updated_at", "updated_by", "version"}

    assert asked == own - made


def test_the_outsourced_see_their_own_centre_only():
    rows = frames([OWN, C1, centre("C2"), calls(FRIDAY, 9, 9, "紙のセンター")])

    def codes(who):
        return [c.code for c in kpi_days.centres_for(who, rows)]

    assert codes(CLERK) == [COMPANY, "C1", "C2", "紙のセンター"]
    assert codes(OUTSIDE) == ["C1"]
    assert codes(Principal("x", "x", Role.OUTSOURCED, "C9")) == ["C9"]
    assert codes(Principal("x", "x", Role.OUTSOURCED, COMPANY)) == []
    assert codes(Principal("x", "x", Role.VIEWER)) == []


@pytest.mark.parametrize(
    ("entered", "today", "expected"),
    [
        ([], day(24), day(20)),  # the last working day before a long weekend
        ([16, 17, 18, 19], day(24), day(20)),
        ([16, 17, 19, 20], day(24), day(18)),
        ([16, 17, 18, 19, 20], day(24), day(24)),  # all in: today
        ([16, 17, 18, 19, 20], day(21), day(20)),  # all in, and a Saturday
    ],
)
def test_the_form_opens_with_the_last_working_day_not_entered(entered, today, expected):
    rows = [calls(day(n), 9, 9) for n in entered]

    assert kpi_days.day_to_enter(frames(rows)["kpi_days"], C1, today) == expected


# Saving ------------------------------------------------------------------------


def test_abandoned_is_filled_in(desk):
    saved = save(desk, edit(**TYPED))

    assert (saved.offered, saved.answered, saved.abandoned) == (100, 92, 8)
    assert saved.entered_at == NOW


def test_abandoned_follows_a_later_change(desk):
    first = save(desk, edit(**TYPED))

    assert save(desk, edit(first, answered=90)).abandoned == 10
    assert kpi_days.abandoned_of(None, 3) is None
    assert kpi_days.abandoned_of(0, 0) == 0


def test_a_blank_stays_missing_and_a_zero_stays_zero(desk):
    saved = save(desk, edit(offered=0, answered=0, consumer_centre_calls=None))

    assert (saved.offered, saved.abandoned, saved.consumer_centre_calls) == (0, 0, None)


def test_more_answered_than_offered_is_refused_at_the_field(desk):
    with pytest.raises(InvalidRecord) as refused:
        save(desk, edit(offered=10, answered=11))

    assert fields_of(refused.value) == ["answered"]
    assert kpi_days.find(desk, "C1", FRIDAY) is None


def test_a_day_to_come_has_no_figures(desk):
    with pytest.raises(InvalidRecord) as refused:
        save(desk, edit(on=day(22), **TYPED))

    assert fields_of(refused.value) == ["date"]


@pytest.mark.parametrize(("of", "name"), [(C1, "shipments"), (OWN, "offered")])
def test_a_count_of_the_other_kind_of_row_is_refused(desk, of, name):
    with pytest.raises(InvalidRecord) as refused:
        save(desk, edit(of=of, **{name: 5}))

    assert fields_of(refused.value) == [name]


@pytest.mark.parametrize("name", ["confirmed", "centre", "entered_at", "version"])
def test_what_only_the_app_writes_cannot_be_sent(desk, name):
    with pytest.raises(InvalidRecord):
        save(desk, edit(**{name: Done.DONE}))


def test_the_same_entry_again_saves_once(desk):
    save(desk, edit(**TYPED), entry="once")
    again = save(desk, edit(**TYPED), entry="once")

    assert again.version == 1
    assert len(desk.frame("kpi_days")) == 1


def test_saving_nothing_new_writes_nothing(desk):
    first = save(desk, edit(**TYPED))

    assert save(desk, edit(first, offered=100)).version == first.version


def test_two_people_entering_one_day_meet_in_a_conflict(desk, live):
    save(desk, edit(**TYPED))

    with pytest.raises(Conflict):
        save(live.for_user(CLERK), edit(**{**TYPED, "offered": 101}))


def test_changes_of_different_counts_merge(desk, live):
    seen = save(desk, edit(**TYPED))
    save(live.for_user(CLERK), edit(seen, consumer_centre_calls=2))

    merged = save(desk, edit(seen, cancel_requests=5))

    assert (merged.consumer_centre_calls, merged.cancel_requests) == (2, 5)


def test_the_outsourced_enter_their_own_centre_and_no_other(live):
    outside = live.for_user(OUTSIDE)

    assert save(outside, edit(**TYPED)).offered == 100
    with pytest.raises(NotAllowed):
        save(outside, edit(of=centre("C2"), **TYPED))
    with pytest.raises(NotAllowed):
        save(outside, edit(of=OWN, orders=5))


def test_a_reader_enters_nothing(live):
    with pytest.raises(NotAllowed):
        save(live.for_user(Principal("v", "閲覧者", Role.VIEWER)), edit(**TYPED))


# Confirming and correcting -----------------------------------------------------


def test_confirming_needs_the_whole_day(desk):
    with pytest.raises(InvalidRecord) as refused:
        save(desk, edit(offered=100), confirm=True)

    assert fields_of(refused.value) == ["answered", "consumer_centre_calls"]


def test_the_company_confirms_orders_and_shipments(desk):
    with pytest.raises(InvalidRecord) as refused:
        save(desk, edit(of=OWN, consumer_centre_calls=0), confirm=True)
    assert fields_of(refused.value) == ["orders", "shipments"]

    saved = save(desk, edit(of=OWN, orders=9, shipments=0), confirm=True)
    assert saved.confirmed is Done.DONE


def test_a_closed_day_is_confirmed_without_counts(desk):
    saved = save(desk, edit(business=BusinessDay.CLOSED), confirm=True)

    assert saved.confirmed is Done.DONE
    assert saved.entered_at == NOW


def test_correcting_a_confirmed_day_demands_a_reason(desk, live):
    seen = save(desk, edit(**TYPED), confirm=True)

    for reason in ("", "   "):
        with pytest.raises(InvalidRecord) as refused:
            save(desk, edit(seen, answered=90), reason=reason)
        assert fields_of(refused.value) == ["reason"]
    corrected = save(desk, edit(seen, answered=90), reason="集計の誤り")

    assert (corrected.answered, corrected.abandoned) == (90, 10)
    assert corrected.confirmed is Done.DONE
    log = live.for_user(SYSTEM).audit("kpi_days", f"{FRIDAY}|C1")
    assert "集計の誤り" in log["reason"].tolist()


def test_a_confirmed_day_cannot_be_emptied(desk):
    seen = save(desk, edit(**TYPED), confirm=True)

    with pytest.raises(InvalidRecord) as refused:
        save(desk, edit(seen, answered=None), reason="消す")

    assert fields_of(refused.value) == ["answered"]


def test_what_is_known_later_needs_no_reason(desk):
    seen = save(
        desk,
        edit(**TYPED, cancel_requests=9, retention_offers=5, retention_kept=3),
        confirm=True,
    )

    assert save(desk, edit(seen, retention_confirmed=2)).retention_confirmed == 2


# The month ---------------------------------------------------------------------


def test_several_days_are_saved_at_once(desk):
    seen = save(desk, edit(**TYPED))

    changed = kpi_days.save_month(
        desk,
        [
            edit(seen, offered=120),
            edit(on=day(19), offered=80, answered=80),
            edit(on=day(18)),
        ],
        entry="month",
        now=NOW,
    )

    assert changed == 3
    assert kpi_days.find(desk, "C1", FRIDAY).abandoned == 28
    assert kpi_days.find(desk, "C1", day(19)).abandoned == 0


def test_one_bad_day_keeps_the_whole_month_from_being_saved(desk):
    with pytest.raises(InvalidRecord) as refused:
        kpi_days.save_month(
            desk,
            [edit(on=day(19), **TYPED), edit(on=FRIDAY, offered=1, answered=2)],
            entry="month",
            now=NOW,
        )

    assert fields_of(refused.value) == ["2026-11-20:answered"]
    assert desk.frame("kpi_days").empty


def test_confirmed_days_are_locked_in_the_month(desk):
    seen = save(desk, edit(**TYPED), confirm=True)

    with pytest.raises(InvalidRecord) as refused:
        kpi_days.save_month(desk, [edit(seen, offered=101)], entry="m", now=NOW)

    assert fields_of(refused.value) == ["2026-11-20:confirmed"]


def test_each_day_of_the_month_says_how_it_stands(desk):
    """16 confirmed, 17 closed, 18 missing, 19 saved, 20 not due before Tuesday."""
    save(desk, edit(on=day(16), **TYPED), confirm=True)
    save(desk, edit(on=day(17), business=BusinessDay.CLOSED))
    save(desk, edit(on=day(19), **TYPED))

    days = kpi_days.month_days(desk, C1, day(1), NOW)

    assert [d.day.day for d in days] == list(range(1, 22))
    assert [d.state.code for d in days[15:]] == [
        "confirmed",
        "closed",
        "missing",
        "entered",
        "due",
        "off",
    ]
    assert days[18].record.offered == 100
    assert len(kpi_days.month_days(desk, C1, day(1, 10), NOW)) == 31


# Advice ------------------------------------------------------------------------


def doubts(record: KpiDay, known: int = 10):
    """Judge against `known` days with 100, 101, 102 … calls."""
    past = [calls(FRIDAY - timedelta(days=n + 1), 100 + n, 90) for n in range(known)]
    return advice(record, past)


def advice(record: KpiDay, past: list[KpiDay]):
    days = frames(past)["kpi_days"]
    return kpi_days.advice(record, C1, kpi_days.usual_spans(days, C1, record.date))


@pytest.mark.parametrize("offered", [1000, 10])
def test_a_slipped_digit_is_asked_about(offered):
    found = doubts(calls(FRIDAY, offered, 9))

    assert found["offered"].text() == "直近28日は100〜109でした。桁を確かめてください。"


@pytest.mark.parametrize("offered", [109, 300, 40, 0])
def test_a_busy_or_an_empty_day_is_not_doubted(offered):
    assert "offered" not in doubts(calls(FRIDAY, offered, 0))


def test_nothing_is_doubted_without_a_week_of_figures_or_on_small_counts():
    assert doubts(calls(FRIDAY, 9000, 9), known=6) == {}
    quiet = [calls(FRIDAY - timedelta(days=n + 1), 1, 1) for n in range(10)]
    nine = calls(FRIDAY, 9, 9)
    assert advice(nine, quiet) == {}


def test_a_reported_rate_that_the_counts_do_not_give_is_asked_about():
    wrong = KpiDay(
        date=FRIDAY, centre="C1", offered=200, answered=180, reported_answer_rate=92
    )
    right = wrong.with_values(reported_answer_rate=90.5)

    assert "90.0%" in doubts(wrong)["reported_answer_rate"].text()
    assert "reported_answer_rate" not in doubts(right)


def test_a_reported_rate_is_compared_as_the_centre_counts():
    day = KpiDay(
        date=FRIDAY,
        centre="C1",
        offered=200,
        answered=180,
        short_abandoned=20,
        reported_answer_rate=100,
    )
    lenient = C1.with_values(answer_rate_method=AnswerRateMethod.WITHOUT_SHORT)

    assert "reported_answer_rate" in kpi_days.advice(day, C1, {})
    assert "reported_answer_rate" not in kpi_days.advice(day, lenient, {})


@pytest.mark.parametrize(
    ("reported", "words"),
    [
        (90.4, None),
        (92.0, "短時間放棄を4件除いた率なら合います"),
        (100.0, "短時間放棄を20件除いた率なら合います"),
        (88.0, "短時間放棄を除いても除かなくても合いません"),
    ],
)
def test_without_short_abandons_a_reported_rate_is_compared_both_ways(reported, words):
    day = calls(FRIDAY, 200, 180).with_values(reported_answer_rate=reported)
    lenient = C1.with_values(answer_rate_method=AnswerRateMethod.WITHOUT_SHORT)

    strict = kpi_days.advice(day, C1, {}).get("reported_answer_rate")
    granted = kpi_days.advice(day, lenient, {}).get("reported_answer_rate")

    assert (strict is None) == (words is None)
    if words:
        assert words in strict.text()
    assert (granted is None) == (reported >= 90)


def test_no_number_of_short_abandons_gives_a_rate_between_two_of_few_calls():
    day = calls(FRIDAY, 3, 1).with_values(reported_answer_rate=75)

    assert "合いません" in kpi_days.advice(day, C1, {})["reported_answer_rate"].text()
    assert "reported_answer_rate" not in kpi_days.advice(
        day.with_values(reported_answer_rate=100).with_values(short_abandoned=2),
        C1.with_values(answer_rate_method=AnswerRateMethod.WITHOUT_SHORT),
        {},
    )


def test_a_rate_counted_the_other_way_is_named_so():
    day = calls(FRIDAY, 200, 180).with_values(
        short_abandoned=10, reported_answer_rate=90
    )
    lenient = C1.with_values(answer_rate_method=AnswerRateMethod.WITHOUT_SHORT)

    told = kpi_days.advice(day, lenient, {})["reported_answer_rate"].text()

    assert "94.7%" in told
    assert "除かない数え方なら合います" in told
