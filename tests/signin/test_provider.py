"""A provider vouches for people: over real HTTP, against one on this computer."""

import secrets
from dataclasses import dataclass

import httpx2
import pytest

from lib import clock
from lib.actions import signing_in
from lib.errors import ActionRefused, SettingsError
from lib.settings import install
from lib.settings.sign_in import Provider as Settings
from lib.settings.sign_in import sign_in
from tests.signin import provider as providers
from tests.signin.browsing import LONGEST, Browser, rerun, said
from tests.signin.conftest import founded
from tests.signin.people import ADMIN, CLERK
from tools.serve import free_port, serving

FIRST = "owner@example.jp"
"""Stands in MIMAMORI_ADMINS and in no table."""

GOOGLE = Settings("google", "Google", "id", "secret", "https://accounts.google.com/x")
TENANT = Settings("m", "Microsoft 365", "id", "secret", "https://x/", microsoft=True)


@dataclass
class Served:
    """The company, its provider, and where it is served."""

    company: object
    provider: providers.Provider
    url: str


def auth(metadata, *, url, secret="0" * 32, name="google"):
    return f"""
[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "{secret}"
[auth.{name}]
client_id = "{providers.CLIENT}"
client_secret = "{providers.SECRET}"
server_metadata_url = "{metadata}"
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Serve a company whose people come in through the provider."""
    folder = tmp_path_factory.mktemp("vouched")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with providers.providing() as provider, founded(folder / "data") as company:
        path = folder / "secrets.toml"
        metadata = f"{provider.url}/.well-known/openid-configuration"
        path.write_text(auth(metadata, url=url, secret=secrets.token_hex()))
        settings = {
            "MIMAMORI_SECRETS": str(path),
            "MIMAMORI_URL": url,
            "MIMAMORI_ADMINS": FIRST,
        }
        with serving(company.data, settings=settings, port=port) as server:
            yield Served(company, provider, server.url)


@pytest.fixture
def vouch(served):
    """Give the function that goes to the provider and back; it returns the answer."""

    def going(browser, path="/signin/with/google", *, key=None, **claims):
        served.provider.claims = claims
        served.provider.key = key
        away = browser.page(path).headers["location"]
        back = httpx2.get(away, timeout=LONGEST, trust_env=False).headers["location"]
        return browser.page(back.removeprefix(served.url))

    return going


@pytest.fixture
def browser(served):
    with Browser(served.url) as found:
        yield found


def test_a_member_with_a_verified_mail_comes_in(browser, vouch):
    found = vouch(
        browser,
        "/signin/with/google?next=%2Fledger",
        email=CLERK.upper(),
        email_verified=True,
    )

    assert (found.status_code, found.headers["location"]) == (303, "/ledger")
    with browser.socket() as socket:
        socket.send(rerun("ledger"))
        assert "鈴木 次郎" in said(socket).text


def test_streamlits_thirty_day_cookie_is_never_given(browser, vouch):
    vouch(browser, email=CLERK, email_verified=True)

    names = {cookie.name for cookie in browser.client.cookies.jar}
    assert "mimamori" in names
    assert not any("streamlit_user" in name for name in names)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": CLERK},
        {"email": CLERK, "email_verified": False},
        {"email": CLERK, "email_verified": "true"},
        {"email": "stranger@example.jp", "email_verified": True},
        {"email_verified": True},
        {"email": CLERK, "email_verified": True, "aud": "another app"},
        {"email": CLERK, "email_verified": True, "iss": "https://evil.example"},
        {"email": CLERK, "email_verified": True, "nonce": "of another sign-in"},
        {"email": CLERK, "email_verified": True, "exp": 1_000_000_000},
    ],
)
def test_who_is_not_vouched_for_stays_outside(browser, vouch, claims):
    found = vouch(browser, **claims)

    assert found.status_code == 403
    assert "mimamori" not in browser.client.cookies


def test_a_forged_token_lets_nobody_in(browser, vouch):
    found = vouch(browser, key=providers.forger(), email=ADMIN, email_verified=True)

    assert found.status_code == 403
    assert "mimamori" not in browser.client.cookies


def test_an_answer_that_another_browser_asked_for_is_not_taken(served, browser):
    served.provider.claims = {"email": ADMIN, "email_verified": True}
    with Browser(served.url) as attacker:
        away = attacker.page("/signin/with/google").headers["location"]
        back = httpx2.get(away, timeout=LONGEST, trust_env=False).headers["location"]
    found = browser.page(back.removeprefix(served.url))

    assert found.status_code == 403
    assert "mimamori" not in browser.client.cookies


def test_an_address_of_the_settings_is_the_first_administrator(served, browser, vouch):
    found = vouch(browser, email=FIRST, email_verified=True, name="大川 店長")

    assert found.status_code == 303
    with browser.socket() as socket:
        socket.send(rerun("connect"))
        shown = said(socket).text
    assert "大川 店長" in shown
    assert "見る権限がありません" not in shown


# Which mail a token proves ---------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "claims", "proven"),
    [
        (GOOGLE, {"email": ADMIN, "email_verified": True}, ADMIN),
        (GOOGLE, {"email": ADMIN, "email_verified": 1}, None),
        (GOOGLE, {"preferred_username": ADMIN}, None),
        (GOOGLE, {"email": "ｈａｎａｋｏ@example.jp", "email_verified": True}, None),
        (TENANT, {"preferred_username": ADMIN, "iss": "t"}, ADMIN),
        (TENANT, {"preferred_username": ADMIN, "iss": "t", "idp": "other"}, None),
        (TENANT, {"email": ADMIN, "iss": "t"}, None),
        (TENANT, {"email": ADMIN, "xms_edov": True}, ADMIN),
    ],
)
def test_a_token_proves_a_mail_or_none(settings, claims, proven):
    assert signing_in.verified_address(settings, claims) == proven


def test_a_provider_vouches_for_no_member_out_of_use(company):
    with pytest.raises(ActionRefused):
        signing_in.vouched(
            company.desk,
            GOOGLE,
            {"email": "left@example.jp", "email_verified": True},
            before="",
            now=clock.now(),
        )


# Settings --------------------------------------------------------------------------


@pytest.fixture
def set_up(tmp_path, monkeypatch):
    def with_text(text="", **environment):
        path = tmp_path / "secrets.toml"
        path.write_text(text)
        for name in ("SIGN_IN", "URL"):
            monkeypatch.delenv(f"MIMAMORI_{name}", raising=False)
        monkeypatch.setenv("MIMAMORI_SECRETS", str(path))
        for name, value in environment.items():
            monkeypatch.setenv(f"MIMAMORI_{name}", value)
        install._secrets.cache_clear()
        return sign_in()

    yield with_text
    install._secrets.cache_clear()


URL = "https://mimamori.example.jp"
MICROSOFT = "https://login.microsoftonline.com/{}/v2.0/.well-known/openid-configuration"


def test_nothing_set_up_means_no_sign_in(set_up):
    assert set_up() is None
    assert set_up(SIGN_IN="off") is None


def test_a_provider_is_recognised_by_where_it_answers(set_up):
    google = "https://accounts.google.com/.well-known/openid-configuration"
    found = set_up(auth(google, url=URL, name="work"), URL=URL)
    assert [p.label for p in found.providers] == ["Google"]

    found = set_up(auth(MICROSOFT.format("1234-5678"), url=URL), URL=URL)
    assert [(p.label, p.microsoft) for p in found.providers] == [
        ("Microsoft 365", True)
    ]


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("", {"SIGN_IN": "on", "URL": "http://mimamori.example.jp"}),
        ("", {"SIGN_IN": "maybe"}),
        (auth("https://idp.example/x", url=URL, secret="xxx"), {"URL": URL}),
        (auth("http://idp.example/x", url=URL), {"URL": URL}),
        (auth(MICROSOFT.format("common"), url=URL), {"URL": URL}),
        (auth(MICROSOFT.format("organizations"), url=URL), {"URL": URL}),
        (auth("https://idp.example/x", url=URL, name='"a b"'), {"URL": URL}),
    ],
)
def test_settings_that_would_protect_nobody_are_refused(set_up, text, environment):
    with pytest.raises(SettingsError):
        set_up(text, **environment)
