"""`digest`: the morning message by cron, shown or sent, once a day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lib import cli, clock
from lib.settings import install
from tests.notify.receiver import Receiver, receiver

RUN = CliRunner()


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Give each test an installation of its own, and a fixed clock."""
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("MIMAMORI_STORE", raising=False)
    monkeypatch.setattr(install, "SECRETS", tmp_path / "none.toml")
    monkeypatch.setenv(clock.FIXED_BY, "2026-11-21T07:30:00+09:00")
    install._secrets.cache_clear()
    yield
    install._secrets.cache_clear()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiver() as found:
        monkeypatch.setenv("MIMAMORI_NOTIFY_SHOP", found.address)
        from lib.actions import first_start
        from lib.schema.principal import SYSTEM
        from lib.store.opening import open_live

        where = install.installation()
        live = open_live(where.store_url, data=where.data)
        desk = live.for_user(SYSTEM)
        first_start.begin(desk, name="佐藤", email="s@example.jp", now=clock.now())
        live.close()
        yield found


def test_a_dry_run_shows_the_message_and_sends_nothing(web: Receiver) -> None:
    done = RUN.invoke(cli.app, ["digest", "--dry-run"])

    assert done.exit_code == 0
    assert "[shop]" in done.stdout
    assert "見守り: 朝のまとめ 11/21" in done.stdout
    assert "① 電話" in done.stdout
    assert web.calls == []


def test_a_dry_run_without_channels_shows_what_a_lead_would_read() -> None:
    done = RUN.invoke(cli.app, ["digest", "--dry-run"])

    assert done.exit_code == 0
    assert "担当の分" in done.stdout


def test_it_is_sent_once_whatever_the_hour_and_the_day(web: Receiver) -> None:
    first = RUN.invoke(cli.app, ["digest"])
    second = RUN.invoke(cli.app, ["digest"])

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "1通" in first.stdout
    assert "0通" in second.stdout
    assert [body["title"] for body in web.taken] == ["見守り: 朝のまとめ 11/21"]


def test_what_could_not_be_sent_is_told_and_kept(
    web: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.status = 500
    failed = RUN.invoke(cli.app, ["digest"])
    web.status = 200
    monkeypatch.setenv(clock.FIXED_BY, "2026-11-21T07:40:00+09:00")
    again = RUN.invoke(cli.app, ["digest"])

    assert (failed.exit_code, again.exit_code) == (1, 0)
    assert len(web.taken) == 2


def test_without_a_channel_it_says_what_is_missing() -> None:
    done = RUN.invoke(cli.app, ["digest"])

    assert done.exit_code == 2
    assert "[notify]" in done.stderr
