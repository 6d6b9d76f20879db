"""What past cases teach, after somebody put it right in the sheet."""

from __future__ import annotations

from lib.actions.knowledge import searching
from lib.actions.knowledge.searching import Asked
from lib.schema.masters import Product
from lib.schema.vocab import ActivityKind, ComplaintStatus, Resolution
from tests.actions.by_hand.conftest import NOW, Machine, Sheet
from tests.store.rows import activity, complaint, saving


def test_what_is_put_right_by_hand_is_what_past_cases_tell(
    machine: Machine, sheet: Sheet
):
    case = complaint(
        status=ComplaintStatus.CLOSED,
        closed_at=NOW,
        resolution=Resolution.REFUND,
        settled_cost=1_000,
        product_code="P-1",
    )
    told = activity(case.id, kind=ActivityKind.REFUND, content="全額を返金した")
    machine.live.commit(saving(case, told, Product(code="P-1", name="化粧水")))

    def lesson(words: str):
        machine.live.refreshed()
        found = searching.search(machine.desk, Asked(words))
        (one,) = searching.lessons(machine.desk, found.numbers(), NOW)
        return one.cost, one.agreed

    assert lesson("返金 化粧水") == (1_000, "全額を返金した")

    sheet.type(2, settled_cost="98000")
    assert lesson("返金 化粧水") == (98_000, "全額を返金した")

    sheet.type(2, "activities", content="交換だけにした")
    assert lesson("交換だけ") == (98_000, "交換だけにした")

    sheet.type(2, "products", name="美容液")
    assert lesson("美容液") == (98_000, "交換だけにした")
