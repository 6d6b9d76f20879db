"""What is typed and not yet saved is kept, for its writer alone."""

from __future__ import annotations

import threading
from datetime import date, time, timedelta

import pytest

from lib import clock
from lib.errors import StoreUnavailable
from lib.store.drafts import KEPT, DraftBox
from tests.schema.strategies import NASTY
from tests.store.rows import NOON

VALUES = {
    "content": "一行目\n𠮷 😀",
    "next_promise_at": NOON,
    "occurred_on": date(2026, 11, 20),
    "at": time(9, 30),
    "people": 3,
    "rate": 90.5,
    "chips": ["二次", "けが"],
    "nothing": None,
    "nested": {"day": date(2026, 1, 1)},
}


@pytest.fixture
def box(tmp_path):
    return DraftBox(tmp_path)


@pytest.fixture
def at(monkeypatch):
    """Fix the clock and return a function that moves it."""

    def go(moment):
        monkeypatch.setenv(clock.FIXED_BY, moment.isoformat())

    go(NOON)
    return go


def test_a_draft_comes_back_as_it_was_typed(box, at):
    assert box.save("yamada@x", "intake", "e1", VALUES) == NOON

    draft = box.load("yamada@x", "intake", "e1")
    assert (draft.entry, draft.saved_at, draft.values) == ("e1", NOON, VALUES)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_any_text_survives(box, text):
    box.save("u", "f", "e", {"content": text})

    assert box.load("u", "f", "e").values == {"content": text}


def test_another_process_finds_it(box, tmp_path):
    box.save("u", "f", "e", {"content": "x"})

    assert DraftBox(tmp_path).load("u", "f", "e").values == {"content": "x"}


def test_a_later_save_replaces_the_earlier(box):
    box.save("u", "f", "e", {"content": "前", "lot": "7"})
    box.save("u", "f", "e", {"content": "後"})

    assert box.load("u", "f", "e").values == {"content": "後"}


@pytest.mark.parametrize("other", [("v", "f", "e"), ("u", "g", "e"), ("u", "f", "d")])
def test_nobody_elses_nor_another_entrys_draft_is_given(box, other):
    box.save("u", "f", "e", {"content": "x"})

    assert box.load(*other) is None


def test_a_discarded_draft_is_gone(box):
    box.save("u", "f", "e", {"content": "x"})
    box.discard("u", "f", "e")
    box.discard("u", "f", "e")

    assert box.load("u", "f", "e") is None
    assert box.list("u", "f") == []


def test_drafts_are_listed_newest_first(box, at):
    for hours, entry in enumerate(["a", "b", "c"]):
        at(NOON + timedelta(hours=hours))
        box.save("u", "f", entry, {})
    box.save("v", "f", "foreign", {})

    assert [draft.entry for draft in box.list("u", "f")] == ["c", "b", "a"]


def test_a_stale_draft_is_thrown_away(box, at, tmp_path):
    box.save("u", "f", "old", {"content": "x"})
    at(NOON + KEPT)
    assert len(box.list("u", "f")) == 1

    at(NOON + KEPT + timedelta(seconds=1))
    assert box.list("u", "f") == []
    assert list(tmp_path.rglob("*.json")) == []


def test_files_are_private_and_their_names_tell_nothing(box, tmp_path):
    box.save("yamada@example.jp", "intake", "090-1234-5678", VALUES)

    (path,) = tmp_path.rglob("*.json")
    assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "drafts").stat().st_mode & 0o777 == 0o700
    assert not any(word in str(path) for word in ("yamada", "example", "1234"))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"values": 1}', "\x00"])
def test_a_damaged_draft_counts_as_none(box, tmp_path, content):
    box.save("u", "f", "e", {"content": "x"})
    (path,) = tmp_path.rglob("*.json")
    path.write_text(content)

    assert box.load("u", "f", "e") is None
    assert box.list("u", "f") == []
    assert path.exists()


def test_a_full_disk_is_told_and_the_earlier_draft_stays(box, tmp_path, monkeypatch):
    box.save("u", "f", "e", {"content": "前"})

    def fail(_handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("os.fsync", fail)
        with pytest.raises(StoreUnavailable):
            box.save("u", "f", "e", {"content": "後"})

    assert box.load("u", "f", "e").values == {"content": "前"}
    assert list(tmp_path.rglob("*.part")) == []


def test_a_reader_never_sees_half_a_draft(box):
    finished = threading.Event()
    versions = [{"content": letter * 50_000} for letter in "ab"]
    box.save("u", "f", "e", versions[0])
    seen = []

    def look():
        while not finished.is_set():
            seen.append(box.load("u", "f", "e"))

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(60):
        box.save("u", "f", "e", versions[number % 2])
    finished.set()
    reader.join(10)

    assert seen
    assert all(draft is not None and draft.values in versions for draft in seen)


def test_what_json_cannot_hold_is_a_mistake_of_the_caller(box, tmp_path):
    with pytest.raises(TypeError):
        box.save("u", "f", "e", {"x": object()})


def test_drafts_that_are_meant_are_found_in_everybodys(tmp_path):
    box = DraftBox(tmp_path)
    box.save("甲", "call", "1", {"contact": "090-1234-5678"})
    box.save("乙", "edit", "K-1", {"note": "別の話", "at": clock.now()})
    box.save("乙", "edit", "K-2", {"note": "ほか"})

    assert len(box.about(lambda draft: draft.entry in {"1", "K-1"})) == 2
    assert box.discard_about(lambda draft: draft.entry == "K-1") == 1
    assert [d.entry for d in box.list("乙", "edit")] == ["K-2"]
    assert len(box.list("甲", "call")) == 1


def test_a_stale_draft_is_everybodys_to_throw_away(tmp_path, monkeypatch):
    box = DraftBox(tmp_path)
    box.save("甲", "call", "1", {"note": "昔"})
    later = clock.now() + KEPT + timedelta(days=1)
    monkeypatch.setenv(clock.FIXED_BY, later.isoformat())

    assert box.discard_about(lambda _draft: False) == 1
