"""`/calendar/<secret>.ics`: the dates for who knows the address, nothing for others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, unquote

import icalendar
import pytest
from starlette.applications import Starlette

from lib import clock
from lib.errors import StoreUnavailable
from lib.schema.deadline import Deadline
from lib.schema.ids import new_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Product
from lib.schema.task import Task
from lib.schema.vocab import AgencyKind, DeadlineKind, TaskKind
from lib.settings import calendar_feed
from lib.store.live import LiveStore
from lib.ui import context, server
from tests.builders import complaint
from tests.waiting import run

pytestmark = pytest.mark.usefixtures("first_member")

SECRETS_OF_PEOPLE = ("山田", "やまだ", "090-1234-5678", "かゆい", "美容液", "みどり市")


@dataclass(frozen=True)
class Answer:
    """What the server said to one request."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


def get(path: str, **headers: str) -> Answer:
    """Ask as this computer does, past everything that the app has before its routes."""
    around = server.surroundings()
    app = Starlette(routes=around["routes"], middleware=around["middleware"])
    asked = {"host": "localhost:8501", **headers}
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": quote(path).encode(),
        "query_string": b"",
        "client": ("127.0.0.1", 50000),
        "server": ("localhost", 8501),
        "headers": [
            (name.replace("_", "-").encode(), value.encode())
            for name, value in asked.items()
        ],
    }
    sent: list = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    run(app(scope, receive, send))
    start, *bodies = sent
    return Answer(
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(part.get("body", b"") for part in bodies),
    )


@pytest.fixture
def filled(put):
    now = clock.now()
    case = complaint(
        customer_name="山田 やまだ",
        contact="090-1234-5678",
        content="かゆい",
        product_code="B-1",
    )
    inquiry = AgencyInquiry(
        id=new_id("G", now),
        first_contact_at=now,
        agency_kind=AgencyKind.CONSUMER_CENTRE,
        agency_name="みどり市消費生活センター",
        facts="山田さんがかゆいと言っている",
    )
    put(
        case,
        inquiry,
        Product(code="B-1", name="美容液"),
        Deadline(
            id=new_id("T", now),
            case_id=case.id,
            rule_code="L5副作用15日",
            kind=DeadlineKind.STATUTORY,
            started_at=now,
            due_at=now + timedelta(days=14),
        ),
        Task(
            id=new_id("W", now),
            case_id=inquiry.id,
            kind=TaskKind.INSTRUCTION,
            title="山田さんに返金する",
            given_at=now,
            due_at=now + timedelta(days=3),
        ),
    )
    return case


def secret() -> str:
    return calendar_feed.renew(context.place().data)


def test_who_knows_the_address_gets_the_dates(filled):
    answer = get(f"/calendar/{secret()}.ics")

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer.headers["cache-control"]
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) == 3
    assert any(filled.id in str(event["summary"]) for event in events)


def test_no_name_contact_or_content_occurs(filled):
    text = get(f"/calendar/{secret()}.ics").text.replace("\r\n ", "")

    assert filled.id in text
    assert [word for word in SECRETS_OF_PEOPLE if word in text] == []


@pytest.mark.parametrize(
    "said", ["wrong", "a" * 32, "%2e%2e", "", "山田", "../calendar"]
)
def test_a_wrong_secret_finds_nothing(filled, said):
    right = secret()
    assert said != right

    answer = get(f"/calendar/{said}.ics")

    assert answer.status == 404
    assert "BEGIN" not in answer.text


def test_before_anybody_asked_for_an_address_there_is_none(filled):
    assert get("/calendar/.ics").status == 404
    assert get(f"/calendar/{'a' * 32}.ics").status == 404


def test_a_replaced_address_is_dead(filled):
    old = secret()
    secret()

    assert get(f"/calendar/{old}.ics").status == 404


def test_from_elsewhere_even_the_right_secret_is_refused(filled):
    address = f"/calendar/{secret()}.ics"

    assert get(address).status == 200
    assert get(address, x_forwarded_for="203.0.113.9").status == 403
    assert get(address, host="evil.example").status == 403


def test_while_the_store_is_away_the_calendar_asks_again(filled, monkeypatch):
    address = f"/calendar/{secret()}.ics"

    def away(_self):
        raise StoreUnavailable("fake")

    monkeypatch.setattr(LiveStore, "snapshot", away)
    assert get(address).status == 503
