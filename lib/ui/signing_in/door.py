"""The door: with sign-in, nobody reaches Streamlit who has not come in through here.

It stands in front of Streamlit's own server. To what it lets through it adds the id of
the sign-in as a header, and takes away whatever a client sent under that name; the
script asks there who is looking (`context.principal`). What counts people finds the
member in the scope (`crowd.MEMBER`).

What is open when time runs out stays as it is: its messages go nowhere until the same
person signs in again in this browser, and then go on where they stopped (product.md 6).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from typing import Any, Final
from urllib.parse import quote

from google.protobuf.message import DecodeError
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from lib import clock
from lib.actions import signing_in
from lib.errors import AppError, StoreError
from lib.settings.sign_in import SignIn
from lib.signin.sessions import Session, Standing
from lib.ui import context
from lib.ui.crowd import MEMBER, UPLOADS
from lib.ui.signing_in import cookies, origin
from lib.ui.signing_in.own_files import MEDIA, OwnFiles, name_of, named_in

log = logging.getLogger(__name__)

HEADER: Final = context.SESSION_HEADER.lower().encode()

PAGE: Final = "/signin"
OPEN: Final = ("/healthz", "/_stcore/health", "/print.css", "/oauth2callback", PAGE)
OPEN_BELOW: Final = (f"{PAGE}/", "/invitation/", "/calendar/")
"""What answers whoever asks: it says nothing, or has a secret of its own."""
CLOSED: Final = ("/auth/login", "/auth/logout")
"""Streamlit's own sign-in, whose cookie nobody can take back."""
_FONTS: Final = "/static/media/"
"""Streamlit's own, the same for everybody; no file of a person is ever there."""

LOOKED_UP_EVERY: Final = 5.0
"""Seconds for which a socket believes what it knows of its sign-in."""
_KNOWN_TABS: Final = 10_000
_ASKED_FOR: Final = frozenset(
    {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"}
)
"""What a browser asks of Streamlit. The rest would empty everybody's caches or tell
what lies beside the program; a page's own files are asked for by `_FILE`."""
_FILE: Final = "backend_operation_request"
_POLICY: Final = 1008


class Door:
    """Lets in who has signed in, shows the rest the way."""

    def __init__(self, app: ASGIApp, how: SignIn) -> None:
        """Stand in front of `app`."""
        self._app = app
        self._how = how
        self._tabs = Tabs()
        self._files = OwnFiles()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request or socket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        scope = _without_claims(scope)
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._request(scope, receive, send)

    # Requests --------------------------------------------------------------------

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in ("/healthz", "/_stcore/health"):
            await self._app(scope, receive, send)
            return
        if not self._is_for_us(scope):
            answer: Response = PlainTextResponse("Misdirected request", status_code=421)
        elif path in CLOSED:
            answer = PlainTextResponse("Not Found", status_code=404)
        elif path in OPEN or path.startswith(OPEN_BELOW):
            await self._app(scope, receive, send)
            return
        else:
            session = await asyncio.to_thread(self._session, scope)
            if session is None or not self._may_upload(path, session):
                answer = _to_sign_in(scope)
            elif MEDIA not in path or path.startswith(_FONTS):
                await self._app(_claimed(scope, session), receive, send)
                return
            elif self._files.has(session.id, name_of(path)):
                await self._app(_claimed(scope, session), receive, _unstored(send))
                return
            else:
                answer = PlainTextResponse("Not Found", status_code=404)
        await answer(scope, receive, send)

    def _is_for_us(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        return origin.asks_for_us(headers, self._how)

    def _session(self, scope: Scope) -> Session | None:
        token = cookies.session(HTTPConnection(scope), self._how)
        try:
            desk = context.sign_in_desk()
            found = desk.sessions.of_token(token, clock.now())
            if found is None or found.standing is not Standing.LIVE:
                return None
            known = signing_in.principal_of(desk, found.member) is not None
        except StoreError:
            return None
        return found if known else None

    def _may_upload(self, path: str, session: Session) -> bool:
        """Whether a file is meant for a tab of the person's own; True for no file."""
        if not path.startswith(UPLOADS):
            return True
        tab = path.removeprefix(UPLOADS).partition("/")[0]
        return self._tabs.owner(tab) == session.member

    # Sockets ---------------------------------------------------------------------

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = None
        if origin.is_own(Headers(scope=scope), self._how):
            session = await asyncio.to_thread(self._session, scope)
        if session is None:
            await receive()
            await send(
                {"type": "websocket.close", "code": _POLICY, "reason": "sign in"}
            )
            return
        scope = _without_foreign_tab(scope, lambda tab: self._is_theirs(tab, session))
        line = Line(session, receive, send, self._tabs, self._files)
        await self._app(_claimed(scope, session), line.receive, line.send)

    def _is_theirs(self, tab: str, session: Session) -> bool:
        return self._tabs.owner(tab) == session.member


class Line:
    """One open socket: what it may carry is asked again and again."""

    def __init__(
        self,
        session: Session,
        receive: Receive,
        send: Send,
        tabs: Tabs,
        files: OwnFiles,
    ) -> None:
        """Carry between a browser and Streamlit for one sign-in."""
        self._session = session
        self._receive, self._send = receive, send
        self._tabs, self._files = tabs, files
        self._refused: set[str] = set()
        self._tab_is_known = False
        self._standing = Standing.LIVE
        self._looked_up_at = time.monotonic()
        self._widgets = b""
        self._is_closed = False

    async def receive(self) -> Message:
        """Return the next message that may reach Streamlit."""
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            asked = _asked(message)
            standing = await self._looked_up(acts=self._acts(asked))
            if standing is Standing.LIVE and self._may_ask(asked):
                return message
            if standing is Standing.ENDED:
                return await self._closed()

    async def send(self, message: Message) -> None:
        """Pass on what Streamlit says; note which tab it speaks to and what it offers."""
        if self._is_closed:
            raise OSError("the sign-in has ended")
        if message["type"] == "websocket.send":
            said = message.get("bytes") or b""
            if not self._tab_is_known:
                self._note_tab(said)
            if offered := named_in(said):
                self._files.note(self._session.id, offered)
        await self._send(message)

    async def _closed(self) -> Message:
        self._is_closed = True
        await self._send(
            {"type": "websocket.close", "code": _POLICY, "reason": "signed out"}
        )
        return {"type": "websocket.disconnect", "code": _POLICY}

    async def _looked_up(self, *, acts: bool) -> Standing:
        now = time.monotonic()
        is_fresh = now - self._looked_up_at < LOOKED_UP_EVERY
        if not is_fresh or self._standing is not Standing.LIVE:
            self._looked_up_at = now
            self._standing = await asyncio.to_thread(self._look_up)
        if acts and self._standing is Standing.LIVE:
            await asyncio.to_thread(self._note)
        return self._standing

    def _look_up(self) -> Standing:
        try:
            desk = context.sign_in_desk()
            found = desk.sessions.of_id(self._session.id, clock.now())
            if found is None or found.standing is Standing.ENDED:
                return Standing.ENDED
            if signing_in.principal_of(desk, found.member) is None:
                desk.sessions.end(found.id)
                return Standing.ENDED
        except AppError:
            return Standing.TIMED_OUT  # not known now: nothing passes, nothing is lost
        if found.id != self._session.id:
            self._files.go_on(self._session.id, found.id)
        self._session = found
        return found.standing

    def _note(self) -> None:
        try:
            desk = context.sign_in_desk()
            desk.sessions.noted(self._session, clock.now())
        except AppError:
            return  # the next key pressed is noted

    def _may_ask(self, asked: BackMsg | None) -> bool:
        """Whether a page of ours would ask that; what cannot be read Streamlit refuses."""
        if asked is None:
            return True
        kind = asked.WhichOneof("type") or ""
        if kind in _ASKED_FOR or (kind == _FILE and self._is_own_file(asked)):
            return True
        if kind not in self._refused:
            # Once a socket: whoever tries it a million times fills no disk.
            self._refused.add(kind)
            log.warning("sign-in %s: refused %s", self._session.id[:8], kind or "?")
        return False

    def _is_own_file(self, asked: BackMsg) -> bool:
        request = asked.backend_operation_request
        return request.WhichOneof("payload") == "deferred_file" and self._files.has(
            self._session.id, request.deferred_file.file_id
        )

    def _acts(self, asked: BackMsg | None) -> bool:
        """Whether the person did something: a page that asks by itself does not count.

        Typing comes along with what asks by itself, and counts.
        """
        if asked is None or asked.WhichOneof("type") != "rerun_script":
            return False
        state = asked.rerun_script
        widgets = state.widget_states.SerializeToString(deterministic=True)
        changed = bool(self._widgets) and widgets != self._widgets
        self._widgets = widgets
        return changed or not state.is_auto_rerun

    def _note_tab(self, said: bytes) -> None:
        try:
            message = ForwardMsg.FromString(said)
        except DecodeError:
            return
        if message.WhichOneof("type") == "new_session":
            self._tab_is_known = True
            tab = message.new_session.initialize.session_id
            self._tabs.note(tab, self._session.member)


class Tabs:
    """Whose each of Streamlit's sessions is: whoever knows its id could take it over."""

    def __init__(self) -> None:
        """Know of none."""
        self._owners: OrderedDict[str, str] = OrderedDict()

    def note(self, tab: str, member: str) -> None:
        """Remember whose tab this is; the oldest are forgotten, and begin anew."""
        self._owners[tab] = member
        self._owners.move_to_end(tab)
        while len(self._owners) > _KNOWN_TABS:
            self._owners.popitem(last=False)

    def owner(self, tab: str) -> str | None:
        """Return whose it is; None for one that nobody opened here."""
        return self._owners.get(tab)


def _asked(message: Message) -> BackMsg | None:
    """Return what a browser asks for; None for what nobody can read."""
    asked = BackMsg()
    try:
        asked.ParseFromString(message.get("bytes") or b"")
    except DecodeError:
        return None
    return asked


def _unstored(send: Send) -> Send:
    """Return `send` for an answer that no browser and no proxy may keep."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message["headers"] if pair[0] != b"cache-control"]
            message = {
                **message,
                "headers": [*kept, (b"cache-control", b"no-store")],
            }
        await send(message)

    return sending


def _claimed(scope: Scope, session: Session) -> Scope:
    headers = [*scope["headers"], (HEADER, session.id.encode())]
    return {**scope, "headers": headers, MEMBER: session.member}


def _without_claims(scope: Scope) -> Scope:
    headers = [(name, value) for name, value in scope["headers"] if name != HEADER]
    return {**scope, "headers": headers}


def _without_foreign_tab(scope: Scope, is_theirs: Callable[[str], bool]) -> Scope:
    """Return the request for a socket, asking for a new tab where the old is not theirs.

    A browser names "streamlit", a token for uploads, and the tab it had before.
    """
    asked: list[str] = list(scope.get("subprotocols", []))
    before = [tab for tab in asked[2:] if not is_theirs(tab)]
    if not before:
        return scope
    kept = asked[:2]
    name = b"sec-websocket-protocol"
    headers = [pair for pair in scope["headers"] if pair[0] != name]
    headers.append((name, ", ".join(kept).encode()))
    changed: MutableMapping[str, Any] = {**scope, "headers": headers}
    changed["subprotocols"] = kept
    return changed


def _to_sign_in(scope: Scope) -> Response:
    """Send a page to the sign-in, which leads back; refuse the rest."""
    headers = Headers(scope=scope)
    is_page = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
    if not is_page:
        return PlainTextResponse("Sign in first", status_code=401)
    query = scope.get("query_string", b"").decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    leads = PAGE if wanted == "/" else f"{PAGE}?next={quote(wanted, safe='')}"
    answer = RedirectResponse(leads, status_code=303)
    answer.headers["Cache-Control"] = "no-store"
    return answer
