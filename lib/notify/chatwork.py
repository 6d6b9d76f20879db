"""Chatwork for Apprise, which has no plug-in of its own for it.

    chatwork://TOKEN@ROOM             one room
    chatwork://TOKEN@ROOM/ROOM2       several

TOKEN is the API token of a person (or better, of a bot's account) who is in the rooms;
ROOM is the number behind `#!rid` in the address of a room.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

import requests
from apprise import NotifyFormat, NotifyType
from apprise.exception import AppriseException
from apprise.manager_plugins import NotificationManager
from apprise.plugins.base import NotifyBase

API: Final = "https://api.chatwork.com/v2"

_ROOM = re.compile(r"[1-9]\d*")
_TAG = re.compile(r"\[(?=/?[A-Za-z])")
_ZERO_WIDTH_SPACE: Final = "\u200b"


class NotifyChatwork(NotifyBase):
    """One or several rooms of Chatwork."""

    service_name = "Chatwork"
    service_url = "https://go.chatwork.com/"
    setup_url = "https://developer.chatwork.com/docs/endpoints"
    secure_protocol = "chatwork"
    notify_format = NotifyFormat.TEXT
    title_maxlen = 250
    body_maxlen = 50_000
    # 300 calls in 5 minutes a token.
    request_rate_per_sec = 1.0

    templates = ("{schema}://{token}@{targets}",)
    template_tokens: ClassVar[dict[str, Any]] = {
        **NotifyBase.template_tokens,
        "token": {
            "name": "API token",
            "type": "string",
            "private": True,
            "required": True,
        },
        "target_room": {
            "name": "Room",
            "type": "string",
            "regex": (r"^[1-9]\d*$", ""),
            "map_to": "targets",
        },
        "targets": {"name": "Rooms", "type": "list:string", "required": True},
    }

    api = API

    def __init__(self, token: str, targets: list[str], **kwargs: Any) -> None:
        """Send to the rooms `targets` as whoever owns `token`."""
        super().__init__(**kwargs)
        self.token = (token or "").strip()
        self.rooms = [room for room in targets if _ROOM.fullmatch(room)]
        if not self.token or not self.rooms or len(self.rooms) < len(targets):
            raise AppriseException("a Chatwork address needs a token and room numbers")

    def send(
        self,
        body: str,
        title: str = "",
        notify_type: NotifyType = NotifyType.INFO,  # noqa: ARG002 - Apprise's signature
        **_kwargs: Any,
    ) -> bool:
        """Post to every room; whether all of them took it."""
        text = f"[info][title]{plain(title)}[/title]{plain(body)}[/info]"
        message = text if title else plain(body)
        taken = [self._post(room, message) for room in self.rooms]
        return all(taken)

    def _post(self, room: str, message: str) -> bool:
        self.throttle()
        try:
            answer = requests.post(
                f"{self.api}/rooms/{room}/messages",
                headers={"X-ChatWorkToken": self.token},
                data={"body": message, "self_unread": "1"},
                timeout=self.request_timeout,
                verify=self.verify_certificate,
                allow_redirects=self.redirects,
            )
        except requests.RequestException as error:
            self.logger.warning("Chatwork was not reached: %s", type(error).__name__)
            return False
        if answer.ok:
            return True
        self.logger.warning(
            "Failed to send Chatwork notification: error=%d.", answer.status_code
        )
        return False

    def url(self, privacy: bool = False, *_args: Any, **_kwargs: Any) -> str:  # noqa: FBT001, FBT002 - Apprise's signature
        """Return the address that makes this again; without the token for logs."""
        token = self.pprint(self.token, privacy, safe="")
        return f"{self.secure_protocol}://{token}@{'/'.join(self.rooms)}"

    def __len__(self) -> int:
        return len(self.rooms)

    @staticmethod
    def parse_url(url: str) -> dict[str, Any] | None:
        """Return what `__init__` takes; None for what is no address at all."""
        found = NotifyBase.parse_url(url, verify_host=False)
        if not found:
            return None
        found["token"] = NotifyBase.unquote(found.get("user") or "")
        rooms = [found.get("host") or "", *NotifyBase.split_path(found["fullpath"])]
        found["targets"] = [NotifyBase.unquote(room) for room in rooms if room]
        return dict(found)


def plain(text: str) -> str:
    """Return text in which Chatwork finds none of its tags, so no [toall] either."""
    return _TAG.sub(f"[{_ZERO_WIDTH_SPACE}", text)


def register() -> None:
    """Let Apprise know `chatwork://`; nothing happens the second time."""
    known = NotificationManager()
    if NotifyChatwork.secure_protocol not in known:
        known.add(NotifyChatwork)
