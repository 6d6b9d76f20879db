"""What a browser says to a Streamlit server, without the browser."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

LONGEST_RUN = 60.0


class PageFailedError(RuntimeError):
    """The page drew an error, so its time would say nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a page, from the request to 「script finished」.

    seconds: until the last message was here.
    size: bytes received.
    elements: messages that draw something.
    """

    seconds: float
    size: int
    elements: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page as the navigation offers it to this session."""

    name: str
    script_hash: str


class Session:
    """One browser tab. Its first run is the default page, as for a fresh visitor."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._page = Page("", "")
        self._known: set[str] = set()
        self.pages: dict[str, Page] = {}
        """URL path → page, without the default page, which only leads on to one."""

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str) -> AsyncIterator[Self]:
        """Open a tab on the server at `url`, run its default page, and close it."""
        address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
        async with connect(
            address,
            subprotocols=["streamlit"],  # type: ignore[list-item] # a NewType of str
            origin=url,  # type: ignore[arg-type] # likewise
            compression=None,
            max_size=None,
        ) as socket:
            session = cls(socket)
            await session.rerun()
            yield session

    async def go_to(self, path: str) -> Run:
        """Switch to the page with that URL path, or to where that page leads on.

        Raises:
            KeyError: this session's navigation has no such page.
        """
        self._page = self.pages[path]
        return await self.rerun()

    async def own_pages(self) -> list[str]:
        """Return the paths of the pages that show something of their own.

        One that only leads on to another has no time of its own.
        """
        found = []
        for path, page in list(self.pages.items()):
            await self.go_to(path)
            if self._page == page:
                found.append(path)
        return found

    async def rerun(self) -> Run:
        """Run the page once more, as any press of a button does.

        Raises:
            PageFailedError: it drew an error.
            TimeoutError: it did not finish.
        """
        request = self._request()
        start = time.perf_counter()
        await self._socket.send(request)
        size = elements = 0
        while True:
            raw = await self._receive(start + LONGEST_RUN)
            size += len(raw)
            message = ForwardMsg.FromString(raw)
            self._remember(message)
            kind = message.WhichOneof("type")
            elements += kind in ("delta", "ref_hash")
            if kind == "script_finished" and (
                message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            ):
                return Run(time.perf_counter() - start, size, elements)

    def _request(self) -> bytes:
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page.script_hash
        message.rerun_script.page_name = self._page.name
        message.rerun_script.cached_message_hashes.extend(sorted(self._known))
        context = message.rerun_script.context_info
        context.timezone = "Asia/Tokyo"
        context.timezone_offset = -540
        context.locale = "ja-JP"
        request: bytes = message.SerializeToString()
        return request

    async def _receive(self, deadline: float) -> bytes:
        async with asyncio.timeout(deadline - time.perf_counter()):
            raw: bytes = await self._socket.recv(decode=False)
        return raw

    def _remember(self, message: ForwardMsg) -> None:
        if message.metadata.cacheable:
            self._known.add(message.hash)  # a browser keeps it and says so
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._follow(message.new_session.page_script_hash)
        elif kind == "navigation":
            self.pages = {
                page.url_pathname: Page(page.page_name, page.page_script_hash)
                for page in message.navigation.app_pages
                if not page.is_default
            }
        elif kind == "delta" and (failure := failure_in(message)):
            raise PageFailedError(f"{self._page.name}: {failure}")

    def _follow(self, script_hash: str) -> None:
        """Be on the page that the server runs, as a browser is."""
        for page in self.pages.values():
            if page.script_hash == script_hash:
                self._page = page


def failure_in(message: ForwardMsg) -> str:
    """Return what a drawn element says went wrong; "" for all others."""
    element = message.delta.new_element
    if element.HasField("exception"):
        return element.exception.type or "an exception"
    if element.HasField("alert") and element.alert.format == element.alert.ERROR:
        return element.alert.body
    return ""
