"""What stands before Streamlit: whose request it is, what it asks for, how much."""

import asyncio
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
import streamlit
from streamlit import config
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

from lib import clock
from lib.errors import SettingsError
from lib.settings.limits import Room, room
from lib.settings.sign_in import SignIn
from lib.signin.sessions import Session, Standing
from lib.ui import crowd, few_files, headers
from lib.ui.crowd import Crowd, Patience, whose
from lib.ui.endpoints import DECIDED, OnlyWhatIsUsed
from lib.ui.few_files import FewFiles
from lib.ui.headers import Headers
from lib.ui.listening import _is_silent
from lib.ui.origin import OwnPagesOnly
from lib.ui.signing_in.door import Door, _claimed
from tests.security.asking import ask, inside, scope_of
from tests.waiting import run

PUBLIC = SignIn(url="https://mimamori.example.jp")
OURS = "https://mimamori.example.jp"

# Origin ---------------------------------------------------------------------------

SOCKET = {"path": "/_stcore/stream", "kind": "websocket"}
UPLOAD = {"path": "/_stcore/upload_file/tab/file", "method": "PUT"}

FOREIGN = [
    "http://evil.example",
    "null",
    "http://localhost:9999",
    "http://localhost",
    "http://127.0.0.1:8501",
    "https://localhost:8501",
    "http://localhost:8501.evil.example",
    "http://localhost:8501, http://evil.example",
    "",
]


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("asked", [SOCKET, UPLOAD, {}], ids=["socket", "put", "get"])
def test_what_another_page_sends_is_refused(asked, origin):
    answered = ask(OwnPagesOnly(inside, None), scope_of(**asked, origin=origin))

    if asked == SOCKET:
        assert not answered.was_opened
    else:
        assert (answered.status, "complaints" in answered.text) == (403, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_who_changes_something_says_from_where(method):
    front = OwnPagesOnly(inside, None)

    assert ask(front, scope_of(method=method)).status == 403
    ours = scope_of(method=method, origin="http://localhost:8501")
    assert ask(front, ours).status == 200
    assert ask(front, scope_of()).status == 200


def test_a_socket_says_from_where():
    front = OwnPagesOnly(inside, None)

    assert not ask(front, scope_of(**SOCKET)).was_opened
    assert ask(front, scope_of(**SOCKET, origin="http://localhost:8501")).was_opened


@pytest.mark.parametrize("host", ["evil.example:8501", "localhost:9999", "localhost"])
def test_a_name_that_was_pointed_at_us_is_not_ours(host):
    rebound = scope_of(**SOCKET, host=host, origin=f"http://{host}")

    assert not ask(OwnPagesOnly(inside, None), rebound).was_opened


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [(OURS, True), ("http://mimamori.example.jp", False), (OURS + ":8501", False)],
)
def test_on_the_internet_it_is_the_one_address_of_the_settings(origin, is_ours):
    asked = scope_of(**SOCKET, host="mimamori.example.jp", origin=origin)

    assert ask(OwnPagesOnly(inside, PUBLIC), asked).was_opened is is_ours


def test_a_foreign_socket_is_refused_before_anything_looks_at_it():
    async def never(*_args):
        raise AssertionError("Streamlit was asked")

    asked = scope_of(**SOCKET, origin="http://evil.example")
    assert not ask(OwnPagesOnly(never, None), asked).was_opened


# Addresses ------------------------------------------------------------------------


def test_every_address_of_streamlit_is_decided(monkeypatch):
    """One that a new Streamlit adds fails here until somebody has thought about it."""
    on = {"server.enableStaticServing", "server.scriptHealthCheckEnabled"}
    usual = config.get_option
    monkeypatch.setattr(config, "get_option", lambda key: key in on or usual(key))
    runtime = MagicMock(_main_script_path=str(Path(__file__)))

    served = {getattr(route, "path", "") for route in create_streamlit_routes(runtime)}

    assert served == set(DECIDED)


CLOSED = [
    "/_stcore/metrics",
    "/_stcore/script-health-check",
    "/_stcore/agent/openapi.json",
    "/_stcore/agent/mcp",
    "/_stcore/something-new",
    "/_stcore/bidi-components/viewport/x.js",
    "/component/streamlit_agraph/index.html",
    "/app/static/a.png",
    "/auth/login",
    "/oauth2callback",
    "/.streamlit/secrets.toml",
    "/app.py",
    "/data/mimamori.db",
]


@pytest.mark.parametrize("path", CLOSED)
def test_what_the_app_does_not_use_is_not_there(path):
    answered = ask(OnlyWhatIsUsed(inside, own=["/healthz"]), scope_of(path))

    assert (answered.status, answered.text) == (404, "Not Found")


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/ledger", "/healthz", "/print.css", "/calendar/s3cret.ics"),
        *("/_stcore/health", "/_stcore/host-config", "/static/js/index.x.js"),
        *("/media/abc.csv", "/_stcore/upload_file/a/b", "/favicon.png"),
    ],
)
def test_what_the_app_uses_is_there(path):
    own = ["/healthz", "/print.css", "/calendar/{secret}.ics"]

    assert ask(OnlyWhatIsUsed(inside, own=own), scope_of(path)).status == 200


def test_only_one_socket_is_served():
    front = OnlyWhatIsUsed(inside, own=[])

    assert ask(front, scope_of(**SOCKET)).was_opened
    assert not ask(front, scope_of("/elsewhere", kind="websocket")).was_opened


# Headers --------------------------------------------------------------------------


def _answering(kind: str = "text/html; charset=utf-8", **more: str):
    async def answer(_scope, _receive, send):
        named = {"content-type": kind, **more}
        pairs = [(n.replace("_", "-").encode(), v.encode()) for n, v in named.items()]
        start = {"type": "http.response.start", "status": 200, "headers": pairs}
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    return answer


def _policy(answered):
    parts = answered.headers["content-security-policy"].split("; ")
    return {name: rest.split() for name, _, rest in (p.partition(" ") for p in parts)}


def test_a_page_may_load_only_what_is_its_own():
    found = _policy(ask(Headers(_answering(), None), scope_of("/ledger")))

    assert found["default-src"] == ["'none'"]
    assert found["connect-src"] == ["'self'", "ws://localhost:8501"]
    for name in ("frame-ancestors", "base-uri", "form-action", "object-src"):
        assert found[name] == ["'none'"]
    everything = {source for sources in found.values() for source in sources}
    assert not everything & {"*", "https:", "http:", "ws:", "wss:", "'unsafe-eval'"}
    assert "'unsafe-inline'" not in found["script-src"]
    assert "data:" not in found["script-src"]


def test_the_one_script_in_the_shell_is_the_one_that_is_allowed():
    shell = Path(streamlit.__file__).with_name("static") / "index.html"
    scripts = re.findall(r"<script>(.*?)</script>", shell.read_text("utf-8"), re.DOTALL)

    hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in scripts]
    assert [f"'sha256-{one}'" for one in hashes] == [headers.SHELL_SCRIPT]


def test_on_the_internet_the_socket_and_the_cookies_are_for_https():
    answering = _answering(set_cookie="_streamlit_xsrf=2|x; Path=/; SameSite=Strict")
    asked = scope_of(host="mimamori.example.jp")
    found = ask(Headers(answering, PUBLIC), asked)

    assert _policy(found)["connect-src"][-1] == "wss://mimamori.example.jp"
    assert found.headers["strict-transport-security"].startswith("max-age=31536000")
    assert found.headers["set-cookie"].endswith("; Secure")
    plain = ask(Headers(answering, None), scope_of()).headers
    assert "strict-transport-security" not in plain
    assert not plain["set-cookie"].endswith("; Secure")


def test_a_strange_host_is_not_written_into_the_policy():
    answered = ask(Headers(_answering(), None), scope_of(host="x; script-src *"))

    assert _policy(answered)["connect-src"] == ["'self'"]
    assert "*" not in answered.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "kind"), [("/media/a.html", "text/html"), ("/ledger.csv", "text/csv")]
)
def test_a_file_opened_by_its_address_may_do_nothing(path, kind):
    found = _policy(ask(Headers(_answering(kind), None), scope_of(path)))

    assert found["default-src"] == ["'none'"]
    assert "sandbox" in found
    assert "script-src" not in found


def test_what_carries_data_is_stored_nowhere():
    def said(path, **more):
        return ask(Headers(_answering(**more), None), scope_of(path)).headers

    assert said("/media/a.csv")["cache-control"] == "no-store"
    assert said("/", cache_control="no-cache")["cache-control"] == "no-store"
    forever = "public, max-age=31536000, immutable"
    assert said("/static/js/a.js", cache_control=forever)["cache-control"] == forever


def test_an_answer_keeps_the_policy_that_it_brings():
    answered = ask(
        Headers(_answering(content_security_policy="default-src 'self'"), None),
        scope_of("/signin"),
    )
    assert answered.headers["content-security-policy"] == "default-src 'self'"


def test_a_refused_socket_is_answered_with_the_headers_too():
    front = Headers(OwnPagesOnly(inside, None), None)
    refused = ask(front, scope_of(**SOCKET, origin="null"))
    opened = ask(front, scope_of(**SOCKET, origin="http://localhost:8501"))

    assert (refused.status, refused.text) == (403, "foreign origin")
    assert opened.was_opened
    for answered in (refused, opened):
        assert headers.ALWAYS.items() <= answered.headers.items()


def test_what_breaks_behind_says_nothing_and_writes_no_text_down(caplog):
    async def breaks(*_args):
        raise RuntimeError("customer 090-1234-5678")

    answered = ask(Headers(breaks, None), scope_of())

    assert (answered.status, answered.text) == (500, "Internal Server Error")
    assert headers.ALWAYS.items() <= answered.headers.items()
    assert "RuntimeError at " in caplog.text
    assert "090" not in caplog.text


# Room -----------------------------------------------------------------------------


class Tabs:
    """A front with tabs that stay open."""

    def __init__(self, *, signs_in=False, **sizes):
        self.front = Crowd(self._stay, Room(**sizes), signs_in=signs_in)
        self.leave = asyncio.Event()

    async def _stay(self, scope, receive, send):
        await send({"type": "websocket.accept"})
        await self.leave.wait()

    async def open(self, member="", **who):
        """Open a tab and leave it open; whether that was possible.

        member: whom the door let in.
        """
        sent, answered = [], asyncio.Event()

        async def send(message):
            sent.append(message)
            answered.set()

        async def receive():
            return {"type": "websocket.connect"}

        scope = {**scope_of(**SOCKET, **who), crowd.MEMBER: member}
        tab = asyncio.ensure_future(self.front(scope, receive, send))
        await answered.wait()
        opened = sent[0]["type"] == "websocket.accept"
        if not opened:
            await tab
        return opened


def test_there_is_room_for_so_many_tabs_and_again_when_they_close():
    async def walk():
        tabs = Tabs(sessions=200, each=1000)
        opened = [await tabs.open() for _n in range(201)]
        tabs.leave.set()
        await asyncio.sleep(0.01)
        return opened, await tabs.open()

    opened, later = run(walk())
    assert opened == [True] * 200 + [False]
    assert later


def test_one_address_takes_its_share_and_leaves_the_rest():
    async def walk():
        tabs = Tabs(sessions=200, each=20)
        opened = [await tabs.open(client="192.0.2.1") for _n in range(21)]
        claimed = await tabs.open(client="192.0.2.1", x_mimamori_session="other")
        return opened, claimed, await tabs.open(client="192.0.2.2")

    opened, claimed, other = run(walk())
    assert opened == [True] * 20 + [False]
    assert not claimed
    assert other


def test_with_sign_in_colleagues_behind_one_address_are_told_apart():
    async def walk():
        tabs = Tabs(signs_in=True, sessions=200, each=2)
        return [await tabs.open(member=who) for who in ("a", "a", "a", "b")]

    assert run(walk()) == [True, True, False, True]


def test_one_person_who_signs_in_again_and_again_has_one_share():
    async def walk():
        tabs = Tabs(signs_in=True, sessions=200, each=20)
        of_one = [
            await tabs.open(member="a", x_mimamori_session=f"sign-in {n}")
            for n in range(30)
        ]
        return of_one, await tabs.open(member="b")

    of_one, of_another = run(walk())
    assert of_one == [True] * 20 + [False] * 10
    assert of_another


def test_the_door_says_in_the_scope_who_it_is_and_no_client_does():
    session = Session(
        "sign-in", "a@example.jp", clock.now(), clock.now(), Standing.LIVE
    )
    said = _claimed(scope_of(mimamori_member="b"), session)

    assert whose(said, signs_in=True) == "a@example.jp"
    assert whose(scope_of(mimamori_member="b"), signs_in=True) == ""


def test_a_socket_without_sign_in_takes_no_room(monkeypatch):
    crowded = []

    async def counted(*_args):
        crowded.append(1)

    door = Door(counted, PUBLIC)
    monkeypatch.setattr(door, "_session", lambda _scope: None)
    asked = scope_of(**SOCKET, host="mimamori.example.jp", origin=OURS)

    assert not any(ask(door, asked).was_opened for _n in range(250))
    assert crowded == []


def test_who_finds_no_room_reads_why():
    page = scope_of("/ledger", accept="text/html")
    answered = ask(Crowd(inside, Room(sessions=0), signs_in=False), page)

    assert (answered.status, answered.text) == (503, crowd.FULL)
    assert answered.headers["retry-after"] == "60"
    there_is_room = ask(Crowd(inside, Room(), signs_in=False), page)
    assert there_is_room.status == 200


def test_the_room_is_set_in_the_environment(monkeypatch):
    assert room() == Room(sessions=200, each=20)
    monkeypatch.setenv("MIMAMORI_SESSIONS", "30")
    monkeypatch.setenv("MIMAMORI_SESSIONS_PER_ADDRESS", "5")
    assert room() == Room(sessions=30, each=5)


@pytest.mark.parametrize("said", ["0", "-1", "many", "１０", "1e9", "9" * 50])
def test_a_room_that_is_no_number_is_refused(monkeypatch, said):
    monkeypatch.setenv("MIMAMORI_SESSIONS", said)
    with pytest.raises(SettingsError):
        room()


# Files ----------------------------------------------------------------------------


class Shelf:
    """A front that takes files, and where Streamlit keeps them."""

    def __init__(self):
        self.kept = MemoryUploadedFileManager("/_stcore/upload_file")
        self.leave = None
        self.front = FewFiles(self._take, signs_in=True, files=lambda: self.kept)

    async def _take(self, scope, receive, send):
        if self.leave is not None:
            await self.leave.wait()
        *_path, tab, number = scope["path"].split("/")
        if scope["method"] == "DELETE":
            self.kept.remove_file(tab, number)
        else:
            data = await whole(receive)
            self.kept.add_file(tab, UploadedFileRec(number, "x.exe", "", data))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def put(self, number, *, size=1, tab="tab", member="a", method="PUT"):
        """Return with which status a file is taken."""
        asked = scope_of(f"/_stcore/upload_file/{tab}/{number}", method=method)
        asked[crowd.MEMBER] = member
        return ask(self.front, asked, [b"x" * size]).status

    @property
    def numbers(self):
        return [n for files in self.kept.file_storage.values() for n in files]


async def whole(receive):
    data, more = b"", True
    while more:
        message = await receive()
        data, more = data + message["body"], message.get("more_body", False)
    return data


MEGABYTE = 1024 * 1024


def test_of_a_thousand_files_a_person_keeps_the_newest_few():
    shelf = Shelf()
    taken = {shelf.put(n, tab=f"tab {n % 3}") for n in range(1000)}

    assert taken == {204}
    assert sorted(shelf.numbers) == ["995", "996", "997", "998", "999"]
    assert len(shelf.front._kept) == few_files.FILES_EACH
    assert shelf.front._on_the_way == {}


def test_large_files_of_a_person_take_no_more_than_a_share():
    shelf = Shelf()
    for n in range(8):
        shelf.put(n, size=9 * MEGABYTE)

    assert shelf.numbers == ["5", "6", "7"]


def test_the_file_just_chosen_is_there_however_often_one_imports():
    shelf = Shelf()
    for n in range(12):
        assert shelf.put(n, size=8 * MEGABYTE) == 204
        assert str(n) in shelf.numbers
        if n % 2:
            shelf.put(n, method="DELETE")
            assert str(n) not in shelf.numbers


def test_nobody_pushes_out_what_a_colleague_has_just_chosen():
    shelf = Shelf()
    shelf.put("mine", member="b", tab="b")
    for n in range(50):
        shelf.put(n, size=9 * MEGABYTE)

    assert "mine" in shelf.numbers


def test_all_together_keep_no_more_than_there_is_memory_for(monkeypatch):
    monkeypatch.setattr(few_files, "BYTES_TOGETHER", 1000)
    shelf = Shelf()
    for n in range(40):
        shelf.put(n, size=100, member=f"member {n}", tab=f"tab {n}")

    assert shelf.numbers == [str(n) for n in range(30, 40)]


def test_what_ends_with_its_tab_is_forgotten():
    shelf = Shelf()
    shelf.put("1", tab="gone")
    shelf.kept.remove_session_files("gone")
    shelf.put("2")

    assert list(shelf.front._kept) == [("tab", "2")]


def test_files_on_their_way_are_few_too():
    async def walk():
        shelf = Shelf()
        shelf.leave = asyncio.Event()

        async def receive():
            return {"type": "http.request", "body": b"x"}

        async def put(member, number):
            sent = []

            async def send(message):
                sent.append(message)

            asked = scope_of(f"/_stcore/upload_file/t/{number}", method="PUT")
            await shelf.front({**asked, crowd.MEMBER: member}, receive, send)
            return sent[0]["status"]

        waiting = [asyncio.ensure_future(put("a", n)) for n in range(2)]
        await asyncio.sleep(0)
        third = await put("a", 3)
        colleagues = [asyncio.ensure_future(put(f"b{n}", n)) for n in range(8)]
        await asyncio.sleep(0)
        too_many = await put("c", 1)
        shelf.leave.set()
        first = [await one for one in waiting + colleagues]
        return third, too_many, first, await put("a", 4)

    third, too_many, first, later = run(walk())
    assert (third, too_many) == (429, 429)
    assert first == [204] * 10
    assert later == 204


# Bytes and time -------------------------------------------------------------------

PATIENT = Patience(inside, largest_file=1000)


@pytest.mark.parametrize("announced", [True, False])
def test_more_than_a_request_has_is_not_taken(announced):
    said = {"content_length": str(crowd.LARGEST_BODY + 1)} if announced else {}
    body = [b"x" * 1024] * 65

    answered = ask(PATIENT, scope_of("/ledger", method="POST", **said), body)

    assert answered.status == 413
    assert answered.headers["connection"] == "close"


def test_a_file_may_be_larger_than_a_form():
    asked = scope_of("/_stcore/upload_file/a/b", method="PUT")

    assert ask(PATIENT, asked, [b"x" * 1024] * 65).status == 200


def test_a_long_head_is_refused():
    assert ask(PATIENT, scope_of(cookie="x" * 40_000)).status == 431
    assert not ask(PATIENT, scope_of(**SOCKET, cookie="x" * 40_000)).was_opened


def test_a_body_that_does_not_come_is_given_up(monkeypatch):
    monkeypatch.setattr(crowd, "FIRST_SECONDS", 0.05)
    sent = []

    async def never():
        await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    run(PATIENT(scope_of(method="POST"), never, send))

    assert sent[0]["status"] == 408


def test_a_connection_that_asks_for_nothing_is_silent():
    assert _is_silent(SimpleNamespace(cycle=None))
    assert _is_silent(SimpleNamespace(cycle=SimpleNamespace(response_complete=True)))
    asking = SimpleNamespace(cycle=SimpleNamespace(response_complete=False))
    assert not _is_silent(asking)
    assert not _is_silent(SimpleNamespace())
