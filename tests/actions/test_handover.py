"""3つのカエル: who is proposed, what a press writes, what becomes of it, and by whom."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from lib import clock
from lib.actions import cases, handover
from lib.actions.handover import (
    NO_RANK,
    TAKEN_WITHIN,
    TOO_LOW,
    TRANSITIONS,
    Event,
    Part,
    Place,
    Wish,
    asked,
    candidates,
    transition,
)
from lib.errors import ActionRefused, InvalidRecord
from lib.schema.escalation import Escalation
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    Change,
    Done,
    EscalationStatus,
    EscalationTrigger,
    Flag,
    Harassment,
    Harm,
    Promise,
    Request,
    Role,
    SecondaryCause,
    Severity,
    Temper,
)
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import complaint, fill

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=clock.TOKYO)


def member(name: str, rank: int | None, **values: Any) -> Member:
    mail = f"{name.replace(' ', '.')}@example.jp"
    return Member(**{"email": mail, "name": name, "rank": rank, **values})


CLERK = member("平野 楓", 10, title="担当")
PEER = member("渡会 未来", 10, title="担当")
LEADER = member(
    "村井 奈々", 60, role=Role.MANAGER, title="主任", skills="品質、健康被害"
)
CHIEF = member(
    "大西 拓也", 80, role=Role.MANAGER, title="室長", skills="カスハラ、返金"
)
HEAD = member("長谷川 恵", 90, role=Role.ADMIN, title="部長")
EVERYBODY = [CLERK, PEER, LEADER, CHIEF, HEAD]


@pytest.fixture(autouse=True)
def a_fixed_clock(monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, NOW.isoformat())


@pytest.fixture
def live(tmp_path):
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    fill(store.for_user(SYSTEM), *EVERYBODY)
    yield store
    store.close()


@pytest.fixture
def case(live):
    made = complaint(handler=CLERK.name, temper=Temper.FURIOUS)
    fill(live.for_user(SYSTEM), made)
    return live.for_user(SYSTEM).record("complaints", made.id)


def desk(live, who: Member):
    return live.for_user(Principal.of(who))


def stored(live, case):
    return live.for_user(SYSTEM).record("complaints", case.id)


def give(live, case, to: Member | None = CHIEF, by: Member = CLERK, **wish: Any):
    return handover.hand_over(
        desk(live, by),
        stored(live, case),
        Wish(**{"successor": to, **wish}),
        now=NOW,
        commit_id=new_commit_id(),
    )


def steps(live, case) -> list[str]:
    told = cases.timeline(live.for_user(SYSTEM), stored(live, case), NOW)
    return [step.activity.content for step in told]


def now_of(live, made: Escalation) -> Escalation:
    return live.for_user(SYSTEM).record("escalations", made.id)


# The table of transitions, an example each ----------------------------------------


def ask(live, case):
    return give(live, case)


def asked_then_taken(live, case):
    made = give(live, case)
    handover.take(desk(live, CHIEF), made, now=NOW)
    return now_of(live, made)


def nothing(_live, _case):
    return None


def press_take_over(live, case, _made):
    return give(live, case, to=CHIEF, by=CHIEF)


def press_calm(live, case, _made):
    at = NOW + timedelta(hours=2)
    return give(live, case, to=None, changes=(Change.TIME,), at=at)


def press_take(live, _case, made):
    handover.take(desk(live, CHIEF), made, now=NOW)


def wait_too_long(live, _case, _made):
    handover.pass_on(live, NOW + TAKEN_WITHIN)


def press_withdraw(live, _case, made):
    handover.give_back(desk(live, CLERK), made, Event.WITHDRAW, reason="", now=NOW)


def press_return(live, _case, made):
    handover.give_back(
        desk(live, CHIEF), made, Event.RETURN, reason="担当外のため", now=NOW
    )


def press_settle(live, _case, made):
    values = {
        "course": "返信が遅れて怒らせた",
        "prevention": "約束の10分前に知らせる",
        "introduced": Done.DONE,
    }
    handover.note(
        desk(live, CHIEF), made, values, settle=True, now=NOW, commit_id=new_commit_id()
    )


EXAMPLES = {
    (Event.ASK, None): (nothing, lambda live, case, _m: give(live, case), CHIEF),
    (Event.TAKE_OVER, None): (nothing, press_take_over, CHIEF),
    (Event.CALM, None): (nothing, press_calm, CLERK),
    (Event.TAKE, EscalationStatus.OPEN): (ask, press_take, CHIEF),
    (Event.LAPSE, EscalationStatus.OPEN): (ask, wait_too_long, HEAD),
    (Event.WITHDRAW, EscalationStatus.OPEN): (ask, press_withdraw, CLERK),
    (Event.RETURN, EscalationStatus.OPEN): (ask, press_return, CLERK),
    (Event.RETURN, EscalationStatus.WORKING): (asked_then_taken, press_return, CLERK),
    (Event.SETTLE, EscalationStatus.WORKING): (asked_then_taken, press_settle, CHIEF),
}
"""By event and status before: how it came there, what is pressed, who has the case."""


def test_every_transition_has_its_example() -> None:
    assert set(EXAMPLES) == {(t.event, t.before) for t in TRANSITIONS}


@pytest.mark.parametrize("known", TRANSITIONS, ids=lambda t: f"{t.event}-{t.before}")
def test_each_transition_leads_where_the_table_says(live, case, known):
    before, press, holder = EXAMPLES[known.event, known.before]
    made = before(live, case)

    made = press(live, case, made) or made

    assert now_of(live, made).status is known.after
    assert stored(live, case).handler == holder.name


IMPOSSIBLE = [
    (event, before)
    for event in Event
    for before in (None, *EscalationStatus)
    if (event, before) not in EXAMPLES
]


@pytest.mark.parametrize(("event", "before"), IMPOSSIBLE)
def test_what_the_table_does_not_name_is_refused(event, before):
    with pytest.raises(ActionRefused):
        transition(event, before)


def test_only_the_giver_withdraws_and_only_the_taker_returns(live, case):
    made = give(live, case)

    assert handover.may(Event.WITHDRAW, made, CLERK.name)
    assert not handover.may(Event.WITHDRAW, made, CHIEF.name)
    assert handover.may(Event.RETURN, made, CHIEF.name)
    assert not handover.may(Event.RETURN, made, CLERK.name)
    assert not handover.may(Event.LAPSE, made, CHIEF.name)
    with pytest.raises(ActionRefused):
        handover.give_back(desk(live, PEER), made, Event.WITHDRAW, reason="", now=NOW)


def test_the_parts_are_those_that_the_code_knows() -> None:
    assert {t.part for t in TRANSITIONS} == set(Part)


# What one press writes ------------------------------------------------------------


def test_row_step_and_handler_change_in_one_commit(live, case):
    before = live.for_user(SYSTEM).revision

    made = give(live, case)

    view = live.for_user(SYSTEM)
    assert view.revision == before + 1
    assert (made.given_by, made.taken_by, made.taker_title) == (
        CLERK.name,
        CHIEF.name,
        "室長",
    )
    assert made.trigger is EscalationTrigger.TEMPER
    kinds = view.frame("activities")["kind"].tolist()
    assert sorted(kinds) == sorted(
        [ActivityKind.HANDOVER.value, ActivityKind.STATUS_CHANGE.value]
    )
    assert stored(live, case).handler == CHIEF.name


def test_a_case_that_waits_for_somebody_is_not_handed_over_again(live, case):
    give(live, case)

    with pytest.raises(ActionRefused):
        give(live, case)

    assert len(live.for_user(SYSTEM).frame("escalations")) == 1


def test_person_time_and_place_change_together(live, case):
    at = NOW + timedelta(hours=3)

    give(
        live,
        case,
        changes=(Change.PERSON, Change.TIME, Change.PLACE),
        at=at,
        place=Place.QUIET,
    )

    assert stored(live, case).next_promise_at == at
    told = "".join(steps(live, case))
    for words in ("人をカエル", "時間をカエル: 2026/11/20 17:00", "静かな席から"):
        assert words in told


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"changes": ()}, "changes"),
        ({"to": None}, "successor"),
        ({"changes": (Change.TIME,)}, "at"),
        ({"changes": (Change.PLACE,)}, "place"),
    ],
)
def test_what_is_to_change_must_be_said(live, case, wish, field):
    with pytest.raises(InvalidRecord) as refused:
        give(live, case, **wish)

    assert [p.field for p in refused.value.problems] == [field]


def test_who_took_an_angry_call_is_to_be_looked_after(live, case):
    made = give(live, case)

    assert made.follow_up_for == CLERK.name
    assert made.follow_up_due == (NOW + timedelta(days=1)).date()


def test_a_hand_over_is_settled_only_with_what_prevents_the_next(live, case):
    made = asked_then_taken(live, case)

    with pytest.raises(InvalidRecord) as refused:
        handover.note(
            desk(live, CHIEF),
            made,
            {"secondary_cause": SecondaryCause.WAITING},
            settle=True,
            now=NOW,
            commit_id=new_commit_id(),
        )

    missing = {p.field for p in refused.value.problems}
    assert missing == {"introduced", "course", "prevention"}


@pytest.mark.parametrize(
    ("values", "trigger"),
    [
        ({"leak": Answered.YES}, EscalationTrigger.LEAK),
        ({"harm": Harm.TREATED}, EscalationTrigger.HARM),
        ({"harassment": Harassment.CONFIRMED}, EscalationTrigger.HARASSMENT),
        ({"temper": Temper.HOSTILE}, EscalationTrigger.TEMPER),
        ({"severity": Severity.CRITICAL}, EscalationTrigger.CRITICAL),
        (
            {"replacement_defective": Answered.YES},
            EscalationTrigger.REPLACEMENT_DEFECTIVE,
        ),
        (
            {"next_promise_at": NOW - timedelta(minutes=1)},
            EscalationTrigger.FORGOTTEN_CALLBACK,
        ),
        ({}, EscalationTrigger.MANUAL),
    ],
)
def test_each_trigger_follows_from_the_case(values, trigger):
    assert handover.trigger_of(complaint(**values), NOW) is trigger


# Who is proposed --------------------------------------------------------------------


def proposed(case, giver: Member = CLERK, loads=None, members=EVERYBODY) -> list[str]:
    return [c.member.name for c in candidates(members, case, giver.name, loads or {})]


def test_who_knows_the_matter_comes_first():
    harmed = complaint(handler=CLERK.name, harm=Harm.TREATED)

    assert proposed(harmed)[0] == LEADER.name


def test_who_knows_more_of_the_matter_comes_before_who_knows_less():
    both = member("二つ", 60, skills="返金、健康被害")
    one = member("一つ", 60, skills="返金")
    asked_back = complaint(
        handler=CLERK.name, harm=Harm.TREATED, request=Request.REFUND
    )

    loads = {both.name: 9}
    assert proposed(asked_back, loads=loads, members=[CLERK, one, both]) == [
        both.name,
        one.name,
    ]


def test_who_has_least_to_do_comes_first_among_equals():
    plain = complaint(handler=CLERK.name)
    second = member("三浦 蓮", PEER.rank)

    loads = {PEER.name: 5, second.name: 1}
    found = proposed(plain, loads=loads, members=[*EVERYBODY, second])
    assert found[:2] == [second.name, PEER.name]


def test_a_calm_case_goes_to_the_nearest_rank_and_not_to_the_director():
    plain = complaint(handler=CLERK.name)

    loads = {PEER.name: 9, LEADER.name: 5, CHIEF.name: 3}
    assert proposed(plain, loads=loads) == [
        PEER.name,
        LEADER.name,
        CHIEF.name,
        HEAD.name,
    ]


def test_a_heated_case_goes_above_to_who_has_least_to_do():
    angry = complaint(handler=CLERK.name, temper=Temper.FURIOUS)

    loads = {LEADER.name: 5, CHIEF.name: 3, HEAD.name: 4}
    assert proposed(angry, loads=loads) == [
        CHIEF.name,
        HEAD.name,
        LEADER.name,
        PEER.name,
    ]


def test_an_angry_customer_meets_somebody_above():
    angry = complaint(handler=CLERK.name, temper=Temper.FURIOUS)

    assert proposed(angry)[-1] == PEER.name
    assert proposed(complaint(handler=CLERK.name))[0] == PEER.name


def test_who_ranks_lower_comes_last_and_with_a_warning():
    found = candidates(EVERYBODY, complaint(handler=CHIEF.name), CHIEF.name, {})

    assert found[0].member.name == HEAD.name
    assert not found[0].warning
    assert [c.warning for c in found[1:]] == [TOO_LOW] * 3


def test_a_member_without_a_rank_is_warned_of():
    found = candidates([member("新人", None)], complaint(), CLERK.name, {})

    assert found[0].warning == NO_RANK


def test_neither_the_giver_nor_outsiders_nor_who_left_is_proposed():
    others = [
        member("委託", 99, role=Role.OUTSOURCED, centre="SPR"),
        member("閲覧", 99, role=Role.VIEWER),
        member("退職", 99, active=Flag.NO),
    ]

    assert proposed(complaint(handler=CLERK.name), members=[*others, CLERK]) == []


def test_each_proposal_says_why():
    harmed = complaint(handler=CLERK.name, harm=Harm.TREATED)
    best = candidates(EVERYBODY, harmed, CLERK.name, {LEADER.name: 3})[0]

    said = [reason.message.format(**reason.details) for reason in best.reasons]
    assert said == ["職位が上(主任)", "得意分野: 健康被害", "いまの担当 3件"]


# The card ---------------------------------------------------------------------------


def test_the_card_says_what_was_heard_and_what_not_to_ask_again():
    one = complaint(
        customer_name="山田",
        contact="09012345678",
        lot="L-1",
        harm=Harm.NO,
        next_promise=Promise.REFUND,
        open_questions="箱の写真\n\n届いた日",
    )

    found = handover.card(one, CHIEF)

    assert found.opening == ("室長", "大西")
    assert ("lot", "L-1") in found.heard
    assert found.promised == (Promise.REFUND, one.next_promise_at)
    assert found.not_to_ask == ("customer_name", "contact", "content", "lot", "harm")
    assert found.to_ask == ("箱の写真", "届いた日")


# Nobody takes it --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "taker", "lapsed"),
    [
        (0, LEADER, ()),
        (9, LEADER, ()),
        (10, CHIEF, (LEADER,)),
        (19, CHIEF, (LEADER,)),
        (20, HEAD, (LEADER, CHIEF)),
        (600, HEAD, (LEADER, CHIEF)),  # nobody ranks higher
    ],
)
def test_whom_it_waits_for_is_computed_from_the_time(minutes, taker, lapsed):
    made = Escalation(
        id="E-1",
        complaint_id="K-1",
        raised_at=NOW,
        given_by=CLERK.name,
        taken_by=LEADER.name,
    )

    found = asked(made, NOW, EVERYBODY, NOW + timedelta(minutes=minutes))

    assert found.taker == taker.name
    assert found.lapsed == tuple(m.name for m in lapsed)
    assert (found.until is None) is (taker is HEAD)


def test_what_was_taken_or_withdrawn_never_moves(live, case):
    asked_then_taken(live, case)

    assert handover.pass_on(live, NOW + timedelta(hours=5)) == 0


def test_it_goes_on_step_by_step_and_each_step_is_told(live, case):
    give(live, case, to=LEADER)

    assert handover.pass_on(live, NOW + timedelta(minutes=25)) == 2
    assert stored(live, case).handler == HEAD.name
    told = [words for words in steps(live, case) if "受けなかった" in words]
    assert told == [
        f"{LEADER.name} が10分以内に受けなかったため、{CHIEF.name} へ",
        f"{CHIEF.name} が10分以内に受けなかったため、{HEAD.name} へ",
    ]
    assert handover.pass_on(live, NOW + timedelta(hours=9)) == 0


def test_many_processes_pass_it_on_once(live, case, tmp_path):
    give(live, case, to=LEADER)
    url = f"sqlite:///{tmp_path / 'a.db'}"
    others = [LiveStore(open_store(url, data=tmp_path)) for _n in range(4)]
    moved: list[int] = []
    gate = threading.Barrier(len(others))

    def work(store: LiveStore) -> None:
        store.snapshot()
        gate.wait()
        moved.append(handover.pass_on(store, NOW + TAKEN_WITHIN))

    threads = [threading.Thread(target=work, args=(store,)) for store in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in others:
        store.close()

    live.refreshed()
    assert sum(moved) == 1
    told = [words for words in steps(live, case) if "受けなかった" in words]
    assert len(told) == 1


def test_of_two_who_say_it_in_the_same_second_one_has_it(live, case):
    made = give(live, case)
    handover.take(desk(live, HEAD), made, now=NOW)

    with pytest.raises(ActionRefused):
        handover.take(desk(live, CHIEF), made, now=NOW)

    assert stored(live, case).handler == HEAD.name


def test_what_was_taken_in_the_last_second_is_not_passed_on(live, case):
    made = give(live, case, to=LEADER)
    view = live.for_user(SYSTEM)
    late = handover.waiting(view, EVERYBODY, NOW + TAKEN_WITHIN)
    handover.take(desk(live, LEADER), made, now=NOW)

    assert handover._passed(view, late[0], EVERYBODY) == 0
    assert stored(live, case).handler == LEADER.name
