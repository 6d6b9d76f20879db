"""A text in a file is never run, and comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.schema.exchange import RISKY, guarded, looks_live, unguarded


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+81 90-1234-5678",
        "-5",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\x00=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM",
        "  =1+1",
        "\u3000=1",
        "\u200b=1",
        "\ufeff=1",
        "\u202e=1",
        "'=x",
        "''=x",
    ],
)
def test_what_a_spreadsheet_may_run_gets_an_apostrophe(text):
    assert guarded(text) == "'" + text
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "text", ["", "あ", "1+1", "'quoted'", "'", "''", " ", "10=10", "「=」", "' =x"]
)
def test_any_other_text_stays_as_it_is(text):
    if not looks_live(text):
        assert guarded(text) == text
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("typed", ["'090-1234", "'あ", "' 1"])
def test_an_apostrophe_that_guards_nothing_stays(typed):
    assert unguarded(typed) == typed


RISKY_TEXT = st.text(
    alphabet=st.sampled_from([*sorted(RISKY), "'", " ", "\u200b", "x"])
)


@given(st.one_of(st.text(), RISKY_TEXT))
def test_guarding_loses_nothing(text):
    assert unguarded(guarded(text)) == text


@given(st.one_of(st.text(), RISKY_TEXT))
def test_a_guarded_text_never_begins_with_what_runs(text):
    first = guarded(text).lstrip(" \u3000\u200b\ufeff")[:1]

    assert first not in RISKY
