"""What may stand in a log: no customer, no secret, no session; one line a message.

Whoever reads a log runs the machine, and need not know whose complaint failed. So every
record of this process passes here before any handler sees it, those of Streamlit, of the
web server and of the libraries too (security.md, rows 4 and 22).
"""

from __future__ import annotations

import logging
import re
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final

from lib.errors import AppError

ACCESS: Final = "uvicorn.access"
"""The logger whose formatter takes its arguments apart: they stay apart."""

LONGEST: Final = 8_000
"""Characters of one message; what follows is cut."""

_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")

_DASH = "[-\u2010-\u2015\u2212\u30fc\uff0d\uff70 \u3000()（）]"
_BETWEEN = "[-.\u2010-\u2015\u2212\u30fc\uff0d\uff70 \u3000()（）]{0,3}"
"""What people write between the groups of a phone number."""

_SCHEME = r"\b((?!https?:)[A-Za-z][A-Za-z0-9+]{1,30}://)"

_RULES: Final = (
    # From the longest to the shortest: a rule must not cut another's words in two.
    (
        re.compile(r"-----BEGIN [A-Z ]{1,40}-----[^-]*(-----END [A-Z ]{1,40}-----)?"),
        "(key)",
    ),
    (re.compile(r"(exception=\w{1,80})\(.*"), r"\1(…)"),
    (re.compile(r"(\b[a-z][a-z0-9+]{1,30}://)[^\s/@]{1,500}@", re.IGNORECASE), r"\1…@"),
    (
        re.compile(r"(\bhttps?://[^\s/?#\"']{1,300})[/?#][^\s\"']*", re.IGNORECASE),
        r"\1/…",
    ),
    # Of a notice's address even the host may be its token: line://TOKEN/…
    (re.compile(rf"{_SCHEME}[^\s./:?#@\"'…]{{12,300}}(?:[:/?#][^\s\"']*)?"), r"\1…"),
    (re.compile(rf"{_SCHEME}([^\s/?#\"'…]{{1,300}})[/?#][^\s\"']+"), r"\1\2/…"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), r"\1 …"),
    (
        re.compile(
            r"\b(\w{0,30}(?:password|secret|token|api_?key|authorization|cookie|sid))"
            r"([\"']?\s{0,3}[=:]\s{0,3})[^\s,;&]+",
            re.IGNORECASE,
        ),
        r"\1\2…",
    ),
    (
        re.compile(r"[^\s@＠<>\"'(),;:=\[\]]{1,200}[@＠][^\s@＠<>\"'(),;:\[\]]{1,200}"),
        "(mail)",
    ),
    (
        re.compile(
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            re.IGNORECASE,
        ),
        "(id)",
    ),
    (re.compile(r"\b(?=[\w-]{0,200}\d)[0-9A-Za-z_-]{32,}\b"), "(id)"),
    (re.compile(rf"(?<![\d.])\d(?:{_DASH}?\d){{12,18}}(?!\d)"), "(number)"),
    (
        re.compile(
            rf"(?<![\w.])[+＋]?[(（]?[0０8８]{_DASH}?\d(?:{_DASH}?\d){{7,11}}(?!\d)"
        ),
        "(phone)",
    ),
    (
        re.compile(
            # Nine digits at least: fewer are a date.
            rf"(?<![\w.])(?=[(（]?\d(?:{_BETWEEN}\d){{8}})"
            rf"[(（]?[0０]\d{{1,4}}{_BETWEEN}\d{{1,4}}{_BETWEEN}\d{{3,4}}(?![\d.:])"
        ),
        "(phone)",
    ),
    (
        re.compile(rf"(?<!\w)[+＋]\d{{1,3}}(?:{_BETWEEN}\d{{2,4}}){{2,4}}(?!\d)"),
        "(phone)",
    ),
    (re.compile(r"(?<![\d.])\d{9,12}(?!\d)"), "(number)"),
)


def harmless(text: str) -> str:
    """Return a message on one line, whatever leads to a person or opens a door left out.

    Numbers of phones and cards, mail addresses, keys, tokens, session ids and all of an
    address but its host. Names cannot be told from other words: nothing logs them.
    """
    flat = _CONTROL.sub("?", _BREAKS.sub(r"\\n", text[:LONGEST]))
    for pattern, left in _RULES:
        flat = pattern.sub(left, flat)
    return flat


def outline(error: BaseException) -> str:
    """Return what happened and where, a line each step; never what an error quotes.

    Errors of the machine and our own keep their words, which are not a person's.
    """
    lines = []
    seen: set[int] = set()
    step: BaseException | None = error
    while step is not None and id(step) not in seen:
        seen.add(id(step))
        lines.append(f"{type(step).__name__}{_words(step)}")
        for frame in traceback.extract_tb(step.__traceback__)[-_FRAMES:]:
            place = "/".join(frame.filename.rsplit("/", 3)[-3:])
            lines.append(f"  {place}:{frame.lineno} {frame.name}")
        step = step.__cause__ or (
            None if step.__suppress_context__ else step.__context__
        )
    return "\n".join(f"    | {line}" for line in lines)


_FRAMES: Final = 20


def _words(error: BaseException) -> str:
    if isinstance(error, AppError):
        return f": {harmless(error.message)}"
    if isinstance(error, (OSError, ImportError)):
        return f": {harmless(str(error))}"
    return ""


def _made_harmless(record: logging.LogRecord) -> logging.LogRecord:
    if record.name == ACCESS and isinstance(record.args, tuple):
        record.args = tuple(map(_without_query, record.args))
    else:
        record.args = _without_errors(record.args)
        try:
            record.msg, record.args = harmless(record.getMessage()), None
        except (TypeError, ValueError):
            record.msg, record.args = "(a message that does not fit)", None
    if record.exc_info and record.exc_info[1] is not None:
        # Formatters print this text; what they would make of the error is lost.
        record.exc_text, record.exc_info = outline(record.exc_info[1]), None
    if record.stack_info:
        record.stack_info = harmless(record.stack_info)
    return record


def _without_query(value: object) -> object:
    return harmless(value.partition("?")[0]) if isinstance(value, str) else value


def _without_errors(args: Any) -> Any:
    """Return arguments of a message, errors by their kind: their text may quote."""
    if not isinstance(args, tuple):
        return args
    return tuple(
        f"{type(a).__name__}{_words(a)}" if isinstance(a, BaseException) else a
        for a in args
    )


@contextmanager
def kept_harmless() -> Iterator[None]:
    """Let nothing else into any log while this lasts; also what threads die of."""
    before, dying = logging.getLogRecordFactory(), threading.excepthook

    def made(*args: Any, **more: Any) -> logging.LogRecord:
        return _made_harmless(before(*args, **more))

    logging.setLogRecordFactory(made)
    threading.excepthook = _thread_died
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        threading.excepthook = dying
        logging.setLogRecordFactory(before)


_log = logging.getLogger("mimamori.threads")


def _thread_died(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is None or issubclass(found.exc_type, SystemExit):
        return
    kind: tuple[type[BaseException], BaseException, TracebackType | None]
    kind = (found.exc_type, found.exc_value, found.exc_traceback)
    _log.error("a thread ended in a way that nobody expected", exc_info=kind)
