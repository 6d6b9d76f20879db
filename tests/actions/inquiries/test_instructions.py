"""Agencies one follows: instructions with their dates, executives told in one press."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lib.actions.inquiries import instructions
from lib.errors import ActionRefused, Conflict, InvalidRecord
from lib.schema.masters import Setting
from lib.schema.principal import SYSTEM
from lib.schema.vocab import ActivityKind, AgencyKind, InquiryStatus, TaskKind
from lib.settings import agencies
from tests.actions.inquiries.conftest import NOW, SATO, SUZUKI, TANAKA, once, steps
from tests.builders import fill

ORDER = {
    "title": "解約の方法の資料を出す",
    "given_at": NOW - timedelta(hours=1),
    "due_at": NOW + timedelta(days=3),
    "owner": SUZUKI,
}


@pytest.fixture
def order(given):
    return given(agency_kind=AgencyKind.PREFECTURE)


@pytest.mark.parametrize(
    ("kind", "follows"),
    [
        (AgencyKind.CONSUMER_AGENCY, True),
        (AgencyKind.PREFECTURE, True),
        (AgencyKind.HEALTH_OFFICE, True),
        (AgencyKind.CONSUMER_CENTRE, False),
        (AgencyKind.POLICE, False),
    ],
)
def test_which_agencies_are_followed_without_argument(
    sato, given, kind, follows
) -> None:
    assert instructions.is_followed(sato, given(agency_kind=kind), NOW) is follows


def test_the_set_follows_from_the_settings(live, sato, given) -> None:
    police = given(agency_kind=AgencyKind.POLICE)
    row = Setting(
        group=agencies.GROUP,
        name=agencies.NAME,
        effective_from=date(2020, 1, 1),
        value="消費者庁、警察",
    )
    fill(live.for_user(SYSTEM), row)

    assert instructions.is_followed(live.for_user(SYSTEM), police, NOW)


def test_executives_are_told_in_one_press_with_who_and_when(sato, order) -> None:
    assert instructions.executives_wait(sato, order, NOW)
    assert list(instructions.untold(sato, NOW).index) == [order.id]

    found = instructions.tell_executives(sato, order, **once())

    assert (found.executives_told_at, found.executives_told_by) == (NOW, SATO)
    assert not instructions.executives_wait(sato, found, NOW)
    assert instructions.untold(sato, NOW).empty
    assert "経営に報告した" in steps(sato, ActivityKind.OTHER)


def test_of_two_who_tell_them_the_first_stands(sato, desk_of, order) -> None:
    instructions.tell_executives(desk_of(TANAKA), order, **once())

    with pytest.raises(ActionRefused):
        instructions.tell_executives(sato, order, **once())

    standing = desk_of(SATO).record("agency_inquiries", order.id)
    assert standing.executives_told_by == TANAKA


def test_of_a_consumer_centre_executives_need_not_hear(sato, given) -> None:
    assert not instructions.executives_wait(sato, given(), NOW)


def test_a_settled_one_waits_for_nobody(sato, given) -> None:
    settled = given(agency_kind=AgencyKind.PREFECTURE, status=InquiryStatus.CANCELLED)

    assert not instructions.executives_wait(sato, settled, NOW)
    assert instructions.untold(sato, NOW).empty


def test_an_instruction_is_tracked_with_its_date(sato, order) -> None:
    instructions.instruct(sato, order, ORDER, **once())

    (task,) = instructions.instructions(sato, order.id)
    assert task.kind is TaskKind.INSTRUCTION
    assert {name: getattr(task, name) for name in ORDER} == ORDER
    assert task.is_open
    assert "解約の方法の資料を出す" in steps(sato, ActivityKind.AGENCY_CONTACT)[0]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"given_at": None}, "given_at"),
        ({"due_at": None}, "due_at"),
        ({"due_at": NOW - timedelta(days=1)}, "due_at"),
        ({"owner": ""}, "owner"),
    ],
)
def test_what_an_instruction_lacks_is_named_by_field(
    sato, order, change, field
) -> None:
    with pytest.raises(InvalidRecord) as refused:
        instructions.instruct(sato, order, {**ORDER, **change}, **once())

    assert {p.field for p in refused.value.problems} == {field}
    assert instructions.instructions(sato, order.id) == ()


def test_followed_instructions_go_below_with_what_was_done(sato, order) -> None:
    first = instructions.instruct(sato, order, ORDER, **once())
    later = {**ORDER, "title": "改善の報告", "due_at": NOW + timedelta(days=9)}
    instructions.instruct(sato, order, later, **once())

    instructions.followed(
        sato,
        order,
        first,
        note="持参した",
        evidence_url="https://example.jp/a",
        **once(),
    )

    below = instructions.instructions(sato, order.id)
    assert [task.title for task in below] == ["改善の報告", "解約の方法の資料を出す"]
    assert (below[1].done_by, below[1].note) == (SATO, "持参した")
    assert any("持参した" in said for said in steps(sato, ActivityKind.OTHER))


def test_an_instruction_that_was_taken_back_needs_its_reason(sato, order) -> None:
    task = instructions.instruct(sato, order, ORDER, **once())
    with pytest.raises(InvalidRecord):
        instructions.withdrawn(sato, order, task, " ", **once())

    instructions.withdrawn(sato, order, task, "先方が取り下げた", **once())

    (ended,) = instructions.instructions(sato, order.id)
    assert (ended.is_open, ended.waived_reason) == (False, "先方が取り下げた")


def test_of_two_who_end_an_instruction_the_second_is_told(sato, desk_of, order) -> None:
    task = instructions.instruct(sato, order, ORDER, **once())
    instructions.followed(desk_of(TANAKA), order, task, note="出した", **once())

    with pytest.raises(Conflict):
        instructions.withdrawn(sato, order, task, "要らない", **once())


def test_a_settled_inquiry_takes_no_instruction(sato, given) -> None:
    settled = given(agency_kind=AgencyKind.PREFECTURE, status=InquiryStatus.CLOSED)

    with pytest.raises(ActionRefused):
        instructions.instruct(sato, settled, ORDER, **once())
