"""The sample year goes into an empty store, comes out whole, and spares real rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from lib import clock
from lib.actions import first_start, sample
from lib.actions.sample import Reference
from lib.errors import ActionRefused, NotAllowed, StoreUnavailable
from lib.sample import SampleCompany, sample_company
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.frames import standing_at
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Member, Setting
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import TABLES, table
from lib.schema.vocab import AuditRoute, Role, Source
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit
from tests.builders import activity, complaint
from tests.builders import fill as put

END = date(2026, 11, 20)


@pytest.fixture(scope="module")
def company() -> SampleCompany:
    return sample_company(end=END, months=1, seed=5, complaints_per_day=2)


@pytest.fixture(autouse=True)
def small_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "ROWS_A_COMMIT", 200)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    """Return the data as the first administrator has them."""
    founder = first_start.begin(
        live.for_user(SYSTEM), name="佐藤 花子", email="", now=clock.now()
    )
    return live.for_user(Principal.of(founder))


class Failing(UserStore):
    """A desk whose store goes away at the second commit."""

    def __init__(self, live: LiveStore, principal: Principal) -> None:
        super().__init__(live, principal)
        self.left = 1

    def commit(self, commit: Commit):
        if self.left == 0:
            raise StoreUnavailable("taken away by the test")
        self.left -= 1
        return super().commit(commit)


def frames_of(desk: UserStore) -> dict[str, pd.DataFrame]:
    return {place.code: desk.frame(place.code) for place in TABLES}


def sample_rows(desk: UserStore) -> int:
    return sum(
        int((frame["source"] == Source.SAMPLE.value).sum())
        for code, frame in frames_of(desk).items()
        if code != "audit"
    )


# Filling -------------------------------------------------------------------------


def test_filling_writes_every_row_of_the_company(desk, company):
    assert sample.fill(desk, company) == len(company)

    assert sample_rows(desk) == len(company)
    assert sample.is_present(frames_of(desk))


def test_the_rows_come_out_of_the_store_as_they_went_in(desk, company):
    sample.fill(desk, company)

    case = company.complaints[0]
    kept = standing_at(table("complaints"), desk.in_full("complaints"), case.id)
    automatic = {"updated_at", "updated_by", "version"}
    assert {n: v for n, v in kept.values().items() if n not in automatic} == {
        n: v for n, v in case.values().items() if n not in automatic
    }


def test_filling_tells_how_far_it_has_come(desk, company):
    told: list[tuple[int, int]] = []

    sample.fill(desk, company, progress=lambda done, total: told.append((done, total)))

    assert told[0] == (0, len(company))
    assert told[-1] == (len(company), len(company))
    assert [done for done, _total in told] == sorted({done for done, _total in told})


def test_filling_twice_writes_nothing_the_second_time(desk, company):
    sample.fill(desk, company)
    revision = desk.revision

    assert sample.fill(desk, company) == 0
    assert desk.revision == revision


def test_an_interrupted_filling_is_completed_by_filling_again(live, desk, company):
    with pytest.raises(StoreUnavailable):
        sample.fill(Failing(live, desk.principal), company)
    live.refreshed()
    fresh = live.for_user(desk.principal)
    assert 0 < sample_rows(fresh) < len(company)

    sample.fill(fresh, company)

    assert sample_rows(fresh) == len(company)


def test_an_interrupted_filling_can_be_removed(live, desk, company):
    with pytest.raises(StoreUnavailable):
        sample.fill(Failing(live, desk.principal), company)
    fresh = live.for_user(desk.principal)

    sample.remove(fresh)

    assert not sample.is_present(frames_of(fresh))


def test_another_sample_is_refused_until_the_first_is_removed(desk, company):
    sample.fill(desk, company)
    other = sample_company(end=END, months=1, seed=6, complaints_per_day=2)

    with pytest.raises(ActionRefused, match="別の見本データ"):
        sample.fill(desk, other)

    sample.remove(desk)
    assert sample.fill(desk, other) == len(other)


def test_a_store_as_the_command_line_opens_it_gets_the_rows_every_store_has(
    tmp_path, company
):
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path)

    sample.fill(store, company)

    frames = store.load().frames
    assert frames["centres"].loc[COMPANY, "source"] == Source.APP.value
    assert frames["products"].loc[UNKNOWN_PRODUCT, "source"] == Source.APP.value
    sample.remove(store)
    assert list(store.load().frames["centres"].index) == [COMPANY]
    store.close()


def test_contacts_get_the_key_by_which_earlier_cases_are_found(desk, company):
    sample.fill(desk, company, key_of=lambda contact: f"key of {contact}")

    case = company.complaints[0]
    assert desk.record("complaints", case.id).customer_key == f"key of {case.contact}"


def test_what_the_first_start_makes_does_not_count_as_real(desk, company):
    threshold = Setting(group="しきい値", name="応答率", effective_from=END)
    put(desk, threshold)

    assert sample.fill(desk, company) == len(company)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(complaint, id="a complaint"),
        pytest.param(lambda: Member(email="b@example.jp", name="乙"), id="a colleague"),
    ],
)
def test_a_store_with_real_rows_is_refused_and_stays_as_it_is(desk, company, record):
    put(desk, record())
    revision = desk.revision

    with pytest.raises(ActionRefused, match="1件"):
        sample.fill(desk, company)

    assert desk.revision == revision
    assert sample_rows(desk) == 0


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.ADMIN])
def test_only_an_administrator_fills_or_removes(live, desk, company, role):
    other = live.for_user(Principal("x@example.jp", "鈴木", role, "SPR"))

    with pytest.raises(NotAllowed):
        sample.fill(other, company)
    with pytest.raises(NotAllowed):
        sample.remove(other)


# Removing ------------------------------------------------------------------------


def test_removing_leaves_a_store_as_before_the_sample(desk, company):
    before = {code: list(frame.index) for code, frame in frames_of(desk).items()}
    sample.fill(desk, company)

    assert sample.remove(desk) == len(company)

    after = {code: list(frame.index) for code, frame in frames_of(desk).items()}
    del before["audit"], after["audit"]
    assert after == before


def test_removing_takes_the_log_rows_of_the_sample_along(desk, company):
    sample.fill(desk, company)

    sample.remove(desk)

    log = desk.frame("audit")
    left = log[log["route"] == AuditRoute.SAMPLE.value]
    assert set(left["row_key"]) <= {""}
    assert set(log.loc[log["route"] == AuditRoute.APP.value, "row_key"]) >= {COMPANY}


def test_an_interrupted_removal_is_completed_by_removing_again(
    live, desk, company, monkeypatch
):
    monkeypatch.setattr(sample, "ROWS_A_REMOVAL", 200)
    sample.fill(desk, company)
    with pytest.raises(StoreUnavailable):
        sample.remove(Failing(live, desk.principal))
    fresh = live.for_user(desk.principal)
    assert 0 < sample_rows(fresh) < len(company)

    sample.remove(fresh)

    assert not sample.is_present(frames_of(fresh))


def test_removing_an_empty_store_does_nothing(desk):
    revision = desk.revision

    assert sample.remove(desk) == 0
    assert desk.revision == revision


def test_real_rows_that_refer_to_the_sample_are_listed_and_stay(desk, company):
    sample.fill(desk, company)
    first = company.complaints[0]
    handler = company.members[0].name
    follow_up = complaint(
        parent_id=first.id, product_code=UNKNOWN_PRODUCT, handler=handler, receiver=""
    )
    step = activity(first, actor="佐藤 花子", at=clock.now() - timedelta(minutes=1))
    put(desk, follow_up, step)

    found = sample.real_rows_that_refer(frames_of(desk))

    assert set(found) == {
        Reference("complaints", follow_up.id, "parent_id", first.id),
        Reference("complaints", follow_up.id, "handler", handler),
        Reference("activities", step.id, "case_id", first.id),
    }
    sample.remove(desk)
    assert list(desk.frame("complaints").index) == [follow_up.id]
    assert list(desk.frame("activities").index) == [step.id]
    assert desk.record("complaints", follow_up.id).parent_id == first.id


def test_rows_that_refer_only_to_real_rows_are_not_listed(desk, company):
    sample.fill(desk, company)
    own = complaint(product_code=UNKNOWN_PRODUCT)
    put(desk, own, activity(own))

    assert sample.real_rows_that_refer(frames_of(desk)) == []


def test_without_a_sample_nothing_is_present_and_nothing_refers(desk):
    put(desk, complaint())

    assert not sample.is_present(frames_of(desk))
    assert sample.real_rows_that_refer(frames_of(desk)) == []
