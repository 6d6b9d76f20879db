"""Messages over real HTTP, to a server on this computer."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from lib.errors import NotSent
from lib.notify.sending import Channel, Message, send, service
from tests.notify.receiver import Receiver, receiver

HELLO = Message(
    "見守り: 最重要 1件", "・最重要の苦情 K-261118-7F3QX\n  https://x.jp/ledger"
)


@pytest.fixture
def web() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def test_a_message_arrives_as_it_was_written(web: Receiver) -> None:
    send(Channel("w", web.address), HELLO)

    (taken,) = web.taken
    assert (taken["title"], taken["message"]) == (HELLO.title, HELLO.body)


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_refusal_is_told_by_its_number_alone(web: Receiver, status: int) -> None:
    web.status = status

    with pytest.raises(NotSent) as failed:
        send(Channel("w", web.address + "/secret-token"), HELLO)

    assert failed.value.reason == f"HTTP {status}"
    assert not failed.value.permanent
    assert "secret-token" not in str(failed.value)


def test_nobody_there_is_told_too() -> None:
    with receiver() as gone:
        address = gone.address

    with pytest.raises(NotSent) as failed:
        send(Channel("w", address), HELLO)

    assert failed.value.reason == "no answer"


def test_a_redirection_is_not_followed(web: Receiver) -> None:
    with receiver() as elsewhere:
        web.status, web.location = 307, f"http://127.0.0.1:{elsewhere.port}/"

        with pytest.raises(NotSent):
            send(Channel("w", web.address), HELLO)

        assert elsewhere.calls == []


def test_no_log_holds_an_address(
    web: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    web.status = 404

    with pytest.raises(NotSent):
        send(Channel("w", f"{web.address}/TOPSECRET"), HELLO)

    assert "TOPSECRET" not in caplog.text
    assert "TOPSECRET" not in repr(Channel("w", f"{web.address}/TOPSECRET"))


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", "Slack"),
        (
            "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
            "Slack",
        ),
        ("line://TOKEN/U123", "LINE"),
        (
            "https://chat.googleapis.com/v1/spaces/A/messages?key=K&token=T",
            "Google Chat",
        ),
        ("workflows://host:443/workflow/signature", "Microsoft Teams"),
        ("chatwork://token@123", "Chatwork"),
        ("mailtos://user:pass@example.com?to=x@example.jp", "メール"),
        ("jsons://example.com/hook", "Webhook"),
        ("json://127.0.0.1:9/hook", "Webhook"),
        ("json://example.com/hook", ""),  # unencrypted, and away from this computer
        ("syslog://", ""),
        ("dbus://", ""),
        ("discord://webhook_id/webhook_token", ""),
        ("what is this", ""),
        ("", ""),
    ],
)
def test_which_addresses_are_taken(address: str, kind: str) -> None:
    assert service(Channel("x", address)) == kind
    if not kind:
        with pytest.raises(NotSent, match="address"):
            send(Channel("x", address), HELLO)
