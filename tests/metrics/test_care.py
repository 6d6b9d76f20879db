"""Who is owed a talk until when, worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lib import clock
from lib.metrics import care
from lib.metrics.care import Standing, Why
from lib.schema.audit import AuditEntry
from lib.schema.care import CareRecord
from lib.schema.vocab import (
    CareKind,
    ComplaintKind,
    ComplaintStatus,
    EscalationStatus,
    Harassment,
    HarassmentKind,
    Source,
    Temper,
)
from tests.metrics.rows import at, complaint, escalation, frames

START = date(2026, 11, 1)
FRIDAY_EVENING = at(20, 18)
OPERATOR = "小田 健介"
DAY, WEEK = CareKind.DAY, CareKind.WEEK


def abused(received=FRIDAY_EVENING, **values):
    return complaint(
        received,
        **{"receiver": OPERATOR, "harassment": Harassment.CONFIRMED, **values},
    )


def record(case, kind=DAY, **values):
    return CareRecord(
        **{
            "id": f"F-{case.id}-{kind.code}",
            "case_id": case.id,
            "kind": kind,
            "for_whom": OPERATOR,
            "done_at": at(21, 9),
            "done_by": "大西 拓也",
            **values,
        }
    )


def logged(case, when, field_name, before, after):
    return AuditEntry(
        id=f"L-{field_name}-{when:%d%H}",
        commit_id="c",
        at=when,
        actor="村井 奈々",
        table="complaints",
        row_key=case.id,
        field_name=field_name,
        before=before,
        after=after,
    )


def duties(*rows):
    return care.duties(frames(rows), START)


def due(*rows):
    return [(duty.kind, duty.due_at) for duty in duties(*rows)]


# What is owed ---------------------------------------------------------------------


def test_a_call_on_friday_evening_owes_a_talk_on_saturday_and_one_the_next_friday():
    (first, second) = duties(abused())

    assert (first.kind, first.due_at) == (DAY, at(21, 18))
    assert (second.kind, second.due_at) == (WEEK, at(27, 18))
    assert {d.person for d in (first, second)} == {OPERATOR}


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"harassment": Harassment.SUSPECTED}, (Why.HARASSED,)),
        ({"harassment": Harassment.CONFIRMED}, (Why.HARASSED,)),
        ({"kind": ComplaintKind.SECOND}, (Why.SECOND,)),
        ({"temper": Temper.FURIOUS}, (Why.TEMPER,)),
        ({"temper": Temper.HOSTILE}, (Why.TEMPER,)),
        (
            {"kind": ComplaintKind.SECOND, "temper": Temper.FURIOUS},
            (Why.SECOND, Why.TEMPER),
        ),
    ],
)
def test_each_reason_owes_two_talks_once(values, why):
    found = duties(complaint(FRIDAY_EVENING, receiver=OPERATOR, **values))

    assert [duty.kind for duty in found] == [DAY, WEEK]
    assert {duty.why for duty in found} == {why}


@pytest.mark.parametrize(
    "values",
    [
        {"temper": Temper.ANGRY},
        {"harassment": Harassment.NO},
        {"kind": ComplaintKind.REPEAT},
        {"temper": Temper.HOSTILE, "status": ComplaintStatus.CANCELLED},
        {"temper": Temper.HOSTILE, "source": Source.IMPORT},
    ],
)
def test_calm_cancelled_and_untouched_imported_cases_owe_nothing(values):
    assert duties(complaint(FRIDAY_EVENING, receiver=OPERATOR, **values)) == ()


def test_a_closed_case_still_owes_the_talk():
    assert len(duties(abused(status=ComplaintStatus.CLOSED))) == 2


def test_what_began_before_the_first_day_owes_nothing():
    assert duties(abused(clock.at(date(2026, 10, 31), 23, 59))) == ()
    assert len(duties(abused(clock.at(START)))) == 2


def test_marked_later_the_time_runs_from_the_mark():
    case = abused()
    marked = logged(case, at(24, 10), "harassment", "なし", "疑い")
    surer = logged(case, at(25, 11), "harassment", "疑い", "該当")

    assert due(case, marked, surer) == [
        (DAY, at(25, 10)),
        (WEEK, at(24, 10) + timedelta(days=7)),
    ]


def test_an_imported_case_marked_today_is_owed_from_today():
    case = abused(at(2), source=Source.IMPORT, version=2)

    assert due(case, logged(case, at(24), "harassment", "", "該当"))[0] == (
        DAY,
        at(25),
    )


def test_an_earlier_reason_is_not_put_off_by_a_later_one():
    case = abused(temper=Temper.FURIOUS)

    assert due(case, logged(case, at(24), "harassment", "なし", "該当"))[0] == (
        DAY,
        at(21, 18),
    )


def test_it_is_owed_to_who_answered_outsourced_people_too():
    (first, _second) = duties(abused(received_centre="SPR", handler="村井 奈々"))

    assert (first.person, first.centre) == (OPERATOR, "SPR")


def test_without_a_receiver_it_is_owed_to_the_handler_and_never_lost():
    assert {d.person for d in duties(abused(receiver="", handler="平野 楓"))} == {
        "平野 楓"
    }
    assert {d.person for d in duties(abused(receiver="", handler=""))} == {""}


# Hand-overs -----------------------------------------------------------------------


def test_whom_a_hand_over_names_is_owed_the_talks_too():
    case = abused()
    given = escalation(case, at(21, 9), follow_up_for="平野 楓")

    found = {(d.person, d.kind): d.due_at for d in duties(case, given)}

    assert found[OPERATOR, DAY] == at(21, 18)
    assert found["平野 楓", DAY] == at(22, 9)


def test_the_same_person_named_by_the_hand_over_is_owed_them_once():
    case = abused()
    given = escalation(case, at(21, 9), follow_up_for="小田健介")

    assert due(case, given) == [(DAY, at(21, 18)), (WEEK, at(27, 18))]
    assert duties(case, given)[0].why == (Why.HARASSED,)


def test_a_cancelled_hand_over_names_nobody():
    case = complaint(FRIDAY_EVENING, receiver=OPERATOR)
    given = escalation(
        case, at(21), follow_up_for=OPERATOR, status=EscalationStatus.CANCELLED
    )

    assert duties(case, given) == ()


def test_what_a_hand_over_says_was_done_is_the_first_talk():
    case = abused()
    given = escalation(
        case,
        at(20, 19),
        follow_up_for=OPERATOR,
        follow_up_done=date(2026, 11, 21),
        follow_up_by="大西 拓也",
    )

    first, second = duties(case, given)

    assert (first.done_at, first.done_by) == (at(21, 0), "大西 拓也")
    assert second.done_at is None


# What was done --------------------------------------------------------------------


def test_a_talk_settles_its_own_duty_and_no_other():
    case, other = abused(), abused()

    found = duties(case, other, record(case))

    done = [d for d in found if d.done_at]
    assert [(d.case_id, d.kind, d.done_at) for d in done] == [(case.id, DAY, at(21, 9))]


def test_a_talk_with_somebody_else_settles_nothing():
    case = abused()

    assert all(d.done_at is None for d in duties(case, record(case, for_whom="別人")))


def test_names_are_the_same_with_and_without_the_blank():
    case = abused()

    assert duties(case, record(case, for_whom="小田健介"))[0].done_at == at(21, 9)


def test_of_two_talks_the_earlier_one_settled_it():
    case = abused()
    again = record(case, id="F-2", done_at=at(22, 9))

    assert duties(case, again, record(case))[0].done_at == at(21, 9)


def test_a_row_that_is_only_planned_settles_nothing_and_is_named():
    case = abused()
    begun = record(case, id="F-9", done_at=None, done_by="", due_at=at(21, 12))

    first, second = duties(case, begun)

    assert (first.done_at, first.planned, first.due_at) == (None, "F-9", at(21, 18))
    assert second.planned == ""


def test_a_talk_written_down_to_be_done_is_owed_whatever_it_is_about():
    case = complaint(FRIDAY_EVENING)
    (found,) = duties(
        case, record(case, WEEK, done_at=None, done_by="", due_at=at(25, 12))
    )

    assert (found.kind, found.due_at, found.why) == (WEEK, at(25, 12), (Why.NAMED,))


def test_a_consultation_settles_no_duty():
    case = abused()

    found = duties(case, record(case, CareKind.CONSULTATION))

    assert [d.done_at for d in found] == [None, None]


def test_without_any_row_nothing_is_owed():
    assert duties() == ()


# How it stands --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "first", "second"),
    [
        (at(20, 18), Standing.OPEN, Standing.COMING),
        (at(21, 18), Standing.OPEN, Standing.OPEN),
        (at(21, 18, 1), Standing.OVERDUE, Standing.OPEN),
        (at(27, 18, 1), Standing.OVERDUE, Standing.OVERDUE),
    ],
)
def test_a_duty_is_open_until_its_time_is_over(now, first, second):
    found = duties(abused())

    assert [duty.standing(now) for duty in found] == [first, second]


def test_done_is_done_however_late():
    case = abused()
    late = duties(case, record(case, done_at=at(25)))[0]

    assert late.standing(at(26)) is Standing.DONE


# How often each kind happens --------------------------------------------------------


def test_kinds_are_counted_without_cancelled_and_calm_cases():
    rows = frames(
        [
            abused(harassment_kind=HarassmentKind.THREAT),
            abused(
                harassment=Harassment.SUSPECTED, harassment_kind=HarassmentKind.THREAT
            ),
            abused(),
            abused(at(9), harassment_kind=HarassmentKind.MONEY),
            abused(
                harassment_kind=HarassmentKind.MONEY, status=ComplaintStatus.CANCELLED
            ),
            complaint(FRIDAY_EVENING),
        ]
    )

    found = care.kinds(rows["complaints"], date(2026, 11, 10))

    assert found == {HarassmentKind.THREAT: 2, HarassmentKind.OTHER: 1}
    assert care.kinds(rows["complaints"], date(2027, 1, 1)) == {}
