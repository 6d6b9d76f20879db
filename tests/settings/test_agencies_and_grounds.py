"""Agencies that are followed, and laws that are offered: data that 設定 may change."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from lib import clock
from lib.errors import InvalidRecord
from lib.schema.frames import frame_of
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Setting
from lib.schema.tables import table
from lib.schema.vocab import AgencyKind, Category, ContactKind
from lib.settings import agencies, business, grounds

TODAY = date(2026, 11, 21)


def settings(*rows: tuple[str, str, date, str]) -> pd.DataFrame:
    made = [
        Setting(group=group, name=name, effective_from=since, value=value)
        for group, name, since, value in rows
    ]
    return frame_of(table("settings"), made)


def test_three_kinds_of_agency_are_followed_without_argument() -> None:
    assert agencies.no_rebuttal(settings(), TODAY) == {
        AgencyKind.CONSUMER_AGENCY,
        AgencyKind.PREFECTURE,
        AgencyKind.HEALTH_OFFICE,
    }


def test_a_row_changes_them_from_its_day_on() -> None:
    rows = settings(
        (agencies.GROUP, agencies.NAME, date(2026, 12, 1), "消費者庁、警察"),
    )

    assert agencies.no_rebuttal(rows, TODAY) == agencies.NO_REBUTTAL
    assert agencies.no_rebuttal(rows, date(2026, 12, 1)) == {
        AgencyKind.CONSUMER_AGENCY,
        AgencyKind.POLICE,
    }


def test_a_row_that_names_no_agency_is_passed_over() -> None:
    rows = settings((agencies.GROUP, agencies.NAME, date(2026, 1, 1), "いろいろ"))

    assert agencies.no_rebuttal(rows, TODAY) == agencies.NO_REBUTTAL


def test_what_is_typed_on_the_screen_is_kept_as_it_is_read() -> None:
    kept = business.checked(agencies.FOLLOWED, " 警察,消費者庁 ")
    rows = settings((agencies.GROUP, agencies.NAME, TODAY, kept))

    assert kept == "消費者庁、警察"
    assert agencies.no_rebuttal(rows, TODAY) == {
        AgencyKind.CONSUMER_AGENCY,
        AgencyKind.POLICE,
    }


def test_what_ships_is_what_the_screen_begins_with() -> None:
    rows = settings((agencies.GROUP, agencies.NAME, TODAY, agencies.FOLLOWED.default))

    assert agencies.no_rebuttal(rows, TODAY) == agencies.NO_REBUTTAL


@pytest.mark.parametrize("typed", ["", "消費者庁、いろいろ"])
def test_words_that_name_no_agency_are_refused(typed) -> None:
    with pytest.raises(InvalidRecord):
        business.checked(agencies.FOLLOWED, typed)


def inquiry(**values: object) -> AgencyInquiry:
    return AgencyInquiry.parse(
        {
            "id": "G-261121-7F3QX",
            "first_contact_at": clock.at(TODAY, 9),
            "agency_kind": AgencyKind.CONSUMER_CENTRE,
            "agency_name": "みどり市消費生活センター",
            **values,
        }
    )


@pytest.mark.parametrize(
    ("answers", "first"),
    [
        ({"category": Category.CONTRACT}, "特定商取引法12条の6"),
        ({"category": Category.DELIVERY}, "特定商取引法13条"),
        ({"contact_kind": ContactKind.EVIDENCE_DEMAND}, "景品表示法7条2項"),
        ({"contact_kind": ContactKind.INJUNCTION_DEMAND}, "消費者契約法41条"),
    ],
)
def test_what_fits_the_inquiry_is_offered_first(answers, first) -> None:
    every = grounds.grounds(settings(), TODAY)

    found = grounds.offered(every, inquiry(**answers))

    assert found[0].name == first
    assert set(found) == set(every)


def test_the_laws_of_the_article_are_offered_with_their_address() -> None:
    named = {ground.name: ground for ground in grounds.grounds(settings(), TODAY)}

    for name in (
        "特定商取引法12条の6",
        "特定商取引法15条の3",
        "特定商取引法13条の2",
        "景品表示法5条",
    ):
        assert named[name].url.startswith("https://")
        assert named[name].written().startswith(f"{name}(")


def test_a_company_adds_its_own_and_takes_one_out_of_use() -> None:
    rows = settings(
        (grounds.GROUP, "業界の自主基準", date(2026, 1, 1), "定期の表示は大きく"),
        (grounds.GROUP, "民法562条・563条", date(2026, 1, 1), "使わない"),
        (grounds.GROUP, "まだ先の法律", date(2027, 1, 1), "先の話"),
    )

    names = [ground.name for ground in grounds.grounds(rows, TODAY)]

    assert "業界の自主基準" in names
    assert "民法562条・563条" not in names
    assert "まだ先の法律" not in names


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("特定商取引法12条の6(表示)", False),
        ("特定商取引法12条(誇大広告)", True),
        ("根拠は特定商取引法12条", True),
        ("", False),
    ],
)
def test_a_law_is_named_by_its_whole_article(text, is_named) -> None:
    named = {ground.name: ground for ground in grounds.DEFAULTS}

    assert named["特定商取引法12条"].is_in(text) is is_named
