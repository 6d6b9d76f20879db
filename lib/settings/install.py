"""Settings of the installation: environment first, then `.streamlit/secrets.toml`.

`MIMAMORI_SECRETS` names another file in its place, for a host that keeps its secrets
apart from the program.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from lib import clock
from lib.errors import SettingsError
from lib.i18n import N_

PREFIX: Final = "MIMAMORI_"
ROOT: Final = Path(__file__).resolve().parent.parent.parent
SECRETS: Final = ROOT / ".streamlit" / "secrets.toml"


@dataclass(frozen=True, slots=True)
class Installation:
    """What `MIMAMORI_STORE`, `MIMAMORI_DATA` and `MIMAMORI_ADMINS` say.

    store_url: `sqlite:///path`, `postgresql+psycopg://…` or `gsheet://ID`.
    data: folder for database, drafts, backups and keys; 0700, exists.
    admins: mail addresses that are administrators whatever メンバー says.
    """

    store_url: str
    data: Path
    admins: tuple[str, ...] = ()


def installation() -> Installation:
    """Return how this installation is set up.

    Raises:
        SettingsError: the data folder cannot be made, the secrets cannot be read, or
            the fixed clock shows no time.
    """
    _check_clock()
    data = Path(setting("DATA") or ROOT / "data").expanduser().resolve()
    _make_private(data)
    return Installation(
        store_url=setting("STORE") or f"sqlite:///{data / 'mimamori.db'}",
        data=data,
        admins=tuple(setting("ADMINS").replace(",", " ").split()),
    )


def _check_clock() -> None:
    try:
        clock.now()
    except ValueError as error:
        raise SettingsError(
            N_("{name} を日時として読めません。例: 2026-11-21T10:30"),
            name=clock.FIXED_BY,
        ) from error


@dataclass(frozen=True, slots=True)
class SheetsSettings:
    """How the Google Sheets API is reached.

    api: what stands for Google's address (an emulator's); "" for Google itself.
    service_account: the key as Google's JSON file has it; None where there is none.
    """

    api: str = ""
    service_account: Mapping[str, object] | None = None


def sheets_settings() -> SheetsSettings:
    """Return `MIMAMORI_SHEETS_API` and the service account's key.

    The key comes from the file that `MIMAMORI_SERVICE_ACCOUNT` names, otherwise from
    `[service_account]` in the secrets.

    Raises:
        SettingsError: the file or the secrets cannot be read.
    """
    path = setting("SERVICE_ACCOUNT")
    section = _secrets().get("service_account")
    key = _key_in(Path(path).expanduser()) if path else section
    return SheetsSettings(
        api=setting("SHEETS_API"),
        service_account=key if isinstance(key, dict) else None,
    )


_CLOUD_MOUNT: Final = Path("/mount/src")
"""Where Streamlit Community Cloud lays an app; its disk lasts as long as the app runs."""


def disk_is_temporary() -> bool:
    """Whether what is on this machine's disk may be gone after the next start.

    `MIMAMORI_DISK` says so (`temporary` or `lasting`); without it, Streamlit Community
    Cloud is recognised by where the program lies.

    Raises:
        SettingsError: it says anything else.
    """
    said = setting("DISK").strip().casefold()
    if said not in ("", "temporary", "lasting"):
        raise SettingsError(
            N_("{name} には temporary か lasting を入れてください。"),
            name=f"{PREFIX}DISK",
        )
    return said == "temporary" or (not said and ROOT.is_relative_to(_CLOUD_MOUNT))


def app_url() -> str:
    """Return the address under which people open the app, for links in messages.

    `MIMAMORI_URL`, without a slash at its end; this computer's where it is not set.
    """
    return (setting("URL") or "http://localhost:8501").rstrip("/")


def notify_addresses() -> dict[str, str]:
    """Return the address of each channel for notices by its name; each is a secret.

    Section `[notify]` of the secrets, and the environment: `MIMAMORI_NOTIFY_SLACK`
    makes a channel called "slack", and comes before one of that name in the section.

    Raises:
        SettingsError: the secrets cannot be read, or hold something else than a text.
    """
    section = _secrets().get("notify") or {}
    said = section.items() if isinstance(section, dict) else [("", None)]
    named = {str(name): address for name, address in said if isinstance(address, str)}
    if len(named) < len(said):
        raise SettingsError(
            N_('{name} の [notify] は、名前 = "住所" の形で書いてください。'),
            name=".streamlit/secrets.toml",
        )
    own = f"{PREFIX}NOTIFY_"
    named |= {
        key.removeprefix(own).lower(): address
        for key, address in os.environ.items()
        if key.startswith(own) and address
    }
    return {name.strip(): address for name, address in named.items() if name.strip()}


def _key_in(path: Path) -> object:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(
            N_(
                "サービスアカウントの鍵ファイルを読めません。{name} の設定を確かめてください。"
            ),
            name=f"{PREFIX}SERVICE_ACCOUNT",
        ) from error


def setting(name: str) -> str:
    """Return what `MIMAMORI_` with that name says; "" for nothing.

    Raises:
        SettingsError: the secrets cannot be read.
    """
    key = PREFIX + name
    return os.environ.get(key) or str(_secrets().get(key, ""))


def section(name: str) -> Mapping[str, object]:
    """Return a section of the secrets; empty where there is none.

    Raises:
        SettingsError: the secrets cannot be read.
    """
    found = _secrets().get(name)
    return found if isinstance(found, dict) else {}


@lru_cache(maxsize=1)
def _secrets() -> dict[str, object]:
    named = os.environ.get(f"{PREFIX}SECRETS")
    path = Path(named).expanduser() if named else SECRETS
    if not named and not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(
            N_("設定ファイル {name} を読めません。書き方を確かめてください。"),
            name=named or ".streamlit/secrets.toml",
        ) from error


def _make_private(data: Path) -> None:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            N_("データの置き場所を作れません。{name} の設定を確かめてください。"),
            name=f"{PREFIX}DATA",
        ) from error
