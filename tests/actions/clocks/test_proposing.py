"""Which clocks should stand on a case: one test for each thing that decides it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lib.actions.clocks.proposing import (
    Facts,
    asked_for,
    party_of,
    proposed,
)
from lib.metrics.pairs import Pair
from lib.schema.vocab import (
    AgencyKind,
    Answered,
    ContactKind,
    CrisisKind,
    DeadlineKind,
    GraveAccident,
    Harm,
    LeakTrigger,
    Request,
    SalesForm,
    Symptom,
)
from lib.settings.claim_types import Sign
from lib.settings.clock_rules import DEFAULTS, Party, rule_of
from tests.actions.clocks.cases import (
    BOUGHT_KETTLE,
    CREAM,
    KETTLE,
    NOW,
    OWN_CREAM,
    SUPPLEMENT,
    case,
    crisis,
    day,
    inquiry,
)

LEAK = {"L1速報", "L1確報", "L1本人通知"}
ON_SKIN = {"L5副作用15日", "L5副作用30日"}


def codes(facts: Facts) -> set[str]:
    return {found.rule.code for found in proposed(facts, now=NOW)}


def of(record, product=None, **more) -> set[str]:
    return codes(Facts(record, product, **more))


# Complaints -------------------------------------------------------------------------


def test_a_quiet_complaint_starts_nothing() -> None:
    assert of(case(), CREAM) == set()


def test_a_leak_starts_the_reports_and_the_notice_to_people() -> None:
    assert of(case(leak=Answered.YES)) == LEAK


@pytest.mark.parametrize("answer", [Answered.NO, Answered.UNASKED])
def test_no_leak_starts_nothing(answer) -> None:
    assert of(case(leak=answer)) == set()


def test_a_leak_that_an_outsourced_centre_heard_of_is_its_to_report_too() -> None:
    told = case(leak=Answered.YES, received_centre="OSK")

    assert of(told) == LEAK | {"L1委託先"}


def test_a_leak_that_belongs_to_a_crisis_has_its_clocks_there() -> None:
    assert of(case(leak=Answered.YES, crisis_id="C-261120-7F3QX")) == set()


@pytest.mark.parametrize(
    "kind",
    [
        GraveAccident.DEATH,
        GraveAccident.LONG_TREATMENT,
        GraveAccident.POISONING,
        GraveAccident.FIRE,
        GraveAccident.LASTING_HARM,
    ],
)
def test_a_serious_accident_of_an_own_product_is_reported(kind) -> None:
    assert of(case(accident=kind), KETTLE) == {"L3重大製品事故"}


def test_a_fire_is_reported_though_nobody_knows_the_product() -> None:
    assert "L3重大製品事故" in of(case(accident=GraveAccident.FIRE))


def test_a_seller_tells_the_maker_of_an_accident_the_same_day() -> None:
    found = of(case(accident=GraveAccident.FIRE), BOUGHT_KETTLE)

    assert found == {"L4製造元へ通知"}


def test_a_treated_injury_may_be_serious_until_somebody_says_no() -> None:
    burnt = case(harm=Harm.TREATED, symptom=Symptom.BURN)

    assert of(burnt, KETTLE) == {"L3重大製品事故"}
    assert of(burnt.with_values(accident=GraveAccident.NO), KETTLE) == set()


@pytest.mark.parametrize("harm", [Harm.TREATED, Harm.SEVERE])
def test_a_treated_reaction_shows_both_lengths_and_tells_the_maker(harm) -> None:
    assert of(case(harm=harm), CREAM) == ON_SKIN | {"L5製販へ連絡"}


def test_an_untreated_reaction_only_tells_the_maker() -> None:
    assert of(case(harm=Harm.UNTREATED), CREAM) == {"L5製販へ連絡"}


def test_whose_own_cream_it_is_needs_to_tell_nobody() -> None:
    assert of(case(harm=Harm.TREATED), OWN_CREAM) == ON_SKIN


def test_a_severe_case_of_a_functional_food_is_notified_alone() -> None:
    assert of(case(harm=Harm.SEVERE), SUPPLEMENT) == {"L7重篤"}


def test_a_treated_case_of_a_functional_food_needs_another_like_it() -> None:
    treated = case(harm=Harm.TREATED)
    pair = Pair(treated.id, "K-261101-7F3QX", "BFS", ("胃腸",))

    assert of(treated, SUPPLEMENT) == set()
    assert of(treated, SUPPLEMENT, pair=pair) == {"L7同じ症状"}


def test_harm_by_a_product_of_unknown_kind_asks_for_the_kind() -> None:
    assert of(case(harm=Harm.UNTREATED)) == {"商品区分の確認"}


# Dates that only a person knows -----------------------------------------------------


@pytest.mark.parametrize(
    ("values", "signs", "codes"),
    [
        ({}, frozenset(), set()),
        ({"refund_refused": Answered.YES}, frozenset(), {"L11返品期間"}),
        (
            {"request": Request.REFUND},
            frozenset(),
            {"L11返品期間", "L12クーリング・オフ"},
        ),
        (
            {"request": Request.CANCELLATION},
            frozenset(),
            {"L11返品期間", "L12クーリング・オフ", "L13解除通知への対応"},
        ),
        ({}, frozenset({Sign.LATE}), {"L23承諾通知"}),
    ],
)
def test_a_clock_that_needs_a_date_is_offered_and_never_starts(
    values, signs, codes
) -> None:
    facts = Facts(case(**values), signs=signs)

    assert {rule.code for rule in asked_for(facts)} == codes
    assert all(rule.asks for rule in asked_for(facts))
    assert proposed(facts, now=NOW) == ()


def test_telephone_solicitation_offers_its_cooling_off() -> None:
    call = inquiry(sales_form=SalesForm.TELEMARKETING)

    assert {rule.code for rule in asked_for(Facts(call))} == {
        "L12クーリング・オフ",
        "L13解除通知への対応",
    }


# Inquiries --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ContactKind.EVIDENCE_DEMAND, "L14根拠資料"),
        (ContactKind.COMMITMENT_NOTICE, "L15確約計画"),
        (ContactKind.INJUNCTION_DEMAND, "L16差止請求"),
        (ContactKind.TERMS_DISCLOSURE, "L16条項開示"),
    ],
)
def test_a_letter_starts_the_clock_of_its_law(kind, code) -> None:
    letter = inquiry(agency_kind=AgencyKind.CONSUMER_AGENCY, contact_kind=kind)

    assert of(letter) == {code}


@pytest.mark.parametrize(
    "kind", [ContactKind.CONSULTATION, ContactKind.MEDIATION, ContactKind.ENQUIRY]
)
def test_a_centre_s_call_starts_our_own_targets(kind) -> None:
    found = proposed(Facts(inquiry(contact_kind=kind)), now=NOW)

    assert {(f.rule.code, f.rule.kind) for f in found} == {
        ("L19一次回答", DeadlineKind.OWN),
        ("L19回答", DeadlineKind.OWN),
    }


def test_a_call_of_the_press_starts_nothing() -> None:
    call = inquiry(agency_kind=AgencyKind.PRESS, contact_kind=ContactKind.PRESS)

    assert of(call) == set()


def test_a_date_that_an_agency_names_is_the_deadline_itself() -> None:
    order = inquiry(
        agency_kind=AgencyKind.PREFECTURE,
        contact_kind=ContactKind.REPORT_ORDER,
        agency_due_at=day("2026-11-27 12:00"),
    )

    (found,) = proposed(Facts(order), now=NOW)

    assert (found.rule.code, found.rule.kind) == ("L22先方指定", DeadlineKind.AGENCY)
    assert found.due_at == day("2026-11-27 12:00")


# Crises -----------------------------------------------------------------------------


def test_a_leak_crisis_starts_its_reports() -> None:
    assert of(crisis()) == LEAK


def test_a_wrongful_purpose_has_sixty_days_instead_of_thirty() -> None:
    found = of(crisis(leak_triggers=(LeakTrigger.MALICIOUS, LeakTrigger.MANY)))

    assert found == {"L1速報", "L1確報60", "L1本人通知"}


def test_a_leak_of_none_of_the_four_kinds_starts_nothing() -> None:
    assert of(crisis(leak_triggers=(LeakTrigger.NONE,))) == set()


def test_a_recall_starts_the_report_of_its_kind_of_product() -> None:
    accident = crisis(kind=CrisisKind.ACCIDENT)

    assert of(accident, CREAM) == set()
    assert of(accident, CREAM, is_recall=True) == {"L6回収着手"}
    assert of(accident, SUPPLEMENT, is_recall=True) == {"L8回収届出"}


def test_an_accident_crisis_of_an_own_product_is_reported() -> None:
    fire = crisis(kind=CrisisKind.ACCIDENT, accident=GraveAccident.FIRE)

    assert of(fire, KETTLE) == {"L3重大製品事故"}
    assert of(fire, BOUGHT_KETTLE) == set()


def test_a_grave_mistake_has_no_statutory_clock() -> None:
    assert of(crisis(kind=CrisisKind.MISTAKE)) == set()


# Rules ------------------------------------------------------------------------------


def test_a_rule_out_of_use_starts_nothing_and_is_not_offered() -> None:
    off = tuple(replace(rule, on=False) for rule in DEFAULTS)
    facts = Facts(case(leak=Answered.YES, request=Request.REFUND))

    assert proposed(facts, off, now=NOW) == ()
    assert asked_for(facts, off) == ()


@pytest.mark.parametrize(
    ("code", "product", "party"),
    [
        ("L5副作用15日", CREAM, Party.MAKER),
        ("L5副作用15日", OWN_CREAM, Party.US),
        ("L5副作用15日", None, Party.MAKER),
        ("L3重大製品事故", KETTLE, Party.US),
        ("L11返品期間", KETTLE, Party.CUSTOMER),
        ("L1委託先", OWN_CREAM, Party.OUTSOURCER),
    ],
)
def test_the_maker_s_duty_is_ours_where_we_make_the_product(
    code, product, party
) -> None:
    rule = rule_of(DEFAULTS, code)

    assert rule is not None
    assert party_of(rule, product) is party
