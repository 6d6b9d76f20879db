"""The plug-in for Chatwork, against a server that answers as theirs does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from apprise import Apprise

from lib.errors import NotSent
from lib.notify import chatwork
from lib.notify.sending import Channel, Message, send, service
from tests.notify.receiver import Receiver, receiver


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiver() as found:
        address = f"http://127.0.0.1:{found.port}/v2"
        monkeypatch.setattr(chatwork.NotifyChatwork, "api", address)
        monkeypatch.setattr(chatwork.NotifyChatwork, "request_rate_per_sec", 0)
        yield found


def test_a_message_is_posted_to_the_room_under_the_token(api: Receiver) -> None:
    send(
        Channel("c", "chatwork://to%40ken@123"), Message("見守り: 最重要 1件", "・一件")
    )

    ((path, headers, body),) = api.calls
    assert path == "/v2/rooms/123/messages"
    assert {k.lower(): v for k, v in headers.items()}["x-chatworktoken"] == "to@ken"
    assert body == {
        "body": "[info][title]見守り: 最重要 1件[/title]・一件[/info]",
        "self_unread": "1",
    }


def test_several_rooms_each_get_it(api: Receiver) -> None:
    send(Channel("c", "chatwork://token@123/456"), Message("t", "b"))

    assert [path for path, _h, _b in api.calls] == [
        "/v2/rooms/123/messages",
        "/v2/rooms/456/messages",
    ]


def test_no_tag_of_theirs_works_in_a_message(api: Receiver) -> None:
    send(Channel("c", "chatwork://token@123"), Message("[toall]", "[To:1]さん [/info]"))

    (body,) = api.taken
    for tag in ("[toall]", "[To:1]"):
        assert tag not in body["body"]
    assert body["body"].count("[/info]") == 1


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_refusal_is_told(api: Receiver, status: int) -> None:
    api.status = status

    with pytest.raises(NotSent, match=str(status)):
        send(Channel("c", "chatwork://token@123"), Message("t", "b"))


@pytest.mark.parametrize(
    "address",
    [
        "chatwork://token",
        "chatwork://token@",
        "chatwork://token@room",
        "chatwork://@123",
    ],
)
def test_an_address_without_token_or_rooms_is_refused(address: str) -> None:
    assert service(Channel("c", address)) == ""


def test_an_address_reads_back_and_hides_its_token_in_logs() -> None:
    service(Channel("c", "chatwork://secret-token@123/456"))
    found = Apprise.instantiate("chatwork://secret-token@123/456")

    assert found.url() == "chatwork://secret-token@123/456"
    assert "secret" not in found.url(privacy=True)
    assert len(found) == 2


def test_registering_twice_changes_nothing() -> None:
    chatwork.register()
    chatwork.register()

    assert service(Channel("c", "chatwork://token@123")) == "Chatwork"
