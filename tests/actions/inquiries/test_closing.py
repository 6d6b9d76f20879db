"""完了: everything that is missing is named at once, and nothing is closed over it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.actions.inquiries import (
    closing,
    deciding,
    instructions,
    mending,
    sorting,
    taking,
)
from lib.actions.inquiries.closing import MISSING, Place
from lib.actions.inquiries.course import Far, course
from lib.errors import ActionRefused, InvalidRecord
from lib.schema.deadline import Deadline
from lib.schema.vocab import (
    AgencyKind,
    Applicability,
    ContactKind,
    DeadlineKind,
    InquiryStatus,
    MediationResult,
    Medium,
)
from tests.actions.inquiries.conftest import (
    DRAFT,
    NOW,
    SATO,
    SUZUKI,
    TANAKA,
    once,
)
from tests.actions.inquiries.test_instructions import ORDER
from tests.actions.inquiries.test_mending import PLAN, done
from tests.actions.inquiries.test_sorting import HEARD
from tests.builders import fill


@pytest.fixture
def answer(desk_of):
    """Give the function that decides, approves and answers an inquiry."""

    def answered(before):
        asked = deciding.ask_approval(desk_of(SATO), before, DRAFT, **once())
        approved = deciding.approve(desk_of(TANAKA), asked, **once())
        return deciding.give_answer(
            desk_of(SATO), approved, at=NOW, medium=Medium.CALL_OUT, **once()
        )

    return answered


def codes(desk, inquiry) -> list[str]:
    return [one.code for one in closing.missing(desk, inquiry, NOW)]


def test_a_new_inquiry_lacks_everything_and_each_has_its_place(sato, given) -> None:
    found = {m.code: m.place for m in closing.missing(sato, given(), NOW)}

    assert found == {
        "decision": Place.DECIDE,
        "legal_ground": Place.DECIDE,
        "answer": Place.DECIDE,
        "approval": Place.DECIDE,
        "answered_at": Place.DECIDE,
        "mends": Place.MEND,
    }


def test_answered_and_mended_it_can_be_closed(desk_of, given, answer) -> None:
    sato = desk_of(SATO)
    answered = answer(given(**HEARD))
    assert codes(sato, answered) == ["mends"]
    mending_now = mending.begin(sato, answered, PLAN, **once())
    (mend,) = mending.mends(sato, mending_now)
    assert codes(sato, mending_now) == [mend.id]
    mended = mending.finish(sato, mending_now, mend, done(), **once())

    closed = closing.close(sato, mended, **once())

    assert closed.status is InquiryStatus.CLOSED
    assert not closed.is_open


def test_a_reason_for_no_mend_is_enough(desk_of, given, answer) -> None:
    answered = answer(given(**HEARD))
    sato = desk_of(SATO)
    reasoned = mending.none_needed(sato, answered, "表示どおりだった", **once())

    assert closing.close(sato, reasoned, **once()).status is InquiryStatus.CLOSED


def test_closing_is_refused_with_everything_named(sato, given) -> None:
    before = given(agency_kind=AgencyKind.CONSUMER_AGENCY)

    with pytest.raises(InvalidRecord) as refused:
        closing.close(sato, before, **once())

    assert {p.field for p in refused.value.problems} == {MISSING}
    assert len(refused.value.problems) == len(closing.missing(sato, before, NOW))
    standing = sato.record("agency_inquiries", before.id)
    assert standing.status is InquiryStatus.RECEIVED


def test_executives_and_instructions_hold_an_inquiry_open(
    desk_of, given, answer
) -> None:
    answered = answer(given(**HEARD, agency_kind=AgencyKind.HEALTH_OFFICE))
    sato = desk_of(SATO)
    ready = mending.none_needed(sato, answered, "表示どおりだった", **once())
    task = instructions.instruct(sato, ready, ORDER, **once())
    assert codes(sato, ready) == ["executives", task.id]

    told = instructions.tell_executives(sato, ready, **once())
    assert codes(sato, told) == [task.id]
    instructions.followed(sato, told, task, **once())

    assert closing.close(sato, told, **once()).status is InquiryStatus.CLOSED


def clock(case_id: str, **values: object) -> Deadline:
    return Deadline.parse(
        {
            "id": "T-261121-7F3QX",
            "case_id": case_id,
            "rule_code": "L14根拠資料",
            "kind": DeadlineKind.STATUTORY,
            "started_at": NOW,
            "due_at": NOW + timedelta(days=15),
            **values,
        }
    )


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ({}, True),
        ({"applies": Applicability.APPLIES, "checked_by": TANAKA}, True),
        ({"applies": Applicability.NOT_APPLICABLE, "checked_by": TANAKA}, False),
        ({"done_at": NOW}, False),
        ({"kind": DeadlineKind.GUIDELINE}, False),
    ],
)
def test_a_statutory_clock_that_runs_holds_it_open(
    desk_of, given, answer, values, holds
) -> None:
    answered = answer(given(**HEARD))
    sato = desk_of(SATO)
    ready = mending.none_needed(sato, answered, "表示どおりだった", **once())
    fill(sato, clock(ready.id, **values))

    found = closing.missing(sato, ready, NOW)

    assert [one.place for one in found] == ([Place.CLOCKS] if holds else [])


@pytest.mark.parametrize(
    ("result", "holds"),
    [
        (None, True),
        (MediationResult.ONGOING, True),
        (MediationResult.SETTLED, False),
        (MediationResult.NOT_APPLICABLE, False),
    ],
)
def test_a_mediation_needs_its_end(desk_of, given, answer, result, holds) -> None:
    answered = answer(given(**HEARD, contact_kind=ContactKind.MEDIATION))
    sato = desk_of(SATO)
    ready = mending.none_needed(sato, answered, "表示どおりだった", **once())
    ready = closing.note_mediation(sato, ready, result, **once())

    assert ("mediation_result" in codes(sato, ready)) is holds


def test_an_approval_by_who_decided_is_none_without_its_reason(desk_of, given) -> None:
    # As one might type it into the sheet.
    typed = given(
        **DRAFT,
        **HEARD,
        decided_by=SATO,
        approver="佐藤　花子",
        approved_at=NOW,
        answered_at=NOW,
        status=InquiryStatus.ANSWERED,
        no_improvement_reason="表示どおりだった",
    )

    assert codes(desk_of(SATO), typed) == ["approval"]


def test_an_answer_changed_at_the_last_moment_is_not_closed_over(
    desk_of, given, answer
) -> None:
    answered = answer(given(**HEARD))
    ready = mending.none_needed(desk_of(SATO), answered, "表示どおり", **once())
    deciding.draft(desk_of(SUZUKI), ready, {"answer": "変えた"}, **once())

    # 佐藤 still looks at what was ready.
    with pytest.raises((ActionRefused, InvalidRecord)):
        closing.close(desk_of(SATO), ready, **once())


def test_a_closed_inquiry_is_opened_again_with_why(desk_of, given, answer) -> None:
    answered = answer(given(**HEARD))
    sato = desk_of(SATO)
    ready = mending.none_needed(sato, answered, "表示どおり", **once())
    closed = closing.close(sato, ready, **once())
    with pytest.raises(InvalidRecord):
        closing.reopen(sato, closed, "", **once())

    found = closing.reopen(sato, closed, "直っていなかった", **once())

    assert found.status is InquiryStatus.ANSWERED
    assert any("直っていなかった" in said for said in every_step(sato))


def test_an_inquiry_taken_down_by_mistake_is_cancelled_with_why(sato, given) -> None:
    found = closing.cancel(sato, given(), "二重に入れた", **once())

    assert found.status is InquiryStatus.CANCELLED
    with pytest.raises(ActionRefused):
        closing.cancel(sato, found, "もう一度", **once())


def every_step(desk) -> list[str]:
    return desk.frame("activities")["content"].tolist()


# The course -------------------------------------------------------------------------


def said(desk, inquiry) -> str:
    found = course(desk, inquiry, NOW).next
    assert found is not None
    names = "、".join(found.names)
    return found.message.format(**{**found.details, "names": names})


def far(desk, inquiry) -> list[Far]:
    return list(course(desk, inquiry, NOW).steps.values())


def test_from_the_call_to_the_end_there_is_always_one_next_thing(
    desk_of, given
) -> None:
    done_, now, later = Far.DONE, Far.NOW, Far.LATER
    sato = desk_of(SATO)
    case = given(**HEARD)
    assert "整理します" in said(sato, case)
    assert far(sato, case) == [now, later, later]

    case = sorting.is_sorted(sato, case, HEARD, **once())
    assert "判断し" in said(sato, case)
    assert far(sato, case) == [done_, now, later]

    case = deciding.ask_approval(sato, case, DRAFT, **once())
    assert said(sato, case) == "承認待ち: 佐藤 花子さん以外のどなたか(田中 恵)。"
    assert not course(sato, case, NOW).next.is_mine
    assert "読んで、承認するか" in said(desk_of(TANAKA), case)

    case = deciding.approve(desk_of(TANAKA), case, **once())
    assert said(desk_of(SATO), case) == (
        "承認されました。みどり市消費生活センターに回答します。"
    )

    sato = desk_of(SATO)
    case = deciding.give_answer(sato, case, at=NOW, medium=Medium.CALL_OUT, **once())
    assert "直すところを入れるか" in said(sato, case)
    assert far(sato, case) == [done_, done_, now]

    case = mending.begin(sato, case, PLAN, **once())
    assert said(sato, case) == f"{SUZUKI}さんが「解約ボタンを上に出す」を直します。"

    (mend,) = mending.mends(sato, case)
    case = mending.finish(sato, case, mend, done(), **once())
    assert "完了にできます" in said(sato, case)

    case = closing.close(sato, case, **once())
    assert course(sato, case, NOW).next is None
    assert far(sato, case) == [done_, done_, done_]


def test_executives_come_first_of_all(sato, given) -> None:
    case = given(agency_kind=AgencyKind.CONSUMER_AGENCY)

    assert said(sato, case) == "まず、この連絡を経営に伝えます。"


def test_a_draft_sent_back_says_so(desk_of, given) -> None:
    asked = deciding.ask_approval(desk_of(SATO), given(**HEARD), DRAFT, **once())
    case = deciding.send_back(desk_of(TANAKA), asked, "直して", **once())

    assert "差し戻されました" in said(desk_of(SATO), case)


def test_an_agency_that_calls_again_after_all_is_answered_once_more(
    desk_of, given, answer
) -> None:
    answered = answer(given(**HEARD))
    ready = mending.none_needed(desk_of(SATO), answered, "表示どおり", **once())
    closed = closing.close(desk_of(SATO), ready, **once())
    sato = desk_of(SATO)
    again = taking.contact_again(
        sato, closed, taking.Again(said="まだ返金がない"), **once()
    )
    assert "整理します" in said(sato, again)
    assert far(sato, again)[0] is Far.NOW

    again = sorting.is_sorted(sato, again, HEARD, **once())
    assert "もう一度伝えます" in said(sato, again)
    assert codes(sato, again) == ["answered_at"]

    again = deciding.give_answer(sato, again, at=NOW, medium=Medium.CALL_OUT, **once())
    assert codes(sato, again) == []


def test_an_answer_typed_into_the_sheet_counts_without_its_status(
    desk_of, given
) -> None:
    typed = given(
        **DRAFT,
        **HEARD,
        decided_by=SATO,
        approver=TANAKA,
        approved_at=NOW,
        answered_at=NOW,
        no_improvement_reason="表示どおりだった",
    )
    sato = desk_of(SATO)
    assert far(sato, typed) == [Far.DONE, Far.DONE, Far.DONE]

    assert closing.close(sato, typed, **once()).status is InquiryStatus.CLOSED
