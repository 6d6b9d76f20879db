"""What can become of an inquiry: from which status an event leads where, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lib.errors import ActionRefused
from lib.i18n import N_
from lib.schema.vocab import InquiryStatus


class Event(StrEnum):
    """What a person does to an inquiry."""

    SORT = "sort"
    """Notes facts, demand or a question, while the information is being sorted."""
    SORTED = "sorted"
    """Says that the information is sorted."""
    DRAFT = "draft"
    """Writes at decision or answer; one that was given already is to be given anew."""
    ASK = "ask"
    """Puts the whole draft to the approver, or approves it where nobody else is."""
    APPROVE = "approve"
    SEND_BACK = "send_back"
    ANSWER = "answer"
    """Has given the approved answer to the agency."""
    MEND = "mend"
    """Begins to put something right."""
    MENDED = "mended"
    """Has put the last thing right that was begun."""
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Transition:
    """Where `event` leads from the status `before`."""

    event: Event
    before: InquiryStatus
    after: InquiryStatus


_S = InquiryStatus
_OWED: Final = (_S.RECEIVED, _S.CHECKING, _S.PREPARING)
_OPEN: Final = (*_OWED, _S.ANSWERED, _S.MENDING)

TRANSITIONS: Final[tuple[Transition, ...]] = (
    Transition(Event.SORT, _S.RECEIVED, _S.CHECKING),
    *(
        Transition(Event.SORT, there, there)
        for there in (_S.CHECKING, _S.PREPARING, _S.ANSWERED, _S.MENDING)
    ),
    Transition(Event.SORTED, _S.RECEIVED, _S.PREPARING),
    Transition(Event.SORTED, _S.CHECKING, _S.PREPARING),
    Transition(Event.DRAFT, _S.RECEIVED, _S.CHECKING),
    Transition(Event.DRAFT, _S.CHECKING, _S.CHECKING),
    *(
        Transition(Event.DRAFT, there, _S.PREPARING)
        for there in (_S.PREPARING, _S.ANSWERED, _S.MENDING)
    ),
    *(Transition(Event.ASK, there, _S.PREPARING) for there in _OPEN),
    Transition(Event.APPROVE, _S.PREPARING, _S.PREPARING),
    Transition(Event.SEND_BACK, _S.PREPARING, _S.PREPARING),
    Transition(Event.ANSWER, _S.PREPARING, _S.ANSWERED),
    # One mends while the answer is still being prepared: what is owed stays owed.
    *(Transition(Event.MEND, there, there) for there in _OWED),
    Transition(Event.MEND, _S.ANSWERED, _S.MENDING),
    Transition(Event.MEND, _S.MENDING, _S.MENDING),
    *(Transition(Event.MENDED, there, there) for there in (*_OWED, _S.ANSWERED)),
    Transition(Event.MENDED, _S.MENDING, _S.ANSWERED),
    # What closing lacks is asked elsewhere: a sheet may tell of an answer beside a
    # status that nobody moved.
    *(Transition(Event.CLOSE, there, _S.CLOSED) for there in _OPEN),
    Transition(Event.REOPEN, _S.CLOSED, _S.ANSWERED),
    Transition(Event.REOPEN, _S.CANCELLED, _S.CHECKING),
    *(Transition(Event.CANCEL, there, _S.CANCELLED) for there in _OPEN),
)
"""All that can happen; whatever is not named here is refused."""


def may(event: Event, status: InquiryStatus) -> bool:
    """Whether an event can happen to an inquiry in that status."""
    return any((t.event, t.before) == (event, status) for t in TRANSITIONS)


def after(event: Event, status: InquiryStatus) -> InquiryStatus:
    """Return the status to which an event leads.

    Raises:
        ActionRefused: it cannot happen from there; somebody else was quicker.
    """
    for known in TRANSITIONS:
        if (known.event, known.before) == (event, status):
            return known.after
    raise ActionRefused(
        N_("この問合せは、もう別の状態になっています。画面を見直してください。")
    )
