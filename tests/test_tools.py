"""What the tests themselves stand on: finding a browser, starting a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import browser, serve


def program(path: Path, exit_code: int) -> Path:
    """Write a program that ends with `exit_code` whatever it is asked."""
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the one folder where programs are looked for; it is empty."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(browser.CHOSEN_BY, raising=False)
    monkeypatch.setattr(browser, "PLACES", ())
    return tmp_path


def test_a_machine_without_a_browser_has_none(bare_machine):
    assert browser.system_chromium() is None


def test_a_browser_that_does_not_start_is_passed_over(bare_machine):
    """Ubuntu's `chromium-browser` only tells people to use snap, and fails."""
    program(bare_machine / "chromium-browser", 1)
    works = program(bare_machine / "google-chrome", 0)

    assert browser.system_chromium() == str(works)


def test_a_browser_that_is_named_comes_before_the_others(bare_machine, monkeypatch):
    program(bare_machine / "chromium", 0)
    named = program(bare_machine / "mine", 0)
    monkeypatch.setenv(browser.CHOSEN_BY, str(named))

    assert browser.system_chromium() == str(named)


def test_without_any_way_to_a_browser_the_preparation_fails(bare_machine, monkeypatch):
    monkeypatch.setattr(browser, "_install_by_playwright", lambda: False)

    with pytest.raises(SystemExit, match="No Chromium"):
        browser.prepare()


def test_a_server_that_cannot_start_says_why(tmp_path):
    with (
        pytest.raises(RuntimeError, match=r"nowhere\.py"),
        serve.serving(tmp_path / "data", script=tmp_path / "nowhere.py"),
    ):
        pass
