"""What surrounds the script: start and stop, health, the shell's language, errors."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import lib.actions
import lib.charts
import lib.reports
import lib.ui
from lib import clock
from lib.errors import AppError
from lib.metrics import calendar
from lib.ui import (
    background,
    boundary,
    calendar_feed,
    context,
    handing_over,
    notifying,
    printing,
)
from lib.ui.gate import ThisComputerOnly

log = logging.getLogger(__name__)

MAIN_SCRIPT: Final = "lib.ui.main"
"""The one module that Streamlit runs and nobody imports."""


def surroundings() -> dict[str, Any]:
    """Return what `st.App` is given beside the script.

    The call itself stands in app.py: `streamlit run` looks for `st.App(...)` in the
    text of that file, and would serve it as a plain script if it stood here.
    """
    return {
        "lifespan": _lifespan,
        "routes": [
            Route("/healthz", _health),
            Route(calendar_feed.PATH, calendar_feed.answer),
            Route(printing.PATH, printing.sheet),
        ],
        "middleware": [Middleware(ThisComputerOnly), Middleware(JapaneseShell)],
        "on_script_error": boundary.last_resort,
    }


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    await asyncio.to_thread(_warm_up)
    # Streamlit collects all garbage after each run, while the user waits. What is
    # alive now stays for ever, so it is taken out of every later collection
    # (measured: an empty page's rerun 51 -> 8 ms). Nothing of a person is in it.
    gc.collect()
    gc.freeze()
    async with (
        background.daily_backup(),
        background.caretaker(),
        background.sheet_rows(),
        background.centre_files(),
        background.clock_keeper(),
        notifying.notifier(),
        handing_over.passing_on(),
    ):
        yield {}
    await asyncio.to_thread(context.close)


def _warm_up() -> None:
    """Load now what a page would load in front of its first visitor."""
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


class JapaneseShell:
    """Says `lang="ja" translate="no"` in the HTML shell, and links the style for print.

    Streamlit writes `lang="en"`: screen readers would read Japanese with an English
    voice, browsers would offer to translate (which breaks React), and Han glyphs
    would be taken from a Chinese font.
    """

    _REWRITTEN: Final = (
        (b'<html lang="en">', b'<html lang="ja" translate="no">'),
        (b"</head>", printing.LINK.encode() + b"</head>"),
    )

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

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
                body = message.get("body", b"")
                for theirs, ours in self._REWRITTEN:
                    body = body.replace(theirs, ours, 1)
                await send(_with_length(start, body, message))
                message = {**message, "body": body}
            await send(message)

        await self._app(scope, receive, rewriting)


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
