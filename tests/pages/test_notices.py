"""通知: what the page says about channels, and that it can be tried and changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lib import clock
from lib.actions.notices import plan
from lib.schema.masters import Member
from lib.schema.notice import Notice
from lib.schema.principal import SYSTEM
from lib.schema.vocab import NoticeKind, NoticeState, Role
from lib.settings import install
from lib.ui import context
from lib.ui.notifying import Notifier
from tests.notify.receiver import Receiver, receiver


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[Receiver]:
    """Run a webhook that is configured as the channel "shop"."""
    monkeypatch.setattr(install, "SECRETS", tmp_path / "none.toml")
    install._secrets.cache_clear()
    with receiver() as found:
        monkeypatch.setenv("MIMAMORI_NOTIFY_SHOP", found.address)
        yield found
    install._secrets.cache_clear()


def texts(page) -> str:
    parts = [page.markdown, page.caption, page.info, page.warning, page.text]
    return "\n".join(str(one.value) for group in parts for one in group)


def button(page, label: str):
    return next(b for b in page.button if b.label == label)


def test_without_a_channel_the_page_says_how_to_set_one_up(
    first_member, open_page, monkeypatch, tmp_path
) -> None:
    monkeypatch.setattr(install, "SECRETS", tmp_path / "none.toml")
    install._secrets.cache_clear()

    page = open_page("notices")

    assert not page.exception
    assert "secrets" in texts(page)
    assert "[notify]" in page.code[0].value


def test_a_trial_arrives_and_is_said(web, first_member, open_page) -> None:
    page = open_page("notices")

    button(page, "試しに送る").click().run()

    assert [body["title"] for body in web.taken] == ["見守り: 試しの通知"]
    assert any("試しの通知を送りました" in toast.value for toast in page.toast)


def test_a_trial_that_fails_says_why(web, first_member, open_page) -> None:
    web.status = 404
    page = open_page("notices")

    button(page, "試しに送る").click().run()

    assert "HTTP 404" in page.warning[0].value


def test_what_waits_is_shown_with_its_reason(web, first_member, open_page, put) -> None:
    now = clock.now()
    put(
        plan.begin(now - timedelta(days=30)),
        Notice(
            step="K-261121-7F3QX:critical",
            channel="shop",
            kind=NoticeKind.CRITICAL,
            case_id="K-261121-7F3QX",
            due_at=now,
            tries=3,
            problem="HTTP 404",
            next_at=now + timedelta(minutes=8),
        ),
    )

    page = open_page("notices")

    said = texts(page)
    assert "届いていない通知先があります(1)" in said.replace("\\", "")
    assert "HTTP 404" in said
    assert "3回失敗" in said
    assert "K-261121-7F3QX" in str(page.dataframe[-1].value)


def test_the_first_week_is_said(web, first_member, open_page, put) -> None:
    put(plan.begin(clock.now() - timedelta(days=2)))

    page = open_page("notices")

    assert "はじめの7日間" in texts(page)
    assert "11/26" in texts(page).replace("\\", "")


def test_a_channel_that_is_none_is_pointed_out(
    web, first_member, open_page, put
) -> None:
    put(Member(email="x@example.jp", name="鈴木", role=Role.CLERK, channel="しょっぷ"))

    page = open_page("notices")

    assert "どの通知先の名前とも違います" in texts(page)


def test_the_preview_counts_and_names_nobody(web, first_member, open_page) -> None:
    page = open_page("notices")
    page.session_state["notices:preview:open"] = True
    page.run()

    shown = next(t.value for t in page.text if "朝のまとめ" in t.value)
    assert "① 電話" in shown
    assert first_member.name not in shown


def test_settings_are_changed_here(web, first_member, open_page) -> None:
    page = open_page("notices")
    page.session_state["settings:open:digest_time"] = True
    page.run()

    page.text_input(key="settings:digest_time").input("8:30")
    button_of = next(b for b in page.button if b.key == "settings:digest_time:save")
    button_of.click().run()

    assert not page.exception
    settings = context.live().for_user(SYSTEM).frame("settings")
    assert settings["value"].tolist() == ["8:30"]


def test_a_clerk_has_no_such_page(web, first_member, open_page, put) -> None:
    put(Member(email="x@example.jp", name="鈴木", role=Role.CLERK))

    page = open_page("notices", operator="x@example.jp")

    assert not page.button or all(b.label != "試しに送る" for b in page.button)


def test_the_page_speaks_english(web, first_member, open_page) -> None:
    page = open_page("notices", language="en")

    assert page.title[0].value == "Notices"
    assert button(page, "Send a trial")


def test_the_running_app_sends_by_itself(web, first_member, put, monkeypatch) -> None:
    monkeypatch.setenv(clock.FIXED_BY, "2026-11-18T09:01:00+09:00")
    put(plan.begin(clock.now() - timedelta(days=30)))

    notifier = Notifier()
    notifier.round()
    notifier.round()

    assert [body["title"] for body in web.taken] == ["見守り: 朝のまとめ 11/18"]
    notices = context.live().for_user(SYSTEM).frame("notices")
    assert set(notices["state"]) == {NoticeState.SENT.value}
