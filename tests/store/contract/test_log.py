"""操作ログ is searched alike in every store."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lib.schema.vocab import AuditRoute, ComplaintStatus
from lib.store.log_search import LogQuery
from lib.store.protocol import Store
from tests.store.rows import NOON, change, complaint, saving


@pytest.fixture(
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres), "sheets"]
)
def store_factory(request):
    """Give each kind of store; with the outbox it is the sheet that answers."""
    return request.getfixturevalue(f"{request.param}_place")


@pytest.fixture
def written(store) -> Store:
    """Give a store in which two people wrote on three days."""
    first = complaint("K-1", content="箱が つぶれた 100%")
    store.commit(saving(first, id="c1"))
    store.commit(
        saving(
            change(
                first, status=ComplaintStatus.CLOSED, open_questions="Refund please"
            ),
            id="c2",
            actor="佐藤",
            at=NOON + timedelta(days=1),
            reason="お客様の申し出",
        )
    )
    store.commit(
        saving(
            complaint("K-2"),
            id="c3",
            at=NOON + timedelta(days=2),
            route=AuditRoute.IMPORT,
        )
    )
    return store


def asked(store: Store, **query) -> list[tuple[str, str]]:
    rows = store.search_log(LogQuery(**query)).rows
    return list(zip(rows["commit_id"], rows["field_name"], strict=True))


def test_the_log_is_searched_by_each_of_its_sides(written):
    both = {("c2", "status"), ("c2", "open_questions")}

    assert [commit for commit, _name in asked(written)] == ["c3", "c2", "c2", "c1"]
    assert set(asked(written, actor="佐藤")) == both
    assert [c for c, _name in asked(written, row_key="K-2")] == ["c3"]
    assert asked(written, field_name="status") == [("c2", "status")]
    assert [c for c, _name in asked(written, route=AuditRoute.IMPORT)] == ["c3"]
    assert [c for c, _name in asked(written, commit_id="c1")] == ["c1"]
    assert asked(written, table="members") == []
    day = NOON.date()
    assert (
        set(asked(written, since=day + timedelta(days=1), until=date(2026, 11, 22)))
        == both
    )
    assert asked(written, until=day - timedelta(days=1)) == []


def test_free_words_are_plain_words_and_all_of_them_must_stand_there(written):
    assert asked(written, words=("refund",)) == [("c2", "open_questions")]
    assert {c for c, _name in asked(written, words=("申し出", "佐藤"))} == {"c2"}
    assert asked(written, words=("refund", "山田")) == []
    assert asked(written, words=("100%",)) == asked(written, words=("_",)) == []


def test_a_window_ends_and_the_next_one_goes_on(written):
    first = written.search_log(LogQuery(most=2))
    second = written.search_log(LogQuery(most=2, skip=2))

    assert (len(first.rows), first.has_older) == (2, True)
    assert (len(second.rows), second.has_older) == (2, False)
    assert set(first.rows.index).isdisjoint(second.rows.index)
    assert first.sizes == {"c3": 1, "c2": 2}
    assert second.sizes == {"c2": 2, "c1": 1}
