"""What is looked at each month can be changed from a day on, and put out of use."""

from __future__ import annotations

from datetime import date

from lib.schema.frames import frame_of
from lib.schema.masters import Setting
from lib.schema.tables import table
from lib.schema.vocab import InspectionItem
from lib.settings.claim_types import UNUSED
from lib.settings.inspections import DEFAULTS, GROUP, USED, in_use, lines

DAY = date(2026, 11, 20)
ITEM = InspectionItem.SAFETY_STANDARDS


def settings(*rows: tuple[date, str, str], name: str = ITEM.value):
    return frame_of(
        table("settings"),
        [
            Setting(
                group=GROUP,
                name=name,
                effective_from=day,
                value=value,
                description=hint,
            )
            for day, value, hint in rows
        ],
    )


def test_every_item_ships_with_what_to_look_at():
    assert [line.item for line in DEFAULTS] == list(InspectionItem)
    assert all(line.on and line.hint for line in DEFAULTS)
    assert lines(settings(), DAY) == DEFAULTS


def test_the_row_that_took_effect_last_counts_and_a_blank_hint_is_ours():
    rows = settings(
        (date(2026, 1, 1), USED, "検査表"),
        (date(2026, 6, 1), UNUSED, ""),
        (date(2026, 12, 1), USED, "後"),
    )

    early, late = (
        {line.item: line for line in lines(rows, day)}[ITEM]
        for day in (date(2026, 2, 1), DAY)
    )

    assert (early.hint, early.on) == ("検査表", True)
    assert not late.on
    assert late.hint == {line.item: line for line in DEFAULTS}[ITEM].hint
    assert len(in_use(lines(rows, DAY))) == len(DEFAULTS) - 1


def test_a_row_that_says_neither_is_passed_over():
    assert lines(settings((date(2026, 1, 1), "多分", "x")), DAY) == DEFAULTS
