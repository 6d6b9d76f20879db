"""Wishes (要望のみ) are kept in the ledger and change no figure of complaints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.actions import handover, monthly, today
from lib.actions.complaints import preview, problems, register
from lib.actions.entry import Entry, Mark
from lib.actions.notices.digest import digest_for
from lib.actions.queueing import open_work
from lib.actions.risks.panels import cells_of
from lib.actions.targets import clocks as target_clocks
from lib.metrics import care, deterrence, earlier, exclusions, promises, seconds, times
from lib.reports.monthly.material import Reader
from lib.schema.complaint import Complaint
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record, Stage
from lib.schema.vocab import (
    Category,
    Cause,
    ComplaintKind,
    ComplaintStatus,
    Harassment,
    Request,
    Role,
    Source,
    Temper,
)
from lib.settings.claim_types import DEFAULTS
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert
from tests.metrics.rows import (
    NOW,
    at,
    calls,
    centre,
    complaint,
    day,
    escalation,
    frames,
    inquiry,
)

MANAGER = Principal("m@example.jp", "森", Role.MANAGER)
SECRET = b"k" * 32


def company() -> list[Record]:
    """Return a small company in which every figure of complaints has something."""
    first = complaint(at(2), receiver="佐藤", handler="佐藤", category=Category.QUALITY)
    cases = [
        first,
        complaint(at(3), request=Request.CANCELLATION, customer_key="k1"),
        complaint(at(5), kind=ComplaintKind.SECOND, parent_id=first.id),
        complaint(at(20), harassment=Harassment.SUSPECTED, product_code="P1"),
        complaint(
            at(4), status=ComplaintStatus.CLOSED, closed_at=at(6), first_reply_at=at(5)
        ),
        *(complaint(at(n, 11), product_code="P1") for n in range(9, 20)),
    ]
    days = [calls(day(n), 100, 90) for n in range(2, 21)]
    return [
        centre(),
        *cases,
        *days,
        escalation(first, at(6)),
        inquiry(at(10), complaint_id=first.id, product_code="P1"),
    ]


def wishes() -> list[Complaint]:
    """Return wishes that would be counted everywhere, were they complaints."""
    said: dict[str, Any] = {
        "kind": ComplaintKind.WISH,
        "product_code": "P1",
        "category": Category.QUALITY,
        "customer_key": "k1",
        "handler": "佐藤",
        "receiver": "佐藤",
        "cause": Cause.PRODUCT,
    }
    return [
        complaint(NOW - timedelta(days=400), **said),
        *(complaint(at(20, 8, n), **said) for n in range(30)),
        complaint(at(19), source=Source.IMPORT, **said),
        complaint(at(18), harassment=Harassment.SUSPECTED, **said),
        complaint(at(18), temper=Temper.HOSTILE, **said),
        complaint(
            at(17),
            **said,
            status=ComplaintStatus.CLOSED,
            closed_at=at(18),
            first_reply_at=at(18),
            request=Request.CANCELLATION,
        ),
    ]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


def put(live: LiveStore, rows: list[Any]) -> None:
    commit = Commit(new_commit_id(), "試験", NOW, tuple(map(Insert, rows)))
    live.for_user(SYSTEM).commit(commit)


def told(desk: UserStore) -> dict[str, Any]:
    """Return everything the app says about complaints, by where it says it."""
    month = date(2026, 11, 1)
    digest = digest_for(desk, (), NOW)
    return {
        "figures": today.figures_of(desk, NOW).to_csv(),
        "morning": today.morning(desk, NOW),
        "board": monthly.made(desk, month, Reader.BOARD, "", comments="", now=NOW),
        "risk": cells_of(desk, NOW),
        "queue": tuple(open_work(desk, NOW).index),
        "digest": (digest.overview, digest.own),
        "loads": handover.loads_of(desk.frame("complaints")),
    }


def test_wishes_change_no_figure_that_the_app_shows_of_complaints(live):
    put(live, company())
    before = told(live.for_user(MANAGER))
    put(live, wishes())
    desk = live.for_user(MANAGER)

    after = told(desk)

    assert len(desk.frame("complaints")) == 16 + 35
    assert before["risk"].waiting
    for place, said in before.items():
        assert after[place] == said, place


def test_wishes_change_nothing_that_is_worked_out_of_the_ledger():
    alone, beside = frames(company()), frames([*company(), *wishes()])

    def worked_out(given):
        cases, steps = given["complaints"], given["activities"]
        clocks = target_clocks(given, NOW)
        no_marks = {code: frame.iloc[:0] for code, frame in given.items()}
        marks = {
            code: frame.assign(key="", field="", status="")
            for code, frame in no_marks.items()
        }
        return (
            len(times.times(given, centre(), NOW)),
            seconds.cost(given),
            seconds.by_agent(given).to_csv(),
            len(deterrence.traces(given, DEFAULTS)),
            care.kinds(cases, day(1)),
            len(promises.open_promises(cases, NOW)),
            len(promises.due(cases, steps, NOW)),
            len(earlier.times_of(cases)),
            len(exclusions.excluded(given, marks)),
            (clocks["standing"] != "対象外").sum(),
        )

    assert worked_out(beside) == worked_out(alone)


def test_a_promise_made_with_a_wish_is_still_a_promise():
    wish = complaint(
        at(20), kind=ComplaintKind.WISH, next_promise_at=at(20, 18), version=2
    )
    given = frames([wish])

    assert len(promises.open_promises(given["complaints"], NOW)) == 1
    assert promises.due(given["complaints"], given["activities"], NOW)[
        "forgotten"
    ].tolist() == [True]


def test_a_wish_is_recorded_with_its_words_alone_and_closed_without_questions(live):
    desk = live.for_user(MANAGER)
    typed = Entry(
        id="", content="もっと小さい袋がほしい", received_at=NOW, marks=(Mark.WISH,)
    )
    found = preview(desk, typed, now=NOW, secret=SECRET)
    assert problems(typed, found, now=NOW) == []

    saved = register(desk, typed, entry_id=new_commit_id(), now=NOW, secret=SECRET)

    assert (saved.kind, saved.status) == (ComplaintKind.WISH, ComplaintStatus.RECEIVED)
    assert (saved.next_promise, saved.next_promise_at) == (None, None)
    assert not saved.problems(Stage.SAVING)
    assert not saved.problems(Stage.CLOSING)


def test_a_wish_told_in_an_open_case_still_needs_the_cases_next_promise(live):
    desk = live.for_user(MANAGER)
    typed = Entry(
        id="",
        content="それと、箱を小さく",
        received_at=NOW,
        marks=(Mark.WISH,),
        continues="K-00001",
    )
    found = preview(desk, typed, now=NOW, secret=SECRET)

    assert [p.field for p in problems(typed, found, now=NOW)] == ["promise_time"]
