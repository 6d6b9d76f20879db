"""An idea is one save: the improvement, and its number on what brought it about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lib import clock
from lib.actions.improving import Scope, listing, propose, proposing
from lib.actions.improving.proposing import MOST_A_COMMIT
from lib.errors import InvalidRecord, NotAllowed, StoreError
from lib.schema.principal import Principal
from lib.schema.vocab import Category, ImprovementStatus, Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import complaint, fill

LEAD = Principal("lead@example.jp", "森", Role.MANAGER)
VIEWER = Principal("view@example.jp", "閲覧", Role.VIEWER)
NOW = clock.now()


@pytest.fixture(scope="module")
def live(tmp_path_factory) -> Iterator[LiveStore]:
    folder = tmp_path_factory.mktemp("proposing")
    store = LiveStore(open_store(f"sqlite:///{folder / 'store.db'}", data=folder))
    yield store
    store.close()


@pytest.fixture
def desk(live) -> UserStore:
    return live.for_user(LEAD)


def proposed(desk: UserStore, entry: str, **values):
    wanted = {"title": "袋を替える", "now": NOW, "commit_id": entry, **values}
    return propose(desk, **wanted)


def test_an_idea_ties_its_complaints_in_the_same_save(desk, live):
    cases = [complaint() for _n in range(3)]
    fill(live, *cases)
    scope = Scope(product_code="A-01", category=Category.PACKAGING)

    made = proposed(desk, "tie", scope=scope, case_ids=[c.id for c in cases])

    stands = listing.found(desk, made.id)
    assert stands is not None
    assert stands.status is ImprovementStatus.IDEA
    assert (stands.product_code, stands.category) == ("A-01", Category.PACKAGING)
    assert stands.target_figure == "苦情率"
    assert stands.trigger_id == cases[0].id
    assert set(listing.cases_of(desk, made.id)) == {c.id for c in cases}


def test_a_double_click_records_one(desk):
    first = proposed(desk, "twice", title="二度押し")
    again = proposed(desk, "twice", title="二度押し")

    told = [one for one in listing.improvements(desk) if one.title == "二度押し"]
    assert first.id == again.id
    assert len(told) == 1


def test_a_complaint_that_led_to_another_keeps_it_and_an_unknown_one_is_passed_over(
    desk, live
):
    taken, free = complaint(), complaint()
    fill(live, taken, free)
    earlier = proposed(desk, "earlier", case_ids=[taken.id])

    later = proposed(desk, "later", case_ids=[taken.id, "K-000000-AAAAA", free.id])

    assert listing.cases_of(desk, earlier.id) == (taken.id,)
    assert listing.cases_of(desk, later.id) == (free.id,)


def test_more_complaints_than_a_save_takes_are_all_tied(desk, live):
    many = [complaint() for _n in range(MOST_A_COMMIT + 3)]
    fill(live, *many)

    made = proposed(desk, "many", case_ids=[c.id for c in many])

    assert len(listing.cases_of(desk, made.id)) == len(many)


def test_a_retry_after_half_of_the_saves_ties_the_rest(desk, live, monkeypatch):
    monkeypatch.setattr(proposing, "MOST_A_COMMIT", 2)
    many = [complaint().id for _n in range(5)]
    fill(live, *(complaint(id=number) for number in many))
    saved = UserStore.commit

    def cut_off(store, commit):
        if commit.id == "half-2":
            raise StoreError("cut off")
        return saved(store, commit)

    with monkeypatch.context() as fault:
        fault.setattr(UserStore, "commit", cut_off)
        with pytest.raises(StoreError):
            proposed(desk, "half", case_ids=many)

    made = proposed(desk, "half", case_ids=many)

    assert set(listing.cases_of(desk, made.id)) == set(many)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "  "}, "title"),
        ({"due_on": NOW.date() - timedelta(days=1)}, "due_on"),
    ],
)
def test_an_idea_without_words_or_for_yesterday_is_refused_at_its_field(
    desk, values, field
):
    with pytest.raises(InvalidRecord) as refused:
        proposed(desk, "refused", **values)

    assert [problem.field for problem in refused.value.problems] == [field]


def test_whoever_only_reads_proposes_nothing(live):
    with pytest.raises(NotAllowed):
        proposed(live.for_user(VIEWER), "viewer")
