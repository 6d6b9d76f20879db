"""Each rule of severity, from the taps that a clerk makes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from lib import clock
from lib.actions.entry import Entry, Mark, PromiseTime, complaint_values
from lib.actions.severity import Facts, Proposal, propose
from lib.schema.complaint import Complaint
from lib.schema.frames import empty_frame
from lib.schema.inquiry import AgencyInquiry
from lib.schema.tables import table
from lib.schema.vocab import (
    AgencyKind,
    Channel,
    ContactKind,
    Harassment,
    Harm,
    OutsideThreat,
    Severity,
    Temper,
)
from lib.settings.claim_types import claim_type
from lib.settings.severity_rules import DEFAULTS

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)


def contact(**changes: Any) -> AgencyInquiry:
    """Return a consumer centre's contact about a case."""
    said = {"agency_kind": AgencyKind.CONSUMER_CENTRE, "agency_name": "みなと台市"}
    return AgencyInquiry(id="G-1", first_contact_at=NOW, **{**said, **changes})


def proposed(
    *, earlier: int = 0, inquiries: tuple[AgencyInquiry, ...] = (), **taps: Any
) -> Proposal:
    """Return what is proposed for an entry with these taps."""
    entry = Entry(
        id="", content="届いた", received_at=NOW, promise_time=PromiseTime.TODAY, **taps
    )
    claim = claim_type(
        empty_frame(table("settings")), date(2026, 11, 21), entry.claim_type
    )
    complaint = Complaint.model_construct(**complaint_values(entry, claim, NOW))
    signs = claim.signs if claim else frozenset()
    lately = tuple(NOW - timedelta(days=day + 1) for day in range(earlier))
    return propose(Facts(complaint, signs, lately, inquiries))


EXAMPLES: list[tuple[str, Severity, dict[str, Any]]] = [
    ("個人情報が漏れた疑い", Severity.CRITICAL, {"marks": (Mark.LEAK,)}),
    ("重篤・入院", Severity.CRITICAL, {"marks": (Mark.HARM,), "harm": Harm.SEVERE}),
    (
        "重大な手違いで10人以上に被害",
        Severity.CRITICAL,
        {"marks": (Mark.SLIP,), "people_involved": 10},
    ),
    ("重大事案の一件", Severity.CRITICAL, {"crisis_id": "C-261121-7F3QX"}),
    (
        "センター以外の機関からの連絡、期限の決まる書面",
        Severity.CRITICAL,
        {"inquiries": (contact(agency_kind=AgencyKind.HEALTH_OFFICE),)},
    ),
    ("健康被害で受診", Severity.HIGH, {"marks": (Mark.HARM,), "harm": Harm.TREATED}),
    ("消費者センターなどからの連絡", Severity.HIGH, {"channel": Channel.AGENCY}),
    ("温度感が4以上", Severity.HIGH, {"temper": Temper.FURIOUS}),
    (
        "外部に相談するとの予告",
        Severity.HIGH,
        {"marks": (Mark.OUTSIDE,), "outside_threat": OutsideThreat.LAWYER},
    ),
    (
        "カスハラに該当",
        Severity.HIGH,
        {"marks": (Mark.HARASSMENT,), "harassment": Harassment.CONFIRMED},
    ),
    ("応対から生まれた二次クレーム", Severity.HIGH, {"marks": (Mark.SECOND,)}),
    ("交換品も不良", Severity.HIGH, {"claim_type": "交換品も不良"}),
    (
        "遅延・欠品で返金を断った",
        Severity.HIGH,
        {"claim_type": "欠品", "marks": (Mark.REFUSED,)},
    ),
    ("同じお客様から90日で3件以上", Severity.HIGH, {"earlier": 2}),
    (
        "健康被害(受診なし・受診は不明)",
        Severity.MEDIUM,
        {"marks": (Mark.HARM,), "harm": Harm.UNTREATED},
    ),
    ("解約できないとの申出", Severity.MEDIUM, {"claim_type": "解約できない"}),
    (
        "電話がつながらないとの申出",
        Severity.MEDIUM,
        {"claim_type": "電話がつながらない"},
    ),
    (
        "定期購入と知らなかったとの申出",
        Severity.MEDIUM,
        {"claim_type": "定期と知らなかった"},
    ),
    ("困っている人が2人以上", Severity.MEDIUM, {"marks": (Mark.SEVERAL,)}),
]


@pytest.mark.parametrize(("reason", "level", "taps"), EXAMPLES)
def test_these_taps_propose_that_level_and_name_the_rule(reason, level, taps):
    assert proposed(**taps) == Proposal(level, (reason,))


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ({}, Severity.HIGH),
        ({"agency_kind": AgencyKind.NATIONAL_CENTRE}, Severity.HIGH),
        ({"agency_kind": AgencyKind.POLICE}, Severity.CRITICAL),
        ({"contact_kind": ContactKind.EVIDENCE_DEMAND}, Severity.CRITICAL),
    ],
)
def test_who_called_about_a_case_and_with_what_decides(said, level):
    assert proposed(inquiries=(contact(**said),)).level is level


def test_every_rule_has_an_example():
    assert {rule.reason for rule in DEFAULTS} == {reason for reason, _l, _t in EXAMPLES}


@pytest.mark.parametrize(
    "taps",
    [
        {},
        {"claim_type": "不良品"},
        {"temper": Temper.ANGRY},
        {"marks": (Mark.REFUSED,)},
        {"marks": (Mark.HARASSMENT,)},
        {"marks": (Mark.SLIP,), "people_involved": 1},
        {"earlier": 1},
        {"harm": Harm.SEVERE},
    ],
)
def test_without_any_rule_the_case_is_low_and_needs_no_reason(taps):
    """A field below a chip that is off, as harm here, says nothing."""
    assert proposed(**taps) == Proposal(Severity.LOW)


def test_the_highest_level_wins_and_lists_only_its_own_reasons():
    found = proposed(
        claim_type="解約できない",
        temper=Temper.HOSTILE,
        marks=(Mark.SECOND,),
    )

    assert found.level is Severity.HIGH
    assert found.reasons == ("温度感が4以上", "応対から生まれた二次クレーム")


def test_harm_of_which_no_more_is_known_is_never_low():
    assert proposed(marks=(Mark.HARM,)).level is Severity.MEDIUM
    assert proposed(claim_type="肌トラブル・けが").level is Severity.MEDIUM
