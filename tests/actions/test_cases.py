"""What people do on a complaint: what is written, merged, refused and told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lib import clock
from lib.actions import cases
from lib.actions.cases import Verdict, Way
from lib.errors import Conflict, InvalidRecord, NotAllowed
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    Cause,
    Certainty,
    Channel,
    ComplaintStatus,
    Done,
    Harm,
    Medium,
    Promise,
    Resolution,
    Role,
    Severity,
    Source,
)
from lib.settings.customer_key import customer_key
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import complaint, fill

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)
SECRET = b"a key of this installation"

HANAKO = Principal("hanako@example.jp", "佐藤 花子", Role.CLERK)
TARO = Principal("taro@example.jp", "鈴木 太郎", Role.MANAGER)
READER = Principal("reader@example.jp", "閲覧者", Role.VIEWER)

ANSWERED = {
    "harm": Harm.NO,
    "leak": Answered.NO,
    "read_back": Done.DONE,
    "resolution": Resolution.EXPLANATION,
    "cause": Cause.PRODUCT,
    "cause_certainty": Certainty.PRESUMED,
}
"""What the rules of closing ask for."""


@pytest.fixture(autouse=True)
def a_fixed_clock(monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, NOW.isoformat())


@pytest.fixture
def live(tmp_path):
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def hanako(live):
    return live.for_user(HANAKO)


@pytest.fixture
def taro(live):
    return live.for_user(TARO)


@pytest.fixture
def kept(live):
    """Return the function that stores a complaint and gives it back as it stands."""

    def stored(**changes):
        made = complaint(**changes)
        fill(live.for_user(SYSTEM), made)
        return live.for_user(SYSTEM).record("complaints", made.id)

    return stored


def save(action, desk, seen, values, **more):
    more = {"now": NOW, "commit_id": new_commit_id(), **more}
    return action(desk, seen, values, **more)


def edit(desk, seen, **values):
    return save(cases.edit, desk, seen, values, secret=SECRET)


def steps(desk, case):
    return [step.activity for step in cases.timeline(desk, case, NOW)]


# Editing


def test_an_edit_changes_what_was_typed_and_says_who(hanako, kept):
    after = edit(hanako, kept(), lot="L-001")

    assert (after.lot, after.updated_by, after.version) == ("L-001", "佐藤 花子", 2)


def test_an_edit_that_changes_nothing_writes_nothing(hanako, kept):
    seen = kept()

    assert edit(hanako, seen, content=seen.content).version == seen.version


def test_different_fields_of_two_people_merge(hanako, taro, kept):
    seen = kept()
    edit(hanako, seen, lot="L-001")

    after = edit(taro, seen, order_number="0012")

    assert (after.lot, after.order_number) == ("L-001", "0012")
    merged = cases.merged_fields(seen, {"order_number": "0012"}, after)
    assert [spec.name for spec in merged] == ["lot"]


def test_the_same_field_of_two_people_is_a_conflict_and_nothing_is_written(
    hanako, taro, kept
):
    seen = kept()
    edit(hanako, seen, note="電話した")

    with pytest.raises(Conflict) as caught:
        edit(taro, seen, note="メールした", lot="L-9")

    clash = caught.value.fields[0]
    assert (clash.base, clash.theirs, clash.mine) == ("", "電話した", "メールした")
    assert taro.record("complaints", seen.id).lot == ""


def test_a_conflict_settled_against_what_they_wrote_is_saved(hanako, taro, kept):
    seen = kept()
    theirs = edit(hanako, seen, note="電話した")

    after = edit(taro, seen.model_copy(update={"note": theirs.note}), note="両方した")

    assert after.note == "両方した"


def test_the_same_save_twice_is_one_save(hanako, kept):
    seen = kept()
    again = {"secret": SECRET, "commit_id": "one press"}
    save(cases.edit, hanako, seen, {"lot": "L-1"}, **again)

    after = save(cases.edit, hanako, seen, {"lot": "L-1"}, **again)

    assert after.version == 2


def test_a_new_contact_gets_a_new_customer_key(hanako, kept):
    after = edit(hanako, kept(contact="0312345678"), contact="090-1234-5678")

    assert after.customer_key == customer_key("09012345678", SECRET)


def test_the_key_of_several_contacts_is_the_phones(hanako, kept):
    """As at the first entry, so that the same customer keeps one key."""
    after = edit(hanako, kept(), contact="h@example.jp 090-1234-5678")

    assert after.customer_key == customer_key("09012345678", SECRET)


def test_a_contact_settled_after_a_conflict_has_its_own_key(hanako, taro, kept):
    seen = kept(contact="0312345678")
    theirs = edit(hanako, seen, contact="0399999999")

    with pytest.raises(Conflict) as caught:
        edit(taro, seen, contact="09012345678")
    assert [found.field for found in caught.value.fields] == ["contact"]
    settled = seen.model_copy(update={"contact": theirs.contact})
    after = edit(taro, settled, contact="09012345678")

    assert after.customer_key == customer_key("09012345678", SECRET)


def test_another_severity_needs_a_reason(hanako, kept):
    seen = kept()

    with pytest.raises(InvalidRecord) as caught:
        edit(hanako, seen, severity=Severity.HIGH)

    assert [p.field for p in caught.value.problems] == ["severity_reason"]
    after = edit(hanako, seen, severity=Severity.HIGH, severity_reason="報道の予告")
    assert after.severity is Severity.HIGH


def test_an_open_case_keeps_its_promise_field(hanako, kept):
    with pytest.raises(InvalidRecord) as caught:
        edit(hanako, kept(), next_promise_at=None)

    assert [p.field for p in caught.value.problems] == ["next_promise_at"]


def test_what_was_wrong_before_is_no_obstacle_to_another_edit(hanako, kept):
    """A row of an import that somebody turned into one of the app's, say."""
    seen = kept(source=Source.IMPORT, next_promise=None, next_promise_at=None)

    assert (
        edit(hanako, seen.model_copy(update={"source": Source.APP}), lot="1").lot == "1"
    )


def test_a_reader_changes_nothing(live, kept):
    with pytest.raises(NotAllowed):
        edit(live.for_user(READER), kept(), lot="L-1")


# Status and handler


def test_a_change_of_status_leaves_a_step(hanako, kept):
    seen = kept()

    after = save(cases.change, hanako, seen, {"status": ComplaintStatus.WORKING})

    step = steps(hanako, after)[0]
    assert step.kind is ActivityKind.STATUS_CHANGE
    assert (step.status_before, step.status_after) == ("受付", "対応中")
    assert (step.content, step.actor) == ("状態: 受付 → 対応中", "佐藤 花子")


def test_a_change_of_handler_leaves_a_step(hanako, kept):
    after = save(cases.change, hanako, kept(), {"handler": ""})

    assert steps(hanako, after)[0].content == "担当者: 佐藤 花子 → なし"


def test_closing_says_everything_that_is_missing(hanako, kept):
    with pytest.raises(InvalidRecord) as caught:
        save(cases.change, hanako, kept(), {"status": ComplaintStatus.CLOSED})

    assert {p.field for p in caught.value.problems} == set(ANSWERED)


def test_closing_with_its_answers_closes(hanako, kept):
    closed = {"status": ComplaintStatus.CLOSED, **ANSWERED}

    after = save(cases.change, hanako, kept(), closed)

    assert (after.status, after.closed_at) == (ComplaintStatus.CLOSED, NOW)
    assert steps(hanako, after)[0].status_after == "完了"


def test_two_people_close_and_the_first_time_counts(hanako, taro, kept):
    """Both wrote the same status: no conflict, and nobody is asked about a time."""
    seen = kept()
    closed = {"status": ComplaintStatus.CLOSED, **ANSWERED}
    save(cases.change, hanako, seen, closed)

    after = save(cases.change, taro, seen, closed, now=NOW + timedelta(minutes=5))

    assert after.closed_at == NOW


def test_opening_again_needs_a_promise_and_forgets_the_closing(hanako, kept):
    closed = {"status": ComplaintStatus.CLOSED, "next_promise": None}
    seen = kept(**closed, next_promise_at=None, closed_at=NOW, **ANSWERED)
    working = {"status": ComplaintStatus.WORKING}

    with pytest.raises(InvalidRecord):
        save(cases.change, hanako, seen, working)
    promised = {"next_promise": Promise.ANSWER, "next_promise_at": NOW}
    after = save(cases.change, hanako, seen, {**working, **promised})

    assert after.closed_at is None


def test_cancelling_needs_a_reason_and_keeps_it(hanako, kept):
    seen = kept()

    with pytest.raises(InvalidRecord):
        save(cases.cancel, hanako, seen, {}, reason=" ")
    after = save(cases.cancel, hanako, seen, {}, reason="二重に登録した")

    assert after.status is ComplaintStatus.CANCELLED
    assert "取消の理由: 二重に登録した" in [
        step.content for step in steps(hanako, after)
    ]


# Steps and promises


def test_a_step_and_its_promise_come_in_one_save(hanako, kept):
    tomorrow = NOW + timedelta(days=1)
    step = {"medium": Medium.CALL_OUT, "kind": ActivityKind.HEARING, "content": "=1+1"}
    promised = {"next_promise": Promise.REFUND, "next_promise_at": tomorrow}

    after = save(cases.act, hanako, kept(), promised, step=step)

    assert (after.next_promise, after.next_promise_at) == (Promise.REFUND, tomorrow)
    assert after.first_reply_at == NOW
    told = steps(hanako, after)[0]
    assert (told.content, told.next_promise_at) == ("=1+1", tomorrow)


def test_talking_among_ourselves_is_no_reply(hanako, kept):
    step = {"medium": Medium.INTERNAL, "content": "品質課に聞いた"}

    assert save(cases.act, hanako, kept(), {}, step=step).first_reply_at is None


def test_two_first_replies_are_no_conflict_and_the_earlier_counts(hanako, taro, kept):
    seen = kept()
    step = {"medium": Medium.MAIL, "content": "返事をした"}
    save(cases.act, hanako, seen, {}, step=step)

    after = save(cases.act, taro, seen, {}, step=step, now=NOW + timedelta(minutes=1))

    assert after.first_reply_at == NOW
    assert len(steps(taro, after)) == 2


def test_a_step_without_words_is_refused(hanako, kept):
    with pytest.raises(InvalidRecord) as caught:
        save(cases.act, hanako, kept(), {}, step={"content": " "})

    assert caught.value.problems[0].field == "content"


@pytest.mark.parametrize(
    ("promise", "channel", "step"),
    [
        (Promise.CALL_BACK, Channel.PHONE, ("折返し完了", "電話発信")),
        (Promise.ANSWER, Channel.FORM, ("説明", "メール")),
        (Promise.REFUND, Channel.CHAT, ("返金", "チャット")),
    ],
)
def test_a_kept_promise_leaves_the_step_that_kept_it(
    hanako, kept, promise, channel, step
):
    seen = kept(next_promise=promise, channel=channel)
    new = {
        "next_promise": Promise.CALL_BACK,
        "next_promise_at": NOW + timedelta(days=1),
    }

    after = save(cases.keep_promise, hanako, seen, new)

    told = steps(hanako, after)[0]
    assert (told.kind, told.medium) == step
    assert after.next_promise_at == NOW + timedelta(days=1)


def test_a_promise_is_told_as_kept_or_broken_or_waiting(hanako, kept):
    """Promised at 9:00 for 10:00 and kept at 9:30; then for 10:05, not kept; then 11."""
    seen = kept(next_promise_at=NOW + timedelta(hours=5))
    call = {"medium": Medium.CALL_OUT, "content": "電話した"}

    def acted(case, at, promise_at):
        promised = {"next_promise": Promise.CALL_BACK, "next_promise_at": promise_at}
        return save(cases.act, hanako, case, promised, step={**call, "at": at}, now=at)

    ten = NOW - timedelta(minutes=30)
    case = acted(seen, NOW - timedelta(minutes=90), ten)
    case = acted(case, NOW - timedelta(minutes=60), ten + timedelta(minutes=5))
    case = acted(case, NOW - timedelta(minutes=10), NOW + timedelta(minutes=30))

    verdicts = [step.verdict for step in cases.timeline(hanako, case, NOW)]
    assert verdicts == [Verdict.KEPT, Verdict.BROKEN, Verdict.WAITING]


def test_a_renewed_promise_leaves_a_trace_and_keeps_what_was_promised(hanako, kept):
    seen = kept(next_promise=Promise.SHIPMENT)

    after = save(
        cases.renew_promise, hanako, seen, {"next_promise_at": NOW + timedelta(days=2)}
    )

    assert after.next_promise is Promise.SHIPMENT
    assert steps(hanako, after)[0].content == "約束を改めた: 発送 2026/11/23 10:30"


# Looking


def test_looking_at_a_contact_is_logged_with_its_reason(taro, kept):
    seen = kept(contact="09012345678")

    cases.reveal(taro, seen, reason="折返しの代行", now=NOW, commit_id=new_commit_id())

    step = steps(taro, seen)[0]
    assert (step.kind, step.actor) == (ActivityKind.REVEAL, "鈴木 太郎")
    assert step.content == "連絡先を表示した: 折返しの代行"
    assert taro.record("complaints", seen.id).contact == "09012345678"


def test_looking_at_a_contact_needs_a_reason(taro, kept):
    with pytest.raises(InvalidRecord):
        cases.reveal(taro, kept(), reason="　", now=NOW, commit_id=new_commit_id())


def test_two_presses_for_one_reason_are_noted_once(taro, kept):
    seen, once = kept(contact="09012345678"), new_commit_id()

    for _press in range(2):
        cases.reveal(taro, seen, reason="折返しの代行", now=NOW, commit_id=once)

    log = taro.audit("complaints", seen.id)
    assert log["reason"].tolist().count("折返しの代行") == 1
    assert len(steps(taro, seen)) == 1


def test_a_call_is_logged_without_the_number(hanako, taro, kept):
    seen = kept(contact="09012345678", handler="佐藤 花子")

    cases.note_call(hanako, seen, Way.CALL, now=NOW, commit_id=new_commit_id())

    last = taro.audit("complaints", seen.id).iloc[-1]
    assert (last["actor"], last["field_name"]) == ("佐藤 花子", Way.CALL.value)
    assert "5678" not in last.to_json(force_ascii=False)


def test_a_contact_that_opens_or_closes_to_me_is_nobodys_change(hanako, taro, kept):
    seen = kept(contact="09012345678", handler="佐藤 花子", receiver="佐藤 花子")
    whole = hanako.record("complaints", seen.id)
    masked = taro.record("complaints", seen.id)

    assert whole.contact != masked.contact
    assert cases.merged_fields(masked, {}, whole) == []


def test_a_case_opened_again_takes_the_contact_that_was_asked_anew(hanako, kept):
    seen = kept(
        contact="…5678",
        status=ComplaintStatus.CLOSED,
        closed_at=NOW,
        customer_key="old",
    )
    again = {
        "status": ComplaintStatus.WORKING,
        "next_promise": Promise.CALL_BACK,
        "next_promise_at": NOW + timedelta(hours=1),
        "contact": "03-1111-2222",
    }

    after = save(cases.change, hanako, seen, again, secret=SECRET)

    assert after.contact == "03-1111-2222"
    assert after.customer_key == customer_key("03-1111-2222", SECRET)


def test_other_complaints_of_the_same_customer_are_found(hanako, kept):
    mine = kept(customer_key="abc")
    earlier = kept(customer_key="abc", received_at=NOW - timedelta(days=9))
    kept(customer_key="other")
    kept()

    assert cases.related(hanako, mine) == [earlier.id]


def test_a_contact_unknown_joins_nobody(hanako, kept):
    kept()

    assert cases.related(hanako, kept()) == []


def test_an_export_stands_in_the_log(live):
    cases.log_export(live.for_user(SYSTEM), TARO, kind="CSV", count=3, now=NOW)

    row = live.for_user(TARO).frame("audit").iloc[-1]
    assert (row["actor"], row["field_name"], row["after"]) == (
        "鈴木 太郎",
        "(書き出し)",
        "CSV 3件",
    )
