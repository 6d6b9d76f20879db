"""`python -m lib.cli invite`: how the first administrator comes in."""

import re

import pytest
from typer.testing import CliRunner

from lib import clock
from lib.actions import signing_in
from lib.actions.sign_in_desk import Desk
from lib.cli import FAILED, app
from lib.store.opening import open_live
from tests.signin.people import GOOD

OWNER = "owner@example.jp"


@pytest.fixture
def invite(tmp_path, monkeypatch):
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MIMAMORI_ADMINS", OWNER)
    monkeypatch.setenv("MIMAMORI_URL", "https://mimamori.example.jp")
    monkeypatch.delenv("MIMAMORI_STORE", raising=False)
    return lambda address: CliRunner().invoke(app, ["invite", address])


def test_it_prints_a_link_that_lets_the_first_administrator_in(invite, tmp_path):
    printed = invite(OWNER).output
    token = re.fullmatch(r"https://mimamori\.example\.jp/invitation/(\S+)\n", printed)[
        1
    ]

    data = tmp_path / "data"
    live = open_live(f"sqlite:///{data / 'mimamori.db'}", data=data)
    desk = Desk.of(live, data, (OWNER,))
    came = signing_in.accept(desk, token, GOOD, origin="", before="", now=clock.now())
    live.close()
    assert came.token


def test_it_makes_no_link_for_a_stranger(invite):
    ended = invite("stranger@example.jp")

    assert ended.exit_code == FAILED
    assert "/invitation/" not in ended.output
