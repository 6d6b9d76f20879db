"""The sample year reads as real, keeps every rule, and tells the story it promises."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import mean

import pytest

from lib import clock
from lib.actions.severity import Facts, propose
from lib.metrics import care
from lib.metrics.care import Standing
from lib.sample import SampleCompany, sample_company
from lib.sample.cast import OKINAWA, OWN, RANKS, SAPPORO
from lib.sample.goods import BAD_LOT_ITEM, ITEMS, bad_lot, launched_on
from lib.sample.story import Story
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.frames import frame_of
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.record import Stage
from lib.schema.tables import TABLES, table
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    CareKind,
    ComplaintKind,
    ComplaintStatus,
    ContactKind,
    CrisisStatus,
    EscalationStatus,
    EscalationTrigger,
    Harassment,
    Harm,
    ImprovementStatus,
    InquiryStatus,
    MediationResult,
    OutsideThreat,
    ProductKind,
    Request,
    Role,
    SecondaryCause,
    Source,
    TaskKind,
    Temper,
)
from lib.settings.claim_types import DEFAULTS
from lib.settings.crisis_steps import BY_CODE, list_of
from lib.settings.crisis_steps import DEFAULTS as STEPS

END = date(2026, 11, 20)
"""A Friday that is no holiday, so that every centre works."""

NOW = clock.at(END, 9, 30)
STORY = Story.of(END, 13)
CENTRES = {AgencyKind.CONSUMER_CENTRE, AgencyKind.NATIONAL_CENTRE}


@pytest.fixture(scope="module")
def company() -> SampleCompany:
    return sample_company(end=END, seed=3, complaints_per_day=4)


@pytest.fixture(scope="module")
def timelines(company: SampleCompany) -> dict[str, list[Activity]]:
    by_case: dict[str, list[Activity]] = defaultdict(list)
    for step in company.activities:
        by_case[step.case_id].append(step)
    return by_case


def days_of(company: SampleCompany, centre: str) -> list[KpiDay]:
    return [day for day in company.kpi_days if day.centre == centre]


def rate(days: Sequence[KpiDay]) -> float:
    return sum(d.answered or 0 for d in days) / sum(d.offered or 0 for d in days)


# One seed, one year --------------------------------------------------------------


def test_the_same_seed_gives_the_same_company(company):
    assert sample_company(end=END, seed=3, complaints_per_day=4) == company


def test_another_seed_gives_another_company(company):
    other = sample_company(end=END, seed=4, complaints_per_day=4)

    assert {c.id for c in other.complaints}.isdisjoint(c.id for c in company.complaints)


def test_every_row_says_that_it_is_a_sample(company):
    assert {record.source for _code, record in company} == {Source.SAMPLE}


def test_no_key_is_given_twice(company):
    keys = Counter((code, table(code).key_of(record)) for code, record in company)

    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("months", [1, 2, 3])
def test_no_key_is_given_twice_in_a_short_year(months):
    short = sample_company(end=END, months=months, seed=3, complaints_per_day=1)
    keys = Counter((code, table(code).key_of(record)) for code, record in short)

    assert [key for key, count in keys.items() if count > 1] == []


def test_every_row_refers_only_to_rows_that_exist(company):
    names = {
        code: {table(code).key_of(r) for r in getattr(company, code)}
        for code in company.tables()
    }
    names["members"] = {member.name for member in company.members} | {"システム"}
    names["centres"].add(COMPANY)
    dangling = [
        (code, field.name, value)
        for code, record in company
        for field in table(code).fields
        if field.column.refers
        and (value := getattr(record, field.name))
        and value not in names[field.column.refers]
    ]

    assert dangling == []
    cases = names["complaints"] | names["agency_inquiries"] | names["crises"]
    assert {a.case_id for a in company.activities} <= cases
    assert {d.case_id for d in company.deadlines} <= cases
    assert {t.case_id for t in company.tasks} <= cases


@pytest.mark.parametrize(
    "end", [date(2026, 11, 22), date(2026, 1, 2), date(2028, 2, 29)]
)
@pytest.mark.parametrize("months", [1, 4])
def test_a_sample_can_end_on_any_day_and_be_short(end, months):
    short = sample_company(end=end, months=months, seed=1, complaints_per_day=3)

    assert short.complaints
    assert all(record.problems(Stage.SAVING) == () for _code, record in short)
    assert any(c.is_open for c in short.complaints)


def test_a_sample_without_complaints_is_refused():
    with pytest.raises(ValueError, match="complaints"):
        sample_company(end=END, seed=1, complaints_per_day=0)


# Rules ---------------------------------------------------------------------------


def test_every_record_equals_its_checked_self(company):
    assert all(type(r).model_validate(r.values()) == r for _code, r in company)


def test_every_record_may_be_saved(company):
    assert [p for _code, r in company for p in r.problems(Stage.SAVING)] == []


def test_what_is_closed_keeps_the_rules_of_closing(company):
    closed = [
        *(c for c in company.complaints if c.status is ComplaintStatus.CLOSED),
        *(i for i in company.agency_inquiries if i.status is InquiryStatus.CLOSED),
        *(e for e in company.escalations if e.status is EscalationStatus.RESOLVED),
        *(c for c in company.crises if c.status is CrisisStatus.CLOSED),
    ]

    assert [p for record in closed for p in record.problems(Stage.CLOSING)] == []


def test_severity_is_what_the_app_would_propose(company):
    signs = {kind.name: kind.signs for kind in DEFAULTS}
    wrong = [
        (c.id, c.severity, found.level)
        for c in company.complaints
        if (found := propose(Facts(c, signs[c.claim_type]))).level is not c.severity
    ]

    assert wrong == []


def test_nothing_has_happened_after_this_morning(company):
    moments = [
        *(c.received_at for c in company.complaints),
        *(c.closed_at for c in company.complaints if c.closed_at),
        *(a.at for a in company.activities),
        *(i.first_contact_at for i in company.agency_inquiries),
        *(e.raised_at for e in company.escalations),
        *(d.entered_at for d in company.kpi_days if d.entered_at),
        *(c.closed_at for c in company.crises if c.closed_at),
        *(t.done_at for t in company.tasks if t.done_at),
    ]

    assert max(moments) <= NOW


# Timelines -----------------------------------------------------------------------


def test_the_changes_of_a_timeline_lead_to_the_status_of_its_case(company, timelines):
    for case in (*company.complaints, *company.agency_inquiries):
        status = "受付"
        for step in timelines[case.id]:
            is_status = (
                step.kind is ActivityKind.STATUS_CHANGE
                and not step.content.startswith("担当者")
            )
            if is_status:
                assert step.status_before == status
                status = step.status_after
        assert status == case.status.value


def test_the_changes_of_a_timeline_lead_to_the_handler(company, timelines):
    for case in company.complaints:
        moves = [s for s in timelines[case.id] if s.content.startswith("担当者を")]
        for earlier, later in itertools.pairwise(moves):
            assert later.status_before == earlier.status_after
        if moves:
            assert moves[-1].status_after == case.handler


def test_no_timeline_is_empty_or_begins_before_its_case(company, timelines):
    for case in company.complaints:
        assert timelines[case.id][0].at >= case.received_at
        assert timelines[case.id][0].kind is ActivityKind.HEARING


def test_an_escalation_goes_to_somebody_of_higher_rank(company):
    assert all(RANKS[e.taken_by] > RANKS[e.given_by] for e in company.escalations)


def test_promises_are_kept_late_and_still_to_come(company):
    owed = [c.next_promise_at for c in company.complaints if c.is_open]

    assert any(at < NOW for at in owed)
    assert any(at > NOW and at.date() == END for at in owed)
    assert any(at.date() > END for at in owed)


def test_most_second_complaints_follow_a_promise_that_was_not_kept(company):
    by_id = {c.id: c for c in company.complaints}
    second = [c for c in company.complaints if c.kind is ComplaintKind.SECOND]
    forgotten = {
        e.complaint_id
        for e in company.escalations
        if e.trigger is EscalationTrigger.FORGOTTEN_CALLBACK
    }

    assert len(second) >= 15
    assert len(forgotten) > len(second) / 2
    for case in second:
        first = by_id[case.parent_id]
        assert first.received_at < case.received_at
        assert first.customer_name == case.customer_name


# The crisis ----------------------------------------------------------------------


def test_a_second_complaint_takes_about_three_times_a_first(company):
    def minutes(kind: ComplaintKind) -> float:
        spent = [c.handling_minutes for c in company.complaints if c.kind is kind]
        return mean(m for m in spent if m is not None)

    times = minutes(ComplaintKind.SECOND) / minutes(ComplaintKind.FIRST)
    assert 2.5 <= times <= 3.5


def test_two_second_complaints_of_a_year_could_not_be_prevented(company):
    causes = Counter(row.secondary_cause for row in company.escalations)

    assert causes[SecondaryCause.HOSTILE] == 2


def test_the_recall_of_the_bad_lot_is_over_and_its_list_is_done(company):
    (crisis,) = company.crises

    assert crisis.status is CrisisStatus.CLOSED
    own = [task for task in company.tasks if task.case_id == crisis.id]
    assert len(own) == len(list_of(STEPS, crisis.kind))
    for task in own:
        assert crisis.known_at < task.done_at <= crisis.closed_at
        assert BY_CODE[task.step].may_be_waived or not task.waived_reason
    told = {a.kind for a in company.activities if a.case_id == crisis.id}
    assert {
        ActivityKind.EXPERT,
        ActivityKind.PUBLICATION,
        ActivityKind.MAKER_NOTICE,
        ActivityKind.AGENCY_REPORT,
    } <= told


def test_the_recall_counts_the_lot_that_customers_complain_about(company):
    (crisis,), (lot,) = company.crises, company.recall_lots
    linked = [c for c in company.complaints if c.crisis_id]

    assert lot.crisis_id == crisis.id
    assert 0 < lot.recovered < lot.shipped
    assert len(linked) >= 3
    assert {c.lot for c in linked} == {lot.lot}
    assert not [c for c in linked if c.is_open]


@pytest.mark.parametrize("end", [date(2026, 1, 4), date(2026, 5, 6), END])
def test_nothing_of_the_recall_is_still_to_come(end):
    short = sample_company(end=end, months=2, seed=1, complaints_per_day=3)

    assert all(c.closed_at < clock.at(end, 9, 30) for c in short.crises)


# Texts ---------------------------------------------------------------------------


def texts_of(company: SampleCompany) -> list[str]:
    return [
        str(value)
        for code, record in company
        for field in table(code).fields
        if field.kind == "text" and (value := getattr(record, field.name))
    ]


def test_no_placeholder_is_left_in_any_text(company):
    assert [
        text for text in texts_of(company) if re.search(r"[{}]|None|Request\.", text)
    ] == []


def test_no_sentence_is_broken_or_doubled(company):
    broken = re.compile(
        r"。。|、。|「」|のの(?!しる)|をを|がが|とのこととのこと| 。|、、"
    )

    assert [text for text in texts_of(company) if broken.search(text)] == []


def test_contacts_belong_to_nobody(company):
    unused = re.compile(r"^0\d{1,2}0?-0{3,4}-\d{4}$|^[a-z]\.[a-z]+\d+@example\.jp$")

    assert [c.contact for c in company.complaints if not unused.match(c.contact)] == []
    assert all(m.email.endswith(".example.jp") for m in company.members)


def test_the_texts_differ_from_case_to_case(company):
    contents = Counter(c.content for c in company.complaints)

    assert len(contents) > 0.97 * len(company.complaints)


def test_the_words_agree_with_the_product(company):
    kinds = {p.code: p.kind for p in company.products}
    eaten = {ProductKind.FUNCTIONAL_FOOD, ProductKind.FOOD}
    for case in company.complaints:
        if "飲み始めて" in case.content or "食べ始めて" in case.content:
            assert kinds[case.product_code] in eaten
        if "ポンプ" in case.content:
            assert kinds[case.product_code] is ProductKind.COSMETIC
        if "定期" in case.content and case.claim_type == "解約できない":
            assert kinds[case.product_code] is not ProductKind.GOODS


def test_the_words_agree_with_the_wish_and_the_temper(company):
    for case in company.complaints:
        if case.request is Request.COMPENSATION:
            assert case.harm is Harm.TREATED
        if "怒鳴" in case.content or "大声" in case.content:
            assert case.temper is Temper.FURIOUS
        if case.outside_threat is OutsideThreat.CONSUMER_CENTRE:
            assert re.search("センター|188", case.content)


# Figures -------------------------------------------------------------------------


def test_monday_is_the_busiest_day_and_sunday_the_quietest(company):
    calls = defaultdict(list)
    for day in days_of(company, SAPPORO):
        if day.offered is not None:
            calls[day.date.weekday()].append(day.offered)
    average = {weekday: mean(found) for weekday, found in calls.items()}

    assert max(average, key=average.__getitem__) == 0
    assert min(average, key=average.__getitem__) == 6
    assert average[0] > 1.8 * average[6]


def test_closed_days_carry_no_calls(company):
    assert not [d for d in days_of(company, OWN) if d.date.weekday() >= 5]
    assert not [d for d in days_of(company, OKINAWA) if d.date.weekday() == 6]
    closed = [d for d in company.kpi_days if d.business.value == "休業"]
    assert closed
    assert {d.offered for d in closed} == {None}


def test_the_business_grows_and_sells_most_in_a_sale(company):
    orders = {d.date: d.orders for d in days_of(company, COMPANY)}
    days = sorted(orders)
    sale = STORY.sales[0]

    assert mean(orders[d] for d in days[-60:]) > 1.08 * mean(
        orders[d] for d in days[:60]
    )
    assert mean(orders[d] for d in days if d in sale) > 1.8 * mean(orders.values())


def test_the_answer_rate_falls_for_a_fortnight_in_sapporo(company):
    days = days_of(company, SAPPORO)
    inside = [d for d in days if d.date in STORY.dip]
    outside = [d for d in days if d.date not in STORY.dip and d.date < END]

    assert rate(inside) < 0.75
    assert rate(outside) > 0.9


def test_referrals_rise_after_the_answer_rate_has_fallen(company):
    dip, wave = STORY.dip, STORY.referral_wave
    contacts = [
        i.first_contact_at.date()
        for i in company.agency_inquiries
        if i.agency_kind in CENTRES
    ]
    a_day = {
        name: sum(first <= day <= last for day in contacts) / ((last - first).days + 1)
        for name, first, last in (
            ("before", STORY.start, dip.first),
            ("dip", dip.first, dip.first + timedelta(days=8)),
            ("after", wave.first, wave.last),
        )
    }

    assert wave.first > dip.first
    assert a_day["after"] > 2 * a_day["before"]
    assert a_day["after"] > a_day["dip"]


def test_consumer_centre_calls_agree_with_the_inquiries_of_the_day(company):
    counted = Counter(
        (i.first_contact_at.date(), i.received_centre)
        for i in company.agency_inquiries
        if i.agency_kind in CENTRES
    )
    for day in company.kpi_days:
        if day.consumer_centre_calls is not None:
            assert day.consumer_centre_calls == counted[day.date, day.centre]


def test_a_forgotten_day_is_a_missing_row_and_never_zero(company):
    calendar = STORY.calendar
    entered = {(d.date, d.centre) for d in company.kpi_days}
    forgotten = [
        day
        for day in (STORY.back(n) for n in range(1, 30))
        if calendar.open_on(day, "日祝") and (day, OKINAWA) not in entered
    ]

    assert len(forgotten) == 3
    assert all(d.offered != 0 for d in company.kpi_days)


def test_figures_a_centre_does_not_supply_are_missing(company):
    early = [d for d in days_of(company, OKINAWA) if d.date < STORY.back(90)]

    assert {d.talk_seconds for d in early} == {None}
    assert {d.cancel_requests for d in days_of(company, OKINAWA)} == {None}


def test_one_recent_day_differs_from_the_rate_its_centre_reports(company):
    def gap(day: KpiDay) -> float:
        offered = (day.offered or 0) - (day.short_abandoned or 0)
        return abs(
            100 * (day.answered or 0) / offered - (day.reported_answer_rate or 0)
        )

    reported = [
        d for d in days_of(company, SAPPORO) if d.reported_answer_rate is not None
    ]
    wrong = [d.date for d in reported if gap(d) > 0.5]

    assert len(wrong) == 1
    assert wrong[0] >= STORY.back(14)


def test_yesterday_is_entered_everywhere_and_today_not_yet_in_one_centre(company):
    def centres(day: date) -> set[str]:
        return {
            d.centre for d in company.kpi_days if d.date == day and d.centre != COMPANY
        }

    assert centres(END - timedelta(days=1)) == {OWN, SAPPORO, OKINAWA}
    assert centres(END) == {OWN, SAPPORO}


# Events --------------------------------------------------------------------------


def test_every_claim_type_comes_in_a_believable_share(company):
    counts = Counter(c.claim_type for c in company.complaints)
    total = sum(counts.values())

    assert set(counts) == {kind.name for kind in DEFAULTS}
    assert 0.12 < counts["届かない・遅い"] / total < 0.27
    assert 0.10 < counts["解約できない"] / total < 0.25
    assert counts["交換品も不良"] / total < 0.03
    assert all(
        count / total > 0.04 for name, count in counts.items() if name != "交換品も不良"
    )


def test_a_bad_lot_shows_as_a_cluster_of_one_lot_within_three_weeks(company):
    lot = bad_lot(STORY)
    cases = [c for c in company.complaints if c.lot == lot]

    assert len(cases) >= 15
    assert {c.product_code for c in cases} == {BAD_LOT_ITEM.code}
    assert min(c.received_at.date() for c in cases) >= STORY.bad_lot.first
    assert {"不良品", "交換品も不良", "肌トラブル・けが"} <= {
        c.claim_type for c in cases
    }


def test_two_diagnosed_cases_with_one_symptom_start_a_clock_that_still_runs(company):
    running = [
        d
        for d in company.deadlines
        if d.rule_code == "L7同じ症状" and d.done_at is None
    ]
    by_id = {c.id: c for c in company.complaints}

    assert running
    assert running[-1].due_at > NOW
    second = by_id[running[-1].case_id]
    first = next(c for c in company.complaints if c.id in running[-1].check_reason)
    assert first.symptom is second.symptom
    assert first.harm is second.harm is Harm.TREATED


def test_inquiries_stand_at_every_stage(company):
    assert {i.status for i in company.agency_inquiries} == set(InquiryStatus)
    orders = [
        i
        for i in company.agency_inquiries
        if i.contact_kind is ContactKind.REPORT_ORDER
    ]
    assert [i.agency_kind for i in orders] == [AgencyKind.PREFECTURE]
    assert orders[0].agency_due_at > NOW
    assert {
        i.mediation_result
        for i in company.agency_inquiries
        if i.contact_kind is ContactKind.MEDIATION
    } == {MediationResult.ONGOING, MediationResult.SETTLED}


def test_some_referrals_were_announced_and_others_nobody_knew_of(company):
    by_id: dict[str, Complaint] = {c.id: c for c in company.complaints}
    known = [i for i in company.agency_inquiries if i.complaint_id]
    announced = [
        i
        for i in known
        if by_id[i.complaint_id].outside_threat is OutsideThreat.CONSUMER_CENTRE
    ]

    assert len(announced) >= 5
    assert len(known) < len(company.agency_inquiries)
    assert all(i.first_contact_at > by_id[i.complaint_id].received_at for i in known)


def test_complaints_stand_at_every_status(company):
    assert {c.status for c in company.complaints} == set(ComplaintStatus)


def test_abuse_is_rare_confirmed_or_suspected_and_always_followed_up(company):
    abused = {
        c.id
        for c in company.complaints
        if c.harassment in {Harassment.CONFIRMED, Harassment.SUSPECTED}
    }
    escalated = [e for e in company.escalations if e.complaint_id in abused]

    assert 0 < len(abused) < 0.03 * len(company.complaints)
    assert {e.complaint_id for e in escalated} == abused
    assert all(e.follow_up_for and e.follow_up_due for e in escalated)


def test_who_answered_a_hard_call_was_looked_after_and_one_talk_is_owed(company):
    rows = {place.code: [] for place in TABLES}
    for code, record in company:
        rows[code].append(record)
    frames = {place.code: frame_of(place, rows[place.code]) for place in TABLES}

    found = care.duties(frames, STORY.start)

    stands = Counter(duty.standing(NOW) for duty in found)
    assert stands[Standing.OVERDUE] == 1
    assert stands[Standing.DONE] > 50
    waiting = [r for r in company.care_records if r.done_at is None]
    assert [r.kind for r in waiting] == [CareKind.CONSULTATION]


def test_improvements_stand_at_every_stage_and_complaints_point_to_them(company):
    assert {i.status for i in company.improvements} == set(ImprovementStatus)
    pointed = {c.improvement_id for c in company.complaints} - {""}
    assert len(pointed) >= 5


def test_the_page_that_was_mended_brought_fewer_complaints(company):
    mended = next(i for i in company.improvements if i.starts_on == STORY.page_fixed_on)
    days = [
        c.received_at.date()
        for c in company.complaints
        if c.claim_type == mended.claim_type
    ]
    before, after = (
        sum(0 <= (day - mended.starts_on).days + shift < 28 for day in days)
        for shift in (28, 0)
    )

    assert mended.claim_type
    assert after < before


def test_a_product_is_complained_about_only_once_it_is_on_sale(company):
    launched = {item.code: launched_on(item, STORY) for item in ITEMS}

    assert all(
        c.received_at.date() > launched[c.product_code] for c in company.complaints
    )
    assert any(STORY.start < day < END for day in launched.values())


def test_every_role_is_there(company):
    assert {m.role for m in company.members} == set(Role)


def test_every_month_is_inspected_and_the_present_one_not_to_the_end(company):
    months = {i.month for i in company.inspections}
    open_items = [i for i in company.inspections if i.result is None]

    assert len(months) == 13
    assert {i.month for i in open_items} == {END.replace(day=1)}


@pytest.mark.slow
def test_two_years_of_a_larger_company_come_within_a_minute():
    began = datetime.now(clock.TOKYO)
    large = sample_company(end=END, months=25, seed=1, complaints_per_day=27)

    assert 18_000 < len(large.complaints) < 22_000
    assert datetime.now(clock.TOKYO) - began < timedelta(minutes=1)


def test_two_persons_stand_behind_every_answer_to_an_agency(company):
    answered = [i for i in company.agency_inquiries if i.answered_at]
    steps = Counter(
        a.case_id for a in company.activities if a.kind is ActivityKind.APPROVAL
    )
    assert answered
    for inquiry in answered:
        assert inquiry.approver not in ("", inquiry.decided_by)
        assert inquiry.first_contact_at < inquiry.approved_at < inquiry.answered_at
        assert steps[inquiry.id] == 1


def test_the_prefectures_order_is_followed_with_its_date(company):
    (order,) = [
        i for i in company.agency_inquiries if i.agency_kind is AgencyKind.PREFECTURE
    ]
    (task,) = [t for t in company.tasks if t.kind is TaskKind.INSTRUCTION]
    assert order.executives_told_at is not None
    assert (task.case_id, task.due_at) == (order.id, order.agency_due_at)
    assert order.answer
    assert order.decided_by
    assert order.approved_at is None
