"""判断: two persons stand behind every answer, and nothing changes behind their backs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.actions.inquiries import deciding
from lib.errors import ActionRefused, Conflict, InvalidRecord, NotAllowed
from lib.metrics.inquiries import Approval, is_approved
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    Decision,
    Expert,
    InquiryStatus,
    Medium,
    Role,
    Source,
)
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Update
from tests.actions.inquiries.conftest import (
    DRAFT,
    NOW,
    SATO,
    SUZUKI,
    TANAKA,
    inquiry,
    member,
    once,
    steps,
)
from tests.builders import fill


@pytest.fixture
def asked(sato, given):
    """Give an inquiry whose answer 佐藤 drafted and put to the others."""
    return deciding.ask_approval(sato, given(), DRAFT, **once())


@pytest.fixture
def approved(asked, desk_of):
    return deciding.approve(desk_of(TANAKA), asked, **once())


def problems(refused) -> set[str]:
    return {problem.field for problem in refused.value.problems}


# Drafting ---------------------------------------------------------------------------


def test_half_a_draft_is_kept_and_asks_nobody(sato, given) -> None:
    found = deciding.draft(sato, given(), {"answer": "まず"}, **once())

    assert (found.answer, found.decided_by) == ("まず", SATO)
    assert found.status is InquiryStatus.CHECKING
    assert deciding.standing(sato, found) is Approval.NONE


def test_nothing_changed_is_nothing_saved(sato, given) -> None:
    before = given()

    assert deciding.draft(sato, before, {"answer": ""}, **once()) is before


def test_a_whole_draft_waits_and_what_is_to_be_read_stays(sato, asked) -> None:
    assert asked.status is InquiryStatus.PREPARING
    assert asked.decided_by == SATO
    assert deciding.standing(sato, asked) is Approval.WAITING
    (read,) = steps(sato, ActivityKind.DECISION)
    assert "判断: 一部" in read
    assert "特定商取引法15条の3" in read
    assert "返品をお受けします" in read


def test_what_is_missing_of_a_draft_is_named_by_field(sato, given) -> None:
    with pytest.raises(InvalidRecord) as refused:
        deciding.ask_approval(sato, given(), {}, **once())

    assert problems(refused) == {"decision", "legal_ground", "answer"}
    assert steps(sato, ActivityKind.DECISION) == []


def test_a_double_click_asks_once(sato, given) -> None:
    before, press = given(), once()

    deciding.ask_approval(sato, before, DRAFT, **press)
    deciding.ask_approval(sato, before, DRAFT, **press)

    assert len(steps(sato, ActivityKind.DECISION)) == 1


def test_two_who_write_different_answers_are_told_of_each_other(
    sato, desk_of, given
) -> None:
    before = given()
    deciding.draft(desk_of(SUZUKI), before, {"answer": "鈴木の案"}, **once())

    with pytest.raises(Conflict) as conflict:
        deciding.draft(sato, before, {"answer": "佐藤の案"}, **once())

    assert "answer" in {found.field for found in conflict.value.fields}


# Approving --------------------------------------------------------------------------


def test_another_person_approves(asked, approved, desk_of) -> None:
    sato = desk_of(SATO)
    assert (approved.approver, approved.approved_at) == (TANAKA, NOW)
    assert deciding.standing(sato, approved) is Approval.GIVEN
    assert approved.status is InquiryStatus.PREPARING
    assert steps(sato, ActivityKind.APPROVAL)[-1].startswith("承認した")


def test_nobody_approves_what_they_drafted(sato, asked) -> None:
    with pytest.raises(ActionRefused):
        deciding.approve(sato, asked, **once())


def test_a_manager_approves_no_own_draft_either(desk_of, given) -> None:
    manager = desk_of(TANAKA)
    waiting = deciding.ask_approval(manager, given(), DRAFT, **once())

    with pytest.raises(ActionRefused):
        deciding.approve(manager, waiting, **once())
    # Nobody above is there, so a colleague looks at it.
    assert deciding.approvers(manager, waiting) == (SATO, SUZUKI)


def test_a_colleague_of_the_same_rank_leaves_it_to_the_manager(asked, desk_of) -> None:
    assert deciding.approvers(desk_of(SUZUKI), asked) == (TANAKA,)
    with pytest.raises(ActionRefused):
        deciding.approve(desk_of(SUZUKI), asked, **once())


def test_a_colleague_of_higher_rank_approves(live, asked) -> None:
    senior = member("森 先輩", rank=20)
    fill(live.for_user(SYSTEM), senior)

    found = deciding.approve(live.for_user(Principal.of(senior)), asked, **once())

    assert found.approver == "森 先輩"


@pytest.mark.parametrize("name", ["外の人", "見る人"])
def test_who_is_outside_or_only_reads_approves_nothing(asked, desk_of, name) -> None:
    with pytest.raises(NotAllowed):
        deciding.approve(desk_of(name), asked, **once())


def test_what_does_not_wait_cannot_be_approved(desk_of, given) -> None:
    with pytest.raises(ActionRefused):
        deciding.approve(desk_of(TANAKA), given(), **once())


def test_one_approves_what_one_has_read_and_nothing_else(sato, desk_of, asked) -> None:
    sneaked = {**DRAFT, "answer": "やはりお断りします。"}
    deciding.ask_approval(sato, asked, sneaked, **once())

    with pytest.raises(ActionRefused):
        deciding.approve(desk_of(TANAKA), asked, **once())

    standing = sato.record("agency_inquiries", asked.id)
    assert standing.approved_at is None


def test_of_two_who_approve_at_once_one_stands(live, asked, desk_of) -> None:
    second = member("森 部長", Role.MANAGER)
    fill(live.for_user(SYSTEM), second)
    deciding.approve(desk_of(TANAKA), asked, **once())

    with pytest.raises(ActionRefused):
        deciding.approve(live.for_user(Principal.of(second)), asked, **once())


def test_sending_back_says_what_is_to_be_changed(desk_of, asked) -> None:
    found = deciding.send_back(
        desk_of(TANAKA), asked, "送料の根拠も書いてください", **once()
    )

    sato = desk_of(SATO)
    assert deciding.standing(sato, found) is Approval.RETURNED
    assert steps(sato, ActivityKind.APPROVAL)[-1] == "送料の根拠も書いてください"
    with pytest.raises(ActionRefused):
        deciding.approve(desk_of(TANAKA), found, **once())


def test_sending_back_needs_a_reason(desk_of, asked) -> None:
    with pytest.raises(InvalidRecord) as refused:
        deciding.send_back(desk_of(TANAKA), asked, " ", **once())

    assert problems(refused) == {"sent_back"}


def test_a_draft_that_came_back_can_be_put_again(sato, desk_of, asked) -> None:
    returned = deciding.send_back(desk_of(TANAKA), asked, "直して", **once())

    again = deciding.ask_approval(
        sato, returned, {**DRAFT, "answer": "直した回答"}, **once()
    )

    assert deciding.approve(desk_of(TANAKA), again, **once()).approver == TANAKA


def test_an_answer_waits_for_those_who_may_approve_it(asked, desk_of) -> None:
    lead = desk_of(TANAKA)

    assert deciding.to_approve(lead, [TANAKA]) == [asked.id]
    assert deciding.to_approve(lead, [SATO, SUZUKI]) == []

    deciding.approve(lead, asked, **once())
    assert deciding.to_approve(lead, [TANAKA]) == []


# Taking back ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"answer": "別の回答"},
        {"decision": Decision.ACCEPT},
        {"legal_ground": "民法562条"},
    ],
)
def test_any_later_change_takes_the_approval_back_and_says_so(
    sato, approved, change
) -> None:
    found = deciding.draft(sato, approved, change, **once())

    assert (found.approver, found.approved_at) == ("", None)
    assert deciding.standing(sato, found) is Approval.WITHDRAWN
    said = steps(sato, ActivityKind.APPROVAL)[-1]
    assert said.startswith("承認を取り消した")
    assert TANAKA in said


def test_a_change_of_something_else_leaves_the_approval(sato, approved) -> None:
    found = deciding.draft(sato, approved, {"facts": "そのほか"}, **once())

    assert found.approver == TANAKA


def test_an_approval_given_meanwhile_is_taken_back_too(sato, desk_of, asked) -> None:
    deciding.approve(desk_of(TANAKA), asked, **once())

    found = deciding.draft(sato, asked, {"answer": "後から変えた"}, **once())

    assert (found.answer, found.approver) == ("後から変えた", "")
    assert found.approved_at is None


def test_what_the_sheet_changed_behind_an_approval_is_approved_no_more(
    live, desk_of, approved
) -> None:
    by_hand = Update(
        "agency_inquiries",
        approved.id,
        {"answer": approved.answer},
        {"answer": "シートで書き換えた"},
    )
    live.for_user(SYSTEM).commit(Commit(new_commit_id(), "シート", NOW, (by_hand,)))

    sato = desk_of(SATO)
    found = sato.record("agency_inquiries", approved.id)
    assert deciding.standing(sato, found) is Approval.WITHDRAWN
    with pytest.raises(ActionRefused):
        deciding.give_answer(sato, found, at=NOW, medium=Medium.MAIL, **once())


def test_who_rewrites_a_draft_becomes_who_decided(desk_of, asked) -> None:
    found = deciding.draft(desk_of(SUZUKI), asked, {"answer": "鈴木の案"}, **once())

    assert found.decided_by == SUZUKI


# Alone ------------------------------------------------------------------------------


@pytest.fixture
def alone(tmp_path):
    (tmp_path / "alone").mkdir()
    url = f"sqlite:///{tmp_path / 'alone' / 'a.db'}"
    store = LiveStore(open_store(url, data=tmp_path / "alone"))
    only = member(SATO, Role.ADMIN)
    invented = Member.parse(
        {**member(TANAKA, Role.MANAGER).values(), "source": Source.SAMPLE}
    )
    fill(store.for_user(SYSTEM), only, invented, inquiry())
    yield store.for_user(Principal.of(only))
    store.close()


def test_one_who_works_alone_approves_with_a_reason(alone) -> None:
    before = alone.record("agency_inquiries", inquiry().id)
    assert deciding.is_alone(alone, before)

    found = deciding.approve_alone(alone, before, DRAFT, reason="一人の会社", **once())

    assert deciding.standing(alone, found) is Approval.SOLE
    assert (found.approver, found.sole_approval_reason) == (SATO, "一人の会社")
    assert is_approved(found)
    assert "一人の会社" in steps(alone, ActivityKind.APPROVAL)[-1]


def test_a_sole_approval_needs_its_reason(alone) -> None:
    before = alone.record("agency_inquiries", inquiry().id)

    with pytest.raises(InvalidRecord) as refused:
        deciding.approve_alone(alone, before, DRAFT, reason="  ", **once())

    assert problems(refused) == {"sole_approval_reason"}


def test_nobody_decides_alone_where_others_work(desk_of, given) -> None:
    with pytest.raises(ActionRefused):
        deciding.approve_alone(desk_of(TANAKA), given(), DRAFT, reason="急ぐ", **once())


def test_who_joins_later_must_approve_what_changes(alone) -> None:
    before = alone.record("agency_inquiries", inquiry().id)
    sole = deciding.approve_alone(alone, before, DRAFT, reason="一人の会社", **once())
    fill(alone, member("新人 太郎"))

    found = deciding.draft(alone, sole, {"answer": "別の回答"}, **once())

    assert found.sole_approval_reason == ""
    assert deciding.approvers(alone, found) == ("新人 太郎",)


# A lawyer before a no ---------------------------------------------------------------

DECLINED = {**DRAFT, "decision": Decision.DECLINE}


@pytest.fixture
def authority(given):
    return given(agency_kind=AgencyKind.CONSUMER_AGENCY)


def test_a_no_to_an_agency_one_follows_asks_for_a_lawyer(sato, authority) -> None:
    with pytest.raises(InvalidRecord) as refused:
        deciding.ask_approval(sato, authority, DECLINED, **once())

    assert problems(refused) == {"without_lawyer"}


def test_the_lawyers_word_on_the_timeline_is_enough(sato, authority) -> None:
    told = deciding.consult(sato, authority, "山本弁護士: 応じなくてよい", **once())

    found = deciding.ask_approval(sato, told, DECLINED, **once())

    assert deciding.standing(sato, found) is Approval.WAITING
    rows = sato.frame("activities")
    assert (rows["expert"] == Expert.LAWYER.value).sum() == 1


def test_a_reason_for_no_lawyer_stays_as_a_row_and_holds(sato, authority) -> None:
    found = deciding.ask_approval(
        sato, authority, DECLINED, without_lawyer="同じ件で先週相談した", **once()
    )

    (row,) = sato.frame("tasks").itertuples()
    assert (row.waived_reason, row.done_by) == ("同じ件で先週相談した", SATO)
    again = deciding.ask_approval(
        sato, found, {**DECLINED, "answer": "書き直した"}, **once()
    )
    assert again.answer == "書き直した"


def test_a_no_to_a_consumer_centre_needs_no_lawyer(sato, given) -> None:
    found = deciding.ask_approval(sato, given(), DECLINED, **once())

    assert deciding.standing(sato, found) is Approval.WAITING


# Answering --------------------------------------------------------------------------


def test_the_approved_answer_is_given_and_stands_on_the_timeline(
    sato, approved
) -> None:
    at = NOW - timedelta(minutes=5)
    found = deciding.give_answer(
        sato, approved, at=at, medium=Medium.CALL_OUT, note="佐々木様に", **once()
    )

    assert (found.answered_at, found.status) == (at, InquiryStatus.ANSWERED)
    (said,) = steps(sato, ActivityKind.AGENCY_ANSWER)
    assert "返品をお受けします" in said
    assert "佐々木様に" in said


def test_what_nobody_approved_is_not_answered(sato, asked) -> None:
    with pytest.raises(ActionRefused):
        deciding.give_answer(sato, asked, at=NOW, medium=Medium.MAIL, **once())


def test_an_approval_of_ones_own_past_the_app_is_none_and_another_may_give_it(
    sato, asked, desk_of
) -> None:
    base = {"approver": "", "approved_at": None}
    own = {"approver": "佐藤　花子", "approved_at": NOW}
    change = Update("agency_inquiries", asked.id, base, own)
    sato.commit(Commit(new_commit_id(), SATO, NOW, (change,)))
    typed = sato.record("agency_inquiries", asked.id)

    assert deciding.standing(sato, typed) is Approval.WAITING
    assert deciding.to_approve(sato, [TANAKA]) == [typed.id]
    with pytest.raises(ActionRefused):
        deciding.give_answer(sato, typed, at=NOW, medium=Medium.MAIL, **once())
    by_another = deciding.approve(desk_of(TANAKA), typed, **once())
    assert by_another.approver == TANAKA
    assert deciding.standing(sato, by_another) is Approval.GIVEN


@pytest.mark.parametrize(
    "at", [None, NOW + timedelta(minutes=1), NOW - timedelta(days=2)]
)
def test_an_answer_has_a_believable_time(sato, approved, at) -> None:
    with pytest.raises(InvalidRecord) as refused:
        deciding.give_answer(sato, approved, at=at, medium=Medium.MAIL, **once())

    assert problems(refused) == {"answered_at"}


def test_another_answer_after_the_answer_is_owed_anew_and_the_old_one_is_kept(
    sato, approved
) -> None:
    given = deciding.give_answer(sato, approved, at=NOW, medium=Medium.MAIL, **once())

    found = deciding.draft(sato, given, {"answer": "二度目の回答"}, **once())

    assert (found.answered_at, found.approved_at) == (None, None)
    assert found.status is InquiryStatus.PREPARING
    assert "返品をお受けします" in steps(sato, ActivityKind.AGENCY_ANSWER)[0]


def test_answering_with_another_medium_is_noted(sato, approved) -> None:
    deciding.give_answer(sato, approved, at=NOW, medium=Medium.LETTER, **once())

    rows = sato.frame("activities")
    answer = rows[rows["kind"] == ActivityKind.AGENCY_ANSWER.value].iloc[0]
    assert answer["medium"] == Medium.LETTER.value
