"""A centre calls: from the first word to the matched case, the count and a dossier."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lib import clock
from lib.schema.complaint import Complaint
from lib.schema.deadline import Deadline
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Member, Product
from lib.schema.principal import SYSTEM
from lib.schema.vocab import (
    Applicability,
    Category,
    InquiryStatus,
    Match,
    MendedPlace,
    Promise,
    Role,
    Severity,
)
from lib.store.drafts import DraftBox
from lib.ui import context
from tests.browser.conftest import OpenTab
from tests.browser.driving import opened, running, settled
from tests.builders import fill
from tools.serve import Server

NOW = "2026-11-20T10:30:00+09:00"
"""A Friday morning; the next business day is the Tuesday after a holiday."""

MORNING = datetime.fromisoformat(NOW)
MOST_PRESSES = 8
MOST_SECONDS = 60.0

CLERK = Member(
    email="clerk@example.jp", name="平野 楓", role=Role.CLERK, rank=10, title="担当"
)
CHIEF = Member(
    email="chief@example.jp", name="大西 拓也", role=Role.MANAGER, rank=80, title="室長"
)
HEAD = Member(
    email="head@example.jp", name="長谷川 恵", role=Role.ADMIN, rank=90, title="部長"
)
CENTRE = "みなと台市消費生活センター"


def case(number: str, content: str, days_ago: int, **values: object) -> Complaint:
    return Complaint.model_validate(
        {
            "id": number,
            "content": content,
            "received_at": MORNING - timedelta(days=days_ago),
            "handler": CLERK.name,
            "receiver": CLERK.name,
            "next_promise": Promise.CALL_BACK,
            "next_promise_at": MORNING + timedelta(days=1),
            "product_code": "A-01",
            "category": Category.CONTRACT,
            **values,
        }
    )


MEANT = case(
    "K-261108-MMMMM",
    "解約の電話が何度かけてもつながらない。定期購入とは知らなかった",
    12,
    order_number="EC-2024-12345",
    customer_name="山田 花子",
    contact="09012345678",
    occurred_on=date(2026, 11, 2),
    severity=Severity.LOW,
)
OTHERS = (
    case("K-261101-AAAAA", "返金してもらえない", 19),
    case("K-261020-BBBBB", "解約の方法が分からない", 31),
    case("K-261015-CCCCC", "色が写真とちがう", 36, category=Category.QUALITY),
    case("K-260301-DDDDD", "解約できない", 264),
)


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Serve a company of three with a product and five complaints."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    monkeypatch.setenv(clock.FIXED_BY, NOW)
    product = Product(code="A-01", name="うるおい美容液")
    with opened(data) as store:
        fill(store.for_user(SYSTEM), HEAD, CHIEF, CLERK, product, MEANT, *OTHERS)
    with running(data, now=NOW) as server:
        yield server


def sit_down(server: Server, who: Member) -> None:
    """Let the next tab be this person's, as if they had been chosen last."""
    kept = DraftBox(server.data)
    last = kept.load("", "choices", "last")
    chosen = {**(last.values if last else {}), context.OPERATOR: who.email}
    kept.save("", "choices", "last", chosen)


@dataclass
class Hand:
    """A person at the screen. A press is a click or tap; typing into fields is none."""

    page: Page
    presses: int = 0
    begun: float = field(default_factory=time.monotonic)

    def press(self, name: str, *, role: str = "button") -> None:
        """Press what is called so."""
        found = self.page.get_by_role(role, name=re.compile(rf"^{re.escape(name)}"))
        found.first.click()
        self.presses += 1
        settled(self.page)

    def chip(self, name: str) -> None:
        """Press a chip."""
        chip = self.page.get_by_role("radio", name=name, exact=True).or_(
            self.page.get_by_role("button", name=name, exact=True)
        )
        chip.first.click()
        self.presses += 1
        self.page.wait_for_timeout(200)
        settled(self.page)

    def type(self, label: str, words: str) -> None:
        """Type into a field that the keyboard leads to."""
        self.box(label).fill(words)

    def choose(self, label: str, words: str) -> None:
        """Type into a field that offers words, and take it with Enter."""
        field_ = self.page.get_by_role("combobox", name=label)
        field_.focus()
        field_.fill(words)
        self.page.wait_for_timeout(150)
        self.page.keyboard.press("Enter")
        settled(self.page)

    def pick(self, label: str, words: str) -> None:
        """Type into a field that offers words, and press the one that is meant."""
        self.page.get_by_role("combobox", name=label).fill(words)
        self.page.get_by_role("option", name=words).first.click()
        self.presses += 1
        settled(self.page)

    def date(self, label: str, digits: str) -> None:
        """Type a day, year first, into the parts of its field."""
        self.page.get_by_role("spinbutton", name=f"year, {label}").focus()
        self.page.keyboard.type(digits, delay=30)
        self.page.wait_for_timeout(300)
        settled(self.page)

    def box(self, label: str) -> Locator:
        """Return the field with that label."""
        return self.page.get_by_role("textbox", name=label)

    def says(self, words: str) -> None:
        """Wait until the screen says so."""
        found = self.page.get_by_text(words).locator("visible=true")
        expect(found.first).to_be_visible(timeout=20_000)

    @property
    def seconds(self) -> float:
        """Seconds since the first word of the call."""
        return time.monotonic() - self.begun


def at_desk(
    open_tab: OpenTab, server: Server, who: Member, path: str, *, phone: bool = False
) -> Hand:
    sit_down(server, who)
    return Hand(open_tab(server, path, phone=phone))


def taken_down(server: Server) -> AgencyInquiry:
    with opened(server.data) as store:
        desk = store.for_user(SYSTEM)
        [number] = desk.frame("agency_inquiries").index
        found = desk.record("agency_inquiries", number)
    assert isinstance(found, AgencyInquiry)
    return found


def stored(server: Server, table: str, number: str):
    with opened(server.data) as store:
        return store.for_user(SYSTEM).record(table, number)


def draft_dossier(hand: Hand) -> None:
    hand.press("経緯書", role="tab")
    hand.press("経緯書を作る")
    ready = hand.page.get_by_role("button", name="PDFで書き出す")
    expect(ready).to_be_visible(timeout=40_000)
    hand.says("1 / ")


def expect_in_time(hand: Hand) -> None:
    assert hand.presses <= MOST_PRESSES, f"{hand.presses} presses"
    assert hand.seconds <= MOST_SECONDS, f"{hand.seconds:.0f} seconds"


@pytest.mark.parametrize(
    "phone",
    [
        pytest.param(False, id="desk"),
        pytest.param(True, id="phone", marks=pytest.mark.slow),
    ],
)
def test_eight_presses_lead_from_the_call_to_the_draft(
    company, open_tab, picture, phone
):
    hand = at_desk(open_tab, company, CLERK, "inquiries", phone=phone)

    hand.press("センターから連絡が来た")
    hand.chip("消費生活センター")
    hand.choose("機関名(必須)", CENTRE)
    hand.type("注文番号", "ｅｃ2024-12345")
    hand.type("何が起きたと言っているか", "定期と知らず、解約の電話がつながらない")
    hand.says("注文番号が同じ")
    picture(hand.page, f"agency_call_{'mobile' if phone else 'desktop'}")
    hand.press("この件です")
    hand.press("記録する")
    hand.says("記録しました")
    hand.says("平野 楓さんが 11月24日(火) 18:00 までに折り返します")
    hand.says("「同じ商品・同じ内容」がこの90日に2件")
    draft_dossier(hand)

    expect_in_time(hand)
    picture(hand.page, f"agency_draft_{'mobile' if phone else 'desktop'}")
    saved = taken_down(company)
    assert (saved.complaint_id, saved.matched) == (MEANT.id, Match.FOUND)
    assert stored(company, "complaints", MEANT.id).severity is Severity.HIGH


def test_where_no_number_matches_words_find_the_case(company, open_tab):
    hand = at_desk(open_tab, company, CLERK, "inquiries")

    hand.press("センターから連絡が来た")
    hand.chip("消費生活センター")
    hand.choose("機関名(必須)", CENTRE)
    hand.pick("商品", "うるおい美容液")
    hand.type(
        "何が起きたと言っているか", "定期購入とは知らず、解約の電話がつながらないそうだ"
    )
    hand.says("言っていることが似ている")
    hand.press("この件です")
    hand.press("記録する")
    hand.says("「同じ商品・同じ内容」がこの90日に2件")
    draft_dossier(hand)

    expect_in_time(hand)
    assert taken_down(company).complaint_id == MEANT.id


def test_where_we_knew_nothing_the_count_and_the_draft_come_all_the_same(
    company, open_tab
):
    hand = at_desk(open_tab, company, CLERK, "inquiries")

    hand.press("センターから連絡が来た")
    hand.chip("消費生活センター")
    hand.choose("機関名(必須)", CENTRE)
    hand.pick("商品", "うるおい美容液")
    hand.type("何が起きたと言っているか", "箱がつぶれて届いた")
    hand.chip("契約・解約")
    hand.press("該当なし")
    hand.press("記録する")
    hand.says("「同じ商品・同じ内容」がこの90日に3件")
    draft_dossier(hand)

    expect_in_time(hand)
    assert taken_down(company).matched is Match.NONE


# The whole way -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "phone",
    [
        pytest.param(False, id="desk", marks=pytest.mark.slow),
        pytest.param(True, id="phone"),
    ],
)
def test_from_the_call_of_an_authority_until_the_matter_is_closed(
    company, open_tab, picture, phone
):
    clerk = at_desk(open_tab, company, CLERK, "inquiries?new=1", phone=phone)
    clerk.chip("消費者庁")
    clerk.choose("機関名(必須)", "消費者庁 表示対策課")
    clerk.chip("根拠資料の要求")
    clerk.says("表示の根拠資料の提出")
    clerk.type("注文番号", "EC-2024-12345")
    clerk.type("何が起きたと言っているか", "「毛穴が消える」という表示の根拠を求める")
    clerk.type("何を求めているか", "試験の資料")
    clerk.press("この件です")
    clerk.press("記録する")
    clerk.says("記録しました")
    number = taken_down(company).id
    clerk.press("経営に伝えた")
    clerk.says("10:30 平野 楓")

    confirm_the_clock(clerk)

    clerk.press("整理できた")
    clerk.chip("応じる")
    clerk.type("根拠法令・ガイドライン", "景品表示法7条2項")
    clerk.type("回答の案", "試験の資料を12月5日までに提出します。")
    clerk.press("承認を頼む")
    clerk.says("大西 拓也")

    chief = at_desk(
        open_tab, company, CHIEF, f"inquiries?inquiry={number}", phone=phone
    )
    chief.says("試験の資料を12月5日までに提出します。")
    chief.press("承認する")
    chief.says("先方に回答できます")
    chief.page.context.close()

    clerk = at_desk(
        open_tab, company, CLERK, f"inquiries?inquiry={number}", phone=phone
    )
    clerk.press("回答した")
    clerk.press("直すところを足す")
    clerk.chip("LP")
    clerk.date("いつまでに", "20261130")
    clerk.press("修正を始める")
    clerk.press("直した")
    clerk.press("直したことを残す")
    finish_the_clock(clerk)
    picture(clerk.page, f"agency_before_close_{'mobile' if phone else 'desktop'}")
    clerk.press("完了にする")
    clerk.says("完了にしました")

    closed = taken_down(company)
    assert closed.status is InquiryStatus.CLOSED
    assert (closed.approver, closed.decided_by) == (CHIEF.name, CLERK.name)
    assert closed.mended_places == (MendedPlace.LANDING_PAGE,)
    assert closed.executives_told_at is not None
    [clock_] = statutory(company, number)
    assert (clock_.applies, clock_.checked_by) == (Applicability.APPLIES, CLERK.name)
    assert clock_.due_at.date() == date(2026, 12, 5)
    assert clock_.done_at is not None


def confirm_the_clock(hand: Hand) -> None:
    """Say that the deadline applies, and come back to the contact."""
    hand.press("期限を確かめる", role="link")
    hand.press("該当")
    hand.press("G-261120-", role="link")
    hand.says("消費者庁 表示対策課")


def finish_the_clock(hand: Hand) -> None:
    hand.press("期限を確かめる", role="link")
    hand.press("済ませた")
    hand.press("済ませたことにする")
    hand.press("G-261120-", role="link")
    hand.says("消費者庁 表示対策課")


def statutory(server: Server, number: str) -> list[Deadline]:
    with opened(server.data) as store:
        desk = store.for_user(SYSTEM)
        rows = desk.frame("deadlines")
        own = rows[(rows["case_id"] == number) & (rows["kind"] == "法定")]
        found = [desk.record("deadlines", key) for key in own.index]
    return [one for one in found if isinstance(one, Deadline)]
