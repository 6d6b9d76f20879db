"""A check is kept whole, and what was wanting becomes an improvement in one commit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import pytest

from lib import clock
from lib.actions import page_checks
from lib.actions.page_checks import Answer
from lib.errors import InvalidRecord, NotAllowed
from lib.metrics.page_checks import Standing
from lib.schema.ids import new_commit_id
from lib.schema.learning import Improvement
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import (
    CheckResult,
    ImprovementKind,
    ImprovementStatus,
    MendedPlace,
    PageKind,
    Role,
)
from lib.settings.page_checks import BY_CODE, Item
from lib.settings.script_words import BY_CODE as WORDS
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Update
from tests.builders import complaint, fill

DAY = date(2026, 11, 20)
NOW = clock.at(DAY, 10)
PAGE, LP = "美容液LP", PageKind.LANDING_PAGE
GOOD = Answer(CheckResult.GOOD)
WANTING = Answer(CheckResult.TO_IMPROVE, "字が小さい", "佐藤 花子", date(2026, 12, 4))


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    return live.for_user(Principal("sato@example.jp", "佐藤 花子", Role.MANAGER))


def answers(desk, kind=LP, other=None) -> dict[str, Answer]:
    codes = [item.code for item in page_checks.list_of(desk, kind, NOW.date())]
    return {code: (other or {}).get(code, GOOD) for code in codes}


def check(
    desk, found=None, *, page=PAGE, kind=LP, now=NOW, commit_id="", url=""
) -> int:
    return page_checks.check(
        desk,
        page,
        kind,
        answers(desk, kind) if found is None else found,
        url=url,
        now=now,
        commit_id=commit_id or new_commit_id(),
    )


def wanting(desk, *codes: str) -> dict[str, Answer]:
    return answers(desk, other=dict.fromkeys(codes, WANTING))


def improvements(desk) -> list[Improvement]:
    rows = desk.frame("improvements")
    return [cast("Improvement", desk.record("improvements", k)) for k in rows.index]


def state(desk, page=PAGE, today=DAY):
    return next(s for s in page_checks.pages(desk, today) if s.page == page)


def test_a_check_keeps_each_item_by_name(desk):
    assert check(desk, url="https://example.jp/lp") == 0

    rows = desk.frame("page_checks")
    assert set(rows["item"]) == set(answers(desk))
    assert set(rows["inspector"]) == {"佐藤 花子"}
    assert set(rows["result"]) == {"良"}
    assert state(desk).standing is Standing.FRESH
    assert state(desk).url == "https://example.jp/lp"


def test_what_is_wanting_becomes_an_improvement_with_place_owner_and_day(desk):
    assert check(desk, wanting(desk, "LP・文字")) == 1

    (made,) = improvements(desk)
    assert made.title == "美容液LP: 字が小さい"
    assert (made.place, made.kind) == (
        MendedPlace.LANDING_PAGE,
        ImprovementKind.LANDING_PAGE,
    )
    assert (made.owner, made.due_on) == ("佐藤 花子", date(2026, 12, 4))
    assert made.sales_page == PAGE
    rows = desk.frame("page_checks").set_index("item")
    assert rows.loc["LP・文字", "improvement_id"] == made.id
    assert rows.loc["LP・定期", "improvement_id"] == ""


def test_a_script_is_improved_as_a_script(desk):
    check(
        desk,
        answers(desk, PageKind.SCRIPT, {"台本・意思": WANTING}),
        page="引き止め",
        kind=PageKind.SCRIPT,
    )

    (made,) = improvements(desk)
    assert made.kind is ImprovementKind.SCRIPT
    assert made.place is MendedPlace.SERVICE


def test_one_that_is_still_open_goes_on(desk):
    check(desk, wanting(desk, "LP・文字"))
    later = NOW + timedelta(days=1)

    assert check(desk, wanting(desk, "LP・文字", "LP・電話"), now=later) == 1
    assert len(improvements(desk)) == 2


@pytest.mark.parametrize(
    "ended",
    [
        {"done_on": date(2026, 11, 20)},
        {"status": ImprovementStatus.CANCELLED},
    ],
)
def test_one_that_has_ended_does_not(desk, ended):
    check(desk, wanting(desk, "LP・文字"))
    (made,) = improvements(desk)
    base = {name: getattr(made, name) for name in ended}
    writes = (Update("improvements", made.id, base, ended),)
    desk.commit(Commit("end", "佐藤 花子", NOW, writes))

    assert check(desk, wanting(desk, "LP・文字"), now=NOW + timedelta(days=1)) == 1


def test_a_second_check_of_the_day_takes_the_place_of_the_first(desk):
    check(desk, wanting(desk, "LP・文字"))
    check(desk, now=NOW + timedelta(hours=2))

    assert len(desk.frame("page_checks")) == len(answers(desk))
    assert set(desk.frame("page_checks")["result"]) == {"良"}
    course = page_checks.course_of(desk, PAGE, LP)
    assert all(len(one.outcomes) == 1 for one in course)


def test_a_double_press_saves_once(desk):
    found = wanting(desk, "LP・文字")
    check(desk, found, commit_id="once")
    check(desk, found, commit_id="once")

    assert len(improvements(desk)) == 1


def test_every_item_needs_an_answer(desk):
    found = answers(desk)
    del found["LP・電話"]

    with pytest.raises(InvalidRecord) as refused:
        check(desk, found)

    assert [p.field for p in refused.value.problems] == ["LP・電話"]
    assert desk.frame("page_checks").empty


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Answer(CheckResult.TO_IMPROVE, "", "", date(2026, 12, 4)), "owner:LP・電話"),
        (Answer(CheckResult.TO_IMPROVE, "", "佐藤", None), "due_on:LP・電話"),
        (
            Answer(CheckResult.TO_IMPROVE, "", "佐藤", date(2026, 11, 19)),
            "due_on:LP・電話",
        ),
    ],
)
def test_what_is_wanting_needs_an_owner_and_a_day_to_come(desk, answer, field):
    with pytest.raises(InvalidRecord) as refused:
        check(desk, answers(desk, other={"LP・電話": answer}))

    assert [p.field for p in refused.value.problems] == [field]
    assert improvements(desk) == []


def test_a_page_needs_a_name(desk):
    with pytest.raises(InvalidRecord) as refused:
        check(desk, page="  ")

    assert [p.field for p in refused.value.problems] == ["page"]


def test_a_name_with_the_sign_of_keys_is_kept_without_it(desk):
    check(desk, page="定期|LP\n夏")

    assert set(desk.frame("page_checks")["page"]) == {"定期｜LP 夏"}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OUTSOURCED])
def test_others_check_no_pages(live, desk, role):
    other = live.for_user(Principal("v@example.jp", "加藤", role, "TYO"))

    with pytest.raises(NotAllowed):
        page_checks.check(
            other, PAGE, LP, answers(desk), url="", now=NOW, commit_id="x"
        )


def test_a_page_no_longer_used_is_due_no_more(desk):
    check(desk)
    later = NOW + timedelta(days=100)
    assert state(desk, today=later.date()).standing is Standing.OVERDUE

    page_checks.retire(desk, PAGE, LP, now=later, commit_id="gone")

    assert state(desk, today=later.date()).standing is Standing.RETIRED
    assert page_checks.owed(desk, later.date()) == ()


def test_owed_are_those_over_their_day_and_not_those_never_checked(desk):
    assert page_checks.owed(desk, NOW.date()) == ()
    check(desk)

    found = page_checks.owed(desk, date(2027, 3, 1))

    assert [page.page for page in found] == [PAGE]


def test_pages_that_customers_named_lately_are_asked_for(live, desk):
    fill(
        live.for_user(SYSTEM),
        complaint(received_at=NOW - timedelta(days=5), sales_page="クリームLP"),
        complaint(received_at=NOW - timedelta(days=200), sales_page="去年のLP"),
        complaint(received_at=NOW - timedelta(days=5), sales_page="新聞折込"),
    )

    named = [page.page for page in page_checks.pages(desk, NOW.date())]

    assert "クリームLP" in named
    assert "去年のLP" not in named
    assert "新聞折込" not in named


def test_the_course_tells_before_and_after_and_what_was_done(desk):
    check(desk, wanting(desk, "LP・文字"))
    check(desk, now=NOW + timedelta(days=30))

    course = next(
        one for one in page_checks.course_of(desk, PAGE, LP) if one.item == "LP・文字"
    )

    assert [one.result for one in course.outcomes] == [
        CheckResult.GOOD,
        CheckResult.TO_IMPROVE,
    ]
    assert course.improvement is not None
    assert course.improvement.title.endswith("字が小さい")


# 設定 -------------------------------------------------------------------------------


def set_item(desk, item: Item) -> None:
    page_checks.set_item(desk, item, since=NOW.date(), entry=new_commit_id(), now=NOW)


def test_an_item_out_of_use_is_asked_no_more(desk):
    ours = BY_CODE["LP・電話"]
    set_item(
        desk, Item(ours.code, ours.kind, ours.title, ours.hint, ours.source, on=False)
    )

    assert "LP・電話" not in answers(desk)
    assert check(desk) == 0


def test_an_own_item_is_asked_too(desk):
    set_item(desk, Item("社長の目", LP, "社長の目", "声に出して読む", ""))

    assert "社長の目" in answers(desk)
    assert check(desk, answers(desk, other={"社長の目": WANTING})) == 1


def test_an_own_item_needs_a_title_of_its_own(desk):
    with pytest.raises(InvalidRecord):
        set_item(desk, Item("", LP, " ", "", ""))
    with pytest.raises(InvalidRecord):
        set_item(desk, Item("確認・分量", LP, "確認・分量", "", ""))


def test_phrases_are_set_and_never_empty(desk):
    rule = WORDS["お金"]
    shared = {"since": NOW.date(), "entry": new_commit_id(), "now": NOW}
    with pytest.raises(InvalidRecord):
        page_checks.set_words(
            desk, type(rule)(rule.code, rule.title, (), "", ""), **shared
        )

    page_checks.set_words(
        desk, type(rule)(rule.code, rule.title, ("清算金",), "", ""), **shared
    )
    found = {r.code: r for r in page_checks.word_rules_of(desk, NOW.date())}
    assert found["お金"].phrases == ("清算金",)


def test_a_clerk_checks_but_sets_no_rules(live):
    clerk = live.for_user(Principal("c@example.jp", "鈴木", Role.CLERK))

    assert check(clerk) == 0
    with pytest.raises(NotAllowed):
        set_item(clerk, BY_CODE["LP・電話"])
