"""対応待ち in a real browser: a clerk, a senior on a phone, a manager at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lib import clock
from lib.schema.complaint import Complaint
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Harm, Promise, Role, Temper
from lib.store.drafts import DraftBox
from lib.ui import context
from tests.browser.conftest import OpenTab
from tests.browser.driving import NOW, opened, running, settled
from tests.builders import fill
from tools.serve import Server

CLERK = Member(
    email="clerk@example.jp", name="平野 楓", role=Role.CLERK, rank=10, title="担当"
)
CHIEF = Member(
    email="chief@example.jp",
    name="大西 拓也",
    role=Role.MANAGER,
    rank=80,
    title="お客様相談室 室長",
)
BEGUN = Member(
    email="admin@example.jp", name="長谷川 恵", role=Role.ADMIN, rank=90, title="部長"
)

NOON = datetime.fromisoformat(NOW)

DRAWN_WITHIN = 30_000
"""Milliseconds within which a busy machine draws what was asked for."""


def case(number: str, content: str, due: datetime, **values: object) -> Complaint:
    return Complaint.model_validate(
        {
            "id": number,
            "content": content,
            "received_at": NOON - timedelta(days=1),
            "handler": CLERK.name,
            "receiver": CLERK.name,
            "next_promise": Promise.CALL_BACK,
            "next_promise_at": due,
            **values,
        }
    )


HOT = case(
    "K-261120-HHHHH",
    "交換品も割れていた。責任者を出せと大声で言われた",
    NOON + timedelta(hours=2),
    temper=Temper.FURIOUS,
    harm=Harm.NO,
    customer_name="山田",
    contact="09012345678",
)
FORGOTTEN = case("K-261119-FFFFF", "折返しを待っている", NOON - timedelta(hours=20))
CALM = case("K-261120-CCCCC", "色が写真とちがう", NOON + timedelta(days=2))


@pytest.fixture
def desk_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Serve a company of three people and three open cases."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    monkeypatch.setenv(clock.FIXED_BY, NOW)
    with opened(data) as store:
        fill(store.for_user(SYSTEM), BEGUN, CHIEF, CLERK, HOT, FORGOTTEN, CALM)
    with running(data) as server:
        yield server


def sit_down(server: Server, who: Member) -> None:
    """Let the next tab be this person's, as if they had been chosen last."""
    kept = DraftBox(server.data)
    last = kept.load("", "choices", "last")
    chosen = {**(last.values if last else {}), context.OPERATOR: who.email}
    kept.save("", "choices", "last", chosen)


def as_person(open_tab: OpenTab, server: Server, who: Member, path: str, **how) -> Page:
    sit_down(server, who)
    return open_tab(server, path, **how)


def test_a_senior_takes_a_heated_case_over_from_a_phone(desk_app, open_tab, picture):
    clerk = as_person(open_tab, desk_app, CLERK, f"queue?case={HOT.id}")
    clerk.get_by_role("button", name="引き継ぐ", exact=True).click()
    settled(clerk)
    clerk.get_by_role("button", name="大西 拓也 さんに引き継ぐ").click()
    settled(clerk)
    expect(clerk.get_by_text("大西 拓也 さんが受けるのを待っています")).to_be_visible()

    phone = as_person(open_tab, desk_app, CHIEF, "queue", phone=True)
    taken = phone.get_by_role("button", name="受けた", exact=True)
    expect(taken).to_be_in_viewport()
    picture(phone, "handover_asked_mobile")
    taken.click()
    settled(phone)

    expect(phone.get_by_role("heading", name=HOT.id)).to_be_visible()
    phone.get_by_text("引き継ぎカード").click()
    settled(phone)
    card = "「お電話を替わりました。お客様相談室 室長の大西でございます。」"
    expect(phone.get_by_text(card)).to_be_visible()
    expect(phone.get_by_role("link", name="09012345678")).to_have_attribute(
        "href", "tel:09012345678"
    )
    picture(phone, "handover_taken_mobile")
    with opened(desk_app.data) as store:
        after = store.for_user(SYSTEM).record("complaints", HOT.id)
    assert after.handler == CHIEF.name


def test_a_manager_sees_the_overdue_call_back_before_anything_else(
    desk_app, open_tab, picture
):
    page = as_person(open_tab, desk_app, CHIEF, "queue")
    picture(page, "queue_overdue_first")

    first = page.locator(".st-key-queue-today").get_by_test_id("stMarkdown")
    said = [text for text in first.all_inner_texts() if "超過" in text]
    assert "超過 20時間" in said[-1]
    assert FORGOTTEN.content in said[-1]
    above = page.locator(".st-key-queue-today").bounding_box()
    grid = page.get_by_test_id("stDataFrame").bounding_box()
    assert above is not None
    assert grid is not None
    assert above["y"] + above["height"] < grid["y"]

    menu = page.get_by_role("button", name="結果").first
    menu.click()
    page.get_by_role("menuitem", name="つながらない(30分後にもう一度)").click()
    settled(page)

    expect(page.get_by_text("今日 11:00").first).to_be_visible()
    with opened(desk_app.data) as store:
        after = store.for_user(SYSTEM).record("complaints", FORGOTTEN.id)
    assert after.next_promise_at == NOON + timedelta(minutes=30)


def test_the_list_is_walked_with_two_keys(desk_app, open_tab):
    page = as_person(open_tab, desk_app, CHIEF, "queue")
    # A key pressed before its button is there reaches nobody.
    expect(page.get_by_role("button", name="次 Shortcut J")).to_be_enabled(
        timeout=DRAWN_WITHIN
    )
    settled(page)

    for key, case_id in (("j", FORGOTTEN.id), ("j", HOT.id), ("k", FORGOTTEN.id)):
        page.keyboard.press(key)
        opened_case = page.get_by_role("heading", name=case_id)
        expect(opened_case).to_be_visible(timeout=DRAWN_WITHIN)
        settled(page)
