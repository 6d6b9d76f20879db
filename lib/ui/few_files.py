"""How much of the memory what people upload may take.

Streamlit keeps a file until its tab ends, on a page without any field for files too. A
page of ours takes over what it needs as soon as a file has come, so a person's older
files can go: many imports in one tab work, and a thousand files take what five take.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final, cast

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from lib.ui.crowd import UPLOADS, whose

FILES_EACH: Final = 5
"""Files of one person that are kept, in all their tabs."""
BYTES_EACH: Final = 30 * 1024 * 1024
BYTES_TOGETHER: Final = 300 * 1024 * 1024

AT_ONCE_EACH: Final = 2
"""Files of one person that may be on their way at a time."""
AT_ONCE: Final = 10

_Place = tuple[str, str]
"""Where Streamlit keeps a file: tab and number."""


def files_of_the_server() -> MemoryUploadedFileManager:
    """Return where Streamlit's own server keeps what was uploaded."""
    return cast("MemoryUploadedFileManager", runtime.get_instance().uploaded_file_mgr)


class FewFiles:
    """Lets the oldest files go, a person's own first; stands behind the sign-in."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        signs_in: bool,
        files: Callable[[], MemoryUploadedFileManager] = files_of_the_server,
    ) -> None:
        """Stand in front of `app`; signs_in: the door before us says who it is."""
        self._app = app
        self._signs_in = signs_in
        self._files = files
        self._on_the_way: Counter[str] = Counter()
        self._kept: dict[_Place, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request or socket."""
        place = _place(scope)
        if place is None:
            await self._app(scope, receive, send)
            return
        person = whose(scope, signs_in=self._signs_in)
        if self._is_busy(person):
            answer = PlainTextResponse(
                "Too Many Requests",
                status_code=429,
                headers={"retry-after": "10", "connection": "close"},
            )
            await answer(scope, receive, send)
            return
        self._on_the_way[person] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._on_the_way[person] -= 1
            self._on_the_way += Counter()  # drops those of whom nothing is on its way
            self._note(place, person)

    def _is_busy(self, person: str) -> bool:
        together = self._on_the_way.total()
        return together >= AT_ONCE or self._on_the_way[person] >= AT_ONCE_EACH

    def _note(self, place: _Place, person: str) -> None:
        """Take in a file that may have come, and let go of what is too much."""
        self._kept.pop(place, None)
        self._kept[place] = person
        files = self._files()
        sizes = {each: size for each in self._kept for size in _sizes(files, each)}
        self._kept = {each: self._kept[each] for each in sizes}
        for each in _too_many(self._kept, sizes):
            files.remove_file(*each)
            del self._kept[each]


def _place(scope: Scope) -> _Place | None:
    """Return where a file is to be put; None for every other request."""
    if scope["type"] != "http" or scope["method"] != "PUT":
        return None
    tab, _, number = scope["path"].removeprefix(UPLOADS).partition("/")
    return (tab, number) if scope["path"].startswith(UPLOADS) else None


def _sizes(files: MemoryUploadedFileManager, place: _Place) -> Iterator[int]:
    """Yield the bytes of a file; nothing where it never came or is gone."""
    tab, number = place
    for found in files.get_files(tab, [number]):
        yield len(found.data)


def _too_many(kept: dict[_Place, str], sizes: dict[_Place, int]) -> list[_Place]:
    """Return what has to go: of each person and of all, what came before the newest."""
    files: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    together = 0
    going = []
    for place in reversed(kept):
        person, size = kept[place], sizes[place]
        files[person] += 1
        taken[person] += size
        is_too_much = files[person] > FILES_EACH or taken[person] > BYTES_EACH
        if is_too_much or together + size > BYTES_TOGETHER:
            going.append(place)
        else:
            together += size
    return going
