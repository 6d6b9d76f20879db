"""On the Internet: by https, under one name, whatever a client says of itself."""

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from lib import clock
from lib.settings.limits import Room
from lib.settings.sign_in import SignIn
from lib.ui import context, server
from lib.ui.signing_in.door import Door
from lib.ui.signing_in.routes import routes
from tests.signin.people import ADMIN, GOOD
from tests.waiting import run

HERE = "https://mimamori.example.jp"
HOW = SignIn(url=HERE)


@pytest.fixture
def public(company, monkeypatch):
    """Give the function that asks the public app, as through a proxy that ends TLS."""
    monkeypatch.setenv("MIMAMORI_DATA", str(company.data))
    company.desk.accounts.set_password(ADMIN, GOOD, clock.now())
    context.close()

    async def inside(_request):
        return PlainTextResponse("complaints")

    app = Starlette(
        routes=[*routes(HOW), Route("/ledger", inside), Route("/healthz", inside)],
        middleware=[Middleware(Door, how=HOW)],
    )
    client = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app, client=("127.0.0.1", 50000)),
        base_url=HERE,
    )

    def ask(method, path, **more):
        return run(client.request(method, path, **more))

    yield ask
    run(client.aclose())
    context.close()


def signed_in(ask):
    page = ask("GET", "/signin")
    secret = page.cookies["__Host-mimamori-form"]
    return ask(
        "POST",
        "/signin",
        data={"email": ADMIN, "password": GOOD, "form": secret, "next": "/ledger"},
        headers={"Origin": HERE},
    )


def test_cookies_are_for_https_and_this_host_only(public):
    came = signed_in(public)

    given = came.headers.get_list("set-cookie")
    token = next(one for one in given if one.startswith("__Host-mimamori="))
    parts = set(token.split("; "))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= parts
    assert not any(part.startswith("Domain") for part in parts)
    assert public("GET", "/ledger").text == "complaints"


@pytest.mark.parametrize(
    "host", ["evil.example", "mimamori.example.jp:8501", "127.0.0.1"]
)
def test_another_name_that_points_at_us_is_not_answered(public, host):
    signed_in(public)

    for path in ("/ledger", "/signin"):
        found = public("GET", path, headers={"Host": host})
        assert (found.status_code, found.text) == (421, "Misdirected request")


def test_whether_it_lives_is_answered_to_whoever_asks(public):
    assert public("GET", "/healthz", headers={"Host": "127.0.0.1"}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://mimamori.example.jp", "null", HERE + ".evil"]
)
def test_a_form_comes_from_the_https_page_or_not_at_all(public, origin):
    secret = public("GET", "/signin").cookies["__Host-mimamori-form"]
    found = public(
        "POST",
        "/signin",
        data={"email": ADMIN, "password": GOOD, "form": secret},
        headers={"Origin": origin},
    )

    assert found.status_code == 403


def test_more_than_a_form_is_not_taken_from_a_stranger(public):
    found = public(
        "POST", "/signin", data={"email": "x" * 100_000}, headers={"Origin": HERE}
    )

    assert found.status_code == 413


def test_with_sign_in_forwarded_requests_pass_and_without_they_do_not():
    def layers(how):
        return [layer.cls.__name__ for layer in server._before_streamlit(how, Room())]

    assert "ThisComputerOnly" not in layers(HOW)
    assert layers(HOW).index("OwnPagesOnly") < layers(HOW).index("Door")

    assert layers(None)[:3] == ["Headers", "ThisComputerOnly", "OwnPagesOnly"]
    assert "Door" not in layers(None)
    local = layers(SignIn(url="http://localhost:8501"))
    assert local.index("ThisComputerOnly") < local.index("Door")
