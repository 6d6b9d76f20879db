"""Like complaints of a company: who sees which, and when they are grouped anew."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from lib import clock
from lib.actions import problems
from lib.actions.searching import case_code, slug
from lib.metrics.likeness.grouping import groups
from lib.schema.ids import new_commit_id, new_id
from lib.schema.masters import Product
from lib.schema.principal import Principal
from lib.schema.vocab import ComplaintKind, ComplaintStatus, Role, Severity
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert, Update
from tests.builders import complaint

TODAY = clock.today()
MANAGER = Principal("m@example.jp", "森", Role.MANAGER)
VIEWER = Principal("v@example.jp", "加藤", Role.VIEWER)

PUMP = ("ポンプを押しても出ない", "押してもポンプから出てこない", "ポンプが固く出ない")
HEAT = ("充電中に熱くなる", "充電すると本体が熱い", "充電器が熱くて焦げくさい")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> LiveStore:
    return company(tmp_path_factory.mktemp("frequent"))


def company(data: Path) -> LiveStore:
    live = LiveStore(open_store(f"sqlite:///{data / 'm.db'}", data=data))
    pumps = [
        of(text, n, product_code="A", customer_name="藍沢")
        for n, text in enumerate(PUMP)
    ]
    heats = [of(text, n, product_code="B 1") for n, text in enumerate(HEAT)]
    others = [
        of(PUMP[0], 1, kind=ComplaintKind.WISH),
        of(PUMP[1], 1, status=ComplaintStatus.CANCELLED),
        of("***", 1),
        of(PUMP[2], 200),
    ]
    products = [
        Product(code="A", name="美容液"),
        Product(code="B 1", name="頭皮ブラシ"),
    ]
    put(live, *map(Insert, (*pumps, *heats, *others, *products)))
    return live


def of(text: str, ago: int, **values):
    at = clock.now() - timedelta(days=ago)
    return complaint(id=new_id("K", at), content=text, received_at=at, **values)


def put(live: LiveStore, *writes) -> None:
    desk = live.for_user(MANAGER)
    desk.commit(Commit(new_commit_id(), MANAGER.name, clock.now(), tuple(writes)))


def found(live: LiveStore, who=MANAGER, **asked) -> problems.Found:
    options = {"days": 180, "product": ""} | asked
    return problems.found(live.for_user(who), TODAY, **options)


def test_groups_of_the_period_without_wishes_cancelled_and_erased(live):
    told = found(live)
    assert (told.looked_at, told.left_out) == (6, 0)
    assert [one.count for one in told.problems] == [3, 3]
    assert found(live, days=365).looked_at == 7


def test_one_product_is_asked_for_by_its_code_in_links(live):
    (one,) = found(live, product=slug("B 1")).problems
    assert one.products == (("B 1", 3),)
    assert found(live, product="gone").problems == ()


def test_the_texts_show_no_customer_to_anybody(live):
    for who in (MANAGER, VIEWER):
        desk = live.for_user(who)
        for one in found(live, who).problems:
            shown = problems.examples(desk, one)
            assert len(shown) == 3
            assert {case_code(e.case_id) for e in shown} == set(one.case_ids)
            assert not any(
                "藍沢" in word for word in (*one.words, *(e.text for e in shown))
            )


def test_only_new_words_group_anew(tmp_path, monkeypatch):
    live = company(tmp_path)
    runs = []
    monkeypatch.setattr(
        problems, "groups", lambda *a, **k: runs.append(1) or groups(*a, **k)
    )
    first = found(live)
    runs.clear()
    pump = next(one for one in first.problems if one.products == (("A", 3),))
    key = pump.case_ids[0]
    put(
        live,
        Update(
            "complaints", key, {"severity": Severity.LOW}, {"severity": Severity.HIGH}
        ),
    )

    after = next(one for one in found(live).problems if one.key == pump.key)
    assert dict(after.severities)[Severity.HIGH] == 1
    assert runs == []

    put(live, Insert(of("ポンプを押しても中身が出ない", 0, product_code="A")))
    after = next(one for one in found(live).problems if one.key == pump.key)
    assert (after.count, runs) == (4, [1])


def test_more_than_fit_leave_out_the_oldest(live, monkeypatch):
    monkeypatch.setattr(problems, "MOST", 2)
    told = found(live, days=90)
    assert told.looked_at == 2
    assert told.left_out >= 4
