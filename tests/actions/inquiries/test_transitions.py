"""Every transition of an inquiry with an example, and everything else refused."""

from __future__ import annotations

import pytest

from lib.actions.inquiries.transitions import TRANSITIONS, Event, after, may
from lib.errors import ActionRefused
from lib.schema.vocab import InquiryStatus

S, E = InquiryStatus, Event

EXAMPLES = [
    (E.SORT, S.RECEIVED, S.CHECKING),
    (E.SORT, S.CHECKING, S.CHECKING),
    (E.SORT, S.PREPARING, S.PREPARING),
    (E.SORT, S.ANSWERED, S.ANSWERED),
    (E.SORT, S.MENDING, S.MENDING),
    (E.SORTED, S.RECEIVED, S.PREPARING),
    (E.SORTED, S.CHECKING, S.PREPARING),
    # Writing at a decision does not say that the information is sorted.
    (E.DRAFT, S.RECEIVED, S.CHECKING),
    (E.DRAFT, S.CHECKING, S.CHECKING),
    (E.DRAFT, S.PREPARING, S.PREPARING),
    # Another answer than the one that was given: it is owed again.
    (E.DRAFT, S.ANSWERED, S.PREPARING),
    (E.DRAFT, S.MENDING, S.PREPARING),
    (E.ASK, S.RECEIVED, S.PREPARING),
    (E.ASK, S.CHECKING, S.PREPARING),
    (E.ASK, S.PREPARING, S.PREPARING),
    (E.ASK, S.ANSWERED, S.PREPARING),
    (E.ASK, S.MENDING, S.PREPARING),
    (E.APPROVE, S.PREPARING, S.PREPARING),
    (E.SEND_BACK, S.PREPARING, S.PREPARING),
    (E.ANSWER, S.PREPARING, S.ANSWERED),
    (E.MEND, S.RECEIVED, S.RECEIVED),
    (E.MEND, S.CHECKING, S.CHECKING),
    (E.MEND, S.PREPARING, S.PREPARING),
    (E.MEND, S.ANSWERED, S.MENDING),
    (E.MEND, S.MENDING, S.MENDING),
    (E.MENDED, S.RECEIVED, S.RECEIVED),
    (E.MENDED, S.CHECKING, S.CHECKING),
    (E.MENDED, S.PREPARING, S.PREPARING),
    (E.MENDED, S.ANSWERED, S.ANSWERED),
    (E.MENDED, S.MENDING, S.ANSWERED),
    (E.CLOSE, S.RECEIVED, S.CLOSED),
    (E.CLOSE, S.CHECKING, S.CLOSED),
    (E.CLOSE, S.PREPARING, S.CLOSED),
    (E.CLOSE, S.ANSWERED, S.CLOSED),
    (E.CLOSE, S.MENDING, S.CLOSED),
    (E.REOPEN, S.CLOSED, S.ANSWERED),
    (E.REOPEN, S.CANCELLED, S.CHECKING),
    (E.CANCEL, S.RECEIVED, S.CANCELLED),
    (E.CANCEL, S.CHECKING, S.CANCELLED),
    (E.CANCEL, S.PREPARING, S.CANCELLED),
    (E.CANCEL, S.ANSWERED, S.CANCELLED),
    (E.CANCEL, S.MENDING, S.CANCELLED),
]


@pytest.mark.parametrize(("event", "before", "there"), EXAMPLES)
def test_each_transition(event, before, there) -> None:
    assert may(event, before)
    assert after(event, before) is there


def test_there_are_no_other_transitions() -> None:
    known = {(t.event, t.before, t.after) for t in TRANSITIONS}

    assert known == set(EXAMPLES)
    assert len(TRANSITIONS) == len(EXAMPLES)


@pytest.mark.parametrize(
    ("event", "before"),
    [
        (E.CLOSE, S.CLOSED),
        (E.CLOSE, S.CANCELLED),
        (E.ANSWER, S.RECEIVED),
        (E.ANSWER, S.ANSWERED),
        (E.APPROVE, S.CLOSED),
        (E.DRAFT, S.CLOSED),
        (E.MEND, S.CANCELLED),
        (E.REOPEN, S.RECEIVED),
    ],
)
def test_what_is_not_named_is_refused(event, before) -> None:
    assert not may(event, before)
    with pytest.raises(ActionRefused):
        after(event, before)
