"""A rise of contacts: each step is told once, to those who lead, and nobody's name in it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from lib.actions.notices import plan, texts
from lib.schema.alarm import Alarm
from lib.schema.frames import JOINER
from lib.schema.ids import id_for
from lib.schema.vocab import AlarmLevel, AlarmStatus, NoticeKind, Source
from lib.settings import business
from tests.actions.notices.rows import BEGUN, CHANNELS, NOON, said, tables, told

AT_ONCE = said(
    business.AT_ONCE,
    JOINER.join([NoticeKind.RISE_ALARM.value, NoticeKind.RISE_WATCH.value]),
)
BASE = "https://mimamori.example.jp"


def rise(**values: Any) -> Alarm:
    at = NOON - timedelta(minutes=20)
    return Alarm.parse(
        {
            "id": id_for("A", at, "1"),
            "level": AlarmLevel.WATCH,
            "raised_on": date(2026, 11, 17),
            "raised_at": at,
            "start_on": date(2026, 11, 10),
            "start_first": date(2026, 11, 8),
            "start_last": date(2026, 11, 14),
            "statistic": 50,
            "count": 6,
            "expected": 2.0,
            **values,
        }
    )


def alarm(**values: Any) -> Alarm:
    reached = {"alarmed_on": date(2026, 11, 18), "alarmed_at": NOON}
    return rise(level=AlarmLevel.ALARM, **{**reached, **values})


def kinds(*rows: Any) -> list[tuple[str, str]]:
    return [(kind, channel) for kind, _case, channel in told(tables(*rows))]


def test_a_watch_is_told_to_those_who_lead() -> None:
    assert kinds(rise(), AT_ONCE) == [("RISE_WATCH", "admin"), ("RISE_WATCH", "lead")]


def test_an_alarm_is_a_step_of_its_own_and_a_watch_is_not_told_again() -> None:
    assert kinds(alarm(), AT_ONCE) == [("RISE_ALARM", "admin"), ("RISE_ALARM", "lead")]


def test_by_default_a_rise_waits_for_the_morning() -> None:
    assert kinds(alarm()) == []


def test_what_was_told_is_not_told_again() -> None:
    found = tables(alarm(), AT_ONCE)
    sent = [n for n in plan.due(found, CHANNELS, NOON) if n.kind is not None]

    assert kinds(alarm(), AT_ONCE, *sent) == []


def test_what_is_over_or_invented_is_silent() -> None:
    for over in (
        {"status": AlarmStatus.ENDED},
        {"status": AlarmStatus.FALSE, "reason": "重複"},
        {"source": Source.SAMPLE},
    ):
        assert kinds(alarm(**over), AT_ONCE) == []


def test_the_quieter_first_week_holds_it_back() -> None:
    begun = BEGUN + timedelta(days=10)

    assert told(tables(alarm(), AT_ONCE, begun=begun)) == []


def test_the_message_leads_to_the_page_and_names_nobody() -> None:
    found = tables(alarm(owner="佐藤 花子", reason="山田様の件"), AT_ONCE)
    rows = [n for n in plan.due(found, ("lead",), NOON) if n.kind.name != "DIGEST"]
    body = texts.message(rows, None, base=BASE, now=NOON).body

    assert "「警報」になりました" in body
    assert f"{BASE}/risk" in body
    assert "佐藤" not in body
    assert "山田" not in body
