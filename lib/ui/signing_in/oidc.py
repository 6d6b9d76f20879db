"""Being vouched for by a provider (OpenID Connect), by Authlib.

The settings are those of `st.login`, and so is the library. Streamlit's own routes are
not used: they need an open page for who is not in yet, and keep who one is in a cookie
that holds for thirty days, signing out or not (security.md row 7).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.integrations.starlette_client import OAuth, OAuthError
from starlette.requests import Request
from starlette.responses import Response

from lib.settings.sign_in import CALLBACK, Provider, SignIn


class NotVouched(Exception):
    """The provider did not vouch for anybody; the reason stands in the log."""


async def leave_for(request: Request, how: SignIn, provider: Provider) -> Response:
    """Send the browser to the provider.

    Raises:
        NotVouched: the provider cannot be reached.
    """
    try:
        answer = await _client(provider).authorize_redirect(
            request, how.url + CALLBACK, prompt="select_account"
        )
    except Exception as error:
        raise NotVouched(type(error).__name__) from error
    request.session["provider"] = provider.code
    return answer  # type: ignore[no-any-return]


async def come_back(
    request: Request, how: SignIn
) -> tuple[Provider, Mapping[str, Any]]:
    """Return who vouches, and the claims of its checked token.

    Authlib checks state, nonce, PKCE, signature, issuer, audience and times.

    Raises:
        NotVouched: the browser was not sent by us, or the token is not good.
    """
    provider = how.provider(str(request.session.get("provider", "")))
    if provider is None:
        raise NotVouched("no state")
    try:
        token = await _client(provider).authorize_access_token(request)
    except OAuthError as error:
        raise NotVouched(str(error.error)) from error
    except Exception as error:
        raise NotVouched(type(error).__name__) from error
    finally:
        request.session.clear()
    claims = token.get("userinfo")
    if not claims:
        raise NotVouched("no id token")
    return provider, claims


def _client(provider: Provider) -> Any:
    oauth = OAuth()
    oauth.register(
        provider.code,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=provider.metadata,
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
        },
    )
    return oauth.create_client(provider.code)
