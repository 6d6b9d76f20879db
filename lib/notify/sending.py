"""One message to one channel, through Apprise.

Apprise can do far more than a message should: run programs, write to the system's log,
follow redirects. So the kinds of address are a closed list, plain http stays on this
computer, and nothing is followed. An address is a secret: no error and no log has it.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from lib.errors import NotSent
from lib.i18n import N_
from lib.text import storable

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

SERVICES: Final[Mapping[str, str]] = {
    "slack": "Slack",
    "line": "LINE",
    "gchat": "Google Chat",
    "workflows": "Microsoft Teams",
    "chatwork": "Chatwork",
    "mailtos": N_("メール"),
    "jsons": "Webhook",
    "forms": "Webhook",
}
"""Apprise's name of each kind of address we send to, and its name for people."""

_PLAIN: Final = ("json", "form")
"""Unencrypted, and therefore for this computer only."""

_THIS_COMPUTER: Final = ("localhost", "127.0.0.1", "::1")
_STATUS = re.compile(r"error\s*=\s*(\d{3})\b")

_ZERO_WIDTH_SPACE: Final = "\u200b"
_CALLS_OUT = re.compile(
    r"<(?=[!@#/a-z])|\[(?=/?[a-z])|@(?=(?:everyone|here|channel|all)\b)", re.IGNORECASE
)
"""What chat services take for a mention, a link or a tag of theirs."""

WRONG_ADDRESS: Final = "address"
NO_ANSWER: Final = "no answer"


@dataclass(frozen=True, slots=True)
class Channel:
    """Where to: a name for people, and the address, which no text may show."""

    name: str
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """What to say, in plain text."""

    title: str
    body: str


def send(channel: Channel, message: Message) -> None:
    """Hand the message over; it returns once the other side has taken it.

    Its title goes on one line (it becomes a head of a mail), and nothing in it calls
    anybody (see `quiet`).

    Raises:
        NotSent: the address is wrong, or the other side did not take it.
    """
    place = _place(channel)
    with _Listening() as heard:
        try:
            taken = place.notify(
                title=quiet(" ".join(message.title.split())),
                body=quiet(message.body),
                body_format="text",
            )
        except Exception as error:  # noqa: BLE001 - whatever a plug-in may raise
            # A plug-in's error may quote the address, so neither text nor cause goes on.
            raise NotSent(type(error).__name__) from None
    if not taken:
        raise NotSent(heard.reason)


def quiet(text: str) -> str:
    """Return a text in which no chat finds a mention of all, a link or a tag.

    `<!channel>` and `@here` (Slack), `<users/all>` (Google Chat), `<at>` (Teams),
    `[toall]` and `[To:1]` (Chatwork). Our messages hold none; should a typed word ever
    come into one, it calls nobody. Controls go, as in everything that is stored.
    """
    return _CALLS_OUT.sub(rf"\g<0>{_ZERO_WIDTH_SPACE}", storable(text))


def service(channel: Channel) -> str:
    """Return the kind of a channel for people, a catalogue key; "" for a wrong address."""
    try:
        place = _place(channel)
    except NotSent:
        return ""
    return _services()[type(place)]


def _place(channel: Channel) -> NotifyBase:
    from apprise import Apprise, AppriseAsset

    allowed = _services()
    asset = AppriseAsset(
        app_id="Mimamori", app_desc="Mimamori", http_redirects=False, async_mode=False
    )
    with _Listening():
        place = Apprise.instantiate(channel.address, asset=asset)
    if place is None or type(place) not in allowed or not _is_private(place):
        raise NotSent(WRONG_ADDRESS)
    return place


def _is_private(place: NotifyBase) -> bool:
    """Whether it is encrypted on its way, or never leaves this computer."""
    scheme = urlsplit(place.url()).scheme
    return scheme not in _PLAIN or place.host in _THIS_COMPUTER


@cache
def _services() -> Mapping[type[Any], str]:
    """Return the plug-ins we send through; loading Apprise takes most of a second."""
    from apprise.manager_plugins import NotificationManager

    from lib.notify.chatwork import register

    logging.getLogger("apprise").propagate = False
    register()
    known = NotificationManager()
    return {known[schema]: name for schema, name in SERVICES.items()}


class _Listening(logging.Handler):
    """Hears what Apprise says about a failure, and keeps the status number alone."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.reason = NO_ANSWER
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Note the status that the other side answered with."""
        found = _STATUS.search(record.getMessage())
        if found and record.thread == self._thread:
            self.reason = f"HTTP {found[1]}"

    def __enter__(self) -> Self:
        logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_exception: object) -> None:
        logging.getLogger("apprise").removeHandler(self)
