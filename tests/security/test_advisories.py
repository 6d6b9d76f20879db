"""The pinned versions against the advisories that are known here."""

import pytest
from packaging.version import Version

from tools.advisories import Advisory, held, known, main, pinned

OLD = Advisory("starlette", "CVE-0", "slow", "0.49.1", "stored")


def test_no_pinned_version_is_older_than_a_mending():
    found = held(known(), pinned())

    assert found.below == ()
    assert found.covered >= 15
    # Judged: lib/ reads no JSON into protobuf messages, and nobody else here does.
    assert [one.id for one in found.open] == ["CVE-2026-0994"]


def test_an_older_version_is_found_wherever_it_is_pinned():
    versions = {"starlette": [Version("1.0"), Version("0.49")], "other": [Version("1")]}

    found = held([OLD], versions)

    assert found.below == ("starlette 0.49 lacks 0.49.1: CVE-0, slow",)
    assert (found.held, found.covered, found.pinned) == (1, 1, 2)
    assert not found.is_good


@pytest.mark.parametrize("advisories", [[], [OLD]])
def test_nothing_held_against_anything_is_no_good_result(advisories):
    assert not held(advisories, {"other": [Version("1")]}).is_good


def test_it_says_of_how_many_packages_it_knows_nothing(capsys):
    assert main() == 0

    found = held(known(), pinned())
    said = capsys.readouterr().out
    assert f"of the other {found.pinned - found.covered} nothing is known here" in said
    assert found.pinned > 100


def test_every_advisory_says_where_it_was_read():
    assert {one.source for one in known()} <= {"stored", "memory"}
