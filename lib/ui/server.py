"""What surrounds the script: start and stop, health, the shell's language, errors."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import pkgutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

import lib.actions
import lib.charts
import lib.reports
import lib.ui
from lib import clock, logs
from lib.errors import AppError, SettingsError
from lib.metrics import calendar
from lib.settings.limits import Room, room
from lib.settings.sign_in import SignIn, sign_in
from lib.signin.accounts import Accounts
from lib.ui import (
    background,
    boundary,
    calendar_feed,
    contact_keeping,
    context,
    handing_over,
    headers,
    listening,
    notifying,
    printing,
    settling,
)
from lib.ui.crowd import Crowd, Patience
from lib.ui.endpoints import OnlyWhatIsUsed
from lib.ui.few_files import FewFiles
from lib.ui.gate import ThisComputerOnly, refuse_to_be_public
from lib.ui.origin import OwnPagesOnly
from lib.ui.signing_in import routes as signing_in
from lib.ui.signing_in.door import Door

log = logging.getLogger(__name__)

MAIN_SCRIPT: Final = "lib.ui.main"
"""The one module that Streamlit runs and nobody imports."""

_SCREEN: Final = "/screen.css"

_LOADED_LATE: Final = (
    "scipy.signal",
    "scipy.stats",
    "statsmodels.api",
    "statsmodels.stats.proportion",
)
"""What `lib.risk` loads only where it is needed: over a second that no visitor waits."""


def surroundings() -> dict[str, Any]:
    """Return what `st.App` is given beside the script.

    The call itself stands in app.py: `streamlit run` looks for `st.App(...)` in the
    text of that file, and would serve it as a plain script if it stood here.

    Raises:
        SystemExit: sign-in is set up in a way that would protect nobody.
    """
    how, space = _settings()
    routes = [
        Route("/healthz", _health),
        Route(calendar_feed.PATH, calendar_feed.answer),
        Route(printing.PATH, printing.sheet),
        Route(_SCREEN, _screen),
        *(signing_in.routes(how) if how else []),
    ]
    return {
        "lifespan": _lifespan,
        "routes": routes,
        "middleware": _before_streamlit(how, space, [route.path for route in routes]),
        "on_script_error": boundary.last_resort,
    }


def _settings() -> tuple[SignIn | None, Room]:
    try:
        return sign_in(), room()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from error


def _before_streamlit(
    how: SignIn | None, space: Room, own: Sequence[str] = ()
) -> list[Middleware]:
    """Return what a request goes through, the first first.

    Whatever answers, the headers are added; who comes from elsewhere is turned away
    before anything is looked up for him; tabs and files of those who are in are counted.
    own: the addresses that are ours.
    """
    is_here_only = how is None or how.is_local
    largest_file = int(config.get_option("server.maxUploadSize")) * 1024 * 1024
    return [
        Middleware(headers.Headers, how=how),
        *([Middleware(ThisComputerOnly)] if is_here_only else []),
        Middleware(OwnPagesOnly, how=how),
        Middleware(OnlyWhatIsUsed, own=own),
        Middleware(Patience, largest_file=largest_file),
        *([Middleware(Door, how=how)] if how else []),
        Middleware(Crowd, room=space, signs_in=how is not None),
        Middleware(FewFiles, signs_in=how is not None),
        Middleware(JapaneseShell, scripts=[signing_in.WATCH] if how else []),
    ]


@asynccontextmanager
async def _lifespan(app: st.App) -> AsyncIterator[dict[str, Any]]:
    with logs.kept_harmless():
        async with _running(app) as state:
            yield state


@asynccontextmanager
async def _running(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    how = sign_in()
    refuse_to_be_public(how)
    listening.keep_to_ourselves(room().sessions)
    servers = listening.servers()
    await asyncio.to_thread(_warm_up)
    if how is not None:
        await asyncio.to_thread(Accounts.prepare)
    # Streamlit collects all garbage after each run, while the user waits. What is
    # alive now stays for ever, so it is taken out of every later collection
    # (measured: an empty page's rerun 51 -> 8 ms). Nothing of a person is in it.
    gc.collect()
    gc.freeze()
    async with (
        listening.impatient(servers),
        background.daily_backup(),
        background.caretaker(),
        background.sheet_rows(),
        background.centre_files(),
        background.clock_keeper(),
        background.risk_watch(),
        background.improvement_watch(),
        contact_keeping.trimming(),
        background.door_log(),
        notifying.notifier(),
        handing_over.passing_on(),
        settling.settled_memory(),
    ):
        yield {}
    await asyncio.to_thread(context.close)


def _warm_up() -> None:
    """Load now what a page would load in front of its first visitor."""
    for name in _LOADED_LATE:
        importlib.import_module(name)
    for package in (lib.actions, lib.charts, lib.reports, lib.ui):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name != MAIN_SCRIPT:
                importlib.import_module(module.name)
    try:
        context.keep_fresh()
        if not context.live().is_kept_fresh:
            # A shared store is asked meanwhile; the start never waits for it.
            context.live().snapshot()
        calendar.holiday_name(clock.today())
    except AppError:
        # The pages say what is wrong; a server that does not start says nothing.
        log.exception("the store could not be opened at start")


async def _health(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def _screen(_request: Request) -> Response:
    return FileResponse(
        Path(__file__).parent / "static" / "screen.css",
        media_type="text/css",
        headers={"Cache-Control": "max-age=3600"},
    )


class JapaneseShell:
    """Says `lang="ja" translate="no"` in the HTML shell, and links the style for print.

    Streamlit writes `lang="en"`: screen readers would read Japanese with an English
    voice, browsers would offer to translate (which breaks React), and Han glyphs
    would be taken from a Chinese font.
    """

    def __init__(self, app: ASGIApp, scripts: Sequence[str] = ()) -> None:
        """Wrap `app`.

        scripts: addresses of scripts of our own that the shell loads too.
        """
        self._app = app
        sheets = f'{printing.LINK}<link rel="stylesheet" href="{_SCREEN}">'
        added = sheets + "".join(
            f'<script src="{address}" defer></script>' for address in scripts
        )
        self._rewritten = (
            (b'<html lang="en">', b'<html lang="ja" translate="no">'),
            (b"</head>", added.encode() + b"</head>"),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite complete HTML answers; everything else passes untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = _uncompressed(scope)
        held: list[Message] = []

        async def rewriting(message: Message) -> None:
            if message["type"] == "http.response.start":
                if _is_html(message):
                    held.append(message)
                    return
            elif held:
                start = held.pop()
                body = self._rewrite(message.get("body", b""))
                await send(_with_length(start, body, message))
                message = {**message, "body": body}
            await send(message)

        await self._app(scope, receive, rewriting)

    def _rewrite(self, body: bytes) -> bytes:
        """Return Streamlit's shell in our words; a page of our own as it is."""
        if self._rewritten[0][0] not in body:
            return body
        for theirs, ours in self._rewritten:
            body = body.replace(theirs, ours, 1)
        return body


def _uncompressed(scope: Scope) -> Scope:
    """Return the request of a document as of a browser that cannot unpack.

    Streamlit answers packed where it may, and what is packed cannot be rewritten.
    The shell has five kilobytes.
    """
    headers = scope["headers"]
    if not any(name == b"accept" and b"text/html" in value for name, value in headers):
        return scope
    kept = [(name, value) for name, value in headers if name != b"accept-encoding"]
    return {**scope, "headers": kept}


def _is_html(start: Message) -> bool:
    headers = dict(start.get("headers", []))
    return bool(
        headers.get(b"content-type", b"").startswith(b"text/html")
        and b"content-encoding" not in headers
    )


def _with_length(start: Message, body: bytes, first: Message) -> Message:
    headers = [(k, v) for k, v in start["headers"] if k != b"content-length"]
    if not first.get("more_body", False):
        headers.append((b"content-length", str(len(body)).encode()))
    return {**start, "headers": headers}
