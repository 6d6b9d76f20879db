"""Rows and cells typed by hand start the clocks that the app's forms would have."""

from __future__ import annotations

from datetime import timedelta

from lib.actions.clocks.keeping import keep
from lib.schema.vocab import Source
from tests.actions.by_hand.conftest import NOW, Machine, Sheet


def clocks(machine: Machine, number: str) -> dict[str, str]:
    rows = machine.frame("deadlines")
    own = rows[rows["case_id"] == number]
    return dict(zip(own["rule_code"], own["id"], strict=True))


def typed(machine: Machine, sheet: Sheet, **cells: str) -> str:
    sheet.type(
        2,
        content="別の人の明細が入っていた",
        next_promise_at="2026/11/21 14:00",
        **cells,
    )
    machine.sync()
    (number,) = machine.frame("complaints").index
    return str(number)


def test_a_typed_leak_gets_its_number_and_its_clocks_together(machine, sheet):
    number = typed(machine, sheet, leak="あり")

    assert clocks(machine, number).keys() == {"L1速報", "L1確報", "L1本人通知"}
    assert "L1速報" in sheet.read("rule_code", "deadlines")
    machine.sync()
    assert keep(machine.live, machine.now) == 0


def test_a_leak_ticked_later_in_the_sheet_gets_its_clocks_once(machine, sheet):
    number = typed(machine, sheet)
    assert clocks(machine, number) == {}

    sheet.type(2, leak="あり")
    machine.sync()
    keep(machine.live, machine.now)
    machine.live.refreshed()
    before = clocks(machine, number)
    keep(machine.live, machine.now)

    assert before.keys() == {"L1速報", "L1確報", "L1本人通知"}
    assert clocks(machine, number) == before


def test_an_old_closed_row_pasted_into_the_sheet_starts_nothing(machine, sheet):
    number = typed(
        machine,
        sheet,
        leak="あり",
        status="完了",
        received_at=f"{NOW - timedelta(days=40):%Y/%m/%d %H:%M}",
    )

    assert keep(machine.live, machine.now) == 0
    assert clocks(machine, number) == {}
    assert machine.frame("complaints")["source"].tolist() == [Source.SHEET.value]
