"""Figures that are due: a calm word to the centre itself, a line for those who lead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from lib import clock
from lib.actions import kpi_questions
from lib.actions.notices import digest, plan, texts
from lib.actions.notices.digest import Entries
from lib.schema.complaint import Complaint
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.vocab import Flag, NoticeKind, Role, Source
from lib.settings import business
from lib.store.live import LiveStore
from lib.store.opening import open_live
from lib.store.protocol import Commit, Insert
from tests.actions.notices.rows import (
    BEGUN,
    CHANNELS,
    CLERK,
    LEAD,
    NOON,
    TEAM,
    case,
    said,
    tables,
    tokyo,
    told,
)
from tests.metrics.rows import calls, centre, day

AGENT = Member(
    email="agent@x.jp",
    name="委託 四郎",
    role=Role.OUTSOURCED,
    centre="C1",
    channel="agent",
)
OTHER = AGENT.with_values(email="other@x.jp", name="他 五郎", centre="C2")
NAMES = (*CHANNELS, "agent", "other")
AT_ONCE = said(business.AT_ONCE, NoticeKind.ENTRY_LATE.value)
BASE = "https://mimamori.example.jp"
C1, C2 = centre("C1"), centre("C2")


def until(last: int, code: str = "C1", **values) -> list[KpiDay]:
    """Return the days of November up to `last`, entered."""
    return [
        calls(day(n), 100, 90, code).with_values(**values) for n in range(9, last + 1)
    ]


def company(*rows: Record) -> dict:
    team = (*TEAM, AGENT, OTHER.with_values(channel="other"))
    return tables(C1, C2, *until(18, "C2"), *rows, team=team)


def test_a_missed_deadline_is_told_to_the_centres_own_people_once() -> None:
    found = company(*until(16), AT_ONCE)  # 11/17 was due on 11/18 at 10:00

    assert told(found, tokyo(11, 18, 9, 59), NAMES) == []
    assert told(found, NOON, NAMES) == [("ENTRY_LATE", "", "agent")]
    (sent,) = [n for n in plan.due(found, NAMES, NOON) if n.kind != "朝のまとめ"]
    again = company(*until(16), AT_ONCE, sent)
    assert told(again, NOON + timedelta(hours=1), NAMES) == []


def test_several_days_of_one_deadline_are_one_notice() -> None:
    # Friday, and the weekend of a centre that rests: one deadline on Tuesday 11/24.
    found = company(*until(19), AT_ONCE)

    assert told(found, tokyo(11, 24, 10, 1), ("agent",)) == [
        ("ENTRY_LATE", "", "agent")
    ]


def test_by_default_nobody_is_told_at_once() -> None:
    assert told(company(*until(16)), NOON, NAMES) == []


def test_neither_the_company_nor_the_sample_is_told_about() -> None:
    own = KpiDay(date=day(9), centre=COMPANY, shipments=5)
    sample = until(16, source=Source.SAMPLE)

    assert told(company(own, AT_ONCE), NOON, NAMES) == []
    assert told(company(*sample, AT_ONCE), NOON, NAMES) == []


def test_the_words_lead_to_the_page_and_hold_no_code() -> None:
    odd = centre("みなと|コール".replace("|", ""))
    agent = AGENT.with_values(centre=odd.code)
    rows = [odd, *until(16, odd.code), AT_ONCE]
    found = tables(*rows, begun=BEGUN, team=(*TEAM, agent))
    (row,) = [
        n for n in plan.due(found, ("agent",), NOON) if n.kind is NoticeKind.ENTRY_LATE
    ]

    message = texts.message([row], None, base=BASE, now=NOON)

    assert odd.code not in row.step + message.title + message.body
    assert "締切を過ぎました" in message.body
    assert f"{BASE}/kpi_entry" in message.body


# The morning message -----------------------------------------------------------------


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveStore]:
    monkeypatch.setenv(clock.FIXED_BY, NOON.isoformat())
    found = open_live(f"sqlite:///{tmp_path / 'm.db'}", data=tmp_path)
    yield found
    found.close()


def put(live: LiveStore, *rows: Record) -> None:
    live.for_user(SYSTEM).commit(
        Commit(new_commit_id(), "試験", NOON, tuple(map(Insert, rows)))
    )


MORNING = tokyo(11, 18, 9)


def morning(live: LiveStore, *readers: Member) -> digest.Digest:
    return digest.digest_for(live.for_user(SYSTEM), readers, MORNING)


def test_a_centre_reads_in_the_morning_what_is_due_and_what_is_late(live) -> None:
    put(live, C1, *until(13))  # 11/16 was due on 11/17; 11/17 is due today at 10:00

    found = morning(live, AGENT)

    assert found.overview is None
    assert found.own.entries == Entries(
        due_today=1, due_at=tokyo(11, 18, 10), missing=1, questions=0
    )
    body = texts.digest_message(found, BASE).body
    assert "日次KPIの入力: 今日10:00までに 1日分、締切を過ぎたもの 1日分。" in body
    assert f"{BASE}/kpi_entry" in body
    assert "担当の分" not in body


def test_a_centre_with_everything_in_reads_that(live) -> None:
    put(live, C1, *until(17))

    body = texts.digest_message(morning(live, AGENT), BASE).body

    assert "日次KPIの入力: すべて入っています。" in body


def test_a_centre_reads_nothing_of_another(live) -> None:
    put(live, C1, C2, *until(17), *until(9, "C2"))

    assert morning(live, AGENT).own.entries == Entries()
    assert morning(live, LEAD).own.entries is None
    assert morning(live, CLERK).own.entries is None


def test_an_open_question_about_a_day_stands_in_the_morning_message(live) -> None:
    put(live, C1, *until(17), LEAD)
    desk = live.for_user(Principal.of(LEAD))
    kpi_questions.ask(desk, C1, day(16), "なぜ?", now=MORNING, entry="q")

    body = texts.digest_message(morning(live, AGENT), BASE).body

    assert "差戻しへの回答 1件" in body


# Of cases, only one's own ----------------------------------------------------------------

REPORTING = [C1.model_copy(update={"phone_reports": Flag.YES}), C2]


def late(centre: str) -> Complaint:
    """Return a case of somebody who is called like the agent, promised for yesterday."""
    return case(
        handler=AGENT.name,
        received_centre=centre,
        received_at=NOON - timedelta(days=2),
        next_promise_at=NOON - timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("centre", "is_told"), [("C1", True), ("C2", False), (COMPANY, False)]
)
def test_an_agent_is_told_of_a_case_only_where_it_is_one_they_may_see(
    centre, is_told
) -> None:
    team = (*TEAM, AGENT)
    promised = said(business.AT_ONCE, NoticeKind.PROMISE.value)

    found = told(
        tables(*REPORTING, late(centre), promised, team=team), names=("agent",)
    )

    assert [kind for kind, _case, _channel in found] == ["PROMISE"] * is_told


@pytest.mark.parametrize(("centre", "overdue"), [("C1", 1), ("C2", 0), (COMPANY, 0)])
def test_an_agent_reads_in_the_morning_of_no_case_they_may_not_see(
    live, centre, overdue
) -> None:
    put(live, *REPORTING, late(centre))

    assert morning(live, AGENT).own.overdue == overdue


def test_a_channel_that_an_agent_reads_too_gets_no_overview(live) -> None:
    put(live, *REPORTING)

    assert morning(live, LEAD).overview is not None
    assert morning(live, LEAD, AGENT).overview is None
