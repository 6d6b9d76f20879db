"""The cookies of our own: who is signed in, which form is ours, which language."""

from __future__ import annotations

import hmac
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from lib.settings.sign_in import SignIn
from lib.signin.book import new_token

_SESSION: Final = "mimamori"
_HALF: Final = "mimamori-code"
_FORM: Final = "mimamori-form"
_LANGUAGE: Final = "mimamori-language"


def _name(plain: str, how: SignIn) -> str:
    # A browser takes __Host- only from this very host and by https.
    return f"__Host-{plain}" if how.is_secure else plain


def session(connection: HTTPConnection, how: SignIn) -> str:
    """Return the token of the sign-in that the browser shows; "" for none."""
    return connection.cookies.get(_name(_SESSION, how), "")


def half(connection: HTTPConnection, how: SignIn) -> str:
    """Return the token of a sign-in that lacks its second step; "" for none."""
    return connection.cookies.get(_name(_HALF, how), "")


def form(connection: HTTPConnection, how: SignIn) -> str:
    """Return the secret that our forms carry in this browser; a new one if it has none."""
    return connection.cookies.get(_name(_FORM, how), "") or new_token()


def is_our_form(connection: HTTPConnection, typed: str, how: SignIn) -> bool:
    """Whether a form that was sent carries the browser's secret."""
    known = connection.cookies.get(_name(_FORM, how), "")
    return bool(known) and hmac.compare_digest(known.encode(), typed.encode())


def language(connection: HTTPConnection) -> str:
    """Return the code of the language chosen on our pages; "" for none."""
    return connection.cookies.get(_LANGUAGE, "")


def give_language(response: Response, code: str) -> None:
    """Speak this language on our pages from now on."""
    response.set_cookie(_LANGUAGE, code, path="/signin", httponly=True, samesite="lax")


def give(response: Response, how: SignIn, token: str) -> None:
    """Let the browser show this sign-in from now on, until it is closed."""
    _set(response, _SESSION, how, token)
    response.delete_cookie(_name(_HALF, how), secure=how.is_secure, httponly=True)


def give_half(response: Response, how: SignIn, token: str) -> None:
    """Let the browser show that the first step is done."""
    _set(response, _HALF, how, token)


def give_form(response: Response, how: SignIn, secret: str) -> None:
    """Let the browser send our forms."""
    _set(response, _FORM, how, secret)


def _set(response: Response, plain: str, how: SignIn, value: str) -> None:
    response.set_cookie(
        _name(plain, how),
        value,
        path="/",
        secure=how.is_secure,
        httponly=True,
        samesite="lax",
    )
