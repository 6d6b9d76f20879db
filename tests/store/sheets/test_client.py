"""Calls over real HTTP, with time, chance and patience in the test's hands."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt
from google.auth.exceptions import RefreshError, TransportError

from lib.errors import SettingsError, StoreDenied, StoreError, StoreUnavailable
from lib.settings.install import SheetsSettings
from lib.store.sheets.budget import Budget
from lib.store.sheets.client import (
    Limits,
    SheetsClient,
    as_outcome,
    checked_address,
    connected,
    credentials,
)
from lib.store.sheets.faults import (
    RequestRefused,
    SheetSettingsError,
    WriteUnknown,
    retry_after,
)
from tests.store.sheets.google import Google, Reply, error, serving

FINE = Reply(body={"valueRanges": [{"range": "x", "values": [[1]]}]})
HTML = Reply(body=b"<html>busy</html>", headers={"Content-Type": "text/html"})


class Patience:
    """A clock that only moves while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def timer(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Called:
    """A client of a small server, and what became of its patience."""

    def __init__(self, google: Google, data: Path, **options: Any) -> None:
        self.google = google
        self.patience = Patience()
        session = requests.Session()
        session.trust_env = False
        self.client = SheetsClient(
            session,
            Budget(data, clock=self.patience.timer),
            api=google.url,
            timer=options.pop("timer", self.patience.timer),
            sleep=self.patience.sleep,
            chance=lambda: 0.5,
            limits=options.pop("limits", Limits()),
        )

    def read(self) -> bytes:
        return self.client.values("S", ["'苦情台帳'"])

    def write(self) -> Any:
        return self.client.change("S", {"requests": []})


@contextmanager
def called(data: Path, *replies: Reply, **options: Any) -> Iterator[Called]:
    with serving(*replies) as google:
        it = Called(google, data, **options)
        yield it
        it.client.session.close()


def test_a_read_asks_for_raw_values_and_no_more_than_it_needs(tmp_path):
    with called(tmp_path, FINE) as it:
        assert it.read() == FINE.bytes()
        asked = it.google.asked[0]
    assert asked.path == "/v4/spreadsheets/S/values:batchGet"
    assert asked.query == {
        "ranges": ["'苦情台帳'"],
        "majorDimension": ["ROWS"],
        "valueRenderOption": ["UNFORMATTED_VALUE"],
        "dateTimeRenderOption": ["SERIAL_NUMBER"],
        "fields": ["valueRanges(range,values)"],
        "prettyPrint": ["false"],
    }


def test_a_write_names_the_fields_of_its_answer(tmp_path):
    with called(tmp_path, Reply(body={"replies": [{}]})) as it:
        assert it.write() == {"replies": [{}]}
        asked = it.google.asked[0]
    assert (asked.method, asked.path) == ("POST", "/v4/spreadsheets/S:batchUpdate")
    assert asked.query["fields"] == ["replies"]
    assert asked.body == b'{"requests":[]}'


def test_gspreads_own_calls_go_the_same_way(tmp_path):
    with called(tmp_path, FINE) as it:
        it.client.values_batch_get("S", ["A1"])
        assert it.google.asked[0].query["prettyPrint"] == ["false"]


def test_a_packed_answer_is_unpacked(tmp_path):
    packed = Reply(
        body=gzip.compress(FINE.bytes()), headers={"Content-Encoding": "gzip"}
    )
    with called(tmp_path, packed) as it:
        assert it.read() == FINE.bytes()


def test_an_answer_that_unpacks_to_too_much_is_not_unpacked(tmp_path):
    bomb = gzip.compress(b"{" + b" " * 50_000_000 + b"}")
    packed = Reply(body=bomb, headers={"Content-Encoding": "gzip"})
    limits = Limits(size=1_000_000, attempts=1)
    with called(tmp_path, packed, limits=limits) as it, pytest.raises(StoreUnavailable):
        it.read()


@pytest.mark.parametrize(
    "first",
    [
        error(429),
        error(500),
        error(503),
        error(408),
        HTML,
        Reply(502, b"", {}),
        Reply(reset=True),
        Reply(body=FINE.bytes(), cut=9),
        error(403, reason="rateLimitExceeded"),
    ],
    ids=["429", "500", "503", "408", "html", "502 empty", "reset", "half", "403 limit"],
)
def test_a_read_is_tried_again(tmp_path, first):
    with called(tmp_path, first, FINE) as it:
        assert it.read() == FINE.bytes()
        assert len(it.google.asked) == 2
        assert it.patience.slept


def test_pauses_grow_and_end(tmp_path):
    with called(tmp_path, error(503)) as it:
        with pytest.raises(StoreUnavailable) as caught:
            it.read()
        assert len(it.google.asked) == 6
        assert it.patience.slept == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert not caught.value.permanent


def test_a_call_ends_before_its_deadline_whatever_is_asked(tmp_path):
    with called(tmp_path, error(429, retry_after="40")) as it:
        start = it.patience.now
        with pytest.raises(StoreUnavailable):
            it.read()
        assert it.patience.now - start <= Limits().total
        assert len(it.google.asked) == 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3),
        ("0", 1),
        ("-5", 1),
        ("99999", 120),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("Sat, 21 Nov 2026 01:30:07 GMT", 7),
        ("Sat, 21 Nov 2020 01:30:07 GMT", 1),
        ("inf", 120),
    ],
)
def test_retry_after_is_clamped(monkeypatch, header, seconds):
    monkeypatch.setenv("MIMAMORI_NOW", "2026-11-21T10:30:00")
    assert retry_after(header) == seconds


def test_google_asks_to_wait_and_everybody_waits(tmp_path):
    with called(tmp_path, error(429, retry_after="5"), FINE) as it:
        it.read()
        assert sum(it.patience.slept) >= 5


@pytest.mark.parametrize(
    "first",
    [
        error(500),
        error(503),
        HTML,
        Reply(502, b"", {}),
        Reply(reset=True),
        Reply(body=b'{"replies":[{'),
        Reply(body=b'{"replies":[]}', cut=4),
        error(408),
        Reply(302, b"", {"Location": "http://127.0.0.1:9/"}),
    ],
    ids=["500", "503", "html", "502", "reset", "half json", "cut", "408", "redirect"],
)
def test_a_write_whose_fate_is_unknown_is_never_sent_again(tmp_path, first):
    with called(tmp_path, first, FINE) as it:
        with pytest.raises(WriteUnknown):
            it.write()
        assert len(it.google.asked) == 1


def test_an_unknown_write_does_not_say_that_nothing_was_saved():
    assert "まだ保存されていません" not in str(WriteUnknown("x"))
    assert WriteUnknown("x").message != StoreUnavailable("x").message


def test_an_answer_broken_inside_is_half_an_answer(tmp_path):
    broken = Reply(body=b'{"replies":[{]}')
    with called(tmp_path, broken, FINE) as it:
        assert it.read() == FINE.bytes()
        it.google.replies.insert(0, broken)
        with pytest.raises(WriteUnknown):
            it.write()


def test_a_write_that_google_did_not_look_at_is_sent_again(tmp_path):
    with called(tmp_path, error(429), Reply(body={"replies": []})) as it:
        assert it.write() == {"replies": []}
        assert len(it.google.asked) == 2


@pytest.mark.parametrize(
    "failure",
    [
        requests.exceptions.ConnectTimeout(),
        requests.exceptions.SSLError(),
        TransportError("token endpoint away"),
    ],
)
def test_what_failed_before_sending_is_no_unknown_write(failure):
    assert type(as_outcome(failure)).__name__ == "_NotSent"


def test_a_read_timeout_may_have_been_sent():
    assert type(as_outcome(requests.exceptions.ReadTimeout())).__name__ == "_Lost"


def test_a_revoked_key_is_no_outage():
    found = as_outcome(RefreshError("invalid_grant"))
    assert isinstance(found, SheetSettingsError)
    assert found.permanent


def test_nobody_listening_means_that_nothing_was_sent(tmp_path):
    with serving(FINE) as google:
        pass
    it = Called(google, tmp_path)
    with pytest.raises(StoreUnavailable) as caught:
        it.write()
    assert not isinstance(caught.value, WriteUnknown)
    assert len(it.patience.slept) == 5


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error(400, "Unable to parse range: '旧'"), RequestRefused),
        (error(401), SheetSettingsError),
        (error(403, "The caller does not have permission"), StoreDenied),
        (error(403, reason="SERVICE_DISABLED"), SheetSettingsError),
        (error(404, "Requested entity was not found."), SheetSettingsError),
    ],
)
@pytest.mark.parametrize("action", ["read", "write"])
def test_a_refusal_is_permanent_and_asked_once(tmp_path, reply, kind, action):
    with called(tmp_path, reply) as it:
        with pytest.raises(kind) as caught:
            getattr(it, action)()
        assert len(it.google.asked) == 1
    assert caught.value.permanent
    assert isinstance(caught.value, StoreError)


def test_a_refusal_names_the_request_or_the_tab():
    lost_claim = RequestRefused("Invalid requests[2].addNamedRange: exists already")
    assert (lost_claim.request, lost_claim.unknown_range) == (2, False)
    renamed = RequestRefused("Unable to parse range: '旧'")
    assert (renamed.request, renamed.unknown_range) == (None, True)


def test_one_byte_at_a_time_ends_at_the_deadline(tmp_path):
    limits = Limits(total=0.4, attempts=3)
    slow = Reply(body=FINE.bytes(), drip=0.05)
    with called(tmp_path, slow, limits=limits, timer=time.monotonic) as it:
        start = time.monotonic()
        with pytest.raises(StoreUnavailable):
            it.read()
        assert time.monotonic() - start < 2
        with pytest.raises(WriteUnknown):
            it.write()


def test_plain_http_is_for_this_machine_only():
    assert checked_address("http://127.0.0.1:9/", "X") == "http://127.0.0.1:9/"
    assert checked_address("https://sheets.example", "X")
    for address in ["http://sheets.example", "ftp://127.0.0.1", "127.0.0.1:9"]:
        with pytest.raises(SettingsError):
            checked_address(address, "X")


@pytest.mark.parametrize("key", [None, {}, {"type": "service_account"}])
def test_a_key_that_is_none_is_said_so(key):
    with pytest.raises(SettingsError):
        credentials(SheetsSettings(service_account=key))


@pytest.fixture(scope="module")
def service_key() -> dict[str, str]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "type": "service_account",
        "client_email": "robot@example.iam.gserviceaccount.com",
        "private_key": pem.decode(),
        "private_key_id": "1",
    }


TOKEN = Reply(body={"access_token": "T1", "expires_in": 3600})


def signed(google: Google, key: dict[str, str], data: Path) -> SheetsClient:
    settings = SheetsSettings(google.url, {**key, "token_uri": f"{google.url}/token"})
    client = connected(settings, Budget(data))
    client.session.trust_env = False
    return client


def test_calls_are_signed_with_a_token_for_spreadsheets_alone(tmp_path, service_key):
    with serving(TOKEN, FINE) as google:
        assert signed(google, service_key, tmp_path).values("S", ["A"]) == FINE.bytes()
        token, call = google.asked
    claims = jwt.decode(parse_qs(token.body.decode())["assertion"][0], verify=False)
    assert claims["scope"] == "https://www.googleapis.com/auth/spreadsheets"
    assert call.headers["authorization"] == "Bearer T1"


def test_a_key_asks_nobody_but_its_token_address(tmp_path, service_key, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "google.oauth2._client._lookup_regional_access_boundary",
        lambda *_args, **_options: asked.append(1),
    )
    with serving(TOKEN, FINE) as google:
        signed(google, service_key, tmp_path).values("S", ["A"])
        time.sleep(0.05)  # it would ask in a thread of its own
    assert asked == []


def test_an_expired_token_is_renewed_once(tmp_path, service_key):
    with serving(TOKEN, error(401), TOKEN, FINE) as google:
        assert signed(google, service_key, tmp_path).values("S", ["A"]) == FINE.bytes()
        paths = [asked.path for asked in google.asked]
    values = "/v4/spreadsheets/S/values:batchGet"
    assert paths == ["/token", values, "/token", values]


def test_a_key_that_google_revoked_is_said_so_at_once(tmp_path, service_key):
    revoked = Reply(400, {"error": "invalid_grant", "error_description": "revoked"})
    with serving(revoked) as google, pytest.raises(SheetSettingsError):
        signed(google, service_key, tmp_path).values("S", ["A"])
    assert len(google.asked) == 1


def test_a_token_is_not_fetched_in_the_open(service_key):
    key = {**service_key, "token_uri": "http://tokens.example/token"}
    with pytest.raises(SettingsError):
        credentials(SheetsSettings(service_account=key))
