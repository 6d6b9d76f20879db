"""Which files were offered in which sign-in: an address alone fetches nothing.

Streamlit serves a file to whoever knows its address, and makes one for whoever knows
the number of its button. Both reach a browser through its socket only, so the door
notes there what it sees go by, and answers for nothing else.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any, Final

from google.protobuf.message import DecodeError
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

MEDIA: Final = "/media/"
_MEDIA: Final = MEDIA.encode()
_BUTTON: Final = re.compile(rb"b [0-9a-f]{32}")
"""How the number of a file yet to be made is written: its field, length 32, itself."""

_KEPT_FILES: Final = 1_000
_KEPT_SIGN_INS: Final = 1_000


def name_of(path: str) -> str:
    """Return by which name Streamlit keeps a file that it serves at `path`."""
    return PurePosixPath(path).stem


def named_in(said: bytes) -> set[str]:
    """Return the files that a message to a browser offers: those made, those to make.

    What people wrote is no offer, whatever it looks like. Most messages are only
    searched, not read.
    """
    if _MEDIA not in said and not _BUTTON.search(said):
        return set()
    try:
        message = ForwardMsg.FromString(said)
    except DecodeError:
        return set()
    kind = message.WhichOneof("type")
    if kind == "delta":
        return _offered(_elements(message))
    if kind == "backend_operation_response":
        return _names([message.backend_operation_response.deferred_file.url])
    return set()


def _elements(message: ForwardMsg) -> list[Element]:
    if message.delta.WhichOneof("type") == "new_transient":
        return list(message.delta.new_transient.elements)
    return [message.delta.new_element]


def _offered(elements: Iterable[Element]) -> set[str]:
    found: set[str] = set()
    for element in elements:
        kind = element.WhichOneof("type")
        if kind == "imgs":
            found |= _names(image.url for image in element.imgs.imgs)
        elif kind == "download_button":
            button = element.download_button
            found |= _names([button.url]) | {button.deferred_file_id}
    return found - {""}


def _names(urls: Iterable[str]) -> set[str]:
    return {name_of(url) for url in urls if url.startswith(MEDIA)}


class OwnFiles:
    """The files of each sign-in; the oldest are forgotten, and asked for anew."""

    def __init__(self) -> None:
        """Know of none."""
        self._names: OrderedDict[str, OrderedDict[str, None]] = OrderedDict()

    def note(self, sign_in: str, names: Iterable[str]) -> None:
        """Remember that these were offered there."""
        own = self._names.setdefault(sign_in, OrderedDict())
        self._names.move_to_end(sign_in)
        for name in names:
            own[name] = None
            own.move_to_end(name)
        _shorten(own, _KEPT_FILES)
        _shorten(self._names, _KEPT_SIGN_INS)

    def go_on(self, before: str, after: str) -> None:
        """Let a sign-in have what the one had whose place it took."""
        self.note(after, self._names.pop(before, ()))

    def has(self, sign_in: str, name: str) -> bool:
        """Whether that file was offered there."""
        return name in self._names.get(sign_in, ())


def _shorten(kept: OrderedDict[str, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
