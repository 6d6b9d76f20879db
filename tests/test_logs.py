"""Nothing of a customer, no secret and no session gets into a log."""

from __future__ import annotations

import io
import logging
import threading
import time

import pytest
from uvicorn.logging import AccessFormatter

from lib import logs
from lib.errors import ActionRefused
from lib.logs import harmless

SESSION = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
HOOK = "https://hooks.example.com/services/T00/B00/XyZ"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----"
TELLING = {
    "090.1234.5678": "1234",
    "090 - 1234 - 5678": "1234",
    "+1 415 555 0100": "555",
    "line://TOKENTOKENTOKEN/U123": "TOKEN",
    "slack://T1/B2/xyz": "xyz",
    "090-1234-5678": "1234",
    "０９０ー１２３４ー５６７８": "１２３４",
    "+81 90 1234 5678": "1234",
    "03(1234)5678": "1234",
    "9012345678": "9012345678",
    "4111 1111 1111 1111": "1111",
    "hanako@example.jp": "hanako",
    "hanako＠example.jp": "hanako",
    SESSION: "2fa1",
    HOOK: "T00",
    KEY: "MIIabc",
    "Authorization: Bearer abcdefgh.ijkl": "ijkl",
    "password='hunter22'": "hunter22",
    "postgresql+psycopg://me:hunter22@db/x": "hunter22",
    "<Task exception=ValueError('山田 花子 様')>": "山田",
    "AKIAabcdefghijklmnopqrstuvwxyz0123456789": "0123456789",
}


@pytest.fixture
def written():
    """Return what a handler of some library writes meanwhile."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    with logs.kept_harmless():
        library = logging.getLogger("streamlit.some.part")
        library.addHandler(handler)
        yield library, stream
        library.removeHandler(handler)


@pytest.mark.parametrize("text", TELLING, ids=range(len(TELLING)))
def test_what_leads_to_a_person_or_opens_a_door_is_left_out(text):
    assert TELLING[text] not in harmless(f"before {text} after")
    assert harmless(f"before {text} after").startswith("before ")


@pytest.mark.parametrize(
    "text",
    [
        "error 7F3QX2: KeyError at lib/ui/x.py:12 > lib/store/access.py:345",
        "rows of K-261121-7F3QX at 2026-11-21 10:30:00,123 took 0.0123456789 s",
        "listening on http://127.0.0.1:8501",
        "a save waits: StoreUnavailable",
        "from 01-02-2026 to 2026-11-22T09:05:03+09:00 at 0.0.0.0:8501",
    ],
)
def test_what_helps_the_operator_stays(text):
    assert harmless(text) == text


def test_a_message_is_one_line():
    text = harmless("one\r\ntwo\nERROR forged\u2028three\x1b[31m")

    assert text == r"one\ntwo\nERROR forged\nthree?[31m"


def test_a_record_of_any_library_passes_and_an_error_keeps_its_place_only(written):
    library, stream = written

    try:
        int("山田 花子 様 090-1234-5678")
    except ValueError as error:
        library.exception("session %s of %s: %s", SESSION, "taro@example.jp", error)

    text = stream.getvalue()
    assert text.startswith("ERROR session (id) of (mail): ValueError\n    | ValueError")
    assert "tests/test_logs.py" in text
    assert not any(word in text for word in ("山田", "5678", "taro", SESSION))


def test_our_own_errors_and_those_of_the_machine_keep_their_words(written):
    library, stream = written

    library.warning(
        "not now: %s / %s", OSError(28, "No space left"), ActionRefused("使えません")
    )

    assert "No space left" in stream.getvalue()
    assert "使えません" in stream.getvalue()


def test_a_message_that_does_not_fit_its_arguments_tells_nothing(written):
    library, stream = written

    library.warning("%d rows", "090-1234-5678")

    assert stream.getvalue() == "WARNING (a message that does not fit)\n"


def test_the_access_log_keeps_its_shape_without_queries(written):
    record = logging.getLogger(logs.ACCESS).makeRecord(
        logs.ACCESS,
        logging.INFO,
        "",
        0,
        '%s - "%s %s HTTP/%s" %d',
        ("127.0.0.1:5000", "GET", f"/upload/{SESSION}/x?q=090-1234-5678", "1.1", 200),
        None,
    )
    line = AccessFormatter("%(request_line)s", use_colors=False).format(
        logging.getLogRecordFactory()(
            record.name, record.levelno, "", 0, record.msg, record.args, None
        )
    )

    assert line == "GET /upload/(id)/x HTTP/1.1"


def test_a_thread_that_dies_says_where_and_not_what(written):
    _library, stream = written
    own = logging.getLogger("mimamori.threads")
    handler = logging.StreamHandler(stream)
    own.addHandler(handler)

    def dies():
        raise KeyError("山田 花子")

    thread = threading.Thread(target=dies)
    thread.start()
    thread.join()
    own.removeHandler(handler)

    assert "KeyError" in stream.getvalue()
    assert "山田" not in stream.getvalue()


def test_afterwards_logs_are_as_they_were():
    before = logging.getLogRecordFactory()

    with logs.kept_harmless():
        assert logging.getLogRecordFactory() is not before

    assert logging.getLogRecordFactory() is before


@pytest.mark.parametrize(
    "part", ["a", "0", "0-", "@", "a@", "-----BEGIN A", "token=", "+", "a://", "0. "]
)
def test_no_text_makes_a_log_wait(part):
    start = time.perf_counter()

    harmless(part * 100_000)

    assert time.perf_counter() - start < 0.5
