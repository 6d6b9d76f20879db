"""Which entry is open in which window."""

from __future__ import annotations

import pytest

from lib.ui import windows


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str] | str]:
    """Give the windows that are open, and the one that the test looks from."""
    world: dict[str, set[str] | str] = {"open": {"one", "two"}, "here": "one"}
    monkeypatch.setattr(windows, "_holders", {})
    monkeypatch.setattr(windows, "_this_window", lambda: world["here"])
    monkeypatch.setattr(windows, "_is_open", lambda window: window in world["open"])
    return world


def test_an_entry_is_held_for_others_and_not_for_its_own_window(sessions):
    windows.hold("entry")
    assert not windows.is_held_elsewhere("entry")

    sessions["here"] = "two"
    assert windows.is_held_elsewhere("entry")
    assert not windows.is_held_elsewhere("another entry")


def test_a_window_that_was_closed_holds_nothing(sessions):
    windows.hold("entry")

    sessions["open"], sessions["here"] = {"two"}, "two"

    assert not windows.is_held_elsewhere("entry")


def test_an_entry_set_aside_is_free(sessions):
    windows.hold("entry")
    windows.release("entry")

    sessions["here"] = "two"

    assert not windows.is_held_elsewhere("entry")
