"""Faults that can be switched on: what goes wrong, at which call, how often."""

import dataclasses
import email.utils
import fnmatch
import math
import random
import threading

from tests.sheets_api import errors
from tests.sheets_api.errors import ApiError

KINDS = {
    "429": "too many requests; `retry_after` seconds, `date` or `absurd`",
    "500": "internal error; `body` json, html or empty; `applied` for after the write",
    "502": "bad gateway, an HTML page unless `body` says otherwise",
    "503": "unavailable",
    "504": "deadline exceeded",
    "401": "expired token",
    "403": "sharing revoked",
    "403-protected": "the range is protected",
    "403-limits": "usageLimits, as Drive says it",
    "403-disabled": "the project has not switched the API on",
    "404": "the spreadsheet is gone",
    "400-range": "unknown tab",
    "reset": "connection reset, before the write or with `applied` after it",
    "half": "the answer breaks off in the middle",
    "hang": "no answer for `seconds`, then the connection closes",
    "slow": "the answer comes at `rate` bytes a second",
    "huge": "`bytes` of blanks before the answer",
    "late": "the connection closes at once, the write is applied `seconds` later",
    "rename-tab": "the tab `title` is renamed to `to` just before the call",
}
CONNECTION = ("reset", "half", "hang", "slow", "huge", "late")
HTML = (
    "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Error {code}"
    " (Server Error)!!1</title><p><b>{code}.</b> <ins>That’s an error.</ins><p>The"
    " server encountered a temporary error and could not complete your request."
)
_TEXTS = {
    "500": "Internal error encountered.",
    "502": "Bad gateway.",
    "503": "The service is currently unavailable.",
    "504": "Deadline expired before operation could complete.",
}


@dataclasses.dataclass
class Fault:
    """One fault.

    Args:
        kind: One of `KINDS`.
        on: Endpoints it strikes, a pattern such as `values.*` or
            `spreadsheets.batchUpdate`.
        user: Only this user's calls.
        path: Only calls whose path contains this.
        nth: The first matching call that is struck, counted from 1.
        times: How many calls; 1, or without end where a probability is given.
        probability: Of each matching call.
        seed: Of the chance.
        applied: The call is carried out before it fails.
        retry_after: Of 429 and 503: seconds, `date` or `absurd`.
        body: `json`, `html` or `empty`.
        seconds: Of `hang` and `late`.
        rate: Of `slow`, bytes a second.
        bytes: Of `huge`.
        title, to: Of `rename-tab`.
    """

    kind: str
    on: str = "*"
    user: str | None = None
    path: str | None = None
    nth: int = 1
    times: float | None = None
    probability: float = 1.0
    seed: int = 0
    applied: bool = False
    retry_after: str | None = None
    body: str | None = None
    seconds: float = 3600.0
    rate: float = 1.0
    bytes: int = 200_000_000
    title: str | None = None
    to: str | None = None

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}")
        if self.times is None:
            self.times = 1 if self.probability >= 1 else math.inf
        self.seen = self.struck = 0
        self._chance = random.Random(self.seed)

    def strikes(self, endpoint, path, user):
        """Whether this call is struck; counts it."""
        if not fnmatch.fnmatch(endpoint, self.on):
            return False
        if (self.user and self.user != user) or (self.path and self.path not in path):
            return False
        self.seen += 1
        if self.seen < self.nth or self.struck >= self.times:
            return False
        if self.probability < 1 and self._chance.random() >= self.probability:
            return False
        self.struck += 1
        return True

    def error(self, now):
        """The error that this fault answers with.

        Returns:
            (ApiError, HTML or "" in place of its JSON, or None)
        """
        error = self._error()
        if self.retry_after:
            error.headers["Retry-After"] = _retry_after(self.retry_after, now)
        body = self.body or ("html" if self.kind == "502" else "json")
        text = {"html": HTML.format(code=error.code), "empty": ""}.get(body)
        return error, text

    def _error(self):
        if self.kind in _TEXTS:
            return ApiError(int(self.kind), _TEXTS[self.kind])
        return {
            "429": lambda: errors.quota_exceeded("Read", "per minute per user"),
            "401": errors.unauthenticated,
            "403": errors.no_permission,
            "403-protected": lambda: ApiError(403, errors.PROTECTED),
            "403-limits": lambda: errors.drive_error(
                403,
                "userRateLimitExceeded",
                "User Rate Limit Exceeded. Rate of requests for user exceed configured"
                " project quota, you may consider re-evaluating expected per-user"
                " traffic to the API and adjust project quota limits accordingly.",
                "usageLimits",
            ),
            "403-disabled": errors.service_disabled,
            "404": errors.not_found,
            "400-range": lambda: errors.unparsable(self.title or "Sheet1"),
        }[self.kind]()


def _retry_after(text, now):
    if text == "date":
        return email.utils.formatdate(now + 5, usegmt=True)
    return "86400000" if text == "absurd" else str(text)


_READERS = {
    "nth": int,
    "times": float,
    "probability": float,
    "seed": int,
    "applied": lambda text: str(text).lower() in ("1", "true", "yes"),
    "seconds": float,
    "rate": float,
    "bytes": int,
}


def parse_fault(text):
    """A fault from the command line: `503,on=values.*,applied=1,nth=2`.

    Raises:
        ValueError: It cannot be read.
    """
    kind, *rest = text.split(",")
    return fault_from(dict(part.split("=", 1) for part in rest) | {"kind": kind})


def fault_from(message):
    """A fault from a mapping of its fields, texts allowed.

    Raises:
        ValueError: A field is not known.
    """
    known = {field.name for field in dataclasses.fields(Fault)}
    unknown = set(message) - known
    if unknown:
        raise ValueError(f"no such field: {', '.join(sorted(unknown))}")
    return Fault(
        **{
            name: _READERS.get(name, lambda same: same)(value)
            for name, value in message.items()
        }
    )


class Faults:
    """The faults that are switched on; the first that strikes a call decides."""

    def __init__(self):
        self._faults = []
        self._lock = threading.Lock()

    def add(self, fault, **more):
        """Switch a fault on, given as Fault or as its kind and fields."""
        fault = fault if isinstance(fault, Fault) else Fault(fault, **more)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self):
        with self._lock:
            self._faults.clear()

    def strike(self, endpoint, path, user):
        """The fault of this call, or None."""
        with self._lock:
            for fault in self._faults:
                if fault.strikes(endpoint, path, user):
                    return fault
        return None

    def __iter__(self):
        with self._lock:
            return iter(list(self._faults))
