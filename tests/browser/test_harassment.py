"""A hard call in a real browser: safe at once, heard the same day, nothing typed lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from lib.actions import first_start
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.vocab import CareKind, Harassment, Role
from lib.store.drafts import DraftBox
from lib.ui import context
from tests.browser.driving import NOW, opened, running, settled
from tests.browser.test_intake import content, tap
from tests.builders import complaint, fill
from tools.serve import Server

AT = datetime.fromisoformat(NOW)
CLERK = Member(email="kaede@example.jp", name="平野 楓", role=Role.CLERK)
OPERATOR = "小田 健介"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("harassment") / "data"
    data.mkdir(mode=0o700)
    with opened(data) as store:
        system = store.for_user(SYSTEM)
        first_start.begin(system, name="佐藤 花子", email="h@example.jp", now=AT)
        hard = complaint(
            received_at=AT - timedelta(hours=30),
            receiver=OPERATOR,
            harassment=Harassment.CONFIRMED,
            next_promise_at=AT + timedelta(days=1),
        )
        fill(system, CLERK, hard)
    with running(data) as server:
        yield server


def act_as(server: Server, mail: str) -> None:
    """Let the next tab open as that person, as if chosen last."""
    kept = DraftBox(server.data)
    last = kept.load("", "choices", "last")
    chosen = {**(last.values if last else {}), context.OPERATOR: mail}
    kept.save("", "choices", "last", chosen)


def test_a_clerk_is_safe_at_once_and_a_manager_hears_of_it(served, open_tab):
    act_as(served, CLERK.email)
    page = open_tab(served, "intake", phone=True)
    content(page).press_sequentially("どなられている")
    tap(page, "カスハラ")
    expect(page.get_by_text("一人で受けない")).to_be_visible()

    page.get_by_role("link", name="カスハラ対応を開く").click()
    settled(page)
    page.get_by_role("button", name="相談する").click()
    expect(page.get_by_text("を受け取りました。").first).to_be_visible()
    page.go_back()
    settled(page)
    expect(content(page)).to_have_value("どなられている")

    act_as(served, "h@example.jp")
    page = open_tab(served, "today")
    page.get_by_role("link", name="応対した人へのフォロー").click()
    settled(page)
    page.get_by_role("button", name="声をかけた").click()
    settled(page)
    page.get_by_role("button", name="話を聞いた").click()
    expect(page.get_by_text("待っている声かけも相談もありません。")).to_be_visible()

    with opened(served.data) as store:
        rows = store.for_user(SYSTEM).frame("care_records")
    assert rows["done_at"].notna().all()
    done = set(zip(rows["kind"], rows["for_whom"], strict=True))
    assert done == {
        (CareKind.CONSULTATION.value, CLERK.name),
        (CareKind.DAY.value, OPERATOR),
        (CareKind.WEEK.value, OPERATOR),
    }
