"""Numbers that survive being read out over the phone."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.schema.ids import ALPHABET, new_commit_id, new_id, read_id
from lib.schema.tables import TABLES
from tests.schema.strategies import moments

prefixes = st.sampled_from([table.prefix for table in TABLES if table.prefix])


@given(prefix=prefixes, moment=moments)
def test_a_made_id_is_read_back(prefix, moment):
    made = new_id(prefix, moment)

    assert read_id(made) == made


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@given(
    prefix=prefixes,
    moment=moments,
    change=st.sampled_from(
        [str.lower, wide, lambda t: t.replace("-", ""), lambda t: f" {t} ", str.title]
    ),
)
def test_case_width_and_hyphens_do_not_matter(prefix, moment, change):
    made = new_id(prefix, moment)

    assert read_id(change(made)) == made


@pytest.mark.parametrize("dash", "-ー−–—‐ 　.")
def test_any_dash_or_blank_may_stand_between(dash):
    assert read_id(f"K{dash}261121{dash}7F3QX") == "K-261121-7F3QX"


def test_one_and_i_are_read_as_l():
    assert read_id("K-261121-1I3QX") == "K-261121-LL3QX"


@pytest.mark.parametrize(
    "typed",
    ["", "K", "K-261121", "K-261121-7F3Q", "K-261121-7F3QXX", "K-26112A-7F3QX", "7F3QX",
     "K-261121-7F0QX", "090-1234-5678", "お客様", "K-261121-7F3QU"],
)  # fmt: skip
def test_what_is_no_id_is_none(typed):
    assert read_id(typed) is None


@given(st.text(max_size=60))
def test_reading_never_raises_and_gives_an_id_or_nothing(typed):
    found = read_id(typed)

    assert found is None or read_id(found) == found


def test_the_alphabet_has_no_look_alikes():
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert not set("01IOU") & set(ALPHABET)
    assert unicodedata.normalize("NFKC", ALPHABET).upper() == ALPHABET


def test_ids_of_one_day_differ_and_days_sort(monkeypatch):
    from tests.store.rows import NOON

    made = {new_id("K", NOON) for _ in range(2_000)}

    assert len(made) >= 1_999
    assert max(made) < new_id("K", NOON.replace(day=22))


def test_commit_ids_do_not_repeat():
    assert len({new_commit_id() for _ in range(1_000)}) == 1_000
