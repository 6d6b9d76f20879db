"""The course of an improvement: by people, by the figures, and once however often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from lib import clock
from lib.actions.improving import Scope, judging, keeping, listing, moving, propose
from lib.actions.improving.wording import effect_text
from lib.actions.kpi_targets import marks_of
from lib.errors import ActionRefused, InvalidRecord
from lib.i18n import speaking
from lib.metrics.effects import Verdict
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.learning import Improvement
from lib.schema.principal import Principal
from lib.schema.vocab import ImprovementStatus, Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import complaint, fill

LEAD = Principal("lead@example.jp", "森", Role.MANAGER)

FIRST = date(2026, 1, 1)
START = FIRST + timedelta(days=168)
SETTLES = START + timedelta(days=28)
LAST = SETTLES + timedelta(days=28 * 3)

SCOPE = Scope(claim_type="不良品")


def moment(day: date):
    return clock.at(day, 9, 0)


@pytest.fixture(scope="module")
def live(tmp_path_factory) -> Iterator[LiveStore]:
    """A company with 100 orders a day: 4 broken ones a day, 1 from START, 5 at last.

    Beside them one late parcel a day, which is none of the improvement's business.
    """
    folder = tmp_path_factory.mktemp("keeping")
    store = LiveStore(open_store(f"sqlite:///{folder / 'store.db'}", data=folder))
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days)]
    rows = [KpiDay(date=day, centre=COMPANY, orders=100) for day in days]
    cases = [
        complaint(claim_type=kind, received_at=moment(day))
        for day in days
        for kind, count in (("不良品", broken_on(day)), ("届かない・遅い", 1))
        for _n in range(count)
    ]
    fill(store, *rows, *cases)
    yield store
    store.close()


def broken_on(day: date) -> int:
    if day < START:
        return 4
    return 1 if day < SETTLES + timedelta(days=28) else 5


@pytest.fixture
def desk(live) -> UserStore:
    return live.for_user(LEAD)


def begun(desk: UserStore, entry: str, scope: Scope = SCOPE) -> str:
    now = moment(START)
    made = propose(desk, title=entry, scope=scope, now=now, commit_id=entry)
    moving.begin(desk, made, START, now=now, commit_id=f"{entry}-begun")
    return made.id


def stands(desk: UserStore, number: str) -> Improvement:
    found = listing.found(desk, number)
    assert found is not None
    return found


def kept(live: LiveStore, day: date) -> int:
    """Let the app look until there is nothing to do, as its rounds would."""
    steps = 0
    while found := keeping.keep(live, moment(day)):
        steps += found
    return steps


def test_from_an_idea_to_settled_to_back_by_itself(live, desk):
    number = begun(desk, "course")

    assert kept(live, SETTLES - timedelta(days=1)) == 0
    assert stands(desk, number).status is ImprovementStatus.DOING

    kept(live, SETTLES)
    settled = stands(live.for_user(LEAD), number)
    assert settled.status is ImprovementStatus.SETTLED
    assert settled.settled_on == SETTLES
    # By hand: 112 in 2,800 orders are 40 for 1,000; 28 are 10.
    assert (
        "前28日 受注1,000件あたり40.0件 → 後28日 受注1,000件あたり10.0件"
        in settled.effect
    )
    assert Verdict.IMPROVED.value in settled.effect
    assert "定着とした" in settled.note
    assert kept(live, SETTLES) == 0

    kept(live, SETTLES + timedelta(days=28))
    assert stands(live.for_user(LEAD), number).status is ImprovementStatus.SETTLED

    kept(live, SETTLES + timedelta(days=56))
    back = stands(live.for_user(LEAD), number)
    assert back.status is ImprovementStatus.RELAPSED
    assert back.relapsed_on == SETTLES + timedelta(days=56)
    assert "再発とした" in back.note

    # What a person takes back the app does not do again, but the next look may.
    again = live.for_user(LEAD)
    moving.step_back(again, back, now=moment(LAST), commit_id="course-back")
    kept(live, LAST - timedelta(days=1))
    assert stands(live.for_user(LEAD), number).status is ImprovementStatus.SETTLED
    kept(live, LAST)
    back = stands(live.for_user(LEAD), number)
    assert back.status is ImprovementStatus.RELAPSED
    assert back.relapsed_on == LAST

    # Begun once more, both starts are marked; a step back leads to where it stood.
    now = moment(LAST)
    moving.begin(again, back, LAST, now=now, commit_id="course-again")
    doing = stands(live.for_user(LEAD), number)
    assert (doing.status, doing.starts_on) == (ImprovementStatus.DOING, LAST)
    marked = marks_of(live.for_user(LEAD), FIRST, LAST)
    assert [m.day for m in marked if m.key == number] == [START, LAST]
    moving.step_back(again, doing, now=now, commit_id="course-not-again")
    stood = stands(live.for_user(LEAD), number)
    days = ("starts_on", "check_on", "settled_on", "relapsed_on", "done_on", "earlier")
    for name in ("status", *days):
        assert getattr(stood, name) == getattr(back, name), name


def test_two_processes_write_a_step_once(live, desk):
    number = begun(desk, "twice")
    steps = keeping.due(live.for_user(keeping.SYSTEM), moment(SETTLES))
    mine = next(step for step in steps if step.seen.id == number)

    assert keeping._written(live, mine, moment(SETTLES))
    assert not keeping._written(live, mine, moment(SETTLES))


def test_one_put_back_to_work_is_still_looked_at(live, desk):
    number = begun(desk, "at work", Scope(claim_type="届かない・遅い"))
    kept(live, SETTLES)
    checking = stands(live.for_user(LEAD), number)
    assert checking.status is ImprovementStatus.CHECKING

    moving.step_back(desk, checking, now=moment(SETTLES), commit_id="at work-back")
    kept(live, SETTLES + timedelta(days=28))

    doing = stands(live.for_user(LEAD), number)
    assert doing.status is ImprovementStatus.DOING
    assert "後56日" in doing.effect


def test_what_is_no_business_of_it_does_not_move_it(live, desk):
    number = begun(desk, "parcels", Scope(claim_type="届かない・遅い"))

    told = judging.told_of(
        live.for_user(LEAD), stands(desk, number), moment(START + timedelta(days=84))
    )

    assert told.judged.before.events == 28
    assert told.judged.verdict in (Verdict.OPEN, Verdict.SAME)
    with speaking("ja"):
        assert "良くなった" not in effect_text(told)


@pytest.mark.parametrize(
    ("figure", "lack"),
    [
        ("社内の雰囲気", judging.Lack.NO_FIGURE),
        ("応答率", judging.Lack.NO_DATA),
    ],
)
def test_what_cannot_be_judged_says_why(live, desk, figure, lack):
    number = begun(desk, f"lack {figure}")
    seen = stands(desk, number)
    values = {"target_figure": figure}
    moving.edit(desk, seen, values, now=moment(START), commit_id=f"figure {figure}")

    told = judging.told_of(desk, stands(desk, number), moment(SETTLES))

    assert told.lack is lack


def test_each_step_needs_what_it_rests_on_and_leaves_a_line(desk):
    now = moment(SETTLES)
    idea = propose(desk, title="段階", now=now, commit_id="steps")

    with pytest.raises(InvalidRecord):
        moving.begin(desk, idea, None, now=now, commit_id="steps-0")
    with pytest.raises(ActionRefused):
        moving.finish(desk, idea, now.date(), now=now, commit_id="steps-1")
    moving.begin(desk, idea, START, now=now, commit_id="steps-2")
    doing = stands(desk, idea.id)
    late = now.date() + timedelta(days=1)
    with pytest.raises(InvalidRecord):
        moving.finish(desk, doing, late, now=now, commit_id="steps-3")
    moving.finish(desk, doing, now.date(), now=now, commit_id="steps-4")
    checking = stands(desk, idea.id)
    with pytest.raises(InvalidRecord):
        moving.settle(desk, checking, " ", now=now, commit_id="steps-5")
    moving.settle(desk, checking, "現場が落ち着いた", now=now, commit_id="steps-6")
    settled = stands(desk, idea.id)
    moving.give_up(desk, settled, "別のやり方にした", now=now, commit_id="steps-7")
    gone = stands(desk, idea.id)
    moving.step_back(desk, gone, now=now, commit_id="steps-8")

    last = stands(desk, idea.id)
    assert last.status is ImprovementStatus.SETTLED
    assert [line.split(": ")[1][:3] for line in last.note.splitlines()] == [
        "始めた",
        "やり終",
        "定着と",
        "やめた",
        "「取消",
    ]
