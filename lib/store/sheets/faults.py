"""What Google answers when it does not do what was asked, in our words.

Reasons are English and carry no data: they go to the log. `permanent` says whether the
same call may succeed later; `WriteUnknown` says that a write may have been applied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

import orjson

from lib import clock
from lib.errors import SettingsError, StoreDenied, StoreError, StoreUnavailable
from lib.i18n import N_

SHORTEST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 120.0
"""Seconds between which a Retry-After is believed."""

_FORBIDDEN: Final = 403
_TIMEOUT: Final = 408
_TOO_MANY: Final = 429
_SERVER_ERRORS: Final = range(500, 600)
_LIMITS: Final = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}
)


UNKNOWN = N_(
    "保存できたかどうか、まだ分かりません。入力はこのまま残ります。結果を確かめるまで、もう一度入力しないでください。"
)


class WriteUnknown(StoreUnavailable):
    """A write was sent and its answer lost: it may or may not have been applied.

    Never send it again before the log of the sheet was looked at.
    """

    def __init__(self, reason: str = "") -> None:
        """Keep `reason`, English and free of data, for the log."""
        super().__init__(reason)
        self.message = UNKNOWN
        self.args = (UNKNOWN,)


class SheetSettingsError(StoreError, SettingsError):
    """The spreadsheet or the access to it is set up wrongly; retrying is no use."""


class RequestRefused(StoreError):
    """Google says that a request is wrong; nothing of it was applied.

    detail: Google's words, which may hold what was sent: never for the log.
    request: position in a batch of the request that is wrong; None if not said.
    """

    def __init__(self, detail: str) -> None:
        """Keep Google's words."""
        self.detail = detail
        found = re.match(r"Invalid requests\[([0-9]+)\]", detail)
        self.request = int(found[1]) if found else None
        super().__init__(
            N_(
                "シートが変更を受け付けませんでした。まだ保存されていません。管理者に知らせてください。"
            )
        )

    @property
    def unknown_range(self) -> bool:
        """Whether a tab has another name by now, or is gone."""
        return self.detail.startswith("Unable to parse range")


NOT_FOUND = N_(
    "スプレッドシートが見つかりません。MIMAMORI_STORE のIDを確かめてください。"
)
API_OFF = N_(
    "Google Sheets API が有効になっていません。Google Cloud のプロジェクトで有効にしてください。"
)
KEY_REFUSED = N_(
    "サービスアカウントの鍵が受け付けられません。鍵が取り消されていないか、サーバーの時計が合っているか確かめてください。"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole: status, header names in lower case, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the call was carried out, as far as the status says."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's range of success

    @property
    def again(self) -> bool:
        """Whether the same call may succeed a little later."""
        return (
            self.status in (_TIMEOUT, _TOO_MANY)
            or self.status in _SERVER_ERRORS
            or self.throttled
        )

    @property
    def throttled(self) -> bool:
        """Whether Google refused it unread, because there were too many."""
        if self.status == _TOO_MANY:
            return True
        return self.status == _FORBIDDEN and bool(_reasons(self.body) & _LIMITS)

    @property
    def wait(self) -> float | None:
        """Seconds that Google asks to wait, between 1 and 120; None if it does not."""
        return retry_after(self.headers.get("retry-after", ""))


def retry_after(header: str) -> float | None:
    """Return the seconds in a Retry-After header, clamped; None for none readable."""
    text = header.strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            return None
        seconds = (clock.in_tokyo(moment) - clock.now()).total_seconds()
    if seconds != seconds:  # noqa: PLR0124 - NaN is no number of seconds
        return None
    return min(LONGEST_WAIT, max(SHORTEST_WAIT, seconds))


def error_of(answer: Answer, *, writing: bool) -> StoreError:
    """Return the error of ours for an answer that is no success."""
    reason = f"HTTP {answer.status}"
    if answer.throttled:
        return StoreUnavailable(f"{reason}: too many calls")
    if answer.again:
        return WriteUnknown(reason) if writing else StoreUnavailable(reason)
    match answer.status:
        case 400:
            return RequestRefused(_message(answer.body))
        case 401:
            return SheetSettingsError(KEY_REFUSED)
        case 403 if "SERVICE_DISABLED" in _reasons(answer.body):
            return SheetSettingsError(API_OFF)
        case 403:
            return StoreDenied(reason)
        case 404:
            return SheetSettingsError(NOT_FOUND)
        case _ if writing:
            return WriteUnknown(reason)
        case _:
            return StoreUnavailable(reason)


def _error(body: bytes) -> dict[str, Any]:
    try:
        error = orjson.loads(body)["error"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}


def _message(body: bytes) -> str:
    return str(_error(body).get("message", ""))


def _reasons(body: bytes) -> frozenset[str]:
    error = _error(body)
    parts = [*_list(error.get("errors")), *_list(error.get("details"))]
    return frozenset(str(part["reason"]) for part in parts if "reason" in part)


def _list(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]
