"""A month is signed item by item; what changes afterwards has to be signed anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from lib import clock
from lib.actions import business_settings, documents, inspecting, page_checks
from lib.actions.inspecting import Answer
from lib.errors import ActionRefused, Conflict, InvalidRecord, NotAllowed
from lib.metrics.inspections import Standing, month_of
from lib.schema.ids import new_commit_id
from lib.schema.learning import Inspection
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import table
from lib.schema.vocab import (
    CheckResult,
    InspectionItem,
    InspectionResult,
    PageKind,
    Role,
    Source,
)
from lib.settings.inspections import DUE_DAY, Line
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Update
from tests.builders import complaint, fill

TODAY = date(2026, 11, 20)
NOW = clock.at(TODAY, 10)
MONTH = date(2026, 11, 1)
PAGES, MANUALS = InspectionItem.PAGES, InspectionItem.MANUALS
GOOD = Answer(InspectionResult.GOOD)
WANTING = Answer(InspectionResult.TO_IMPROVE, "字が小さい")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    return live.for_user(Principal("sato@example.jp", "佐藤 花子", Role.MANAGER))


def once(commit_id="") -> dict:
    return {"now": NOW, "commit_id": commit_id or new_commit_id()}


def sign(desk, answers, month=MONTH, seen=None, **more) -> None:
    inspecting.sign(desk, month, answers, seen or {}, **(once() | more))


def standings(desk, month=MONTH, today=TODAY) -> dict[InspectionItem, Standing]:
    found = inspecting.month(desk, month, today)
    return {line.item: cell.standing for line, cell in found}


def row(desk, item=PAGES, month=MONTH) -> Inspection:
    return inspecting.rows(desk)[month, item]


# Signing ------------------------------------------------------------------------------


def test_what_was_found_is_signed_by_name_and_time(desk):
    sign(desk, {PAGES: WANTING, MANUALS: GOOD})

    found = standings(desk)
    assert (found[PAGES], found[MANUALS]) == (Standing.TO_IMPROVE, Standing.GOOD)
    assert list(found.values()).count(Standing.OPEN) == 5
    assert (row(desk).inspector, row(desk).signed_at) == ("佐藤 花子", NOW)
    assert row(desk).note == "字が小さい"


def test_a_double_click_signs_once(desk):
    for _again in range(2):
        sign(desk, {PAGES: GOOD}, commit_id="one")

    assert row(desk).version == 1


@pytest.mark.parametrize(
    ("answers", "month", "field"),
    [
        ({}, MONTH, "month"),
        ({PAGES: GOOD}, MONTH + timedelta(days=1), "month"),
        ({PAGES: GOOD}, date(2026, 12, 1), "month"),
        ({PAGES: Answer(InspectionResult.TO_IMPROVE, " ")}, MONTH, PAGES.code),
    ],
)
def test_what_says_nothing_or_is_still_to_come_is_not_signed(
    desk, answers, month, field
):
    with pytest.raises(InvalidRecord) as refused:
        sign(desk, answers, month)

    assert [p.field for p in refused.value.problems] == [field]
    assert inspecting.rows(desk) == {}


def test_a_signed_item_is_not_signed_over(desk):
    sign(desk, {PAGES: GOOD})

    with pytest.raises(ActionRefused):
        sign(desk, {PAGES: WANTING}, seen={PAGES: row(desk)})
    with pytest.raises(Conflict):
        sign(desk, {PAGES: WANTING})

    assert standings(desk)[PAGES] is Standing.GOOD


def test_reopening_takes_the_signature_off_and_says_why_in_the_log(desk):
    sign(desk, {PAGES: GOOD})

    inspecting.reopen(desk, row(desk), reason="別の画面を見ていた", **once())

    assert standings(desk)[PAGES] is Standing.OPEN
    log = desk.audit("inspections", table("inspections").key_of(row(desk)))
    told = log[log["field_name"] == "result"].iloc[-1]
    assert (told["before"], told["reason"]) == ("良", "別の画面を見ていた")
    sign(desk, {PAGES: WANTING}, seen={PAGES: row(desk)})
    assert standings(desk)[PAGES] is Standing.TO_IMPROVE


def test_nothing_is_reopened_without_a_reason(desk):
    sign(desk, {PAGES: GOOD})

    with pytest.raises(InvalidRecord):
        inspecting.reopen(desk, row(desk), reason=" ", **once())

    assert row(desk).is_signed


def test_a_change_by_hand_after_the_signature_shows_and_is_signed_anew(desk, live):
    sign(desk, {PAGES: WANTING})
    change_by_hand(live, row(desk), result=InspectionResult.GOOD)
    desk = live.for_user(desk.principal)

    assert standings(desk)[PAGES] is Standing.CHANGED
    assert PAGES in inspecting.overdue(desk, TODAY)[0].items
    sign(desk, {PAGES: GOOD}, seen={PAGES: row(desk)})
    assert standings(desk)[PAGES] is Standing.GOOD


def change_by_hand(live, seen: Inspection, **values) -> None:
    system = live.for_user(SYSTEM)
    base = {name: getattr(seen, name) for name in values}
    write = Update("inspections", table("inspections").key_of(seen), base, values)
    system.commit(Commit(new_commit_id(), "シート", NOW, (write,)))


def test_a_row_filled_in_by_hand_is_signed_by_the_name_in_it(desk, live):
    made = Inspection(
        month=MONTH, item=PAGES, result=InspectionResult.GOOD, inspector="森"
    )
    fill(live.for_user(SYSTEM), made)

    assert standings(desk)[PAGES] is Standing.GOOD


def test_an_improvement_is_noted_and_the_signature_stays(desk):
    sign(desk, {PAGES: WANTING})

    inspecting.link(desk, row(desk), "S-261120-AAAAA", **once())

    assert row(desk).improvement_id == "S-261120-AAAAA"
    assert row(desk).is_signed
    assert inspecting.improvement_of(desk, row(desk)) is None


@pytest.mark.parametrize("role", [Role.CLERK, Role.VIEWER, Role.OUTSOURCED])
def test_others_sign_nothing_past_the_screen_or_past_the_action(live, role):
    other = live.for_user(Principal("x@example.jp", "他", role, "A"))
    made = Inspection(month=MONTH, item=PAGES).signed("他", NOW)

    with pytest.raises(NotAllowed):
        sign(other, {PAGES: GOOD})
    with pytest.raises(NotAllowed):
        other.commit(Commit(new_commit_id(), "他", NOW, (inspecting.Insert(made),)))


# What is late -------------------------------------------------------------------------


def test_a_month_is_late_after_the_day_of_the_next_one_and_not_before(desk):
    sign(desk, {PAGES: GOOD}, month=date(2026, 10, 1))

    assert inspecting.overdue(desk, date(2026, 11, 10)) == ()
    (late,) = inspecting.overdue(desk, date(2026, 11, 11))
    assert (late.month, len(late.items)) == (date(2026, 10, 1), 6)
    assert PAGES not in late.items


def test_nothing_is_late_before_anybody_began(desk):
    assert inspecting.overdue(desk, TODAY) == ()
    sign(desk, {PAGES: GOOD})

    cells = inspecting.history(desk, TODAY)
    assert cells[0].month == month_of(TODAY, 11)
    assert {c.standing for c in cells if c.month < MONTH} == {Standing.BEFORE}


@pytest.mark.parametrize(
    ("source", "late"), [(Source.APP, True), (Source.IMPORT, False)]
)
def test_who_never_inspects_is_told_from_the_month_in_which_work_began(
    desk, live, source, late
):
    began = complaint(received_at=clock.at(date(2026, 9, 3), 10), source=source)
    fill(live.for_user(SYSTEM), began)

    found = inspecting.overdue(live.for_user(desk.principal), TODAY)

    assert [one.month.month for one in found] == ([9, 10] if late else [])


def test_a_month_that_was_opened_again_is_late_again(desk):
    sign(desk, {PAGES: GOOD}, month=date(2026, 9, 1))
    seen = row(desk, month=date(2026, 9, 1))

    inspecting.reopen(desk, seen, reason="見直す", **once())

    assert inspecting.overdue(desk, TODAY)[0].month == date(2026, 9, 1)


def test_a_signature_that_was_blanked_by_hand_shows(desk, live):
    sign(desk, {PAGES: GOOD})
    changed = {"result": InspectionResult.TO_IMPROVE, "signature": ""}
    change_by_hand(live, row(desk), **changed)

    assert standings(live.for_user(desk.principal))[PAGES] is Standing.CHANGED


def test_the_day_and_the_items_are_the_company_s_to_choose(desk):
    sign(desk, {PAGES: GOOD}, month=date(2026, 10, 1))
    entry = {"since": date(2026, 11, 1), "now": NOW}
    business_settings.set_value(desk, DUE_DAY, "5", entry="a", **entry)
    off = Line(MANUALS, "", on=False)
    inspecting.set_line(desk, off, entry="b", **entry)
    ours = Line(PAGES, "LPの値段を見る")
    inspecting.set_line(desk, ours, entry="c", **entry)

    (late,) = inspecting.overdue(desk, date(2026, 11, 6))
    assert MANUALS not in late.items
    assert len(late.items) == 5
    lines = {line.item: line for line, _c in inspecting.month(desk, MONTH, TODAY)}
    assert MANUALS not in lines
    assert lines[PAGES].hint == "LPの値段を見る"


# What other records say ---------------------------------------------------------------


def test_checks_of_pages_and_old_documents_are_told_at_their_items(desk):
    kind = PageKind.CONFIRMATION
    wanting = page_checks.Answer(CheckResult.TO_IMPROVE, "小さい", "森", TODAY)
    codes = [item.code for item in page_checks.list_of(desk, kind, TODAY)]
    good = dict.fromkeys(codes, page_checks.Answer(CheckResult.GOOD))
    given = good | {codes[0]: wanting}
    page_checks.check(desk, "確認画面", kind, given, url="", **once())
    old = {"title": "古い", "body": "一", "review_on": date(2026, 11, 1)}
    documents.record(desk, old, **once())

    hints = inspecting.hints(desk, MONTH, TODAY)

    assert (hints[PAGES].pages, hints[PAGES].wanting) == (1, 1)
    assert hints[InspectionItem.SPECIFIC_COMMERCE].wanting == 1
    assert hints[InspectionItem.CANCELLATION_PATH].pages == 0
    assert hints[MANUALS].late_documents == 1
    assert inspecting.hints(desk, date(2026, 10, 1), TODAY)[PAGES].pages == 0
