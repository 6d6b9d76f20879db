"""What a former run left: sent, refused or put aside, never lost."""

from __future__ import annotations

import sqlite3

import pytest

from lib.errors import SettingsError, StoreTooNew, StoreUnavailable
from lib.settings import install
from lib.store.outbox.file import LAYOUT
from lib.store.protocol import CommitState, WaitState
from tests.store.outbox.test_saving import eventually
from tests.store.rows import complaint, read, saving


@pytest.fixture
def left_behind(open_outbox, shared, data):
    """Give the file of a run that ended while a save waited."""
    outbox = open_outbox()
    with shared.away():
        outbox.commit(saving(complaint("K-1"), id="c"))
    outbox._file.close()
    return next(data.glob("outbox-*.db"))


def change_file(path, *statements):
    file = sqlite3.connect(path)
    for statement in statements:
        file.execute(statement)
    file.commit()
    file.close()


def test_what_waited_is_shown_and_sent_after_a_restart(
    left_behind, open_outbox, shared
):
    outbox = open_outbox()

    assert read(outbox, "complaints", "K-1") is not None
    assert [save.commit_id for save in outbox.waiting()] == ["c"]
    assert outbox.drain() == 1
    assert read(shared, "complaints", "K-1") is not None


def test_it_is_sent_by_itself(left_behind, open_outbox, shared):
    outbox = open_outbox(background=True)

    eventually(lambda: outbox.waiting() == ())
    assert read(shared, "complaints", "K-1") is not None


def test_a_save_goes_by_itself_once_the_store_answers(open_outbox, shared):
    outbox = open_outbox(background=True)
    outbox.load()
    with shared.away():
        outbox.commit(saving(complaint("K-1")))
    outbox.load()

    eventually(lambda: outbox.waiting() == ())
    assert shared.load().frames["complaints"].index.tolist() == ["K-1"]


def test_the_file_of_a_newer_version_is_refused_and_left_alone(
    left_behind, open_outbox
):
    change_file(left_behind, f"PRAGMA user_version = {LAYOUT + 1}")
    before = left_behind.read_bytes()

    with pytest.raises(StoreTooNew):
        open_outbox()

    assert left_behind.read_bytes() == before


def test_a_damaged_file_is_put_aside_and_told(left_behind, open_outbox, shared):
    for ending in ("-wal", "-shm"):
        left_behind.with_name(left_behind.name + ending).unlink(missing_ok=True)
    left_behind.write_bytes(b"no database at all" * 400)

    outbox = open_outbox()

    (name,) = outbox.notice().put_aside
    assert (left_behind.parent / name).read_bytes().startswith(b"no database")
    outbox.load()
    assert outbox.commit(saving(complaint("K-2"))).state is CommitState.APPLIED


def test_a_save_that_cannot_be_read_is_kept_for_a_look(
    left_behind, open_outbox, shared
):
    change_file(left_behind, "UPDATE entries SET content = '{\"format\":99}'")

    outbox = open_outbox()
    outbox.load()
    outbox.resend("c")
    outbox.drain()

    (save,) = outbox.waiting()
    assert (save.state, save.commit) == (WaitState.NEEDS_LOOK, None)
    assert save.problem is not None
    assert outbox.commit(saving(complaint("K-2"))).state is CommitState.APPLIED


# Throw-away disks -----------------------------------------------------------------


@pytest.fixture
def temporary(open_outbox):
    outbox = open_outbox(keeps=False)
    outbox.load()
    return outbox


def test_a_throw_away_disk_keeps_nothing(temporary, shared, data):
    known = temporary.load()
    receipt = temporary.commit(saving(complaint("K-1")))

    assert receipt.state is CommitState.APPLIED
    assert read(temporary.shown(known), "complaints", "K-1") is not None
    assert temporary.notice().keeps is False
    assert list(data.glob("outbox-*.db")) == []


def test_it_does_not_acknowledge_what_is_not_in_the_sheet(temporary, shared):
    with shared.away(), pytest.raises(StoreUnavailable):
        temporary.commit(saving(complaint("K-1")))

    assert temporary.waiting() == ()
    assert read(temporary, "complaints", "K-1") is None


@pytest.mark.parametrize(
    ("said", "root", "temporary"),
    [
        ("", "/srv/mimamori", False),
        ("", "/mount/src/mimamori", True),
        ("lasting", "/mount/src/mimamori", False),
        ("temporary", "/srv/mimamori", True),
    ],
)
def test_a_throw_away_disk_is_told_or_recognised(said, root, temporary, monkeypatch):
    monkeypatch.setenv("MIMAMORI_DISK", said)
    monkeypatch.setattr(install, "ROOT", install.Path(root))

    assert install.disk_is_temporary() is temporary


def test_another_word_for_the_disk_is_refused(monkeypatch):
    monkeypatch.setenv("MIMAMORI_DISK", "maybe")

    with pytest.raises(SettingsError):
        install.disk_is_temporary()
