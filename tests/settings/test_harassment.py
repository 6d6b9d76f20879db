"""The policy's texts and the survey's figures."""

from __future__ import annotations

from datetime import date

import pytest

from lib.schema.frames import empty_frame
from lib.schema.tables import table
from lib.schema.vocab import HarassmentKind
from lib.settings import harassment
from lib.settings.business import checked, value_on
from lib.settings.harassment import KINDS, SURVEYS, Entry, entries


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("録音: 消さない。", (Entry("録音", "消さない。"),)),
        ("録音：消さない。", (Entry("録音", "消さない。"),)),
        ("・録音\n\n 担当を替えた ", (Entry("録音"), Entry("担当を替えた"))),
        ("時刻: 9:00 から", (Entry("時刻", "9:00 から"),)),
        ("", ()),
        (" \n:名前のない行", ()),
    ],
)
def test_a_line_is_a_name_and_what_there_is_to_say(text, found):
    assert entries(text) == found


def test_every_kind_of_the_ledger_has_its_line():
    assert [kind.kind for kind in KINDS] == list(HarassmentKind)


def test_the_shares_of_2020_are_those_of_the_survey_and_sum_to_all():
    shares = [kind.share_2020 for kind in KINDS]

    assert sum(share or 0 for share in shares) == pytest.approx(100, abs=0.1)
    assert SURVEYS[0].asked == 15_256 + 11_648
    assert 15_256 / SURVEYS[0].asked == pytest.approx(SURVEYS[0].share / 100, abs=5e-4)


def test_what_no_source_tells_is_missing_and_not_zero():
    unknown = {kind.kind for kind in KINDS if kind.share_2024 is None}

    assert HarassmentKind.VIOLENCE in unknown
    assert all(kind.share_2024 != 0 for kind in KINDS)


def test_six_acts_are_named_and_three_things_to_judge_by():
    assert len(entries(harassment.EXAMPLES.default)) == 6
    assert len(entries(harassment.CRITERIA.default)) == 3


def test_every_text_has_a_name_and_field_of_its_own():
    every = (*harassment.TEXTS, harassment.CARE_FROM)

    assert len({text.name for text in every}) == len(every)
    assert len({text.field for text in every}) == len(every)
    assert {text.group for text in every} == {harassment.HARASSMENT}


def test_talks_are_owed_from_the_day_of_the_law_unless_a_manager_says_otherwise():
    assert (
        value_on(
            empty_frame(table("settings")),
            harassment.CARE_FROM,
            on=date(2026, 11, 21),
        )
        == "2026-10-01"
    )
    assert checked(harassment.CARE_FROM, "2026/12/01") == "2026-12-01"
