"""What a role sees is said in words for every table, and the words are true."""

from __future__ import annotations

import pytest

from lib.actions import sights
from lib.schema.tables import TABLES
from lib.schema.vocab import Role
from lib.store.access import RIGHTS


def of(role: Role) -> dict[str, sights.Sight]:
    return {
        table.code: sight for sight in sights.sights_of(role) for table in sight.tables
    }


@pytest.mark.parametrize("role", Role)
def test_every_table_is_either_seen_in_words_or_named_as_unseen(role):
    seen = of(role)

    assert seen.keys() == RIGHTS[role].keys()
    assert {t.code for t in sights.unseen(role)} == {
        table.code for table in TABLES
    } - seen.keys()


@pytest.mark.parametrize("role", Role)
def test_who_may_add_or_change_is_what_the_store_lets(role):
    for code, sight in of(role).items():
        right = RIGHTS[role][code]
        assert (sight.adds, sight.changes) == (right.insert, right.update)


def test_an_outsourced_centre_sees_its_own_and_two_columns_of_the_products():
    seen = of(Role.OUTSOURCED)

    assert seen["kpi_days"].rows == "自センターの行だけが見える"
    assert seen["products"].columns == ("商品コード", "商品名")
    assert "agency_inquiries" not in seen


def test_whoever_only_reads_gets_no_personal_column():
    assert all("個人情報の列は空" in sight.cells for sight in of(Role.VIEWER).values())
