"""The commands of the README, started as they stand there, and asked from outside.

`streamlit run app.py` without sign-in, and `uvicorn app:app` with sign-in as behind a
proxy that ends https. One start of each; what each layer does in every case stands in
test_front.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpx2
import psutil
import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from lib import clock
from lib.ui import context, crowd
from lib.ui.headers import ALWAYS
from lib.ui.listening import SILENT_SECONDS
from tests.security.raw_client import RawClient
from tests.signin.browsing import LONGEST, Browser, rerun, said
from tests.signin.conftest import founded
from tests.signin.people import ADMIN, GOOD
from tools.serve import Server, serving

AS_IN_THE_README = ("streamlit", "run", "app.py", "--server.port", "{port}")
UVICORN = ("uvicorn", "app:app", "--port", "{port}")
NAME = "mimamori.example.jp"
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> Iterator[Server]:
    """Serve without sign-in, with room for few tabs."""
    data = tmp_path_factory.mktemp("here") / "data"
    few = {"MIMAMORI_SESSIONS_PER_ADDRESS": "3"}
    with serving(data, settings=few, command=AS_IN_THE_README) as server:
        yield server


@pytest.fixture(scope="module")
def public(tmp_path_factory) -> Iterator[Server]:
    """Serve with sign-in under a name with https; the proxy before it is us."""
    data = tmp_path_factory.mktemp("public") / "data"
    with founded(data) as company:
        company.desk.accounts.set_password(ADMIN, GOOD, clock.now())
    settings = {"MIMAMORI_SIGN_IN": "on", "MIMAMORI_URL": f"https://{NAME}"}
    with serving(data, settings=settings, command=UVICORN, prepared=True) as server:
        yield server


def ask(server: Server, path: str, method: str = "GET", **headers: str):
    return httpx2.request(
        method, server.url + path, headers=headers, timeout=LONGEST, trust_env=False
    )


@contextmanager
def through_the_proxy(server: Server, **headers: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(
        base_url=server.url,
        headers={"Host": NAME, **headers},
        timeout=LONGEST,
        trust_env=False,
    ) as client:
        yield client


def refusal(url: str, origin: str | None, **more) -> httpx2.Response | None:
    """Return with what a socket is refused; None for one that opens."""
    try:
        with connect(
            url,
            origin=origin,
            subprotocols=["streamlit"],
            open_timeout=LONGEST,
            **more,
        ):
            return None
    except InvalidStatus as refused:
        return refused.response


def socket_of(server: Server) -> str:
    return server.url.replace("http", "ws", 1) + "/_stcore/stream"


def opened(server: Server) -> ClientConnection:
    """Return a socket such as the server's own page opens."""
    return connect(socket_of(server), origin=server.url, open_timeout=LONGEST)


# Where it listens, what it says -----------------------------------------------------


@pytest.mark.parametrize("served", ["here", "public"])
def test_it_listens_on_this_computer_only(served, request):
    server = request.getfixturevalue(served)
    lines = psutil.Process(server.pid).net_connections("tcp")

    listening = {line.laddr.ip for line in lines if line.status == "LISTEN"}
    assert listening == {"127.0.0.1"}


ANSWERS = [
    ("/", 200, PAGE),
    ("/ledger", 200, PAGE),
    ("/healthz", 200, {}),
    ("/_stcore/health", 200, {}),
    ("/_stcore/host-config", 200, {}),
    ("/print.css", 200, {}),
    ("/screen.css", 200, {}),
    ("/favicon.png", 200, {}),
    ("/media/0123456789abcdef.csv", 404, {}),
    ("/calendar/wrong.ics", 404, {}),
    ("/_stcore/metrics", 404, {}),
    ("/_stcore/agent/openapi.json", 404, {}),
    ("/.streamlit/secrets.toml", 404, {}),
    ("/", 403, {"Origin": "http://evil.example"}),
    ("/", 403, {"X-Forwarded-For": "127.0.0.1"}),
    ("/", 431, {"Cookie": "x" * (crowd.LARGEST_HEAD - 100)}),
]


@pytest.mark.parametrize(("path", "status", "headers"), ANSWERS)
def test_each_kind_of_answer_carries_the_headers(here, path, status, headers):
    answered = ask(here, path, **headers)

    assert answered.status_code == status
    assert ALWAYS.items() <= dict(answered.headers).items()
    assert "default-src 'none'" in answered.headers["content-security-policy"]
    assert "server" not in answered.headers
    assert "strict-transport-security" not in answered.headers
    is_kept = path in ("/print.css", "/screen.css", "/favicon.png")
    assert is_kept or answered.headers["cache-control"].endswith("no-store")


def test_the_files_of_the_front_end_are_kept_by_the_browser(here):
    script = re.search(r'src="\.(/static/js/[^"]+)"', ask(here, "/", **PAGE).text)[1]
    answered = ask(here, script)

    assert "immutable" in answered.headers["cache-control"]
    assert ALWAYS.items() <= dict(answered.headers).items()


def test_the_front_end_is_told_nothing_and_no_page_may_steer_it(here):
    told = ask(here, "/_stcore/host-config").json()

    assert (told["allowedOrigins"], told["metricsUrl"]) == ([], "")


def test_the_page_names_its_own_socket(here):
    policy = ask(here, "/", **PAGE).headers["content-security-policy"]

    assert f"connect-src 'self' ws://{urlsplit(here.url).netloc}" in policy


# Who may open the socket --------------------------------------------------------------


def test_only_its_own_page_opens_the_socket(here):
    url, port = socket_of(here), urlsplit(here.url).port
    for origin in (
        *("http://evil.example", "null", None, "http://localhost:1"),
        *(f"http://localhost:{port}", f"https://127.0.0.1:{port}"),
    ):
        refused = refusal(url, origin)
        assert refused is not None, origin
        assert refused.status_code == 403
        assert all(refused.headers[name] == value for name, value in ALWAYS.items())
    rebound = url.replace("127.0.0.1", "rebound.example")
    with socket.create_connection(("127.0.0.1", port)) as line:
        assert refusal(rebound, f"http://rebound.example:{port}", sock=line)
    assert refusal(url, here.url) is None


def test_a_file_is_taken_from_its_own_page_only(here):
    path = "/_stcore/upload_file/tab/file"
    for method in ("PUT", "DELETE"):
        assert ask(here, path, method).status_code == 403
        assert ask(here, path, method, Origin="null").status_code == 403
    # From its own page it comes as far as Streamlit, which misses its token.
    answered = ask(here, path, "PUT", Origin=here.url)
    assert (answered.status_code, answered.text) == (
        403,
        "XSRF token missing or invalid",
    )


def test_the_tab_for_which_there_is_no_room_is_told_so(here):
    with ExitStack() as tabs:
        for _n in range(3):
            tabs.enter_context(opened(here))
        page = ask(here, "/ledger", **PAGE)
        refused = refusal(socket_of(here), here.url)

    assert (page.status_code, page.text) == (503, crowd.FULL)
    assert refused is not None


# What goes wrong ------------------------------------------------------------------------


def test_an_error_of_the_script_is_a_number_and_no_more(here):
    with RawClient(Browser(here.url)) as client:
        client.open("")
        client.put_as(next(iter(client.widgets())), "json_value", "{")
        shown = client.run()

    assert re.search("番号 [0-9A-Z]{6} を管理者に", shown)
    for detail in ("Traceback", "JSONDecodeError", "decoder.py", "Expecting property"):
        assert detail not in shown


def test_a_message_that_is_none_ends_the_socket_without_a_word(here):
    with opened(here) as line:
        line.send(b"\xff\xff\xff")
        assert said(line).text == ""
        assert line.protocol.close_code == 1002


def test_a_message_too_large_is_not_taken(here):
    large = rerun() + b"x" * (5 * 1024 * 1024)
    with pytest.raises(ConnectionClosedError):
        send_and_wait(here, large)
    assert ask(here, "/healthz").status_code == 200


def send_and_wait(server: Server, message: bytes) -> None:
    with opened(server) as line:
        line.send(message)
        line.recv()


@pytest.mark.slow
def test_a_request_that_comes_letter_by_letter_is_given_up(here):
    with socket.create_connection(("127.0.0.1", urlsplit(here.url).port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        line.settimeout(SILENT_SECONDS + 15)
        assert line.recv(100) == b""


# With sign-in, by https -----------------------------------------------------------------


def test_cookies_are_for_https_and_this_host_alone(public):
    with through_the_proxy(public, Origin=f"https://{NAME}") as client:
        form = client.get("/signin", headers=PAGE)
        given = form.headers.get_list("set-cookie")
        secret = re.search("__Host-mimamori-form=([^;]+)", " ".join(given))[1]
        came = client.post(
            "/signin",
            data={"email": ADMIN, "password": GOOD, "form": secret},
            headers={"Cookie": f"__Host-mimamori-form={secret}"},
        )
        given += came.headers.get_list("set-cookie")
        given += client.get("/_stcore/health").headers.get_list("set-cookie")

    flags = {one.partition("=")[0]: set(one.split("; ")[1:]) for one in given}
    assert came.status_code == 303, came.text
    assert flags.keys() >= {"__Host-mimamori", "_streamlit_xsrf"}
    assert all("Secure" in found for found in flags.values())
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= flags["__Host-mimamori"]
    assert "SameSite=Strict" in flags["_streamlit_xsrf"]
    for answered in (form, came):
        assert answered.headers["strict-transport-security"] == "max-age=31536000"
        assert answered.headers["x-frame-options"] == "DENY"
        assert answered.headers["cache-control"] == "no-store"
        assert "server" not in answered.headers


def test_the_form_keeps_a_policy_of_its_own(public):
    """It sends to itself, and a browser must not hide from where."""
    with through_the_proxy(public) as client:
        form = client.get("/signin", headers=PAGE).headers

    assert form["referrer-policy"] == "same-origin"
    assert "form-action 'self'" in form["content-security-policy"]
    assert "script-src" not in form["content-security-policy"]


@pytest.mark.parametrize("origin", ["null", "https://evil.example", f"http://{NAME}"])
def test_a_form_of_another_page_is_not_taken(public, origin):
    with through_the_proxy(public, Origin=origin) as client:
        assert client.post("/signin", data={"email": ADMIN}).status_code == 403


def test_what_is_closed_is_closed_with_sign_in_too(public):
    with through_the_proxy(public) as client:
        for path in ("/_stcore/metrics", "/_stcore/agent/mcp", "/auth/login"):
            assert client.get(path).status_code == 404
        assert client.get("/_stcore/host-config").status_code == 401
        assert client.get("/ledger", headers=PAGE).status_code == 303


def test_a_session_of_ones_own_making_is_no_sign_in(public):
    claim = {context.SESSION_HEADER: "admin"}
    with through_the_proxy(public, **claim) as client:
        assert client.get("/ledger", headers=PAGE).status_code == 303


def test_uvicorn_writes_no_address_down(public):
    with through_the_proxy(public) as client:
        client.get("/invitation/not-to-be-seen")

    assert "not-to-be-seen" not in public.log.read_text("utf-8")
    assert "Uvicorn running on" in public.log.read_text("utf-8")
