"""A call in a real browser: from ring to saved promise, the caller known in a second."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from lib import clock
from lib.actions import first_start
from lib.schema.complaint import Complaint
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Channel, Promise, Request, Temper
from lib.settings.customer_key import customer_key, secret_of
from tests.browser.driving import choose, opened, running, settled
from tests.browser.test_intake import box, compose, content, expect_receipt, save, tap
from tests.builders import complaint, fill
from tools.serve import Server

PHONE = "090-1234-5678"
GENEROUS_SECONDS = 10
"""A busy machine may take this long; what it took is printed."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("call") / "data"
    data.mkdir(mode=0o700)
    with opened(data) as store:
        system = store.for_user(SYSTEM)
        first_start.begin(
            system, name="佐藤 花子", email="hanako@example.jp", now=clock.now()
        )
        fill(system, earlier_case(data))
    with running(data) as server:
        yield server


def earlier_case(data) -> Complaint:
    """Return an open case of the customer who will call again."""
    now = clock.in_tokyo(clock.now().replace(year=2026, month=11, day=20))
    return complaint(
        received_at=now,
        contact=PHONE,
        customer_key=customer_key(PHONE, secret_of(data)),
        content="一度目の電話",
        next_promise=Promise.CALL_BACK,
        next_promise_at=now + timedelta(hours=1),
    )


def recorded(server: Server, words: str) -> Complaint:
    with opened(server.data) as store:
        desk = store.for_user(SYSTEM)
        cases = [
            desk.record("complaints", key) for key in desk.frame("complaints").index
        ]
    (found,) = [c for c in cases if isinstance(c, Complaint) and c.content == words]
    return found


def test_from_ring_to_saved_promise_without_touching_a_field_twice(served, open_tab):
    """Every field is met once, top to bottom, by keyboard and single taps."""
    page = open_tab(served, "intake")
    cdp = page.context.new_cdp_session(page)

    box(page, "電話・メール・注文番号").fill("03-9999-0000")
    box(page, "お客様名").click()
    compose(page, cdp, ["す", "すず", "鈴木"], "鈴木")
    tap(page, "欠品")
    content(page).click()
    compose(page, cdp, ["はこ", "箱が", "箱が空"], "箱が空だったとのこと。")
    choose(page, page.get_by_role("combobox", name="要望"), "返金")
    tap(page, "3怒り")
    tap(page, "返金・返品を断った")
    tap(page, "今日中")
    save(page)

    expect_receipt(page)
    case = recorded(served, "箱が空だったとのこと。")
    assert (case.customer_name, case.contact) == ("鈴木", "03-9999-0000")
    assert (case.claim_type, case.channel) == ("欠品", Channel.PHONE)
    assert (case.request, case.temper) == (Request.REFUND, Temper.ANGRY)
    assert case.severity_reason == "遅延・欠品で返金を断った"
    assert case.next_promise_at is not None


def test_the_earlier_case_is_on_screen_soon_after_the_number(served, open_tab):
    page: Page = open_tab(served, "intake")
    box(page, "電話・メール・注文番号").fill("０９０１２３４５６７８")

    begun = time.perf_counter()
    box(page, "お客様名").click()
    go_on = page.get_by_role("button", name="この案件の続き")
    go_on.wait_for(timeout=GENEROUS_SECONDS * 1000)
    took = time.perf_counter() - begun

    print(f"earlier case on screen after {took:.2f} s")
    assert took < GENEROUS_SECONDS
    expect(page.get_by_text("…5678")).to_be_visible()

    content(page).fill("二度目の電話")
    tap(page, "今日中")
    go_on.click()
    settled(page)
    expect(content(page)).to_have_value("二度目の電話")
    page.get_by_role("button", name="案件に残す").click()
    expect(page.get_by_text("受け付けました")).to_be_visible()
    assert recorded(served, "一度目の電話").next_promise_at is not None


def test_on_a_phone_the_panel_is_folded_and_nothing_scrolls_sideways(served, open_tab):
    page = open_tab(served, "intake", phone=True)

    expect(page.get_by_text("②事実を聴く")).not_to_be_visible()
    page.get_by_text("電話の進み方").click()
    expect(page.get_by_text("②事実を聴く")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
