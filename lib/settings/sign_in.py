"""Whether people sign in, and with what: `MIMAMORI_SIGN_IN` and section `[auth]`.

The section is the one that Streamlit's own sign-in reads, so that its guides for
Google, Microsoft and others hold; the app itself keeps the sessions (docs/operations.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from lib.errors import SettingsError
from lib.i18n import N_
from lib.settings.install import PREFIX, app_url, section, setting
from lib.settings.this_computer import is_this_computer

CALLBACK: Final = "/oauth2callback"
"""Where a provider sends people back to; the address to be registered with it."""

SECRET_BYTES: Final = 32
_AUTH: Final = ".streamlit/secrets.toml [auth]"
_NAMES: Final[Mapping[str, str]] = {"google": "Google", "microsoft": "Microsoft 365"}
_NAME: Final = re.compile(r"[a-z0-9-]{1,30}")
_ANY_TENANT: Final = re.compile(
    r"//login\.microsoftonline\.com/(common|organizations|consumers)/", re.IGNORECASE
)
_TENANT: Final = re.compile(r"//login\.microsoftonline\.com/([^/]+)/", re.IGNORECASE)
_FLAT: Final = "sso"


@dataclass(frozen=True, slots=True)
class Provider:
    """One place that vouches for people.

    code: in addresses. label: on the button. microsoft: whether it is one Microsoft
    tenant, whose tokens say nothing of whether a mail address was verified.
    """

    code: str
    label: str
    client_id: str
    client_secret: str
    metadata: str
    microsoft: bool = False


@dataclass(frozen=True, slots=True)
class SignIn:
    """How people sign in.

    url: the app's one address, without a slash at its end. cookie_secret: signs what a
    browser keeps while it is away at a provider; "" where there is none.
    """

    url: str
    providers: tuple[Provider, ...] = ()
    cookie_secret: str = ""

    @property
    def is_secure(self) -> bool:
        """Whether the app is reached by https, so that cookies may demand it."""
        return self.url.startswith("https://")

    @property
    def host(self) -> str:
        """The name, and port if any, that browsers ask for."""
        return urlsplit(self.url).netloc.lower()

    @property
    def is_local(self) -> bool:
        """Whether that address is this computer's own."""
        return is_this_computer(urlsplit(self.url).netloc)

    def provider(self, code: str) -> Provider | None:
        """Return the provider with that code; None for none."""
        return next((p for p in self.providers if p.code == code), None)


def sign_in() -> SignIn | None:
    """Return how people sign in; None where nobody has to: on this computer only.

    Raises:
        SettingsError: it is set up in a way that would not protect anybody.
    """
    auth = section("auth")
    if not auth and not _switched_on():
        return None
    found = SignIn(
        url=app_url(),
        providers=tuple(_providers(auth)),
        cookie_secret=_text(auth, "cookie_secret"),
    )
    if not found.is_secure and not found.is_local:
        raise SettingsError(
            N_(
                "サインインを使うときは、{name} を https:// で始まる住所にしてください。http では、パスワードが途中で読まれます。"
            ),
            name=f"{PREFIX}URL",
        )
    if found.providers and len(found.cookie_secret.encode()) < SECRET_BYTES:
        raise SettingsError(
            N_(
                '{name} の cookie_secret が短すぎます。次のコマンドの出力を入れてください: python -c "import secrets; print(secrets.token_hex())"'
            ),
            name=_AUTH,
        )
    return found


def _switched_on() -> bool:
    said = setting("SIGN_IN").strip().casefold()
    if said not in ("", "on", "off"):
        raise SettingsError(
            N_("{name} には on か off を入れてください。"), name=f"{PREFIX}SIGN_IN"
        )
    return said == "on"


def _providers(auth: Mapping[str, Any]) -> list[Provider]:
    sections = {str(name): part for name, part in auth.items() if _is_provider(part)}
    if _is_provider(auth):
        sections[_FLAT] = auth
    return [_provider(name, part) for name, part in sections.items()]


def _is_provider(part: object) -> bool:
    return isinstance(part, Mapping) and "client_id" in part


def _provider(code: str, part: Mapping[str, Any]) -> Provider:
    metadata = _text(part, "server_metadata_url")
    tenant = _TENANT.search(metadata)
    if _ANY_TENANT.search(metadata):
        raise SettingsError(
            N_(
                "{name} の server_metadata_url には、自社のテナントIDを入れてください。common などでは、ほかの会社の人も入れます。"
            ),
            name=_AUTH,
        )
    local = is_this_computer(urlsplit(metadata).netloc)
    complete = _text(part, "client_id") and _text(part, "client_secret")
    if not complete or not (metadata.startswith("https://") or local):
        raise SettingsError(
            N_(
                "{name} には client_id、client_secret、https:// で始まる server_metadata_url が要ります。"
            ),
            name=_AUTH,
        )
    if not _NAME.fullmatch(code):
        raise SettingsError(
            N_("{name} の名前には、英小文字・数字・ハイフンだけを使ってください。"),
            name=_AUTH,
        )
    return Provider(
        code=code,
        label=_label(code, metadata),
        client_id=_text(part, "client_id"),
        client_secret=_text(part, "client_secret"),
        metadata=metadata,
        microsoft=tenant is not None,
    )


def _label(code: str, metadata: str) -> str:
    """Return the provider's name; of an unnamed one, the host that vouches."""
    host = urlsplit(metadata).hostname or ""
    if host == "accounts.google.com":
        return _NAMES["google"]
    if host == "login.microsoftonline.com":
        return _NAMES["microsoft"]
    return _NAMES.get(code) or (host if code == _FLAT else code)


def _text(part: Mapping[str, Any], name: str) -> str:
    found = part.get(name, "")
    return found if isinstance(found, str) else ""
