"""Recording a complaint: what is preset, what is derived, and that it happens once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib import clock
from lib.actions import complaints
from lib.actions.complaints import preview, register
from lib.actions.entry import Entry, Mark, PromiseTime
from lib.errors import (
    ActionRefused,
    InvalidRecord,
    NotAllowed,
    StoreUnavailable,
)
from lib.schema.complaint import Complaint
from lib.schema.ids import read_id
from lib.schema.principal import Principal
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    Apology,
    Category,
    Cause,
    Certainty,
    Channel,
    ComplaintKind,
    ComplaintStatus,
    Done,
    Fault,
    Harassment,
    Harm,
    Medium,
    OutsideThreat,
    Promise,
    Resolution,
    Role,
    Severity,
    Symptom,
)
from lib.settings.customer_key import customer_key
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)
DUE = NOW + timedelta(minutes=30)
SECRET = b"secret of a test"

Record = Callable[..., Complaint]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    """Return the desk of a clerk in a store whose masters are all empty."""
    return live.for_user(Principal("sato@example.jp", "佐藤", Role.CLERK))


def typed(**fields: Any) -> Entry:
    """Return the entry of a clerk who typed the least and then `fields`."""
    least = {
        "id": "",
        "received_at": NOW,
        "content": "二回届いたのに箱が空だった",
        "promise_time": PromiseTime.HALF_HOUR,
        "next_promise_at": DUE,
    }
    return Entry.read(least | fields)


def solved(**fields: Any) -> Entry:
    """Return an entry that closes on the spot."""
    return typed(
        **{
            "promise_time": PromiseTime.SOLVED,
            "next_promise_at": None,
            "resolution": Resolution.EXPLANATION,
            "confirmed": Done.DONE,
        }
        | fields
    )


def recorded(desk: UserStore, entry: Entry, *, entry_id: str = "e1") -> Complaint:
    return register(desk, entry, entry_id=entry_id, now=NOW, secret=SECRET)


def fields_of(error: pytest.ExceptionInfo[InvalidRecord]) -> list[str]:
    return [problem.field for problem in error.value.problems]


# The least ---------------------------------------------------------------------


def test_content_and_promise_are_enough_and_the_rest_is_preset(desk):
    saved = recorded(desk, typed())

    assert read_id(saved.id) == saved.id
    assert saved.id.startswith("K-261121-")
    assert (saved.received_at, saved.channel) == (NOW, Channel.PHONE)
    assert (saved.receiver, saved.handler) == ("佐藤", "佐藤")
    assert (saved.kind, saved.status) == (
        ComplaintKind.FIRST,
        ComplaintStatus.RECEIVED,
    )
    assert (saved.fault, saved.apology) == (Fault.CHECKING, Apology.NOT_YET)
    assert (saved.next_promise, saved.next_promise_at) == (Promise.CALL_BACK, DUE)
    assert saved.product_code == "不明"
    assert (saved.severity, saved.severity_reason) == (Severity.LOW, "")


def test_what_was_not_asked_reads_as_not_asked_and_never_as_no(desk):
    saved = recorded(desk, typed(temper="未確認"))

    assert saved.harm is Harm.UNASKED
    assert saved.symptom is None
    answers = {
        saved.leak,
        saved.refund_refused,
        saved.replacement_defective,
        saved.service_failure,
    }
    assert answers == {Answered.UNASKED}
    assert saved.outside_threat is OutsideThreat.UNASKED
    assert saved.harassment is Harassment.UNASKED
    assert saved.category is Category.UNASKED


def test_both_missing_things_are_named_at_once(desk):
    with pytest.raises(InvalidRecord) as error:
        recorded(desk, typed(content=" \n", promise_time=None, next_promise_at=None))

    assert fields_of(error) == ["content", "promise_time"]
    assert desk.frame("complaints").empty


def test_a_promise_at_another_time_needs_that_time(desk):
    with pytest.raises(InvalidRecord) as error:
        recorded(desk, typed(promise_time=PromiseTime.OTHER, next_promise_at=None))

    assert fields_of(error) == ["next_promise_at"]


def test_the_first_step_on_the_timeline_is_what_was_heard_and_promised(desk):
    saved = recorded(desk, typed())

    steps = desk.frame("activities")
    assert len(steps) == 1
    step = desk.record("activities", steps.index[0])
    assert (step.case_id, step.at, step.actor) == (saved.id, NOW, "佐藤")
    assert (step.kind, step.medium) == (ActivityKind.HEARING, Medium.CALL_IN)
    assert step.content == saved.content
    assert step.next_promise_at == DUE


def test_unknown_names_are_kept_as_typed(desk):
    saved = recorded(
        desk, typed(product_code="化粧水の大", handler="新人さん", claim_type="謎")
    )

    assert (saved.product_code, saved.handler) == ("化粧水の大", "新人さん")
    assert (saved.claim_type, saved.category) == ("謎", Category.UNASKED)


def test_someone_who_only_reads_cannot_record(live):
    viewer = live.for_user(Principal("v@example.jp", "閲覧", Role.VIEWER))

    with pytest.raises(NotAllowed):
        recorded(viewer, typed())


# What is derived ---------------------------------------------------------------


def test_the_one_box_becomes_contact_key_and_order_number(desk):
    saved = recorded(desk, typed(who="090-1234-5678 000123"))

    assert (saved.contact, saved.order_number) == ("090-1234-5678", "000123")
    assert saved.customer_key == customer_key("09012345678", SECRET) != ""


def test_the_claim_type_gives_category_and_flag_and_severity(desk):
    saved = recorded(desk, typed(claim_type="交換品も不良"))

    assert saved.category is Category.QUALITY
    assert saved.replacement_defective is Answered.YES
    assert (saved.severity, saved.severity_reason) == (Severity.HIGH, "交換品も不良")


def test_a_category_that_was_chosen_is_kept(desk):
    saved = recorded(desk, typed(claim_type="不良品", category=Category.PACKAGING))

    assert saved.category is Category.PACKAGING


def test_chips_fill_their_fields_even_where_no_detail_was_given(desk):
    saved = recorded(desk, typed(marks=tuple(Mark)))

    assert saved.kind is ComplaintKind.SECOND
    assert saved.harm is Harm.UNKNOWN
    assert (saved.leak, saved.refund_refused) == (Answered.YES, Answered.YES)
    assert saved.service_failure is Answered.YES
    assert saved.harassment is Harassment.SUSPECTED
    assert saved.outside_threat is OutsideThreat.OTHER
    assert saved.people_involved == 2


def test_details_below_a_chip_that_was_switched_off_do_not_count(desk):
    saved = recorded(
        desk,
        typed(
            harm=Harm.TREATED,
            symptom=Symptom.RASH,
            outside_threat=OutsideThreat.LAWYER,
            harassment=Harassment.CONFIRMED,
        ),
    )

    assert (saved.harm, saved.symptom) == (Harm.UNASKED, None)
    assert saved.outside_threat is OutsideThreat.UNASKED
    assert saved.harassment is Harassment.UNASKED


def test_the_third_case_of_a_customer_in_ninety_days_weighs_high(desk):
    for number, days in enumerate((91, 89, 10)):
        before = typed(who="090-1234-5678", received_at=NOW - timedelta(days=days))
        recorded(desk, before, entry_id=f"before{number}")

    saved = recorded(desk, typed(who="０９０１２３４５６７８"))

    assert saved.severity is Severity.HIGH
    assert saved.severity_reason == "同じお客様から90日で3件以上"


def test_the_preview_lists_earlier_cases_by_contact_or_order_number(desk):
    by_phone = recorded(desk, typed(who="090-1234-5678"), entry_id="a")
    by_order = recorded(
        desk, typed(who="JP1", received_at=NOW - timedelta(days=1)), entry_id="b"
    )
    recorded(desk, typed(who="080-0000-0000 JP2"), entry_id="c")
    recorded(desk, typed(), entry_id="d")

    found = preview(desk, typed(who="090 1234 5678 JP1"), now=NOW, secret=SECRET)

    assert found.earlier_ids == (by_phone.id, by_order.id)
    assert preview(desk, typed(), now=NOW, secret=SECRET).earlier_ids == ()


# Closing on the spot -----------------------------------------------------------


def test_solved_on_the_spot_closes_without_a_promise(desk):
    saved = recorded(desk, solved(claim_type="欠品"))

    assert saved.status is ComplaintStatus.CLOSED
    assert (saved.next_promise, saved.next_promise_at) == (None, None)
    assert saved.closed_at == NOW
    assert (saved.read_back, saved.harm, saved.leak) == (
        Done.DONE,
        Harm.NO,
        Answered.NO,
    )
    assert (saved.cause, saved.cause_certainty) == (
        Cause.DELIVERY,
        Certainty.PRESUMED,
    )
    kinds = [
        desk.record("activities", key).kind for key in desk.frame("activities").index
    ]
    assert set(kinds) == {ActivityKind.HEARING, ActivityKind.STATUS_CHANGE}


def test_solved_without_a_claim_type_has_an_unknown_cause(desk):
    assert recorded(desk, solved()).cause is Cause.UNKNOWN


def test_solved_needs_the_confirmation_and_the_resolution_and_nothing_else(desk):
    with pytest.raises(InvalidRecord) as error:
        recorded(desk, solved(confirmed=Done.NOT_YET, resolution=None))

    assert fields_of(error) == ["confirmed", "resolution"]


def test_the_confirmation_never_denies_what_a_chip_said(desk):
    saved = recorded(
        desk, solved(marks=(Mark.HARM,), harm=Harm.UNTREATED, symptom=Symptom.RASH)
    )

    assert (saved.harm, saved.leak) == (Harm.UNTREATED, Answered.NO)


def test_what_starts_a_statutory_clock_is_not_solved_on_the_spot(desk):
    with pytest.raises(InvalidRecord) as error:
        recorded(desk, solved(marks=(Mark.LEAK,)))

    assert fields_of(error) == ["promise_time"]
    assert desk.frame("complaints").empty
    assert desk.frame("deadlines").empty


def test_harm_that_was_named_must_be_answered_before_closing(desk):
    with pytest.raises(InvalidRecord) as error:
        recorded(desk, solved(claim_type="肌トラブル・けが"))

    assert fields_of(error) == ["harm"]


# Once --------------------------------------------------------------------------


def test_a_double_click_saves_once_and_shows_the_same_number(desk):
    first = recorded(desk, typed())
    again = recorded(desk, typed())

    assert again.id == first.id
    assert len(desk.frame("complaints")) == len(desk.frame("activities")) == 1


def test_a_retry_after_an_error_keeps_the_number(desk, live, monkeypatch):
    def lost(_commit: object) -> None:
        raise StoreUnavailable

    wanted: list[str] = []
    whole = desk.commit

    def remembering(commit: Any) -> Any:
        wanted.append(commit.writes[0].record.id)
        return lost(commit) if len(wanted) == 1 else whole(commit)

    monkeypatch.setattr(desk, "commit", remembering)
    with pytest.raises(StoreUnavailable):
        recorded(desk, typed())
    saved = recorded(desk, typed())

    assert wanted == [saved.id, saved.id]
    assert len(desk.frame("complaints")) == 1


def test_two_entries_get_two_numbers(desk):
    numbers = {recorded(desk, typed(), entry_id=f"e{n}").id for n in range(20)}

    assert len(numbers) == len(desk.frame("complaints")) == 20


def test_a_number_that_another_complaint_has_is_drawn_again(desk, monkeypatch):
    taken = iter(
        ["K-261121-AAAAA", "H1", "K-261121-AAAAA", "H2", "K-261121-BBBBB", "H3"]
    )
    monkeypatch.setattr(complaints, "id_for", lambda *_args: next(taken))

    first = recorded(desk, typed(), entry_id="one")
    second = recorded(desk, typed(), entry_id="two")

    assert (first.id, second.id) == ("K-261121-AAAAA", "K-261121-BBBBB")


def test_the_same_draft_saved_in_two_windows_with_another_text_is_told(desk):
    first = recorded(desk, typed())

    with pytest.raises(ActionRefused) as error:
        recorded(desk, typed(content="続きを書き足した"))

    assert error.value.details == {"number": first.id}
    assert len(desk.frame("complaints")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+81 90",
        "@SUM(A1)",
        "<script>alert(1)</script>",
        "😀👩‍👩‍👧 𠮷野家",
        "一行目\n二行目\n\n四行目",
        "000123",
        "\u202eabc\u202c عربي",
        "あ" * 10_000,
    ],
)
def test_every_text_is_stored_equal(desk, text):
    saved = recorded(
        desk, typed(content=text, customer_name=text, lot=text, open_questions=text)
    )

    stored = desk.record("complaints", saved.id)
    assert {
        stored.content,
        stored.customer_name,
        stored.lot,
        stored.open_questions,
    } == {text}
