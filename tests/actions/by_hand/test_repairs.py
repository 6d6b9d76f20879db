"""データ点検: where each problem stands, and what a press may put right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lib.actions import checking, repairs
from lib.errors import NotAllowed
from lib.schema.complaint import Complaint
from lib.schema.ids import read_id
from lib.schema.masters import Member
from lib.schema.principal import Principal
from lib.schema.vocab import Promise, Role
from lib.store.access import UserStore
from lib.store.protocol import ProblemKind, RowProblem
from tests.actions.by_hand.conftest import NOW, TAB, Machine, Sheet
from tests.store.rows import complaint, kpi_day, saving


def promised(key: str, **values: Any) -> Complaint:
    due = {"next_promise": Promise.CALL_BACK, "next_promise_at": NOW}
    return complaint(key, **due, **values)


def desk_of(machine: Machine, role: Role) -> UserStore:
    machine.live.refreshed()
    who = Principal("x@example.jp", "花子", role, "A")
    return machine.live.for_user(who)


def found(machine: Machine, desk: UserStore | None = None) -> repairs.Checked:
    desk = desk or desk_of(machine, Role.CLERK)
    return repairs.checked(desk, machine.memory, machine.now)


def only(machine: Machine, kind: ProblemKind, desk=None) -> RowProblem:
    (problem,) = found(machine, desk).by_kind()[kind]
    return problem


@pytest.fixture
def about_twenty(machine: Machine, sheet: Sheet) -> RowProblem:
    machine.live.commit(saving(kpi_day("A", offered=20)))
    sheet.type(2, "kpi_days", offered="約20")
    return only(machine, ProblemKind.DOUBTFUL)


# Where it is --------------------------------------------------------------------------


def test_a_problem_opens_its_very_cell(machine, sheet, about_twenty):
    place = sheet.cell("offered", 2, "kpi_days")
    assert (about_twenty.tab, about_twenty.row) == ("日次KPI", 2)
    assert (about_twenty.place, about_twenty.typed) == (place, "約20")
    assert about_twenty.proposal == "20"

    address = urlsplit(about_twenty.link)
    book = machine.place.url.removeprefix("gsheet://")
    assert (address.scheme, address.netloc) == ("https", "docs.google.com")
    assert address.path == f"/spreadsheets/d/{book}/edit"
    sheet.hand.insert_columns("日次KPI", 1)
    number = sheet.hand._sheet_id("日次KPI")
    assert parse_qs(address.fragment) == {"gid": [str(number)], "range": [place]}
    assert only(machine, ProblemKind.DOUBTFUL).place != place


def test_what_a_rule_finds_has_its_cell_too(machine, sheet):
    machine.live.commit(saving(promised("K-A", parent_id="K-GONE")))
    cell = sheet.cell("parent_id", 4)
    sheet.hand.insert_rows(TAB, 1, 2)

    problem = only(machine, ProblemKind.UNKNOWN)

    assert problem.why == checking.LEADS_NOWHERE
    assert (problem.row, problem.place) == (4, cell)


def test_a_customers_words_are_masked_wherever_they_are_told(machine, sheet):
    machine.live.commit(saving(promised("K-A")))
    sheet.type(2, contact="=12345678*1")

    problem = only(machine, ProblemKind.DOUBTFUL)

    assert "12345678" not in problem.typed
    assert "12345678" not in problem.proposal


# Rows that are being typed ---------------------------------------------------------------


def test_an_unfinished_row_is_called_wrong_after_ten_quiet_minutes(machine, sheet):
    sheet.type(2, content="箱が潰れていた", customer_name="田中")
    sheet.type(3, content="ひとことだけ")
    assert found(machine).to_mend == ()

    machine.now += timedelta(minutes=9)
    assert found(machine).to_mend == ()

    machine.now += timedelta(minutes=2)
    assert {p.row for p in found(machine).to_mend} == {2, 3}


def test_a_cell_that_cannot_be_read_is_told_at_once(machine, sheet):
    sheet.type(2, content="箱が潰れていた", customer_name="田中", received_at="きのう")

    assert [p.kind for p in found(machine).to_mend] == [ProblemKind.UNREADABLE]


def test_a_remark_is_told_and_not_counted(machine, sheet):
    sheet.type(2, content="※ 年末は休みです")
    found(machine)
    machine.now += timedelta(hours=1)

    checked = found(machine)

    assert checked.to_mend == ()
    assert [p.row for p in checked.remarks] == [2]


# Repairs -------------------------------------------------------------------------------


def test_the_proposed_value_is_taken_over_and_given_back(machine, sheet, about_twenty):
    desk = desk_of(machine, Role.CLERK)

    done = repairs.take_over(desk, [about_twenty], now=machine.now)

    assert ProblemKind.DOUBTFUL not in found(machine).by_kind()
    assert sheet.read("offered", "kpi_days") == ["20"]
    log = machine.frame("audit").iloc[-1]
    assert (log["actor"], log["before"], log["after"]) == ("花子", "約20", "20")
    assert log["reason"] == repairs.WITH_PROPOSAL

    repairs.take_back(desk_of(machine, Role.CLERK), done.undo, now=machine.now)
    assert sheet.read("offered", "kpi_days") == ["約20"]


def test_all_of_a_kind_are_taken_over_at_once(machine, sheet, emulator):
    days = [kpi_day("A", n, offered=n, answered=n) for n in range(10)]
    machine.live.commit(saving(*days))
    for row in range(2, 12):
        sheet.type(row, "kpi_days", offered=f"約{row}", answered=f"約{row}")
    problems = found(machine).by_kind()[ProblemKind.DOUBTFUL]
    desk = desk_of(machine, Role.MANAGER)
    emulator.log.clear()

    done = repairs.take_over(desk, problems, now=machine.now)

    assert len(done.done) == 10
    assert emulator.log.writes() == 1
    assert sheet.read("answered", "kpi_days") == [str(n) for n in range(2, 12)]


def test_a_cell_typed_over_meanwhile_stays(machine, sheet, about_twenty):
    desk = desk_of(machine, Role.CLERK)
    sheet.type(2, "kpi_days", offered="25")

    done = repairs.take_over(desk, [about_twenty], now=machine.now)

    assert done.done == ()
    assert sheet.read("offered", "kpi_days") == ["25"]


def test_the_copy_gets_a_number_of_its_own(machine, sheet):
    machine.live.commit(saving(promised("K-261121-7F3QX", content="元の行")))
    sheet.hand.copy_rows(TAB, 2, 2, 3)
    sheet.type(3, content="写した行")
    problems = found(machine).by_kind()[ProblemKind.TWICE]
    copy = next(p for p in problems if p.row == 3)
    assert repairs.may_renumber(desk_of(machine, Role.CLERK), copy)

    done = repairs.renumber(desk_of(machine, Role.CLERK), copy, now=machine.now)

    assert ProblemKind.DOUBTFUL not in found(machine).by_kind()
    rows = machine.frame("complaints")
    assert rows.loc["K-261121-7F3QX", "content"] == "元の行"
    (number,) = set(rows.index) - {"K-261121-7F3QX"}
    assert read_id(number) == number
    assert rows.loc[number, "content"] == "写した行"

    repairs.take_back(desk_of(machine, Role.CLERK), done.undo, now=machine.now)
    assert sheet.read("id") == ["K-261121-7F3QX"] * 2


def test_a_number_erased_by_mistake_is_proposed_and_given_back(machine, sheet):
    sheet.type(2, content="箱が潰れていた", next_promise_at="2026/11/21 14:00")
    machine.sync()
    (number,) = machine.frame("complaints").index
    sheet.hand.clear(TAB, sheet.cell("id", 2))
    problem = only(machine, ProblemKind.NUMBERLESS)
    assert problem.proposal == number

    repairs.take_over(desk_of(machine, Role.CLERK), [problem], now=machine.now)

    assert list(machine.frame("complaints").index) == [number]
    assert ProblemKind.DOUBTFUL not in found(machine).by_kind()


# Who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.OUTSOURCED, Role.VIEWER])
def test_only_the_own_staff_mends(machine, about_twenty, role):
    desk = desk_of(machine, role)

    with pytest.raises(NotAllowed):
        repairs.take_over(desk, [about_twenty], now=machine.now)
    with pytest.raises(NotAllowed):
        found(machine, desk)


def test_a_clerk_mends_no_table_that_gives_rights(machine, sheet):
    boss = Member(email="a@example.jp", name="部長", role=Role.MANAGER, rank=1)
    machine.live.commit(saving(boss))
    sheet.type(2, "members", rank="約1")
    problem = only(machine, ProblemKind.DOUBTFUL)

    assert not repairs.may_take_over(desk_of(machine, Role.CLERK), problem)
    assert repairs.may_take_over(desk_of(machine, Role.ADMIN), problem)
    with pytest.raises(NotAllowed):
        repairs.take_over(desk_of(machine, Role.CLERK), [problem], now=machine.now)
