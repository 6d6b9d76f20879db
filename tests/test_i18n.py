"""Which language a text is told in."""

from __future__ import annotations

import contextlib
import threading

from lib import i18n


def test_without_a_screen_everything_is_japanese():
    assert i18n.current() == "ja"


def test_a_language_holds_inside_a_run_and_for_its_thread_only():
    elsewhere: list[str] = []

    with i18n.speaking("en"):
        other = threading.Thread(target=lambda: elsewhere.append(i18n.current()))
        other.start()
        other.join()
        inside = i18n.current()

    assert (inside, elsewhere, i18n.current()) == ("en", ["ja"], "ja")


def test_a_run_that_is_cut_short_leaves_no_language_behind():
    with contextlib.suppress(InterruptedError), i18n.speaking("en"):
        raise InterruptedError

    assert i18n.current() == "ja"
