"""What is put away and what stays, and that nothing which must reach it misses it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lib import clock
from lib.actions import archiving, complaints, contacts, first_start, sample
from lib.actions.analysing import reading
from lib.actions.entry import Entry
from lib.actions.privacy import from_archive, person, running
from lib.errors import ActionRefused, NotAllowed, StoreUnavailable
from lib.sample import sample_company
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.frames import frame_of
from lib.schema.inquiry import AgencyInquiry
from lib.schema.learning import Improvement
from lib.schema.masters import Setting
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.tables import TABLES, table_of
from lib.schema.task import Task
from lib.schema.vocab import AgencyKind, ComplaintStatus, Role
from lib.settings.business import CONTACT_DAYS
from lib.settings.customer_key import customer_key, secret_of
from lib.store.live import ARCHIVE_KEPT, LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Update
from tests.store.rows import saving

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=clock.TOKYO)
OLD = NOW - timedelta(days=40 * 31)
ONE, TWO, THREE = "K-230701-AAAAA", "K-230701-BBBBB", "K-230701-CCCCC"


def case(number: str, **values: object) -> Complaint:
    made = {"received_at": OLD, "closed_at": OLD, "content": "届かない"}
    made |= {"status": ComplaintStatus.CLOSED, "contact": "090-1234-5678"}
    return Complaint(id=number, **(made | values))


def step(number: str, at: datetime = OLD) -> Activity:
    return Activity(id=f"H-{number[2:]}", case_id=number, at=at, content="聞いた")


def frames_with(*rows: Record) -> dict:
    found = {table.code: frame_of(table, []) for table in TABLES}
    for table in TABLES:
        own = [row for row in rows if table_of(row).code == table.code]
        found[table.code] = frame_of(table, own)
    return found


def due_of(*rows: Record) -> archiving.Due:
    return archiving.due_in(frames_with(*rows), NOW, 24)


# What is due ------------------------------------------------------------------------


def test_what_ended_long_ago_goes_with_all_that_hangs_on_it():
    found = due_of(case(ONE), step(ONE), case(TWO, closed_at=NOW, received_at=NOW))

    assert found.cases == {
        ONE: {("complaints", ONE): 0, ("activities", step(ONE).id): 0}
    }
    assert found.years == {ONE: OLD.year}


STAYING = {
    "it is open": [case(ONE, status=ComplaintStatus.WORKING, closed_at=None)],
    "something happened lately": [case(ONE), step(ONE, NOW - timedelta(days=30))],
    "a task is not done": [case(ONE), Task(id="T-1", case_id=ONE, title="返金")],
    "an agency asked about it": [
        case(ONE),
        AgencyInquiry(
            id="G-1",
            complaint_id=ONE,
            first_contact_at=OLD,
            agency_kind=AgencyKind.CONSUMER_CENTRE,
            agency_name="センター",
        ),
    ],
    "an improvement began with it": [
        case(ONE),
        Improvement(id="I-1", title="箱を替える", trigger_id=ONE),
    ],
    "an improvement that is checked counts it": [
        case(ONE, improvement_id="I-1"),
        Improvement(id="I-1", title="箱を替える"),
    ],
    "its contact may be kept yet": [
        case(ONE),
        Setting(
            group=CONTACT_DAYS.group,
            name=CONTACT_DAYS.name,
            effective_from=OLD.date(),
            value="3650",
        ),
    ],
    "another followed from it that is open": [
        case(ONE),
        case(TWO, parent_id=ONE, status=ComplaintStatus.WORKING, closed_at=None),
    ],
    "another followed from one that followed": [
        case(ONE),
        case(TWO, parent_id=ONE),
        case(THREE, parent_id=TWO, received_at=NOW, closed_at=NOW),
    ],
}


@pytest.mark.parametrize("rows", STAYING.values(), ids=STAYING)
def test_what_is_not_over_or_pointed_at_stays(rows):
    assert ONE not in due_of(*rows).cases


def test_a_save_on_its_way_keeps_a_case():
    found = archiving.due_in(
        frames_with(case(ONE)), NOW, 24, waiting={("complaints", ONE)}
    )

    assert found.held == {archiving.NOT_SENT: 1}


# Moving -----------------------------------------------------------------------------


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    found = LiveStore(open_store(url, data=tmp_path))
    first_start.begin(found.for_user(SYSTEM), name="佐藤 花子", email="", now=NOW)
    yield found
    found.close()


@pytest.fixture
def manager(live: LiveStore) -> Principal:
    return Principal("x@example.jp", "佐藤 花子", role=Role.MANAGER)


def put(live: LiveStore, manager: Principal, data: Path, *rows: Record):
    live.commit(saving(*rows))
    url = f"sqlite:///{data / 'store.db'}"
    return archiving.put_away(live, manager, NOW, data=data, url=url)


def test_a_run_moves_what_is_due_keeps_a_copy_and_can_be_taken_back(
    live, manager, tmp_path
):
    done = put(live, manager, tmp_path, case(ONE), step(ONE), case(TWO, closed_at=NOW))

    desk = live.for_user(manager)
    assert (done.cases, done.rows, done.passed) == ([ONE], 2, [])
    assert list(desk.frame("complaints").index) == [TWO]
    assert list(desk.archived("complaints").index) == [ONE]
    assert list(desk.archived("activities")["case_id"]) == [ONE]
    assert desk.archived_record("complaints", ONE).content == "届かない"
    assert len(list((tmp_path / "backups").glob("now-*.db"))) == 1
    assert put(live, manager, tmp_path).cases == []

    back = archiving.bring_back(live, manager, NOW, OLD.year, data=tmp_path)

    assert back.cases == [ONE]
    assert set(live.for_user(manager).frame("complaints").index) == {ONE, TWO}
    with pytest.raises(ActionRefused):
        archiving.bring_back(live, manager, NOW, [ONE], data=tmp_path)


def test_everybody_sees_of_it_what_they_see_of_the_rest(live, manager, tmp_path):
    put(live, manager, tmp_path, case(ONE, customer_name="田中"), step(ONE))

    clerk = live.for_user(Principal("x@example.jp", "鈴木", role=Role.CLERK))
    viewer = live.for_user(Principal("x@example.jp", "見る人", role=Role.VIEWER))
    centre = live.for_user(
        Principal("x@example.jp", "委", role=Role.OUTSOURCED, centre="A")
    )

    assert "1234" not in str(clerk.archived("complaints")["contact"].tolist())
    assert viewer.archived("complaints")["customer_name"].tolist() == [""]
    assert centre.archived("complaints").empty
    live_frame = clerk.frame("complaints")
    assert (clerk.archived("complaints").dtypes == live_frame.dtypes).all()
    with pytest.raises(NotAllowed):
        archiving.put_away(live, clerk.principal, NOW, data=tmp_path)
    with pytest.raises(NotAllowed):
        centre.archived_record("complaints", ONE)


def test_it_leaves_the_memory_when_nobody_asks_any_more(tmp_path, manager):
    now = [0.0]
    url = f"sqlite:///{tmp_path / 'store.db'}"
    live = LiveStore(open_store(url, data=tmp_path), timer=lambda: now[0])
    put(live, manager, tmp_path, case(ONE))
    assert len(live.for_user(manager).archived("complaints")) == 1

    now[0] += ARCHIVE_KEPT + 1
    live.snapshot()

    assert live._archive is None
    assert len(live.for_user(manager).archived("complaints")) == 1
    live.close()


def test_a_customer_who_calls_again_is_recognised_in_it(live, manager, tmp_path):
    secret = secret_of(tmp_path)
    key = customer_key("090-1234-5678", secret)
    others = case(TWO, contact="03-9999-8888")
    put(live, manager, tmp_path, case(ONE, customer_key=key), others)
    entry = Entry(id="x", who="09012345678", received_at=NOW)

    clerk = live.for_user(Principal("x@example.jp", "鈴木", role=Role.CLERK))
    seen = complaints.preview(clerk, entry, now=NOW, secret=secret)
    viewer = live.for_user(Principal("x@example.jp", "見る人", role=Role.VIEWER))

    assert (seen.earlier_ids, seen.put_away_ids) == ((), (ONE,))
    assert archiving.put_away_like(clerk, "k230701aaaaa", secret) == (ONE,)
    assert archiving.put_away_like(clerk, "どこにもない", secret) == ()
    assert viewer.archive_index().empty


def test_what_another_process_puts_away_is_seen_there_at_once(live, manager, tmp_path):
    put(live, manager, tmp_path, case(ONE))
    desk = live.for_user(manager)
    assert (len(desk.archived("complaints")), len(desk.archive_index())) == (1, 1)
    live.commit(saving(case(TWO)))
    url = f"sqlite:///{tmp_path / 'store.db'}"
    other = LiveStore(open_store(url, data=tmp_path))

    archiving.put_away(other, manager, NOW, data=tmp_path)
    other.close()
    live.refreshed()

    desk = live.for_user(manager)
    seen = reading.cases_of(desk, archived=True)
    assert set(seen.index) == {ONE, TWO}
    assert set(desk.archive_index().index) == {ONE, TWO}


def test_a_new_key_never_makes_a_customer_unknown_who_is_put_away(
    live, manager, tmp_path
):
    put(live, manager, tmp_path, case(ONE))
    desk = live.for_user(manager)
    assert live.archive().archive.frames["complaints"]["contact"].tolist() == ["…5678"]

    contacts.rotate(live, tmp_path, NOW)
    for days in (1, 800):
        contacts.tend(live, tmp_path, NOW + timedelta(days=days))

    like = archiving.put_away_like(desk, "09012345678", secret_of(tmp_path))
    held = person.held_about(live, manager, "09012345678", data=tmp_path)
    assert (like, [unit.key for unit in held.units]) == ((ONE,), [ONE])


def test_a_contact_that_cannot_be_cut_is_not_put_away(
    live, manager, tmp_path, monkeypatch
):
    monkeypatch.setattr(contacts, "write", lambda *_: contacts.Done(refused=1))

    done = put(live, manager, tmp_path, case(ONE))

    assert (done.cases, done.passed) == ([], [ONE])


# What must reach it -----------------------------------------------------------------


def test_anonymising_reaches_what_is_put_away_and_leaves_it_there(
    live, manager, tmp_path
):
    put(live, manager, tmp_path, case(ONE, customer_name="田中"), step(ONE))

    units = running.due(live, manager, NOW.date())
    done = running.anonymise(live, manager, units, now=NOW, data=tmp_path)

    desk = live.for_user(SYSTEM)
    kept = desk.archived("complaints").loc[ONE]
    assert (done.units, done.refused) == (1, [])
    assert (kept["customer_name"], kept["contact"], kept["content"]) == ("", "", "***")
    assert desk.archived("activities")["content"].tolist() == ["***"]
    assert running.due(live, manager, NOW.date()) == ()


def test_what_anonymising_brought_back_goes_back_whatever_stopped_it(
    live, manager, tmp_path, monkeypatch
):
    put(live, manager, tmp_path, case(ONE), case(TWO))
    units = running.due(live, manager, NOW.date())

    with monkeypatch.context() as stopped:
        stopped.setattr(running, "write_erasing", raising(StoreUnavailable()))
        with pytest.raises(StoreUnavailable):
            running.anonymise(live, manager, units, now=NOW, data=tmp_path)
    assert live.for_user(SYSTEM).frame("complaints").empty

    with monkeypatch.context() as ended:
        ended.setattr(running, "write_erasing", raising(StoreUnavailable()))
        ended.setattr(from_archive, "away_again", raising(StoreUnavailable()))
        with pytest.raises(StoreUnavailable):
            running.anonymise(live, manager, units, now=NOW, data=tmp_path)
    live.commit(reopening(live, TWO))

    running.anonymise(live, manager, [], now=NOW, data=tmp_path)

    assert list(live.for_user(SYSTEM).frame("complaints").index) == [TWO]
    assert list(live.for_user(SYSTEM).archived("complaints").index) == [ONE]
    assert not (tmp_path / from_archive.NAME).exists()


def raising(error: Exception):
    def fail(*_args, **_named):
        raise error

    return fail


def reopening(live: LiveStore, number: str) -> Commit:
    now = {"status": ComplaintStatus.WORKING, "closed_at": None}
    row = live.for_user(SYSTEM).record("complaints", number).values()
    base = {name: row[name] for name in now}
    write = Update("complaints", number, base, now)
    return Commit("again", "佐藤 花子", NOW, (write,))


def test_what_a_person_asks_about_themselves_covers_it(live, manager, tmp_path):
    put(live, manager, tmp_path, case(ONE))

    held = person.held_about(live, manager, "09012345678", data=tmp_path)

    assert [unit.key for unit in held.units] == [ONE]


@pytest.mark.slow
def test_taking_the_sample_year_out_takes_what_was_put_away_of_it(
    live, manager, tmp_path
):
    year = sample_company(end=NOW.date(), months=1, seed=1, complaints_per_day=1)
    sample.fill(live.for_user(SYSTEM), year)
    later = NOW + timedelta(days=800)
    archiving.put_away(live, manager, later, data=tmp_path)
    assert len(live.for_user(SYSTEM).archived("complaints")) > 5

    sample.remove(live.for_user(SYSTEM))

    assert live.archive_years() == ()
    assert live.for_user(SYSTEM).frame("complaints").empty
