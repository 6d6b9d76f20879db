"""苦情受付 in a real browser: what is typed reaches the server, whatever happens."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from lib import clock
from lib.actions import first_start
from lib.schema.complaint import Complaint
from lib.schema.principal import SYSTEM
from lib.schema.vocab import ComplaintStatus, Request, Temper
from lib.store.drafts import DraftBox
from tests.browser.conftest import OpenTab
from tests.browser.driving import choose, opened, running, settled
from tools.serve import Server

ME = "hanako@example.jp"
MILLISECONDS_UNTIL_KEPT = 25_000
"""How long a busy machine may take; `test_drafting` holds the promised five seconds."""


@dataclass(frozen=True)
class Desk:
    """A running app with one person; what a test sees of it is only its own."""

    server: Server
    earlier: frozenset[str]

    def recorded(self) -> list[Complaint]:
        """Return this test's complaints as another process reads them."""
        with opened(self.server.data) as store:
            desk = store.for_user(SYSTEM)
            keys = [k for k in desk.frame("complaints").index if k not in self.earlier]
            found = [desk.record("complaints", key) for key in keys]
        return [case for case in found if isinstance(case, Complaint)]

    def kept(self) -> list[dict[str, Any]]:
        """Return what stands in this person's drafts."""
        drafts = DraftBox(self.server.data).list(ME, "intake")
        return [dict(draft.values) for draft in drafts]

    def until_kept(self, page: Page, word: str) -> None:
        """Wait, at most as long as promised, until a draft holds this word."""
        for _ in range(MILLISECONDS_UNTIL_KEPT // 100):
            if any(word in str(values) for values in self.kept()):
                return
            page.wait_for_timeout(100)
        raise AssertionError(f"not kept in time: {self.kept()}")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("intake") / "data"
    data.mkdir(mode=0o700)
    with opened(data) as store:
        system = store.for_user(SYSTEM)
        first_start.begin(system, name="佐藤 花子", email=ME, now=clock.now())
    with running(data) as server:
        yield server


@pytest.fixture
def desk(served: Server) -> Desk:
    """Give the desk without drafts; earlier tests' complaints do not count."""
    shutil.rmtree(served.data / "drafts", ignore_errors=True)
    before = Desk(served, frozenset()).recorded()
    return Desk(served, frozenset(case.id for case in before))


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name)


def content(page: Page) -> Locator:
    return box(page, "内容(必須)")


def tap(page: Page, name: str) -> None:
    """Press a chip and wait until it is pressed on the server too."""
    chip = page.get_by_role("radio", name=name).or_(
        page.get_by_role("button", name=name, exact=True)
    )
    chip.first.click()
    page.wait_for_timeout(300)
    settled(page)


def save(page: Page) -> None:
    page.get_by_role("button", name="登録する").click()


def expect_receipt(page: Page) -> None:
    expect(page.get_by_text("受け付けました")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^K-261121-\w{5}$"))).to_be_visible()


# Typing ------------------------------------------------------------------------


def test_text_is_kept_while_it_is_typed_and_offered_again_after_f5(desk, open_tab):
    page = open_tab(desk.server, "intake")
    box(page, "お客様名").press_sequentially("鈴木", delay=30)
    content(page).press_sequentially("届いた箱が空だった。", delay=30)

    desk.until_kept(page, "届いた箱が空だった。")
    expect(content(page)).to_be_focused()

    content(page).press_sequentially("先週も", delay=30)
    desk.until_kept(page, "届いた箱が空だった。先週も")
    page.reload()
    settled(page)
    page.get_by_role("button", name="続きを書く").click()

    expect(content(page)).to_have_value("届いた箱が空だった。先週も")
    expect(box(page, "お客様名")).to_have_value("鈴木")


def test_somebody_who_never_pauses_is_kept_too(desk, open_tab):
    """Eight seconds of typing without a pause of a second."""
    page = open_tab(desk.server, "intake")

    content(page).press_sequentially("たえまなく" * 8, delay=200)

    assert any("たえまなく" * 4 in str(values) for values in desk.kept())


def test_the_screen_that_answers_a_tap_leaves_the_cursor_where_it_is(desk, open_tab):
    """An offer that goes away must not move what is being typed into."""
    first = open_tab(desk.server, "intake")
    content(first).fill("前の電話")
    desk.until_kept(first, "前の電話")
    first.context.close()
    page = open_tab(desk.server, "intake")
    expect(page.get_by_role("button", name="続きを書く")).to_be_visible()

    page.get_by_role("radio", name="今日中").click()
    content(page).press_sequentially("次の電話の内容を続けて打つ", delay=60)
    page.wait_for_timeout(1_500)

    expect(content(page)).to_have_value("次の電話の内容を続けて打つ")
    expect(content(page)).to_be_focused()


def compose(page: Page, cdp: CDPSession, stages: list[str], result: str) -> None:
    """Type one word as a Japanese input method does; Enter takes the conversion."""
    for stage in stages:
        cdp.send(
            "Input.imeSetComposition",
            {"text": stage, "selectionStart": len(stage), "selectionEnd": len(stage)},
        )
        page.wait_for_timeout(150)
    for kind in ("rawKeyDown", "keyUp"):
        cdp.send(
            "Input.dispatchKeyEvent",
            {"type": kind, "key": "Enter", "windowsVirtualKeyCode": 229},
        )
    cdp.send("Input.insertText", {"text": result})


def test_composing_japanese_never_submits_and_arrives_whole(desk, open_tab):
    page = open_tab(desk.server, "intake")
    tap(page, "今日中")
    cdp = page.context.new_cdp_session(page)

    for field in (box(page, "お客様名"), content(page)):
        field.click()
        compose(page, cdp, ["す", "すず", "すずき", "鈴木"], "鈴木")
        expect(field).to_have_value("鈴木")

    desk.until_kept(page, "'content': '鈴木'")
    expect(page.get_by_text("受け付けました")).to_have_count(0)
    assert desk.recorded() == []


def test_a_pause_in_the_middle_of_a_word_does_not_break_the_composition(desk, open_tab):
    page = open_tab(desk.server, "intake")
    cdp = page.context.new_cdp_session(page)
    content(page).click()

    cdp.send(
        "Input.imeSetComposition",
        {"text": "かいやく", "selectionStart": 4, "selectionEnd": 4},
    )
    page.wait_for_timeout(2_500)
    assert desk.kept() == []
    compose(page, cdp, ["解約"], "解約")

    expect(content(page)).to_have_value("解約")
    desk.until_kept(page, "解約")


# Saving ------------------------------------------------------------------------


def test_ctrl_s_saves_the_letters_typed_just_before_it(desk, open_tab):
    page = open_tab(desk.server, "intake")
    tap(page, "今日中")
    content(page).press_sequentially("はじめの文。", delay=20)
    page.wait_for_timeout(2_500)
    content(page).press_sequentially("最後の一文字まで", delay=10)

    page.keyboard.press("Control+s")

    expect_receipt(page)
    (case,) = desk.recorded()
    assert case.content == "はじめの文。最後の一文字まで"
    assert desk.kept() == []


def test_a_double_click_saves_once(desk, open_tab):
    page = open_tab(desk.server, "intake")
    tap(page, "30分後")
    content(page).fill("届かない")

    page.get_by_role("button", name="登録する").dblclick(delay=20)

    expect_receipt(page)
    settled(page)
    assert len(desk.recorded()) == 1
    expect(page.get_by_text("まだ登録していません")).to_have_count(0)


def test_four_taps_and_the_text_close_a_case(desk, open_tab):
    page = open_tab(desk.server, "intake")
    content(page).fill("使い方を聞きたい")

    tap(page, "その場で解決")
    tap(page, "説明")
    page.get_by_text("復唱して確かめました").click()
    save(page)

    expect_receipt(page)
    (case,) = desk.recorded()
    assert case.status is ComplaintStatus.CLOSED
    page.get_by_role("button", name="この案件を開く").click()
    expect(page).to_have_url(re.compile(rf"/ledger\?case={case.id}$"))
    page.get_by_role("link", name="苦情受付").click()
    expect(content(page)).to_have_value("")


def test_every_text_and_an_unknown_product_arrive_letter_for_letter(desk, open_tab):
    text = (
        "=1+1\n<script>alert(1)</script>\n😀𠮷\n000123\n\u202eabc\u202c" + "長" * 9_950
    )
    page = open_tab(desk.server, "intake")
    content(page).fill(text)
    box(page, "お客様名").fill("@SUM(A1)")
    product = page.get_by_role("combobox", name="商品")
    product.fill("化粧水の大きいほう")
    product.press("Enter")
    tap(page, "今日中")
    save(page)

    expect_receipt(page)
    (case,) = desk.recorded()
    assert case.content == text
    assert (case.customer_name, case.product_code) == (
        "@SUM(A1)",
        "化粧水の大きいほう",
    )


# Nothing is lost ---------------------------------------------------------------


def test_language_and_page_change_keep_text_and_taps(desk, open_tab):
    page = open_tab(desk.server, "intake")
    content(page).fill("届かない")
    for name in ("欠品", "明日10時", "3怒り", "外部相談の予告", "弁護士"):
        tap(page, name)
    choose(page, page.get_by_role("combobox", name="要望"), "返金")

    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("radio", name="Tomorrow 10:00")).to_be_checked()
    page.get_by_role("radio", name="Late").or_(
        page.get_by_role("radio", name="Item missing")
    ).first.wait_for()
    page.get_by_role("link", name="Complaints").click()
    expect(page.get_by_role("heading", name="Take a call")).to_have_count(0)
    page.get_by_text("日本語", exact=True).click()
    page.get_by_role("link", name="苦情受付").click()

    expect(content(page)).to_have_value("届かない")
    save(page)
    expect_receipt(page)
    (case,) = desk.recorded()
    assert (case.claim_type, case.request) == ("欠品", Request.REFUND)
    assert (case.temper, case.outside_threat.value) == (Temper.ANGRY, "弁護士")


def test_two_windows_do_not_disturb_each_other(desk, open_tab):
    one = open_tab(desk.server, "intake")
    content(one).fill("一つ目の電話")
    desk.until_kept(one, "一つ目")
    two = open_tab(desk.server, "intake")
    expect(two.get_by_role("button", name="続きを書く")).to_have_count(0)

    content(two).fill("二つ目の電話")
    desk.until_kept(two, "二つ目")

    assert {values["content"] for values in desk.kept()} == {
        "一つ目の電話",
        "二つ目の電話",
    }
    one.context.close()
    two.reload()
    settled(two)
    expect(two.get_by_role("button", name="続きを書く")).to_have_count(2)


def test_a_lost_connection_loses_no_letter(desk, open_tab):
    page = open_tab(desk.server, "intake")
    content(page).fill("切れる前に打った文")
    tap(page, "今日中")
    cut = "() => window.sockets.forEach(socket => socket.close())"
    page.add_init_script(
        "window.sockets = []; const Plain = WebSocket;"
        "window.WebSocket = class extends Plain {"
        "  constructor(...a) { super(...a); window.sockets.push(this); } };"
    )
    page.reload()
    settled(page)
    page.get_by_role("button", name="続きを書く").click()
    expect(content(page)).to_have_value("切れる前に打った文")
    content(page).press_sequentially("、そのすぐ後", delay=10)

    page.evaluate(cut)
    page.wait_for_timeout(1_000)
    settled(page)

    expect(content(page)).to_have_value("切れる前に打った文、そのすぐ後")
    save(page)
    expect_receipt(page)
    assert desk.recorded()[0].content == "切れる前に打った文、そのすぐ後"


# The phone ---------------------------------------------------------------------


def test_on_a_phone_saving_is_always_in_reach_and_nothing_scrolls_sideways(
    desk, open_tab: OpenTab
):
    page = open_tab(desk.server, "intake", phone=True)
    button = page.get_by_role("button", name="登録する")

    expect(button).to_be_in_viewport()
    for name in ("肌トラブル・けが", "二次クレーム", "その他(日時)"):
        tap(page, name)
    expect(button).to_be_in_viewport()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
