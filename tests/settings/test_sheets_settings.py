"""How the Google Sheets API is reached, as an installation says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.errors import SettingsError
from lib.settings import install
from lib.settings.install import SheetsSettings, sheets_settings

UNCACHED = install._secrets.__wrapped__


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MIMAMORI_SHEETS_API", raising=False)
    monkeypatch.delenv("MIMAMORI_SERVICE_ACCOUNT", raising=False)
    _use_secrets(monkeypatch, tmp_path / "none.toml")


def _use_secrets(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(install, "SECRETS", path)
    monkeypatch.setattr(install, "_secrets", UNCACHED)


def test_without_settings_it_is_google_and_no_key():
    assert sheets_settings() == SheetsSettings("", None)


def test_the_key_comes_from_the_named_file(monkeypatch, tmp_path):
    (tmp_path / "key.json").write_text('{"client_email": "a@b"}')
    monkeypatch.setenv("MIMAMORI_SERVICE_ACCOUNT", str(tmp_path / "key.json"))
    monkeypatch.setenv("MIMAMORI_SHEETS_API", "http://127.0.0.1:8900")
    assert sheets_settings() == SheetsSettings(
        "http://127.0.0.1:8900", {"client_email": "a@b"}
    )


@pytest.mark.parametrize("text", [None, "", "no json"])
def test_a_key_file_that_cannot_be_read_is_named(monkeypatch, tmp_path, text):
    path = tmp_path / "key.json"
    if text is not None:
        path.write_text(text)
    monkeypatch.setenv("MIMAMORI_SERVICE_ACCOUNT", str(path))
    with pytest.raises(SettingsError, match="MIMAMORI_SERVICE_ACCOUNT"):
        sheets_settings()


def test_otherwise_the_key_stands_in_the_secrets(monkeypatch, tmp_path):
    path = tmp_path / "secrets.toml"
    path.write_text('[service_account]\nclient_email = "a@b"\n')
    _use_secrets(monkeypatch, path)
    assert sheets_settings().service_account == {"client_email": "a@b"}
