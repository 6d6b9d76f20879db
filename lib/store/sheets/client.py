"""Calls to the Sheets API: bounded in time, number and size, and never sent twice.

A read is tried again while there is time. A write is tried again only where Google says
that it did not look at it, or nothing had been sent; whatever else goes wrong with a
write is `WriteUnknown`, for the outbox to look up.
"""

from __future__ import annotations

import contextlib
import ipaddress
import random
import threading
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import requests
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.auth.transport.requests import AuthorizedSession
from google.oauth2 import service_account
from gspread.http_client import FileType, HTTPClient, ParamsType
from gspread.urls import SPREADSHEET_URL, SPREADSHEET_VALUES_BATCH_URL
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from lib.errors import SettingsError, StoreUnavailable
from lib.i18n import N_
from lib.settings.install import SheetsSettings
from lib.store.sheets.budget import Budget, Kind
from lib.store.sheets.faults import (
    KEY_REFUSED,
    Answer,
    SheetSettingsError,
    WriteUnknown,
    error_of,
)

SCOPES: Final = ("https://www.googleapis.com/auth/spreadsheets",)
"""The spreadsheets shared with the account; nothing else of anybody's Drive."""

METADATA: Final = (
    "spreadsheetId,properties(title,locale,timeZone),"
    "sheets.properties(sheetId,title,gridProperties(rowCount,columnCount))"
)
_VALUES: Final = "valueRanges(range,values)"
_PIECE: Final = 65_536
_SMALL: Final = 65_536
_GZIP: Final = 16 + zlib.MAX_WBITS

NO_KEY = N_(
    "サービスアカウントの鍵がありません。MIMAMORI_SERVICE_ACCOUNT に鍵ファイルの場所を入れてください。"
)
BAD_KEY = N_(
    "サービスアカウントの鍵を読めません。ダウンロードしたJSONファイルをそのまま使ってください。"
)
PLAIN_HTTP = N_("{name} は https で始めてください。http は同じ機械の中だけで使えます。")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how often and how much.

    connect, read: seconds for a connection and for a silence within an answer.
    total: seconds for a call with all its retries and waits.
    attempts: how often one call is tried. size: bytes of an unpacked answer.
    first_pause, longest_pause: seconds; the pause is drawn between 0 and a span that
        doubles from the first to the longest.
    """

    connect: float = 5.0
    read: float = 30.0
    total: float = 60.0
    attempts: int = 6
    size: int = 200_000_000
    first_pause: float = 1.0
    longest_pause: float = 32.0


class _NotSent(Exception):
    """The call never left this machine."""


class _Lost(Exception):
    """The call was sent, or may have been, and no whole answer came."""


class SheetsClient(HTTPClient):
    """gspread's low-level client with our timeouts, retries, budget and errors.

    Usable from many threads. Each public call is one request as Google counts.
    """

    def __init__(
        self,
        session: requests.Session,
        budget: Budget,
        *,
        api: str = "",
        limits: Limits | None = None,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Call through `session`, which signs; `api` stands for Google's addresses.

        Raises:
            SettingsError: `api` is plain HTTP to another machine.
        """
        unsigned: Any = None  # the session signs
        super().__init__(auth=unsigned, session=session)
        self._budget = budget
        self._api = checked_address(api, "MIMAMORI_SHEETS_API").rstrip("/")
        self._limits = limits or Limits()
        self._timer = timer
        self._sleep = sleep
        self._chance = chance

    # What the store asks for --------------------------------------------------------

    def values(
        self,
        spreadsheet: str,
        ranges: Sequence[str],
        *,
        formulas: bool = False,
        as_shown: bool = False,
    ) -> bytes:
        """Return the bytes of `values:batchGet`: numbers as numbers, days as serials.

        formulas: formulas instead of what they give, for the look before a write.
        as_shown: texts as the sheet shows them, whatever stands behind.

        Raises:
            StoreError: as all calls here do; nothing was changed.
        """
        params: ParamsType = {
            "ranges": list(ranges),
            "majorDimension": "ROWS",
            "valueRenderOption": _rendering(formulas=formulas, as_shown=as_shown),
            "dateTimeRenderOption": "SERIAL_NUMBER",
            "fields": _VALUES,
        }
        return self.request(
            "get", SPREADSHEET_VALUES_BATCH_URL % spreadsheet, params=params
        ).content

    def metadata(self, spreadsheet: str, fields: str = METADATA) -> Mapping[str, Any]:
        """Return titles, numbers and sizes of the tabs, locale and time zone."""
        response = self.request(
            "get", SPREADSHEET_URL % spreadsheet, params={"fields": fields}
        )
        found: Mapping[str, Any] = response.json()
        return found

    def change(
        self, spreadsheet: str, body: Mapping[str, Any], fields: str = "replies"
    ) -> Mapping[str, Any]:
        """Apply one atomic `batchUpdate` and return its answer.

        Raises:
            WriteUnknown: it may have been applied; look it up before sending again.
            RequestRefused: a request in it is wrong; nothing was applied.
            StoreError: nothing was applied.
        """
        response = self.request(
            "post",
            f"{SPREADSHEET_URL % spreadsheet}:batchUpdate",
            params={"fields": fields},
            json=body,
        )
        found: Mapping[str, Any] = response.json()
        return found

    # How every call is made ---------------------------------------------------------

    def request(  # noqa: PLR0917 - gspread's own signature
        self,
        method: str,
        endpoint: str,
        params: ParamsType | None = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: FileType = None,
        headers: Any = None,
    ) -> requests.Response:
        """Make one call of gspread's; its answer is whole and a success.

        Raises:
            StoreError: see `lib.store.sheets.faults`.
        """
        if files is not None:
            raise ValueError("this program uploads no files")
        writing = method.lower() != "get"
        asked = {"fields": "*", **(params or {}), "prettyPrint": "false"}
        call = _Call(
            method.upper(),
            self._address(endpoint),
            asked,
            orjson.dumps(json) if json is not None else data,
            {
                "Accept-Encoding": "gzip",
                **({"Content-Type": "application/json"} if json is not None else {}),
                **(headers or {}),
            },
        )
        answer = self._answered(call, writing=writing)
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.encoding = "utf-8"
        response.url = call.url
        response._content = answer.body  # noqa: SLF001 - requests has no other way
        return response

    def _address(self, endpoint: str) -> str:
        if not self._api:
            return endpoint
        return self._api + urlsplit(endpoint).path

    def _answered(self, call: _Call, *, writing: bool) -> Answer:
        """Return a whole success, trying again as far as that is safe."""
        until = self._timer() + self._limits.total
        kind = Kind.WRITE if writing else Kind.READ
        failure: StoreUnavailable = StoreUnavailable("no time left")
        for attempt in range(self._limits.attempts):
            self._await_turn(kind, until)
            pause = None
            try:
                answer = self._once(call, until)
            except _NotSent as error:
                failure = StoreUnavailable(f"not sent: {error}")
            except _Lost as error:
                if writing:
                    raise WriteUnknown(f"no answer: {error}") from error
                failure = StoreUnavailable(f"no answer: {error}")
            else:
                if answer.ok and _is_whole(answer, parsed=writing):
                    return answer
                found = _failure(answer, writing=writing)
                if not isinstance(found, StoreUnavailable) or isinstance(
                    found, WriteUnknown
                ):
                    raise found
                failure, pause = found, answer.wait
                if answer.throttled:
                    self._budget.hold(kind, pause or self._limits.first_pause)
            self._pause(attempt, pause, until, failure)
        raise failure

    def _await_turn(self, kind: Kind, until: float) -> None:
        while wait := self._budget.take(kind):
            if self._timer() + wait > until:
                raise StoreUnavailable("the calls of this minute are used up")
            self._sleep(wait)

    def _pause(
        self,
        attempt: int,
        asked: float | None,
        until: float,
        failure: StoreUnavailable,
    ) -> None:
        """Wait before the next attempt; raises `failure` where no time is left."""
        span = min(self._limits.longest_pause, self._limits.first_pause * 2**attempt)
        pause = asked if asked is not None else self._chance() * span
        last = attempt + 1 >= self._limits.attempts
        if last or self._timer() + pause >= until:
            raise failure
        self._sleep(pause)

    def _once(self, call: _Call, until: float) -> Answer:
        """Make the call once, and give up at the deadline whatever the socket does.

        A server may send one byte a second for ever, each within the socket's timeout;
        so the call runs in a thread of its own, which is left behind then and ends by
        itself at its next byte or timeout.
        """
        left = until - self._timer()
        if left <= 0:
            raise _NotSent("the deadline has passed")
        work = _Work(self.session, call, self._limits, left)
        thread = threading.Thread(target=work, name="sheets-call", daemon=True)
        thread.start()
        thread.join(left)
        if thread.is_alive():
            work.abandoned.set()
            raise _Lost("deadline")
        if work.error is not None:
            raise work.error
        if work.answer is None:
            raise _Lost("no answer")
        return work.answer


def _rendering(*, formulas: bool, as_shown: bool) -> str:
    if as_shown:
        return "FORMATTED_VALUE"
    return "FORMULA" if formulas else "UNFORMATTED_VALUE"


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    url: str
    params: Mapping[str, Any]
    body: bytes | None
    headers: Mapping[str, str]


class _Work:
    """One try of one call, in its own thread."""

    def __init__(
        self, session: requests.Session, call: _Call, limits: Limits, left: float
    ) -> None:
        self._session = session
        self._call = call
        self._limits = limits
        self._left = left
        self.abandoned = threading.Event()
        self.answer: Answer | None = None
        self.error: Exception | None = None

    def __call__(self) -> None:
        try:
            self.answer = self._made()
        except Exception as error:  # noqa: BLE001 - crosses over to the waiting thread
            self.error = as_outcome(error)

    def _made(self) -> Answer:
        call = self._call
        response = self._session.request(
            call.method,
            call.url,
            params=dict(call.params),
            data=call.body,
            headers=dict(call.headers),
            timeout=(
                min(self._limits.connect, self._left),
                min(self._limits.read, self._left),
            ),
            allow_redirects=False,
            stream=True,
        )
        with contextlib.closing(response):
            headers = {name.lower(): text for name, text in response.headers.items()}
            return Answer(response.status_code, headers, self._body(response))

    def _body(self, response: requests.Response) -> bytes:
        """Return the unpacked body; stops at the size limit and when left behind."""
        unpack = _unpacker(response.headers.get("Content-Encoding", ""))
        pieces: list[bytes] = []
        size = 0
        # Packed pieces: a small answer may unpack to more than memory holds.
        for piece in response.raw.stream(_PIECE, decode_content=False):
            plain = unpack(piece, self._limits.size - size + 1)
            size += len(plain)
            if size > self._limits.size:
                raise _Lost("the answer is too large")
            if self.abandoned.is_set():
                raise _Lost("deadline")
            pieces.append(plain)
        return b"".join(pieces)


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes]:
    if encoding.lower() not in ("gzip", "x-gzip"):
        return lambda piece, _most: piece
    unpacked = zlib.decompressobj(_GZIP)
    return unpacked.decompress


def as_outcome(error: Exception) -> Exception:
    """Return whether a failed call was surely not sent, or one of our errors."""
    if isinstance(error, (_Lost, _NotSent)):
        return error
    if isinstance(error, RefreshError) and not error.retryable:
        return SheetSettingsError(KEY_REFUSED)
    if isinstance(error, (GoogleAuthError, requests.exceptions.SSLError)):
        # The token comes first and the handshake before the call itself.
        return _NotSent(type(error).__name__)
    if isinstance(error, requests.exceptions.ConnectTimeout) or _unconnected(error):
        return _NotSent(type(error).__name__)
    return _Lost(type(error).__name__)


def _unconnected(error: Exception) -> bool:
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, (NewConnectionError, ConnectTimeoutError))


def _is_whole(answer: Answer, *, parsed: bool) -> bool:
    """Whether the body is JSON to its end; a proxy may answer 200 with its own page.

    parsed: look at all of it, not only at its ends. Of a table the ends are enough:
    who asked for it parses it, once, and tells half of one.
    """
    text = answer.body.strip()
    if text[:1] != b"{" or text[-1:] != b"}":
        return False
    if parsed or len(text) <= _SMALL:
        try:
            orjson.loads(text)
        except orjson.JSONDecodeError:
            return False
    return True


def _failure(answer: Answer, *, writing: bool) -> Exception:
    if not answer.ok:
        return error_of(answer, writing=writing)
    reason = "half an answer, or none of the API's"
    return WriteUnknown(reason) if writing else StoreUnavailable(reason)


# Addresses and keys -----------------------------------------------------------------


def checked_address(address: str, name: str) -> str:
    """Return `address`; a token must not travel in the open.

    Raises:
        SettingsError: it is neither https nor on this machine.
    """
    parts = urlsplit(address)
    local = is_loopback(parts.hostname or "")
    if address and not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise SettingsError(PLAIN_HTTP, name=name)
    return address


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _SheetsKey(service_account.Credentials):
    """A key that talks to its token address and to nobody else.

    google-auth asks iamcredentials.googleapis.com in the background where the key may
    be used; our scope does not allow that question, and an emulator's token is
    nobody's business.
    """

    def _maybe_start_regional_access_boundary_refresh(
        self, _request: Any, _url: str
    ) -> None:
        return


# google-auth's annotations stop half-way.
_key_class: Any = _SheetsKey
_signed_session: Any = AuthorizedSession


def credentials(
    settings: SheetsSettings, scopes: Sequence[str] = SCOPES
) -> Credentials:
    """Return what signs our calls, from the service account's key.

    Raises:
        SettingsError: there is no key, or it is none.
    """
    key = settings.service_account
    if key is None:
        raise SettingsError(NO_KEY)
    checked_address(str(key.get("token_uri", "")), "token_uri")
    try:
        made: Credentials = _key_class.from_service_account_info(
            dict(key), scopes=list(scopes)
        )
    except (ValueError, GoogleAuthError) as error:
        raise SettingsError(BAD_KEY) from error
    return made


def connected(
    settings: SheetsSettings,
    budget: Budget,
    limits: Limits | None = None,
    *,
    scopes: Sequence[str] = SCOPES,
) -> SheetsClient:
    """Return a client for the installation's settings; nothing is called yet.

    scopes: what it asks Google to be allowed.

    Raises:
        SettingsError: the key or the address is no good.
    """
    session: requests.Session = _signed_session(credentials(settings, scopes))
    return SheetsClient(session, budget, api=settings.api, limits=limits)
