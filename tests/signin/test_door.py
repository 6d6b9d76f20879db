"""With sign-in, nobody reaches Streamlit who has not come in: real HTTP, real sockets."""

import time
from pathlib import Path

import pytest
import streamlit
from websockets.exceptions import ConnectionClosed, InvalidStatus

from lib import clock
from lib.actions import masters
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Flag
from lib.signin.sessions import IDLE
from lib.ui import navigation
from lib.ui.signing_in.door import LOOKED_UP_EVERY
from tests.signin.browsing import rerun, said
from tests.signin.people import (
    ADMIN,
    AGENT,
    AWAY,
    CHANGING,
    CLERK,
    FORGETFUL,
    GOING_HOME,
    GOOD,
    LEAVING,
)

WITHIN = 30.0
"""Seconds; half of the minute that is allowed."""


@pytest.fixture
def company(served):
    return served.company


def test_signed_out_every_address_leads_to_the_sign_in_and_tells_nothing(visitor):
    for page in ("", *(page.code for page in navigation.PAGES)):
        found = visitor.page(f"/{page}")
        assert found.status_code == 303
        assert found.headers["location"].startswith("/signin")
    for path in (
        "/media/x",
        "/_stcore/host-config",
        "/static/x.js",
    ):
        found = visitor.client.get(path)
        assert (found.status_code, found.text) == (401, "Sign in first")
    assert visitor.client.get("/_stcore/metrics").status_code == 404
    with pytest.raises(InvalidStatus) as refused:
        visitor.socket()
    assert refused.value.response.status_code == 403


def test_streamlits_own_sign_in_is_closed(visitor):
    assert visitor.page("/auth/login").status_code == 404
    assert visitor.page("/auth/logout").status_code == 404


def test_the_right_password_opens_the_page_that_was_asked_for(visitor):
    way = visitor.page("/ledger?case=C-1").headers["location"]
    came = visitor.sign_in(ADMIN, GOOD, path=way)

    assert came.headers["location"] == "/ledger?case=C-1"
    assert visitor.page("/ledger").status_code == 200
    with visitor.socket() as socket:
        socket.send(rerun("ledger"))
        found = said(socket).text
    assert "苦情台帳" in found
    assert "佐藤 花子" in found


def test_the_cookie_is_for_the_server_only(visitor):
    kept = visitor.sign_in(ADMIN, GOOD).headers.get_list("set-cookie")

    token = next(cookie for cookie in kept if cookie.startswith("mimamori="))
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(token.split("; "))
    assert "Max-Age" not in token


@pytest.mark.parametrize(
    ("email", "password"), [(ADMIN, "wrong"), ("nobody@example.jp", GOOD), ("", "")]
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    visitor, email, password
):
    found = visitor.sign_in(email, password)

    assert found.status_code == 403
    assert "メールかパスワードが違うか、まだ登録されていません。" in found.text
    assert "mimamori" not in visitor.client.cookies


def test_after_ten_wrong_passwords_the_right_one_has_to_wait(visitor):
    found = [visitor.sign_in(FORGETFUL, "wrong").status_code for _i in range(10)]

    assert found == [403] * 10
    assert visitor.sign_in(FORGETFUL, GOOD).status_code == 429
    assert visitor.sign_in(CLERK, GOOD).status_code == 303


def test_a_form_of_another_site_is_not_taken(visitor):
    typed = {"email": ADMIN, "password": GOOD}

    elsewhere = visitor.send("/signin", typed, origin="https://evil.example")
    without_secret = visitor.client.post(
        "/signin", data=typed, headers={"Origin": visitor.url}
    )
    assert (elsewhere.status_code, without_secret.status_code) == (403, 403)
    assert visitor.send("/signin", typed).status_code == 303


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "x"]
)
def test_signing_in_never_leads_to_another_site(visitor, elsewhere):
    found = visitor.send(
        "/signin", {"email": ADMIN, "password": GOOD, "next": elsewhere}
    )

    assert found.headers["location"] == "/"


def test_the_pages_before_run_no_script_and_stand_in_no_frame(visitor):
    found = visitor.page("/signin")

    policy = found.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script" not in found.text
    assert found.headers["cache-control"] == "no-store"


def test_a_socket_of_another_site_is_refused_with_a_good_cookie(signed_in):
    browser = signed_in()

    for origin in ("https://evil.example", None, "http://localhost:1"):
        with pytest.raises(InvalidStatus):
            browser.socket(origin=origin)
    with browser.socket() as socket:
        socket.send(rerun())
        assert said(socket).tab


def test_a_header_that_claims_to_be_somebody_is_dropped(company, visitor, signed_in):
    boss = signed_in(ADMIN)
    token = boss.client.cookies["mimamori"]
    session = company.desk.sessions.of_token(token, clock.now()).id
    agent = signed_in(AGENT)

    with agent.socket(**{"X-Mimamori-Session": session}) as socket:
        socket.send(rerun("ledger"))
        found = said(socket).text
    assert "佐藤 花子" not in found
    with pytest.raises(InvalidStatus):
        visitor.socket(**{"X-Mimamori-Session": session})


def test_a_tab_of_somebody_else_cannot_be_taken_over(signed_in):
    boss, agent = signed_in(ADMIN), signed_in(AGENT)
    with boss.socket() as socket:
        socket.send(rerun("members"))
        before = said(socket)
        with agent.socket(tab=before.tab) as other:
            other.send(rerun("members"))
            after = said(other)

    assert "鈴木 次郎" in before.text
    assert after.tab not in ("", before.tab)
    assert "鈴木 次郎" not in after.text


def test_the_fonts_of_the_screen_come_through_to_who_is_in(visitor, signed_in):
    fonts = Path(streamlit.__file__).parent / "static" / "static" / "media"
    place = f"/static/media/{next(fonts.glob('MaterialSymbols*')).name}"

    assert signed_in().client.get(place).status_code == 200
    assert visitor.client.get(place).status_code == 401


def test_ones_own_tab_is_found_again(signed_in):
    boss = signed_in(ADMIN)
    with boss.socket() as socket:
        socket.send(rerun("members"))
        before = said(socket).tab
    with boss.socket(tab=before) as socket:
        socket.send(rerun("members"))
        assert said(socket).tab == before


def test_a_member_out_of_use_is_out_within_a_minute(company, signed_in):
    clerk = signed_in(LEAVING)
    with clerk.socket() as socket:
        socket.send(rerun("ledger"))
        assert "苦情台帳" in said(socket).text
        view = company.live.for_user(SYSTEM)
        masters.switch(
            view,
            company.members[LEAVING],
            Flag.NO,
            entry=new_commit_id(),
            now=clock.now(),
        )
        assert _is_dead_soon(socket)
    assert clerk.page("/ledger").status_code == 303
    with pytest.raises(InvalidStatus):
        clerk.socket()


def test_signing_out_ends_every_tab(company, signed_in):
    clerk = signed_in(GOING_HOME)
    with clerk.socket() as socket:
        socket.send(rerun("ledger"))
        said(socket)
        token = clerk.client.cookies["mimamori"]
        sessions = company.desk.sessions
        sessions.end(sessions.of_token(token, clock.now()).id)
        assert _is_dead_soon(socket)
    assert clerk.page("/ledger").status_code == 303


def test_when_time_runs_out_nothing_is_answered_until_one_is_in_again(
    company, signed_in
):
    """The tab stays as it is, and goes on once the same person is in again."""
    clerk = signed_in(AWAY)
    with clerk.socket() as socket:
        socket.send(rerun("intake"))
        tab = said(socket).tab
        _let_time_run_out(company, clerk)
        time.sleep(LOOKED_UP_EVERY + 0.5)
        socket.send(rerun("intake"))
        assert said(socket, longest=4).text == ""
        assert clerk.client.get("/signin/state").json()["standing"] == "timed out"
        assert clerk.page("/intake").status_code == 303

        assert clerk.sign_in(AWAY, GOOD).status_code == 303
        socket.send(rerun("intake"))
        after = said(socket)
    assert after.tab == tab
    assert "苦情受付" in after.text
    assert clerk.client.get("/signin/state").json()["standing"] == "live"


def test_a_page_that_asks_by_itself_is_no_activity(company, signed_in):
    clerk = signed_in(AWAY)
    seen = []
    with clerk.socket() as socket:
        socket.send(rerun("intake"))
        said(socket)
        for is_auto in (True, False):
            _set_back(company, clerk, minutes=10)
            time.sleep(LOOKED_UP_EVERY + 0.5)
            socket.send(rerun("intake", is_auto=is_auto))
            said(socket)
            seen.append(_session(company, clerk).seen_at)
    by_itself, by_hand = seen
    assert (by_hand - by_itself).total_seconds() > 9 * 60


def test_an_invitation_is_looked_at_used_once_and_leads_to_the_own_first_page(
    company, visitor, served
):
    token = company.desk.invitations.issue(AGENT, clock.now())
    path = f"/invitation/{token}"

    assert "小田 健介さん、見守りへようこそ" in visitor.page(path).text
    weak = visitor.send(path, {"password": "password12", "again": "password12"})
    unequal = visitor.send(path, {"password": GOOD, "again": "another"})
    assert (weak.status_code, unequal.status_code) == (403, 403)
    came = visitor.send(path, {"password": GOOD, "again": GOOD})
    assert (came.status_code, came.headers["location"]) == (303, "/")
    assert visitor.page(path).status_code == 403
    with visitor.socket() as socket:
        socket.send(rerun("kpi_entry"))
        assert "日次KPI入力" in said(socket).text


def test_ones_own_page_changes_the_password(visitor):
    visitor.sign_in(CHANGING, GOOD)
    other = "yuuyake-jitensha-88"
    page = visitor.page("/signin/account")
    assert "data:image/svg+xml" in page.text

    typed = {"what": "password", "password": GOOD, "new": other}
    assert visitor.send("/signin/account", typed).status_code == 303
    visitor.client.cookies.clear()
    assert visitor.sign_in(CHANGING, other).status_code == 303


def _is_dead_soon(socket):
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        try:
            socket.send(rerun("ledger", is_auto=True))
            socket.recv(timeout=1)
        except ConnectionClosed:
            return True
        except TimeoutError:
            continue
    return False


def _session(company, browser):
    token = browser.client.cookies["mimamori"]
    return company.desk.sessions.of_token(token, clock.now())


def _let_time_run_out(company, browser):
    _set_back(company, browser, minutes=IDLE.total_seconds() / 60 + 1)


def _set_back(company, browser, *, minutes):
    """Let the last activity have been so long ago."""
    session = _session(company, browser)
    with company.desk.sessions._book.open() as book:
        book.execute(
            "UPDATE sessions SET seen_at = ? WHERE id = ?",
            (int(clock.now().timestamp() - minutes * 60), session.id),
        )
