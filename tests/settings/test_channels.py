"""Where the addresses of channels come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.errors import SettingsError
from lib.settings import install
from lib.settings.install import app_url, notify_addresses


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Give the function that writes the file of secrets."""
    path = tmp_path / "secrets.toml"
    monkeypatch.setattr(install, "SECRETS", path)

    def write(text: str) -> None:
        path.write_text(text, "utf-8")
        install._secrets.cache_clear()

    install._secrets.cache_clear()
    yield write
    install._secrets.cache_clear()


def test_without_any_there_are_no_channels(secrets) -> None:
    assert notify_addresses() == {}


def test_a_section_names_them_and_the_environment_comes_first(
    secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets('[notify]\n"店長" = "line://a/b"\nslack = "slack://old"\n')
    monkeypatch.setenv("MIMAMORI_NOTIFY_SLACK", "slack://new")

    assert notify_addresses() == {"店長": "line://a/b", "slack": "slack://new"}


@pytest.mark.parametrize("text", ["[notify]\nx = 3\n", 'notify = "slack://x"\n'])
def test_what_is_no_address_is_refused_without_quoting_it(secrets, text: str) -> None:
    secrets(text)

    with pytest.raises(SettingsError) as refused:
        notify_addresses()

    assert "[notify]" in str(refused.value)
    assert "slack://" not in str(refused.value)


def test_links_lead_to_where_the_app_is(secrets, monkeypatch) -> None:
    assert app_url() == "http://localhost:8501"
    monkeypatch.setenv("MIMAMORI_URL", "https://mimamori.example.jp/")
    assert app_url() == "https://mimamori.example.jp"
